//! A report as a workbook: its head, facts and first table on one sheet, the charts, each further table and the minutes on
//! a sheet of its own, all ready to print on A4.

use super::height::fit_height;
use super::paint::{Paint, Part, set_up};
use crate::report::chart::Shape;
use crate::report::{self, Cell, Report, Table, minutes_title, say};
use crate::roster::sheet;
use rust_xlsxwriter::{
    Chart, ChartDataLabel, ChartFormat, ChartSolidFill, ChartType, Color, Workbook, Worksheet, XlsxError,
};

/// Columns that the head spreads over, at the least.
const HEAD: u16 = 4;
/// The width of a head's column where no table lays down one.
const WIDTH: u8 = 26;
/// The state's name, which stands in the right half of a head, and the width that it takes on one line.
const STATE: (&str, u16) = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 46);
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
    make_room(sheet, first, last)?;
    let row = head(sheet, paint, report, last)?;
    let row = match first {
        Some(table) => list(sheet, paint, row, table, last)?,
        None => row,
    };
    if report.minutes.is_empty() {
        sign(sheet, paint, row + 1, last, report)?;
    }
    if !report.charts.is_empty() {
        let title = say(report.lang, "Biểu đồ", "Charts");
        let sheet = named(&mut workbook, &title, &mut names)?;
        pictures(sheet, paint, &title, report)?;
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

/// Gives the right half of a head room for the state's name: the last column grows by what is missing.
fn make_room(sheet: &mut Worksheet, table: Option<&Table>, last: u16) -> Result<(), XlsxError> {
    let width = |column: u16| {
        let own = table.and_then(|table| table.columns.get(usize::from(column)));
        own.map_or(u16::from(WIDTH), |(_, width)| u16::from(*width))
    };
    let right: u16 = (last / 2 + 1..=last).map(width).sum();
    sheet.set_column_width(last, width(last) + STATE.1.saturating_sub(right))?;
    Ok(())
}

/// Who issues it and the state's name side by side, the title, the facts; gives the row that follows.
fn head(sheet: &mut Worksheet, paint: &mut Paint, report: &Report, last: u16) -> Result<u32, XlsxError> {
    let middle = last / 2;
    paint.spread(sheet, (0, 0, middle), &report.issuer.to_uppercase(), Part::Title)?;
    paint.spread(sheet, (0, middle + 1, last), STATE.0, Part::Title)?;
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

/// The charts, one below the other, each beside the numbers that it is drawn from.
fn pictures(sheet: &mut Worksheet, paint: &mut Paint, name: &str, report: &Report) -> Result<(), XlsxError> {
    /// Widths of the columns: the group, the number that is drawn, the number as it is said, a gap.
    const WIDTHS: [u8; 4] = [38, 12, 18, 3];
    /// On A4 across, at this share in percent, the numbers and their picture fit beside each other, and so many rows below.
    const PAGE: (u16, u32) = (72, 38);
    sheet.set_print_scale(PAGE.0);
    let (mut page, mut breaks) = (0, Vec::new());
    for (column, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    let lang = report.lang;
    let heads = [say(lang, "Nhóm", "Group"), say(lang, "Giá trị", "Value"), say(lang, "Số liệu", "Figure")];
    let mut row = 0;
    for chart in &report.charts {
        paint.text(sheet, (row, 0), &chart.title, Part::Strong)?;
        paint.text(sheet, (row + 1, 0), &chart.description, Part::Free)?;
        for (column, head) in (0..).zip(&heads) {
            paint.text(sheet, (row + 2, column), head, Part::Head)?;
        }
        let (first, mut last) = (row + 3, row + 2);
        for bar in &chart.bars {
            last += 1;
            paint.text(sheet, (last, 0), &bar.label, Part::Body)?;
            #[allow(clippy::cast_precision_loss, reason = "counts of people and accounts")]
            paint.cell(sheet, (last, 1), &sheet::Cell::Number(bar.value as f64), Part::Body)?;
            paint.text(sheet, (last, 2), &bar.shown, Part::Body)?;
            let (label, shown) = (bar.label.as_str(), bar.shown.as_str());
            fit_height(sheet, last, [(label, WIDTHS[0]), (shown, WIDTHS[2])].into_iter())?;
        }
        let begins = first - 3;
        row = last + 2;
        if last >= first {
            let rows = picture(sheet, name, chart, (first, last))?;
            row = row.max(first + rows + 1);
        }
        // No picture is cut where a page ends.
        if row - page > PAGE.1 && begins > page {
            breaks.push(begins);
            page = begins;
        }
    }
    sheet.set_page_breaks(&breaks)?;
    Ok(())
}

/// Draws one beside its numbers, which stand in these rows; gives how many rows it covers.
fn picture(
    sheet: &mut Worksheet,
    name: &str,
    chart: &report::chart::Chart,
    (first, last): (u32, u32),
) -> Result<u32, XlsxError> {
    /// The width of a picture, the height of a bar that lies and of all around it, in pixels.
    const SIZES: (u32, u32, u32) = (640, 30, 80);
    /// A row's height in pixels.
    const ROW: u32 = super::height::LINE * 4 / 3;
    let bars = last + 1 - first;
    let (kind, height) = match chart.shape {
        Shape::Lying => (ChartType::Bar, SIZES.1 * bars + SIZES.2),
        Shape::Standing => (ChartType::Column, 300),
    };
    let mut drawn = Chart::new(kind);
    drawn.title().set_name(&chart.title);
    drawn.legend().set_hidden();
    drawn.set_width(SIZES.0).set_height(height).set_alt_text(&chart.description);
    let values = match chart.shape {
        Shape::Lying => {
            // The first bar stands above the others, as in the table.
            drawn.y_axis().set_reverse();
            drawn.x_axis()
        }
        Shape::Standing => drawn.y_axis(),
    };
    values.set_min(0).set_hidden(true).set_major_gridlines(false);
    if chart.most > 0 {
        values.set_max(u32::try_from(chart.most).unwrap_or(u32::MAX));
    }
    let series = drawn.add_series();
    series.set_categories((name, first, 0, last, 0)).set_values((name, first, 1, last, 1));
    // Of many days not every one has room for its number.
    if bars <= 12 {
        series.set_data_label(ChartDataLabel::new().show_value());
    }
    series.set_name(&chart.title).set_gap(60).set_format(
        ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(Color::RGB(0x0017_4A86))),
    );
    sheet.insert_chart(first - 1, 4, &drawn)?;
    Ok(height.div_ceil(ROW))
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
