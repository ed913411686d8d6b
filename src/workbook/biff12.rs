//! What calamine does not tell of a workbook in Excel's binary variant since 2007 (BIFF12): merged ranges, hidden rows
//! and hidden columns. A part is a chain of records: kind, length, content.

use super::package::{Shape, member};
use super::shape::paths;
use crate::roster::sheet::Merge;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read};
use zip::ZipArchive;

/// The records that matter here; [MS-XLSB] 2.3.
const ROW: u16 = 0x00;
const COLUMNS: u16 = 0x3C;
const SHEET_END: u16 = 0x82;
const SHEETS_END: u16 = 0x90;
const SHEET: u16 = 0x9C;
const MERGE: u16 = 0xB0;

/// What matters stands at the beginning of a record: the longest are names, of at most 255 letters each.
const BEGINNING: u64 = 2048;

/// A sheet has no more rows, and nobody merges or hides that often.
const MOST: usize = 1 << 20;

/// The shape of each sheet, by its name. One that is missing could not be read to its end: what it hides or merges
/// is not known.
pub(super) fn shapes(bytes: &[u8]) -> BTreeMap<String, Shape> {
    sheets(bytes).unwrap_or_default()
}

fn sheets(bytes: &[u8]) -> Option<BTreeMap<String, Shape>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let paths = paths(&member(&mut archive, "xl/_rels/workbook.bin.rels")?)?;
    let list = list(BufReader::new(archive.by_name("xl/workbook.bin").ok()?))?;
    let mut found = BTreeMap::new();
    for (name, id) in list {
        if let Some(path) = paths.get(&id)
            && let Ok(part) = archive.by_name(path)
            && let Some(shape) = shape(BufReader::new(part))
        {
            found.entry(name).or_insert(shape);
        }
    }
    Some(found)
}

/// The sheets with the relationships of their parts.
fn list(part: impl BufRead) -> Option<Vec<(String, String)>> {
    let mut records = Records::of(part);
    let mut sheets = Vec::new();
    while let Some((kind, content)) = records.next().ok()? {
        match kind {
            // Its state and its number come first. One that names no part is no sheet.
            SHEET => sheets.extend(content.get(8..).and_then(text).and_then(|(id, rest)| {
                let (name, _) = text(rest)?;
                Some((name, id))
            })),
            SHEETS_END => break,
            _ => {}
        }
    }
    Some(sheets)
}

fn shape(part: impl BufRead) -> Option<Shape> {
    const ROW_IS_HIDDEN: u8 = 0x10;
    const COLUMN_IS_HIDDEN: u8 = 0x01;
    let mut records = Records::of(part);
    let mut shape = Shape::default();
    while let Some((kind, content)) = records.next().ok()? {
        let at = |offset| number(content, offset);
        let says = |offset: usize, flag: u8| content.get(offset).is_some_and(|flags| flags & flag != 0);
        match kind {
            ROW if says(11, ROW_IS_HIDDEN) => {
                let row = at(0)?;
                match shape.hidden_rows.last_mut() {
                    Some((_, last)) if last.checked_add(1) == Some(row) => *last = row,
                    _ => shape.hidden_rows.push((row, row)),
                }
            }
            COLUMNS if says(16, COLUMN_IS_HIDDEN) => shape.hidden_columns.push((at(0)?, at(4)?)),
            MERGE => {
                let (top, bottom, left, right) = (at(0)?, at(4)?, at(8)?, at(12)?);
                shape.merges.push(Merge { top, left, bottom, right });
            }
            SHEET_END => return Some(shape),
            _ => {}
        }
        let Shape { merges, hidden_rows, hidden_columns } = &shape;
        if merges.len().max(hidden_rows.len()).max(hidden_columns.len()) > MOST {
            return None;
        }
    }
    // It was cut.
    None
}

/// The records of a part.
struct Records<R> {
    part: R,
    content: Vec<u8>,
}

impl<R: BufRead> Records<R> {
    fn of(part: R) -> Self {
        Self { part, content: Vec::new() }
    }

    /// The next record: its kind and the beginning of its content. `None` at the end; one that is cut is an error.
    fn next(&mut self) -> io::Result<Option<(u16, &[u8])>> {
        if self.part.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let kind = match self.byte()? {
            low @ 0..0x80 => u16::from(low),
            low => u16::from(low & 0x7F) | u16::from(self.byte()? & 0x7F) << 7,
        };
        let mut length = 0;
        for nth in 0..4 {
            let byte = self.byte()?;
            length |= u64::from(byte & 0x7F) << (7 * nth);
            if byte < 0x80 {
                break;
            }
        }
        let kept = length.min(BEGINNING);
        self.content.clear();
        (&mut self.part).take(kept).read_to_end(&mut self.content)?;
        let passed = io::copy(&mut (&mut self.part).take(length - kept), &mut io::sink())?;
        if self.content.len() as u64 + passed < length {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(Some((kind, &self.content)))
    }

    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.part.read_exact(&mut byte)?;
        Ok(byte[0])
    }
}

fn number(content: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*content.get(at..)?.first_chunk()?))
}

/// A text, its length in UTF-16 before it, and what follows.
fn text(content: &[u8]) -> Option<(String, &[u8])> {
    let length = usize::try_from(number(content, 0)?).ok()?.checked_mul(2)?;
    let (letters, rest) = content.get(4..)?.split_at_checked(length)?;
    let units: Vec<u16> =
        letters.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    Some((String::from_utf16_lossy(&units), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u16, content: &[u8]) -> Vec<u8> {
        let low = u8::try_from(kind & 0x7F).unwrap();
        let mut out = match u8::try_from(kind >> 7).unwrap() {
            0 => vec![low],
            high => vec![low | 0x80, high],
        };
        let mut length = content.len();
        while length > 0x7F {
            out.push(u8::try_from(length & 0x7F).unwrap() | 0x80);
            length >>= 7;
        }
        out.push(u8::try_from(length).unwrap());
        [out, content.to_vec()].concat()
    }

    fn numbers(numbers: &[u32]) -> Vec<u8> {
        numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
    }

    fn row(at: u32, flags: u8) -> Vec<u8> {
        record(ROW, &[&numbers(&[at, 0])[..], &[0x2C, 1, 0, flags, 0], &numbers(&[0])].concat())
    }

    fn columns(first: u32, last: u32, flags: u8) -> Vec<u8> {
        record(COLUMNS, &[&numbers(&[first, last, 2340, 0])[..], &[flags, 0]].concat())
    }

    /// Rows with every flag but that of hiding among those that hide, a long text between, merged ranges at the end.
    fn sheet() -> Vec<u8> {
        let long = record(0x06, &vec![b'x'; 70_000]);
        let merges = [[0, 0, 0, 5], [2, 3, 1, 1]].map(|merge| record(MERGE, &numbers(&merge))).concat();
        let rows = [row(0, 0xEF), row(3, 0x10), row(4, 0x30), row(9, 0x10)];
        let parts =
            [columns(0, 1, 0xFE), columns(2, 3, 1), rows.concat(), long, merges, record(SHEET_END, b"")];
        parts.concat()
    }

    #[test]
    fn what_a_sheet_merges_and_hides_is_found() {
        let Shape { merges, hidden_rows, hidden_columns } = shape(sheet().as_slice()).unwrap();
        let merge = |top, left, bottom, right| Merge { top, left, bottom, right };
        assert_eq!(merges, [merge(0, 0, 0, 5), merge(2, 1, 3, 1)]);
        assert_eq!((hidden_rows, hidden_columns), (vec![(3, 4), (9, 9)], vec![(2, 3)]));
    }

    #[test]
    fn a_sheet_that_is_cut_anywhere_tells_nothing() {
        let sheet = sheet();
        let ends = (0..400).chain(sheet.len() - 400..sheet.len());
        for end in ends {
            assert!(shape(&sheet[..end]).is_none(), "{end}");
        }
        let endless = [0xFF; 64];
        assert!(shape(endless.as_slice()).is_none() && list(endless.as_slice()).is_none());
        let short = [record(MERGE, &numbers(&[1])), record(SHEET_END, b"")].concat();
        assert!(shape(short.as_slice()).is_none());
    }

    #[test]
    fn a_sheet_without_a_part_hinders_no_other() {
        let wide = |text: &str| {
            let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            [numbers(&[u32::try_from(units.len() / 2).unwrap()]), units].concat()
        };
        let sheet = |id: Vec<u8>| record(SHEET, &[numbers(&[0, 1]), id, wide("Ẩn")].concat());
        let book = [sheet(numbers(&[u32::MAX])), sheet(wide("rId2")), record(SHEETS_END, b""), vec![0xFF]];
        assert_eq!(list(book.concat().as_slice()), Some(vec![("Ẩn".to_owned(), "rId2".to_owned())]));
    }

    #[test]
    fn what_is_no_workbook_tells_nothing() {
        assert!(shapes(b"").is_empty() && shapes(b"PK\x03\x04").is_empty());
    }
}
