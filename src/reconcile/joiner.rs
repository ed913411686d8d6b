//! Joiners: people who are to have an account and have none. Address and place are settled here, in the plan.

use super::attributes::{family, stated};
use super::correlate::{RowRef, evidence, place};
use super::draft::{Draft, case};
use super::naming::{Namee, is_local_part, local_part};
use super::{Scene, World};
use crate::model::account::{Attr, Attrs, Values};
use crate::model::change::{Change, ChangeKind, Gate, Reason, Risk};
use crate::model::ids::{PersonId, Subject, TargetId};
use crate::model::person::Person;
use crate::model::question::{Question, QuestionKind};
use crate::model::record::Action;
use std::collections::{BTreeMap, BTreeSet};

/// Proposes an account for each joiner, in the order of their ids.
pub fn propose(scene: &Scene<'_>, joiners: &[(&Person, RowRef)], out: &mut Draft) {
    let world = scene.world;
    let naming = &world.policy.naming;
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for account in world.directory.accounts.values() {
        for address in [Attr::Mail, Attr::Alias].iter().flat_map(|attr| account.all(*attr)) {
            taken.extend(local(address, &naming.domain));
        }
        taken.extend(account.get(Attr::Login).map(str::to_lowercase));
    }
    // A person's own reservation is used again, unless somebody made an account of that name since. What is reserved
    // is an address, or a login without a domain.
    let mut own: BTreeMap<&PersonId, String> = BTreeMap::new();
    let mut reserved: BTreeSet<String> = BTreeSet::new();
    // A login of another system (`qlvb/…`) is none of this.
    for (address, person) in world.reserved.iter().filter(|(address, _)| !address.contains('/')) {
        let part =
            if address.contains('@') { local(address, &naming.domain) } else { Some(address.to_lowercase()) };
        let Some(part) = part else { continue };
        if address.contains('@') && !taken.contains(&part) {
            own.entry(person).or_insert_with(|| part.clone());
        }
        reserved.insert(part);
    }
    taken.append(&mut reserved);
    for (person, row) in joiners {
        let (roster, record) = place(world, *row);
        // Its sender is told by the row's finding.
        if !record.full_name.is_plausible() {
            continue;
        }
        let namee = Namee {
            name: &record.full_name,
            agency: &roster.agency,
            birth: person.birth,
            citizen_tail: person.citizen.as_ref().map(|mark| mark.tail.as_str()),
        };
        let login = own.remove(&person.id).or_else(|| local_part(naming, &namee, &taken));
        if let Some(login) = login.or_else(|| agreed(world, person, *row, &taken, out)) {
            out.changes.push(create(scene, person, *row, &login));
            taken.insert(login);
        }
    }
}

/// The local part of an address of this domain.
fn local(address: &str, domain: &str) -> Option<String> {
    let (local, at) = address.split_once('@')?;
    at.eq_ignore_ascii_case(domain).then(|| local.to_lowercase())
}

fn create(scene: &Scene<'_>, person: &Person, row: RowRef, login: &str) -> Change {
    let world = scene.world;
    let (roster, record) = place(world, row);
    let agency = &roster.agency;
    let mail = format!("{login}@{}", world.policy.naming.domain);
    let statements = scene.standing.statements(world, scene.timeline, &person.id, agency);
    let name = statements.first().map_or(&record.full_name, |at| &place(world, *at).1.full_name);
    let mut after = Attrs::from([
        (Attr::Dn, Values::one(world.policy.layout.account(agency, login).to_string())),
        (Attr::Login, Values::one(login)),
        (Attr::FullName, Values::one(name.as_str())),
        (Attr::FamilyName, Values::one(family(name))),
        (Attr::GivenName, Values::one(name.given())),
        (Attr::Mail, Values::one(&mail)),
        (Attr::Agency, Values::one(agency.as_str())),
    ]);
    for attr in [Attr::Title, Attr::Unit, Attr::Phone, Attr::StaffCode] {
        let value = statements.iter().find_map(|at| stated(attr, place(world, *at).1));
        after.extend(value.map(|value| (attr, Values::one(value))));
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
    .by_row(world, row)
}

/// Every address the policy knows is taken: the one agreed with the person, which an operator writes down.
fn agreed(
    world: &World<'_>,
    person: &Person,
    row: RowRef,
    taken: &BTreeSet<String>,
    out: &mut Draft,
) -> Option<String> {
    let (roster, record) = place(world, row);
    let question = Question {
        kind: QuestionKind::FreeText,
        agency: roster.agency.clone(),
        about: format!("address|{}", person.id),
        label: person.name.to_string(),
        candidates: Vec::new(),
        evidence: vec![evidence(roster, record)],
    };
    let answer = out.ask(world, question)?.trim().to_lowercase();
    let domain = &world.policy.naming.domain;
    let part = if answer.contains('@') { local(&answer, domain)? } else { answer };
    let fine =
        is_local_part(&part) && !taken.contains(&part) && !world.policy.naming.reserved.contains(&part);
    fine.then_some(part)
}
