//! A pass that finds nothing new writes its own line and nothing else.

use super::{World, assert_same_lines, carry_out, directory, keys};
use crate::support::site::{Base, Dir, PROVINCE, Site};
use rosterd::model::change::State;

#[tokio::test]
async fn a_pass_without_news_leaves_only_its_own_row_on_sqlite() {
    a_pass_without_news(Base::Sqlite).await;
}

#[tokio::test]
async fn a_pass_without_news_leaves_only_its_own_row_on_postgresql() {
    a_pass_without_news(Base::Postgres).await;
}

async fn a_pass_without_news(base: Base) {
    let site = Site::new(base, Dir::Slapd, "").await;
    site.drop_province();
    site.pass(3);
    assert_quiet(&site, 3, true, "after what the policy approves was written").await;
    assert_quiet(&site, 3, false, "while brakes hold and approvals are awaited").await;
    site.approve_everything().await;
    site.pass(0);
    assert_quiet(&site, 0, true, "after everything was written").await;
    assert_quiet(&site, 0, false, "once everything is done or ordered").await;
}

/// One more pass writes no row but its own, no file (a mail is one), and nothing to the directory. The first one
/// after a write reads a directory that is `another` than the one read last, and takes that down: since when who can do
/// what, and since when an account is out of use.
async fn assert_quiet(site: &Site, code: i32, another: bool, when: &str) {
    let before = World::of(site).await;
    let out = site.pass(code);
    let after = World::of(site).await;
    assert!(out.contains("Đề nghị thay đổi mới: 0") && out.contains("Thư đã gửi: 0"), "{when}: {out}");
    after.tables.assert_only_a_pass_since(
        &before.tables,
        if another { &["snapshot_state", "access_span", "person"] } else { &[] },
    );
    assert_eq!(after.files.keys().collect::<Vec<_>>(), before.files.keys().collect::<Vec<_>>(), "{when}");
    assert!(after.files == before.files, "{when}: a file was written");
    assert_same_lines(&before.directory, &after.directory, when);
}

#[tokio::test]
async fn the_same_rosters_in_new_bytes_change_nothing_on_sqlite() {
    new_bytes(Base::Sqlite).await;
}

#[tokio::test]
async fn the_same_rosters_in_new_bytes_change_nothing_on_postgresql() {
    new_bytes(Base::Postgres).await;
}

async fn new_bytes(base: Base) {
    let site = Site::new(base, Dir::Slapd, "").await;
    site.drop_province();
    site.pass(3);
    let known = keys(&site).await;
    site.approve_everything().await;
    drop_anew(&site, "a");
    let out = site.pass(0);
    assert!(out.contains("Danh sách đã đọc: 6") && out.contains("Đề nghị thay đổi mới: 0"), "{out}");
    assert!(out.contains("Đã thực hiện: 61"), "every approval held: {out}");
    assert_eq!(keys(&site).await, known);
    let proposed = site.changes(Some(State::Proposed)).await;
    assert_eq!(proposed, [], "nothing has to be approved again");
    let before = directory(&site);
    drop_anew(&site, "b");
    let out = site.pass(0);
    assert!(out.contains("Danh sách đã đọc: 6") && out.contains("Đề nghị thay đổi mới: 0"), "{out}");
    assert_eq!(keys(&site).await, known, "what was carried out is not asked for again");
    assert_same_lines(&before, &directory(&site), "the directory");
}

#[tokio::test]
async fn the_same_bytes_again_are_answered_and_not_read() {
    let site = Site::new(Base::Sqlite, Dir::Slapd, "").await;
    carry_out(&site).await;
    let known = keys(&site).await;
    let before = directory(&site);
    site.drop_province();
    let out = site.pass(0);
    assert!(out.contains("Danh sách đã đọc: 0") && out.contains("Đề nghị thay đổi mới: 0"), "{out}");
    assert_eq!(keys(&site).await, known);
    assert_same_lines(&before, &directory(&site), "the directory");
}

/// Drops the province's rosters as an office program would save them again: the same cells in other bytes.
fn drop_anew(site: &Site, mark: &str) {
    for agency in std::fs::read_dir(format!("{PROVINCE}/inbox")).unwrap() {
        let agency = agency.unwrap();
        for file in std::fs::read_dir(agency.path()).unwrap() {
            let path = file.unwrap().path();
            let mut bytes = std::fs::read(&path).unwrap();
            if path.extension().unwrap() == "xlsx" {
                // A zip archive ends with the length of its comment and the comment.
                let length = bytes.len();
                assert_eq!(bytes[length - 2..], [0, 0], "{} has no comment yet", path.display());
                bytes[length - 2] = u8::try_from(mark.len()).unwrap();
                bytes.extend_from_slice(mark.as_bytes());
            } else {
                // A sector that no stream of the compound file uses.
                bytes.extend(mark.bytes().cycle().take(512));
            }
            let name = path.file_name().unwrap().to_string_lossy();
            site.drop_bytes(&agency.file_name().to_string_lossy(), &name, &bytes);
        }
    }
}
