//! Small provinces as they are: people with one true history each, of which directories and rosters hold a part. What
//! the rules promise holds in ten thousand of them; `properties` has the worlds in which sources contradict each other.

use crate::model::account::Account;
use crate::model::brake::BrakeKind;
use crate::model::change::{Change, ChangeKind, State};
use crate::model::ids::{AccountId, ChangeKey, TargetId};
use crate::model::question::QuestionKind;
use crate::model::record::Status;
use crate::plan::brakes::Limits;
use crate::plan::{Counts, Standing, plan};
use crate::reconcile::Proposals;
use crate::reconcile::testing::build::{self, Line, entry, line};
use crate::reconcile::testing::{Province, TTHC, day, lines, mail};
use chrono::Days;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use std::collections::{BTreeMap, BTreeSet};

/// Worlds in all; each test draws its own part of them.
const WORLDS: u32 = 10_000;
/// Tests that share the worlds, so that they run beside each other.
const PARTS: u32 = 4;
/// Another one is given in `ROSTERD_SEED`.
const SEED: u64 = 20_261_122;

const AGENCIES: &[&str] = &["a", "b", "c", "a-sub"];
/// Few names for many people: namesakes within an agency and across.
const NAMES: &[&str] = &[
    "Nguyễn Văn An",
    "Nguyễn Văn Ân",
    "Trần Thị Bình",
    "Trần Thị Bính",
    "Lê Minh Chi",
    "Phạm Đức Dũng",
    "Hoàng Thị Giang",
    "Võ Hoà",
    "Đặng Hòa",
    "Bùi Thị Lan",
    "Nông Văn Sơn",
    "Y Moan",
];
const TITLES: &[&str] = &["Công chức một cửa", "Giám đốc", "Kế toán", "Chuyên viên"];

/// What becomes of somebody between the first lists and the second.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Stays,
    /// Works in the agency of this place from now on.
    Moves(usize),
    /// The list says so, with a document and its PDF.
    Leaves(Status),
    /// The next list does not mention the person.
    Vanishes,
    Rests,
    /// Was not there before.
    Joins,
}

/// A person as he or she really is, and how much of it is written down where.
#[derive(Debug, Clone)]
struct Human {
    name: &'static str,
    agency: usize,
    title: &'static str,
    fate: Fate,
    /// On the rosters: citizen ID, birth date, phone.
    tells: [bool; 3],
    /// In the directory: phone, title; and whether the account is protected.
    shown: [bool; 3],
}

#[derive(Debug, Clone)]
struct Small {
    humans: Vec<Human>,
    /// Which agencies send a second list.
    sends: [bool; 4],
    /// Days from the second lists' date to the day a leaving takes effect.
    notice: u64,
}

fn human() -> impl Strategy<Value = Human> {
    let fate = prop_oneof![
        12 => Just(Fate::Stays),
        3 => (0..AGENCIES.len()).prop_map(Fate::Moves),
        3 => select(&[Status::Retired, Status::Resigned, Status::Dismissed][..]).prop_map(Fate::Leaves),
        1 => Just(Fate::Vanishes),
        1 => Just(Fate::Rests),
        3 => Just(Fate::Joins),
    ];
    (
        select(NAMES),
        0..AGENCIES.len(),
        select(TITLES),
        fate,
        prop::array::uniform3(prop::bool::weighted(0.7)),
        (prop::bool::weighted(0.8), prop::bool::weighted(0.8), prop::bool::weighted(0.05)),
    )
        .prop_map(|(name, agency, title, fate, tells, (phone, titled, protected))| Human {
            name,
            agency,
            title,
            fate,
            tells,
            shown: [phone, titled, protected],
        })
}

fn small() -> impl Strategy<Value = Small> {
    // Mostly a handful; up to thirty.
    let crowd = prop_oneof![12 => 1..7_usize, 3 => 7..14_usize, 1 => 14..31_usize];
    let humans = crowd.prop_flat_map(|count| prop::collection::vec(human(), count));
    (humans, prop::array::uniform4(prop::bool::weighted(0.8)), 0..40_u64)
        .prop_map(|(humans, sends, notice)| Small { humans, sends, notice })
}

impl Human {
    /// The row that lists human `n`.
    fn row(&self, n: usize) -> Line {
        let mut row = line(self.name).title(self.title);
        if self.tells[0] {
            row = row.citizen(&format!("c{n}"));
        }
        if self.tells[1] {
            row = row.born(&(day("1975-01-01") + Days::new(97 * n as u64)).to_string());
        }
        if self.tells[2] { row.phone(&format!("09120000{n:02}")) } else { row }
    }
}

impl Small {
    /// The directory and the first lists, every agency's.
    fn before(&self) -> Province {
        let mut province = Province::new().holding(&[]);
        for (n, one) in self.humans.iter().enumerate().filter(|(_, one)| one.fate != Fate::Joins) {
            let mut account = entry(AGENCIES[one.agency], &login(n), one.name);
            if one.shown[0] {
                account = account.phone(&format!("09120000{n:02}"));
            }
            if one.shown[1] {
                account = account.title(one.title);
            }
            province = province.with(if one.shown[2] { account.protected() } else { account });
        }
        for (place, agency) in AGENCIES.iter().enumerate() {
            let here = self.humans.iter().enumerate();
            let rows = here
                .filter(|(_, one)| one.agency == place && one.fate != Fate::Joins)
                .map(|(n, one)| one.row(n));
            province.give(build::full(agency).dated("2026-09-01").rows(rows));
        }
        province
    }

    /// The second lists, of those agencies that send one.
    fn after(&self, province: &mut Province) {
        let from = day("2026-11-10") + Days::new(self.notice);
        for (place, agency) in AGENCIES.iter().enumerate().filter(|(place, _)| self.sends[*place]) {
            let rows = self.humans.iter().enumerate().filter_map(|(n, one)| {
                let row = one.row(n);
                match one.fate {
                    Fate::Stays | Fate::Joins => (one.agency == place).then_some(row),
                    Fate::Moves(to) => (to == place).then_some(row),
                    Fate::Leaves(status) => {
                        (one.agency == place).then(|| row.status(status).from(&from.to_string()))
                    }
                    Fate::Rests => (one.agency == place).then(|| row.status(Status::Leave)),
                    Fate::Vanishes => None,
                }
            });
            let sheet = build::full(agency).dated("2026-11-10").numbered("12/QĐ").with_pdf();
            province.give(sheet.rows(rows));
        }
    }

    /// Those who left: their agency sent the list that says so.
    fn leavers(&self) -> impl Iterator<Item = (usize, &Human)> {
        let humans = self.humans.iter().enumerate();
        humans.filter(|(_, one)| matches!(one.fate, Fate::Leaves(_)) && self.sends[one.agency])
    }
}

fn login(n: usize) -> String {
    format!("u{n}")
}

fn said(change: &Change) -> String {
    lines(std::slice::from_ref(change)).remove(0)
}

fn keys(proposals: &Proposals) -> BTreeSet<ChangeKey> {
    proposals.changes.iter().map(Change::key).collect()
}

/// A pass that finds what the pass before it found, with what that one learned: no key is new.
fn second_pass_is_quiet(province: &mut Province, first: &Proposals) -> Result<Proposals, TestCaseError> {
    province.learn(first);
    let again = province.reconcile();
    let known = keys(first);
    for change in &again.changes {
        prop_assert!(known.contains(&change.key()), "new in a second pass: {}", said(change));
    }
    Ok(again)
}

/// Rows and files the other way round: the same proposals.
fn order_is_irrelevant(province: &Province, first: &Proposals) -> Result<(), TestCaseError> {
    let mut turned = province.clone();
    turned.rosters.reverse();
    for roster in &mut turned.rosters {
        roster.rows.reverse();
    }
    let second = turned.reconcile();
    prop_assert_eq!(&first.changes, &second.changes);
    prop_assert_eq!(&first.questions, &second.questions);
    prop_assert_eq!(&first.people, &second.people);
    Ok(())
}

/// What a plan leaves unheld of each kind is within the limit, in each agency and in all; what it holds is over it.
fn brakes_hold(province: &Province, proposals: &Proposals) -> Result<(), TestCaseError> {
    let (limits, counts) = (Limits::default(), Counts::of(&province.directory));
    let read = [TargetId::mail(), TargetId::new(TTHC)].into();
    let made =
        plan(&proposals.changes, &Standing::default(), &limits, &counts, &read, province.today).unwrap();
    let mut free: BTreeMap<_, u64> = BTreeMap::new();
    for (change, state, brake) in &made.insert {
        // What rests on a match that nobody has confirmed is held without a brake.
        prop_assert!(*state == State::Held || brake.is_none());
        if *state != State::Held {
            let kind = BrakeKind::of(change.kind);
            *free.entry((kind, Some(change.agency.clone()))).or_default() += 1;
            *free.entry((kind, None)).or_default() += 1;
        }
    }
    for ((kind, agency), count) in free {
        let accounts =
            agency.as_ref().map_or(counts.province, |code| counts.agencies.get(code).copied().unwrap_or(0));
        let limit = limits.of(kind).among(accounts);
        prop_assert!(count <= limit, "{count} {kind} at {agency:?}, limit {limit}");
    }
    for brake in &made.brakes {
        prop_assert!(brake.wanted > brake.limit && brake.holds.len() as u64 >= brake.wanted);
    }
    Ok(())
}

/// Nobody who has an account gets a second one: the row behind each new account is of somebody who had none.
fn nobody_gets_a_second(
    small: &Small,
    province: &Province,
    proposals: &Proposals,
) -> Result<(), TestCaseError> {
    for change in proposals.changes.iter().filter(|one| one.kind == ChangeKind::CreateAccount) {
        let person = &proposals.people[change.person.as_ref().unwrap()];
        prop_assert!(!person.accounts.contains_key(&TargetId::mail()));
    }
    let mut owners = BTreeMap::new();
    for person in province.people.values() {
        for account in person.accounts.values() {
            prop_assert!(owners.insert(account, &person.id).is_none(), "{account} is two people's");
        }
    }
    // Who tells the citizen ID is one and the same on every list.
    for (n, one) in small.humans.iter().enumerate().filter(|(_, one)| one.tells[0]) {
        let mark = format!("c{n}");
        let known = province
            .people
            .values()
            .filter(|person| person.citizen.as_ref().is_some_and(|id| id.hash == mark));
        prop_assert!(known.count() <= 1, "{} is known twice", one.name);
    }
    Ok(())
}

/// Once everything is approved and done nothing is new. Who is asked about may be told from others by what was done;
/// a suspicion waits for a person's word.
fn nothing_is_left(province: &Province, done: &Proposals) -> Result<(), TestCaseError> {
    if done.questions.iter().any(|one| one.kind == QuestionKind::WhoIs) {
        return Ok(());
    }
    let known = keys(done);
    let after = province.reconcile();
    for change in after.changes.iter().filter(|one| one.kind != ChangeKind::SuspectLeaver) {
        prop_assert!(known.contains(&change.key()), "new once all is done: {}", said(change));
    }
    Ok(())
}

/// Whoever is known to have left, by citizen ID, can neither sign in nor do anything; the others are asked about.
fn leavers_are_out(small: &Small, province: &Province) -> Result<(), TestCaseError> {
    let known = |n: usize| {
        province.people.values().any(|person| {
            person.citizen.as_ref().is_some_and(|id| id.hash == format!("c{n}"))
                && person.accounts.values().any(|id| id.as_str() == login(n))
        })
    };
    for (n, one) in small.leavers().filter(|(n, one)| !one.shown[2] && known(*n)) {
        let address = mail(&login(n));
        let holds = province.systems[0].holdings.iter().any(|held| held.mail.as_deref() == Some(&address));
        prop_assert!(!holds, "{} left and holds a role", one.name);
        let account = &province.directory.accounts[&AccountId::new(login(n))];
        prop_assert!(account.is_disabled(), "{} left and can sign in", one.name);
    }
    Ok(())
}

/// The whole story: first lists, second lists, the dates that come.
fn story(small: &Small) -> Result<(), TestCaseError> {
    let mut province = small.before();
    let protected: Vec<Account> =
        province.directory.accounts.values().filter(|one| one.protected).cloned().collect();
    for second in [false, true] {
        if second {
            small.after(&mut province);
        }
        let first = province.reconcile();
        order_is_irrelevant(&province, &first)?;
        let proposals = second_pass_is_quiet(&mut province, &first)?;
        brakes_hold(&province, &proposals)?;
        nobody_gets_a_second(small, &province, &proposals)?;
        // An address that is given twice and a protected account that is written are caught there.
        province.carry_out(&proposals);
        nothing_is_left(&province, &proposals)?;
    }
    province.today = province.today + Days::new(60);
    for _ in 0..2 {
        let due = province.reconcile();
        province.carry_out(&due);
    }
    leavers_are_out(small, &province)?;
    for before in protected {
        prop_assert_eq!(&province.directory.accounts[&before.id], &before);
    }
    Ok(())
}

fn draw(part: u32) {
    let seed = std::env::var("ROSTERD_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(SEED);
    eprintln!("worlds {part} of {PARTS}: ROSTERD_SEED={seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..12].copy_from_slice(&part.to_le_bytes());
    let config =
        ProptestConfig { cases: WORLDS / PARTS, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    if let Err(error) = runner.run(&small(), |world| story(&world)) {
        panic!("seed {seed}: {error}");
    }
}

#[test]
fn what_is_promised_holds_in_a_first_quarter_of_ten_thousand_worlds() {
    draw(0);
}

#[test]
fn what_is_promised_holds_in_a_second_quarter() {
    draw(1);
}

#[test]
fn what_is_promised_holds_in_a_third_quarter() {
    draw(2);
}

#[test]
fn what_is_promised_holds_in_a_fourth_quarter() {
    draw(3);
}
