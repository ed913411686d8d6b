//! Reconciling and planning alone: no reading, no store, no server; against one plain look at all the data.

use crate::province::{AGENCIES, Behind, DOMAIN, Office, SUFFIX, agencies, province};
use crate::report::{Line, Quantity, Report};
use crate::workbooks;
use chrono::{NaiveDate, TimeDelta};
use ring::hmac;
use rosterd::intake::accept::{Source, accept};
use rosterd::model::Time;
use rosterd::model::account::{Account, AccountKind, Attr, Attrs, Snapshot, Values};
use rosterd::model::citizen::MarkKeys;
use rosterd::model::dn::Dn;
use rosterd::model::ids::{AccountId, AgencyCode, PersonId, RosterId, TargetId};
use rosterd::model::person::Person;
use rosterd::model::roster::Roster;
use rosterd::plan::brakes::Limits;
use rosterd::plan::{Counts, Standing, plan};
use rosterd::reconcile::ledger::Ledger;
use rosterd::reconcile::policy::{Layout, Policy};
use rosterd::reconcile::timeline::{Timeline, replaced_before};
use rosterd::reconcile::{Proposals, World, correlate, coverage, fold, reconcile};
use rosterd::roster::{Mapping, understand};
use rosterd::workbook::{Limits as ReaderLimits, decode};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hint::black_box;
use std::time::Instant;

/// What worlds are made from.
struct Data {
    offices: Vec<Office>,
    agencies: rosterd::model::agency::Agencies,
    directory: Snapshot,
    policy: Policy,
    today: NaiveDate,
    now: Time,
}

pub fn measure(report: &mut Report, people: usize) {
    Report::progress("writing and reading the rosters");
    let offices = province(AGENCIES, people, Behind::Little);
    let now: Time = "2026-11-20T01:00:00Z".parse().unwrap();
    let data = Data {
        agencies: agencies(&offices),
        directory: snapshot(&offices, now),
        policy: policy(),
        today: now.date_naive(),
        now,
        offices,
    };
    let mut rosters = rosters(&data, 10);
    let mut lines = Vec::new();
    let none = BTreeMap::new();

    Report::progress("first pass: nobody known");
    let first = stages(&data, "nobody known", &rosters, &none, &mut lines);
    decide(&mut rosters, &first);
    Report::progress("second pass: the same rosters");
    stages(&data, "nothing new", &rosters, &first.people, &mut lines);
    Report::progress("third pass: every roster dropped anew");
    rosters.extend(self::rosters(&data, 1));
    stages(&data, "all dropped anew", &rosters, &first.people, &mut lines);
    report.table("plan", &lines);
}

/// Times reconciling as a whole, its parts where they can be called alone, and planning.
fn stages(
    data: &Data,
    name: &str,
    rosters: &[Roster],
    people: &BTreeMap<PersonId, Person>,
    lines: &mut Vec<Line>,
) -> Proposals {
    let (answers, departures, reserved) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
    let asked = BTreeMap::new();
    let custodians = BTreeMap::new();
    let world = World {
        today: data.today,
        zone: chrono_tz::Asia::Ho_Chi_Minh,
        agencies: &data.agencies,
        rosters,
        people,
        directory: &data.directory,
        systems: &[],
        answers: &answers,
        departures: &departures,
        holds: &BTreeSet::new(),
        locked_by_rule: &BTreeSet::new(),
        reserved: &reserved,
        asked: &asked,
        custodians: &custodians,
        citizen_digits: &BTreeMap::new(),
        policy: &data.policy,
    };
    let (floor, _) = timed(|| plain_look(&world));
    let (whole, proposals) = timed(|| reconcile(&world));
    let mut line = |work: &str, seconds: f64| {
        let line = Line::plain(format!("{name}: {work}"), Quantity::Seconds(seconds));
        lines.push(line.against(Quantity::Seconds(floor)));
    };
    line("reconcile", whole);
    let (took, ledger) = timed(|| Ledger::new(&world));
    line("  ledger", took);
    let (took, verdicts) = timed(|| correlate::judge_all(&world, &ledger, &replaced_before(&world)));
    line("  judge", took);
    let (took, decisions) = timed(|| coverage::decide(&world, &ledger, &verdicts));
    line("  coverage", took);
    let kinds = decisions.iter().map(|one| one.decision.kind).collect();
    let (took, timeline) = timed(|| Timeline::new(&world, kinds));
    line("  timeline", took);
    let (took, correlation) = timed(|| correlate::settle(&world, &ledger, &timeline, verdicts));
    line("  settle", took);
    let (took, standing) = timed(|| fold::fold(&world, &ledger, &correlation, &timeline));
    line("  fold", took);
    black_box(&standing);
    let counts = Counts::of(&data.directory);
    let read = BTreeSet::from([TargetId::mail()]);
    let (took, planned) = timed(|| {
        plan(&proposals.changes, &Standing::default(), &Limits::default(), &counts, &read, world.today)
            .unwrap()
    });
    line("plan", took);
    Report::progress(&format!(
        "{} rosters, {} accounts: {} changes, {} questions, {} people, {} inserted",
        rosters.len(),
        data.directory.accounts.len(),
        proposals.changes.len(),
        proposals.questions.len(),
        proposals.people.len(),
        planned.insert.len()
    ));
    proposals
}

/// What no plan does without: every account found by its address, every row held against its account.
fn plain_look(world: &World<'_>) -> usize {
    let by_mail: HashMap<&str, &Account> = world
        .directory
        .accounts
        .values()
        .filter_map(|account| Some((account.get(Attr::Mail)?, account)))
        .collect();
    let rows = world.rosters.iter().flat_map(|roster| &roster.rows);
    let differs = rows.filter(|row| {
        let account = row.email.as_deref().and_then(|mail| by_mail.get(mail));
        account.is_none_or(|account| {
            account.get(Attr::Title) != row.position.as_deref()
                || account.get(Attr::Phone) != row.phone.as_deref()
                || account.get(Attr::FullName) != Some(row.full_name.as_str())
        })
    });
    black_box(differs.count())
}

fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let done = work();
    (start.elapsed().as_secs_f64(), done)
}

/// What publishing would write of the decisions.
fn decide(rosters: &mut [Roster], proposals: &Proposals) {
    let kinds: BTreeMap<&RosterId, _> =
        proposals.decisions.iter().map(|decision| (&decision.roster, decision.kind)).collect();
    for roster in rosters {
        roster.kind = kinds.get(&roster.id).copied();
    }
}

/// The rosters of all agencies as accepted `days_ago`, through the real decoding and understanding.
fn rosters(data: &Data, days_ago: i64) -> Vec<Roster> {
    let arrived = data.now - TimeDelta::days(days_ago);
    let mapping = Mapping::embedded().unwrap();
    let keys = MarkKeys { hash: hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]), naming: None };
    let read = |office: &Office| {
        let bytes = workbooks::roster(office, arrived.date_naive());
        let book = decode(&bytes, &ReaderLimits::default()).unwrap().book;
        let mut reading = understand(
            &book,
            &mapping,
            &rosterd::roster::About { file_name: "danh-sach.xlsx", agency: None, today: data.today },
        );
        let source = Source {
            id: RosterId::new(format!("{}-{}", arrived.date_naive(), office.code)),
            agency: AgencyCode::parse(&office.code).unwrap(),
            file: "danh-sach.xlsx".into(),
            sha256: format!("{days_ago}-{}", office.code),
            arrived,
            has_pdf: false,
        };
        accept(&mut reading, source, &data.agencies, &keys).expect("the roster is accepted")
    };
    data.offices.iter().map(read).collect()
}

fn policy() -> Policy {
    let layout = Layout { people: Dn::parse(&format!("ou=people,{SUFFIX}")).unwrap(), ..Layout::default() };
    let mut policy = Policy { layout, ..Policy::default() };
    policy.naming.domain = DOMAIN.into();
    policy
}

fn snapshot(offices: &[Office], taken: Time) -> Snapshot {
    let people = offices.iter().flat_map(|office| office.people.iter().map(move |person| (office, person)));
    let accounts = people.zip(0_u64..).filter_map(|((office, person), serial)| {
        let title = person.known_title?;
        // An entryUUID has no order of its own.
        let id = AccountId::new(format!("{:016x}", serial.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        let mail = person.mail();
        let attrs: Attrs = [
            (Attr::Login, person.login.as_str()),
            (Attr::FullName, &person.name),
            (Attr::FamilyName, person.name.split(' ').next().unwrap()),
            (Attr::GivenName, person.name.rsplit(' ').next().unwrap()),
            (Attr::Mail, &mail),
            (Attr::Title, title),
            (Attr::Unit, person.unit),
            (Attr::Agency, &office.code),
            (Attr::Phone, &person.phone),
            (Attr::StaffCode, &person.staff_code),
            (Attr::Disabled, "false"),
        ]
        .map(|(attr, value)| (attr, Values::one(value)))
        .into();
        let dn = Dn::parse(&format!("uid={},ou={},ou=people,{SUFFIX}", person.login, office.code)).unwrap();
        let agency = AgencyCode::parse(&office.code).ok();
        let account = Account {
            id: id.clone(),
            dn,
            attrs,
            agency,
            kind: AccountKind::Person,
            protected: false,
            password: rosterd::model::password::PasswordFacts::default(),
        };
        Some((id, account))
    });
    Snapshot { taken, accounts: accounts.collect() }
}
