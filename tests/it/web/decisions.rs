//! Decisions on the page: what counts, what does not, and what the trail says of it.

use super::{approvals, state, waiting};
use crate::support::desk;
use crate::support::page::{PASSWORD, Page};
use crate::support::slapd::SUFFIX;
use rosterd::model::change::{Gate, Risk, State, StoredChange};
use rosterd::model::ids::{ChangeId, Login};
use rosterd::model::operator::OperatorRole;
use rosterd::model::question::QuestionKind;
use rosterd::store::{Delegation, Paused, Query, TokenScope};

/// Keeps the worker from carrying out what a test approves.
pub async fn pause(page: &Page) {
    let by = Login::new("an");
    page.store
        .write(chrono::Utc::now(), async |mut tx| {
            let paused = tx.pause(Paused::Writes, &by, "thử").await?;
            tx.commit(paused).await
        })
        .await
        .unwrap();
}

/// A change that two must approve, held by a brake.
async fn held(page: &Page) -> StoredChange {
    let mut found = page.site.changes(Some(State::Held)).await;
    found.retain(|one| one.change.gate == Gate::Two);
    found.into_iter().next().expect("the sample has one")
}

#[tokio::test]
async fn an_approval_counts_once_and_for_what_was_shown() {
    let page = Page::of_province().await;
    pause(&page).await;
    // In the sample these are held by a brake: they collect approvals and stay held.
    let change = held(&page).await;
    let path = format!("/changes/{}/approve", change.id);
    let (mut an, mut binh) = (page.signed_in("an"), page.signed_in("binh"));
    let shown = an.get(&format!("/changes/{}", change.id)).body;
    assert!(shown.contains(change.key.as_str()) && shown.contains("hai người duyệt"), "{shown}");
    an.post(&path, &[("key", "another key")]);
    assert!(approvals(&page, &change).await.is_empty(), "it says something else by now");
    an.post(&path, &[("key", change.key.as_str())]);
    an.post(&path, &[("key", change.key.as_str())]);
    assert_eq!(approvals(&page, &change).await, ["an"], "a second time is not a second person");
    assert_eq!(state(&page, &change).await, State::Held);
    assert!(an.get(&format!("/changes/{}", change.id)).body.contains("cần một người khác"));
    binh.post(&path, &[("key", change.key.as_str())]);
    assert_eq!(approvals(&page, &change).await, ["an", "binh"]);
    assert_eq!(state(&page, &change).await, State::Held);
    page.store.audit_verify().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_approvers_at_once_are_two_or_one_is_told_so() {
    let page = Page::of_province().await;
    pause(&page).await;
    let (two, one) = (held(&page).await, waiting(&page, Risk::Low, Gate::One).await);
    for (change, expected, after) in [(two, 2, State::Held), (one, 1, State::Approved)] {
        let path = format!("/changes/{}/approve", change.id);
        let browsers =
            [page.signed_in("an"), page.signed_in("binh"), page.signed_in("an"), page.signed_in("binh")];
        let threads: Vec<_> = browsers
            .into_iter()
            .map(|mut browser| {
                let (path, key) = (path.clone(), change.key.to_string());
                std::thread::spawn(move || browser.post(&path, &[("key", &key)]).status)
            })
            .collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), 303);
        }
        assert_eq!(approvals(&page, &change).await.len(), expected);
        assert_eq!(state(&page, &change).await, after);
    }
    page.store.audit_verify().await.unwrap();
}

#[tokio::test]
async fn a_deputy_sees_and_approves_what_the_absent_operator_does_and_no_more() {
    let page = Page::of_province().await;
    pause(&page).await;
    let change = waiting(&page, Risk::Low, Gate::One).await;
    let other = if change.change.agency.as_str() == "snv" { "skhcn" } else { "snv" };
    page.enrol("dung", OperatorRole::Approver, &[other]).await;
    let mut dung = page.signed_in("dung");
    let mut program = page.browser();
    let token = page.token("dung", TokenScope::Read).await;
    program.more.push(("Authorization".into(), format!("Bearer {token}")));
    let (path, read) = (format!("/changes/{}", change.id), format!("/api/v1/changes/{}", change.id));
    assert_eq!((dung.get(&path).status, program.get(&read).status), (404, 404));

    // `binh` is for the whole province: the deputy sees all of it, and is no operator for the whole province.
    let (binh, day) = (Login::new("binh"), chrono::TimeDelta::days(1));
    let now = chrono::Utc::now();
    let delegation = Delegation {
        id: String::new(),
        operator: binh.clone(),
        deputy: Login::new("dung"),
        since: now - day,
        until: now + day,
    };
    let id = page
        .store
        .write(now, async |mut tx| {
            let id = tx.delegate(&delegation, &binh).await?;
            tx.commit(id).await
        })
        .await
        .unwrap();
    assert_eq!((dung.get(&path).status, program.get(&read).status), (200, 200));
    let label = change.change.label.split(" <").next().unwrap().to_owned();
    assert!(dung.get(&format!("/changes?agency={}", change.change.agency)).body.contains(&label));
    for province in ["/operators", "/audit", "/rotation/campaigns/new"] {
        assert_eq!(dung.get(province).status, 403, "{province}");
    }
    assert_eq!(dung.post(&format!("{path}/approve"), &[("key", change.key.as_str())]).status, 303);
    assert_eq!(approvals(&page, &change).await.len(), 1);

    page.store
        .write(chrono::Utc::now(), async |mut tx| {
            let ended = tx.recall(&id, &binh).await?;
            tx.commit(ended).await
        })
        .await
        .unwrap();
    assert_eq!((dung.get(&path).status, program.get(&read).status), (404, 404));
}

#[tokio::test]
async fn a_role_decides_what_it_may_and_sees_no_more() {
    let page = Page::of_province().await;
    let change = waiting(&page, Risk::Low, Gate::One).await;
    let (id, key) = (change.id.as_str(), change.key.as_str());
    for role in OperatorRole::ALL.iter().filter(|role| **role != OperatorRole::Administrator) {
        let agencies: &[&str] =
            if *role == OperatorRole::Contact { &[change.change.agency.as_str()] } else { &[] };
        page.enrol(role.as_str(), *role, agencies).await;
        let mut browser = page.signed_in(role.as_str());
        assert_eq!(browser.get(&format!("/changes/{id}")).status, 200, "{role}");
        assert_eq!(browser.get("/operators").status, 403, "{role}");
        assert_eq!(browser.post("/pause", &[("what", "writes"), ("reason", "x")]).status, 403, "{role}");
        let audit = browser.get("/audit").status;
        assert_eq!(audit, if *role == OperatorRole::Auditor { 200 } else { 403 }, "{role}");
        if !matches!(role, OperatorRole::Approver) {
            assert_eq!(
                browser.post(&format!("/changes/{id}/approve"), &[("key", key)]).status,
                403,
                "{role}"
            );
            assert_eq!(browser.get("/changes/bulk").status, 403, "{role}");
        }
        if !matches!(role, OperatorRole::Approver | OperatorRole::Reviewer) {
            let reject = browser.post(&format!("/changes/{id}/reject"), &[("key", key), ("reason", "x")]);
            assert_eq!(reject.status, 403, "{role}");
        }
    }
    assert_eq!((state(&page, &change).await, approvals(&page, &change).await.len()), (State::Proposed, 0));
}

#[tokio::test]
async fn whoever_hands_a_roster_in_does_not_approve_what_follows() {
    let page = Page::with("", |site| {
        site.drop_province();
        site.pass(3);
    })
    .await;
    page.enrol("dung", OperatorRole::Approver, &[]).await;
    let mut dung = page.signed_in("dung");
    let csv = "Họ và tên;Ngày sinh;Chức vụ;Đơn vị;Điện thoại\nĐặng Thị Mới Tuyển;01/02/1990;Chuyên viên;Văn phòng;0912345678\n";
    assert_eq!(dung.upload("snv", "bo-sung.csv", csv).status, 303);
    let until = std::time::Instant::now() + std::time::Duration::from_mins(1);
    let change = loop {
        let found = page.site.changes(Some(State::Proposed)).await;
        if let Some(change) = found.into_iter().find(|one| one.change.label.starts_with("Đặng Thị Mới Tuyển"))
        {
            break change;
        }
        assert!(std::time::Instant::now() < until, "the upload was not taken");
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    };
    pause(&page).await;
    let path = format!("/changes/{}/approve", change.id);
    assert_eq!(dung.post(&path, &[("key", change.key.as_str())]).status, 303);
    assert!(approvals(&page, &change).await.is_empty());
    assert_eq!(state(&page, &change).await, State::Proposed);
    page.signed_in("binh").post(&path, &[("key", change.key.as_str())]);
    assert_eq!(approvals(&page, &change).await, ["binh"]);
}

#[tokio::test]
async fn a_bulk_approval_covers_what_was_shown_and_its_number() {
    let page = Page::with("bulk_typed_above = 0", |site| {
        site.drop_province();
        site.pass(3);
    })
    .await;
    pause(&page).await;
    let query =
        Query { risk: Some(Risk::Low), gate: Some(Gate::One), ..Query::of(State::Proposed, Vec::new()) };
    let count = page.store.count_changes(&query, 10_000).await.unwrap();
    assert!(count > 0, "{count}");
    let mut an = page.signed_in("an");
    let shown = an.get("/changes/bulk").body;
    assert!(shown.contains(&format!("<strong>{count}</strong>")), "{shown}");
    let covered =
        shown.split_once("name=\"covered\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
    let number = count.to_string();
    for fields in [
        [("covered", covered.as_str()), ("typed", "")],
        [("covered", covered.as_str()), ("typed", "999")],
        [("covered", "0000"), ("typed", number.as_str())],
    ] {
        let answer = an.post("/changes/bulk", &fields);
        assert!(answer.status == 200 && answer.body.contains("chưa duyệt thay đổi nào"), "{fields:?}");
    }
    let shown = an.get("/changes/bulk").body;
    let covered =
        shown.split_once("name=\"covered\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
    let number = count.to_string();
    assert_eq!(an.post("/changes/bulk", &[("covered", &covered), ("typed", &number)]).status, 303);
    assert_eq!(page.store.count_changes(&query, 10_000).await.unwrap(), 0);
    let high = Query { risk: Some(Risk::High), ..Query::of(State::Approved, Vec::new()) };
    assert_eq!(page.store.count_changes(&high, 10_000).await.unwrap(), 0, "nothing of high risk went along");
}

#[tokio::test]
async fn a_brake_is_released_by_two_with_a_reason() {
    let page = Page::of_province().await;
    pause(&page).await;
    let (brake, _) = page.store.open_brakes().await.unwrap().remove(0);
    let path = format!("/brakes/{}", brake.key);
    let (mut an, mut binh) = (page.signed_in("an"), page.signed_in("binh"));
    let shown = an.get(&path).body;
    assert!(shown.contains(&format!("{} thay đổi đang bị giữ", brake.holds.len())), "{shown}");
    assert_eq!(an.post(&format!("{path}/release"), &[("reason", "  ")]).status, 422);
    an.post(&format!("{path}/release"), &[("reason", "đã đối chiếu")]);
    an.post(&format!("{path}/release"), &[("reason", "đã đối chiếu")]);
    assert_eq!(an.get(&path).status, 200, "one person is not two");
    binh.post(&format!("{path}/release"), &[("reason", "đã gọi điện")]);
    assert_eq!(binh.get(&path).status, 404);
    let held = Query { brake: Some(brake.key), ..Query::of(State::Held, Vec::new()) };
    assert_eq!(page.store.count_changes(&held, 100).await.unwrap(), 0);
}

#[tokio::test]
async fn a_mailbox_is_given_to_nobody_who_cannot_keep_it() {
    let here: Vec<_> = desk::accounts("stc").await.iter().map(desk::line).collect();
    let elsewhere = desk::line(&desk::accounts("snv").await[0]);
    let page = Page::with("\n[policy]\nattest_from = \"2020-01-01\"\n", |site| {
        let path = site.path("directory.ldif");
        let mailbox = format!(
            "\ndn: uid=hopthu.stc,ou=stc,ou=people,{SUFFIX}\nobjectClass: inetOrgPerson\nuid: hopthu.stc\n\
             cn: Hop thu\nsn: Hop thu\nmail: hopthu.stc@tinhmau.gov.vn\nemployeeType: unit\n\
             entryUUID: 7f0e3f1c-0000-4000-8000-00000000beef\n"
        );
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.trim_end().to_owned() + "\n" + &mailbox).unwrap();
        site.drop_bytes("stc", "mot.xlsx", &desk::list("DANH SÁCH CÁN BỘ, CÔNG CHỨC", &here, None));
        site.pass(0);
        site.pass(0);
    })
    .await;
    let questions = page.store.questions().await.unwrap();
    let question = questions.iter().find(|one| one.question.kind == QuestionKind::Custodian).unwrap();
    let mut an = page.signed_in("an");
    let path = format!("/questions/{}", question.key);
    for unfit in ["khongai@tinhmau.gov.vn", &elsewhere[3]] {
        let said = an.post(&path, &[("answer", unfit)]);
        assert_eq!(said.status, 422, "{unfit}: {}", said.body);
        assert!(said.body.contains(unfit), "{}", said.body);
    }
    assert_eq!(an.post(&path, &[("answer", &format!("  {} ", here[0][3]))]).status, 303);
    let left = page.store.questions().await.unwrap();
    assert!(left.iter().all(|one| one.key != question.key), "answered");
}

#[tokio::test]
async fn a_row_as_sent_is_shown_for_the_password_and_written_down() {
    let page = Page::of_province().await;
    let changes = page.site.changes(Some(State::Proposed)).await;
    let (change, roster, sheet, row) = changes
        .iter()
        .find_map(|one| {
            one.change.evidence.iter().find_map(|evidence| match evidence {
                rosterd::model::evidence::Evidence::Row { roster, sheet, row, .. } => {
                    Some((one, roster.to_string(), sheet.clone(), row.to_string()))
                }
                _ => None,
            })
        })
        .unwrap();
    let mut an = page.signed_in("an");
    let path = format!("/changes/{}/as-sent", change.id);
    let fields = |password| {
        [
            ("password", password),
            ("roster", roster.as_str()),
            ("sheet", sheet.as_str()),
            ("row", row.as_str()),
        ]
    };
    assert_eq!(an.post(&path, &fields("sai")).status, 303);
    let trail = async || page.store.audit_page("an", "row.reveal", None, 10).await.unwrap().len();
    assert_eq!(trail().await, 0);
    let shown = an.post(&path, &fields(PASSWORD));
    assert_eq!(shown.status, 200, "{}", shown.body);
    assert!(shown.body.contains("Họ và tên"), "{}", shown.body);
    assert_eq!(trail().await, 1);
    // A row that the change does not rest on is not shown, whatever the password.
    let other =
        [("password", PASSWORD), ("roster", roster.as_str()), ("sheet", sheet.as_str()), ("row", "1")];
    assert_eq!(an.post(&path, &other).status, 404);
    page.enrol("xem", OperatorRole::Viewer, &[]).await;
    assert_eq!(page.signed_in("xem").post(&path, &fields(PASSWORD)).status, 403);
}

#[tokio::test]
async fn what_the_overview_counts_is_what_its_lists_hold() {
    let page = Page::of_province().await;
    let mut an = page.signed_in("an");
    let overview = an.get("/").body;
    for (path, state) in [("/changes", State::Proposed), ("/changes?state=held", State::Held)] {
        let expected = page.site.changes(Some(state)).await.len();
        assert!(
            overview.contains(&format!("href=\"{path}\"><strong>{expected}</strong>")),
            "{path} {expected}"
        );
        // Page by page, each once, the pages before leading back.
        let (mut seen, mut next) = (Vec::new(), path.to_owned());
        loop {
            let body = an.get(&next).body;
            seen.extend(ids(&body));
            match body.split_once("rel=\"next\" href=\"") {
                Some((_, rest)) => {
                    next = rest.split('"').next().unwrap().replace("&amp;", "&").replace("&#x2f;", "/");
                }
                None => break,
            }
        }
        let mut once = seen.clone();
        once.sort();
        once.dedup();
        assert_eq!((seen.len(), once.len()), (expected, expected), "{path}");
    }
}

/// The changes a list shows.
fn ids(body: &str) -> Vec<ChangeId> {
    let parts = body.split("href=\"/changes/").skip(1).map(|rest| rest.split('"').next().unwrap());
    parts.filter(|id| id.len() == 36).map(ChangeId::new).collect()
}

#[tokio::test]
async fn a_legal_hold_is_asked_for_by_one_and_agreed_to_by_another() {
    let page = Page::of_province().await;
    let change = waiting(&page, Risk::Low, Gate::One).await;
    let (mut an, mut binh) = (page.signed_in("an"), page.signed_in("binh"));
    assert_eq!(an.post(&format!("/changes/{}/hold", change.id), &[("reason", "CV 12/CA")]).status, 303);
    let hold = page.store.legal_holds().await.unwrap().remove(0);
    assert!(!hold.holds);
    an.post(&format!("/holds/{}/agree", hold.id), &[("reason", "CV 12/CA")]);
    assert!(!page.store.legal_holds().await.unwrap()[0].holds, "one person is not two");
    binh.post(&format!("/holds/{}/agree", hold.id), &[("reason", "CV 12/CA")]);
    assert!(page.store.legal_holds().await.unwrap()[0].holds);
}
