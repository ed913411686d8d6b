//! Unit mailboxes (hộp thư đơn vị): who keeps each, and who has to say so anew. A unit mailbox is nobody's own, so nothing
//! that becomes of a person becomes of it: where its custodian goes, another is asked for, and it stays open.

use super::correlate::{Resolved, RowRef, goes, place};
use super::draft::{Draft, on_nobodys};
use super::{Scene, World};
use crate::model::account::{Account, AccountKind, Attr, Values};
use crate::model::agency::Agency;
use crate::model::change::{Change, ChangeKind, Gate, Reason, Risk};
use crate::model::custodian::fits;
use crate::model::evidence::Evidence;
use crate::model::ids::{AccountId, AgencyCode, Fingerprint};
use crate::model::question::{Candidate, Question, QuestionKind};
use crate::model::role::RoleSnapshot;
use chrono::{Datelike, NaiveDate, TimeDelta};
use std::collections::{BTreeMap, BTreeSet};

/// The agencies are asked over so many days of a half-year, not all on one.
const SPREAD_DAYS: u64 = 100;

/// How the twice-yearly question ends. After `changed`, who keeps each mailbox is asked.
pub const CONFIRMED: &str = "confirmed";
/// See [`CONFIRMED`].
pub const CHANGED: &str = "changed";

/// The agencies' file, as evidence names it.
const AGENCIES: &str = "agencies";

/// What a roster says of a unit mailbox: a row with its address names a person.
struct Statement<'a> {
    row: RowRef,
    person: &'a Account,
}

/// Proposes custodians, and asks where nobody can tell.
pub fn propose(scene: &Scene<'_>, out: &mut Draft) {
    let mailboxes: BTreeMap<&AccountId, &Account> = scene
        .world
        .directory
        .accounts
        .iter()
        .filter(|(_, one)| one.kind == AccountKind::Unit && !one.is_disabled() && one.agency.is_some())
        .collect();
    if mailboxes.is_empty() && scene.world.policy.attest_from.is_none() {
        return;
    }
    let people = by_address(scene);
    let stated = statements(scene, &mailboxes, &people);
    let attested = attest(scene, &mailboxes, &stated, out);
    for (id, mailbox) in mailboxes {
        let changed = mailbox.agency.as_ref().and_then(|code| attested.get(code)).map(String::as_str);
        keep(scene, mailbox, stated.get(id), changed, &people, out);
    }
}

/// People's accounts by official address, lower case.
fn by_address<'a>(scene: &Scene<'a>) -> BTreeMap<String, &'a Account> {
    let people = scene.world.directory.accounts.values().filter(|one| one.kind == AccountKind::Person);
    people.filter_map(|one| Some((one.get(Attr::Mail)?.to_lowercase(), one))).collect()
}

/// The last word of the rosters in force on each mailbox of their own agency.
fn statements<'a>(
    scene: &Scene<'a>,
    mailboxes: &BTreeMap<&AccountId, &Account>,
    people: &BTreeMap<String, &'a Account>,
) -> BTreeMap<AccountId, Statement<'a>> {
    let mut by_mail: BTreeMap<String, &Account> = BTreeMap::new();
    for mailbox in mailboxes.values() {
        for attr in [Attr::Mail, Attr::Alias] {
            by_mail.extend(mailbox.all(attr).iter().map(|address| (address.to_lowercase(), *mailbox)));
        }
    }
    let mut stated = BTreeMap::new();
    if by_mail.is_empty() {
        return stated;
    }
    for roster in scene.timeline.order.iter().copied().filter(|one| !scene.timeline.is_replaced(*one)) {
        let source = &scene.world.rosters[roster];
        for (at, row) in source.rows.iter().enumerate() {
            let Some(mailbox) = row.email.as_ref().and_then(|address| by_mail.get(address.as_str())) else {
                continue;
            };
            if goes(row) || mailbox.agency.as_ref() != Some(&source.agency) {
                continue;
            }
            let Some(Resolved::Person(person, _)) = scene.correlation.rows.get(&(roster, at)) else {
                continue;
            };
            let account = scene.correlation.people.get(person).and_then(|person| scene.account_of(person));
            // Only somebody with an account of his or her own can be held to it.
            if let Some(person) = account.and_then(|one| fit(people, mailbox, one.get(Attr::Mail)?)) {
                stated.insert(mailbox.id.clone(), Statement { row: (roster, at), person });
            }
        }
    }
    stated
}

/// The person of this official address, if he or she can keep `mailbox`.
fn fit<'a>(people: &BTreeMap<String, &'a Account>, mailbox: &Account, address: &str) -> Option<&'a Account> {
    let holder = people.get(&address.to_lowercase()).copied()?;
    fits(Some(holder), mailbox.agency.as_ref()?).is_ok().then_some(holder)
}

/// One mailbox: who keeps it by the newest word, and whether that person still can.
fn keep(
    scene: &Scene<'_>,
    mailbox: &Account,
    stated: Option<&Statement<'_>>,
    changed: Option<&str>,
    people: &BTreeMap<String, &Account>,
    out: &mut Draft,
) {
    let world = scene.world;
    let current = world.custodians.get(&mailbox.id);
    let address = current.map(|one| one.address.to_lowercase());
    // What was said before the last custodian took over is said no more.
    let stated = stated
        .filter(|one| current.is_none_or(|now| place(world, one.row).0.arrived > now.since))
        .filter(|one| one.person.get(Attr::Mail).map(str::to_lowercase) != address);
    if let Some(Statement { row, person }) = stated {
        out.changes.push(hand_over(scene, mailbox, person).by_row(world, *row).undated(world));
        return;
    }
    let listed = listed(scene, mailbox)
        .filter(|one| current.is_none_or(|now| now.listed.as_ref() != Some(one)))
        .filter(|one| Some(one) != address.as_ref());
    if let Some(person) = listed.as_ref().and_then(|one| fit(people, mailbox, one)) {
        let mut change = hand_over(scene, mailbox, person);
        let entry = format!("{}: {}", mailbox.label(), person.label());
        change.evidence.insert(0, Evidence::Snapshot { target: AGENCIES.into(), entry });
        out.changes.push(change);
        return;
    }
    let in_directory = mailbox.get(Attr::Custodian);
    if let (None, Some(person)) = (current, in_directory.and_then(|one| fit(people, mailbox, one))) {
        out.changes.push(hand_over(scene, mailbox, person));
        return;
    }
    let holder = address.as_ref().and_then(|one| people.get(one).copied());
    let why = match (&address, holder) {
        (Some(_), None) => "gone",
        (Some(_), Some(holder)) if leaves(mailbox, holder, out) => "leaves",
        (None, _) if listed.is_some() || is_asked(scene, mailbox) => "nobody",
        _ => match changed {
            Some(period) => period,
            None => return,
        },
    };
    let since = current.map(|one| crate::model::rfc3339(one.since)).unwrap_or_default();
    let about = format!("{}|{}|{since}|{why}", mailbox.id, address.as_deref().unwrap_or(""));
    let question = Question {
        kind: QuestionKind::Custodian,
        agency: mailbox.agency.clone().unwrap_or_else(AgencyCode::unknown),
        about,
        label: mailbox.label().to_owned(),
        candidates: Vec::new(),
        evidence: vec![entry(mailbox)],
    };
    let answer = out.ask(world, question).map(str::to_lowercase).filter(|one| Some(one) != address.as_ref());
    if let Some(person) = answer.and_then(|one| fit(people, mailbox, &one)) {
        out.changes.push(hand_over(scene, mailbox, person));
    }
}

/// Who keeps a mailbox by the agencies' file.
fn listed(scene: &Scene<'_>, mailbox: &Account) -> Option<String> {
    scene.world.agencies.get(mailbox.agency.as_ref()?)?.keeper_of(mailbox.get(Attr::Mail)?)
}

/// Whether a custodian goes: by the account, or by what is proposed for it.
fn leaves(mailbox: &Account, holder: &Account, out: &Draft) -> bool {
    let takes = |change: &&Change| {
        change.subject.as_str() == holder.id.as_str()
            && matches!(
                change.kind,
                ChangeKind::DisableAccount | ChangeKind::SuspectLeaver | ChangeKind::MoveAccount
            )
    };
    holder.is_disabled() || holder.agency != mailbox.agency || out.changes.iter().any(|one| takes(&one))
}

/// Another custodian. Where somebody hands the mailbox over, it gets a first password anew.
fn hand_over(scene: &Scene<'_>, mailbox: &Account, to: &Account) -> Change {
    let address = |account: &Account| account.get(Attr::Mail).unwrap_or_default().to_lowercase();
    let before = scene.world.custodians.get(&mailbox.id);
    let before = before.map_or(Values::none(), |one| Values::one(one.address.to_lowercase()));
    on_nobodys(scene.world, mailbox, ChangeKind::SetCustodian, Reason::CustodianNamed)
        .touching(Attr::Custodian, before, Values::one(address(to)))
        .gated(Gate::One, Risk::Medium)
}

/// Whether the agency is asked for what it never said: once it has sent a full roster, from the day policy names on.
fn is_asked(scene: &Scene<'_>, mailbox: &Account) -> bool {
    let world = scene.world;
    let full = |code| scene.timeline.full.get(code).is_some_and(|full| !full.is_empty());
    world.policy.attest_from.is_some_and(|from| from <= world.today)
        && mailbox.agency.as_ref().is_some_and(full)
}

/// Asks each agency twice a year whether contacts and custodians are the same. A full roster that came meanwhile and
/// names the custodian of every mailbox is an answer. Gives the half-year of those that said something changed.
fn attest<'a>(
    scene: &Scene<'a>,
    mailboxes: &BTreeMap<&AccountId, &'a Account>,
    stated: &BTreeMap<AccountId, Statement<'_>>,
    out: &mut Draft,
) -> BTreeMap<&'a AgencyCode, String> {
    let world = scene.world;
    let mut changed = BTreeMap::new();
    let Some(from) = world.policy.attest_from.filter(|from| *from <= world.today) else { return changed };
    for agency in world.agencies.values() {
        let (period, asked) = half_year(world.today, &agency.code);
        if world.today < asked || asked < from {
            continue;
        }
        let own: Vec<&Account> =
            mailboxes.values().copied().filter(|one| one.agency.as_ref() == Some(&agency.code)).collect();
        let unaged = unaged(world, &agency.code);
        if own.is_empty() && agency.contacts.is_empty() && unaged.is_empty() {
            continue;
        }
        let fresh = |one: &&Account| {
            stated.get(&one.id).is_some_and(|said| world.local(place(world, said.row).0.arrived) >= asked)
        };
        // No roster says that passwords were changed.
        if !own.is_empty() && own.iter().all(fresh) && unaged.is_empty() {
            continue;
        }
        if out.ask(world, question(agency, &period, &own, unaged)) == Some(CHANGED) {
            changed.insert(&agency.code, period);
        }
    }
    changed
}

/// Of the systems that the rules age, those that do not say when people of the agency changed their passwords there, with
/// how many those are: the agency vouches for them.
fn unaged(world: &World<'_>, agency: &AgencyCode) -> Vec<Evidence> {
    let silent = |system: &RoleSnapshot| {
        let told: BTreeSet<String> = system
            .accounts
            .iter()
            .filter(|one| one.password_changed.is_some())
            .map(|one| one.login.to_lowercase())
            .collect();
        let own = system.holdings.iter().filter(|one| one.agency.as_ref() == Some(agency));
        let silent: BTreeSet<String> =
            own.map(|one| one.login.to_lowercase()).filter(|login| !told.contains(login)).collect();
        (!silent.is_empty()).then(|| Evidence::Snapshot {
            target: system.target.to_string(),
            entry: silent.len().to_string(),
        })
    };
    world.systems.iter().filter(|one| world.policy.aged.contains(&one.target)).filter_map(silent).collect()
}

/// The half-year of `today`, and the day in it on which `agency` is asked.
fn half_year(today: NaiveDate, agency: &AgencyCode) -> (String, NaiveDate) {
    let half = if today.month() <= 6 { 1 } else { 2 };
    let first = NaiveDate::from_ymd_opt(today.year(), 6 * half - 5, 1).unwrap_or(today);
    let print = Fingerprint::of("attest").part(agency.as_str()).finish();
    let place = u64::from_str_radix(&print[..8], 16).unwrap_or(0) % SPREAD_DAYS;
    let day = first + TimeDelta::days(i64::try_from(place).unwrap_or(0));
    (format!("{}-{half}", today.year()), day)
}

fn question(agency: &Agency, period: &str, mailboxes: &[&Account], unaged: Vec<Evidence>) -> Question {
    let answer = |answer: &str| Candidate { answer: answer.into(), label: answer.into(), fields: Vec::new() };
    Question {
        kind: QuestionKind::Attestation,
        agency: agency.code.clone(),
        about: period.to_owned(),
        label: agency.name.clone(),
        candidates: vec![answer(CHANGED), answer(CONFIRMED)],
        evidence: mailboxes.iter().copied().map(entry).chain(unaged).collect(),
    }
}

fn entry(mailbox: &Account) -> Evidence {
    Evidence::Snapshot { target: "mail".into(), entry: mailbox.label().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_agency_has_its_day_in_each_half_year() {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        let agency = AgencyCode::parse("snv").unwrap();
        let (first, day) = half_year(date("2027-01-01"), &agency);
        assert_eq!(first, "2027-1");
        assert_eq!(half_year(date("2027-06-30"), &agency), (first, day));
        let (second, later) = half_year(date("2027-07-01"), &agency);
        assert_eq!(second, "2027-2");
        assert!(date("2027-01-01") <= day && day < date("2027-04-15"), "{day}");
        assert_eq!(later - date("2027-07-01"), day - date("2027-01-01"));
        assert_ne!(half_year(date("2027-01-01"), &AgencyCode::parse("stc").unwrap()).1, day);
    }
}
