//! Reading a roster: cells become records and findings. Pure; the child process runs it.
//!
//! ```text
//! book -> grid (text cleaned, decoded) -> header (found by its words) -> title (what the list says of itself)
//!                                              |
//!                                              +-> rows (section, person, total, signature) -> records
//! ```

mod departure;
pub mod excerpt;
mod grid;
mod header;
pub mod leaked;
mod legacy;
mod letters;
mod mapping;
mod notes;
mod organisation;
mod person;
mod rows;
pub mod sheet;
mod standing;
mod text;
mod title;
mod twice;
mod typing;
mod value;

use crate::model::finding::{Finding, FindingCode};
use crate::model::roster::{Block, Column, Declared, Reading};
use chrono::NaiveDate;
use grid::Grid;
use header::{Header, password_columns};
pub use legacy::{Encoding, OldFont};
use mapping::Treatment;
pub use mapping::{Mapping, MappingError, Sources};
use notes::Notes;
use rows::Table;
use sheet::{Book, Cell, Sheet, letters};
use title::Title;

/// What is known of a book beside its cells.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Its name; it may name the document behind the list.
    pub file_name: &'a str,
    /// Whose it is, where that is known: something may be laid down for that agency.
    pub agency: Option<&'a str>,
    /// The local date.
    pub today: NaiveDate,
}

/// Understands a book: every header in it with the people below, and everything there is to tell about it.
pub fn understand(book: &Book, mapping: &Mapping, about: &About) -> Reading {
    let mut reading = Reading::default();
    let mut silent = Vec::new();
    let mut has_content = false;
    for sheet in book.sheets.iter().filter(|sheet| holds_something(sheet)) {
        if sheet.hidden && mapping.hidden.sheets == Treatment::LeaveOut {
            reading.findings.push(on_sheet(sheet, FindingCode::HiddenSheet));
            let grid = Grid::new(sheet, mapping, &mut Notes::on(&sheet.name));
            let mut notes = Notes::on(&sheet.name);
            note_passwords(grid, mapping, &mut notes);
            reading.findings.extend(notes.into_findings());
            continue;
        }
        has_content = true;
        let read = read_sheet(sheet, mapping, about);
        if sheet.hidden {
            reading.findings.push(on_sheet(sheet, FindingCode::HiddenSheetRead));
        }
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
    twice::settle(&mut reading.blocks);
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

fn read_sheet(sheet: &Sheet, mapping: &Mapping, about: &About) -> SheetReading {
    let mut notes = Notes::on(&sheet.name);
    let grid = Grid::new(sheet, mapping, &mut notes);
    let is_cut = grid.is_cut;
    let mut read = SheetReading { blocks: vec![], findings: vec![], problem: FindingCode::NoHeader };
    // Lists side by side are read one after the other, each as if it stood alone.
    let mut sides = vec![Side { grid, from: 0, tail: 0 }];
    while let Some(side) = sides.pop() {
        let grid = read_side(side, &mut sides, &mut read, &mut notes, (sheet, mapping, about));
        let nameless =
            || (0..grid.rows.len()).any(|row| Header::nameless_at(&grid, &mapping.labels, row).is_some());
        if read.blocks.is_empty() && read.problem == FindingCode::NoHeader && nameless() {
            read.problem = FindingCode::NoNameColumn;
        }
        if read.blocks.is_empty() {
            note_passwords(grid, mapping, &mut notes);
        }
    }
    if is_cut {
        read.blocks.iter_mut().for_each(|block| block.declared = block.declared.of_a_part());
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

/// The part of a sheet that is still to be read.
struct Side {
    grid: Grid,
    /// Where the next header may begin.
    from: usize,
    /// Where its title may begin.
    tail: usize,
}

/// Reads the lists of one side, one below the other; gives back what is left of the grid.
fn read_side(
    side: Side,
    sides: &mut Vec<Side>,
    read: &mut SheetReading,
    notes: &mut Notes,
    (sheet, mapping, about): (&Sheet, &Mapping, &About),
) -> Grid {
    let Side { mut grid, mut from, mut tail } = side;
    let pin = mapping.pin(about.agency, &sheet.name);
    while let Some(mut header) = next_header(&grid, mapping, pin, from) {
        if let Some(column) = header.beside {
            let (left, right) = grid.split(header.top, column);
            sides.push(Side { grid: right, from, tail });
            grid = left;
            continue;
        }
        let mut title = Title::read(&grid, tail..header.top.max(tail), &header, mapping, about.file_name);
        if let Some(pin) = pin {
            for at in header.apply(pin) {
                notes.cell(header.bottom, at, FindingCode::PinnedColumnDiffers);
            }
            title.declared = pin.declares.unwrap_or(title.declared);
        }
        let hidden: Vec<String> = hidden_columns(sheet, &header);
        if !hidden.is_empty() {
            notes.add(None, None, FindingCode::HiddenColumns, vec![hidden.join(", ")]);
        }
        let table = Table { sheet, grid: &grid, header: &header, title: &title, mapping, today: about.today };
        let (block, end) = table.read();
        // A password column is told of; what it holds becomes part of nothing, not even of the next title.
        for column in header.columns.get(&Column::Password).into_iter().flatten() {
            if grid.forget(header.below..end.row, *column) {
                notes.add(None, Some(*column), FindingCode::PasswordColumn, vec![]);
            }
        }
        from = end.row.max(header.below);
        tail = end.tail;
        if !block.records.is_empty() || header.has(Column::FreeText) {
            read.blocks.push(block);
        } else {
            read.problem = if header.has_names() { FindingCode::NoNames } else { FindingCode::NoNameColumn };
            read.findings.extend(block.findings);
        }
    }
    grid
}

/// The next header from row `from` on: the one laid down, else the first whose words make one.
fn next_header(grid: &Grid, mapping: &Mapping, pin: Option<&mapping::Pin>, from: usize) -> Option<Header> {
    let labels = &mapping.labels;
    if let Some(row) = pin.and_then(|pin| pin.header_row)
        && (from..grid.rows.len()).contains(&row)
    {
        return Some(Header::around(grid, labels, row));
    }
    let named_by_pin = pin.is_some_and(mapping::Pin::has_names);
    (from..grid.rows.len()).find_map(|row| {
        let nameless = || Header::nameless_at(grid, labels, row).filter(|_| named_by_pin);
        Header::at(grid, labels, row).or_else(nameless)
    })
}

fn hidden_columns(sheet: &Sheet, header: &Header) -> Vec<String> {
    let used = header.columns.values().flatten();
    let mut hidden: Vec<usize> = used.copied().filter(|at| sheet.hidden_columns.covers(*at)).collect();
    hidden.sort_unstable();
    hidden.into_iter().map(letters).collect()
}

/// Tells of passwords in a sheet that gave no list: they are leaked wherever they stand.
fn note_passwords(mut grid: Grid, mapping: &Mapping, notes: &mut Notes) {
    for (column, row) in password_columns(&grid, &mapping.labels) {
        if grid.forget(row + 1..grid.rows.len(), column) {
            notes.add(None, Some(column), FindingCode::PasswordColumn, vec![]);
        }
    }
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
