//! Hidden rows and columns of an OOXML workbook, which calamine does not tell of.

use super::package::{attribute, is, member};
use crate::roster::sheet::Spans;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::BTreeMap;
use std::io::{self, BufReader, Cursor, Read};
use zip::ZipArchive;

/// The hidden rows and columns of each sheet that has some, by its name. What cannot be read hides nothing: the
/// cells are calamine's to judge.
pub(super) fn xlsx(bytes: &[u8]) -> BTreeMap<String, (Spans, Spans)> {
    sheets(bytes).unwrap_or_default()
}

fn sheets(bytes: &[u8]) -> Option<BTreeMap<String, (Spans, Spans)>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let paths = paths(&member(&mut archive, "xl/_rels/workbook.xml.rels")?)?;
    let list = member(&mut archive, "xl/workbook.xml")?;
    let mut found = BTreeMap::new();
    let mut reader = Reader::from_reader(list.as_slice());
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) | Event::Empty(element) if is(&element, "sheet") => {
                let path = attribute(&element, "id").and_then(|id| paths.get(&id));
                if let (Some(name), Some(path)) = (attribute(&element, "name"), path)
                    && let Some(spans) = spans(&mut archive, path)
                {
                    let name = quick_xml::escape::unescape(&name).map_or(name.clone(), Into::into);
                    found.insert(name, spans);
                }
            }
            Event::Eof => return Some(found),
            _ => {}
        }
    }
}

/// Where the parts are, by relationship.
fn paths(xml: &[u8]) -> Option<BTreeMap<String, String>> {
    let mut reader = Reader::from_reader(xml);
    let mut paths = BTreeMap::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) | Event::Empty(element) if is(&element, "Relationship") => {
                let (id, target) = (attribute(&element, "Id")?, attribute(&element, "Target")?);
                let path = match target.strip_prefix('/') {
                    Some(absolute) => absolute.to_owned(),
                    None => format!("xl/{target}"),
                };
                paths.insert(id, path);
            }
            Event::Eof => return Some(paths),
            _ => {}
        }
    }
}

/// The hidden rows and columns of one sheet; `None` where there is none. Most sheets hide nothing, which a look for
/// the word tells without parsing.
fn spans(archive: &mut ZipArchive<Cursor<&[u8]>>, path: &str) -> Option<(Spans, Spans)> {
    if !says_hidden(archive.by_name(path).ok()?).ok()? {
        return None;
    }
    let mut reader = Reader::from_reader(BufReader::new(archive.by_name(path).ok()?));
    let mut buffer = Vec::new();
    let (mut rows, mut columns) = (Vec::new(), Vec::new());
    let mut row = 0_u32;
    while let Ok(event) = reader.read_event_into(&mut buffer) {
        match event {
            Event::Start(element) | Event::Empty(element) => {
                let number = |name| attribute(&element, name).and_then(|text| text.parse::<u32>().ok());
                let hidden = || attribute(&element, "hidden").is_some_and(|it| it == "1" || it == "true");
                if is(&element, "row") {
                    row = number("r").unwrap_or(row.saturating_add(1));
                    if row > 0 && hidden() {
                        rows.push((row - 1, row - 1));
                    }
                } else if is(&element, "col")
                    && hidden()
                    && let (Some(first @ 1..), Some(last @ 1..)) = (number("min"), number("max"))
                {
                    columns.push((first - 1, last - 1));
                }
            }
            Event::End(element) if element.local_name().as_ref() == "sheetData" => break,
            Event::Eof => break,
            _ => {}
        }
        buffer.clear();
    }
    let (rows, columns): (Spans, Spans) = (rows.into_iter().collect(), columns.into_iter().collect());
    (!rows.is_empty() || !columns.is_empty()).then_some((rows, columns))
}

/// Whether the attribute occurs, without keeping what is read.
fn says_hidden(mut sheet: impl Read) -> io::Result<bool> {
    const WORD: &[u8] = b"hidden=";
    let mut chunk = vec![0; 64 * 1024];
    let mut kept = 0;
    loop {
        let read = sheet.read(&mut chunk[kept..])?;
        let held = kept + read;
        if memchr::memmem::find(&chunk[..held], WORD).is_some() {
            return Ok(true);
        }
        if read == 0 {
            return Ok(false);
        }
        // The word may begin in this chunk and end in the next.
        kept = held.min(WORD.len() - 1);
        chunk.copy_within(held - kept..held, 0);
    }
}
