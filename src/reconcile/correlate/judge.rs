//! The ordered rules of "who is who": one row against everything that was known before this pass.

use super::alike::{agree, born_apart, born_together, conflict, differ};
use super::ask::met_as;
use super::{Match, Row, Verdict};
use crate::model::account::{Account, Attr};
use crate::model::ids::{AccountId, AgencyCode};
use crate::model::person::{Birth, Person};
use crate::reconcile::attributes::same;
use crate::reconcile::ledger::{Ledger, Spelling, name_key, phone, staff};
use std::collections::BTreeSet;

/// A row to be judged.
pub(super) struct Judge<'a, 'w> {
    pub(super) ledger: &'w Ledger<'a>,
    pub(super) agency: &'a AgencyCode,
    pub(super) row: &'a Row,
    pub(super) name: &'w Spelling,
    /// Whether all rows of this name in the roster are one person.
    pub(super) unique: bool,
    /// Whose holder an operator said that it is not.
    pub(super) not: BTreeSet<&'a AccountId>,
}

/// What the rules about people come to.
enum Identity<'a> {
    Is(&'a Person, Match),
    Ask(Vec<&'a Account>),
    Nobody,
}

/// The person of whom a row once said the same.
pub(super) fn former<'a>(ledger: &Ledger<'a>, agency: &AgencyCode, row: &Row) -> Option<&'a Person> {
    match ledger.people_met_as(&met_as(agency, row)) {
        // It was settled then, whatever other rows have told of the person since.
        [person] => Some(*person),
        several => {
            let mut fitting = several.iter().filter(|person| !against(ledger, agency, person, row));
            fitting.next().filter(|_| fitting.next().is_none()).copied()
        }
    }
}

/// Whether something a row of `agency` states speaks against a person of its name.
fn against(ledger: &Ledger<'_>, agency: &AgencyCode, person: &Person, row: &Row) -> bool {
    // Within the agency less does: only what speaks against somebody elsewhere asks where the account lies.
    conflict(person, row, false) && {
        let account = ledger.account_of(&person.id);
        conflict(person, row, account.is_some_and(|one| one.agency.as_ref() == Some(agency)))
    }
}

impl<'a> Judge<'a, '_> {
    pub(super) fn verdict(&self) -> Verdict<'a> {
        match self.identity() {
            Identity::Is(person, why) if self.ledger.account_of(&person.id).is_some() => {
                Verdict::Person(person, why)
            }
            // Known, but without an account so far: somebody may have made one by hand.
            Identity::Is(person, why) => match self.account(Some(person), Vec::new()) {
                Verdict::Undecided => Verdict::Person(person, why),
                verdict => verdict,
            },
            Identity::Ask(doubtful) => self.account(None, doubtful),
            Identity::Nobody => self.account(None, Vec::new()),
        }
    }

    /// A row that once was matched and says the same again; citizen ID; staff code; name and full birth date; for
    /// people without an account the phone too.
    fn identity(&self) -> Identity<'a> {
        for rule in [Self::by_former_row, Self::by_citizen, Self::by_staff_code, Self::by_birth] {
            match rule(self) {
                Identity::Nobody => {}
                found => return found,
            }
        }
        let waiting = |person: &&&Person| {
            self.ledger.account_of(&person.id).is_none() && self.is_called(person) && !self.against(person)
        };
        let number = self.row.phone.as_deref();
        let by_phone = number.map_or(&[][..], |number| self.ledger.people_by_phone(number));
        match by_phone.iter().filter(waiting).collect::<Vec<_>>().as_slice() {
            [person] => Identity::Is(person, Match::Known),
            _ => Identity::Nobody,
        }
    }

    fn by_former_row(&self) -> Identity<'a> {
        match former(self.ledger, self.agency, self.row) {
            Some(person) if self.may_be(person) => Identity::Is(person, Match::SameRow),
            Some(_) | None => Identity::Nobody,
        }
    }

    /// The same citizen ID under another name is the same person if born on the same day; else somebody mistyped.
    fn by_citizen(&self) -> Identity<'a> {
        let Some(mark) = &self.row.citizen_id else { return Identity::Nobody };
        let people =
            || self.ledger.people_by_citizen(&mark.hash).iter().copied().filter(|one| self.may_be(one));
        let sure = |person: &&Person| self.is_called(person) || born_together(person.birth, self.row.birth);
        match people().filter(sure).collect::<Vec<_>>().as_slice() {
            [person] => Identity::Is(person, Match::CitizenId),
            _ => Self::ask_holders(people().filter_map(|one| self.ledger.account_of(&one.id)).collect()),
        }
    }

    fn by_staff_code(&self) -> Identity<'a> {
        let Some(code) = &self.row.staff_code else { return Identity::Nobody };
        let fits = |person: &&&Person| self.may_be(person) && self.is_called(person) && !self.against(person);
        match self.ledger.people_by_staff(code).iter().filter(fits).collect::<Vec<_>>().as_slice() {
            [person] => Identity::Is(person, Match::StaffCode),
            _ => Identity::Nobody,
        }
    }

    /// The name and the full birth date: within the agency first, then anywhere. In a whole province two may share
    /// both, so elsewhere another phone makes it a question.
    fn by_birth(&self) -> Identity<'a> {
        let Some(date) = self.row.birth.and_then(Birth::date) else { return Identity::Nobody };
        let fits = |person: &&Person| self.may_be(person) && self.is_called(person) && !self.against(person);
        let born = self.ledger.people_by_birth(date).iter().copied().filter(fits);
        let (here, elsewhere): (Vec<_>, Vec<_>) = born.partition(|person| {
            self.ledger
                .account_of(&person.id)
                .is_none_or(|account| account.agency.as_ref() == Some(self.agency))
        });
        let sure = match (here.as_slice(), elsewhere.as_slice()) {
            ([person], _) => Some(*person),
            ([], [person]) if !self.other_phone(person) => Some(*person),
            _ => None,
        };
        if let Some(person) = sure {
            return Identity::Is(person, Match::NameAndBirth);
        }
        let among = if here.is_empty() { elsewhere } else { here };
        Self::ask_holders(among.iter().filter_map(|person| self.ledger.account_of(&person.id)).collect())
    }

    fn ask_holders(accounts: Vec<&'a Account>) -> Identity<'a> {
        if accounts.is_empty() { Identity::Nobody } else { Identity::Ask(accounts) }
    }

    /// Whether nobody has said that it is not this person.
    fn may_be(&self, person: &Person) -> bool {
        self.ledger.account_of(&person.id).is_none_or(|account| !self.not.contains(&account.id))
    }

    fn is_called(&self, person: &Person) -> bool {
        self.name.is(&person.name.matching())
    }

    fn account_is_called(&self, account: &Account) -> bool {
        name_key(account).is_some_and(|name| self.name.is(&name))
            || self.ledger.person_of(&account.id).is_some_and(|person| self.is_called(person))
    }

    fn against(&self, person: &Person) -> bool {
        against(self.ledger, self.agency, person, self.row)
    }

    fn other_phone(&self, person: &Person) -> bool {
        let account = self.ledger.account_of(&person.id);
        differ(person.phone.as_deref(), self.row.phone.as_deref(), phone)
            || account.is_some_and(|account| self.phone_differs(account))
    }

    /// The rules about accounts, for somebody who has none linked so far or is not known at all. What speaks for
    /// an account and what speaks against it make it doubtful, and then all that come into question are asked about.
    fn account(&self, person: Option<&Person>, mut doubtful: Vec<&'a Account>) -> Verdict<'a> {
        let fits = |account: &Account| match (self.ledger.person_of(&account.id), person) {
            (Some(holder), Some(person)) => holder.id == person.id,
            (Some(holder), None) => !self.against(holder),
            (None, _) => true,
        };
        for rule in [Self::by_account_code, Self::by_address] {
            if let Some((account, why)) = rule(self).filter(|(account, _)| !self.not.contains(&account.id)) {
                if self.account_is_called(account) && fits(account) && doubtful.is_empty() {
                    return Verdict::Account(account, why);
                }
                // Somebody known, and the account somebody else's: no doubt.
                if person.is_none() || self.ledger.person_of(&account.id).is_none() {
                    doubtful.push(account);
                }
            }
        }
        let mut here = self.ledger.accounts_named_in(self.name, self.agency);
        here.retain(|account| !self.not.contains(&account.id));
        let fitting: Vec<&Account> = here.iter().copied().filter(|account| fits(account)).collect();
        if !doubtful.is_empty() {
            let of_the_name = if fitting.is_empty() && self.unique { here } else { fitting };
            doubtful.extend(of_the_name);
            return Verdict::Ask(doubtful);
        }
        if person.is_none()
            && let Some(person) = self.by_known_address()
        {
            return Verdict::Person(person, Match::Address);
        }
        match (fitting.as_slice(), here.as_slice()) {
            ([], [only]) if self.unique && person.is_none() => Verdict::Ask(vec![only]),
            ([], _) => self.elsewhere(&fits),
            ([account], [_]) if self.unique => self.alone_of_the_name(account),
            (several, _) => self.among_namesakes(several),
        }
    }

    /// A staff code that the directory has. Short ones repeat from agency to agency: elsewhere one under another
    /// name says nothing.
    fn by_account_code(&self) -> Option<(&'a Account, Match)> {
        let code = self.row.staff_code.as_deref()?;
        let all =
            || self.ledger.accounts_by_staff(code).iter().copied().filter(|one| !self.not.contains(&one.id));
        let here = |account: &&Account| account.agency.as_ref() == Some(self.agency);
        let called: Vec<&Account> = all().filter(|account| self.account_is_called(account)).collect();
        let one = match called.as_slice() {
            [one] => Some(*one),
            _ => called.into_iter().find(here).or_else(|| all().find(here)),
        };
        Some((one?, Match::StaffCode))
    }

    fn by_address(&self) -> Option<(&'a Account, Match)> {
        Some((self.ledger.account_by_mail(self.row.email.as_deref()?)?, Match::Address))
    }

    /// An address that a roster once gave for somebody and that no account has.
    fn by_known_address(&self) -> Option<&'a Person> {
        let fits = |person: &&&Person| self.may_be(person) && self.is_called(person) && !self.against(person);
        let known = self.ledger.people_by_mail(self.row.email.as_deref()?);
        match known.iter().filter(fits).collect::<Vec<_>>().as_slice() {
            [person] => Some(person),
            _ => None,
        }
    }

    /// The only account of this name here, and the only such row: with the phone or a former match it is this one.
    fn alone_of_the_name(&self, account: &'a Account) -> Verdict<'a> {
        if self.phone_agrees(account) {
            return Verdict::Account(account, Match::NameAndPhone);
        }
        match self.ledger.person_of(&account.id) {
            Some(person) if self.still_stands(person, account) => Verdict::Person(person, Match::Known),
            _ => Verdict::Ask(vec![account]),
        }
    }

    /// Namesakes, all of whom may be meant: only a former match that told of a birth or a phone stands, where the row
    /// states the same.
    fn among_namesakes(&self, accounts: &[&'a Account]) -> Verdict<'a> {
        let told_apart = |account: &&Account| {
            self.ledger.person_of(&account.id).is_some_and(|person| {
                born_together(person.birth, self.row.birth)
                    || agree(person.phone.as_deref(), self.row.phone.as_deref(), phone)
            })
        };
        let known: Vec<&Account> = accounts.iter().copied().filter(told_apart).collect();
        match known.as_slice() {
            [account] => Verdict::Account(account, Match::Known),
            _ => Verdict::Ask(accounts.to_vec()),
        }
    }

    /// Nobody of this name here: the name and the phone elsewhere are a move.
    fn elsewhere(&self, fits: &dyn Fn(&Account) -> bool) -> Verdict<'a> {
        let Some(number) = self.row.phone.as_deref() else { return Verdict::Undecided };
        let found: Vec<&Account> = self
            .ledger
            .accounts_by_phone(number)
            .iter()
            .copied()
            .filter(|account| account.agency.as_ref() != Some(self.agency))
            .filter(|account| !self.not.contains(&account.id))
            .filter(|account| self.account_is_called(account) && fits(account))
            .collect();
        match found.as_slice() {
            [] => Verdict::Undecided,
            [account] if self.unique => Verdict::Account(account, Match::NameAndPhone),
            several => Verdict::Ask(several.to_vec()),
        }
    }

    /// Whether a former match still stands: nothing the row states tells this person from a namesake. Another
    /// phone does, unless the birth agrees or the title and the unit do.
    fn still_stands(&self, person: &Person, account: &Account) -> bool {
        let row = self.row;
        let code = account.get(Attr::StaffCode).or(person.staff_code.as_deref());
        if born_apart(person.birth, row.birth) || differ(code, row.staff_code.as_deref(), staff) {
            return false;
        }
        if person.birth.is_some() && row.birth.is_some() {
            return true;
        }
        if !self.phone_differs(account) {
            return true;
        }
        let stated = [(Attr::Title, row.position.as_deref()), (Attr::Unit, row.unit.as_deref())];
        let mut compared = stated
            .into_iter()
            .filter_map(|(attr, ours)| Some(same(attr, account.get(attr)?, ours?)))
            .peekable();
        compared.peek().is_some() && compared.all(|same| same)
    }

    fn phone_agrees(&self, account: &Account) -> bool {
        let ours = self.row.phone.as_deref();
        account.all(Attr::Phone).iter().any(|theirs| agree(Some(theirs), ours, phone))
    }

    fn phone_differs(&self, account: &Account) -> bool {
        let theirs = account.all(Attr::Phone);
        self.row.phone.is_some() && !theirs.is_empty() && !self.phone_agrees(account)
    }
}
