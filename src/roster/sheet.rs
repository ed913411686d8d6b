//! A book: what a file holds as cells, before anybody interprets it.

use chrono::NaiveDateTime;

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
    fn columns_are_lettered_as_in_a_spreadsheet() {
        assert_eq!([0, 25, 26, 701, 702, 16383].map(letters), ["A", "Z", "AA", "ZZ", "AAA", "XFD"]);
    }
}
