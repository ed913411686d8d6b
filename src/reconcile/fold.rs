//! The fold: what the accepted rosters, from the oldest to the newest, come to for each person in each agency.

use super::World;
use super::correlate::{Correlation, Resolved, Row, RowRef, place};
use super::coverage::{Decided, coverage, covers};
use crate::model::ids::{AgencyCode, PersonId, TargetId};
use crate::model::record::{Action, Status};
use crate::model::roster::{Coverage, RosterKind};
use std::collections::{BTreeMap, BTreeSet};

/// The last word on one person in one agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Works there (or is on leave or seconded: the row says).
    Present(RowRef),
    /// A status says the person left for good.
    Left(RowRef),
    /// A status says the person went to another agency.
    Away(RowRef),
    /// A request takes the account away.
    Revoked(RowRef),
    /// A request suspends the account.
    Suspended(RowRef),
    /// A full roster that covers the person does not list him or her. The index of the roster.
    Absent(usize),
}

/// Where everybody stands.
#[derive(Debug, Default)]
pub struct Standing {
    /// By person, by agency.
    pub people: BTreeMap<PersonId, BTreeMap<AgencyCode, Stand>>,
    /// The full rosters in force, by agency, newest first.
    pub full: BTreeMap<AgencyCode, Vec<usize>>,
    /// Rows that ask for a password anew.
    pub resets: Vec<(PersonId, RowRef)>,
    /// Rows that ask for a change in free words.
    pub wishes: Vec<(PersonId, RowRef)>,
    /// Leaver rows of rosters older than the one in force: a person must look.
    pub outdated: Vec<(PersonId, RowRef)>,
    /// Rosters that are not in force because a newer one is.
    pub superseded: BTreeSet<usize>,
}

/// Folds every roster.
pub fn fold(world: &World<'_>, correlation: &Correlation, decisions: &[Decided]) -> Standing {
    let mut out = Standing::default();
    let mut by_agency: BTreeMap<&AgencyCode, Vec<usize>> = BTreeMap::new();
    for (index, roster) in world.rosters.iter().enumerate() {
        by_agency.entry(&roster.agency).or_default().push(index);
    }
    for (agency, mut order) in by_agency {
        order.sort_by_key(|index| world.rosters[*index].age(|time| world.local(time)));
        let kind = |index: usize| decisions[index].decision.kind;
        let in_force = in_force(world, &order, kind);
        for (position, index) in order.iter().enumerate() {
            match kind(*index) {
                RosterKind::Full if in_force.contains(index) => {
                    rows(world, correlation, *index, agency, &mut out);
                    absences(world, correlation, *index, agency, &mut out);
                }
                RosterKind::Partial
                    if !order[position..].iter().any(|later| speaks_for_all(world, kind, *later)) =>
                {
                    rows(world, correlation, *index, agency, &mut out);
                }
                RosterKind::Full | RosterKind::Partial => {
                    outdated(world, correlation, *index, &order, &mut out);
                }
                RosterKind::Request => rows(world, correlation, *index, agency, &mut out),
            }
        }
        out.full.insert(agency.clone(), in_force);
    }
    out
}

fn speaks_for_all(world: &World<'_>, kind: impl Fn(usize) -> RosterKind, index: usize) -> bool {
    coverage(&world.rosters[index], kind(index)) == Coverage::Agency
}

/// The full rosters that nothing newer replaces, newest first.
fn in_force(world: &World<'_>, order: &[usize], kind: impl Fn(usize) -> RosterKind) -> Vec<usize> {
    let mut kept = Vec::new();
    let mut units = BTreeSet::new();
    for index in order.iter().rev().copied() {
        match coverage(&world.rosters[index], kind(index)) {
            Coverage::Nobody => {}
            Coverage::Agency => {
                kept.push(index);
                break;
            }
            Coverage::Units { units: named } => {
                if !named.is_subset(&units) {
                    kept.push(index);
                    units.extend(named);
                }
            }
        }
    }
    kept
}

fn resolved(correlation: &Correlation, reference: RowRef) -> Option<&PersonId> {
    match correlation.rows.get(&reference)? {
        Resolved::Person(id, _) => Some(id),
        Resolved::Asked(_) => None,
    }
}

/// What each row states.
fn rows(world: &World<'_>, correlation: &Correlation, index: usize, agency: &AgencyCode, out: &mut Standing) {
    for (at, row) in world.rosters[index].rows.iter().enumerate() {
        let reference = (index, at);
        let Some(person) = resolved(correlation, reference) else { continue };
        match row.action {
            Some(Action::ResetPassword) => out.resets.push((person.clone(), reference)),
            Some(Action::Change) => out.wishes.push((person.clone(), reference)),
            Some(Action::Create | Action::Suspend | Action::Revoke) | None => {
                let stand = stand(row, reference);
                out.people.entry(person.clone()).or_default().insert(agency.clone(), stand);
            }
        }
    }
}

fn stand(row: &Row, reference: RowRef) -> Stand {
    match (row.action, row.status) {
        (Some(Action::Revoke), _) => Stand::Revoked(reference),
        (Some(Action::Suspend), _) => Stand::Suspended(reference),
        (_, Some(status)) if status.leaves() => Stand::Left(reference),
        (_, Some(Status::Transferred)) => Stand::Away(reference),
        _ => Stand::Present(reference),
    }
}

/// A full roster's silence. It undoes no request: one outlives the full rosters dated before it, and a person
/// who was taken off by request is expected to be missing after it.
fn absences(
    world: &World<'_>,
    correlation: &Correlation,
    index: usize,
    agency: &AgencyCode,
    out: &mut Standing,
) {
    let roster = &world.rosters[index];
    let spoken = coverage(roster, RosterKind::Full);
    let listed: BTreeSet<&PersonId> =
        (0..roster.rows.len()).filter_map(|at| resolved(correlation, (index, at))).collect();
    let mut expected: BTreeSet<PersonId> = correlation
        .person_of
        .iter()
        .filter(|(account, _)| !correlation.asked_about.contains(account))
        .filter_map(|(account, person)| Some((world.directory.accounts.get(account)?, person)))
        .filter(|(account, _)| account.agency.as_ref() == Some(agency) && covers(&spoken, account))
        .map(|(_, person)| person.clone())
        .collect();
    // Asked for, not created yet, and no longer listed.
    expected.extend(out.people.iter().filter_map(|(person, stands)| {
        let without = !correlation.people.get(person)?.accounts.contains_key(&TargetId::mail());
        (without && spoken == Coverage::Agency && stands.contains_key(agency)).then(|| person.clone())
    }));
    for person in expected.iter().filter(|person| !listed.contains(person)) {
        let stands = out.people.entry(person.clone()).or_default();
        match stands.get(agency) {
            None | Some(Stand::Present(_) | Stand::Absent(_)) => {
                stands.insert(agency.clone(), Stand::Absent(index));
            }
            Some(Stand::Left(_) | Stand::Away(_) | Stand::Revoked(_) | Stand::Suspended(_)) => {}
        }
    }
}

/// A roster that is not in force says nothing, except that a leaver row of one that arrived after the roster in
/// force is put to a person.
fn outdated(world: &World<'_>, correlation: &Correlation, index: usize, order: &[usize], out: &mut Standing) {
    out.superseded.insert(index);
    let roster = &world.rosters[index];
    let newer_came_before = order.iter().map(|other| &world.rosters[*other]).any(|other| {
        other.arrived < roster.arrived && other.age(|t| world.local(t)) > roster.age(|t| world.local(t))
    });
    if !newer_came_before {
        return;
    }
    for at in 0..roster.rows.len() {
        let reference = (index, at);
        let leaves = matches!(stand(place(world, reference).1, reference), Stand::Left(_) | Stand::Away(_));
        if leaves && let Some(person) = resolved(correlation, reference) {
            out.outdated.push((person.clone(), reference));
        }
    }
}
