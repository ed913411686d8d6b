//! A person's name: family name first, given name last, compared without regard to tone marks' position.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// More words than this are a sentence.
pub const LONGEST: usize = 8;

/// Whether every character of `text` may stand in a name, and it is not too long for one.
pub fn looks_like_one(text: &str) -> bool {
    let fits =
        |c: char| is_latin(c) || is_combining_mark(c) || matches!(c, ' ' | '\n' | '\'' | '’' | '-' | '.');
    text.split_whitespace().count() <= LONGEST
        && text.chars().all(fits)
        && text.chars().next().is_some_and(is_latin)
}

/// Whether Vietnamese, or another language written with Latin letters, has this letter.
pub fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, 'À'..='ɏ' | 'Ḁ'..='ỿ') && !matches!(c, '×' | '÷')
}

/// A full name in NFC with single spaces.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonName(String);

impl PersonName {
    /// Cleans white space (NBSP included) and composes to NFC; `None` where nothing is left.
    pub fn new(text: &str) -> Option<Self> {
        let mut name = String::with_capacity(text.len());
        for word in text.split_whitespace() {
            if !name.is_empty() {
                name.push(' ');
            }
            if is_composed(word) {
                name.push_str(word);
            } else {
                name.extend(word.nfc());
            }
        }
        (!name.is_empty()).then_some(Self(name))
    }

    /// The name as shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it can be a person's name; see [`looks_like_one`]. A cell that slipped in from another column is not one.
    pub fn is_plausible(&self) -> bool {
        looks_like_one(&self.0)
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
        matching(self.0.split(' '))
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
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
            continue;
        }
        // Only marks change places in a normal form, and they go.
        decompose_canonical(c, |part| {
            if !is_combining_mark(part) {
                let lower = part.to_lowercase();
                out.extend(lower.map(|c| if matches!(c, 'đ' | 'ð') { 'd' } else { c }));
            }
        });
    }
    out
}

/// What people are listed by: the given name, then the whole name, both by the Vietnamese alphabet. Who has no name comes
/// first.
pub fn by_given(name: &str) -> Option<impl Ord + use<>> {
    PersonName::new(name).map(|name| (alphabetical(name.given()), alphabetical(&name.0), name))
}

/// The letters of `text`, then its tones, each so that plain comparison has the order of Vietnamese dictionaries: a ă â,
/// d đ, e ê, o ô ơ, u ư; of the same letters, those without a tone mark, then huyền, hỏi, ngã, sắc, nặng.
fn alphabetical(text: &str) -> (String, String) {
    let (mut letters, mut tones) = (String::new(), String::new());
    let mut add = |c: char| match c {
        '\u{300}' => tones.push('1'),
        '\u{309}' => tones.push('2'),
        '\u{303}' => tones.push('3'),
        '\u{301}' => tones.push('4'),
        '\u{323}' => tones.push('5'),
        // A letter with its mark stands behind every word that begins with the letter alone.
        '\u{306}' => letters.push('{'),
        '\u{302}' => letters.push('|'),
        '\u{31b}' => letters.push('}'),
        'đ' | 'ð' => letters.push_str("d{"),
        c if is_combining_mark(c) => {}
        ' ' => {
            letters.push(' ');
            tones.push(' ');
        }
        c => letters.push(c),
    };
    for c in text.chars().flat_map(char::to_lowercase) {
        decompose_canonical(c, &mut add);
    }
    (letters, tones)
}

/// What spellings of the same words share, whoever's they are; see [`PersonName::matching`].
pub fn matching<'a>(words: impl Iterator<Item = &'a str>) -> String {
    // Room for a name of four words.
    let mut out = String::with_capacity(48);
    for (nth, word) in words.enumerate() {
        if nth > 0 {
            out.push(' ');
        }
        syllable(word, &mut out);
    }
    out
}

/// Whether `text` is in NFC for having none but letters that are composed already, as nearly all text is: the blocks
/// before the combining marks, and the one of Vietnamese.
pub fn is_composed(text: &str) -> bool {
    text.chars().all(|c| c < '\u{300}' || matches!(c, '\u{1e00}'..='\u{1eff}'))
}

/// Adds the syllable with its tone mark moved to the end, so that its place does not matter. The marks that make
/// a letter (ă â ê ô ơ ư đ) stay with it.
fn syllable(word: &str, out: &mut String) {
    let mut tone = None;
    let mut add = |c| match c {
        '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => tone = Some(c),
        'ð' => out.push('đ'),
        c => out.push(c),
    };
    if is_composed(word) {
        // No mark stands alone here that could have to change places.
        for c in word.chars().flat_map(char::to_lowercase) {
            if c.is_ascii() { add(c) } else { decompose_canonical(c, &mut add) }
        }
    } else {
        let composed: String = word.nfc().collect();
        composed.to_lowercase().nfd().for_each(add);
    }
    out.extend(tone);
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
    fn what_needs_no_normal_form_comes_out_as_if_it_had_gone_through_it() {
        let letters = ('\u{20}'..='\u{250}').chain('\u{1e00}'..='\u{1f00}').chain(['ß', 'Σ', 'ẞ', 'İ']);
        for c in letters {
            let text = format!("x{c}A");
            let slow: String = text
                .nfd()
                .filter(|c| !is_combining_mark(*c))
                .flat_map(char::to_lowercase)
                .map(|c| if matches!(c, 'đ' | 'ð') { 'd' } else { c })
                .collect();
            assert_eq!(ascii(&text), slow, "{c:?}");
            if is_composed(&text) {
                assert_eq!(text.nfc().collect::<String>(), text, "{c:?}");
                // A mark that never composes leads the same word round the other way.
                let slow = matching([format!("{text}\u{34e}").as_str()].into_iter());
                assert_eq!(matching([text.as_str()].into_iter()), slow.replace('\u{34e}', ""), "{c:?}");
            }
        }
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

    #[test]
    fn people_are_listed_by_their_given_names_in_the_order_of_the_alphabet() {
        let listed = [
            "",
            "Bùi Thị An",
            "Nguyễn Văn An",
            "Lê Anh",
            "Lê Ánh",
            "Trần Ân",
            "Đặng Bình",
            "Hồ Dũng",
            "Vũ Đạt",
            "Phan Hoa",
            "Phan Hòa",
            "Phan Hóa",
            "Lý Tôn",
            "Lý Tơn",
            "Cao Tuấn",
            "Trần Văn Ước",
        ];
        let mut names = listed;
        names.reverse();
        names.sort_by_cached_key(|name| by_given(name));
        assert_eq!(names, listed);
    }

    #[test]
    fn numbers_sentences_and_other_scripts_are_no_names() {
        for text in ["Rơ Châm H'Blút", "Kpă Y-Bhăm", "Nguyễn Văn A."] {
            assert!(name(text).is_plausible(), "{text}");
        }
        let sentence = "Các đồng chí tham gia lớp bồi dưỡng cuối năm";
        for text in ["0912000005", "Nguyễn Văn An 2", "Lê Thị Bình (PGĐ)", "…", "- An", "Анна", sentence]
        {
            assert!(!name(text).is_plausible(), "{text}");
        }
    }

    #[test]
    fn letters_are_latin_with_every_mark_and_nothing_else_is() {
        assert!(('À'..='ɏ').chain('Ḁ'..='ỿ').all(|c| is_latin(c) == c.is_alphabetic()));
        assert!(is_latin('ữ') && is_latin('Đ') && is_latin('ŏ') && !is_latin('а') && !is_latin('×'));
    }
}
