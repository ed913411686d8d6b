//! A report as a workbook: its head, facts and first table on one sheet, each further table and the minutes on a sheet of
//! its own, all ready to print on A4.

use super::height::fit_height;
use super::paint::{Paint, Part, set_up};
use crate::report::{Cell, Report, Table, minutes_title, say};
use crate::roster::sheet;
use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};

/// Columns that the head spreads over, at the least.
const HEAD: u16 = 4;
/// The width of a head's column where no table lays down one.
const WIDTH: u8 = 26;
/// The longest name of a sheet.
const NAME: usize = 31;

/// The report as `.xlsx`.
pub fn write(report: &Report) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let paint = &mut Paint::default();
    let mut names = Vec::new();
    let (first, others) = match report.tables.split_first() {
        Some((first, others)) => (Some(first), others),
        None => (None, &[][..]),
    };
    let title = first.map_or(report.title.as_str(), |table| table.title.as_str());
    let sheet = named(&mut workbook, title, &mut names)?;
    let last = first.map_or(HEAD - 1, last_column).max(HEAD - 1);
    widths(sheet, first, last)?;
    let row = head(sheet, paint, report, last)?;
    let row = match first {
        Some(table) => list(sheet, paint, row, table, last)?,
        None => row,
    };
    if report.minutes.is_empty() {
        sign(sheet, paint, row + 1, last, report)?;
    }
    for table in others {
        let sheet = named(&mut workbook, &table.title, &mut names)?;
        let last = last_column(table);
        widths(sheet, Some(table), last)?;
        list(sheet, paint, 0, table, last)?;
    }
    if !report.minutes.is_empty() {
        let title = say(report.lang, "Biên bản", "Minutes");
        let sheet = named(&mut workbook, &title, &mut names)?;
        widths(sheet, None, HEAD - 1)?;
        minutes(sheet, paint, report)?;
    }
    workbook.save_to_buffer()
}

fn last_column(table: &Table) -> u16 {
    u16::try_from(table.columns.len().saturating_sub(1)).unwrap_or(u16::MAX)
}

/// A sheet under a name that Excel takes, and that no other sheet has.
fn named<'w>(
    workbook: &'w mut Workbook,
    title: &str,
    names: &mut Vec<String>,
) -> Result<&'w mut Worksheet, XlsxError> {
    let plain: String = title.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(NAME - 3).collect();
    let mut name = plain.trim().to_owned();
    let taken = names.iter().filter(|one| one.starts_with(&name)).count();
    if taken > 0 {
        name = format!("{name} {}", taken + 1);
    }
    names.push(name.clone());
    let sheet = workbook.add_worksheet().set_name(&name)?;
    set_up(sheet);
    sheet.set_footer("&CTrang &P/&N");
    Ok(sheet)
}

fn widths(sheet: &mut Worksheet, table: Option<&Table>, last: u16) -> Result<(), XlsxError> {
    let widths = table.map(|table| table.columns.iter().map(|(_, width)| *width)).into_iter().flatten();
    for (column, width) in (0..=last).zip(widths.chain(std::iter::repeat(WIDTH))) {
        sheet.set_column_width(column, width)?;
    }
    Ok(())
}

/// Who issues it and the state's name side by side, the title, the facts; gives the row that follows.
fn head(sheet: &mut Worksheet, paint: &mut Paint, report: &Report, last: u16) -> Result<u32, XlsxError> {
    let middle = last / 2;
    paint.spread(sheet, (0, 0, middle), &report.issuer.to_uppercase(), Part::Title)?;
    paint.spread(sheet, (0, middle + 1, last), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", Part::Title)?;
    paint.spread(sheet, (1, 0, middle), "Số: ……/……", Part::Centred)?;
    paint.spread(sheet, (1, middle + 1, last), "Độc lập - Tự do - Hạnh phúc", Part::Title)?;
    let dated = report.date.format("Ngày %d tháng %m năm %Y").to_string();
    paint.spread(sheet, (2, middle + 1, last), &dated, Part::Centred)?;
    paint.spread(sheet, (4, 0, last), &report.title.to_uppercase(), Part::CentredHeading)?;
    sheet.set_row_height(4, 26)?;
    paint.spread(sheet, (5, 0, last), &report.subtitle, Part::Title)?;
    let mut row = 7;
    for (name, value) in &report.facts {
        paint.spread(sheet, (row, 0, last), &format!("{name}: {value}"), Part::Free)?;
        row += 1;
    }
    Ok(row + 1)
}

/// A table under its name; gives the row that follows.
fn list(
    sheet: &mut Worksheet,
    paint: &mut Paint,
    row: u32,
    table: &Table,
    last: u16,
) -> Result<u32, XlsxError> {
    if last == 0 {
        paint.text(sheet, (row, 0), &table.title, Part::Strong)?;
    } else {
        sheet.merge_range(row, 0, row, last, "", paint.format(Part::Strong))?;
        paint.text(sheet, (row, 0), &table.title, Part::Strong)?;
    }
    let header = row + 1;
    for (column, (title, _)) in (0..).zip(&table.columns) {
        paint.text(sheet, (header, column), title, Part::Head)?;
    }
    let titles = table.columns.iter().map(|(title, width)| (title.as_str(), *width));
    fit_height(sheet, header, titles)?;
    let mut at = header;
    for cells in &table.rows {
        at += 1;
        for (column, cell) in (0..).zip(cells) {
            match cell {
                Cell::Text(text) => paint.text(sheet, (at, column), text, Part::Body)?,
                #[allow(clippy::cast_precision_loss, reason = "counts of people and accounts")]
                Cell::Number(number) => {
                    paint.cell(sheet, (at, column), &sheet::Cell::Number(*number as f64), Part::Body)?;
                }
                Cell::Day(Some(day)) => paint.day(sheet, (at, column), *day, Part::Body)?,
                Cell::Day(None) => paint.cell(sheet, (at, column), &sheet::Cell::Empty, Part::Body)?,
            }
        }
        let shown: Vec<String> = cells.iter().map(Cell::shown).collect();
        let texts = shown.iter().zip(&table.columns).map(|(text, (_, width))| (text.as_str(), *width));
        fit_height(sheet, at, texts)?;
    }
    sheet.set_repeat_rows(header, header)?.set_freeze_panes(header + 1, 0)?;
    Ok(at + 1)
}

fn minutes(sheet: &mut Worksheet, paint: &mut Paint, report: &Report) -> Result<(), XlsxError> {
    /// About what a line of the sheet holds.
    const LINE: u8 = (WIDTH - 1) * 4;
    let last = HEAD - 1;
    let title = minutes_title(report.lang);
    let mut row = head(sheet, paint, &Report { title, facts: Vec::new(), ..report.clone() }, last)?;
    for paragraph in &report.minutes {
        sheet.merge_range(row, 0, row, last, "", paint.format(Part::Body))?;
        paint.text(sheet, (row, 0), paragraph, Part::Body)?;
        fit_height(sheet, row, [(paragraph.as_str(), LINE)].into_iter())?;
        row += 1;
    }
    sign(sheet, paint, row + 1, last, report)
}

/// Room for everybody who signs.
fn sign(
    sheet: &mut Worksheet,
    paint: &mut Paint,
    row: u32,
    last: u16,
    report: &Report,
) -> Result<(), XlsxError> {
    /// Empty rows for a signature.
    const ROOM: u32 = 6;
    let count = u16::try_from(report.signatures.len()).unwrap_or(1).max(1);
    let wide = ((last + 1) / count).max(1);
    let how = say(report.lang, "(Ký, ghi rõ họ tên)", "(Signature and full name)");
    for (at, who) in (0..count).zip(&report.signatures) {
        let (left, right) = (at * wide, if at + 1 == count { last } else { (at + 1) * wide - 1 });
        for (row, text, part) in
            [(row, who.to_uppercase(), Part::Title), (row + 1, how.clone(), Part::Centred)]
        {
            if left == right {
                paint.text(sheet, (row, left), &text, part)?;
            } else {
                paint.spread(sheet, (row, left, right), &text, part)?;
            }
        }
    }
    if !report.signatures.is_empty() {
        sheet.set_row_height(row + ROOM, f64::from(super::height::LINE))?;
    }
    Ok(())
}
