//! A grid: some rows of a sheet as read, with the findings at their cells. What is personal is masked unless it was revealed.

use super::cells::{self, Note, Sheet};
use crate::model::Lang;
use crate::model::finding::Severity;
use crate::store::Feedback;
use crate::workbook::{Excerpt, Overview, WIDEST, letters};
use serde::Serialize;
use std::collections::BTreeMap;

/// Rows a page.
pub(super) const PER_PAGE: u32 = 100;

/// A page of rows.
#[derive(Debug, Serialize)]
pub(in super::super) struct Grid {
    /// Every sheet of the workbook that is read.
    pub sheets: Vec<Overview>,
    /// The name of the one the rows are of.
    pub sheet: String,
    /// How many rows that one has.
    pub total: u32,
    pub from: u32,
    to: u32,
    previous: Option<u32>,
    /// The first row of the next page.
    pub next: Option<u32>,
    /// The last row before these, and the first one behind, with something to look at.
    trouble_before: Option<u32>,
    trouble_after: Option<u32>,
    /// Findings on the whole sheet.
    errors: usize,
    warnings: usize,
    remarks: usize,
    /// How many columns to the right are not shown.
    pub cut: usize,
    pub heads: Vec<Head>,
    pub rows: Vec<Line>,
    /// Whether something is told of rows.
    with_results: bool,
    /// The findings on these rows, and on the sheet as a whole.
    pub notes: Vec<Listed>,
}

/// A column's head.
#[derive(Debug, Serialize)]
pub(in super::super) struct Head {
    pub letter: String,
    /// What the column holds, where that was understood.
    pub name: Option<&'static str>,
    notes: Vec<Listed>,
}

/// A row.
#[derive(Debug, Serialize)]
pub(in super::super) struct Line {
    pub number: u32,
    pub cells: Vec<Shown>,
    /// Whether it belongs to a header.
    pub header: bool,
    /// Whether it is hidden in the file.
    pub hidden: bool,
    /// What became of it.
    pub result: Option<String>,
    notes: Vec<Listed>,
}

/// A cell.
#[derive(Debug, Serialize)]
pub(in super::super) struct Shown {
    letter: String,
    pub text: String,
    /// Below a header's last row: what its column holds.
    known: Option<&'static str>,
    notes: Vec<Listed>,
}

/// A finding in a list.
#[derive(Debug, Serialize)]
pub(in super::super) struct Listed {
    /// Its number in the list of the page.
    at: Option<usize>,
    /// Where on the page it stands.
    anchor: Option<String>,
    cell: String,
    #[serde(flatten)]
    pub note: Note,
}

impl Listed {
    /// A finding that stands in no grid.
    pub fn of(note: &Note) -> Self {
        let row = note.row.map(|row| row.to_string()).unwrap_or_default();
        let cell = format!("{}{row}", note.column.as_deref().unwrap_or(""));
        Self { at: None, anchor: None, cell, note: note.clone() }
    }

    fn at(note: &Note, at: usize) -> Self {
        Self { at: Some(at), ..Self::of(note) }
    }
}

impl Grid {
    /// The page of rows; `notes` are all findings of the arrival.
    pub fn of(feedback: &Feedback, excerpt: &Excerpt, notes: &[Note], lang: Lang, reveal: bool) -> Self {
        let overview = &excerpt.sheets[excerpt.sheet];
        let sheet = Sheet::of(&feedback.arrival.notes, &overview.name);
        let count = u32::try_from(excerpt.rows.len()).unwrap_or(PER_PAGE);
        let (from, to) = (excerpt.from, excerpt.from.saturating_add(count).saturating_sub(1));
        let width = excerpt.width.min(WIDEST);
        let on_sheet: Vec<&Note> =
            notes.iter().filter(|one| one.sheet.as_ref().is_none_or(|name| *name == overview.name)).collect();
        let here: Vec<&Note> = on_sheet.iter().copied().filter(|one| one.is_among(from, to)).collect();
        let mut by_place: BTreeMap<String, Vec<(usize, &Note)>> = BTreeMap::new();
        for (at, note) in here.iter().enumerate() {
            by_place.entry(place(note, width)).or_default().push((at + 1, note));
        }
        let at = |place: &str| -> Vec<Listed> {
            by_place.get(place).into_iter().flatten().map(|(at, note)| Listed::at(note, *at)).collect()
        };
        let heading = sheet.heading(from, to);
        let head = |column: usize| {
            let letter = letters(column);
            let holds = heading.and_then(|row| sheet.column(row, &letter));
            let name = holds.map(|one| cells::column_name(one, lang));
            Head { name, notes: at(&format!("k{letter}")), letter }
        };
        let results: BTreeMap<u32, &str> = feedback
            .results
            .iter()
            .filter(|one| one.sheet == overview.name && (from..=to).contains(&one.row))
            .map(|one| (one.row, one.text.as_str()))
            .collect();
        let cell = |row: u32, column: usize, text: &str| {
            let letter = letters(column);
            let known = sheet.ends_header(row).then(|| sheet.column(row, &letter)).flatten();
            Shown {
                text: cells::shown(text, sheet.place(row, &letter), reveal),
                notes: at(&format!("c{letter}{row}")),
                known: known.map(|one| cells::column_name(one, lang)),
                letter,
            }
        };
        let rows = (from..=to).zip(&excerpt.rows).map(|(number, line)| {
            let text = |column: usize| line.cells.get(column).map_or("", String::as_str);
            Line {
                number,
                cells: (0..width).map(|column| cell(number, column, text(column))).collect(),
                header: sheet.is_header(number),
                hidden: line.hidden,
                result: results.get(&number).map(|text| (*text).to_owned()),
                notes: at(&format!("r{number}")),
            }
        });
        let troubled = |one: &&&Note| one.severity >= Severity::Warning;
        let rows_with = || on_sheet.iter().filter(troubled).filter_map(|one| one.row);
        let of = |severity| on_sheet.iter().filter(|one| one.severity == severity).count();
        let listed = |(at, note): (usize, &&Note)| Listed {
            anchor: Some(place(note, width)),
            ..Listed::at(note, at + 1)
        };
        Self {
            sheets: excerpt.sheets.clone(),
            sheet: overview.name.clone(),
            total: overview.rows,
            from,
            to,
            previous: (from > 1).then(|| from.saturating_sub(PER_PAGE).max(1)),
            next: (to < overview.rows).then_some(to + 1),
            trouble_before: rows_with().filter(|row| *row < from).max(),
            trouble_after: rows_with().filter(|row| *row > to).min(),
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            remarks: of(Severity::Info),
            cut: excerpt.width.saturating_sub(width),
            heads: (0..width).map(head).collect(),
            rows: rows.collect(),
            with_results: !results.is_empty() || by_place.keys().any(|one| one.starts_with('r')),
            notes: here.iter().enumerate().map(listed).collect(),
        }
    }
}

/// Where on the page a note stands: what lies to the right of the last column that is shown stands at its row.
fn place(note: &Note, width: usize) -> String {
    let is_shown = |letter: &str| (0..width).any(|column| letters(column) == letter);
    match (&note.column, note.row) {
        (Some(column), Some(row)) if !is_shown(column) => format!("r{row}"),
        (Some(column), None) if !is_shown(column) => "grid".to_owned(),
        _ => note.anchor(),
    }
}
