//! Texts: the shared ones of a workbook, and those that stand in their cells.

use super::tags::Tags;
use quick_xml::escape::unescape;
use std::borrow::Cow;

/// The shared texts in order.
pub(super) fn shared(xml: &str) -> Option<Vec<Cow<'_, str>>> {
    let mut tags = Tags(xml);
    let list = tags.next().filter(|tag| tag.name == "sst")?;
    let mut strings = Vec::new();
    if list.is_empty {
        return Some(strings);
    }
    loop {
        let tag = tags.next()?;
        match tag.name {
            "si" if tag.is_empty => strings.push("".into()),
            "si" => strings.push(item(&mut tags, "/si")?),
            "/sst" => return Some(strings),
            _ => return None,
        }
    }
}

/// One text up to its `end`: the runs of a formatted one together, without how it is pronounced.
pub(super) fn item<'a>(tags: &mut Tags<'a>, end: &str) -> Option<Cow<'a, str>> {
    let mut whole = Cow::Borrowed("");
    loop {
        let tag = tags.next()?;
        match tag.name {
            "t" if tag.is_empty => {}
            "t" => {
                let keeps_spaces = tag.attributes.contains("xml:space=\"preserve\"");
                let run = content(tags.text("/t")?, keeps_spaces)?;
                whole = if whole.is_empty() { run } else { whole + run };
            }
            "rPh" if !tag.is_empty => tags.skip("/rPh")?,
            name if name == end => return Some(whole),
            _ if tag.is_prefixed() => return None,
            _ => {}
        }
    }
}

/// What `text` stands for; `None` where it holds escapes of Excel's own, or line ends that XML makes one of.
pub(super) fn content(text: &str, keeps_spaces: bool) -> Option<Cow<'_, str>> {
    if text.contains('\r') {
        return None;
    }
    let text = if text.contains('&') { unescape(text).ok()? } else { text.into() };
    let spaces = [' ', '\t', '\r', '\n'];
    let text = match text {
        text if keeps_spaces => text,
        Cow::Borrowed(text) => text.trim_matches(spaces).into(),
        Cow::Owned(text) => text.trim_matches(spaces).to_owned().into(),
    };
    (!text.contains("_x")).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(items: &str) -> Option<Vec<String>> {
        let xml = format!("\n<sst xmlns=\"x\">{items}</sst>");
        Some(shared(&xml)?.into_iter().map(Cow::into_owned).collect())
    }

    #[test]
    fn texts_are_put_together_as_they_are_shown() {
        let items = "<si><t> An </t></si><si><t xml:space=\"preserve\"> B&amp;C </t></si><si/>\
            <si><r><rPr><b/></rPr><t>Lê </t></r><r><t xml:space=\"preserve\"> Ổi</t></r><rPh sb=\"0\"><t>x</t></rPh></si>";
        assert_eq!(list(items).unwrap(), ["An", " B&C ", "", "Lê Ổi"]);
        assert_eq!(list("").unwrap(), [""; 0]);
    }

    #[test]
    fn what_is_odd_is_left_to_calamine() {
        for items in [
            "<si><t>a_x000D_b</t></si>",
            "<si><t>a\r\nb</t></si>",
            "<si><x:t>a</x:t></si>",
            "<si><t>a&nbsp;b</t></si>",
            "<si><t>a</t>",
            "<other/>",
        ] {
            assert_eq!(list(items), None, "{items}");
        }
        assert!(shared("<x:sst/>").is_none());
    }
}
