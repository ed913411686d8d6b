//! Access: who could do what within a time, since when, and why. Reads of a target tell that something had changed; where
//! rosterd carried it out itself, its own record tells the moment and the reason.

use super::{Cell, Report, Table, columns, say, shown_day};
use crate::model::access::{Effect, Right, Span, effect};
use crate::model::account::Attr;
use crate::model::change::{Change, ChangeKind};
use crate::model::ids::{ChangeId, TargetId};
use crate::model::{Lang, Time};
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeMap;

/// A change that was carried out.
#[derive(Debug, Clone)]
pub struct Act<'a> {
    /// Its id.
    pub id: &'a ChangeId,
    /// What it says.
    pub change: &'a Change,
    /// When it was carried out.
    pub at: Time,
    /// Who approved it.
    pub approvals: &'a [String],
}

/// Why a right began or ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// The change.
    pub change: ChangeId,
    /// Its case.
    pub case: String,
    /// By which rule.
    pub reason: String,
    /// The document behind it.
    pub document: Option<String>,
    /// Who approved it.
    pub approvals: Vec<String>,
    /// When it was carried out.
    pub at: Time,
}

/// A right that was held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    /// In which target.
    pub target: TargetId,
    /// What.
    pub right: Right,
    /// Since when, as far as is known.
    pub since: Time,
    /// Until when.
    pub until: Option<Time>,
    /// What gave it; none where rosterd did not, or it is older than its history.
    pub given_by: Option<Cause>,
    /// What took it.
    pub taken_by: Option<Cause>,
}

fn cause(act: &Act<'_>) -> Cause {
    Cause {
        change: act.id.clone(),
        case: act.change.case.to_string(),
        reason: act.change.reason.to_string(),
        document: act.change.document.clone(),
        approvals: act.approvals.to_vec(),
        at: act.at,
    }
}

/// What was held at some time from `from` to `to`, both included. `spans` are all that were ever seen up to then, `acts`
/// all that was carried out, oldest first.
pub fn held(spans: &[Span], acts: &[Act<'_>], from: Time, to: Time) -> Vec<Held> {
    let mut by_subject: BTreeMap<(&TargetId, String), Vec<&Act<'_>>> = BTreeMap::new();
    for act in acts {
        for subject in subjects(act.change) {
            by_subject.entry((&act.change.target, subject)).or_default().push(act);
        }
    }
    let about = |target: &TargetId, right: &Right| -> Vec<(Effect, &Act<'_>)> {
        let mut found = Vec::new();
        let mut keys = vec![right.subject.to_lowercase(), right.label.to_lowercase()];
        keys.dedup();
        for key in keys {
            let acts = by_subject.get(&(target, key)).into_iter().flatten();
            found.extend(acts.filter_map(|act| Some((effect(act.change, target, right)?, *act))));
        }
        found.sort_by_key(|(_, act)| (act.at, act.id));
        found.dedup_by_key(|(_, act)| act.id);
        found
    };
    let mut ended: BTreeMap<(&TargetId, &Right), Time> = BTreeMap::new();
    let mut ordered: Vec<&Span> = spans.iter().collect();
    ordered.sort_by_key(|span| span.since);
    let mut all: Vec<Held> = Vec::new();
    for span in ordered {
        let before = ended.get(&(&span.target, &span.right)).copied();
        all.push(dated(span, before, &about(&span.target, &span.right)));
        if let Some(until) = span.until {
            ended.insert((&span.target, &span.right), until);
        }
    }
    all.extend(unseen(acts, &all));
    all.retain(|one| one.since <= to && one.until.is_none_or(|until| until > from));
    all.sort_by(|a, b| {
        (&a.target, &a.right.label, &a.right, a.since).cmp(&(&b.target, &b.right.label, &b.right, b.since))
    });
    all
}

/// What an act is looked up by: the account, the address, the seat's holder.
fn subjects(change: &Change) -> Vec<String> {
    let subject = change.subject.as_str();
    match change.kind {
        ChangeKind::CreateAccount => change.after(Attr::Mail).map(str::to_lowercase).into_iter().collect(),
        ChangeKind::GrantRole | ChangeKind::RevokeRole => {
            vec![subject.split('#').next().unwrap_or(subject).to_lowercase()]
        }
        _ => vec![subject.to_lowercase()],
    }
}

/// A span with the moments that rosterd's own acts tell. `before` is when the same right was last seen to end.
fn dated(span: &Span, before: Option<Time>, acts: &[(Effect, &Act<'_>)]) -> Held {
    let began = acts
        .iter()
        .rfind(|(_, act)| act.at <= span.since && before.is_none_or(|before| act.at >= before))
        .filter(|(effect, _)| *effect == Effect::Gives)
        .map(|(_, act)| *act);
    let since = began.map_or(span.since, |act| act.at);
    let ending = acts
        .iter()
        .rfind(|(_, act)| act.at > since && span.until.is_none_or(|until| act.at <= until))
        .filter(|(effect, _)| *effect == Effect::Takes)
        .map(|(_, act)| *act);
    Held {
        target: span.target.clone(),
        right: span.right.clone(),
        since,
        until: ending.map(|act| act.at).or(span.until),
        given_by: began.map(cause),
        taken_by: ending.map(cause),
    }
}

/// What was given since the last read, which no span shows yet.
fn unseen(acts: &[Act<'_>], seen: &[Held]) -> Vec<Held> {
    let mut found: Vec<Held> = Vec::new();
    for act in acts {
        let Some(right) = given(act.change) else { continue };
        let target = &act.change.target;
        let taken_later = acts
            .iter()
            .find(|other| other.at > act.at && effect(other.change, target, &right) == Some(Effect::Takes));
        let shows = |one: &&Held| one.given_by.as_ref().is_some_and(|cause| cause.change == *act.id);
        if seen.iter().chain(&found).any(|one| shows(&one)) {
            continue;
        }
        // A read after it that does not show it says that another hand took it at once: nothing is known then.
        found.push(Held {
            target: target.clone(),
            right,
            since: act.at,
            until: taken_later.map(|act| act.at),
            given_by: Some(cause(act)),
            taken_by: taken_later.map(cause),
        });
    }
    found
}

/// The right that a change gives, as far as it tells.
fn given(change: &Change) -> Option<Right> {
    match change.kind {
        ChangeKind::CreateAccount => {
            let label = change.after(Attr::Mail).or_else(|| change.after(Attr::Login))?.to_owned();
            Some(Right { subject: label.clone(), role: String::new(), agency: change.agency.clone(), label })
        }
        ChangeKind::GrantRole => {
            let label = change.subject.as_str().split('#').next()?.to_owned();
            let role = change.after(Attr::Role)?.to_owned();
            Some(Right { subject: label.to_lowercase(), role, agency: change.agency.clone(), label })
        }
        _ => None,
    }
}

/// How a report names what it shows.
pub struct Names<'a> {
    /// The holder's name.
    pub person: &'a dyn Fn(&Held) -> String,
    /// The system.
    pub system: &'a dyn Fn(&TargetId) -> String,
    /// The agency.
    pub agency: &'a dyn Fn(&Held) -> String,
    /// A moment, in the province's time.
    pub moment: &'a dyn Fn(Time) -> String,
}

/// Lays out what was held. `begins` is when the history of each target begins.
pub fn report(
    rights: &[Held],
    asked: String,
    begins: &[(TargetId, Time)],
    names: &Names<'_>,
    issuer: &str,
    date: NaiveDate,
    lang: Lang,
) -> Report {
    let history: Vec<String> = begins
        .iter()
        .map(|(target, at)| format!("{} {}", (names.system)(target), (names.moment)(*at)))
        .collect();
    let row = |one: &Held| -> Vec<Cell> {
        let role = match one.right.role.as_str() {
            "" => say(lang, "Hộp thư", "Mailbox"),
            role => role.to_owned(),
        };
        vec![
            (names.system)(&one.target).into(),
            one.right.label.clone().into(),
            (names.person)(one).into(),
            (names.agency)(one).into(),
            role.into(),
            (names.moment)(one.since).into(),
            one.until.map(names.moment).unwrap_or_default().into(),
            why(one, lang).into(),
        ]
    };
    Report {
        lang,
        issuer: issuer.to_owned(),
        title: say(lang, "Báo cáo quyền truy cập", "Access report"),
        subtitle: asked,
        date,
        facts: vec![
            (say(lang, "Số quyền", "Rights"), rights.len().to_string()),
            (say(lang, "Lịch sử được ghi từ", "History kept since"), history.join("; ")),
            (say(lang, "Ngày lập", "Made on"), shown_day(date)),
        ],
        charts: Vec::new(),
        tables: vec![Table {
            title: say(lang, "Ai có quyền gì", "Who could do what"),
            columns: columns(
                lang,
                &[
                    ("Hệ thống", "System", 16),
                    ("Tài khoản", "Account", 28),
                    ("Họ và tên", "Name", 22),
                    ("Cơ quan", "Agency", 22),
                    ("Quyền", "Right", 20),
                    ("Từ", "Since", 16),
                    ("Đến", "Until", 16),
                    ("Vì sao", "Why", 40),
                ],
            ),
            rows: rights.iter().map(row).collect(),
        }],
        minutes: Vec::new(),
        signatures: vec![say(lang, "Người lập báo cáo", "Prepared by")],
    }
}

fn why(one: &Held, lang: Lang) -> String {
    let told = |cause: &Cause, given: bool| {
        let what = if given { say(lang, "cấp", "given") } else { say(lang, "thu hồi", "taken") };
        let document = cause.document.as_deref().map(|one| format!(", {one}")).unwrap_or_default();
        let approvals = cause.approvals.join(", ");
        let by = say(lang, "duyệt", "approved by");
        format!("{what}: {}{document}; {by}: {approvals}; {}", cause.reason, cause.case)
    };
    let given = one.given_by.as_ref().map(|cause| told(cause, true));
    let before = || {
        say(lang, "đã có khi đọc hệ thống, không do rosterd cấp", "found by reading; not given by rosterd")
    };
    let taken = one.taken_by.as_ref().map(|cause| told(cause, false));
    [Some(given.unwrap_or_else(before)), taken].into_iter().flatten().collect::<Vec<_>>().join(". ")
}
