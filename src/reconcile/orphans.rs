//! Orphans: accounts and roles that no roster ever claimed, where their agency has sent a full roster that covers them.

use super::Scene;
use super::coverage::{coverage, covers};
use super::draft::{Draft, on_nobodys};
use super::policy::RoleMap;
use super::roles::{of_seat, on_seat};
use crate::model::account::{Account, AccountKind, Attr};
use crate::model::change::{ChangeKind, Gate, Reason, Risk};
use crate::model::ids::AgencyCode;
use crate::model::role::{Holding, Unclaimed};
use crate::model::roster::{Coverage, RosterKind};
use std::collections::BTreeMap;

/// Proposes to disable them, once two operators agree.
pub fn propose(scene: &Scene<'_>, out: &mut Draft) {
    for (agency, full) in &scene.standing.proving {
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

/// What becomes of the roles in `held`, by the address of holders whom no roster names: each is proposed for removal,
/// once two operators agree, where every agency it concerns has sent a full roster; else it is reported.
pub fn roles(scene: &Scene<'_>, map: &RoleMap, held: BTreeMap<String, Vec<&Holding>>, out: &mut Draft) {
    if held.is_empty() {
        return;
    }
    let special = special(scene);
    for (address, holdings) in held {
        let account = special.get(&address).copied().or_else(|| scene.ledger.account_by_mail(&address));
        let is_somebodys = |one: &Account| {
            one.protected
                || one.kind == AccountKind::Service
                || scene.correlation.person_of(scene.ledger, &one.id).is_some()
        };
        if account.is_some_and(is_somebodys) || !scene.ledger.people_by_mail(&address).is_empty() {
            continue;
        }
        for holding in holdings {
            let home = account.and_then(|account| account.agency.as_ref());
            let agency = holding.agency.as_ref().or(home);
            // A login that is no address may be anybody's.
            let silent = agency
                .filter(|_| address.contains('@'))
                .and_then(|agency| silent(scene, agency, home.unwrap_or(agency), account));
            if let (Some(agency), Some(roster)) = (agency, silent) {
                let seat = (holding.role.clone(), agency.clone());
                let label = format!("{} <{address}>", holding.name.as_deref().unwrap_or_default());
                let (kind, reason) = (ChangeKind::RevokeRole, Reason::NoRosterClaims);
                let change = on_seat(scene.world, &map.target, (&address, label), &seat, kind, reason)
                    .taking(&seat)
                    .by_absence(scene.world, roster)
                    .gated(Gate::Two, Risk::High);
                out.changes.push(of_seat(&seat, change));
            } else {
                out.unclaimed.push(Unclaimed {
                    target: map.target.clone(),
                    agency: agency.cloned(),
                    holder: address.clone(),
                    name: holding.name.clone(),
                    role: holding.role.clone(),
                });
            }
        }
    }
}

/// Unit mailboxes, services and administrators, by every address of theirs: no roster ever names them.
fn special<'a>(scene: &Scene<'a>) -> BTreeMap<String, &'a Account> {
    let accounts = scene.world.directory.accounts.values().filter(|one| one.kind != AccountKind::Person);
    accounts
        .flat_map(|account| {
            let addresses =
                [Attr::Mail, Attr::Alias, Attr::Login].into_iter().flat_map(|attr| account.all(attr));
            addresses.map(move |address| (address.to_lowercase(), account))
        })
        .collect()
}

/// The full roster of `agency` that covers a holder and names nobody like it; `home` must have sent one as well.
fn silent(
    scene: &Scene<'_>,
    agency: &AgencyCode,
    home: &AgencyCode,
    account: Option<&Account>,
) -> Option<usize> {
    let covering = |agency: &AgencyCode| {
        scene.standing.proving.get(agency).into_iter().flatten().copied().find(|index| {
            let coverage = coverage(&scene.world.rosters[*index], RosterKind::Full);
            match account {
                Some(account) => account.kind == AccountKind::Person && covers(&coverage, account),
                None => coverage == Coverage::Agency,
            }
        })
    };
    let asked = account.is_some_and(|one| scene.correlation.asked_about.contains_key(&one.id));
    covering(home).filter(|_| !asked)?;
    covering(agency)
}
