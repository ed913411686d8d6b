//! The plan: proposals held against the changes that already stand become inserts, keeps and supersessions, with
//! brakes. Pure and immutable: nothing is decided when it is carried out.

pub mod brakes;

use crate::model::account::{Attrs, Snapshot};
use crate::model::brake::{Brake, BrakeKind, BrakeScope};
use crate::model::change::{Change, ChangeKind, Reason, State, StoredChange};
use crate::model::ids::{AgencyCode, BrakeKey, ChangeId, ChangeKey, Subject, TargetId};
use brakes::Limits;
use std::collections::{BTreeMap, BTreeSet};

/// Superseding more approved changes than this at once is refused, unless they are few among the approved: a
/// policy or mapping edit must not throw away a week of reviews.
const SUPERSEDE_AT_LEAST: usize = 50;
/// The share of the approved changes, in percent, that may be superseded at once.
const SUPERSEDE_PERCENT: usize = 10;

/// What already stands.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// Live changes.
    pub live: Vec<StoredChange>,
    /// Rejected and undone changes: they stay away until their `after` or their document changes.
    pub suppressed: Vec<Suppression>,
    /// Live changes that the directory already shows as done, by another hand (`plan --ldif`): to supersede one
    /// throws no review away.
    pub fulfilled: BTreeSet<ChangeId>,
    /// Keys that were carried out and are not to be carried out again (a password reset leaves no trace that a
    /// snapshot shows).
    pub done: BTreeSet<ChangeKey>,
    /// How much of each budget was spent within its window.
    pub spent: BTreeMap<(BrakeScope, BrakeKind), u64>,
}

/// What a rejection or an undo keeps away: the same act with the same result and the same document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The target.
    pub target: TargetId,
    /// The subject.
    pub subject: Subject,
    /// The act.
    pub kind: ChangeKind,
    /// The result.
    pub after: Attrs,
    /// The document number.
    pub document: Option<String>,
}

/// The accounts that shares are taken of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// By agency.
    pub agencies: BTreeMap<AgencyCode, u64>,
    /// In all.
    pub province: u64,
}

impl Counts {
    /// Counts the enabled accounts of a snapshot.
    pub fn of(snapshot: &Snapshot) -> Self {
        let mut counts = Self::default();
        for account in snapshot.accounts.values().filter(|account| !account.is_disabled()) {
            counts.province += 1;
            if let Some(agency) = &account.agency {
                *counts.agencies.entry(agency.clone()).or_default() += 1;
            }
        }
        counts
    }

    /// The number a share is taken of.
    pub fn within(&self, scope: &BrakeScope) -> u64 {
        match scope {
            BrakeScope::Agency(agency) => self.agencies.get(agency).copied().unwrap_or(0),
            BrakeScope::Province => self.province,
        }
    }
}

/// What is to become of the stored changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// New changes with the state they begin in and the brake that holds them.
    pub insert: Vec<(Change, State, Option<BrakeKey>)>,
    /// Unchanged keys with what may be refreshed: label, evidence, needs.
    pub keep: Vec<(ChangeId, Change)>,
    /// Changes no longer wanted.
    pub supersede: Vec<ChangeId>,
    /// Standing changes that a brake now holds, or lets go.
    pub moves: Vec<(ChangeId, State, State, Option<BrakeKey>)>,
    /// Every brake that is tripped, with its arithmetic.
    pub brakes: Vec<Brake>,
    /// Proposals that an earlier rejection or undo keeps away.
    pub suppressed: Vec<Change>,
}

/// A plan that would throw away too many approvals at once.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "this plan would supersede {superseded} of {approved} approved changes; the old plan stays. If a policy or mapping was edited on purpose, reject the approved changes it concerns first"
)]
pub struct TooManySuperseded {
    /// Approved changes it would supersede.
    pub superseded: usize,
    /// Approved changes in all.
    pub approved: usize,
}

/// Makes a plan. `read` names the targets whose sources were read whole: only their changes may be superseded.
pub fn plan(
    proposals: &[Change],
    standing: &Standing,
    limits: &Limits,
    counts: &Counts,
    read: &BTreeSet<TargetId>,
) -> Result<Plan, TooManySuperseded> {
    type Slot<'a> = (&'a TargetId, &'a Subject, ChangeKind);
    let live: BTreeMap<Slot<'_>, &StoredChange> = standing
        .live
        .iter()
        .map(|one| ((&one.change.target, &one.change.subject, one.change.kind), one))
        .collect();
    let suppressed: BTreeSet<(Slot<'_>, &Attrs, Option<&str>)> = standing
        .suppressed
        .iter()
        .map(|one| ((&one.target, &one.subject, one.kind), &one.after, one.document.as_deref()))
        .collect();
    let mut plan = Plan::default();
    let mut wanted: BTreeSet<&ChangeId> = BTreeSet::new();
    let mut fresh: Vec<Change> = Vec::new();
    for proposal in proposals {
        let key = proposal.key();
        let slot = (&proposal.target, &proposal.subject, proposal.kind);
        if standing.done.contains(&key) {
            continue;
        }
        if suppressed.contains(&suppression(proposal)) {
            plan.suppressed.push(proposal.clone());
            continue;
        }
        match live.get(&slot) {
            None => fresh.push(proposal.clone()),
            Some(stored) if stored.key == key || keeps_its_key(proposal.kind) || under_way(stored.state) => {
                wanted.insert(&stored.id);
                if stored.key == key {
                    plan.keep.push((stored.id.clone(), proposal.clone()));
                }
            }
            Some(_) => fresh.push(proposal.clone()),
        }
    }
    let gone: Vec<&StoredChange> = standing
        .live
        .iter()
        .filter(|one| !wanted.contains(&one.id) && !under_way(one.state))
        .filter(|one| read.contains(&one.change.target) && one.change.reason != Reason::Undo)
        .collect();
    let lost: Vec<_> = gone.iter().filter(|one| !standing.fulfilled.contains(&one.id)).copied().collect();
    refuse_mass(&standing.live, &lost)?;
    plan.supersede = gone.iter().map(|one| one.id.clone()).collect();

    let stays: Vec<&StoredChange> =
        standing.live.iter().filter(|one| !plan.supersede.contains(&one.id)).collect();
    plan.brakes = brakes::trip(&fresh, &stays, &standing.spent, limits, counts);
    let held_by: BTreeMap<&ChangeKey, &BrakeKey> =
        plan.brakes.iter().flat_map(|brake| brake.holds.iter().map(move |key| (key, &brake.key))).collect();
    for stored in stays {
        plan.moves.extend(hold_or_let_go(stored, held_by.get(&stored.key).copied()));
    }
    for change in fresh {
        let brake = held_by.get(&change.key()).map(|key| (*key).clone());
        let state = match (&brake, change.gate.needed()) {
            (Some(_), _) => State::Held,
            (None, 0) => State::Approved,
            (None, _) => State::Proposed,
        };
        plan.insert.push((change, state, brake));
    }
    Ok(plan)
}

/// Open suspicions and orphans keep their key when another roster raises them again.
fn keeps_its_key(kind: ChangeKind) -> bool {
    matches!(kind, ChangeKind::SuspectLeaver | ChangeKind::OrphanAccount)
}

/// Being written, handed over or unclear: never superseded.
fn under_way(state: State) -> bool {
    matches!(state, State::Claimed | State::Ordered | State::Unknown)
}

/// What a suppression is for: the same act with the same result and the same document.
fn suppression(change: &Change) -> ((&TargetId, &Subject, ChangeKind), &Attrs, Option<&str>) {
    ((&change.target, &change.subject, change.kind), &change.after, change.document.as_deref())
}

fn refuse_mass(live: &[StoredChange], gone: &[&StoredChange]) -> Result<(), TooManySuperseded> {
    // What a policy approved by itself is no review that could be lost.
    let reviewed = |one: &StoredChange| one.state == State::Approved && one.change.gate.needed() > 0;
    let approved = live.iter().filter(|one| reviewed(one)).count();
    let superseded = gone.iter().filter(|one| reviewed(one)).count();
    let most = SUPERSEDE_AT_LEAST.max(approved * SUPERSEDE_PERCENT / 100);
    if superseded > most { Err(TooManySuperseded { superseded, approved }) } else { Ok(()) }
}

/// The transition a brake causes for a change that already stands.
fn hold_or_let_go(
    stored: &StoredChange,
    brake: Option<&BrakeKey>,
) -> Option<(ChangeId, State, State, Option<BrakeKey>)> {
    let next = match (stored.state, brake) {
        (State::Held, Some(brake)) if stored.brake.as_ref() == Some(brake) => return None,
        (State::Proposed | State::Approved | State::Held, Some(_)) => State::Held,
        (State::Held, None) if stored.approvals.len() >= stored.change.gate.needed() => State::Approved,
        (State::Held | State::Expired, None) => State::Proposed,
        _ => return None,
    };
    Some((stored.id.clone(), stored.state, next, brake.cloned()))
}
