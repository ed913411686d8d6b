//! Reading a roster: cells become records and findings. Pure; the child process runs it.
//!
//! ```text
//! book -> grid (text cleaned, decoded) -> header (found by its words) -> title (what the list says of itself)
//!                                              |
//!                                              +-> rows (section, person, total, signature) -> records
//! ```

mod departure;
mod grid;
mod header;
mod legacy;
mod mapping;
mod notes;
mod organisation;
mod person;
mod rows;
pub mod sheet;
mod standing;
mod text;
mod title;
mod value;

use crate::model::finding::{Finding, FindingCode};
use crate::model::roster::{Block, Column, Declared, Reading};
use chrono::NaiveDate;
use grid::Grid;
use header::Header;
pub use mapping::{Mapping, MappingError, Sources};
use notes::Notes;
use rows::Table;
use sheet::{Book, Cell, Sheet};
use title::Title;

/// Understands a book: every header in it with the people below, and everything there is to tell about it.
/// `today` is the local date; `file_name` may name the document behind the list.
pub fn understand(book: &Book, mapping: &Mapping, file_name: &str, today: NaiveDate) -> Reading {
    let mut reading = Reading::default();
    let mut silent = Vec::new();
    let mut has_content = false;
    for sheet in book.sheets.iter().filter(|sheet| holds_something(sheet)) {
        if sheet.hidden {
            reading.findings.push(on_sheet(sheet, FindingCode::HiddenSheet));
            continue;
        }
        has_content = true;
        let read = read_sheet(sheet, mapping, file_name, today);
        if read.blocks.is_empty() {
            silent.push((sheet, read.problem));
        }
        reading.blocks.extend(read.blocks);
        reading.findings.extend(read.findings);
    }
    if reading.blocks.is_empty() {
        reading.findings.extend(silent.iter().map(|(sheet, problem)| on_sheet(sheet, *problem)));
        if !has_content {
            reading.findings.push(Finding {
                sheet: None,
                row: None,
                column: None,
                code: FindingCode::EmptyWorkbook,
                details: vec![],
            });
        }
    } else {
        let unused = silent.iter().map(|(sheet, _)| on_sheet(sheet, FindingCode::SheetWithoutList));
        reading.findings.extend(unused);
    }
    join_units(&mut reading.blocks);
    reading
}

/// What a sheet gave.
struct SheetReading {
    blocks: Vec<Block>,
    /// Findings outside its blocks.
    findings: Vec<Finding>,
    /// Why there is no block, where there is none.
    problem: FindingCode,
}

fn read_sheet(sheet: &Sheet, mapping: &Mapping, file_name: &str, today: NaiveDate) -> SheetReading {
    let mut notes = Notes::on(&sheet.name);
    let mut grid = Grid::new(sheet, &mapping.legacy, &mut notes);
    let mut read = SheetReading { blocks: vec![], findings: vec![], problem: FindingCode::NoHeader };
    let mut from = 0;
    let mut tail = 0;
    while let Some(header) = (from..grid.rows.len()).find_map(|row| Header::at(&grid, &mapping.labels, row)) {
        let title = Title::read(&grid, tail..header.top.max(tail), &header, mapping, file_name);
        let table = Table { sheet, grid: &grid, header: &header, title: &title, mapping, today };
        let (block, end) = table.read();
        // A password column is told of; what it holds becomes part of nothing, not even of the next title.
        for column in header.columns.get(&Column::Password).into_iter().flatten() {
            if grid.forget(header.below..end.row, *column) {
                notes.add(None, Some(*column), FindingCode::PasswordColumn, vec![]);
            }
        }
        from = end.row.max(header.below);
        tail = end.tail;
        let free = header.has(Column::FreeText);
        if !block.records.is_empty() || free {
            read.blocks.push(block);
        } else {
            read.problem = if header.has_names() { FindingCode::NoNames } else { FindingCode::NoNameColumn };
            read.findings.extend(block.findings);
        }
    }
    let nameless =
        || (0..grid.rows.len()).any(|row| Header::nameless_at(&grid, &mapping.labels, row).is_some());
    if read.blocks.is_empty() && read.problem == FindingCode::NoHeader && nameless() {
        read.problem = FindingCode::NoNameColumn;
    }
    // What was repaired on the sheet as a whole belongs to its first list.
    match read.blocks.first_mut() {
        Some(block) => {
            block.findings.splice(0..0, notes.into_findings());
            block.findings.sort_by_key(|finding| finding.row);
        }
        None => read.findings.extend(notes.into_findings()),
    }
    read
}

/// Several lists, each of one unit, together are a staff list; one alone is a part of it.
fn join_units(blocks: &mut [Block]) {
    let of_one_unit = |block: &Block| block.declared == Declared::SomePeople && block.units.len() == 1;
    if blocks.iter().filter(|block| of_one_unit(block)).count() > 1 {
        blocks
            .iter_mut()
            .filter(|block| of_one_unit(block))
            .for_each(|block| block.declared = Declared::StaffList);
    }
}

fn holds_something(sheet: &Sheet) -> bool {
    let says = |cell: &Cell| match cell {
        Cell::Empty | Cell::Error(_) => false,
        Cell::Text(text) => !text.trim().is_empty(),
        Cell::Number(_) | Cell::Date(_) | Cell::Bool(_) => true,
    };
    sheet.rows.iter().flatten().any(says)
}

fn on_sheet(sheet: &Sheet, code: FindingCode) -> Finding {
    Finding {
        sheet: Some(sheet.name.clone()),
        row: None,
        column: None,
        code,
        details: vec![sheet.name.clone()],
    }
}
