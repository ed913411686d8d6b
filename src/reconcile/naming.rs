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
    /// The last digits of the citizen ID, if known: three, or four where those were kept for the naming rule.
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
            "cccd3" => out.push_str(last(namee.citizen_tail?, 3)?),
            "cccd4" => out.push_str(last(namee.citizen_tail?, 4)?),
            "seq" => out.push_str(&seq.to_string()),
            _ => return None,
        }
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

/// The last `count` of the digits that are known.
fn last(digits: &str, count: usize) -> Option<&str> {
    digits.get(digits.len().checked_sub(count)?..)
}

/// Whether any of `patterns` takes more of a citizen ID than the digits that are shown.
pub fn takes_sealed_digits<'a>(mut patterns: impl Iterator<Item = &'a String>) -> bool {
    patterns.any(|pattern| pattern.contains("{cccd4}"))
}

/// Whether the rule could have given `local` to `namee`: by any of its patterns, with any number, in any agency (an
/// address once given stays), and where a birth or a citizen ID is not known with any such digits.
pub fn is_by_the_rule(naming: &Naming, namee: &Namee<'_>, local: &str) -> bool {
    let local = local.to_ascii_lowercase();
    std::iter::once(&naming.pattern).chain(&naming.on_collision).any(|pattern| fits(pattern, namee, &local))
}

/// Whether `text` is what `pattern` gives, its open ends at their widest.
fn fits(pattern: &str, namee: &Namee<'_>, text: &str) -> bool {
    let Some((before, after)) = pattern.split_once('{') else { return pattern == text };
    let Some(rest) = text.strip_prefix(before) else { return false };
    let Some((token, after)) = after.split_once('}') else { return false };
    let given = |token: &str| fill(&format!("{{{token}}}"), namee, 0);
    let wide = |is_part: fn(char) -> bool, lengths: std::ops::RangeInclusive<usize>| {
        let longest = rest.chars().take_while(|c| is_part(*c)).count();
        lengths.take_while(|length| *length <= longest).any(|length| fits(after, namee, &rest[length..]))
    };
    let digit: fn(char) -> bool = |c| c.is_ascii_digit();
    match token {
        "agency" => wide(|c| c.is_ascii_alphanumeric() || "-_.".contains(c), 1..=64),
        "seq" => wide(digit, 1..=3),
        "birth_year" if namee.birth.is_none() => wide(digit, 4..=4),
        "birth_month" if namee.birth.and_then(Birth::date).is_none() => wide(digit, 2..=2),
        "cccd3" if namee.citizen_tail.is_none() => wide(digit, 3..=3),
        "cccd4" if namee.citizen_tail.is_none_or(|tail| tail.len() < 4) => wide(digit, 4..=4),
        known => given(known)
            .and_then(|value| rest.strip_prefix(value.as_str()))
            .is_some_and(|rest| fits(after, namee, rest)),
    }
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
    let known = ["given", "initials", "full", "agency", "birth_year", "birth_month", "cccd3", "cccd4", "seq"];
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
    fn an_address_of_another_agency_or_with_a_number_is_by_the_rule() {
        let naming = Naming {
            on_collision: vec!["{given}{initials}{seq}.{agency}".into(), "{full}{birth_year}".into()],
            ..Naming::default()
        };
        let name = PersonName::new("Nguyễn Hùng Anh").unwrap();
        let agency = AgencyCode::parse("stttt").unwrap();
        let namee = Namee { name: &name, agency: &agency, birth: None, citizen_tail: None };
        for fine in ["anhnh.stttt", "anhnh.snv", "anhnh12.snv", "nguyenhunganh1980", "AnhNH.stttt"] {
            assert!(is_by_the_rule(&naming, &namee, fine), "{fine}");
        }
        for wrong in ["anhnh", "hunganh.stttt", "anhnhx.stttt", "nguyenhunganh80", ""] {
            assert!(!is_by_the_rule(&naming, &namee, wrong), "{wrong}");
        }
        let born = Namee { birth: Some(Birth::Year(1981)), ..namee };
        assert!(!is_by_the_rule(&naming, &born, "nguyenhunganh1980"), "born in another year");
    }

    #[test]
    fn a_collision_takes_four_digits_of_the_citizen_id_where_they_are_known() {
        let naming = Naming {
            pattern: "{given}{initials}{cccd3}".into(),
            on_collision: vec!["{given}{initials}{cccd4}".into()],
            ..Naming::default()
        };
        let name = PersonName::new("Nguyễn Văn An").unwrap();
        let agency = AgencyCode::parse("snv").unwrap();
        let namee = |tail| Namee { name: &name, agency: &agency, birth: None, citizen_tail: tail };
        let taken = BTreeSet::from(["annv234".to_owned()]);
        assert_eq!(local_part(&naming, &namee(Some("1234")), &BTreeSet::new()).unwrap(), "annv234");
        assert_eq!(local_part(&naming, &namee(Some("1234")), &taken).unwrap(), "annv1234");
        assert_eq!(local_part(&naming, &namee(Some("234")), &taken), None, "the fourth digit was not kept");
        assert!(is_by_the_rule(&naming, &namee(Some("234")), "annv1234"));
        assert!(!is_by_the_rule(&naming, &namee(Some("1234")), "annv9234"));
    }

    #[test]
    fn unknown_tokens_are_refused() {
        assert!(check_pattern("{given}{initials}.{agency}").is_ok());
        assert!(check_pattern("{surname}").is_err());
        assert!(check_pattern("{given").is_err());
    }
}
