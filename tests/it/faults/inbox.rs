//! The inbox as agencies use it: shares, synced folders, Macs, people who rename, replace and drop twice.

use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use std::fmt::Write as _;

/// A list of one newcomer, as CSV.
fn csv(number: usize) -> Vec<u8> {
    let mut text = String::from("STT,Họ và tên,Chức vụ,Số điện thoại\n");
    writeln!(text, "1,Lò Văn Thử,Chuyên viên,09{number:08}").unwrap();
    text.into_bytes()
}

fn drop_at(site: &Site, path: &str, bytes: &[u8]) {
    let path = site.path("inbox").join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn folders_of_any_spelling_are_read_and_links_are_not() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    // Windows writes a folder in capitals; a sub-folder's name comes decomposed from a Mac.
    drop_at(&site, "SNV/Danh sa\u{301}ch 2026/mot.csv", &csv(1));
    drop_at(&site, "snv/hai.CSV", &csv(2));
    drop_at(&site, "snv/~$hai.csv", b"lock");
    drop_at(&site, "snv/ba.csv.part", &csv(3));
    let secret = site.path("ngoai.csv");
    std::fs::write(&secret, csv(4)).unwrap();
    std::os::unix::fs::symlink(&secret, site.path("inbox/snv/lien-ket.csv")).unwrap();
    std::fs::create_dir(site.path("ngoai")).unwrap();
    std::fs::write(site.path("ngoai/nam.csv"), csv(5)).unwrap();
    std::os::unix::fs::symlink(site.path("ngoai"), site.path("inbox/stc")).unwrap();
    let out = site.rosterd(&["run", "--once", "--json"]);
    let summary: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((&summary["read"], &summary["errors"]), (&2.into(), &serde_json::json!([])));
    let files = desk::rows(&site, "SELECT file FROM roster ORDER BY file").await;
    assert_eq!(files, ["hai.CSV", "mot.csv"]);
    let left: Vec<_> = desk::listing(&site, "inbox").into_iter().collect();
    assert_eq!(left.iter().filter(|path| path.contains("snv")).count(), 3, "{left:?}");
    assert!(secret.exists() && site.path("ngoai/nam.csv").exists());
}

#[tokio::test]
async fn a_taking_that_was_cut_short_is_finished() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    drop_at(&site, "snv/a.csv", &csv(1));
    site.pass(0);
    let place = site.path(&desk::rows(&site, "SELECT done_path FROM roster").await.remove(0));
    // Killed after it was set aside, before it was moved.
    std::fs::remove_file(&place).unwrap();
    drop_at(&site, "snv/.rosterd.a.csv", &csv(1));
    site.pass(0);
    assert_eq!(std::fs::read(&place).unwrap(), csv(1));
    // And after it was copied to another file system, before it was deleted here.
    drop_at(&site, "snv/.rosterd.a.csv", &csv(1));
    site.pass(0);
    assert!(desk::listing(&site, "inbox").is_empty());
    let copies = desk::listing(&site, "done").into_iter().filter(|path| !path.ends_with(".xlsx")).count();
    assert_eq!(copies, 1);
    assert_eq!(desk::rows(&site, "SELECT id FROM roster").await.len(), 1);
}

#[tokio::test]
async fn what_is_too_large_is_answered_once_and_a_larger_one_again() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "[reader]\nfile_bytes = 2000\n").await;
    for (size, refused) in [(3_000, 1), (3_000, 1), (4_000, 2)] {
        drop_at(&site, "snv/to.xlsx", &vec![b'x'; size]);
        site.pass(0);
        let notes = desk::rows(&site, "SELECT notes FROM roster WHERE state = 'refused'").await;
        assert_eq!(notes.len(), refused, "{notes:?}");
        assert!(notes.iter().all(|note| note.contains("too-large")), "{notes:?}");
    }
    assert!(desk::listing(&site, "inbox").is_empty());
}

#[tokio::test]
async fn hundreds_of_files_are_one_pass() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    for number in 0..200 {
        let agency = ["snv", "stc", "skhcn", "vpub"][number % 4];
        drop_at(&site, &format!("{agency}/{}/ds-{number}.csv", number % 7), &csv(number));
    }
    let out = site.rosterd(&["run", "--once", "--json"]);
    let summary: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((&summary["read"], &summary["answered"]), (&200.into(), &200.into()), "{summary}");
    assert!(desk::listing(&site, "inbox").is_empty());
}
