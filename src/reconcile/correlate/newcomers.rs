//! Newcomers: people without an account. Rows of several rosters may speak of one of them; nobody is to be given
//! two accounts, and nobody's id is to change because a later roster says more.

use super::alike::{agree, born_apart, born_together, conflict, differ, shared};
use super::ask::birth;
use super::{Match, Row, RowRef, place};
use crate::model::account::Account;
use crate::model::ids::{AgencyCode, PersonId};
use crate::model::name::ascii;
use crate::model::person::Person;
use crate::reconcile::World;
use crate::reconcile::ledger::{Ledger, person_id, phone, staff};
use crate::reconcile::timeline::Timeline;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The rows of people without an account, by name.
pub(super) struct Newcomers<'a, 'w> {
    world: &'w World<'a>,
    ledger: &'w Ledger<'a>,
    timeline: &'w Timeline<'w>,
    by_name: BTreeMap<String, Vec<Newcomer<'a>>>,
}

struct Newcomer<'a> {
    reference: RowRef,
    agency: &'a AgencyCode,
    row: &'a Row,
    known: Option<(&'a Person, Match)>,
    /// Accounts that may be meant.
    perhaps: Vec<&'a Account>,
    /// Whether some of these lie in the agency: then only what namesakes do not share makes it another row's person.
    is_here: bool,
}

/// What becomes of a row.
pub(super) enum Settled<'a> {
    /// It is this person's.
    Is(PersonId, Match),
    /// The holder of one of these accounts may be meant.
    Ask(Vec<&'a Account>),
}

/// Rows held to speak of one person.
struct Cluster<'a> {
    rows: Vec<Newcomer<'a>>,
}

impl<'a, 'w> Newcomers<'a, 'w> {
    pub(super) fn new(world: &'w World<'a>, ledger: &'w Ledger<'a>, timeline: &'w Timeline<'w>) -> Self {
        Self { world, ledger, timeline, by_name: BTreeMap::new() }
    }

    /// A row of somebody known.
    pub(super) fn known(&mut self, reference: RowRef, person: &'a Person, why: Match) {
        self.add(reference, Some((person, why)), Vec::new(), false);
    }

    /// A row that fits nobody here; `elsewhere` are accounts of the name in other agencies.
    pub(super) fn unknown(&mut self, reference: RowRef, elsewhere: Vec<&'a Account>) {
        self.add(reference, None, elsewhere, false);
    }

    /// A row that may be any of the `candidates`, unless another row tells that it is somebody new.
    pub(super) fn asked(&mut self, reference: RowRef, candidates: Vec<&'a Account>) {
        self.add(reference, None, candidates, true);
    }

    fn add(
        &mut self,
        reference: RowRef,
        known: Option<(&'a Person, Match)>,
        perhaps: Vec<&'a Account>,
        is_here: bool,
    ) {
        let (roster, row) = place(self.world, reference);
        let newcomer = Newcomer { reference, agency: &roster.agency, row, known, perhaps, is_here };
        self.by_name.entry(row.full_name.matching()).or_default().push(newcomer);
    }

    /// Who each row speaks of. Rows of one person are asked about only where none of them tells that he or she is none
    /// of those who come into question.
    pub(super) fn settle(self) -> Vec<(RowRef, Settled<'a>)> {
        let mut out = Vec::new();
        for (name, rows) in self.by_name {
            let mut taken = BTreeSet::new();
            let clusters = clusters(rows, self.timeline);
            let mut spread: BTreeMap<&AgencyCode, usize> = BTreeMap::new();
            for cluster in &clusters {
                let agencies: BTreeSet<&AgencyCode> = cluster.rows.iter().map(|one| one.agency).collect();
                for agency in agencies {
                    *spread.entry(agency).or_default() += 1;
                }
            }
            for cluster in clusters {
                let is_replaced = |one: &Newcomer<'_>| self.timeline.is_replaced(one.reference.0);
                // A replaced roster makes nobody known.
                if cluster.rows.iter().all(|one| is_replaced(one) && one.known.is_none()) {
                    continue;
                }
                if cluster.rows.iter().all(|one| !one.perhaps.is_empty()) {
                    let asked = cluster.rows.into_iter().filter(|one| !is_replaced(one));
                    out.extend(asked.map(|one| (one.reference, Settled::Ask(one.perhaps))));
                    continue;
                }
                let id = cluster.id(self.world, self.ledger, &name, &taken, &spread);
                taken.insert(id.clone());
                out.extend(cluster.rows.into_iter().map(|one| {
                    let why = one.known.map_or(Match::New, |(_, why)| why);
                    (one.reference, Settled::Is(id.clone(), why))
                }));
            }
        }
        out
    }
}

/// Sorts rows of one name into people. The rows that tell most come first, then the newest, so that the order of
/// rosters and rows does not matter.
fn clusters<'a>(mut rows: Vec<Newcomer<'a>>, timeline: &Timeline<'_>) -> Vec<Cluster<'a>> {
    rows.sort_by_cached_key(|one| {
        let marks = marks(one);
        (
            Reverse(one.known.map(|(person, _)| &person.id)),
            Reverse(marks.len()),
            Reverse(timeline.rank[one.reference.0]),
            marks,
        )
    });
    let mut clusters: Vec<Cluster<'a>> = Vec::new();
    let mut index = Index::default();
    for one in rows {
        let at = index.find(&clusters, &one).unwrap_or(clusters.len());
        index.add(at, &one);
        match clusters.get_mut(at) {
            Some(cluster) => cluster.rows.push(one),
            None => clusters.push(Cluster { rows: vec![one] }),
        }
    }
    clusters
}

/// Where to look for a row's cluster: without it, a thousand namesakes would be a million comparisons.
#[derive(Default)]
struct Index<'a> {
    by_mark: BTreeMap<String, Vec<usize>>,
    by_agency: BTreeMap<&'a AgencyCode, BTreeSet<usize>>,
}

impl<'a> Index<'a> {
    fn add(&mut self, cluster: usize, one: &Newcomer<'a>) {
        for mark in marks(one) {
            let list = self.by_mark.entry(mark).or_default();
            if list.last() != Some(&cluster) {
                list.push(cluster);
            }
        }
        self.by_agency.entry(one.agency).or_default().insert(cluster);
    }

    /// The cluster that shares a mark; else the only one in the agency that nothing speaks against.
    fn find(&self, clusters: &[Cluster<'a>], one: &Newcomer<'a>) -> Option<usize> {
        let marked = marks(one).into_iter().flat_map(|mark| self.by_mark.get(&mark).into_iter().flatten());
        if let Some(found) = marked.copied().find(|at| clusters[*at].may_hold(one)) {
            return Some(found);
        }
        if one.is_here {
            return None;
        }
        let mut near = self.by_agency.get(one.agency)?.iter().copied().filter(|at| {
            let cluster = &clusters[*at];
            cluster.may_hold(one)
                && cluster.rows.iter().all(|other| !other.is_here && !kept_apart(other, one))
        });
        near.next().filter(|_| near.next().is_none())
    }
}

/// What namesakes do not share. Short staff codes repeat from agency to agency.
fn marks(one: &Newcomer<'_>) -> Vec<String> {
    let row = one.row;
    let agency = one.agency.as_str();
    let date = row.birth.and_then(crate::model::person::Birth::date);
    [
        one.known.map(|(person, _)| format!("person {}", person.id)),
        row.citizen_id.as_ref().map(|mark| format!("citizen {}", mark.hash)),
        date.map(|date| format!("born {date}")),
        row.phone.as_deref().map(|number| format!("phone {}", phone(number))),
        row.staff_code.as_deref().map(|code| format!("staff {agency} {}", staff(code))),
        row.email.as_deref().map(|mail| format!("mail {}", mail.to_lowercase())),
        Some(format!("row {agency} {}", signature(row))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl<'a> Cluster<'a> {
    /// Whether nothing speaks against it: neither another known person nor the birth nor, where the citizen ID or,
    /// within the agency, the full birth date is not the same, the citizen ID or the staff code; nor the phone of
    /// another agency's row, where no row here is linked.
    fn may_hold(&self, one: &Newcomer<'_>) -> bool {
        let number = one.row.phone.as_deref();
        let is_linked = self.rows.iter().any(|other| {
            agree(other.row.phone.as_deref(), number, phone)
                || other.agency == one.agency && shared(other.row, one.row)
        });
        self.rows.iter().all(|other| {
            let (a, b) = (other.row, one.row);
            let known = other.known.zip(one.known).is_none_or(|((a, _), (b, _))| a.id == b.id);
            let citizens = a.citizen_id.as_ref().zip(b.citizen_id.as_ref()).map(|(a, b)| a == b);
            let here = other.agency == one.agency;
            let sure = citizens == Some(true) || here && born_together(a.birth, b.birth);
            let against = citizens == Some(false)
                || here && differ(a.staff_code.as_deref(), b.staff_code.as_deref(), staff)
                || !here && !is_linked && differ(a.phone.as_deref(), number, phone);
            known && !born_apart(a.birth, b.birth) && (sure || !against)
        })
    }

    /// Somebody known who has no account yet; else a new id, from what is least likely to change.
    fn id(
        &self,
        world: &World<'a>,
        ledger: &Ledger<'a>,
        name: &str,
        taken: &BTreeSet<PersonId>,
        spread: &BTreeMap<&AgencyCode, usize>,
    ) -> PersonId {
        if let Some(id) = self.rows.iter().filter_map(|one| Some(&one.known?.0.id)).min() {
            return id.clone();
        }
        let waiting = self.rows.iter().flat_map(|one| waiting(world, ledger, one.reference));
        if let Some(id) = waiting.filter(|id| !taken.contains(id)).min() {
            return id;
        }
        if let Some(id) = self.listed(ledger, name, spread).filter(|id| !taken.contains(id)) {
            return id;
        }
        let citizen = self.rows.iter().filter_map(|one| one.row.citizen_id.as_ref()).min();
        let code =
            self.rows.iter().filter_map(|one| Some((one.agency, staff(one.row.staff_code.as_deref()?))));
        let said = self.rows.iter().map(|one| (one.agency, signature(one.row))).min();
        let parts: Vec<&str> = match (citizen, code.min(), &said) {
            // With the name: a mistyped citizen ID may be somebody else's.
            (Some(mark), _, _) => vec!["citizen", &mark.hash, name],
            (None, Some((agency, code)), _) => return free(world, &["staff", agency.as_str(), &code, name]),
            (None, None, Some((agency, said))) => vec!["name", agency.as_str(), said],
            (None, None, None) => vec!["name", name],
        };
        free(world, &parts)
    }

    /// The one of this name who waits for an account and was listed in an agency where nobody else of the name comes
    /// into question.
    fn listed(
        &self,
        ledger: &Ledger<'_>,
        name: &str,
        spread: &BTreeMap<&AgencyCode, usize>,
    ) -> Option<PersonId> {
        let fits = |person: &&Person| {
            self.rows.iter().any(|one| person.listed.contains(one.agency) && spread[one.agency] == 1)
                && !self.rows.iter().any(|one| {
                    conflict(person, one.row, true)
                        || differ(person.phone.as_deref(), one.row.phone.as_deref(), phone)
                        || differ(person.staff_code.as_deref(), one.row.staff_code.as_deref(), staff)
                })
        };
        let mut fitting = ledger.people_waiting(name).iter().copied().filter(fits);
        fitting.next().filter(|_| fitting.next().is_none()).map(|person| person.id.clone())
    }
}

/// The first id of `parts` that nobody has: somebody else may have been met through the same words.
fn free(world: &World<'_>, parts: &[&str]) -> PersonId {
    let mut id = person_id(parts);
    let mut namesakes = 2;
    while world.people.contains_key(&id) {
        id = person_id(&[parts, &[&namesakes.to_string()]].concat());
        namesakes += 1;
    }
    id
}

/// Known people without an account who may be this row's: first met through the same words, or sharing what
/// namesakes do not share.
pub(super) fn waiting<'a>(world: &World<'a>, ledger: &Ledger<'a>, reference: RowRef) -> Vec<PersonId> {
    let (roster, row) = place(world, reference);
    let name = row.full_name.matching();
    let met = (1..).map(|n: u32| {
        let said = signature(row);
        let parts = ["name", roster.agency.as_str(), &said];
        if n == 1 { person_id(&parts) } else { person_id(&[&parts[..], &[&n.to_string()]].concat()) }
    });
    let met = met.map_while(|id| world.people.get(&id));
    let by_citizen =
        row.citizen_id.iter().flat_map(|mark| ledger.people_by_citizen(&mark.hash).iter().copied());
    let date = row.birth.and_then(crate::model::person::Birth::date);
    let by_birth = date.into_iter().flat_map(|date| ledger.people_by_birth(date).iter().copied());
    let by_phone = row.phone.iter().flat_map(|number| ledger.people_by_phone(number).iter().copied());
    met.chain(by_citizen)
        .chain(by_birth)
        .chain(by_phone)
        .filter(|person| ledger.account_of(&person.id).is_none())
        .filter(|person| person.name.matching() == name && !conflict(person, row, true))
        .map(|person| person.id.clone())
        .collect()
}

/// Whether two rows of one agency that share nothing speak of two people: one roster lists them apart, or they
/// state another phone.
fn kept_apart(one: &Newcomer<'_>, two: &Newcomer<'_>) -> bool {
    let (a, b) = (one.row, two.row);
    one.reference.0 == two.reference.0 || differ(a.phone.as_deref(), b.phone.as_deref(), phone)
}

/// What a row says of who somebody is: the name with birth and phone, or with the unit where it says neither.
fn signature(row: &Row) -> String {
    let number = row.phone.as_deref().map(phone).unwrap_or_default();
    let born = birth(row);
    let unit = row.unit.as_deref().filter(|_| number.is_empty() && born.is_empty()).map(ascii);
    [row.full_name.matching(), born, number, unit.unwrap_or_default()].join("|")
}
