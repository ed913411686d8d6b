//! Every finding code has a list, or a file, that brings it about.

use super::{MAPPING, about, book, merged, read, sheet, today};
use ring::hmac;
use rosterd::intake::accept::{Source, accept};
use rosterd::model::Lang;
use rosterd::model::agency::{Agencies, Agency};
use rosterd::model::citizen::MarkKeys;
use rosterd::model::finding::{Finding, FindingCode, Severity};
use rosterd::model::ids::{AgencyCode, RosterId};
use rosterd::model::roster::Reading;
use rosterd::roster::sheet::{Book, Cell, Sheet};
use rosterd::roster::{About, Mapping, Sources, understand};
use rosterd::workbook::{Limits, Reader, decode};
use rust_xlsxwriter::Workbook;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

const PERSON: &str = "1|Nguyễn Văn An|Kế toán|Văn phòng";
const HEADER: &str = "STT|Họ và tên|Chức vụ|Đơn vị";

/// What brings a code about.
enum Trigger {
    /// A list: its rows.
    List(&'static [&'static str]),
    /// A book.
    Book(Book),
    /// A book under another mapping than the built-in one.
    Mapped(Book, Box<Mapping>),
    /// A file.
    File(Vec<u8>),
    /// A file given to a reader process.
    Process(Box<Reader>),
    /// A list in the folder of the wrong agency.
    WrongFolder,
}

/// One person with `value` in the column `label`.
fn with(label: &'static str, value: &'static str) -> Trigger {
    Trigger::Book(book([sheet(&[&format!("STT|Họ và tên|{label}"), &format!("1|Nguyễn Văn An|{value}")])]))
}

/// A list with a cell that is no text.
fn with_cell(label: &str, cell: Cell) -> Trigger {
    let mut list = sheet(&[&format!("STT|Họ và tên|{label}"), "1|Nguyễn Văn An|?"]);
    list.rows[1][2] = cell;
    Trigger::Book(book([list]))
}

fn program() -> std::path::PathBuf {
    env!("CARGO_BIN_EXE_rosterd").into()
}

fn process(program: std::path::PathBuf, limits: Limits) -> Box<Reader> {
    Box::new(Reader::new(program, limits))
}

fn xlsx(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(&mut workbook);
    workbook.save_to_buffer().unwrap()
}

/// Two sheets, the second cut short.
fn half_broken() -> Vec<u8> {
    let whole = xlsx(|workbook| {
        for _ in 0..2 {
            workbook.add_worksheet().write(0, 0, "STT").unwrap();
        }
    });
    let mut archive = ZipArchive::new(Cursor::new(whole)).unwrap();
    let mut broken = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        if name.ends_with("sheet2.xml") {
            content.truncate(content.len() - 60);
        }
        broken.start_file(name, SimpleFileOptions::default()).unwrap();
        broken.write_all(&content).unwrap();
    }
    broken.finish().unwrap().into_inner()
}

fn hidden_row() -> Book {
    book([Sheet { hidden_rows: [(2, 2)].into_iter().collect(), ..sheet(&[HEADER, PERSON, PERSON]) }])
}

fn policy(sheets: &str, rows: &str) -> Box<Mapping> {
    let reading = format!("[hidden]\nsheets = \"{sheets}\"\nrows = \"{rows}\"\n");
    Box::new(Mapping::parse(&Sources { reading: &reading, ..Sources::EMBEDDED }).unwrap())
}

fn pinned() -> Box<Mapping> {
    let agencies = [("h26-04".to_owned(), "[[list]]\ncolumns = { unit = \"C\" }\n".to_owned())];
    Box::new(Mapping::parse(&Sources { agencies: &agencies, ..Sources::EMBEDDED }).unwrap())
}

#[allow(
    clippy::too_many_lines,
    reason = "a table: one entry a code, so that a new code does not build without one"
)]
fn trigger(code: FindingCode) -> Trigger {
    use FindingCode as Code;
    use Trigger::{Book as OfBook, File, List, Mapped, Process};
    let list = || sheet(&[HEADER, PERSON]);
    let hidden = || Sheet { hidden: true, name: "Cũ".into(), ..list() };
    match code {
        Code::EmptyWorkbook => OfBook(book([Sheet::default()])),
        Code::NoHeader => List(&["Nguyễn Văn An|Kế toán|0978721495"]),
        Code::NoNameColumn => List(&["STT|Chức vụ|Đơn vị|Số điện thoại", "1|Kế toán|Văn phòng|0978721495"]),
        Code::NoNames => List(&[HEADER, "1|||"]),
        Code::HiddenSheet => OfBook(book([list(), hidden()])),
        Code::HiddenSheetRead => Mapped(book([list(), hidden()]), policy("read", "read")),
        Code::HiddenRows => OfBook(hidden_row()),
        Code::HiddenRowsLeftOut => Mapped(hidden_row(), policy("read", "leave-out")),
        Code::HiddenColumns => {
            OfBook(book([Sheet { hidden_columns: [(2, 2)].into_iter().collect(), ..list() }]))
        }
        Code::PinnedColumnDiffers => Mapped(book([list()]), pinned()),
        Code::SheetWithoutList => OfBook(book([list(), sheet(&["Hướng dẫn điền mẫu"])])),
        Code::LegacyFont => List(&["STT|Họ và tên|Ghi chú", "1|NguyÔn V¨n Hïng|", "2|TrÇn ThÞ Thñy|"]),
        Code::InvisibleCharacters => with("Chức vụ", "Kế\u{202e} toán"),
        Code::LookAlike => with("Đơn vị", "ÐẢNG ỦY"),
        Code::NamesRecased => List(&[HEADER, "1|NGUYỄN VĂN AN|Kế toán|Văn phòng"]),
        Code::FormulaError => with_cell("Chức vụ", Cell::Error("#N/A".into())),
        Code::NoName => List(&[HEADER, PERSON, "2||Văn thư|Văn phòng"]),
        Code::OddName => List(&[HEADER, "1|Nguyễn Văn An 2|Kế toán|Văn phòng"]),
        Code::UnnumberedName => List(&[HEADER, PERSON, "|Trần Thị Bé||"]),
        Code::RowBelowSignature => {
            List(&[HEADER, PERSON, "|NGƯỜI LẬP BIỂU||", "|Trần Thị Bé|Văn thư|Văn phòng"])
        }
        Code::UnitRow => {
            List(&["DANH SÁCH ĐỀ NGHỊ THU HỒI TÀI KHOẢN", HEADER, PERSON, "2|Phòng Nội vụ||Văn phòng"])
        }
        Code::FreeTextRow => List(&["STT|Thông tin cần thay đổi|Ghi chú", "1|Đổi tên hộp thư|"]),
        Code::NoAction => List(&["STT|Họ và tên|Nội dung đề nghị", "1|Nguyễn Văn An|Khẩn"]),
        Code::DuplicateRow => List(&["STT|Họ và tên|Ngày sinh", "1|Lê An|05/10/1985", "2|LÊ AN|5-10-1985"]),
        Code::SharedCitizenId => {
            List(&["STT|Họ và tên|Số CCCD", "1|Lê An|022201921394", "2|Lê Bé|022201921394"])
        }
        Code::BadDate => with("Ngày sinh", "31/02/1990"),
        Code::TwoDigitYear => with("Ngày sinh", "05/10/85"),
        Code::SerialDate => with_cell("Ngày sinh", Cell::Number(31_325.0)),
        Code::UnlikelyBirth => with("Ngày sinh", "05/10/2025"),
        Code::BirthUnderBoth => OfBook(book([merged(
            sheet(&["STT|Họ và tên|Ngày sinh|", "||Nam|Nữ", "1|Nguyễn Văn An|05/10/1985|05/10/1985"]),
            &[(0, 2, 0, 3)],
        )])),
        Code::GenderUnclear => with("Giới tính", "chưa rõ"),
        Code::BadCitizenId => with("Số CCCD", "12345"),
        Code::CitizenIdLost => with("Số CCCD", "7.9E+10"),
        Code::CitizenIdRestored => with_cell("Số CMND", Cell::Number(23_456_789.0)),
        Code::CitizenIdDisagrees => {
            List(&["STT|Họ và tên|Ngày sinh|Số CCCD", "1|Lê An|05/10/1985|022201921394"])
        }
        Code::CitizenIdPlace => with("Số CCCD", "999201921394"),
        Code::BadPhone => with("Điện thoại", "12345"),
        Code::PhoneZeroRestored => with("Điện thoại", "978721495"),
        Code::PhonePrefixConverted => with("Điện thoại", "01655123456"),
        Code::BadEmail => with("Email", "chưa có"),
        Code::StatusUnclear => with("Tình trạng", "Sắp nghỉ hưu"),
        Code::DepartureUnanswered => {
            List(&["STT|Họ và tên|Đã nghỉ việc? (Đúng/Không)", "1|Nguyễn Văn An|Chưa trả lời"])
        }
        Code::PasswordColumn => with("Mật khẩu", "I-love-you"),
        Code::NotAWorkbook => File("Kính gửi phòng nhân sự".into()),
        Code::DamagedWorkbook => File(fixture("list.xlsx")[..400].to_vec()),
        Code::Encrypted => File(fixture("encrypted.xlsx")),
        Code::NumbersFile => {
            let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
            zip.start_file("Index/Document.iwa", SimpleFileOptions::default()).unwrap();
            File(zip.finish().unwrap().into_inner())
        }
        Code::Pdf => File("%PDF-1.7\n".into()),
        Code::HtmlAsXls => File("<html><table><tr><td>Họ và tên</td></tr></table></html>".into()),
        Code::TooLarge => File(vec![b'a'; usize::try_from(Limits::default().file_bytes).unwrap() + 1]),
        Code::ReaderOutOfMemory => {
            Process(process(program(), Limits { memory_bytes: 0, ..Limits::default() }))
        }
        Code::ReaderTimeout => Process(process(program(), Limits { wall_seconds: 0, ..Limits::default() })),
        Code::ReaderCrashed => Process(process("/bin/false".into(), Limits::default())),
        Code::SheetUnreadable => File(half_broken()),
        Code::CellsIgnored => File(xlsx(|workbook| {
            let page = workbook.add_worksheet();
            page.write(0, 0, "STT").unwrap().write(1_048_575, 16_383, ".").unwrap();
        })),
        Code::OtherAgency => Trigger::WrongFolder,
    }
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/workbooks").join(name))
        .unwrap()
}

fn all(reading: Reading) -> Vec<Finding> {
    let Reading { blocks, mut findings } = reading;
    findings.extend(blocks.into_iter().flat_map(|block| block.findings));
    findings
}

async fn findings(trigger: Trigger) -> Vec<Finding> {
    match trigger {
        Trigger::List(rows) => all(read(&book([sheet(rows)]))),
        Trigger::Book(book) => all(read(&book)),
        Trigger::Mapped(book, mapping) => {
            let about = About { file_name: "x.xlsx", agency: Some("h26-04"), today: today() };
            all(understand(&book, &mapping, &about))
        }
        Trigger::File(bytes) => match decode(&bytes, &Limits::default()) {
            Ok(decoded) => decoded.findings,
            Err(finding) => vec![finding],
        },
        Trigger::Process(mut reader) => {
            all(reader.read(&fixture("list.xlsx"), "x.xlsx", today()).await.unwrap())
        }
        Trigger::WrongFolder => {
            let mut reading =
                understand(&book([sheet(&["SỞ TÀI CHÍNH", HEADER, PERSON])]), &MAPPING, &about("x.xlsx"));
            let agency = |code: &str, name: &str| {
                let code = AgencyCode::parse(code).unwrap();
                let agency = Agency {
                    code: code.clone(),
                    name: name.into(),
                    parent: None,
                    kind: None,
                    contacts: vec![],
                    deputy: None,
                    mailboxes: Vec::new(),
                };
                (code, agency)
            };
            let agencies = Agencies::from([agency("snv", "Sở Nội vụ"), agency("stc", "Sở Tài chính")]);
            let source = Source {
                id: RosterId::new("1"),
                agency: AgencyCode::parse("snv").unwrap(),
                file: "x.xlsx".into(),
                sha256: String::new(),
                arrived: chrono::DateTime::UNIX_EPOCH,
                has_pdf: false,
            };
            let keys = MarkKeys { hash: hmac::Key::new(hmac::HMAC_SHA256, b"key"), naming: None };
            assert!(accept(&mut reading, source, &agencies, &keys).is_none());
            all(reading)
        }
    }
}

#[tokio::test]
async fn every_code_is_brought_about_by_something() {
    for code in FindingCode::ALL {
        let found = findings(trigger(*code)).await;
        let told = found.iter().find(|finding| finding.code == *code);
        let codes: Vec<FindingCode> = found.iter().map(|finding| finding.code).collect();
        let told = told.unwrap_or_else(|| panic!("{code}: {codes:?}"));
        for lang in [Lang::Vi, Lang::En] {
            let sentence = told.message(lang);
            assert!(!sentence.contains(['{', '}']), "{code}: something is not filled in: {sentence}");
        }
    }
}

#[tokio::test]
async fn a_sound_list_has_no_finding_of_any_code() {
    assert_eq!(findings(Trigger::List(&[HEADER, PERSON])).await, []);
}

#[test]
fn what_is_not_used_is_never_a_mere_remark() {
    for code in FindingCode::ALL {
        let (vi, en) = (code.sentence(Lang::Vi, &[]), code.sentence(Lang::En, &[]));
        if vi.contains("không được dùng") || en.contains("not used") {
            let remark = code.severity() == Severity::Info && *code != FindingCode::SheetWithoutList;
            assert!(!remark, "{code}: {vi}");
        }
    }
}
