//! A person's row: its cells become a record.

use super::grid::text;
use super::notes::{Notes, number};
use super::rows::Table;
use super::sheet::Cell;
use super::standing::{Standing, action, standing};
use super::text::flat;
use super::value::date::{self, ReadDate, Written, effective};
use super::value::phone::Repair;
use super::value::{citizen, email, flag, name, phone};
use crate::model::citizen::CitizenId;
use crate::model::finding::FindingCode;
use crate::model::person::{Birth, Gender};
use crate::model::record::{Action, Record, Status};
use crate::model::roster::{Column, Declared};
use chrono::{Datelike, NaiveDate};

/// One person's row in a table.
pub(super) struct Person<'a> {
    pub(super) table: &'a Table<'a>,
    pub(super) row: usize,
    /// The unit of the section it stands in.
    pub(super) section: Option<&'a str>,
}

/// The youngest and the oldest anybody on a roster is.
const AGES: std::ops::RangeInclusive<i32> = 15..=100;

/// Columns whose merged cells speak for every row they reach over.
fn is_carried(column: Column) -> bool {
    matches!(
        column,
        Column::Unit
            | Column::Position
            | Column::PositionAndUnit
            | Column::Status
            | Column::Action
            | Column::EffectiveDate
            | Column::Note
    )
}

impl Person<'_> {
    /// The record; `None` where the row cannot be used, which is noted.
    pub(super) fn read(&self, notes: &mut Notes) -> Option<Record<CitizenId>> {
        let words = &self.table.mapping.words;
        let read = name::read(&self.table.name(self.row)?, &words.names.honorifics)?;
        if let Some(column) = self.first(Column::FullName).or(self.first(Column::FamilyName)) {
            if read.odd {
                notes.cell(self.row, column, FindingCode::OddName);
            }
            if read.recased {
                notes.count(column, FindingCode::NamesRecased);
            }
        }
        self.note_errors(notes);
        let (birth, gender_of_birth) = self.birth(notes);
        let gender = self.gender(notes).or(gender_of_birth).or(read.addressed);
        let (position, unit) = self.position_and_unit();
        let (status, status_date) = self.status(notes);
        let (status, departure_confirmed) = self.departure(status, notes)?;
        let action = match self.action() {
            Ok(action) => action,
            Err(()) => {
                notes.add(Some(self.row), self.first(Column::Action), FindingCode::NoAction, vec![]);
                // In a list the person is there, whatever else was meant.
                if self.table.title.declared == Declared::Request {
                    return None;
                }
                None
            }
        };
        Some(Record {
            sheet: self.table.sheet.name.clone(),
            row: number(self.row),
            full_name: read.name,
            birth,
            gender,
            citizen_id: self.citizen_id(birth, gender, notes),
            staff_code: self.words(Column::StaffCode),
            position,
            unit: unit.or_else(|| self.section.map(str::to_owned)),
            phone: self.phone(notes),
            email: self.email(notes),
            status,
            action,
            effective_date: self.effective_date(notes).or(status_date),
            note: self.note(),
            departure_confirmed,
        })
    }

    pub(super) fn first(&self, column: Column) -> Option<usize> {
        self.table.header.first(column)
    }

    /// The cells of a column of this row that hold something.
    fn cells(&self, column: Column) -> impl Iterator<Item = (usize, &Cell)> {
        let at = self.table.header.columns.get(&column).map_or(&[][..], Vec::as_slice);
        let cell = move |at: &usize| {
            let carried = is_carried(column);
            let grid = self.table.grid;
            (*at, if carried { grid.carried(self.row, *at) } else { grid.cell(self.row, *at) })
        };
        at.iter().map(cell).filter(|(_, cell)| **cell != Cell::Empty)
    }

    pub(super) fn cell(&self, column: Column) -> Option<(usize, &Cell)> {
        self.cells(column).next()
    }

    /// A column's first text, in one line.
    fn words(&self, column: Column) -> Option<String> {
        self.cells(column).find_map(|(_, cell)| text(cell)).map(|text| flat(&text))
    }

    /// A failed formula says nothing, and the clerk is told.
    fn note_errors(&self, notes: &mut Notes) {
        let ours = |column: &Column| !matches!(column, Column::Password | Column::Ours);
        for column in self.table.header.columns.keys().copied().filter(ours) {
            for (at, cell) in self.cells(column) {
                if matches!(cell, Cell::Error(_)) {
                    notes.cell(self.row, at, FindingCode::FormulaError);
                }
            }
        }
    }

    /// Birth, and the gender that its column tells.
    fn birth(&self, notes: &mut Notes) -> (Option<Birth>, Option<Gender>) {
        let plain = self.cell(Column::BirthDate).and_then(|(at, cell)| self.born(at, cell, notes));
        let male = self.cell(Column::BirthMale);
        let female = self.cell(Column::BirthFemale);
        let gender = match (male, female) {
            (Some(_), None) => Some(Gender::Male),
            (None, Some(_)) => Some(Gender::Female),
            (None, None) => None,
            (Some((at, _)), Some(_)) => {
                notes.cell(self.row, at, FindingCode::BirthUnderBoth);
                None
            }
        };
        // A tick under Nam or Nữ tells the gender only.
        let dated = male.or(female).filter(|(_, cell)| plain.is_none() && !flag::is_ticked(cell));
        let born = dated.and_then(|(at, cell)| self.born(at, cell, notes));
        (plain.or(born), gender)
    }

    fn born(&self, at: usize, cell: &Cell, notes: &mut Notes) -> Option<Birth> {
        let today = self.table.today.year();
        if matches!(cell, Cell::Error(_)) {
            return None;
        }
        let Some(ReadDate { written, repair }) = date::read(cell, today - AGES.start()) else {
            notes.cell(self.row, at, FindingCode::BadDate);
            return None;
        };
        let birth = match written {
            Written::Day(date) => Birth::Date(date),
            Written::Month(date) => Birth::Year(date.year()),
            Written::Year(year) => Birth::Year(year),
        };
        if !AGES.contains(&(today - birth.year())) {
            notes.cell(self.row, at, FindingCode::UnlikelyBirth);
            return None;
        }
        match (repair, written) {
            (date::Repair::ShortYear, _) => {
                let year = birth.year().to_string();
                notes.add(Some(self.row), Some(at), FindingCode::TwoDigitYear, vec![year]);
            }
            (date::Repair::Serial, Written::Day(day)) => {
                let day = day.format("%d/%m/%Y").to_string();
                notes.add(Some(self.row), Some(at), FindingCode::SerialDate, vec![day]);
            }
            (date::Repair::None | date::Repair::Serial, _) => {}
        }
        Some(birth)
    }

    fn gender(&self, notes: &mut Notes) -> Option<Gender> {
        if let Some((at, cell)) = self.cell(Column::Gender)
            && let Some(text) = text(cell)
        {
            let gender = flag::gender(&text);
            if gender.is_none() {
                notes.cell(self.row, at, FindingCode::GenderUnclear);
            }
            return gender;
        }
        let ticked = |column| self.cell(column).is_some_and(|(_, cell)| flag::is_ticked(cell));
        match (ticked(Column::GenderMaleFlag), ticked(Column::GenderFemaleFlag)) {
            (true, false) => Some(Gender::Male),
            (false, true) => Some(Gender::Female),
            (true, true) | (false, false) => None,
        }
    }

    fn citizen_id(
        &self,
        birth: Option<Birth>,
        gender: Option<Gender>,
        notes: &mut Notes,
    ) -> Option<CitizenId> {
        let mut found = None;
        for (at, cell) in self.cells(Column::CitizenId) {
            let read = citizen::read(cell, birth, gender, &self.table.mapping.places);
            read.findings.into_iter().for_each(|code| notes.cell(self.row, at, code));
            found = found.or(read.id);
        }
        found
    }

    fn phone(&self, notes: &mut Notes) -> Option<String> {
        let mut bad = None;
        for (at, cell) in self.cells(Column::Phone) {
            let Some(text) = text(cell) else { continue };
            if let Some(phone) = phone::read(&text) {
                match phone.repair {
                    Repair::None => {}
                    Repair::Zero => notes.cell(self.row, at, FindingCode::PhoneZeroRestored),
                    Repair::Prefix => notes.cell(self.row, at, FindingCode::PhonePrefixConverted),
                }
                return Some(phone.digits);
            }
            bad = bad.or(Some(at));
        }
        bad.inspect(|at| notes.cell(self.row, *at, FindingCode::BadPhone));
        None
    }

    fn email(&self, notes: &mut Notes) -> Option<String> {
        let (at, cell) = self.cell(Column::Email)?;
        let found = email::read(&text(cell)?);
        if found.is_none() {
            notes.cell(self.row, at, FindingCode::BadEmail);
        }
        found
    }

    fn position_and_unit(&self) -> (Option<String>, Option<String>) {
        let (position, unit) = match self.words(Column::PositionAndUnit) {
            Some(both) => self.split(&both),
            None => (None, None),
        };
        (self.words(Column::Position).or(position), self.words(Column::Unit).or(unit))
    }

    /// `Chuyên viên, Phòng Nội vụ`: the unit begins after a separator, or at a capital (`Trưởng phòng Nội vụ`
    /// is a position whole).
    fn split(&self, both: &str) -> (Option<String>, Option<String>) {
        let organisations = &self.table.mapping.words.organisations;
        let shouted = !both.chars().any(char::is_lowercase);
        let starts = both.match_indices(' ').map(|(at, _)| at + 1);
        let begins = |at: &usize| {
            let rest = &both[*at..];
            let separated = both[..*at].trim_end().ends_with([',', ';', '-', '–', '/']);
            let capital = !shouted && rest.starts_with(char::is_uppercase);
            (separated || capital) && organisations.names_one(rest)
        };
        let some = |text: &str| {
            let text =
                text.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '-' | '–' | '/'));
            (!text.is_empty()).then(|| text.to_owned())
        };
        match starts.into_iter().find(begins) {
            Some(at) => (some(&both[..at]), some(&both[at..])),
            None if organisations.names_one(both) => (None, some(both)),
            None => (some(both), None),
        }
    }

    /// The standing, with the date its words name. A list that has a column for it and leaves it empty says
    /// that the person works here.
    fn status(&self, notes: &mut Notes) -> (Option<Status>, Option<NaiveDate>) {
        let words = &self.table.mapping.words;
        let columns = [Column::Status, Column::Note];
        for column in columns {
            let Some((at, text)) = self.cell(column).and_then(|(at, cell)| Some((at, flat(&text(cell)?))))
            else {
                continue;
            };
            match standing(&text, words) {
                Standing::Is(status) => {
                    let date =
                        (status != Status::Active).then(|| effective(&text, &words.titles.document_words));
                    return (Some(status), date.flatten());
                }
                Standing::Unclear => {
                    notes.cell(self.row, at, FindingCode::StatusUnclear);
                    return (None, None);
                }
                Standing::Unsaid if column == Column::Status => {
                    notes.cell(self.row, at, FindingCode::StatusUnclear);
                    return (None, None);
                }
                Standing::Unsaid => {}
            }
        }
        let has_column = columns.iter().any(|column| self.table.header.has(*column));
        let lists = self.table.title.declared != Declared::Request;
        ((has_column && lists).then_some(Status::Active), None)
    }

    /// What the row asks for: a tick, else the text, else what the title asks for. `Err`: a request that does
    /// not say.
    fn action(&self) -> Result<Option<Action>, ()> {
        match self.table.title.declared {
            Declared::Request => {}
            // Our template has such a column beside the list.
            Declared::WholeAgency if self.cell(Column::Action).is_some() => {}
            Declared::WholeAgency | Declared::StaffList | Declared::SomePeople => return Ok(None),
        }
        let words = &self.table.mapping.words;
        let ticks = [
            (Column::ActionCreate, Action::Create),
            (Column::ActionChange, Action::Change),
            (Column::ActionSuspend, Action::Suspend),
            (Column::ActionRevoke, Action::Revoke),
            (Column::ActionReset, Action::ResetPassword),
        ];
        let is_ticked = |column| self.cell(column).is_some_and(|(_, cell)| flag::is_ticked(cell));
        let mut ticked = ticks.iter().filter(|(column, _)| is_ticked(*column));
        match (ticked.next(), ticked.next()) {
            (Some((_, action)), None) => return Ok(Some(*action)),
            (Some(_), Some(_)) => return Err(()),
            (None, _) => {}
        }
        let said = match self.words(Column::Action) {
            Some(text) => action(&text, words),
            None => self.table.title.action,
        };
        said.map(Some).ok_or(())
    }

    fn effective_date(&self, notes: &mut Notes) -> Option<NaiveDate> {
        let (at, cell) = self.cell(Column::EffectiveDate)?;
        let read = date::read(cell, self.table.today.year() + 10).map(|read| read.written);
        let mentioned = || effective(&text(cell)?, &self.table.mapping.words.titles.document_words);
        let date = match read {
            Some(Written::Day(date) | Written::Month(date)) => Some(date),
            Some(Written::Year(_)) | None => mentioned(),
        };
        if date.is_none() && !matches!(cell, Cell::Error(_)) {
            notes.cell(self.row, at, FindingCode::BadDate);
        }
        date
    }

    /// The note as written; beside ticked actions the request's own words.
    fn note(&self) -> Option<String> {
        let ticks = [Column::ActionCreate, Column::ActionChange, Column::ActionSuspend, Column::ActionRevoke];
        let ticked = ticks.iter().any(|column| self.table.header.has(*column));
        let note = self.words(Column::Note);
        let request = ticked.then(|| self.words(Column::Action)).flatten();
        match (request, note) {
            (Some(request), Some(note)) => Some(format!("{request}; {note}")),
            (request, note) => request.or(note),
        }
    }
}
