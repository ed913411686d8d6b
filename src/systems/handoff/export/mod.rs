//! Reading an export: a table of text becomes who holds which role. Pure.
//!
//! An export that says less than everything would look like roles that were taken away. So whatever looks cut,
//! filtered or shifted is an error, and an empty cell is no statement.

mod header;

use super::{CAN, Settings};
use crate::model::Time;
use crate::model::agency::Agencies;
use crate::model::name::{PersonName, ascii};
use crate::model::role::{Can, Holding, RoleSnapshot, SystemAccount};
use crate::systems::day;
use crate::systems::offices::{Offices, fold};
use crate::systems::shrink::Shrank;
use chrono::NaiveDate;
use header::{HEADER_WITHIN, Header, Line};
pub(super) use header::{LOGIN, MAIL};
use std::collections::{BTreeMap, BTreeSet};

/// An export that is not believed. Rows count from 1; no text names a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// Nothing in it.
    #[error("the export is empty: export it again")]
    Empty,
    /// No row of headings.
    #[error(
        "the export has no row of headings with a role (Vai trò) and a login (Tên đăng nhập) or mail address (Thư điện tử) among its first {HEADER_WITHIN} rows: name its headings under columns"
    )]
    NoHeader,
    /// Two headings that could both be meant.
    #[error(
        "row {row} of the export has two headings for the {column}, {one:?} and {two:?}: say which under columns"
    )]
    TwoColumns {
        /// The row of headings.
        row: usize,
        /// What both could be.
        column: &'static str,
        /// The first.
        one: String,
        /// The second.
        two: String,
    },
    /// A configured heading that is not there.
    #[error("the export has no heading {0:?}, which columns names")]
    NoColumn(String),
    /// Headings and nothing below.
    #[error("the export has headings but no rows: export it again, without a filter")]
    NoRows,
    /// Not a single role.
    #[error("the export names no role at all: export it again, with the roles")]
    NoRoles,
    /// A row that breaks off.
    #[error(
        "row {row} of the export has no {missing}: it may be cut. Export it again; where an account without a role is meant, write \"-\" or set empty_role_means_none"
    )]
    Cut {
        /// The row.
        row: usize,
        /// What is not there.
        missing: &'static str,
    },
    /// A cell that no login or role looks like.
    #[error(
        "row {row} of the export has something else where its {column} should be: columns may be shifted"
    )]
    Shifted {
        /// The row.
        row: usize,
        /// What should be there.
        column: &'static str,
    },
    /// The total below does not agree.
    #[error("the export says {said} in total in row {row} and holds {rows} rows: it may be cut")]
    Total {
        /// The row of the total.
        row: usize,
        /// What it says.
        said: usize,
        /// What is there.
        rows: usize,
    },
    /// Something below the total.
    #[error("row {row} of the export stands below its total: export it as one list")]
    AfterTotal {
        /// The row.
        row: usize,
    },
    /// Far fewer than last time.
    #[error(transparent)]
    Shrank(#[from] Shrank),
}

/// Understands `table`, the export's first sheet. `last_good` is the number of roles in the last export that
/// was believed.
pub fn parse_export(
    table: &[Vec<String>],
    settings: &Settings,
    agencies: &Agencies,
    last_good: Option<usize>,
    taken: Time,
    digest: &str,
) -> Result<RoleSnapshot, ExportError> {
    let header = Header::find(table, &settings.columns)?;
    let offices = Offices::new(agencies);
    let mut rows = Rows::default();
    for (index, cells) in table.iter().enumerate().skip(header.row + 1) {
        rows.take(index + 1, &header.line(cells), settings.empty_role_means_none, &offices)?;
    }
    if rows.people == 0 {
        return Err(ExportError::NoRows);
    }
    let holdings: Vec<Holding> = rows.holdings.into_iter().collect();
    if holdings.is_empty() {
        return Err(ExportError::NoRoles);
    }
    settings.shrink.check(last_good, holdings.len())?;
    Ok(RoleSnapshot {
        target: settings.name.clone(),
        taken,
        digest: digest.to_owned(),
        can: Can { password_age: header.tells_password_age(), lookups: settings.lookups.is_some(), ..CAN },
        holdings,
        accounts: rows.accounts.into_values().collect(),
    })
}

/// What the rows said so far.
#[derive(Default)]
struct Rows {
    people: usize,
    logins: BTreeSet<String>,
    holdings: BTreeSet<Holding>,
    /// Those of which something is said beside their roles, by login.
    accounts: BTreeMap<String, SystemAccount>,
    total: bool,
}

impl Rows {
    fn take(
        &mut self,
        row: usize,
        line: &Line<'_>,
        empty_means_none: bool,
        offices: &Offices,
    ) -> Result<(), ExportError> {
        let Line { cells, is_header, login, name, mail, agency, role, open_files, password_changed } = line;
        // Headings are repeated at page breaks.
        if *is_header {
            return Ok(());
        }
        if self.total {
            // Signatures stand here, never a role.
            return if role.is_empty() { Ok(()) } else { Err(ExportError::AfterTotal { row }) };
        }
        let counts = [self.people, self.logins.len(), self.holdings.len()];
        match total(cells) {
            Total::None => {}
            Total::Says(said) if !counts.contains(&said) => {
                return Err(ExportError::Total { row, said, rows: self.people });
            }
            Total::Says(_) | Total::Unclear => {
                self.total = true;
                return Ok(());
            }
        }
        if [login, name, mail, role].iter().all(|cell| cell.is_empty()) {
            return Ok(());
        }
        if login.is_empty() {
            return Err(ExportError::Cut { row, missing: "login" });
        }
        if login.contains(char::is_whitespace) || is_spreadsheet_error(login) {
            return Err(ExportError::Shifted { row, column: "login" });
        }
        if role.is_empty() && !empty_means_none {
            return Err(ExportError::Cut { row, missing: "role" });
        }
        self.people += 1;
        self.logins.insert(login.to_lowercase());
        // What cannot be read is no statement.
        let (open_files, password_changed) = (open_files.parse().ok(), written_day(password_changed));
        if open_files.is_some() || password_changed.is_some() {
            let mail = (!mail.is_empty()).then(|| mail.to_lowercase());
            let account = SystemAccount { login: (*login).to_owned(), mail, ..SystemAccount::default() };
            let account = self.accounts.entry(login.to_lowercase()).or_insert(account);
            account.open_files = account.open_files.max(open_files);
            account.password_changed = account.password_changed.max(password_changed);
        }
        for role in role.split([';', '\n', '\r']).filter_map(PersonName::new) {
            if is_spreadsheet_error(role.as_str()) {
                return Err(ExportError::Shifted { row, column: "role" });
            }
            if NO_ROLE.contains(&ascii(role.as_str()).as_str()) {
                continue;
            }
            self.holdings.insert(Holding {
                login: (*login).to_owned(),
                mail: (!mail.is_empty()).then(|| mail.to_lowercase()),
                name: PersonName::new(name).map(|name| name.as_str().to_owned()),
                agency: offices.find(agency),
                role: role.as_str().to_owned(),
            });
        }
        Ok(())
    }
}

/// A day as offices write it, or as programs do.
fn written_day(text: &str) -> Option<NaiveDate> {
    let first = text.split_whitespace().next()?;
    NaiveDate::parse_from_str(first, "%d/%m/%Y").ok().or_else(|| day(text))
}

/// What an account without a role has in its cell.
const NO_ROLE: &[&str] = &["-", "khong", "khong co", "(khong)", "(khong co)", "none"];

/// `#REF!`, `#N/A`, `#NAME?`: a cell that could not be computed is unreadable.
fn is_spreadsheet_error(text: &str) -> bool {
    text.starts_with('#') && (text.ends_with(['!', '?']) || text == "#N/A")
}

/// What a row says as a total ("Tổng số: 120").
enum Total {
    /// It is none.
    None,
    /// This many.
    Says(usize),
    /// Several numbers, or none.
    Unclear,
}

/// A person called Tống is no total: a login stands beside the name.
fn total(cells: &[String]) -> Total {
    let mut filled = cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
    let label = fold(filled.next().unwrap_or(""));
    let rest: Vec<&str> = filled.collect();
    let labelled = ["tong so", "tong cong"].iter().any(|word| label.starts_with(word));
    if !labelled || !rest.iter().all(|cell| cell.chars().all(|c| c.is_ascii_digit() || ".,".contains(c))) {
        return Total::None;
    }
    let mut numbers = label
        .split(' ')
        .chain(rest)
        .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .map(|word| word.replace(['.', ','], "").parse().ok());
    match (numbers.next().flatten(), numbers.next()) {
        (Some(said), None) => Total::Says(said),
        (_, _) => Total::Unclear,
    }
}

#[cfg(test)]
mod tests;
