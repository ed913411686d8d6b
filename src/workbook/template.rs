//! The template: an agency's roster filled in with what is known, for the agency to correct and drop back.
//!
//! It is known when it comes back by its question ("Đã nghỉ việc?") and by [`MARKER`] in its title: cells, which every
//! spreadsheet program keeps. Nothing in it is a formula, and every cell to fill in is text, so that no program turns
//! an ID or a date into something else.

use super::height::fit_height;
use super::paint::{Look, Mark, Paint, Part, set_up};
use crate::model::finding::Severity;
use crate::model::person::{Birth, Gender};
use crate::model::record::{Action, Status};
use crate::model::roll::{Entry, Gone, Roll, Why};
use crate::roster::sheet::{Cell, Sheet};
use chrono::NaiveDate;
use rust_xlsxwriter::{DataValidation, DataValidationErrorStyle, Workbook, Worksheet, XlsxError};

/// What a template is filled in with, and who sends it.
#[derive(Debug, Clone, Copy)]
pub struct Template<'a> {
    /// The agency's official name.
    pub agency: &'a str,
    /// Whom it has.
    pub roll: &'a Roll,
    /// The day it is made.
    pub today: NaiveDate,
    /// Who answers questions.
    pub sender: &'a str,
    /// Under which number.
    pub phone: &'a str,
}

/// In the title: the list is ours and speaks for the whole agency. `mappings/rosters/words.toml` has it too.
const MARKER: &str = "Mẫu rosterd toàn cơ quan";

/// The first cell of the instructions, by which they are known when they come back.
const INSTRUCTIONS: &str = "Hướng dẫn điền danh sách (rosterd)";

/// What stands where the agency is asked whether somebody has left.
const UNANSWERED: &str = "Chưa trả lời";

/// So many empty rows wait for newcomers; the drop-down lists reach further.
const EMPTY_ROWS: u32 = 20;
const LISTS_REACH: u32 = 2_000;

/// The columns with their widths.
const COLUMNS: [(&str, u8); 15] = [
    ("STT", 5),
    ("Họ và tên", 22),
    ("Ngày sinh", 12),
    ("Giới tính", 7),
    ("Số CCCD", 14),
    ("Mã số cán bộ", 10),
    ("Chức vụ", 18),
    ("Phòng, ban, bộ phận", 20),
    ("Số điện thoại", 12),
    ("Thư điện tử công vụ", 26),
    ("Tình trạng công tác", 16),
    ("Ngày hiệu lực", 12),
    ("Đề nghị", 13),
    ("Đã nghỉ việc? (Đúng/Không)", 13),
    ("Ghi chú", 16),
];
const GENDER: u16 = 3;
const STATUS: u16 = 10;
const ACTION: u16 = 12;
const DEPARTED: u16 = 13;
const LAST: u16 = 14;

/// The row of the header.
const HEADER: u32 = 6;

/// Whether `sheet` holds the instructions of a template.
pub fn is_instructions(sheet: &Sheet) -> bool {
    matches!(sheet.cell(0, 0), Cell::Text(text) if text == INSTRUCTIONS)
}

/// The word for a standing in the drop-down list.
pub fn status_word(status: Status) -> &'static str {
    match status {
        Status::Active => "Đang công tác",
        Status::Transferred => "Chuyển công tác",
        Status::Retired => "Nghỉ hưu",
        Status::Resigned => "Thôi việc",
        Status::Dismissed => "Buộc thôi việc",
        Status::Deceased => "Từ trần",
        Status::Leave => "Nghỉ thai sản/ốm/không lương",
        Status::Seconded => "Biệt phái",
    }
}

/// The word for a request in the drop-down list.
pub fn action_word(action: Action) -> &'static str {
    match action {
        Action::Create => "Cấp mới",
        Action::Change => "Thay đổi",
        Action::Suspend => "Tạm khóa",
        Action::Revoke => "Thu hồi",
        Action::ResetPassword => "Đặt lại mật khẩu",
    }
}

/// The standings as the list offers them.
pub const STATUSES: [Status; 8] = [
    Status::Active,
    Status::Transferred,
    Status::Retired,
    Status::Resigned,
    Status::Dismissed,
    Status::Deceased,
    Status::Leave,
    Status::Seconded,
];

/// The requests as the list offers them.
pub const ACTIONS: [Action; 5] =
    [Action::Create, Action::Change, Action::ResetPassword, Action::Suspend, Action::Revoke];

/// The template as `.xlsx`.
pub fn write(template: &Template<'_>) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let paint = &mut Paint::default();
    write_list(workbook.add_worksheet().set_name("Danh sách")?, paint, template)?;
    write_instructions(workbook.add_worksheet().set_name("Hướng dẫn")?, paint, template)?;
    workbook.save_to_buffer()
}

fn write_list(sheet: &mut Worksheet, paint: &mut Paint, template: &Template<'_>) -> Result<(), XlsxError> {
    set_up(sheet);
    for (column, (_, width)) in (0..).zip(COLUMNS) {
        sheet.set_column_width(column, width)?;
        if column > 0 {
            // What is typed below the last row is text too.
            sheet.set_column_format(column, paint.format(Part::Typed))?;
        }
    }
    write_title(sheet, paint, template)?;
    for (column, (title, _)) in (0..).zip(COLUMNS) {
        paint.text(sheet, (HEADER, column), title, Part::Head)?;
    }
    sheet.set_row_height(HEADER, 54)?;
    let mut row = HEADER;
    for (number, entry) in (1u32..).zip(&template.roll.entries) {
        row += 1;
        write_entry(sheet, paint, row, number, entry)?;
    }
    for _ in 0..EMPTY_ROWS {
        row += 1;
        for column in 0..=LAST {
            paint.cell(sheet, (row, column), &Cell::Empty, Part::Entry)?;
        }
    }
    add_lists(sheet, HEADER, |wanted| {
        (0..).zip(COLUMNS).find(|(_, (title, _))| *title == wanted).map(|(at, _)| at)
    })?;
    sheet.set_freeze_panes(HEADER + 1, 2)?;
    sheet.autofilter(HEADER, 0, row, LAST)?;
    sheet.set_repeat_rows(HEADER, HEADER)?.set_footer("&CTrang &P/&N");
    Ok(())
}

fn write_title(sheet: &mut Worksheet, paint: &mut Paint, template: &Template<'_>) -> Result<(), XlsxError> {
    let agency = template.agency.to_uppercase();
    paint.spread(sheet, (0, 0, 6), &agency, Part::Title)?;
    paint.spread(sheet, (0, 7, LAST), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", Part::Title)?;
    paint.spread(sheet, (1, 7, LAST), "Độc lập - Tự do - Hạnh phúc", Part::Title)?;
    let title = "DANH SÁCH CÁN BỘ, CÔNG CHỨC, VIÊN CHỨC, NGƯỜI LAO ĐỘNG";
    paint.spread(sheet, (3, 0, LAST), title, Part::CentredHeading)?;
    sheet.set_row_height(3, 26)?;
    let made = template.today.format("%d/%m/%Y");
    let hint = format!(
        "({MARKER}, lập ngày {made}. Xem trang “Hướng dẫn” trước khi điền; ô để trống nghĩa là không thay đổi.)"
    );
    paint.spread(sheet, (4, 0, LAST), &hint, Part::Centred)
}

fn write_entry(
    sheet: &mut Worksheet,
    paint: &mut Paint,
    row: u32,
    number: u32,
    entry: &Entry,
) -> Result<(), XlsxError> {
    let Entry {
        name,
        birth,
        gender,
        citizen,
        staff_code,
        position,
        unit,
        phone,
        mail,
        status,
        effective,
        note,
        missing,
    } = entry;
    let day = |day: NaiveDate| day.format("%d/%m/%Y").to_string();
    let birth = birth.map(Birth::written);
    let gender = gender.map(|gender| match gender {
        Gender::Male => "Nam",
        Gender::Female => "Nữ",
    });
    let citizen = citizen.as_ref().map(|mark| mark.masked().replace('*', "•"));
    let effective = effective.map(day);
    let standing = (!missing).then(|| status_word(status.unwrap_or_default()));
    let texts: [Option<&str>; LAST as usize] = [
        Some(name.as_str()),
        birth.as_deref(),
        gender,
        citizen.as_deref(),
        staff_code.as_deref(),
        position.as_deref(),
        unit.as_deref(),
        phone.as_deref(),
        mail.as_deref(),
        standing,
        effective.as_deref(),
        None,
        missing.then_some(UNANSWERED),
        note.as_deref(),
    ];
    paint.cell(sheet, (row, 0), &Cell::Number(f64::from(number)), Part::Body)?;
    for (column, text) in (1..).zip(texts) {
        let asked = *missing && matches!(column, 1 | DEPARTED);
        let mark = if asked { Mark::Found(Severity::Warning) } else { Mark::No };
        let look = Look { part: Part::Entry, mark };
        match text {
            Some(text) => paint.text(sheet, (row, column), text, look)?,
            None => paint.cell(sheet, (row, column), &Cell::Empty, look)?,
        }
    }
    let widths = COLUMNS.iter().skip(1).map(|(_, width)| *width);
    fit_height(sheet, row, texts.iter().zip(widths).filter_map(|(text, width)| Some(((*text)?, width))))
}

/// The drop-down lists below the `header` of a template, whose columns `find` tells by their titles. Other words may
/// be typed: the reader knows more of them. Without our question it is no template.
pub(super) fn add_lists(
    sheet: &mut Worksheet,
    header: u32,
    find: impl Fn(&str) -> Option<u16>,
) -> Result<(), XlsxError> {
    let title = |column: u16| COLUMNS[usize::from(column)].0;
    if find(title(DEPARTED)).is_none() {
        return Ok(());
    }
    let lists: [(u16, Vec<&str>); 4] = [
        (GENDER, vec!["Nam", "Nữ"]),
        (STATUS, STATUSES.map(status_word).to_vec()),
        (ACTION, ACTIONS.map(action_word).to_vec()),
        (DEPARTED, vec!["Đúng", "Không"]),
    ];
    for (column, words) in lists {
        let Some(column) = find(title(column)) else { continue };
        let list = DataValidation::new()
            .allow_list_strings(&words)?
            .set_error_style(DataValidationErrorStyle::Warning)
            .set_error_title("Không có trong danh mục")?
            .set_error_message("Nên chọn trong danh mục thả xuống. Vẫn giữ nội dung vừa nhập?")?;
        sheet.add_data_validation(header + 1, column, header + LISTS_REACH, column, &list)?;
    }
    Ok(())
}

fn write_instructions(
    sheet: &mut Worksheet,
    paint: &mut Paint,
    template: &Template<'_>,
) -> Result<(), XlsxError> {
    const WIDTH: u8 = 110;
    set_up(sheet);
    sheet.set_column_width(0, 6)?.set_column_width(1, WIDTH)?;
    paint.text(sheet, (0, 0), INSTRUCTIONS, Part::Heading)?;
    sheet.set_row_height(0, 26)?;
    let ask = format!("Khi cần hỏi, đề nghị liên hệ {}, điện thoại {}.", template.sender, template.phone);
    let mut row = 1;
    for (number, step) in (1u32..).zip(STEPS.iter().copied().chain([ask.as_str()])) {
        row += 1;
        paint.cell(sheet, (row, 0), &Cell::Number(f64::from(number)), Part::Body)?;
        paint.text(sheet, (row, 1), step, Part::Body)?;
        fit_height(sheet, row, std::iter::once((step, WIDTH)))?;
    }
    if template.roll.gone.is_empty() {
        return Ok(());
    }
    row += 2;
    let title = "Những người sau còn tài khoản nhưng không đưa vào danh sách. Nếu chưa đúng, đề nghị ghi lại vào danh sách.";
    paint.text(sheet, (row, 0), title, Part::Strong)?;
    for (number, Gone { name, why }) in (1u32..).zip(&template.roll.gone) {
        row += 1;
        let why = match why {
            Why::Status(status) => format!("cơ quan đã báo: {}", status_word(*status).to_lowercase()),
            Why::Asked => "cơ quan đã đề nghị thu hồi hoặc tạm khóa tài khoản".to_owned(),
            Why::Confirmed => "đã được xác nhận nghỉ việc".to_owned(),
            Why::Elsewhere(agency) => format!("đã có tên trong danh sách của {agency}"),
        };
        paint.cell(sheet, (row, 0), &Cell::Number(f64::from(number)), Part::Body)?;
        paint.text(sheet, (row, 1), &format!("{name}: {why}"), Part::Body)?;
    }
    Ok(())
}

/// The instructions.
const STEPS: [&str; 9] = [
    "Trang “Danh sách” ghi toàn bộ người đang công tác tại cơ quan, đơn vị theo thông tin hệ thống hiện có. Đề nghị kiểm \
     tra từng dòng, sửa trực tiếp vào ô chưa đúng, lưu tệp rồi chép vào thư mục của cơ quan, đơn vị như mọi lần. Hệ \
     thống coi tệp gửi lại là danh sách đầy đủ của cơ quan, đơn vị.",
    "Người mới đến: thêm một dòng ngay dưới dòng cuối, ghi ít nhất họ và tên, ngày sinh, chức vụ và phòng, ban, bộ phận.",
    "Người đã nghỉ hưu, thôi việc, chuyển công tác…: giữ nguyên dòng, chọn nội dung ở cột “Tình trạng công tác” và ghi \
     ngày ở cột “Ngày hiệu lực”. Không xóa dòng: người không còn dòng nào sẽ bị coi là chưa rõ còn công tác hay không, \
     và cơ quan, đơn vị sẽ được hỏi lại.",
    "Cột “Đã nghỉ việc? (Đúng/Không)”: chỉ trả lời ở các ô tô màu ghi “Chưa trả lời”; đây là những người không có tên \
     trong danh sách cơ quan, đơn vị gửi lần trước. Chọn “Đúng” để xác nhận người đó đã nghỉ (tài khoản sẽ bị khóa sau \
     khi quản trị viên duyệt); chọn “Không” nếu người đó vẫn công tác.",
    "Cột “Đề nghị”: để trống nếu không đề nghị gì thêm; chọn “Đặt lại mật khẩu”, “Tạm khóa”… khi cần.",
    "Số căn cước công dân hiện dạng •••••••••123 là số hệ thống đã có, giữ nguyên nghĩa là không thay đổi. Khi cần bổ \
     sung hoặc sửa, ghi đủ 12 chữ số.",
    "Dòng có ghi chú “Người quản lý hộp thư đơn vị”: người có tên đang quản lý hộp thư ở cột “Thư điện tử công vụ”. Giữ \
     nguyên là xác nhận; đổi người quản lý thì ghi họ tên, số điện thoại của người mới vào dòng đó.",
    "Các ô đã được định dạng văn bản để không mất số 0 ở đầu. Ngày ghi theo dạng ngày/tháng/năm, ví dụ 05/03/1985. \
     Không đổi tên, không xóa các cột ở dòng tiêu đề.",
    "Tệp có dữ liệu cá nhân: chỉ lưu và gửi qua thư mục của cơ quan, đơn vị; không gửi qua thư cá nhân hay mạng xã hội.",
];
