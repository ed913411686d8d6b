//! Lists that miss half their people.

use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use rosterd::model::change::{ChangeKind, Reason, State};
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

#[tokio::test]
async fn an_older_list_is_answered_with_the_date_of_the_one_in_force() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    let lines: Vec<_> = desk::accounts("snv").await.iter().map(desk::line).collect();
    let dated = |number: u32, date: &str| {
        format!("DANH SÁCH CÁN BỘ, CÔNG CHỨC (Kèm theo Công văn số {number}/SNV-VP ngày {date})")
    };
    site.drop_bytes("snv", "dang-hieu-luc.xlsx", &desk::list(&dated(15, "20/03/2026"), &lines, None));
    site.pass(0);
    let mut older = lines.clone();
    "Thủ quỹ".clone_into(&mut older[0][1]);
    site.drop_bytes("snv", "ban-cu.xlsx", &desk::list(&dated(2, "05/01/2026"), &older, None));
    site.pass(0);
    let said = "Danh sách ngày 20/03/2026 đang có hiệu lực, vì vậy tệp này không thay thế danh sách đó";
    let letters = desk::rows(
        &site,
        "SELECT body FROM outbox JOIN outbox_content USING (id) WHERE key LIKE 'feedback:%' ORDER BY id",
    )
    .await;
    let about = |file: &str| -> Vec<&String> { letters.iter().filter(|one| one.contains(file)).collect() };
    assert!(matches!(about("ban-cu.xlsx")[..], [one] if one.contains(said)), "{letters:#?}");
    assert!(
        matches!(about("dang-hieu-luc.xlsx")[..], [one] if !one.contains("đang có hiệu lực")),
        "{letters:#?}"
    );
    let feedback = |name: &str| {
        let done = desk::listing(&site, "done");
        let path = done.iter().find(|path| path.ends_with(name)).unwrap();
        std::fs::read(site.path(path)).unwrap()
    };
    assert!(desk::holds(&feedback("/ban-cu.ketqua.xlsx"), said));
    assert!(!desk::holds(&feedback("/ban-cu.ketqua.xlsx"), "Được đọc là"));
    assert!(!desk::holds(&feedback("/dang-hieu-luc.ketqua.xlsx"), "đang có hiệu lực"));
    assert_eq!(
        site.changes(None).await.iter().filter(|one| one.change.target == TargetId::mail()).count(),
        0
    );
}

#[tokio::test]
async fn the_agency_that_an_account_lies_in_is_asked_once_where_only_another_lists_the_holder() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    let moved = desk::line(&desk::accounts("stc").await[0]);
    site.drop_bytes(
        "snv",
        "tiep-nhan.xlsx",
        &desk::list("DANH SÁCH CÁN BỘ, CÔNG CHỨC", std::slice::from_ref(&moved), None),
    );
    site.pass(0);
    let moves = desk::of_kind(&site, ChangeKind::MoveAccount, State::Proposed).await;
    assert!(matches!(&moves[..], [one] if one.change.reason == Reason::TransferByReceiver), "{moves:?}");
    let asked = || {
        desk::rows(
            &site,
            "SELECT address || ' ' || body FROM outbox JOIN outbox_content USING (id) WHERE key LIKE 'receiver_asks:%'",
        )
    };
    let letters = asked().await;
    let [letter] = &letters[..] else { panic!("{letters:#?}") };
    assert!(letter.starts_with("daumoi.stc@tinhmau.gov.vn "), "{letter}");
    for said in [
        &moved[0],
        &moved[3],
        "tiep-nhan.xlsx",
        "Sở Nội vụ",
        "0200 0000 000",
        "chưa báo việc chuyển công tác",
    ] {
        assert!(letter.contains(said), "{said}: {letter}");
    }
    assert_eq!(desk::mails(&site).keys().filter(|one| one.contains("daumoi.stc@")).count(), 1);
    site.pass(0);
    assert_eq!(asked().await, letters, "once");
    // The answer: the old agency still lists the holder.
    let lines: Vec<_> = desk::accounts("stc").await.iter().map(desk::line).collect();
    site.drop_bytes("stc", "tra-loi.xlsx", &desk::list("DANH SÁCH CÁN BỘ, CÔNG CHỨC", &lines, None));
    site.pass(0);
    assert!(desk::of_kind(&site, ChangeKind::MoveAccount, State::Proposed).await.is_empty());
    assert_eq!(asked().await, letters);
}
