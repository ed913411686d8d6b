//! The second step: what the rows of this pass tell of each other, and people made of the verdicts.

use super::alike::{born_together, precedence};
use super::ask::Answered;
use super::learned::{Learned, namesakes_elsewhere, spoken_for};
use super::newcomers::{self, Newcomers, Settled};
use super::tie::Ties;
use super::{Correlation, Match, Resolved, Row, RowRef, Verdict, ask, goes, place, silence};
use crate::model::account::Account;
use crate::model::ids::{AccountId, PersonId, TargetId};
use crate::model::person::{OutOfUse, Person};
use crate::model::record::Action;
use crate::model::roster::Roster;
use crate::reconcile::World;
use crate::reconcile::ledger::{Ledger, person_id};
use crate::reconcile::timeline::Timeline;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Makes people of the verdicts.
pub fn settle<'a>(
    world: &World<'a>,
    ledger: &Ledger<'a>,
    timeline: &Timeline<'_>,
    mut verdicts: Vec<Vec<Verdict<'a>>>,
) -> Correlation {
    silence(world, timeline, &mut verdicts);
    let mut settling = Settling { world, ledger, out: Correlation::default(), sure: BTreeMap::new() };
    let open = verdicts.iter().flatten().any(|verdict| matches!(verdict, Verdict::Undecided));
    let (learned, spoken_for) = if open {
        (Learned::from(world, ledger, timeline, &verdicts), spoken_for(world, ledger, timeline, &verdicts))
    } else {
        (Learned::default(), BTreeSet::new())
    };
    let mut waiting = Vec::new();
    let mut newcomers = Newcomers::new(world, ledger, timeline);
    for (index, verdicts) in verdicts.into_iter().enumerate() {
        for (at, verdict) in verdicts.into_iter().enumerate() {
            let reference = (index, at);
            let (roster, row) = place(world, reference);
            let mut elsewhere = Vec::new();
            let verdict = match verdict {
                Verdict::Undecided => learned.verdict(row).unwrap_or_else(|| {
                    match ask::answered(
                        world,
                        roster,
                        row,
                        namesakes_elsewhere(ledger, &spoken_for, roster, row),
                    ) {
                        Answered::Is(account) => Verdict::Account(account, Match::Answer),
                        Answered::None(_) => Verdict::Undecided,
                        Answered::Open(candidates) => {
                            elsewhere = candidates;
                            Verdict::Undecided
                        }
                    }
                }),
                verdict => verdict,
            };
            match verdict {
                Verdict::Account(account, why) => settling.sure(reference, account, why),
                Verdict::Person(person, why) => match ledger.account_of(&person.id) {
                    Some(account) => settling.sure(reference, account, why),
                    None => newcomers.known(reference, person, why),
                },
                Verdict::Ask(candidates) => newcomers.asked(reference, candidates),
                Verdict::Waits(asking) => waiting.push((reference, (index, asking))),
                // What stands for a name is none: it makes nobody known, and a person reads the row.
                Verdict::Undecided if !row.full_name.is_plausible() => {}
                Verdict::Undecided => newcomers.unknown(reference, elsewhere),
                Verdict::Unheard => {}
            }
        }
    }
    for (reference, settled) in newcomers.settle() {
        match settled {
            Settled::Is(id, why) => {
                settling.sure.insert(reference, (Holder::Known(id), why));
            }
            Settled::Ask(candidates) => settling.ask(reference, &candidates),
        }
    }
    for (reference, asking) in waiting {
        if let Some(asked) = settling.out.rows.get(&asking).cloned() {
            settling.out.rows.insert(reference, asked);
        } else if let Some(told) = settling.sure.get(&asking).cloned() {
            settling.sure.insert(reference, told);
        }
    }
    settling.finish(timeline)
}

/// What a row is held to be: the holder of an account that nobody is linked to yet, or somebody with an id.
#[derive(Clone)]
enum Holder<'a> {
    Of(&'a Account),
    Known(PersonId),
}

struct Settling<'a, 'w> {
    world: &'w World<'a>,
    ledger: &'w Ledger<'a>,
    out: Correlation,
    sure: BTreeMap<RowRef, (Holder<'a>, Match)>,
}

impl<'a> Settling<'a, '_> {
    fn sure(&mut self, reference: RowRef, account: &'a Account, why: Match) {
        let holder = match self.ledger.person_of(&account.id) {
            Some(person) => Holder::Known(person.id.clone()),
            None => Holder::Of(account),
        };
        self.sure.insert(reference, (holder, why));
    }

    fn ask(&mut self, reference: RowRef, candidates: &[&Account]) {
        let (roster, row) = place(self.world, reference);
        let question = ask::question(roster, row, candidates);
        let key = question.key();
        for account in candidates {
            let agencies = self.out.asked_about.entry(account.id.clone()).or_default();
            agencies.insert(roster.agency.clone());
        }
        self.out.rows.insert(reference, Resolved::Asked(key.clone()));
        match self.out.questions.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(question);
            }
            // Several rows raise it: its words must not depend on which of them is read first.
            Entry::Occupied(mut entry) => {
                let asked = entry.get_mut();
                if (&question.label, &question.candidates) < (&asked.label, &asked.candidates) {
                    asked.label = question.label;
                    asked.candidates = question.candidates;
                }
                asked.evidence.extend(question.evidence);
                asked.evidence.sort();
                asked.evidence.dedup();
            }
        }
    }

    /// Gives every account its person, then lets the rows tell of the people, oldest roster first.
    fn finish(mut self, timeline: &Timeline<'_>) -> Correlation {
        self.out.people.clone_from(self.world.people);
        let mail = TargetId::mail();
        for person in self.out.people.values_mut() {
            match self.ledger.account_of(&person.id) {
                Some(account) if person.accounts.get(&mail) == Some(&account.id) => {}
                Some(account) => {
                    person.accounts.insert(mail.clone(), account.id.clone());
                    person.matched = None;
                }
                None => {
                    person.accounts.remove(&mail);
                    person.matched = None;
                }
            }
        }
        let mut order: Vec<Vec<(usize, PersonId)>> = vec![Vec::new(); self.world.rosters.len()];
        let owners = self.owners();
        let mut ties = Ties::default();
        for ((roster, at), (holder, why)) in std::mem::take(&mut self.sure) {
            let (id, account) = match holder {
                Holder::Of(account) => (owners[&account.id].clone(), Some(account)),
                Holder::Known(id) => {
                    let account = self.ledger.account_of(&id);
                    (id, account)
                }
            };
            if let Some(account) = account {
                ties.see(self.world, &self.out.people, (roster, at), &id, account, why);
            }
            order[roster].push((at, id.clone()));
            self.out.rows.insert((roster, at), Resolved::Person(id, why));
        }
        for (roster, rows) in order.iter_mut().enumerate() {
            let rows_of = &self.world.rosters[roster].rows;
            rows.sort_by(|a, b| a.1.cmp(&b.1).then_with(|| precedence(&rows_of[a.0], &rows_of[b.0])));
        }
        self.hear(timeline, &order);
        for (account, id) in &owners {
            if let Some(person) = self.out.people.get_mut(id) {
                person.accounts.insert(mail.clone(), account.clone());
            }
        }
        ties.keep(&mut self.out.people);
        self.out.owners = owners;
        self.out.order = order;
        self.out
    }

    /// Lets the rows tell of the people, oldest roster first.
    fn hear(&mut self, timeline: &Timeline<'_>, order: &[Vec<(usize, PersonId)>]) {
        let mut known: HashMap<&PersonId, &mut Person> = self.out.people.iter_mut().collect();
        let mut strangers: BTreeMap<PersonId, Person> = BTreeMap::new();
        for index in &timeline.order {
            let Roster { agency, rows, arrived, .. } = &self.world.rosters[*index];
            for (at, id) in &order[*index] {
                let row = &rows[*at];
                let person = match known.get_mut(id) {
                    // What a replaced roster had to tell was heard while it was in force.
                    Some(_) if timeline.is_replaced(*index) => continue,
                    Some(person) => &mut **person,
                    None => match strangers.entry(id.clone()) {
                        Entry::Occupied(_) if timeline.is_replaced(*index) => continue,
                        Entry::Occupied(entry) => entry.into_mut(),
                        Entry::Vacant(entry) => entry.insert(stranger(id, row)),
                    },
                };
                tell(person, row);
                if !goes(row) && !person.listed.contains(agency) {
                    person.listed.insert(agency.clone());
                }
                // A departure that was confirmed before counts no more for the next absence.
                if works(row) && self.world.departures.contains(id) {
                    person.returned = person.returned.max(Some(*arrived));
                }
                if let Some(why) = self.out.rows.get(&(*index, *at)).and_then(Resolved::rule)
                    && why != Match::SameRow
                {
                    person.met.entry(ask::met_as(agency, row)).or_insert(why);
                }
            }
        }
        self.out.people.extend(strangers);
    }

    /// The person behind each account that a row speaks of and nobody is linked to: somebody known who waits for an
    /// account, else somebody new.
    fn owners(&self) -> BTreeMap<AccountId, PersonId> {
        let mut rows: BTreeMap<&AccountId, Vec<RowRef>> = BTreeMap::new();
        for (reference, (holder, _)) in &self.sure {
            if let Holder::Of(account) = holder {
                rows.entry(&account.id).or_default().push(*reference);
            }
        }
        let mut taken = BTreeSet::new();
        let mut owners = BTreeMap::new();
        for (account, rows) in rows {
            let id = rows
                .into_iter()
                .flat_map(|reference| newcomers::waiting(self.world, self.ledger, reference))
                .filter(|id| !taken.contains(id))
                .min()
                .unwrap_or_else(|| person_id(&["account", account.as_str()]));
            taken.insert(id.clone());
            owners.insert(account.clone(), id);
        }
        owners
    }
}

/// Whether the row says that the person works there.
fn works(row: &Row) -> bool {
    !goes(row) && matches!(row.action, None | Some(Action::Create))
}

fn stranger(id: &PersonId, row: &Row) -> Person {
    Person {
        id: id.clone(),
        name: row.full_name.clone(),
        birth: None,
        gender: None,
        citizen: None,
        former_citizens: BTreeSet::new(),
        staff_code: None,
        phone: None,
        mail: None,
        accounts: BTreeMap::new(),
        matched: None,
        met: BTreeMap::new(),
        listed: BTreeSet::new(),
        returned: None,
        out_of_use: OutOfUse::default(),
    }
}

/// What a row tells of a person. An empty cell says nothing.
fn tell(person: &mut Person, row: &Row) {
    if person.name != row.full_name {
        person.name.clone_from(&row.full_name);
    }
    tell_citizen(person, row);
    // A full date is not replaced by a bare year.
    if row.birth.is_some_and(|new| new.date().is_some() || person.birth.is_none()) {
        person.birth = row.birth;
    }
    person.gender = row.gender.or(person.gender);
    update(&mut person.staff_code, row.staff_code.as_ref());
    update(&mut person.phone, row.phone.as_ref());
    update(&mut person.mail, row.email.as_ref());
}

/// Another citizen ID takes the place of the one that was known, which stays this person's where the full birth date
/// agrees: the nine-digit CMND gives way to the CCCD, and lists elsewhere go on holding it.
fn tell_citizen(person: &mut Person, row: &Row) {
    let Some(stated) = row.citizen_id.as_ref().filter(|mark| !person.former_citizens.contains(&mark.hash))
    else {
        return;
    };
    if person.citizen.as_ref() == Some(stated) {
        return;
    }
    let known = person.citizen.replace(stated.clone());
    if born_together(person.birth, row.birth) {
        person.former_citizens.extend(known.map(|mark| mark.hash));
    }
}

fn update<T: Clone + PartialEq>(known: &mut Option<T>, stated: Option<&T>) {
    if stated.is_some() && known.as_ref() != stated {
        *known = stated.cloned();
    }
}
