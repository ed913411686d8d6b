//! Brakes: how many risky changes of one kind may be made within a window, per agency and in all.

use super::Counts;
use crate::model::brake::{Brake, BrakeKind, BrakeScope};
use crate::model::change::{Change, State, StoredChange};
use crate::model::ids::{AgencyCode, BrakeKey, CaseId, ChangeKey};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// A limit: the larger of a count and a share of the accounts, under an absolute cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// So many are always allowed.
    pub count: u64,
    /// The share of the accounts in the last good snapshot, in percent.
    pub percent: u64,
    /// Never more than this.
    pub cap: u64,
}

impl Limit {
    /// The limit among `accounts`.
    pub fn among(self, accounts: u64) -> u64 {
        self.count.max(accounts * self.percent / 100).min(self.cap)
    }
}

/// The limits of every kind, and the window in which what was done counts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "each is the limit of the brake kind of the same name")]
pub struct Limits {
    /// Hours for which a change that was carried out counts against its budget.
    pub window_hours: u32,
    pub disables: Limit,
    pub suspicions: Limit,
    pub orphans: Limit,
    pub moves: Limit,
    pub role_removals: Limit,
    pub attributes: Limit,
    pub creates: Limit,
    pub grants: Limit,
    pub ladder_locks: Limit,
    pub closures: Limit,
    pub deletes: Limit,
    pub forced_changes: Limit,
    pub incidents: Limit,
    pub reorganisation: Limit,
}

impl Default for Limits {
    /// What takes away is narrow (3 / 5 % / 200), what gives is wide.
    fn default() -> Self {
        let narrow = Limit { count: 3, percent: 5, cap: 200 };
        let wide = Limit { count: 50, percent: 20, cap: 5_000 };
        Self {
            window_hours: 24,
            disables: narrow,
            suspicions: narrow,
            orphans: narrow,
            moves: Limit { count: 10, percent: 5, cap: 500 },
            role_removals: Limit { count: 5, percent: 5, cap: 500 },
            attributes: Limit { count: 20, percent: 20, cap: 5_000 },
            creates: wide,
            grants: wide,
            ladder_locks: narrow,
            closures: narrow,
            deletes: narrow,
            forced_changes: wide,
            incidents: Limit { count: 50, percent: 5, cap: 500 },
            reorganisation: Limit { count: 0, percent: 0, cap: 0 },
        }
    }
}

impl Limits {
    /// The limit of `kind`.
    pub fn of(&self, kind: BrakeKind) -> Limit {
        match kind {
            BrakeKind::Disables => self.disables,
            BrakeKind::Suspicions => self.suspicions,
            BrakeKind::Orphans => self.orphans,
            BrakeKind::Moves => self.moves,
            BrakeKind::RoleRemovals => self.role_removals,
            BrakeKind::Attributes => self.attributes,
            BrakeKind::Creates => self.creates,
            BrakeKind::Grants => self.grants,
            BrakeKind::LadderLocks => self.ladder_locks,
            BrakeKind::Closures => self.closures,
            BrakeKind::Deletes => self.deletes,
            BrakeKind::ForcedChanges => self.forced_changes,
            BrakeKind::Incidents => self.incidents,
            BrakeKind::Reorganisation => self.reorganisation,
        }
    }
}

/// The brakes that new and standing changes trip. An agency's brake comes first; what it holds is not counted for
/// the province, so that one agency's workbook holds nobody else's changes.
///
/// The roles of somebody who leaves are held with the account: a list that slipped by a row takes both, and what says
/// that too many leave at once says so of their roles as well. They are counted once, as the leaving they belong to.
pub fn trip(
    fresh: &[(ChangeKey, &Change)],
    stays: &[&StoredChange],
    spent: &BTreeMap<(BrakeScope, BrakeKind), u64>,
    limits: &Limits,
    counts: &Counts,
    today: NaiveDate,
) -> Vec<Brake> {
    let new = fresh.iter().map(|(key, change)| Wanted { key, change });
    let standing = stays
        .iter()
        .filter(|one| !one.released && counts_as_wanted(one.state))
        .map(|one| Wanted { key: &one.key, change: &one.change });
    let mut wanted: BTreeMap<BrakeKind, Vec<Wanted<'_>>> = BTreeMap::new();
    for one in new.chain(standing).filter(|one| is_at_hand(one.change, today)) {
        wanted.entry(BrakeKind::counting(one.change)).or_default().push(one);
    }
    let over = |kind, wanted| over(kind, wanted, spent, limits, counts);
    let leaving = wanted.remove(&BrakeKind::Disables).unwrap_or_default();
    let cases: BTreeMap<&ChangeKey, &CaseId> =
        leaving.iter().map(|one| (one.key, &one.change.case)).collect();
    let mut brakes = over(BrakeKind::Disables, leaving);
    if let Some(roles) = wanted.get_mut(&BrakeKind::RoleRemovals) {
        for brake in &mut brakes {
            let held: BTreeSet<&CaseId> =
                brake.holds.iter().filter_map(|key| cases.get(key).copied()).collect();
            let goes_along = |one: &mut Wanted<'_>| held.contains(&one.change.case);
            let along: Vec<ChangeKey> = roles.extract_if(.., goes_along).map(|one| one.key.clone()).collect();
            brake.hold(along);
        }
    }
    for (kind, wanted) in wanted {
        brakes.extend(over(kind, wanted));
    }
    brakes
}

/// A change that is wanted, new or standing.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    key: &'a ChangeKey,
    change: &'a Change,
}

/// Whether a change counts by now. Closing and deleting are known months ahead, one for each of those who left
/// meanwhile, and every one of them was counted when it was locked: they count from their day on.
fn is_at_hand(change: &Change, today: NaiveDate) -> bool {
    match BrakeKind::counting(change) {
        BrakeKind::Closures | BrakeKind::Deletes => change.due <= today,
        _ => true,
    }
}

/// The brakes of one kind, the agencies' first.
fn over(
    kind: BrakeKind,
    wanted: Vec<Wanted<'_>>,
    spent: &BTreeMap<(BrakeScope, BrakeKind), u64>,
    limits: &Limits,
    counts: &Counts,
) -> Vec<Brake> {
    let mut by_agency: BTreeMap<&AgencyCode, Vec<ChangeKey>> = BTreeMap::new();
    for one in wanted {
        by_agency.entry(&one.change.agency).or_default().push(one.key.clone());
    }
    let mut brakes = Vec::new();
    let mut rest = Vec::new();
    for (agency, keys) in by_agency {
        // A reorganisation is one batch of the whole province, reviewed and released as one.
        if kind == BrakeKind::Reorganisation {
            rest.extend(keys);
            continue;
        }
        match over_in(BrakeScope::Agency(agency.clone()), kind, keys, spent, limits, counts) {
            Ok(brake) => brakes.push(brake),
            Err(keys) => rest.extend(keys),
        }
    }
    brakes.extend(over_in(BrakeScope::Province, kind, rest, spent, limits, counts).ok());
    brakes
}

fn counts_as_wanted(state: State) -> bool {
    matches!(state, State::Proposed | State::Held | State::Approved | State::Expired)
}

/// The brake if `keys` are too many, else the keys.
fn over_in(
    scope: BrakeScope,
    kind: BrakeKind,
    keys: Vec<ChangeKey>,
    spent: &BTreeMap<(BrakeScope, BrakeKind), u64>,
    limits: &Limits,
    counts: &Counts,
) -> Result<Brake, Vec<ChangeKey>> {
    let of_accounts = counts.within(&scope);
    let limit = limits.of(kind).among(of_accounts);
    let spent = spent.get(&(scope.clone(), kind)).copied().unwrap_or(0);
    let wanted = keys.len() as u64;
    if wanted == 0 || wanted + spent <= limit {
        return Err(keys);
    }
    let key = BrakeKey::new(String::new());
    let mut brake = Brake { key, scope, kind, wanted, spent, limit, of_accounts, holds: Vec::new() };
    brake.hold(keys);
    Ok(brake)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_a_count_a_share_and_a_cap() {
        let limit = Limits::default().disables;
        assert_eq!([0, 20, 100, 1_000, 100_000].map(|accounts| limit.among(accounts)), [3, 3, 5, 50, 200]);
    }
}
