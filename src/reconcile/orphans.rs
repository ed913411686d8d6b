//! Orphans: accounts that no roster ever claimed, where their agency has sent a full roster that covers them.

use super::Scene;
use super::coverage::{coverage, covers};
use super::draft::{Draft, on_nobodys};
use crate::model::account::Account;
use crate::model::change::{ChangeKind, Gate, Reason, Risk};
use crate::model::roster::{Coverage, RosterKind};

/// Proposes to disable them, once two operators agree.
pub fn propose(scene: &Scene<'_>, out: &mut Draft) {
    for (agency, full) in &scene.timeline.full {
        let spoken: Vec<(usize, Coverage)> = full
            .iter()
            .map(|index| (*index, coverage(&scene.world.rosters[*index], RosterKind::Full)))
            .collect();
        for account in scene.ledger.accounts_in(agency).iter().filter(|account| is_unclaimed(scene, account))
        {
            if let Some((index, _)) = spoken.iter().find(|(_, coverage)| covers(coverage, account)) {
                let change =
                    on_nobodys(scene.world, account, ChangeKind::OrphanAccount, Reason::NoRosterClaims);
                out.changes.push(
                    change.by_absence(scene.world, *index).disabling(true).gated(Gate::Two, Risk::High),
                );
            }
        }
    }
}

/// An account that is a possible answer to an open question may yet be claimed.
fn is_unclaimed(scene: &Scene<'_>, account: &Account) -> bool {
    !account.is_disabled()
        && scene.correlation.person_of(scene.ledger, &account.id).is_none()
        && !scene.correlation.asked_about.contains_key(&account.id)
}
