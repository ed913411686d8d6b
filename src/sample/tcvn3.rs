//! TCVN3, the coding behind the `.VnTime` fonts: from Unicode to what such a cell holds.

/// The same table that reading decodes with.
const TABLE: &str = include_str!("../../mappings/rosters/tcvn3.tsv");

/// `text` in TCVN3; `None` where it has no code, as for a capital with a tone.
pub(super) fn encode(text: &str) -> Option<String> {
    text.chars().map(|c| if c.is_ascii() { Some(c) } else { code_of(c) }).collect()
}

fn code_of(letter: char) -> Option<char> {
    TABLE.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut fields = line.split('\t');
        let code = u32::from_str_radix(fields.next()?.strip_prefix("U+")?, 16).ok()?;
        let unicode = fields.nth(1)?;
        unicode.chars().eq([letter]).then(|| char::from_u32(code)).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_fonts() {
        assert_eq!(encode("Nguyễn Văn Đạt").as_deref(), Some("NguyÔn V¨n §¹t"));
        assert_eq!(encode("Lưu").as_deref(), Some("L\u{ad}u"));
        assert_eq!(encode("Ủy ban"), None);
    }
}
