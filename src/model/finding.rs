//! A finding: something a reader has to tell the clerk who sent a roster.

use super::Lang;
use super::vocabulary::words;
use serde::{Deserialize, Serialize};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Said for completeness: a repair, a recognised form.
    Info,
    /// Worth a look; the row is used.
    Warning,
    /// The row, or the file, is not used.
    Error,
}

words!(
    /// Every finding there is.
    FindingCode {
        /// No sheet holds anything.
        EmptyWorkbook = "empty-workbook",
        /// No header row was found.
        NoHeader = "no-header",
        /// A header was found, and no column of it holds names.
        NoNameColumn = "no-name-column",
        /// A header was found and nobody below it.
        NoNames = "no-names",
        /// A hidden sheet was not read.
        HiddenSheet = "hidden-sheet",
        /// A hidden sheet was read like the others.
        HiddenSheetRead = "hidden-sheet-read",
        /// Hidden rows were read like the others.
        HiddenRows = "hidden-rows",
        /// Hidden rows were not read.
        HiddenRowsLeftOut = "hidden-rows-left-out",
        /// Hidden columns of a list were read like the others.
        HiddenColumns = "hidden-columns",
        /// A column the agency's mapping pins has a header that says something else.
        PinnedColumnDiffers = "pinned-column-differs",
        /// A sheet with content and no list, in a workbook with lists elsewhere.
        SheetWithoutList = "sheet-without-list",
        /// A column typed in a legacy font was decoded.
        LegacyFont = "legacy-font",
        /// Control or direction characters were removed.
        InvisibleCharacters = "invisible-characters",
        /// Letters or digits of another script were replaced by the ones they look like.
        LookAlike = "look-alike",
        /// Names in capitals, or in small letters, were written as names are.
        NamesRecased = "names-recased",
        /// A formula failed, so the cell says nothing.
        FormulaError = "formula-error",
        /// A row with data and no name.
        NoName = "no-name",
        /// What stands in the name column hardly is a name.
        OddName = "odd-name",
        /// A name alone in a numbered list; the row is not used.
        UnnumberedName = "unnumbered-name",
        /// A row that looks like a person's stands below the signatures; it is not used.
        RowBelowSignature = "row-below-signature",
        /// A request row about a unit mailbox: a person handles it.
        UnitRow = "unit-row",
        /// A request in free words: a person handles it.
        FreeTextRow = "free-text-row",
        /// A request row that does not say what it asks for.
        NoAction = "no-action",
        /// The same person as in an earlier row.
        DuplicateRow = "duplicate-row",
        /// One citizen ID for two people; neither keeps it.
        SharedCitizenId = "shared-citizen-id",
        /// No date there is; the cell is left out.
        BadDate = "bad-date",
        /// A year of two digits was completed.
        TwoDigitYear = "two-digit-year",
        /// A day number of Excel was read as the date it stands for.
        SerialDate = "serial-date",
        /// A birth nobody at work can have; the cell is left out.
        UnlikelyBirth = "unlikely-birth",
        /// A birth date under both Nam and Nữ.
        BirthUnderBoth = "birth-under-both",
        /// Neither Nam nor Nữ.
        GenderUnclear = "gender-unclear",
        /// No citizen ID; the cell is left out.
        BadCitizenId = "bad-citizen-id",
        /// Excel shortened the number beyond repair.
        CitizenIdLost = "citizen-id-lost",
        /// Leading zeros of a citizen ID were put back.
        CitizenIdRestored = "citizen-id-restored",
        /// The ID states another birth year or gender than the row.
        CitizenIdDisagrees = "citizen-id-disagrees",
        /// An unknown place code.
        CitizenIdPlace = "citizen-id-place",
        /// No phone number; the cell is left out.
        BadPhone = "bad-phone",
        /// The leading zero of a phone number was put back.
        PhoneZeroRestored = "phone-zero-restored",
        /// An 11-digit mobile number from before 2018 was converted.
        PhonePrefixConverted = "phone-prefix-converted",
        /// No mail address; the cell is left out.
        BadEmail = "bad-email",
        /// What the row says of the person's standing is unclear.
        StatusUnclear = "status-unclear",
        /// The template's question whether the person has left has no answer yet.
        DepartureUnanswered = "departure-unanswered",
        /// A column of passwords; it was not read.
        PasswordColumn = "password-column",
        // The file as a whole.
        /// Not a spreadsheet at all.
        NotAWorkbook = "not-a-workbook",
        /// A spreadsheet that cannot be opened: cut short or broken.
        DamagedWorkbook = "damaged-workbook",
        /// Locked with a password.
        Encrypted = "encrypted",
        /// An Apple Numbers document.
        NumbersFile = "numbers-file",
        /// A PDF.
        Pdf = "pdf",
        /// A web page or XML saved under a spreadsheet's name.
        HtmlAsXls = "html-as-xls",
        /// Larger than a roster can be.
        TooLarge = "too-large",
        /// The reader ran out of memory on it.
        ReaderOutOfMemory = "reader-out-of-memory",
        /// The reader ran out of time on it.
        ReaderTimeout = "reader-timeout",
        /// The reader died on it.
        ReaderCrashed = "reader-crashed",
        /// One sheet could not be read; the others were.
        SheetUnreadable = "sheet-unreadable",
        /// Cells far outside the table were left out.
        CellsIgnored = "cells-ignored",
        /// The title names another agency than the folder's.
        OtherAgency = "other-agency",
    }
);

/// One finding on a file, a row or a cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// The sheet, where there is one.
    pub sheet: Option<String>,
    /// The row, from 1.
    pub row: Option<u32>,
    /// The column's letter.
    pub column: Option<String>,
    /// What it is.
    pub code: FindingCode,
    /// What the sentence fills in, in its order.
    pub details: Vec<String>,
}

impl Finding {
    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// The sentence for the clerk.
    pub fn message(&self, lang: Lang) -> String {
        self.code.sentence(lang, &self.details)
    }
}

impl FindingCode {
    /// How bad it is.
    pub fn severity(self) -> Severity {
        match self {
            Self::EmptyWorkbook
            | Self::NoHeader
            | Self::NoNameColumn
            | Self::NoNames
            | Self::NoName
            | Self::NoAction
            | Self::NotAWorkbook
            | Self::DamagedWorkbook
            | Self::Encrypted
            | Self::NumbersFile
            | Self::Pdf
            | Self::HtmlAsXls
            | Self::TooLarge
            | Self::ReaderOutOfMemory
            | Self::ReaderTimeout
            | Self::ReaderCrashed
            | Self::OtherAgency => Severity::Error,
            Self::HiddenRowsLeftOut
            | Self::PinnedColumnDiffers
            | Self::FormulaError
            | Self::OddName
            | Self::UnnumberedName
            | Self::RowBelowSignature
            | Self::UnitRow
            | Self::FreeTextRow
            | Self::DuplicateRow
            | Self::SharedCitizenId
            | Self::BadDate
            | Self::TwoDigitYear
            | Self::UnlikelyBirth
            | Self::BirthUnderBoth
            | Self::GenderUnclear
            | Self::BadCitizenId
            | Self::CitizenIdLost
            | Self::CitizenIdDisagrees
            | Self::CitizenIdPlace
            | Self::BadPhone
            | Self::BadEmail
            | Self::StatusUnclear
            | Self::PasswordColumn
            | Self::SheetUnreadable
            | Self::CellsIgnored => Severity::Warning,
            Self::HiddenSheet
            | Self::HiddenSheetRead
            | Self::HiddenRows
            | Self::HiddenColumns
            | Self::SheetWithoutList
            | Self::LegacyFont
            | Self::InvisibleCharacters
            | Self::LookAlike
            | Self::NamesRecased
            | Self::SerialDate
            | Self::CitizenIdRestored
            | Self::PhoneZeroRestored
            | Self::PhonePrefixConverted
            | Self::DepartureUnanswered => Severity::Info,
        }
    }

    /// The sentence with `details` filled in.
    pub fn sentence(self, lang: Lang, details: &[String]) -> String {
        let (vi, en) = self.template();
        let template = match lang {
            Lang::Vi => vi,
            Lang::En => en,
        };
        (0..)
            .zip(details)
            .fold(template.to_owned(), |text, (at, detail)| text.replace(&format!("{{{at}}}"), detail))
    }

    /// The sentence in Vietnamese and in English; `{0}` is the first detail. No sentence repeats a cell: what
    /// stands there may be a citizen ID or a password in the wrong column.
    #[allow(clippy::too_many_lines, reason = "a table: one entry a code, checked for completeness")]
    fn template(self) -> (&'static str, &'static str) {
        match self {
            Self::EmptyWorkbook => (
                "Tệp không có dữ liệu: mọi trang tính đều trống. Hãy gửi lại tệp có danh sách.",
                "The workbook is empty: no sheet holds anything. Send the file with the list in it.",
            ),
            Self::NoHeader => (
                "Không tìm thấy dòng tiêu đề cột. Hãy ghi một dòng có các ô như “STT”, “Họ và tên”, “Chức vụ”, “Đơn vị công tác” ngay trên danh sách.",
                "No header row was found. Put a row with cells such as “STT”, “Họ và tên”, “Chức vụ”, “Đơn vị công tác” right above the list.",
            ),
            Self::NoNameColumn => (
                "Dòng tiêu đề không có cột họ tên. Hãy đặt tên cột chứa họ tên là “Họ và tên”.",
                "The header has no name column. Call the column that holds the names “Họ và tên”.",
            ),
            Self::NoNames => (
                "Có dòng tiêu đề nhưng bên dưới không có họ tên nào. Hãy điền danh sách người vào dưới dòng tiêu đề.",
                "There is a header, and no name below it. Fill in the people below the header.",
            ),
            Self::HiddenSheet => (
                "Trang tính “{0}” đang bị ẩn nên không được đọc. Nếu cần dùng, hãy bỏ ẩn rồi gửi lại.",
                "Sheet “{0}” is hidden and was not read. If it matters, unhide it and send the file again.",
            ),
            Self::HiddenSheetRead => (
                "Trang tính “{0}” đang bị ẩn nhưng vẫn được đọc. Nếu trang tính này không còn dùng, hãy xóa rồi gửi lại.",
                "Sheet “{0}” is hidden and was read all the same. If it is out of use, delete it and send the file again.",
            ),
            Self::HiddenRows => (
                "Trang tính có {0} dòng đang bị ẩn (ẩn dòng hoặc đang lọc); các dòng này vẫn được đọc. Hãy bỏ ẩn, bỏ lọc và xóa dòng không còn dùng.",
                "{0} rows of the sheet are hidden (or filtered out); they were read all the same. Unhide them, clear the filter and delete the rows out of use.",
            ),
            Self::HiddenRowsLeftOut => (
                "Trang tính có {0} dòng đang bị ẩn (ẩn dòng hoặc đang lọc) nên không được đọc; danh sách chỉ được coi là một phần. Hãy bỏ ẩn, bỏ lọc rồi gửi lại.",
                "{0} rows of the sheet are hidden (or filtered out) and were not read, so the list counts as partial. Unhide them, clear the filter and send the file again.",
            ),
            Self::HiddenColumns => (
                "Danh sách có cột đang bị ẩn ({0}); các cột này vẫn được đọc. Hãy bỏ ẩn để kiểm tra, hoặc xóa cột không còn dùng.",
                "The list has hidden columns ({0}); they were read all the same. Unhide and check them, or delete those out of use.",
            ),
            Self::PinnedColumnDiffers => (
                "Cột này được đọc theo quy định riêng cho cơ quan, nhưng tiêu đề cột ghi nội dung khác. Hãy giữ đúng mẫu cũ, hoặc báo quản trị viên nếu mẫu đã đổi.",
                "This column is read as laid down for the agency, but its header says something else. Keep to the form agreed on, or tell the administrator that the form has changed.",
            ),
            Self::SheetWithoutList => (
                "Trang tính “{0}” không có danh sách người nên không được dùng.",
                "Sheet “{0}” holds no list of people and was not used.",
            ),
            Self::LegacyFont => (
                "Cột này gõ theo bảng mã cũ {0}; đã chuyển sang Unicode. Lần sau hãy dùng phông Unicode (Times New Roman).",
                "This column was typed in the legacy encoding {0} and was converted to Unicode. Use a Unicode font (Times New Roman) next time.",
            ),
            Self::InvisibleCharacters => (
                "Ô có ký tự ẩn; đã bỏ các ký tự đó. Hãy gõ lại ô này thay vì dán từ nơi khác.",
                "The cell held invisible characters; they were removed. Type the cell anew instead of pasting it.",
            ),
            Self::LookAlike => (
                "Ô có ký tự trông giống chữ hoặc số thông thường nhưng thuộc bảng chữ khác (ví dụ “Ð” thay cho “Đ”, chữ Nga, chữ số toàn khổ); đã thay bằng ký tự đúng. Hãy gõ lại ô này bằng bộ gõ tiếng Việt Unicode.",
                "The cell held characters of another script that look like common letters or digits (such as “Ð” for “Đ”, Russian letters, full-width digits); they were replaced. Type the cell anew with a Unicode keyboard.",
            ),
            Self::NamesRecased => (
                "Có {0} họ tên viết toàn chữ hoa hoặc viết hoa chưa đúng; đã chuyển sang dạng “Nguyễn Văn An”. Lần sau hãy viết hoa chữ cái đầu mỗi từ.",
                "{0} names were in capitals or oddly capitalised and were written as “Nguyễn Văn An”. Begin each word with a capital next time.",
            ),
            Self::FormulaError => (
                "Công thức trong ô bị lỗi nên ô được coi là trống. Hãy gõ giá trị vào ô thay cho công thức.",
                "The formula in this cell failed, so the cell counts as empty. Type the value instead of the formula.",
            ),
            Self::NoName => (
                "Dòng có dữ liệu nhưng thiếu họ tên nên không được dùng. Hãy ghi họ tên đầy đủ vào cột “Họ và tên”.",
                "The row has data and no name, so it is not used. Write the full name in the name column.",
            ),
            Self::OddName => (
                "Họ tên có chữ số hoặc ký tự lạ. Hãy chỉ ghi họ tên, ví dụ “Nguyễn Văn An”; nội dung khác ghi vào cột “Ghi chú”.",
                "The name holds digits or odd characters. Write the name alone, as “Nguyễn Văn An”; put anything else in the note column.",
            ),
            Self::UnnumberedName => (
                "Dòng chỉ có họ tên, không có số thứ tự và thông tin nào khác nên không được tính vào danh sách. Nếu là người trong danh sách, hãy ghi số thứ tự.",
                "The row holds a name alone, without a number or anything else, and is not counted. If the person belongs to the list, write the number (STT).",
            ),
            Self::RowBelowSignature => (
                "Dòng này nằm dưới phần ký tên nên không được tính vào danh sách. Nếu là người trong danh sách, hãy chuyển dòng lên trên phần ký tên và ghi số thứ tự.",
                "This row stands below the signatures and is not counted. If the person belongs to the list, move the row above them and write the number (STT).",
            ),
            Self::UnitRow => (
                "Dòng này nói về hộp thư của đơn vị, không phải của cá nhân; quản trị viên sẽ xem và trả lời riêng.",
                "This row is about a unit's mailbox, not a person's; an administrator will look at it and answer.",
            ),
            Self::FreeTextRow => (
                "Đề nghị ghi bằng lời nên quản trị viên sẽ xem và xử lý. Để được xử lý nhanh, hãy dùng mẫu có cột “Họ và tên” và “Nội dung đề nghị”.",
                "The request is in free words, so an administrator will handle it. To have it done sooner, use the form with the columns “Họ và tên” and “Nội dung đề nghị”.",
            ),
            Self::NoAction => (
                "Chưa rõ dòng này đề nghị gì nên chưa được thực hiện. Hãy ghi một trong các nội dung: cấp mới, thay đổi, tạm khóa, thu hồi, đặt lại mật khẩu.",
                "It is unclear what this row asks for, so nothing will be done. Write one of: cấp mới, thay đổi, tạm khóa, thu hồi, đặt lại mật khẩu.",
            ),
            Self::DuplicateRow => (
                "Người này đã có ở dòng {0}. Hãy giữ một dòng; nếu là hai người khác nhau, hãy ghi đủ ngày sinh và số căn cước.",
                "This person is in row {0} already. Keep one row; if these are two people, give birth date and citizen ID of both.",
            ),
            Self::SharedCitizenId => (
                "Số căn cước này cũng được ghi cho người khác ở dòng {0} nên không dùng cho ai cả. Hãy đối chiếu với thẻ căn cước của cả hai người và sửa số sai.",
                "The same citizen ID stands for another person in row {0}, so it is used for neither. Compare with both people's cards and correct the wrong number.",
            ),
            Self::BadDate => (
                "Ngày không hợp lệ nên ô này không được dùng. Hãy ghi theo dạng ngày/tháng/năm, ví dụ 05/10/1985.",
                "This is no valid date, so the cell is not used. Write day/month/year, as 05/10/1985.",
            ),
            Self::TwoDigitYear => (
                "Năm chỉ có hai chữ số; đã hiểu là {0}. Hãy ghi đủ bốn chữ số của năm.",
                "The year has two digits; it was read as {0}. Write all four digits.",
            ),
            Self::SerialDate => (
                "Ô chỉ có số ngày của Excel; đã hiểu là {0}. Hãy định dạng cột là Ngày (Date) hoặc ghi ngày/tháng/năm, ví dụ 05/10/1985.",
                "The cell holds Excel's day number; it was read as {0}. Format the column as a date, or write day/month/year, as 05/10/1985.",
            ),
            Self::UnlikelyBirth => (
                "Năm sinh không phù hợp với người đang công tác nên ô này không được dùng. Hãy kiểm tra lại ngày sinh.",
                "Nobody at work is born in that year, so the cell is not used. Check the birth date.",
            ),
            Self::BirthUnderBoth => (
                "Ngày sinh ghi ở cả hai cột Nam và Nữ nên chưa rõ giới tính. Hãy chỉ ghi ở một cột.",
                "There is a birth date under both Nam and Nữ, so the gender is unclear. Fill in one of them.",
            ),
            Self::GenderUnclear => {
                ("Chưa rõ giới tính. Hãy ghi “Nam” hoặc “Nữ”.", "The gender is unclear. Write “Nam” or “Nữ”.")
            }
            Self::BadCitizenId => (
                "Số căn cước không đúng (phải có 12 chữ số, hoặc 9 chữ số đối với CMND cũ) nên không được dùng. Hãy định dạng ô là Văn bản (Text) rồi gõ lại đủ số.",
                "This is no citizen ID (12 digits, or 9 for an old CMND), so it is not used. Format the cell as Text and type the whole number.",
            ),
            Self::CitizenIdLost => (
                "Excel đã làm mất chữ số của số căn cước và không khôi phục được. Hãy định dạng ô là Văn bản (Text) rồi gõ lại đủ 12 chữ số.",
                "Excel has lost digits of the citizen ID, and they cannot be recovered. Format the cell as Text and type all 12 digits.",
            ),
            Self::CitizenIdRestored => (
                "Excel đã bỏ số 0 ở đầu số căn cước; đã khôi phục. Lần sau hãy định dạng cột là Văn bản (Text).",
                "Excel had dropped the leading zeros of the citizen ID; they were put back. Format the column as Text next time.",
            ),
            Self::CitizenIdDisagrees => (
                "Số căn cước không khớp với năm sinh hoặc giới tính ghi trong dòng. Hãy đối chiếu với thẻ căn cước và sửa ô sai.",
                "The citizen ID does not agree with the birth year or gender in the row. Compare with the card and correct the wrong cell.",
            ),
            Self::CitizenIdPlace => (
                "Ba số đầu của số căn cước không phải mã tỉnh, thành phố nào. Hãy kiểm tra lại số.",
                "The first three digits of the citizen ID are no province's code. Check the number.",
            ),
            Self::BadPhone => (
                "Số điện thoại không đúng nên không được dùng. Hãy ghi đủ 10 chữ số, bắt đầu bằng số 0.",
                "This is no valid phone number, so it is not used. Write all 10 digits, beginning with 0.",
            ),
            Self::PhoneZeroRestored => (
                "Excel đã bỏ số 0 ở đầu số điện thoại; đã khôi phục. Lần sau hãy định dạng cột là Văn bản (Text).",
                "Excel had dropped the leading zero of the phone number; it was put back. Format the column as Text next time.",
            ),
            Self::PhonePrefixConverted => (
                "Số di động 11 chữ số (trước năm 2018) đã được đổi sang đầu số mới. Hãy ghi số 10 chữ số hiện dùng.",
                "The 11-digit mobile number (before 2018) was converted to its new prefix. Write the 10 digits in use now.",
            ),
            Self::BadEmail => (
                "Địa chỉ thư điện tử không đúng nên không được dùng. Hãy ghi dạng ten@donvi.gov.vn, không dấu, không khoảng trắng.",
                "This is no valid mail address, so it is not used. Write it as ten@donvi.gov.vn, without accents or spaces.",
            ),
            Self::StatusUnclear => (
                "Chưa rõ tình trạng công tác ghi trong ô. Hãy ghi rõ, ví dụ “Nghỉ hưu từ 01/12/2026”, “Nghỉ thai sản”, “Chuyển công tác đến … từ 01/12/2026”.",
                "The person's standing is unclear. Write it plainly, as “Nghỉ hưu từ 01/12/2026”, “Nghỉ thai sản”, “Chuyển công tác đến … từ 01/12/2026”.",
            ),
            Self::DepartureUnanswered => (
                "Chưa trả lời câu hỏi “Đã nghỉ việc?” nên hệ thống chưa ghi nhận gì về người này. Hãy ghi “Đúng” hoặc “Không” rồi gửi lại.",
                "The question whether this person has left is not answered, so nothing is recorded. Write “Đúng” (yes) or “Không” (no) and send it again.",
            ),
            Self::PasswordColumn => (
                "Tệp có cột mật khẩu. Cột này không được đọc, không được lưu; các mật khẩu trong tệp coi như đã lộ và phải đổi. Tuyệt đối không gửi mật khẩu trong danh sách.",
                "The file has a column of passwords. It was neither read nor kept; the passwords count as leaked and must be changed. Never send passwords in a list.",
            ),
            Self::OtherAgency => (
                "Tiêu đề ghi cơ quan “{0}” nhưng tệp nằm trong thư mục của “{1}”. Đề nghị chuyển tệp sang đúng thư mục hoặc sửa lại tiêu đề rồi gửi lại.",
                "The title names “{0}”, but the file lies in the folder of “{1}”. Move it to the right folder or correct the title, and send it again.",
            ),
            Self::NotAWorkbook => (
                "Tệp không phải bảng tính. Hãy gửi danh sách bằng tệp Excel (.xlsx), LibreOffice (.ods) hoặc CSV.",
                "The file is not a spreadsheet. Send the list as an Excel (.xlsx), LibreOffice (.ods) or CSV file.",
            ),
            Self::DamagedWorkbook => (
                "Bảng tính bị hỏng hoặc chưa được sao chép trọn vẹn. Hãy mở lại bằng Excel, chọn “Lưu thành” (Save As) dạng .xlsx rồi gửi lại.",
                "The workbook is damaged or was not copied whole. Open it in Excel, save it as .xlsx and send it again.",
            ),
            Self::Encrypted => (
                "Bảng tính được đặt mật khẩu nên không đọc được. Hãy bỏ mật khẩu (Tệp > Thông tin > Bảo vệ sổ làm việc) rồi gửi lại.",
                "The workbook is locked with a password. Remove the password (File > Info > Protect Workbook) and send it again.",
            ),
            Self::NumbersFile => (
                "Đây là tệp Apple Numbers. Hãy xuất sang Excel (Tệp > Xuất sang > Excel) rồi gửi lại.",
                "This is an Apple Numbers file. Export it to Excel (File > Export To > Excel) and send it again.",
            ),
            Self::Pdf => (
                "Đây là tệp PDF, không đọc được thành danh sách. Hãy gửi kèm bảng tính Excel gốc, đặt cùng tên với tệp PDF.",
                "This is a PDF and cannot be read as a list. Send the original Excel workbook too, with the same name as the PDF.",
            ),
            Self::HtmlAsXls => (
                "Tệp là trang web (HTML hoặc XML) mang tên bảng tính, thường do phần mềm khác xuất ra. Hãy mở bằng Excel, chọn “Lưu thành” (Save As) dạng .xlsx rồi gửi lại.",
                "The file is a web page (HTML or XML) named like a workbook, as some programs export it. Open it in Excel, save it as .xlsx and send it again.",
            ),
            Self::TooLarge => (
                "Tệp quá lớn so với một danh sách ({0}). Hãy bỏ hình ảnh, các dòng và cột không dùng đến, hoặc tách thành nhiều tệp rồi gửi lại.",
                "The file is too large for a list ({0}). Remove pictures and unused rows and columns, or split it into several files, and send it again.",
            ),
            Self::ReaderOutOfMemory => (
                "Đọc tệp cần quá nhiều bộ nhớ. Hãy chép riêng danh sách (chỉ giá trị) sang một bảng tính mới rồi gửi lại.",
                "Reading the file takes too much memory. Copy the list alone (values only) into a new workbook and send that.",
            ),
            Self::ReaderTimeout => (
                "Đọc tệp mất quá nhiều thời gian. Hãy chép riêng danh sách (chỉ giá trị) sang một bảng tính mới rồi gửi lại.",
                "Reading the file takes too long. Copy the list alone (values only) into a new workbook and send that.",
            ),
            Self::ReaderCrashed => (
                "Không đọc được tệp do cấu trúc bên trong không hợp lệ. Hãy chép riêng danh sách (chỉ giá trị) sang một bảng tính mới rồi gửi lại.",
                "The file cannot be read: its inner structure is invalid. Copy the list alone (values only) into a new workbook and send that.",
            ),
            Self::SheetUnreadable => (
                "Trang tính này không đọc được nên bị bỏ qua; danh sách chỉ được coi là một phần. Hãy chép trang tính sang một bảng tính mới rồi gửi lại.",
                "This sheet cannot be read and was left out, so the list counts as partial. Copy the sheet into a new workbook and send that.",
            ),
            Self::CellsIgnored => (
                "Có ô nằm quá xa ngoài bảng (ví dụ ô {0}) nên bị bỏ qua; danh sách chỉ được coi là một phần. Hãy xóa các ô đó rồi gửi lại.",
                "Cells far outside the table (such as {0}) were left out, so the list counts as partial. Delete them and send the file again.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_sentence_in_both_languages() {
        for code in FindingCode::ALL {
            let (vi, en) = code.template();
            assert_ne!(vi, en, "{code}");
            assert!(vi.ends_with('.') && en.ends_with('.'), "{code}");
            assert!(!vi.is_ascii(), "{code}: Vietnamese has its marks");
        }
    }

    #[test]
    fn details_are_filled_in() {
        let sentence = FindingCode::DuplicateRow.sentence(Lang::En, &["7".to_owned()]);
        assert!(sentence.starts_with("This person is in row 7 already."), "{sentence}");
    }
}
