//! What policy and an agency's own mapping decide.

use super::{MAPPING, about, book, names, sheet, today};
use rosterd::model::finding::FindingCode;
use rosterd::model::roster::{Column, Declared, Reading};
use rosterd::roster::sheet::{Book, Sheet};
use rosterd::roster::{About, Mapping, Sources, understand};
use rosterd::workbook::mappings;

fn codes(reading: &Reading) -> Vec<&'static str> {
    let in_blocks = reading.blocks.iter().flat_map(|block| &block.findings);
    reading.findings.iter().chain(in_blocks).map(|finding| finding.code.as_str()).collect()
}

pub(super) fn with_hidden(sheets: &str, rows: &str) -> Mapping {
    let reading = format!("[hidden]\nsheets = \"{sheets}\"\nrows = \"{rows}\"\n");
    Mapping::parse(&Sources { reading: &reading, ..Sources::EMBEDDED }).unwrap()
}

/// Two people, the second in a hidden row, and a hidden sheet with a third.
fn half_hidden() -> Book {
    let list = |rows: &[&str]| {
        let mut lines = vec!["DANH SÁCH CÔNG CHỨC", "STT|Họ và tên|Chức vụ"];
        lines.extend(rows);
        sheet(&lines)
    };
    let shown = Sheet {
        hidden_rows: [(3, 3), (30, 40)].into_iter().collect(),
        hidden_columns: [(2, 2), (9, 9)].into_iter().collect(),
        ..list(&["1|Nguyễn Văn An|Kế toán", "2|Trần Thị Bé|Văn thư"])
    };
    book([shown, Sheet { hidden: true, name: "Cũ".into(), ..list(&["1|Lê Thị Cũ|Kế toán"]) }])
}

#[test]
fn hidden_rows_are_read_and_hidden_sheets_are_not_and_both_are_said() {
    let reading = understand(&half_hidden(), &MAPPING, &about("x.xlsx"));
    assert_eq!(codes(&reading), ["hidden-sheet", "hidden-rows", "hidden-columns"]);
    assert_eq!(names(&reading.blocks[0]), ["Nguyễn Văn An", "Trần Thị Bé"]);
    assert_eq!(reading.blocks[0].declared, Declared::StaffList);
    let details: Vec<_> =
        reading.blocks[0].findings.iter().map(|finding| finding.details.join(",")).collect();
    assert_eq!(details, ["1", "C"]);
}

#[test]
fn policy_may_turn_both_round() {
    let reading = understand(&half_hidden(), &with_hidden("read", "leave-out"), &about("x.xlsx"));
    assert_eq!(codes(&reading), ["hidden-sheet-read", "hidden-rows-left-out", "hidden-columns"]);
    let read: Vec<_> = reading.blocks.iter().map(|block| (names(block), block.declared)).collect();
    assert_eq!(
        read,
        [(vec!["Nguyễn Văn An"], Declared::SomePeople), (vec!["Lê Thị Cũ"], Declared::StaffList)],
        "what was not read whole proves nobody's absence"
    );
}

/// Headers nobody could understand by their words.
fn odd_list() -> Book {
    book([sheet(&[
        "DANH SÁCH CÔNG CHỨC",
        "Mục|Ai|Làm gì|Ở đâu|Gọi số",
        "1|Nguyễn Văn An|Kế toán|Văn phòng|0978721495",
        "2|Trần Thị Bé|Văn thư|Phòng Nội vụ|0978721496",
    ])])
}

const PINS: &str = "[[list]]\nsheet = \"Sheet1\"\nheader_row = 2\ndeclares = \"whole-agency\"\n\
    columns = { number = \"A\", full_name = \"B\", position = \"C\", unit = \"D\", phone = \"E\" }\n";

fn pinned(text: &str) -> Mapping {
    let agencies = [("h26-04".to_owned(), text.to_owned())];
    Mapping::parse(&Sources { agencies: &agencies, ..Sources::EMBEDDED }).unwrap()
}

fn of_agency(agency: &str) -> About<'_> {
    About { file_name: "x.xlsx", agency: Some(agency), today: today() }
}

#[test]
fn an_odd_agencys_columns_are_laid_down_for_it_alone() {
    let reading = understand(&odd_list(), &pinned(PINS), &of_agency("h26-04"));
    assert_eq!(codes(&reading), Vec::<&str>::new());
    let [block] = &reading.blocks[..] else { panic!("{reading:?}") };
    assert_eq!((block.header_row, block.declared), (2, Declared::WholeAgency));
    assert_eq!(names(block), ["Nguyễn Văn An", "Trần Thị Bé"]);
    let record = &block.records[1];
    assert_eq!((record.unit.as_deref(), record.phone.as_deref()), (Some("Phòng Nội vụ"), Some("0978721496")));
    for about in [of_agency("h26-05"), about("x.xlsx")] {
        assert_eq!(codes(&understand(&odd_list(), &pinned(PINS), &about)), ["no-header"]);
    }
}

#[test]
fn columns_may_be_laid_down_without_the_header_row_and_beside_a_known_header() {
    let list = book([sheet(&[
        "STT|Họ và tên|Chức vụ|Chức vụ kiêm nhiệm|Nơi làm",
        "1|Nguyễn Văn An|Kế toán|Thủ quỹ|Văn phòng",
    ])]);
    let mapping = pinned("[[list]]\ncolumns = { position = \"D\", unit = \"E\" }\n");
    let reading = understand(&list, &mapping, &of_agency("h26-04"));
    let record = &reading.blocks[0].records[0];
    assert_eq!((record.position.as_deref(), record.unit.as_deref()), (Some("Thủ quỹ"), Some("Văn phòng")));
    assert_eq!(codes(&reading), Vec::<&str>::new());
}

#[test]
fn a_pinned_column_whose_header_says_something_else_is_told_of() {
    let list = book([sheet(&["STT|Họ và tên|Chức vụ|Điện thoại", "1|Nguyễn Văn An|Kế toán|0978721495"])]);
    let mapping = pinned("[[list]]\ncolumns = { unit = \"D\" }\n");
    let reading = understand(&list, &mapping, &of_agency("h26-04"));
    let [finding] = &reading.blocks[0].findings[..] else { panic!("{reading:?}") };
    assert_eq!((finding.code, finding.column.as_deref()), (FindingCode::PinnedColumnDiffers, Some("D")));
    assert_eq!(reading.blocks[0].columns[&Column::Unit], ["D"]);
}

#[test]
fn a_sites_mappings_are_files_and_an_error_names_file_and_key() {
    let folder = tempfile::tempdir().unwrap();
    let agencies = folder.path().join("rosters/agencies");
    std::fs::create_dir_all(&agencies).unwrap();
    std::fs::write(agencies.join("h26-04.toml"), PINS).unwrap();
    let mapping = mappings::load(Some(folder.path())).unwrap();
    assert_eq!(mapping.pinned_agencies().collect::<Vec<_>>(), ["h26-04"]);
    let error = |file: &str, text: &str| {
        std::fs::write(folder.path().join("rosters").join(file), text).unwrap();
        mappings::load(Some(folder.path())).unwrap_err().to_string()
    };
    let wrong = error("agencies/h26-04.toml", "[[list]]\ncolumns = { phone = \"5\" }\n");
    assert!(
        wrong.starts_with("mappings/rosters/agencies/h26-04.toml: list 1: columns.phone: expected"),
        "{wrong}"
    );
    let wrong = error("reading.toml", "[hidden]\nrows = \"read\"\n");
    assert!(wrong.contains("reading.toml") && wrong.contains("sheets"), "{wrong}");
    let file = tempfile::NamedTempFile::new().unwrap();
    let wrong = mappings::load(Some(file.path())).unwrap_err().to_string();
    assert!(wrong.contains(file.path().to_str().unwrap()), "{wrong}");
}
