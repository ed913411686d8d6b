//! Feedback workbooks and work orders, written and read back.

use super::{book, date, fixture, reader, text, today};
use calamine::{Data, Reader as _, Xlsx};
use rosterd::model::Lang;
use rosterd::model::finding::{Finding, FindingCode, Severity};
use rosterd::model::roster::{Block, Column, Declared, Reading};
use rosterd::roster::sheet::{Book, Cell, Merge, Sheet};
use rosterd::roster::{About, Mapping, understand};
use rosterd::workbook::annotate::{Annotations, CellNote, Listed, RowResult, Summary, TablePlace};
use rosterd::workbook::layout::Layouts;
use rosterd::workbook::order::{Ask, Contact, OrderLine, WorkOrder};
use rosterd::workbook::{Limits, ReaderError, decode, feedback, order, summary};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use std::path::PathBuf;
use zip::ZipArchive;

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
    Book { sheets: vec![Sheet { name: "Tổng hợp".into(), rows, merges, ..Sheet::default() }] }
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
    let written = feedback::write(&sent(), &Layouts::default(), &notes()).unwrap();
    let back = book(&written);
    let names: Vec<&str> = back.sheets.iter().map(|sheet| sheet.name.as_str()).collect();
    assert_eq!(names, ["Tổng hợp (2)", "Tổng hợp"], "the agency's own sheet keeps its name");
    assert!(summary::is_ours(&back.sheets[0]) && !summary::is_ours(&back.sheets[1]));
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
    let written = feedback::write(&sent(), &Layouts::default(), &notes()).unwrap();
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
    let once = feedback::write(&sent(), &Layouts::default(), &notes()).unwrap();
    let mut second = notes();
    second.drop_columns.clear();
    second.cells[0].column = "C".into();
    second.summary.findings[0].column = Some("C".into());
    let twice = feedback::write(&book(&once), &Layouts::default(), &second).unwrap();
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
        units: BTreeSet::new(),
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
    assert_eq!(notes.drop_columns, [("Sheet1".to_owned(), "F".to_owned())].into());
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
    let back = book(&summary::for_unreadable(&summary, Lang::Vi).unwrap());
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

/// The sample province's rosters.
fn province() -> Vec<PathBuf> {
    let inbox = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/province/inbox");
    let agencies = std::fs::read_dir(inbox).unwrap();
    let files = agencies.flat_map(|agency| std::fs::read_dir(agency.unwrap().path()).unwrap());
    files.map(|file| file.unwrap().path()).collect()
}

#[tokio::test]
async fn a_reading_comes_whole_out_of_the_reader_process() {
    let mapping = Mapping::embedded().unwrap();
    let mut reader = reader(Limits::default());
    let about = About { file_name: "danh-sach.xlsx", agency: None, today: today() };
    for path in province() {
        let bytes = std::fs::read(&path).unwrap();
        let here = understand(&book(&bytes), &mapping, &about);
        assert!(!here.blocks[0].records.is_empty(), "{}", path.display());
        let there = reader.read(&bytes, "danh-sach.xlsx", today()).await.unwrap();
        assert_eq!(here, there, "{}", path.display());
    }
}

#[tokio::test]
async fn feedback_dropped_again_is_read_as_the_roster_was() {
    let mut reader = reader(Limits::default());
    for path in province() {
        let bytes = std::fs::read(&path).unwrap();
        let sent = reader.read(&bytes, "danh-sach.xlsx", today()).await.unwrap();
        let notes = Annotations::of(&sent, Lang::Vi, vec![]);
        let written = reader.annotate(&bytes, notes).await.unwrap();
        let mut again = reader.read(&written, "danh-sach.xlsx", today()).await.unwrap();
        for block in &mut again.blocks {
            assert!(block.columns.remove(&Column::Ours).is_some(), "{}", path.display());
        }
        assert_eq!(again, sent, "{}", path.display());
    }
}
