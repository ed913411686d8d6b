//! Guesses: the known default passwords and the obvious variants of one account, and when a stored password is to be held
//! against them. Hashes are none of this module's business; a guess is never shown.

use super::days::Days;
use super::ladder::Course;
use super::leak::course_of;
use super::policy::{Audience, Step};
use crate::model::Time;
use crate::model::account::{Account, Attr};
use crate::model::name::ascii;
use crate::model::password::PasswordFacts;
use crate::model::rotation::{Found, Guessed, Memory};
use chrono::{Datelike, TimeDelta};
use serde::Deserialize;
use std::collections::BTreeSet;

/// Where nothing shows whether a password was changed, or what is stored could not be read, it is looked at again after
/// this long.
const AGAIN: TimeDelta = TimeDelta::days(30);

/// A year before the present one that still counts, besides that of the account's making.
const YEARS_BACK: i32 = 2;

/// The tokens that a pattern may hold, in lower case.
const TOKENS: &[&str] = &["login", "user", "name", "given", "unit", "domain", "year", "phone"];

/// The list of known default passwords and the patterns of variants.
#[derive(Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Guesses {
    /// Passwords as they stand.
    known: Vec<String>,
    /// What is made for each account.
    patterns: Vec<String>,
}

impl std::fmt::Debug for Guesses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guesses").finish_non_exhaustive()
    }
}

impl Guesses {
    /// Puts a site's own before these: they are the likelier ones.
    pub fn prepend(&mut self, site: Self) {
        self.known.splice(0..0, site.known);
        self.patterns.splice(0..0, site.patterns);
    }

    /// What is wrong with a pattern, if anything; it says which by its place, never by its text.
    pub fn check(&self) -> Result<(), String> {
        for (at, pattern) in self.patterns.iter().enumerate() {
            let mut rest = pattern.as_str();
            while let Some((_, after)) = rest.split_once('{') {
                let token = after.split_once('}').map(|(token, after)| (token.to_ascii_lowercase(), after));
                match token {
                    Some((token, after)) if TOKENS.contains(&token.as_str()) => rest = after,
                    Some(_) | None => {
                        let known = TOKENS.join("}, {");
                        return Err(format!("patterns[{at}]: expected no braces but {{{known}}}"));
                    }
                }
            }
        }
        Ok(())
    }

    /// Everything of the list, to tell one list from another.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(String::as_str).chain(["\0"]).chain(self.patterns.iter().map(String::as_str))
    }

    /// What is tried for `account` in `year`, the likeliest first, each once.
    pub fn of(&self, account: &Account, year: i32) -> Vec<String> {
        let made = account.password.created.map(|made| made.year());
        let years: Vec<i32> = (year - YEARS_BACK..=year).rev().chain(made).collect();
        let mut tried = BTreeSet::new();
        let filled = self.patterns.iter().flat_map(|pattern| {
            let several =
                if pattern.to_ascii_lowercase().contains("{year}") { &years[..] } else { &years[..1] };
            several.iter().filter_map(|year| filled(pattern, account, *year)).collect::<Vec<_>>()
        });
        let all = self.known.iter().cloned().chain(filled);
        all.filter(|guess| tried.insert(guess.clone())).collect()
    }
}

fn filled(pattern: &str, account: &Account, year: i32) -> Option<String> {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some((text, after)) = rest.split_once('{') {
        let (token, after) = after.split_once('}')?;
        let value = value(&token.to_ascii_lowercase(), account, year).filter(|value| !value.is_empty())?;
        out.push_str(text);
        out.push_str(&in_case_of(token, &value));
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

fn value(token: &str, account: &Account, year: i32) -> Option<String> {
    let word = |text: &str| ascii(text).chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let login = || account.get(Attr::Login).map(str::to_lowercase);
    Some(match token {
        "login" => login()?,
        "user" => login()?.split(['.', '@']).next()?.to_owned(),
        "name" => word(account.get(Attr::FullName)?),
        "given" => word(account.get(Attr::FullName)?.split_whitespace().next_back()?),
        "unit" => account.agency.as_ref()?.as_str().to_lowercase(),
        "domain" => account.get(Attr::Mail)?.rsplit_once('@')?.1.split('.').next()?.to_lowercase(),
        "year" => year.to_string(),
        "phone" => account.get(Attr::Phone)?.chars().filter(char::is_ascii_digit).collect(),
        _ => return None,
    })
}

/// `value` as the token is written: `given`, `Given` or `GIVEN`.
fn in_case_of(token: &str, value: &str) -> String {
    let mut letters = token.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_uppercase() => value.to_uppercase(),
        (Some(first), _) if first.is_uppercase() => {
            let mut chars = value.chars();
            chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
        }
        _ => value.to_owned(),
    }
}

/// Whether a stored password is to be held against the list called `list`: it is new, the list is, or nothing shows
/// whether it is.
pub fn is_due(memory: &Memory, facts: &PasswordFacts, list: &str, now: Time) -> bool {
    let Some(guessed) = &memory.guessed else { return true };
    let long_ago = now - guessed.at > AGAIN;
    match (guessed.changed == facts.changed, guessed.found) {
        (false, _) => true,
        // A default password stays one, whatever is added to the list.
        (true, Found::Yes) => facts.changed.is_none() && long_ago,
        (true, Found::No) => guessed.list != list || facts.changed.is_none() && long_ago,
        (true, Found::Unreadable) => long_ago,
    }
}

/// The check that found the account's present password to be a default one.
pub fn standing<'a>(memory: &'a Memory, facts: &PasswordFacts) -> Option<&'a Guessed> {
    let guessed = memory.guessed.as_ref()?;
    (guessed.found == Found::Yes && guessed.changed == facts.changed).then_some(guessed)
}

/// The ladder after a default password where a policy has none of its own; days are working days after it was found, 0 at
/// once.
pub fn short() -> Vec<Step> {
    let step = |name: &str, days, to| Step { name: name.into(), days, to };
    vec![
        step("mac-dinh-nhac-1", 0, Audience::Holder),
        step("mac-dinh-nhac-2", 3, Audience::Holder),
        step("mac-dinh-dau-moi", 5, Audience::Contact),
        step("mac-dinh-so", 7, Audience::Department),
        step("mac-dinh-khoa", 10, Audience::Lock),
    ]
}

/// The way from the find to the lock. A password that is found again after another is another cycle.
pub fn course(guessed: &Guessed, steps: &[Step], days: &Days<'_>) -> Course {
    let set = guessed.changed.map_or_else(|| "unknown".to_owned(), crate::model::rfc3339);
    course_of(format!("default-password:{set}"), days.date(guessed.at), steps, days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::account::{AccountKind, Values};
    use crate::model::dn::Dn;
    use crate::model::ids::{AccountId, AgencyCode};

    fn account(attrs: &[(Attr, &str)]) -> Account {
        Account {
            id: AccountId::new("a1"),
            dn: Dn::default(),
            attrs: attrs.iter().map(|(attr, text)| (*attr, Values::one(*text))).collect(),
            agency: AgencyCode::parse("snv").ok(),
            kind: AccountKind::Person,
            protected: false,
            password: PasswordFacts {
                created: Some("2017-03-01T00:00:00Z".parse().unwrap()),
                ..PasswordFacts::default()
            },
        }
    }

    fn tried(patterns: &str, attrs: &[(Attr, &str)]) -> Vec<String> {
        let guesses: Guesses =
            toml::from_str(&format!("known = ['x', 'x']\npatterns = [{patterns}]")).unwrap();
        guesses.check().unwrap();
        guesses.of(&account(attrs), 2026)[1..].to_vec()
    }

    const AN: &[(Attr, &str)] = &[
        (Attr::Login, "annv.snv"),
        (Attr::FullName, "Nguyễn Văn Ân"),
        (Attr::Mail, "annv.snv@TinhMau.gov.vn"),
        (Attr::Phone, "0900 000 001"),
    ];

    #[test]
    fn patterns_are_filled_in_the_case_they_are_written_in() {
        assert_eq!(
            tried(
                "'{login}1', '{User}@', '{name}', '{Given}@{year}', '{UNIT}', '{Domain}@123', '{phone}'",
                AN
            ),
            [
                "annv.snv1",
                "Annv@",
                "nguyenvanan",
                "An@2026",
                "An@2025",
                "An@2024",
                "An@2017",
                "SNV",
                "Tinhmau@123",
                "0900000001"
            ]
        );
    }

    #[test]
    fn what_an_account_does_not_have_makes_no_guess() {
        assert_eq!(tried("'{login}', '{given}', '{phone}', '{unit}'", &[]), ["snv"]);
    }

    #[test]
    fn a_pattern_with_another_token_is_refused_without_being_said() {
        let guesses: Guesses = toml::from_str("patterns = ['{login}', 'BiMat{birthday}']").unwrap();
        let why = guesses.check().unwrap_err();
        assert!(why.starts_with("patterns[1]") && !why.contains("BiMat"), "{why}");
        assert_eq!(format!("{guesses:?}"), "Guesses { .. }");
    }

    #[test]
    fn a_password_is_looked_at_again_when_it_or_the_list_changed_or_nobody_can_tell() {
        let time = |text: &str| text.parse::<Time>().unwrap();
        let set = Some(time("2026-01-01T00:00:00Z"));
        let checked = |found, changed| Memory {
            guessed: Some(Guessed { found, changed, at: time("2026-02-01T00:00:00Z"), list: "l1".into() }),
            ..Memory::default()
        };
        let due = |memory: &Memory, changed, list: &str, now: &str| {
            let facts = PasswordFacts { changed, ..PasswordFacts::default() };
            is_due(memory, &facts, list, time(now))
        };
        let (soon, late) = ("2026-02-02T00:00:00Z", "2026-06-01T00:00:00Z");
        assert!(due(&Memory::default(), set, "l1", soon));
        for found in [Found::Yes, Found::No] {
            assert!(!due(&checked(found, set), set, "l1", late), "nothing changed");
            assert!(due(&checked(found, set), Some(time(soon)), "l1", soon), "another password");
            assert!(!due(&checked(found, None), None, "l1", soon));
            assert!(due(&checked(found, None), None, "l1", late));
        }
        assert!(due(&checked(Found::No, set), set, "l2", soon), "another list");
        assert!(!due(&checked(Found::Yes, set), set, "l2", soon));
        assert!(!due(&checked(Found::Unreadable, set), set, "l2", soon));
        assert!(due(&checked(Found::Unreadable, set), set, "l1", late));
    }
}
