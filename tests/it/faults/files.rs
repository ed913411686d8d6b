//! Files that are no rosters, files that should not have been sent, files that come twice.

use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use std::collections::BTreeSet;

/// Dropped for four agencies beside one good roster; what is wrong with each.
fn bad_files() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let book = |cells: &[&str]| {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (row, text) in cells.iter().enumerate() {
            for (column, text) in text.split('|').enumerate() {
                sheet.write(u32::try_from(row).unwrap(), u16::try_from(column).unwrap(), text).unwrap();
            }
        }
        book.save_to_buffer().unwrap()
    };
    vec![
        ("stc", "not-a-workbook", b"Kinh gui So Khoa hoc va Cong nghe".to_vec()),
        ("vpub", "empty-workbook", book(&[])),
        ("snv", "no-header", book(&["Tên thiết bị|Số lượng", "Máy in|3", "Máy quét|4"])),
        (
            "xatanlap",
            "no-names",
            book(&["DANH SÁCH CÁN BỘ", "", "STT|Họ và tên|Chức vụ|Số điện thoại", "1|||", "2|||", "3|||"]),
        ),
    ]
}

#[tokio::test]
async fn each_bad_file_is_refused_with_a_reason_and_the_good_one_is_read() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, "").await;
    let good = desk::accounts("skhcn").await;
    let lines: Vec<_> = good.iter().map(desk::line).collect();
    site.drop_bytes("skhcn", "can-bo.xlsx", &desk::list("DANH SÁCH CÁN BỘ, CÔNG CHỨC", &lines, None));
    for (agency, code, bytes) in bad_files() {
        site.drop_bytes(agency, &format!("{code}.xlsx"), &bytes);
    }
    let out = site.rosterd(&["run", "--once", "--json"]);
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    let summary: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(
        (&summary["read"], &summary["refused"], &summary["answered"]),
        (&1.into(), &4.into(), &5.into())
    );
    assert!(desk::listing(&site, "inbox").is_empty());
    let refused = desk::listing(&site, "refused");
    let mails = desk::mails(&site);
    for (agency, code, _) in bad_files() {
        let beside = |ending: &str| {
            let found = refused.iter().find(|path| path.ends_with(&format!("/{code}{ending}")));
            found.unwrap_or_else(|| panic!("no {code}{ending} in {refused:?}"))
        };
        assert!(beside(".xlsx").starts_with(&format!("refused/{agency}/")));
        assert!(beside(".ketqua.xlsx").starts_with(&format!("refused/{agency}/")));
        let told = mails.keys().filter(|to| to.contains(&format!("daumoi.{agency}@"))).count();
        assert_eq!(told, 1, "{mails:?}");
        let notes =
            desk::rows(&site, "SELECT file || ' ' || notes FROM roster WHERE state = 'refused'").await;
        assert!(notes.iter().any(|note| note.starts_with(code) && note.contains(code)), "{code}: {notes:?}");
    }
    assert_eq!(refused.len(), 8);
    assert_eq!(desk::listing(&site, "done").len(), 2);
}

#[tokio::test]
async fn a_roster_of_another_agency_is_refused() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, "").await;
    let lines: Vec<_> = desk::accounts("stc").await.iter().map(desk::line).collect();
    let title = "SỞ TÀI CHÍNH\nDANH SÁCH CÁN BỘ, CÔNG CHỨC";
    site.drop_bytes("snv", "nham.xlsx", &desk::list(title, &lines, None));
    site.pass(0);
    assert!(site.changes(None).await.is_empty());
    let notes = desk::rows(&site, "SELECT notes FROM roster WHERE state = 'refused'").await;
    assert!(notes.len() == 1 && notes[0].contains("other-agency"), "{notes:?}");
}

#[tokio::test]
async fn passwords_that_were_sent_lie_nowhere_afterwards() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, "").await;
    desk::edit_config(&site, "level = \"warn\"", "level = \"trace\"");
    let secret = "HoaBinh#2026xyz";
    let lines: Vec<_> = desk::accounts("snv").await.iter().map(desk::line).collect();
    let book = desk::list("DANH SÁCH TÀI KHOẢN CÁN BỘ", &lines, Some(("Mật khẩu", secret)));
    site.drop_bytes("snv", "tai-khoan.xlsx", &book);
    let output = site.rosterd(&["run", "--once"]);
    let said = [output.stdout, output.stderr].concat();
    assert!(!desk::holds(&said, secret), "{}", String::from_utf8_lossy(&said));
    let done = desk::listing(&site, "done");
    assert!(done.iter().all(|path| path.ends_with(".ketqua.xlsx")) && done.len() == 1, "{done:?}");
    for path in desk::listing(&site, "") {
        let bytes = std::fs::read(site.path(&path)).unwrap();
        assert!(!desk::holds(&bytes, secret), "a password lies in {path}");
    }
    // The same again, which is known by its hash, is deleted too.
    site.drop_bytes("snv", "tai-khoan.xlsx", &book);
    site.rosterd(&["run", "--once"]);
    for path in desk::listing(&site, "") {
        let bytes = std::fs::read(site.path(&path)).unwrap();
        assert!(!desk::holds(&bytes, secret), "a password lies in {path}");
    }
    assert!(desk::listing(&site, "inbox").is_empty());
}

#[tokio::test]
async fn the_same_file_again_is_answered_and_not_read_again() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, "").await;
    let mut lines: Vec<_> = desk::accounts("snv").await.iter().map(desk::line).collect();
    lines.push(desk::newcomer("Trần Thị Mới", "0912345678"));
    let book = desk::list("DANH SÁCH CÁN BỘ, CÔNG CHỨC", &lines, None);
    site.drop_bytes("snv", "lan-mot.xlsx", &book);
    site.pass(0);
    let keys = |changes: Vec<rosterd::model::change::StoredChange>| -> BTreeSet<String> {
        changes.into_iter().map(|one| format!("{} {} {}", one.id, one.key, one.state)).collect()
    };
    let before = keys(site.changes(None).await);
    assert!(!before.is_empty());
    let before_mails = desk::mails(&site).values().sum::<usize>();
    site.drop_bytes("snv", "lan-hai.xlsx", &book);
    let out = site.pass(0);
    let told = desk::mails(&site).values().sum::<usize>() - before_mails;
    assert_eq!(told, 1, "the contact is told that it came before");
    assert!(out.contains("Tệp gửi trùng: 1"), "{out}");
    assert_eq!(keys(site.changes(None).await), before);
    assert_eq!(desk::rows(&site, "SELECT id FROM roster").await.len(), 1);
    let done = desk::listing(&site, "done");
    assert!(done.iter().any(|path| path.ends_with("/lan-hai.ketqua.xlsx")), "{done:?}");
    assert!(desk::listing(&site, "inbox").is_empty());
}

#[tokio::test]
async fn the_same_bytes_from_two_agencies_are_answered_to_both() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    let lines: Vec<_> = desk::accounts("stc").await.iter().map(desk::line).collect();
    let book = desk::list("DANH SÁCH CÁN BỘ, CÔNG CHỨC", &lines, None);
    for agency in ["stc", "snv"] {
        site.drop_bytes(agency, "danh-sach.xlsx", &book);
    }
    let output = site.rosterd(&["run", "--once", "--json"]);
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((said["answered"].as_u64(), &said["errors"]), (Some(2), &serde_json::json!([])), "{said}");
    let due = desk::rows(&site, "SELECT id FROM roster WHERE feedback = 'due'").await;
    assert_eq!(due, [""; 0]);
    assert_eq!(copies(&site), [""; 0]);
}

#[tokio::test]
async fn what_a_killed_worker_left_in_the_spool_is_gone_after_the_next_pass() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    site.pass(0);
    let hash = "5077e451c32d484a56f0d4ffe958d6afa55609907cf484d73f5f02ffbb07f877";
    for name in [hash.to_owned(), format!(".{hash}.part"), "note.txt".into()] {
        std::fs::write(site.path("spool").join(name), "mật khẩu").unwrap();
    }
    site.pass(0);
    assert_eq!(copies(&site), ["spool/note.txt"], "nothing but what is rosterd's");
}

/// What lies in the spool beside the worker's lock.
fn copies(site: &Site) -> Vec<String> {
    desk::listing(site, "spool").into_iter().filter(|name| !name.ends_with(".lock")).collect()
}
