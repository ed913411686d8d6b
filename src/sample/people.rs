//! A person of the sample: who works where, what the directory still believes, and what is about to happen.

use super::names;
use super::offices::Office;
use super::rng::Rng;
use crate::model::name::{PersonName, ascii};
use crate::model::person::Gender;
use crate::model::record::{Action, Status};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// The invented mail domain.
pub(super) const DOMAIN: &str = "tinhmau.gov.vn";

/// One person.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) name: PersonName,
    pub(super) gender: Gender,
    pub(super) birth: NaiveDate,
    /// Given last, once gender and birth are settled.
    pub(super) citizen: String,
    pub(super) staff_code: String,
    pub(super) phone: String,
    /// Where the person works now, or worked last.
    pub(super) office: &'static Office,
    pub(super) unit: &'static str,
    pub(super) title: &'static str,
    pub(super) part: Part,
    /// The account, with what the directory believes; a joiner has none yet.
    pub(super) entry: Option<Entry>,
    /// What is wrong with the person's roles in the TTHC system beyond what the entry explains.
    pub(super) slip: Option<Slip>,
}

/// What the directory believes of a person.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) office: &'static Office,
    pub(super) unit: &'static str,
    pub(super) title: &'static str,
    pub(super) phone: String,
    /// Given last, so that collisions are numbered in order.
    pub(super) login: String,
    pub(super) disabled: bool,
}

/// A person's part in the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Works where the directory says, though title, unit or phone may differ.
    Stays,
    /// Works here and has no account.
    Joins,
    /// Works here; the account still lies in another agency's branch.
    Moves,
    /// Listed with a note on leaving or on leave.
    Noted(Status, NaiveDate),
    /// A request row asks for this.
    Asked(Action),
    /// As `Asked`, but the row holds a name and nothing to tell namesakes apart: a question.
    AskedByName(Action),
    /// Has an account and is on no list.
    Unlisted,
}

/// A role that does not fit the position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slip {
    /// Lacks the role the position gives.
    Lacks,
    /// Holds one that the position does not give.
    Holds(super::tthc::Role),
}

impl Person {
    /// The official address, if there is an account.
    pub(super) fn mail(&self) -> Option<String> {
        self.entry.as_ref().map(|entry| format!("{}@{DOMAIN}", entry.login))
    }
}

/// Everyone, before the story: each with an account that agrees. Names are unique, so that a namesake is
/// always one the story made.
pub(super) fn populate(rng: &mut Rng, offices: &'static [Office]) -> Vec<Person> {
    let mut people = Vec::new();
    let mut names = BTreeSet::new();
    for office in offices {
        for index in 0..office.size {
            let gender = if rng.below(100) < 52 { Gender::Male } else { Gender::Female };
            let name = loop {
                if let Some(name) = names::invent(rng, gender, office.minority())
                    && names.insert(name.ascii())
                {
                    break name;
                }
            };
            let serial = u32::try_from(people.len()).unwrap_or(0);
            let unit = if index < 3 { office.units[0] } else { office.units[index % office.units.len()] };
            let title = match index {
                0 => office.chiefs()[0],
                1 | 2 => office.chiefs()[1],
                _ => *rng.pick(office.titles()),
            };
            // 0900 is no operator's prefix; 499979 and 7919 are prime, so no two numbers are equal.
            let phone = format!("0900{:06}", (serial + 1) * 7919 % 499_979 + 100_000);
            people.push(Person {
                name,
                gender,
                // Leaders are of an age to lead.
                birth: birth(rng, if index < 3 { 13 } else { 34 }),
                citizen: String::new(),
                staff_code: format!("CC{:06}", (serial + 11) * 7919 % 899_981 + 100_000),
                phone: phone.clone(),
                office,
                unit,
                title,
                part: Part::Stays,
                entry: Some(Entry { office, unit, title, phone, login: String::new(), disabled: false }),
                slip: None,
            });
        }
    }
    people
}

/// A date within so many years of 1968.
fn birth(rng: &mut Rng, years: u32) -> NaiveDate {
    let year = 1968 + i32::try_from(rng.below(years)).unwrap_or(0);
    NaiveDate::from_ymd_opt(year, 1 + rng.below(12), 1 + rng.below(28)).unwrap_or_default()
}

/// Gives everyone a citizen ID that agrees with gender and birth, no two alike.
pub(super) fn give_citizen_ids(rng: &mut Rng, people: &mut [Person]) {
    use chrono::Datelike;
    /// Places of birth registration; several start with a zero that a number cell loses.
    const PLACES: &[&str] =
        &["001", "004", "010", "022", "031", "038", "040", "049", "051", "052", "064", "066", "079", "092"];
    let mut given = BTreeSet::new();
    for person in people {
        let years = person.birth.year() - 1900;
        let century = 2 * (years / 100) + i32::from(person.gender == Gender::Female);
        while person.citizen.is_empty() {
            let id =
                format!("{}{century}{:02}{:06}", rng.pick(PLACES), years % 100, 100_000 + rng.below(900_000));
            if given.insert(id.clone()) {
                person.citizen = id;
            }
        }
    }
}

/// Gives every account its login: given name and initials, then the agency; a collision is numbered.
pub(super) fn give_logins(people: &mut [Person], taken: impl IntoIterator<Item = String>) {
    let mut taken: BTreeSet<String> = taken.into_iter().collect();
    for person in people {
        let Some(entry) = person.entry.as_mut() else { continue };
        let stem = stem(&person.name);
        let plain = format!("{stem}.{}", entry.office.code);
        let numbered = (2..).map(|number| format!("{stem}{number}.{}", entry.office.code));
        entry.login = std::iter::once(plain)
            .chain(numbered)
            .find(|login| taken.insert(login.clone()))
            .unwrap_or_default();
    }
}

fn stem(name: &PersonName) -> String {
    let letters = |word: &str| ascii(word).chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let words: Vec<String> = name.as_str().split(' ').map(letters).collect();
    let (given, rest) = words.split_last().map_or(("", &[][..]), |(given, rest)| (given.as_str(), rest));
    rest.iter().filter_map(|word| word.chars().next()).fold(given.to_owned(), |mut stem, initial| {
        stem.push(initial);
        stem
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_the_given_name_and_the_initials() {
        let stem = |text| stem(&PersonName::new(text).unwrap());
        assert_eq!(stem("Nguyễn Hùng Anh"), "anhnh");
        assert_eq!(stem("Đỗ Văn Đạt"), "datdv");
        assert_eq!(stem("H'Yam Êban"), "ebanh");
    }
}
