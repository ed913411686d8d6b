//! The fold: what the accepted rosters, from the oldest to the newest, come to for each person in each agency.

use super::World;
use super::correlate::{Correlation, Row, RowRef, place};
use super::coverage::{coverage, covers_unit};
use super::ledger::Ledger;
use super::timeline::Timeline;
use super::unread;
use crate::model::account::Attr;
use crate::model::ids::{AgencyCode, PersonId, TargetId};
use crate::model::record::{Action, Status};
use crate::model::roster::{Coverage, Declared, RosterKind};
use std::collections::{BTreeMap, HashMap, HashSet};

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

impl Stand {
    /// The roster that says so.
    pub fn roster(self) -> usize {
        match self {
            Self::Present(row)
            | Self::Left(row)
            | Self::Away(row)
            | Self::Revoked(row)
            | Self::Suspended(row) => row.0,
            Self::Absent(roster) => roster,
        }
    }
}

/// The last words on one person, by agency: few, so a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stands<'a>(Vec<(&'a AgencyCode, Stand)>);

impl<'a> Stands<'a> {
    /// The last word of `agency`.
    pub fn get(&self, agency: &AgencyCode) -> Option<Stand> {
        self.0.iter().find(|(one, _)| *one == agency).map(|(_, stand)| *stand)
    }

    /// All of them, by agency.
    pub fn iter(&self) -> impl Iterator<Item = (&'a AgencyCode, Stand)> {
        self.0.iter().copied()
    }

    fn set(&mut self, agency: &'a AgencyCode, stand: Stand) -> Option<Stand> {
        match self.0.binary_search_by_key(&agency, |(one, _)| one) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, stand)),
            Err(at) => {
                self.0.insert(at, (agency, stand));
                None
            }
        }
    }
}

/// Where everybody stands.
#[derive(Debug, Default)]
pub struct Standing<'a> {
    /// By person, by agency; only looked up in, so that nothing depends on its order.
    pub people: HashMap<&'a PersonId, Stands<'a>>,
    /// Rows that ask for a change, oldest first.
    pub wishes: BTreeMap<&'a PersonId, Vec<RowRef>>,
    /// The newest row that asks for a password anew.
    pub resets: BTreeMap<&'a PersonId, RowRef>,
    /// Rows by which somebody goes, against the roster in force: a person must look.
    pub contradicted: Vec<(&'a PersonId, RowRef)>,
    /// The full rosters in force that prove absence, by agency: every row of theirs is read.
    pub proving: BTreeMap<&'a AgencyCode, Vec<usize>>,
    /// Who has a last word in each agency.
    spoken_of: BTreeMap<&'a AgencyCode, Vec<&'a PersonId>>,
}

/// Folds every roster.
pub fn fold<'a>(
    world: &World<'a>,
    ledger: &'a Ledger<'a>,
    correlation: &'a Correlation,
    timeline: &Timeline<'a>,
) -> Standing<'a> {
    let mut out =
        Standing { people: HashMap::with_capacity(correlation.people.len()), ..Standing::default() };
    for index in timeline.order.iter().copied() {
        if timeline.late[index] {
            out.late(world, correlation, index);
            continue;
        }
        out.rows(world, correlation, index);
        let is_in_force = timeline.kinds[index] == RosterKind::Full && !timeline.is_replaced(index);
        if is_in_force && !unread::waits(world, correlation, index) {
            out.proving.entry(&world.rosters[index].agency).or_default().push(index);
            out.absences(world, ledger, correlation, index);
        }
    }
    out
}

impl<'a> Standing<'a> {
    /// What each row states. The rows of a replaced roster count as long as nothing newer speaks of the person: who
    /// was said to leave is expected to be missing afterwards.
    fn rows(&mut self, world: &World<'a>, correlation: &'a Correlation, index: usize) {
        let agency = &world.rosters[index].agency;
        for (at, person) in &correlation.order[index] {
            let reference = (index, *at);
            let row = &world.rosters[index].rows[*at];
            let asks_only = match row.action {
                Some(Action::ResetPassword) => {
                    self.resets.insert(person, reference);
                    true
                }
                Some(Action::Change) => {
                    self.wishes.entry(person).or_default().push(reference);
                    true
                }
                Some(Action::Create | Action::Suspend | Action::Revoke) | None => false,
            };
            // In a request that is all the row says; a list says with it that the person works there.
            if asks_only && world.rosters[index].declared == Declared::Request {
                continue;
            }
            let next = stand(row, reference);
            let before = self.set(person, agency, next);
            if let (Stand::Present(_), None, Some(before)) = (next, row.action, before) {
                self.contradict(person, index, before);
            }
        }
    }

    fn set(&mut self, person: &'a PersonId, agency: &'a AgencyCode, stand: Stand) -> Option<Stand> {
        let before = self.people.entry(person).or_default().set(agency, stand);
        if before.is_none() {
            self.spoken_of.entry(agency).or_default().push(person);
        }
        before
    }

    /// A list that names somebody whose account a request takes away, or who leaves in the same roster.
    fn contradict(&mut self, person: &'a PersonId, roster: usize, before: Stand) {
        match before {
            Stand::Revoked(row) | Stand::Suspended(row) => self.contradicted.push((person, row)),
            Stand::Left(row) | Stand::Away(row) if row.0 == roster => {
                self.contradicted.push((person, row));
            }
            Stand::Left(_) | Stand::Away(_) | Stand::Present(_) | Stand::Absent(_) => {}
        }
    }

    /// A full roster's silence. It undoes no request: one outlives the full rosters dated before it, and a person
    /// who was taken off is expected to be missing after it.
    fn absences(
        &mut self,
        world: &World<'a>,
        ledger: &'a Ledger<'a>,
        correlation: &'a Correlation,
        index: usize,
    ) {
        let roster = &world.rosters[index];
        let agency = &roster.agency;
        let spoken = coverage(roster, RosterKind::Full);
        let listed: HashSet<&PersonId> = correlation.order[index].iter().map(|(_, person)| person).collect();
        let holders = ledger
            .accounts_in(agency)
            .iter()
            .filter(|account| !correlation.asked_about.contains_key(&account.id))
            .filter_map(|account| correlation.person_of(ledger, &account.id));
        // Those listed before count too, with an account elsewhere or none.
        let before = self.spoken_of.get(agency).into_iter().flatten().copied();
        let expected: Vec<&PersonId> = holders
            .chain(before.filter(|person| !is_asked_about(correlation, person)))
            .filter(|person| !listed.contains(*person))
            .filter(|person| {
                spoken == Coverage::Agency
                    || covers_unit(&spoken, self.unit(world, correlation, agency, person))
            })
            .collect();
        for person in expected {
            let stand = self.people.get(person).and_then(|stands| stands.get(agency));
            match stand {
                None | Some(Stand::Present(_) | Stand::Absent(_)) => {
                    self.set(person, agency, Stand::Absent(index));
                }
                Some(Stand::Left(_) | Stand::Away(_) | Stand::Revoked(_) | Stand::Suspended(_)) => {}
            }
        }
    }

    /// The unit in which somebody is listed in `agency`, else the one that the account there has.
    fn unit<'w>(
        &self,
        world: &World<'w>,
        correlation: &Correlation,
        agency: &AgencyCode,
        person: &PersonId,
    ) -> Option<&'w str> {
        let listed = match self.people.get(person).and_then(|stands| stands.get(agency)) {
            Some(Stand::Present(row)) => place(world, row).1.unit.as_deref(),
            _ => None,
        };
        listed.or_else(|| {
            let id = correlation.people.get(person)?.accounts.get(&TargetId::mail())?;
            let account = world.directory.accounts.get(id)?;
            account.get(Attr::Unit).filter(|_| account.agency.as_ref() == Some(agency))
        })
    }

    /// A roster older than the one in force, which came before it, says nothing; its leaver rows are put to a person.
    fn late(&mut self, world: &World<'a>, correlation: &'a Correlation, index: usize) {
        for (at, person) in &correlation.order[index] {
            let row = &world.rosters[index].rows[*at];
            if matches!(stand(row, (index, *at)), Stand::Left(_) | Stand::Away(_)) {
                self.contradicted.push((person, (index, *at)));
            }
        }
    }

    /// What `agency` states of a person's attributes, the newest first: the row that lists him or her, unless a newer
    /// roster has replaced it, and what requests ask for.
    pub fn statements(
        &self,
        world: &World<'_>,
        timeline: &Timeline<'_>,
        person: &PersonId,
        agency: &AgencyCode,
    ) -> Vec<RowRef> {
        let listed = match self.people.get(person).and_then(|stands| stands.get(agency)) {
            Some(Stand::Present(row)) if !timeline.is_replaced(row.0) => Some(row),
            _ => None,
        };
        let wishes = self.wishes.get(person).into_iter().flatten().copied();
        let mut all: Vec<RowRef> =
            wishes.filter(|at| world.rosters[at.0].agency == *agency).chain(listed).collect();
        all.sort_by_key(|(roster, _)| std::cmp::Reverse(timeline.rank[*roster]));
        all.dedup();
        all
    }
}

/// An account that is a possible answer to an open question: nothing is said of its holder.
fn is_asked_about(correlation: &Correlation, person: &PersonId) -> bool {
    let account = correlation.people.get(person).and_then(|one| one.accounts.get(&TargetId::mail()));
    account.is_some_and(|account| correlation.asked_about.contains_key(account))
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
