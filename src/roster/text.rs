//! Text as it is compared: labels without any marks, phrases with their tone marks where the writer typed some.

use crate::model::name::{ascii, matching};
use serde::Deserialize;
use std::ops::Range;

/// Words of `text` in lower case without marks, joined by single spaces; punctuation separates.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in ascii(text).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Words of `text` in lower case with each tone mark at the end of its syllable (`hoà`, `hòa`).
fn marked(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric() && !is_mark(c));
    matching(words.filter(|word| !word.is_empty()))
}

fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// One line, white space of any kind made single spaces.
pub(super) fn flat(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// A phrase from the mapping.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct Phrase {
    marked: String,
    plain: String,
}

impl From<String> for Phrase {
    fn from(text: String) -> Self {
        Self { marked: marked(&text), plain: plain(&text) }
    }
}

impl Phrase {
    /// The phrase without marks.
    pub(super) fn plain(&self) -> &str {
        &self.plain
    }
}

/// What a cell or a title says, ready to be held against phrases. Text with tone marks is compared with
/// them (Tống Công is nobody's total), text typed without any by its bare letters.
#[derive(Debug, Clone)]
pub(super) struct Said {
    text: String,
    bare: bool,
}

impl Said {
    /// Prepares `text`.
    pub(super) fn new(text: &str) -> Self {
        let bare = !text.chars().any(|c| !c.is_ascii() && (c.is_alphabetic() || is_mark(c)));
        Self { text: if bare { plain(text) } else { marked(text) }, bare }
    }

    /// The prepared text.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    fn form<'p>(&self, phrase: &'p Phrase) -> &'p str {
        if self.bare { &phrase.plain } else { &phrase.marked }
    }

    /// Whether it begins with `phrase`, as whole words.
    pub(super) fn starts(&self, phrase: &Phrase) -> bool {
        let rest = self.text.strip_prefix(self.form(phrase));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    }

    /// Where `phrase` stands, as whole words.
    pub(super) fn find(&self, phrase: &Phrase) -> Option<Range<usize>> {
        let wanted = self.form(phrase);
        if wanted.is_empty() {
            return None;
        }
        let fits = |at: &usize| {
            let rest = self.text[*at..].strip_prefix(wanted);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        let spaces = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b' ');
        let at = std::iter::once(0).chain(spaces.map(|(at, _)| at + 1)).find(fits)?;
        Some(at..at + wanted.len())
    }

    /// Whether it begins with one of `phrases`.
    pub(super) fn starts_any(&self, phrases: &[Phrase]) -> bool {
        phrases.iter().any(|phrase| self.starts(phrase))
    }

    /// Whether it says one of `phrases`.
    pub(super) fn has_any(&self, phrases: &[Phrase]) -> bool {
        phrases.iter().any(|phrase| self.find(phrase).is_some())
    }

    /// Whether it is one of `phrases` and nothing more.
    pub(super) fn is_any(&self, phrases: &[Phrase]) -> bool {
        phrases.iter().any(|phrase| self.text == self.form(phrase))
    }

    /// The text with `phrases` left out.
    pub(super) fn without(mut self, phrases: &[Phrase]) -> Self {
        for phrase in phrases {
            while let Some(found) = self.find(phrase) {
                self.text.replace_range(found, "");
            }
        }
        self
    }

    /// The text before byte `at`.
    pub(super) fn before(&self, at: usize) -> Self {
        Self { text: self.text[..at].trim_end().to_owned(), bare: self.bare }
    }

    /// Whether it ends with one of `phrases`, as whole words.
    pub(super) fn ends_any(&self, phrases: &[Phrase]) -> bool {
        phrases.iter().any(|phrase| {
            let rest = self.text.strip_suffix(self.form(phrase));
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with(' '))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrase(text: &str) -> Phrase {
        Phrase::from(text.to_owned())
    }

    #[test]
    fn labels_lose_marks_case_and_punctuation() {
        assert_eq!(plain("Ngày,\ntháng,  NĂM sinh (d/m/Y)"), "ngay thang nam sinh d m y");
        assert_eq!(plain("ÐƠN VỊ"), "don vi");
    }

    #[test]
    fn a_person_called_tong_cong_is_no_total() {
        let total = phrase("tổng cộng");
        assert!(Said::new("TỔNG CỘNG: 20").starts(&total));
        assert!(Said::new("Tong cong").starts(&total));
        assert!(!Said::new("Tống Công Minh").starts(&total));
    }

    #[test]
    fn phrases_match_whole_words_wherever_the_tone_mark_was_typed() {
        assert!(Said::new("đề nghị huỷ hộp thư").find(&phrase("hủy")).is_some());
        assert!(Said::new("khoá luận").find(&phrase("khó")).is_none());
    }
}
