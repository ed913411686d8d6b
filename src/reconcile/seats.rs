//! Seats: a role in an agency. What the posts of a person give, and why one that is held ends.

use super::correlate::{RowRef, place};
use super::fate::{Fate, leaving};
use super::fold::{Stand, Stands};
use super::policy::{Given, RoleMap};
use super::{Scene, World};
use crate::model::account::{Account, Attr};
use crate::model::change::{Gate, Reason};
use crate::model::ids::{AgencyCode, PersonId};
use crate::model::roster::{Coverage, RosterKind};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// One role in one agency.
pub type Seat = (String, AgencyCode);

/// A kind of agency, a title and a unit.
type Post<'a> = (Option<&'a str>, &'a str, Option<&'a str>);

/// What titles give, worked out once for each.
pub struct Positions<'a> {
    map: &'a RoleMap,
    known: HashMap<Post<'a>, Rc<Given>>,
}

impl<'a> Positions<'a> {
    /// Those of one system.
    pub fn of(map: &'a RoleMap) -> Self {
        Self { map, known: HashMap::new() }
    }

    fn given(&mut self, kind: Option<&'a str>, title: &'a str, unit: Option<&'a str>) -> Rc<Given> {
        let given = || Rc::new(self.map.given(kind, Some(title), unit));
        Rc::clone(self.known.entry((kind, title, unit)).or_insert_with(given))
    }
}

/// What the posts of a person give.
#[derive(Default)]
pub struct Seats<'a> {
    /// The seats by the row that gives each.
    pub wanted: BTreeMap<Seat, RowRef>,
    /// Agencies whose row states a title: only there does the map's silence say something, except of the roles that
    /// it might give in a unit that is not known.
    titled: BTreeMap<&'a AgencyCode, (RowRef, Rc<Given>)>,
    /// Agencies where the person is on leave or seconded.
    resting: BTreeMap<&'a AgencyCode, RowRef>,
}

/// Why a seat ends.
pub struct End {
    /// The rule.
    pub reason: Reason,
    /// Who must approve.
    pub gate: Gate,
    /// What says so.
    pub by: By,
}

/// What says that a seat ends.
pub enum By {
    /// A row, with its date.
    Row(RowRef),
    /// A row, whose date is that of something else.
    UndatedRow(RowRef),
    /// A full roster, by its absence.
    Absence(usize),
    /// An operator's answer.
    Answer,
}

impl<'a> Seats<'a> {
    /// The seats of somebody who stands so, and whose account may know the unit that a row leaves out.
    pub fn of(
        scene: &Scene<'a>,
        positions: &mut Positions<'a>,
        stands: &Stands<'a>,
        account: Option<&'a Account>,
    ) -> Self {
        let mut seats = Self::default();
        for (agency, stand) in stands.iter() {
            let Stand::Present(row) = stand else { continue };
            if scene.timeline.is_replaced(row.0) {
                continue;
            }
            let (_, record) = place(scene.world, row);
            if scene.world.policy.pause(record.status).is_some_and(|pause| pause.roles_rest) {
                seats.resting.insert(agency, row);
                continue;
            }
            let Some(title) = record.position.as_deref() else { continue };
            let at_home = account.filter(|account| account.agency.as_ref() == Some(agency));
            let unit = record.unit.as_deref().or_else(|| at_home.and_then(|account| account.get(Attr::Unit)));
            let kind = kind(scene.world, agency);
            let given = positions.given(kind, title, unit);
            for role in &given.roles {
                seats.wanted.insert((role.clone(), agency.clone()), row);
            }
            seats.titled.insert(agency, (row, given));
        }
        seats
    }

    /// Whether and why a seat that no post gives ends. Taken only where somebody says something: the holder rests,
    /// has a title to which the map gives no such role, leaves, or goes elsewhere.
    pub fn end(&self, scene: &Scene<'_>, person: &PersonId, seat: &Seat, fate: &Fate) -> Option<End> {
        let (role, agency) = seat;
        let end = |reason, gate, by| Some(End { reason, gate, by });
        if let Some(row) = self.resting.get(agency) {
            return end(Reason::RoleRestsOnLeave, Gate::One, By::Row(*row));
        }
        if let Some((row, given)) = self.titled.get(agency) {
            let unknown = given.perhaps.contains(role);
            return if unknown {
                None
            } else {
                end(Reason::RoleNotByPosition, Gate::One, By::UndatedRow(*row))
            };
        }
        let stand = scene.standing.people.get(person).and_then(|stands| stands.get(agency));
        match stand {
            Some(Stand::Away(row)) => end(Reason::RoleEndsByTransfer, Gate::One, By::Row(row)),
            Some(Stand::Left(row)) => {
                end(Reason::RoleEndsByLeaving, leaver_gate(leaving(scene, person, row)), By::Row(row))
            }
            Some(Stand::Revoked(row)) => end(Reason::RoleEndsByLeaving, Gate::One, By::Row(row)),
            // The mailbox rests: what the person does in other systems is not said. A row without a title says
            // nothing of roles.
            Some(Stand::Suspended(_) | Stand::Present(_)) => None,
            Some(Stand::Absent(_)) | None => self::elsewhere(scene, person, agency, stand.is_some(), fate),
        }
    }
}

/// Why a seat ends in an agency that does not speak of the person, or lists everyone else. It does not matter whether
/// the account has moved yet: what ends before the move ends after it.
fn elsewhere(
    scene: &Scene<'_>,
    person: &PersonId,
    agency: &AgencyCode,
    is_absent: bool,
    fate: &Fate,
) -> Option<End> {
    let is_gone = || is_absent || lists_everyone(scene, agency);
    let lies_there = || {
        let account = scene.correlation.people.get(person).and_then(|one| scene.account_of(one));
        account.is_some_and(|account| account.agency.as_ref() == Some(agency))
    };
    let (reason, gate, by) = match fate {
        Fate::Leaves { row, reason } => match reason {
            Reason::TransferredAway | Reason::RequestSuspend => return None,
            reason => (Reason::RoleEndsByLeaving, leaver_gate(*reason), By::Row(*row)),
        },
        Fate::Missing(roster) if scene.world.departures.contains(person) => {
            (Reason::RoleEndsByLeaving, Gate::None, By::Absence(*roster))
        }
        Fate::Moves { row, .. } if is_gone() || lies_there() => {
            (Reason::RoleEndsByTransfer, Gate::One, By::Row(*row))
        }
        Fate::Works { home, row } if home != agency && is_gone() => {
            (Reason::RoleEndsByTransfer, Gate::One, By::Row(*row))
        }
        Fate::Works { .. } | Fate::Moves { .. } | Fate::Missing(_) | Fate::Unspoken => return None,
    };
    Some(End { reason, gate, by })
}

/// Roles of a confirmed leaver end without further approval.
fn leaver_gate(reason: Reason) -> Gate {
    if reason == Reason::LeaverConfirmed { Gate::None } else { Gate::One }
}

/// Whether a full roster of the whole agency is in force, every row of it read.
fn lists_everyone(scene: &Scene<'_>, agency: &AgencyCode) -> bool {
    scene.standing.proving.get(agency).into_iter().flatten().any(|index| {
        super::coverage::coverage(&scene.world.rosters[*index], RosterKind::Full) == Coverage::Agency
    })
}

fn kind<'a>(world: &World<'a>, agency: &AgencyCode) -> Option<&'a str> {
    world.agencies.get(agency)?.kind.as_deref()
}
