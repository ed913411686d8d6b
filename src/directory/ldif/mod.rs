//! LDIF (RFC 2849): entries as text. A document keeps what it does not understand, comments and order included.

mod changes;
mod parse;
mod render;

pub use changes::change_records;
pub use parse::LdifError;

use crate::model::dn::Dn;

/// A file of entries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// Whether it opens with `version: 1`.
    pub version: bool,
    /// Its entries, in order.
    pub records: Vec<Record>,
    /// Comments after the last entry.
    pub tail: Vec<String>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Comments above it.
    pub comments: Vec<String>,
    /// Its name.
    pub dn: Dn,
    /// The name as written, where that spells it otherwise.
    pub dn_text: String,
    /// Its attributes and the comments among them, in order.
    pub lines: Vec<Line>,
}

/// One line of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A comment, without its `#`.
    Comment(String),
    /// A value of an attribute.
    Value {
        /// The attribute, with its options (`cn;lang-vi`).
        attribute: String,
        /// The bytes.
        value: Vec<u8>,
    },
}

impl Document {
    /// Reads a document; an error names its line.
    pub fn parse(text: &str) -> Result<Self, LdifError> {
        parse::document(text)
    }

    /// Writes it: values that are not plain ASCII in base64, long lines folded.
    pub fn render(&self) -> String {
        render::document(self)
    }

    /// The entry at `dn`, compared without case.
    pub fn at(&self, dn: &Dn) -> Option<&Record> {
        let wanted = dn.folded();
        self.records.iter().find(|record| record.dn.folded() == wanted)
    }
}

impl Record {
    /// A new entry.
    pub fn new(dn: Dn, lines: Vec<Line>) -> Self {
        Self { comments: Vec::new(), dn_text: dn.to_string(), dn, lines }
    }

    /// The values of `attribute` that are text.
    pub fn values(&self, attribute: &str) -> Vec<&str> {
        self.lines
            .iter()
            .filter_map(|line| match line {
                Line::Value { attribute: name, value } if name.eq_ignore_ascii_case(attribute) => {
                    std::str::from_utf8(value).ok()
                }
                Line::Value { .. } | Line::Comment(_) => None,
            })
            .collect()
    }

    /// Removes the values of `attribute` that `gone` names and adds `fresh` where the attribute stands, else at
    /// the end.
    pub fn change(&mut self, attribute: &str, gone: impl Fn(&[u8]) -> bool, fresh: &[String]) {
        let is_of = |line: &Line| matches!(line, Line::Value { attribute: name, .. } if name.eq_ignore_ascii_case(attribute));
        let place = self.lines.iter().rposition(is_of).map_or(self.lines.len(), |last| last + 1);
        let added = fresh
            .iter()
            .map(|value| Line::Value { attribute: attribute.to_owned(), value: value.as_bytes().to_vec() });
        let rest = self.lines.split_off(place);
        self.lines.retain(|line| match line {
            Line::Value { attribute: name, value } => !(name.eq_ignore_ascii_case(attribute) && gone(value)),
            Line::Comment(_) => true,
        });
        self.lines.extend(added);
        self.lines.extend(rest);
    }

    /// Gives `attribute` exactly these values.
    pub fn set(&mut self, attribute: &str, values: &[String]) {
        self.change(attribute, |_| true, values);
    }
}
