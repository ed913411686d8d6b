//! The ledger: accounts and known people, indexed by what rows are matched on.

use super::World;
use crate::model::account::{Account, AccountKind, Attr};
use crate::model::ids::{AccountId, AgencyCode, PersonId, TargetId};
use crate::model::name::{PersonName, ascii};
use crate::model::person::Person;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Indexes over one world. Every list is in id order, except where it says otherwise.
#[derive(Debug, Default)]
pub struct Ledger<'a> {
    accounts_by_staff: BTreeMap<String, Vec<&'a Account>>,
    accounts_by_mail: BTreeMap<String, &'a Account>,
    /// By agency, then by id.
    accounts_by_name: BTreeMap<String, Vec<&'a Account>>,
    accounts_by_phone: BTreeMap<String, Vec<&'a Account>>,
    accounts_in: BTreeMap<&'a AgencyCode, Vec<&'a Account>>,
    people_by_citizen: BTreeMap<&'a str, Vec<&'a Person>>,
    people_by_staff: BTreeMap<String, Vec<&'a Person>>,
    people_by_mail: BTreeMap<String, Vec<&'a Person>>,
    people_by_birth: BTreeMap<NaiveDate, Vec<&'a Person>>,
    people_by_phone: BTreeMap<String, Vec<&'a Person>>,
    people_by_row: BTreeMap<&'a str, Vec<&'a Person>>,
    person_of: BTreeMap<&'a AccountId, &'a Person>,
    account_of: BTreeMap<&'a PersonId, &'a Account>,
}

/// A name as compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spelling {
    matching: String,
    ascii: String,
}

impl Spelling {
    /// How `name` is compared.
    pub fn of(name: &PersonName) -> Self {
        let matching = name.matching();
        let ascii = ascii(&matching);
        Self { matching, ascii }
    }

    /// What equal names share.
    pub fn key(&self) -> &str {
        &self.matching
    }

    /// Whether `other` is this name, or this name as a directory without tone marks has it.
    pub fn is(&self, other: &str) -> bool {
        self.matching == other || self.ascii == other
    }
}

/// A staff code as compared: upper case, no spaces.
pub fn staff(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}

/// A phone as compared: digits, country code turned into 0.
pub fn phone(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix("84") {
        Some(rest) if digits.len() == 11 => format!("0{rest}"),
        _ => digits,
    }
}

impl<'a> Ledger<'a> {
    /// Indexes `world`.
    pub fn new(world: &World<'a>) -> Self {
        let mut ledger = Self::default();
        for account in world.directory.accounts.values().filter(|one| one.kind == AccountKind::Person) {
            ledger.add_account(account);
        }
        for list in ledger.accounts_by_name.values_mut() {
            list.sort_by_key(|account| account.agency.as_ref());
        }
        for person in world.people.values() {
            ledger.add_person(person);
            // A link to an entry that is gone from a directory read whole binds nobody.
            let linked = person.accounts.get(&TargetId::mail());
            if let Some(account) = linked.and_then(|id| world.directory.accounts.get(id)) {
                ledger.link(person, account);
            }
        }
        // An account made by hand from a plan: its address is reserved for the person it was planned for.
        for (address, id) in world.reserved {
            if let Some(person) = world.people.get(id)
                && let Some(account) = ledger.account_by_mail(address)
                && Spelling::of(&person.name).is(&name_key(account).unwrap_or_default())
            {
                ledger.link(person, account);
            }
        }
        ledger
    }

    fn add_account(&mut self, account: &'a Account) {
        if let Some(code) = account.get(Attr::StaffCode) {
            self.accounts_by_staff.entry(staff(code)).or_default().push(account);
        }
        for mail in [Attr::Mail, Attr::Alias].iter().flat_map(|attr| account.all(*attr)) {
            self.accounts_by_mail.entry(mail.to_lowercase()).or_insert(account);
        }
        if let Some(name) = name_key(account) {
            self.accounts_by_name.entry(name).or_default().push(account);
        }
        for number in account.all(Attr::Phone) {
            self.accounts_by_phone.entry(phone(number)).or_default().push(account);
        }
        if let Some(agency) = &account.agency {
            self.accounts_in.entry(agency).or_default().push(account);
        }
    }

    fn add_person(&mut self, person: &'a Person) {
        if let Some(mark) = &person.citizen {
            self.people_by_citizen.entry(&mark.hash).or_default().push(person);
        }
        if let Some(code) = &person.staff_code {
            self.people_by_staff.entry(staff(code)).or_default().push(person);
        }
        if let Some(mail) = &person.mail {
            self.people_by_mail.entry(mail.to_lowercase()).or_default().push(person);
        }
        if let Some(date) = person.birth.and_then(crate::model::person::Birth::date) {
            self.people_by_birth.entry(date).or_default().push(person);
        }
        if let Some(number) = &person.phone {
            self.people_by_phone.entry(phone(number)).or_default().push(person);
        }
        for print in &person.met {
            self.people_by_row.entry(print).or_default().push(person);
        }
    }

    /// Known people who were matched by a row that said this of who it is.
    pub fn people_met_as(&self, print: &str) -> &[&'a Person] {
        list(self.people_by_row.get(print))
    }

    /// One account, one person: the first link stands.
    fn link(&mut self, person: &'a Person, account: &'a Account) {
        if !self.person_of.contains_key(&account.id) && !self.account_of.contains_key(&person.id) {
            self.person_of.insert(&account.id, person);
            self.account_of.insert(&person.id, account);
        }
    }

    /// The person an account is linked to.
    pub fn person_of(&self, account: &AccountId) -> Option<&'a Person> {
        self.person_of.get(account).copied()
    }

    /// The mail account a known person is linked to.
    pub fn account_of(&self, person: &PersonId) -> Option<&'a Account> {
        self.account_of.get(person).copied()
    }

    /// Known people with this citizen ID.
    pub fn people_by_citizen(&self, hash: &str) -> &[&'a Person] {
        list(self.people_by_citizen.get(hash))
    }

    /// Known people with this staff code.
    pub fn people_by_staff(&self, code: &str) -> &[&'a Person] {
        list(self.people_by_staff.get(&staff(code)))
    }

    /// Known people with this address.
    pub fn people_by_mail(&self, mail: &str) -> &[&'a Person] {
        list(self.people_by_mail.get(&mail.to_lowercase()))
    }

    /// Known people born on this day.
    pub fn people_by_birth(&self, date: NaiveDate) -> &[&'a Person] {
        list(self.people_by_birth.get(&date))
    }

    /// Known people with this phone.
    pub fn people_by_phone(&self, number: &str) -> &[&'a Person] {
        list(self.people_by_phone.get(&phone(number)))
    }

    /// Accounts with this staff code.
    pub fn accounts_by_staff(&self, code: &str) -> &[&'a Account] {
        list(self.accounts_by_staff.get(&staff(code)))
    }

    /// The account this address reaches.
    pub fn account_by_mail(&self, mail: &str) -> Option<&'a Account> {
        self.accounts_by_mail.get(&mail.to_lowercase()).copied()
    }

    /// Accounts with this phone.
    pub fn accounts_by_phone(&self, number: &str) -> &[&'a Account] {
        list(self.accounts_by_phone.get(&phone(number)))
    }

    /// Accounts of this name, those without tone marks included.
    pub fn accounts_named(&self, name: &Spelling) -> impl Iterator<Item = &'a Account> {
        self.spellings(name).into_iter().flatten().copied()
    }

    /// Accounts of this name in `agency`.
    pub fn accounts_named_in(&self, name: &Spelling, agency: &AgencyCode) -> Vec<&'a Account> {
        let mut found = Vec::new();
        for list in self.spellings(name) {
            let from = list.partition_point(|one| one.agency.as_ref() < Some(agency));
            found.extend(list[from..].iter().take_while(|one| one.agency.as_ref() == Some(agency)).copied());
        }
        found
    }

    fn spellings(&self, name: &Spelling) -> [&[&'a Account]; 2] {
        let bare = (name.ascii != name.matching).then(|| self.accounts_by_name.get(&name.ascii)).flatten();
        [list(self.accounts_by_name.get(&name.matching)), list(bare)]
    }

    /// The personal accounts of `agency`.
    pub fn accounts_in(&self, agency: &AgencyCode) -> &[&'a Account] {
        list(self.accounts_in.get(agency))
    }
}

/// An account's name as compared.
pub fn name_key(account: &Account) -> Option<String> {
    account.get(Attr::FullName).and_then(PersonName::new).map(|name| name.matching())
}

/// A stable id for a person first met through `parts`.
pub fn person_id(parts: &[&str]) -> PersonId {
    let print = crate::model::ids::Fingerprint::of("person");
    let print = parts.iter().fold(print, |print, part| print.part(part));
    PersonId::new(format!("p-{}", &print.finish()[..24]))
}

fn list<T>(list: Option<&Vec<T>>) -> &[T] {
    list.map_or(&[], Vec::as_slice)
}
