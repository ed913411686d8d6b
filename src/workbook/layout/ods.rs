//! The layout of an `OpenDocument` spreadsheet.

use super::{Layout, Layouts, part};
use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;
use std::io::Cursor;
use zip::ZipArchive;

/// The width LibreOffice gives a column that nobody set, in inches.
const DEFAULT_WIDTH: f64 = 0.889;

pub(super) fn read(bytes: &[u8]) -> Option<Layouts> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let content = part(&mut archive, "content.xml")?;
    let mut reader = Reader::from_reader(content.as_slice());
    let mut layouts = Layouts::default();
    // Sizes by the name of their style.
    let mut sizes: BTreeMap<String, f64> = BTreeMap::new();
    let mut style = String::new();
    let mut sheet: Option<(String, Layout)> = None;
    let (mut row, mut column) = (0_u32, 0_u32);
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) | Event::Empty(element) => match element.name().as_ref() {
                "style:style" => style = value(&element, "style:name").unwrap_or_default(),
                "style:table-column-properties" => {
                    let width = value(&element, "style:column-width").and_then(|text| inches(&text));
                    if let Some(width) = width.filter(|width| (width - DEFAULT_WIDTH).abs() > 0.005) {
                        sizes.insert(style.clone(), ((width * 96.0 - 5.0) / 7.0).clamp(0.5, 255.0));
                    }
                }
                "style:table-row-properties" => {
                    let height = value(&element, "style:row-height").and_then(|text| inches(&text));
                    let fitted = value(&element, "style:use-optimal-row-height").as_deref() == Some("true");
                    if let Some(height) = height.filter(|_| !fitted) {
                        sizes.insert(style.clone(), (height * 72.0).clamp(1.0, 409.0));
                    }
                }
                "table:table" => {
                    let name = value(&element, "table:name").unwrap_or_default();
                    sheet = Some((name, Layout::default()));
                    (row, column) = (0, 0);
                }
                "table:table-column" => {
                    let end = column.saturating_add(count(&element, "table:number-columns-repeated"));
                    if let Some((_, layout)) = &mut sheet {
                        layout.column(column, end - 1, size(&element, &sizes));
                    }
                    column = end;
                }
                "table:table-row" => {
                    let end = row.saturating_add(count(&element, "table:number-rows-repeated"));
                    if let Some((_, layout)) = &mut sheet {
                        layout.row(row, end - 1, size(&element, &sizes));
                    }
                    row = end;
                }
                _ => {}
            },
            Event::End(element) if element.name().as_ref() == "table:table" => {
                layouts.sheets.extend(sheet.take());
            }
            Event::Eof => return Some(layouts),
            _ => {}
        }
    }
}

fn size(element: &BytesStart<'_>, sizes: &BTreeMap<String, f64>) -> Option<f64> {
    sizes.get(&value(element, "table:style-name")?).copied()
}

fn value(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().filter_map(Result::ok).find(|one| one.key.as_ref() == name)?;
    unescape(&found.value).ok().map(std::borrow::Cow::into_owned)
}

/// A count: at least 1, which is also what its absence means.
fn count(element: &BytesStart<'_>, name: &str) -> u32 {
    value(element, name).and_then(|text| text.parse().ok()).unwrap_or(1).max(1)
}

/// A length as `2.26cm`, `0.889in`, `12mm` or `30pt`, in inches.
fn inches(text: &str) -> Option<f64> {
    let unit = text.find(|c: char| c.is_ascii_alphabetic())?;
    let length: f64 = text[..unit].trim().parse().ok()?;
    let inches = match &text[unit..] {
        "in" => length,
        "cm" => length / 2.54,
        "mm" => length / 25.4,
        "pt" => length / 72.0,
        _ => return None,
    };
    (inches > 0.0).then_some(inches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_come_in_several_units() {
        let found = ["2.54cm", "25.4mm", "72pt", "1in"].map(|text| inches(text).unwrap());
        assert!(found.iter().all(|length| (length - 1.0).abs() < 1e-9), "{found:?}");
        assert_eq!([inches("1em"), inches("cm"), inches("0in"), inches("7")], [None; 4]);
    }
}
