//! A layout: how a form arranges a list of people on a page, and what a reader should get back from it.

use super::names::as_typed;
use super::offices::Office;
use super::page::Page;
use super::people::{Part, Person};
use crate::model::citizen::CitizenId;
use crate::model::person::{Birth, Gender};
use crate::model::record::{Action, Record, Status};
use crate::roster::sheet::Cell;
use chrono::{Datelike, NaiveDate, NaiveTime};

/// A form.
pub(super) struct Layout {
    /// Its number among the known forms.
    pub(super) form: u8,
    pub(super) head: Head,
    pub(super) title: &'static str,
    /// Header rows. `<` joins a cell to the one on its left, `^` to the one above.
    pub(super) header: &'static [&'static [&'static str]],
    pub(super) columns: &'static [Col],
    /// Whether a row `(1) (2) …` follows the header.
    pub(super) numbers: bool,
    /// Whether the people stand in sections, one a department.
    pub(super) sections: bool,
    pub(super) foot: Foot,
    /// Whether the people's columns are in an old font.
    pub(super) old_font: bool,
}

/// What stands above the header.
#[derive(Clone, Copy)]
pub(super) enum Head {
    /// Nothing: the header is row 1.
    Bare,
    /// The agency, the title, the document.
    Plain,
    /// The agency beside the national motto, then title and document.
    Letterhead,
}

/// What stands below the last row.
#[derive(Clone, Copy)]
pub(super) enum Foot {
    Nothing,
    /// `Tổng cộng`, then who signs.
    Total,
    /// `Danh sách đề nghị: … tài khoản`.
    Request,
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Col {
    Number,
    NumberText,
    Name,
    Family,
    Given,
    /// Real dates and texts of several habits, mixed.
    Birth,
    BirthText,
    BirthMale,
    BirthFemale,
    YearMale,
    YearFemale,
    Gender,
    FemaleFlag,
    Citizen,
    /// A number cell that lost its leading zeros.
    CitizenNumber,
    Staff,
    Title,
    Unit,
    Phone,
    /// Here and there a number cell that lost its zero.
    PhoneMixed,
    Mail,
    Note,
    ActionText,
    TickChange,
    TickRevoke,
    Content,
    Fixed(&'static str),
    Blank,
}

/// A page laid out, with what a reader should get back.
pub(super) struct Laid {
    pub(super) page: Page,
    pub(super) records: Vec<Record>,
}

impl Layout {
    /// Lays out `people` of `office` on a page named `name`; `about` is the line on document or date.
    pub(super) fn page(&self, name: &str, office: &Office, about: &str, people: &[&Person]) -> Laid {
        let mut page = Page::new(name);
        let mut row = self.heading(&mut page, office, about);
        row = self.header(&mut page, row);
        let mut records = Vec::new();
        let mut unit = None;
        let mut sections = 0;
        let mut sorted = people.to_vec();
        if self.sections {
            sorted.sort_by_key(|person| office.units.iter().position(|unit| *unit == person.unit));
        }
        for (index, person) in sorted.into_iter().enumerate() {
            if self.sections && unit != Some(person.unit) {
                page.text(row, 0, ROMAN[sections % ROMAN.len()]);
                page.text(row, self.place(Col::Name), person.unit);
                unit = Some(person.unit);
                sections += 1;
                row += 1;
            }
            records.push(self.person(&mut page, row, index, person));
            row += 1;
        }
        self.footing(&mut page, row, records.len());
        Laid { page, records }
    }

    fn place(&self, column: Col) -> usize {
        self.columns.iter().position(|candidate| *candidate == column).unwrap_or(0)
    }

    fn heading(&self, page: &mut Page, office: &Office, about: &str) -> usize {
        let last = self.columns.len() - 1;
        let agency = office.name.to_uppercase();
        match self.head {
            Head::Bare => 0,
            Head::Plain => {
                page.text(0, 0, agency);
                page.text(1, 0, self.title);
                page.merge(1, 0, 1, last);
                page.text(2, 0, about);
                3
            }
            Head::Letterhead => {
                let middle = last.div_ceil(2);
                page.text(0, 0, agency);
                page.text(0, middle, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM");
                page.text(1, middle, "Độc lập - Tự do - Hạnh phúc");
                page.text(3, 0, self.title);
                page.merge(3, 0, 3, last);
                page.text(4, 0, about);
                6
            }
        }
    }

    fn header(&self, page: &mut Page, top: usize) -> usize {
        for (line, texts) in self.header.iter().enumerate() {
            for (column, text) in texts.iter().enumerate() {
                if matches!(*text, "<" | "^") {
                    continue;
                }
                page.text(top + line, column, *text);
                let right = texts[column + 1..].iter().take_while(|next| **next == "<").count();
                let below =
                    self.header[line + 1..].iter().take_while(|next| next.get(column) == Some(&"^")).count();
                page.merge(top + line, column, top + line + below, column + right);
            }
        }
        let row = top + self.header.len();
        if !self.numbers {
            return row;
        }
        for column in 0..self.columns.len() {
            page.text(row, column, format!("({})", column + 1));
        }
        row + 1
    }

    fn footing(&self, page: &mut Page, row: usize, count: usize) {
        let right = self.columns.len() - 2;
        match self.foot {
            Foot::Nothing => {}
            Foot::Total => {
                page.text(row, 0, format!("Tổng cộng: {count} người"));
                page.text(row + 2, 1, "NGƯỜI LẬP BIỂU");
                page.text(row + 2, right, "THỦ TRƯỞNG ĐƠN VỊ");
            }
            Foot::Request => {
                page.text(row, 0, format!("Danh sách đề nghị: {count} tài khoản./."));
                page.text(row + 2, right, "THỦ TRƯỞNG ĐƠN VỊ");
                page.text(row + 3, right, "(Ký tên, đóng dấu)");
            }
        }
    }

    fn person(&self, page: &mut Page, row: usize, index: usize, person: &Person) -> Record {
        let habit = u32::try_from(index).unwrap_or(0);
        let mut record = Record {
            sheet: page.sheet.name.clone(),
            row: u32::try_from(row + 1).unwrap_or(u32::MAX),
            full_name: person.name.clone(),
            birth: None,
            gender: None,
            citizen_id: None,
            staff_code: None,
            position: None,
            unit: self.sections.then(|| person.unit.to_owned()),
            phone: None,
            email: None,
            status: None,
            action: (self.form == 1).then_some(Action::Create),
            effective_date: None,
            note: None,
            departure_confirmed: false,
        };
        // What is typed in an old font is typed plainly.
        let typed = as_typed(person.name.as_str(), if self.old_font { 0 } else { habit });
        for (at, column) in self.columns.iter().enumerate() {
            match cell(*column, person, &typed, habit, &mut record) {
                Cell::Text(text) if self.old_font => page.old_text(row, at, &text),
                Cell::Text(text) => page.text(row, at, text),
                Cell::Empty => {}
                cell => page.put(row, at, cell),
            }
        }
        record
    }
}

const ROMAN: [&str; 6] = ["I", "II", "III", "IV", "V", "VI"];

/// What stands in `column` for `person`; `record` learns what a reader can read from it.
fn cell(column: Col, person: &Person, typed: &str, habit: u32, record: &mut Record) -> Cell {
    let text = |text: &str| Cell::Text(text.to_owned());
    let number = |digits: &str| digits.parse().map_or(Cell::Empty, Cell::Number);
    match column {
        Col::Number => Cell::Number(f64::from(habit + 1)),
        Col::NumberText => Cell::Text(format!("{:02}", habit + 1)),
        Col::Name => text(typed),
        Col::Family => text(typed.trim_end().rsplit_once([' ', '\u{a0}']).map_or("", |(family, _)| family)),
        Col::Given => text(person.name.given()),
        Col::Birth | Col::BirthText => born(person.birth, column, habit, record),
        Col::BirthMale | Col::YearMale if person.gender == Gender::Female => Cell::Empty,
        Col::BirthFemale | Col::YearFemale | Col::FemaleFlag if person.gender == Gender::Male => Cell::Empty,
        Col::BirthMale | Col::BirthFemale | Col::YearMale | Col::YearFemale => {
            record.gender = Some(person.gender);
            born(person.birth, column, habit, record)
        }
        Col::Gender => {
            record.gender = Some(person.gender);
            text(if person.gender == Gender::Male { "Nam" } else { "Nữ" })
        }
        Col::FemaleFlag => {
            record.gender = Some(Gender::Female);
            text("x")
        }
        Col::Citizen | Col::CitizenNumber => {
            record.citizen_id = CitizenId::parse(&person.citizen);
            if column == Col::Citizen { text(&person.citizen) } else { number(&person.citizen) }
        }
        Col::Staff => text(record.staff_code.insert(person.staff_code.clone())),
        Col::Title => text(record.position.insert(person.title.to_owned())),
        Col::Unit => text(record.unit.insert(person.unit.to_owned())),
        Col::Phone | Col::PhoneMixed => {
            record.phone = Some(person.phone.clone());
            let lost = column == Col::PhoneMixed && habit % 3 == 2;
            if lost { number(&person.phone) } else { text(&person.phone) }
        }
        Col::Mail => {
            let known = !matches!(person.part, Part::AskedByName(_));
            record.email = person.mail().filter(|_| known);
            text(record.email.as_deref().unwrap_or_default())
        }
        Col::Note => note(person, record),
        Col::ActionText | Col::TickChange | Col::TickRevoke | Col::Content => {
            record.action = asked(person);
            let words = match (column, record.action) {
                (Col::ActionText, action) => words(action),
                (Col::TickChange, Some(Action::Change)) | (Col::TickRevoke, Some(Action::Revoke)) => "x",
                (Col::Content, Some(Action::Change)) => "Cập nhật chức vụ mới",
                (Col::Content, Some(Action::Revoke)) => "Thu hồi hộp thư",
                _ => "",
            };
            if column == Col::Content {
                record.note = Some(words.to_owned());
            }
            text(words)
        }
        Col::Fixed(value) => text(value),
        Col::Blank => Cell::Empty,
    }
}

/// A birth in the habit of this row.
fn born(birth: NaiveDate, column: Col, habit: u32, record: &mut Record) -> Cell {
    if matches!(column, Col::YearMale | Col::YearFemale) {
        record.birth = Some(Birth::Year(birth.year()));
        return Cell::Number(f64::from(birth.year()));
    }
    record.birth = Some(Birth::Date(birth));
    let format = match habit % 4 {
        3 if column != Col::BirthText => return Cell::Date(birth.and_time(NaiveTime::MIN)),
        1 => "%-d-%-m-%Y",
        2 => "%d.%m.%Y",
        _ => "%d/%m/%Y",
    };
    Cell::Text(birth.format(format).to_string())
}

/// What the last column says of a person's standing.
fn note(person: &Person, record: &mut Record) -> Cell {
    record.status = Some(Status::Active);
    let Part::Noted(status, from) = person.part else { return Cell::Empty };
    let words = match status {
        Status::Retired => "Nghỉ hưu",
        Status::Resigned => "Thôi việc",
        Status::Dismissed => "Buộc thôi việc",
        Status::Deceased => "Từ trần",
        Status::Transferred => "Chuyển công tác",
        Status::Seconded => "Biệt phái",
        Status::Leave => "Nghỉ thai sản",
        Status::Active => "Đang làm việc",
    };
    record.status = Some(status);
    record.effective_date = Some(from);
    Cell::Text(record.note.insert(format!("{words} từ {}", from.format("%d/%m/%Y"))).clone())
}

/// What a request asks for this person.
fn asked(person: &Person) -> Option<Action> {
    match person.part {
        Part::Joins => Some(Action::Create),
        Part::Asked(action) | Part::AskedByName(action) => Some(action),
        Part::Stays | Part::Moves | Part::Noted(..) | Part::Unlisted => None,
    }
}

fn words(action: Option<Action>) -> &'static str {
    match action {
        Some(Action::Create) => "Cấp mới",
        Some(Action::Change) => "Thay đổi thông tin",
        Some(Action::Suspend) => "Tạm khóa",
        Some(Action::Revoke) => "Xóa hộp thư",
        Some(Action::ResetPassword) => "Đặt lại mật khẩu",
        None => "",
    }
}
