//! Joiners: people who are to have an account and have none. Address and place are settled here, in the plan.

use super::addresses::{Addresses, local};
use super::attributes::{family, stated};
use super::correlate::{RowRef, evidence, place};
use super::draft::{Draft, case};
use super::naming::{Namee, is_local_part, local_part};
use super::{Scene, World};
use crate::model::account::{Attr, Attrs, Values};
use crate::model::change::{Change, ChangeKind, Gate, Reason, Risk};
use crate::model::ids::{Subject, TargetId};
use crate::model::person::Person;
use crate::model::question::{Question, QuestionKind};
use crate::model::record::Action;
use std::collections::BTreeSet;

/// Proposes an account for each joiner, in the order of their ids.
pub fn propose<'a>(
    scene: &Scene<'a>,
    joiners: &[(&Person, RowRef)],
    addresses: &mut Option<Addresses<'a>>,
    out: &mut Draft,
) {
    let world = scene.world;
    if joiners.is_empty() {
        return;
    }
    let naming = &world.policy.naming;
    let addresses = addresses.get_or_insert_with(|| Addresses::of(world));
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
            citizen_tail: world.citizen_tail(person),
        };
        let login =
            addresses.take_waiting(&person.id).or_else(|| local_part(naming, &namee, &addresses.taken));
        if let Some(login) = login.or_else(|| agreed(world, person, *row, &addresses.taken, out)) {
            out.changes.push(create(scene, person, *row, &login));
            addresses.taken.insert(login);
        }
    }
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
