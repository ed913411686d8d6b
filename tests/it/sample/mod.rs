//! Tests of the sample province: its files hold what its truth says, and the truth follows from the files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod directory;
mod roles;
mod rosters;

use calamine::{Data, Reader};
use chrono::{Datelike, NaiveDate};
use directory::{directory, first};
use rosterd::model::agency::{Agencies, Agency};
use rosterd::sample::{self, Laid, SampleError};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
}

fn province() -> (tempfile::TempDir, Laid) {
    let dir = tempfile::tempdir().unwrap();
    let laid = sample::lay_out(dir.path(), today()).unwrap();
    (dir, laid)
}

/// Every file below `dir` with its bytes.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(at: &Path, base: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, base, found);
            } else {
                let name = path.strip_prefix(base).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(dir, dir, &mut found);
    found
}

/// The sheets of a file by name, as text cells.
type Sheets = BTreeMap<String, Vec<Vec<String>>>;

fn shown(cell: &Data) -> String {
    match cell {
        Data::DateTime(date) => date.as_datetime().unwrap().format("%d/%m/%Y").to_string(),
        Data::DateTimeIso(text) => {
            NaiveDate::parse_from_str(&text[..10], "%Y-%m-%d").unwrap().format("%d/%m/%Y").to_string()
        }
        other => other.to_string(),
    }
}

fn open(bytes: &[u8]) -> Sheets {
    if bytes.starts_with(b"PK") {
        let mut book = calamine::open_workbook_auto_from_rs(std::io::Cursor::new(bytes)).unwrap();
        let mut sheets = Sheets::new();
        for (name, range) in book.worksheets() {
            let mut rows = vec![Vec::new(); range.start().map_or(0, |start| start.0 as usize)];
            let left = range.start().map_or(0, |start| start.1 as usize);
            rows.extend(range.rows().map(|row| {
                std::iter::repeat_n(String::new(), left).chain(row.iter().map(shown)).collect::<Vec<_>>()
            }));
            sheets.insert(name, rows);
        }
        return sheets;
    }
    let (text, delimiter) = if bytes.starts_with(&[0xff, 0xfe]) {
        (encoding_rs::UTF_16LE.decode(bytes).0.into_owned(), b'\t')
    } else {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").expect("a byte-order mark");
        (String::from_utf8(text.to_vec()).unwrap(), b';')
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    Sheets::from([("Danh sách".to_owned(), rows)])
}

#[derive(serde::Deserialize)]
struct AgenciesFile {
    agency: Vec<Agency>,
}

fn agencies(dir: &Path) -> Agencies {
    let file: AgenciesFile =
        toml::from_str(&std::fs::read_to_string(dir.join(sample::AGENCIES)).unwrap()).unwrap();
    file.agency.into_iter().map(|agency| (agency.code.clone(), agency)).collect()
}

#[test]
fn the_province_has_the_promised_size() {
    let (_dir, laid) = province();
    assert_eq!((laid.agencies, laid.people), (20, 600));
    assert!(laid.rosters >= 14 && laid.bad_files >= 4, "{} rosters, {} bad", laid.rosters, laid.bad_files);
    assert_eq!(laid.truth.silent, ["bqlkcn", "ttpvhcc", "xahungthinh", "phuongtanan"]);
    assert!(laid.truth.files.iter().filter_map(|roster| roster.form).collect::<BTreeSet<_>>().len() >= 9);
}

#[test]
fn the_same_day_gives_the_same_bytes_and_another_day_the_same_people() {
    let (one, laid) = province();
    let (two, _) = province();
    assert_eq!(files(one.path()), files(two.path()));

    let later = tempfile::tempdir().unwrap();
    let day = NaiveDate::from_ymd_opt(2028, 2, 29).unwrap();
    let moved = sample::lay_out(later.path(), day).unwrap();
    let directory = |dir: &Path| std::fs::read(dir.join(sample::DIRECTORY)).unwrap();
    assert_eq!(directory(one.path()), directory(later.path()));
    assert_ne!(laid.truth.files, moved.truth.files);
    assert!(
        moved.truth.directory.noted.iter().all(|noted| noted.from.day() == 1 && noted.from.year() == 2028)
    );
}

#[test]
fn a_folder_with_something_else_in_it_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("luong.xlsx"), b"mine").unwrap();
    let refused = sample::lay_out(dir.path(), today());
    assert!(matches!(refused, Err(SampleError::NotOurs(_))), "{refused:?}");
    assert_eq!(files(dir.path()).len(), 1);
    assert!(!sample::is_laid(dir.path()));
}

#[test]
fn a_folder_laid_out_before_is_laid_out_anew_and_keeps_what_was_added() {
    let (dir, _) = province();
    let before = files(dir.path());
    let added = dir.path().join("inbox/snv/them.txt");
    std::fs::write(&added, b"mine").unwrap();
    std::fs::write(dir.path().join(sample::DIRECTORY), b"changed by the demo").unwrap();
    sample::lay_out(dir.path(), today()).unwrap();
    assert_eq!(std::fs::read(&added).unwrap(), b"mine");
    std::fs::remove_file(&added).unwrap();
    assert_eq!(files(dir.path()), before);
}

#[test]
fn a_path_that_is_a_file_is_an_error_that_names_it() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = sample::lay_out(file.path(), today()).unwrap_err();
    assert!(error.to_string().contains(file.path().to_str().unwrap()), "{error}");
}

#[test]
fn agencies_are_twenty_with_two_contacts_who_have_accounts() {
    let (dir, _) = province();
    let agencies = agencies(dir.path());
    let entries = directory(dir.path());
    assert_eq!(agencies.len(), 20);
    for agency in agencies.values() {
        assert!(agency.parent.as_ref().is_none_or(|parent| agencies.contains_key(parent)), "{}", agency.code);
        assert_eq!(agency.contacts.len(), 2, "{}", agency.code);
        for contact in agency.contacts.iter().chain(&agency.deputy) {
            let entry =
                entries.iter().find(|entry| first(entry, "mail") == contact.mail).expect("an account");
            assert_eq!(first(entry, "departmentNumber"), agency.code.as_str());
            assert!(
                contact.phone.as_ref().is_some_and(|phone| phone.starts_with("0900") && phone.len() == 10)
            );
        }
        assert!(dir.path().join("inbox").join(agency.code.as_str()).is_dir());
    }
}

#[test]
fn no_address_lies_outside_the_invented_domain() {
    let (dir, laid) = province();
    let mut texts: Vec<String> =
        directory(dir.path()).iter().flat_map(|entry| entry.values().flatten().cloned()).collect();
    for file in [sample::AGENCIES, sample::TRUTH, sample::TTHC_EXPORT] {
        texts.push(std::fs::read_to_string(dir.path().join(file)).unwrap());
    }
    for roster in &laid.truth.files {
        texts.extend(
            open(&std::fs::read(dir.path().join(&roster.file)).unwrap()).into_values().flatten().flatten(),
        );
    }
    let mut count = 0;
    for word in
        texts.iter().flat_map(|text| text.split([' ', '"', ';', '\n', ','])).filter(|word| word.contains('@'))
    {
        assert!(word.trim().ends_with("@tinhmau.gov.vn"), "{word}");
        count += 1;
    }
    assert!(count > 1000, "{count}");
}

#[test]
fn the_truth_can_be_read_back() {
    let (dir, laid) = province();
    let text = std::fs::read_to_string(dir.path().join(sample::TRUTH)).unwrap();
    let truth: sample::Truth = serde_json::from_str(&text).unwrap();
    assert_eq!(truth, laid.truth);
}
