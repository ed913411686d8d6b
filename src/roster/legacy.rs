//! Legacy text: Vietnamese typed for fonts of the time before Unicode (TCVN3/ABC, VNI-Windows).
//!
//! A file holds no sign of it but the letters themselves, and a short name alone is ambiguous: the verdict is
//! on a column, and falls only where the letters make no Unicode Vietnamese.

use std::collections::BTreeMap;

/// How a column was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// TCVN 5712:1993, fonts `.Vn…`.
    Tcvn3,
    /// VNI-Windows, fonts `VNI-…`.
    Vni,
}

impl Encoding {
    /// Its name for the clerk.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcvn3 => "TCVN3 (ABC)",
            Self::Vni => "VNI",
        }
    }
}

/// A font whose glyphs are not what its characters say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OldFont {
    /// What its characters stand for.
    pub encoding: Encoding,
    /// It shows capitals for small letters (`.VnTimeH`).
    pub capitals: bool,
}

impl OldFont {
    /// The font of that name, where it is one.
    pub fn of(name: &str) -> Option<Self> {
        let begins = |with: &str| name.get(..with.len()).is_some_and(|it| it.eq_ignore_ascii_case(with));
        let font = |encoding, capitals| Some(Self { encoding, capitals });
        if begins(".Vn") {
            font(Encoding::Tcvn3, name.ends_with('H'))
        } else if begins("VNI-") {
            font(Encoding::Vni, false)
        } else {
            None
        }
    }
}

/// The tables: characters as the file holds them, one above ASCII among them, to Unicode.
#[derive(Debug, Clone)]
pub(super) struct Legacy {
    pub(super) tcvn3: BTreeMap<String, String>,
    pub(super) vni: BTreeMap<String, String>,
}

/// What a column's texts hold.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    /// Texts with letters only Unicode Vietnamese has.
    unicode: u32,
    /// Texts that may be legacy.
    candidates: u32,
    /// Characters above ASCII in those.
    high: u32,
    /// High characters that Unicode Vietnamese never uses.
    odd: u32,
    /// High characters the TCVN3 table knows.
    tcvn3: u32,
    /// VNI letters of two characters.
    pairs: u32,
    /// VNI letters of one high character.
    singles: u32,
}

impl Tally {
    /// Whether some of it can only be Unicode.
    pub(super) fn is_unicode(self) -> bool {
        self.unicode > 0
    }

    /// Whether it may follow the verdict on its neighbours.
    pub(super) fn may_follow(self) -> bool {
        self.unicode == 0 && self.candidates > 0
    }
}

impl Legacy {
    /// Counts `text` in.
    pub(super) fn count(&self, tally: &mut Tally, text: &str) {
        if text.is_ascii() {
            return;
        }
        if text.chars().any(only_unicode) {
            tally.unicode += 1;
            return;
        }
        let high: Vec<char> = text.chars().filter(|c| is_high(*c)).collect();
        if high.is_empty() {
            return;
        }
        tally.candidates += 1;
        tally.high += count(high.len());
        tally.odd += count(high.iter().filter(|c| !vietnamese_latin(**c)).count());
        let mut one = [0; 4];
        tally.tcvn3 +=
            count(high.iter().filter(|c| self.tcvn3.contains_key(&*c.encode_utf8(&mut one))).count());
        walk(&self.vni, 2, text, |key, _| match key {
            Some(key) if key.chars().nth(1).is_some() => tally.pairs += 1,
            Some(_) => tally.singles += 1,
            None => {}
        });
    }

    /// The encoding a tally speaks for.
    pub(super) fn verdict(tally: Tally) -> Option<Encoding> {
        let Tally { unicode, candidates, high, odd, tcvn3, pairs, singles } = tally;
        if unicode >= candidates || high < 3 || odd * 10 < high {
            return None;
        }
        let vni =
            pairs >= 2 && pairs + singles >= 3 && pairs * 3 >= high && (pairs + singles) * 10 >= high * 7;
        if vni {
            return Some(Encoding::Vni);
        }
        (tcvn3 * 10 >= high * 7).then_some(Encoding::Tcvn3)
    }

    /// `text` in Unicode. Text that can only be Unicode stays as it is.
    pub(super) fn decode(&self, encoding: Encoding, text: &str) -> String {
        if text.is_ascii() || text.chars().any(only_unicode) {
            return text.to_owned();
        }
        let (table, longest) = match encoding {
            Encoding::Tcvn3 => (&self.tcvn3, 1),
            Encoding::Vni => (&self.vni, 2),
        };
        let mut out = String::with_capacity(text.len());
        walk(table, longest, text, |_, to| out.push_str(to));
        out
    }
}

/// Walks `text` by the longest entries of `table`; `visit` gets the entry's key, or none for a character no
/// entry fits, and what it becomes.
fn walk<'t>(
    table: &'t BTreeMap<String, String>,
    longest: usize,
    text: &'t str,
    mut visit: impl FnMut(Option<&'t str>, &'t str),
) {
    let mut rest = text;
    while !rest.is_empty() {
        let end = |letters: usize| rest.char_indices().nth(letters).map_or(rest.len(), |(at, _)| at);
        let entry = |end: usize| {
            let key = Some(&rest[..end]).filter(|key| !key.is_ascii())?;
            table.get(key).map(|to| (end, Some(key), to.as_str()))
        };
        let found = (1..=longest).rev().find_map(|letters| entry(end(letters)));
        let (end, key, to) = found.unwrap_or_else(|| (end(1), None, &rest[..end(1)]));
        visit(key, to);
        rest = &rest[end..];
    }
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

/// Letters that no legacy text holds.
fn only_unicode(c: char) -> bool {
    matches!(c, 'Ă' | 'ă' | 'Đ' | 'đ' | 'Ĩ' | 'ĩ' | 'Ũ' | 'ũ' | 'Ơ' | 'ơ' | 'Ư' | 'ư' | '\u{300}'..='\u{36f}' | '\u{1ea0}'..='\u{1ef9}')
}

/// Characters legacy text writes its letters with; punctuation of every encoding is none.
fn is_high(c: char) -> bool {
    matches!(c, '\u{a1}'..='\u{ff}' | 'Œ' | 'œ' | 'Š' | 'š' | 'Ž' | 'ž' | 'Ÿ' | 'ƒ')
}

/// Letters of Latin-1 that Unicode Vietnamese uses too.
fn vietnamese_latin(c: char) -> bool {
    matches!(c, 'À'..='Ã' | 'È'..='Ê' | 'Ì' | 'Í' | 'Ò'..='Õ' | 'Ù' | 'Ú' | 'Ý' | 'à'..='ã' | 'è'..='ê' | 'ì' | 'í' | 'ò'..='õ' | 'ù' | 'ú' | 'ý' | 'Ð' | 'ð')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_fonts_are_known_by_their_names() {
        let font = |name| OldFont::of(name).map(|font| (font.encoding, font.capitals));
        assert_eq!(font(".VnTime"), Some((Encoding::Tcvn3, false)));
        assert_eq!(font(".VnArialH"), Some((Encoding::Tcvn3, true)));
        assert_eq!(font(".vntime"), Some((Encoding::Tcvn3, false)));
        assert_eq!(font("VNI-Times"), Some((Encoding::Vni, false)));
        assert_eq!([font("Times New Roman"), font("Vn"), font("")], [None; 3]);
    }
    use crate::roster::mapping::Mapping;

    fn judge(texts: &[&str]) -> (Option<Encoding>, Vec<String>) {
        let legacy = Mapping::embedded().unwrap().legacy;
        let mut tally = Tally::default();
        for text in texts {
            legacy.count(&mut tally, text);
        }
        let verdict = Legacy::verdict(tally);
        let decoded = texts.iter().map(|text| verdict.map_or((*text).to_owned(), |e| legacy.decode(e, text)));
        (verdict, decoded.collect())
    }

    #[test]
    fn tcvn3_is_recognised_and_decoded() {
        let (verdict, texts) = judge(&["NguyÔn V¨n Hïng", "TrÇn ThÞ Thñy", "§Æng §×nh L\u{ad}u", "Lª Hoµ"]);
        assert_eq!(verdict, Some(Encoding::Tcvn3));
        assert_eq!(texts, ["Nguyễn Văn Hùng", "Trần Thị Thủy", "Đặng Đình Lưu", "Lê Hoà"]);
    }

    #[test]
    fn vni_is_recognised_and_decoded() {
        let (verdict, texts) =
            judge(&["Nguyeãn Vaên Huøng", "Traàn Thò Thuûy", "Ñaëng Ñình Löu", "Phaïm Quoác Anh"]);
        assert_eq!(verdict, Some(Encoding::Vni));
        assert_eq!(texts, ["Nguyễn Văn Hùng", "Trần Thị Thủy", "Đặng Đình Lưu", "Phạm Quốc Anh"]);
    }

    #[test]
    fn unicode_stays_even_where_every_letter_is_latin() {
        for texts in
            [&["Võ Hùng", "Lê Hà", "Tô Hoàng", "Hoà", "Toán"][..], &["Nguyễn Văn Hùng", "Lê Hà", "Đỗ Thuý"]]
        {
            assert_eq!(judge(texts).0, None, "{texts:?}");
        }
    }
}
