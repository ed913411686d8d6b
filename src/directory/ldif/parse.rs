//! Reading LDIF. What is cut, half an export or meant to be executed is refused, never guessed at.

use super::{Document, Line, Record};
use crate::model::dn::Dn;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;

/// A text that is no LDIF export.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("line {line}: {why}")]
pub struct LdifError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what was expected.
    pub why: String,
}

fn bad<T>(line: usize, why: impl Into<String>) -> Result<T, LdifError> {
    Err(LdifError { line, why: why.into() })
}

/// A line with its continuations joined, and the number of its first.
struct Logical {
    line: usize,
    text: String,
}

pub(super) fn document(text: &str) -> Result<Document, LdifError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.is_empty() && !text.ends_with('\n') {
        let why = "the file ends in the middle of a line: it may have been cut; copy it again, whole";
        return bad(text.lines().count(), why);
    }
    let mut document = Document::default();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut comments = Vec::new();
    for mut block in blocks(text)? {
        if !document.version && document.records.is_empty() {
            let first = block.iter().position(|one| !one.text.starts_with('#'));
            if let Some(at) = first.filter(|at| block[*at].text.starts_with("version:")) {
                let version = block.remove(at);
                if version.text["version:".len()..].trim() != "1" {
                    return bad(version.line, "expected version: 1");
                }
                document.version = true;
            }
        }
        if let Some(record) = record(block, &mut comments)? {
            let (line, record) = record;
            if let Some(before) = seen.insert(record.dn.folded(), line) {
                return bad(line, format!("the entry stands in line {before} already"));
            }
            document.records.push(record);
        }
    }
    document.tail = comments;
    Ok(document)
}

/// Logical lines, grouped by the blank lines between them.
fn blocks(text: &str) -> Result<Vec<Vec<Logical>>, LdifError> {
    let mut blocks: Vec<Vec<Logical>> = vec![Vec::new()];
    for (index, physical) in text.lines().enumerate() {
        let line = index + 1;
        let last = blocks.last_mut();
        if let Some(continued) = physical.strip_prefix(' ') {
            match last.and_then(|block| block.last_mut()) {
                Some(logical) => logical.text.push_str(continued),
                None => return bad(line, "a continuation (leading space) of nothing"),
            }
        } else if physical.is_empty() {
            if last.is_some_and(|block| !block.is_empty()) {
                blocks.push(Vec::new());
            }
        } else if let Some(block) = last {
            block.push(Logical { line, text: physical.to_owned() });
        }
    }
    blocks.retain(|block| !block.is_empty());
    Ok(blocks)
}

/// The entry of a block; comments of a block without one are kept for the next.
fn record(block: Vec<Logical>, comments: &mut Vec<String>) -> Result<Option<(usize, Record)>, LdifError> {
    let mut found: Option<(usize, Record)> = None;
    let mut lines = block.into_iter();
    while let Some(Logical { line, text }) = lines.next() {
        if let Some(comment) = text.strip_prefix('#') {
            match &mut found {
                Some((_, record)) => record.lines.push(Line::Comment(comment.to_owned())),
                None => comments.push(comment.to_owned()),
            }
            continue;
        }
        let (attribute, value) = value(line, &text)?;
        let Some((_, record)) = &mut found else {
            match attribute.to_ascii_lowercase().as_str() {
                "dn" => {}
                // ldapsearch without -LLL closes with how the search ended.
                "search" | "result" => {
                    let rest = lines.map(|one| (one.line, one.text));
                    return ended([(line, text)].into_iter().chain(rest)).map(|()| None);
                }
                _ => return bad(line, "an entry begins with its name, \"dn: …\""),
            }
            let name = utf8(line, value)?;
            let dn = Dn::parse(&name).or_else(|error| bad(line, error.to_string()))?;
            let record = Record { comments: std::mem::take(comments), dn, dn_text: name, lines: Vec::new() };
            found = Some((line, record));
            continue;
        };
        match attribute.to_ascii_lowercase().as_str() {
            "dn" => return bad(line, "a second name in one entry; expected a blank line before it"),
            "changetype" if record.lines.is_empty() && value == b"add" => {}
            "changetype" | "control" => {
                return bad(
                    line,
                    "these are change records; expected an export of entries (slapcat, ldapsearch -LLL)",
                );
            }
            _ => record.lines.push(Line::Value { attribute, value }),
        }
    }
    Ok(found)
}

/// Attribute and value of one line: `a: text`, `a:: base64`.
fn value(line: usize, text: &str) -> Result<(String, Vec<u8>), LdifError> {
    let Some((attribute, rest)) = text.split_once(':') else {
        return bad(line, "expected \"attribute: value\"");
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "-.;_".contains(c);
    if attribute.is_empty() || !attribute.chars().all(plain) {
        return bad(line, "what stands before the colon is not an attribute's name");
    }
    let value = if let Some(encoded) = rest.strip_prefix(':') {
        STANDARD.decode(encoded.trim()).or_else(|error| bad(line, format!("not base64: {error}")))?
    } else if rest.starts_with('<') {
        return bad(line, "a value by address (\":<\") is not read; export with the values themselves");
    } else {
        rest.trim_start_matches(' ').as_bytes().to_vec()
    };
    Ok((attribute.to_owned(), value))
}

fn utf8(line: usize, value: Vec<u8>) -> Result<String, LdifError> {
    String::from_utf8(value).or_else(|_| bad(line, "the name is not UTF-8"))
}

/// Whether the search behind an export ended well.
fn ended(lines: impl Iterator<Item = (usize, String)>) -> Result<(), LdifError> {
    for (line, text) in lines {
        if let Some(result) = text.strip_prefix("result:")
            && !result.trim().starts_with("0 ")
        {
            return bad(line, format!("the export is not complete: the search ended with {}", result.trim()));
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
