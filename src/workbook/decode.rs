//! Decoding: a file's bytes become a [`Book`], or a finding says why not.

use super::format::{Format, detect};
use super::layout::Layouts;
use super::limits::Limits;
use super::{about_file, package, spreadsheet, text};
use crate::model::finding::{Finding, FindingCode};
use crate::roster::OldFont;
use crate::roster::sheet::{Book, Cell, Merge, Sheet, Spans};
use rust_xlsxwriter::utility::row_col_to_cell;

/// A book and what of the file is not in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decoded {
    /// The sheets.
    pub book: Book,
    /// What was left out. Where this is not empty the book is no whole one and proves nobody's absence.
    pub findings: Vec<Finding>,
    /// How it looks, where that was seen on the way; else [`layout::read`](super::layout::read) tells.
    pub layouts: Option<Layouts>,
}

/// The cells of `bytes`.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Finding> {
    let refuse = |code| Err(about_file(code, vec![]));
    if bytes.len() as u64 > limits.file_bytes {
        return Err(too_large(format!("{} MB", bytes.len() / 1_000_000)));
    }
    let format = detect(bytes);
    let decoded = match format {
        Format::Empty => return refuse(FindingCode::EmptyWorkbook),
        Format::Encrypted => return refuse(FindingCode::Encrypted),
        Format::Numbers => return refuse(FindingCode::NumbersFile),
        Format::Pdf => return refuse(FindingCode::Pdf),
        Format::Html => return refuse(FindingCode::HtmlAsXls),
        Format::Damaged => return refuse(FindingCode::DamagedWorkbook),
        Format::Other => return refuse(FindingCode::NotAWorkbook),
        Format::Text => text::decode(bytes, limits)?,
        Format::Xls => spreadsheet::xls(bytes, limits)?,
        Format::Xlsx | Format::Xlsb | Format::Ods => {
            package::check_inflated_size(bytes, limits)?;
            match format {
                Format::Xlsb => spreadsheet::xlsb(bytes, limits)?,
                Format::Ods => spreadsheet::ods(bytes, limits)?,
                _ => spreadsheet::xlsx(bytes, limits)?,
            }
        }
    };
    if decoded.book.sheets.iter().all(|sheet| sheet.rows.is_empty()) && decoded.findings.is_empty() {
        return refuse(FindingCode::EmptyWorkbook);
    }
    Ok(decoded)
}

/// The refusal of a file for its size.
pub(super) fn too_large(what: String) -> Finding {
    about_file(FindingCode::TooLarge, vec![what])
}

/// So many cells may lie outside the limits before the file is refused: a slip of the keyboard, not a list.
const STRAY_CELLS: u32 = 64;

/// A sheet while it fills: cells come one by one, those far outside are counted instead of kept.
pub(super) struct Grid {
    sheet: Sheet,
    rows: u32,
    columns: u32,
    strays: u32,
    first_stray: Option<(u32, u32)>,
}

impl Grid {
    pub(super) fn new(name: &str, limits: &Limits) -> Self {
        Self {
            sheet: Sheet { name: name.to_owned(), ..Sheet::default() },
            rows: limits.rows,
            columns: limits.columns,
            strays: 0,
            first_stray: None,
        }
    }

    pub(super) fn hidden(mut self, hidden: bool) -> Self {
        self.sheet.hidden = hidden;
        self
    }

    /// Puts `cell` in its place. An empty one takes no room, so that rows end with their last value.
    pub(super) fn put(&mut self, row: u32, column: u32, cell: Cell) {
        if cell == Cell::Empty {
            return;
        }
        if row >= self.rows || column >= self.columns {
            self.strays = self.strays.saturating_add(1);
            self.first_stray.get_or_insert((row, column));
            return;
        }
        let (row, column) = (row as usize, column as usize);
        let rows = &mut self.sheet.rows;
        if rows.len() <= row {
            rows.resize_with(row + 1, Vec::new);
        }
        // Rows of a list are about equally long.
        let before = row.checked_sub(1).map_or(0, |before| rows[before].len());
        let cells = &mut rows[row];
        if cells.is_empty() {
            cells.reserve(before.max(column + 1));
        }
        if cells.len() <= column {
            cells.resize_with(column + 1, Cell::default);
        }
        cells[column] = cell;
    }

    /// Says that a cell is typed in a font of the time before Unicode.
    pub(super) fn old_font(&mut self, row: u32, column: u32, font: OldFont) {
        if row < self.rows && column < self.columns {
            self.sheet.old_fonts.insert((row, column), font);
        }
    }

    /// Says which rows and columns are hidden.
    pub(super) fn hide(&mut self, rows: Spans, columns: Spans) {
        self.sheet.hidden_rows = rows;
        self.sheet.hidden_columns = columns;
    }

    /// Adds a merged range, cut to the limits.
    pub(super) fn merge(&mut self, top: u32, left: u32, bottom: u32, right: u32) {
        if top < self.rows && left < self.columns && top <= bottom && left <= right {
            let (bottom, right) = (bottom.min(self.rows - 1), right.min(self.columns - 1));
            self.sheet.merges.push(Merge { top, left, bottom, right });
        }
    }

    /// The sheet; what was left out goes to `findings`.
    pub(super) fn finish(self, findings: &mut Vec<Finding>) -> Result<Sheet, Finding> {
        if let Some((row, column)) = self.first_stray {
            let cell = row_col_to_cell(row, u16::try_from(column).unwrap_or(u16::MAX));
            if self.strays > STRAY_CELLS {
                return Err(too_large(format!("{}: {cell}", self.sheet.name)));
            }
            findings.push(Finding {
                sheet: Some(self.sheet.name.clone()),
                ..about_file(FindingCode::CellsIgnored, vec![cell])
            });
        }
        Ok(self.sheet)
    }
}
