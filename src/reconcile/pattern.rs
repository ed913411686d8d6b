//! A pattern: a text of the policy in which `*` stands for anything; case, tone marks and runs of white space
//! do not matter. Only the policy writes patterns: what a roster says is never one.

use crate::model::name::ascii;
use serde::Deserialize;

/// A pattern, folded once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct Pattern(Vec<String>);

/// Text as patterns are held against it; fold it once and hold it against many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded(String);

impl Folded {
    /// Folds `text`.
    pub fn new(text: &str) -> Self {
        Self(ascii(text).split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

impl Pattern {
    /// Reads a pattern.
    pub fn new(text: &str) -> Self {
        Self(Folded::new(text).0.split('*').map(str::to_owned).collect())
    }

    /// Whether the whole of `text` fits.
    pub fn fits(&self, text: &Folded) -> bool {
        let Some((first, rest)) = self.0.split_first() else { return false };
        let Some(left) = text.0.strip_prefix(first.as_str()) else { return false };
        let Some((last, middle)) = rest.split_last() else { return left.is_empty() };
        let mut left = left;
        for part in middle {
            match left.find(part.as_str()) {
                Some(at) => left = &left[at + part.len()..],
                None => return false,
            }
        }
        left.ends_with(last.as_str())
    }

    /// Whether any of `patterns` fits `text`.
    pub fn any(patterns: &[Self], text: &Folded) -> bool {
        patterns.iter().any(|pattern| pattern.fits(text))
    }
}

impl From<&str> for Pattern {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Pattern {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).fits(&Folded::new(text))
    }

    #[test]
    fn a_star_stands_for_anything() {
        assert!(fits("Phó Chủ tịch*", "Phó chủ tịch UBND xã"));
        assert!(fits("*một cửa*", "Công chức Một Cửa"));
        assert!(fits("Kế toán", "KẾ  TOÁN"));
        assert!(fits("*trưởng", "Phó trưởng phòng, kế toán trưởng"));
        assert!(fits("*", ""));
        assert!(!fits("Kế toán", "Kế toán trưởng"));
        assert!(!fits("Chuyên viên*chính", "Chuyên viên"));
    }

    #[test]
    fn parts_do_not_overlap() {
        assert!(!fits("ab*ba", "aba"));
        assert!(fits("a*b*b", "abb"));
        assert!(!fits("a*b*b", "ab"));
    }
}
