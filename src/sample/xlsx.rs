//! Pages as an Excel workbook.

use super::SampleError;
use super::page::Page;
use crate::roster::sheet::{Cell, Merge};
use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet};

/// The workbook's bytes. `today` is its date of creation: the same pages give the same bytes.
pub(super) fn workbook(pages: &[Page], today: NaiveDate) -> Result<Vec<u8>, SampleError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&excel(today)?));
    for page in pages {
        let sheet = workbook.add_worksheet();
        sheet.set_name(&page.sheet.name)?;
        sheet.set_hidden(page.sheet.hidden);
        fill(sheet, page)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn fill(sheet: &mut Worksheet, page: &Page) -> Result<(), SampleError> {
    let centred = Format::new().set_align(FormatAlign::Center).set_text_wrap();
    for Merge { top, left, bottom, right } in &page.sheet.merges {
        sheet.merge_range(*top, narrow(*left), *bottom, narrow(*right), "", &centred)?;
    }
    let day = Format::new().set_num_format("d/m/yyyy");
    let plain = Format::new();
    let old = Format::new().set_font_name(".VnTime");
    for (row, cells) in page.sheet.rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            let merged = page.sheet.merges.iter().any(|merge| starts(merge, row, column));
            let format = match cell {
                Cell::Date(_) => &day,
                _ if page.old_font.contains(&(row, column)) => &old,
                _ if merged => &centred,
                _ => &plain,
            };
            let at = (u32::try_from(row).unwrap_or(u32::MAX), u16::try_from(column).unwrap_or(u16::MAX));
            match cell {
                Cell::Empty => continue,
                Cell::Text(text) | Cell::Error(text) => sheet.write_with_format(at.0, at.1, text, format)?,
                Cell::Number(number) => sheet.write_with_format(at.0, at.1, *number, format)?,
                Cell::Date(date) => sheet.write_with_format(at.0, at.1, excel(date.date())?, format)?,
                Cell::Bool(value) => sheet.write_with_format(at.0, at.1, *value, format)?,
            };
        }
    }
    Ok(())
}

fn excel(date: NaiveDate) -> Result<ExcelDateTime, SampleError> {
    let small = |number: u32| u8::try_from(number).unwrap_or(0);
    let year = u16::try_from(date.year()).unwrap_or(0);
    Ok(ExcelDateTime::from_ymd(year, small(date.month()), small(date.day()))?)
}

fn starts(merge: &Merge, row: usize, column: usize) -> bool {
    (merge.top as usize, merge.left as usize) == (row, column)
}

fn narrow(column: u32) -> u16 {
    u16::try_from(column).unwrap_or(u16::MAX)
}
