//! Headings: what the columns of an agencies workbook may be called (`mappings/agencies.toml`).

use super::super::headed::Headings;
use super::check::{Detail, Field, Who};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mapping {
    code: Vec<String>,
    name: Vec<String>,
    parent: Vec<String>,
    kind: Vec<String>,
    mailboxes: Vec<String>,
    custodians: Vec<String>,
    passed_over: Vec<String>,
    first: OfPerson,
    second: OfPerson,
    deputy: OfPerson,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfPerson {
    name: Vec<String>,
    mail: Vec<String>,
    phone: Vec<String>,
    login: Vec<String>,
}

/// Those that come with the program.
pub(super) fn embedded() -> Result<Headings<Field>, toml::de::Error> {
    let mapping: Mapping = toml::from_str(include_str!("../../../mappings/agencies.toml"))?;
    let fields = fields().map(|field| (field, mapping.words(field).to_vec())).collect();
    Ok(Headings { fields, passed_over: mapping.passed_over })
}

impl Mapping {
    /// What a field's column may be called, the usual word first.
    fn words(&self, field: Field) -> &[String] {
        let of = |who: Who| match who {
            Who::First => &self.first,
            Who::Second => &self.second,
            Who::Deputy => &self.deputy,
        };
        match field {
            Field::Code => &self.code,
            Field::Name => &self.name,
            Field::Parent => &self.parent,
            Field::Kind => &self.kind,
            Field::Mailboxes => &self.mailboxes,
            Field::Custodians => &self.custodians,
            Field::Of(who, Detail::Name) => &of(who).name,
            Field::Of(who, Detail::Mail) => &of(who).mail,
            Field::Of(who, Detail::Phone) => &of(who).phone,
            Field::Of(who, Detail::Login) => &of(who).login,
        }
    }
}

/// Every field a column may hold.
fn fields() -> impl Iterator<Item = Field> {
    let of_people = Who::ALL.into_iter().flat_map(|who| Detail::ALL.map(|detail| Field::Of(who, detail)));
    let own = [Field::Code, Field::Name, Field::Parent, Field::Kind, Field::Mailboxes, Field::Custodians];
    own.into_iter().chain(of_people)
}

#[cfg(test)]
mod tests {
    use super::super::super::headed::{Meaning, fold};
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_heading_stands_for_two_things() {
        let headings = embedded().unwrap();
        let mut seen = BTreeSet::new();
        for (field, words) in &headings.fields {
            assert!(!words.is_empty(), "{field:?}");
            for word in words {
                assert!(seen.insert(fold(word)), "{word} twice");
                assert_eq!(headings.meaning(&word.to_uppercase()), Some(Meaning::Field(*field)));
            }
        }
        for word in &headings.passed_over {
            assert!(seen.insert(fold(word)), "{word} twice");
            assert_eq!(headings.meaning(word), Some(Meaning::Nothing));
        }
        assert_eq!(headings.meaning("Mức độ"), None);
    }
}
