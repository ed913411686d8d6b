//! The sample's rosters, opened again.

use super::{open, province};
use chrono::NaiveDate;
use rosterd::model::name::{PersonName, ascii};
use rosterd::model::record::Record;
use std::collections::{BTreeMap, BTreeSet};

/// What a `.VnTime` cell shows.
fn from_tcvn3(text: &str) -> String {
    let table: BTreeMap<char, char> = include_str!("../../../mappings/rosters/tcvn3.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let code = u32::from_str_radix(&fields[0][2..], 16).unwrap();
            (char::from_u32(code).unwrap(), fields[2].chars().next().unwrap())
        })
        .collect();
    text.chars().map(|c| table.get(&c).copied().unwrap_or(c)).collect()
}

fn digits(text: &str) -> String {
    text.trim_start_matches('0').to_owned()
}

/// Whether the cells of `row` state what `record` says.
fn states(row: &[String], record: &Record) -> Result<(), String> {
    let name = record.full_name.matching();
    let same = |text: &str| PersonName::new(text).is_some_and(|read| read.matching() == name);
    let whole = row.iter().any(|cell| same(cell));
    let split = row.windows(2).any(|pair| same(&format!("{} {}", pair[0], pair[1])));
    if !whole && !split {
        return Err(format!("no name {:?}", record.full_name));
    }
    for text in [&record.staff_code, &record.position, &record.email, &record.note].into_iter().flatten() {
        if !row.contains(text) {
            return Err(format!("no {text:?}"));
        }
    }
    let citizen = record.citizen_id.as_ref().map(|id| id.reveal().to_owned());
    for number in [citizen, record.phone.clone()].into_iter().flatten() {
        if !row.iter().any(|cell| digits(cell) == digits(&number)) {
            return Err(format!("no number {number}"));
        }
    }
    if let Some(birth) = record.birth {
        let stated = row.iter().any(|cell| match birth.date() {
            Some(date) => ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"]
                .iter()
                .any(|format| NaiveDate::parse_from_str(cell, format) == Ok(date)),
            None => *cell == birth.year().to_string(),
        });
        if !stated {
            return Err(format!("no birth {birth:?}"));
        }
    }
    Ok(())
}

#[test]
fn every_roster_holds_the_people_its_truth_names() {
    let (dir, laid) = province();
    for roster in &laid.truth.files {
        let sheets = open(&std::fs::read(dir.path().join(&roster.file)).unwrap());
        let old_font = roster.file.contains("vntime");
        let mut unit = None;
        for record in &roster.records {
            let rows = &sheets[&record.sheet];
            let row = &rows[record.row as usize - 1];
            let row: Vec<String> =
                if old_font { row.iter().map(|cell| from_tcvn3(cell)).collect() } else { row.clone() };
            if let Err(what) = states(&row, record) {
                panic!("{} row {}: {what} in {row:?}", roster.file, record.row);
            }
            // In a list with sections the department stands in a row above.
            if let Some(stated) = record.unit.as_ref().filter(|stated| !row.contains(stated)) {
                if unit != Some(stated) {
                    let above = &rows[record.row as usize - 2];
                    assert!(above.contains(stated), "{}: no section {stated} in {above:?}", roster.file);
                }
                unit = Some(stated);
            }
        }
        let people: usize = sheets.values().flatten().filter(|row| row[0].parse::<u32>().is_ok()).count();
        assert_eq!(people, roster.records.len(), "{}: numbered rows", roster.file);
    }
}

#[test]
fn bad_files_are_what_they_are_said_to_be() {
    let (dir, laid) = province();
    let bytes = |part: &str| {
        let bad = laid.truth.bad_files.iter().find(|bad| bad.file.contains(part)).unwrap();
        std::fs::read(dir.path().join(&bad.file)).unwrap()
    };
    assert!(bytes("danh-sach-can-bo.xlsx").starts_with(b"%PDF"));
    assert!(bytes("trang-web.xls").starts_with(b"<html"));
    assert!(open(&bytes("vpub/bieu-mau")).values().all(Vec::is_empty));
    let unfilled = open(&bytes("chua-dien"));
    assert!(unfilled["Danh sách"][2].contains(&"Họ và tên".to_owned()));
    assert!(unfilled["Danh sách"][3..].iter().all(|row| row[1].is_empty()));
    assert!(
        !open(&bytes("thiet-bi")).values().flatten().flatten().any(|cell| ascii(cell).contains("ho va ten"))
    );
}

#[test]
fn citizen_ids_agree_with_their_holders_and_no_two_share_one() {
    let (_dir, laid) = province();
    let places: BTreeSet<&str> = include_str!("../../../mappings/rosters/province_codes.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split('\t').next())
        .collect();
    let mut holders = BTreeMap::new();
    for record in laid.truth.files.iter().flat_map(|roster| &roster.records) {
        let Some(id) = &record.citizen_id else { continue };
        assert!(places.contains(id.place().expect("twelve digits")), "{id:?}");
        assert_eq!(id.birth_year(), record.birth.map(rosterd::model::person::Birth::year), "{id:?}");
        assert!(record.gender.is_none() || record.gender == id.gender(), "{id:?}");
        let holder = (&record.full_name, record.birth);
        assert_eq!(*holders.entry(id).or_insert(holder), holder, "{id:?} belongs to two people");
    }
    assert!(holders.len() > 100, "only {} people state one", holders.len());
}
