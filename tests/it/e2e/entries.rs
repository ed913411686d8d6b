//! Directory entries as ldapsearch prints them.

use crate::support::slapd::Slapd;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::{BTreeMap, BTreeSet};

/// One entry: its text as printed, and its attributes decoded, names in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub text: String,
    attributes: BTreeMap<String, Vec<String>>,
}

impl Entry {
    /// The first value of an attribute.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.attributes.get(&name.to_lowercase())?.first().map(String::as_str)
    }

    /// Its name in the directory.
    pub fn dn(&self) -> &str {
        self.first("dn").unwrap()
    }

    /// The agency whose branch it lies in.
    pub fn branch(&self) -> &str {
        self.dn().split(',').nth(1).and_then(|part| part.strip_prefix("ou=")).unwrap()
    }

    /// The attributes that differ, but for those the server keeps about every write.
    pub fn differs_in<'a>(&'a self, other: &'a Self) -> Vec<&'a str> {
        let kept = ["entrycsn", "modifytimestamp", "modifiersname"];
        let names: BTreeSet<_> = self.attributes.keys().chain(other.attributes.keys()).collect();
        names
            .into_iter()
            .filter(|name| self.attributes.get(*name) != other.attributes.get(*name))
            .map(String::as_str)
            .filter(|name| !kept.contains(name))
            .collect()
    }
}

/// Every account, by its uid, with its operational attributes (versions included).
pub fn accounts(slapd: &Slapd) -> BTreeMap<String, Entry> {
    let text = slapd.ldapsearch("(objectClass=inetOrgPerson)", &["*", "+"]);
    let entries = text.split("\n\n").filter(|text| !text.trim().is_empty()).map(parse);
    entries.map(|entry| (entry.first("uid").unwrap().to_owned(), entry)).collect()
}

fn parse(text: &str) -> Entry {
    let mut attributes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in text.lines() {
        let (name, value) = line.split_once(':').unwrap();
        let value = match value.strip_prefix(':') {
            Some(encoded) => String::from_utf8_lossy(&STANDARD.decode(encoded.trim()).unwrap()).into_owned(),
            None => value.trim_start().to_owned(),
        };
        attributes.entry(name.to_lowercase()).or_default().push(value);
    }
    Entry { text: text.to_owned(), attributes }
}
