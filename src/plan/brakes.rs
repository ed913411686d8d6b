//! Brakes: how many risky changes of one kind may be made within a window, per agency and in all.

use super::Counts;
use crate::model::brake::{Brake, BrakeKind, BrakeScope};
use crate::model::change::{Change, State, StoredChange};
use crate::model::ids::{AgencyCode, BrakeKey, ChangeKey, Fingerprint};
use serde::Deserialize;
use std::collections::BTreeMap;

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
        }
    }
}

/// The brakes that new and standing changes trip. An agency's brake comes first; what it holds is not counted for
/// the province, so that one agency's workbook holds nobody else's changes.
pub fn trip(
    fresh: &[(ChangeKey, &Change)],
    stays: &[&StoredChange],
    spent: &BTreeMap<(BrakeScope, BrakeKind), u64>,
    limits: &Limits,
    counts: &Counts,
) -> Vec<Brake> {
    let mut wanted: BTreeMap<(BrakeKind, &AgencyCode), Vec<ChangeKey>> = BTreeMap::new();
    for (key, change) in fresh {
        wanted.entry((BrakeKind::counting(change), &change.agency)).or_default().push(key.clone());
    }
    for stored in stays.iter().filter(|one| !one.released && counts_as_wanted(one.state)) {
        let change = &stored.change;
        wanted.entry((BrakeKind::counting(change), &change.agency)).or_default().push(stored.key.clone());
    }
    let mut brakes = Vec::new();
    let mut rest: BTreeMap<BrakeKind, Vec<ChangeKey>> = BTreeMap::new();
    for ((kind, agency), keys) in wanted {
        match over(BrakeScope::Agency(agency.clone()), kind, keys, spent, limits, counts) {
            Ok(brake) => brakes.push(brake),
            Err(keys) => rest.entry(kind).or_default().extend(keys),
        }
    }
    for (kind, keys) in rest {
        brakes.extend(over(BrakeScope::Province, kind, keys, spent, limits, counts).ok());
    }
    brakes
}

fn counts_as_wanted(state: State) -> bool {
    matches!(state, State::Proposed | State::Held | State::Approved | State::Expired)
}

/// The brake if `keys` are too many, else the keys.
fn over(
    scope: BrakeScope,
    kind: BrakeKind,
    mut keys: Vec<ChangeKey>,
    spent: &BTreeMap<(BrakeScope, BrakeKind), u64>,
    limits: &Limits,
    counts: &Counts,
) -> Result<Brake, Vec<ChangeKey>> {
    let of_accounts = counts.within(&scope);
    let limit = limits.of(kind).among(of_accounts);
    let spent = spent.get(&(scope.clone(), kind)).copied().unwrap_or(0);
    let wanted = keys.len() as u64;
    if wanted + spent <= limit {
        return Err(keys);
    }
    keys.sort();
    let print = Fingerprint::of("brake").part(&scope.to_string()).part(kind.as_str());
    let print = keys.iter().fold(print, |print, key| print.part(key.as_str()));
    let key = BrakeKey::new(print.finish());
    Ok(Brake { key, scope, kind, wanted, spent, limit, of_accounts, holds: keys })
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
