//! The `[[system]]` tables of the configuration: each names a kind of system and what that kind needs.

use super::lookups::Counting;
use super::{handoff, keycloak, ldap_groups, scim, sql};
use crate::model::ids::{AgencyCode, TargetId};
use serde::{Deserialize, Deserializer};

/// One system as configured. Without `kind` it is a hand-off system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settings {
    /// Without an API: exports in, work orders out.
    Handoff(handoff::Settings),
    /// A database.
    Sql(sql::Settings),
    /// Groups on an LDAP server.
    LdapGroups(ldap_groups::Settings),
    /// SCIM 2.0.
    Scim(scim::Settings),
    /// A Keycloak realm.
    Keycloak(keycloak::Settings),
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Tagged {
    Handoff(handoff::Settings),
    Sql(sql::Settings),
    LdapGroups(ldap_groups::Settings),
    Scim(scim::Settings),
    Keycloak(keycloak::Settings),
}

impl<'de> Deserialize<'de> for Settings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let mut table = toml::Table::deserialize(deserializer)?;
        table.entry("kind").or_insert_with(|| "handoff".into());
        let name = table.get("name").map_or("without a name".to_owned(), ToString::to_string);
        let tagged: Tagged =
            table.try_into().map_err(|error| D::Error::custom(format!("system {name}: {error}")))?;
        Ok(match tagged {
            Tagged::Handoff(one) => Self::Handoff(one),
            Tagged::Sql(one) => Self::Sql(one),
            Tagged::LdapGroups(one) => Self::LdapGroups(one),
            Tagged::Scim(one) => Self::Scim(one),
            Tagged::Keycloak(one) => Self::Keycloak(one),
        })
    }
}

impl Settings {
    /// Its name in lists and file names.
    pub fn name(&self) -> &TargetId {
        match self {
            Self::Handoff(one) => &one.name,
            Self::Sql(one) => &one.name,
            Self::LdapGroups(one) => &one.name,
            Self::Scim(one) => &one.name,
            Self::Keycloak(one) => &one.name,
        }
    }

    /// What its users call it.
    pub fn title(&self) -> &str {
        match self {
            Self::Handoff(one) => &one.title,
            Self::Sql(one) => &one.title,
            Self::LdapGroups(one) => &one.title,
            Self::Scim(one) => &one.title,
            Self::Keycloak(one) => &one.title,
        }
    }

    /// How it counts look-ups, where it does.
    pub fn counting(&self) -> Option<Counting> {
        match self {
            Self::Handoff(one) => one.counting(),
            Self::Sql(one) => one.counting(),
            Self::LdapGroups(_) | Self::Scim(_) | Self::Keycloak(_) => None,
        }
    }

    /// What can be found wrong without a connection, with the setting's name.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Handoff(one) => one.check(),
            Self::Sql(one) => one.check(),
            Self::LdapGroups(one) => one.check(),
            Self::Scim(one) => one.check(),
            Self::Keycloak(one) => one.check(),
        }
    }
}

/// A system's name: it is part of file names, and `mail` is the directory.
pub(super) fn target<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TargetId, D::Error> {
    use serde::de::Error;
    let text = String::deserialize(deserializer)?;
    match AgencyCode::parse(&text) {
        Ok(code) if code.as_str() != TargetId::mail().as_str() => Ok(TargetId::new(code.as_str())),
        Ok(_) => {
            Err(D::Error::custom("\"mail\" is the mail directory's name: call the system something else"))
        }
        Err(_) => Err(D::Error::custom(format!(
            "{text:?} is not a system's name: use lower-case letters a-z, digits, '-', '_' or '.', for example \"tthc\""
        ))),
    }
}

/// How long a system may take to answer, where the configuration does not say.
pub(super) fn timeout_seconds() -> u32 {
    30
}

#[cfg(test)]
mod tests {
    use super::*;

    const HANDOFF: &str = r#"
        name = "tthc"
        title = "Hệ thống một cửa"
        export_dir = "tthc/export"
        orders_dir = "tthc/orders"
        contact = { name = "Phạm Thị Em", mail = "em@example.vn", phone = "0200 0000 001" }
    "#;

    fn settings(text: &str) -> Result<Settings, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn a_system_without_a_kind_is_a_hand_off_system() {
        let without = settings(HANDOFF).unwrap();
        assert!(matches!(without, Settings::Handoff(_)));
        assert_eq!(settings(&format!("kind = \"handoff\"\n{HANDOFF}")).unwrap(), without);
    }

    #[test]
    fn a_mistake_is_told_with_the_systems_name() {
        for (text, says) in [
            (format!("{HANDOFF}\nurl = \"x\""), "unknown field `url`"),
            (format!("kind = \"soap\"\n{HANDOFF}"), "unknown variant `soap`, expected "),
            (HANDOFF.replace("export_dir", "exports"), "unknown field `exports`"),
        ] {
            let error = settings(&text).unwrap_err().to_string();
            assert!(error.contains("system \"tthc\": ") && error.contains(says), "{error}");
        }
    }
}
