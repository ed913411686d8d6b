//! Tests of workbook: formats, hostile files, the reader process, feedback and work orders.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod as_sent;
mod hostile;
mod template;
mod written;

use chrono::NaiveDate;
use encoding_rs::WINDOWS_1258;
use rosterd::model::Lang;
use rosterd::model::finding::FindingCode;
use rosterd::roster::sheet::{Book, Cell, Merge};
use rosterd::workbook::format::{Format, detect};
use rosterd::workbook::{Decoded, Limits, Reader, decode};
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::path::PathBuf;
use unicode_normalization::UnicodeNormalization;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/workbooks").join(name)).unwrap()
}

fn book(bytes: &[u8]) -> Book {
    let Decoded { book, findings, layouts: _ } = decode(bytes, &Limits::default()).unwrap();
    assert_eq!(findings, []);
    book
}

fn refusal(bytes: &[u8]) -> FindingCode {
    decode(bytes, &Limits::default()).unwrap_err().code
}

fn reader(limits: Limits) -> Reader {
    Reader::new(env!("CARGO_BIN_EXE_rosterd").into(), limits)
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

fn date(year: i32, month: u32, day: u32) -> Cell {
    Cell::Date(NaiveDate::from_ymd_opt(year, month, day).unwrap().into())
}

/// What every `list.*` holds, but for merged ranges.
fn list() -> Vec<Vec<Cell>> {
    let empty = || Cell::Empty;
    vec![
        vec![text("DANH SÁCH CÁN BỘ, CÔNG CHỨC")],
        vec![],
        vec![text("STT"), text("Họ và tên"), text("Ngày sinh"), empty(), text("Chức vụ"), text("Điện thoại")],
        vec![empty(), empty(), text("Nam"), text("Nữ")],
        vec![
            Cell::Number(1.0),
            text("Trần Văn Bưởi"),
            date(1985, 3, 14),
            empty(),
            text("Trưởng phòng"),
            text("0912000001"),
        ],
        vec![
            Cell::Number(2.0),
            text("Đỗ Thị Mận"),
            empty(),
            date(1991, 12, 2),
            text("Chuyên viên; tổng hợp"),
            text("0912000002"),
        ],
        vec![],
        vec![
            Cell::Number(3.0),
            text("Lê \"Ổi\" Quýt"),
            date(1979, 1, 31),
            empty(),
            text("Văn thư, lưu trữ"),
            text("0912000003"),
        ],
    ]
}

fn merges() -> Vec<Merge> {
    let merge = |top, left, bottom, right| Merge { top, left, bottom, right };
    vec![
        merge(0, 0, 0, 5),
        merge(2, 0, 3, 0),
        merge(2, 1, 3, 1),
        merge(2, 2, 2, 3),
        merge(2, 4, 3, 4),
        merge(2, 5, 3, 5),
    ]
}

#[test]
fn every_spreadsheet_format_gives_the_same_book() {
    for (name, format) in [
        ("list.xlsx", Format::Xlsx),
        ("list.xls", Format::Xls),
        ("list.ods", Format::Ods),
        ("list.xlsb", Format::Xlsb),
    ] {
        let bytes = fixture(name);
        assert_eq!(detect(&bytes), format, "{name}");
        let mut book = book(&bytes);
        let shape: Vec<(&str, bool)> =
            book.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.hidden)).collect();
        assert_eq!(shape, [("Danh sách", false), ("Ẩn", true), ("Sheet3", false)], "{name}");
        assert_eq!(book.sheets[0].rows, list(), "{name}");
        assert_eq!(book.sheets[1].rows, [[text("Ghi chú nội bộ")]], "{name}");
        assert!(book.sheets[2].rows.is_empty(), "{name}");
        let found = &mut book.sheets[0].merges;
        found.sort_by_key(|merge| (merge.top, merge.left));
        assert_eq!(*found, merges(), "{name}");
    }
}

/// The list as separated text.
fn separated(separator: char) -> String {
    let quoted = |cell: &Cell| match cell {
        Cell::Number(number) => number.to_string(),
        Cell::Date(time) => time.format("%d/%m/%Y").to_string(),
        Cell::Text(text) => format!("\"{}\"", text.replace('"', "\"\"")),
        _ => String::new(),
    };
    let line =
        |row: &Vec<Cell>| row.iter().map(quoted).collect::<Vec<_>>().join(&separator.to_string()) + "\r\n";
    list().iter().map(line).collect()
}

#[test]
fn text_in_every_encoding_and_separator_gives_the_same_rows() {
    let as_text = |row: Vec<Cell>| -> Vec<Cell> {
        row.into_iter()
            .map(|cell| match cell {
                Cell::Number(number) => text(&number.to_string()),
                Cell::Date(time) => text(&time.format("%d/%m/%Y").to_string()),
                other => other,
            })
            .collect()
    };
    let expected: Vec<Vec<Cell>> = list().into_iter().map(as_text).collect();
    for separator in [',', ';', '\t'] {
        let plain = separated(separator);
        let utf16 = |bytes: fn(u16) -> [u8; 2], mark: [u8; 2]| {
            mark.into_iter().chain(plain.encode_utf16().flat_map(bytes)).collect::<Vec<u8>>()
        };
        for (encoding, bytes) in [
            ("UTF-8", plain.clone().into_bytes()),
            ("UTF-8 with a mark", [b"\xEF\xBB\xBF".as_slice(), plain.as_bytes()].concat()),
            ("UTF-16", utf16(u16::to_le_bytes, [0xFF, 0xFE])),
            ("UTF-16, the other way round", utf16(u16::to_be_bytes, [0xFE, 0xFF])),
            ("Windows-1258", windows_1258(&plain)),
        ] {
            assert_eq!(detect(&bytes), Format::Text, "{encoding} {separator:?}");
            assert_eq!(book(&bytes).sheets[0].rows, expected, "{encoding} {separator:?}");
        }
    }
}

/// Vietnamese Windows writes the letter, then its tone.
fn windows_1258(text: &str) -> Vec<u8> {
    let is_tone = |c: &char| matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}');
    let letter = |c: char| -> String {
        let parts: Vec<char> = c.nfd().collect();
        let base = parts.iter().filter(|c| !is_tone(c)).copied().nfc();
        base.chain(parts.iter().filter(|c| is_tone(c)).copied()).collect()
    };
    let text: String = text.chars().map(letter).collect();
    let (bytes, _, lost) = WINDOWS_1258.encode(&text);
    assert!(!lost, "{text}");
    bytes.into_owned()
}

#[test]
fn what_is_no_workbook_is_named_for_what_it_is() {
    let xlsx = fixture("list.xlsx");
    let docx = package(&[("word/document.xml", b"<w:document/>")]);
    let numbers = package(&[("Index/Document.iwa", b"x")]);
    let html = "<html><table><tr><td>Họ và tên</td></tr></table></html>".as_bytes();
    let spreadsheet_xml = b"\xEF\xBB\xBF<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?>";
    for (bytes, code) in [
        (b"".as_slice(), FindingCode::EmptyWorkbook),
        (b" \r\n", FindingCode::EmptyWorkbook),
        (b"%PDF-1.7\n...", FindingCode::Pdf),
        (html, FindingCode::HtmlAsXls),
        (spreadsheet_xml, FindingCode::HtmlAsXls),
        (&fixture("encrypted.xlsx"), FindingCode::Encrypted),
        (&xlsx[..xlsx.len() / 2], FindingCode::DamagedWorkbook),
        (&fixture("list.xls")[..1024], FindingCode::NotAWorkbook),
        (&docx, FindingCode::NotAWorkbook),
        (&numbers, FindingCode::NumbersFile),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", FindingCode::NotAWorkbook),
        ("Kính gửi phòng nhân sự".as_bytes(), FindingCode::NotAWorkbook),
        (&workbook("<sheetData/>"), FindingCode::EmptyWorkbook),
    ] {
        assert_eq!(refusal(bytes), code, "{:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(20)]));
    }
}

#[test]
fn every_refusal_has_a_sentence_in_both_languages() {
    for code in FindingCode::ALL {
        let details = ["XFD9".to_owned(), "2".to_owned(), "3".to_owned(), "4".to_owned()];
        let (vi, en) = (code.sentence(Lang::Vi, &details), code.sentence(Lang::En, &details));
        assert!(vi.len() > 20 && en.len() > 15 && vi != en, "{code}");
    }
}

fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The least xlsx: one sheet with `body`, then what `more` adds or puts in place of a part.
fn workbook_with(body: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let root = format!(
        r#"<Relationships><Relationship Id="r" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
    );
    let list = r#"<workbook xmlns:r="x"><sheets><sheet name="Trang 1" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let links = format!(
        r#"<Relationships><Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#
    );
    let sheet = format!("<worksheet>{body}</worksheet>");
    let mut parts = BTreeMap::from([
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", list.as_bytes()),
        ("xl/_rels/workbook.xml.rels", links.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ]);
    parts.extend(more.iter().copied());
    package(&parts.into_iter().collect::<Vec<_>>())
}

fn workbook(body: &str) -> Vec<u8> {
    workbook_with(body, &[])
}

fn inline(at: &str, text: &str) -> String {
    format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

fn row(cells: &str) -> String {
    format!("<sheetData><row>{cells}</row></sheetData>")
}
