//! The header structures as files, each by openpyxl, by LibreOffice and by `rust_xlsxwriter`, against their truth.

use super::policy::with_hidden;
use super::{MAPPING, about};
use rosterd::model::finding::{Finding, FindingCode, Severity};
use rosterd::model::person::Birth;
use rosterd::model::record::Record;
use rosterd::model::roster::{Block, Reading};
use rosterd::roster::sheet::{Book, Cell};
use rosterd::roster::understand;
use rosterd::workbook::{Limits, decode};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::{Value, json};
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rosters")
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn read_bytes(bytes: &[u8]) -> Reading {
    let decoded = decode(bytes, &Limits::default()).unwrap();
    assert_eq!(decoded.findings, []);
    understand(&decoded.book, &MAPPING, &about("danh-sach.xlsx"))
}

/// The book by a third writer.
fn rewritten(book: &Book) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let dated = Format::new().set_num_format("dd/mm/yyyy");
    for sheet in &book.sheets {
        let page = workbook.add_worksheet();
        page.set_name(&sheet.name).unwrap();
        for merge in &sheet.merges {
            let [left, right] = [merge.left, merge.right].map(|column| u16::try_from(column).unwrap());
            page.merge_range(merge.top, left, merge.bottom, right, "", &Format::new()).unwrap();
        }
        for (row, cells) in (0..).zip(&sheet.rows) {
            for (column, cell) in (0..).zip(cells) {
                match cell {
                    Cell::Empty => {}
                    Cell::Text(text) | Cell::Error(text) => drop(page.write(row, column, text).unwrap()),
                    Cell::Number(number) => drop(page.write(row, column, *number).unwrap()),
                    Cell::Date(date) => {
                        let serial = ExcelDateTime::parse_from_str(&date.date().to_string()).unwrap();
                        page.write_with_format(row, column, &serial, &dated).unwrap();
                    }
                    Cell::Bool(truth) => drop(page.write(row, column, *truth).unwrap()),
                }
            }
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// A record in the words of the contract, what it does not say left out.
fn said(record: &Record) -> Value {
    let mut fields = json!({
        "row": record.row,
        "full_name": record.full_name,
        "birth_date": record.birth.and_then(Birth::date),
        "birth_year": record.birth.map(Birth::year),
        "gender": record.gender,
        "citizen_id": record.citizen_id.as_ref().map(|id| id.reveal().to_owned()),
        "staff_code": record.staff_code,
        "position": record.position,
        "unit": record.unit,
        "phone": record.phone,
        "email": record.email,
        "status": record.status,
        "action": record.action,
        "effective_date": record.effective_date,
        "note": record.note,
    });
    fields.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    fields
}

fn described(block: &Block) -> Value {
    let records: Vec<Value> = block.records.iter().map(said).collect();
    json!({ "kind": block.declared.kind(), "form": block.form, "records": records })
}

#[test]
fn every_structure_is_read_as_its_truth_says_whoever_wrote_it() {
    let truth: Value = serde_json::from_slice(&bytes("truth.json")).unwrap();
    let forms = truth.as_array().unwrap();
    assert_eq!(forms.len(), 14);
    for form in forms {
        let files = form["files"].as_array().unwrap();
        assert_eq!(files.len(), 2);
        for file in files {
            let name = file.as_str().unwrap();
            let original = bytes(name);
            let again = rewritten(&decode(&original, &Limits::default()).unwrap().book);
            for (writer, bytes) in [("as it is", original), ("rust_xlsxwriter", again)] {
                let reading = read_bytes(&bytes);
                for block in &reading.blocks {
                    let odd = block.findings.iter().find(|finding| finding.severity() == Severity::Error);
                    assert_eq!(odd, None, "{name} {writer}");
                }
                let read: Vec<Value> = reading.blocks.iter().map(described).collect();
                assert_eq!(Value::Array(read), form["blocks"], "{name} {writer}");
            }
        }
    }
}

#[test]
fn the_first_form_names_its_agency_and_document() {
    let reading = read_bytes(&bytes("mau-01.libreoffice.ods"));
    let block = &reading.blocks[0];
    assert_eq!(block.agency_in_title.as_deref(), Some("SỞ NỘI VỤ"));
    let document = block.document.as_ref().unwrap();
    assert_eq!(document.number.as_deref(), Some("626/CV-SNV"));
    assert_eq!(document.date, chrono::NaiveDate::from_ymd_opt(2026, 11, 5));
}

#[test]
fn passwords_of_the_account_import_are_in_no_reading() {
    for name in ["mau-14.openpyxl.xlsx", "mau-14.libreoffice.xls"] {
        let reading = read_bytes(&bytes(name));
        assert!(!format!("{reading:?}").contains("Mau@2026"), "{name}");
        assert_eq!(count(&reading.blocks[0].findings, FindingCode::PasswordColumn), 1, "{name}");
        assert_eq!(count(&reading.blocks[0].findings, FindingCode::CitizenIdRestored), 3, "{name}");
    }
}

fn count(findings: &[Finding], code: FindingCode) -> usize {
    findings.iter().filter(|finding| finding.code == code).count()
}

fn people(block: &Block) -> Vec<(&str, &str, &str)> {
    block
        .records
        .iter()
        .map(|r| (r.full_name.as_str(), text(r.position.as_ref()), text(r.unit.as_ref())))
        .collect()
}

fn text(field: Option<&String>) -> &str {
    field.map_or("", String::as_str)
}

const LIST: [(&str, &str, &str); 5] = [
    ("Bùi Văn Ổi", "Trưởng phòng", "Phòng Nội vụ"),
    ("Đỗ Thị Mận", "Chuyên viên", "Phòng Nội vụ"),
    ("Siu H'Lê", "Văn thư", "Văn phòng"),
    ("Nguyễn Hữu Quýt", "Kế toán", "Văn phòng"),
    ("Trần Thị Thanh Trà", "Phó Trưởng phòng", "Phòng Tài chính"),
];

#[test]
fn legacy_text_is_decoded_by_what_the_columns_hold() {
    for name in ["tcvn3.xlwt.xls", "tcvn3.libreoffice.ods", "vni.xlwt.xls", "vni.libreoffice.ods"] {
        let reading = read_bytes(&bytes(name));
        let mut people = people(&reading.blocks[0]);
        // TCVN3 has no capital with a tone.
        assert_eq!(std::mem::replace(&mut people[0].0, LIST[0].0), "Bùi Văn Ước", "{name}");
        assert_eq!(people, LIST, "{name}");
        assert_eq!(count(&reading.blocks[0].findings, FindingCode::LegacyFont), 3, "{name}");
    }
}

#[test]
fn the_font_decides_where_a_short_name_alone_does_not() {
    for name in ["tcvn3-fonts.openpyxl.xlsx", "tcvn3-fonts.libreoffice.xls"] {
        let reading = read_bytes(&bytes(name));
        // .VnTimeH shows capitals.
        assert_eq!(people(&reading.blocks[0]), [("Lê Hà", "Kế toán", "PHÒNG NỘI VỤ")], "{name}");
        assert_eq!(count(&reading.blocks[0].findings, FindingCode::LegacyFont), 3, "{name}");
    }
}

#[test]
fn an_old_font_left_over_on_unicode_text_says_nothing() {
    let reading = read_bytes(&bytes("unicode-in-old-font.openpyxl.xlsx"));
    assert_eq!(people(&reading.blocks[0]), LIST);
    assert_eq!(count(&reading.blocks[0].findings, FindingCode::LegacyFont), 0);
}

#[test]
fn hidden_parts_are_seen_whoever_wrote_the_file() {
    for name in [
        "hidden.openpyxl.xlsx",
        "hidden.libreoffice.xlsx",
        "hidden.libreoffice.ods",
        "hidden.libreoffice.xls",
        "hidden.by-hand.xlsb",
    ] {
        let reading = read_bytes(&bytes(name));
        assert_eq!(people(&reading.blocks[0]), LIST, "{name}");
        let told: Vec<_> = reading.findings.iter().chain(&reading.blocks[0].findings).collect();
        let told: Vec<_> = told.iter().map(|finding| (finding.code, finding.details.join(","))).collect();
        assert_eq!(
            told,
            [
                (FindingCode::HiddenSheet, "Năm 2025".to_owned()),
                (FindingCode::HiddenRows, "2".to_owned()),
                (FindingCode::HiddenColumns, "C".to_owned())
            ],
            "{name}"
        );
        let decoded = decode(&bytes(name), &Limits::default()).unwrap();
        let mapping = with_hidden("leave-out", "leave-out");
        let cut = understand(&decoded.book, &mapping, &about("danh-sach.xlsx"));
        assert_eq!(people(&cut.blocks[0]), [LIST[0], LIST[2], LIST[4]], "{name}");
    }
}

#[test]
fn dates_are_the_same_since_1904_and_in_a_workbook_for_macros() {
    for name in ["since-1904.openpyxl.xlsx", "macros.libreoffice.xlsm"] {
        let reading = read_bytes(&bytes(name));
        let born = reading.blocks[0].records[0].birth.unwrap();
        assert_eq!(born.date(), chrono::NaiveDate::from_ymd_opt(1975, 10, 5), "{name}");
        assert_eq!(reading.blocks[0].findings, [], "{name}");
    }
}

#[test]
fn an_old_workbook_under_a_password_is_known_for_one() {
    let refusal = decode(&bytes("filepass.xlwt.xls"), &Limits::default()).unwrap_err();
    assert_eq!(refusal.code, FindingCode::Encrypted);
}
