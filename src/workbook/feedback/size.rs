//! Sizes of a feedback's columns and rows: as sent where the file said so, else by what stands in them.

use super::{Page, RESULT_WIDTH};
use crate::roster::sheet::Cell;
use crate::workbook::height::{lines, set_height};
use crate::workbook::paint::Part;
use rust_xlsxwriter::{Worksheet, XlsxError};

/// Where the file says nothing, no column is narrower or, as its text wraps, wider.
const NARROW: usize = 6;
const WIDE: usize = 40;

/// Rows may be hidden down to the end of the sheet: no list reaches further.
const LAST_HIDDEN: u32 = 60_000;

impl Page<'_> {
    /// Sets the widths; returns them by the column as sent.
    pub(super) fn set_widths(&self, target: &mut Worksheet) -> Result<Vec<f64>, XlsxError> {
        let mut widths = Vec::with_capacity(self.columns.len());
        for (column, place) in self.columns.iter().enumerate() {
            let Some(place) = *place else {
                widths.push(0.0);
                continue;
            };
            let sent = self.layout.and_then(|layout| layout.columns.get(&u32::try_from(column).ok()?));
            let width = sent.copied().unwrap_or_else(|| self.fitting(column, place));
            widths.push(width);
            target.set_column_width(place, width)?;
            if self.sheet.hidden_columns.covers(column) {
                target.set_column_hidden(place)?;
            }
        }
        Ok(widths)
    }

    /// The width by the longest value, within reason; text wraps beyond.
    fn fitting(&self, column: usize, place: u16) -> f64 {
        if !self.tables.is_empty() && place >= self.result {
            return 8.43;
        }
        let mut width = NARROW;
        for (row, cells) in (0..).zip(&self.sheet.rows) {
            let Some(cell) = cells.get(column) else { continue };
            width = width.max(match self.part(row, place) {
                Part::Head => longest_word(cell),
                // Titles run over the cells beside them.
                Part::Free if !self.tables.is_empty() => 0,
                _ => shown(cell),
            });
        }
        f64::from(u16::try_from(width.min(WIDE) + 2).unwrap_or(20))
    }

    /// Sets the heights of the rows whose text wraps, or that somebody has set; hides what was hidden.
    pub(super) fn set_heights(&self, target: &mut Worksheet, widths: &[f64]) -> Result<(), XlsxError> {
        // Most rows have the same result as the one before.
        let mut last_result = ("", 1);
        for (row, cells) in (0..).zip(&self.sheet.rows) {
            let sent = self.layout.and_then(|layout| layout.rows.get(&row).copied());
            let text = self.results.get(&row).map_or("", |result| result.text.as_str());
            if last_result.0 != text {
                last_result = (text, lines(text, f64::from(RESULT_WIDTH)));
            }
            let result = last_result.1;
            let needed = match (sent, self.table(row)) {
                // As sent, but the result is to be read.
                (Some(_), _) => result,
                (None, Some(table)) => {
                    // A header cell may reach over all rows of the header.
                    let head = row <= table.header_end;
                    let rows = if head { f64::from(table.header_end - table.header + 1) } else { 1.0 };
                    let texts = cells.iter().zip(widths).filter(|(_, width)| **width > 0.0);
                    let most = texts.map(|(cell, width)| match cell {
                        Cell::Text(text) => lines(text, width * rows),
                        _ => 1,
                    });
                    most.max().unwrap_or(1).max(result)
                }
                // Outside of the tables text runs on over the cells beside it, or down its own lines.
                (None, None) => cells.iter().map(own_lines).max().unwrap_or(1),
            };
            set_height(target, row, needed, sent)?;
        }
        for (first, last) in self.sheet.hidden_rows.iter() {
            for row in first..=last.min(LAST_HIDDEN) {
                target.set_row_hidden(row)?;
            }
        }
        Ok(())
    }
}

/// Lines that the writer broke.
fn own_lines(cell: &Cell) -> usize {
    match cell {
        Cell::Text(text) => text.lines().count(),
        _ => 1,
    }
}

fn shown(cell: &Cell) -> usize {
    match cell {
        Cell::Empty => 0,
        Cell::Text(text) | Cell::Error(text) => {
            text.lines().map(|line| line.chars().count()).max().unwrap_or(0)
        }
        Cell::Number(number) => number.to_string().len(),
        Cell::Date(_) => 12,
        Cell::Bool(_) => 6,
    }
}

fn longest_word(cell: &Cell) -> usize {
    match cell {
        Cell::Text(text) => text.split_whitespace().map(|word| word.chars().count() + 1).max().unwrap_or(0),
        other => shown(other),
    }
}
