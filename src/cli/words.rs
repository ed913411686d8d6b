//! Words of lists and mails, in both languages.

pub use super::match_words::{found_by, matches_confirmed, open_matches, unsettled, waits_for_matches};
use crate::apply::Applied;
pub use crate::notify::words::attr;
pub use crate::words::{approval, discard, mail_sessions, question_line, release, sessions, state, unfit};

use crate::model::Lang;
use crate::model::account::{Attr, Values};
use crate::model::brake::{Brake, BrakeScope};
use crate::model::change::{Change, ChangeKind, State};
use crate::model::role::Unclaimed;
use crate::reconcile::row_result::kind_phrase;
use crate::words::brake_kind;
use crate::worker::pass::Summary;
use chrono::NaiveDate;
use std::fmt::Write;

/// What applying came to, for a person.
pub fn applied(applied: &Applied, lang: Lang) -> String {
    let Applied { applied, ordered, stale, failed, unknown, not_sent, braked, errors: _ } = applied;
    let lines = match lang {
        Lang::Vi => [
            ("Đã thực hiện", applied),
            ("Đã chuyển phiếu yêu cầu, chờ xác nhận", ordered),
            ("Không thực hiện vì dữ liệu đã thay đổi, sẽ lập lại", stale),
            ("Bị hệ thống đích từ chối", failed),
            ("Chưa rõ kết quả, cần người kiểm tra", unknown),
            ("Chưa gửi được, sẽ thử lại", not_sent),
            ("Bị phanh giữ lại khi thực hiện", braked),
        ],
        Lang::En => [
            ("Carried out", applied),
            ("Handed over in work orders, to be confirmed", ordered),
            ("Not done because the entry has changed; planned anew", stale),
            ("Refused by the target", failed),
            ("Outcome unknown, a person must look", unknown),
            ("Not sent, will be tried again", not_sent),
            ("Stopped by a brake", braked),
        ],
    };
    let shown = lines.iter().enumerate().filter(|(at, (_, count))| *at == 0 || **count > 0);
    shown.fold(String::new(), |mut text, (_, (what, count))| {
        let _ = writeln!(text, "{what}: {count}");
        text
    })
}

/// What a pass came to, for a person.
pub fn summary(summary: &Summary, lang: Lang) -> String {
    let mut text = String::new();
    let vi = lang == Lang::Vi;
    let mut line = |vi_text: &str, en_text: &str, count: u64| {
        let _ = writeln!(text, "{}: {count}", if vi { vi_text } else { en_text });
    };
    line("Danh sách đã đọc", "Rosters read", summary.read);
    line("Tệp không dùng được", "Files refused", summary.refused);
    if summary.repeated > 0 {
        line("Tệp gửi trùng", "Files sent before", summary.repeated);
    }
    line("Đề nghị thay đổi mới", "New changes proposed", summary.proposed.values().sum());
    for (kind, count) in &summary.proposed {
        line(
            &format!("  {}", kind_phrase(*kind, Lang::Vi)),
            &format!("  {}", kind_phrase(*kind, Lang::En)),
            *count,
        );
    }
    line("Đang chờ duyệt", "Waiting for approval", summary.waiting);
    line("Bị phanh tạm giữ", "Held by a brake", summary.held);
    line("Câu hỏi chờ trả lời", "Questions to answer", summary.questions);
    if summary.unclaimed > 0 {
        let text = "Vai trò do người không có trong danh sách giữ";
        line(text, "Roles held by nobody on a roster", summary.unclaimed);
    }
    if summary.confirmed > 0 {
        line("Phiếu yêu cầu đã được xác nhận", "Ordered changes confirmed", summary.confirmed);
    }
    line("Kết quả đã gửi lại đơn vị", "Feedback workbooks written", summary.answered);
    line("Thư đã gửi", "Mails sent", summary.mailed.sent);
    text + &applied(&summary.applied, lang)
}

/// One line for a change: state, what, who, before and after, gate, due date.
pub fn change_line(change: &Change, at: State, lang: Lang) -> String {
    let differences: Vec<String> = change
        .after
        .iter()
        .filter(|(attr, _)| !attr.is_told_by_kind())
        .filter(|(attr, _)| {
            change.kind != ChangeKind::CreateAccount || matches!(attr, Attr::Title | Attr::Unit)
        })
        .map(|(attr, after)| {
            let before = change.before.get(attr).cloned().unwrap_or_default();
            let arrow = if before == Values::none() { String::new() } else { format!("{before} → ") };
            format!("{}: {arrow}{after}", self::attr(*attr, lang))
        })
        .collect();
    let gate = match (change.gate.needed(), lang) {
        (0, _) => String::new(),
        (needed, Lang::Vi) => format!(" [{needed} người duyệt]"),
        (needed, Lang::En) => format!(" [{needed} to approve]"),
    };
    format!(
        "{:<12} {}: {}{}{} ({})",
        state(at, lang),
        kind_phrase(change.kind, lang),
        change.label,
        if differences.is_empty() { String::new() } else { format!(" — {}", differences.join("; ")) },
        gate,
        change.due.format("%d/%m/%Y"),
    )
}

/// By when something is to be done or answered, and whether that has passed.
pub fn serve_by(by: NaiveDate, overdue: bool, lang: Lang) -> String {
    let day = by.format("%d/%m/%Y");
    match (overdue, lang) {
        (false, Lang::Vi) => format!("hạn {day}"),
        (true, Lang::Vi) => format!("QUÁ HẠN {day}"),
        (false, Lang::En) => format!("by {day}"),
        (true, Lang::En) => format!("OVERDUE {day}"),
    }
}

/// One line for a brake: what it stopped and why.
pub fn brake_line(brake: &Brake, lang: Lang) -> String {
    let Brake { key, scope, kind, wanted, spent, limit, of_accounts, holds: _ } = brake;
    let short = &key.as_str()[..8];
    let scope = match (scope, lang) {
        (BrakeScope::Agency(code), _) => code.to_string(),
        (BrakeScope::Province, Lang::Vi) => "toàn tỉnh".into(),
        (BrakeScope::Province, Lang::En) => "the province".into(),
    };
    match lang {
        Lang::Vi => format!(
            "Phanh {short} ({scope}, {}): muốn {wanted}, đã làm {spent}, giới hạn {limit} trên {of_accounts} tài khoản",
            brake_kind(*kind, lang)
        ),
        Lang::En => format!(
            "Brake {short} ({scope}, {kind}): {wanted} wanted, {spent} done, limit {limit} of {of_accounts} accounts"
        ),
    }
}

/// The totals of a plan.
pub fn plan_totals(
    all: usize,
    new: usize,
    held: usize,
    superseded: usize,
    questions: usize,
    lang: Lang,
) -> String {
    match lang {
        Lang::Vi => format!(
            "{all} thay đổi: {new} mới, {held} bị tạm giữ; {superseded} không còn cần; {questions} câu hỏi. Chưa có gì được lưu hay thực hiện; tên tài khoản mới là tạm thời."
        ),
        Lang::En => format!(
            "{all} changes: {new} new, {held} held; {superseded} no longer wanted; {questions} questions. Nothing was stored or done; names of new accounts are provisional."
        ),
    }
}

/// A role that nobody on any roster holds.
pub fn unclaimed_line(one: &Unclaimed, lang: Lang) -> String {
    let Unclaimed { target, agency, holder, name, role } = one;
    let name = name.as_ref().map(|name| format!("{name} ")).unwrap_or_default();
    let agency = agency.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    match lang {
        Lang::Vi => {
            format!("? {target}: {role}{agency} do {name}<{holder}> giữ, không có trong danh sách nào")
        }
        Lang::En => format!("? {target}: {role}{agency} is held by {name}<{holder}>, whom no roster names"),
    }
}
