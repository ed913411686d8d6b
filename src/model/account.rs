//! An account (tài khoản) in the mail directory, and a snapshot: all of them at one moment.

use super::Time;
use super::dn::Dn;
use super::ids::{AccountId, AgencyCode};
use super::password::PasswordFacts;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;

/// The attributes rosterd knows, whatever a directory calls them (`mappings/directories` says).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attr {
    /// Where the entry lies; changed by a move.
    Dn,
    /// The login (uid).
    Login,
    /// Full name (cn).
    FullName,
    /// Family name (sn).
    FamilyName,
    /// Given name (givenName).
    GivenName,
    /// Official address (mail).
    Mail,
    /// Further addresses that reach the same mailbox.
    Alias,
    /// Position (title).
    Title,
    /// Unit within the agency (ou).
    Unit,
    /// Agency code (departmentNumber).
    Agency,
    /// Phone (telephoneNumber); may receive one-time codes.
    Phone,
    /// Staff code (employeeNumber).
    StaffCode,
    /// `true` where the account is disabled.
    Disabled,
    /// `true` where the mailbox receives nothing any more; else absent.
    Closed,
    /// `true` where the password must be changed at the next sign-in; else absent.
    MustChange,
    /// Who answers for a unit mailbox: that person's address.
    Custodian,
    /// A role in a system beside the mailbox.
    Role,
}

impl Attr {
    /// Whether a change's kind, or another attribute beside it, says already what becomes of it.
    pub fn is_told_by_kind(self) -> bool {
        matches!(
            self,
            Self::Dn | Self::Disabled | Self::Closed | Self::MustChange | Self::FamilyName | Self::GivenName
        )
    }

    /// Its name in JSON and in lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dn => "dn",
            Self::Login => "login",
            Self::FullName => "full_name",
            Self::FamilyName => "family_name",
            Self::GivenName => "given_name",
            Self::Mail => "mail",
            Self::Alias => "alias",
            Self::Title => "title",
            Self::Unit => "unit",
            Self::Agency => "agency",
            Self::Phone => "phone",
            Self::StaffCode => "staff_code",
            Self::Disabled => "disabled",
            Self::Closed => "closed",
            Self::MustChange => "must_change",
            Self::Custodian => "custodian",
            Self::Role => "role",
        }
    }
}

/// An attribute's values, sorted; none means absent. One value is written as text in JSON, several as a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Values(Vec<String>);

impl Values {
    /// No value.
    pub fn none() -> Self {
        Self::default()
    }

    /// One value.
    pub fn one(text: impl Into<String>) -> Self {
        Self(vec![text.into()])
    }

    /// Several, sorted, doubles dropped.
    pub fn many(mut values: Vec<String>) -> Self {
        values.sort();
        values.dedup();
        Self(values)
    }

    /// The values.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    /// The first value, if any.
    pub fn first(&self) -> Option<&str> {
        self.0.first().map(String::as_str)
    }
}

impl std::fmt::Display for Values {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl Serialize for Values {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [] => serializer.serialize_none(),
            [one] => serializer.serialize_str(one),
            many => many.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Shape {
            None(()),
            One(String),
            Many(Vec<String>),
        }
        Ok(match Shape::deserialize(deserializer)? {
            Shape::None(()) => Self::none(),
            Shape::One(text) => Self::one(text),
            Shape::Many(values) => Self::many(values),
        })
    }
}

/// Attributes with their values.
pub type Attrs = BTreeMap<Attr, Values>;

/// One account as read from the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Immutable id.
    pub id: AccountId,
    /// Where it lies.
    pub dn: Dn,
    /// The attributes rosterd knows, without `Dn`; an absent attribute has no key. `Disabled` is always
    /// there, `true` or `false`; `Closed` and `MustChange` only where they are `true`.
    pub attrs: Attrs,
    /// The agency, by attribute, else by the branch it lies in; `None` where neither names one.
    pub agency: Option<AgencyCode>,
    /// A unit mailbox, a service or an administrator: never claimed by a roster row.
    pub kind: AccountKind,
    /// Never written, not even with approval.
    pub protected: bool,
    /// What the entry shows of its password and its use.
    pub password: PasswordFacts,
}

/// Whose an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountKind {
    /// A person's.
    Person,
    /// A unit mailbox (hộp thư đơn vị).
    Unit,
    /// A service's or an administrator's.
    Service,
}

impl Account {
    /// The only or first value of `attr`.
    pub fn get(&self, attr: Attr) -> Option<&str> {
        self.attrs.get(&attr).and_then(Values::first)
    }

    /// Every value of `attr`.
    pub fn all(&self, attr: Attr) -> &[String] {
        self.attrs.get(&attr).map_or(&[], Values::as_slice)
    }

    /// Whether it is disabled.
    pub fn is_disabled(&self) -> bool {
        self.get(Attr::Disabled) == Some("true")
    }

    /// Whether its mailbox receives nothing any more.
    pub fn is_closed(&self) -> bool {
        self.get(Attr::Closed) == Some("true")
    }

    /// The official address, or the login where there is none: how a person calls the account.
    pub fn label(&self) -> &str {
        self.get(Attr::Mail).or_else(|| self.get(Attr::Login)).unwrap_or(self.id.as_str())
    }
}

/// The directory at one moment, read whole: a read that hit a limit or lost a page never becomes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// When the read began.
    pub taken: Time,
    /// Every account below the base, by id.
    pub accounts: BTreeMap<AccountId, Account>,
}

/// The attributes that call an account, beside its id.
pub const CALLED_BY: [Attr; 3] = [Attr::Mail, Attr::Login, Attr::Alias];

/// The account that an id, an address or a login calls; an address of its own comes before a former one.
pub fn called<'a>(
    accounts: impl IntoIterator<Item = &'a Account> + Clone,
    text: &str,
) -> Option<&'a Account> {
    let calls = |value: &String| value.eq_ignore_ascii_case(text);
    let by =
        |account: &&Account, attrs: &[Attr]| attrs.iter().any(|attr| account.all(*attr).iter().any(calls));
    let [mail, login, alias] = CALLED_BY;
    let mut all = accounts.clone().into_iter();
    all.find(|account| account.id.as_str() == text || by(account, &[mail, login]))
        .or_else(|| accounts.into_iter().find(|account| by(account, &[alias])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_json() {
        let attrs: Attrs = [
            (Attr::Title, Values::one("Kế toán")),
            (Attr::Phone, Values::none()),
            (Attr::Alias, Values::many(vec!["b@x".into(), "a@x".into()])),
        ]
        .into();
        let json = serde_json::to_string(&attrs).unwrap();
        assert_eq!(json, r#"{"alias":["a@x","b@x"],"title":"Kế toán","phone":null}"#);
        assert_eq!(serde_json::from_str::<Attrs>(&json).unwrap(), attrs);
    }
}
