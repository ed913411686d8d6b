//! Separated text (CSV, TSV): Unicode or the Vietnamese code page, comma, semicolon or tab.

use super::about_file;
use super::decode::{Decoded, Grid};
use super::limits::Limits;
use crate::model::finding::{Finding, FindingCode};
use crate::roster::sheet::{Book, Cell};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252, WINDOWS_1258};
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// The separators that occur; the order decides ties.
const SEPARATORS: [char; 3] = [';', '\t', ','];
/// How many lines decide the separator.
const SAMPLE_LINES: usize = 200;

/// Whether `bytes` are text with a separator in it.
pub(super) fn looks_like_a_table(bytes: &[u8]) -> bool {
    characters(bytes).is_some_and(|text| separator(&text).is_some())
}

/// The rows as one sheet. Cells are text: nothing says what the writer meant by a number.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Finding> {
    let not_a_workbook = || about_file(FindingCode::NotAWorkbook, vec![]);
    let text = characters(bytes).ok_or_else(not_a_workbook)?;
    let separator = separator(&text).ok_or_else(not_a_workbook)?;
    // The count of lines below needs one kind of line end, and one at the end of the last line.
    let body = without_declaration(&text).replace("\r\n", "\n").replace('\r', "\n");
    let body = body.trim_end_matches('\n').to_owned() + "\n";
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator as u8)
        .from_reader(body.as_bytes());
    let mut grid = Grid::new("CSV", limits);
    let mut record = csv::StringRecord::new();
    let mut row = 0;
    loop {
        let line = reader.position().line();
        if !reader.read_record(&mut record).map_err(|_| not_a_workbook())? {
            break;
        }
        // The csv crate swallows empty lines, but a spreadsheet counts them.
        let lines = reader.position().line() - line;
        let inside: usize = record.iter().map(|field| field.matches('\n').count()).sum();
        row += lines.saturating_sub(1 + inside as u64);
        for (column, field) in record.iter().enumerate() {
            if !field.is_empty() {
                let at = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
                grid.put(at(row), at(column as u64), Cell::Text(field.to_owned()));
            }
        }
        row += 1;
    }
    let mut findings = Vec::new();
    let sheets = vec![grid.finish(&mut findings)?];
    Ok(Decoded { book: Book { sheets }, findings, layouts: None })
}

/// `bytes` as characters; `None` where they are no text.
fn characters(bytes: &[u8]) -> Option<Cow<'_, str>> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling_and_without_replacement(&bytes[length..]);
    }
    if let Some(encoding) = unmarked_utf16(bytes) {
        return encoding.decode_without_bom_handling_and_without_replacement(bytes);
    }
    if bytes.iter().any(|byte| *byte < b' ' && !matches!(byte, b'\t' | b'\r' | b'\n' | 0x0B | 0x0C)) {
        return None;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text.into());
    }
    let (vietnamese, _) = WINDOWS_1258.decode_without_bom_handling(bytes);
    if marks_follow_vowels(&vietnamese) {
        return Some(vietnamese.nfc().collect::<String>().into());
    }
    // Legacy fonts (TCVN3, VNI) put their letters on the western code page; `roster` knows them from there.
    Some(WINDOWS_1252.decode_without_bom_handling(bytes).0)
}

/// UTF-16 without its mark: every other byte is the upper half of a Vietnamese letter or of punctuation, and many
/// are 0, which no other text has.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    const SAMPLE: usize = 4096;
    let head = &bytes[..bytes.len().min(SAMPLE)];
    let upper_halves = |from: usize| {
        let mut halves = head.iter().skip(from).step_by(2);
        halves.clone().any(|byte| *byte == 0) && halves.all(|byte| matches!(byte, 0 | 1 | 3 | 0x1E | 0x20))
    };
    if bytes.len() < 4 || !bytes.len().is_multiple_of(2) {
        None
    } else if upper_halves(1) {
        Some(UTF_16LE)
    } else {
        upper_halves(0).then_some(UTF_16BE)
    }
}

/// Windows-1258 writes a tone mark behind its vowel. In another code page the same bytes are letters that
/// stand anywhere.
fn marks_follow_vowels(text: &str) -> bool {
    let mut before = ' ';
    text.chars().all(|c| {
        let fine = !matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}')
            || "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY".contains(before);
        before = c;
        fine
    })
}

/// `sep=;` in the first line, as Excel reads and writes it.
fn declared(text: &str) -> Option<char> {
    text.get(..4).filter(|it| it.eq_ignore_ascii_case("sep="))?;
    text[4..].chars().next().filter(|c| SEPARATORS.contains(c))
}

fn without_declaration(text: &str) -> &str {
    if declared(text).is_none() { text } else { text.split_once('\n').map_or("", |(_, rest)| rest) }
}

/// The separator that most lines have the same number of times.
fn separator(text: &str) -> Option<char> {
    if let Some(declared) = declared(text) {
        return Some(declared);
    }
    let lines = logical_lines(text);
    let weight = |separator: char| {
        let mut counts = std::collections::BTreeMap::<usize, usize>::new();
        for line in &lines {
            *counts.entry(line.matches(separator).count()).or_default() += 1;
        }
        counts.remove(&0);
        counts.into_iter().map(|(times, lines)| (lines, times)).max()
    };
    let weighed = SEPARATORS.iter().rev().filter_map(|&separator| Some((weight(separator)?, separator)));
    weighed.max_by_key(|(weight, _)| *weight).map(|(_, separator)| separator)
}

/// The first lines, with what stands in quotation marks taken out.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '\n' | '\r' if !quoted => {
                if lines.len() == SAMPLE_LINES {
                    break;
                }
                lines.push(String::new());
            }
            c if !quoted => {
                if let Some(line) = lines.last_mut() {
                    line.push(c);
                }
            }
            _ => {}
        }
    }
    lines.retain(|line| !line.trim().is_empty());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> Vec<Vec<Cell>> {
        decode(bytes, &Limits::default()).unwrap().book.sheets.remove(0).rows
    }

    fn text(words: &[&str]) -> Vec<Cell> {
        words.iter().map(|word| Cell::Text((*word).to_owned())).collect()
    }

    #[test]
    fn empty_lines_keep_their_row() {
        let rows = rows(b"a,b\n\n\n\"c\nd\",e\n\nf,g");
        assert_eq!(rows[0], text(&["a", "b"]));
        assert_eq!(rows[3], text(&["c\nd", "e"]));
        assert_eq!(rows[5], text(&["f", "g"]));
        assert_eq!(rows.len(), 6);
    }

    #[test]
    fn a_letter_of_several_bytes_may_stand_where_a_declared_separator_would() {
        for first in ["Nhật ký", "x\nTên", "sep=ế", "sep="] {
            assert_eq!(declared(first), None, "{first}");
        }
        assert_eq!(declared("Sep=;\na;b"), Some(';'));
        assert_eq!(rows("Nhật ký\na;b".as_bytes())[1], text(&["a", "b"]));
    }

    #[test]
    fn the_separator_is_the_one_that_lines_agree_on() {
        assert_eq!(separator("STT;Ngày, tháng, năm sinh;Tên\n1;2;3\n"), Some(';'));
        assert_eq!(separator("\"a;b;c\",d\n\"e\",f\n"), Some(','));
        assert_eq!(separator("sep=;\r\na,b\r\n"), Some(';'));
        assert_eq!(separator("một dòng văn bản"), None);
    }

    #[test]
    fn utf_16_is_known_without_its_mark() {
        let text = "STT;Họ và tên;Ngày sinh\n1;Nguyễn Văn Đức;05/10/1985\n";
        let bytes = |half: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(half).collect::<Vec<u8>>();
        assert_eq!(characters(&bytes(u16::to_le_bytes)).unwrap(), text);
        assert_eq!(characters(&bytes(u16::to_be_bytes)).unwrap(), text);
        assert_eq!(characters(b"\0\0\0\x01binary\0\xff"), None);
    }

    #[test]
    fn a_tone_mark_without_a_vowel_says_another_code_page() {
        // "Trần,Hoà" in Windows-1258 and in TCVN3 (which is "TrÇn,Hoµ" on the western page).
        assert_eq!(characters(b"Tr\xE2\xCCn,Ho\xE0").unwrap(), "Trần,Hoà");
        assert_eq!(characters(b"Tr\xC7n,H\xECng").unwrap(), "TrÇn,Hìng");
    }
}
