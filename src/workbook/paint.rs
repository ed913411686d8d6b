//! Paint: how the cells of a workbook that rosterd writes look, and how values get into them. There is no way
//! through here to write a formula.

use super::height;
use super::layout::Shown;
use crate::model::finding::Severity;
use crate::roster::sheet::Cell;
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use rust_xlsxwriter::{Color, ExcelDateTime, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};
use std::collections::BTreeMap;

/// What a cell is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Text outside of a table.
    Free,
    /// Important text outside of a table.
    Strong,
    /// Text outside of a table that stands in the middle of a merged range.
    Centred,
    /// The same, important.
    Title,
    /// The name of the whole.
    Heading,
    /// The same in the middle of a merged range.
    CentredHeading,
    /// A table's header.
    Head,
    /// A table's row.
    Body,
    /// A cell of a table to fill in: what is typed there stays text.
    Entry,
    /// Where a table to fill in may go on.
    Typed,
}

/// How a cell looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Look {
    pub(super) part: Part,
    pub(super) mark: Mark,
}

/// A cell's colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// None.
    No,
    /// Nothing wrong.
    Fine,
    /// By what was found.
    Found(Severity),
}

/// How a value is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Figure {
    General,
    Whole,
    Date,
    DateTime,
    /// As the sender's workbook showed it, by its place in the list there, from 1: a number or a date.
    Sent(u16),
    /// The same: text in an old font.
    OldFont(u16),
    /// Text that stays text when it is typed anew.
    Typed,
    /// Text that a spreadsheet would take for a formula if somebody typed it: marked as text for good.
    Quoted,
}

impl From<Part> for Look {
    fn from(part: Part) -> Self {
        Self { part, mark: Mark::No }
    }
}

/// The formats in use; each is built once.
#[derive(Default)]
pub(super) struct Paint {
    formats: BTreeMap<(Look, Figure), Format>,
    /// How the sender's workbook shows cells.
    shown: Vec<Shown>,
    /// The last cells of each column that were written without their format, which is laid on later; `None`: none are.
    gathered: Option<BTreeMap<u16, Run>>,
}

/// Cells of one look, one below the other.
struct Run {
    look: (Look, Figure),
    first: u32,
    last: u32,
}

/// What is written into a cell.
enum Value<'a> {
    Blank,
    Text(&'a str),
    Number(f64),
    Truth(bool),
}

/// The number of A4 in a print set-up.
const A4: u8 = 9;

/// Sets up `sheet` for the screen and for A4.
pub(super) fn set_up(sheet: &mut Worksheet) {
    sheet
        .set_default_row_height(height::LINE)
        .set_landscape()
        .set_paper_size(A4)
        .set_print_fit_to_pages(1, 0);
    sheet.set_margins(0.4, 0.4, 0.5, 0.5, 0.3, 0.3);
}

/// The longest text a cell takes, in UTF-16 units.
const LONGEST_TEXT: usize = 32_767;

impl Paint {
    /// Paint that knows how the sender's workbook shows cells.
    pub(super) fn showing(shown: &[Shown]) -> Self {
        Self { formats: BTreeMap::new(), shown: shown.to_vec(), gathered: None }
    }

    /// From here on cells are written bare, until their formats are laid on: the library looks a format up by all it
    /// says, which for each cell takes longer than its value. Cells of one look stand in columns.
    pub(super) fn gather(&mut self) {
        self.gathered = Some(BTreeMap::new());
    }

    /// Lays the formats on the cells of `sheet` that were written since [`Paint::gather`].
    pub(super) fn lay_on(&mut self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        for (column, run) in self.gathered.take().unwrap_or_default() {
            self.lay_run_on(sheet, column, &run)?;
        }
        Ok(())
    }

    fn lay_run_on(&mut self, sheet: &mut Worksheet, column: u16, run: &Run) -> Result<(), XlsxError> {
        let Run { look: (look, figure), first, last } = *run;
        sheet.set_range_format(first, column, last, column, self.figure(look, figure))?;
        Ok(())
    }

    /// Notes how a cell looks. A run ends with the cell that does not go on with it: what was written twice keeps its
    /// order, so that the last word counts.
    fn note(
        &mut self,
        sheet: &mut Worksheet,
        (row, column): (u32, u16),
        look: (Look, Figure),
    ) -> Result<(), XlsxError> {
        let runs = self.gathered.get_or_insert_default();
        match runs.get_mut(&column) {
            Some(run) if run.look == look && run.last.checked_add(1) == Some(row) => run.last = row,
            _ => {
                if let Some(ended) = runs.insert(column, Run { look, first: row, last: row }) {
                    self.lay_run_on(sheet, column, &ended)?;
                }
            }
        }
        Ok(())
    }

    fn put(
        &mut self,
        sheet: &mut Worksheet,
        (row, column): (u32, u16),
        value: &Value<'_>,
        look: Look,
        figure: Figure,
    ) -> Result<(), XlsxError> {
        if self.gathered.is_some() {
            match *value {
                Value::Blank => {}
                Value::Text(text) => drop(sheet.write_string(row, column, text)?),
                Value::Number(number) => drop(sheet.write_number(row, column, number)?),
                Value::Truth(truth) => drop(sheet.write_boolean(row, column, truth)?),
            }
            return self.note(sheet, (row, column), (look, figure));
        }
        let format = self.figure(look, figure);
        match *value {
            Value::Blank => sheet.write_blank(row, column, format)?,
            Value::Text(text) => sheet.write_string_with_format(row, column, text, format)?,
            Value::Number(number) => sheet.write_number_with_format(row, column, number, format)?,
            Value::Truth(truth) => sheet.write_boolean_with_format(row, column, truth, format)?,
        };
        Ok(())
    }

    /// The format of plain text that looks so.
    pub(super) fn format(&mut self, look: impl Into<Look>) -> &Format {
        self.figure(look.into(), Figure::General)
    }

    fn figure(&mut self, look: Look, figure: Figure) -> &Format {
        let shown = &self.shown;
        self.formats.entry((look, figure)).or_insert_with(|| build(look, figure, shown))
    }

    /// Writes `text` as text, whatever it begins with.
    pub(super) fn text(
        &mut self,
        sheet: &mut Worksheet,
        at: (u32, u16),
        text: &str,
        look: impl Into<Look>,
    ) -> Result<(), XlsxError> {
        self.text_as(sheet, at, text, look.into(), Figure::General)
    }

    fn text_as(
        &mut self,
        sheet: &mut Worksheet,
        at: (u32, u16),
        text: &str,
        look: Look,
        figure: Figure,
    ) -> Result<(), XlsxError> {
        let quoted = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let figure = if quoted { Figure::Quoted } else { figure };
        self.put(sheet, at, &Value::Text(shortened(text)), look, figure)
    }

    /// Writes a cell of the sender's workbook as it was shown there, by its place in the list; 0 is nothing to say. What
    /// is wrong becomes text where it can, so that no program makes anything of what is typed instead.
    pub(super) fn sent(
        &mut self,
        sheet: &mut Worksheet,
        at: (u32, u16),
        cell: &Cell,
        look: Look,
        place: u16,
    ) -> Result<(), XlsxError> {
        let shown = shown_at(&self.shown, place);
        let as_text = shown.is_some_and(Shown::is_text) || matches!(look.mark, Mark::Found(_));
        let by_code = shown.is_some_and(|shown| shown.code.is_some() && !shown.is_text());
        match cell {
            Cell::Text(text) if shown.is_some_and(|shown| shown.old_font.is_some()) => {
                self.text_as(sheet, at, text, look, Figure::OldFont(place))
            }
            Cell::Text(text) if as_text => self.text_as(sheet, at, text, look, Figure::Typed),
            Cell::Empty if as_text => self.put(sheet, at, &Value::Blank, look, Figure::Typed),
            Cell::Number(number) if by_code && number.is_finite() => {
                self.put(sheet, at, &Value::Number(*number), look, Figure::Sent(place))
            }
            Cell::Date(time) if by_code => match excel_time(*time) {
                Ok(value) => self.put(sheet, at, &Value::Number(value.to_excel()), look, Figure::Sent(place)),
                Err(_) => self.cell(sheet, at, cell, look),
            },
            _ => self.cell(sheet, at, cell, look),
        }
    }

    /// Writes `text` across the columns `left` to `right` of a row.
    pub(super) fn spread(
        &mut self,
        sheet: &mut Worksheet,
        (row, left, right): (u32, u16, u16),
        text: &str,
        part: Part,
    ) -> Result<(), XlsxError> {
        sheet.merge_range(row, left, row, right, "", self.format(part))?;
        self.text(sheet, (row, left), text, part)
    }

    /// Writes a day as a date.
    pub(super) fn day(
        &mut self,
        sheet: &mut Worksheet,
        at: (u32, u16),
        day: NaiveDate,
        look: impl Into<Look>,
    ) -> Result<(), XlsxError> {
        self.cell(sheet, at, &Cell::Date(day.and_time(NaiveTime::MIN)), look)
    }

    /// Writes `cell` as what it is; an empty one keeps its look.
    pub(super) fn cell(
        &mut self,
        sheet: &mut Worksheet,
        at: (u32, u16),
        cell: &Cell,
        look: impl Into<Look>,
    ) -> Result<(), XlsxError> {
        let look = look.into();
        match cell {
            Cell::Empty => self.put(sheet, at, &Value::Blank, look, Figure::General),
            Cell::Text(text) | Cell::Error(text) => self.text(sheet, at, text, look),
            Cell::Number(number) if number.is_finite() => {
                let whole = number.fract() == 0.0 && number.abs() < 1e15;
                let figure = if whole { Figure::Whole } else { Figure::General };
                self.put(sheet, at, &Value::Number(*number), look, figure)
            }
            Cell::Number(number) => self.text(sheet, at, &number.to_string(), look),
            Cell::Bool(truth) => self.put(sheet, at, &Value::Truth(*truth), look, Figure::General),
            Cell::Date(time) => {
                let day_only = time.time() == NaiveTime::MIN;
                match excel_time(*time) {
                    Ok(value) => {
                        let figure = if day_only { Figure::Date } else { Figure::DateTime };
                        self.put(sheet, at, &Value::Number(value.to_excel()), look, figure)
                    }
                    // Before 1900 a spreadsheet knows no dates.
                    Err(_) => self.text(sheet, at, &time.format("%d/%m/%Y").to_string(), look),
                }
            }
        }
    }
}

fn excel_time(time: NaiveDateTime) -> Result<ExcelDateTime, XlsxError> {
    let part = |number: u32| u8::try_from(number).unwrap_or(u8::MAX);
    let year = u16::try_from(time.year()).unwrap_or(0);
    let day = ExcelDateTime::from_ymd(year, part(time.month()), part(time.day()))?;
    let hour = u16::from(part(time.hour()));
    day.and_hms(hour, part(time.minute()), f64::from(time.second()))
}

/// `text` as long as a cell takes.
fn shortened(text: &str) -> &str {
    // No text has more units than bytes.
    if text.len() <= LONGEST_TEXT {
        return text;
    }
    let mut units = 0;
    for (index, c) in text.char_indices() {
        units += c.len_utf16();
        if units > LONGEST_TEXT {
            return &text[..index];
        }
    }
    text
}

impl Shown {
    fn is_text(&self) -> bool {
        self.code.as_deref() == Some(TEXT)
    }
}

fn shown_at(list: &[Shown], place: u16) -> Option<&Shown> {
    list.get(usize::from(place).checked_sub(1)?)
}

fn build(look: Look, figure: Figure, shown: &[Shown]) -> Format {
    let mut format = Format::new().set_font_name("Times New Roman").set_font_size(12);
    format = match look.part {
        Part::Free => format.set_align(FormatAlign::VerticalCenter),
        Part::Strong => format.set_align(FormatAlign::VerticalCenter).set_bold(),
        Part::Centred => centred(format),
        Part::Title => centred(format).set_bold(),
        Part::CentredHeading => centred(format).set_bold().set_font_size(14),
        Part::Heading => format.set_align(FormatAlign::VerticalCenter).set_bold().set_font_size(14),
        Part::Head => centred(format)
            .set_bold()
            .set_border(FormatBorder::Thin)
            .set_background_color(Color::RGB(0x00D9_E2F3)),
        Part::Body => row(format),
        Part::Entry => row(format).set_num_format(TEXT),
        Part::Typed => format.set_align(FormatAlign::VerticalCenter).set_text_wrap().set_num_format(TEXT),
    };
    format = match look.mark {
        Mark::No => format,
        Mark::Fine => format.set_background_color(Color::RGB(0x00E2_EFDA)),
        Mark::Found(Severity::Info) => format.set_background_color(Color::RGB(0x00DD_EBF7)),
        Mark::Found(Severity::Warning) => format.set_background_color(Color::RGB(0x00FF_EB9C)),
        Mark::Found(Severity::Error) => format.set_background_color(Color::RGB(0x00FF_C7CE)),
    };
    // Short figures among text columns read best in the middle.
    if look.part == Part::Body
        && matches!(figure, Figure::Whole | Figure::Date | Figure::DateTime | Figure::Sent(_))
    {
        format = format.set_align(FormatAlign::Center);
    }
    match figure {
        Figure::General => format,
        // Without it a spreadsheet shows a citizen ID as 7.9E+10.
        Figure::Whole => format.set_num_format("0"),
        Figure::Date => format.set_num_format("dd/mm/yyyy"),
        Figure::DateTime => format.set_num_format("dd/mm/yyyy hh:mm"),
        Figure::Quoted => format.set_quote_prefix(),
        Figure::Typed => format.set_num_format(TEXT),
        Figure::Sent(place) => match shown_at(shown, place).and_then(|shown| shown.code.as_deref()) {
            Some(code) => format.set_num_format(code),
            None => format,
        },
        Figure::OldFont(place) => match shown_at(shown, place) {
            Some(Shown { code: _, old_font: Some(font) }) => format.set_font_name(font),
            Some(_) | None => format,
        },
    }
}

/// The number format of text.
const TEXT: &str = "@";

fn row(format: Format) -> Format {
    format.set_align(FormatAlign::VerticalCenter).set_text_wrap().set_border(FormatBorder::Thin)
}

fn centred(format: Format) -> Format {
    format.set_align(FormatAlign::Center).set_align(FormatAlign::VerticalCenter).set_text_wrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbook::package::member;
    use rust_xlsxwriter::Workbook;
    use std::io::Cursor;
    use zip::ZipArchive;

    /// A sheet in which each cell is also written by itself first, so that formats have the same numbers both ways.
    fn sheet(gathered: bool) -> Vec<u8> {
        let day = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap().and_time(NaiveTime::MIN);
        let texts = ["An", "=1"].map(|text| Cell::Text(text.into()));
        let others = [Cell::Number(7.0), Cell::Number(0.5), Cell::Date(day), Cell::Bool(true), Cell::Empty];
        let cells = [&texts[..], &others].concat();
        let looks = [Look::from(Part::Body), Look { part: Part::Body, mark: Mark::Fine }];
        let mut workbook = Workbook::new();
        let page = workbook.add_worksheet();
        let mut paint = Paint::default();
        for row in 0..6 {
            if row == 2 && gathered {
                paint.gather();
            }
            for (column, cell) in (0..).zip(&cells) {
                paint
                    .cell(page, (row, column), cell, looks[row as usize % 2 * usize::from(row != 4)])
                    .unwrap();
            }
        }
        paint.text(page, (3, 1), "Written over: the last look counts", looks[1]).unwrap();
        paint.lay_on(page).unwrap();
        let bytes = workbook.save_to_buffer().unwrap();
        let mut archive = ZipArchive::new(Cursor::new(bytes.as_slice())).unwrap();
        member(&mut archive, "xl/worksheets/sheet1.xml").unwrap()
    }
    #[test]
    fn formats_laid_on_later_are_the_ones_written_at_once() {
        assert_eq!(String::from_utf8(sheet(true)), String::from_utf8(sheet(false)));
    }
}
