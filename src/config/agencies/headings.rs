//! Headings: what the columns of an agencies workbook may be called (`mappings/agencies.toml`).

use super::check::{Detail, Field, Who};
use crate::model::name::ascii;
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

/// What a heading stands over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A field of the agency.
    Field(Field),
    /// Something that is not asked for.
    Nothing,
}

/// Every heading there is.
pub(super) struct Headings(Mapping);

impl Headings {
    /// Those that come with the program.
    pub(super) fn embedded() -> Result<Self, toml::de::Error> {
        toml::from_str(include_str!("../../../mappings/agencies.toml")).map(Self)
    }

    /// What `cell` says as a heading; `None` where it is none.
    pub(super) fn meaning(&self, cell: &str) -> Option<Meaning> {
        let cell = fold(cell);
        let is = |words: &[String]| words.iter().any(|word| fold(word) == cell);
        let field = fields().find(|field| is(self.words(*field))).map(Meaning::Field);
        field.or_else(|| is(&self.0.passed_over).then_some(Meaning::Nothing))
    }

    /// What a field's column may be called, the usual word first.
    pub(super) fn words(&self, field: Field) -> &[String] {
        let of = |who: Who| match who {
            Who::First => &self.0.first,
            Who::Second => &self.0.second,
            Who::Deputy => &self.0.deputy,
        };
        match field {
            Field::Code => &self.0.code,
            Field::Name => &self.0.name,
            Field::Parent => &self.0.parent,
            Field::Kind => &self.0.kind,
            Field::Mailboxes => &self.0.mailboxes,
            Field::Custodians => &self.0.custodians,
            Field::Of(who, Detail::Name) => &of(who).name,
            Field::Of(who, Detail::Mail) => &of(who).mail,
            Field::Of(who, Detail::Phone) => &of(who).phone,
            Field::Of(who, Detail::Login) => &of(who).login,
        }
    }

    /// The usual word of a field.
    pub(super) fn word(&self, field: Field) -> &str {
        self.words(field).first().map_or("", String::as_str)
    }

    /// The usual words of all fields.
    pub(super) fn all(&self) -> String {
        fields().map(|field| self.word(field)).collect::<Vec<_>>().join(", ")
    }
}

/// Every field a column may hold.
fn fields() -> impl Iterator<Item = Field> {
    let of_people = Who::ALL.into_iter().flat_map(|who| Detail::ALL.map(|detail| Field::Of(who, detail)));
    let own = [Field::Code, Field::Name, Field::Parent, Field::Kind, Field::Mailboxes, Field::Custodians];
    own.into_iter().chain(of_people)
}

/// Lower-case words without tone marks.
fn fold(text: &str) -> String {
    let ascii = ascii(text);
    ascii.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_heading_stands_for_two_things() {
        let headings = Headings::embedded().unwrap();
        let mut seen = BTreeSet::new();
        for field in fields() {
            assert!(!headings.words(field).is_empty(), "{field:?}");
            for word in headings.words(field) {
                assert!(seen.insert(fold(word)), "{word} twice");
                assert_eq!(headings.meaning(&word.to_uppercase()), Some(Meaning::Field(field)));
            }
        }
        for word in &headings.0.passed_over {
            assert!(seen.insert(fold(word)), "{word} twice");
            assert_eq!(headings.meaning(word), Some(Meaning::Nothing));
        }
        assert_eq!(headings.meaning("Mức độ"), None);
    }
}
