//! Matches by name and phone on the page: listed side by side, and confirmed by their exact number.

use crate::support::page::Page;
use rosterd::model::change::{State, StoredChange};
use rosterd::model::ids::AgencyCode;
use rosterd::model::operator::OperatorRole;
use rosterd::store::TokenScope;

fn waiting(changes: &[StoredChange]) -> usize {
    let is_snv =
        |one: &&StoredChange| one.change.waits_for_matches_of().is_some_and(|code| code.as_str() == "snv");
    changes.iter().filter(is_snv).count()
}

#[tokio::test]
async fn matches_are_seen_side_by_side_and_confirmed_by_their_exact_number() {
    let page = Page::of_province().await;
    let snv = AgencyCode::parse("snv").unwrap();
    let open = page.store.open_matches(&snv).await.unwrap();
    let all = page.store.count_open_matches().await.unwrap();
    assert!(!open.is_empty() && all.len() > 1, "{all:?}");
    assert_eq!(all[&snv], open.len() as u64);
    assert!(waiting(&page.site.changes(Some(State::Held)).await) > 0);
    let mut an = page.signed_in("an");
    let sum: u64 = all.values().sum();
    assert!(an.get("/").body.contains(&format!("<a href=\"/matches\"><strong>{sum}</strong>")));
    assert!(an.get("/agencies/snv").body.contains(&format!("<a href=\"/matches/snv\">{}", open.len())));
    assert!(an.get("/matches").body.contains(&format!("<a href=\"/matches/snv\">{}</a>", open.len())));
    let shown = an.get("/matches/snv").body;
    for person in &open {
        assert!(shown.contains(person.name.as_str()), "{}: {shown}", person.name);
        let phone = person.phone.as_deref().unwrap();
        assert!(!shown.contains(phone), "a phone is masked: {shown}");
    }
    assert!(shown.contains("khớp") && shown.contains("họ tên và số điện thoại"), "{shown}");

    // Nothing but the exact number, from who may.
    let typed = |number: usize| [("typed", number.to_string())];
    let post = |browser: &mut crate::support::page::Browser, number: usize| {
        let typed = typed(number);
        browser.post("/matches/snv", &[("typed", typed[0].1.as_str())]).status
    };
    assert_eq!((post(&mut an, open.len() - 1), post(&mut an, 0)), (422, 422));
    assert_eq!(an.post("/matches/snv", &[]).status, 422);
    page.enrol("ra.soat", OperatorRole::Reviewer, &["snv"]).await;
    page.enrol("khac", OperatorRole::Approver, &["skhcn"]).await;
    let (mut reviewer, mut other) = (page.signed_in("ra.soat"), page.signed_in("khac"));
    assert_eq!((reviewer.get("/matches/snv").status, post(&mut reviewer, open.len())), (200, 403));
    assert!(!reviewer.get("/matches/snv").body.contains("name=\"typed\""));
    assert_eq!((other.get("/matches/snv").status, post(&mut other, open.len())), (404, 404));
    assert!(!other.get("/matches").body.contains("/matches/snv"));
    assert_eq!(an.get("/matches/nowhere").status, 404);
    assert_eq!(page.store.open_matches(&snv).await.unwrap().len(), open.len());
    assert_eq!(post(&mut an, open.len()), 303);
    assert!(page.store.open_matches(&snv).await.unwrap().is_empty());
    assert_eq!(page.store.count_open_matches().await.unwrap().get(&snv), None);
    assert_eq!(waiting(&page.site.changes(Some(State::Held)).await), 0, "nothing waits for them any more");
    assert!(an.get("/matches/snv").body.contains("Không có kết quả nào"));
    assert!(!an.get("/agencies/snv").body.contains("/matches/snv"));
    assert_eq!(post(&mut an, 0), 422, "there is nothing to confirm");
    // The next pass has nothing to ask anew.
    super::pressing::idle(&page).await;
    assert_eq!(page.store.count_open_matches().await.unwrap().get(&snv), None);
    page.store.audit_verify().await.unwrap();
}

#[tokio::test]
async fn a_program_reads_and_confirms_matches_as_its_operator() {
    let page = Page::of_province().await;
    let all = page.store.count_open_matches().await.unwrap();
    let (code, count) = all.iter().next().unwrap();
    let path = format!("/api/v1/agencies/{code}/matches");
    page.enrol("duyet", OperatorRole::Approver, &[code.as_str()]).await;
    let mut program = page.browser();
    let token = page.token("duyet", TokenScope::Decide).await;
    program.more.push(("Authorization".into(), format!("Bearer {token}")));
    let listed = program.get(&path).json();
    let listed = listed.as_array().unwrap();
    assert_eq!(listed.len() as u64, *count);
    let phone = |one: &serde_json::Value| {
        let fields = one["fields"].as_array().unwrap();
        let phone = fields.iter().find(|field| field["attr"] == "phone").unwrap().clone();
        (phone["agrees"].clone(), phone["held"].clone())
    };
    assert!(listed.iter().all(|one| one["account"].is_string() && phone(one).1.is_null()), "{listed:?}");
    assert!(listed.iter().any(|one| phone(one).0 == true), "{listed:?}");
    let kind = [("Content-Type", "application/json")];
    let mut confirm = |number: u64| {
        let body = serde_json::json!({ "count": number.to_string() }).to_string();
        program.send("POST", &format!("{path}/confirmation"), &kind, &body).status
    };
    assert_eq!((confirm(count + 1), confirm(*count), confirm(*count)), (422, 200, 422));
    assert_eq!(page.store.count_open_matches().await.unwrap().get(code), None);
}
