//! Fate: what the last words of all agencies come to for one person.

use super::Scene;
use super::correlate::{RowRef, place};
use super::fold::Stand;
use crate::model::change::Reason;
use crate::model::ids::{AgencyCode, PersonId};

/// What the last words come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// No agency says anything of the account.
    Unspoken,
    /// Works where the account is (or is to be).
    Works {
        /// The agency whose row speaks for the account.
        home: AgencyCode,
        /// That row.
        row: RowRef,
    },
    /// Works elsewhere than the account lies.
    Moves {
        /// Where to.
        to: AgencyCode,
        /// The receiving agency's row.
        row: RowRef,
        /// Whether the old agency has let go.
        reason: Reason,
    },
    /// Leaves.
    Leaves {
        /// The row that says so.
        row: RowRef,
        /// By which rule.
        reason: Reason,
    },
    /// Missing from a full roster, by its index.
    Missing(usize),
}

/// The fate of `person`, whose account lies in `home` if there is one and it lies in any.
pub fn fate(scene: &Scene<'_>, person: &PersonId, home: Option<&AgencyCode>) -> Fate {
    let Some(stands) = scene.standing.people.get(person) else { return Fate::Unspoken };
    let age = |stand: Stand| scene.timeline.rank[stand.roster()];
    let newest = stands
        .iter()
        .filter_map(|(agency, stand)| match stand {
            Stand::Present(row) => Some((agency, row)),
            _ => None,
        })
        .max_by_key(|(_, row)| scene.timeline.rank[row.0]);
    let Some(home) = home else {
        return match newest {
            Some((agency, row)) => Fate::Works { home: agency.clone(), row },
            None => stands
                .iter()
                .map(|(_, stand)| stand)
                .max_by_key(|stand| age(*stand))
                .map_or(Fate::Unspoken, |stand| ending(scene, person, stand)),
        };
    };
    if let Some(Stand::Present(row)) = stands.get(home) {
        return Fate::Works { home: home.clone(), row };
    }
    let above = above(scene, home);
    // A department may send one roster for the units below it.
    if stands.get(home).is_none() {
        let listed = above.iter().find_map(|agency| match stands.get(agency) {
            Some(Stand::Present(row)) => Some((*agency, row)),
            _ => None,
        });
        if let Some((agency, row)) = listed {
            return Fate::Works { home: agency.clone(), row };
        }
    }
    // Only the account's own agency, or one above it, speaks of its end.
    let own = stands.get(home).or_else(|| {
        let words = above.iter().filter_map(|agency| stands.get(agency));
        words.filter(|stand| ends(*stand)).max_by_key(|stand| age(*stand))
    });
    match (newest, own) {
        (Some((_, row)), Some(own)) if ends(own) && age(own) > scene.timeline.rank[row.0] => {
            ending(scene, person, own)
        }
        (Some((to, row)), own) => {
            let reason = if own.is_some() { Reason::Transfer } else { Reason::TransferByReceiver };
            Fate::Moves { to: to.clone(), row, reason }
        }
        (None, Some(own)) => ending(scene, person, own),
        (None, None) => Fate::Unspoken,
    }
}

/// Whether a word ends the account, wherever else the person may be listed from before.
fn ends(stand: Stand) -> bool {
    match stand {
        Stand::Left(_) | Stand::Revoked(_) | Stand::Suspended(_) => true,
        Stand::Present(_) | Stand::Away(_) | Stand::Absent(_) => false,
    }
}

fn ending(scene: &Scene<'_>, person: &PersonId, stand: Stand) -> Fate {
    let leaves = |row, reason| Fate::Leaves { row, reason };
    match stand {
        Stand::Left(row) => leaves(row, leaving(scene, person, row)),
        Stand::Away(row) => leaves(row, Reason::TransferredAway),
        Stand::Revoked(row) => leaves(row, Reason::RequestRevoke),
        Stand::Suspended(row) => leaves(row, Reason::RequestSuspend),
        Stand::Absent(roster) => Fate::Missing(roster),
        Stand::Present(_) => Fate::Unspoken,
    }
}

/// Confirmed by a document number with its PDF, by the agency's contact in our template, or by an operator; else by
/// the status alone.
pub fn leaving(scene: &Scene<'_>, person: &PersonId, row: RowRef) -> Reason {
    let (roster, record) = place(scene.world, row);
    let documented = roster.has_pdf && roster.number().is_some();
    if documented || record.departure_confirmed || scene.world.departures.contains(person) {
        Reason::LeaverConfirmed
    } else {
        Reason::LeaverByStatus
    }
}

/// The agencies above `agency`, the nearest first.
fn above<'a>(scene: &Scene<'a>, agency: &AgencyCode) -> Vec<&'a AgencyCode> {
    let mut above: Vec<&AgencyCode> = Vec::new();
    let mut next = scene.world.agencies.get(agency).and_then(|one| one.parent.as_ref());
    while let Some(parent) = next.filter(|parent| !above.contains(parent)) {
        above.push(parent);
        next = scene.world.agencies.get(parent).and_then(|one| one.parent.as_ref());
    }
    above
}
