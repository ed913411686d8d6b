//! Names in a cell: shouting is lowered.

use crate::model::name::{PersonName, looks_like_one};
use crate::model::person::Gender;

/// A name as read.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::roster) struct ReadName {
    /// The name.
    pub(in crate::roster) name: PersonName,
    /// Whether it holds what no name holds.
    pub(in crate::roster) odd: bool,
    /// Whether its capitals were set right.
    pub(in crate::roster) recased: bool,
    /// The gender a form of address tells (Ông, Bà).
    pub(in crate::roster) addressed: Option<Gender>,
}

/// Reads a name; `honorifics` are forms of address to leave out. `None`: nothing there.
pub(in crate::roster) fn read(text: &str, honorifics: &[String]) -> Option<ReadName> {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let mut addressed = None;
    while words.len() > 2 {
        let one = words[0].trim_end_matches([':', '.']);
        let is_honorific = |words: &[&str]| honorifics.iter().any(|it| is_lower_case_of(it, words));
        if is_honorific(&words[..2]) && words.len() > 3 {
            words.drain(..2);
        } else if is_honorific(&[one]) {
            addressed = super::flag::gender(one).or(addressed);
            words.remove(0);
        } else {
            break;
        }
    }
    let whole = words.join(" ");
    let whole = whole.trim_end_matches(['.', ',', ';', ' ']);
    let shouting = !whole.chars().any(char::is_lowercase);
    let odd = !looks_like_one(whole);
    let mut cased = String::with_capacity(whole.len());
    for (nth, word) in whole.split(' ').enumerate() {
        if nth > 0 {
            cased.push(' ');
        }
        if odd {
            cased.push_str(word);
        } else {
            recase(word, shouting, &mut cased);
        }
    }
    Some(ReadName { name: PersonName::new(&cased)?, odd, recased: cased != whole, addressed })
}

/// Whether `lower` is what `words` are in small letters.
fn is_lower_case_of(lower: &str, words: &[&str]) -> bool {
    let mut rest = lower.chars();
    words.iter().enumerate().all(|(nth, word)| {
        (nth == 0 || rest.next() == Some(' '))
            && word.chars().flat_map(char::to_lowercase).all(|c| rest.next() == Some(c))
    }) && rest.next().is_none()
}

/// Adds a word in title case where it is not already: all capitals, all small, or capitals after small letters.
/// `H'Hen` and `Y-Bhăm` are right as they are.
fn recase(word: &str, shouting: bool, out: &mut String) {
    let capitals = word.chars().filter(|c| c.is_uppercase()).count();
    let loud = capitals > 1 && !word.chars().any(char::is_lowercase);
    let stray =
        word.chars().zip(word.chars().skip(1)).any(|(one, next)| one.is_lowercase() && next.is_uppercase());
    if !(shouting || loud || stray || capitals == 0) {
        out.push_str(word);
        return;
    }
    let mut begins = true;
    for c in word.chars() {
        if begins {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        begins = matches!(c, '\'' | '’' | '-' | '.' | '(');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> String {
        read(text, &["ông".into(), "bà".into(), "đồng chí".into()]).unwrap().name.as_str().to_owned()
    }

    #[test]
    fn names_are_title_cased_where_they_are_not() {
        for (written, read) in [
            ("VŨ DIỆU THỊ MAI", "Vũ Diệu Thị Mai"),
            ("  Siu\u{a0}Hồng \n Hoa ", "Siu Hồng Hoa"),
            ("GiỜ Thị Lan", "Giờ Thị Lan"),
            ("nguyễn văn a", "Nguyễn Văn A"),
            ("NGUYỄN Văn an", "Nguyễn Văn An"),
            ("H'HEN NIÊ", "H'Hen Niê"),
            ("H'Hen Niê", "H'Hen Niê"),
            ("Kpă Y-Bhăm", "Kpă Y-Bhăm"),
            ("Nguye\u{302}\u{303}n Văn A.", "Nguyễn Văn A"),
            ("Bà Trần Thị B", "Trần Thị B"),
        ] {
            assert_eq!(name(written), read, "{written}");
        }
    }

    #[test]
    fn a_form_of_address_tells_the_gender() {
        assert_eq!(read("Ông Lê Văn C", &["ông".into()]).unwrap().addressed, Some(Gender::Male));
        assert_eq!(read("Bà Triệu", &["bà".into()]).unwrap().name.as_str(), "Bà Triệu");
    }

    #[test]
    fn what_no_name_holds_is_odd_and_kept_as_it_is() {
        let read = |text: &str| read(text, &[]).unwrap();
        assert!(read("=HYPERLINK(\"x\")").odd);
        assert!(read("Nguyễn Văn A (PGĐ)").odd);
        assert!(read("Анна").odd);
        assert!(read("NGUYỄN VĂN A").recased && !read("Nguyễn Văn A").recased);
        assert!(!read("Rơ Châm H'Blút").odd);
    }
}
