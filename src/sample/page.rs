//! A page: one sheet being laid out cell by cell, before a format is chosen for it.

use super::tcvn3;
use crate::roster::sheet::{Cell, Merge, Sheet};
use std::collections::BTreeSet;

/// One sheet and which of its cells are in an old font.
#[derive(Default)]
pub(super) struct Page {
    pub(super) sheet: Sheet,
    /// Row and column of the cells whose text is coded for `.VnTime`.
    pub(super) old_font: BTreeSet<(usize, usize)>,
}

impl Page {
    pub(super) fn new(name: &str) -> Self {
        Self { sheet: Sheet { name: name.to_owned(), ..Sheet::default() }, old_font: BTreeSet::new() }
    }

    pub(super) fn put(&mut self, row: usize, column: usize, cell: Cell) {
        let rows = &mut self.sheet.rows;
        if rows.len() <= row {
            rows.resize_with(row + 1, Vec::new);
        }
        let cells = &mut rows[row];
        if cells.len() <= column {
            cells.resize_with(column + 1, Cell::default);
        }
        cells[column] = cell;
    }

    /// Puts `text`; an empty one leaves the cell empty.
    pub(super) fn text(&mut self, row: usize, column: usize, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.put(row, column, Cell::Text(text));
        }
    }

    /// Puts `text` as an old font has it; what the font has no code for stays Unicode.
    pub(super) fn old_text(&mut self, row: usize, column: usize, text: &str) {
        if let Some(coded) = tcvn3::encode(text) {
            self.old_font.insert((row, column));
            self.text(row, column, coded);
        } else {
            self.text(row, column, text);
        }
    }

    pub(super) fn merge(&mut self, top: usize, left: usize, bottom: usize, right: usize) {
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        if (top, left) != (bottom, right) {
            self.sheet.merges.push(Merge {
                top: small(top),
                left: small(left),
                bottom: small(bottom),
                right: small(right),
            });
        }
    }

    /// The cells as the text a CSV holds; rows are filled up to one width.
    pub(super) fn as_text(&self) -> Vec<Vec<String>> {
        let width = self.sheet.rows.iter().map(Vec::len).max().unwrap_or(0);
        let shown = |row: usize, column: usize| match self.sheet.cell(row, column) {
            Cell::Empty => String::new(),
            Cell::Text(text) | Cell::Error(text) => text.clone(),
            Cell::Number(number) => number.to_string(),
            Cell::Date(date) => date.format("%d/%m/%Y").to_string(),
            Cell::Bool(value) => value.to_string(),
        };
        (0..self.sheet.rows.len()).map(|row| (0..width).map(|column| shown(row, column)).collect()).collect()
    }
}
