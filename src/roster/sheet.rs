//! A book: what a file holds as cells, before anybody interprets it.

use super::legacy::OldFont;
use chrono::NaiveDateTime;
use std::collections::BTreeMap;

/// A workbook's sheets in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Book {
    /// The sheets.
    pub sheets: Vec<Sheet>,
}

/// One sheet. Rows and columns count from 0 here; records and findings count from 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Whether it is hidden.
    pub hidden: bool,
    /// The cells row by row; rows may differ in length.
    pub rows: Vec<Vec<Cell>>,
    /// Merged ranges.
    pub merges: Vec<Merge>,
    /// Hidden rows, filtered ones included.
    pub hidden_rows: Spans,
    /// Hidden columns.
    pub hidden_columns: Spans,
    /// Cells in a font of the time before Unicode, by row and column, where the format tells.
    pub old_fonts: BTreeMap<(u32, u32), OldFont>,
}

/// Ranges of rows or columns, in order and apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spans(Vec<(u32, u32)>);

impl FromIterator<(u32, u32)> for Spans {
    /// From ranges in any order, both ends included.
    fn from_iter<I: IntoIterator<Item = (u32, u32)>>(ranges: I) -> Self {
        let mut all: Vec<(u32, u32)> = ranges.into_iter().filter(|(first, last)| first <= last).collect();
        all.sort_unstable();
        let mut apart: Vec<(u32, u32)> = Vec::new();
        for (first, last) in all {
            match apart.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                _ => apart.push((first, last)),
            }
        }
        Self(apart)
    }
}

impl Spans {
    /// Whether one of them covers `at`.
    pub fn covers(&self, at: usize) -> bool {
        let Ok(at) = u32::try_from(at) else { return false };
        let before = self.0.partition_point(|(first, _)| *first <= at);
        self.0[..before].last().is_some_and(|(_, last)| at <= *last)
    }

    /// The ranges in order, both ends included.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32)> {
        self.0.iter().copied()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A merged range, corners included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merge {
    /// First row.
    pub top: u32,
    /// First column.
    pub left: u32,
    /// Last row.
    pub bottom: u32,
    /// Last column.
    pub right: u32,
}

/// One cell's value.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing; says nothing.
    #[default]
    Empty,
    /// Text as written.
    Text(String),
    /// A number.
    Number(f64),
    /// A number that the sheet formats as a date.
    Date(NaiveDateTime),
    /// True or false.
    Bool(bool),
    /// A formula that failed (`#N/A`); says nothing.
    Error(String),
}

impl Sheet {
    /// The cell at `row`, `column`; outside the rows it is empty.
    pub fn cell(&self, row: usize, column: usize) -> &Cell {
        self.rows.get(row).and_then(|cells| cells.get(column)).unwrap_or(&Cell::Empty)
    }
}

/// The column, from 0, of letters such as `C` or `ab`.
pub fn column(letters: &str) -> Option<usize> {
    let fits = (1..=3).contains(&letters.len()) && letters.bytes().all(|b| b.is_ascii_alphabetic());
    let add = |sum: usize, b: u8| sum * 26 + usize::from(b.to_ascii_uppercase() - b'A') + 1;
    fits.then(|| letters.bytes().fold(0, add) - 1)
}

/// A column's letters as a spreadsheet shows them; columns count from 0.
pub fn letters(column: usize) -> String {
    let mut rest = column + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        letters.push(char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or_default()));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_put_in_order_and_joined() {
        let spans: Spans = [(7, 9), (2, 3), (4, 4), (9, 8), (8, 11)].into_iter().collect();
        assert_eq!(spans, Spans(vec![(2, 4), (7, 11)]));
        let covered: Vec<usize> = (0..14).filter(|at| spans.covers(*at)).collect();
        assert_eq!(covered, [2, 3, 4, 7, 8, 9, 10, 11]);
        assert!(!Spans::default().covers(0));
    }

    #[test]
    fn columns_are_lettered_as_in_a_spreadsheet() {
        assert_eq!([0, 25, 26, 701, 702, 16383].map(letters), ["A", "Z", "AA", "ZZ", "AAA", "XFD"]);
        let back = ["A", "z", "AA", "ZZ", "AAA", "XFD"].map(column);
        assert_eq!(back, [0, 25, 26, 701, 702, 16383].map(Some));
        assert_eq!(["", "A1", "AAAA", "Đ"].map(column), [None; 4]);
    }
}
