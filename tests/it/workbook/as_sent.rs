//! Feedback looks as what was sent did, and is a roster again once it is corrected.

use super::{book, fixture, reader, today};
use rosterd::model::Lang;
use rosterd::model::finding::FindingCode;
use rosterd::model::roster::{Column, Reading};
use rosterd::roster::sheet::{Book, Cell, Merge};
use rosterd::workbook::layout::{Layout, Layouts, read};
use rosterd::workbook::{Annotations, Limits, feedback, summary};
use rust_xlsxwriter::{Format, Workbook};

/// Writes a book as any program would, without looks.
pub fn save(book: &Book) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let day = Format::new().set_num_format("dd/mm/yyyy");
    for sheet in &book.sheets {
        let page = workbook.add_worksheet().set_name(&sheet.name).unwrap().set_hidden(sheet.hidden);
        for Merge { top, left, bottom, right } in &sheet.merges {
            let (left, right) = (u16::try_from(*left).unwrap(), u16::try_from(*right).unwrap());
            page.merge_range(*top, left, *bottom, right, "", &Format::new()).unwrap();
        }
        for (row, cells) in (0..).zip(&sheet.rows) {
            for (column, cell) in (0..).zip(cells) {
                match cell {
                    Cell::Empty => continue,
                    Cell::Text(text) | Cell::Error(text) => page.write_string(row, column, text),
                    Cell::Number(number) => page.write_number(row, column, *number),
                    Cell::Bool(truth) => page.write_boolean(row, column, *truth),
                    Cell::Date(time) => page.write_number_with_format(row, column, serial(*time), &day),
                }
                .unwrap();
            }
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// The day number of a date.
fn serial(time: chrono::NaiveDateTime) -> f64 {
    let origin = chrono::NaiveDate::from_ymd_opt(1899, 12, 30).unwrap();
    f64::from(i32::try_from((time.date() - origin).num_days()).unwrap())
}

async fn fed_back(bytes: &[u8], name: &str) -> (Reading, Vec<u8>) {
    let mut reader = reader(Limits::default());
    let sent = reader.read(bytes, name, today()).await.unwrap();
    assert!(!sent.blocks.is_empty(), "{name}: {:?}", sent.findings);
    let written = reader.annotate(bytes, Annotations::of(&sent, Lang::Vi, vec![])).await.unwrap();
    (sent, written)
}

fn width(layout: &Layout, column: u32) -> f64 {
    layout.columns[&column]
}

#[tokio::test]
async fn widths_heights_and_what_is_hidden_stay_as_sent() {
    for name in ["layout.xlsx", "layout.ods"] {
        let (_, written) = fed_back(&fixture(name), name).await;
        let (before, after) = (read(&fixture(name)), read(&written));
        let (sent, got) = (&before.sheets["Phòng A & B"], &after.sheets["Phòng A & B"]);
        for column in [0, 1, 3] {
            let (sent, got) = (width(sent, column), width(got, column));
            assert!((sent - got).abs() < 0.5, "{name}: column {column} was {sent}, is {got}");
        }
        if name == "layout.xlsx" {
            assert!((width(got, 1) - 30.3).abs() < 0.1, "31 with its margins: {}", width(got, 1));
        }
        let height = got.rows[&0];
        assert!((height - 42.0).abs() < 0.5, "{name}: {height}");
        for book in [book(&fixture(name)), book(&written)] {
            let sheet = book.sheets.iter().find(|sheet| sheet.name == "Phòng A & B").unwrap();
            let hidden =
                [&sheet.hidden_rows, &sheet.hidden_columns].map(|spans| spans.iter().collect::<Vec<_>>());
            assert_eq!(hidden, [vec![(4, 4)], vec![(4, 4)]], "{name}");
        }
    }
}

#[tokio::test]
async fn numbers_and_dates_are_shown_as_sent() {
    let (_, written) = fed_back(&fixture("layout.xlsx"), "layout.xlsx").await;
    let Layouts { sheets, shown } = read(&written);
    let sheet = &sheets["Phòng A & B"];
    let code = |row, column| {
        let at = usize::from(sheet.shown(row, column)).checked_sub(1)?;
        shown[at].code.as_deref()
    };
    assert_eq!(code(2, 2), Some("d/m/yyyy"));
    assert_eq!(code(2, 3), Some("000000000000"), "a citizen ID keeps the zero it was shown with");
    assert_eq!(code(2, 4), Some("#,##0"));
    assert_eq!(code(2, 5), Some("@"), "what is typed into a text cell stays text");
    assert_eq!(code(3, 2), Some("@"), "and so does what is typed into a wrong one");
}

#[test]
fn text_in_an_old_font_keeps_it_or_nobody_could_read_it() {
    let mut workbook = Workbook::new();
    let old = Format::new().set_font_name(".VnTime");
    let page = workbook.add_worksheet();
    for (column, title) in (0..).zip(["STT", "Họ và tên", "Chức vụ"]) {
        page.write_string(0, column, title).unwrap();
    }
    page.write_number(1, 0, 1.0).unwrap();
    page.write_string_with_format(1, 1, "NguyÔn V¨n An", &old).unwrap();
    page.write_string(1, 2, "Chuyên viên").unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    let written = feedback::write(&book(&bytes), &read(&bytes), &Annotations::default()).unwrap();
    let Layouts { sheets, shown } = read(&written);
    let font = |column| {
        let at = usize::from(sheets["Sheet1"].shown(1, column)).checked_sub(1)?;
        shown[at].old_font.as_deref()
    };
    assert_eq!((font(1), font(2)), (Some(".VnTime"), None));
}

#[tokio::test]
async fn several_sheets_and_lists_keep_their_places_and_each_has_its_results() {
    let (sent, written) = fed_back(&fixture("layout.xlsx"), "layout.xlsx").await;
    assert_eq!(sent.blocks.len(), 3);
    let (before, after) = (book(&fixture("layout.xlsx")), book(&written));
    assert_eq!(after.sheets.len(), before.sheets.len() + 1);
    for (sent, got) in before.sheets.iter().zip(&after.sheets[1..]) {
        assert_eq!((&sent.name, &sent.merges), (&got.name, &got.merges));
        for (row, (sent, got)) in sent.rows.iter().zip(&got.rows).enumerate() {
            assert_eq!(sent[..], got[..sent.len()], "row {row}");
        }
        let results = got.rows.iter().filter(|row| row.get(6).is_some_and(|cell| *cell != Cell::Empty));
        let (lists, people) = lists_of(&sent.name, &before);
        assert_eq!(results.count(), lists + people, "a header a list and a result a person");
    }
}

/// The lists of a sheet, and the people in them.
fn lists_of(sheet: &str, before: &Book) -> (usize, usize) {
    let rows = &before.sheets.iter().find(|one| one.name == sheet).unwrap().rows;
    let headers = rows.iter().filter(|row| row.first() == Some(&Cell::Text("STT".into())));
    let people = rows.iter().filter(|row| matches!(row.first(), Some(Cell::Number(_))));
    (headers.count(), people.count())
}

#[tokio::test]
async fn what_is_wrong_is_said_in_words_and_not_by_colour_alone() {
    let (_, written) = fed_back(&fixture("layout.xlsx"), "layout.xlsx").await;
    let page = &book(&written).sheets[1];
    let Cell::Text(result) = page.cell(3, 6) else { panic!("no result: {:?}", page.rows[3]) };
    assert!(result.lines().all(|line| line.starts_with("Cần xem lại: ")), "{result}");
    assert_eq!(page.cell(2, 6), &Cell::Text("Ghi chú: Excel đã bỏ số 0 ở đầu số căn cước; đã khôi phục. Lần sau hãy định dạng cột là Văn bản (Text).".into()));
}

#[tokio::test]
async fn a_corrected_cell_is_no_finding_any_more() {
    let (sent, written) = fed_back(&fixture("layout.xlsx"), "layout.xlsx").await;
    let on_row = |reading: &Reading| -> Vec<FindingCode> {
        let all = reading.blocks.iter().flat_map(|block| &block.findings);
        all.filter(|one| one.row == Some(4) && one.severity() > rosterd::model::finding::Severity::Info)
            .map(|one| one.code)
            .collect()
    };
    assert!(on_row(&sent).contains(&FindingCode::BadDate), "{:?}", on_row(&sent));
    let mut corrected = book(&written);
    corrected.sheets[1].rows[3][2] = Cell::Text("28/02/1991".into());
    let again = reader(Limits::default()).read(&save(&corrected), "layout.xlsx", today()).await.unwrap();
    assert_eq!(on_row(&again), []);
    let people = |reading: &Reading| reading.blocks.iter().map(|block| block.records.len()).sum::<usize>();
    assert_eq!((people(&again), again.findings.len()), (people(&sent), sent.findings.len()));
    assert!(again.blocks.iter().all(|block| block.columns.contains_key(&Column::Ours)));
}

#[tokio::test]
async fn feedback_of_every_format_is_read_as_the_roster_was() {
    let csv = "STT;Họ và tên;Ngày sinh;Chức vụ;Điện thoại\n1;Trần Văn Bưởi;14/03/1985;Chuyên viên;0912000001\n\
               2;Đỗ Thị Mận;02/12/1991;Kế toán;0912000002\n";
    let mut files: Vec<(&str, Vec<u8>)> =
        ["list.xlsx", "list.xls", "list.xlsb", "list.ods", "layout.xlsx", "layout.ods"]
            .map(|name| (name, fixture(name)))
            .to_vec();
    files.push(("list.csv", csv.as_bytes().to_vec()));
    for (name, bytes) in files {
        let (mut sent, written) = fed_back(&bytes, name).await;
        let mut again = reader(Limits::default()).read(&written, name, today()).await.unwrap();
        for block in &mut again.blocks {
            assert!(block.columns.remove(&Column::Ours).is_some(), "{name}");
        }
        // What was repaired in a number stays a number; nothing is found that was not there.
        for reading in [&mut sent, &mut again] {
            reading.findings.sort();
        }
        assert_eq!(again, sent, "{name}");
    }
}

#[test]
fn a_file_that_says_nothing_of_its_looks_has_none() {
    for bytes in
        [&b"PK\x03\x04"[..], b"", b"%PDF-1.4", b"a;b\n1;2\n", &fixture("list.xls"), &fixture("list.xlsb")]
    {
        assert_eq!(read(bytes), Layouts::default());
    }
}

#[test]
fn a_template_in_feedback_keeps_its_drop_down_lists() {
    use rosterd::model::roll::Roll;
    use rosterd::workbook::template::{Template, write};
    let roll = Roll::default();
    let template =
        Template { agency: "Sở Nội vụ", roll: &roll, today: today(), sender: "Sở Mẫu", phone: "1" };
    let bytes = write(&template).unwrap();
    let mapping = rosterd::roster::Mapping::embedded().unwrap();
    let mut sent = book(&bytes);
    sent.sheets[0].rows.resize_with(8, Vec::new);
    sent.sheets[0].rows[7] = vec![Cell::Number(1.0), Cell::Text("Trần Văn Bưởi".into())];
    let mut lists = sent.clone();
    lists.sheets.truncate(1);
    let reading = rosterd::roster::understand(
        &lists,
        &mapping,
        &rosterd::roster::About { file_name: "a.xlsx", agency: None, today: today() },
    );
    let written =
        feedback::write(&sent, &read(&bytes), &Annotations::of(&reading, Lang::Vi, vec![])).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&written)).unwrap();
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet2.xml").unwrap(), &mut xml)
        .unwrap();
    assert_eq!(xml.matches("<dataValidation ").count(), 4, "{xml}");
    let back = book(&written);
    assert!(summary::is_ours(&back.sheets[0]) && back.sheets.len() == 3, "the instructions come back too");
}
