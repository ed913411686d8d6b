//! A wish: what a request row asks for in free words, beside what its columns state.

use super::correlate::Row;
use crate::model::name::ascii;

/// Words that only say that something is to change.
const FILLING: &[&str] = &[
    "cap nhat",
    "dieu chinh",
    "thay doi",
    "bo sung",
    "de nghi",
    "thong tin",
    "sua doi",
    "doi",
    "sua",
    "thanh",
    "sang",
    "moi",
    "lai",
    "la",
    "theo",
    "cua",
    "cho",
    "va",
    "ve",
];
/// What a stated title, unit or phone number is called.
const TITLE: &[&str] = &["chuc vu", "chuc danh", "vi tri cong tac"];
const UNIT: &[&str] = &["don vi cong tac", "phong ban", "don vi", "bo phan", "phong"];
const PHONE: &[&str] = &["so dien thoai", "dien thoai", "so di dong"];

/// The free words of a row that a person must read: those of a row whose columns state what is to change, and whose
/// note names no more than that, say nothing of their own.
pub fn words(row: &Row) -> Option<&str> {
    let note = row.note.as_deref().map(str::trim).filter(|note| !note.is_empty())?;
    let stated = [(&row.position, TITLE), (&row.unit, UNIT), (&row.phone, PHONE)];
    if stated.iter().all(|(value, _)| value.is_none()) {
        return Some(note);
    }
    let mut rest = spaced(note);
    let mut drop = |words: &str| rest = rest.replace(words, " ");
    drop(&spaced(row.full_name.as_str()));
    for (value, names) in stated {
        if let Some(value) = value {
            drop(&spaced(value));
            for name in names {
                drop(&spaced(name));
            }
        }
    }
    for word in FILLING {
        drop(&spaced(word));
    }
    (!rest.trim().is_empty()).then_some(note)
}

/// Words without tone marks, each between two spaces of its own: what is taken out leaves its neighbours whole.
fn spaced(text: &str) -> String {
    let ascii = ascii(text);
    let words = ascii.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.flat_map(|word| [" ", word, " "]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reconcile::testing::build::{Line, line, request};

    fn says_more(note: &str, line: Line) -> bool {
        let roster = request("a").row(line.note(note)).roster(1);
        words(&roster.rows[0]).is_some()
    }

    fn stating() -> Line {
        line("Nguyễn Văn An").title("Chuyên viên chính").phone("0912345678")
    }

    #[test]
    fn a_note_that_names_what_the_columns_state_says_nothing_more() {
        for note in [
            "Cập nhật chức vụ mới",
            "Đề nghị thay đổi chức vụ, số điện thoại",
            "Đổi chức danh thành Chuyên viên chính",
            "Thay đổi thông tin của Nguyễn Văn An",
            "chức vụ; chức vụ",
            "  ",
        ] {
            assert!(!says_more(note, stating()), "{note}");
        }
    }

    #[test]
    fn a_note_that_says_anything_else_goes_to_a_person() {
        for note in [
            "Đổi địa chỉ thư theo họ tên mới",
            "Cập nhật chức vụ mới từ 01/12/2026",
            "Cập nhật đơn vị công tác",
            "Chuyển sang Phòng Tài chính",
            "Đổi chức vụ thành Phó phòng",
        ] {
            assert!(says_more(note, stating()), "{note}");
        }
        assert!(says_more("Cập nhật chức vụ mới", line("Nguyễn Văn An")), "no column states the title");
    }
}
