//! Rows: what stands below a header, row by row; who of it are people.

use super::grid::{Grid, text};
use super::header::Header;
use super::mapping::Mapping;
use super::notes::{Notes, number};
use super::person::Person;
use super::sheet::{Cell, Sheet, letters};
use super::text::{Said, flat, plain};
use super::title::{Title, is_action};
use super::value::flag::is_ticked;
use crate::model::citizen::CitizenId;
use crate::model::finding::FindingCode;
use crate::model::name::{self, looks_like_one};
use crate::model::record::Record;
use crate::model::roster::{Block, Column, Declared};
use chrono::NaiveDate;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A header with everything needed to read the rows below it.
pub(super) struct Table<'a> {
    pub(super) sheet: &'a Sheet,
    pub(super) grid: &'a Grid,
    pub(super) header: &'a Header,
    pub(super) title: &'a Title,
    pub(super) mapping: &'a Mapping,
    pub(super) today: NaiveDate,
}

/// What a row is.
#[derive(Debug, PartialEq, Eq)]
enum Row {
    /// Nothing, a stray note, a number without anybody, the title of the next list.
    Nothing,
    /// A total, a sentence under the table.
    Footer,
    /// A heading over the rows below, with its text.
    Section(String),
    /// One person.
    Person,
    /// A unit mailbox in a request.
    Unit,
    /// A request in free words.
    FreeText,
    /// Data without a name.
    NoName,
    /// A name alone in a numbered list.
    Unnumbered,
    /// A name with more beside it, below the signatures.
    BelowSignature,
    /// Signatures: the list is over.
    Signature,
}

/// Where a table's rows end.
pub(super) struct End {
    /// The row after its last, where the next header may begin.
    pub(super) row: usize,
    /// The first row that may belong to the title of the next list.
    pub(super) tail: usize,
}

/// How far the walk has come.
struct Walk {
    /// The unit of the section the walk is in.
    unit: Option<String>,
    /// The first row after everything that belongs to this list.
    tail: usize,
    /// Signatures were met: only a numbered row is a person from here on.
    ended: bool,
    units: BTreeSet<String>,
    records: Vec<Record<CitizenId>>,
}

impl Table<'_> {
    /// Reads the rows up to the next header; also tells where they end.
    pub(super) fn read(&self) -> (Block, End) {
        let words = &self.mapping.words;
        let mut notes = Notes::on(&self.sheet.name);
        let named = Some(flat(&self.sheet.name)).filter(|name| words.organisations.names_unit(name));
        let own_unit = self.title.unit.clone().or(named);
        let units = own_unit.iter().cloned().collect();
        let mut row = self.header.below;
        let mut walk = Walk { unit: own_unit, tail: row, ended: false, units, records: vec![] };
        while row < self.grid.rows.len() {
            if let Some(next) = Header::at(self.grid, &self.mapping.labels, row) {
                // The same header printed anew on each page goes on; below a title of its own it is another list.
                let silent = (walk.tail..next.top).all(|row| self.texts(row).next().is_none());
                if next.columns != self.header.columns || walk.ended || !silent {
                    break;
                }
                row = next.below;
                continue;
            }
            self.step(row, &mut walk, &mut notes);
            row += 1;
        }
        let letters_of = |columns: &Vec<usize>| columns.iter().map(|column| letters(*column)).collect();
        let columns: BTreeMap<Column, Vec<String>> =
            self.header.columns.iter().map(|(column, at)| (*column, letters_of(at))).collect();
        let mut findings = notes.into_findings();
        findings.sort_by_key(|finding| finding.row);
        let block = Block {
            sheet: self.sheet.name.clone(),
            header_row: number(self.header.top),
            header_end: number(self.header.bottom),
            form: self.title.form.clone(),
            declared: self.title.declared,
            agency_in_title: self.title.agency.clone(),
            document: self.title.document.clone(),
            as_of: self.title.as_of,
            columns,
            units: walk.units,
            records: walk.records,
            findings,
        };
        (block, End { row, tail: walk.tail })
    }

    fn step(&self, row: usize, walk: &mut Walk, notes: &mut Notes) {
        let kind = self.classify(row, walk.ended);
        if !matches!(kind, Row::Nothing | Row::Section(_)) {
            walk.tail = row + 1;
        }
        match kind {
            Row::Nothing | Row::Footer => {}
            Row::Signature => walk.ended = true,
            Row::Section(heading) => {
                let words = &self.mapping.words;
                if !Said::new(&heading).is_any(&words.rows.not_unit) {
                    walk.unit = Some(words.organisations.official_case(without_count(&heading)));
                }
            }
            Row::Person => {
                let person = Person { table: self, row, section: walk.unit.as_deref() };
                walk.records.extend(person.read(notes));
                // A section without people speaks for nobody.
                if let Some(unit) = &walk.unit
                    && !walk.units.contains(unit)
                {
                    walk.units.insert(unit.clone());
                }
            }
            Row::Unit => notes.add(Some(row), self.name_column(), FindingCode::UnitRow, vec![]),
            Row::FreeText => notes.add(Some(row), None, FindingCode::FreeTextRow, vec![]),
            Row::NoName => notes.add(Some(row), self.name_column(), FindingCode::NoName, vec![]),
            Row::BelowSignature => {
                notes.add(Some(row), self.name_column(), FindingCode::RowBelowSignature, vec![]);
            }
            Row::Unnumbered => notes.add(Some(row), self.name_column(), FindingCode::UnnumberedName, vec![]),
        }
    }

    fn name_column(&self) -> Option<usize> {
        self.header.first(Column::FullName).or_else(|| self.header.first(Column::FamilyName))
    }

    /// The text of the row's name cells; the full name counts before the split one.
    pub(super) fn name(&self, row: usize) -> Option<String> {
        let join = |columns: &[usize]| {
            if let [column] = *columns
                && let Cell::Text(text) = self.grid.cell(row, column)
                && text.starts_with(char::is_alphanumeric)
            {
                return Some(flat(text));
            }
            let parts = columns.iter().filter_map(|column| match self.grid.cell(row, *column) {
                Cell::Text(text) if text.contains(char::is_alphanumeric) => Some(flat(text)),
                _ => None,
            });
            Some(parts.collect::<Vec<_>>().join(" ")).filter(|name| !name.is_empty())
        };
        let full = self.header.columns.get(&Column::FullName).map_or(&[][..], Vec::as_slice);
        join(full).or_else(|| {
            let split = [Column::FamilyName, Column::GivenName];
            join(&split.iter().filter_map(|column| self.header.first(*column)).collect::<Vec<_>>())
        })
    }

    fn classify(&self, row: usize, ended: bool) -> Row {
        let words = &self.mapping.words;
        if !self.says_something(row) {
            return Row::Nothing;
        }
        let number = self.header.first(Column::Number).and_then(|column| text(self.grid.cell(row, column)));
        let name = self.name(row);
        let counts = number.as_deref().is_some_and(counts);
        let facts = self.facts(row);
        if counts
            && name.is_some()
            && (facts.personal > 0 || (!ended && !self.is_organisation(name.as_deref())))
        {
            return Row::Person;
        }
        let first = self.texts(row).next().map(|text| flat(&text)).unwrap_or_default();
        if self.is_signature(row) {
            return Row::Signature;
        }
        let leads = Said::new(&first);
        let named = name.as_deref().map(Said::new);
        let is_footer =
            |said: &Said| said.starts_any(&words.rows.total) || said.starts_any(&words.rows.footer);
        if !counts && (is_footer(&leads) || named.as_ref().is_some_and(is_footer)) {
            return Row::Footer;
        }
        if !counts && leads.starts_any(&words.rows.title) {
            return if first.contains(':') { Row::Footer } else { Row::Nothing };
        }
        if self.header.has(Column::FreeText) && !self.header.has_names() {
            return if facts.any > 0 { Row::FreeText } else { Row::Nothing };
        }
        if let Some(heading) = self.heading(row, number.as_deref(), name.as_deref(), &facts) {
            return Row::Section(heading);
        }
        match name {
            Some(name) => self.named(&name, counts, number.is_some(), &facts, ended),
            None => self.nameless(row, counts, &facts, ended),
        }
    }

    fn is_organisation(&self, name: Option<&str>) -> bool {
        name.is_some_and(|name| self.mapping.words.organisations.names_one(name))
    }

    /// A row with something in the name column.
    fn named(&self, name: &str, counts: bool, numbered: bool, facts: &Facts, ended: bool) -> Row {
        if self.is_organisation(Some(name)) && facts.personal == 0 {
            return if facts.any > 0 || self.title.declared == Declared::Request {
                Row::Unit
            } else {
                Row::Nothing
            };
        }
        if counts || facts.solid > 0 {
            return Row::Person;
        }
        match (ended, looks_like_one(name), facts.any) {
            // Who signs stands under the office alone, or beside who else signs.
            (true, true, 2..) => return Row::BelowSignature,
            (true, _, _) | (false, false, 0) => return Row::Nothing,
            (false, false, _) if name.split(' ').count() > name::LONGEST => return Row::NoName,
            (false, _, _) => {}
        }
        let names_only = self.header.columns.keys().all(|column| is_name(*column));
        if facts.any > 0 || numbered || names_only { Row::Person } else { Row::Unnumbered }
    }

    /// A row with nothing in the name column.
    fn nameless(&self, row: usize, counts: bool, facts: &Facts, ended: bool) -> Row {
        let continued = self.name_column().is_some_and(|column| self.grid.merged_from(row, column).is_some());
        let enough =
            if counts { facts.beside_unit > 0 } else { !ended && (facts.solid > 0 || facts.any > 1) };
        if enough && !continued { Row::NoName } else { Row::Nothing }
    }

    /// A heading over the rows below: `I | Phòng …`, `A. Lãnh đạo`, a department's name alone.
    fn heading(&self, row: usize, number: Option<&str>, name: Option<&str>, facts: &Facts) -> Option<String> {
        let organisations = &self.mapping.words.organisations;
        // A department's name in a row of its own is a heading in whichever column it stands.
        let alone = number.is_none() && name.is_none() && self.texts(row).nth(1).is_none();
        if facts.solid > 0 || facts.position && !alone {
            return None;
        }
        let request_row = self.title.declared == Declared::Request && facts.any > 0;
        if request_row {
            return None;
        }
        match (number, name) {
            (Some(number), Some(name))
                if is_marker(number) && (facts.any == 0 || organisations.names_one(name)) =>
            {
                Some(name.to_owned())
            }
            (_, Some(name)) => {
                let heading = without_marker(name).unwrap_or(name);
                let alone = heading.len() < name.len() && number.is_none() && facts.any == 0;
                (alone || organisations.names_one(heading)).then(|| heading.to_owned())
            }
            (number, None) => {
                let stray = || {
                    let mut texts = self.texts(row);
                    let only = texts.next()?;
                    texts.next().is_none().then(|| flat(&only))
                };
                let text = number.map(flat).or_else(stray)?;
                let heading = without_marker(&text).unwrap_or(&text);
                let marked = heading.len() < text.len();
                let named = organisations.names_one(heading);
                (facts.any == 0 && (marked || named) || alone && named).then(|| heading.to_owned())
            }
        }
        .filter(|heading| heading.chars().any(char::is_alphabetic))
    }

    /// Whether every cell of the row is part of a signature block: offices, "ký tên", a place and date.
    fn is_signature(&self, row: usize) -> bool {
        let words = &self.mapping.words;
        let signs = |text: &str| {
            let said = Said::new(text);
            said.starts_any(&words.rows.signature) || is_place_and_date(text)
        };
        self.texts(row).all(|text| text.lines().next().is_some_and(signs))
    }

    /// The texts of a row from left to right; passwords are looked at by nobody.
    fn texts(&self, row: usize) -> impl Iterator<Item = Cow<'_, str>> {
        self.open_cells(row).filter_map(text)
    }

    /// Whether a row has any text; those of most rows need not be put into words for it.
    fn says_something(&self, row: usize) -> bool {
        self.open_cells(row).any(|cell| match cell {
            Cell::Text(_) | Cell::Number(_) | Cell::Date(_) => true,
            Cell::Empty | Cell::Error(_) | Cell::Bool(_) => false,
        })
    }

    fn open_cells(&self, row: usize) -> impl Iterator<Item = &Cell> {
        let secret = self.header.columns.get(&Column::Password).map_or(&[][..], Vec::as_slice);
        self.grid.filled(row).filter(|(column, _)| !secret.contains(column)).map(|(_, cell)| cell)
    }

    /// How much a row says beside number and name.
    fn facts(&self, row: usize) -> Facts {
        let mut facts = Facts::default();
        for (column, at) in &self.header.columns {
            if matches!(column, Column::Number | Column::Password | Column::Ours) || is_name(*column) {
                continue;
            }
            if is_action(*column) && *column != Column::Action {
                facts.any += u32::from(at.iter().any(|at| is_ticked(self.grid.cell(row, *at))));
                continue;
            }
            let says = |cell: &&Cell| !matches!(cell, Cell::Empty | Cell::Error(_) | Cell::Bool(_));
            let Some(cell) = at.iter().map(|at| self.grid.cell(row, *at)).find(says) else {
                continue;
            };
            let exact = match cell {
                Cell::Text(text) => text.contains(|c: char| c.is_ascii_digit() || c == '@'),
                _ => true,
            };
            facts.any += 1;
            facts.beside_unit += u32::from(*column != Column::Unit);
            facts.position |= matches!(column, Column::Position | Column::PositionAndUnit);
            let identifies = matches!(
                column,
                Column::BirthDate
                    | Column::BirthMale
                    | Column::BirthFemale
                    | Column::CitizenId
                    | Column::StaffCode
            );
            let reaches = matches!(column, Column::Phone | Column::Email);
            if (identifies || reaches) && exact {
                facts.solid += 1;
                facts.personal += u32::from(identifies);
            }
        }
        facts
    }
}

/// How much a row says beside number and name.
#[derive(Debug, Default)]
struct Facts {
    /// Columns with anything.
    any: u32,
    /// Those, the unit left out: it is often filled down over empty rows.
    beside_unit: u32,
    /// Birth, IDs, phone or address that look like it.
    solid: u32,
    /// Those of them only a person has.
    personal: u32,
    /// A position.
    position: bool,
}

fn is_name(column: Column) -> bool {
    matches!(column, Column::FullName | Column::FamilyName | Column::GivenName)
}

/// A row's number: `1`, `01`, `1.`, `1.2`, `(3)`.
fn counts(text: &str) -> bool {
    text.len() <= 8
        && text.chars().any(|c| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '(' | ')' | ' ' | '*'))
}

/// A section's number: a Roman numeral or one letter.
fn is_marker(text: &str) -> bool {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    let roman = !text.is_empty()
        && text.len() <= 6
        && text.chars().all(|c| matches!(c, 'I' | 'V' | 'X' | 'L' | 'i' | 'v' | 'x'));
    roman || (text.chars().count() == 1 && text.chars().all(char::is_alphabetic))
}

/// The heading after `II.`, `A)`, `I -`.
fn without_marker(text: &str) -> Option<&str> {
    let (marker, rest) = text.split_once([' ', '.', ')', '/', '-'])?;
    let rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
    (is_marker(marker) && marker.chars().all(char::is_uppercase) && !rest.is_empty()).then_some(rest)
}

/// The heading without how many it is over: `Phòng Nội vụ (02 người)`, `Văn phòng: 5 đồng chí`.
fn without_count(heading: &str) -> &str {
    heading.split(['(', ':']).next().map(str::trim_end).filter(|name| !name.is_empty()).unwrap_or(heading)
}

/// `Tân Lập, ngày 15 tháng 11 năm 2026`, also with the numbers left out.
fn is_place_and_date(text: &str) -> bool {
    let said = format!(" {} ", plain(text));
    said.contains(" ngay ") && said.contains(" thang ") && said.contains(" nam ") && text.len() < 90
}
