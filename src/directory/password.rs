//! What an entry shows of its password and its use, by the names and the way of writing times of one dialect.

use super::dialect::Dialect;
use crate::model::Time;
use crate::model::dn::Dn;
use crate::model::password::{PasswordFacts, Quota, ServerPolicy};
use chrono::{DateTime, NaiveDateTime, TimeDelta};
use serde::Deserialize;

/// A password that was set this close to the last change of its entry was set by whoever made that change.
const SAME_CHANGE: TimeDelta = TimeDelta::seconds(2);

/// The attributes that show a password's age and an account's use; one that is not named is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PasswordAttributes {
    /// When the password was last set.
    pub changed: Option<String>,
    /// When the account was made.
    pub created: Option<String>,
    /// The last sign-in; the latest of these counts.
    pub last_login: Vec<String>,
    /// When the entry was last changed, and by whom (a DN).
    pub modified: Option<String>,
    /// Whose DN changed it.
    pub modified_by: Option<String>,
    /// What stores the password itself, hashed. It is read where the site allows it alone, never with a snapshot.
    pub stored: Option<String>,
    /// Bytes in the mailbox.
    pub quota_used: Option<String>,
    /// Bytes it may hold.
    pub quota_limit: Option<String>,
    /// How times are written.
    pub times: Times,
}

/// Where a directory keeps its own rules on passwords.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyEntries {
    /// An entry of this object class is a policy.
    pub class: String,
    /// Seconds after which it ends a password; 0 is never.
    pub max_age: String,
    /// The fewest characters.
    pub min_length: String,
    /// How many former passwords it remembers.
    pub history: String,
}

impl PolicyEntries {
    /// Every name it has, with the field it stands in.
    pub(super) fn names(&self) -> [(&'static str, &str); 4] {
        [
            ("password_policy.class", &self.class),
            ("password_policy.max_age", &self.max_age),
            ("password_policy.min_length", &self.min_length),
            ("password_policy.history", &self.history),
        ]
    }

    /// What the entry `name` lays down.
    pub(super) fn policy<'a>(&self, name: &str, values: impl Fn(&str) -> Vec<&'a str>) -> ServerPolicy {
        let number = |attribute: &str| values(attribute).first().and_then(|text| text.parse::<u32>().ok());
        ServerPolicy {
            name: name.to_owned(),
            max_age_days: number(&self.max_age)
                .filter(|seconds| *seconds > 0)
                .map(|seconds| seconds / 86_400),
            min_length: number(&self.min_length),
            history: number(&self.history),
        }
    }
}

/// How a directory writes a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Times {
    /// `20261122060747Z` (RFC 4517 generalized time).
    #[default]
    Generalized,
    /// Tenths of a microsecond since 1601 (Active Directory); 0 is no moment.
    Filetime,
}

impl PasswordAttributes {
    /// Every attribute that a snapshot reads, with the field it stands in.
    pub(super) fn names(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let Self {
            changed,
            created,
            last_login,
            modified,
            modified_by,
            stored: _,
            quota_used,
            quota_limit,
            times: _,
        } = self;
        let single = [
            ("password.changed", changed),
            ("password.created", created),
            ("password.modified", modified),
            ("password.modified_by", modified_by),
            ("password.quota_used", quota_used),
            ("password.quota_limit", quota_limit),
        ];
        let single = single.into_iter().filter_map(|(field, name)| Some((field, name.as_deref()?)));
        single.chain(last_login.iter().map(|name| ("password.last_login", name.as_str())))
    }
}

/// What the entry at `dn` shows. A value that is no moment or no number is not shown.
pub(super) fn facts<'a>(dialect: &Dialect, dn: &Dn, values: impl Fn(&str) -> Vec<&'a str>) -> PasswordFacts {
    let names = &dialect.password;
    let first = |name: &Option<String>| name.as_deref().and_then(|name| values(name).first().copied());
    let moment = |text: &str| read(names.times, text);
    let number = |name| first(name).and_then(|text| text.parse::<u64>().ok());
    let mark = &dialect.must_change;
    let must_change = values(&mark.attribute).iter().any(|one| one.eq_ignore_ascii_case(&mark.value));
    let changed = first(&names.changed).and_then(moment);
    let modified = first(&names.modified).and_then(moment);
    let last_login = names.last_login.iter().flat_map(|name| values(name)).filter_map(moment).max();
    // A server that notes a sign-in changes the entry with that: then its last change says nothing of the password.
    let by_other = || {
        let (by, changed) = (Dn::parse(first(&names.modified_by)?).ok()?, changed?);
        let at_once = (modified? - changed).abs() <= SAME_CHANGE;
        let is_last = last_login.is_none_or(|login| login < changed);
        Some(at_once && is_last && by.folded() != dn.folded())
    };
    let quota = number(&names.quota_used).zip(number(&names.quota_limit).filter(|limit| *limit > 0));
    PasswordFacts {
        changed,
        must_change,
        set_by_other: by_other().unwrap_or(false),
        created: first(&names.created).and_then(moment),
        last_login,
        quota: quota.map(|(used, limit)| Quota { used, limit }),
    }
}

fn read(times: Times, text: &str) -> Option<Time> {
    match times {
        Times::Generalized => {
            let digits = text.strip_suffix('Z')?;
            NaiveDateTime::parse_from_str(digits, "%Y%m%d%H%M%S%.f").ok().map(|time| time.and_utc())
        }
        Times::Filetime => {
            const TO_1970: i64 = 11_644_473_600;
            let ticks = text.parse::<i64>().ok().filter(|ticks| *ticks > 0 && *ticks < i64::MAX)?;
            DateTime::from_timestamp(ticks / 10_000_000 - TO_1970, 0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(entry: &[(&str, &str)]) -> PasswordFacts {
        let dn = Dn::parse("uid=annv,ou=x,dc=vn").unwrap();
        facts(&Dialect::openldap().unwrap(), &dn, |name| {
            entry.iter().filter(|(one, _)| *one == name).map(|(_, value)| *value).collect()
        })
    }

    #[test]
    fn what_is_not_there_is_unknown() {
        assert_eq!(shown(&[]), PasswordFacts::default());
        assert_eq!(shown(&[("pwdChangedTime", "hôm qua")]).changed, None);
    }

    #[test]
    fn openldap_shows_when_and_by_whom() {
        let by = |who| {
            shown(&[
                ("pwdChangedTime", "20260105010203Z"),
                ("modifyTimestamp", "20260105010203Z"),
                ("modifiersName", who),
            ])
        };
        assert_eq!(by("uid=annv,ou=x,dc=vn").changed, Some("2026-01-05T01:02:03Z".parse().unwrap()));
        assert!(!by("UID=annv, ou=X, dc=vn").set_by_other);
        assert!(by("cn=admin,dc=vn").set_by_other);
        let signed_in = [
            ("pwdChangedTime", "20260105010203Z"),
            ("pwdLastSuccess", "20260105010204Z"),
            ("modifyTimestamp", "20260105010204Z"),
            ("modifiersName", "cn=admin,dc=vn"),
        ];
        assert!(!shown(&signed_in).set_by_other, "the entry's last change is the sign-in");
        let later = [
            ("pwdChangedTime", "20260105010203Z"),
            ("modifyTimestamp", "20260106010203Z"),
            ("modifiersName", "cn=admin,dc=vn"),
        ];
        assert!(!shown(&later).set_by_other, "another attribute was changed later");
        assert!(shown(&[("pwdReset", "TRUE")]).must_change);
    }

    #[test]
    fn the_latest_sign_in_counts() {
        let two = [("pwdLastSuccess", "20260105010203.123456Z"), ("authTimestamp", "20260104010203Z")];
        let login = shown(&two).last_login.unwrap();
        assert_eq!(login.date_naive().to_string(), "2026-01-05");
    }

    #[test]
    fn active_directory_counts_from_1601() {
        assert_eq!(
            read(Times::Filetime, "134116992000000000"),
            Some("2026-01-01T00:00:00Z".parse().unwrap())
        );
        assert_eq!(read(Times::Filetime, "0"), None);
        assert_eq!(read(Times::Filetime, "9223372036854775807"), None);
    }
}
