//! Roles: what the position map gives a person in one system, against what its export says is held.

use super::draft::{Draft, case};
use super::fate::fate;
use super::policy::RoleMap;
use super::seats::{By, End, Positions, Seat, Seats};
use super::{Scene, World};
use crate::model::account::{Attr, Attrs, Values};
use crate::model::change::{Change, ChangeKind, Gate, Reason, Risk};
use crate::model::evidence::Evidence;
use crate::model::ids::{AgencyCode, ChangeKey, PersonId, Subject};
use crate::model::person::Person;
use crate::model::role::{Holding, RoleSnapshot};
use std::collections::{BTreeMap, BTreeSet};

/// Proposes grants and revocations in `system`.
pub fn propose(scene: &Scene<'_>, system: &RoleSnapshot, out: &mut Draft) {
    if !system.can.roles {
        return;
    }
    let Some(map) = scene.world.policy.roles.iter().find(|map| map.target == system.target) else { return };
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
    let mut positions = Positions::of(map);
    for (id, person) in &scene.correlation.people {
        let Some(stands) = scene.standing.people.get(id) else { continue };
        let account = scene.account_of(person);
        let create = created.get(id);
        let mail = account.and_then(|one| one.get(Attr::Mail)).or(create.map(|(mail, _)| mail.as_str()));
        let Some(mail) = mail else { continue };
        let home = account.and_then(|account| account.agency.as_ref());
        let desk = Desk { world: scene.world, map, person, mail, needs: create.map(|(_, key)| key.clone()) };
        let seats = Seats::of(scene, &mut positions, stands, account);
        let held = held.get(&mail.to_lowercase()).map_or(&[][..], Vec::as_slice);
        for (seat, row) in &seats.wanted {
            if !held.iter().any(|one| fills(one, seat)) {
                out.changes.push(desk.grant(seat, *row));
            }
        }
        let unwanted: BTreeSet<Seat> = held
            .iter()
            .filter(|one| !seats.wanted.keys().any(|seat| fills(one, seat)))
            .filter_map(|one| Some((one.role.clone(), one.agency.as_ref().or(home)?.clone())))
            .collect();
        if !unwanted.is_empty() {
            let fate = fate(scene, id, home);
            for seat in unwanted {
                out.changes.extend(seats.end(scene, id, &seat, &fate).map(|end| desk.revoke(&seat, &end)));
            }
        }
    }
}

/// Whether a holding is this seat. A system that names no agency gives the role in all of them.
fn fills(holding: &Holding, (role, agency): &Seat) -> bool {
    holding.role == *role && holding.agency.as_ref().is_none_or(|one| one == agency)
}

/// One person's desk in one system.
struct Desk<'a> {
    world: &'a World<'a>,
    map: &'a RoleMap,
    person: &'a Person,
    mail: &'a str,
    needs: Option<ChangeKey>,
}

impl Desk<'_> {
    fn grant(&self, seat: &Seat, row: (usize, usize)) -> Change {
        let gate = if self.map.privileged(&seat.0) { Gate::Two } else { Gate::One };
        let mut change = self.change(seat, ChangeKind::GrantRole, Reason::RoleByPosition);
        change.after.insert(Attr::Role, Values::one(seat.0.as_str()));
        change.needs.extend(self.needs.clone());
        of_seat(seat, change.by_row(self.world, row).gated(gate, Risk::Medium))
    }

    fn revoke(&self, seat: &Seat, end: &End) -> Change {
        let mut change = self.change(seat, ChangeKind::RevokeRole, end.reason);
        change.before.insert(Attr::Role, Values::one(seat.0.as_str()));
        change.after.insert(Attr::Role, Values::none());
        let change = match end.by {
            By::Row(row) => change.by_row(self.world, row),
            By::UndatedRow(row) => change.by_row(self.world, row).undated(self.world),
            By::Absence(roster) => change.by_absence(self.world, roster),
        };
        of_seat(seat, change.gated(end.gate, Risk::High))
    }

    fn change(&self, seat: &Seat, kind: ChangeKind, reason: Reason) -> Change {
        let (role, agency): &(String, AgencyCode) = seat;
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
            gate: Gate::Two,
            risk: Risk::High,
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

/// The agency of a role's change is the seat's, whoever speaks.
fn of_seat(seat: &Seat, change: Change) -> Change {
    Change { agency: seat.1.clone(), ..change }
}
