//! The template: filled in with what is known, corrected, dropped, and read without loss.

use super::as_sent::save;
use super::{book, today};
use crate::support::site::{Base, Dir, Site};
use chrono::Datelike;
use rosterd::model::change::{ChangeKind, Reason, State, StoredChange};
use rosterd::model::citizen::CitizenMark;
use rosterd::model::finding::{Finding, FindingCode, Severity};
use rosterd::model::ids::AgencyCode;
use rosterd::model::name::PersonName;
use rosterd::model::person::{Birth, Gender};
use rosterd::model::record::Status;
use rosterd::model::roll::{Entry, Gone, Roll, Why};
use rosterd::model::roster::{Declared, Reading, RosterKind};
use rosterd::roster::sheet::{Book, Cell};
use rosterd::roster::{Mapping, understand};
use rosterd::workbook::template::{
    ACTIONS, STATUSES, Template, action_word, is_instructions, status_word, write,
};
use std::io::Read;

const HEADER: usize = 6;
const NAME: usize = 1;
const CITIZEN: usize = 4;
const STATUS: usize = 10;
const ACTION: usize = 12;
const DEPARTED: usize = 13;

fn entry(name: &str) -> Entry {
    Entry {
        name: PersonName::new(name).unwrap(),
        birth: Some(Birth::Date(today().with_year(1985).unwrap())),
        gender: Some(Gender::Female),
        citizen: Some(CitizenMark { hash: "x".into(), tail: "394".into(), sealed: None }),
        staff_code: Some("CC007".into()),
        position: Some("Chuyên viên".into()),
        unit: Some("Văn phòng".into()),
        phone: Some("0912000001".into()),
        mail: Some("buoi@vidu.gov.vn".into()),
        status: Some(Status::Active),
        effective: None,
        note: Some("Kiêm nhiệm văn thư".into()),
        missing: false,
    }
}

fn template(roll: &Roll) -> Vec<u8> {
    let made =
        Template {
            agency: "Sở Nội vụ", roll, today: today(), sender: "Sở Mẫu", phone: "0200 000 000"
        };
    write(&made).unwrap()
}

/// Reads a book as the reader process does.
fn reading(mut book: Book) -> Reading {
    book.sheets.retain(|sheet| !is_instructions(sheet));
    understand(
        &book,
        &Mapping::embedded().unwrap(),
        &rosterd::roster::About { file_name: "danh-sach.xlsx", agency: None, today: today() },
    )
}

#[test]
fn what_is_filled_in_is_read_back_without_loss() {
    let born = Entry { birth: Some(Birth::Year(1979)), ..entry("Lê Thị Quýt") };
    let bare = Entry {
        name: PersonName::new("Hồ Na").unwrap(),
        birth: None,
        gender: None,
        citizen: None,
        staff_code: None,
        position: None,
        unit: None,
        phone: None,
        mail: None,
        status: None,
        effective: None,
        note: None,
        missing: false,
    };
    let away =
        Entry { status: Some(Status::Seconded), effective: Some(today()), ..entry("Đỗ Thị Mận") };
    let entries = vec![entry("Trần Thị Bưởi"), born, bare, away];
    let read = reading(book(&template(&Roll { entries: entries.clone(), gone: vec![] })));
    let [block] = read.blocks.as_slice() else { panic!("{:?}", read.findings) };
    assert_eq!((&block.findings, &read.findings), (&vec![], &vec![]), "a masked ID is no wrong one");
    assert_eq!(
        (block.declared, block.agency_in_title.as_deref()),
        (Declared::WholeAgency, Some("SỞ NỘI VỤ"))
    );
    assert_eq!((&block.units, &block.document, block.as_of), (&[].into(), &None, None));
    assert_eq!(block.records.len(), entries.len());
    for (record, entry) in block.records.iter().zip(&entries) {
        let status = Some(entry.status.unwrap_or_default());
        assert_eq!(
            (
                &record.full_name,
                record.birth,
                record.gender,
                &record.staff_code,
                &record.position,
                &record.unit
            ),
            (&entry.name, entry.birth, entry.gender, &entry.staff_code, &entry.position, &entry.unit)
        );
        assert_eq!(
            (&record.phone, &record.email, record.status, record.effective_date, &record.note),
            (&entry.phone, &entry.mail, status, entry.effective, &entry.note)
        );
        assert_eq!((&record.citizen_id, record.action, record.departure_confirmed), (&None, None, false));
    }
}

#[test]
fn every_word_of_the_drop_down_lists_is_understood() {
    let many = || Roll { entries: (0..13).map(|_| entry("Trần Thị Bưởi")).collect(), gone: vec![] };
    let mut book = book(&template(&many()));
    for (row, status) in (HEADER + 1..).zip(STATUSES) {
        book.sheets[0].rows[row][STATUS] = Cell::Text(status_word(status).into());
    }
    for (row, action) in (HEADER + 9..).zip(ACTIONS) {
        book.sheets[0].rows[row].resize(15, Cell::Empty);
        book.sheets[0].rows[row][ACTION] = Cell::Text(action_word(action).into());
    }
    let records = reading(book).blocks.remove(0).records;
    assert_eq!(records.iter().take(8).map(|one| one.status.unwrap()).collect::<Vec<_>>(), STATUSES);
    assert_eq!(records.iter().skip(8).map(|one| one.action.unwrap()).collect::<Vec<_>>(), ACTIONS);
}

#[test]
fn it_is_ours_without_its_title_and_without_its_question() {
    let whole = || book(&template(&Roll { entries: vec![entry("Trần Thị Bưởi")], gone: vec![] }));
    let declared = |book| reading(book).blocks.remove(0).declared;
    let mut untitled = whole();
    untitled.sheets[0].rows.drain(..HEADER);
    untitled.sheets[0].merges.clear();
    assert_eq!(declared(untitled), Declared::WholeAgency);
    let mut unasked = whole();
    for row in &mut unasked.sheets[0].rows[HEADER..] {
        if row.len() > DEPARTED {
            row.remove(DEPARTED);
        }
    }
    assert_eq!(declared(unasked), Declared::WholeAgency);
    let mut both = whole();
    both.sheets[0].rows.drain(..HEADER);
    both.sheets[0].rows[0].truncate(ACTION);
    both.sheets[0].merges.clear();
    assert_ne!(declared(both), Declared::WholeAgency, "then it is a list like any other");
}

#[test]
fn it_is_recognised_after_libreoffice_saved_it() {
    let bytes = super::fixture("template-libreoffice.xlsx");
    let read = reading(book(&bytes));
    let block = &read.blocks[0];
    assert_eq!((block.declared, block.records.len()), (Declared::WholeAgency, 2), "{:?}", block.findings);
    assert_eq!(block.form.as_deref(), Some("rosterd-danh-sach"));
    assert_eq!(
        block.findings.iter().map(|one| one.code).collect::<Vec<_>>(),
        [FindingCode::DepartureUnanswered]
    );
}

#[test]
fn answers_to_the_question_are_heard() {
    let asked = |answer: Option<&str>, status: Option<&str>| {
        let entries = vec![entry("Trần Thị Bưởi"), Entry { missing: true, ..entry("Lê Thị Quýt") }];
        let mut book = book(&template(&Roll { entries, gone: vec![] }));
        let row = &mut book.sheets[0].rows[HEADER + 2];
        row.resize(15, Cell::Empty);
        let text = |text: &str| Cell::Text(text.into());
        if let Some(answer) = answer {
            row[DEPARTED] = text(answer);
        }
        row[STATUS] = status.map_or(Cell::Empty, text);
        let block = reading(book).blocks.remove(0);
        let said = block.records.get(1).map(|one| (one.status.unwrap_or_default(), one.departure_confirmed));
        (said, block.findings.first().map(|one| one.code))
    };
    assert_eq!(asked(None, None), (None, Some(FindingCode::DepartureUnanswered)));
    assert_eq!(asked(Some("Đúng"), None), (Some((Status::Resigned, true)), None));
    assert_eq!(asked(Some("đúng"), Some("Nghỉ hưu")), (Some((Status::Retired, true)), None));
    assert_eq!(asked(Some("Không"), None), (Some((Status::Active, false)), None));
    assert_eq!(asked(Some("Đúng"), Some("Chuyển công tác")), (Some((Status::Transferred, false)), None));
    let unclear = Some(FindingCode::StatusUnclear);
    assert_eq!(asked(Some("Đúng"), Some("Đang công tác")), (Some((Status::Active, false)), unclear));
    assert_eq!(asked(Some("Không"), Some("Nghỉ hưu")), (Some((Status::Active, false)), unclear));
    assert_eq!(asked(Some("hỏi lại"), None), (None, unclear));
}

#[test]
fn an_unclear_request_in_a_list_leaves_the_person_in_it() {
    let mut book = book(&template(&Roll { entries: vec![entry("Trần Thị Bưởi")], gone: vec![] }));
    book.sheets[0].rows[HEADER + 1].resize(15, Cell::Empty);
    book.sheets[0].rows[HEADER + 1][ACTION] = Cell::Text("như trên".into());
    let block = reading(book).blocks.remove(0);
    assert_eq!((block.records.len(), block.records[0].action), (1, None));
    assert_eq!(block.findings[0].code, FindingCode::NoAction);
}

#[test]
fn it_holds_no_formula_masks_ids_and_lets_no_program_change_a_cell() {
    let risky = Entry { note: Some("=1+1".into()), ..entry("Trần Thị Bưởi") };
    let gone = Gone {
        name: PersonName::new("=Lê Văn Cam").unwrap(),
        why: Why::Elsewhere("Sở Tài chính".into()),
    };
    let bytes = template(&Roll { entries: vec![risky], gone: vec![gone] });
    let written = book(&bytes);
    assert_eq!(written.sheets[0].cell(HEADER + 1, CITIZEN), &Cell::Text("•••••••••394".into()));
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
    let mut part = |name: &str| {
        let mut xml = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut xml).unwrap();
        xml
    };
    let (list, help) = (part("xl/worksheets/sheet1.xml"), part("xl/worksheets/sheet2.xml"));
    assert!(!list.contains("<f>") && !help.contains("<f>"));
    assert_eq!(list.matches("<dataValidation ").count(), 4);
    assert!(list.contains(r#"orientation="landscape""#) && list.contains(r#"paperSize="9""#));
    assert!(list.contains(r#"state="frozen""#) && part("xl/workbook.xml").contains("_xlnm.Print_Titles"));
    let layouts = rosterd::workbook::layout::read(&bytes);
    let sheet = &layouts.sheets["Danh sách"];
    for column in 1..15 {
        for row in [HEADER + 1, HEADER + 5] {
            let at = usize::from(sheet.shown(row, column)) - 1;
            assert_eq!(layouts.shown[at].code.as_deref(), Some("@"), "row {row}, column {column}");
        }
    }
}

/// A site where everything that the sample asks for is done.
async fn settled() -> Site {
    let site = Site::new(Base::Sqlite, Dir::Slapd, "").await;
    site.drop_province();
    site.pass(3);
    site.approve_everything().await;
    site.pass(0);
    site
}

/// The template of an agency as the program makes it.
fn made(site: &Site, agency: &str, file: &str) -> Book {
    let path = site.path(file);
    let out = site.expect(&["template", agency, "--out", &path.to_string_lossy()], 0);
    assert!(out.contains(" people, "), "{out}");
    book(&std::fs::read(path).unwrap())
}

fn drop_book(site: &Site, agency: &str, name: &str, book: &Book) {
    site.drop_bytes(agency, name, &save(book));
}

/// What was proposed since and stands, by kind and reason.
async fn standing(site: &Site) -> Vec<StoredChange> {
    let mut found = site.changes(Some(State::Proposed)).await;
    found.extend(site.changes(Some(State::Held)).await);
    found
}

fn row_of(book: &Book, name: &str) -> usize {
    let named = |row: &Vec<Cell>| row.get(NAME) == Some(&Cell::Text(name.into()));
    book.sheets[0].rows.iter().position(named).unwrap_or_else(|| panic!("{name} is not in the template"))
}

fn name_at(book: &Book, row: usize) -> String {
    let Cell::Text(name) = book.sheets[0].cell(row, NAME) else { panic!("nobody in row {row}") };
    name.clone()
}

#[tokio::test]
async fn dropped_as_it_was_made_it_proposes_nothing_and_counts_as_full() {
    let site = settled().await;
    let before = site.changes(None).await.len();
    let agencies = ["vpub", "skhcn", "snv", "stc", "xatanlap", "phuonghoabinh"];
    for agency in agencies {
        let book = made(&site, agency, &format!("{agency}.xlsx"));
        let read = reading(book.clone());
        let worst = read.blocks.iter().flat_map(|block| &block.findings).map(Finding::severity).max();
        assert!(worst <= Some(Severity::Info), "{agency}: {:?}", read.blocks[0].findings);
        drop_book(&site, agency, "mau.xlsx", &book);
    }
    let out = site.pass(0);
    assert!(out.contains("Danh sách đã đọc: 6") && out.contains("Đề nghị thay đổi mới: 0"), "{out}");
    assert_eq!(site.changes(None).await.len(), before);
    let store = site.store().await;
    for agency in agencies {
        let code = AgencyCode::parse(agency).unwrap();
        let rosters = store.rosters().await.unwrap();
        let newest = rosters.iter().filter(|one| one.agency == code).max_by_key(|one| one.arrived).unwrap();
        assert_eq!((newest.kind, newest.file.as_str()), (Some(RosterKind::Full), "mau.xlsx"), "{agency}");
    }
    store.close().await;
}

#[tokio::test]
async fn one_person_marked_retired_is_one_account_to_disable() {
    let site = settled().await;
    let mut book = made(&site, "snv", "snv.xlsx");
    book.sheets[0].rows[HEADER + 3][STATUS] = Cell::Text(status_word(Status::Retired).into());
    let name = name_at(&book, HEADER + 3);
    drop_book(&site, "snv", "mau.xlsx", &book);
    site.pass(0);
    let found: Vec<_> =
        standing(&site).await.into_iter().filter(|one| one.change.kind != ChangeKind::RevokeRole).collect();
    let [only] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!((only.change.kind, only.change.reason), (ChangeKind::DisableAccount, Reason::LeaverByStatus));
    assert!(only.change.label.starts_with(&name), "{}", only.change.label);
}

#[tokio::test]
async fn a_suspicion_is_asked_about_and_the_answer_confirms_or_clears_it() {
    let site = settled().await;
    let mut short = made(&site, "snv", "1.xlsx");
    let name = name_at(&short, HEADER + 3);
    short.sheets[0].rows.remove(HEADER + 3);
    drop_book(&site, "snv", "thieu.xlsx", &short);
    site.pass(0);
    let suspected = standing(&site).await;
    assert_eq!(suspected.iter().map(|one| one.change.kind).collect::<Vec<_>>(), [ChangeKind::SuspectLeaver]);

    let asking = made(&site, "snv", "2.xlsx");
    let row = row_of(&asking, &name);
    assert_eq!(asking.sheets[0].cell(row, DEPARTED), &Cell::Text("Chưa trả lời".into()));
    drop_book(&site, "snv", "chua-tra-loi.xlsx", &asking);
    let out = site.pass(0);
    assert!(out.contains("Đề nghị thay đổi mới: 0"), "no answer changes nothing: {out}");
    assert_eq!(standing(&site).await.iter().map(|one| &one.id).collect::<Vec<_>>(), [&suspected[0].id]);

    let mut cleared = asking.clone();
    cleared.sheets[0].rows[row][DEPARTED] = Cell::Text("Không".into());
    drop_book(&site, "snv", "khong.xlsx", &cleared);
    site.pass(0);
    assert_eq!(standing(&site).await, [], "the person works there");

    let mut confirmed = asking;
    confirmed.sheets[0].rows[row][DEPARTED] = Cell::Text("Đúng".into());
    drop_book(&site, "snv", "dung.xlsx", &confirmed);
    site.pass(0);
    let found = standing(&site).await;
    let disable = found.iter().find(|one| one.change.kind == ChangeKind::DisableAccount).unwrap();
    assert_eq!(disable.change.reason, Reason::LeaverConfirmed);
    assert!(disable.change.label.starts_with(&name), "{}", disable.change.label);

    let after = made(&site, "snv", "3.xlsx");
    let named = |row: &Vec<Cell>| row.get(NAME) == Some(&Cell::Text(name.clone()));
    assert!(!after.sheets[0].rows.iter().any(named), "who is gone is not listed");
    let told = format!("{:?}", after.sheets[1].rows);
    assert!(told.contains(&name) && told.contains("thôi việc"), "but named beside the list: {told}");
}

#[tokio::test]
async fn a_request_in_the_list_is_carried_beside_it() {
    let site = settled().await;
    let mut book = made(&site, "snv", "snv.xlsx");
    book.sheets[0].rows[HEADER + 2].resize(15, Cell::Empty);
    book.sheets[0].rows[HEADER + 2][ACTION] = Cell::Text("Đặt lại mật khẩu".into());
    drop_book(&site, "snv", "mau.xlsx", &book);
    site.pass(0);
    let kinds: Vec<_> = standing(&site).await.into_iter().map(|one| one.change.kind).collect();
    assert_eq!(kinds, [ChangeKind::ResetPassword], "the person still works there");
}

#[tokio::test]
async fn an_unknown_agency_and_a_file_in_the_way_are_clear_errors() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    let fails = |arguments: &[&str]| {
        let output = site.rosterd(arguments);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let there = site.path("agencies.toml");
    let there = there.to_string_lossy();
    assert!(fails(&["template", "nosuch"]).contains("agency nosuch is not in "));
    assert!(fails(&["template", "../snv"]).contains("is not an agency code"));
    assert!(fails(&["template", "snv", "--out", &there]).contains("is there already"));
    let nowhere = site.path("agencies.toml/x.xlsx");
    assert!(fails(&["template", "snv", "--out", &nowhere.to_string_lossy()]).contains("x.xlsx"));
    let out = site.path("snv.xlsx");
    let json = site.expect(&["--json", "template", "snv", "--out", &out.to_string_lossy()], 0);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["agency"], &json["asked"]), (&"snv".into(), &0.into()));
    assert!(json["people"].as_u64().unwrap() > 5, "{json}");
}
