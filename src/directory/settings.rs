//! Which directory, and which part of it is rosterd's to read and never to write.

use super::dialect::{Dialect, DialectError};
use crate::ldap;
use crate::model::account::Attr;
use crate::model::dn::Dn;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The mail directory as configured.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Settings {
    /// A server.
    Ldap(LdapSettings),
    /// An export: an LDIF file that is read, planned against and rewritten.
    Ldif(LdifSettings),
}

/// A server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LdapSettings {
    /// How to reach it.
    pub connection: ldap::Settings,
    /// The tree's root.
    pub base: Dn,
    /// Where people and the agencies' branches lie; nothing outside is ever written.
    pub people: Dn,
    /// A dialect's name or the path of its file.
    #[serde(default = "default_dialect")]
    pub dialect: String,
    /// Names (DN, subtree included) or logins that are never written, not even with approval.
    #[serde(default)]
    pub protected: Vec<String>,
    /// Names (DN, subtree included) or logins of services and administrators: no roster claims them.
    #[serde(default)]
    pub service_accounts: Vec<String>,
}

/// An export.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LdifSettings {
    /// The file.
    pub path: PathBuf,
    /// As for a server.
    pub base: Dn,
    /// As for a server.
    pub people: Dn,
    /// As for a server.
    #[serde(default = "default_dialect")]
    pub dialect: String,
    /// As for a server.
    #[serde(default)]
    pub protected: Vec<String>,
    /// As for a server.
    #[serde(default)]
    pub service_accounts: Vec<String>,
}

fn default_dialect() -> String {
    "openldap".to_owned()
}

/// Settings that cannot be used, with the field.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A field of the directory's own.
    #[error("directory.{field}: {why}")]
    Field {
        /// The field.
        field: String,
        /// What is wrong and what was expected.
        why: String,
    },
    /// A field of the connection.
    #[error("directory.connection.{0}")]
    Connection(ldap::ConnectError),
    /// The dialect.
    #[error("directory.dialect: {0}")]
    Dialect(#[from] DialectError),
}

/// The part of a directory that rosterd reads, in which dialect, with what it never writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// The tree's root.
    pub base: Dn,
    /// Where people lie.
    pub people: Dn,
    /// What things are called.
    pub dialect: Dialect,
    protected: Named,
    services: Named,
}

/// Accounts named in the settings, in the form in which equal names are equal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Named {
    dns: Vec<Dn>,
    logins: BTreeSet<String>,
}

impl Named {
    fn parse(field: &str, texts: &[String]) -> Result<Self, SettingsError> {
        let mut named = Self::default();
        for (index, text) in texts.iter().enumerate() {
            let problem = |why: String| SettingsError::Field { field: format!("{field}[{index}]"), why };
            if text.trim().is_empty() {
                return Err(problem("is empty; expected a login or a distinguished name".to_owned()));
            }
            if text.contains('=') {
                named.dns.push(Dn::parse(text).map_err(|error| problem(error.to_string()))?);
            } else {
                named.logins.insert(text.trim().to_lowercase());
            }
        }
        Ok(named)
    }

    fn holds(&self, dn: &Dn, logins: &[String]) -> bool {
        self.dns.iter().any(|one| dn.is_within(one))
            || logins.iter().any(|login| self.logins.contains(&login.trim().to_lowercase()))
    }
}

impl Settings {
    /// The checked tree.
    pub fn tree(&self) -> Result<Tree, SettingsError> {
        let (base, people, dialect, protected, service_accounts) = match self {
            Self::Ldap(one) => (&one.base, &one.people, &one.dialect, &one.protected, &one.service_accounts),
            Self::Ldif(one) => (&one.base, &one.people, &one.dialect, &one.protected, &one.service_accounts),
        };
        let problem = |field: &str, why: String| Err(SettingsError::Field { field: field.to_owned(), why });
        if *base == Dn::default() {
            return problem(
                "base",
                "is empty; expected the tree's root, as in \"dc=tinh,dc=gov,dc=vn\"".into(),
            );
        }
        if !people.is_within(base) {
            return problem("people", format!("{people} does not lie below base {base}"));
        }
        let mut protected = Named::parse("protected", protected)?;
        if let Self::Ldap(one) = self {
            one.connection.check().map_err(SettingsError::Connection)?;
            // rosterd's own account is never its to write.
            protected.dns.push(one.connection.bind_dn.clone());
        }
        Ok(Tree {
            base: base.clone(),
            people: people.clone(),
            dialect: Dialect::load(dialect)?,
            protected,
            services: Named::parse("service_accounts", service_accounts)?,
        })
    }
}

impl Tree {
    /// Whether an account is never written.
    pub fn protects(&self, dn: &Dn, logins: &[String]) -> bool {
        self.protected.holds(dn, logins)
            || self.in_rdn(dn).is_some_and(|login| self.protected.holds(dn, &[login]))
    }

    /// Whether an account is a service's or an administrator's by the settings.
    pub fn is_service(&self, dn: &Dn, logins: &[String]) -> bool {
        self.services.holds(dn, logins)
    }

    /// The logins that are never written.
    pub fn protected_logins(&self) -> impl Iterator<Item = &str> {
        self.protected.logins.iter().map(String::as_str)
    }

    /// The login an entry is named by, where it is.
    fn in_rdn(&self, dn: &Dn) -> Option<String> {
        let (attribute, value) = dn.rdn_pair()?;
        let login = self.dialect.name(Attr::Login)?;
        attribute.eq_ignore_ascii_case(login).then(|| value.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LDIF: &str = "kind = 'ldif'\npath = 'd.ldif'\nbase = 'dc=vn'\npeople = 'ou=people,dc=vn'\n";

    fn tree(more: &str) -> Result<Tree, SettingsError> {
        toml::from_str::<Settings>(&format!("{LDIF}{more}")).unwrap().tree()
    }

    #[test]
    fn protection_is_by_login_by_name_and_below_a_name() {
        let tree = tree("protected = ['Admin.So', 'ou=quantri,ou=people,dc=vn']").unwrap();
        let dn = |text: &str| Dn::parse(text).unwrap();
        assert!(tree.protects(&dn("uid=ADMIN.so,ou=people,dc=vn"), &[]));
        assert!(tree.protects(&dn("cn=x,ou=people,dc=vn"), &["b".into(), "admin.so".into()]));
        assert!(tree.protects(&dn("uid=x,OU=QuanTri,ou=people,dc=vn"), &[]));
        assert!(!tree.protects(&dn("uid=admin.so2,ou=people,dc=vn"), &["admin".into()]));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_field() {
        let wrong = |more: &str| tree(more).unwrap_err().to_string();
        assert!(wrong("protected = ['=x']").contains("directory.protected[0]"));
        assert!(wrong("service_accounts = ['a', ' ']").contains("directory.service_accounts[1]"));
        assert!(wrong("dialect = '/nonexistent.toml'").contains("directory.dialect"));
        let outside = LDIF.replace("ou=people,dc=vn", "ou=people,dc=com");
        let error = toml::from_str::<Settings>(&outside).unwrap().tree().unwrap_err();
        assert!(error.to_string().contains("directory.people"));
    }

    #[test]
    fn unknown_and_missing_fields_are_refused() {
        for wrong in
            [format!("{LDIF}colour = 1"), LDIF.replace("ldif'", "nis'"), LDIF.replace("base", "bass")]
        {
            assert!(toml::from_str::<Settings>(&wrong).is_err(), "{wrong}");
        }
    }
}
