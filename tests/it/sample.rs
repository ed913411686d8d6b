//! Tests of the sample province: its files hold what its truth says, and the truth follows from the files.

use base64::Engine;
use calamine::{Data, Reader};
use chrono::{Datelike, NaiveDate};
use rosterd::model::agency::{Agencies, Agency};
use rosterd::model::name::{PersonName, ascii};
use rosterd::model::record::{Action, Record};
use rosterd::model::roster::RosterKind;
use rosterd::sample::{self, Laid, RoleLine, SampleError};
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

/// What a `.VnTime` cell shows.
fn from_tcvn3(text: &str) -> String {
    let table: BTreeMap<char, char> = include_str!("../../mappings/rosters/tcvn3.tsv")
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
    let places: BTreeSet<&str> = include_str!("../../mappings/rosters/province_codes.tsv")
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

/// A directory entry: attribute names and values.
type Entry = BTreeMap<String, Vec<String>>;

fn directory(dir: &Path) -> Vec<Entry> {
    let text = std::fs::read_to_string(dir.join(sample::DIRECTORY)).unwrap().replace("\n ", "");
    text.split("\n\n")
        .filter(|block| !block.trim().is_empty())
        .map(|block| {
            let mut entry = Entry::new();
            for line in block.lines() {
                let (name, value) = line.split_once(':').expect("name: value");
                let value = match value.strip_prefix(": ") {
                    Some(coded) => {
                        String::from_utf8(base64::engine::general_purpose::STANDARD.decode(coded).unwrap())
                            .unwrap()
                    }
                    None => value.strip_prefix(' ').expect("a space").to_owned(),
                };
                entry.entry(name.to_owned()).or_default().push(value);
            }
            entry
        })
        .collect()
}

fn first<'a>(entry: &'a Entry, name: &str) -> &'a str {
    entry.get(name).map_or("", |values| values[0].as_str())
}

fn persons(entries: &[Entry]) -> Vec<&Entry> {
    entries.iter().filter(|entry| entry.contains_key("title")).collect()
}

/// The account that `record` of `agency` is about, found as a reader would: by what is unique.
fn account<'a>(persons: &[&'a Entry], record: &Record) -> Option<&'a Entry> {
    let holds = |name: &str, value: &Option<String>| {
        let value = value.as_deref()?;
        persons.iter().copied().find(|entry| first(entry, name) == value)
    };
    let named = || {
        let mut same =
            persons.iter().copied().filter(|entry| first(entry, "cn") == record.full_name.as_str());
        same.next().filter(|_| same.next().is_none())
    };
    holds("employeeNumber", &record.staff_code)
        .or_else(|| holds("mail", &record.email))
        .or_else(|| holds("telephoneNumber", &record.phone))
        .or_else(named)
}

#[test]
fn the_directory_loads_into_a_real_server() {
    let (dir, laid) = province();
    let work = tempfile::tempdir().unwrap();
    std::fs::create_dir(work.path().join("db")).unwrap();
    let conf = format!(
        "include /etc/ldap/schema/core.schema\ninclude /etc/ldap/schema/cosine.schema\n\
         include /etc/ldap/schema/inetorgperson.schema\nmodulepath /usr/lib/ldap\nmoduleload back_mdb\n\
         moduleload ppolicy\ndatabase mdb\nsuffix \"dc=tinhmau,dc=gov,dc=vn\"\ndirectory {}\noverlay ppolicy\n",
        work.path().join("db").display()
    );
    let file = work.path().join("slapd.conf");
    std::fs::write(&file, conf).unwrap();
    let added = std::process::Command::new("/usr/sbin/slapadd")
        .arg("-f")
        .arg(&file)
        .arg("-l")
        .arg(dir.path().join(sample::DIRECTORY))
        .output()
        .expect("slapadd (Debian: slapd)");
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let dumped = std::process::Command::new("/usr/sbin/slapcat").arg("-f").arg(&file).output().unwrap();
    let text = String::from_utf8(dumped.stdout).unwrap();
    let entries = text.lines().filter(|line| line.starts_with("dn:")).count();
    assert_eq!(entries, laid.accounts + laid.agencies + 2, "accounts, branches, people and the base");
}

#[test]
fn the_directory_differs_from_the_rosters_as_the_truth_says() {
    let (dir, laid) = province();
    let entries = directory(dir.path());
    let persons = persons(&entries);
    let truth = &laid.truth.directory;
    let by_login = |login: &str| *persons.iter().find(|entry| first(entry, "uid") == login).unwrap();

    let (mut missing, mut titles, mut phones, mut units, mut moved) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for roster in &laid.truth.files {
        for record in &roster.records {
            let Some(entry) = account(&persons, record) else {
                missing.insert((roster.agency.clone(), record.full_name.to_string()));
                continue;
            };
            assert_eq!(first(entry, "cn"), record.full_name.as_str());
            let login = first(entry, "uid").to_owned();
            if first(entry, "departmentNumber") != roster.agency {
                moved.insert((login, first(entry, "departmentNumber").to_owned(), roster.agency.clone()));
                continue;
            }
            let differs = |name: &str, value: &Option<String>| {
                value.as_ref().is_some_and(|value| first(entry, name) != value)
            };
            titles.extend(differs("title", &record.position).then(|| login.clone()));
            phones.extend(differs("telephoneNumber", &record.phone).then(|| login.clone()));
            units.extend(differs("ou", &record.unit).then(|| login.clone()));
        }
    }
    let logins = |list: &[sample::Someone]| -> BTreeSet<String> {
        list.iter().map(|who| who.login.clone().unwrap()).collect()
    };
    assert_eq!(missing, truth.missing.iter().map(|who| (who.agency.clone(), who.name.clone())).collect());
    assert_eq!(titles, logins(&truth.title_differs));
    assert_eq!(phones, logins(&truth.phone_differs));
    assert_eq!(units, logins(&truth.unit_differs));
    let told = truth.moved.iter().map(|m| (m.login.clone(), m.frm.clone(), m.to.clone()));
    assert_eq!(moved, told.collect());

    // Unclaimed: in the branch of an agency with a full roster, on no roster at all.
    let claimed: BTreeSet<&str> = laid
        .truth
        .files
        .iter()
        .flat_map(|roster| &roster.records)
        .filter_map(|record| account(&persons, record))
        .map(|entry| first(entry, "uid"))
        .collect();
    let full = |agency: &str| {
        laid.truth.files.iter().any(|roster| roster.agency == agency && roster.kind == RosterKind::Full)
    };
    let extra: BTreeSet<String> = persons
        .iter()
        .filter(|entry| full(first(entry, "departmentNumber")) && !claimed.contains(first(entry, "uid")))
        .map(|entry| first(entry, "uid").to_owned())
        .collect();
    assert_eq!(extra, logins(&truth.extra));
    for noted in &truth.noted {
        assert_eq!(first(by_login(noted.who.login.as_ref().unwrap()), "cn"), noted.who.name);
    }
    for who in &truth.questions {
        assert_eq!(first(by_login(who.login.as_ref().unwrap()), "cn"), who.name);
    }
}

#[test]
fn rosters_are_full_or_partial_by_the_share_they_claim() {
    let (dir, laid) = province();
    let entries = directory(dir.path());
    let persons = persons(&entries);
    for roster in laid.truth.files.iter().filter(|roster| roster.kind != RosterKind::Request) {
        let known = persons.iter().filter(|entry| first(entry, "departmentNumber") == roster.agency).count();
        let claimed = roster
            .records
            .iter()
            .filter_map(|record| account(&persons, record))
            .filter(|entry| first(entry, "departmentNumber") == roster.agency)
            .count();
        let share = claimed * 100 / known;
        let held = laid.truth.held.contains(&roster.agency);
        match roster.kind {
            RosterKind::Full if !held => assert!(share >= 80, "{}: {share} %", roster.file),
            _ => assert!(share <= 55, "{}: {share} %", roster.file),
        }
    }
}

#[test]
fn nothing_but_the_list_meant_to_trips_a_brake() {
    let (_dir, laid) = province();
    let truth = &laid.truth.directory;
    let (mut takes, mut changes, mut roles) =
        (BTreeMap::<&str, usize>::new(), BTreeMap::<&str, usize>::new(), BTreeMap::<&str, usize>::new());
    let leaving = truth.noted.iter().filter(|noted| noted.status.leaves()).map(|noted| &noted.who);
    let stopped = truth.asked.iter().filter(|asked| asked.action != Action::Change).map(|asked| &asked.who);
    for who in truth.extra.iter().chain(leaving).chain(stopped).chain(&truth.questions) {
        *takes.entry(&who.agency).or_default() += 1;
    }
    for who in truth.title_differs.iter().chain(&truth.phone_differs).chain(&truth.unit_differs) {
        *changes.entry(&who.agency).or_default() += 1;
    }
    for line in &laid.truth.roles.revokes {
        *roles.entry(&line.agency).or_default() += 1;
    }
    for counts in [&takes, &changes, &roles] {
        for (agency, count) in counts {
            let held = laid.truth.held.iter().any(|held| held == agency);
            assert!(if held { *count > 3 } else { *count <= 3 }, "{agency}: {count}");
        }
        assert!(counts.values().sum::<usize>() * 100 <= laid.accounts * 5, "{counts:?}");
    }
    assert_eq!(takes["phuongtranphu"], 9);
}

#[test]
fn special_accounts_are_there() {
    let (dir, laid) = province();
    let entries = directory(dir.path());
    let of = |what: &str| entries.iter().filter(|entry| first(entry, "employeeType") == what).count();
    assert_eq!((of("unit"), of("admin")), (4, 1));
    let disabled: Vec<&str> = entries
        .iter()
        .filter(|entry| first(entry, "pwdAccountLockedTime") == "000001010000Z")
        .map(|entry| first(entry, "departmentNumber"))
        .collect();
    assert_eq!(disabled, ["bqlkcn"]);
    let accounts = entries.iter().filter(|entry| entry.contains_key("uid")).count();
    assert_eq!(accounts, laid.accounts);
    let ids: BTreeSet<&str> = entries.iter().map(|entry| first(entry, "entryUUID")).collect();
    assert_eq!(ids.len(), entries.len());
    let names: Vec<&str> = persons(&entries).iter().map(|entry| first(entry, "cn")).collect();
    let unlike: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len() - unlike.len(), 4, "namesakes");
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

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct PositionMap {
    target: String,
    managed: BTreeSet<String>,
    rule: Vec<Rule>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    positions: Vec<String>,
    kinds: Option<Vec<String>>,
    units: Option<Vec<String>>,
    roles: Vec<String>,
    #[serde(default)]
    privileged: bool,
}

/// The patterns here end in `*` or hold none.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (ascii(pattern), ascii(text));
    pattern.strip_suffix('*').map_or(text == pattern, |start| text.starts_with(start))
}

impl PositionMap {
    fn read() -> Self {
        toml::from_str(include_str!("../../mappings/roles/tthc.toml")).unwrap()
    }

    fn roles(&self, kind: &str, unit: &str, title: &str) -> BTreeSet<String> {
        let applies = |rule: &&Rule| {
            rule.positions.iter().any(|pattern| fits(pattern, title))
                && rule.kinds.as_ref().is_none_or(|kinds| kinds.iter().any(|wanted| wanted == kind))
                && rule.units.as_ref().is_none_or(|units| units.iter().any(|pattern| fits(pattern, unit)))
        };
        self.rule.iter().filter(applies).flat_map(|rule| rule.roles.clone()).collect()
    }
}

#[test]
fn the_position_map_grants_only_roles_it_manages() {
    let map = PositionMap::read();
    assert_eq!(map.target, "tthc");
    assert!(map.rule.iter().flat_map(|rule| &rule.roles).all(|role| map.managed.contains(role)));
    assert_eq!(map.rule.iter().filter(|rule| rule.privileged).count(), 1);
    assert_eq!(map.roles("xa", "Phòng Kinh tế", "CÔNG CHỨC TƯ PHÁP - HỘ TỊCH").len(), 1);
    assert!(map.roles("so", "Phòng Kinh tế", "Công chức Tư pháp - Hộ tịch").is_empty());
}

/// What the export holds: agency's name, login, role.
fn held(dir: &Path) -> BTreeSet<(String, String, String)> {
    let rows = open(&std::fs::read(dir.join(sample::TTHC_EXPORT)).unwrap()).remove("Danh sách").unwrap();
    assert_eq!(rows[0], ["Tên đăng nhập", "Họ và tên", "Thư điện tử", "Đơn vị", "Vai trò"]);
    rows[1..].iter().map(|row| (row[3].clone(), row[0].clone(), row[4].clone())).collect()
}

#[test]
fn grants_and_revokes_follow_from_rosters_position_map_and_export() {
    let (dir, laid) = province();
    let (map, agencies, entries) = (PositionMap::read(), agencies(dir.path()), directory(dir.path()));
    let persons = persons(&entries);
    let held = held(dir.path());
    assert_eq!(held.len(), laid.roles);
    assert!(held.iter().any(|line| !map.managed.contains(&line.2)), "an unmanaged role");
    let by_code: BTreeMap<&str, &Agency> =
        agencies.values().map(|agency| (agency.code.as_str(), agency)).collect();
    let by_name: BTreeMap<&str, &str> =
        agencies.values().map(|agency| (agency.name.as_str(), agency.code.as_str())).collect();

    let (mut grants, mut revokes) = (BTreeSet::new(), BTreeSet::new());
    for roster in &laid.truth.files {
        for record in &roster.records {
            let gone = record.status.is_some_and(rosterd::model::record::Status::leaves);
            let stopped = matches!(record.action, Some(Action::Revoke | Action::Suspend));
            if stopped {
                continue;
            }
            let entry = account(&persons, record);
            let login = entry.map(|entry| first(entry, "uid").to_owned());
            let unit = record.unit.as_deref().or(entry.map(|entry| first(entry, "ou"))).unwrap_or_default();
            let kind = by_code[roster.agency.as_str()].kind.as_deref().unwrap();
            let due = if gone {
                BTreeSet::new()
            } else {
                map.roles(kind, unit, record.position.as_deref().unwrap())
            };
            let line = |agency: &str, role: &str| RoleLine {
                agency: agency.to_owned(),
                name: record.full_name.to_string(),
                login: login.clone(),
                role: role.to_owned(),
            };
            let has: Vec<(&str, &str)> = held
                .iter()
                .filter(|(_, holder, role)| Some(holder) == login.as_ref() && map.managed.contains(role))
                .map(|(agency, _, role)| (by_name[agency.as_str()], role.as_str()))
                .collect();
            let lacks = due.iter().filter(|role| !has.contains(&(roster.agency.as_str(), role)));
            grants.extend(lacks.map(|role| line(&roster.agency, role)));
            let beyond = has.iter().filter(|(agency, role)| *agency != roster.agency || !due.contains(*role));
            revokes.extend(beyond.map(|(agency, role)| line(agency, role)));
        }
    }
    assert_eq!(grants, laid.truth.roles.grants.iter().cloned().collect());
    assert_eq!(revokes, laid.truth.roles.revokes.iter().cloned().collect());
    assert!(grants.iter().any(|line| line.login.is_some()) && revokes.len() > 10);
}

#[test]
fn the_truth_can_be_read_back() {
    let (dir, laid) = province();
    let text = std::fs::read_to_string(dir.path().join(sample::TRUTH)).unwrap();
    let truth: sample::Truth = serde_json::from_str(&text).unwrap();
    assert_eq!(truth, laid.truth);
}
