//! The rotation report: where accounts stand to the rules on passwords, by system and agency, with the lists that somebody
//! has to act on and the standing of the campaigns.

use super::chart::{Bar, Chart, Shape};
use super::{Cell, Report, Table, columns, progress, say, share, shown_day};
use crate::model::Lang;
use crate::model::agency::{Agencies, name_of};
use crate::model::ids::{AgencyCode, TargetId};
use crate::rotation::figures::Spread;
use crate::rotation::status::{Ahead, Line, Progress, Status};
use crate::rotation::verdict::{Cause, Standing};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// What is to be said.
pub struct Rotation<'a> {
    /// How many stand where; of what is to come, in all.
    pub status: &'a Status,
    /// Who.
    pub lines: &'a [Line],
    /// The ages and the use of the mail accounts of the agencies to show.
    pub spread: &'a Spread,
    /// Of the same accounts, those with a known default password.
    pub default_passwords: u64,
    /// The running campaigns.
    pub campaigns: &'a [Running],
    /// The agencies to show; none means all.
    pub only: &'a BTreeSet<AgencyCode>,
    /// All agencies.
    pub agencies: &'a Agencies,
    /// What systems are called.
    pub systems: &'a BTreeMap<TargetId, String>,
    /// The rules, by the document that lays them down.
    pub rules: &'a str,
    /// Systems that could not be read.
    pub unread: &'a [String],
    /// A standing as people call it.
    pub words: fn(Standing, Lang) -> &'static str,
}

/// A campaign that runs.
pub struct Running {
    /// Its name.
    pub name: String,
    /// The day it opened.
    pub opened: NaiveDate,
    /// The day it ends.
    pub closes: NaiveDate,
    /// How far it has come, by agency, the furthest first.
    pub rows: Vec<(AgencyCode, Progress)>,
}

/// Lays it out.
pub fn report(rotation: &Rotation<'_>, issuer: &str, date: NaiveDate, lang: Lang) -> Report {
    let lines: Vec<&Line> = rotation.lines.iter().filter(|line| rotation.shows(&line.agency)).collect();
    let is = |standings: &'static [Standing]| move |line: &Line| standings.contains(&line.standing);
    let mut tables = vec![by_standing(rotation, &lines, lang), by_agency(rotation, &lines, lang)];
    tables.extend(rotation.campaigns.iter().map(|one| campaign(rotation, one, lang)));
    tables.extend([
        list(
            say(lang, "Quá hạn đổi mật khẩu", "Overdue"),
            rotation,
            &lines,
            is(&[Standing::Overdue, Standing::Unreachable]),
            lang,
        ),
        list(
            say(lang, "Đã khóa theo quy định", "Locked by rule"),
            rotation,
            &lines,
            is(&[Standing::Locked]),
            lang,
        ),
        list(
            say(lang, "Không rõ tuổi mật khẩu", "Age of the password unknown"),
            rotation,
            &lines,
            is(&[Standing::Unknown]),
            lang,
        ),
        list(
            say(lang, "Lâu không sử dụng hoặc hộp thư gần đầy", "Not used for long, or nearly full"),
            rotation,
            &lines,
            |line| line.idle_days.is_some() || line.nearly_full,
            lang,
        ),
    ]);
    Report {
        lang,
        issuer: issuer.to_owned(),
        title: say(lang, "Báo cáo thực hiện quy định đổi mật khẩu", "Report on the rotation of passwords"),
        subtitle: say(lang, "Tính đến ngày ", "As of ") + &shown_day(date),
        date,
        facts: facts(rotation, &lines, lang),
        charts: charts(rotation, &lines, date, lang),
        tables,
        minutes: Vec::new(),
        signatures: vec![
            say(lang, "Người lập báo cáo", "Prepared by"),
            say(lang, "Thủ trưởng đơn vị", "Head of the unit"),
        ],
    }
}

impl Rotation<'_> {
    fn shows(&self, agency: &AgencyCode) -> bool {
        self.only.is_empty() || self.only.contains(agency)
    }

    fn agency(&self, code: &AgencyCode) -> String {
        name_of(self.agencies, code)
    }

    fn system(&self, target: &TargetId) -> String {
        self.systems.get(target).cloned().unwrap_or_else(|| target.to_string())
    }
}

fn facts(rotation: &Rotation<'_>, lines: &[&Line], lang: Lang) -> Vec<(String, String)> {
    let count = |fits: &dyn Fn(&Line) -> bool| lines.iter().filter(|line| fits(line)).count() as u64;
    let aged = |line: &Line| {
        !matches!(
            line.standing,
            Standing::Disabled | Standing::Inactive | Standing::NoRule | Standing::Exempt
        )
    };
    let in_order = |line: &Line| matches!(line.standing, Standing::Fresh | Standing::Warned);
    let mut facts = vec![
        (say(lang, "Căn cứ", "Basis"), rotation.rules.to_owned()),
        (say(lang, "Số tài khoản", "Accounts"), lines.len().to_string()),
        (
            say(lang, "Còn hạn, trên số tài khoản thuộc diện áp dụng", "In order, of those the rules bind"),
            share(count(&in_order), count(&aged)),
        ),
    ];
    if rotation.only.is_empty() {
        for (days, ahead) in [(7, rotation.status.next_7_days), (30, rotation.status.next_30_days)] {
            let Ahead { reminders, contacts, department, forced, locks } = ahead;
            let vi = format!(
                "{reminders} thư nhắc, {contacts} lượt báo đơn vị, {department} lượt báo Sở, {forced} lượt buộc đổi, {locks} tài khoản bị khóa"
            );
            let en = format!(
                "{reminders} reminders, {contacts} to units, {department} to the department, {forced} forced changes, {locks} locks"
            );
            facts.push((
                say(lang, &format!("Trong {days} ngày tới"), &format!("Next {days} days")),
                say(lang, &vi, &en),
            ));
        }
    }
    if !rotation.unread.is_empty() {
        let name = say(lang, "Hệ thống không đọc được, chưa có trong báo cáo", "Systems not read, left out");
        facts.push((name, rotation.unread.join("; ")));
    }
    facts
}

/// Accounts by standing, a column a system.
fn by_standing(rotation: &Rotation<'_>, lines: &[&Line], lang: Lang) -> Table {
    let systems: BTreeSet<&TargetId> = lines.iter().map(|line| &line.system).collect();
    let mut columns = columns(lang, &[("Tình trạng", "Standing", 44)]);
    columns.extend(systems.iter().map(|system| (rotation.system(system), 16)));
    columns.push((say(lang, "Cộng", "All"), 10));
    let row = |title: String, fits: &dyn Fn(&Line) -> bool| {
        let of = |system: Option<&TargetId>| {
            let counts = |line: &&&Line| fits(line) && system.is_none_or(|system| line.system == *system);
            Cell::Number(lines.iter().filter(counts).count() as u64)
        };
        let counts = systems.iter().map(|system| of(Some(system))).chain([of(None)]);
        std::iter::once(Cell::Text(title)).chain(counts).collect::<Vec<_>>()
    };
    let there = Standing::ALL.iter().filter(|standing| lines.iter().any(|line| line.standing == **standing));
    let mut rows: Vec<_> = there
        .map(|standing| row((rotation.words)(*standing, lang).to_owned(), &|line| line.standing == *standing))
        .collect();
    rows.push(row(say(lang, "Cộng", "All"), &|_| true));
    Table { title: say(lang, "Theo tình trạng và hệ thống", "By standing and system"), columns, rows }
}

fn by_agency(rotation: &Rotation<'_>, lines: &[&Line], lang: Lang) -> Table {
    let mut by: BTreeMap<&AgencyCode, Vec<&Line>> = BTreeMap::new();
    for line in lines {
        by.entry(&line.agency).or_default().push(line);
    }
    let row = |(code, lines): (&&AgencyCode, &Vec<&Line>)| {
        let of = |standings: &[Standing]| {
            Cell::Number(lines.iter().filter(|line| standings.contains(&line.standing)).count() as u64)
        };
        vec![
            rotation.agency(code).into(),
            (lines.len() as u64).into(),
            of(&[Standing::Fresh]),
            of(&[Standing::Warned]),
            of(&[Standing::Overdue]),
            of(&[Standing::Unreachable]),
            of(&[Standing::Locked]),
            of(&[Standing::Unknown]),
            of(&[Standing::Exempt, Standing::Away, Standing::Disabled, Standing::Inactive, Standing::NoRule]),
        ]
    };
    Table {
        title: say(lang, "Theo cơ quan", "By agency"),
        columns: columns(
            lang,
            &[
                ("Cơ quan", "Agency", 34),
                ("Tài khoản", "Accounts", 11),
                ("Còn hạn", "Fresh", 10),
                ("Đã nhắc", "Reminded", 10),
                ("Quá hạn", "Overdue", 10),
                ("Không nhận được thư nhắc", "Unreached", 14),
                ("Đã khóa", "Locked", 10),
                ("Không rõ", "Unknown", 10),
                ("Không thuộc diện, tạm dừng", "Aside", 14),
            ],
        ),
        rows: by.iter().map(row).collect(),
    }
}

/// Where accounts stand, how old their passwords are, how far the campaigns have come.
fn charts(rotation: &Rotation<'_>, lines: &[&Line], date: NaiveDate, lang: Lang) -> Vec<Chart> {
    let bar = |standing: &Standing| {
        let value = lines.iter().filter(|line| line.standing == *standing).count() as u64;
        Bar { label: (rotation.words)(*standing, lang).to_owned(), value, shown: value.to_string() }
    };
    let mut charts = vec![Chart {
        id: "standing".into(),
        title: say(lang, "Tài khoản theo tình trạng", "Accounts by standing"),
        description: say(lang, "Mọi hệ thống có quy định.", "Of every system that the rules bind."),
        bars: Standing::ALL.iter().map(bar).filter(|bar| bar.value > 0).collect(),
        most: 0,
        shape: Shape::Lying,
    }];
    let spread = super::spread::charts(rotation.spread, rotation.default_passwords, lang);
    charts.extend(spread.into_iter().map(|(chart, _)| chart));
    for Running { name, opened, closes, rows } in rotation.campaigns {
        let rows: Vec<_> = rows.iter().filter(|(code, _)| rotation.shows(code)).collect();
        if rows.is_empty() {
            continue;
        }
        let named = |chart: Chart| Chart {
            id: format!("{}-{name}", chart.id),
            title: format!("{}: {name}", chart.title),
            ..chart
        };
        let whole = progress::sum(rows.iter().map(|(_, row)| row));
        charts.push(named(progress::by_day(&whole, *opened, date.min(*closes), lang)));
        let agencies = rows.iter().map(|(code, row)| (rotation.agency(code), row));
        charts.push(named(progress::by_agency(agencies, lang)));
    }
    charts
}

fn campaign(rotation: &Rotation<'_>, Running { name, rows, .. }: &Running, lang: Lang) -> Table {
    let shown = rows.iter().filter(|(code, _)| rotation.shows(code));
    Table {
        title: say(lang, "Đợt ", "Campaign ") + name,
        columns: columns(
            lang,
            &[
                ("Cơ quan", "Agency", 34),
                ("Tài khoản", "Accounts", 11),
                ("Đã khóa", "Locked", 10),
                ("Đã đổi mật khẩu", "Changed", 20),
            ],
        ),
        rows: shown
            .map(|(code, row)| {
                let Progress { accounts, changed, locked, days: _ } = row;
                let share = share(*changed, *accounts).into();
                vec![rotation.agency(code).into(), (*accounts).into(), (*locked).into(), share]
            })
            .collect(),
    }
}

/// Accounts that somebody has to act on.
fn list(
    title: String,
    rotation: &Rotation<'_>,
    lines: &[&Line],
    fits: impl Fn(&Line) -> bool,
    lang: Lang,
) -> Table {
    let note = |line: &Line| {
        let idle = line.idle_days.map(|days| {
            let never = if line.never_used {
                say(lang, ", chưa sử dụng lần nào", ", never used")
            } else {
                String::new()
            };
            say(lang, &format!("{days} ngày không sử dụng"), &format!("not used for {days} days")) + &never
        });
        let full = line.nearly_full.then(|| say(lang, "hộp thư gần đầy", "mailbox nearly full"));
        let cause = line.cause.map(|cause| cause_words(cause, lang).to_owned());
        [cause, idle, full].into_iter().flatten().collect::<Vec<_>>().join("; ")
    };
    let row = |(number, line): (u64, &&&Line)| {
        vec![
            number.into(),
            rotation.agency(&line.agency).into(),
            rotation.system(&line.system).into(),
            line.account.clone().into(),
            line.name.clone().into(),
            (rotation.words)(line.standing, lang).into(),
            line.deadline.into(),
            line.lock_on.into(),
            note(line).into(),
        ]
    };
    let listed: Vec<&&Line> = lines.iter().filter(|line| fits(line)).collect();
    Table {
        title,
        columns: columns(
            lang,
            &[
                ("STT", "No.", 6),
                ("Cơ quan", "Agency", 26),
                ("Hệ thống", "System", 14),
                ("Tài khoản", "Account", 28),
                ("Họ và tên", "Name", 22),
                ("Tình trạng", "Standing", 22),
                ("Hạn đổi", "Deadline", 12),
                ("Ngày khóa dự kiến", "Lock", 12),
                ("Ghi chú", "Note", 24),
            ],
        ),
        rows: (1..).zip(&listed).map(row).collect(),
    }
}

/// Why a change of a password is asked for.
pub fn cause_words(cause: Cause, lang: Lang) -> &'static str {
    let (vi, en) = match cause {
        Cause::MaxAge => ("mật khẩu đến hạn", "age of the password"),
        Cause::FirstPassword => ("mật khẩu cấp lần đầu", "first password"),
        Cause::Campaign => ("đợt đổi mật khẩu", "campaign"),
        Cause::Idle => ("lâu không sử dụng", "not used"),
        Cause::Leak => ("lộ mật khẩu", "leak"),
        Cause::Quota => ("hộp thư gần đầy", "mailbox nearly full"),
        Cause::DefaultPassword => ("mật khẩu mặc định", "default password"),
    };
    if lang == Lang::Vi { vi } else { en }
}
