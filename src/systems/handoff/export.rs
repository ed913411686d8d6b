//! Reading an export: a table of text becomes who holds which role. Pure.
//!
//! An export that says less than everything would look like roles that were taken away. So whatever looks cut,
//! filtered or shifted is an error, and an empty cell is no statement.

use super::{Columns, Settings};
use crate::model::Time;
use crate::model::agency::Agencies;
use crate::model::ids::AgencyCode;
use crate::model::name::{PersonName, ascii};
use crate::model::role::{Holding, RoleSnapshot};
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
    #[error("row {row} of the export has something else where its {column} should be: columns may be shifted")]
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
    #[error(
        "the export holds {now} roles, the last good one {before}: it may be filtered or cut. If that is right, raise shrink for one pass"
    )]
    Shrank {
        /// Then.
        before: usize,
        /// Now.
        now: usize,
    },
}

/// Titles and remarks above the headings take no more than this.
const HEADER_WITHIN: usize = 30;

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
    let before = last_good.unwrap_or(0);
    let lost = before.saturating_sub(holdings.len());
    let share = before.saturating_mul(settings.shrink.percent);
    if lost > settings.shrink.count && lost.saturating_mul(100) > share {
        return Err(ExportError::Shrank { before, now: holdings.len() });
    }
    Ok(RoleSnapshot { target: settings.name.clone(), taken, digest: digest.to_owned(), holdings })
}

/// Where the columns are.
struct Header<'a> {
    row: usize,
    cells: &'a [String],
    login: Option<usize>,
    name: Option<usize>,
    mail: Option<usize>,
    agency: Option<usize>,
    role: usize,
}

/// The cells of one row by what they are; an absent one is empty.
struct Line<'a> {
    cells: &'a [String],
    is_header: bool,
    login: &'a str,
    name: &'a str,
    mail: &'a str,
    agency: &'a str,
    role: &'a str,
}

impl<'a> Header<'a> {
    fn find(table: &'a [Vec<String>], columns: &Columns) -> Result<Self, ExportError> {
        if table.iter().flatten().all(|cell| cell.trim().is_empty()) {
            return Err(ExportError::Empty);
        }
        for (row, cells) in table.iter().enumerate().take(HEADER_WITHIN) {
            let found = |names: &[&str], own: Option<&String>| -> Vec<usize> {
                let own = own.map(|own| fold(own));
                let is = |cell: &String| match &own {
                    Some(own) => fold(cell) == *own,
                    None => names.contains(&fold(cell).as_str()),
                };
                (0..cells.len()).filter(|index| is(&cells[*index])).collect()
            };
            let login = found(LOGIN, columns.login.as_ref());
            let mail = found(MAIL, columns.mail.as_ref());
            let role = found(ROLE, columns.role.as_ref());
            if role.is_empty() || (login.is_empty() && mail.is_empty()) {
                continue;
            }
            let one = |column, places: &[usize]| match places {
                [] => Ok(None),
                [one] => Ok(Some(*one)),
                [one, two, ..] => Err(ExportError::TwoColumns {
                    row: row + 1,
                    column,
                    one: cells[*one].trim().to_owned(),
                    two: cells[*two].trim().to_owned(),
                }),
            };
            let header = Self {
                row,
                cells,
                login: one("login", &login)?,
                name: one("name", &found(NAME, columns.name.as_ref()))?,
                mail: one("mail address", &mail)?,
                agency: one("agency", &found(AGENCY, columns.agency.as_ref()))?,
                role: one("role", &role)?.ok_or(ExportError::NoHeader)?,
            };
            return header.with_all(columns);
        }
        Err(ExportError::NoHeader)
    }

    /// A heading that the site named must be there: without it the rows would say less than they did.
    fn with_all(self, columns: &Columns) -> Result<Self, ExportError> {
        for (own, place) in [
            (&columns.login, self.login),
            (&columns.name, self.name),
            (&columns.mail, self.mail),
            (&columns.agency, self.agency),
        ] {
            if let (Some(own), None) = (own, place) {
                return Err(ExportError::NoColumn(own.clone()));
            }
        }
        Ok(self)
    }

    fn line<'l>(&self, cells: &'l [String]) -> Line<'l> {
        let at = |place: Option<usize>| place.and_then(|at| cells.get(at)).map_or("", |cell| cell.trim());
        let mail = at(self.mail);
        Line {
            cells,
            is_header: cells == self.cells,
            // A system that signs in by mail has no other login.
            login: if self.login.is_some() { at(self.login) } else { mail },
            name: at(self.name),
            mail,
            agency: at(self.agency),
            role: at(Some(self.role)),
        }
    }
}

/// What the rows said so far.
#[derive(Default)]
struct Rows {
    people: usize,
    logins: BTreeSet<String>,
    holdings: BTreeSet<Holding>,
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
        let Line { cells, is_header, login, name, mail, agency, role } = line;
        // Headings are repeated at page breaks.
        if *is_header {
            return Ok(());
        }
        if self.total {
            // Signatures stand here, never a role.
            return if role.is_empty() { Ok(()) } else { Err(ExportError::AfterTotal { row }) };
        }
        if let Some(said) = total(cells) {
            self.total = true;
            let counts = [self.people, self.logins.len(), self.holdings.len()];
            return match said {
                Some(said) if !counts.contains(&said) => {
                    Err(ExportError::Total { row, said, rows: self.people })
                }
                Some(_) | None => Ok(()),
            };
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

/// What an account without a role has in its cell.
const NO_ROLE: &[&str] = &["-", "khong", "khong co", "(khong)", "(khong co)", "none"];

/// `#REF!`, `#N/A`, `#NAME?`: a cell that could not be computed is unreadable.
fn is_spreadsheet_error(text: &str) -> bool {
    text.starts_with('#') && (text.ends_with(['!', '?']) || text == "#N/A")
}

/// Whether the row is a total ("Tổng số: 120"), and the one number it says. A person called Tống has a login
/// beside the name.
fn total(cells: &[String]) -> Option<Option<usize>> {
    let mut filled = cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
    let label = fold(filled.next()?);
    let rest: Vec<&str> = filled.collect();
    let labelled = ["tong so", "tong cong"].iter().any(|word| label.starts_with(word));
    if !labelled || !rest.iter().all(|cell| cell.chars().all(|c| c.is_ascii_digit() || ".,".contains(c))) {
        return None;
    }
    let mut numbers = label
        .split(' ')
        .chain(rest)
        .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .map(|word| word.replace(['.', ','], "").parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(number), None) => Some(number),
        _ => Some(None),
    }
}

/// Agencies by what an export may call them.
struct Offices {
    exact: BTreeMap<String, AgencyCode>,
    /// `None` where two agencies differ by their tone marks alone.
    folded: BTreeMap<String, Option<AgencyCode>>,
}

impl Offices {
    fn new(agencies: &Agencies) -> Self {
        let mut offices = Self { exact: BTreeMap::new(), folded: BTreeMap::new() };
        for (code, agency) in agencies {
            for name in [code.as_str(), &agency.name] {
                offices.exact.insert(spoken(name), code.clone());
                let fold = offices.folded.entry(fold(name)).or_insert_with(|| Some(code.clone()));
                if fold.as_ref() != Some(code) {
                    *fold = None;
                }
            }
        }
        offices
    }

    fn find(&self, text: &str) -> Option<AgencyCode> {
        self.exact.get(&spoken(text)).cloned().or_else(|| self.folded.get(&fold(text)).cloned().flatten())
    }
}

/// A name that keeps its marks: NFC, lower case, single spaces.
fn spoken(text: &str) -> String {
    PersonName::new(text).map(|name| name.matching()).unwrap_or_default()
}

/// Lower-case ASCII words; `UBND` is written out.
fn fold(text: &str) -> String {
    let ascii = ascii(text);
    let words = ascii.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| if word == "ubnd" { "uy ban nhan dan" } else { word }).collect::<Vec<_>>().join(" ")
}

const LOGIN: &[&str] = &[
    "ten dang nhap",
    "tai khoan",
    "ten tai khoan",
    "tai khoan dang nhap",
    "ma dang nhap",
    "ten truy cap",
    "username",
    "user name",
    "login",
];
const NAME: &[&str] =
    &["ho va ten", "ho ten", "ten can bo", "ten nguoi dung", "ten nguoi su dung", "full name", "name"];
const MAIL: &[&str] = &[
    "thu dien tu",
    "dia chi thu dien tu",
    "thu dien tu cong vu",
    "hop thu",
    "hop thu dien tu",
    "email",
    "e mail",
    "mail",
];
const AGENCY: &[&str] = &[
    "don vi",
    "co quan",
    "co quan don vi",
    "ten don vi",
    "ten co quan",
    "ma don vi",
    "ma co quan",
    "don vi cong tac",
    "agency",
    "unit",
];
const ROLE: &[&str] =
    &["vai tro", "ten vai tro", "nhom vai tro", "quyen", "ten quyen", "nhom quyen", "phan quyen", "role", "roles"];

#[cfg(test)]
mod tests;
