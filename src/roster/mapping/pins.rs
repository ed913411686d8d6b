//! Pins: what is laid down for one odd agency's lists, where its header cannot be understood by its words.

use crate::model::roster::{Column, Declared};
use crate::roster::sheet::column;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// `agencies/<code>.toml` as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PinsFile {
    list: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    sheet: Option<String>,
    header_row: Option<u32>,
    declares: Option<Declared>,
    #[serde(default)]
    columns: BTreeMap<Column, String>,
}

/// What is laid down for one list of an agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pin {
    /// The only sheet it is about; `None`: all.
    sheet: Option<String>,
    /// The header's first row, from 0.
    pub(crate) header_row: Option<usize>,
    /// What the list is.
    pub(crate) declares: Option<Declared>,
    /// Where columns stand, from 0.
    pub(crate) columns: BTreeMap<Column, usize>,
}

impl Pin {
    /// Whether it is about the sheet of that name.
    pub(crate) fn is_about(&self, sheet: &str) -> bool {
        self.sheet.as_deref().is_none_or(|name| name == sheet)
    }

    /// Whether it tells where names stand.
    pub(crate) fn has_names(&self) -> bool {
        self.columns.contains_key(&Column::FullName) || self.columns.contains_key(&Column::GivenName)
    }
}

/// The pins in a file's text; an error names the key.
pub(super) fn parse(text: &str) -> Result<Vec<Pin>, String> {
    let file: PinsFile = toml::from_str(text).map_err(|error| error.to_string())?;
    (1..).zip(file.list).map(|(number, written)| pin(number, written)).collect()
}

fn pin(number: usize, written: Written) -> Result<Pin, String> {
    let Written { sheet, header_row, declares, columns } = written;
    if header_row.is_none() && declares.is_none() && columns.is_empty() {
        return Err(format!("list {number}: it lays down nothing; expected header_row, declares or columns"));
    }
    let header_row = match header_row {
        Some(0) => return Err(format!("list {number}: header_row: rows count from 1, found 0")),
        Some(row) => usize::try_from(row - 1).ok(),
        None => None,
    };
    let mut taken = BTreeSet::new();
    let mut at = BTreeMap::new();
    for (name, letters) in columns {
        let key = || {
            let name = serde_json::to_value(name).ok().and_then(|value| value.as_str().map(str::to_owned));
            format!("list {number}: columns.{}", name.unwrap_or_default())
        };
        let found = column(&letters).ok_or_else(|| {
            format!("{}: expected a column's letters such as \"C\", found {letters:?}", key())
        })?;
        if !taken.insert(found) {
            return Err(format!("{}: column {letters} is given twice; expected each once", key()));
        }
        at.insert(name, found);
    }
    Ok(Pin { sheet, header_row, declares, columns: at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_says_where_things_stand() {
        let pins = parse(
            "[[list]]\nsheet = \"DS\"\nheader_row = 7\ndeclares = \"staff-list\"\ncolumns = { full_name = \"C\" }\n",
        );
        let expected = Pin {
            sheet: Some("DS".into()),
            header_row: Some(6),
            declares: Some(Declared::StaffList),
            columns: BTreeMap::from([(Column::FullName, 2)]),
        };
        assert_eq!(pins, Ok(vec![expected]));
    }

    #[test]
    fn an_error_names_the_key() {
        let error = |text: &str| parse(text).unwrap_err();
        for (text, says) in [
            ("[[list]]\n", "list 1: it lays down nothing"),
            ("[[list]]\nheader_row = 0\n", "list 1: header_row"),
            ("[[list]]\ncolumns = { unit = \"7\" }\n", "list 1: columns.unit: expected a column's letters"),
            ("[[list]]\ncolumns = { unit = \"C\", position = \"c\" }\n", "is given twice"),
            ("[[list]]\ncolumns = { fullname = \"C\" }\n", "fullname"),
            ("[[list]]\nheader = 3\n", "header"),
        ] {
            assert!(error(text).contains(says), "{text}: {}", error(text));
        }
    }
}
