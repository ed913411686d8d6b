//! Tests of workbook: formats, hostile files, the reader process, feedback and work orders.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

use calamine::{Data, Reader as _, Xlsx};
use chrono::NaiveDate;
use encoding_rs::WINDOWS_1258;
use rosterd::model::Lang;
use rosterd::model::finding::{Finding, FindingCode, Severity};
use rosterd::model::roster::{Block, Column, Declared, Reading};
use rosterd::roster::sheet::{Book, Cell, Merge, Sheet};
use rosterd::workbook::annotate::{Annotations, CellNote, Listed, RowResult, Summary, TablePlace};
use rosterd::workbook::format::{Format, detect};
use rosterd::workbook::order::{Ask, Contact, OrderLine, WorkOrder};
use rosterd::workbook::{Decoded, Limits, Reader, ReaderError, decode, feedback, order};
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::PathBuf;
use unicode_normalization::UnicodeNormalization;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/workbooks").join(name)).unwrap()
}

fn book(bytes: &[u8]) -> Book {
    let Decoded { book, findings } = decode(bytes, &Limits::default()).unwrap();
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
    for (name, format, has_merges) in [
        ("list.xlsx", Format::Xlsx, true),
        ("list.xls", Format::Xls, true),
        ("list.ods", Format::Ods, true),
        ("list.xlsb", Format::Xlsb, false),
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
        assert_eq!(*found, if has_merges { merges() } else { vec![] }, "{name}");
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

// Files made to be read wrongly.

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

/// A shared-string table of `count` empty strings behind a sheet of one cell.
fn string_bomb(declared: &str, count: usize) -> Vec<u8> {
    let table = format!(r#"<sst uniqueCount="{declared}">{}</sst>"#, "<si><t/></si>".repeat(count));
    workbook_with(&row(&inline("A1", "x")), &[("xl/sharedStrings.xml", table.as_bytes())])
}

/// A sheet that is small as a file and large as a table.
fn wide_sheet() -> Vec<u8> {
    let rows: String = (1..=60_000).map(|row| format!(r#"<row><c r="SR{row}"><v>1</v></c></row>"#)).collect();
    workbook(&format!("<sheetData>{rows}</sheetData>"))
}

#[test]
fn corner_cells_cost_nothing_and_are_said_to_be_left_out() {
    let far =
        workbook(&row(&(inline("A1", "STT") + &inline("B1", "Họ và tên") + &inline("XFD1048576", "."))));
    let decoded = decode(&far, &Limits::default()).unwrap();
    assert_eq!(decoded.book.sheets[0].rows, [[text("STT"), text("Họ và tên")]]);
    let [finding] = decoded.findings.as_slice() else { panic!("{:?}", decoded.findings) };
    assert_eq!((finding.code, finding.details[0].as_str()), (FindingCode::CellsIgnored, "XFD1048576"));
    assert_eq!(finding.severity(), Severity::Warning);

    let many: String = (0..65).map(|n| inline(&format!("A{}", 100_000 + n), "x")).collect();
    assert_eq!(refusal(&workbook(&row(&many))), FindingCode::TooLarge);
}

#[test]
fn one_bad_sheet_does_not_take_the_others_with_it() {
    let sheets = r#"<workbook xmlns:r="x"><sheets><sheet name="Trang 1" sheetId="1" r:id="rId1" state="odd"/>
        <sheet name="Hỏng" sheetId="2" r:id="rId2"/><sheet name="Macro" sheetId="3" r:id="rId3"/></sheets></workbook>"#;
    let links = format!(
        r#"<Relationships><Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>
        <Relationship Id="rId2" Type="{RELATIONS}/worksheet" Target="worksheets/sheet2.xml"/>
        <Relationship Id="rId3" Type="http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet" Target="macrosheets/sheet1.xml"/></Relationships>"#
    );
    let broken = workbook_with(
        &row(&inline("A1", "Họ và tên")),
        &[
            ("xl/workbook.xml", sheets.as_bytes()),
            ("xl/_rels/workbook.xml.rels", links.as_bytes()),
            ("xl/worksheets/sheet2.xml", b"<worksheet><sheetData><row><c r=\"A1\"><v>1</v></c></row>"),
            ("xl/macrosheets/sheet1.xml", b"<macrosheet/>"),
        ],
    );
    let decoded = decode(&broken, &Limits::default()).unwrap();
    assert_eq!(decoded.book.sheets.len(), 1);
    assert_eq!(decoded.book.sheets[0].rows, [[text("Họ và tên")]]);
    let said: Vec<_> = decoded.findings.iter().map(|it| (it.code, it.sheet.as_deref())).collect();
    assert_eq!(said, [(FindingCode::SheetUnreadable, Some("Hỏng"))]);

    let charted = book(&fixture("chart-sheet.xlsx"));
    assert_eq!(charted.sheets[0].rows, list());
}

#[test]
fn a_zip_bomb_is_counted_before_it_is_opened() {
    let bomb = string_bomb("1", 200_000);
    assert!(bomb.len() < 20_000, "{}", bomb.len());
    let limits = Limits { inflated_bytes: 1_000_000, ..Limits::default() };
    assert_eq!(decode(&bomb, &limits).unwrap_err().code, FindingCode::TooLarge);
    let limits = Limits { inflated_bytes: 3_000_000, ..limits };
    assert_eq!(decode(&bomb, &limits).unwrap().book.sheets[0].rows, [[text("x")]]);
}

#[tokio::test]
async fn hostile_files_are_refused_and_the_next_one_is_read() {
    let mut reader = reader(Limits::default());
    let good = fixture("list.xlsx");
    let header_in_the_file = reader.table(&good).await.unwrap()[2][1].clone();
    assert_eq!(header_in_the_file, "Họ và tên");
    for (what, bytes, expected) in [
        ("declares 4 billion strings", string_bomb("4000000000", 1), FindingCode::ReaderOutOfMemory),
        ("60,000 rows of 512 columns", wide_sheet(), FindingCode::ReaderOutOfMemory),
        ("no workbook", b"%PDF-1.4".to_vec(), FindingCode::Pdf),
    ] {
        let reading = reader.read(&bytes, "danh-sach.xlsx", today()).await.unwrap();
        assert!(reading.blocks.is_empty(), "{what}");
        let codes: Vec<FindingCode> = reading.findings.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, [expected], "{what}");
        assert_eq!(reader.table(&good).await.unwrap()[2][1], "Họ và tên", "after: {what}");
    }
}

#[tokio::test]
async fn a_file_that_takes_too_long_is_refused_by_either_clock() {
    let slow = string_bomb("1", 3_000_000);
    for limits in [
        Limits { cpu_seconds: 0, wall_seconds: 120, memory_bytes: 1 << 33, ..Limits::default() },
        Limits { wall_seconds: 0, ..Limits::default() },
    ] {
        let mut reader = reader(limits);
        let reading = reader.read(&slow, "cham.xlsx", today()).await.unwrap();
        assert_eq!(reading.findings[0].code, FindingCode::ReaderTimeout, "{limits:?}");
    }
}

#[tokio::test]
async fn a_killed_reader_process_is_replaced() {
    let mut reader = reader(Limits::default());
    let good = fixture("list.ods");
    reader.table(&good).await.unwrap();
    let first = reader.process_id().unwrap();
    reader.table(&good).await.unwrap();
    assert_eq!(reader.process_id(), Some(first), "a process serves more than one file");
    let pid = nix::unistd::Pid::from_raw(i32::try_from(first).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
    assert_eq!(reader.table(&good).await.unwrap()[2][1], "Họ và tên");
    assert_ne!(reader.process_id(), Some(first));
}

#[tokio::test]
async fn a_reader_process_that_stays_large_is_replaced() {
    let mut reader = reader(Limits { growth_bytes: 0, ..Limits::default() });
    let bytes = fixture("list.xlsx");
    reader.table(&bytes).await.unwrap();
    assert_eq!(reader.process_id(), None);
    reader.table(&bytes).await.unwrap();
}

#[tokio::test]
async fn a_reader_that_cannot_start_is_an_error_and_no_finding() {
    let mut reader = Reader::new("/nonexistent/rosterd".into(), Limits::default());
    let error = reader.read(&fixture("list.xlsx"), "a.xlsx", today()).await.unwrap_err();
    assert!(matches!(error, ReaderError::Start { .. }), "{error}");
}

#[tokio::test]
async fn a_cut_table_is_a_failed_read() {
    let far = workbook(&row(&(inline("A1", "login") + &inline("XFD1048576", "."))));
    let error = reader(Limits::default()).table(&far).await.unwrap_err();
    assert!(matches!(error, ReaderError::Refused(finding) if finding.code == FindingCode::CellsIgnored));
}

// Feedback.

fn sent() -> Book {
    let rows = vec![
        vec![text("DANH SÁCH CÁN BỘ")],
        vec![text("STT"), text("Họ và tên"), text("Mật khẩu"), text("Ngày sinh"), text("Số CCCD")],
        vec![
            Cell::Number(1.0),
            text("Trần Văn Bưởi"),
            text("bi-mat-1"),
            date(1985, 3, 14),
            Cell::Number(79_085_000_001.0),
        ],
        vec![
            Cell::Number(2.0),
            text("=HYPERLINK(\"http://vidu.invalid\",\"x\")"),
            text("bi-mat-2"),
            text("31/02/1990"),
            text("+84"),
            text("@SUM(1)"),
        ],
        vec![text("Người lập bảng")],
    ];
    let title = Merge { top: 0, left: 0, bottom: 0, right: 4 };
    let overlapping = Merge { top: 0, left: 3, bottom: 1, right: 4 };
    let merges = vec![title, overlapping];
    Book { sheets: vec![Sheet { name: "Tổng hợp".into(), hidden: false, rows, merges }] }
}

fn notes() -> Annotations {
    let sheet = || "Tổng hợp".to_owned();
    let error = "Ngày sinh không có trong lịch.".to_owned();
    Annotations {
        lang: Lang::Vi,
        tables: vec![TablePlace { sheet: sheet(), header_row: 2, header_end: 2 }],
        results: BTreeMap::from([
            ((sheet(), 3), RowResult { text: "Đã đọc, không có lỗi.".into(), severity: None }),
            ((sheet(), 4), RowResult { text: error.clone(), severity: Some(Severity::Error) }),
        ]),
        cells: vec![CellNote {
            sheet: sheet(),
            row: 4,
            column: "D".into(),
            severity: Severity::Error,
            message: error.clone(),
        }],
        summary: Summary {
            about: vec!["=Sở Nội vụ".into()],
            counts: vec![("Số người đọc được".into(), 1)],
            findings: vec![Listed {
                sheet: Some(sheet()),
                row: Some(4),
                column: Some("D".into()),
                severity: Severity::Error,
                message: error,
            }],
        },
        drop_columns: [(sheet(), "C".to_owned())].into(),
    }
}

#[test]
fn feedback_holds_the_rows_as_sent_with_a_result_beside_each() {
    let written = feedback::write(&sent(), &notes()).unwrap();
    let back = book(&written);
    let names: Vec<&str> = back.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["Tổng hợp (2)", "Tổng hợp"], "the agency's own sheet keeps its name");
    assert!(feedback::is_our_summary(&back.sheets[0]) && !feedback::is_our_summary(&back.sheets[1]));
    let page = &back.sheets[1];
    assert_eq!(
        page.rows[1],
        [
            text("STT"),
            text("Họ và tên"),
            text("Ngày sinh"),
            text("Số CCCD"),
            Cell::Empty,
            text(feedback::RESULT_HEADER)
        ]
    );
    assert_eq!(page.rows[2][2], date(1985, 3, 14));
    assert_eq!(page.rows[2][3], Cell::Number(79_085_000_001.0));
    assert_eq!(page.rows[2][5], text("Đã đọc, không có lỗi."));
    assert_eq!(page.rows[3][1], text("=HYPERLINK(\"http://vidu.invalid\",\"x\")"));
    assert_eq!(page.rows[3][4], text("@SUM(1)"), "what stands right of the header is not written over");
    assert_eq!(page.rows[3][5], text("Ngày sinh không có trong lịch."));
    assert_eq!(page.rows[4], [text("Người lập bảng")]);
    assert_eq!(page.merges, [Merge { top: 0, left: 0, bottom: 0, right: 3 }], "overlapping ranges are not");
}

#[test]
fn feedback_has_a_comment_on_the_wrong_cell_and_neither_formula_nor_password() {
    let written = feedback::write(&sent(), &notes()).unwrap();
    let parts = all_parts(&written);
    let sheets: String = parts
        .iter()
        .filter(|(name, _)| name.contains("worksheets/sheet"))
        .map(|(_, xml)| xml.as_str())
        .collect();
    assert!(sheets.contains("<row ") && !sheets.contains("<f>") && !sheets.contains("<f "));
    let comments = &parts["xl/comments1.xml"];
    assert!(
        comments.contains(r#"ref="C4""#) && comments.contains("Ngày sinh không có trong lịch."),
        "{comments}"
    );
    assert!(parts.values().all(|xml| !xml.contains("bi-mat")), "a password came back");
    let mut again = Xlsx::new(Cursor::new(written)).unwrap();
    for name in again.sheet_names() {
        assert!(again.worksheet_formula(&name).unwrap().used_cells().next().is_none(), "{name}");
    }
    let cell = again.worksheet_range("Tổng hợp").unwrap().get_value((3, 1)).cloned();
    assert_eq!(cell, Some(Data::String("=HYPERLINK(\"http://vidu.invalid\",\"x\")".into())));
}

fn all_parts(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut part = archive.by_index(index).unwrap();
            let (mut text, name) = (String::new(), part.name().unwrap().into_owned());
            part.read_to_string(&mut text).unwrap();
            (name, text)
        })
        .collect()
}

#[test]
fn feedback_on_feedback_adds_nothing() {
    let once = feedback::write(&sent(), &notes()).unwrap();
    let mut second = notes();
    second.drop_columns = [("Tổng hợp".to_owned(), "F".to_owned())].into();
    second.cells[0].column = "C".into();
    let twice = feedback::write(&book(&once), &second).unwrap();
    assert_eq!(book(&twice), book(&once));
}

#[test]
fn annotations_of_a_reading_say_every_finding_once() {
    let finding = |row, column: Option<&str>| Finding {
        sheet: None,
        row,
        column: column.map(str::to_owned),
        code: FindingCode::NoHeader,
        details: vec![],
    };
    let block = Block {
        sheet: "Sheet1".into(),
        header_row: 2,
        header_end: 3,
        form: None,
        declared: Declared::StaffList,
        agency_in_title: None,
        document: None,
        as_of: None,
        columns: [(Column::Password, vec!["F".to_owned()]), (Column::Ours, vec!["H".to_owned()])].into(),
        units: Default::default(),
        records: vec![],
        findings: vec![finding(Some(5), Some("C")), finding(Some(5), None), finding(None, None)],
    };
    let reading = Reading { blocks: vec![block], findings: vec![finding(None, None)] };
    let notes = Annotations::of(&reading, Lang::Vi, vec!["Tệp: a.xlsx".into()]);
    assert_eq!(notes.summary.findings.len(), 4);
    assert_eq!(notes.summary.counts.iter().map(|(_, count)| count).sum::<u64>(), 4);
    assert_eq!(notes.cells.len(), 1);
    let result = &notes.results[&("Sheet1".to_owned(), 5)];
    assert_eq!((result.severity, result.text.lines().count()), (Some(Severity::Error), 2));
    assert_eq!(notes.drop_columns.len(), 2);
}

#[tokio::test]
async fn the_reader_process_writes_the_feedback() {
    let good = fixture("list.xlsx");
    let mut notes = notes();
    notes.tables[0] = TablePlace { sheet: "Danh sách".into(), header_row: 3, header_end: 4 };
    let said = RowResult { text: "Đã đọc.".into(), severity: None };
    notes.results = [(("Danh sách".to_owned(), 5), said)].into();
    let written = reader(Limits::default()).annotate(&good, notes.clone()).await.unwrap();
    let page = &book(&written).sheets[1];
    assert_eq!((page.cell(2, 6), page.cell(4, 6)), (&text(feedback::RESULT_HEADER), &text("Đã đọc.")));
    assert!(page.merges.contains(&Merge { top: 2, left: 6, bottom: 3, right: 6 }));
    let error = reader(Limits::default()).annotate(b"%PDF-1.4", notes).await.unwrap_err();
    assert!(matches!(error, ReaderError::Refused(finding) if finding.code == FindingCode::Pdf));
}

#[test]
fn an_unreadable_file_gets_a_summary_that_says_what_to_do() {
    let finding = decode(b"%PDF-1.4", &Limits::default()).unwrap_err();
    let reading = Reading { blocks: vec![], findings: vec![finding] };
    let summary = Summary::of(&reading, Lang::Vi, vec!["Tệp: danh-sach.pdf".into()]);
    let back = book(&feedback::for_unreadable(&summary, Lang::Vi).unwrap());
    let all = format!("{:?}", back.sheets[0].rows);
    assert_eq!(back.sheets.len(), 1);
    assert!(all.contains("Đây là tệp PDF") && all.contains("Tệp: danh-sach.pdf"), "{all}");
}

#[test]
fn a_work_order_lists_what_is_asked() {
    let line = |name: &str, ask| OrderLine {
        full_name: name.into(),
        account: "buoitv@vidu.gov.vn".into(),
        unit: "Sở Nội vụ".into(),
        role: "Cán bộ một cửa".into(),
        ask,
        basis: "Công văn 12/SNV-VP ngày 20/11/2026".into(),
        effective: today(),
    };
    let written = order::write(&WorkOrder {
        issuer: "TRUNG TÂM CHUYỂN ĐỔI SỐ".into(),
        system: "Một cửa điện tử".into(),
        number: "15/PYC".into(),
        date: today(),
        urgent: true,
        deadline: today(),
        contact: Contact {
            name: "Lê Thị Cam".into(),
            phone: "0912000009".into(),
            mail: "camlt@vidu.gov.vn".into(),
        },
        lines: vec![line("Trần Văn Bưởi", Ask::Grant), line("=1+1", Ask::Revoke)],
    })
    .unwrap();
    let sheet = &book(&written).sheets[0];
    let header = sheet.rows.iter().position(|row| row.first() == Some(&text("STT"))).unwrap();
    let titles = ["STT", "Họ và tên", "Tài khoản/thư điện tử", "Đơn vị", "Vai trò", "Yêu cầu", "Căn cứ"];
    assert_eq!(sheet.rows[header][..7], titles.map(text));
    assert_eq!(sheet.rows[header + 1][5], text("Cấp"));
    assert_eq!(sheet.rows[header + 2][1], text("=1+1"));
    assert_eq!(sheet.rows[header + 2][5], text("Thu hồi"));
    assert_eq!(*sheet.cell(header + 1, 7), Cell::Date(today().into()));
    let above = format!("{:?}", &sheet.rows[..header]);
    for words in ["15/PYC", "KHẨN", "hết ngày 22/11/2026", "Lê Thị Cam", "2 (cấp 1, thu hồi 1)"] {
        assert!(above.contains(words), "{words}: {above}");
    }
}
