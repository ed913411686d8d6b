//! Nothing is lost: each row of a table is accounted for, and values come back as they were written.

use super::{MAPPING, about, book, read, sheet};
use chrono::{Datelike, NaiveDate};
use proptest::prelude::*;
use rosterd::model::citizen::CitizenId;
use rosterd::model::person::{Birth, Gender};
use rosterd::model::record::Record;
use rosterd::roster::understand;
use rosterd::workbook::{Limits, decode};
use rust_xlsxwriter::{Format, Workbook};
use std::collections::BTreeSet;

/// A row of the table, by what the person who typed it meant.
#[derive(Debug, Clone)]
enum Typed {
    /// A person, of whose cells some are left empty.
    Person {
        number: bool,
        birth: bool,
        phone: bool,
        position: bool,
        unit: bool,
        note: bool,
    },
    /// Data whose name was forgotten.
    Nameless {
        phone: bool,
    },
    Section(&'static str),
    Total(&'static str),
    Blank,
    Numbers,
}

fn any_typed() -> impl Strategy<Value = Typed> {
    let flags = any::<[bool; 6]>();
    prop_oneof![
        8 => flags.prop_map(|[number, birth, phone, position, unit, note]| {
            Typed::Person { number, birth, phone, position, unit, note }
        }),
        2 => any::<bool>().prop_map(|phone| Typed::Nameless { phone }),
        1 => prop::sample::select(&["I|PHÒNG NỘI VỤ", "|Văn phòng", "B. Phòng Tài chính", "2|Phòng Nội vụ"][..])
            .prop_map(Typed::Section),
        1 => prop::sample::select(&["|Cộng: 2 người", "Tổng cộng", "Tổng số: 5"][..]).prop_map(Typed::Total),
        1 => Just(Typed::Blank),
        1 => Just(Typed::Numbers),
    ]
}

fn line(at: usize, typed: &Typed) -> String {
    let given = ["An", "Bình", "Cường", "Dung", "Giang", "Hà"][at % 6];
    let when = |given: bool, text: &str| if given { text.to_owned() } else { String::new() };
    match typed {
        Typed::Person { number, birth, phone, position, unit, note } => [
            when(*number, &(at + 1).to_string()),
            format!("Nguyễn Văn {given}"),
            when(*birth, &format!("{:02}/10/1985", at % 28 + 1)),
            when(*position, "Chuyên viên"),
            when(*unit, "Văn phòng"),
            when(*phone, &format!("09787214{:02}", at % 100)),
            when(*note, "Kiêm nhiệm"),
        ]
        .join("|"),
        Typed::Nameless { phone } => {
            format!("||{}|Chuyên viên|Văn phòng||", when(*phone, "05/10/1985"))
        }
        Typed::Section(text) | Typed::Total(text) => (*text).to_owned(),
        Typed::Blank => String::new(),
        Typed::Numbers => format!("{}||||||", at + 1),
    }
}

/// The rows, from 1, that a record or a finding speaks of.
fn accounted_for(lines: &[String]) -> BTreeSet<u32> {
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let reading = read(&book([sheet(&lines)]));
    let blocks = reading.blocks.iter();
    let records = blocks.clone().flat_map(|block| block.records.iter().map(|record| record.row));
    let in_blocks = blocks.flat_map(|block| &block.findings);
    let findings = reading.findings.iter().chain(in_blocks).filter_map(|finding| finding.row);
    records.chain(findings).collect()
}

proptest! {
    #[test]
    fn each_row_with_a_person_is_a_record_or_has_a_finding(
        typed in prop::collection::vec(any_typed(), 1..20),
        title in prop::sample::select(&["DANH SÁCH CÔNG CHỨC", "Danh sách đề nghị cấp mới hộp thư", ""][..]),
    ) {
        let mut lines = vec![
            title.to_owned(),
            "STT|Họ và tên|Ngày sinh|Chức vụ|Đơn vị|Điện thoại|Ghi chú".to_owned(),
        ];
        lines.extend(typed.iter().enumerate().map(|(at, typed)| line(at, typed)));
        let told = accounted_for(&lines);
        for (row, typed) in (3..).zip(&typed) {
            if matches!(typed, Typed::Person { .. } | Typed::Nameless { .. }) {
                prop_assert!(told.contains(&row), "row {row} is lost: {:?}\n{lines:#?}", typed);
            }
        }
    }

    #[test]
    fn values_come_back_from_a_workbook_as_they_were_written(
        day in 0..20_000_i64,
        male in any::<bool>(),
        place in prop::sample::select(&["001", "022", "079", "096"][..]),
        tail in 0..1_000_000_u32,
        phone in (prop::sample::select(&["03", "05", "07", "08", "09"][..]), 0..100_000_000_u32),
        as_numbers in any::<bool>(),
    ) {
        let born = NaiveDate::from_ymd_opt(1950, 1, 1).unwrap() + chrono::Days::new(day.unsigned_abs());
        let century = (born.year() - 1900) / 100 * 2 + i32::from(!male);
        let id = format!("{place}{century}{:02}{tail:06}", born.year() % 100);
        let phone = format!("{}{:08}", phone.0, phone.1);
        let written = workbook(born, male, &id, &phone, as_numbers);
        let book = decode(&written, &Limits::default()).unwrap().book;
        let reading = understand(&book, &MAPPING, &about("x.xlsx"));
        let [Record { birth, gender, citizen_id, phone: read, .. }] = &reading.blocks[0].records[..] else {
            panic!("{reading:?}")
        };
        prop_assert_eq!(*birth, Some(Birth::Date(born)));
        prop_assert_eq!(*gender, Some(if male { Gender::Male } else { Gender::Female }));
        prop_assert_eq!(citizen_id.as_ref().map(CitizenId::reveal), Some(id.as_str()));
        prop_assert_eq!(read.as_deref(), Some(phone.as_str()));
    }
}

/// One person; as numbers, IDs and phones lose their zeros as they do in Excel.
fn workbook(born: NaiveDate, male: bool, id: &str, phone: &str, as_numbers: bool) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let page = workbook.add_worksheet();
    let header = ["STT", "Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Điện thoại"];
    page.write_row(0, 0, header).unwrap();
    let dated = Format::new().set_num_format("dd/mm/yyyy");
    let since = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap();
    let serial = u32::try_from((born - since).num_days()).unwrap();
    page.write(1, 0, 1).unwrap().write(1, 1, "Nguyễn Văn An").unwrap();
    page.write_with_format(1, 2, serial, &dated).unwrap();
    page.write(1, 3, if male { "Nam" } else { "Nữ" }).unwrap();
    for (column, digits) in [(4, id), (5, phone)] {
        if as_numbers {
            page.write(1, column, digits.parse::<f64>().unwrap()).unwrap();
        } else {
            page.write(1, column, digits).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}
