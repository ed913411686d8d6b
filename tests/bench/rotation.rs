//! Holding accounts against the rules on passwords alone: no reading, no store, no server.

use crate::report::{Line, Quantity, Report, Target};
use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Asia::Ho_Chi_Minh;
use rosterd::config::holidays::national;
use rosterd::config::profile::Profile;
use rosterd::model::Time;
use rosterd::model::agency::Agencies;
use rosterd::model::ids::{AccountId, AgencyCode, TargetId};
use rosterd::model::password::PasswordFacts;
use rosterd::model::rotation::Memory;
use rosterd::rotation::days::{Days, LockHours};
use rosterd::rotation::figures::Figures;
use rosterd::rotation::policy::Holder;
use rosterd::rotation::settings::Settings;
use rosterd::rotation::{Subject, World, evaluate};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

/// The target is for this many accounts.
const ACCOUNTS: f64 = 100_000.0;

pub fn measure(report: &mut Report, people: usize) {
    let now: Time = "2026-11-20T02:00:00Z".parse().unwrap();
    let policy = Profile::load("nghe-an-2025").unwrap().rotation().unwrap();
    let settings: Settings = toml::from_str(
        "profile = 'nghe-an-2025'\nsign_in_at = 'mail.tinh.gov.vn'\nactive_from = '2026-01-05'\n\
         recipient_domains = ['tinh.gov.vn']\nreminders_per_pass = 1000000\n\
         department = { name = 'Phòng', mail = 'p@tinh.gov.vn' }\nchief = { name = 'Ông', mail = 'o@tinh.gov.vn' }",
    )
    .unwrap();
    let holidays = national().unwrap();
    let target = TargetId::mail();
    let agencies: Vec<AgencyCode> = (0..500).map(|n| AgencyCode::parse(&format!("cq{n}")).unwrap()).collect();
    let ids: Vec<AccountId> = (0..people).map(|n| AccountId::new(format!("{n:032x}"))).collect();
    let mails: Vec<String> = (0..people).map(|n| format!("nguoi{n}@tinh.gov.vn")).collect();
    let facts = |n: usize| PasswordFacts {
        // Ages from 0 to 200 days: every rung of the ladder has its people.
        changed: Some(now - TimeDelta::days(i64::try_from(n % 200).unwrap())),
        created: Some(now - TimeDelta::days(3_000)),
        last_login: Some(now - TimeDelta::days(i64::try_from(n % 30).unwrap())),
        ..PasswordFacts::default()
    };
    let subjects: Vec<Subject<'_>> = (0..people)
        .map(|n| Subject {
            target: &target,
            id: &ids[n],
            agency: &agencies[n % agencies.len()],
            person: None,
            holder: Holder::Person,
            name: "Nguyễn Văn An",
            mail: Some(&mails[n]),
            login: None,
            disabled: false,
            protected: false,
            lockable: true,
            away: false,
            facts: facts(n),
        })
        .collect();
    let (receipts, handed) = (BTreeMap::new(), BTreeMap::new());
    let none = Agencies::new();
    let leaks = rosterd::model::leak::Leaks::new();
    let world = World {
        now,
        days: Days { zone: Ho_Chi_Minh, holidays: &holidays, lock_hours: LockHours::default() },
        policy: &policy,
        settings: &settings,
        agencies: &none,
        campaigns: &[],
        receipts: &receipts,
        handed: &handed,
        leaks: &leaks,
        resumed: None,
        mail_released: true,
    };
    let mut memories: BTreeMap<(TargetId, AccountId), Memory> = BTreeMap::new();
    let mut lines = Vec::new();
    for round in ["first", "second, everything remembered"] {
        let began = Instant::now();
        let evaluation = evaluate(&world, &subjects, &memories);
        let counted =
            Figures::of(&evaluation.verdicts, NaiveDate::default(), |at| at.date_naive(), Some(180)).status();
        let took = began.elapsed().as_secs_f64();
        black_box(&counted);
        assert_eq!(counted.total.sum(), people as u64);
        let remembered = evaluation.verdicts.into_iter();
        memories = remembered.map(|one| ((target.clone(), one.subject.id.clone()), one.memory)).collect();
        let target = Target::AtMost(people as f64 / ACCOUNTS);
        lines
            .push(Line::plain(format!("{people} accounts, {round}"), Quantity::Seconds(took)).target(target));
    }
    report.table("Rotation", &lines);
}
