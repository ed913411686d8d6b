//! Four eyes, on the page, for programs and at the terminal alike: whoever put in what a change is made from neither approves
//! it, nor has it approved in his or her place, nor releases the brake that holds it.

use super::pressing::idle;
use super::{approvals, state};
use crate::support::browser::Browser;
use crate::support::desk;
use crate::support::page::Page;
use rosterd::model::change::{Gate, Risk, State, StoredChange};
use rosterd::model::evidence::Evidence;
use rosterd::model::ids::Login;
use rosterd::model::operator::OperatorRole;
use rosterd::store::{Arrival, Delegation, Release, TokenScope, WriteTx};

/// The sample province after a first pass; whoever runs the tests is the deputy of every agency's contact. Nothing is
/// carried out.
async fn page() -> Page {
    let page = Page::with("", |site| {
        let path = site.path("agencies.toml");
        let deputy = format!(
            "deputy = {{ name = \"Người thay\", mail = \"thay@x.vn\", login = {:?} }}\n",
            desk::login()
        );
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("kind = \"so\"\n", &format!("kind = \"so\"\n{deputy}"))).unwrap();
        site.drop_province();
        site.pass(3);
    })
    .await;
    idle(&page).await;
    page.signed_in("an").post("/pause", &[("what", "writes"), ("reason", "thử")]);
    page
}

/// The arrival behind a change, where a roster is.
async fn behind(page: &Page, change: &StoredChange) -> Option<Arrival> {
    let roster = change.change.evidence.iter().find_map(Evidence::roster)?;
    Some(page.store.arrival(roster).await.unwrap().unwrap().0.arrival)
}

/// A change in this state that a roster of its own agency asks for, and that roster.
async fn asked(page: &Page, wanted: State) -> (StoredChange, Arrival) {
    for one in page.site.changes(Some(wanted)).await {
        let fits = wanted == State::Held || one.change.gate == Gate::One && one.change.risk == Risk::Low;
        match behind(page, &one).await {
            Some(arrival) if fits && arrival.agency == one.change.agency => return (one, arrival),
            _ => {}
        }
    }
    panic!("the sample has a change that is {wanted} and rests on a roster")
}

/// Notes that `by` handed these bytes in, as the page does before it lays them down.
async fn uploads(page: &Page, by: &str, arrival: &Arrival) {
    let work = async |mut tx: WriteTx| {
        tx.note_upload(&arrival.agency, &arrival.sha256, &arrival.file, &Login::new(by)).await?;
        tx.commit(()).await
    };
    page.store.write(chrono::Utc::now(), work).await.unwrap();
}

/// `login` may not approve `change`, however it is tried: with a form, with a selection, by a program, at the terminal.
async fn is_refused(page: &Page, login: &str, change: &StoredChange) {
    let mut browser = page.signed_in(login);
    let path = format!("/changes/{}", change.id);
    let key = change.key.as_str();
    browser.post(&format!("{path}/approve"), &[("key", key)]);
    assert!(said(&mut browser).contains("người khác phải duyệt"));
    let picked = format!("{}.{key}", change.id);
    browser.post("/changes/selected", &[("pick", &picked), ("what", "approve")]);
    assert!(said(&mut browser).contains("Đã duyệt 0 thay đổi. 1: đề nghị này do bạn"));
    let mut program = page.browser();
    let token = page.token(login, TokenScope::Decide).await;
    program.more.push(("Authorization".into(), format!("Bearer {token}")));
    let body = format!("{{\"key\":\"{key}\"}}");
    let json = [("Content-Type", "application/json")];
    let answer = program.send("POST", &format!("/api/v1{path}/approvals"), &json, &body);
    assert_eq!(answer.status, 409, "{}", answer.body);
    if login == desk::login() {
        let terminal = page.site.expect(&["review", "approve", change.id.as_str()], 1);
        assert!(terminal.contains("người khác phải duyệt"), "{terminal}");
    }
    assert!(approvals(page, change).await.is_empty(), "{login}");
    assert_eq!(state(page, change).await, change.state);
}

/// What the next page says of the last act.
fn said(browser: &mut Browser) -> String {
    browser.get("/account").body
}

#[tokio::test]
async fn whose_folder_it_lay_in_does_not_approve_another_agency_s_change() {
    let page = page().await;
    let login = desk::login();
    page.enrol(&login, OperatorRole::Approver, &[]).await;
    let (change, arrival) = asked(&page, State::Proposed).await;
    // An agency's own file answers for it alone: here nobody but those of the folder stand in the way.
    let text = std::fs::read_to_string(page.site.path("agencies.toml")).unwrap();
    assert!(text.contains(&format!("code = \"{}\"", arrival.agency)));
    let path = format!("/changes/{}", change.id);
    assert!(page.signed_in("binh").get(&path).body.contains(&format!("action=\"{path}/approve\"")));
    let shown = page.signed_in(&login).get(&path).body;
    assert!(shown.contains("nên người khác phải duyệt") && !shown.contains("/approve\""), "{shown}");
    is_refused(&page, &login, &change).await;
    // The same roster asks for something of another agency, for which nobody answers (as where an agency above lists the
    // staff below it): it is the folder that counts.
    let moved = format!("UPDATE change_content SET agency = 'chua-khai' WHERE id = '{}'", change.id);
    desk::execute(&page.site, &moved).await;
    let shown = page.signed_in(&login).get(&path).body;
    assert!(shown.contains("nên người khác phải duyệt") && !shown.contains("/approve\""), "{shown}");
    is_refused(&page, &login, &change).await;
    page.signed_in("binh").post(&format!("{path}/approve"), &[("key", change.key.as_str())]);
    assert_eq!(approvals(&page, &change).await, ["binh"]);
}

#[tokio::test]
async fn a_deputy_does_not_approve_what_the_absent_operator_handed_in() {
    let page = page().await;
    let (change, arrival) = asked(&page, State::Proposed).await;
    let elsewhere = if arrival.agency.as_str() == "snv" { "skhcn" } else { "snv" };
    page.enrol("tai", OperatorRole::Approver, &[arrival.agency.as_str()]).await;
    uploads(&page, "tai", &arrival).await;
    for deputy in ["pho", &desk::login()] {
        page.enrol(deputy, OperatorRole::Approver, &[elsewhere]).await;
        let (now, day) = (chrono::Utc::now(), chrono::TimeDelta::days(1));
        let delegation = Delegation {
            id: String::new(),
            operator: Login::new("tai"),
            deputy: Login::new(deputy),
            since: now - day,
            until: now + day,
        };
        let work = async |mut tx: WriteTx| {
            let id = tx.delegate(&delegation, &delegation.operator).await?;
            tx.commit(id).await
        };
        page.store.write(now, work).await.unwrap();
    }
    for login in ["tai", "pho", &desk::login()] {
        is_refused(&page, login, &change).await;
    }
    page.signed_in("binh").post(&format!("/changes/{}/approve", change.id), &[("key", change.key.as_str())]);
    assert_eq!(approvals(&page, &change).await, ["binh"]);
}

#[tokio::test]
async fn a_brake_is_released_by_nobody_who_put_in_what_it_holds() {
    let page = page().await;
    let (change, arrival) = asked(&page, State::Held).await;
    let key = change.brake.clone().unwrap();
    let login = desk::login();
    page.enrol(&login, OperatorRole::Approver, &[]).await;
    page.enrol("chi", OperatorRole::Approver, &[]).await;
    uploads(&page, "binh", &arrival).await;
    let path = format!("/brakes/{key}/release");
    for by in ["binh", &login] {
        let mut browser = page.signed_in(by);
        assert_eq!(browser.post(&path, &[("reason", "đã đối chiếu")]).status, 303, "{by}");
        assert!(said(&mut browser).contains("người khác phải mở"), "{by}");
    }
    let terminal = page.site.expect(&["review", "release", key.as_str(), "--reason", "đã đối chiếu"], 1);
    assert!(terminal.contains("người khác phải mở"), "{terminal}");
    assert!(page.store.votes(&key).await.unwrap().is_empty());
    for by in ["an", "chi"] {
        assert_eq!(page.signed_in(by).post(&path, &[("reason", "đã đối chiếu")]).status, 303, "{by}");
    }
    assert_ne!(state(&page, &change).await, State::Held);
    let work = async |mut tx: WriteTx| {
        let again = tx.release(&key, &Login::new("an"), "x", &std::collections::BTreeSet::new()).await?;
        tx.commit(again).await
    };
    assert_eq!(page.store.write(chrono::Utc::now(), work).await.unwrap(), Release::NotOpen);
}
