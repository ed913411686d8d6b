//! Apart: pairs of roles that one person may not hold together. A grant that would bring two together is not proposed;
//! a person decides which of them stays. So it is where two are held already.

use super::draft::Draft;
use super::policy::{Apart, RoleMap};
use super::roles::{Desk, created};
use super::seats::{By, End};
use super::{Scene, World};
use crate::model::account::Attr;
use crate::model::change::{Change, ChangeKind, Gate, Reason};
use crate::model::evidence::Evidence;
use crate::model::ids::{AgencyCode, ChangeKey, PersonId, TargetId};
use crate::model::person::Person;
use crate::model::question::{Candidate, Question, QuestionKind};
use crate::model::role::Holding;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A role in a system.
type Role<'a> = (&'a TargetId, &'a str);

/// What one person has of one role, and what this plan does about it.
#[derive(Default)]
struct Side<'a> {
    held: Vec<&'a Holding>,
    /// Indices of the grants.
    grants: Vec<usize>,
    /// The revocations, with the agency of each.
    ends: Vec<(AgencyCode, ChangeKey)>,
}

impl<'a> Side<'a> {
    /// The holdings that no revocation of this plan ends.
    fn staying(&self) -> impl Iterator<Item = &'a Holding> {
        let ends = |one: &&Holding| {
            self.ends.iter().any(|(agency, _)| one.agency.as_ref().is_none_or(|held| held == agency))
        };
        self.held.iter().copied().filter(move |one| !ends(one))
    }

    fn is_there(&self) -> bool {
        !self.grants.is_empty() || self.staying().next().is_some()
    }
}

/// What is to become of the draft.
#[derive(Default)]
struct Verdicts {
    dropped: BTreeSet<usize>,
    needs: Vec<(usize, ChangeKey)>,
    revocations: Vec<Change>,
}

/// Takes grants out of the draft that would bring two such roles together, and asks. Only systems that were read say
/// what is held; one that is away stops no other.
pub fn settle(scene: &Scene<'_>, out: &mut Draft) {
    let world = scene.world;
    let pairs: Vec<([Role<'_>; 2], &Apart)> = world.policy.roles.iter().flat_map(RoleMap::pairs).collect();
    if pairs.is_empty() {
        return;
    }
    let named: BTreeSet<Role<'_>> = pairs.iter().flat_map(|(roles, _)| *roles).collect();
    let created = created(out);
    let sides = sides(scene, &named, &created, out);
    let mut verdicts = Verdicts::default();
    for (id, roles) in &sides {
        let Some(person) = scene.correlation.people.get(*id) else { continue };
        let account = scene.account_of(person);
        let mail =
            account.and_then(|one| one.get(Attr::Mail)).or(created.get(*id).map(|(mail, _)| mail.as_str()));
        let Some(mail) = mail else { continue };
        let home = account.and_then(|account| account.agency.as_ref());
        for ([one, two], pair) in &pairs {
            let (Some(first), Some(second)) = (roles.get(one), roles.get(two)) else { continue };
            let both = Both { world, person, mail, home, roles: [*one, *two], sides: [first, second], pair };
            both.decide(&mut verdicts, out);
        }
    }
    let Verdicts { dropped, needs, revocations } = verdicts;
    for (at, key) in needs {
        out.changes[at].needs.push(key);
    }
    let mut at = 0..;
    out.changes.retain(|_| at.next().is_none_or(|at| !dropped.contains(&at)));
    out.changes.extend(revocations);
}

/// What each person has of the `named` roles.
fn sides<'a>(
    scene: &Scene<'a>,
    named: &BTreeSet<Role<'a>>,
    created: &BTreeMap<PersonId, (String, ChangeKey)>,
    out: &Draft,
) -> BTreeMap<&'a PersonId, BTreeMap<Role<'a>, Side<'a>>> {
    let mut held: HashMap<String, Vec<(Role<'a>, &'a Holding)>> = HashMap::new();
    for system in scene.world.systems {
        for holding in &system.holdings {
            if let Some(role) = named.get(&(&system.target, holding.role.as_str())) {
                held.entry(holding.address()).or_default().push((*role, holding));
            }
        }
    }
    let mut planned: HashMap<&PersonId, Vec<(Role<'a>, usize)>> = HashMap::new();
    for (at, change) in out.changes.iter().enumerate() {
        let role = match change.kind {
            ChangeKind::GrantRole => change.after(Attr::Role),
            ChangeKind::RevokeRole => change.before(Attr::Role),
            _ => None,
        };
        let role = role.and_then(|role| named.iter().find(|one| **one == (&change.target, role)));
        if let (Some(person), Some(role)) = (&change.person, role) {
            planned.entry(person).or_default().push((*role, at));
        }
    }
    let mut sides: BTreeMap<&PersonId, BTreeMap<Role<'a>, Side<'a>>> = BTreeMap::new();
    for (id, person) in scene.people() {
        let account = scene.account_of(person);
        let mail =
            account.and_then(|one| one.get(Attr::Mail)).or(created.get(id).map(|(mail, _)| mail.as_str()));
        let held = mail.and_then(|mail| held.remove(&mail.to_lowercase())).unwrap_or_default();
        let planned = planned.remove(id).unwrap_or_default();
        if held.is_empty() && planned.is_empty() {
            continue;
        }
        let roles = sides.entry(id).or_default();
        for (role, holding) in held {
            roles.entry(role).or_default().held.push(holding);
        }
        for (role, at) in planned {
            let (side, change) = (roles.entry(role).or_default(), &out.changes[at]);
            match change.kind {
                ChangeKind::GrantRole => side.grants.push(at),
                _ => side.ends.push((change.agency.clone(), change.key())),
            }
        }
    }
    sides
}

/// One person and both roles of a pair.
struct Both<'a> {
    world: &'a World<'a>,
    person: &'a Person,
    mail: &'a str,
    home: Option<&'a AgencyCode>,
    roles: [Role<'a>; 2],
    sides: [&'a Side<'a>; 2],
    pair: &'a Apart,
}

impl Both<'_> {
    fn decide(&self, verdicts: &mut Verdicts, out: &mut Draft) {
        let [one, two] = self.sides;
        if one.is_there() && two.is_there() {
            let answer = out.ask(self.world, self.question(&out.changes)).map(str::to_owned);
            let kept = answer.and_then(|answer| self.roles.iter().position(|role| word(*role) == answer));
            for (at, side) in self.sides.iter().enumerate() {
                let is_kept = match kept {
                    Some(kept) => kept == at,
                    // Until somebody decides, what is held stays and nothing is added to it.
                    None => false,
                };
                if !is_kept {
                    verdicts.dropped.extend(&side.grants);
                }
                if kept.is_some() && !is_kept {
                    let ends: Vec<Change> = side.staying().filter_map(|one| self.end(at, one)).collect();
                    let other = &self.sides[1 - at].grants;
                    let needs = ends.iter().flat_map(|end| other.iter().map(|grant| (*grant, end.key())));
                    verdicts.needs.extend(needs);
                    verdicts.revocations.extend(ends);
                }
            }
        }
        // One goes and the other comes: never both, not even for a day.
        for (comes, goes) in [(one, two), (two, one)] {
            if goes.staying().next().is_none() {
                let ends = goes.ends.iter().map(|(_, key)| key);
                let needs = ends.flat_map(|key| comes.grants.iter().map(|grant| (*grant, key.clone())));
                verdicts.needs.extend(needs);
            }
        }
    }

    /// The map that gives and takes a role, if one does.
    fn manager(&self, at: usize) -> Option<&RoleMap> {
        let (target, role) = self.roles[at];
        self.world.policy.roles.iter().find(|map| map.target == *target && map.managed.contains(role))
    }

    fn end(&self, at: usize, holding: &Holding) -> Option<Change> {
        let (map, (_, role)) = (self.manager(at)?, self.roles[at]);
        let agency = holding.agency.as_ref().or(self.home)?;
        let desk = Desk { world: self.world, map, person: self.person, mail: self.mail, needs: None };
        let end = End { reason: Reason::RolesApart, gate: Gate::One, by: By::Answer };
        Some(desk.revoke(&(role.to_owned(), agency.clone()), &end))
    }

    /// Which of the two stays?
    fn question(&self, changes: &[Change]) -> Question {
        let granted = |side: &Side<'_>| side.grants.first().map(|at| changes[*at].agency.clone());
        let held = |side: &Side<'_>| side.staying().find_map(|one| one.agency.clone());
        let [one, two] = self.sides;
        let agency = self
            .home
            .cloned()
            .or_else(|| held(one).or_else(|| held(two)).or_else(|| granted(one)).or_else(|| granted(two)));
        // One can stay only where the other can be taken.
        let can_stay = [0, 1].into_iter().filter(|at| self.manager(1 - at).is_some());
        let mut candidates: Vec<Candidate> = can_stay.map(|at| self.candidate(at)).collect();
        candidates.sort();
        let mut evidence: Vec<Evidence> = Vec::new();
        for (role, side) in self.roles.iter().zip(self.sides) {
            for at in &side.grants {
                evidence.extend(
                    changes[*at]
                        .evidence
                        .iter()
                        .filter(|one| !matches!(one, Evidence::Snapshot { .. }))
                        .cloned(),
                );
            }
            if side.staying().next().is_some() {
                evidence.push(Evidence::Snapshot {
                    target: role.0.to_string(),
                    entry: format!("{}; {}", self.mail, role.1),
                });
            }
        }
        evidence.dedup();
        Question {
            kind: QuestionKind::RolesApart,
            agency: agency.unwrap_or_else(AgencyCode::unknown),
            about: format!("apart|{}|{}|{}", self.person.id, word(self.roles[0]), word(self.roles[1])),
            label: self.person.name.to_string(),
            candidates,
            evidence,
        }
    }

    /// What is held is marked `=`, what would be given `+`.
    fn candidate(&self, at: usize) -> Candidate {
        let role = self.roles[at];
        let sign = if self.sides[at].staying().next().is_some() { '=' } else { '+' };
        Candidate {
            answer: word(role),
            label: role.1.to_owned(),
            fields: vec![format!("{sign} {}", word(role)), self.pair.why.clone()],
        }
    }
}

/// A role as an answer names it.
fn word((target, role): Role<'_>) -> String {
    format!("{target}/{role}")
}
