//! The plan: proposals held against the changes that already stand become inserts, keeps and supersessions, with
//! brakes. Pure and immutable: nothing is decided when it is carried out.

pub mod brakes;
pub mod ladder;
pub mod serve;
#[cfg(test)]
mod tests;

use crate::model::account::{Attrs, Snapshot};
use crate::model::brake::{Brake, BrakeKind, BrakeScope};
use crate::model::change::{Change, ChangeKind, Gate, Reason, State, StoredChange};
use crate::model::ids::{AgencyCode, BrakeKey, ChangeId, ChangeKey, Subject, TargetId};
use brakes::Limits;
use chrono::NaiveDate;
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
    /// Passwords that were asked for and given: a reset leaves no trace that a snapshot shows, and an account that was
    /// unlocked may be locked again. Each request is carried out once.
    pub given: BTreeSet<Asked>,
    /// Live changes that the directory already shows as done, by another hand (`plan --ldif`): an approved one is
    /// carried out, and to supersede one throws no review away.
    pub fulfilled: BTreeSet<ChangeId>,
    /// How much of each budget was spent within its window.
    pub spent: BTreeMap<(BrakeScope, BrakeKind), u64>,
}

/// One request for a password anew, whether it resets one or unlocks the account with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    target: TargetId,
    subject: Subject,
    day: Option<NaiveDate>,
    document: Option<String>,
}

impl Asked {
    /// The kinds of change that give a password because of a request.
    pub const KINDS: [ChangeKind; 2] = [ChangeKind::ResetPassword, ChangeKind::UnlockAccount];

    /// The request behind a change of such a kind.
    pub fn of(change: &Change) -> Option<Self> {
        Self::KINDS.contains(&change.kind).then(|| Self {
            target: change.target.clone(),
            subject: change.subject.clone(),
            day: change.effective,
            document: change.document.clone(),
        })
    }
}

/// What a rejection or an undo keeps away: the same act with the same result and the same document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Its key.
    pub key: ChangeKey,
    /// The target.
    pub target: TargetId,
    /// The subject.
    pub subject: Subject,
    /// What was to be done.
    pub kind: ChangeKind,
    /// The values it was to set.
    pub after: Attrs,
    /// The document behind it.
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
    /// Standing changes that are wanted still, with what may be refreshed: label, evidence, needs. Each has the key
    /// and the due date of the stored one.
    pub keep: Vec<(ChangeId, Change)>,
    /// Changes no longer wanted.
    pub supersede: Vec<ChangeId>,
    /// Standing changes that a brake now holds, or lets go, or that another hand has carried out as approved.
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

/// One live change per slot.
type Slot<'a> = (&'a TargetId, &'a Subject, ChangeKind);

fn slot(change: &Change) -> Slot<'_> {
    (&change.target, &change.subject, change.kind)
}

/// Makes a plan on the local date `today`. `read` names the targets whose sources were read whole: what stands in the others stays as it is.
pub fn plan(
    proposals: &[Change],
    standing: &Standing,
    limits: &Limits,
    counts: &Counts,
    read: &BTreeSet<TargetId>,
    today: NaiveDate,
) -> Result<Plan, TooManySuperseded> {
    let live: BTreeMap<Slot<'_>, &StoredChange> =
        standing.live.iter().map(|one| (slot(&one.change), one)).collect();
    let suppressed = KeptAway::new(&standing.suppressed);
    let mut plan = Plan::default();
    let mut wanted: BTreeSet<&ChangeId> = BTreeSet::new();
    let mut fresh: Vec<(ChangeKey, &Change)> = Vec::new();
    for proposal in proposals.iter().filter(|one| read.contains(&one.target)) {
        let key = proposal.key();
        if Asked::of(proposal).is_some_and(|asked| standing.given.contains(&asked)) {
            continue;
        }
        if suppressed.holds(&key, proposal) {
            plan.suppressed.push(proposal.clone());
            continue;
        }
        let Some(stored) = live.get(&slot(proposal)) else {
            fresh.push((key, proposal));
            continue;
        };
        if let Some(refreshed) = refreshed(stored, &key, proposal) {
            plan.keep.push((stored.id.clone(), refreshed));
        } else if !blocks(stored) {
            fresh.push((key, proposal));
            continue;
        }
        wanted.insert(&stored.id);
    }
    let waiting: BTreeSet<ChangeId> = plan
        .keep
        .iter()
        .filter(|(_, change)| change.waits_for_matches_of().is_some())
        .map(|(id, _)| id.clone())
        .collect();
    let is_read = |one: &StoredChange| read.contains(&one.change.target);
    let (gone, stays): (Vec<&StoredChange>, Vec<&StoredChange>) =
        standing.live.iter().partition(|one| !wanted.contains(&one.id) && is_read(one) && !blocks(one));
    let lost: Vec<_> = gone.iter().filter(|one| !standing.fulfilled.contains(&one.id)).copied().collect();
    refuse_mass(&standing.live, &lost)?;
    let by_hand = |one: &&StoredChange| one.state == State::Approved && standing.fulfilled.contains(&one.id);
    let (done, gone): (Vec<&StoredChange>, Vec<&StoredChange>) = gone.into_iter().partition(by_hand);
    plan.moves = done.iter().map(|one| (one.id.clone(), State::Approved, State::Applied, None)).collect();
    plan.supersede = gone.iter().map(|one| one.id.clone()).collect();

    plan.brakes = brakes::trip(&fresh, &stays, &standing.spent, limits, counts, today);
    let held_by: BTreeMap<&ChangeKey, &BrakeKey> =
        plan.brakes.iter().flat_map(|brake| brake.holds.iter().map(move |key| (key, &brake.key))).collect();
    for stored in stays.into_iter().filter(|one| is_read(one)) {
        plan.moves.extend(hold_or_let_go(
            stored,
            held_by.get(&stored.key).copied(),
            waiting.contains(&stored.id),
        ));
    }
    for (key, change) in fresh {
        let brake = held_by.get(&key).map(|key| (*key).clone());
        let state = match (&brake, change.gate) {
            (Some(_), _) => State::Held,
            (None, _) if change.waits_for_matches_of().is_some() => State::Held,
            (None, Gate::None) => State::Approved,
            (None, Gate::One | Gate::Two) => State::Proposed,
        };
        plan.insert.push((change.clone(), state, brake));
    }
    Ok(plan)
}

/// The stored change as the proposal words it, if it is the same change: the same key, or an open suspicion or
/// orphan of the same agency that another roster raises again.
fn refreshed(stored: &StoredChange, key: &ChangeKey, proposal: &Change) -> Option<Change> {
    let old = &stored.change;
    if stored.key == *key {
        // What was due on the day it was first proposed stays due then.
        return Some(Change { due: old.due, ..proposal.clone() });
    }
    let raised_again = matches!(proposal.kind, ChangeKind::SuspectLeaver | ChangeKind::OrphanAccount)
        && old.agency == proposal.agency
        && !blocks(stored);
    raised_again.then(|| Change {
        label: proposal.label.clone(),
        evidence: proposal.evidence.clone(),
        needs: proposal.needs.clone(),
        ..old.clone()
    })
}

/// Being written, handed over or unclear; or an undo, an incident's or a request by phone, which an operator asked for, or
/// what follows from a handover: no source can contradict these. Never superseded, and nothing of its kind is planned
/// beside it.
fn blocks(stored: &StoredChange) -> bool {
    matches!(stored.state, State::Claimed | State::Ordered | State::Unknown)
        || matches!(
            stored.change.reason,
            Reason::Undo | Reason::Incident | Reason::HandOver | Reason::PhoneUnlock
        )
}

/// What rejections and undos keep away.
struct KeptAway<'a> {
    keys: BTreeSet<&'a ChangeKey>,
    /// The same act with the same result and the same document.
    acts: BTreeSet<(Slot<'a>, &'a Attrs, Option<&'a str>)>,
}

impl<'a> KeptAway<'a> {
    fn new(suppressed: &'a [Suppression]) -> Self {
        let act = |one: &'a Suppression| {
            ((&one.target, &one.subject, one.kind), &one.after, one.document.as_deref())
        };
        Self {
            keys: suppressed.iter().map(|one| &one.key).collect(),
            acts: suppressed.iter().map(act).collect(),
        }
    }

    fn holds(&self, key: &ChangeKey, change: &Change) -> bool {
        // A confirmation is new evidence that nobody has seen when a status or a suspicion was rejected, and so is another
        // day over the limits; a reset sets no value, so that only its key tells one request from the next.
        let by_key_alone =
            matches!(change.reason, Reason::LeaverConfirmed | Reason::RequestReset | Reason::LookupsExceeded);
        self.keys.contains(key)
            || !by_key_alone && self.acts.contains(&(slot(change), &change.after, change.document.as_deref()))
    }
}

fn refuse_mass(live: &[StoredChange], gone: &[&StoredChange]) -> Result<(), TooManySuperseded> {
    // What a policy approved by itself is no review that could be lost.
    let reviewed = |one: &StoredChange| one.state == State::Approved && one.change.gate.needed() > 0;
    let approved = live.iter().filter(|one| reviewed(one)).count();
    let superseded = gone.iter().filter(|one| reviewed(one)).count();
    let most = SUPERSEDE_AT_LEAST.max(approved * SUPERSEDE_PERCENT / 100);
    if superseded > most { Err(TooManySuperseded { superseded, approved }) } else { Ok(()) }
}

/// The transition that a brake, or a match nobody has confirmed, causes for a change that already stands.
fn hold_or_let_go(
    stored: &StoredChange,
    brake: Option<&BrakeKey>,
    waits: bool,
) -> Option<(ChangeId, State, State, Option<BrakeKey>)> {
    use State::{
        Applied, Approved, Claimed, Expired, Failed, Held, Ordered, Proposed, Rejected, Stale, Superseded,
        Undone, Unknown,
    };
    let next = match (stored.state, brake) {
        (Held, Some(brake)) if stored.brake.as_ref() == Some(brake) => return None,
        (Proposed | Approved | Held, Some(_)) => Held,
        (Held, None) if waits && stored.brake.is_none() => return None,
        (Proposed | Approved | Held, None) if waits => Held,
        (Held, None) if stored.approvals.len() >= stored.change.gate.needed() => Approved,
        (Held | Expired, None) => Proposed,
        (Proposed | Approved, None)
        | (Expired, Some(_))
        | (Claimed | Ordered | Unknown | Failed | Rejected | Applied | Stale | Superseded | Undone, _) => {
            return None;
        }
    };
    Some((stored.id.clone(), stored.state, next, brake.cloned()))
}
