//! The agencies' file: a TOML file with an `[[agency]]` table each, or a workbook with a row each. Its content
//! decides which, not its name.

mod check;
mod headings;
mod table;

use super::{ConfigError, read_toml};
use crate::model::Lang;
use crate::model::agency::{Agencies, Agency};
use crate::workbook::{Reader, ReaderError};
use check::{Detail, Field, Who, Wrong};
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    agency: Vec<Agency>,
}

/// Reads the agencies. A workbook is opened by `reader`, in a process of its own.
pub async fn read(path: &Path, reader: &mut Reader) -> Result<Agencies, ConfigError> {
    let bytes = std::fs::read(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    let found = if is_toml(&bytes) {
        tables(read_toml::<File>(path)?.agency)
    } else {
        let cells = reader.table(&bytes).await.map_err(|error| unreadable(path, &error))?;
        table::read(&cells)
    };
    found.map_err(|wrong| ConfigError::Agencies { path: path.to_owned(), wrong })
}

/// Whether a file is TOML: the first line that says something opens a table or sets a key. Of a table of cells it is
/// a title or a heading.
pub(super) fn is_toml(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let sets_a_key =
        |line: &str| line.split_once('=').is_some_and(|(key, _)| !key.contains([',', ';', '\t', '\0']));
    lines.next().is_none_or(|line| line.starts_with('[') || sets_a_key(line))
}

fn unreadable(path: &Path, error: &ReaderError) -> ConfigError {
    let why = match error {
        ReaderError::Start { .. } | ReaderError::Mappings(_) => error.to_string(),
        ReaderError::Refused(finding) => format!(
            "{} Expected are [[agency]] tables (TOML), or a workbook (.xlsx, .ods, .xls, .csv) with a row for each agency",
            finding.message(Lang::En)
        ),
    };
    ConfigError::Form { path: path.to_owned(), why }
}

/// The agencies of a TOML file.
fn tables(list: Vec<Agency>) -> Result<Agencies, Vec<String>> {
    let codes: Vec<_> = list.iter().map(|agency| agency.code.clone()).collect();
    let crowded = list.iter().filter(|agency| agency.contacts.len() > 2);
    let mut said: Vec<String> = crowded
        .map(|agency| format!("agency {}: contacts: at most two are named, beside a deputy", agency.code))
        .collect();
    let wrong = match check::check(list) {
        Ok(agencies) if said.is_empty() => return Ok(agencies),
        Ok(_) => Vec::new(),
        Err(wrong) => wrong,
    };
    let say = |one: &Wrong| format!("agency {}: {}: {}", codes[one.agency], key(one.field), one.why);
    said.extend(wrong.iter().map(say));
    Err(said)
}

/// A field as TOML has it.
fn key(field: Field) -> String {
    let detail = |detail| match detail {
        Detail::Name => "name",
        Detail::Mail => "mail",
        Detail::Phone => "phone",
        Detail::Login => "login",
    };
    match field {
        Field::Code => "code".into(),
        Field::Name => "name".into(),
        Field::Parent => "parent".into(),
        Field::Kind => "kind".into(),
        Field::Mailboxes | Field::Custodians => "mailboxes".into(),
        Field::Of(Who::First, of) => format!("contacts[0].{}", detail(of)),
        Field::Of(Who::Second, of) => format!("contacts[1].{}", detail(of)),
        Field::Of(Who::Deputy, of) => format!("deputy.{}", detail(of)),
    }
}

#[cfg(test)]
mod tests;
