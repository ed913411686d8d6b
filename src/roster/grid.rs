//! A grid: one sheet with its text cleaned, decoded and ready to be compared.

use super::legacy::{Encoding, Legacy, Tally};
use super::notes::Notes;
use super::sheet::{Cell, Merge, Sheet};
use crate::model::finding::FindingCode;
use std::borrow::Cow;
use std::collections::BTreeMap;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// A sheet's cells, text in NFC, without invisible characters; line breaks stay, other white space is single.
pub(super) struct Grid {
    /// The cells; as ragged as the sheet.
    pub(super) rows: Vec<Vec<Cell>>,
    /// Merges that reach over several rows, by first column, in order of their first row.
    tall: BTreeMap<u32, Vec<Merge>>,
    /// All merges.
    pub(super) merges: Vec<Merge>,
}

impl Grid {
    /// Cleans `sheet`, noting what had to be repaired.
    pub(super) fn new(sheet: &Sheet, legacy: &Legacy, notes: &mut Notes) -> Self {
        let encodings = encodings(sheet, legacy);
        for (column, encoding) in &encodings {
            notes.add(None, Some(*column), FindingCode::LegacyFont, vec![encoding.name().to_owned()]);
        }
        let mut rows = Vec::with_capacity(sheet.rows.len());
        for (row, cells) in sheet.rows.iter().enumerate() {
            let mut clean_cells = Vec::with_capacity(cells.len());
            for (column, cell) in cells.iter().enumerate() {
                clean_cells.push(match cell {
                    Cell::Text(text) => {
                        let decoded = match encodings.get(&column) {
                            Some(encoding) => Cow::Owned(legacy.decode(*encoding, text)),
                            None => Cow::Borrowed(text.as_str()),
                        };
                        let (text, invisible) = clean(&decoded);
                        if invisible {
                            notes.add(Some(row), Some(column), FindingCode::InvisibleCharacters, vec![]);
                        }
                        if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
                    }
                    Cell::Number(number) if !number.is_finite() => Cell::Empty,
                    other => other.clone(),
                });
            }
            rows.push(clean_cells);
        }
        let mut tall: BTreeMap<u32, Vec<Merge>> = BTreeMap::new();
        for merge in sheet.merges.iter().filter(|merge| merge.bottom > merge.top) {
            tall.entry(merge.left).or_default().push(*merge);
        }
        for merges in tall.values_mut() {
            merges.sort_by_key(|merge| merge.top);
        }
        Self { rows, tall, merges: sheet.merges.clone() }
    }

    /// The cell as it stands, merged cells below the first being empty.
    pub(super) fn cell(&self, row: usize, column: usize) -> &Cell {
        self.rows.get(row).and_then(|cells| cells.get(column)).unwrap_or(&Cell::Empty)
    }

    /// Empties a column's cells in `rows`; whether any held something.
    pub(super) fn forget(&mut self, rows: std::ops::Range<usize>, column: usize) -> bool {
        let mut held = false;
        for row in self.rows.iter_mut().take(rows.end).skip(rows.start) {
            held |= row.get_mut(column).is_some_and(|cell| std::mem::take(cell) != Cell::Empty);
        }
        held
    }

    /// The first row of a merge that reaches down over this cell.
    pub(super) fn merged_from(&self, row: usize, column: usize) -> Option<usize> {
        let merges = self.tall.get(&u32::try_from(column).ok()?)?;
        let row = u32::try_from(row).ok()?;
        let merge = merges[..merges.partition_point(|merge| merge.top < row)].last()?;
        (merge.bottom >= row).then_some(merge.top as usize)
    }

    /// The cell, a merge that reaches down over it counting for every row.
    pub(super) fn carried(&self, row: usize, column: usize) -> &Cell {
        match self.cell(row, column) {
            Cell::Empty => match self.merged_from(row, column) {
                Some(top) => self.cell(top, column),
                None => &Cell::Empty,
            },
            cell => cell,
        }
    }

    /// What stands in the cells of a row that hold something, with their columns.
    pub(super) fn filled(&self, row: usize) -> impl Iterator<Item = (usize, &Cell)> {
        self.rows.get(row).into_iter().flatten().enumerate().filter(|(_, cell)| **cell != Cell::Empty)
    }
}

/// A cell's content as text; numbers as a spreadsheet shows them.
pub(super) fn text(cell: &Cell) -> Option<Cow<'_, str>> {
    match cell {
        Cell::Empty | Cell::Error(_) | Cell::Bool(_) => None,
        Cell::Text(text) => Some(Cow::Borrowed(text)),
        Cell::Number(number) => Some(Cow::Owned(number.to_string())),
        Cell::Date(date) => Some(Cow::Owned(date.format("%d/%m/%Y").to_string())),
    }
}

/// The columns typed in a legacy encoding. A column too short for a verdict follows the others.
fn encodings(sheet: &Sheet, legacy: &Legacy) -> BTreeMap<usize, Encoding> {
    let mut tallies: BTreeMap<usize, Tally> = BTreeMap::new();
    for cells in &sheet.rows {
        for (column, cell) in cells.iter().enumerate() {
            if let Cell::Text(text) = cell
                && !text.is_ascii()
            {
                legacy.count(tallies.entry(column).or_default(), text);
            }
        }
    }
    let mut verdicts: BTreeMap<usize, Encoding> =
        tallies.iter().filter_map(|(column, tally)| Some((*column, Legacy::verdict(*tally)?))).collect();
    if let Some(encoding) = verdicts.values().next().copied() {
        for (column, tally) in &tallies {
            if tally.may_follow() {
                verdicts.entry(*column).or_insert(encoding);
            }
        }
    }
    verdicts
}

/// NFC, single spaces, no invisible characters; whether any of those was there.
fn clean(text: &str) -> (String, bool) {
    // Most cells are plain words or digits already.
    if text.bytes().all(|b| b.is_ascii_graphic()) {
        return (text.to_owned(), false);
    }
    let mut out = String::with_capacity(text.len());
    let mut invisible = false;
    let mut gap = None;
    for c in text.chars() {
        if c.is_whitespace() {
            gap = Some(if c == '\n' || gap == Some('\n') { '\n' } else { ' ' });
        } else if is_invisible(c) {
            invisible = true;
        } else {
            if let Some(gap) = gap.take()
                && !out.is_empty()
            {
                out.push(gap);
            }
            out.push(c);
        }
    }
    if is_nfc_quick(out.chars()) != IsNormalized::Yes {
        out = out.nfc().collect();
    }
    (out, invisible)
}

/// Control characters, zero-width and direction marks, soft hyphens.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cleaned_and_line_breaks_stay() {
        assert_eq!(clean(" Ngày \u{a0} tháng \r\n năm "), ("Ngày tháng\nnăm".to_owned(), false));
        assert_eq!(clean("Nguyễn\u{202e} Văn\u{0}"), ("Nguyễn Văn".to_owned(), true));
    }
}
