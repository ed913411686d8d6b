//! Naming: an address from the province's pattern; one once given is never given to a second person.

use super::policy::Naming;
use crate::model::ids::AgencyCode;
use crate::model::name::{PersonName, ascii};
use crate::model::person::Birth;
use chrono::Datelike;
use std::collections::BTreeSet;
use std::fmt::Write;

/// What a pattern may fill in.
#[derive(Debug, Clone, Copy)]
pub struct Namee<'a> {
    /// The person's name.
    pub name: &'a PersonName,
    /// The agency.
    pub agency: &'a AgencyCode,
    /// The birth, if known.
    pub birth: Option<Birth>,
    /// The last three digits of the citizen ID, if known.
    pub citizen_tail: Option<&'a str>,
}

/// How far a `{seq}` counts before the name is put to a person.
const LAST_SEQUENCE: u32 = 999;

/// The first local part that is not `taken`: the pattern, then each collision pattern. `None` where every one
/// is taken or lacks what it needs (a birth year, a citizen ID).
pub fn local_part(naming: &Naming, namee: &Namee<'_>, taken: &BTreeSet<String>) -> Option<String> {
    let free = |part: &String| !taken.contains(part) && !naming.reserved.contains(part);
    std::iter::once(&naming.pattern).chain(&naming.on_collision).find_map(|pattern| {
        if pattern.contains("{seq}") {
            (2..=LAST_SEQUENCE).find_map(|seq| fill(pattern, namee, seq).filter(free))
        } else {
            fill(pattern, namee, 0).filter(free)
        }
    })
}

fn fill(pattern: &str, namee: &Namee<'_>, seq: u32) -> Option<String> {
    let words: Vec<String> =
        namee.name.as_str().split(' ').map(plain).filter(|word| !word.is_empty()).collect();
    let (given, before) = words.split_last()?;
    let mut out = String::new();
    let mut rest = pattern;
    while let Some((text, after)) = rest.split_once('{') {
        let (token, after) = after.split_once('}')?;
        out.push_str(text);
        match token {
            "given" => out.push_str(given),
            "initials" => out.extend(before.iter().filter_map(|word| word.chars().next())),
            "full" => out.extend(words.iter().map(String::as_str)),
            "agency" => out.push_str(namee.agency.as_str()),
            "birth_year" => out.push_str(&namee.birth?.year().to_string()),
            "birth_month" => write!(out, "{:02}", namee.birth?.date()?.month()).ok()?,
            "cccd3" => out.push_str(namee.citizen_tail?),
            "seq" => out.push_str(&seq.to_string()),
            _ => return None,
        }
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

/// Whether `text` can stand before the `@`.
pub fn is_local_part(text: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.len() <= 64
        && edge(text.chars().next())
        && edge(text.chars().next_back())
        && !text.contains("..")
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// Letters and digits of a word, in ASCII.
fn plain(word: &str) -> String {
    ascii(word).chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Checks that a pattern holds only known tokens: for the configuration.
pub fn check_pattern(pattern: &str) -> Result<(), String> {
    let known = ["given", "initials", "full", "agency", "birth_year", "birth_month", "cccd3", "seq"];
    let mut rest = pattern;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((token, after)) = after.split_once('}') else {
            return Err(format!("{pattern:?} has a '{{' without '}}'"));
        };
        if !known.contains(&token) {
            return Err(format!("{pattern:?} has {{{token}}}; known are {}", known.join(", ")));
        }
        rest = after;
    }
    if rest.contains('}') { Err(format!("{pattern:?} has a '}}' without '{{'")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, taken: &[&str]) -> Option<String> {
        let name = PersonName::new(name).unwrap();
        let agency = AgencyCode::parse("stttt").unwrap();
        let namee = Namee { name: &name, agency: &agency, birth: None, citizen_tail: None };
        local_part(&Naming::default(), &namee, &taken.iter().map(|t| (*t).to_owned()).collect())
    }

    #[test]
    fn the_letters_own_examples_come_out() {
        assert_eq!(part("Nguyễn Hùng Anh", &[]).unwrap(), "anhnh.stttt");
        assert_eq!(part("Đỗ Đình Đạt", &[]).unwrap(), "datdd.stttt");
    }

    #[test]
    fn a_taken_address_is_never_given_again() {
        assert_eq!(part("Nguyễn Hùng Anh", &["anhnh.stttt", "anhnh2.stttt"]).unwrap(), "anhnh3.stttt");
    }

    #[test]
    fn a_pattern_that_needs_what_is_unknown_is_passed_over() {
        let naming = Naming {
            pattern: "{given}{cccd3}".into(),
            on_collision: vec!["{full}".into()],
            ..Naming::default()
        };
        let name = PersonName::new("Kpă H'Lan").unwrap();
        let agency = AgencyCode::parse("x").unwrap();
        let namee = Namee { name: &name, agency: &agency, birth: None, citizen_tail: None };
        assert_eq!(local_part(&naming, &namee, &BTreeSet::new()).unwrap(), "kpahlan");
    }

    #[test]
    fn unknown_tokens_are_refused() {
        assert!(check_pattern("{given}{initials}.{agency}").is_ok());
        assert!(check_pattern("{surname}").is_err());
        assert!(check_pattern("{given").is_err());
    }
}
