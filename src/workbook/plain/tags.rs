//! Tags: a text of XML taken apart at its angle brackets.

use memchr::memchr;

/// What of a text is still to come.
pub(super) struct Tags<'a>(pub(super) &'a str);

/// A tag with the text before it.
#[derive(Clone, Copy)]
pub(super) struct Tag<'a> {
    /// The text between the tag before and this one.
    pub(super) text: &'a str,
    /// Its name; of one that closes with the slash.
    pub(super) name: &'a str,
    /// What stands behind its name.
    pub(super) attributes: &'a str,
    /// Whether it closes itself.
    pub(super) is_empty: bool,
}

impl<'a> Tags<'a> {
    /// The next tag; `None` at the end, and where its end is not plain to see.
    pub(super) fn next(&mut self) -> Option<Tag<'a>> {
        let rest = self.0;
        let start = memchr(b'<', rest.as_bytes())?;
        let end = start + memchr(b'>', &rest.as_bytes()[start..])?;
        let inside = &rest[start + 1..end];
        self.0 = &rest[end + 1..];
        // A bracket may stand in a quoted value.
        if inside.bytes().filter(|byte| *byte == b'"').count() % 2 == 1 || inside.contains('\'') {
            return None;
        }
        let (inside, is_empty) = inside.strip_suffix('/').map_or((inside, false), |inside| (inside, true));
        let name = inside.find(|c: char| c.is_ascii_whitespace()).unwrap_or(inside.len());
        let (name, attributes) = inside.split_at(name);
        Some(Tag { text: &rest[..start], name, attributes, is_empty })
    }

    /// Goes behind the end of the element that has begun and holds no other element of its name.
    pub(super) fn skip(&mut self, end: &str) -> Option<()> {
        while self.next()?.name != end {}
        Some(())
    }

    /// The text up to the tag `end`, which comes next.
    pub(super) fn text(&mut self, end: &str) -> Option<&'a str> {
        let tag = self.next()?;
        (tag.name == end).then_some(tag.text)
    }
}

impl Tag<'_> {
    /// Whether its name has a prefix: what it means depends on more than the tag.
    pub(super) fn is_prefixed(&self) -> bool {
        self.name.contains(':')
    }
}
