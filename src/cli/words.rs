//! Words of lists and mails, in both languages.

pub use super::match_words::{found_by, matches_confirmed, open_matches, unsettled, waits_for_matches};
use crate::apply::Applied;
pub use crate::notify::words::attr;

use crate::model::Lang;
use crate::model::account::{Attr, Values};
use crate::model::brake::{Brake, BrakeKind, BrakeScope};
use crate::model::change::{Change, ChangeKind, State};
use crate::model::evidence::Evidence;
use crate::model::question::{Question, QuestionKind};
use crate::model::role::Unclaimed;
use crate::reconcile::row_result::kind_phrase;
use crate::store::{Approval, Release};
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

/// A state as people call it.
pub fn state(state: State, lang: Lang) -> &'static str {
    match (state, lang) {
        (State::Proposed, Lang::Vi) => "chờ duyệt",
        (State::Held, Lang::Vi) => "tạm giữ",
        (State::Approved, Lang::Vi) => "đã duyệt",
        (State::Rejected, Lang::Vi) => "không duyệt",
        (State::Claimed, Lang::Vi) => "đang thực hiện",
        (State::Ordered, Lang::Vi) => "đã chuyển phiếu",
        (State::Applied, Lang::Vi) => "đã thực hiện",
        (State::Failed, Lang::Vi) => "bị từ chối",
        (State::Stale, Lang::Vi) => "đã lỗi thời",
        (State::Unknown, Lang::Vi) => "chưa rõ kết quả",
        (State::Superseded, Lang::Vi) => "đã thay thế",
        (State::Expired, Lang::Vi) => "hết hạn duyệt",
        (State::Undone, Lang::Vi) => "đã hoàn tác",
        (state, Lang::En) => state.as_str(),
    }
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
            brake_kind(*kind)
        ),
        Lang::En => format!(
            "Brake {short} ({scope}, {kind}): {wanted} wanted, {spent} done, limit {limit} of {of_accounts} accounts"
        ),
    }
}

/// A kind of brake in Vietnamese.
fn brake_kind(kind: BrakeKind) -> &'static str {
    match kind {
        BrakeKind::Disables => "khóa tài khoản",
        BrakeKind::Suspicions => "nghi đã nghỉ",
        BrakeKind::Orphans => "tài khoản không có trong danh sách",
        BrakeKind::Moves => "chuyển đơn vị",
        BrakeKind::RoleRemovals => "thu hồi vai trò",
        BrakeKind::Attributes => "cập nhật thông tin",
        BrakeKind::Creates => "cấp mới",
        BrakeKind::Grants => "cấp vai trò",
        BrakeKind::LadderLocks => "khóa theo quy định",
        BrakeKind::Closures => "đóng hộp thư",
        BrakeKind::Deletes => "xóa tài khoản",
        BrakeKind::ForcedChanges => "buộc đổi mật khẩu",
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

/// One line for a question.
pub fn question_line(question: &Question, lang: Lang) -> String {
    let label = &question.label;
    match (question.kind, lang) {
        (QuestionKind::WhoIs, Lang::Vi) => format!("Tài khoản nào là của {label}?"),
        (QuestionKind::WhoIs, Lang::En) => format!("Which account is {label}'s?"),
        (QuestionKind::FreeText, lang) => free_text(question, lang),
        (QuestionKind::Contradiction, Lang::Vi) => {
            format!("Danh sách cũ ghi {label} đã nghỉ hoặc chuyển, khác với danh sách đang có hiệu lực")
        }
        (QuestionKind::Contradiction, Lang::En) => {
            format!("An older roster says that {label} has left, unlike the one in force")
        }
        (QuestionKind::HandOver, Lang::Vi) => {
            format!("Ai nhận bàn giao hồ sơ đang xử lý của {label}? ({})", seen(question))
        }
        (QuestionKind::HandOver, Lang::En) => {
            format!("Who takes over the files of {label}? ({})", seen(question))
        }
        (QuestionKind::RolesApart, Lang::Vi) => {
            format!("{label} không được giữ đồng thời hai vai trò: giữ lại vai trò nào?")
        }
        (QuestionKind::RolesApart, Lang::En) => {
            format!("{label} may not hold both of two roles: which one stays?")
        }
        (QuestionKind::NoAccount, Lang::Vi) => {
            format!("{label} chưa có tài khoản trong hệ thống: đề nghị cấp tài khoản ({})", seen(question))
        }
        (QuestionKind::NoAccount, Lang::En) => {
            format!("{label} has no account in the system: have it created ({})", seen(question))
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

/// What a system shows behind a question.
fn seen(question: &Question) -> String {
    let lines = question.evidence.iter().filter_map(|one| match one {
        Evidence::Snapshot { target, entry } => Some(format!("{target}: {entry}")),
        Evidence::Row { .. }
        | Evidence::Absence { .. }
        | Evidence::Rule { .. }
        | Evidence::Operator { .. }
        | Evidence::Match { .. }
        | Evidence::Unsettled { .. } => None,
    });
    lines.collect::<Vec<_>>().join("; ")
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

/// What became of an approval or a rejection.
pub fn approval(approval: &Approval, lang: Lang) -> String {
    match (approval, lang) {
        (Approval::Approved { have, needed, state: at }, Lang::Vi) => {
            format!("{have}/{needed} người đã duyệt: {}", state(*at, lang))
        }
        (Approval::Approved { have, needed, state: at }, Lang::En) => {
            format!("{have} of {needed} approved: {}", state(*at, lang))
        }
        (Approval::Rejected, Lang::Vi) => "không duyệt".into(),
        (Approval::Rejected, Lang::En) => "rejected".into(),
        (Approval::AlreadyApproved, Lang::Vi) => "bạn đã duyệt rồi; cần một người khác".into(),
        (Approval::AlreadyApproved, Lang::En) => "you approved it before; another person must".into(),
        (Approval::KeyMoved { .. }, Lang::Vi) => "nội dung đã thay đổi; hãy xem lại".into(),
        (Approval::KeyMoved { .. }, Lang::En) => "it says something else by now; look again".into(),
        (Approval::NeedsCallBack, Lang::Vi) => {
            "chưa duyệt được: phải gọi lại theo số điện thoại đã công bố và ghi nhận trước (rosterd review call-back)"
                .into()
        }
        (Approval::NeedsCallBack, Lang::En) => {
            "not yet: call the published number first and note it (rosterd review call-back)".into()
        }
        (Approval::NotProposed(at), Lang::Vi) => format!("không chờ duyệt: {}", state(*at, lang)),
        (Approval::NotProposed(at), Lang::En) => format!("does not wait for approval: {}", state(*at, lang)),
        (Approval::PutInByYou, Lang::Vi) => {
            "danh sách này do cơ quan bạn đại diện gửi; người khác phải duyệt".into()
        }
        (Approval::PutInByYou, Lang::En) => {
            "you answer for the roster that asks for it; somebody else must".into()
        }
    }
}

/// What became of a release.
pub fn release(release: &Release, lang: Lang) -> String {
    match (release, lang) {
        (Release::Released(count), Lang::Vi) => format!("đã mở phanh cho {count} thay đổi"),
        (Release::Released(count), Lang::En) => format!("released for {count} changes"),
        (Release::NeedsSecond, Lang::Vi) => "cần thêm một người nữa mở phanh".into(),
        (Release::NeedsSecond, Lang::En) => "a second operator must release it too".into(),
        (Release::AlreadyByYou, Lang::Vi) => "bạn đã mở phanh này; cần một người khác".into(),
        (Release::AlreadyByYou, Lang::En) => "you released it before; another person must".into(),
        (Release::NotOpen, Lang::Vi) => "phanh này không còn giữ gì".into(),
        (Release::NotOpen, Lang::En) => "this brake holds nothing".into(),
        (Release::PutInByYou, Lang::Vi) => {
            "danh sách này do cơ quan bạn đại diện gửi; người khác phải mở".into()
        }
        (Release::PutInByYou, Lang::En) => "you answer for the roster behind it; somebody else must".into(),
    }
}
