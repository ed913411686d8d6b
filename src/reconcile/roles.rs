//! Roles: what the position map gives a person in one system, against what its export says is held.

use super::correlate::RowRef;
use super::draft::{Draft, case};
use super::fate::fate;
use super::logins::Logins;
use super::policy::RoleMap;
use super::seats::{By, End, Positions, Seat, Seats};
use super::{Scene, World, handover, orphans};
use crate::model::account::{Attr, Attrs, Values};
use crate::model::change::{Change, ChangeKind, Gate, Reason, Risk};
use crate::model::evidence::Evidence;
use crate::model::ids::{AgencyCode, ChangeKey, PersonId, Subject, TargetId};
use crate::model::person::Person;
use crate::model::role::{Holding, RoleSnapshot};
use std::collections::{BTreeMap, BTreeSet};

/// Proposes grants and revocations in `system`, and asks what comes with them.
pub fn propose(scene: &Scene<'_>, system: &RoleSnapshot, out: &mut Draft) {
    let map = scene.world.policy.roles.iter().find(|map| map.target == system.target);
    let Some(map) = map.filter(|_| system.can.roles) else { return };
    let mut held: BTreeMap<String, Vec<&Holding>> = BTreeMap::new();
    for holding in system.holdings.iter().filter(|holding| map.managed.contains(&holding.role)) {
        held.entry(holding.address()).or_default().push(holding);
    }
    let created = created(out);
    let mut positions = Positions::of(map);
    let mut logins = Logins::of(scene.world, map, system);
    for (id, person) in &scene.correlation.people {
        let account = scene.account_of(person);
        let create = created.get(id);
        let mail = account.and_then(|one| one.get(Attr::Mail)).or(create.map(|(mail, _)| mail.as_str()));
        let Some(mail) = mail else { continue };
        let held = held.remove(&mail.to_lowercase()).unwrap_or_default();
        let Some(stands) = scene.standing.people.get(id) else { continue };
        let home = account.and_then(|account| account.agency.as_ref());
        let desk = Desk { world: scene.world, map, person, mail, needs: create.map(|(_, key)| key.clone()) };
        let seats = Seats::of(scene, &mut positions, stands, account);
        let missing = seats.wanted.iter().filter(|(seat, _)| !held.iter().any(|one| fills(one, seat)));
        let grants: Vec<Change> = missing.map(|(seat, row)| desk.grant(seat, *row)).collect();
        if !grants.is_empty() {
            logins.let_in(&desk, grants, out);
        }
        let unwanted: BTreeSet<Seat> = held
            .iter()
            .filter(|one| !seats.wanted.keys().any(|seat| fills(one, seat)))
            .filter_map(|one| Some((one.role.clone(), one.agency.as_ref().or(home)?.clone())))
            .collect();
        if !unwanted.is_empty() {
            let fate = fate(scene, id, home);
            let ends = unwanted.iter().filter_map(|seat| Some((seat, seats.end(scene, id, seat, &fate)?)));
            let revocations: Vec<Change> = ends.map(|(seat, end)| desk.revoke(seat, &end)).collect();
            // A protected holder's roles stay, whatever a roster says.
            if !account.is_some_and(|account| account.protected) {
                handover::ask(&desk, &revocations, &logins, out);
            }
            out.changes.extend(revocations);
        }
    }
    handover::ask_still(scene, map, &logins, out);
    orphans::roles(scene, map, held, out);
}

/// The addresses of accounts that this plan creates in the mail directory, each with the change that does.
pub fn created(out: &Draft) -> BTreeMap<PersonId, (String, ChangeKey)> {
    let mail = TargetId::mail();
    out.changes
        .iter()
        .filter(|change| change.kind == ChangeKind::CreateAccount && change.target == mail)
        .filter_map(|change| {
            Some((change.person.clone()?, (change.after(Attr::Mail)?.to_owned(), change.key())))
        })
        .collect()
}

/// Whether a holding is this seat. A system that names no agency gives the role in all of them.
fn fills(holding: &Holding, (role, agency): &Seat) -> bool {
    holding.role == *role && holding.agency.as_ref().is_none_or(|one| one == agency)
}

/// One person's desk in one system.
pub struct Desk<'a> {
    /// The world.
    pub world: &'a World<'a>,
    /// The system's position map.
    pub map: &'a RoleMap,
    /// Whose desk it is.
    pub person: &'a Person,
    /// The official address.
    pub mail: &'a str,
    /// The creation of the mailbox, where there is none yet.
    pub needs: Option<ChangeKey>,
}

impl Desk<'_> {
    fn grant(&self, seat: &Seat, row: RowRef) -> Change {
        let gate = if self.map.privileged(&seat.0) { Gate::Two } else { Gate::One };
        let mut change = self.change(seat, ChangeKind::GrantRole, Reason::RoleByPosition);
        change.after.insert(Attr::Role, Values::one(seat.0.as_str()));
        change.needs.extend(self.needs.clone());
        of_seat(seat, change.by_row(self.world, row).gated(gate, Risk::Medium))
    }

    /// The seat is taken, and why.
    pub fn revoke(&self, seat: &Seat, end: &End) -> Change {
        let change = self.change(seat, ChangeKind::RevokeRole, end.reason).taking(seat);
        let change = match end.by {
            By::Row(row) => change.by_row(self.world, row),
            By::UndatedRow(row) => change.by_row(self.world, row).undated(self.world),
            By::Absence(roster) => change.by_absence(self.world, roster),
            By::Answer => change,
        };
        of_seat(seat, change.gated(end.gate, Risk::High))
    }

    fn change(&self, seat: &Seat, kind: ChangeKind, reason: Reason) -> Change {
        let label = format!("{} <{}>", self.person.name, self.mail);
        Change {
            person: Some(self.person.id.clone()),
            case: case(self.person.id.as_str(), reason),
            ..on_seat(self.world, &self.map.target, (self.mail, label), seat, kind, reason)
        }
    }
}

/// A change to a seat of whoever has this address and is called so.
pub fn on_seat(
    world: &World<'_>,
    target: &TargetId,
    (mail, label): (&str, String),
    (role, agency): &Seat,
    kind: ChangeKind,
    reason: Reason,
) -> Change {
    Change {
        target: target.clone(),
        // An address is never given to a second person, and stays when its account is created: so a grant
        // planned before the account exists keeps its key.
        subject: Subject::new(format!("{}#{role}@{agency}", mail.to_lowercase())),
        kind,
        agency: agency.clone(),
        person: None,
        label,
        before: Attrs::from([(Attr::Mail, Values::one(mail)), (Attr::Agency, Values::one(agency.as_str()))]),
        after: Attrs::new(),
        reason,
        effective: None,
        due: world.today,
        gate: Gate::Two,
        risk: Risk::High,
        document: None,
        case: case(mail, reason),
        needs: Vec::new(),
        evidence: vec![Evidence::Snapshot { target: target.to_string(), entry: mail.to_owned() }],
    }
}

impl Change {
    /// Takes the role of `seat`.
    pub(super) fn taking(self, seat: &Seat) -> Self {
        self.touching(Attr::Role, Values::one(seat.0.as_str()), Values::none())
    }
}

/// The agency of a role's change is the seat's, whoever speaks.
pub fn of_seat(seat: &(String, AgencyCode), change: Change) -> Change {
    Change { agency: seat.1.clone(), ..change }
}
