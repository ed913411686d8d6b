//! Shapes: merged ranges and what is hidden in the sheets of an OOXML workbook. calamine does not tell of the hidden,
//! and of merged ranges only by parsing a sheet once more. Most sheets tell all of it to one look at their bytes.

use super::layout;
use super::package::{Shape, attribute, is, member};
use crate::roster::sheet::Merge;
use memchr::memmem;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use zip::ZipArchive;

/// The shape of each sheet, by its name. One that is missing could not be read: calamine is to judge it.
pub(super) fn xlsx(bytes: &[u8]) -> BTreeMap<String, Shape> {
    sheets(bytes).unwrap_or_default()
}

fn sheets(bytes: &[u8]) -> Option<BTreeMap<String, Shape>> {
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
                    && let Some(shape) = shape(&mut archive, path)
                {
                    let name = quick_xml::escape::unescape(&name).map_or(name.clone(), Into::into);
                    found.entry(name).or_insert(shape);
                }
            }
            Event::Eof => return Some(found),
            _ => {}
        }
    }
}

/// Where the parts are, by relationship.
pub(super) fn paths(xml: &[u8]) -> Option<BTreeMap<String, String>> {
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

fn shape(archive: &mut ZipArchive<Cursor<&[u8]>>, path: &str) -> Option<Shape> {
    let skimmed = skim(archive.by_name(path).ok()?);
    match skimmed {
        Some(merges) => Some(Shape { merges, ..Shape::default() }),
        None => parse(BufReader::new(archive.by_name(path).ok()?)),
    }
}

/// So much of a piece is seen again with the next one: a word may be cut.
const KEPT: usize = 64;

/// What a piece of a sheet shows.
enum Sign {
    /// Something that only parsing can tell from what it looks like.
    Unclear,
    /// The list of merged ranges, from its tag to the end of the piece.
    Merges(Vec<u8>),
}

/// The merged ranges of a sheet that hides nothing; `None` where that takes parsing all of it.
fn skim(mut sheet: impl Read) -> Option<Vec<Merge>> {
    // A sheet that was cut may have lost its merged ranges.
    let mut is_whole = false;
    let sign = |piece: &[u8]| {
        is_whole = piece.trim_ascii_end().ends_with(b"worksheet>");
        sign(piece)
    };
    match first(&mut sheet, sign).ok()? {
        None => is_whole.then(Vec::new),
        Some(Sign::Unclear) => None,
        Some(Sign::Merges(piece)) => {
            let mut rest = reader(BufReader::new(piece.chain(sheet)));
            let merges = merges(&mut rest)?;
            let hides = first(&mut rest.into_inner(), |piece| is_unclear(piece).then_some(())).ok()?;
            hides.is_none().then_some(merges)
        }
    }
}

/// The first answer of `see`, which is shown `text` piece by piece.
fn first<T>(text: &mut impl Read, mut see: impl FnMut(&[u8]) -> Option<T>) -> io::Result<Option<T>> {
    let mut window = vec![0; 64 * 1024];
    let mut kept = 0;
    loop {
        let read = text.read(&mut window[kept..])?;
        let held = kept + read;
        if read == 0 {
            return Ok(None);
        }
        if let Some(found) = see(&window[..held]) {
            return Ok(Some(found));
        }
        kept = held.min(KEPT);
        window.copy_within(held - kept..held, 0);
    }
}

/// Whether a piece may hide something, or holds tags that are none (in a comment, in CDATA).
fn is_unclear(piece: &[u8]) -> bool {
    memmem::find(piece, b"hidden=").is_some() || memmem::find(piece, b"<!").is_some()
}

fn sign(piece: &[u8]) -> Option<Sign> {
    const WORD: &[u8] = b"mergeCells";
    if is_unclear(piece) {
        return Some(Sign::Unclear);
    }
    memmem::find_iter(piece, WORD).find_map(|at| {
        let ends = piece.get(at + WORD.len()).is_some_and(|byte| !is_of_name(*byte));
        // No prefix is so long that looking for its beginning may take long.
        let near = at.saturating_sub(KEPT);
        let Some(before) = piece[near..at].iter().rposition(|byte| !is_of_name(*byte)) else {
            return Some(Sign::Unclear);
        };
        let tag = near + before;
        let begins = piece[tag] == b'<' && (tag + 1 == at || piece[at - 1] == b':');
        (begins && ends).then(|| Sign::Merges(piece[tag..].to_vec()))
    })
}

/// Whether a byte may be part of a tag's name and its prefix.
fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii() || matches!(byte, b'_' | b'-' | b'.' | b':')
}

/// A reader as lenient as calamine's, so that both see the same.
fn reader<R: BufRead>(sheet: R) -> Reader<R> {
    let mut reader = Reader::from_reader(sheet);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.expand_empty_elements = true;
    reader
}

/// The shape of a sheet, by parsing it.
fn parse(sheet: impl BufRead) -> Option<Shape> {
    let mut reader = reader(sheet);
    let mut buffer = Vec::new();
    let mut shape = Shape::default();
    let (mut row, mut merged, mut over) = (0_u32, false, false);
    while !(merged && over) {
        buffer.clear();
        match reader.read_event_into(&mut buffer).ok()? {
            Event::Start(element) if is(&element, "mergeCells") && !merged => {
                shape.merges = ranges(&mut reader)?;
                merged = true;
            }
            Event::Start(element) if !over => {
                let number = |name| attribute(&element, name).and_then(|text| text.parse::<u32>().ok());
                let hidden = || attribute(&element, "hidden").is_some_and(|it| it == "1" || it == "true");
                if is(&element, "row") {
                    row = number("r").unwrap_or(row.saturating_add(1));
                    if row > 0 && hidden() {
                        shape.hidden_rows.push((row - 1, row - 1));
                    }
                } else if is(&element, "col")
                    && hidden()
                    && let (Some(first @ 1..), Some(last @ 1..)) = (number("min"), number("max"))
                {
                    shape.hidden_columns.push((first - 1, last - 1));
                }
            }
            Event::End(element) if element.local_name().as_ref() == "sheetData" => over = true,
            Event::Eof => break,
            _ => {}
        }
    }
    Some(shape)
}

/// The merged ranges of a text that begins with their list.
fn merges(reader: &mut Reader<impl BufRead>) -> Option<Vec<Merge>> {
    let mut buffer = Vec::new();
    match reader.read_event_into(&mut buffer).ok()? {
        Event::Start(element) if is(&element, "mergeCells") => ranges(reader),
        _ => None,
    }
}

/// The ranges up to the end of their list.
fn ranges(reader: &mut Reader<impl BufRead>) -> Option<Vec<Merge>> {
    let mut ranges = Vec::new();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).ok()? {
            Event::Start(element) if is(&element, "mergeCell") => {
                if let Some(range) = attribute(&element, "ref") {
                    ranges.push(merge(&range)?);
                }
            }
            Event::End(element) if element.local_name().as_ref() == "mergeCells" => return Some(ranges),
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// `B2:C4`, or a cell alone.
pub(super) fn merge(range: &str) -> Option<Merge> {
    let (from, to) = range.split_once(':').unwrap_or((range, range));
    let ((top, left), (bottom, right)) = (layout::cell(from)?, layout::cell(to)?);
    Some(Merge { top, left, bottom, right })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA: &str = r#"<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>"#;

    fn merged(list: &str) -> Merge {
        merge(list).unwrap()
    }

    #[test]
    fn most_sheets_take_one_look() {
        let sheet = format!("<worksheet>{DATA}<mergeCells count=\"2\"><mergeCell ref=\"A1:B2\"/>");
        let sheet = sheet + "<mergeCell ref=\"C3\"></mergeCell></mergeCells><pageMargins/></worksheet>";
        assert_eq!(skim(sheet.as_bytes()), Some(vec![merged("A1:B2"), merged("C3:C3")]));
        let prefixed = sheet.replace("mergeCell", "x:mergeCell");
        assert_eq!(skim(prefixed.as_bytes()), skim(sheet.as_bytes()));
        assert_eq!(skim(format!("<worksheet>{DATA}</worksheet>\n").as_bytes()), Some(vec![]));
        assert_eq!(skim(format!("{DATA}<mergeCells/>").as_bytes()), Some(vec![]));
    }

    #[test]
    fn words_in_a_cell_are_no_tags() {
        let list = "<mergeCells><mergeCell ref=\"B2:C2\"/></mergeCells>";
        for text in
            ["mergeCells", "x:mergeCells ", "&lt;mergeCells&gt;", "a mergeCells b", "mergeCellsmergeCells"]
        {
            let sheet = format!("<row><c t=\"inlineStr\"><is><t>{text}</t></is></c></row>{list}");
            assert_eq!(skim(sheet.as_bytes()), Some(vec![merged("B2:C2")]), "{text}");
        }
        // A tag in CDATA is one only to the eye.
        let cell = "<row><c><is><t><![CDATA[<mergeCells>]]></t></is></c></row></sheetData>";
        let sheet = format!("<worksheet><sheetData>{cell}{list}</worksheet>");
        assert_eq!(skim(sheet.as_bytes()), None);
        assert_eq!(parse(sheet.as_bytes()).unwrap().merges, [merged("B2:C2")]);
    }

    #[test]
    fn what_is_hidden_is_found_before_and_after_the_merges() {
        let list = "<mergeCells><mergeCell ref=\"B2:C2\"/></mergeCells>";
        let data = "<cols><col min=\"2\" max=\"3\" hidden=\"1\"/></cols><sheetData><row/><row hidden=\"true\"/></sheetData>";
        for sheet in
            [format!("<worksheet>{data}{list}</worksheet>"), format!("<worksheet>{list}{data}</worksheet>")]
        {
            assert_eq!(skim(sheet.as_bytes()), None);
            let Shape { merges, hidden_rows, hidden_columns } = parse(sheet.as_bytes()).unwrap();
            assert_eq!(
                (merges, hidden_rows, hidden_columns),
                (vec![merged("B2:C2")], vec![(1, 1)], vec![(1, 2)])
            );
        }
    }

    #[test]
    fn a_word_may_be_cut_between_two_pieces() {
        let piece = 64 * 1024;
        for shift in 0..KEPT + 40 {
            let data = format!("<sheetData>{}", "y".repeat(piece - KEPT - shift));
            let list = "<a.b:mergeCells ><a.b:mergeCell ref=\"D4:E5\"/></a.b:mergeCells>";
            let sheet = format!("{data}{list}{}", "z".repeat(piece));
            let found = skim(sheet.as_bytes());
            assert!(found.is_none() || found == Some(vec![merged("D4:E5")]), "{shift}");
            assert_eq!(parse(sheet.as_bytes()).unwrap().merges, [merged("D4:E5")], "{shift}");
            let hidden = format!("{data}<row hidden=\"1\"/>{}", "z".repeat(piece));
            assert_eq!(skim(hidden.as_bytes()), None, "{shift}");
            let late = format!("{data}{list}{}<row hidden=\"1\"/>", "z".repeat(piece - shift));
            assert_eq!(skim(late.as_bytes()), None, "{shift}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_left_to_calamine() {
        let cut = format!("<worksheet>{DATA}<pageMargins left=");
        assert!(skim(cut.as_bytes()).is_none() && parse(cut.as_bytes()).is_none());
        for list in
            ["<mergeCells><mergeCell ref=\"B2:\"/></mergeCells>", "<mergeCells><mergeCell ref=\"A1:B2\"/>"]
        {
            let sheet = format!("<worksheet>{DATA}{list}</worksheet>");
            assert!(skim(sheet.as_bytes()).is_none() && parse(sheet.as_bytes()).is_none(), "{list}");
        }
        assert!(xlsx(b"").is_empty() && xlsx(b"PK").is_empty());
    }
}
