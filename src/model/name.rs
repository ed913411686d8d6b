//! A person's name: family name first, given name last, compared without regard to tone marks' position.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A full name in NFC with single spaces.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonName(String);

impl PersonName {
    /// Cleans white space (NBSP included) and composes to NFC; `None` where nothing is left.
    pub fn new(text: &str) -> Option<Self> {
        let words: Vec<String> = text.split_whitespace().map(|word| word.nfc().collect()).collect();
        (!words.is_empty()).then(|| Self(words.join(" ")))
    }

    /// The name as shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it can be a person's name: letters, and beside them nothing that no name holds. A cell that slipped in
    /// from another column is not one.
    pub fn is_plausible(&self) -> bool {
        let fits = |c: char| c.is_alphabetic() || is_combining_mark(c) || " '’-.".contains(c);
        self.0.chars().all(fits) && self.0.chars().any(char::is_alphabetic)
    }

    /// The given name, by which Vietnamese lists are sorted and addresses made.
    pub fn given(&self) -> &str {
        self.0.rsplit(' ').next().unwrap_or(&self.0)
    }

    /// The family name; empty for a name of one word.
    pub fn family(&self) -> &str {
        self.0.split_once(' ').map_or("", |(family, _)| family)
    }

    /// What two spellings of one name share: lower case, tone marks on the same letter wherever they were
    /// typed (`hoà`, `hòa`). Different names stay different.
    pub fn matching(&self) -> String {
        self.0.split(' ').map(syllable).collect::<Vec<_>>().join(" ")
    }

    /// The name in ASCII, lower case: what addresses are made of.
    pub fn ascii(&self) -> String {
        ascii(&self.0)
    }
}

impl std::fmt::Display for PersonName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// `text` without tone marks and in lower case; đ becomes d. For search, address making and headers.
pub fn ascii(text: &str) -> String {
    text.nfd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if matches!(c, 'đ' | 'ð') { 'd' } else { c })
        .collect()
}

/// The syllable with its tone mark moved to the end, so that its place does not matter. The marks that make
/// a letter (ă â ê ô ơ ư đ) stay with it.
fn syllable(word: &str) -> String {
    let mut letters = String::with_capacity(word.len() + 3);
    let mut tone = None;
    for c in word.to_lowercase().nfd() {
        match c {
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => tone = Some(c),
            'ð' => letters.push('đ'),
            c => letters.push(c),
        }
    }
    letters.extend(tone);
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> PersonName {
        PersonName::new(text).unwrap()
    }

    #[test]
    fn the_place_of_the_tone_mark_does_not_matter() {
        assert_eq!(name("Phan Đức Hoà").matching(), name("PHAN ĐỨC HÒA").matching());
        assert_eq!(name("Lê  Hồng\u{a0}Thuý").matching(), name("Lê Hồng Thúy").matching());
        assert_ne!(name("Lê Thủy").matching(), name("Lê Thúy").matching());
        assert_ne!(name("Trần Tuân").matching(), name("Trần Tuấn").matching());
    }

    #[test]
    fn decomposed_and_composed_names_are_equal() {
        assert_eq!(name("Nguye\u{302}\u{303}n"), name("Nguyễn"));
    }

    #[test]
    fn ascii_drops_every_mark() {
        assert_eq!(name("Đặng Thị Ướt").ascii(), "dang thi uot");
    }

    #[test]
    fn parts() {
        let n = name("Nguyễn Hùng Anh");
        assert_eq!((n.family(), n.given()), ("Nguyễn", "Anh"));
        assert!(PersonName::new(" \u{a0} ").is_none());
    }
}
