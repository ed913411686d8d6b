//! The newest export in a real folder.

use chrono::{DateTime, TimeDelta, Utc};
use rosterd::systems::handoff::{DropError, newest_export};
use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

const SETTLE: TimeDelta = TimeDelta::seconds(5);

/// Late enough for what was written a moment ago to have settled.
fn later() -> DateTime<Utc> {
    Utc::now() + TimeDelta::seconds(60)
}

/// Writes `name` as if `minutes` ago.
fn drop_file(folder: &Path, name: &str, content: &str, minutes: u64) {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    let then = SystemTime::now() - Duration::from_secs(minutes * 60);
    File::options().write(true).open(&path).unwrap().set_modified(then).unwrap();
}

#[test]
fn the_newest_export_wins_whatever_its_name() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(newest_export(folder.path(), later(), SETTLE).unwrap(), None);
    drop_file(folder.path(), "b.csv", "old", 60);
    drop_file(folder.path(), "a.XLSX", "new", 10);
    for passed_over in ["~$a.xlsx", ".a.xlsx", "a.xlsx.part", "a.pdf", "readme"] {
        drop_file(folder.path(), passed_over, "x", 1);
    }
    fs::create_dir(folder.path().join("done.csv")).unwrap();
    let newest = newest_export(folder.path(), later(), SETTLE).unwrap().unwrap();
    assert_eq!((newest.path, newest.bytes), (folder.path().join("a.XLSX"), b"new".to_vec()));
    assert_eq!(newest.sha256, "11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437");
    let age = Utc::now() - newest.modified;
    assert!((9..=11).contains(&age.num_minutes()), "the moment it was written: {age}");
}

#[test]
fn an_export_that_changed_a_moment_ago_waits_and_no_older_one_takes_its_place() {
    let folder = tempfile::tempdir().unwrap();
    drop_file(folder.path(), "old.csv", "old", 60);
    // A copy that keeps the old date is as unfinished as any other.
    drop_file(folder.path(), "new.csv", "new", 30);
    let outcome = newest_export(folder.path(), Utc::now(), SETTLE);
    assert!(matches!(&outcome, Err(DropError::Unsettled(path)) if path.ends_with("new.csv")), "{outcome:?}");
    assert!(newest_export(folder.path(), Utc::now(), TimeDelta::zero()).unwrap().is_some());
    assert!(newest_export(folder.path(), later(), SETTLE).unwrap().is_some());
}

#[test]
fn links_and_pipes_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::os::unix::fs::symlink(secret.path(), folder.path().join("a.csv")).unwrap();
    let outcome = newest_export(folder.path(), later(), SETTLE);
    assert!(matches!(&outcome, Err(DropError::NotAFile(path)) if path.ends_with("a.csv")), "{outcome:?}");
    fs::remove_file(folder.path().join("a.csv")).unwrap();
    nix::unistd::mkfifo(&folder.path().join("b.csv"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let outcome = newest_export(folder.path(), later(), SETTLE);
    assert!(matches!(&outcome, Err(DropError::NotAFile(path)) if path.ends_with("b.csv")), "{outcome:?}");
}

#[test]
fn an_export_from_the_future_confirms_nothing() {
    let folder = tempfile::tempdir().unwrap();
    drop_file(folder.path(), "a.csv", "x", 0);
    let future = SystemTime::now() + Duration::from_hours(1);
    let file = File::options().write(true).open(folder.path().join("a.csv")).unwrap();
    file.set_modified(future).unwrap();
    let outcome = newest_export(folder.path(), later(), SETTLE);
    assert!(matches!(outcome, Err(DropError::FromTheFuture(_))), "{outcome:?}");
}

#[test]
fn a_folder_that_is_not_there_is_an_error_not_an_absence() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = newest_export(&folder.path().join("gone"), later(), SETTLE);
    assert!(matches!(outcome, Err(DropError::Read { .. })), "{outcome:?}");
}

#[test]
fn a_file_beyond_any_export_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    File::create(folder.path().join("a.csv")).unwrap().set_len(100 * 1024 * 1024 + 1).unwrap();
    let outcome = newest_export(folder.path(), later(), SETTLE);
    assert!(matches!(outcome, Err(DropError::TooLarge(_))), "{outcome:?}");
}
