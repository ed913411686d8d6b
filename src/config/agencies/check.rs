//! A check: what must hold of agencies whatever file they came from.

use crate::model::agency::{Agencies, Agency, Contact, KeptMailbox};
use crate::model::ids::AgencyCode;
use crate::notify::transport::check_address;
use std::collections::BTreeMap;

/// What an agency is described by: a key of its table, or a column of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Field {
    /// Its code.
    Code,
    /// Its official name.
    Name,
    /// The agency above it.
    Parent,
    /// What it is.
    Kind,
    /// Of one who answers for it.
    Of(Who, Detail),
    /// The addresses of its unit mailboxes.
    Mailboxes,
    /// Those of the people who keep them, in the same order.
    Custodians,
}

/// Who answers for an agency's rosters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    /// The first contact.
    First,
    /// The second.
    Second,
    /// Who stands in for them.
    Deputy,
}

impl Who {
    pub(super) const ALL: [Self; 3] = [Self::First, Self::Second, Self::Deputy];
}

/// What is known of such a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Detail {
    /// Full name.
    Name,
    /// Mail address.
    Mail,
    /// Phone number.
    Phone,
    /// The login of an operator.
    Login,
}

impl Detail {
    pub(super) const ALL: [Self; 4] = [Self::Name, Self::Mail, Self::Phone, Self::Login];
}

/// Something wrong with one agency of a list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Its place in the list, from 0.
    pub agency: usize,
    /// What of it.
    pub field: Field,
    /// What was found and what was expected.
    pub why: String,
}

/// The agencies by code: codes are given once, agencies above exist and form no circle, whoever is named can be
/// reached. Everything wrong is said, not only the first of it.
pub(super) fn check(list: Vec<Agency>) -> Result<Agencies, Vec<Wrong>> {
    let mut wrong = Vec::new();
    let by_code: BTreeMap<&AgencyCode, &Agency> =
        list.iter().rev().map(|agency| (&agency.code, agency)).collect();
    for (at, agency) in list.iter().enumerate() {
        let mut say = |field, why: String| wrong.push(Wrong { agency: at, field, why });
        if list[..at].iter().any(|before| before.code == agency.code) {
            say(Field::Code, format!("the code {} is given twice; each agency has its own", agency.code));
        }
        if agency.name.trim().is_empty() {
            say(Field::Name, "its official name is expected".into());
        }
        if let Err(why) = above(agency, &by_code) {
            say(Field::Parent, why);
        }
        let contacts = [Who::First, Who::Second].into_iter().zip(&agency.contacts);
        for (who, person) in contacts.chain(agency.deputy.iter().map(|person| (Who::Deputy, person))) {
            reachable(person, |detail, why| say(Field::Of(who, detail), why));
        }
        for (nth, KeptMailbox { mail, custodian }) in agency.mailboxes.iter().enumerate() {
            for (field, address) in [(Field::Mailboxes, mail), (Field::Custodians, custodian)] {
                if let Err(why) = check_address(address) {
                    say(field, format!("{why}; one as in \"vanthu@tinh.gov.vn\" is expected"));
                }
            }
            let same = |one: &KeptMailbox| one.mail.eq_ignore_ascii_case(mail);
            let before = list[..at].iter().flat_map(|one| &one.mailboxes).chain(&agency.mailboxes[..nth]);
            if before.into_iter().any(same) {
                say(Field::Mailboxes, format!("{mail} is named twice; a unit mailbox has one custodian"));
            }
            if custodian.eq_ignore_ascii_case(mail) {
                say(Field::Custodians, format!("{mail} cannot keep itself; a person's address is expected"));
            }
        }
    }
    if wrong.is_empty() {
        Ok(list.into_iter().map(|agency| (agency.code.clone(), agency)).collect())
    } else {
        Err(wrong)
    }
}

/// Whether the agencies above `agency` are there and end somewhere.
fn above(agency: &Agency, by_code: &BTreeMap<&AgencyCode, &Agency>) -> Result<(), String> {
    let mut above = agency.parent.as_ref();
    let mut steps = 0;
    while let Some(parent) = above {
        // What is wrong further up is said there.
        let Some(found) = by_code.get(parent) else {
            return if steps == 0 { Err(format!("agency {parent} is not in this file")) } else { Ok(()) };
        };
        above = found.parent.as_ref();
        steps += 1;
        if steps > by_code.len() {
            return Err("the agencies above it form a circle; one of them has none above it".into());
        }
    }
    Ok(())
}

fn reachable(person: &Contact, mut say: impl FnMut(Detail, String)) {
    let Contact { name, mail, phone, login } = person;
    if name.trim().is_empty() {
        say(Detail::Name, "a full name is expected".into());
    }
    if mail.trim().is_empty() {
        say(Detail::Mail, "a mail address is expected".into());
    } else if let Err(why) = check_address(mail) {
        say(Detail::Mail, format!("{why}; one as in \"a.nguyen@tinh.gov.vn\" is expected"));
    }
    if let Some(phone) = phone {
        if !phone.chars().any(|c| c.is_ascii_digit()) {
            say(
                Detail::Phone,
                format!("{phone:?} is no phone number; one as in \"0200 0000 000\" is expected"),
            );
        } else if has_lost_its_zero(phone) {
            let why = "has lost its leading 0: make the cell a text and write the number whole";
            say(Detail::Phone, format!("{phone:?} {why}"));
        }
    }
    if login.as_ref().is_some_and(|login| login.trim().is_empty()) {
        say(Detail::Login, "a login is expected, or nothing at all".into());
    }
}

/// A spreadsheet takes a phone number for a number: nine or ten digits (ten of a landline) then begin with what
/// comes after the 0.
fn has_lost_its_zero(phone: &str) -> bool {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let plain = phone.chars().all(|c| c.is_ascii_digit() || " .-".contains(c));
    plain && (9..=10).contains(&digits.len()) && digits.starts_with(['2', '3', '5', '7', '8', '9'])
}
