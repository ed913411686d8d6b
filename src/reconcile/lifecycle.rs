//! Lifecycle: what becomes of each person's account: it is created, moved, changed, disabled, opened again, or
//! its holder is suspected to have left.

use super::attributes::{Difference, difference};
use super::correlate::{Correlation, RowRef, evidence, place};
use super::coverage::{coverage, covers};
use super::fold::{Stand, Standing};
use super::policy::fits;
use super::{Proposals, World, joiner};
use crate::model::account::{Account, AccountKind, Attr, Attrs, Values};
use crate::model::change::{Change, ChangeKind, Gate, Reason, Risk};
use crate::model::evidence::Evidence;
use crate::model::ids::{AgencyCode, CaseId, Fingerprint, PersonId, Subject, TargetId};
use crate::model::person::Person;
use crate::model::question::{Candidate, Question, QuestionKind};
use crate::model::roster::RosterKind;
use chrono::{Days, NaiveDate};
use std::collections::BTreeMap;

/// What the last words of all agencies come to for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// No agency says anything.
    Unspoken,
    /// Works where the account is (or is to be).
    Works {
        /// The agency whose row speaks for the account.
        home: AgencyCode,
        /// That row.
        row: RowRef,
    },
    /// Works elsewhere than the account lies.
    Moves {
        /// Where to.
        to: AgencyCode,
        /// The receiving agency's row.
        row: RowRef,
        /// Whether the old agency has let go.
        reason: Reason,
    },
    /// Leaves.
    Leaves {
        /// The row that says so.
        row: RowRef,
        /// By which rule.
        reason: Reason,
    },
    /// Missing from a full roster, by its index.
    Missing(usize),
}

/// The fate of `person`, whose account lies in `home` if there is one.
pub fn fate(world: &World<'_>, standing: &Standing, person: &PersonId, home: Option<&AgencyCode>) -> Fate {
    let Some(stands) = standing.people.get(person) else { return Fate::Unspoken };
    let present: BTreeMap<&AgencyCode, RowRef> = stands
        .iter()
        .filter_map(|(agency, stand)| match stand {
            Stand::Present(row) => Some((agency, *row)),
            _ => None,
        })
        .collect();
    if let Some(home) = home {
        if let Some(row) = present.get(home) {
            return Fate::Works { home: home.clone(), row: *row };
        }
        if let Some((to, row)) = newest(world, &present) {
            let reason = match stands.get(home) {
                None => Reason::TransferByReceiver,
                Some(_) => Reason::Transfer,
            };
            return Fate::Moves { to: to.clone(), row, reason };
        }
    } else if let Some((agency, row)) = newest(world, &present) {
        return Fate::Works { home: agency.clone(), row };
    }
    // Nobody lists the person: the word of the account's own agency counts, else any.
    let word = home.and_then(|home| stands.get(home)).or_else(|| stands.values().next());
    match word {
        Some(Stand::Left(row)) => Fate::Leaves { row: *row, reason: leaving(world, person, *row) },
        Some(Stand::Away(row)) => Fate::Leaves { row: *row, reason: Reason::TransferredAway },
        Some(Stand::Revoked(row)) => Fate::Leaves { row: *row, reason: Reason::RequestRevoke },
        Some(Stand::Suspended(row)) => Fate::Leaves { row: *row, reason: Reason::RequestSuspend },
        Some(Stand::Absent(roster)) => Fate::Missing(*roster),
        Some(Stand::Present(_)) | None => Fate::Unspoken,
    }
}

/// The agency that spoke last; ties by code.
fn newest<'a>(
    world: &World<'_>,
    present: &BTreeMap<&'a AgencyCode, RowRef>,
) -> Option<(&'a AgencyCode, RowRef)> {
    present
        .iter()
        .max_by_key(|(agency, row)| {
            (world.rosters[row.0].age(|time| world.local(time)), std::cmp::Reverse(*agency))
        })
        .map(|(agency, row)| (*agency, *row))
}

/// Confirmed by a document number with its PDF, or by an operator; else by the status alone.
fn leaving(world: &World<'_>, person: &PersonId, row: RowRef) -> Reason {
    let roster = &world.rosters[row.0];
    let documented = roster.has_pdf && document(world, row.0).is_some();
    if documented || world.departures.contains(person) {
        Reason::LeaverConfirmed
    } else {
        Reason::LeaverByStatus
    }
}

/// Proposes what the lifecycle asks for.
pub fn propose(world: &World<'_>, correlation: &Correlation, standing: &Standing, out: &mut Proposals) {
    let mut joiners = Vec::new();
    for person in correlation.people.values() {
        let account = account_of(world, person);
        let fate = fate(world, standing, &person.id, account.and_then(|account| account.agency.as_ref()));
        match (account, fate) {
            (_, Fate::Unspoken) | (None, Fate::Leaves { .. } | Fate::Missing(_) | Fate::Moves { .. }) => {}
            (None, Fate::Works { home, row }) => joiners.push((person, home, row)),
            (Some(account), fate) => existing(world, person, account, &fate, out),
        }
    }
    joiner::propose(world, &joiners, out);
    requests(world, correlation, standing, out);
    orphans(world, correlation, standing, out);
}

/// The mail account of a person, if the directory has it.
pub fn account_of<'a>(world: &World<'a>, person: &Person) -> Option<&'a Account> {
    world.directory.accounts.get(person.accounts.get(&TargetId::mail())?)
}

fn existing(world: &World<'_>, person: &Person, account: &Account, fate: &Fate, out: &mut Proposals) {
    match fate {
        Fate::Unspoken => {}
        Fate::Works { home, row } => {
            if account.is_disabled() {
                let change = on_account(world, person, account, ChangeKind::EnableAccount, Reason::Rehire)
                    .by_row(world, home, *row)
                    .touching(Attr::Disabled, Values::one("true"), Values::one("false"));
                out.changes.push(change.gated(Gate::One, Risk::Medium));
            }
            let difference = difference(world, account, place(world, *row).1);
            if !difference.after.is_empty() {
                out.changes.push(update(
                    world,
                    person,
                    account,
                    home,
                    *row,
                    difference,
                    Reason::RosterAttribute,
                ));
            }
        }
        Fate::Moves { to, row, reason } => {
            let mut difference = difference(world, account, place(world, *row).1);
            let (_, login) =
                account.dn.rdn_pair().unwrap_or(("", account.get(Attr::Login).unwrap_or_default()));
            difference
                .after
                .insert(Attr::Dn, Values::one(world.policy.layout.account(to, login).to_string()));
            difference
                .before
                .insert(Attr::Agency, account.attrs.get(&Attr::Agency).cloned().unwrap_or_default());
            difference.after.insert(Attr::Agency, Values::one(to.as_str()));
            let mut change = on_account(world, person, account, ChangeKind::MoveAccount, *reason)
                .by_row(world, to, *row)
                .gated(Gate::One, Risk::Medium);
            change.before.append(&mut difference.before);
            change.after.append(&mut difference.after);
            out.changes.push(change);
        }
        Fate::Leaves { row, reason } => {
            if !account.is_disabled() {
                out.changes.push(disable(world, person, account, *row, *reason));
            }
        }
        Fate::Missing(roster) => {
            if account.is_disabled() {
                return;
            }
            let change = if world.departures.contains(&person.id) {
                on_account(world, person, account, ChangeKind::DisableAccount, Reason::LeaverConfirmed)
                    .touching(Attr::Disabled, Values::one("false"), Values::one("true"))
            } else {
                on_account(world, person, account, ChangeKind::SuspectLeaver, Reason::AbsentFromFull)
            };
            out.changes.push(change.by_absence(world, *roster).gated(Gate::One, Risk::High));
        }
    }
}

fn disable(world: &World<'_>, person: &Person, account: &Account, row: RowRef, reason: Reason) -> Change {
    let agency = &world.rosters[row.0].agency;
    let mut change = on_account(world, person, account, ChangeKind::DisableAccount, reason)
        .by_row(world, agency, row)
        .touching(Attr::Disabled, Values::one("false"), Values::one("true"))
        .gated(Gate::One, Risk::High);
    if reason == Reason::TransferredAway {
        let grace = Days::new(u64::from(world.policy.transfer_grace_days));
        change.effective = change.effective.and_then(|date| date.checked_add_days(grace));
        change.due = change.effective.or_else(|| world.today.checked_add_days(grace)).unwrap_or(world.today);
    }
    change
}

fn update(
    world: &World<'_>,
    person: &Person,
    account: &Account,
    agency: &AgencyCode,
    row: RowRef,
    mut difference: Difference,
    reason: Reason,
) -> Change {
    let gate = match reason {
        Reason::RequestChange => Gate::One,
        _ => difference.gate(world, agency),
    };
    let mut change = on_account(world, person, account, ChangeKind::UpdateAttributes, reason)
        .by_row(world, agency, row)
        .gated(gate, Risk::Low);
    // The status's date ("nghỉ hưu từ …") is not the attribute's.
    change.effective = None;
    change.due = world.today;
    change.before.append(&mut difference.before);
    change.after.append(&mut difference.after);
    change
}

/// Rows that ask for a password anew or for a change, and leaver rows of outdated rosters.
fn requests(world: &World<'_>, correlation: &Correlation, standing: &Standing, out: &mut Proposals) {
    let held = |id: &PersonId| {
        let person = correlation.people.get(id)?;
        Some((person, account_of(world, person)?))
    };
    for (id, row) in &standing.resets {
        let Some((person, account)) = held(id).filter(|(_, account)| !account.is_disabled()) else {
            continue;
        };
        let agency = &world.rosters[row.0].agency;
        let leads = account
            .get(Attr::Title)
            .is_some_and(|title| world.policy.leaders.iter().any(|pattern| fits(pattern, title)));
        let gate = if leads { Gate::Two } else { Gate::One };
        let mut change = on_account(world, person, account, ChangeKind::ResetPassword, Reason::RequestReset)
            .by_row(world, agency, *row)
            .gated(gate, Risk::High);
        // Each request is one reset: the day it was asked for tells one from the next.
        change.effective = Some(world.rosters[row.0].age(|time| world.local(time)).0);
        out.changes.push(change);
    }
    for (id, row) in &standing.wishes {
        let (roster, record) = place(world, *row);
        if let Some((person, account)) = held(id) {
            let difference = difference(world, account, record);
            if !difference.after.is_empty() {
                let agency = &roster.agency;
                out.changes.push(update(
                    world,
                    person,
                    account,
                    agency,
                    *row,
                    difference,
                    Reason::RequestChange,
                ));
            }
        }
        if let Some(note) = record.note.as_deref().filter(|note| !note.trim().is_empty()) {
            put(world, *row, QuestionKind::FreeText, &format!("{id}|{note}"), &["done", "ignore"], out);
        }
    }
    for (id, row) in &standing.outdated {
        let answer = put(world, *row, QuestionKind::Contradiction, id.as_str(), &["left", "stays"], out);
        if answer.as_deref() == Some("left")
            && let Some((person, account)) = held(id).filter(|(_, account)| !account.is_disabled())
        {
            out.changes.push(disable(world, person, account, *row, Reason::LeaverByStatus));
        }
    }
}

/// Puts a question about a row unless it was answered; returns the answer.
fn put(
    world: &World<'_>,
    row: RowRef,
    kind: QuestionKind,
    about: &str,
    answers: &[&str],
    out: &mut Proposals,
) -> Option<String> {
    let (roster, record) = place(world, row);
    let candidates = answers
        .iter()
        .map(|one| Candidate { answer: (*one).to_owned(), label: (*one).to_owned(), fields: Vec::new() })
        .collect();
    let question = Question {
        kind,
        agency: roster.agency.clone(),
        about: about.to_owned(),
        label: record.full_name.to_string(),
        candidates,
        evidence: vec![evidence(roster, record)],
    };
    let key = question.key();
    let answer = world.answers.get(&key).cloned();
    if answer.is_none() && !out.questions.iter().any(|one| one.key() == key) {
        out.questions.push(question);
    }
    answer
}

/// Accounts that no roster claims, where their agency has sent a full roster that covers them.
fn orphans(world: &World<'_>, correlation: &Correlation, standing: &Standing, out: &mut Proposals) {
    for account in world.directory.accounts.values() {
        let Some(agency) = &account.agency else { continue };
        let unclaimed = account.kind == AccountKind::Person
            && !account.is_disabled()
            && !correlation.person_of.contains_key(&account.id)
            && !correlation.asked_about.contains(&account.id);
        if !unclaimed {
            continue;
        }
        let full = standing.full.get(agency).map_or(&[][..], Vec::as_slice);
        let covering =
            full.iter().find(|index| covers(&coverage(&world.rosters[**index], RosterKind::Full), account));
        if let Some(index) = covering {
            let change = blank(world, account, agency, ChangeKind::OrphanAccount, Reason::NoRosterClaims)
                .by_absence(world, *index)
                .touching(Attr::Disabled, Values::one("false"), Values::one("true"))
                .gated(Gate::Two, Risk::High);
            out.changes.push(Change { effective: None, due: world.today, ..change });
        }
    }
}

/// A change to a person's account.
fn on_account(
    world: &World<'_>,
    person: &Person,
    account: &Account,
    kind: ChangeKind,
    reason: Reason,
) -> Change {
    let home = account.agency.clone();
    let agency = home.unwrap_or_else(AgencyCode::unknown);
    let mut change = blank(world, account, &agency, kind, reason);
    change.person = Some(person.id.clone());
    change.label = format!("{} <{}>", person.name, account.label());
    change.case = case(person.id.as_str(), reason);
    change
}

fn blank(
    world: &World<'_>,
    account: &Account,
    agency: &AgencyCode,
    kind: ChangeKind,
    reason: Reason,
) -> Change {
    let dn = Values::one(account.dn.to_string());
    let name = account.get(Attr::FullName).unwrap_or_default();
    Change {
        target: TargetId::mail(),
        subject: Subject::new(account.id.as_str()),
        kind,
        agency: agency.clone(),
        person: None,
        label: format!("{name} <{}>", account.label()),
        before: Attrs::from([(Attr::Dn, dn)]),
        after: Attrs::new(),
        reason,
        effective: None,
        due: world.today,
        gate: Gate::Two,
        risk: Risk::High,
        document: None,
        case: case(account.id.as_str(), reason),
        needs: Vec::new(),
        evidence: vec![Evidence::Snapshot { target: "mail".into(), entry: account.label().to_owned() }],
    }
}

/// One event of one person across systems.
pub fn case(who: &str, reason: Reason) -> CaseId {
    let event = match reason {
        Reason::Transfer
        | Reason::TransferByReceiver
        | Reason::RoleEndsByTransfer
        | Reason::TransferredAway => "move",
        Reason::LeaverConfirmed
        | Reason::LeaverByStatus
        | Reason::AbsentFromFull
        | Reason::RequestRevoke
        | Reason::RequestSuspend
        | Reason::NoRosterClaims
        | Reason::RoleEndsByLeaving => "leave",
        Reason::Joiner | Reason::RequestCreate | Reason::Rehire | Reason::RoleByPosition => "join",
        Reason::RequestChange
        | Reason::RequestReset
        | Reason::RosterAttribute
        | Reason::RoleNotByPosition
        | Reason::RoleRestsOnLeave
        | Reason::Undo => "change",
    };
    CaseId::new(format!("c-{}", &Fingerprint::of("case").part(who).part(event).finish()[..24]))
}

/// The document number behind a roster.
pub fn document(world: &World<'_>, roster: usize) -> Option<String> {
    world.rosters[roster].document.as_ref()?.number.clone()
}

impl Change {
    /// Adds the row that asks for it: its document, its date, its agency.
    pub(super) fn by_row(mut self, world: &World<'_>, agency: &AgencyCode, row: RowRef) -> Self {
        let (roster, record) = place(world, row);
        self.agency = agency.clone();
        self.document = document(world, row.0);
        self.effective = record.effective_date;
        self.due = record.effective_date.unwrap_or(world.today);
        self.evidence.insert(0, evidence(roster, record));
        self
    }

    fn by_absence(mut self, world: &World<'_>, roster: usize) -> Self {
        let source = &world.rosters[roster];
        self.document = document(world, roster);
        self.effective = stated_date(source);
        self.evidence.insert(
            0,
            Evidence::Absence {
                roster: source.id.clone(),
                file: source.file.clone(),
                document: source.document.clone(),
            },
        );
        self
    }

    fn touching(mut self, attr: Attr, before: Values, after: Values) -> Self {
        self.before.insert(attr, before);
        self.after.insert(attr, after);
        self
    }

    fn gated(mut self, gate: Gate, risk: Risk) -> Self {
        self.gate = gate;
        self.risk = risk;
        self
    }
}

/// The date a roster states for itself.
fn stated_date(roster: &crate::model::roster::Roster) -> Option<NaiveDate> {
    roster.document.as_ref().and_then(|document| document.date).or(roster.as_of)
}
