//! The ledger: accounts and known people, indexed by what rows are matched on.

use super::World;
use crate::model::account::{Account, AccountKind, Attr};
use crate::model::ids::{AccountId, AgencyCode, PersonId, TargetId};
use crate::model::name::PersonName;
use crate::model::person::Person;
use std::collections::BTreeMap;

/// Indexes over one world. Every list is in id order.
#[derive(Debug, Default)]
pub struct Ledger<'a> {
    accounts_by_staff: BTreeMap<String, Vec<&'a Account>>,
    accounts_by_mail: BTreeMap<String, &'a Account>,
    accounts_by_name: BTreeMap<String, Vec<&'a Account>>,
    people_by_citizen: BTreeMap<&'a str, Vec<&'a Person>>,
    people_by_staff: BTreeMap<String, Vec<&'a Person>>,
    people_by_mail: BTreeMap<String, Vec<&'a Person>>,
    people_by_name: BTreeMap<String, Vec<&'a Person>>,
    person_of: BTreeMap<&'a AccountId, &'a Person>,
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
            if let Some(code) = account.get(Attr::StaffCode) {
                ledger.accounts_by_staff.entry(staff(code)).or_default().push(account);
            }
            for attr in [Attr::Mail, Attr::Alias] {
                for mail in account.attrs.get(&attr).map_or(&[][..], |values| values.as_slice()) {
                    ledger.accounts_by_mail.entry(mail.to_lowercase()).or_insert(account);
                }
            }
            if let Some(name) = account.get(Attr::FullName).and_then(PersonName::new) {
                ledger.accounts_by_name.entry(name.matching()).or_default().push(account);
            }
        }
        for person in world.people.values() {
            if let Some(mark) = &person.citizen {
                ledger.people_by_citizen.entry(&mark.hash).or_default().push(person);
            }
            if let Some(code) = &person.staff_code {
                ledger.people_by_staff.entry(staff(code)).or_default().push(person);
            }
            if let Some(mail) = &person.mail {
                ledger.people_by_mail.entry(mail.to_lowercase()).or_default().push(person);
            }
            ledger.people_by_name.entry(person.name.matching()).or_default().push(person);
            if let Some(account) = person.accounts.get(&TargetId::mail()) {
                ledger.person_of.insert(account, person);
            }
        }
        ledger
    }

    /// The person an account is linked to.
    pub fn person_of(&self, account: &AccountId) -> Option<&'a Person> {
        self.person_of.get(account).copied()
    }

    /// The only known person with this citizen ID.
    pub fn person_by_citizen(&self, hash: &str) -> Option<&'a Person> {
        only(self.people_by_citizen.get(hash))
    }

    /// The only known person with this staff code.
    pub fn person_by_staff(&self, code: &str) -> Option<&'a Person> {
        only(self.people_by_staff.get(&staff(code)))
    }

    /// The only known person with this address.
    pub fn person_by_mail(&self, mail: &str) -> Option<&'a Person> {
        only(self.people_by_mail.get(&mail.to_lowercase()))
    }

    /// Known people of this name.
    pub fn people_named(&self, name: &PersonName) -> &[&'a Person] {
        self.people_by_name.get(&name.matching()).map_or(&[], Vec::as_slice)
    }

    /// The only account with this staff code.
    pub fn account_by_staff(&self, code: &str) -> Option<&'a Account> {
        only(self.accounts_by_staff.get(&staff(code)))
    }

    /// The account this address reaches.
    pub fn account_by_mail(&self, mail: &str) -> Option<&'a Account> {
        self.accounts_by_mail.get(&mail.to_lowercase()).copied()
    }

    /// Accounts of this name.
    pub fn accounts_named(&self, name: &PersonName) -> &[&'a Account] {
        self.accounts_by_name.get(&name.matching()).map_or(&[], Vec::as_slice)
    }

    /// Accounts of this name in `agency`.
    pub fn accounts_named_in(&self, name: &PersonName, agency: &AgencyCode) -> Vec<&'a Account> {
        self.accounts_named(name).iter().copied().filter(|one| one.agency.as_ref() == Some(agency)).collect()
    }
}

/// A stable id for a person first met through `parts`.
pub fn person_id(parts: &[&str]) -> PersonId {
    let print = crate::model::ids::Fingerprint::of("person");
    let print = parts.iter().fold(print, |print, part| print.part(part));
    PersonId::new(format!("p-{}", &print.finish()[..24]))
}

fn only<T: Copy>(list: Option<&Vec<T>>) -> Option<T> {
    match list?.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}
