//! By phone: what a contact asks for in a call, the call-back to the published number, and the approval that then counts.

use super::taken_over::{ADDRESS, until};
use super::{approvals, state};
use crate::support::page::{Browser, Page};
use crate::support::webdriver::Manner;
use rosterd::model::change::{ChangeKind, Reason, State, StoredChange};
use rosterd::model::operator::OperatorRole;
use rosterd::store::TokenScope;
use serde_json::json;

/// A province in which the account of [`ADDRESS`] was locked by an incident that is over, and stays locked.
async fn locked() -> Page {
    let page = Page::of_province().await;
    let mut an = page.signed_in("an");
    assert_eq!(an.post("/incidents", &[("account", ADDRESS), ("reason", "thư lạ")]).status, 303);
    let incident = page.store.open_incidents().await.unwrap().remove(0);
    until("a lock was not carried out", async || {
        let made = page.store.changes_of_incident(&incident.id).await.unwrap();
        let done = |state| matches!(state, State::Applied | State::Ordered);
        made.iter().all(|one| done(one.stored.state)).then_some(())
    })
    .await;
    let closed = an.post(&format!("/incidents/{}/close", incident.id), &[("reason", "đã xử lý")]);
    assert_eq!(closed.status, 303, "{}", closed.body);
    let unlock = unlocking(&page).await.expect("closing it proposes that the account opens");
    let rejected = [("key", unlock.key.as_str()), ("reason", "chưa cần")];
    assert_eq!(an.post(&format!("/changes/{}/reject", unlock.id), &rejected).status, 303);
    page
}

async fn unlocking(page: &Page) -> Option<StoredChange> {
    let waiting = page.site.changes(Some(State::Proposed)).await;
    waiting.into_iter().find(|one| one.change.kind == ChangeKind::UnlockAccount)
}

fn asked(by: &'static str) -> [(&'static str, &'static str); 3] {
    [("account", ADDRESS), ("asked_by", by), ("reason", "cần ký văn bản")]
}

const CONTACT: &str = "daumoi.snv@tinhmau.gov.vn";

#[tokio::test]
async fn a_call_is_written_down_called_back_and_approved_by_somebody_else() {
    let page = locked().await;
    let mut an = page.signed_in("an");
    let form = an.get("/agencies/snv").body;
    assert!(form.contains("action=\"/unlocks\"") && form.contains(CONTACT), "{form}");
    // Who asks must be a contact; what is not locked is not opened; a reason is given.
    for (fields, why) in [
        (asked("Người Lạ"), "Đầu mối snv"),
        ([("account", "khong.co"), ("asked_by", CONTACT), ("reason", "x")], "khong.co"),
        ([("account", ADDRESS), ("asked_by", CONTACT), ("reason", " ")], "lý do"),
    ] {
        let refused = an.post("/unlocks", &fields);
        assert!(refused.status == 422 && refused.body.contains(why), "{why}: {}", refused.body);
    }
    page.enrol("xem", OperatorRole::Viewer, &[]).await;
    page.enrol("khac", OperatorRole::Approver, &["skhcn"]).await;
    assert_eq!(page.signed_in("xem").post("/unlocks", &asked(CONTACT)).status, 403);
    let elsewhere = page.signed_in("khac").post("/unlocks", &asked(CONTACT));
    assert!(
        elsewhere.status == 422 && elsewhere.body.contains("không có tài khoản nào"),
        "as if it were not there"
    );
    assert!(unlocking(&page).await.is_none());

    let answer = an.post("/unlocks", &asked("đầu mối snv"));
    let change = unlocking(&page).await.unwrap_or_else(|| panic!("{}", answer.body));
    let path = format!("/changes/{}", change.id);
    assert_eq!(answer.header("location"), Some(path.as_str()));
    assert_eq!(change.change.reason, Reason::PhoneUnlock);
    let twice = an.post("/unlocks", &asked(CONTACT));
    assert!(twice.status == 422 && twice.body.contains(change.id.as_str()), "{}", twice.body);

    // Who wrote it down does not approve; nobody does before the call.
    let key = [("key", change.key.as_str())];
    let mut binh = page.signed_in("binh");
    let shown = binh.get(&path).body;
    assert!(
        shown.contains("Chưa ai gọi lại") && shown.contains("Đầu mối snv: <strong>0900000000"),
        "{shown}"
    );
    assert!(
        !shown.contains(&format!("{path}/approve").replace('/', "&#x2f;")) && !shown.contains("/approve\"")
    );
    assert_eq!(binh.post(&format!("{path}/approve"), &key).status, 303);
    assert!(approvals(&page, &change).await.is_empty(), "nobody has called");
    let call = |browser: &mut Browser, number: &str, who: &str| {
        browser.post(&format!("{path}/call-back"), &[("number", number), ("spoke_with", who)]).status
    };
    assert_eq!(call(&mut an, "0911 111 111", "Đầu mối"), 422, "a number from the request proves nothing");
    assert_eq!(call(&mut an, "0900 000 000", " "), 422);
    assert_eq!(call(&mut page.signed_in("xem"), "0900000000", "Đầu mối"), 403);
    assert_eq!(call(&mut page.signed_in("khac"), "0900000000", "Đầu mối"), 404);
    assert!(page.store.call_backs(&change.key).await.unwrap().is_empty());
    assert_eq!(call(&mut an, "+84 900 000 000", "Đầu mối snv"), 303);
    let shown = binh.get(&path).body;
    assert!(
        shown.contains("Trần Thị An</strong> đã gọi 0900000000") && !shown.contains("Chưa ai gọi lại"),
        "{shown}"
    );
    assert!(an.get(&path).body.contains("do chính bạn ghi nhận"));
    an.post(&format!("{path}/approve"), &key);
    assert!(approvals(&page, &change).await.is_empty(), "who wrote it down");
    binh.post(&format!("{path}/approve"), &key);
    assert_eq!(approvals(&page, &change).await, ["binh"]);
    until("it was not opened", async || (state(&page, &change).await == State::Applied).then_some(())).await;
    let verbs = page.store.audit_page("an", "change.", None, 50).await.unwrap();
    for verb in ["change.enter", "change.call-back"] {
        assert!(verbs.iter().any(|row| row.verb == verb), "{verb}: {verbs:?}");
    }
    page.store.audit_verify().await.unwrap();
}

#[tokio::test]
async fn a_call_can_be_read_and_noted_by_everybody() {
    let page = locked().await;
    let window = page.window("an", Manner { without_script: true, ..Manner::default() });
    window.go(&page.at("/agencies/snv"));
    window.click("#contacts ~ details summary");
    window.fill("details input[name=account]", ADDRESS);
    window.fill("details input[name=reason]", "cần ký văn bản");
    window.click("details button");
    window.sees("h2", "Gọi lại trước khi duyệt");
    let change = unlocking(&page).await.unwrap();
    let mut found = Vec::new();
    for (dark, phone, lang) in [(false, false, "vi"), (true, false, "en"), (true, true, "vi")] {
        let reader = page.window("binh", Manner { dark, phone, ..Manner::default() });
        reader.cookie(&format!("rosterd-lang-{}", page.port), lang);
        let paths = [("called", format!("/changes/{}", change.id)), ("caller", "/agencies/snv".into())];
        for (name, path) in paths {
            reader.go(&page.at(&path));
            reader.run("document.querySelectorAll('details').forEach(one => one.open = true)");
            found.extend(reader.violations().into_iter().map(|one| format!("{name} {lang}: {one}")));
            let wider = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
            assert_eq!(reader.run(wider), json!(0), "{name}");
            let theme = if dark { "dark" } else { "light" };
            reader.shoot(&format!("{name}-{lang}-{theme}{}", if phone { "-phone" } else { "" }));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    window.fill("input[name=spoke_with]", "Đầu mối snv");
    window.click("form[action$='/call-back'] button");
    window.sees("p", "Đã ghi nhận cuộc gọi lại");
    assert_eq!(page.store.call_backs(&change.key).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_program_writes_a_call_down_and_notes_the_call_back() {
    let page = locked().await;
    let mut program = page.browser();
    let token = page.token("an", TokenScope::Decide).await;
    program.more.push(("Authorization".into(), format!("Bearer {token}")));
    let mut post = |path: &str, body: serde_json::Value| {
        let kind = [("Content-Type", "application/json")];
        let answer = program.send("POST", &format!("/api/v1/{path}"), &kind, &body.to_string());
        (answer.status, answer.body)
    };
    let unlock = |by: &str| json!({"account": ADDRESS, "asked_by": by, "reason": "cần ký văn bản"});
    assert_eq!(post("unlocks", unlock("Người Lạ")).0, 422);
    let (status, said) = post("unlocks", unlock(CONTACT));
    let change = unlocking(&page).await.unwrap();
    assert!(status == 200 && said.contains(change.id.as_str()), "{said}");
    let calls = format!("changes/{}/call-backs", change.id);
    let call = |number: &str| json!({"number": number, "spoke_with": "Đầu mối snv"});
    assert_eq!(post(&calls, call("0911111111")).0, 422);
    assert_eq!(post(&calls, call("0900000000")).0, 200);
    let other = page.site.changes(Some(State::Proposed)).await;
    let other = other.iter().find(|one| !one.change.needs_call_back()).unwrap();
    assert_eq!(
        post(&format!("changes/{}/call-backs", other.id), call("0900000000")).0,
        409,
        "it asks for none"
    );
    let read = program.get(&format!("/api/v1/{calls}")).json();
    assert_eq!((&read["needed"], &read["calls"][0]["by"]), (&json!(true), &json!("an")));
    assert_eq!(read["numbers"][0]["number"], "0900000000");
    assert_eq!(program.get(&format!("/api/v1/changes/{}/call-backs", other.id)).json()["needed"], false);
}
