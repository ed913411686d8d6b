//! A work order (phiếu yêu cầu): the list by which the administrator of a system without an API gives and takes
//! roles.

use super::height::fit_height;
use super::paint::{Look, Mark, Paint, Part, set_up};
use crate::model::finding::Severity;
use crate::roster::sheet::Cell;
use chrono::NaiveDate;
use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};

/// A work order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkOrder {
    /// Who asks: the organisation that issues it.
    pub issuer: String,
    /// The system it is for, as its administrator calls it.
    pub system: String,
    /// Its number.
    pub number: String,
    /// Its date.
    pub date: NaiveDate,
    /// Urgent, or normal.
    pub urgent: bool,
    /// To be done by the end of this day.
    pub deadline: NaiveDate,
    /// Whom to ask.
    pub contact: Contact,
    /// What is asked, a line a role of a person.
    pub lines: Vec<OrderLine>,
}

/// A person to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Full name.
    pub name: String,
    /// Phone.
    pub phone: String,
    /// Mail address.
    pub mail: String,
}

/// A line of a work order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// Full name.
    pub full_name: String,
    /// The login in the system, else the official address.
    pub account: String,
    /// The agency or unit.
    pub unit: String,
    /// The role, as the system calls it.
    pub role: String,
    /// Give or take.
    pub ask: Ask,
    /// Why: the document or the roster behind it.
    pub basis: String,
    /// From when.
    pub effective: NaiveDate,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Cấp.
    Grant,
    /// Thu hồi.
    Revoke,
    /// Rút lại: what an earlier order asked for is not to be done.
    Withdraw,
}

impl Ask {
    /// The word in the order.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Grant => "Cấp",
            Self::Revoke => "Thu hồi",
            Self::Withdraw => "Rút lại",
        }
    }
}

/// The columns with their widths.
const COLUMNS: [(&str, u8); 9] = [
    ("STT", 6),
    ("Họ và tên", 22),
    ("Tài khoản/thư điện tử", 27),
    ("Đơn vị", 24),
    ("Vai trò", 22),
    ("Yêu cầu", 10),
    ("Căn cứ", 26),
    ("Ngày hiệu lực", 15),
    ("Kết quả xử lý", 20),
];
const LAST: u16 = 8;

/// The order as `.xlsx`, ready to print on A4.
pub fn write(order: &WorkOrder) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Phiếu yêu cầu")?;
    let paint = &mut Paint::default();
    set_up(sheet);
    for (column, (_, width)) in (0..).zip(COLUMNS) {
        sheet.set_column_width(column, width)?;
    }
    let header = write_heading(sheet, paint, order)?;
    for (column, (title, _)) in (0..).zip(COLUMNS) {
        paint.text(sheet, (header, column), title, Part::Head)?;
    }
    let mut row = header;
    for (number, line) in (1u32..).zip(&order.lines) {
        row += 1;
        write_line(sheet, paint, row, number, line)?;
    }
    write_ending(sheet, paint, row + 2, order)?;
    sheet.set_repeat_rows(header, header)?.set_freeze_panes(header + 1, 0)?;
    sheet.set_footer("&CTrang &P/&N");
    workbook.save_to_buffer()
}

/// Writes what stands above the table; returns the table's header row.
fn write_heading(sheet: &mut Worksheet, paint: &mut Paint, order: &WorkOrder) -> Result<u32, XlsxError> {
    let day = |day: NaiveDate| day.format("%d/%m/%Y").to_string();
    paint.spread(sheet, (0, 0, 3), &order.issuer, Part::Title)?;
    paint.spread(sheet, (0, 4, LAST), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", Part::Title)?;
    paint.spread(sheet, (1, 0, 3), &format!("Số: {}", order.number), Part::Centred)?;
    paint.spread(sheet, (1, 4, LAST), "Độc lập - Tự do - Hạnh phúc", Part::Title)?;
    paint.spread(sheet, (3, 0, LAST), "PHIẾU YÊU CẦU CẤP, THU HỒI VAI TRÒ", Part::CentredHeading)?;
    sheet.set_row_height(3, 26)?;
    let urgency = if order.urgent { "KHẨN" } else { "Thường" };
    let count = |ask| order.lines.iter().filter(|line| line.ask == ask).count();
    let withdrawn = match count(Ask::Withdraw) {
        0 => String::new(),
        count => format!(", rút lại {count}"),
    };
    let Contact { name, phone, mail } = &order.contact;
    let facts = [
        ("Hệ thống:", order.system.clone()),
        ("Ngày lập:", day(order.date)),
        ("Mức độ:", urgency.to_owned()),
        ("Hạn hoàn thành:", format!("hết ngày {}", day(order.deadline))),
        ("Đầu mối liên hệ:", format!("{name}, điện thoại {phone}, thư điện tử {mail}")),
        (
            "Số yêu cầu:",
            format!(
                "{} (cấp {}, thu hồi {}{withdrawn})",
                order.lines.len(),
                count(Ask::Grant),
                count(Ask::Revoke)
            ),
        ),
    ];
    let mut row = 5;
    for (what, text) in facts {
        sheet.merge_range(row, 0, row, 1, "", paint.format(Part::Strong))?;
        paint.text(sheet, (row, 0), what, Part::Strong)?;
        let part = if order.urgent && what == "Mức độ:" { Part::Strong } else { Part::Free };
        paint.text(sheet, (row, 2), &text, part)?;
        row += 1;
    }
    Ok(row + 1)
}

fn write_line(
    sheet: &mut Worksheet,
    paint: &mut Paint,
    row: u32,
    number: u32,
    line: &OrderLine,
) -> Result<(), XlsxError> {
    let OrderLine { full_name, account, unit, role, ask, basis, effective } = line;
    let mark = match ask {
        Ask::Grant => Mark::Fine,
        Ask::Revoke | Ask::Withdraw => Mark::Found(Severity::Warning),
    };
    paint.cell(sheet, (row, 0), &Cell::Number(f64::from(number)), Part::Body)?;
    paint.text(sheet, (row, 1), full_name, Part::Body)?;
    paint.text(sheet, (row, 2), account, Part::Body)?;
    paint.text(sheet, (row, 3), unit, Part::Body)?;
    paint.text(sheet, (row, 4), role, Part::Body)?;
    paint.text(sheet, (row, 5), ask.as_str(), Look { part: Part::Body, mark })?;
    paint.text(sheet, (row, 6), basis, Part::Body)?;
    paint.day(sheet, (row, 7), *effective, Part::Body)?;
    paint.cell(sheet, (row, LAST), &Cell::Empty, Part::Body)?;
    let texts = [(1, full_name), (2, account), (3, unit), (4, role), (6, basis)];
    fit_height(sheet, row, texts.into_iter().map(|(column, text)| (text.as_str(), COLUMNS[column].1)))
}

fn write_ending(
    sheet: &mut Worksheet,
    paint: &mut Paint,
    row: u32,
    order: &WorkOrder,
) -> Result<(), XlsxError> {
    let ask = format!(
        "Sau khi xử lý, đề nghị ghi kết quả vào cột cuối và gửi bản xuất danh sách vai trò mới ({}); \
         yêu cầu chỉ được ghi nhận hoàn thành khi bản xuất mới xác nhận.",
        order.system
    );
    sheet.merge_range(row, 0, row, LAST, "", paint.format(Part::Body))?;
    paint.text(sheet, (row, 0), &ask, Part::Body)?;
    sheet.set_row_height(row, 34)?;
    for (left, right, who) in [(0, 3, "NGƯỜI LẬP PHIẾU"), (5, LAST, "NGƯỜI THỰC HIỆN")] {
        paint.spread(sheet, (row + 2, left, right), who, Part::Title)?;
        paint.spread(sheet, (row + 3, left, right), "(Ký, ghi rõ họ tên)", Part::Centred)?;
    }
    Ok(())
}
