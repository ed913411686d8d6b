//! Coverage: whether a roster speaks for everyone or only for those it names, and for which units.

use super::correlate::Verdict;
use super::ledger::Ledger;
use super::{Decision, World};
use crate::model::account::{Account, Attr};
use crate::model::ids::{AccountId, AgencyCode};
use crate::model::name::ascii;
use crate::model::record::{Action, Status};
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
pub fn decide<'a>(world: &World<'a>, ledger: &Ledger<'a>, verdicts: &[Vec<Verdict<'a>>]) -> Vec<Decided> {
    let undecided = world.rosters.iter().any(|roster| roster.kind.is_none());
    let elsewhere = if undecided { listed_by(world, ledger, verdicts) } else { BTreeMap::new() };
    world
        .rosters
        .iter()
        .zip(verdicts)
        .map(|(roster, verdicts)| {
            let (kind, claims) = if let Some(kind) = roster.kind {
                (kind, (0, 0))
            } else {
                let claims = claims(roster, ledger, verdicts, &elsewhere);
                (kind(world, roster, claims), claims)
            };
            let decision = Decision { roster: roster.id.clone(), kind, claims };
            Decided { decision, new: roster.kind.is_none() }
        })
        .collect()
}

fn kind(world: &World<'_>, roster: &Roster, (hits, known): (usize, usize)) -> RosterKind {
    match roster.declared {
        Declared::Request => RosterKind::Request,
        // A list without anybody is a failed one, whatever it says of itself: it proves no absence.
        Declared::WholeAgency | Declared::StaffList if roster.rows.is_empty() => RosterKind::Partial,
        Declared::WholeAgency => RosterKind::Full,
        Declared::StaffList if hits * 100 >= known * world.policy.full_share as usize => RosterKind::Full,
        Declared::StaffList | Declared::SomePeople => RosterKind::Partial,
    }
}

/// The agencies whose rows say that an account's person works there.
fn listed_by<'a>(
    world: &World<'a>,
    ledger: &Ledger<'a>,
    verdicts: &[Vec<Verdict<'a>>],
) -> BTreeMap<&'a AccountId, BTreeSet<&'a AgencyCode>> {
    let mut listed: BTreeMap<&AccountId, BTreeSet<&AgencyCode>> = BTreeMap::new();
    for (roster, verdicts) in world.rosters.iter().zip(verdicts) {
        for (row, verdict) in roster.rows.iter().zip(verdicts) {
            let goes = matches!(row.action, Some(Action::Revoke | Action::Suspend))
                || row.status.is_some_and(|status| status.leaves() || status == Status::Transferred);
            if !goes && let Some(account) = verdict.account(ledger) {
                listed.entry(&account.id).or_default().insert(&roster.agency);
            }
        }
    }
    listed
}

/// How many of the people a roster would have to name it does name, and how many these are: enabled personal
/// accounts, of its units where it names any. Whoever another agency lists has gone there.
fn claims<'a>(
    roster: &'a Roster,
    ledger: &Ledger<'a>,
    verdicts: &[Verdict<'a>],
    listed_by: &BTreeMap<&AccountId, BTreeSet<&AgencyCode>>,
) -> (usize, usize) {
    let spoken = coverage(roster, RosterKind::Full);
    let known: BTreeSet<&AccountId> = ledger
        .accounts_in(&roster.agency)
        .iter()
        .filter(|account| !account.protected && !account.is_disabled() && covers(&spoken, account))
        .map(|account| &account.id)
        .filter(|id| listed_by.get(id).is_none_or(|agencies| agencies.contains(&roster.agency)))
        .collect();
    let sure: BTreeSet<&AccountId> =
        verdicts.iter().filter_map(|verdict| Some(&verdict.account(ledger)?.id)).collect();
    // A row under an open question names one of its candidates, whichever it is.
    let mut asked = 0;
    let mut candidates = BTreeSet::new();
    for verdict in verdicts {
        if let Verdict::Ask(accounts) = verdict {
            asked += 1;
            candidates.extend(accounts.iter().map(|account| &account.id));
        }
    }
    let possible = candidates.iter().filter(|id| known.contains(*id) && !sure.contains(*id)).count();
    (known.intersection(&sure).count() + possible.min(asked), known.len())
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
    covers_unit(coverage, account.get(Attr::Unit))
}

/// Whether absence under `coverage` says something of somebody in `unit`.
pub fn covers_unit(coverage: &Coverage, unit: Option<&str>) -> bool {
    match coverage {
        Coverage::Nobody => false,
        Coverage::Agency => true,
        Coverage::Units { units } => unit.is_some_and(|unit| units.contains(&unit_key(unit))),
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
