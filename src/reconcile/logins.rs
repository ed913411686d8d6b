//! Logins: the accounts of people in a system beside the mailbox, where its connector shows and writes them. A role is
//! given only to somebody who has one: else it is created first, where the system can, or a person is asked.

use super::draft::{Draft, case};
use super::fate::{Fate, fate};
use super::naming::{Namee, local_part};
use super::policy::{Naming, RoleMap};
use super::roles::Desk;
use super::{Scene, World};
use crate::model::account::{Attr, Attrs, Values};
use crate::model::change::{Change, ChangeKind, Gate, Reason, Risk};
use crate::model::evidence::Evidence;
use crate::model::ids::{AgencyCode, PersonId, Subject};
use crate::model::person::Person;
use crate::model::question::{Question, QuestionKind};
use crate::model::role::{RoleSnapshot, SystemAccount};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The accounts of one system.
pub struct Logins<'a> {
    world: &'a World<'a>,
    map: &'a RoleMap,
    system: &'a RoleSnapshot,
    /// Only looked up in.
    by_address: HashMap<String, &'a SystemAccount>,
    names: Option<Names<'a>>,
}

/// The logins that are given, and those kept for somebody.
struct Names<'a> {
    taken: BTreeSet<String>,
    own: BTreeMap<&'a PersonId, String>,
}

impl<'a> Logins<'a> {
    /// Those of `system`.
    pub fn of(world: &'a World<'a>, map: &'a RoleMap, system: &'a RoleSnapshot) -> Self {
        Self { world, map, system, by_address: by_address(system), names: None }
    }

    /// How many files the holder of an address has in hand there, where the system says.
    pub fn open_files(&self, mail: &str) -> Option<u64> {
        self.by_address.get(&mail.to_lowercase())?.open_files
    }

    /// Proposes `grants`, all of one person, behind what lets that person in.
    pub fn let_in(&mut self, desk: &Desk<'_>, mut grants: Vec<Change>, out: &mut Draft) {
        let can = self.system.can;
        let Some(first) = grants.first().filter(|_| can.list) else {
            out.changes.append(&mut grants);
            return;
        };
        let door = match self.by_address.get(&desk.mail.to_lowercase()) {
            Some(account) if account.open == Some(false) && can.disable => Some(reopening(desk, &grants)),
            Some(_) => None,
            // The system shows the mail directory's own people: the account comes with the mailbox.
            None if !can.create && desk.needs.is_some() => None,
            None if can.create => match self.login(desk, &first.agency) {
                Some(login) => Some(creation(desk, first, &login)),
                None => return self.ask(desk, first, out),
            },
            None => return self.ask(desk, first, out),
        };
        if let Some(door) = door {
            let key = door.key();
            for grant in &mut grants {
                grant.needs.push(key.clone());
            }
            out.changes.push(door);
        }
        out.changes.append(&mut grants);
    }

    /// Somebody must make the account: the grant is proposed once it is there.
    fn ask(&self, desk: &Desk<'_>, grant: &Change, out: &mut Draft) {
        let question = Question {
            kind: QuestionKind::NoAccount,
            agency: grant.agency.clone(),
            about: format!("account|{}|{}", desk.person.id, self.map.target),
            label: desk.person.name.to_string(),
            candidates: Vec::new(),
            evidence: grant.evidence.clone(),
        };
        out.ask(self.world, question);
    }

    /// The login of a new account: the official address, or by the system's own pattern.
    fn login(&mut self, desk: &Desk<'_>, agency: &AgencyCode) -> Option<String> {
        let Some(pattern) = &self.map.login else { return Some(desk.mail.to_lowercase()) };
        let names = self.names.get_or_insert_with(|| names(self.world, self.system));
        if let Some(own) = names.own.get(&desk.person.id) {
            return Some(own.clone());
        }
        let naming = Naming {
            pattern: pattern.clone(),
            on_collision: self.map.login_on_collision.clone(),
            reserved: BTreeSet::new(),
            ..Naming::default()
        };
        let whom = Namee {
            name: &desk.person.name,
            agency,
            birth: desk.person.birth,
            citizen_tail: self.world.citizen_tail(desk.person),
        };
        let login = local_part(&naming, &whom, &names.taken)?;
        names.taken.insert(login.clone());
        Some(login)
    }
}

fn by_address(system: &RoleSnapshot) -> HashMap<String, &SystemAccount> {
    system.accounts.iter().map(|account| (account.address(), account)).collect()
}

fn names<'a>(world: &'a World<'a>, system: &RoleSnapshot) -> Names<'a> {
    let logins = system.accounts.iter().map(|one| &one.login);
    let mut taken: BTreeSet<String> = logins.map(|login| login.to_lowercase()).collect();
    let mut own = BTreeMap::new();
    for (reserved, person) in world.reserved {
        let login = reserved.split_once('/').filter(|(target, _)| *target == system.target.as_str());
        let Some((_, login)) = login else { continue };
        if taken.insert(login.to_owned()) {
            own.insert(person, login.to_owned());
        }
    }
    Names { taken, own }
}

/// The account of somebody who gets a role and has none. It says no password: whoever signs in does so as the system
/// has it, with the mail account or by a first password of the system's own.
fn creation(desk: &Desk<'_>, grant: &Change, login: &str) -> Change {
    Change {
        subject: Subject::new(desk.mail.to_lowercase()),
        kind: ChangeKind::CreateAccount,
        before: Attrs::new(),
        after: Attrs::from([
            (Attr::Login, Values::one(login)),
            (Attr::Mail, Values::one(desk.mail)),
            (Attr::FullName, Values::one(desk.person.name.as_str())),
            (Attr::Agency, Values::one(grant.agency.as_str())),
        ]),
        reason: Reason::Joiner,
        gate: Gate::One,
        risk: Risk::Medium,
        ..grant.clone()
    }
}

fn reopening(desk: &Desk<'_>, grants: &[Change]) -> Change {
    let gate = grants.iter().map(|grant| grant.gate).max().unwrap_or(Gate::Two);
    let change = Change { kind: ChangeKind::EnableAccount, reason: Reason::Rehire, ..grants[0].clone() };
    of_account(change, desk.mail).disabling(false).gated(gate, Risk::Medium)
}

/// Leaves of a change what is of the account of an address.
fn of_account(change: Change, mail: &str) -> Change {
    Change {
        subject: Subject::new(mail.to_lowercase()),
        before: Attrs::from([(Attr::Mail, Values::one(mail))]),
        after: Attrs::new(),
        ..change
    }
}

/// Proposes to close the accounts of confirmed leavers, where the system shows and closes accounts.
pub fn close(scene: &Scene<'_>, system: &RoleSnapshot, out: &mut Draft) {
    if !system.can.list || !system.can.disable {
        return;
    }
    let accounts = by_address(system);
    for (id, person) in &scene.correlation.people {
        let Some(account) = scene.account_of(person) else { continue };
        let Some(mail) = account.get(Attr::Mail) else { continue };
        if accounts.get(&mail.to_lowercase()).is_none_or(|there| there.open != Some(true)) {
            continue;
        }
        let confirmed = || scene.world.departures.contains(id);
        let blank = || closing(scene.world, system, person, mail, account.agency.as_ref());
        let change = match fate(scene, id, account.agency.as_ref()) {
            Fate::Leaves { row, reason: Reason::LeaverConfirmed } => blank().by_row(scene.world, row),
            Fate::Missing(roster) if confirmed() => blank().by_absence(scene.world, roster),
            Fate::Unspoken if confirmed() => blank(),
            Fate::Leaves { .. }
            | Fate::Missing(_)
            | Fate::Unspoken
            | Fate::Works { .. }
            | Fate::Moves { .. } => continue,
        };
        out.changes.push(change);
    }
}

fn closing(
    world: &World<'_>,
    system: &RoleSnapshot,
    person: &Person,
    mail: &str,
    home: Option<&AgencyCode>,
) -> Change {
    let blank = Change {
        target: system.target.clone(),
        subject: Subject::new(mail),
        kind: ChangeKind::DisableAccount,
        agency: home.cloned().unwrap_or_else(AgencyCode::unknown),
        person: Some(person.id.clone()),
        label: format!("{} <{mail}>", person.name),
        before: Attrs::new(),
        after: Attrs::new(),
        reason: Reason::LeaverConfirmed,
        effective: None,
        due: world.today,
        gate: Gate::One,
        risk: Risk::High,
        document: None,
        case: case(person.id.as_str(), Reason::LeaverConfirmed),
        needs: Vec::new(),
        evidence: vec![Evidence::Snapshot { target: system.target.to_string(), entry: mail.to_owned() }],
    };
    of_account(blank, mail).disabling(true)
}
