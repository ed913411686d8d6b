//! Phones: digits with the leading 0.

/// A phone number and what was done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::roster) struct ReadPhone {
    /// The digits.
    pub(in crate::roster) digits: String,
    /// How they were repaired.
    pub(in crate::roster) repair: Repair,
}

/// What was done to a phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::roster) enum Repair {
    /// Nothing, or only spaces, dots and the country code.
    None,
    /// The leading 0 was put back.
    Zero,
    /// A mobile prefix of before 2018 was converted.
    Prefix,
}

/// Mobile prefixes of 11-digit numbers and what they became in 2018.
const CONVERTED: [(&str, &str); 21] = [
    ("0120", "070"),
    ("0121", "079"),
    ("0122", "077"),
    ("0123", "083"),
    ("0124", "084"),
    ("0125", "085"),
    ("0126", "076"),
    ("0127", "081"),
    ("0128", "078"),
    ("0129", "082"),
    ("0162", "032"),
    ("0163", "033"),
    ("0164", "034"),
    ("0165", "035"),
    ("0166", "036"),
    ("0167", "037"),
    ("0168", "038"),
    ("0169", "039"),
    ("0186", "056"),
    ("0188", "058"),
    ("0199", "059"),
];

/// Reads a cell's text. Of several numbers the first mobile one counts, else the first; `None`: no phone.
pub(in crate::roster) fn read(text: &str) -> Option<ReadPhone> {
    if let Some(phone) = one(text) {
        return Some(phone);
    }
    let several: Vec<ReadPhone> =
        text.split([',', ';', '/', '\n']).flat_map(|part| part.split(" - ")).filter_map(one).collect();
    let mobile = several.iter().find(|phone| is_mobile(&phone.digits)).or(several.first());
    mobile.cloned()
}

fn one(text: &str) -> Option<ReadPhone> {
    let text = text.trim().trim_start_matches(['\'', '`', ':']);
    let mut digits = String::new();
    for (at, c) in text.char_indices() {
        match c {
            '0'..='9' => digits.push(c),
            ' ' | '.' | '-' | '(' | ')' | '\u{2013}' => {}
            '+' if at == 0 => {}
            _ => return None,
        }
    }
    let international = digits.strip_prefix("0084").or_else(|| digits.strip_prefix("84"));
    let local = match international {
        // A number that lost its 0 may begin with 84 too: only the length tells.
        Some(rest) if text.starts_with('+') || digits.len() >= 11 => {
            format!("0{}", rest.strip_prefix('0').unwrap_or(rest))
        }
        _ => digits,
    };
    if let Some(phone) = national(&local, Repair::None) {
        return Some(phone);
    }
    if local.starts_with('0') { None } else { national(&format!("0{local}"), Repair::Zero) }
}

fn national(digits: &str, repair: Repair) -> Option<ReadPhone> {
    if is_mobile(digits) || is_landline(digits) {
        return Some(ReadPhone { digits: digits.to_owned(), repair });
    }
    if digits.len() != 11 {
        return None;
    }
    let new = |(old, new): &(&str, &str)| Some(format!("{new}{}", digits.strip_prefix(old)?));
    let digits = CONVERTED.iter().find_map(new)?;
    Some(ReadPhone { digits, repair: Repair::Prefix })
}

fn is_mobile(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    bytes.len() == 10 && bytes[0] == b'0' && matches!(bytes[1], b'3' | b'5' | b'7' | b'8' | b'9')
}

fn is_landline(digits: &str) -> bool {
    digits.len() == 11 && digits.starts_with("02")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(text: &str) -> Option<(String, Repair)> {
        read(text).map(|phone| (phone.digits, phone.repair))
    }

    #[test]
    fn one_number_however_it_is_written() {
        for text in [
            "0978721495",
            "0978.721.495",
            "097 872 1495",
            "+84 978721495",
            "84978721495",
            "'0978721495",
            "0084978721495",
        ] {
            assert_eq!(phone(text), Some(("0978721495".into(), Repair::None)), "{text}");
        }
        assert_eq!(phone("0251.3822.222"), Some(("02513822222".into(), Repair::None)));
    }

    #[test]
    fn what_excel_dropped_is_put_back() {
        assert_eq!(phone("978721495"), Some(("0978721495".into(), Repair::Zero)));
        assert_eq!(phone("845123456"), Some(("0845123456".into(), Repair::Zero)));
        assert_eq!(phone("2513822222"), Some(("02513822222".into(), Repair::Zero)));
    }

    #[test]
    fn prefixes_of_before_2018_are_converted() {
        assert_eq!(phone("01655123456"), Some(("0355123456".into(), Repair::Prefix)));
        assert_eq!(phone("0129 555 1234"), Some(("0825551234".into(), Repair::Prefix)));
        assert_eq!(phone("1991234567"), Some(("0591234567".into(), Repair::Prefix)));
    }

    #[test]
    fn of_several_numbers_the_mobile_one_counts() {
        assert_eq!(phone("02513822222 / 0978721495"), Some(("0978721495".into(), Repair::None)));
        assert_eq!(phone("0978721495; 0912345678"), Some(("0978721495".into(), Repair::None)));
    }

    #[test]
    fn what_is_no_phone_is_none() {
        for text in
            ["", "không có", "12345", "0123456789", "038097561891", "097872149x", "=1+1", "٠٩٧٨٧٢١٤٩٥"]
        {
            assert_eq!(phone(text), None, "{text}");
        }
    }
}
