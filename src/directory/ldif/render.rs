//! Writing LDIF.

use super::{Document, Line};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The longest line before it is folded (RFC 2849 asks for some limit, 76 is everybody's).
const WIDTH: usize = 76;

pub(super) fn document(document: &Document) -> String {
    let Document { version, records, tail } = document;
    let mut out = String::new();
    if *version {
        out.push_str("version: 1\n\n");
    }
    for record in records {
        for text in &record.comments {
            comment(&mut out, text);
        }
        value(&mut out, "dn", record.dn_text.as_bytes());
        for line in &record.lines {
            match line {
                Line::Comment(text) => comment(&mut out, text),
                Line::Value { attribute, value: bytes } => value(&mut out, attribute, bytes),
            }
        }
        out.push('\n');
    }
    for text in tail {
        comment(&mut out, text);
    }
    out
}

/// A comment on one line, whatever it holds.
pub(super) fn comment(out: &mut String, text: &str) {
    out.push('#');
    out.extend(text.chars().filter(|c| !c.is_control()));
    out.push('\n');
}

/// One value: as text where it is safe as such, else in base64.
pub(super) fn value(out: &mut String, attribute: &str, bytes: &[u8]) {
    let line = match std::str::from_utf8(bytes) {
        Ok("") => format!("{attribute}:"),
        Ok(text) if is_safe(bytes) => format!("{attribute}: {text}"),
        _ => format!("{attribute}:: {}", STANDARD.encode(bytes)),
    };
    let mut rest = line.as_str();
    let mut room = WIDTH;
    while rest.len() > room {
        // ASCII throughout: any byte is a boundary.
        let (head, tail) = rest.split_at(room);
        out.push_str(head);
        out.push_str("\n ");
        rest = tail;
        room = WIDTH - 1;
    }
    out.push_str(rest);
    out.push('\n');
}

/// SAFE-STRING of RFC 2849, and no space at the end, which editors and mail eat.
fn is_safe(bytes: &[u8]) -> bool {
    let first = bytes.first().is_none_or(|byte| !matches!(byte, b' ' | b':' | b'<'));
    first && bytes.last() != Some(&b' ') && bytes.iter().all(|byte| (0x20..0x7f).contains(byte))
}
