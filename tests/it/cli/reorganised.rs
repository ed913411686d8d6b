//! A map of old to new agencies as offices issue it, a CSV or a workbook, through the program.

use super::first_steps::said;
use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use rosterd::model::account::AccountKind;
use rosterd::model::change::{Reason, State};

const HEAD: &str =
    "PHƯƠNG ÁN SẮP XẾP CƠ QUAN\nTT;Cơ quan cũ;Cơ quan mới;Hình thức;Ngày hiệu lực;Số văn bản\n";

#[tokio::test]
async fn a_map_in_a_csv_moves_an_agency_as_one_batch() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "reorganisation = \"sap-xep.csv\"\n---\n").await;
    let line = "1;Sở Nội vụ;stc;Sáp nhập;01/07/2025;202/2025/QH15\n";
    std::fs::write(site.path("sap-xep.csv"), format!("{HEAD}{line}")).unwrap();
    let people = desk::accounts("snv").await.len();
    site.pass(3);
    let held = site.changes(Some(State::Held)).await;
    let moved: Vec<_> = held.iter().filter(|one| one.change.reason == Reason::Reorganisation).collect();
    assert!(moved.len() >= people && people > 0, "{} of {people}", moved.len());
    for one in &moved {
        assert_eq!(one.change.document.as_deref(), Some("202/2025/QH15"));
        assert_eq!(one.change.agency.as_str(), "stc");
    }
    let brakes: std::collections::BTreeSet<_> = moved.iter().map(|one| one.brake.clone().unwrap()).collect();
    assert_eq!(brakes.len(), 1, "one batch");
    assert!(desk::accounts("snv").await.iter().all(|one| one.kind == AccountKind::Person));
}

#[tokio::test]
async fn what_is_wrong_with_a_map_is_said_with_its_row_and_column() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "reorganisation = \"sap-xep.xlsx\"\n---\n").await;
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let day = rust_xlsxwriter::ExcelDateTime::parse_from_str("2025-07-01").unwrap();
    let format = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
    for (column, text) in (0..).zip(["Cơ quan cũ", "Cơ quan mới", "Hình thức", "Ngày hiệu lực", "Văn bản"])
    {
        sheet.write(0, column, text).unwrap();
    }
    for (column, text) in (0..).zip(["snv", "Sở Ngoại vụ", "Đổi tên", "", "202/2025/QH15"]) {
        sheet.write(1, column, text).unwrap();
    }
    sheet.write_with_format(1, 3, &day, &format).unwrap();
    sheet.write(2, 0, "stc").unwrap();
    book.save(site.path("sap-xep.xlsx")).unwrap();
    let check = said(&site.rosterd(&["check"]));
    for part in [
        "ERROR  reorganisation: sap-xep.xlsx: row 2, column B (Cơ quan mới): no agency has the code or the name \"Sở \
         Ngoại vụ\"",
        "ERROR  reorganisation: sap-xep.xlsx: row 3, column B (Cơ quan mới): the new agency is expected in every row",
    ] {
        assert!(check.contains(part), "{part}\n{check}");
    }
    let run = site.rosterd(&["run", "--once"]);
    assert_eq!(run.status.code(), Some(1));
    assert!(said(&run).contains("row 3, column B"), "{}", said(&run));
    std::fs::write(site.path("sap-xep.xlsx"), b"").unwrap();
    assert_eq!(site.rosterd(&["run", "--once"]).status.code(), Some(1), "an empty file is no map");
}
