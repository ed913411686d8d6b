//! What SCIM says, as far as it is needed: strictly typed, so that a server that says otherwise is told of.

use crate::model::role::{Holding, SystemAccount};
use crate::systems::day;
use serde::Deserialize;

/// The media type of RFC 7644, 3.1.
pub(super) const MIME: &str = "application/scim+json";

/// `ServiceProviderConfig`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Provider {
    pub(super) patch: Supported,
    pub(super) filter: Supported,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Supported {
    pub(super) supported: bool,
}

/// A page of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Page<T> {
    #[serde(rename = "totalResults")]
    pub(super) total: usize,
    #[serde(rename = "Resources", default = "Vec::new")]
    pub(super) resources: Vec<T>,
}

/// Something with an id.
pub(super) trait Resource {
    fn id(&self) -> &str;
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    pub(super) id: String,
    #[serde(rename = "userName")]
    pub(super) login: String,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    name: Option<Name>,
    #[serde(default)]
    emails: Option<Vec<Multi>>,
    #[serde(default)]
    roles: Option<Vec<Multi>>,
    /// Strictly boolean; a server that leaves it out knows no closed accounts.
    #[serde(default)]
    pub(super) active: Option<bool>,
    /// No attribute of the standard, but one that several servers have.
    #[serde(default)]
    password_last_changed: Option<String>,
    #[serde(default)]
    meta: Meta,
}

#[derive(Debug, Clone, Deserialize)]
struct Name {
    #[serde(default)]
    formatted: Option<String>,
}

/// A value among several.
#[derive(Debug, Clone, Deserialize)]
struct Multi {
    #[serde(default)]
    value: Option<String>,
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    primary: Option<bool>,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Meta {
    #[serde(default)]
    version: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) display_name: String,
    /// Lists may leave it out.
    #[serde(default)]
    pub(super) members: Option<Vec<Member>>,
    #[serde(default)]
    meta: Meta,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Member {
    value: String,
    #[serde(rename = "type", default)]
    kind: Option<String>,
}

impl Resource for User {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for Group {
    fn id(&self) -> &str {
        &self.id
    }
}

impl User {
    /// The official address, lower case: the primary one, else that of work, else the first, else the login.
    pub(super) fn address(&self) -> String {
        self.mail().unwrap_or_else(|| self.login.to_lowercase())
    }

    fn mail(&self) -> Option<String> {
        let emails = self.emails.as_deref().unwrap_or_default();
        let primary = emails.iter().find(|one| one.primary == Some(true));
        let work = || emails.iter().find(|one| one.kind.as_deref() == Some("work"));
        let mail = primary.or_else(work).or_else(|| emails.first())?;
        mail.value.as_ref().map(|mail| mail.to_lowercase())
    }

    pub(super) fn roles(&self) -> impl Iterator<Item = &str> {
        self.roles.iter().flatten().filter_map(|role| role.value.as_deref())
    }

    pub(super) fn version(&self) -> Option<&str> {
        self.meta.version.as_deref()
    }

    fn full_name(&self) -> Option<String> {
        let formatted = || self.name.as_ref().and_then(|name| name.formatted.clone());
        self.display_name.clone().or_else(formatted)
    }

    pub(super) fn holding(&self, role: &str) -> Holding {
        Holding {
            login: self.login.clone(),
            mail: self.mail(),
            name: self.full_name(),
            agency: None,
            role: role.to_owned(),
        }
    }

    pub(super) fn account(&self) -> SystemAccount {
        SystemAccount {
            login: self.login.clone(),
            mail: self.mail(),
            name: self.full_name(),
            open: Some(self.active.unwrap_or(true)),
            password_changed: self.password_last_changed.as_deref().and_then(day),
            open_files: None,
        }
    }
}

impl Group {
    /// The ids of its members that are no groups.
    pub(super) fn people(&self) -> impl Iterator<Item = &str> {
        let members = self.members.iter().flatten();
        members.filter(|one| one.kind.as_deref() != Some("Group")).map(|one| one.value.as_str())
    }

    pub(super) fn version(&self) -> Option<&str> {
        self.meta.version.as_deref()
    }
}

/// `attribute eq "value"`: the value is a JSON string (RFC 7644, 3.4.2.2), never syntax.
pub(super) fn equal(attribute: &str, value: &str) -> String {
    format!("{attribute} eq {}", serde_json::Value::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_in_a_filter_stays_a_value() {
        let filter = equal("userName", "a\" or userName pr or userName eq \"\\");
        assert_eq!(filter, r#"userName eq "a\" or userName pr or userName eq \"\\""#);
    }

    #[test]
    fn the_address_is_the_primary_one_then_that_of_work() {
        let user = |emails: &str| -> User {
            serde_json::from_str(&format!(r#"{{"id": "1", "userName": "An", "emails": {emails}}}"#)).unwrap()
        };
        assert_eq!(user("null").address(), "an");
        assert_eq!(user(r#"[{"value": "A@x"}, {"value": "B@x", "type": "work"}]"#).address(), "b@x");
        assert_eq!(
            user(r#"[{"value": "A@x", "type": "work"}, {"value": "B@x", "primary": true}]"#).address(),
            "b@x"
        );
    }

    #[test]
    fn a_boolean_that_is_text_is_none() {
        let config = r#"{"patch": {"supported": "true"}, "filter": {"supported": true}}"#;
        assert!(serde_json::from_str::<Provider>(config).is_err());
    }
}
