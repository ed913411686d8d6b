mod forced;
mod steps;

use super::days::LockHours;
use super::verdict::{Standing, What};
use super::*;
use crate::model::change::Gate;
use crate::model::rotation::{CampaignPlan, CampaignState};
use chrono::NaiveDateTime;
use chrono_tz::Asia::Ho_Chi_Minh;
use std::collections::BTreeSet;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Local time.
fn at(text: &str) -> Time {
    let local: NaiveDateTime = text.parse().unwrap();
    campaign::instant(local, Ho_Chi_Minh)
}

/// One account, and the world around it, moved by hand.
#[expect(clippy::struct_excessive_bools, reason = "each is one switch of the stage")]
struct Stage {
    policy: Policy,
    settings: Settings,
    holidays: BTreeSet<NaiveDate>,
    campaigns: Vec<Campaign>,
    passes: Vec<Time>,
    handed: BTreeMap<(AccountId, String), NaiveDate>,
    leaks: Leaks,
    facts: PasswordFacts,
    disabled: bool,
    protected: bool,
    away: bool,
    released: bool,
    /// What the mail server says of every notice.
    accepts: bool,
    sent: BTreeMap<String, Receipt>,
    memory: BTreeMap<(TargetId, AccountId), Memory>,
    said: Vec<String>,
    standing: Standing,
}

const RULES: &str = "document = '1/QĐ'\ntitle = 'Quy chế'\n[[rule]]\nbasis = 'Điều 1'\n\
                     max_age = { within = '180 ngày', basis = 'Điều 2' }\n\
                     first_password = { within = '15 ngày', basis = 'Điều 3' }\n";

impl Stage {
    fn new() -> Self {
        let settings = "profile = 'x'\nsign_in_at = 'mail.tinh.gov.vn'\nactive_from = '2020-01-01'\n\
                        recipient_domains = ['tinh.gov.vn']\n\
                        department = { name = 'Phòng', mail = 'p@tinh.gov.vn' }\n\
                        chief = { name = 'Ông', mail = 'o@tinh.gov.vn' }\n";
        Self {
            policy: toml::from_str(RULES).unwrap(),
            settings: toml::from_str(settings).unwrap(),
            holidays: BTreeSet::new(),
            campaigns: Vec::new(),
            passes: Vec::new(),
            handed: BTreeMap::new(),
            leaks: Leaks::new(),
            facts: PasswordFacts {
                changed: Some(at("2025-09-10T09:00:00")),
                created: Some(at("2017-01-01T09:00:00")),
                last_login: Some(at("2026-01-01T09:00:00")),
                ..PasswordFacts::default()
            },
            disabled: false,
            protected: false,
            away: false,
            released: false,
            accepts: true,
            sent: BTreeMap::new(),
            memory: BTreeMap::new(),
            said: Vec::new(),
            standing: Standing::Fresh,
        }
    }

    /// A pass; what is locked is locked at once where the hour allows it.
    fn pass(&mut self, now: Time) {
        let (id, target) = (AccountId::new("a1"), TargetId::mail());
        let agency = AgencyCode::parse("snv").unwrap();
        let agencies = Agencies::new();
        let days = Days { zone: Ho_Chi_Minh, holidays: &self.holidays, lock_hours: LockHours::default() };
        let receipts = self.sent.clone();
        let world = World {
            now,
            days,
            policy: &self.policy,
            settings: &self.settings,
            agencies: &agencies,
            campaigns: &self.campaigns,
            receipts: &receipts,
            handed: &self.handed,
            leaks: &self.leaks,
            resumed: resumed(&self.passes, now),
            mail_released: self.released,
        };
        let subject = Subject {
            target: &target,
            id: &id,
            agency: &agency,
            person: None,
            holder: Holder::Person,
            name: "Nguyễn Văn An",
            mail: Some("annv@tinh.gov.vn"),
            login: Some("annv"),
            disabled: self.disabled,
            protected: self.protected,
            lockable: !self.protected,
            away: self.away,
            facts: self.facts,
        };
        // Another account that signs in: the server tells of sign-ins.
        let other_id = AccountId::new("b2");
        let mut other = Subject { id: &other_id, ..subject };
        other.facts.changed = Some(now);
        other.facts.last_login = Some(now);
        let evaluation = evaluate(&world, &[subject, other], &self.memory);
        let verdict = &evaluation.verdicts[0];
        let today = days.date(now);
        for issue in &verdict.issues {
            self.said.push(format!("{today} {} {}", issue.to.as_str(), issue.step));
            assert!(!self.sent.contains_key(&issue.key), "{} a second time", issue.key);
            let receipt = if self.accepts { Receipt::Accepted(now) } else { Receipt::Failed };
            self.sent.insert(issue.key.clone(), receipt);
        }
        let (mut lock, mut force, locking) = (false, false, days.may_lock(now));
        for act in &verdict.acts {
            match act.what {
                What::Lock if locking => {
                    self.said.push(format!("{today} LOCK {}", act.gate));
                    lock = true;
                }
                What::Lock | What::Close => {}
                What::ForceChange => {
                    assert_eq!(act.gate, Gate::None);
                    self.said.push(format!("{today} FORCE"));
                    force = true;
                }
                What::Delete => {
                    assert_eq!(act.gate, Gate::Two);
                    self.said.push(format!("{today} DELETE"));
                }
            }
        }
        self.standing = verdict.standing;
        let memory = verdict.memory.clone();
        self.disabled |= lock;
        self.facts.must_change |= force;
        self.memory.insert((TargetId::mail(), AccountId::new("a1")), memory);
        self.passes.push(now);
    }

    /// A pass at nine on every day from `from` to `until`.
    fn days(&mut self, from: &str, until: &str) -> &mut Self {
        let mut day = date(from);
        while day <= date(until) {
            self.pass(at(&format!("{day}T09:00:00")));
            day = day.succ_opt().unwrap();
        }
        self
    }

    fn said(&mut self) -> Vec<String> {
        std::mem::take(&mut self.said)
    }
}

/// 180 days after 10 September 2025 is 9 March 2026, a Monday.
const LADDER: [&str; 6] = [
    "2026-02-23 holder nhac-1",
    "2026-03-02 holder nhac-2",
    "2026-03-06 holder nhac-3",
    "2026-03-12 contact dau-moi",
    "2026-03-16 department so",
    "2026-03-23 LOCK none",
];

#[test]
fn the_ladder_is_climbed_once_and_ends_with_a_lock() {
    let mut stage = Stage::new();
    stage.days("2026-01-05", "2026-04-30");
    assert_eq!(stage.said(), LADDER);
    assert_eq!(stage.standing, Standing::Locked);
}

#[test]
fn nothing_follows_the_holder_s_own_change() {
    let mut stage = Stage::new();
    stage.days("2026-01-05", "2026-03-20");
    stage.facts.changed = Some(at("2026-03-20T15:00:00"));
    stage.days("2026-03-21", "2026-04-30");
    assert_eq!(stage.said(), LADDER[..5]);
    assert_eq!(stage.standing, Standing::Fresh);
}

#[test]
fn a_reset_is_no_rotation() {
    let mut stage = Stage::new();
    stage.days("2026-01-05", "2026-03-20");
    stage.said();
    stage.facts =
        PasswordFacts { changed: Some(at("2026-03-20T15:00:00")), must_change: true, ..stage.facts };
    stage.days("2026-03-21", "2026-05-30");
    let said = stage.said();
    assert!(
        said.iter().any(|line| line.contains("LOCK")),
        "a first password has a term of its own: {said:?}"
    );
    assert!(said[0].contains("holder"), "{said:?}");
}

#[test]
fn nobody_is_locked_whose_warnings_were_not_accepted() {
    let mut stage = Stage::new();
    stage.accepts = false;
    stage.days("2026-01-05", "2026-04-01");
    assert!(stage.said().iter().all(|line| !line.contains("LOCK")));
    assert_eq!(stage.standing, Standing::Unreachable);
    // The printed list is handed over; five working days and one approval later the account is locked.
    let cycle = stage.memory[&(TargetId::mail(), AccountId::new("a1"))].runs.keys().next().unwrap().clone();
    stage.handed.insert((AccountId::new("a1"), cycle), date("2026-04-01"));
    stage.days("2026-04-02", "2026-04-30");
    assert_eq!(stage.said(), ["2026-04-08 LOCK one"]);
}

#[test]
fn a_mailbox_nobody_ever_opened_counts_as_unwarned() {
    let mut stage = Stage::new();
    stage.facts.last_login = None;
    stage.days("2026-01-05", "2026-04-01");
    assert_eq!(stage.standing, Standing::Unreachable);
}

#[test]
fn a_warning_that_may_still_come_back_holds_the_lock() {
    let mut stage = Stage::new();
    stage.days("2026-01-05", "2026-03-22");
    stage.said();
    for receipt in stage.sent.values_mut() {
        *receipt = Receipt::Waiting;
    }
    stage.days("2026-03-23", "2026-03-25");
    assert_eq!(stage.said(), Vec::<String>::new());
    assert_eq!(stage.standing, Standing::Overdue);
}

#[test]
fn an_exempt_account_is_left_alone_until_its_day() {
    let mut stage = Stage::new();
    stage.settings.exemptions =
        vec![toml::from_str("account = 'annv'\nuntil = '2026-05-31'\nreason = 'Công văn 7'").unwrap()];
    stage.days("2026-01-05", "2026-05-31");
    assert_eq!(stage.said(), Vec::<String>::new());
    assert_eq!(stage.standing, Standing::Exempt);
    stage.days("2026-06-01", "2026-07-30");
    let said = stage.said();
    assert_eq!(said.first().unwrap(), "2026-06-01 holder nhac-1");
    assert_eq!(said.last().unwrap(), "2026-06-29 LOCK none");
}

#[test]
fn the_ladder_pauses_while_the_holder_is_away() {
    let mut stage = Stage::new();
    stage.days("2026-01-05", "2026-03-10");
    stage.said();
    stage.away = true;
    stage.days("2026-03-11", "2026-06-30");
    assert_eq!(stage.said(), Vec::<String>::new());
    assert_eq!(stage.standing, Standing::Away);
    stage.away = false;
    stage.days("2026-07-01", "2026-08-30");
    assert_eq!(
        stage.said(),
        ["2026-07-07 contact dau-moi", "2026-07-13 department so", "2026-07-20 LOCK none"],
        "with the distances the steps have"
    );
}

#[test]
fn a_protected_account_is_reported_and_never_locked() {
    let mut stage = Stage::new();
    stage.protected = true;
    stage.days("2026-01-05", "2026-04-30");
    assert_eq!(stage.said(), LADDER[..5]);
    assert_eq!(stage.standing, Standing::Overdue);
}

#[test]
fn an_unknown_age_is_neither_old_nor_new() {
    let mut stage = Stage::new();
    stage.facts.changed = None;
    stage.days("2026-01-05", "2026-04-30");
    assert_eq!(stage.said(), Vec::<String>::new());
    assert_eq!(stage.standing, Standing::Unknown);
}

#[test]
fn who_is_overdue_on_the_activation_day_starts_at_the_first_step() {
    let mut stage = Stage::new();
    stage.settings.active_from = Some(date("2026-06-01"));
    stage.days("2026-05-01", "2026-05-31");
    assert_eq!((stage.said(), stage.standing), (Vec::new(), Standing::Inactive));
    stage.days("2026-06-01", "2026-07-30");
    let said = stage.said();
    assert_eq!(said.first().unwrap(), "2026-06-01 holder nhac-1");
    assert_eq!(said.last().unwrap(), "2026-06-29 LOCK none");
}

#[test]
fn nobody_is_locked_at_night_or_on_a_day_nobody_works() {
    let mut stage = Stage::new();
    stage.holidays = date("2026-03-23").iter_days().take(3).collect();
    stage.days("2026-01-05", "2026-03-25");
    stage.pass(at("2026-03-26T07:00:00"));
    stage.pass(at("2026-03-26T11:00:00"));
    assert!(stage.said().iter().all(|line| !line.contains("LOCK")));
    stage.pass(at("2026-03-27T08:00:00"));
    assert_eq!(stage.said(), ["2026-03-27 LOCK none"]);
}

#[test]
fn a_clock_that_jumps_locks_nobody_early_and_repeats_nothing() {
    let mut stage = Stage::new();
    // All reminders have gone out; the lock is a week away.
    stage.days("2026-01-05", "2026-03-16");
    stage.said();
    for jump in ["2026-03-16T10:00:00", "2026-04-25T09:00:00", "2026-04-25T10:00:00"] {
        stage.pass(at(jump));
    }
    // Back over midnight, and on.
    stage.days("2026-03-15", "2026-03-22");
    assert_eq!(stage.said(), Vec::<String>::new());
    stage.days("2026-03-23", "2026-03-24");
    assert_eq!(stage.said(), ["2026-03-23 LOCK none"], "on its day, not before");
}

#[test]
fn a_worker_that_stood_still_locks_nobody_before_people_can_see_it_runs() {
    let mut stage = Stage::new();
    stage.days("2026-01-05", "2026-03-17");
    stage.said();
    stage.days("2026-05-04", "2026-05-20");
    assert_eq!(stage.said(), ["2026-05-07 LOCK none"], "the third working day after it began again");
}

#[test]
fn an_unlocked_account_starts_again_at_the_first_step() {
    let mut stage = Stage::new();
    stage.policy.rules[0].first_password = None;
    stage.days("2026-01-05", "2026-03-30");
    stage.said();
    stage.disabled = false;
    stage.facts =
        PasswordFacts { changed: Some(at("2026-03-30T15:00:00")), must_change: true, ..stage.facts };
    stage.days("2026-03-31", "2026-05-30");
    let said = stage.said();
    assert_eq!(said.first().unwrap(), "2026-03-31 holder nhac-1");
    assert_eq!(said.last().unwrap(), "2026-05-01 LOCK none");
}

fn gia_lai() -> Campaign {
    let plan: CampaignPlan = toml::from_str(
        "name = 'gia-lai-2020'\ndocument = '01/TTCNTT&TT-NV'\ndecided_by = 'Trung tâm'\nbasis = 'b'\n\
         contact = { name = 'A', phone = '0', mail = 'a@x.vn' }\n\
         opens = '2020-01-09T07:00:00'\ncloses = '2020-01-15T17:00:00'\ndelete_after_days = 15",
    )
    .unwrap();
    Campaign { plan, state: CampaignState::Running, started_by: Vec::new(), since: at("2020-01-08T09:00:00") }
}

fn in_gia_lai() -> Stage {
    let mut stage = Stage::new();
    stage.campaigns = vec![gia_lai()];
    stage.facts.changed = Some(at("2019-12-01T09:00:00"));
    stage.facts.last_login = Some(at("2020-01-02T09:00:00"));
    stage.holidays = date("2020-01-23").iter_days().take(7).collect();
    stage
}

/// A pass every hour from six to eighteen.
fn hours(stage: &mut Stage, from: &str, until: &str) {
    let mut day = date(from);
    while day <= date(until) {
        (6..=18).for_each(|hour| stage.pass(at(&format!("{day}T{hour:02}:00:00"))));
        day = day.succ_opt().unwrap();
    }
}

#[test]
fn a_campaign_has_its_own_steps_and_tet_pauses_the_delete() {
    let mut stage = in_gia_lai();
    hours(&mut stage, "2020-01-08", "2020-02-07");
    let said = stage.said();
    assert_eq!(
        said[..7],
        [
            "2020-01-09 holder mo-dot",
            "2020-01-13 holder ngay-thu-ba",
            "2020-01-13 contact ngay-thu-ba-don-vi",
            "2020-01-15 holder sang-cuoi",
            "2020-01-15 contact sang-cuoi-don-vi",
            "2020-01-15 holder hai-gio-cuoi",
            "2020-01-16 LOCK none",
        ]
    );
    assert!(said[7..].iter().all(|line| line == "2020-02-07 DELETE"), "{said:?}");
    assert!(!said[7..].is_empty());
}

#[test]
fn a_campaign_includes_unknown_ages_and_only_a_change_after_its_opening_clears() {
    let mut stage = in_gia_lai();
    stage.facts.changed = None;
    hours(&mut stage, "2020-01-08", "2020-01-14");
    assert_eq!(stage.said().len(), 3);
    stage.facts.changed = Some(at("2020-01-14T15:00:00"));
    hours(&mut stage, "2020-01-15", "2020-02-10");
    assert_eq!(stage.said(), Vec::<String>::new());
    assert!(!stage.disabled);
}

#[test]
fn an_account_unlocked_after_a_campaign_is_no_longer_the_campaign_s() {
    let mut stage = in_gia_lai();
    hours(&mut stage, "2020-01-08", "2020-01-20");
    assert!(stage.disabled);
    stage.said();
    stage.disabled = false;
    stage.facts =
        PasswordFacts { changed: Some(at("2020-01-20T15:00:00")), must_change: true, ..stage.facts };
    hours(&mut stage, "2020-01-21", "2020-02-02");
    assert!(
        stage.said().iter().all(|line| line.contains("holder nhac-")),
        "the rule on first passwords takes over"
    );
}

#[test]
fn a_campaign_mail_is_not_repeated_when_the_clock_jumps() {
    let mut stage = in_gia_lai();
    hours(&mut stage, "2020-01-08", "2020-01-13");
    stage.said();
    stage.pass(at("2020-02-22T09:00:00"));
    assert!(!stage.disabled, "no lock straight after a silence");
    let ahead = stage.said();
    hours(&mut stage, "2020-01-14", "2020-01-15");
    let after = stage.said();
    assert!(ahead.iter().all(|line| !after.contains(line)), "{ahead:?} {after:?}");
}

#[test]
fn terms_that_end_together_are_spread_and_never_longer() {
    let mut stage = Stage::new();
    stage.days("2026-01-05", "2026-02-22");
    assert_eq!(stage.said(), Vec::<String>::new(), "without cohorts the first step is on 23 February");
    let mut stage = Stage::new();
    stage.policy.cohort_days = 40;
    stage.days("2026-01-05", "2026-03-23");
    let first = stage.said().first().unwrap().clone();
    assert!(first.as_str() < "2026-02-23", "earlier, by the account's own share of forty days: {first}");
}

#[test]
fn an_unused_account_is_told_to_its_unit_and_locked_with_an_approval() {
    let mut stage = Stage::new();
    stage.policy = toml::from_str(
        "document = '1/QĐ'\ntitle = 'Quy chế'\n[[rule]]\nbasis = 'Điều 1'\n\
         [[rule.dormancy]]\nafter = '45 ngày'\nthen = 'lock'\nbasis = 'Điều 9'\n\
         [[rule.dormancy]]\nafter = '75 ngày'\nthen = 'delete'\nbasis = 'Điều 9'\n",
    )
    .unwrap();
    stage.policy.check().unwrap();
    stage.days("2026-01-05", "2026-03-16");
    // The last sign-in was on 1 January: 45 days later is Sunday 15 February.
    assert_eq!(
        stage.said(),
        ["2026-02-06 contact khong-su-dung", "2026-02-16 LOCK one"],
        "the unit a week before, then the lock"
    );
    stage.days("2026-03-17", "2026-03-17");
    assert_eq!(stage.said(), ["2026-03-17 DELETE"]);
}
