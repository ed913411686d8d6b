//! Joiners: people who are to have an account and have none. Address and place are settled here, in the plan.

use super::Proposals;
use super::World;
use super::attributes::stated;
use super::correlate::{RowRef, place};
use super::lifecycle::case;
use super::naming::{Namee, local_part};
use crate::model::account::{Attr, Attrs, Values};
use crate::model::change::{Change, ChangeKind, Gate, Reason, Risk};
use crate::model::ids::{AgencyCode, PersonId, Subject, TargetId};
use crate::model::person::{Birth, Person};
use crate::model::question::{Question, QuestionKind};
use crate::model::record::Action;
use std::collections::{BTreeMap, BTreeSet};

/// Proposes an account for each joiner, in the order of their ids.
pub fn propose(world: &World<'_>, joiners: &[(&Person, AgencyCode, RowRef)], out: &mut Proposals) {
    let naming = &world.policy.naming;
    let mut own: BTreeMap<&PersonId, &str> = BTreeMap::new();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for (address, person) in world.reserved {
        own.entry(person).or_insert(address);
        taken.extend(local(address, &naming.domain));
    }
    for account in world.directory.accounts.values() {
        for attr in [Attr::Mail, Attr::Alias] {
            for address in account.attrs.get(&attr).map_or(&[][..], |values| values.as_slice()) {
                taken.extend(local(&address.to_lowercase(), &naming.domain));
            }
        }
        taken.extend(account.get(Attr::Login).map(str::to_lowercase));
    }
    for (person, agency, row) in joiners {
        let reserved = own.get(&person.id).and_then(|address| local(address, &naming.domain));
        let namee = Namee {
            name: &person.name,
            agency,
            birth_year: person.birth.map(Birth::year),
            citizen_tail: person.citizen.as_ref().map(|mark| mark.tail.as_str()),
        };
        match reserved.or_else(|| local_part(naming, &namee, &taken)) {
            Some(login) => {
                taken.insert(login.clone());
                out.changes.push(create(world, person, agency, *row, &login));
            }
            None => out.questions.push(no_address(world, person, agency, *row)),
        }
    }
}

/// The local part of an address of this domain.
fn local(address: &str, domain: &str) -> Option<String> {
    let (local, at) = address.split_once('@')?;
    at.eq_ignore_ascii_case(domain).then(|| local.to_owned())
}

fn create(world: &World<'_>, person: &Person, agency: &AgencyCode, row: RowRef, login: &str) -> Change {
    let (_, record) = place(world, row);
    let mail = format!("{login}@{}", world.policy.naming.domain);
    let name = &person.name;
    // A name of one word is its own family name: directories insist on one.
    let family = if name.family().is_empty() { name.given() } else { name.family() };
    let mut after = Attrs::from([
        (Attr::Dn, Values::one(world.policy.layout.account(agency, login).to_string())),
        (Attr::Login, Values::one(login)),
        (Attr::FullName, Values::one(name.as_str())),
        (Attr::FamilyName, Values::one(family)),
        (Attr::GivenName, Values::one(name.given())),
        (Attr::Mail, Values::one(&mail)),
        (Attr::Agency, Values::one(agency.as_str())),
    ]);
    for attr in [Attr::Title, Attr::Unit, Attr::Phone, Attr::StaffCode] {
        if let Some(value) = stated(attr, record) {
            after.insert(attr, Values::one(value));
        }
    }
    let reason = if record.action == Some(Action::Create) { Reason::RequestCreate } else { Reason::Joiner };
    Change {
        target: TargetId::mail(),
        subject: Subject::new(person.id.as_str()),
        kind: ChangeKind::CreateAccount,
        agency: agency.clone(),
        person: Some(person.id.clone()),
        label: format!("{name} <{mail}>"),
        before: Attrs::new(),
        after,
        reason,
        effective: None,
        due: world.today,
        gate: Gate::One,
        risk: Risk::Medium,
        document: None,
        case: case(person.id.as_str(), reason),
        needs: Vec::new(),
        evidence: Vec::new(),
    }
    .by_row(world, agency, row)
}

/// Every address the policy knows is taken: a person must choose.
fn no_address(world: &World<'_>, person: &Person, agency: &AgencyCode, row: RowRef) -> Question {
    let (roster, record) = place(world, row);
    Question {
        kind: QuestionKind::FreeText,
        agency: agency.clone(),
        about: format!("address|{}", person.id),
        label: person.name.to_string(),
        candidates: Vec::new(),
        evidence: vec![super::correlate::evidence(roster, record)],
    }
}
