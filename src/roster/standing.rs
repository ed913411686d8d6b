//! Standing and action: what a note, a status or a request says in words.

use super::mapping::Words;
use super::text::{Phrase, Said};
use crate::model::record::{Action, Status};
use std::collections::BTreeSet;
use std::ops::Range;

/// What a text says of a person's standing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// This.
    Is(Status),
    /// A standing, but planned, denied or wished for.
    Unclear,
    /// Nothing about it.
    Unsaid,
}

/// Reads a note or a status.
pub(super) fn standing(text: &str, words: &Words) -> Standing {
    let said = Said::new(&without_from(text));
    let Some((status, at)) = longest(&said, &words.status) else {
        return Standing::Unsaid;
    };
    if said.before(at.start).ends_any(&words.doubt.words) { Standing::Unclear } else { Standing::Is(status) }
}

/// The actions a text asks for; a phrase inside a longer one does not count.
pub(super) fn actions(text: &str, words: &Words) -> BTreeSet<Action> {
    let said = Said::new(text);
    let found: Vec<(Range<usize>, Action)> =
        phrases(&words.action).filter_map(|(action, phrase)| Some((said.find(phrase)?, action))).collect();
    let inside = |one: &Range<usize>| {
        found
            .iter()
            .any(|(other, _)| other.len() > one.len() && other.start <= one.start && one.end <= other.end)
    };
    found.iter().filter(|(span, _)| !inside(span)).map(|(_, action)| *action).collect()
}

/// The one action a text asks for.
pub(super) fn action(text: &str, words: &Words) -> Option<Action> {
    let asked = actions(text, words);
    (asked.len() == 1).then(|| asked.first().copied()).flatten()
}

fn phrases<T: Copy>(by: &std::collections::BTreeMap<T, Vec<Phrase>>) -> impl Iterator<Item = (T, &Phrase)> {
    by.iter().flat_map(|(means, phrases)| phrases.iter().map(move |phrase| (*means, phrase)))
}

fn longest(
    said: &Said,
    by: &std::collections::BTreeMap<Status, Vec<Phrase>>,
) -> Option<(Status, Range<usize>)> {
    phrases(by)
        .filter_map(|(means, phrase)| Some((means, said.find(phrase)?)))
        .reduce(|best, next| if next.1.len() > best.1.len() { next } else { best })
}

/// `text` without a "từ" that only leads to a date, so that "chuyển công tác từ" names a place.
fn without_from(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let dated = |at: usize| {
        let next = words.get(at + 1).map(|word| word.to_lowercase()).unwrap_or_default();
        next.starts_with(|c: char| c.is_ascii_digit())
            || matches!(next.as_str(), "ngày" | "tháng" | "năm" | "đầu" | "cuối" | "ngay" | "thang")
    };
    let from = |word: &str| matches!(word.to_lowercase().as_str(), "từ" | "tu");
    let kept = words.iter().enumerate().filter(|(at, word)| !(from(word) && dated(*at)));
    kept.map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::mapping::Mapping;

    #[test]
    fn notes_tell_the_standing() {
        let words = Mapping::embedded().unwrap().words;
        for (note, expected) in [
            ("Nghỉ hưu từ 01/12/2026", Standing::Is(Status::Retired)),
            ("NGHỈ THAI SẢN", Standing::Is(Status::Leave)),
            ("Chuyển công tác đến Sở Tài chính từ ngày 01/12/2026", Standing::Is(Status::Transferred)),
            ("Chuyển công tác từ ngày 01/12/2026", Standing::Is(Status::Transferred)),
            ("Chuyển công tác từ Sở Tài chính", Standing::Is(Status::Active)),
            ("Buộc thôi việc", Standing::Is(Status::Dismissed)),
            ("Thôi việc", Standing::Is(Status::Resigned)),
            ("Từ trần", Standing::Is(Status::Deceased)),
            ("Biệt phái từ 01/12/2026", Standing::Is(Status::Seconded)),
            ("nghi huu tu 01/12/2026", Standing::Is(Status::Retired)),
            ("Hết thời gian nghỉ thai sản", Standing::Is(Status::Active)),
            ("Sắp nghỉ hưu", Standing::Unclear),
            ("Chưa nghỉ hưu", Standing::Unclear),
            ("Kiêm nhiệm văn thư", Standing::Unsaid),
        ] {
            assert_eq!(standing(note, &words), expected, "{note}");
        }
    }

    #[test]
    fn requests_tell_the_action() {
        let words = Mapping::embedded().unwrap().words;
        for (text, expected) in [
            ("cấp mới hộp thư", Some(Action::Create)),
            ("Tạm khóa", Some(Action::Suspend)),
            ("tạm khoá", Some(Action::Suspend)),
            ("Xoá", Some(Action::Revoke)),
            ("thu hồi", Some(Action::Revoke)),
            ("Thay đổi chức vụ", Some(Action::Change)),
            ("Thay đổi mật khẩu", Some(Action::ResetPassword)),
            ("Cấp lại mật khẩu", Some(Action::ResetPassword)),
            ("DANH SÁCH ĐỀ NGHỊ CẤP MỚI, TẠM KHÓA, XÓA HỘP THƯ", None),
            ("Khẩn", None),
        ] {
            assert_eq!(action(text, &words), expected, "{text}");
        }
    }
}
