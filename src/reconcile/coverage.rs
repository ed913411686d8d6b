//! Coverage: whether a roster speaks for everyone or only for those it names, and for which units.

use super::correlate::{Correlation, Resolved};
use super::{Decision, World};
use crate::model::account::{Account, AccountKind, Attr};
use crate::model::ids::{AccountId, AgencyCode, PersonId, TargetId};
use crate::model::name::ascii;
use crate::model::roster::{Coverage, Declared, Roster, RosterKind};
use std::collections::{BTreeMap, BTreeSet};

/// A decision, and whether this pass made it.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The decision.
    pub decision: Decision,
    /// Whether the roster was undecided before.
    pub new: bool,
}

/// Decides the kind of every roster that has none yet; decided ones keep theirs. One entry a roster, in the
/// world's order.
pub fn decide(world: &World<'_>, correlation: &Correlation) -> Vec<Decided> {
    let claims: Vec<BTreeSet<&AccountId>> =
        (0..world.rosters.len()).map(|at| claimed(world, correlation, at)).collect();
    let mut elsewhere: BTreeMap<&AccountId, BTreeSet<&AgencyCode>> = BTreeMap::new();
    for (roster, claimed) in world.rosters.iter().zip(&claims) {
        for account in claimed {
            elsewhere.entry(account).or_default().insert(&roster.agency);
        }
    }
    world
        .rosters
        .iter()
        .zip(&claims)
        .map(|(roster, claimed)| {
            // Whoever another agency lists has gone there: not a person this agency still has to name.
            let known: BTreeSet<&AccountId> = known(world, roster)
                .filter(|account| {
                    elsewhere
                        .get(&account.id)
                        .is_none_or(|agencies| agencies.contains(&roster.agency) || agencies.is_empty())
                })
                .map(|account| &account.id)
                .collect();
            let hits = known.intersection(claimed).count();
            let kind = roster.kind.unwrap_or_else(|| kind(world, roster.declared, hits, known.len()));
            let decision = Decision { roster: roster.id.clone(), kind, claims: (hits, known.len()) };
            Decided { decision, new: roster.kind.is_none() }
        })
        .collect()
}

fn kind(world: &World<'_>, declared: Declared, hits: usize, known: usize) -> RosterKind {
    match declared {
        Declared::Request => RosterKind::Request,
        Declared::WholeAgency => RosterKind::Full,
        Declared::StaffList if hits * 100 >= known * world.policy.full_share as usize => RosterKind::Full,
        Declared::StaffList | Declared::SomePeople => RosterKind::Partial,
    }
}

/// The people a roster of this agency would have to name: enabled personal accounts, of its units where it
/// names any.
fn known<'a>(world: &World<'a>, roster: &'a Roster) -> impl Iterator<Item = &'a Account> {
    world
        .directory
        .accounts
        .values()
        .filter(|account| account.kind == AccountKind::Person && !account.protected && !account.is_disabled())
        .filter(|account| account.agency.as_ref() == Some(&roster.agency))
        .filter(|account| covers(&coverage(roster, RosterKind::Full), account))
}

/// The accounts a roster's rows claim, those under an open question included.
fn claimed<'a>(world: &World<'a>, correlation: &'a Correlation, at: usize) -> BTreeSet<&'a AccountId> {
    let account_of = |id: &PersonId| correlation.people.get(id)?.accounts.get(&TargetId::mail());
    correlation
        .rows
        .range((at, 0)..(at + 1, 0))
        .flat_map(|(_, resolved)| match resolved {
            Resolved::Person(id, _) => account_of(id).into_iter().collect::<Vec<_>>(),
            Resolved::Asked(key) => correlation.questions[key]
                .candidates
                .iter()
                .filter_map(|one| correlation.asked_about.get(&AccountId::new(one.answer.as_str())))
                .collect(),
        })
        .filter(|id| world.directory.accounts.contains_key(*id))
        .collect()
}

/// What `roster` speaks for as `kind`.
pub fn coverage(roster: &Roster, kind: RosterKind) -> Coverage {
    match kind {
        RosterKind::Partial | RosterKind::Request => Coverage::Nobody,
        RosterKind::Full if roster.units.is_empty() => Coverage::Agency,
        RosterKind::Full => {
            Coverage::Units { units: roster.units.iter().map(|unit| unit_key(unit)).collect() }
        }
    }
}

/// Whether absence under `coverage` says something of `account`. An account without a known unit lies outside
/// every list of units.
pub fn covers(coverage: &Coverage, account: &Account) -> bool {
    match coverage {
        Coverage::Nobody => false,
        Coverage::Agency => true,
        Coverage::Units { units } => {
            account.get(Attr::Unit).is_some_and(|unit| units.contains(&unit_key(unit)))
        }
    }
}

/// A unit's name as compared.
pub fn unit_key(unit: &str) -> String {
    ascii(unit)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
