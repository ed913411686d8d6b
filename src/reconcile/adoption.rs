//! Adoption: a directory that nobody has reconciled before, account by account: whose it is and by which rule, what is
//! asked about, what nobody claims, and which addresses break the naming rule.

use super::Scene;
use super::correlate::Resolved;
use super::coverage::{coverage, covers};
use super::naming::{Namee, is_by_the_rule, local_part};
use crate::model::account::{Account, AccountKind, Attr};
use crate::model::adoption::{Adoption, Claim, Line, Standing};
use crate::model::ids::{AgencyCode, PersonId};
use crate::model::name::PersonName;
use crate::model::person::Person;
use crate::model::question::QuestionKind;
use crate::model::roster::{Coverage, RosterKind};
use std::collections::{BTreeMap, BTreeSet};

/// Takes stock of the directory.
pub fn take(scene: &Scene<'_>) -> Adoption {
    let coverage = full_coverage(scene);
    let accounts = scene.world.directory.accounts.values();
    let mut lines: Vec<Line> = accounts.map(|account| line(scene, &coverage, account)).collect();
    lines.sort();
    let mut agencies: BTreeMap<AgencyCode, Standing> =
        scene.world.agencies.keys().map(|code| (code.clone(), Standing::default())).collect();
    for line in &lines {
        agencies.entry(line.agency.clone()).or_default();
    }
    for agency in coverage.keys() {
        agencies.entry((*agency).clone()).or_default().full_roster = true;
    }
    for question in scene.correlation.questions.values() {
        let asked = u64::from(question.kind == QuestionKind::WhoIs);
        agencies.entry(question.agency.clone()).or_default().questions += asked;
    }
    for person in scene.correlation.people.values() {
        if let Some(matched) = person.matched.as_ref().filter(|one| !one.is_settled()) {
            agencies.entry(matched.agency.clone()).or_default().unconfirmed += 1;
        }
    }
    for (agency, people) in without_account(scene) {
        agencies.entry(agency).or_default().without_account = people.len() as u64;
    }
    Adoption { lines, agencies }
}

/// What the full rosters in force speak for, by agency.
fn full_coverage<'s>(scene: &'s Scene<'_>) -> BTreeMap<&'s AgencyCode, Vec<Coverage>> {
    let full = scene.timeline.full.iter().filter(|(_, rosters)| !rosters.is_empty());
    let spoken = |index: &usize| coverage(&scene.world.rosters[*index], RosterKind::Full);
    full.map(|(agency, rosters)| (*agency, rosters.iter().map(spoken).collect())).collect()
}

fn line(scene: &Scene<'_>, coverage: &BTreeMap<&AgencyCode, Vec<Coverage>>, account: &Account) -> Line {
    let holder = scene
        .correlation
        .person_of(scene.ledger, &account.id)
        .and_then(|id| scene.correlation.people.get(id));
    let spoken_for = || {
        let agency = account.agency.as_ref().and_then(|agency| coverage.get(agency));
        agency.is_some_and(|lists| lists.iter().any(|one| covers(one, account)))
    };
    let claim = match (account.kind, holder) {
        (AccountKind::Unit, _) => Claim::Unit,
        (AccountKind::Service, _) => Claim::Service,
        (AccountKind::Person, Some(Person { name, matched: Some(by), .. })) => {
            Claim::Matched { person: name.to_string(), by: by.clone() }
        }
        (AccountKind::Person, _) if scene.correlation.asked_about.contains_key(&account.id) => {
            Claim::Ambiguous
        }
        (AccountKind::Person, _) if spoken_for() => Claim::Nobodys,
        (AccountKind::Person, _) => Claim::Unclaimed,
    };
    let by_the_rule =
        if account.kind == AccountKind::Person { broken_rule(scene, account, holder) } else { None };
    Line {
        agency: account.agency.clone().unwrap_or_else(AgencyCode::unknown),
        address: account.label().to_owned(),
        account: account.id.clone(),
        name: account.get(Attr::FullName).unwrap_or_default().to_owned(),
        disabled: account.is_disabled(),
        claim,
        by_the_rule,
    }
}

/// The address that the naming rule gives, where the account's own is none that it could have given.
fn broken_rule(scene: &Scene<'_>, account: &Account, holder: Option<&Person>) -> Option<String> {
    let naming = &scene.world.policy.naming;
    let address = account.get(Attr::Mail)?;
    let name = PersonName::new(account.get(Attr::FullName)?)?;
    let agency = account.agency.clone().unwrap_or_else(AgencyCode::unknown);
    let namee = Namee {
        name: &name,
        agency: &agency,
        birth: holder.and_then(|person| person.birth),
        citizen_tail: holder.and_then(|person| scene.world.citizen_tail(person)),
    };
    let (local, domain) = address.split_once('@')?;
    let fits = domain.eq_ignore_ascii_case(&naming.domain) && is_by_the_rule(naming, &namee, local);
    let wanted = || local_part(naming, &namee, &BTreeSet::new());
    (!fits).then(|| wanted().map_or_else(|| "?".to_owned(), |local| format!("{local}@{}", naming.domain)))
}

/// People whom an agency lists and who have no account.
fn without_account(scene: &Scene<'_>) -> BTreeMap<AgencyCode, BTreeSet<PersonId>> {
    let mut found: BTreeMap<AgencyCode, BTreeSet<PersonId>> = BTreeMap::new();
    for ((roster, _), resolved) in &scene.correlation.rows {
        let Resolved::Person(id, _) = resolved else { continue };
        let person = scene.correlation.people.get(id);
        if person.is_some_and(|person| scene.account_of(person).is_none()) {
            let agency = scene.world.rosters[*roster].agency.clone();
            found.entry(agency).or_default().insert(id.clone());
        }
    }
    found
}
