//! Organisations in text: whether a name is one's, and how it is written when it was shouted.

use super::mapping::Organisations;
use super::text::{Phrase, Said};

impl Organisations {
    /// Whether `text` begins like the name of an agency or of a part of one.
    pub(super) fn names_one(&self, text: &str) -> bool {
        let said = Said::new(text);
        said.starts_any(&self.agencies) || said.starts_any(&self.units)
    }

    /// Whether `text` begins like the name of an agency.
    pub(super) fn names_agency(&self, text: &str) -> bool {
        Said::new(text).starts_any(&self.agencies)
    }

    /// Whether `text` begins like the name of a part of an agency.
    pub(super) fn names_unit(&self, text: &str) -> bool {
        let said = Said::new(text);
        said.starts_any(&self.units) && !said.starts_any(&self.agencies)
    }

    /// The name as official documents write it, where it came in capitals: `PHÒNG TỔ CHỨC - HÀNH CHÍNH` is
    /// `Phòng Tổ chức - Hành chính`. Other text stays as it is.
    pub(super) fn official_case(&self, text: &str) -> String {
        if text.chars().any(char::is_lowercase) {
            return text.to_owned();
        }
        let words: Vec<&str> = text.split(' ').collect();
        let mut out: Vec<String> = Vec::new();
        let mut at = 0;
        // What the next word is: the first of a name, any word of a place's name, or one inside a name.
        let mut next = Next::First;
        while at < words.len() {
            let word = words[at];
            let lower = word.to_lowercase();
            let kind = self.kind_at(&words[at..], at == 0);
            if self.abbreviations.iter().any(|known| known.as_str() == word) {
                out.push(word.to_owned());
                next = if self.takes_level(&words[at + 1..]) { Next::Inside } else { Next::First };
            } else if let Kind::Level(length) = kind
                && next != Next::First
            {
                out.extend(words[at..at + length].iter().map(|word| word.to_lowercase()));
                at += length;
                next = Next::Place;
                continue;
            } else if let Kind::Organisation(length) = kind {
                out.push(capital(&lower));
                out.extend(words[at + 1..at + length].iter().map(|word| word.to_lowercase()));
                at += length;
                next = if self.takes_level(&words[at..]) { Next::Inside } else { Next::First };
                continue;
            } else if !word.chars().any(char::is_alphabetic) || lower == "và" {
                out.push(lower);
                next = Next::First;
            } else {
                let written = if next == Next::Inside { lower } else { capital(&lower) };
                next = match next {
                    Next::Place => Next::Place,
                    _ if word.ends_with([',', ';', '/']) => Next::First,
                    _ => Next::Inside,
                };
                out.push(written);
            }
            at += 1;
        }
        out.join(" ")
    }

    fn takes_level(&self, words: &[&str]) -> bool {
        matches!(self.kind_at(words, false), Kind::Level(_))
    }

    /// What begins here. Inside a name only a phrase of several words is another organisation's: `Tổ` is, in
    /// `Phòng Tổ chức`, none.
    fn kind_at(&self, words: &[&str], first: bool) -> Kind {
        let said = Said::new(&words.join(" "));
        let longest = |phrases: &[Phrase]| {
            let fits = phrases.iter().filter(|phrase| said.starts(phrase));
            fits.map(|phrase| phrase.plain().split(' ').count()).max()
        };
        let organisation =
            longest(&self.agencies).max(longest(&self.units)).filter(|length| first || *length > 1);
        match (organisation, longest(&self.levels)) {
            (Some(length), _) => Kind::Organisation(length.min(words.len())),
            (None, Some(length)) => Kind::Level(length.min(words.len())),
            (None, None) => Kind::Word,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Organisation(usize),
    Level(usize),
    Word,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    First,
    Place,
    Inside,
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::roster::mapping::Mapping;

    #[test]
    fn shouted_names_are_written_as_official_documents_do() {
        let words = Mapping::embedded().unwrap().words.organisations;
        for (shouted, official) in [
            ("PHÒNG TỔ CHỨC - HÀNH CHÍNH", "Phòng Tổ chức - Hành chính"),
            ("VĂN PHÒNG", "Văn phòng"),
            ("PHÒNG CHUYỂN ĐỔI SỐ", "Phòng Chuyển đổi số"),
            ("BỘ PHẬN MỘT CỬA", "Bộ phận Một cửa"),
            ("ỦY BAN NHÂN DÂN XÃ TÂN LẬP", "Ủy ban nhân dân xã Tân Lập"),
            ("VĂN PHÒNG ỦY BAN NHÂN DÂN TỈNH", "Văn phòng Ủy ban nhân dân tỉnh"),
            ("SỞ KHOA HỌC VÀ CÔNG NGHỆ", "Sở Khoa học và Công nghệ"),
            ("UBND XÃ TÂN LẬP", "UBND xã Tân Lập"),
            ("Phòng Nội vụ", "Phòng Nội vụ"),
        ] {
            assert_eq!(words.official_case(shouted), official, "{shouted}");
        }
    }

    #[test]
    fn a_family_name_is_no_organisation() {
        let words = Mapping::embedded().unwrap().words.organisations;
        assert!(words.names_one("Phòng Nội vụ") && words.names_one("UBND xã Tân Lập"));
        assert!(!words.names_one("Bàn Văn Tài") && !words.names_one("Đoàn Thị Điểm"));
    }
}
