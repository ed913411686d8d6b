//! Letters: characters of other scripts that look like the ones Vietnamese is written with.

/// Cyrillic and Greek letters and the Latin ones they look like.
const TWINS: [(char, char); 46] = [
    ('А', 'A'),
    ('В', 'B'),
    ('Е', 'E'),
    ('К', 'K'),
    ('М', 'M'),
    ('Н', 'H'),
    ('О', 'O'),
    ('Р', 'P'),
    ('С', 'C'),
    ('Т', 'T'),
    ('У', 'Y'),
    ('Х', 'X'),
    ('І', 'I'),
    ('Ѕ', 'S'),
    ('Ј', 'J'),
    ('Ԛ', 'Q'),
    ('Ԝ', 'W'),
    ('Ү', 'Y'),
    ('а', 'a'),
    ('е', 'e'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('у', 'y'),
    ('х', 'x'),
    ('і', 'i'),
    ('ѕ', 's'),
    ('ј', 'j'),
    ('һ', 'h'),
    ('ԁ', 'd'),
    ('ԛ', 'q'),
    ('ԝ', 'w'),
    ('Α', 'A'),
    ('Β', 'B'),
    ('Ε', 'E'),
    ('Ζ', 'Z'),
    ('Η', 'H'),
    ('Ι', 'I'),
    ('Κ', 'K'),
    ('Μ', 'M'),
    ('Ν', 'N'),
    ('Ο', 'O'),
    ('Ρ', 'P'),
    ('Τ', 'T'),
    ('Χ', 'X'),
    ('ο', 'o'),
];

/// `text` with look-alikes replaced; `None` where there is nothing to replace. Ð, Ɖ and ð are Đ and đ, full-width
/// forms are their narrow ones. A Cyrillic or Greek letter is replaced only where the rest of the text proves it a
/// slip: it stands among Latin letters, and every foreign letter has a Latin twin.
pub(super) fn without_look_alikes(text: &str) -> Option<String> {
    let foreign = |c: char| matches!(c, '\u{370}'..='\u{52f}');
    if !text.chars().any(|c| foreign(c) || plain_twin(c).is_some()) {
        return None;
    }
    let has_latin = text.chars().any(|c| c.is_alphabetic() && !foreign(c));
    let all_twins = text.chars().filter(|c| foreign(*c)).all(|c| twin(c).is_some());
    let slips = has_latin && all_twins;
    let replace = |c: char| plain_twin(c).or_else(|| twin(c).filter(|_| slips)).unwrap_or(c);
    let replaced: String = text.chars().map(replace).collect();
    (replaced != text).then_some(replaced)
}

/// The character one can only have been meant to be.
fn plain_twin(c: char) -> Option<char> {
    match c {
        'Ð' | 'Ɖ' => Some('Đ'),
        'ð' | 'ɖ' => Some('đ'),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        _ => None,
    }
}

fn twin(c: char) -> Option<char> {
    TWINS.iter().find(|(alike, _)| *alike == c).map(|(_, latin)| *latin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_among_latin_letters_are_replaced() {
        for (written, meant) in [
            ("ÐỖ VĂN ÐỨC", "ĐỖ VĂN ĐỨC"),
            ("ðức", "đức"),
            ("Nguyễn Vаn Аn", "Nguyễn Van An"),
            ("０９７８７２１４９５", "0978721495"),
            ("ＮＧＵＹỄＮ", "NGUYỄN"),
        ] {
            assert_eq!(without_look_alikes(written).as_deref(), Some(meant), "{written}");
        }
    }

    #[test]
    fn what_may_be_meant_stays() {
        for text in ["Nguyễn Văn Đức", "Анна", "Иван Nguyễn", "٠٩٧٨", "Hà Nội"] {
            assert_eq!(without_look_alikes(text), None, "{text}");
        }
    }
}
