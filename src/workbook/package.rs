//! A package: the zip container of a workbook, where calamine does not look closely enough.

use super::about_file;
use super::decode::too_large;
use super::limits::Limits;
use crate::model::finding::{Finding, FindingCode};
use crate::roster::sheet::Merge;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, Writer};
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// Deflate cannot make more than this of one byte.
const DEFLATE_RATIO: u64 = 1032;

/// Refuses a container whose members are larger than the limit once inflated. What the members say of
/// themselves is not believed: they are inflated and counted, unless even the best ratio stays below.
pub(super) fn check_inflated_size(bytes: &[u8], limits: &Limits) -> Result<(), Finding> {
    let damaged = || about_file(FindingCode::DamagedWorkbook, vec![]);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let mut packed = 0u64;
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(|_| damaged())?;
        packed = packed.saturating_add(member.compressed_size());
    }
    if packed.saturating_mul(DEFLATE_RATIO) <= limits.inflated_bytes {
        return Ok(());
    }
    let mut inflated = 0u64;
    for index in 0..archive.len() {
        let left = limits.inflated_bytes - inflated;
        let member = archive.by_index(index).map_err(|_| damaged())?;
        inflated += std::io::copy(&mut member.take(left + 1), &mut std::io::sink()).map_err(|_| damaged())?;
        if inflated > limits.inflated_bytes {
            return Err(too_large(format!("> {} MB", limits.inflated_bytes / 1_000_000)));
        }
    }
    Ok(())
}

/// The workbook without the sheets that calamine refuses a whole workbook for (macro sheets) and without
/// sheet states it does not know. `None` where there is nothing to mend.
pub(super) fn without_odd_sheets(bytes: &[u8]) -> Option<Vec<u8>> {
    const WORKBOOK: &str = "xl/workbook.xml";
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let kinds = relationship_kinds(&member(&mut archive, "xl/_rels/workbook.xml.rels")?)?;
    let mended = mend_sheet_list(&member(&mut archive, WORKBOOK)?, &kinds)?;
    let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(bytes.len())));
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).ok()?;
        if part.name().ok()? != WORKBOOK {
            writer.raw_copy_file(part).ok()?;
        }
    }
    writer.start_file(WORKBOOK, SimpleFileOptions::default()).ok()?;
    writer.write_all(&mended).ok()?;
    Some(writer.finish().ok()?.into_inner())
}

pub(super) fn member(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    archive.by_name(name).ok()?.read_to_end(&mut content).ok()?;
    Some(content)
}

/// The last word of each relationship's type, by its id.
fn relationship_kinds(xml: &[u8]) -> Option<BTreeMap<String, String>> {
    let mut reader = Reader::from_reader(xml);
    let mut kinds = BTreeMap::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) | Event::Empty(element) if is(&element, "Relationship") => {
                let kind = attribute(&element, "Type")?;
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                kinds.insert(attribute(&element, "Id")?, kind);
            }
            Event::Eof => return Some(kinds),
            _ => {}
        }
    }
}

fn mend_sheet_list(xml: &[u8], kinds: &BTreeMap<String, String>) -> Option<Vec<u8>> {
    let mut reader = Reader::from_reader(xml);
    reader.config_mut().expand_empty_elements = true;
    let mut writer = Writer::new(Vec::new());
    let mut dropping = false;
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) if is(&element, "sheet") => {
                let kind = attribute(&element, "id").and_then(|id| kinds.get(&id).cloned());
                dropping = !matches!(kind.as_deref(), Some("worksheet" | "chartsheet" | "dialogsheet"));
                if !dropping {
                    writer.write_event(Event::Start(with_known_state(&element)?)).ok()?;
                }
            }
            Event::End(element) if element.local_name().as_ref() == "sheet" => {
                if !std::mem::take(&mut dropping) {
                    writer.write_event(Event::End(element)).ok()?;
                }
            }
            Event::Eof => return Some(writer.into_inner()),
            event => writer.write_event(event).ok()?,
        }
    }
}

fn with_known_state<'a>(element: &BytesStart<'a>) -> Option<BytesStart<'a>> {
    let mut known = element.clone();
    known.clear_attributes();
    for one in element.attributes() {
        let one = one.ok()?;
        let odd =
            one.key.as_ref() == "state" && !matches!(one.value.as_ref(), "visible" | "hidden" | "veryHidden");
        if !odd {
            known.push_attribute(one);
        }
    }
    Some(known)
}

/// What calamine does not tell of a sheet, or only at a price.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub(super) merges: Vec<Merge>,
    /// First and last.
    pub(super) hidden_rows: Vec<(u32, u32)>,
    /// First and last.
    pub(super) hidden_columns: Vec<(u32, u32)>,
}

/// The shapes of the sheets of an `OpenDocument` spreadsheet.
pub(super) fn ods_shapes(bytes: &[u8]) -> Option<Vec<Shape>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let content = member(&mut archive, "content.xml")?;
    let mut reader = Reader::from_reader(content.as_slice());
    reader.config_mut().expand_empty_elements = true;
    let mut sheets: Vec<Shape> = Vec::new();
    let (mut row, mut column, mut row_repeats, mut declared) = (0u32, 0u32, 1u32, 0u32);
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) => match element.name().as_ref() {
                "table:table" => {
                    sheets.push(Shape::default());
                    (row, declared) = (0, 0);
                }
                "table:table-column" => {
                    let end = declared.saturating_add(number(&element, "number-columns-repeated"));
                    if is_hidden(&element)
                        && let Some(shape) = sheets.last_mut()
                    {
                        shape.hidden_columns.push((declared, end - 1));
                    }
                    declared = end;
                }
                "table:table-row" => {
                    column = 0;
                    row_repeats = number(&element, "number-rows-repeated");
                    if is_hidden(&element)
                        && let Some(shape) = sheets.last_mut()
                    {
                        shape.hidden_rows.push((row, row.saturating_add(row_repeats - 1)));
                    }
                }
                "table:table-cell" | "table:covered-table-cell" => {
                    let across = number(&element, "number-columns-spanned");
                    let down = number(&element, "number-rows-spanned");
                    if (across > 1 || down > 1)
                        && let Some(shape) = sheets.last_mut()
                    {
                        let (bottom, right) =
                            (row.saturating_add(down - 1), column.saturating_add(across - 1));
                        shape.merges.push(Merge { top: row, left: column, bottom, right });
                    }
                    column = column.saturating_add(number(&element, "number-columns-repeated"));
                }
                _ => {}
            },
            Event::End(element) if element.name().as_ref() == "table:table-row" => {
                row = row.saturating_add(row_repeats);
            }
            Event::Eof => return Some(sheets),
            _ => {}
        }
    }
}

/// Hidden by hand (`collapse`) or by a filter.
fn is_hidden(element: &BytesStart<'_>) -> bool {
    attribute(element, "visibility").is_some_and(|it| it == "collapse" || it == "filter")
}

/// A count in an attribute: at least 1, which is also what its absence means.
fn number(element: &BytesStart<'_>, name: &str) -> u32 {
    attribute(element, name).and_then(|text| text.parse().ok()).unwrap_or(1).max(1)
}

pub(super) fn is(element: &BytesStart<'_>, name: &str) -> bool {
    element.local_name().as_ref() == name
}

/// The attribute of that local name.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes().filter_map(Result::ok);
    let found = attributes.find(|one| one.key.local_name().as_ref() == name)?;
    Some(found.value.into_owned())
}
