//! A headed table: the cells of a sheet below a row of headings, as a workbook of the configuration holds them.

use crate::model::name::ascii;
use crate::workbook::letters;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// Titles above the headings take no more rows than this.
const HEADER_WITHIN: usize = 30;

/// What a heading stands over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning<F> {
    /// A field.
    Field(F),
    /// Something that is not asked for.
    Nothing,
}

/// What the columns of a table may be called.
pub(super) struct Headings<F> {
    /// Each field with its words, the usual one first.
    pub(super) fields: Vec<(F, Vec<String>)>,
    /// Words over columns that are not asked for.
    pub(super) passed_over: Vec<String>,
}

impl<F: Copy + Eq> Headings<F> {
    /// What `cell` says as a heading; `None` where it is none.
    pub(super) fn meaning(&self, cell: &str) -> Option<Meaning<F>> {
        let field = self.fields.iter().find(|(_, words)| is_any(cell, words));
        let field = field.map(|(field, _)| Meaning::Field(*field));
        field.or_else(|| is_any(cell, &self.passed_over).then_some(Meaning::Nothing))
    }

    /// The usual word of a field.
    pub(super) fn word(&self, field: F) -> &str {
        let words = self.fields.iter().find(|(one, _)| *one == field).and_then(|(_, words)| words.first());
        words.map_or("", String::as_str)
    }

    /// The usual words of all fields.
    fn all(&self) -> String {
        let words = self.fields.iter().filter_map(|(_, words)| words.first());
        words.map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// The row of headings.
pub(super) struct Header<'a, F> {
    /// Its row, from 0.
    pub(super) row: usize,
    titles: &'a [String],
    /// The column of each field there is.
    pub(super) columns: BTreeMap<F, usize>,
    /// Columns that are not asked for.
    pub(super) passed_over: Vec<usize>,
    headings: &'a Headings<F>,
}

impl<'a, F: Copy + Ord> Header<'a, F> {
    /// The first row with both of the `needed` fields, or what is wrong with the headings.
    pub(super) fn find(
        cells: &'a [Vec<String>],
        headings: &'a Headings<F>,
        needed: [F; 2],
    ) -> Result<Self, Vec<String>> {
        let is = |row: &[String], field| {
            row.iter().any(|cell| headings.meaning(cell) == Some(Meaning::Field(field)))
        };
        let row = (0..cells.len().min(HEADER_WITHIN))
            .find(|row| needed.iter().all(|field| is(&cells[*row], *field)))
            .ok_or_else(|| {
                let [one, two] = needed.map(|field| headings.word(field));
                let all = headings.all();
                vec![format!(
                    "no row of headings: within the first {HEADER_WITHIN} rows one with at least {one:?} and {two:?} is \
                     expected; the headings are: {all}"
                )]
            })?;
        let titles = &cells[row];
        let mut header = Self { row, titles, columns: BTreeMap::new(), passed_over: Vec::new(), headings };
        let mut said = Vec::new();
        for (column, cell) in titles.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()) {
            let at = format!("row {}, column {} ({})", row + 1, letters(column), clean(cell));
            match headings.meaning(cell) {
                Some(Meaning::Nothing) => header.passed_over.push(column),
                Some(Meaning::Field(field)) => {
                    if let Some(first) = header.columns.insert(field, column) {
                        let first = letters(first);
                        said.push(format!("{at}: says the same as column {first}; keep one of them"));
                    }
                }
                None => said.push(format!(
                    "{at}: the heading is not known; remove the column, or use one of: {}",
                    headings.all()
                )),
            }
        }
        if said.is_empty() { Ok(header) } else { Err(said) }
    }

    /// `row 4, column C (Loại): why`; `row` from 0.
    pub(super) fn place(&self, row: usize, field: F, why: &str) -> String {
        let row = row + 1;
        match self.columns.get(&field) {
            Some(&at) => format!("row {row}, column {} ({}): {why}", letters(at), clean(&self.titles[at])),
            None => format!("row {row}, no column {:?}: {why}", self.headings.word(field)),
        }
    }
}

/// Whether a cell is one of these words, however it is written.
pub(super) fn is_any(cell: &str, words: &[String]) -> bool {
    let cell = fold(cell);
    words.iter().any(|word| fold(word) == cell)
}

/// A row below the headings that numbers the columns: `(1) (2) (3)`.
pub(super) fn numbers_columns(cells: &[String]) -> bool {
    let filled: Vec<&str> = cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
    let is = |(at, cell): (usize, &&str)| cell.trim_matches(['(', ')', '[', ']']) == (at + 1).to_string();
    filled.len() > 2 && filled.iter().enumerate().all(is)
}

/// A cell with single spaces and composed letters.
pub(super) fn clean(cell: &str) -> String {
    let words: Vec<String> = cell.split_whitespace().map(|word| word.nfc().collect()).collect();
    words.join(" ")
}

/// Lower-case words without tone marks.
pub(super) fn fold(text: &str) -> String {
    let ascii = ascii(text);
    ascii.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
