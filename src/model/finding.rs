//! A finding: something a reader has to tell the clerk who sent a roster.

use super::Lang;
use super::change::words;
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
        /// No header row was found.
        NoHeader = "no-header",
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
        /// No sheet holds anything.
        EmptyWorkbook = "empty-workbook",
        /// One sheet could not be read; the others were.
        SheetUnreadable = "sheet-unreadable",
        /// Cells far outside the table were left out.
        CellsIgnored = "cells-ignored",
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
            Self::NoHeader
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
            | Self::EmptyWorkbook => Severity::Error,
            Self::SheetUnreadable | Self::CellsIgnored => Severity::Warning,
        }
    }

    /// The sentence with `details` filled in.
    pub fn sentence(self, lang: Lang, details: &[String]) -> String {
        let detail = details.first().map_or("", String::as_str);
        match (self, lang) {
            (Self::NoHeader, Lang::Vi) => "Không tìm thấy dòng tiêu đề.".into(),
            (Self::NoHeader, Lang::En) => "No header row was found.".into(),
            (Self::NotAWorkbook, Lang::Vi) => "Tệp không phải bảng tính. Đề nghị gửi danh sách bằng tệp Excel (.xlsx), LibreOffice (.ods) hoặc CSV.".into(),
            (Self::NotAWorkbook, Lang::En) => "The file is not a spreadsheet. Please send the list as an Excel (.xlsx), LibreOffice (.ods) or CSV file.".into(),
            (Self::DamagedWorkbook, Lang::Vi) => "Bảng tính bị hỏng hoặc chưa được sao chép trọn vẹn. Đề nghị mở lại bằng Excel, chọn \"Lưu thành\" (Save As) dạng .xlsx rồi gửi lại.".into(),
            (Self::DamagedWorkbook, Lang::En) => "The workbook is damaged or was not copied whole. Please open it in Excel, save it as .xlsx and send it again.".into(),
            (Self::Encrypted, Lang::Vi) => "Bảng tính được đặt mật khẩu nên không đọc được. Đề nghị bỏ mật khẩu (Tệp > Thông tin > Bảo vệ sổ làm việc) rồi gửi lại.".into(),
            (Self::Encrypted, Lang::En) => "The workbook is locked with a password. Please remove the password (File > Info > Protect Workbook) and send it again.".into(),
            (Self::NumbersFile, Lang::Vi) => "Đây là tệp Apple Numbers. Đề nghị xuất sang Excel (Tệp > Xuất sang > Excel) rồi gửi lại.".into(),
            (Self::NumbersFile, Lang::En) => "This is an Apple Numbers file. Please export it to Excel (File > Export To > Excel) and send it again.".into(),
            (Self::Pdf, Lang::Vi) => "Đây là tệp PDF, không đọc được thành danh sách. Đề nghị gửi kèm bảng tính Excel gốc, đặt cùng tên với tệp PDF.".into(),
            (Self::Pdf, Lang::En) => "This is a PDF and cannot be read as a list. Please send the original Excel workbook too, with the same name as the PDF.".into(),
            (Self::HtmlAsXls, Lang::Vi) => "Tệp là trang web (HTML hoặc XML) mang tên bảng tính, thường do phần mềm khác xuất ra. Đề nghị mở bằng Excel, chọn \"Lưu thành\" (Save As) dạng .xlsx rồi gửi lại.".into(),
            (Self::HtmlAsXls, Lang::En) => "The file is a web page (HTML or XML) named like a workbook, as some programs export it. Please open it in Excel, save it as .xlsx and send it again.".into(),
            (Self::TooLarge, Lang::Vi) => format!("Tệp quá lớn so với một danh sách ({detail}). Đề nghị bỏ hình ảnh, các dòng và cột không dùng đến, hoặc tách thành nhiều tệp rồi gửi lại."),
            (Self::TooLarge, Lang::En) => format!("The file is too large for a list ({detail}). Please remove pictures and unused rows and columns, or split it into several files, and send it again."),
            (Self::ReaderOutOfMemory, Lang::Vi) => "Đọc tệp cần quá nhiều bộ nhớ. Đề nghị chép riêng danh sách (chỉ giá trị) sang một bảng tính mới rồi gửi lại.".into(),
            (Self::ReaderOutOfMemory, Lang::En) => "Reading the file takes too much memory. Please copy the list alone (values only) into a new workbook and send that.".into(),
            (Self::ReaderTimeout, Lang::Vi) => "Đọc tệp mất quá nhiều thời gian. Đề nghị chép riêng danh sách (chỉ giá trị) sang một bảng tính mới rồi gửi lại.".into(),
            (Self::ReaderTimeout, Lang::En) => "Reading the file takes too long. Please copy the list alone (values only) into a new workbook and send that.".into(),
            (Self::ReaderCrashed, Lang::Vi) => "Không đọc được tệp do cấu trúc bên trong không hợp lệ. Đề nghị chép riêng danh sách (chỉ giá trị) sang một bảng tính mới rồi gửi lại.".into(),
            (Self::ReaderCrashed, Lang::En) => "The file cannot be read: its inner structure is invalid. Please copy the list alone (values only) into a new workbook and send that.".into(),
            (Self::EmptyWorkbook, Lang::Vi) => "Tệp không có dữ liệu. Đề nghị kiểm tra đã lưu đúng tệp danh sách rồi gửi lại.".into(),
            (Self::EmptyWorkbook, Lang::En) => "The file holds no data. Please check that the right file was saved and send it again.".into(),
            (Self::SheetUnreadable, Lang::Vi) => "Trang tính này không đọc được nên bị bỏ qua; danh sách chỉ được coi là một phần. Đề nghị chép trang tính sang một bảng tính mới rồi gửi lại.".into(),
            (Self::SheetUnreadable, Lang::En) => "This sheet cannot be read and was left out, so the list counts as partial. Please copy the sheet into a new workbook and send that.".into(),
            (Self::CellsIgnored, Lang::Vi) => format!("Có ô nằm quá xa ngoài bảng (ví dụ ô {detail}) nên bị bỏ qua; danh sách chỉ được coi là một phần. Đề nghị xóa các ô đó rồi gửi lại."),
            (Self::CellsIgnored, Lang::En) => format!("Cells far outside the table (such as {detail}) were left out, so the list counts as partial. Please delete them and send the file again."),
        }
    }
}
