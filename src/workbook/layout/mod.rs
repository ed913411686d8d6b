//! A layout: what a file says of its sheets beside the cells: widths, heights, what is hidden, how numbers are shown.
//! Feedback looks as what was sent did. What a file does not say, or says in a way not read here, is left open.

mod ods;
mod ooxml;

use super::format::{Format, detect};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// The layouts of a workbook's sheets.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layouts {
    /// By the sheet's name.
    pub sheets: BTreeMap<String, Layout>,
    /// The number formats in use; sheets refer to them.
    pub codes: Vec<String>,
}

/// One sheet's layout. Rows and columns count from 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    /// Columns of which something is said.
    pub columns: BTreeMap<u32, Lane>,
    /// Rows of which something is said.
    pub rows: BTreeMap<u32, Lane>,
    /// Row by row, the number format of each cell: its place in the codes, from 1; 0 is none.
    pub shown: Vec<Vec<u16>>,
}

/// A column or a row.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Lane {
    /// The width in characters or the height in points, where somebody set it.
    pub size: Option<f64>,
    /// Whether it is hidden.
    pub hidden: bool,
}

impl Layout {
    /// The number format of a cell: its place in the codes, from 1; 0 is none.
    pub fn code(&self, row: usize, column: usize) -> u16 {
        self.shown.get(row).and_then(|cells| cells.get(column)).copied().unwrap_or(0)
    }
}

/// The layouts in `bytes`: of `.xlsx` all, of `.ods` without number formats, of other formats nothing is known.
pub fn read(bytes: &[u8]) -> Layouts {
    match detect(bytes) {
        Format::Xlsx => ooxml::read(bytes),
        Format::Ods => ods::read(bytes),
        _ => None,
    }
    .unwrap_or_default()
}

/// Parts larger than this are read for their cells alone.
const LARGEST_PART: u64 = 24 * 1024 * 1024;

/// Rows and columns beyond are not laid out.
const ROWS: u32 = 60_000;
const COLUMNS: u32 = 512;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// A part of a package.
fn part(archive: &mut Archive<'_>, name: &str) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    archive.by_name(name).ok()?.take(LARGEST_PART + 1).read_to_end(&mut content).ok()?;
    (content.len() as u64 <= LARGEST_PART).then_some(content)
}

impl Layout {
    fn column(&mut self, first: u32, last: u32, lane: Lane) {
        if lane != Lane::default() {
            self.columns.extend((first..=last.min(COLUMNS - 1)).map(|column| (column, lane)));
        }
    }

    fn row(&mut self, first: u32, last: u32, lane: Lane) {
        if lane != Lane::default() {
            self.rows.extend((first..=last.min(ROWS - 1)).map(|row| (row, lane)));
        }
    }

    fn show(&mut self, row: u32, column: u32, code: u16) {
        if code == 0 || row >= ROWS || column >= COLUMNS {
            return;
        }
        let (row, column) = (row as usize, column as usize);
        if self.shown.len() <= row {
            self.shown.resize_with(row + 1, Vec::new);
        }
        let cells = &mut self.shown[row];
        if cells.len() <= column {
            cells.resize(column + 1, 0);
        }
        cells[column] = code;
    }
}
