//! Reconcile: what the accepted rosters want against what the directory and the systems hold; what differs
//! becomes proposals. Pure: the same world gives the same proposals, in the same order.

pub mod attributes;
pub mod correlate;
pub mod coverage;
pub mod fold;
pub mod joiner;
pub mod ledger;
pub mod lifecycle;
pub mod naming;
pub mod policy;
pub mod roles;
pub mod row_result;

use crate::model::Time;
use crate::model::account::Snapshot;
use crate::model::agency::Agencies;
use crate::model::change::Change;
use crate::model::ids::{AccountId, PersonId, QuestionKey, RosterId, TargetId};
use crate::model::person::Person;
use crate::model::question::Question;
use crate::model::role::RoleSnapshot;
use crate::model::roster::{Roster, RosterKind};
use chrono::NaiveDate;
use policy::Policy;
use row_result::RowResults;
use std::collections::{BTreeMap, BTreeSet};

/// Everything a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// The local date.
    pub today: NaiveDate,
    /// The province's time zone.
    pub zone: chrono_tz::Tz,
    /// The agencies as configured.
    pub agencies: &'a Agencies,
    /// The accepted rosters, in any order.
    pub rosters: &'a [Roster],
    /// The people known so far.
    pub people: &'a BTreeMap<PersonId, Person>,
    /// The mail directory, read whole.
    pub directory: &'a Snapshot,
    /// The systems that were read whole; a system that could not be read is absent and nothing is said of it.
    pub systems: &'a [RoleSnapshot],
    /// Answers of operators to earlier questions.
    pub answers: &'a BTreeMap<QuestionKey, String>,
    /// People whose departure an operator or a contact confirmed.
    pub departures: &'a BTreeSet<PersonId>,
    /// Addresses that are reserved, with the person they are reserved for.
    pub reserved: &'a BTreeMap<String, PersonId>,
    /// The province's rules.
    pub policy: &'a Policy,
}

impl World<'_> {
    /// The local date of an instant.
    pub fn local(&self, time: Time) -> NaiveDate {
        time.with_timezone(&self.zone).date_naive()
    }
}

/// How a roster was taken, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The arrival.
    pub roster: RosterId,
    /// The kind it counts as.
    pub kind: RosterKind,
    /// People it claims among the known ones, and how many are known.
    pub claims: (usize, usize),
}

/// What reconciling proposes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proposals {
    /// The changes, sorted by target, subject and kind.
    pub changes: Vec<Change>,
    /// Questions for people, sorted by key.
    pub questions: Vec<Question>,
    /// Everybody known now, with the accounts that are theirs.
    pub people: BTreeMap<PersonId, Person>,
    /// Kinds decided in this pass.
    pub decisions: Vec<Decision>,
    /// What each row leads to, for the feedback.
    pub rows: RowResults,
    /// Protected accounts that something would have been proposed for.
    pub protected: BTreeSet<AccountId>,
    /// The earliest local date on which the same inputs give other proposals; `None` if the clock alone
    /// changes nothing.
    pub changes_on: Option<NaiveDate>,
}

/// Reconciles `world`.
pub fn reconcile(world: &World<'_>) -> Proposals {
    let correlation = correlate::correlate(world);
    let decisions = coverage::decide(world, &correlation);
    let standing = fold::fold(world, &correlation, &decisions);
    let mut out = Proposals {
        questions: correlation.questions.values().cloned().collect(),
        people: correlation.people.clone(),
        decisions: decisions.iter().filter(|one| one.new).map(|one| one.decision.clone()).collect(),
        ..Proposals::default()
    };
    lifecycle::propose(world, &correlation, &standing, &mut out);
    for system in world.systems {
        roles::propose(world, system, &standing, &mut out);
    }
    out.changes.retain(|change| allowed(world, change, &mut out.protected));
    out.changes.sort_by(|a, b| {
        (&a.target, &a.subject, a.kind, a.effective).cmp(&(&b.target, &b.subject, b.kind, b.effective))
    });
    out.changes.dedup_by(|later, first| {
        (&later.target, &later.subject, later.kind) == (&first.target, &first.subject, first.kind)
    });
    out.questions.sort_by_key(Question::key);
    out.changes_on =
        out.changes.iter().filter_map(|change| change.effective).filter(|on| *on > world.today).min();
    row_result::complete(world, &correlation, &mut out);
    out
}

/// Protected accounts are never written, not even with approval.
fn allowed(world: &World<'_>, change: &Change, protected: &mut BTreeSet<AccountId>) -> bool {
    if change.target != TargetId::mail() {
        return true;
    }
    let id = AccountId::new(change.subject.as_str());
    let refused = world.directory.accounts.get(&id).is_some_and(|account| account.protected);
    if refused {
        protected.insert(id);
    }
    !refused
}
