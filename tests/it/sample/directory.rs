//! The sample's directory, read again and held against the rosters.

use super::province;
use base64::Engine;
use rosterd::model::record::{Action, Record};
use rosterd::model::roster::RosterKind;
use rosterd::sample;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A directory entry: attribute names and values.
pub(super) type Entry = BTreeMap<String, Vec<String>>;

pub(super) fn directory(dir: &Path) -> Vec<Entry> {
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

pub(super) fn first<'a>(entry: &'a Entry, name: &str) -> &'a str {
    entry.get(name).map_or("", |values| values[0].as_str())
}

pub(super) fn persons(entries: &[Entry]) -> Vec<&Entry> {
    entries.iter().filter(|entry| entry.contains_key("title")).collect()
}

/// The account that `record` of `agency` is about, found as a reader would: by what is unique.
pub(super) fn account<'a>(persons: &[&'a Entry], record: &Record) -> Option<&'a Entry> {
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
    // Role removals have a wider limit.
    for (counts, limit) in [(&takes, 3), (&changes, 3), (&roles, 5)] {
        for (agency, count) in counts {
            let held = laid.truth.held.iter().any(|held| held == agency);
            assert!(if held { *count > limit } else { *count <= limit }, "{agency}: {count}");
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
    assert_eq!((of("unit"), of("service")), (4, 1));
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
