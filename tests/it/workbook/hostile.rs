//! Files made to be read wrongly, and the reader process that outlives them.

use super::{
    RELATIONS, book, fixture, inline, list, package, reader, refusal, row, text, today, workbook,
    workbook_with,
};
use rosterd::model::finding::{FindingCode, Severity};
use rosterd::model::roster::Declared;
use rosterd::workbook::{Limits, Peak, Reader, ReaderError, decode};
use std::fmt::Write;

/// A shared-string table of `count` empty strings behind a sheet of one cell.
fn string_bomb(declared: &str, count: usize) -> Vec<u8> {
    let table = format!(r#"<sst uniqueCount="{declared}">{}</sst>"#, "<si><t/></si>".repeat(count));
    workbook_with(&row(&inline("A1", "x")), &[("xl/sharedStrings.xml", table.as_bytes())])
}

/// A sheet that is small as a file and large as a table.
fn wide_sheet() -> Vec<u8> {
    let mut rows = String::new();
    for row in 1..=60_000 {
        write!(rows, r#"<row><c r="SR{row}"><v>1</v></c></row>"#).unwrap();
    }
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
async fn broken_mappings_refuse_no_file_but_stop_the_reading() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("rosters")).unwrap();
    std::fs::write(folder.path().join("rosters/forms.toml"), "[[form]]\nname = 1\n").unwrap();
    let mut reader = reader(Limits::default()).with_mappings(Some(folder.path().to_owned()));
    let error = reader.read(&fixture("list.xlsx"), "a.xlsx", today()).await.unwrap_err();
    assert!(matches!(error, ReaderError::Mappings(_)), "{error}");
    assert!(error.to_string().starts_with("mappings/rosters/forms.toml: "), "{error}");
}

#[tokio::test]
async fn a_reader_tells_how_far_it_grew() {
    let mut reader = reader(Limits::default());
    assert_eq!(reader.peak(), Peak::default());
    reader.read(&string_bomb("1", 500_000), "a.xlsx", today()).await.unwrap();
    let peak = reader.peak();
    assert!(peak.resident > 10_000_000 && peak.address_space > 10_000_000, "{peak:?}");
    assert!(peak.address_space <= Limits::default().memory_bytes, "{peak:?}");
}

#[test]
fn passwords_of_every_kind_are_told_from_damage() {
    // FILEPASS of 1995: a key and a check, right behind the beginning of the workbook's globals.
    let mut old = vec![0; 512];
    old.extend(b"\x09\x08\x08\0\0\x05\x05\0\0\0\0\0\x2F\0\x04\0\x01\x02\x03\x04");
    old.resize(1024, 0);
    old[..8].copy_from_slice(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
    assert_eq!(refusal(&old), FindingCode::Encrypted);
    let manifest = br#"<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
        <manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"><manifest:encryption-data>
        </manifest:encryption-data></manifest:file-entry></manifest:manifest>"#;
    let ods = package(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", b"no longer XML"),
        ("META-INF/manifest.xml", manifest),
    ]);
    assert_eq!(refusal(&ods), FindingCode::Encrypted);
    let numbers = package(&[("Danh sách.numbers/Index.zip", b"PK")]);
    assert_eq!(refusal(&numbers), FindingCode::NumbersFile);
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

#[tokio::test]
async fn a_list_that_is_not_whole_proves_nobodys_absence() {
    let lines = [
        inline("A1", "DANH SÁCH CÁN BỘ, CÔNG CHỨC"),
        inline("A2", "STT") + &inline("B2", "Họ và tên") + &inline("C2", "Chức vụ"),
        inline("A3", "1") + &inline("B3", "Trần Văn Bưởi") + &inline("C3", "Chuyên viên"),
        inline("A4", "2") + &inline("B4", "Đỗ Thị Mận") + &inline("C4", "Văn thư"),
    ];
    let sheet = |stray: &str| {
        let rows = lines.join("</row><row>");
        workbook(&format!("<sheetData><row>{rows}</row><row>{stray}</row></sheetData>"))
    };
    let mut reader = reader(Limits::default());
    for (bytes, declared) in
        [(sheet(""), Declared::StaffList), (sheet(&inline("XFD1048576", ".")), Declared::SomePeople)]
    {
        let reading = reader.read(&bytes, "danh-sach.xlsx", today()).await.unwrap();
        assert_eq!(reading.blocks[0].records.len(), 2);
        assert_eq!(reading.blocks[0].declared, declared);
    }
}

#[tokio::test]
async fn files_with_flipped_bytes_never_take_the_worker_with_them() {
    let mut reader = reader(Limits { wall_seconds: 5, ..Limits::default() });
    let mut seed = 20_261_122_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    for name in ["list.xlsx", "list.xls", "list.ods", "list.xlsb", "encrypted.xlsx"] {
        let whole = fixture(name);
        for _ in 0..40 {
            let mut bytes = whole.clone();
            for _ in 0..=random(8) {
                let at = random(bytes.len());
                bytes[at] = u8::try_from(random(256)).unwrap();
            }
            let reading = reader.read(&bytes, name, today()).await.unwrap();
            assert!(!(reading.blocks.is_empty() && reading.findings.is_empty()), "{name}: nothing is said");
        }
    }
    assert_eq!(reader.table(&fixture("list.xlsx")).await.unwrap()[2][1], "Họ và tên");
}
