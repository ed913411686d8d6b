//! The sample province, held against its truth.

use super::{MAPPING, about};
use calamine::{Data, Reader, SheetVisible, Sheets};
use chrono::NaiveDate;
use rosterd::model::finding::Severity;
use rosterd::model::person::Birth;
use rosterd::model::record::Record;
use rosterd::model::roster::Declared;
use rosterd::roster::sheet::{Book, Cell, Merge, Sheet};
use rosterd::roster::understand;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

fn province() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/province")
}

/// A workbook as cells, by calamine alone.
fn open(path: &Path) -> Book {
    let bytes = std::fs::read(path).unwrap();
    let mut sheets = calamine::open_workbook_auto_from_rs(std::io::Cursor::new(bytes)).unwrap();
    let metadata = sheets.sheets_metadata().to_vec();
    let mut book = Book::default();
    for meta in metadata {
        let range = sheets.worksheet_range(&meta.name).unwrap();
        let (height, width) = range.end().map_or((0, 0), |(row, column)| (row + 1, column + 1));
        let value = |row, column| range.get_value((row, column)).map_or(Cell::Empty, cell);
        let rows = (0..height).map(|row| (0..width).map(|column| value(row, column)).collect()).collect();
        let merges = match &mut sheets {
            Sheets::Xlsx(book) => book.merge_cells_by_sheet_name(&meta.name).unwrap(),
            Sheets::Xls(book) => book.merge_cells_by_sheet_name(&meta.name).unwrap(),
            Sheets::Xlsb(_) | Sheets::Ods(_) => vec![],
        };
        let merge = |d: calamine::Dimensions| Merge {
            top: d.start.0,
            left: d.start.1,
            bottom: d.end.0,
            right: d.end.1,
        };
        book.sheets.push(Sheet {
            name: meta.name,
            hidden: meta.visible != SheetVisible::Visible,
            rows,
            merges: merges.into_iter().map(merge).collect(),
            ..Sheet::default()
        });
    }
    book
}

fn cell(data: &Data) -> Cell {
    match data {
        Data::Empty => Cell::Empty,
        Data::Float(number) => Cell::Number(*number),
        Data::Int(number) => Cell::Text(number.to_string()),
        Data::Bool(flag) => Cell::Bool(*flag),
        Data::DateTime(moment) => moment.as_datetime().map_or(Cell::Empty, Cell::Date),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Cell::Text(text.clone()),
        Data::Error(error) => Cell::Error(error.to_string()),
    }
}

/// A record in the words of truth.json, what it does not say left out.
fn as_truth(record: &Record) -> Value {
    let mut fields = json!({
        "row": record.row,
        "full_name": record.full_name,
        "birth_date": record.birth.and_then(Birth::date),
        "gender": record.gender,
        "citizen_id": record.citizen_id.as_ref().map(|id| id.reveal().to_owned()),
        "staff_code": record.staff_code,
        "position": record.position,
        "unit": record.unit,
        "phone": record.phone,
        "email": record.email,
        "status": record.status,
        "action": record.action,
    });
    fields.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    fields
}

#[test]
fn every_row_of_the_sample_province_is_read_as_its_truth_says() {
    let truth: Value =
        serde_json::from_str(&std::fs::read_to_string(province().join("truth.json")).unwrap()).unwrap();
    let files = truth["files"].as_array().unwrap();
    assert_eq!(files.len(), 6);
    for file in files {
        let path = file["file"].as_str().unwrap();
        let name = path.rsplit('/').next().unwrap();
        let reading = understand(&open(&province().join(path)), &MAPPING, &about(name));
        let [block] = &reading.blocks[..] else { panic!("{path}: {} blocks", reading.blocks.len()) };
        let read: Vec<Value> = block.records.iter().map(as_truth).collect();
        assert_eq!(&Value::Array(read), &file["records"], "{path}");
        assert_eq!(block.declared.kind().as_str(), file["kind"], "{path}");
        let form = format!("mau-{:02}-", file["form"].as_u64().unwrap());
        assert!(block.form.as_deref().is_some_and(|id| id.starts_with(&form)), "{path}: {:?}", block.form);
        let odd = block.findings.iter().chain(&reading.findings).find(|f| f.severity() != Severity::Info);
        assert_eq!(odd, None, "{path}");
    }
}

#[test]
fn titles_name_agency_document_and_date() {
    let block = |path: &str| {
        let reading = understand(&open(&province().join("inbox").join(path)), &MAPPING, &about("x.xlsx"));
        reading.blocks.into_iter().next().unwrap()
    };
    let date = |year, month, day| NaiveDate::from_ymd_opt(year, month, day);
    let vpub = block("vpub/vpub-mau01.xlsx");
    assert_eq!(vpub.agency_in_title.as_deref(), Some("VĂN PHÒNG ỦY BAN NHÂN DÂN TỈNH"));
    let document = vpub.document.unwrap();
    assert_eq!((document.number.as_deref(), document.date), (Some("626/CV-VP"), date(2026, 11, 5)));
    let skhcn = block("skhcn/skhcn-mau04.xlsx");
    assert_eq!(skhcn.agency_in_title.as_deref(), Some("Sở Khoa học và Công nghệ"));
    assert_eq!((skhcn.header_row, skhcn.header_end, skhcn.document), (4, 4, None));
    let snv = block("snv/snv-mau06.xlsx");
    assert_eq!((snv.agency_in_title.as_deref(), snv.as_of), (Some("SỞ NỘI VỤ"), date(2026, 11, 15)));
    assert_eq!((snv.header_row, snv.header_end), (4, 5));
    let stc = block("stc/stc-mau09.xlsx");
    assert_eq!((stc.agency_in_title, stc.header_row, stc.header_end), (None, 1, 3));
    let tanlap = block("xatanlap/xatanlap-mau11.xlsx");
    assert_eq!(tanlap.agency_in_title.as_deref(), Some("ỦY BAN NHÂN DÂN XÃ TÂN LẬP"));
    assert_eq!((tanlap.as_of, tanlap.declared), (date(2026, 11, 1), Declared::StaffList));
    assert_eq!(
        Vec::from_iter(tanlap.units),
        [
            "Bộ phận Một cửa",
            "Phòng Chuyển đổi số",
            "Phòng Kế hoạch - Tài chính",
            "Phòng Tổ chức - Hành chính",
            "Văn phòng"
        ]
    );
    let retires = tanlap.records.iter().find(|record| record.row == 13).unwrap();
    assert_eq!(retires.effective_date, date(2026, 12, 1));
    assert_eq!(retires.note.as_deref(), Some("Nghỉ hưu từ 01/12/2026"));
}
