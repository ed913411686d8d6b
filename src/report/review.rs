//! The six-monthly review: what an agency's accounts came to within the period, what is left to do, the share of the work
//! done on time, and the minutes to sign.

use super::chart::{Bar, Chart, Shape};
use super::{Cell, Report, Table, columns, say, share, shown_day};
use crate::model::Lang;
use crate::model::adoption::{Claim, Line, Standing};
use crate::model::calendar::add_working_days;
use crate::model::change::{Change, ChangeKind, State};
use crate::rotation::figures::Spread;
use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A period, both days included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Period {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

impl Period {
    /// The half-year in which `day` lies.
    pub fn half_year_of(day: NaiveDate) -> Self {
        let (first, last) = if day.month() <= 6 { ((1, 1), (6, 30)) } else { ((7, 1), (12, 31)) };
        let date = |(month, of_month)| NaiveDate::from_ymd_opt(day.year(), month, of_month).unwrap_or(day);
        Self { from: date(first), to: date(last) }
    }

    fn holds(self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }
}

/// One piece of work: a change with the days that matter.
#[derive(Debug, Clone)]
pub struct Work<'a> {
    /// The change.
    pub change: &'a Change,
    /// Where it stands.
    pub state: State,
    /// The local day it was proposed.
    pub proposed: NaiveDate,
    /// The local day it was carried out.
    pub done: Option<NaiveDate>,
}

/// In how many working days work is to be done, and which days nobody works on.
#[derive(Debug, Clone, Copy)]
pub struct Service<'a> {
    /// Working days from the day on which it is both asked for and due.
    pub days: u32,
    /// Holidays beside weekends.
    pub holidays: &'a BTreeSet<NaiveDate>,
}

/// What an agency's half-year came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Review {
    /// The period.
    pub period: Period,
    /// Carried out within it, by kind.
    pub carried_out: BTreeMap<ChangeKind, u64>,
    /// Work whose time ran out within it, by kind: done on time, and all.
    pub on_time: BTreeMap<ChangeKind, (u64, u64)>,
    /// Changes that wait for somebody now.
    pub waiting: u64,
}

/// Reviews the work of a period, as of `today`.
pub fn review(works: &[Work<'_>], period: Period, service: Service<'_>, today: NaiveDate) -> Review {
    let mut out = Review { period, carried_out: BTreeMap::new(), on_time: BTreeMap::new(), waiting: 0 };
    for work in works.iter().filter(|one| one.change.kind != ChangeKind::SuspectLeaver) {
        let kind = work.change.kind;
        if work.done.is_some_and(|day| period.holds(day)) {
            *out.carried_out.entry(kind).or_default() += 1;
        }
        let open = match work.state {
            State::Proposed
            | State::Held
            | State::Approved
            | State::Claimed
            | State::Ordered
            | State::Unknown
            | State::Expired
            | State::Failed => true,
            State::Applied | State::Undone => false,
            // Said no to, or no longer wanted: nobody owes it.
            State::Rejected | State::Stale | State::Superseded => continue,
        };
        out.waiting += u64::from(matches!(work.state, State::Proposed | State::Held | State::Expired));
        let deadline = add_working_days(work.proposed.max(work.change.due), service.days, service.holidays);
        // What is still open and not late yet is nobody's failure.
        if period.holds(deadline) && !(open && deadline >= today) {
            let (on_time, all) = out.on_time.entry(kind).or_default();
            *on_time += u64::from(work.done.is_some_and(|day| day <= deadline));
            *all += 1;
        }
    }
    out
}

/// An agency with what is to be said of it.
pub struct Subject<'a> {
    /// Its name.
    pub agency: &'a str,
    /// Its accounts.
    pub accounts: Vec<&'a Line>,
    /// How it stands towards its rosters.
    pub standing: &'a Standing,
    /// The day of its last full roster.
    pub last_full: Option<NaiveDate>,
    /// Its half-year.
    pub review: Review,
    /// The ages and the use of its mail accounts, and how many have a known default password; none where no rule ages them.
    pub spread: Option<(Spread, u64)>,
    /// Who answers for its rosters.
    pub contacts: Vec<String>,
}

/// The report of one agency with its minutes.
pub fn report(
    subject: &Subject<'_>,
    kinds: &dyn Fn(ChangeKind) -> &'static str,
    issuer: &str,
    date: NaiveDate,
    lang: Lang,
) -> Report {
    let Period { from, to } = subject.review.period;
    let period = match lang {
        Lang::Vi => format!("từ ngày {} đến ngày {}", shown_day(from), shown_day(to)),
        Lang::En => format!("from {} to {}", shown_day(from), shown_day(to)),
    };
    Report {
        lang,
        issuer: issuer.to_owned(),
        title: say(lang, "Báo cáo rà soát tài khoản định kỳ", "Periodic review of accounts"),
        subtitle: format!("{}, {period}", subject.agency),
        date,
        facts: facts(subject, lang),
        charts: charts(subject, kinds, lang),
        tables: vec![work(subject, kinds, lang), to_look_at(subject, lang), of_the_agency(subject, lang)],
        minutes: minutes(subject, issuer, date, &period, lang),
        signatures: vec![
            say(lang, "Đại diện cơ quan", "For the agency"),
            say(lang, "Đại diện đơn vị quản trị", "For the administrator"),
        ],
    }
}

fn count(subject: &Subject<'_>, fits: impl Fn(&Line) -> bool) -> usize {
    subject.accounts.iter().filter(|line| fits(line)).count()
}

fn facts(subject: &Subject<'_>, lang: Lang) -> Vec<(String, String)> {
    let all = subject.review.on_time.values().fold((0, 0), |(a, b), (on, of)| (a + on, b + of));
    let last_full = subject.last_full.map_or_else(|| say(lang, "chưa có", "none"), shown_day);
    let (open, disabled) = (count(subject, |line| !line.disabled), count(subject, |line| line.disabled));
    vec![
        (say(lang, "Tài khoản đang mở", "Open accounts"), open.to_string()),
        (say(lang, "Tài khoản đã khóa", "Disabled accounts"), disabled.to_string()),
        (
            say(lang, "Hộp thư đơn vị", "Unit mailboxes"),
            count(subject, |line| line.claim == Claim::Unit).to_string(),
        ),
        (say(lang, "Danh sách đầy đủ gần nhất", "Last full roster"), last_full),
        (
            say(lang, "Kết quả khớp chờ xác nhận", "Matches to confirm"),
            subject.standing.unconfirmed.to_string(),
        ),
        (say(lang, "Câu hỏi chờ trả lời", "Open questions"), subject.standing.questions.to_string()),
        (say(lang, "Việc đang chờ duyệt", "Waiting for approval"), subject.review.waiting.to_string()),
        (say(lang, "Tỷ lệ đúng hạn", "Done on time"), share(all.0, all.1)),
    ]
}

fn work(subject: &Subject<'_>, kinds: &dyn Fn(ChangeKind) -> &'static str, lang: Lang) -> Table {
    let Review { carried_out, on_time, .. } = &subject.review;
    let seen: BTreeSet<ChangeKind> = carried_out.keys().chain(on_time.keys()).copied().collect();
    let row = |kind: ChangeKind| -> Vec<Cell> {
        let (on, all) = on_time.get(&kind).copied().unwrap_or_default();
        let done = carried_out.get(&kind).copied().unwrap_or(0);
        vec![kinds(kind).into(), done.into(), share(on, all).into()]
    };
    Table {
        title: say(lang, "Việc đã làm trong kỳ", "Work of the period"),
        columns: columns(
            lang,
            &[("Loại việc", "Kind", 44), ("Đã thực hiện", "Carried out", 16), ("Đúng hạn", "On time", 20)],
        ),
        rows: seen.into_iter().map(row).collect(),
    }
}

/// What was done, how much of it on time, whose the accounts are, and how old their passwords.
fn charts(subject: &Subject<'_>, kinds: &dyn Fn(ChangeKind) -> &'static str, lang: Lang) -> Vec<Chart> {
    let Review { carried_out, on_time, .. } = &subject.review;
    let bar = |label: String, value: u64| Bar { label, value, shown: value.to_string() };
    let chart = |id: &str, title, description, bars, most| Chart {
        id: id.to_owned(),
        title,
        description,
        bars,
        most,
        shape: Shape::Lying,
    };
    let claimed = |title: String, fits: &dyn Fn(&Claim) -> bool| {
        bar(title, count(subject, |line| !line.disabled && fits(&line.claim)) as u64)
    };
    let accounts = vec![
        claimed(say(lang, "có người theo danh sách", "with a holder on a roster"), &|claim| {
            matches!(claim, Claim::Matched { .. })
        }),
        claimed(say(lang, "hộp thư đơn vị", "unit mailboxes"), &|claim| *claim == Claim::Unit),
        claimed(say(lang, "tài khoản dịch vụ", "service accounts"), &|claim| *claim == Claim::Service),
        claimed(say(lang, "chưa có danh sách nào nhận", "claimed by no roster"), &|claim| {
            *claim == Claim::Unclaimed
        }),
        claimed(say(lang, "chưa rõ của ai", "ambiguous"), &|claim| *claim == Claim::Ambiguous),
        claimed(say(lang, "không của ai", "nobody's"), &|claim| *claim == Claim::Nobodys),
    ];
    let mut charts = vec![chart(
        "accounts",
        say(lang, "Tài khoản đang mở", "Open accounts"),
        say(lang, "Tài khoản đang mở, đối chiếu với danh sách.", "Open accounts, held against rosters."),
        accounts,
        0,
    )];
    if !carried_out.is_empty() {
        let bars = carried_out.iter().map(|(kind, count)| bar(kinds(*kind).to_owned(), *count)).collect();
        let title = say(lang, "Việc đã thực hiện trong kỳ", "Carried out within the period");
        let text = say(lang, "Số thay đổi đã thực hiện, theo loại việc.", "Changes carried out, by kind.");
        charts.push(chart("work", title, text, bars, 0));
    }
    if !on_time.is_empty() {
        let bars = on_time.iter().map(|(kind, (on, all))| Bar::share(kinds(*kind).to_owned(), *on, *all));
        let title = say(lang, "Tỷ lệ đúng hạn theo loại việc", "The share on time, by kind");
        let text =
            say(lang, "Phần việc đến hạn trong kỳ được làm đúng hạn.", "Of the work due within the period.");
        charts.push(chart("on-time", title, text, bars.collect(), 100));
    }
    let spread = subject.spread.iter();
    let spread = spread.flat_map(|(spread, defaults)| super::spread::charts(spread, *defaults, lang));
    charts.extend(spread.map(|(chart, _)| chart));
    charts
}

fn to_look_at(subject: &Subject<'_>, lang: Lang) -> Table {
    let about = |line: &&Line| -> Option<Vec<Cell>> {
        let what = match line.claim {
            _ if line.disabled => return None,
            Claim::Nobodys => {
                say(lang, "không của ai: khóa hoặc bổ sung vào danh sách", "nobody's: disable or list")
            }
            Claim::Unclaimed => say(lang, "chưa có danh sách nào nhận", "claimed by no roster"),
            Claim::Ambiguous => {
                say(lang, "chưa rõ của ai: trả lời câu hỏi", "ambiguous: answer the question")
            }
            Claim::Matched { .. } | Claim::Unit | Claim::Service => return None,
        };
        Some(vec![line.address.clone().into(), line.name.clone().into(), what.into()])
    };
    Table {
        title: say(lang, "Tài khoản cần xử lý", "Accounts to deal with"),
        columns: columns(
            lang,
            &[("Tài khoản", "Account", 34), ("Họ và tên", "Name", 28), ("Đề nghị", "Proposal", 44)],
        ),
        rows: subject.accounts.iter().filter_map(about).collect(),
    }
}

fn of_the_agency(subject: &Subject<'_>, lang: Lang) -> Table {
    let row = |(number, line): (u64, &&Line)| -> Vec<Cell> {
        let state =
            if line.disabled { say(lang, "đã khóa", "disabled") } else { say(lang, "đang mở", "open") };
        let person = match &line.claim {
            Claim::Matched { person, .. } => person.clone(),
            Claim::Ambiguous | Claim::Unclaimed | Claim::Nobodys => String::new(),
            Claim::Unit => say(lang, "(hộp thư đơn vị)", "(unit mailbox)"),
            Claim::Service => say(lang, "(dịch vụ)", "(service)"),
        };
        let (address, name) = (line.address.clone(), line.name.clone());
        vec![number.into(), address.into(), name.into(), person.into(), state.into(), "".into()]
    };
    Table {
        title: say(lang, "Tài khoản của cơ quan", "Accounts of the agency"),
        columns: columns(
            lang,
            &[
                ("STT", "No.", 6),
                ("Tài khoản", "Account", 34),
                ("Họ tên trong thư mục", "Name in the directory", 26),
                ("Người sử dụng theo danh sách", "Holder by the roster", 26),
                ("Trạng thái", "State", 12),
                ("Ý kiến của cơ quan", "The agency's word", 24),
            ],
        ),
        rows: (1..).zip(&subject.accounts).map(row).collect(),
    }
}

fn minutes(subject: &Subject<'_>, issuer: &str, date: NaiveDate, period: &str, lang: Lang) -> Vec<String> {
    let nobodys = count(subject, |line| line.claim == Claim::Nobodys && !line.disabled);
    let open = count(subject, |line| !line.disabled);
    let contacts =
        if subject.contacts.is_empty() { "……".to_owned() } else { subject.contacts.join(", ") };
    match lang {
        Lang::Vi => vec![
            format!(
                "Hôm nay, ngày {:02} tháng {:02} năm {}, {issuer} và {} cùng rà soát tài khoản {period}.",
                date.day(),
                date.month(),
                date.year(),
                subject.agency
            ),
            format!("Đại diện {}: {contacts}. Chức vụ: ……", subject.agency),
            format!("Đại diện {issuer}: …… Chức vụ: ……"),
            format!(
                "1. Cơ quan có {open} tài khoản đang mở, danh sách kèm theo. Hai bên đã đối chiếu từng tài khoản với danh sách \
                 cán bộ, công chức, viên chức, người lao động hiện có."
            ),
            format!(
                "2. Có {nobodys} tài khoản không có người sử dụng theo danh sách. Cơ quan đề nghị: □ khóa tất cả; □ khóa trừ \
                 các tài khoản ghi ở cột ý kiến; □ khác: ……"
            ),
            "3. Cơ quan xác nhận mật khẩu mặc định đã được đổi, không dùng chung tài khoản, không dùng địa chỉ thư công vụ đăng \
             ký trên các trang không phục vụ công việc."
                .into(),
            "4. Ý kiến khác: …………………………………………………………………………".into(),
            "Biên bản lập thành 02 bản, mỗi bên giữ 01 bản, có giá trị như nhau.".into(),
        ],
        Lang::En => vec![
            format!(
                "On {}, {issuer} and {} reviewed the accounts of the period {period}.",
                shown_day(date),
                subject.agency
            ),
            format!("For {}: {contacts}. Position: ……", subject.agency),
            format!("For {issuer}: …… Position: ……"),
            format!("1. The agency has {open} open accounts, listed here, each held against the people it has now."),
            format!(
                "2. {nobodys} accounts have no holder on a roster. The agency asks: □ disable all; □ disable all but those \
                 named in the last column; □ other: ……"
            ),
            "3. The agency confirms that default passwords have been changed, that no account is shared, and that official \
             addresses are not used to register on sites that do not serve the work."
                .into(),
            "4. Other remarks: …………………………………………………………………………".into(),
            "Made in two copies, one for each side, of equal force.".into(),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::account::Attrs;
    use crate::model::change::{Gate, Reason, Risk};
    use crate::model::ids::{AgencyCode, CaseId, Subject as ChangeSubject, TargetId};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn due(text: &str) -> Change {
        Change {
            target: TargetId::mail(),
            subject: ChangeSubject::new("a"),
            kind: ChangeKind::DisableAccount,
            agency: AgencyCode::parse("snv").unwrap(),
            person: None,
            label: String::new(),
            before: Attrs::new(),
            after: Attrs::new(),
            reason: Reason::LeaverByStatus,
            effective: None,
            due: day(text),
            gate: Gate::One,
            risk: Risk::High,
            document: None,
            case: CaseId::new("c"),
            needs: Vec::new(),
            evidence: Vec::new(),
        }
    }

    #[test]
    fn work_is_on_time_within_its_working_days_and_what_is_not_late_yet_is_left_out() {
        let holidays = BTreeSet::from([day("2026-12-02")]);
        let service = Service { days: 2, holidays: &holidays };
        let change = due("2026-12-01");
        let work = |state, done: Option<&str>| Work {
            change: &change,
            state,
            proposed: day("2026-11-20"),
            done: done.map(day),
        };
        // Due on Tuesday; Wednesday is off; two working days end on Friday the 4th.
        let works = [
            work(State::Applied, Some("2026-12-04")),
            work(State::Applied, Some("2026-12-07")),
            work(State::Proposed, None),
            work(State::Rejected, None),
        ];
        let period = Period::half_year_of(day("2026-12-01"));
        assert_eq!(period, Period { from: day("2026-07-01"), to: day("2026-12-31") });
        let on_the_day = review(&works, period, service, day("2026-12-04"));
        assert_eq!(on_the_day.on_time[&ChangeKind::DisableAccount], (1, 2));
        let later = review(&works, period, service, day("2026-12-05"));
        assert_eq!(later.on_time[&ChangeKind::DisableAccount], (1, 3));
        assert_eq!((later.carried_out[&ChangeKind::DisableAccount], later.waiting), (2, 1));
        let next = review(&works, Period::half_year_of(day("2027-01-01")), service, day("2027-02-01"));
        assert_eq!((next.on_time.len(), next.carried_out.len()), (0, 0));
    }
}
