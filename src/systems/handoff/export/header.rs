//! The row of headings of an export: which column is what.

use super::ExportError;
use crate::systems::handoff::Columns;
use crate::systems::offices::fold;

/// Titles and remarks above the headings take no more than this.
pub(super) const HEADER_WITHIN: usize = 30;

/// Where the columns are.
pub(super) struct Header<'a> {
    pub(super) row: usize,
    cells: &'a [String],
    login: Option<usize>,
    name: Option<usize>,
    mail: Option<usize>,
    agency: Option<usize>,
    role: usize,
    open_files: Option<usize>,
    password_changed: Option<usize>,
}

/// The cells of one row by what they are; an absent one is empty.
pub(super) struct Line<'a> {
    pub(super) cells: &'a [String],
    pub(super) is_header: bool,
    pub(super) login: &'a str,
    pub(super) name: &'a str,
    pub(super) mail: &'a str,
    pub(super) agency: &'a str,
    pub(super) role: &'a str,
    pub(super) open_files: &'a str,
    pub(super) password_changed: &'a str,
}

impl<'a> Header<'a> {
    pub(super) fn find(table: &'a [Vec<String>], columns: &Columns) -> Result<Self, ExportError> {
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
                open_files: one("open files", &found(OPEN_FILES, columns.open_files.as_ref()))?,
                password_changed: one(
                    "password",
                    &found(PASSWORD_CHANGED, columns.password_changed.as_ref()),
                )?,
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
            (&columns.open_files, self.open_files),
            (&columns.password_changed, self.password_changed),
        ] {
            if let (Some(own), None) = (own, place) {
                return Err(ExportError::NoColumn(own.clone()));
            }
        }
        Ok(self)
    }

    /// Whether it has a column for the day of the last change of a password.
    pub(super) fn tells_password_age(&self) -> bool {
        self.password_changed.is_some()
    }

    pub(super) fn line<'l>(&self, cells: &'l [String]) -> Line<'l> {
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
            open_files: at(self.open_files),
            password_changed: at(self.password_changed),
        }
    }
}

pub(in crate::systems::handoff) const LOGIN: &[&str] = &[
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
pub(in crate::systems::handoff) const MAIL: &[&str] = &[
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
const OPEN_FILES: &[&str] = &["so ho so dang xu ly", "ho so dang xu ly", "so ho so dang giu", "open files"];
const PASSWORD_CHANGED: &[&str] =
    &["ngay doi mat khau", "ngay thay doi mat khau", "lan doi mat khau cuoi", "password changed"];
const ROLE: &[&str] = &[
    "vai tro",
    "ten vai tro",
    "nhom vai tro",
    "quyen",
    "ten quyen",
    "nhom quyen",
    "phan quyen",
    "role",
    "roles",
];
