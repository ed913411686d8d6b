//! Of sheets as read.

use super::super::super::pages::grid::{Grid, Head, Line};
use super::rosters::FindingShape;
use serde::Serialize;
use utoipa::ToSchema;

/// Some rows of a sheet as the reader saw them, personal data masked.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct SheetShape {
    /// Every sheet of the workbook that is read.
    pub sheets: Vec<SheetName>,
    /// The one these rows are of.
    pub sheet: String,
    /// The number of the first row.
    pub from: u32,
    /// The `row` of the next page; absent on the last one.
    pub next: Option<u32>,
    /// How many columns to the right are left out.
    pub cut: u64,
    pub columns: Vec<ColumnShape>,
    pub rows: Vec<RowShape>,
    /// The findings on these rows, and on the sheet as a whole.
    pub findings: Vec<FindingShape>,
}

/// A sheet of the workbook.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct SheetName {
    pub name: String,
    /// Whether it is hidden in the file.
    pub hidden: bool,
    /// How many rows it has.
    pub rows: u32,
}

/// A column.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct ColumnShape {
    /// Its letters.
    pub column: String,
    /// What it holds, where that was understood.
    pub holds: Option<String>,
}

/// A row.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct RowShape {
    pub row: u32,
    /// Whether it belongs to a header.
    pub header: bool,
    /// Whether it is hidden in the file.
    pub hidden: bool,
    /// What stands in each column; a password never.
    pub cells: Vec<String>,
    /// What became of it.
    pub result: Option<String>,
}

impl SheetShape {
    pub fn of(grid: Grid) -> Self {
        let column = |one: Head| ColumnShape { column: one.letter, holds: one.name.map(str::to_owned) };
        let row = |one: Line| RowShape {
            row: one.number,
            header: one.header,
            hidden: one.hidden,
            cells: one.cells.into_iter().map(|cell| cell.text).collect(),
            result: one.result,
        };
        let name =
            |one: crate::workbook::Overview| SheetName { name: one.name, hidden: one.hidden, rows: one.rows };
        Self {
            sheets: grid.sheets.into_iter().map(name).collect(),
            sheet: grid.sheet,
            from: grid.from,
            next: grid.next,
            cut: grid.cut as u64,
            columns: grid.heads.into_iter().map(column).collect(),
            rows: grid.rows.into_iter().map(row).collect(),
            findings: grid.notes.iter().map(|one| FindingShape::of(&one.note)).collect(),
        }
    }
}
