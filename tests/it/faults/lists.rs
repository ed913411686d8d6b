//! Lists that miss half their people.

use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use rosterd::model::change::{ChangeKind, State};
use rosterd::model::ids::TargetId;

/// A site that knows everybody of the agency from a first full roster, then half of them with one newcomer under
/// `title`.
async fn half_gone(title: &str, code: i32) -> Site {
    let site = Site::new(Base::Sqlite, Dir::Slapd, "").await;
    let lines: Vec<_> = desk::accounts("snv").await.iter().map(desk::line).collect();
    site.drop_bytes("snv", "dau-nam.xlsx", &desk::list("DANH SÁCH CÁN BỘ, CÔNG CHỨC", &lines, None));
    site.pass(0);
    let suspected = desk::of_kind(&site, ChangeKind::SuspectLeaver, State::Proposed).await;
    assert!(suspected.is_empty(), "{suspected:?}");
    let mut half = lines[..lines.len() / 2].to_vec();
    half.push(desk::newcomer("Trần Thị Mới", "0912345678"));
    site.drop_bytes("snv", "giua-nam.xlsx", &desk::list(title, &half, None));
    site.pass(code);
    site
}

#[tokio::test]
async fn a_staff_list_with_half_its_people_gone_is_partial_and_says_so() {
    let site = half_gone("DANH SÁCH CÁN BỘ, CÔNG CHỨC", 0).await;
    let kinds = desk::rows(&site, "SELECT file || ' ' || kind FROM roster ORDER BY file").await;
    assert_eq!(kinds, ["dau-nam.xlsx full", "giua-nam.xlsx partial"]);
    let mut changes = site.changes(None).await;
    changes.retain(|one| one.change.target == TargetId::mail());
    assert!(changes.iter().all(|one| one.change.kind == ChangeKind::CreateAccount), "{changes:?}");
    assert_eq!(changes.len(), 1);
    let done = desk::listing(&site, "done");
    let answer = done.iter().find(|path| path.ends_with("/giua-nam.ketqua.xlsx")).unwrap();
    let bytes = std::fs::read(site.path(answer)).unwrap();
    assert!(desk::holds(&bytes, "danh sách một phần"));
}

#[tokio::test]
async fn a_list_that_says_it_is_everybody_is_braked_but_its_joiners_are_not() {
    let site = half_gone("DANH SÁCH TOÀN BỘ CÁN BỘ, CÔNG CHỨC", 3).await;
    desk::enrol(&site).await;
    let held = desk::of_kind(&site, ChangeKind::SuspectLeaver, State::Held).await;
    assert!(held.len() >= 9, "{}", held.len());
    assert_eq!(desk::of_kind(&site, ChangeKind::SuspectLeaver, State::Proposed).await.len(), 0);
    let joiner = desk::of_kind(&site, ChangeKind::CreateAccount, State::Proposed).await;
    assert_eq!(joiner.len(), 1);
    site.expect(&["review", "approve", joiner[0].id.as_str()], 0);
    site.pass(3);
    assert_eq!(desk::of_kind(&site, ChangeKind::CreateAccount, State::Applied).await.len(), 1);
    assert_eq!(desk::of_kind(&site, ChangeKind::SuspectLeaver, State::Held).await.len(), held.len());
    let locked = site.slapd.as_ref().unwrap().ldapsearch("(pwdAccountLockedTime=*)", &["uid"]);
    assert_eq!(locked.trim(), "");
}
