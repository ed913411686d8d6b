//! A dialect: what one kind of directory calls the attributes rosterd knows. It is data
//! (`mappings/directories`); nothing here is particular to a product.

use super::password::{PasswordAttributes, PolicyEntries};
use crate::model::account::Attr;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The dialect that needs no file.
const OPENLDAP: &str = include_str!("../../mappings/directories/openldap.toml");

/// One kind of directory.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dialect {
    /// The attribute that holds an entry's immutable id.
    pub id: String,
    /// An entry of one of these object classes is a person's, a unit's or a service's account.
    pub people_classes: Vec<String>,
    /// The object classes of a new person.
    pub new_person_classes: Vec<String>,
    /// The object classes of a new agency's branch.
    pub new_branch_classes: Vec<String>,
    /// What marks a unit mailbox.
    #[serde(default)]
    pub unit_mailboxes: Vec<Mark>,
    /// What marks a service's account.
    #[serde(default)]
    pub services: Vec<Mark>,
    /// What each attribute is called; one that is not listed is neither read nor written.
    pub attributes: BTreeMap<Attr, String>,
    /// What disables an account.
    pub disabled: Mark,
    /// What forces a new password at the next sign-in.
    pub must_change: Mark,
    /// What closes a mailbox: the mail server delivers nothing to an entry that has it. Without it, mailboxes are not
    /// closed; they stay locked until they are deleted.
    #[serde(default)]
    pub closed: Option<Mark>,
    /// What shows a password's age and an account's use.
    #[serde(default)]
    pub password: PasswordAttributes,
    /// Where the directory keeps its own rules on passwords; without it they are not compared.
    #[serde(default)]
    pub password_policy: Option<PolicyEntries>,
}

/// An attribute with the value that means something.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// The attribute.
    pub attribute: String,
    /// The value.
    pub value: String,
}

/// A dialect that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DialectError {
    /// No such file.
    #[error("dialect {path:?} is neither \"openldap\" nor a file that can be read: {source}")]
    Unreadable {
        /// What the settings name.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Not a dialect.
    #[error("dialect {path:?}: {source}")]
    Malformed {
        /// What the settings name.
        path: String,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// A field that makes no sense.
    #[error("dialect {path:?}: {field}: {why}")]
    Field {
        /// What the settings name.
        path: String,
        /// The field.
        field: String,
        /// What is wrong and what was expected.
        why: String,
    },
}

impl Dialect {
    /// The dialect that comes with the program.
    pub fn openldap() -> Result<Self, DialectError> {
        Self::parse("openldap", OPENLDAP)
    }

    /// A dialect by its name, else by its path.
    pub fn load(name_or_path: &str) -> Result<Self, DialectError> {
        if name_or_path == "openldap" {
            return Self::openldap();
        }
        let text = std::fs::read_to_string(Path::new(name_or_path))
            .map_err(|source| DialectError::Unreadable { path: name_or_path.to_owned(), source })?;
        Self::parse(name_or_path, &text)
    }

    fn parse(path: &str, text: &str) -> Result<Self, DialectError> {
        let dialect: Self = toml::from_str(text)
            .map_err(|source| DialectError::Malformed { path: path.to_owned(), source: Box::new(source) })?;
        let problem = |field: &str, why: &str| {
            Err(DialectError::Field { path: path.to_owned(), field: field.to_owned(), why: why.to_owned() })
        };
        for (field, name) in dialect.names() {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-.;".contains(c);
            if name.is_empty() || !name.chars().all(plain) {
                return problem(&field, &format!("{name:?} is not an attribute's or class's name"));
            }
        }
        for (field, list) in [
            ("people_classes", &dialect.people_classes),
            ("new_person_classes", &dialect.new_person_classes),
            ("new_branch_classes", &dialect.new_branch_classes),
        ] {
            if list.is_empty() {
                return problem(field, "is empty; expected object classes");
            }
        }
        for attr in [Attr::Dn, Attr::Disabled, Attr::Closed, Attr::MustChange, Attr::Role] {
            if dialect.attributes.contains_key(&attr) {
                return problem(&format!("attributes.{}", attr.as_str()), "is not an attribute of an entry");
            }
        }
        let own = |name: &str| {
            dialect.closed.as_ref().is_some_and(|mark| mark.attribute.eq_ignore_ascii_case(name))
        };
        if own(&dialect.disabled.attribute) || dialect.attributes.values().any(|name| own(name)) {
            return problem("closed.attribute", "means something else already: closing would overwrite it");
        }
        for attr in [Attr::Login, Attr::FullName, Attr::Mail] {
            if !dialect.attributes.contains_key(&attr) {
                return problem(&format!("attributes.{}", attr.as_str()), "is missing");
            }
        }
        Ok(dialect)
    }

    /// Every name that goes into a filter or a request, with the field it stands in.
    fn names(&self) -> Vec<(String, &str)> {
        let Self {
            id,
            people_classes,
            new_person_classes,
            new_branch_classes,
            unit_mailboxes,
            services,
            attributes,
            disabled,
            must_change,
            closed,
            password,
            password_policy,
        } = self;
        let mut names = vec![("id".to_owned(), id.as_str())];
        for (field, list) in [
            ("people_classes", people_classes),
            ("new_person_classes", new_person_classes),
            ("new_branch_classes", new_branch_classes),
        ] {
            names.extend(list.iter().map(|name| (field.to_owned(), name.as_str())));
        }
        for (field, marks) in [("unit_mailboxes", unit_mailboxes), ("services", services)] {
            names.extend(marks.iter().map(|mark| (field.to_owned(), mark.attribute.as_str())));
        }
        for (attr, name) in attributes {
            names.push((format!("attributes.{}", attr.as_str()), name));
        }
        names.push(("disabled.attribute".to_owned(), &disabled.attribute));
        names.push(("must_change.attribute".to_owned(), &must_change.attribute));
        names.extend(closed.iter().map(|mark| ("closed.attribute".to_owned(), mark.attribute.as_str())));
        names.extend(password.names().map(|(field, name)| (field.to_owned(), name)));
        names.extend(password.stored.iter().map(|name| ("password.stored".to_owned(), name.as_str())));
        let policy = password_policy.iter().flat_map(PolicyEntries::names);
        names.extend(policy.map(|(field, name)| (field.to_owned(), name)));
        names
    }

    /// What says that `attr` is so, where the directory says it by a mark.
    pub fn mark(&self, attr: Attr) -> Option<&Mark> {
        match attr {
            Attr::Disabled => Some(&self.disabled),
            Attr::MustChange => Some(&self.must_change),
            Attr::Closed => self.closed.as_ref(),
            _ => None,
        }
    }

    /// What the directory calls `attr`, where it has it.
    pub fn name(&self, attr: Attr) -> Option<&str> {
        let name = self.mark(attr).map(|mark| &mark.attribute).or_else(|| self.attributes.get(&attr));
        name.map(String::as_str)
    }

    /// `values` of `attr` as the directory writes them.
    pub fn written(&self, attr: Attr, values: Vec<String>) -> Vec<String> {
        match self.mark(attr) {
            Some(mark) => values.iter().filter(|one| *one == "true").map(|_| mark.value.clone()).collect(),
            None => values,
        }
    }

    /// Every attribute a read needs.
    pub fn read_attributes(&self) -> Vec<&str> {
        let mut names = vec!["objectClass", self.id.as_str()];
        let marks =
            [Attr::Disabled, Attr::MustChange, Attr::Closed].into_iter().filter_map(|attr| self.mark(attr));
        names.extend(marks.map(|mark| mark.attribute.as_str()));
        names.extend(self.attributes.values().map(String::as_str));
        names.extend(self.password.names().map(|(_, name)| name));
        names.extend(self.unit_mailboxes.iter().chain(&self.services).map(|mark| mark.attribute.as_str()));
        names.sort_unstable();
        names.dedup();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_dialect_is_one() {
        let dialect = Dialect::openldap().unwrap();
        assert_eq!(dialect.name(Attr::Login), Some("uid"));
        assert_eq!(dialect.name(Attr::Alias), None);
        assert!(dialect.read_attributes().contains(&"pwdAccountLockedTime"));
        assert_eq!(dialect.password.stored.as_deref(), Some("userPassword"));
        assert!(!dialect.read_attributes().contains(&"userPassword"), "a snapshot reads no password");
    }

    #[test]
    fn a_name_that_would_be_syntax_is_refused() {
        let hostile = OPENLDAP.replace("login = \"uid\"", "login = \"uid=*)(cn\"");
        assert!(Dialect::parse("x", &hostile).unwrap_err().to_string().contains("attributes.login"));
        let unknown = format!("colour = 1\n{OPENLDAP}");
        assert!(Dialect::parse("x", &unknown).unwrap_err().to_string().contains("colour"));
        let mixed = OPENLDAP.replace(
            "attribute = \"employeeType\"\nvalue = \"closed\"",
            "attribute = \"title\"\nvalue = \"x\"",
        );
        assert!(Dialect::parse("x", &mixed).unwrap_err().to_string().contains("closed.attribute"));
        let pointless = OPENLDAP.replace("login = \"uid\"", "login = \"uid\"\ndisabled = \"x\"");
        assert!(Dialect::parse("x", &pointless).unwrap_err().to_string().contains("attributes.disabled"));
    }
}
