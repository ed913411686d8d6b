//! A layout: what a file says of its sheets beside the cells: widths, heights, how numbers are shown. Feedback looks as
//! what was sent did. What a file does not say, or says in a way not read here, is left open.

mod ods;
mod ooxml;

use super::format::{Format, detect};
pub(super) use ooxml::{
    Figures, Lane, StyleLook, Styles, attributes, cell, col, each, number, row, styles, value,
};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// The layouts of a workbook's sheets.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layouts {
    /// By the sheet's name.
    pub sheets: BTreeMap<String, Layout>,
    /// How cells are shown; sheets refer to it.
    pub shown: Vec<Shown>,
}

/// How a cell is shown, as far as it matters: the rest is ours.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shown {
    /// The number format.
    pub code: Option<String>,
    /// A font of the time before Unicode: without it the text cannot be read.
    pub old_font: Option<String>,
}

/// One sheet's layout. Rows and columns count from 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    /// The widths of columns, in characters, where somebody set them.
    pub columns: BTreeMap<u32, f64>,
    /// The heights of rows, in points, where somebody set them.
    pub rows: BTreeMap<u32, f64>,
    /// Row by row, how each cell is shown: the place in the workbook's list, from 1; 0 is nothing to say.
    pub cells: Vec<Vec<u16>>,
}

impl Layout {
    /// How a cell is shown: the place in the workbook's list, from 1; 0 is nothing to say.
    pub fn shown(&self, row: usize, column: usize) -> u16 {
        self.cells.get(row).and_then(|cells| cells.get(column)).copied().unwrap_or(0)
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
    pub(super) fn column(&mut self, first: u32, last: u32, width: Option<f64>) {
        if let Some(width) = width {
            self.columns.extend((first..=last.min(COLUMNS - 1)).map(|column| (column, width)));
        }
    }

    pub(super) fn row(&mut self, first: u32, last: u32, height: Option<f64>) {
        if let Some(height) = height {
            self.rows.extend((first..=last.min(ROWS - 1)).map(|row| (row, height)));
        }
    }

    pub(super) fn show(&mut self, row: u32, column: u32, place: u16) {
        if place == 0 || row >= ROWS || column >= COLUMNS {
            return;
        }
        let (row, column) = (row as usize, column as usize);
        if self.cells.len() <= row {
            self.cells.resize_with(row + 1, Vec::new);
        }
        let cells = &mut self.cells[row];
        if cells.len() <= column {
            cells.resize(column + 1, 0);
        }
        cells[column] = place;
    }
}
