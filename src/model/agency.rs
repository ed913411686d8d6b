//! An agency: an office or unit that sends rosters; agencies form a tree.

use super::ids::AgencyCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One agency as configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agency {
    /// Its code: the folder it drops rosters in, its branch in the directory.
    pub code: AgencyCode,
    /// Its official name, in Vietnamese.
    pub name: String,
    /// The agency above it.
    #[serde(default)]
    pub parent: Option<AgencyCode>,
    /// What it is (`so`, `xa`, `phuong`, `ban`…): the position map speaks of it.
    #[serde(default)]
    pub kind: Option<String>,
    /// Up to two people who answer for its rosters.
    #[serde(default)]
    pub contacts: Vec<Contact>,
    /// Who stands in for the contacts.
    #[serde(default)]
    pub deputy: Option<Contact>,
    /// Its unit mailboxes, each with who keeps it.
    #[serde(default)]
    pub mailboxes: Vec<KeptMailbox>,
}

/// A unit mailbox with who keeps it, as the agencies' file has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptMailbox {
    /// The mailbox's address.
    pub mail: String,
    /// The official address of the person who keeps it.
    pub custodian: String,
}

impl Agency {
    /// Who keeps the unit mailbox of this address by the agencies' file: an official address, lower case.
    pub fn keeper_of(&self, mailbox: &str) -> Option<String> {
        let kept = self.mailboxes.iter().find(|one| one.mail.eq_ignore_ascii_case(mailbox));
        kept.map(|one| one.custodian.to_lowercase())
    }

    /// Those who answer for it and whose phone number is published, each with it: a call-back goes to one of these.
    pub fn published(&self) -> impl Iterator<Item = (&Contact, &str)> {
        let all = self.contacts.iter().chain(&self.deputy);
        let numbered = all.filter_map(|contact| Some((contact, contact.phone.as_deref()?)));
        numbered.filter(|(_, number)| !dialled(number).is_empty())
    }

    /// The published number that `number` is, however it is written.
    pub fn published_as(&self, number: &str) -> Option<&str> {
        let wanted = dialled(number);
        self.published().map(|(_, one)| one).find(|one| dialled(one) == wanted)
    }
}

/// The digits of a phone number, as it is dialled within the country.
pub fn dialled(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix("84").filter(|_| number.trim_start().starts_with('+')) {
        Some(rest) => format!("0{rest}"),
        None => digits,
    }
}

/// A person who answers for an agency's rosters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Full name.
    pub name: String,
    /// Mail address.
    pub mail: String,
    /// Published phone number, the one a call-back goes to.
    #[serde(default)]
    pub phone: Option<String>,
    /// The contact's login, where he or she is also an operator: such a one may never approve what the
    /// agency put in.
    #[serde(default)]
    pub login: Option<String>,
}

/// All agencies by code.
pub type Agencies = BTreeMap<AgencyCode, Agency>;

/// An agency's name; its code where it is not configured.
pub fn name_of(agencies: &Agencies, code: &AgencyCode) -> String {
    agencies.get(code).map_or_else(|| code.to_string(), |agency| agency.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        for same in ["0256 382 2222", "(0256) 382-2222", "+84 256 382 2222"] {
            assert_eq!(dialled(same), "02563822222", "{same}");
        }
        assert_ne!(dialled("84256"), dialled("+84256"));
    }
}
