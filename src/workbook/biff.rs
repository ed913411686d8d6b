//! What calamine does not tell of a workbook of Excel up to 2003 (BIFF): hidden rows and columns, and cells in fonts
//! from before Unicode, which most of such files were made in.

use crate::roster::OldFont;
use crate::roster::sheet::Spans;
use std::io::{Cursor, Read};

/// A sheet, but for its cells.
#[derive(Debug, Default)]
pub(super) struct Look {
    pub(super) hidden_rows: Spans,
    pub(super) hidden_columns: Spans,
    /// By row and column.
    pub(super) old_fonts: Vec<(u32, u32, OldFont)>,
}

/// The records that matter here; [MS-XLS] 2.3.
const END: u16 = 0x000A;
const BEGIN: u16 = 0x0809;
const FONT: u16 = 0x0031;
const COLUMN: u16 = 0x007D;
const SHEET: u16 = 0x0085;
const RICH_TEXT: u16 = 0x00D6;
const FORMAT: u16 = 0x00E0;
const SHARED_TEXT: u16 = 0x00FD;
const TEXT: u16 = 0x0204;
const ROW: u16 = 0x0208;

/// The looks of the sheets, in order. What cannot be read tells nothing: the cells are calamine's to judge.
pub(super) fn looks(bytes: &[u8]) -> Vec<Look> {
    let Some(stream) = workbook(bytes) else { return Vec::new() };
    let mut fonts = Vec::new();
    let mut formats = Vec::new();
    let mut starts = Vec::new();
    for (kind, data) in records(&stream) {
        match kind {
            FONT => fonts.push(font_name(data).as_deref().and_then(OldFont::of)),
            FORMAT => formats.extend(number(data, 0)),
            SHEET => starts.extend(data.first_chunk().copied().map(u32::from_le_bytes)),
            END => break,
            _ => {}
        }
    }
    // The fifth font has the index 5: there is no font 4.
    let font = |index: &u16| {
        let index = usize::from(*index);
        fonts.get(if index > 4 { index - 1 } else { index }).copied().flatten()
    };
    let fonts: Vec<Option<OldFont>> = formats.iter().map(font).collect();
    let sheet = |start: u32| stream.get(usize::try_from(start).ok()?..).map(|stream| look(stream, &fonts));
    starts.into_iter().map(|start| sheet(start).unwrap_or_default()).collect()
}

fn workbook(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    let name = ["/Workbook", "/Book", "/WORKBOOK", "/BOOK"].into_iter().find(|name| file.is_stream(name))?;
    let mut stream = Vec::new();
    file.open_stream(name).ok()?.read_to_end(&mut stream).ok()?;
    Some(stream)
}

/// One sheet's records; `fonts` by cell format.
fn look(stream: &[u8], fonts: &[Option<OldFont>]) -> Look {
    let (mut rows, mut columns, mut old_fonts) = (Vec::new(), Vec::new(), Vec::new());
    // Charts stand inside a sheet as streams of their own.
    let mut depth = 0;
    for (kind, data) in records(stream) {
        let at = |offset| number(data, offset).map(u32::from);
        match kind {
            BEGIN => depth += 1,
            END if depth <= 1 => break,
            END => depth -= 1,
            _ if depth > 1 => {}
            ROW if at(12).is_some_and(|flags| flags & 0x20 != 0) => rows.extend(at(0).map(|row| (row, row))),
            COLUMN if at(8).is_some_and(|flags| flags & 1 != 0) => columns.extend(at(0).zip(at(2))),
            TEXT | SHARED_TEXT | RICH_TEXT => {
                let font =
                    number(data, 4).and_then(|format| fonts.get(usize::from(format)).copied().flatten());
                old_fonts.extend(font.and_then(|font| Some((at(0)?, at(2)?, font))));
            }
            _ => {}
        }
    }
    Look { hidden_rows: rows.into_iter().collect(), hidden_columns: columns.into_iter().collect(), old_fonts }
}

/// The records of a stream: kind and content.
fn records(mut stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (kind, length) = (number(stream, 0)?, number(stream, 2)?);
        let data = stream.get(4..4 + usize::from(length))?;
        stream = &stream[4 + usize::from(length)..];
        Some((kind, data))
    })
}

fn number(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*data.get(at..)?.first_chunk()?))
}

/// A font's name: a byte a letter, or since 1997 a flag that says whether two. Names that matter are ASCII.
fn font_name(data: &[u8]) -> Option<String> {
    let letters = data.get(15..)?;
    let (flag, name) = letters.split_first()?;
    Some(match flag {
        0 => name.iter().map(|byte| char::from(*byte)).collect(),
        1 => name.chunks_exact(2).map(|pair| if pair[1] == 0 { char::from(pair[0]) } else { '?' }).collect(),
        _ => letters.iter().map(|byte| char::from(*byte)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_is_named_before_and_since_1997() {
        let head = [0; 14];
        let font = |tail: &[u8]| font_name(&[&head[..], tail].concat()).unwrap();
        assert_eq!(font(b"\x07.VnTime"), ".VnTime");
        assert_eq!(font(b"\x07\x00.VnTime"), ".VnTime");
        assert_eq!(font(b"\x03\x01.\0V\0n\0"), ".Vn");
        assert_eq!(font_name(&head), None);
    }

    #[test]
    fn what_is_no_workbook_tells_nothing() {
        assert!(looks(b"").is_empty() && looks(&[0xD0; 4096]).is_empty());
    }
}
