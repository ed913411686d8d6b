//! Roles: what the position map gives a person in one system, against what its export says is held.

use super::correlate::place;
use super::fold::{Stand, Standing};
use super::lifecycle::{Fate, account_of, case, fate};
use super::policy::RoleMap;
use super::{Proposals, World};
use crate::model::account::{Attr, Attrs, Values};
use crate::model::change::{Change, ChangeKind, Gate, Reason, Risk};
use crate::model::evidence::Evidence;
use crate::model::ids::{AgencyCode, ChangeKey, PersonId, Subject};
use crate::model::person::Person;
use crate::model::record::Status;
use crate::model::role::{Holding, RoleSnapshot};
use std::collections::{BTreeMap, BTreeSet};

/// One role in one agency.
type Seat = (String, AgencyCode);

/// Proposes grants and revocations in `system`.
pub fn propose(world: &World<'_>, system: &RoleSnapshot, standing: &Standing, out: &mut Proposals) {
    let Some(map) = world.policy.roles.iter().find(|map| map.target == system.target) else { return };
    let mut held: BTreeMap<String, Vec<&Holding>> = BTreeMap::new();
    for holding in system.holdings.iter().filter(|holding| map.managed.contains(&holding.role)) {
        let address = holding.mail.as_deref().unwrap_or(&holding.login).to_lowercase();
        held.entry(address).or_default().push(holding);
    }
    let created: BTreeMap<PersonId, (String, ChangeKey)> = out
        .changes
        .iter()
        .filter(|change| change.kind == ChangeKind::CreateAccount)
        .filter_map(|change| {
            Some((change.person.clone()?, (change.after(Attr::Mail)?.to_owned(), change.key())))
        })
        .collect();
    let people = out.people.clone();
    for person in people.values() {
        let account = account_of(world, person);
        let home = account.and_then(|account| account.agency.clone());
        let create = created.get(&person.id);
        let Some(mail) =
            account.and_then(|one| one.get(Attr::Mail)).or(create.map(|(mail, _)| mail.as_str()))
        else {
            continue;
        };
        let fate = fate(world, standing, &person.id, home.as_ref());
        if fate == Fate::Unspoken {
            continue;
        }
        let desk = Desk { world, map, person, mail, needs: create.map(|(_, key)| key.clone()) };
        let seats = desk.seats(standing);
        let held = held.get(&mail.to_lowercase()).map_or(&[][..], Vec::as_slice);
        let has: BTreeSet<Seat> = held
            .iter()
            .filter_map(|one| Some((one.role.clone(), one.agency.clone().or_else(|| home.clone())?)))
            .collect();
        for (seat, row) in &seats.wanted {
            if !has.contains(seat) {
                out.changes.push(desk.grant(seat, *row));
            }
        }
        for seat in has.iter().filter(|seat| !seats.wanted.contains_key(*seat)) {
            out.changes.extend(desk.revoke(seat, &fate, &seats, standing));
        }
    }
}

/// One person's desk in one system.
struct Desk<'a> {
    world: &'a World<'a>,
    map: &'a RoleMap,
    person: &'a Person,
    mail: &'a str,
    needs: Option<ChangeKey>,
}

/// What the posts of a person give.
#[derive(Default)]
struct Seats {
    /// The seats by the row that gives each.
    wanted: BTreeMap<Seat, (usize, usize)>,
    /// Agencies whose row states a title: only there does the map's silence say something.
    titled: BTreeMap<AgencyCode, (usize, usize)>,
    /// Agencies where the person is on leave or seconded.
    resting: BTreeMap<AgencyCode, (usize, usize)>,
}

impl Desk<'_> {
    fn seats(&self, standing: &Standing) -> Seats {
        let mut seats = Seats::default();
        for (agency, stand) in standing.people.get(&self.person.id).into_iter().flatten() {
            let Stand::Present(row) = stand else { continue };
            let (_, record) = place(self.world, *row);
            if record.status.is_some_and(Status::pauses) {
                seats.resting.insert(agency.clone(), *row);
                continue;
            }
            let title = record.position.as_deref();
            if title.is_some() {
                seats.titled.insert(agency.clone(), *row);
            }
            let kind = self.world.agencies.get(agency).and_then(|agency| agency.kind.as_deref());
            for (role, _) in self.map.roles(kind, title, record.unit.as_deref()) {
                seats.wanted.insert((role, agency.clone()), *row);
            }
        }
        seats
    }

    fn grant(&self, seat: &Seat, row: (usize, usize)) -> Change {
        let gate = if self.map.privileged(&seat.0) { Gate::Two } else { Gate::One };
        let mut change = self.change(seat, ChangeKind::GrantRole, Reason::RoleByPosition, gate, Risk::Medium);
        change.after.insert(Attr::Role, Values::one(seat.0.as_str()));
        change.needs.extend(self.needs.clone());
        change.by_row(self.world, &seat.1, row)
    }

    /// Taken only where somebody says something: the holder leaves, goes elsewhere, rests, or has a title to
    /// which the map gives no such role. Roles of a confirmed leaver end without further approval.
    fn revoke(&self, seat: &Seat, fate: &Fate, seats: &Seats, standing: &Standing) -> Option<Change> {
        let take = |reason, gate| {
            let mut change = self.change(seat, ChangeKind::RevokeRole, reason, gate, Risk::High);
            change.before.insert(Attr::Role, Values::one(seat.0.as_str()));
            change.after.insert(Attr::Role, Values::none());
            change
        };
        if let Some(row) = seats.resting.get(&seat.1) {
            return Some(take(Reason::RoleRestsOnLeave, Gate::One).by_row(self.world, &seat.1, *row));
        }
        if let Some(row) = seats.titled.get(&seat.1) {
            let mut change = take(Reason::RoleNotByPosition, Gate::One).by_row(self.world, &seat.1, *row);
            change.effective = None;
            change.due = self.world.today;
            return Some(change);
        }
        match fate {
            Fate::Leaves { row, reason } => {
                let gate = match reason {
                    Reason::LeaverConfirmed => Gate::None,
                    // The mailbox rests; what the person does in other systems is not said.
                    Reason::RequestSuspend => return None,
                    _ => Gate::One,
                };
                let ends = match reason {
                    Reason::TransferredAway => Reason::RoleEndsByTransfer,
                    _ => Reason::RoleEndsByLeaving,
                };
                Some(take(ends, gate).by_row(self.world, &seat.1, *row))
            }
            Fate::Moves { row, .. } => {
                // Roles of the old agency end on the day it names, else when the new one begins.
                let stand = standing.people.get(&self.person.id).and_then(|stands| stands.get(&seat.1));
                let row = match stand {
                    Some(Stand::Away(own) | Stand::Left(own) | Stand::Revoked(own)) => *own,
                    _ => *row,
                };
                Some(take(Reason::RoleEndsByTransfer, Gate::One).by_row(self.world, &seat.1, row))
            }
            Fate::Missing(_) if self.world.departures.contains(&self.person.id) => {
                Some(take(Reason::RoleEndsByLeaving, Gate::None))
            }
            Fate::Works { .. } | Fate::Missing(_) | Fate::Unspoken => None,
        }
    }

    fn change(&self, seat: &Seat, kind: ChangeKind, reason: Reason, gate: Gate, risk: Risk) -> Change {
        let (role, agency) = seat;
        Change {
            target: self.map.target.clone(),
            // An address is never given to a second person, and stays when its account is created: so a grant
            // planned before the account exists keeps its key.
            subject: Subject::new(format!("{}#{role}@{agency}", self.mail.to_lowercase())),
            kind,
            agency: agency.clone(),
            person: Some(self.person.id.clone()),
            label: format!("{} <{}>", self.person.name, self.mail),
            before: Attrs::from([
                (Attr::Mail, Values::one(self.mail)),
                (Attr::Agency, Values::one(agency.as_str())),
            ]),
            after: Attrs::new(),
            reason,
            effective: None,
            due: self.world.today,
            gate,
            risk,
            document: None,
            case: case(self.person.id.as_str(), reason),
            needs: Vec::new(),
            evidence: vec![Evidence::Snapshot {
                target: self.map.target.to_string(),
                entry: self.mail.to_owned(),
            }],
        }
    }
}
