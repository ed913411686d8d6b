//! The map read from a table.

use super::*;
use crate::model::agency::Agency;

fn agencies() -> Agencies {
    let agency = |(code, name): (&str, &str)| {
        let code = AgencyCode::parse(code).unwrap();
        let agency = Agency {
            code: code.clone(),
            name: name.into(),
            parent: None,
            kind: None,
            contacts: Vec::new(),
            deputy: None,
            mailboxes: Vec::new(),
        };
        (code, agency)
    };
    [("xaanbinh", "UBND xã An Bình"), ("snv", "Sở Nội vụ"), ("stc", "Sở Tài chính"), ("xaan", "UBND xã An")]
        .map(agency)
        .into()
}

fn read(rows: &[&[&str]]) -> Result<Reorganisation, Vec<String>> {
    let cells: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
    of_table(&cells, &agencies())
}

const HEAD: &[&str] =
    &["TT", "Cơ quan cũ", "Phòng, bộ phận", "Cơ quan mới", "Hình thức", "Ngày hiệu lực", "Văn bản"];

#[test]
fn an_official_list_gives_the_same_map_as_a_toml_file() {
    let map = read(&[
        &["PHƯƠNG ÁN SẮP XẾP ĐƠN VỊ HÀNH CHÍNH"],
        &[],
        &[
            "TT",
            "CƠ QUAN, ĐƠN VỊ CŨ",
            "Phòng, bộ phận",
            "Cơ quan mới",
            "Hình thức sắp xếp",
            "Ngày có hiệu lực",
            "Số văn bản",
            "Tên miền cũ",
            "Tên miền mới",
            "Giữ địa chỉ cũ đến ngày",
            "Ghi chú",
        ],
        &["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)", "(10)", "(11)"],
        &[
            "1",
            "UBND xã An; xabinh",
            "",
            "UBND xã An Bình",
            "Sáp nhập",
            "01/07/2025",
            "202/2025/QH15",
            "tinhcu.gov.vn",
            "tinh.gov.vn",
            "2026-06-30",
            "",
        ],
        &["2", "huyena", "", "xaanbinh", "chia tách", "", "", "", "", "", "phần còn lại"],
        &[
            "3",
            "huyena",
            "Phòng Nội vụ*; Phòng Dân tộc",
            "Sở Nội vụ",
            "Chia tách",
            "01/07/2025",
            "",
            "",
            "",
            "",
            "",
        ],
    ])
    .unwrap();
    let same: Reorganisation = toml::from_str(
        r#"
        name = "PHƯƠNG ÁN SẮP XẾP ĐƠN VỊ HÀNH CHÍNH"
        document = "202/2025/QH15"
        effective = "2025-07-01"
        alias_until = "2026-06-30"
        domains = { "tinhcu.gov.vn" = "tinh.gov.vn" }
        [[move]]
        from = ["huyena"]
        to = "snv"
        units = ["Phòng Nội vụ*", "Phòng Dân tộc"]
        [[move]]
        from = ["xaan", "xabinh"]
        to = "xaanbinh"
        [[move]]
        from = ["huyena"]
        to = "xaanbinh"
        "#,
    )
    .unwrap();
    assert_eq!(map, same);
    assert_eq!(map.check(&agencies()), Ok(()));
}

#[test]
fn everything_wrong_is_said_with_its_row_and_column() {
    let wrong = read(&[
        HEAD,
        &["1", "UBND xã Lạ", "", "snv", "", "01/07/2025", "202/2025/QH15"],
        &["2", "huyena", "", "Sở Ngoại vụ", "", "", ""],
        &["3", "huyenb", "", "", "", "", ""],
        &["4", "huyenc", "", "snv", "bán", "02/07/2025", ""],
    ])
    .unwrap_err();
    let starts = [
        "row 2, column B (Cơ quan cũ): \"UBND xã Lạ\" is no agency's code",
        "row 3, column D (Cơ quan mới): no agency has the code or the name \"Sở Ngoại vụ\"",
        "row 4, column D (Cơ quan mới): the new agency is expected in every row",
        "row 5, column E (Hình thức): \"bán\" is not known; expected one of: Sáp nhập, Chia tách, Đổi tên",
        "row 5, column F (Ngày hiệu lực): row 2 says \"01/07/2025\"",
    ];
    assert_eq!(wrong.len(), starts.len(), "{wrong:#?}");
    for (one, start) in wrong.iter().zip(starts) {
        assert!(one.starts_with(start), "{one}");
    }
}

#[test]
fn rows_that_do_not_fit_together_are_refused() {
    let one = |rows: &[[&str; 4]]| {
        let rows: Vec<[&str; 7]> = rows
            .iter()
            .map(|[from, units, to, form]| ["", from, units, to, form, "01/07/2025", "202/2025/QH15"])
            .collect();
        let all: Vec<&[&str]> = std::iter::once(HEAD).chain(rows.iter().map(<[&str; 7]>::as_slice)).collect();
        read(&all).map(|map| map.moves.len()).map_err(|wrong| wrong.join("\n"))
    };
    assert_eq!(one(&[["cu", "", "snv", "Đổi tên"], ["cu2", "", "stc", "Sáp nhập"]]), Ok(2));
    for (rows, says) in [
        (
            &[["cu", "", "snv", "Đổi tên"], ["cu2", "", "snv", "Sáp nhập"]][..],
            "row 2, column E (Hình thức): what is renamed goes alone",
        ),
        (&[["cu", "", "snv", "Chia tách"]], "row 2, column E (Hình thức): a split goes to several agencies"),
        (
            &[["cu", "", "snv", ""], ["cu", "", "stc", ""]],
            "row 3, column B (Cơ quan cũ): cu goes there whole",
        ),
        (
            &[["xaan", "", "snv", ""], ["cu", "", "xaan", ""]],
            "row 3, column D (Cơ quan mới): xaan is itself moved",
        ),
    ] {
        let wrong = one(rows).unwrap_err();
        assert!(wrong.contains(says), "{says}\n{wrong}");
    }
}

#[test]
fn a_table_without_a_day_a_document_or_headings_is_refused() {
    let said = |rows: &[&[&str]]| read(rows).unwrap_err().join("\n");
    assert!(said(&[&["a", "b"]]).starts_with("no row of headings"));
    let short: &[&str] = &["Cơ quan cũ", "Cơ quan mới", "Căn cứ"];
    assert!(said(&[short, &["cu", "snv", "202/2025/QH15"]]).contains("row 2, no column \"Ngày hiệu lực\""));
    assert!(said(&[HEAD, &["", "cu", "", "snv", "", "mai", "x"]]).contains("\"mai\" is no date"));
    assert!(
        said(&[&["Cơ quan cũ", "Cơ quan mới", "Mức độ"]])
            .contains("column C (Mức độ): the heading is not known")
    );
}
