//! Cells: what the page shows of a sheet's cells, and which findings stand at which. What is personal is masked; a
//! password is never shown.

use super::row::masked;
use crate::model::Lang;
use crate::model::citizen::CitizenId;
use crate::model::finding::{Finding, FindingCode, Severity};
use crate::model::roster::{Block, Column, Reading};
use serde::Serialize;
use std::borrow::Cow;

/// So many digits in a row, whatever stands between them, are a phone number or a citizen ID.
const PERSONAL_DIGITS: usize = 9;

/// In a column that nobody understood, so many digits may be a birth.
const PERHAPS_PERSONAL: usize = 4;

/// Where a cell stands, by what was understood of its sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Above the first list: titles.
    Above,
    /// In a header.
    Header,
    /// Below a header, in a column of this.
    Column(Column),
    /// Below a header, in a column that was not understood; or anywhere in a sheet in which no list was found.
    Unknown,
}

/// What was understood of one sheet.
pub(super) struct Sheet<'a> {
    /// Its lists, by their headers.
    blocks: Vec<&'a Block>,
}

impl<'a> Sheet<'a> {
    /// What `reading` says of the sheet of this name.
    pub fn of(reading: &'a Reading, name: &str) -> Self {
        let mut blocks: Vec<_> = reading.blocks.iter().filter(|block| block.sheet == name).collect();
        blocks.sort_by_key(|block| block.header_row);
        Self { blocks }
    }

    /// The lists that reach to a row; several where they stand side by side.
    fn above(&self, row: u32) -> impl Iterator<Item = &'a Block> {
        let nearest =
            self.blocks.iter().rev().find(|block| block.header_row <= row).map(|block| block.header_row);
        self.blocks.iter().copied().filter(move |block| Some(block.header_row) == nearest)
    }

    /// Whether a row belongs to a header.
    pub fn is_header(&self, row: u32) -> bool {
        self.above(row).any(|block| row <= block.header_end)
    }

    /// Whether it is a header's last row.
    pub fn ends_header(&self, row: u32) -> bool {
        self.above(row).any(|block| row == block.header_end)
    }

    /// What a column holds in the lists that reach to a row.
    pub fn column(&self, row: u32, letter: &str) -> Option<Column> {
        let holds = |block: &Block| {
            let mut columns = block.columns.iter();
            columns.find(|(_, letters)| letters.iter().any(|one| one == letter)).map(|(column, _)| *column)
        };
        self.above(row).find_map(holds)
    }

    /// Where a cell stands.
    pub fn place(&self, row: u32, letter: &str) -> Place {
        if self.blocks.is_empty() {
            return Place::Unknown;
        }
        if self.above(row).next().is_none() {
            return Place::Above;
        }
        if self.is_header(row) {
            return Place::Header;
        }
        self.column(row, letter).map_or(Place::Unknown, Place::Column)
    }

    /// The list whose columns head a page of rows: the first that reaches to one of them.
    pub fn heading(&self, from: u32, to: u32) -> Option<u32> {
        let mut rows = self.blocks.iter().map(|block| block.header_end.saturating_add(1));
        let begins = rows.find(|row| (from..=to).contains(row));
        if self.above(from).next().is_some() { Some(from) } else { begins }
    }
}

/// How a column's content is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Open,
    Personal,
    CitizenId,
    Password,
}

fn content(column: Column) -> Content {
    match column {
        Column::CitizenId => Content::CitizenId,
        Column::Password => Content::Password,
        Column::BirthDate
        | Column::BirthMale
        | Column::BirthFemale
        | Column::Gender
        | Column::GenderFemaleFlag
        | Column::GenderMaleFlag
        | Column::Phone
        | Column::Note
        | Column::FreeText => Content::Personal,
        Column::Number
        | Column::FullName
        | Column::FamilyName
        | Column::GivenName
        | Column::StaffCode
        | Column::Position
        | Column::PositionAndUnit
        | Column::Unit
        | Column::Email
        | Column::Status
        | Column::Action
        | Column::ActionCreate
        | Column::ActionChange
        | Column::ActionSuspend
        | Column::ActionRevoke
        | Column::ActionReset
        | Column::EffectiveDate
        | Column::Departed
        | Column::Ours => Content::Open,
    }
}

/// What is shown of a cell; `reveal` after the password was given.
pub(super) fn shown(text: &str, place: Place, reveal: bool) -> String {
    if text.is_empty() {
        return String::new();
    }
    let content = match place {
        Place::Column(column) => content(column),
        Place::Unknown if text.chars().filter(char::is_ascii_digit).count() >= PERHAPS_PERSONAL => {
            Content::Personal
        }
        Place::Above | Place::Header | Place::Unknown => Content::Open,
    };
    match content {
        Content::Password => "•••".to_owned(),
        _ if reveal => text.to_owned(),
        Content::Open => screened(text),
        Content::Personal => masked(text),
        Content::CitizenId => CitizenId::parse(text).map_or_else(|| masked(text), |id| id.masked()),
    }
}

/// Text with every run of digits that may be a phone number or a citizen ID masked, all but its last two.
pub(super) fn screened(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut out = letters.clone();
    let mut at = 0;
    while at < letters.len() {
        if !letters[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        // Single spaces, points and dashes stand between the digits of one number.
        let mut end = at + 1;
        while letters.get(end).is_some_and(char::is_ascii_digit)
            || (letters.get(end).is_some_and(|c| matches!(c, ' ' | '.' | '-' | '\u{a0}'))
                && letters.get(end + 1).is_some_and(char::is_ascii_digit))
        {
            end += 1;
        }
        let digits: Vec<usize> = (at..end).filter(|place| letters[*place].is_ascii_digit()).collect();
        if digits.len() >= PERSONAL_DIGITS {
            for place in &digits[..digits.len() - 2] {
                out[*place] = '•';
            }
        }
        at = end;
    }
    out.into_iter().collect()
}

/// A finding as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in super::super) struct Note {
    pub severity: Severity,
    pub code: FindingCode,
    pub sentence: String,
    pub sheet: Option<String>,
    pub row: Option<u32>,
    pub column: Option<String>,
}

impl Note {
    /// The id of the cell it stands at, of the row, or of the column's head.
    pub fn anchor(&self) -> String {
        match (&self.column, self.row) {
            (Some(column), Some(row)) => format!("c{column}{row}"),
            (None, Some(row)) => format!("r{row}"),
            (Some(column), None) => format!("k{column}"),
            (None, None) => "grid".to_owned(),
        }
    }

    /// Whether it stands at the rows from `from` to `to`, or at no row of its own.
    pub fn is_among(&self, from: u32, to: u32) -> bool {
        self.row.is_none_or(|row| (from..=to).contains(&row))
    }
}

/// Every finding of a reading, the worst first, then by place.
pub(in super::super) fn notes(reading: &Reading, lang: Lang, reveal: bool) -> Vec<Note> {
    let of_file = reading.findings.iter().map(|one| (None, one));
    let of_blocks =
        reading.blocks.iter().flat_map(|block| block.findings.iter().map(|one| (Some(&block.sheet), one)));
    let mut notes: Vec<Note> = of_file
        .chain(of_blocks)
        .map(|(sheet, finding)| {
            let Finding { sheet: own, row, column, code, details: _ } = finding;
            let sheet = own.as_ref().or(sheet).cloned();
            Note {
                severity: finding.severity(),
                code: *code,
                sentence: sentence(reading, sheet.as_deref(), finding, lang, reveal),
                sheet,
                row: *row,
                column: column.clone(),
            }
        })
        .collect();
    notes.sort_by(|a, b| {
        (b.severity, &a.sheet, a.row, &a.column).cmp(&(a.severity, &b.sheet, b.row, &b.column))
    });
    notes
}

/// The sentence of a finding; what it repeats of a personal cell is masked.
fn sentence(reading: &Reading, sheet: Option<&str>, finding: &Finding, lang: Lang, reveal: bool) -> String {
    let repeats = matches!(
        finding.code,
        FindingCode::TwoDigitYear
            | FindingCode::SerialDate
            | FindingCode::UnlikelyBirth
            | FindingCode::PhonePrefixConverted
    );
    let column = finding.row.zip(finding.column.as_deref()).zip(sheet);
    let column = column.and_then(|((row, letter), sheet)| Sheet::of(reading, sheet).column(row, letter));
    let open = column.is_some_and(|column| content(column) == Content::Open);
    if reveal || !repeats || open {
        return finding.message(lang);
    }
    let mut told = Cow::Borrowed(finding);
    for detail in &mut told.to_mut().details {
        *detail = masked(detail);
    }
    told.message(lang)
}

/// What a column holds, as people call it.
pub(super) fn column_name(column: Column, lang: Lang) -> &'static str {
    let (vi, en) = match column {
        Column::Number => ("Số thứ tự", "Number"),
        Column::FullName => ("Họ và tên", "Full name"),
        Column::FamilyName => ("Họ và tên đệm", "Family name"),
        Column::GivenName => ("Tên", "Given name"),
        Column::BirthDate => ("Ngày sinh", "Birth"),
        Column::BirthMale => ("Ngày sinh (nam)", "Birth (men)"),
        Column::BirthFemale => ("Ngày sinh (nữ)", "Birth (women)"),
        Column::Gender => ("Giới tính", "Gender"),
        Column::GenderFemaleFlag => ("Nữ (đánh dấu)", "Woman (mark)"),
        Column::GenderMaleFlag => ("Nam (đánh dấu)", "Man (mark)"),
        Column::CitizenId => ("Số căn cước", "Citizen ID"),
        Column::StaffCode => ("Mã cán bộ", "Staff code"),
        Column::Position => ("Chức vụ", "Position"),
        Column::PositionAndUnit => ("Chức vụ, đơn vị", "Position and unit"),
        Column::Unit => ("Đơn vị", "Unit"),
        Column::Phone => ("Điện thoại", "Phone"),
        Column::Email => ("Thư điện tử", "Mail"),
        Column::Status => ("Tình trạng", "Status"),
        Column::Action => ("Nội dung đề nghị", "Request"),
        Column::ActionCreate => ("Đề nghị cấp mới", "Request: create"),
        Column::ActionChange => ("Đề nghị thay đổi", "Request: change"),
        Column::ActionSuspend => ("Đề nghị tạm khóa", "Request: suspend"),
        Column::ActionRevoke => ("Đề nghị thu hồi", "Request: revoke"),
        Column::ActionReset => ("Đề nghị đặt lại mật khẩu", "Request: new password"),
        Column::EffectiveDate => ("Từ ngày", "From"),
        Column::Departed => ("Đã nghỉ, chuyển đi", "Has left"),
        Column::Note => ("Ghi chú", "Note"),
        Column::Password => ("Mật khẩu (không đọc)", "Password (not read)"),
        Column::FreeText => ("Nội dung tự ghi", "Free words"),
        Column::Ours => ("Kết quả của hệ thống", "rosterd’s result"),
    };
    match lang {
        Lang::Vi => vi,
        Lang::En => en,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::roster::Declared;

    fn reading() -> Reading {
        let letters = |one: &str| vec![one.to_owned()];
        let finding = |row, column: &str, code, detail: &str| Finding {
            sheet: None,
            row,
            column: (!column.is_empty()).then(|| column.to_owned()),
            code,
            details: vec![detail.to_owned()],
        };
        let block = Block {
            sheet: "DS".into(),
            header_row: 4,
            header_end: 5,
            form: None,
            declared: Declared::StaffList,
            agency_in_title: None,
            document: None,
            as_of: None,
            columns: [
                (Column::FullName, letters("B")),
                (Column::BirthDate, letters("C")),
                (Column::Phone, letters("D")),
                (Column::CitizenId, letters("E")),
                (Column::Password, letters("F")),
                (Column::EffectiveDate, letters("G")),
            ]
            .into(),
            units: std::collections::BTreeSet::new(),
            records: Vec::new(),
            findings: vec![
                finding(Some(7), "C", FindingCode::SerialDate, "07/03/1979"),
                finding(Some(8), "G", FindingCode::SerialDate, "01/11/2026"),
                finding(Some(9), "D", FindingCode::BadPhone, ""),
            ],
        };
        let file = finding(None, "", FindingCode::SheetWithoutList, "Khác");
        Reading { blocks: vec![block], findings: vec![Finding { sheet: Some("Khác".into()), ..file }] }
    }

    #[test]
    fn personal_data_is_masked_by_the_column_it_stands_in() {
        let reading = reading();
        let sheet = Sheet::of(&reading, "DS");
        let at = |row, letter: &str, text: &str| shown(text, sheet.place(row, letter), false);
        assert_eq!(at(7, "B", "Nguyễn Văn An"), "Nguyễn Văn An");
        assert_eq!(at(7, "C", "07/03/1979"), "••••••••79");
        assert_eq!(at(7, "D", "0912345678"), "••••••••78");
        assert_eq!(at(7, "E", "022201921394"), "*********394");
        assert_eq!(at(7, "E", "không nhớ 1980"), "••••••••80", "no ID, and still nobody's to see");
        assert_eq!(at(7, "G", "01/11/2026"), "01/11/2026");
        // A column that nobody understood, and one that holds no digits to speak of.
        assert_eq!(at(7, "H", "07/03/1979"), "••••••••79");
        assert_eq!(at(7, "H", "Đảng viên"), "Đảng viên");
        // Titles stay readable, but for what can only be personal.
        assert_eq!(at(1, "A", "Ngày 12/11/2026, ĐT 0912 345 678"), "Ngày 12/11/2026, ĐT •••• ••• •78");
        assert_eq!(at(4, "D", "Điện thoại"), "Điện thoại");
        // Without a list nothing is known to be harmless.
        let other = Sheet::of(&reading, "Khác");
        assert_eq!(shown("1985", other.place(2, "A"), false), "•••");
    }

    #[test]
    fn a_password_is_never_shown_and_all_else_is_after_the_password() {
        let reading = reading();
        let sheet = Sheet::of(&reading, "DS");
        assert_eq!(shown("Abc@123", sheet.place(7, "F"), true), "•••");
        assert_eq!(shown("022201921394", sheet.place(7, "E"), true), "022201921394");
        assert_eq!(shown("", sheet.place(7, "E"), false), "");
    }

    #[test]
    fn findings_stand_at_their_cells_and_do_not_repeat_a_birth() {
        let found = notes(&reading(), Lang::En, false);
        let places: Vec<_> = found.iter().map(|one| (one.code, one.anchor())).collect();
        assert_eq!(
            places,
            [
                (FindingCode::BadPhone, "cD9".to_owned()),
                (FindingCode::SerialDate, "cC7".to_owned()),
                (FindingCode::SerialDate, "cG8".to_owned()),
                (FindingCode::SheetWithoutList, "grid".to_owned()),
            ]
        );
        assert!(
            found[1].sentence.contains("••••••••79") && !found[1].sentence.contains("07/03/1979"),
            "{found:?}"
        );
        assert!(found[2].sentence.contains("01/11/2026"), "{found:?}");
        assert!(found[0].is_among(1, 100) && !found[0].is_among(10, 100) && found[3].is_among(10, 100));
        assert!(notes(&reading(), Lang::En, true)[1].sentence.contains("read as 07/03/1979"));
    }

    #[test]
    fn a_page_is_headed_by_the_list_that_reaches_to_it() {
        let reading = reading();
        let sheet = Sheet::of(&reading, "DS");
        assert_eq!(
            (sheet.heading(1, 100), sheet.heading(101, 200), sheet.heading(1, 3)),
            (Some(6), Some(101), None)
        );
        assert_eq!(sheet.column(6, "B"), Some(Column::FullName));
        assert!(sheet.is_header(4) && sheet.ends_header(5) && !sheet.is_header(6) && !sheet.is_header(3));
    }
}
