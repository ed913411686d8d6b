//! Mail addresses in a cell.

/// The address in lower case; of several the first valid one. `None`: none there.
pub(in crate::roster) fn read(text: &str) -> Option<String> {
    text.split([',', ';', '\n', ' ', '/']).filter(|part| !part.is_empty()).find_map(one)
}

fn one(text: &str) -> Option<String> {
    let text = text.to_lowercase();
    let address = text.strip_prefix("mailto:").unwrap_or(&text).trim_end_matches('.');
    let (local, domain) = address.split_once('@')?;
    let fits = |part: &str, more: &[char]| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-' || more.contains(&c))
            && !part.starts_with('.')
            && !part.ends_with('.')
            && !part.contains("..")
    };
    let labels = || domain.split('.');
    let sane = fits(local, &['_', '+', '%'])
        && fits(domain, &[])
        && labels().count() > 1
        && labels().all(|label| !label.starts_with('-') && !label.ends_with('-'))
        && address.len() <= 254;
    sane.then(|| address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_lower_case_and_checked() {
        assert_eq!(read("HoaSH.xatanlap@TinhMau.gov.vn").as_deref(), Some("hoash.xatanlap@tinhmau.gov.vn"));
        assert_eq!(read("mailto:a_b@x.gov.vn; c@x.vn").as_deref(), Some("a_b@x.gov.vn"));
        for text in
            ["", "hoa", "hoa@", "@x.vn", "hoà@x.vn", "a@b", "a@b..vn", "a@-b.vn", "a@@b.vn", "chưa có"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
