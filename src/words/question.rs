//! Questions in words: what is asked, and by what somebody was found.

use crate::model::Lang;
use crate::model::evidence::Evidence;
use crate::model::matching::{Confidence, MatchRule, Matched};
use crate::model::question::{Question, QuestionKind};
use crate::store::MatchesConfirmed;

/// One line for a question.
pub fn question_line(question: &Question, lang: Lang) -> String {
    let label = &question.label;
    match (question.kind, lang) {
        (QuestionKind::WhoIs, Lang::Vi) => format!("Tài khoản nào là của {label}?"),
        (QuestionKind::WhoIs, Lang::En) => format!("Which account is {label}'s?"),
        (QuestionKind::FreeText, lang) => free_text(question, lang),
        (QuestionKind::UnreadRows, Lang::Vi) => format!(
            "Danh sách {label} có dòng không đọc được họ tên (dòng {}): đã xem và không có dòng nào là của người vắng mặt (read)? \
             Khi chưa trả lời, không ai bị coi là vắng mặt trong danh sách này.",
            rows(question)
        ),
        (QuestionKind::UnreadRows, Lang::En) => format!(
            "{label} has rows in which no name can be read (rows {}): were they read, and is none of somebody missing (read)? Until then \
             nobody counts as missing from this list.",
            rows(question)
        ),
        (QuestionKind::Contradiction, Lang::Vi) => {
            format!("Danh sách cũ ghi {label} đã nghỉ hoặc chuyển, khác với danh sách đang có hiệu lực")
        }
        (QuestionKind::Contradiction, Lang::En) => {
            format!("An older roster says that {label} has left, unlike the one in force")
        }
        (QuestionKind::HandOver, Lang::Vi) => {
            format!("Ai nhận bàn giao hồ sơ đang xử lý của {label}? ({})", seen(question, lang))
        }
        (QuestionKind::HandOver, Lang::En) => {
            format!("Who takes over the files of {label}? ({})", seen(question, lang))
        }
        (QuestionKind::RolesApart, Lang::Vi) => {
            format!("{label} không được giữ đồng thời hai vai trò: giữ lại vai trò nào?")
        }
        (QuestionKind::RolesApart, Lang::En) => {
            format!("{label} may not hold both of two roles: which one stays?")
        }
        (QuestionKind::NoAccount, Lang::Vi) => {
            format!(
                "{label} chưa có tài khoản trong hệ thống: đề nghị cấp tài khoản ({})",
                seen(question, lang)
            )
        }
        (QuestionKind::NoAccount, Lang::En) => {
            format!("{label} has no account in the system: have it created ({})", seen(question, lang))
        }
        (QuestionKind::Custodian, Lang::Vi) => {
            format!("Ai quản lý hộp thư đơn vị {label}? (trả lời bằng địa chỉ thư công vụ của người đó)")
        }
        (QuestionKind::Custodian, Lang::En) => {
            format!("Who keeps the unit mailbox {label}? (answer with that person's official address)")
        }
        (QuestionKind::Attestation, Lang::Vi) => {
            format!(
                "Đầu mối và người quản lý hộp thư đơn vị của {label} vẫn đúng (confirmed) hay đã thay đổi (changed)?"
            )
        }
        (QuestionKind::Attestation, Lang::En) => {
            format!("Are the contacts and custodians of {label} the same (confirmed), or not (changed)?")
        }
    }
}

/// How sure a match is.
fn confidence(matched: &Matched, lang: Lang) -> &'static str {
    match (matched.confirmed, matched.confidence(), lang) {
        (true, _, Lang::Vi) => "đã xác nhận",
        (true, _, Lang::En) => "confirmed",
        (false, Confidence::Certain, Lang::Vi) => "chắc chắn",
        (false, Confidence::Certain, Lang::En) => "certain",
        (false, Confidence::Strong, Lang::Vi) => "đáng tin cậy",
        (false, Confidence::Strong, Lang::En) => "strong",
        (false, Confidence::Probable, Lang::Vi) => "có thể đúng, chưa xác nhận",
        (false, Confidence::Probable, Lang::En) => "probable, not confirmed",
    }
}

/// By which rules a row and an account were found to be a person's.
pub fn found_by(row: Option<MatchRule>, account: Option<&Matched>, lang: Lang) -> String {
    let (of_row, of_account) = match lang {
        Lang::Vi => ("dòng theo", "tài khoản theo"),
        Lang::En => ("row by", "account by"),
    };
    let row = row.map(|one| format!("{of_row} {}", one.phrase(lang)));
    let account =
        account.map(|one| format!("{of_account} {} ({})", one.rule.phrase(lang), confidence(one, lang)));
    [row, account].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// What became of confirming an agency's matches.
pub fn matches_confirmed(result: MatchesConfirmed, lang: Lang) -> String {
    match (result, lang) {
        (MatchesConfirmed::Confirmed { matches, changes }, Lang::Vi) => {
            format!("đã xác nhận {matches} kết quả khớp; {changes} thay đổi không còn phải chờ")
        }
        (MatchesConfirmed::Confirmed { matches, changes }, Lang::En) => {
            format!("{matches} matches confirmed; {changes} changes no longer wait for them")
        }
        (MatchesConfirmed::PutInByYou, Lang::Vi) => {
            "danh sách này do cơ quan bạn đại diện gửi; người khác phải xác nhận".into()
        }
        (MatchesConfirmed::PutInByYou, Lang::En) => {
            "you answer for the agency's rosters; somebody else must confirm".into()
        }
        (MatchesConfirmed::Moved, Lang::Vi) => "kết quả khớp vừa thay đổi; hãy xem lại danh sách".into(),
        (MatchesConfirmed::Moved, Lang::En) => "the matches have just changed; look at the list again".into(),
    }
}

/// What a system shows behind a question.
fn seen(question: &Question, lang: Lang) -> String {
    let lines = question.evidence.iter().filter_map(|one| match one {
        Evidence::Snapshot { target, entry } => Some(format!("{target}: {}", entry_words(entry, lang))),
        Evidence::Row { .. }
        | Evidence::Absence { .. }
        | Evidence::Rule { .. }
        | Evidence::Operator { .. }
        | Evidence::Match { .. }
        | Evidence::Unsettled { .. } => None,
    });
    lines.collect::<Vec<_>>().join("; ")
}

/// An entry with the last day and the open files that a question about them notes, as people say it.
fn entry_words(entry: &str, lang: Lang) -> String {
    let part = |part: &str| match (part.split_once(" = "), lang) {
        (Some(("until", day)), lang) => {
            let day = day
                .parse::<chrono::NaiveDate>()
                .map_or_else(|_| day.to_owned(), |day| day.format("%d/%m/%Y").to_string());
            if lang == Lang::Vi { format!("đến ngày {day}") } else { format!("until {day}") }
        }
        (Some(("open_files", count)), Lang::Vi) => format!("{count} hồ sơ đang xử lý"),
        (Some(("open_files", count)), Lang::En) => format!("{count} open files"),
        _ => part.to_owned(),
    };
    entry.split("; ").map(part).collect::<Vec<_>>().join(", ")
}

/// The rows that raise a question.
fn rows(question: &Question) -> String {
    let rows = question.evidence.iter().filter_map(|one| match one {
        Evidence::Row { row, .. } => Some(row.to_string()),
        _ => None,
    });
    rows.collect::<Vec<_>>().join(", ")
}

/// A request in free words: about a person, or, where its row names nobody, about that row of a file.
fn free_text(question: &Question, lang: Lang) -> String {
    let label = &question.label;
    let row = question.evidence.iter().find_map(|one| match one {
        Evidence::Row { file, row, .. } if file == label => Some(row),
        _ => None,
    });
    match (row, lang) {
        (Some(row), Lang::Vi) => format!("Đề nghị ở dòng {row} của tệp {label} cần người đọc và xử lý"),
        (Some(row), Lang::En) => format!("Row {row} of {label} asks for something that a person must read"),
        (None, Lang::Vi) => format!("Đề nghị bằng lời về {label} cần người xử lý"),
        (None, Lang::En) => format!("A request in free words about {label} needs a person"),
    }
}
