//! Correlation: which person, and which account, a roster's row speaks of; each match with its reason. A name
//! alone, or two candidates, is a question for a person.

use super::World;
use super::ledger::{Ledger, person_id, phone};
use crate::model::account::{Account, Attr};
use crate::model::citizen::CitizenMark;
use crate::model::evidence::Evidence;
use crate::model::ids::{AccountId, AgencyCode, PersonId, QuestionKey, TargetId};
use crate::model::name::PersonName;
use crate::model::person::Person;
use crate::model::question::{Candidate, Question, QuestionKind};
use crate::model::record::Record;
use crate::model::roster::Roster;
use std::collections::{BTreeMap, BTreeSet};

/// A row as stored.
pub type Row = Record<CitizenMark>;

/// A row's place: the roster's index in the world, the row's index in the roster.
pub type RowRef = (usize, usize);

/// Why a row is held to be a person's. The order is the order in which the rules are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// An operator said so.
    Answer,
    /// The same citizen ID.
    CitizenId,
    /// The same staff code, and the name agrees.
    StaffCode,
    /// The same official address, and the name agrees.
    Address,
    /// The same name and full birth date within the agency.
    NameAndBirth,
    /// A name unique on both sides, together with the phone.
    NameAndPhone,
    /// Known from a former match, and nothing speaks against it.
    Known,
    /// Nobody known fits.
    New,
}

/// Who a row speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// This person.
    Person(PersonId, Match),
    /// A person must say.
    Asked(QuestionKey),
}

/// Every relevant row resolved.
#[derive(Debug, Default)]
pub struct Correlation {
    /// Everybody known, updated by the rows.
    pub people: BTreeMap<PersonId, Person>,
    /// Who each row speaks of.
    pub rows: BTreeMap<RowRef, Resolved>,
    /// Open questions.
    pub questions: BTreeMap<QuestionKey, Question>,
    /// Accounts that are a possible answer to an open question: nothing is said of them.
    pub asked_about: BTreeSet<AccountId>,
    /// The person each account is now held to belong to.
    pub person_of: BTreeMap<AccountId, PersonId>,
}

/// A row's verdict before people are made of it.
enum Verdict<'a> {
    Account(&'a Account, Match),
    Person(&'a Person, Match),
    Ask(Vec<&'a Account>),
    Undecided,
}

/// Resolves the rows of every roster in `world`, independent of the order of rosters and of rows.
pub fn correlate(world: &World<'_>) -> Correlation {
    let ledger = Ledger::new(world);
    let mut out = Correlation { people: world.people.clone(), ..Correlation::default() };
    // A link to an entry that is gone from a directory read whole binds nobody.
    for person in out.people.values_mut() {
        person
            .accounts
            .retain(|target, id| *target != TargetId::mail() || world.directory.accounts.contains_key(id));
        if let Some(id) = person.accounts.get(&TargetId::mail()) {
            out.person_of.insert(id.clone(), person.id.clone());
        }
    }
    let mut order: Vec<usize> = (0..world.rosters.len()).collect();
    order.sort_by_key(|index| {
        let roster = &world.rosters[*index];
        (roster.age(|time| world.local(time)), &roster.agency)
    });

    let mut undecided = Vec::new();
    for index in &order {
        let roster = &world.rosters[*index];
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        for row in &roster.rows {
            *names.entry(row.full_name.matching()).or_default() += 1;
        }
        for (at, row) in roster.rows.iter().enumerate() {
            let unique = names.get(&row.full_name.matching()) == Some(&1);
            let reference = (*index, at);
            match judge(&ledger, roster, row, unique) {
                Verdict::Undecided => undecided.push(reference),
                Verdict::Ask(candidates) => ask(world, &ledger, reference, &candidates, &mut out),
                Verdict::Account(account, why) => out.take_account(&ledger, account, why, reference, world),
                Verdict::Person(person, why) => out.take(person.id.clone(), None, why, reference, world),
            }
        }
    }
    // Only now is it known which accounts elsewhere are claimed by their own agency's rows.
    let claimed: BTreeSet<AccountId> = out
        .rows
        .values()
        .filter_map(|resolved| match resolved {
            Resolved::Person(id, _) => out.people.get(id)?.accounts.get(&TargetId::mail()).cloned(),
            Resolved::Asked(_) => None,
        })
        .collect();
    for reference in undecided {
        let (roster, row) = place(world, reference);
        let elsewhere: Vec<&Account> = ledger
            .accounts_named(&row.full_name)
            .iter()
            .copied()
            .filter(|account| account.agency.as_ref() != Some(&roster.agency))
            .filter(|account| !claimed.contains(&account.id) && !account.is_disabled())
            .filter(|account| may_be(account, row))
            .collect();
        if elsewhere.is_empty() {
            out.take_new(&ledger, reference, world);
        } else {
            ask(world, &ledger, reference, &elsewhere, &mut out);
        }
    }
    out
}

/// The roster and row behind a reference.
pub fn place<'a>(world: &World<'a>, (roster, row): RowRef) -> (&'a Roster, &'a Row) {
    let roster = &world.rosters[roster];
    (roster, &roster.rows[row])
}

/// The ordered rules of DESIGN section 6, "Who is who".
fn judge<'a>(ledger: &Ledger<'a>, roster: &Roster, row: &Row, unique: bool) -> Verdict<'a> {
    let agrees = |name: Option<&str>| {
        name.and_then(PersonName::new).is_some_and(|name| name.matching() == row.full_name.matching())
    };
    if let Some(person) = row.citizen_id.as_ref().and_then(|mark| ledger.person_by_citizen(&mark.hash)) {
        let same_birth = person.birth.zip(row.birth).is_some_and(|(one, two)| one.agrees_with(two));
        if agrees(Some(person.name.as_str())) || same_birth {
            return Verdict::Person(person, Match::CitizenId);
        }
    }
    let contradicts = |person: &Person| {
        person.citizen.as_ref().zip(row.citizen_id.as_ref()).is_some_and(|(one, two)| one != two)
            || person.birth.zip(row.birth).is_some_and(|(one, two)| !one.agrees_with(two))
    };
    let fits = |account: &Account| !ledger.person_of(&account.id).is_some_and(contradicts);
    let mut doubtful: Vec<&Account> = Vec::new();

    if let Some(code) = &row.staff_code {
        if let Some(person) = ledger.person_by_staff(code)
            && agrees(Some(person.name.as_str()))
            && !contradicts(person)
        {
            return Verdict::Person(person, Match::StaffCode);
        }
        match ledger.account_by_staff(code) {
            Some(account) if agrees(account.get(Attr::FullName)) && fits(account) => {
                return Verdict::Account(account, Match::StaffCode);
            }
            // Short staff codes repeat from agency to agency: elsewhere a bare one says nothing.
            Some(account) if account.agency.as_ref() == Some(&roster.agency) => doubtful.push(account),
            _ => {}
        }
    }
    if let Some(mail) = &row.email {
        match ledger.account_by_mail(mail) {
            Some(account) if agrees(account.get(Attr::FullName)) && fits(account) => {
                return Verdict::Account(account, Match::Address);
            }
            Some(account) => doubtful.push(account),
            None => {
                if let Some(person) = ledger.person_by_mail(mail)
                    && agrees(Some(person.name.as_str()))
                    && !contradicts(person)
                {
                    return Verdict::Person(person, Match::Address);
                }
            }
        }
    }
    if !doubtful.is_empty() {
        doubtful.dedup_by(|one, two| one.id == two.id);
        return Verdict::Ask(doubtful);
    }

    let here = ledger.accounts_named_in(&row.full_name, &roster.agency);
    let known: Vec<&Person> =
        ledger.people_named(&row.full_name).iter().copied().filter(|one| !contradicts(one)).collect();
    let is_here = |person: &Person| {
        let account = person.accounts.get(&TargetId::mail());
        account.is_none_or(|id| here.iter().any(|one| one.id == *id))
    };
    if let Some(date) = row.birth.and_then(crate::model::person::Birth::date) {
        let born: Vec<&&Person> = known
            .iter()
            .filter(|person| person.birth.and_then(crate::model::person::Birth::date) == Some(date))
            .filter(|person| is_here(person))
            .collect();
        if let [one] = born.as_slice() {
            return Verdict::Person(one, Match::NameAndBirth);
        }
    }
    let same_phone = |theirs: Option<&str>| {
        row.phone.as_deref().zip(theirs).is_some_and(|(one, two)| phone(one) == phone(two))
    };
    let fitting: Vec<&Account> = here.iter().copied().filter(|account| fits(account)).collect();
    match fitting.as_slice() {
        [] => {}
        [account] if unique && here.len() == 1 => {
            if same_phone(account.get(Attr::Phone)) {
                return Verdict::Account(account, Match::NameAndPhone);
            }
            if let Some(person) = ledger.person_of(&account.id)
                && known_by(person, account, row)
            {
                return Verdict::Person(person, Match::Known);
            }
            return Verdict::Ask(vec![account]);
        }
        several => return Verdict::Ask(several.to_vec()),
    }
    // Nobody of this name here: the same person elsewhere is a move.
    let elsewhere: Vec<&Account> = ledger
        .accounts_named(&row.full_name)
        .iter()
        .copied()
        .filter(|account| account.agency.as_ref() != Some(&roster.agency))
        .filter(|account| same_phone(account.get(Attr::Phone)) && fits(account))
        .collect();
    match elsewhere.as_slice() {
        [account] if unique => return Verdict::Account(account, Match::NameAndPhone),
        [] => {}
        several => return Verdict::Ask(several.to_vec()),
    }
    let without: Vec<&&Person> = known
        .iter()
        .filter(|person| !person.accounts.contains_key(&TargetId::mail()))
        .filter(|person| {
            same_phone(person.phone.as_deref())
                || person.birth.zip(row.birth).is_some_and(|(one, two)| one.agrees_with(two))
        })
        .collect();
    match without.as_slice() {
        [one] => Verdict::Person(one, Match::Known),
        _ => Verdict::Undecided,
    }
}

/// A former match still stands where birth, or unit and title, agree and the name is unique.
fn known_by(person: &Person, account: &Account, row: &Row) -> bool {
    if let Some((one, two)) = person.birth.zip(row.birth) {
        return one.agrees_with(two);
    }
    let same = |attr: Attr, ours: Option<&String>| {
        ours.zip(account.get(attr)).is_some_and(|(one, two)| super::policy::fits(one, two))
    };
    same(Attr::Title, row.position.as_ref()) && same(Attr::Unit, row.unit.as_ref())
}

/// Whether an account elsewhere may be this row's person: nothing both sides state differs.
fn may_be(account: &Account, row: &Row) -> bool {
    row.phone.as_deref().zip(account.get(Attr::Phone)).is_none_or(|(one, two)| phone(one) == phone(two))
        && row
            .staff_code
            .as_deref()
            .zip(account.get(Attr::StaffCode))
            .is_none_or(|(one, two)| super::ledger::staff(one) == super::ledger::staff(two))
}

/// Puts a question, unless it was answered.
fn ask(
    world: &World<'_>,
    ledger: &Ledger<'_>,
    reference: RowRef,
    candidates: &[&Account],
    out: &mut Correlation,
) {
    let (roster, row) = place(world, reference);
    let mut offered: Vec<Candidate> = candidates
        .iter()
        .map(|account| Candidate {
            answer: account.id.to_string(),
            label: account.label().to_owned(),
            fields: compare(account, row),
        })
        .collect();
    offered.sort();
    offered.push(Candidate { answer: NEW.to_owned(), label: NEW.to_owned(), fields: Vec::new() });
    let question = Question {
        kind: QuestionKind::WhoIs,
        agency: roster.agency.clone(),
        about: about(row),
        label: row.full_name.to_string(),
        candidates: offered,
        evidence: vec![evidence(roster, row)],
    };
    let key = question.key();
    match world.answers.get(&key).map(String::as_str) {
        Some(NEW) => out.take_new(ledger, reference, world),
        Some(answer) if candidates.iter().any(|one| one.id.as_str() == answer) => {
            if let Some(account) = candidates.iter().find(|one| one.id.as_str() == answer) {
                out.take_account(ledger, account, Match::Answer, reference, world);
            }
        }
        _ => {
            out.asked_about.extend(candidates.iter().map(|one| one.id.clone()));
            out.rows.insert(reference, Resolved::Asked(key.clone()));
            let entry = out.questions.entry(key).or_insert(question);
            let row = evidence(roster, row);
            if !entry.evidence.contains(&row) {
                entry.evidence.push(row);
                entry.evidence.sort();
            }
        }
    }
}

/// The answer that says: none of the candidates.
pub const NEW: &str = "new";

/// Whom a question is about, the same for every drop of the same roster.
fn about(row: &Row) -> String {
    let birth = row.birth.map(|birth| match birth.date() {
        Some(date) => date.to_string(),
        None => birth.year().to_string(),
    });
    [
        row.full_name.matching(),
        birth.unwrap_or_default(),
        row.unit.as_deref().map(crate::model::name::ascii).unwrap_or_default(),
        row.phone.clone().unwrap_or_default(),
    ]
    .join("|")
}

/// Which fields of an account agree with a row (`=`) and which differ (`≠`).
fn compare(account: &Account, row: &Row) -> Vec<String> {
    [
        (Attr::FullName, Some(row.full_name.as_str())),
        (Attr::Phone, row.phone.as_deref()),
        (Attr::Title, row.position.as_deref()),
        (Attr::Unit, row.unit.as_deref()),
        (Attr::StaffCode, row.staff_code.as_deref()),
        (Attr::Mail, row.email.as_deref()),
    ]
    .into_iter()
    .filter_map(|(attr, ours)| {
        let (ours, theirs) = ours.zip(account.get(attr))?;
        let sign = if super::policy::fits(ours, theirs) { '=' } else { '≠' };
        Some(format!("{} {sign} {theirs}", attr.as_str()))
    })
    .collect()
}

/// The evidence a row is.
pub fn evidence(roster: &Roster, row: &Row) -> Evidence {
    Evidence::Row {
        roster: roster.id.clone(),
        file: roster.file.clone(),
        sheet: row.sheet.clone(),
        row: row.row,
        document: roster.document.clone(),
    }
}

impl Correlation {
    fn take_account(
        &mut self,
        ledger: &Ledger<'_>,
        account: &Account,
        why: Match,
        reference: RowRef,
        world: &World<'_>,
    ) {
        let person = ledger
            .person_of(&account.id)
            .map(|person| person.id.clone())
            .or_else(|| self.person_of.get(&account.id).cloned())
            .or_else(|| {
                let (roster, row) = place(world, reference);
                unlinked(ledger, &roster.agency, row)
            })
            .unwrap_or_else(|| person_id(&["account", account.id.as_str()]));
        self.take(person, Some(account), why, reference, world);
    }

    fn take_new(&mut self, ledger: &Ledger<'_>, reference: RowRef, world: &World<'_>) {
        let (roster, row) = place(world, reference);
        let id = unlinked(ledger, &roster.agency, row).unwrap_or_else(|| {
            let name = row.full_name.matching();
            match (&row.citizen_id, &row.staff_code) {
                (Some(mark), _) => person_id(&["citizen", &mark.hash]),
                (None, Some(code)) => person_id(&["staff", &super::ledger::staff(code), &name]),
                (None, None) => person_id(&["name", roster.agency.as_str(), &about(row)]),
            }
        });
        self.take(id, None, Match::New, reference, world);
    }

    fn take(
        &mut self,
        id: PersonId,
        account: Option<&Account>,
        why: Match,
        reference: RowRef,
        world: &World<'_>,
    ) {
        let (_, row) = place(world, reference);
        let person = self.people.entry(id.clone()).or_insert_with(|| Person {
            id: id.clone(),
            name: row.full_name.clone(),
            birth: None,
            gender: None,
            citizen: None,
            staff_code: None,
            phone: None,
            mail: None,
            accounts: BTreeMap::new(),
        });
        person.name.clone_from(&row.full_name);
        // A full date is not replaced by a bare year.
        if row.birth.is_some_and(|new| new.date().is_some() || person.birth.is_none()) {
            person.birth = row.birth;
        }
        person.gender = row.gender.or(person.gender);
        update(&mut person.citizen, row.citizen_id.as_ref());
        update(&mut person.staff_code, row.staff_code.as_ref());
        update(&mut person.phone, row.phone.as_ref());
        update(&mut person.mail, row.email.as_ref());
        if let Some(account) = account {
            person.accounts.entry(TargetId::mail()).or_insert_with(|| account.id.clone());
        }
        if let Some(linked) = person.accounts.get(&TargetId::mail()) {
            self.person_of.insert(linked.clone(), id.clone());
        }
        self.rows.insert(reference, Resolved::Person(id, why));
    }
}

/// A known person without an account who is this row's: first met in an earlier roster.
fn unlinked(ledger: &Ledger<'_>, agency: &AgencyCode, row: &Row) -> Option<PersonId> {
    let derived = person_id(&["name", agency.as_str(), &about(row)]);
    let free: Vec<&&Person> = ledger
        .people_named(&row.full_name)
        .iter()
        .filter(|person| !person.accounts.contains_key(&TargetId::mail()))
        .filter(|person| {
            person.id == derived
                || person.birth.zip(row.birth).is_some_and(|(one, two)| one.date().is_some() && one == two)
                || person.phone.is_some() && person.phone == row.phone
        })
        .collect();
    match free.as_slice() {
        [one] => Some(one.id.clone()),
        _ => None,
    }
}

fn update<T: Clone>(known: &mut Option<T>, stated: Option<&T>) {
    if let Some(stated) = stated {
        *known = Some(stated.clone());
    }
}
