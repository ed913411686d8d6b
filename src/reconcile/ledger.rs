//! The ledger: accounts and known people, indexed by what rows are matched on.

use super::World;
use crate::model::account::{Account, AccountKind, Attr, Snapshot};
use crate::model::ids::{AccountId, AgencyCode, PersonId, TargetId};
use crate::model::name::{PersonName, ascii};
use crate::model::person::Person;
use chrono::NaiveDate;
use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};

/// Indexes over one world. Every list is in id order, except where it says otherwise. The maps without an order are
/// only looked up in, so that nothing depends on theirs. Most rows say what they said before: what only the others
/// are matched on is indexed when the first of them comes.
#[derive(Debug)]
pub struct Ledger<'a> {
    directory: &'a Snapshot,
    people: &'a BTreeMap<PersonId, Person>,
    accounts: HashMap<&'a AccountId, &'a Account>,
    accounts_in: BTreeMap<&'a AgencyCode, Vec<&'a Account>>,
    people_by_row: HashMap<&'a str, Vec<&'a Person>>,
    person_of: HashMap<&'a AccountId, &'a Person>,
    account_of: HashMap<&'a PersonId, &'a Account>,
    accounts_by: OnceCell<AccountsBy<'a>>,
    people_by: OnceCell<PeopleBy<'a>>,
}

/// Accounts by what they hold.
#[derive(Debug, Default)]
struct AccountsBy<'a> {
    staff: HashMap<String, Vec<&'a Account>>,
    mail: HashMap<String, &'a Account>,
    /// By agency, then by id.
    name: HashMap<String, Vec<&'a Account>>,
    phone: HashMap<String, Vec<&'a Account>>,
}

/// People by what rows told of them.
#[derive(Debug, Default)]
struct PeopleBy<'a> {
    citizen: HashMap<&'a str, Vec<&'a Person>>,
    staff: HashMap<String, Vec<&'a Person>>,
    mail: HashMap<String, Vec<&'a Person>>,
    birth: HashMap<NaiveDate, Vec<&'a Person>>,
    phone: HashMap<String, Vec<&'a Person>>,
    /// Those without an account, by name.
    waiting: HashMap<String, Vec<&'a Person>>,
}

/// A name as compared.
#[derive(Debug, Clone)]
pub struct Spelling {
    matching: String,
    ascii: OnceCell<String>,
}

impl Spelling {
    /// How `name` is compared.
    pub fn of(name: &PersonName) -> Self {
        Self { matching: name.matching(), ascii: OnceCell::new() }
    }

    /// What equal names share.
    pub fn key(&self) -> &str {
        &self.matching
    }

    /// Whether `other` is this name, or this name as a directory without tone marks has it.
    pub fn is(&self, other: &str) -> bool {
        self.matching == other || other.is_ascii() && self.ascii() == other
    }

    fn ascii(&self) -> &str {
        self.ascii.get_or_init(|| ascii(&self.matching))
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
        let count = world.directory.accounts.len();
        let mut ledger = Self {
            directory: world.directory,
            people: world.people,
            accounts: world.directory.accounts.iter().collect(),
            accounts_in: BTreeMap::new(),
            people_by_row: HashMap::with_capacity(world.people.len()),
            person_of: HashMap::with_capacity(count),
            account_of: HashMap::with_capacity(count),
            accounts_by: OnceCell::new(),
            people_by: OnceCell::new(),
        };
        for account in persons(world.directory) {
            if let Some(agency) = &account.agency {
                ledger.accounts_in.entry(agency).or_default().push(account);
            }
        }
        let mail = TargetId::mail();
        for person in world.people.values() {
            for print in person.met.keys() {
                ledger.people_by_row.entry(print).or_default().push(person);
            }
            // A link to an entry that is gone from a directory read whole binds nobody.
            if let Some(account) = person.accounts.get(&mail).and_then(|id| ledger.account(id)) {
                ledger.link(person, account);
            }
        }
        ledger.link_reserved(world);
        ledger
    }

    /// An account made by hand from a plan: its address is reserved for the person it was planned for.
    fn link_reserved(&mut self, world: &World<'a>) {
        for (address, id) in world.reserved {
            let waits = world.people.get(id).filter(|person| !self.account_of.contains_key(&person.id));
            if let Some(person) = waits
                && let Some(account) = self.account_by_mail(address)
                && Spelling::of(&person.name).is(&name_key(account).unwrap_or_default())
            {
                self.link(person, account);
            }
        }
    }

    fn accounts_by(&self) -> &AccountsBy<'a> {
        self.accounts_by.get_or_init(|| {
            let mut by = AccountsBy::default();
            for account in persons(self.directory) {
                if let Some(code) = account.get(Attr::StaffCode) {
                    by.staff.entry(staff(code)).or_default().push(account);
                }
                for mail in [Attr::Mail, Attr::Alias].iter().flat_map(|attr| account.all(*attr)) {
                    by.mail.entry(mail.to_lowercase()).or_insert(account);
                }
                if let Some(name) = name_key(account) {
                    by.name.entry(name).or_default().push(account);
                }
                for number in account.all(Attr::Phone) {
                    by.phone.entry(phone(number)).or_default().push(account);
                }
            }
            for list in by.name.values_mut() {
                list.sort_by_key(|account| account.agency.as_ref());
            }
            by
        })
    }

    fn people_by(&self) -> &PeopleBy<'a> {
        self.people_by.get_or_init(|| {
            let mut by = PeopleBy::default();
            for person in self.people.values() {
                if let Some(mark) = &person.citizen {
                    by.citizen.entry(&mark.hash).or_default().push(person);
                }
                for hash in &person.former_citizens {
                    by.citizen.entry(hash).or_default().push(person);
                }
                if let Some(code) = &person.staff_code {
                    by.staff.entry(staff(code)).or_default().push(person);
                }
                if let Some(mail) = &person.mail {
                    by.mail.entry(mail.to_lowercase()).or_default().push(person);
                }
                if let Some(date) = person.birth.and_then(crate::model::person::Birth::date) {
                    by.birth.entry(date).or_default().push(person);
                }
                if let Some(number) = &person.phone {
                    by.phone.entry(phone(number)).or_default().push(person);
                }
                if !self.account_of.contains_key(&person.id) {
                    by.waiting.entry(person.name.matching()).or_default().push(person);
                }
            }
            by
        })
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

    /// Known people with this citizen ID, or who once had it.
    pub fn people_by_citizen(&self, hash: &str) -> &[&'a Person] {
        list(self.people_by().citizen.get(hash))
    }

    /// Known people with this staff code.
    pub fn people_by_staff(&self, code: &str) -> &[&'a Person] {
        list(self.people_by().staff.get(&staff(code)))
    }

    /// Known people with this address.
    pub fn people_by_mail(&self, mail: &str) -> &[&'a Person] {
        list(self.people_by().mail.get(&mail.to_lowercase()))
    }

    /// Known people born on this day.
    pub fn people_by_birth(&self, date: NaiveDate) -> &[&'a Person] {
        list(self.people_by().birth.get(&date))
    }

    /// Known people with this phone.
    pub fn people_by_phone(&self, number: &str) -> &[&'a Person] {
        list(self.people_by().phone.get(&phone(number)))
    }

    /// Known people of this name who have no account.
    pub fn people_waiting(&self, name: &str) -> &[&'a Person] {
        list(self.people_by().waiting.get(name))
    }

    /// Accounts with this staff code.
    pub fn accounts_by_staff(&self, code: &str) -> &[&'a Account] {
        list(self.accounts_by().staff.get(&staff(code)))
    }

    /// The account this address reaches.
    pub fn account_by_mail(&self, mail: &str) -> Option<&'a Account> {
        self.accounts_by().mail.get(&mail.to_lowercase()).copied()
    }

    /// Accounts with this phone.
    pub fn accounts_by_phone(&self, number: &str) -> &[&'a Account] {
        list(self.accounts_by().phone.get(&phone(number)))
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
        let by_name = &self.accounts_by().name;
        let bare = (name.ascii() != name.matching).then(|| by_name.get(name.ascii())).flatten();
        [list(by_name.get(&name.matching)), list(bare)]
    }

    /// The account with this id.
    pub fn account(&self, id: &AccountId) -> Option<&'a Account> {
        self.accounts.get(id).copied()
    }

    /// The personal accounts of `agency`.
    pub fn accounts_in(&self, agency: &AgencyCode) -> &[&'a Account] {
        list(self.accounts_in.get(agency))
    }
}

/// The accounts that rows may claim.
fn persons(directory: &Snapshot) -> impl Iterator<Item = &Account> {
    directory.accounts.values().filter(|one| one.kind == AccountKind::Person)
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
