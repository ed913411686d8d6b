//! The spreadsheet formats, by calamine. Cells are streamed where the format allows it: a range of corner
//! cells (A1 and XFD1048576) would be 17 billion cells as a table.

use super::about_file;
use super::decode::{Decoded, Grid, too_large};
use super::limits::Limits;
use super::package::Shape;
use super::{biff, biff12, package, plain, shape};
use crate::model::finding::{Finding, FindingCode};
use crate::roster::OldFont;
use crate::roster::sheet::{Book, Cell, Merge, Sheet};
use calamine::{
    Data, DataRef, Dimensions, Ods, OdsError, Range, Reader, SheetType, SheetVisible, Style, Xls, XlsError,
    Xlsb, XlsbError, Xlsx, XlsxError,
};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use std::collections::BTreeMap;
use std::io::Cursor;

/// Excel since 2007: a plain workbook in one look, any other by calamine.
pub(super) fn xlsx(bytes: &[u8], limits: &Limits) -> Result<Decoded, Finding> {
    plain::read(bytes, limits).map_or_else(|| any_xlsx(bytes, limits), Ok)
}

/// What calamine refuses as a whole for one odd sheet is repaired and tried again.
fn any_xlsx(bytes: &[u8], limits: &Limits) -> Result<Decoded, Finding> {
    match Xlsx::new(Cursor::new(bytes)) {
        Ok(workbook) => xlsx_sheets(bytes, workbook, limits),
        Err(XlsxError::Password) => Err(about_file(FindingCode::Encrypted, vec![])),
        Err(_) => {
            let mended = package::without_odd_sheets(bytes).ok_or_else(damaged)?;
            xlsx_sheets(&mended, Xlsx::new(Cursor::new(mended.as_slice())).map_err(|_| damaged())?, limits)
        }
    }
}

fn xlsx_sheets(bytes: &[u8], mut workbook: Xlsx<Cursor<&[u8]>>, limits: &Limits) -> Result<Decoded, Finding> {
    let names = worksheets(workbook.sheets_metadata(), limits)?;
    let mut shapes = shape::xlsx(bytes);
    collect(names, limits, |name, grid| {
        let mut cells = match workbook.worksheet_cells_reader(name) {
            Ok(cells) => cells,
            // A chart or macro sheet that says it is a worksheet: nothing to read, nothing lost.
            Err(XlsxError::NotAWorksheet(_)) => return Some(()),
            Err(_) => return None,
        };
        let old_fonts = old_fonts(cells.styles());
        while let Some((cell, style)) = cells.next_cell_with_style_id().ok()? {
            let (row, column) = cell.get_position();
            grid.put(row, column, convert_ref(cell.get_value()));
            if let Some(Some(font)) = old_fonts.get(style) {
                grid.old_font(row, column, *font);
            }
        }
        drop(cells);
        match shapes.remove(name) {
            Some(shape) => take_shape(grid, shape),
            None => merge(grid, &workbook.merge_cells_by_sheet_name(name).ok()?),
        }
        Some(())
    })
}

/// The fonts from before Unicode among the styles, by style; empty where there is none.
fn old_fonts(styles: &[Style]) -> Vec<Option<OldFont>> {
    let font = |style: &Style| style.font.as_ref()?.name.as_deref().and_then(OldFont::of);
    let fonts: Vec<Option<OldFont>> = styles.iter().map(font).collect();
    if fonts.iter().all(Option::is_none) { Vec::new() } else { fonts }
}

/// Excel's binary variant. calamine knows no merged ranges and nothing hidden there, so both are read apart; a sheet
/// that does not tell them counts as unreadable, for policy decides on what is hidden.
pub(super) fn xlsb(bytes: &[u8], limits: &Limits) -> Result<Decoded, Finding> {
    let mut workbook = Xlsb::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsbError::Password => about_file(FindingCode::Encrypted, vec![]),
        _ => damaged(),
    })?;
    let names = worksheets(workbook.sheets_metadata(), limits)?;
    let mut shapes = biff12::shapes(bytes);
    collect(names, limits, |name, grid| {
        let shape = shapes.remove(name)?;
        let mut cells = workbook.worksheet_cells_reader(name).ok()?;
        while let Some(cell) = cells.next_cell().ok()? {
            let (row, column) = cell.get_position();
            grid.put(row, column, convert(Data::from(cell.get_value().clone())));
        }
        take_shape(grid, shape);
        Some(())
    })
}

/// Excel up to 2003.
pub(super) fn xls(bytes: &[u8], limits: &Limits) -> Result<Decoded, Finding> {
    let mut workbook = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsError::Password => about_file(FindingCode::Encrypted, vec![]),
        _ => damaged(),
    })?;
    let names = worksheets(workbook.sheets_metadata(), limits)?;
    let all = workbook.sheets_metadata().iter().map(|sheet| sheet.name.clone());
    let mut looks: BTreeMap<String, biff::Look> = all.zip(biff::looks(bytes)).collect();
    collect(names, limits, |name, grid| {
        fill(grid, &workbook.worksheet_range(name).ok()?);
        if let Some(look) = looks.remove(name) {
            grid.hide(look.hidden_rows, look.hidden_columns);
            look.old_fonts.into_iter().for_each(|(row, column, font)| grid.old_font(row, column, font));
        }
        merge(grid, &workbook.merge_cells_by_sheet_name(name).ok()?);
        Some(())
    })
}

/// `OpenDocument`. calamine knows no merged ranges and nothing hidden there, so both are read apart.
pub(super) fn ods(bytes: &[u8], limits: &Limits) -> Result<Decoded, Finding> {
    let mut workbook = Ods::new(Cursor::new(bytes)).map_err(|error| match error {
        OdsError::Password => about_file(FindingCode::Encrypted, vec![]),
        _ => damaged(),
    })?;
    let names = worksheets(workbook.sheets_metadata(), limits)?;
    let mut shapes = package::ods_shapes(bytes).ok_or_else(damaged)?.into_iter();
    collect(names, limits, |name, grid| {
        let shape = shapes.next().unwrap_or_default();
        fill(grid, &workbook.worksheet_range(name).ok()?);
        take_shape(grid, shape);
        Some(())
    })
}

/// The sheets that hold cells, with whether they are hidden.
fn worksheets(all: &[calamine::Sheet], limits: &Limits) -> Result<Vec<(String, bool)>, Finding> {
    if all.len() > limits.sheets {
        return Err(too_large(format!("{} sheets", all.len())));
    }
    let sheets = all.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    Ok(sheets.map(|sheet| (sheet.name.clone(), sheet.visible != SheetVisible::Visible)).collect())
}

/// Fills a grid a sheet. One that fails is left out and said so; a file of nothing else is damaged.
fn collect(
    names: Vec<(String, bool)>,
    limits: &Limits,
    mut read: impl FnMut(&str, &mut Grid) -> Option<()>,
) -> Result<Decoded, Finding> {
    let mut findings = Vec::new();
    let mut sheets: Vec<Sheet> = Vec::new();
    for (name, hidden) in names {
        let mut grid = Grid::new(&name, limits).hidden(hidden);
        if read(&name, &mut grid).is_some() {
            sheets.push(grid.finish(&mut findings)?);
        } else {
            findings.push(Finding { sheet: Some(name), ..about_file(FindingCode::SheetUnreadable, vec![]) });
        }
    }
    if sheets.is_empty() {
        return Err(damaged());
    }
    Ok(Decoded { book: Book { sheets }, findings, layouts: None })
}

fn fill(grid: &mut Grid, range: &Range<Data>) {
    let (top, left) = range.start().unwrap_or_default();
    for (row, column, value) in range.used_cells() {
        let at = |start: u32, offset: usize| start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
        grid.put(at(top, row), at(left, column), convert(value.clone()));
    }
}

fn take_shape(grid: &mut Grid, shape: Shape) {
    let Shape { merges, hidden_rows, hidden_columns } = shape;
    for Merge { top, left, bottom, right } in merges {
        grid.merge(top, left, bottom, right);
    }
    grid.hide(hidden_rows.into_iter().collect(), hidden_columns.into_iter().collect());
}

fn merge(grid: &mut Grid, merges: &[Dimensions]) {
    for merge in merges {
        grid.merge(merge.start.0, merge.start.1, merge.end.0, merge.end.1);
    }
}

/// The same of a value that is still the workbook's: nearly every text is one that several cells share.
fn convert_ref(data: &DataRef<'_>) -> Cell {
    match data {
        DataRef::SharedString("") => Cell::Empty,
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        other => convert(Data::from(other.clone())),
    }
}

#[allow(clippy::cast_precision_loss, reason = "spreadsheets hold 64-bit floats and nothing else")]
pub(super) fn convert(data: Data) -> Cell {
    match data {
        Data::Empty => Cell::Empty,
        Data::String(text) | Data::DurationIso(text) if text.is_empty() => Cell::Empty,
        Data::String(text) | Data::DurationIso(text) => Cell::Text(text),
        Data::Int(number) => Cell::Number(number as f64),
        Data::Float(number) => Cell::Number(number),
        Data::Bool(truth) => Cell::Bool(truth),
        Data::DateTime(serial) => match serial.as_datetime() {
            Some(time) if serial.is_datetime() => Cell::Date(time),
            _ => Cell::Number(serial.as_f64()),
        },
        Data::DateTimeIso(text) => iso_date(&text).map_or(Cell::Text(text), Cell::Date),
        Data::Error(error) => Cell::Error(error.to_string()),
    }
}

fn iso_date(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim_end_matches('Z');
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map(|day| day.and_time(NaiveTime::MIN));
    day.or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")).ok()
}

fn damaged() -> Finding {
    about_file(FindingCode::DamagedWorkbook, vec![])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbook::format::{Format, detect};
    use crate::workbook::layout;
    use std::path::{Path, PathBuf};

    /// The workbooks since 2007 in a folder and those below it.
    fn workbooks(folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let below = entries.flat_map(|path| if path.is_dir() { workbooks(&path) } else { vec![path] });
        below.filter(|path| detect(&std::fs::read(path).unwrap()) == Format::Xlsx).collect()
    }

    #[test]
    fn a_plain_workbook_is_read_as_calamine_and_the_layout_read_it() {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let (mut plain, mut other, mut wrong) = (0, Vec::new(), Vec::new());
        for path in ["fixtures", "data"].iter().flat_map(|folder| workbooks(&tests.join(folder))) {
            let bytes = std::fs::read(&path).unwrap();
            let Some(read) = plain::read(&bytes, &Limits::default()) else {
                other.push(path);
                continue;
            };
            plain += 1;
            let mut looks = layout::read(&bytes);
            // A chart has a layout without a sheet.
            looks.sheets.retain(|name, _| read.book.sheets.iter().any(|sheet| sheet.name == *name));
            let looks = Some(looks);
            let same = any_xlsx(&bytes, &Limits::default())
                .map(|by_calamine| Decoded { layouts: looks, ..by_calamine });
            if same.as_ref() != Ok(&read) {
                wrong.push(path);
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
        // Whoever wrote them: openpyxl, LibreOffice or rust_xlsxwriter.
        assert!(plain >= 20, "{plain} are plain, but not {other:?}");
    }
}
