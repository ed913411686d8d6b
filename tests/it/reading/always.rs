//! What holds for every book.

use super::{MAPPING, about, book, read, row, sheet};
use proptest::prelude::*;
use rosterd::model::finding::Severity;
use rosterd::roster::sheet::{Book, Cell, Merge, Sheet};
use rosterd::roster::understand;

/// Text that means something to the reader, wherever it stands.
const WORDS: &[&str] = &[
    "STT",
    "Họ và tên",
    "Họ",
    "Tên",
    "Ngày sinh",
    "Nam",
    "Nữ",
    "Chức vụ",
    "Đơn vị công tác",
    "Đề nghị",
    "Thay đổi",
    "Mật khẩu",
    "Số CCCD",
    "Ghi chú",
    "Số điện thoại",
    "DANH SÁCH CÁN BỘ",
    "Thông tin cần thay đổi",
    "I",
    "PHÒNG NỘI VỤ",
    "Tổng cộng",
    "THỦ TRƯỞNG",
    "Nguyễn Văn An",
    "x",
    "05/10/1985",
    "Nghỉ hưu từ",
    "từ",
    "7.9E+10",
    "NguyÔn V¨n",
    "Ñaëng",
    "ngày tháng năm 2026",
    "Kèm theo Công văn số 626/CV-VP ngày",
    ":",
    "-",
    "(1)",
    "II.",
    "UBND XÃ",
];

/// Cells as they occur and as they should not.
fn any_cell() -> impl Strategy<Value = Cell> {
    prop_oneof![
        3 => Just(Cell::Empty),
        6 => prop::sample::select(WORDS).prop_map(|word| Cell::Text(word.to_owned())),
        1 => ".{0,12}".prop_map(Cell::Text),
        1 => any::<f64>().prop_map(Cell::Number),
        1 => (0..60_000_i32).prop_map(|day| Cell::Number(f64::from(day))),
        1 => any::<bool>().prop_map(Cell::Bool),
        1 => Just(Cell::Error("#N/A".to_owned())),
        1 => any::<i32>().prop_map(|s| Cell::Date(chrono::DateTime::from_timestamp(s.into(), 0).unwrap().naive_utc())),
    ]
}

fn any_merge() -> impl Strategy<Value = Merge> {
    let corner = prop_oneof![9 => 0..8_u32, 1 => any::<u32>()];
    (corner.clone(), corner.clone(), corner.clone(), corner).prop_map(|(top, left, bottom, right)| Merge {
        top,
        left,
        bottom,
        right,
    })
}

/// Rows of any cells, below a sound header every other time.
fn any_sheet() -> impl Strategy<Value = Sheet> {
    let header = "STT|Họ và tên|Ngày sinh|Số CCCD|Chức vụ|Đơn vị|Đề nghị|Ghi chú";
    let rows = prop::collection::vec(prop::collection::vec(any_cell(), 0..9), 0..14);
    (any::<bool>(), rows, prop::collection::vec(any_merge(), 0..6)).prop_map(
        move |(sound, mut rows, merges)| {
            if sound {
                rows.insert(0, row(header));
            }
            Sheet { name: "S".into(), rows, merges, ..Sheet::default() }
        },
    )
}

/// People as rows of one list without sections.
fn any_person() -> impl Strategy<Value = String> {
    let name =
        prop::sample::select(&["Nguyễn Văn An", "TRẦN THỊ BÉ", "Lê  Cường", "Phạm Thị Dung", "=1+1", ""][..]);
    let birth = prop::sample::select(&["05/10/1985", "5-10-85", "1990", "31/02/1990", ""][..]);
    let id = prop::sample::select(&["022201921394", "12345678", "7.9E+10", "*********394", ""][..]);
    let note = prop::sample::select(&["", "Nghỉ hưu từ 01/12/2026", "Sắp nghỉ hưu", "Kiêm nhiệm"][..]);
    (name, birth, id, note)
        .prop_map(|(name, birth, id, note)| format!("{name}|{birth}|{id}|Văn phòng|0978721495|{note}"))
}

proptest! {
    #[test]
    fn no_book_makes_the_reader_panic(
        sheets in prop::collection::vec(any_sheet(), 0..3),
        file_name in ".{0,20}",
    ) {
        let book = Book { sheets };
        let reading = understand(&book, &MAPPING, &about(&file_name));
        // Nothing to use is always explained.
        prop_assert!(!reading.blocks.is_empty() || reading.findings.iter().any(|f| f.severity() == Severity::Error));
        for record in reading.blocks.iter().flat_map(|block| &block.records) {
            prop_assert!(record.row >= 1);
        }
    }

    #[test]
    fn the_order_of_rows_changes_no_record(
        people in prop::collection::vec(any_person(), 1..12).prop_shuffle(),
        seed in any::<usize>(),
    ) {
        let list = |people: &[(usize, &String)]| {
            let mut lines = vec!["STT|Họ và tên|Ngày sinh|Số CCCD|Đơn vị|Điện thoại|Ghi chú".to_owned()];
            lines.extend(people.iter().map(|(number, person)| format!("{number}|{person}")));
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let reading = read(&book([sheet(&lines)]));
            let mut records: Vec<_> = reading.blocks.into_iter().flat_map(|block| block.records).collect();
            // The row is where it stands; everything else belongs to the person, numbered by `people`.
            for record in &mut records {
                let (number, _) = people[usize::try_from(record.row).unwrap() - 2];
                record.row = u32::try_from(number).unwrap();
            }
            records.sort_by_key(|record| record.row);
            records
        };
        let mut numbered: Vec<_> = people.iter().enumerate().map(|(at, person)| (at + 1, person)).collect();
        let before = list(&numbered);
        let turn = seed % numbered.len();
        numbered.rotate_left(turn);
        numbered.reverse();
        prop_assert_eq!(before, list(&numbered));
    }
}
