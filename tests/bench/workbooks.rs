//! Rosters as agencies write them: motto, title, document, a header with a merged cell, sections, ten columns, and the
//! habits of those who type them.

use crate::province::{Office, Person, UNITS};
use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

/// The first row below the header.
const BODY: u32 = 8;

/// The roster of `office`; `document` is the date of the letter it comes with, so that another one makes other bytes.
pub fn roster(office: &Office, document: NaiveDate) -> Vec<u8> {
    write(office, document).expect("the roster fits a workbook")
}

/// The rosters of all.
pub fn rosters(offices: &[Office], document: NaiveDate) -> Vec<Vec<u8>> {
    offices.iter().map(|office| roster(office, document)).collect()
}

fn write(office: &Office, document: NaiveDate) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Danh sách")?;
    let centred = Format::new().set_align(FormatAlign::Center).set_bold().set_text_wrap();
    head(sheet, office, document, &centred)?;
    let cell = Format::new().set_border(FormatBorder::Thin);
    let day = Format::new().set_border(FormatBorder::Thin).set_num_format("dd/mm/yyyy");
    let mut row = BODY;
    for (section, unit) in UNITS.iter().enumerate() {
        let of_unit = || office.people.iter().filter(|person| person.unit == *unit);
        if of_unit().next().is_none() {
            continue;
        }
        sheet.write_with_format(row, 0, ["I", "II", "III", "IV"][section], &centred)?;
        sheet.write_with_format(row, 1, *unit, &centred)?;
        row += 1;
        for (number, person) in (1_u32..).zip(of_unit()) {
            line(sheet, row, number, person, &cell, &day)?;
            row += 1;
        }
    }
    sheet.write(row, 1, format!("Tổng cộng: {} người", office.people.len()))?;
    sheet.write(row + 2, 7, "THỦ TRƯỞNG ĐƠN VỊ")?;
    workbook.save_to_buffer()
}

fn head(
    sheet: &mut Worksheet,
    office: &Office,
    document: NaiveDate,
    centred: &Format,
) -> Result<(), XlsxError> {
    sheet.merge_range(0, 0, 0, 3, &office.name.to_uppercase(), centred)?;
    sheet.merge_range(0, 5, 0, 9, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", centred)?;
    sheet.merge_range(1, 5, 1, 9, "Độc lập - Tự do - Hạnh phúc", centred)?;
    sheet.merge_range(3, 0, 3, 9, "DANH SÁCH CÁN BỘ, CÔNG CHỨC, VIÊN CHỨC", centred)?;
    let (day, month, year) = (document.day(), document.month(), document.year());
    let from = format!("(Kèm theo Công văn số 12/UBND-VP ngày {day} tháng {month} năm {year})");
    sheet.merge_range(4, 0, 4, 9, &from, centred)?;
    let titles = [
        "STT",
        "Họ và tên",
        "",
        "",
        "Số CCCD",
        "Số hiệu công chức",
        "Chức vụ",
        "Số điện thoại",
        "Thư điện tử công vụ",
        "Ghi chú",
    ];
    for (column, title) in (0_u16..).zip(titles) {
        if !title.is_empty() {
            sheet.merge_range(6, column, 7, column, title, centred)?;
        }
    }
    sheet.merge_range(6, 2, 6, 3, "Ngày sinh", centred)?;
    sheet.write_with_format(7, 2, "Nam", centred)?;
    sheet.write_with_format(7, 3, "Nữ", centred)?;
    sheet.set_column_width(1, 28)?;
    sheet.set_column_width(8, 32)?;
    Ok(())
}

fn line(
    sheet: &mut Worksheet,
    row: u32,
    number: u32,
    person: &Person,
    cell: &Format,
    day: &Format,
) -> Result<(), XlsxError> {
    let small = |number: u32| u8::try_from(number).unwrap_or(0);
    let birth = person.birth;
    let year = u16::try_from(birth.year()).unwrap_or(0);
    let birth = ExcelDateTime::from_ymd(year, small(birth.month()), small(birth.day()))?;
    sheet.write_with_format(row, 0, number, cell)?;
    match row % 25 {
        7 => sheet.write_with_format(row, 1, person.name.to_uppercase(), cell)?,
        13 => sheet.write_with_format(row, 1, format!(" {} ", person.name), cell)?,
        _ => sheet.write_with_format(row, 1, &person.name, cell)?,
    };
    sheet.write_with_format(row, 2 + u16::from(person.woman), &birth, day)?;
    sheet.write_blank(row, 3 - u16::from(person.woman), cell)?;
    sheet.write_with_format(row, 4, &person.citizen, cell)?;
    sheet.write_with_format(row, 5, &person.staff_code, cell)?;
    sheet.write_with_format(row, 6, person.title, cell)?;
    // A number cell loses the zero.
    if row % 20 == 3 {
        sheet.write_with_format(row, 7, person.phone.parse::<f64>().unwrap_or(0.0), cell)?;
    } else {
        sheet.write_with_format(row, 7, &person.phone, cell)?;
    }
    sheet.write_with_format(row, 8, person.mail(), cell)?;
    sheet.write_with_format(row, 9, if row % 30 == 4 { "Đảng viên" } else { "" }, cell)?;
    Ok(())
}
