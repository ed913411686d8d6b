//! The interface for programs.

use super::{approvals, state, waiting};
use crate::support::page::{Browser, Page};
use rosterd::model::change::{Gate, Risk, State};
use rosterd::model::operator::OperatorRole;
use rosterd::store::TokenScope;

fn with_token(page: &Page, token: &str) -> Browser {
    let mut program = page.browser();
    program.more.push(("Authorization".into(), format!("Bearer {token}")));
    program
}

const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];

#[tokio::test]
async fn without_a_token_nothing_is_said() {
    let page = Page::with("", |_| {}).await;
    let mut signed = page.signed_in("an");
    for path in [
        "/api/v1/changes",
        "/api/v1/changes/x",
        "/api/v1/questions",
        "/api/v1/brakes",
        "/api/v1/rotation",
        "/api/v1/campaigns",
        "/api/v1/incidents",
        "/api/v1/openapi.json",
        "/api/v1/nothing",
    ] {
        assert_eq!(page.browser().get(path).status, 401, "{path}");
        // A cookie is no token: a browser cannot be made to speak for its operator.
        assert_eq!(signed.get(path).status, 401, "{path}");
        assert_eq!(with_token(&page, "0000").get(path).status, 401, "{path}");
    }
    let answer = page.browser().get("/api/v1/changes");
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    assert!(answer.json()["error"].is_string());
    assert_eq!(
        page.browser().send("POST", "/api/v1/changes/x/approvals", &JSON, "{\"key\":\"x\"}").status,
        401
    );
}

#[tokio::test]
async fn a_token_reads_or_decides_as_it_says_until_it_is_revoked() {
    let page = Page::of_province().await;
    let change = waiting(&page, Risk::Low, Gate::One).await;
    let mut reads = with_token(&page, &page.token("binh", TokenScope::Read).await);
    let mut decides = with_token(&page, &page.token("binh", TokenScope::Decide).await);
    let expected = page.site.changes(Some(State::Proposed)).await.len();
    let listed = reads.get("/api/v1/changes").json();
    assert_eq!(listed["changes"].as_array().unwrap().len(), expected);
    assert!(listed["next"].is_null());
    let one = reads.get(&format!("/api/v1/changes/{}", change.id)).json();
    assert_eq!(one["key"], change.key.as_str());
    let path = format!("/api/v1/changes/{}/approvals", change.id);
    let body = format!("{{\"key\":\"{}\"}}", change.key);
    assert_eq!(reads.send("POST", &path, &JSON, &body).status, 403);
    assert_eq!(decides.send("POST", &path, &JSON, "{\"key\":\"older\"}").status, 409);
    assert!(approvals(&page, &change).await.is_empty());
    assert_eq!(decides.send("POST", &path, &JSON, &body).json()["done"], true);
    assert_eq!(approvals(&page, &change).await, ["binh"]);
    // What is of high risk needs the password, which a program has not.
    let high = waiting(&page, Risk::High, Gate::One).await;
    let body = format!("{{\"key\":\"{}\"}}", high.key);
    assert_eq!(
        decides.send("POST", &format!("/api/v1/changes/{}/approvals", high.id), &JSON, &body).status,
        422
    );
    assert_eq!(state(&page, &high).await, State::Proposed);
    assert_eq!(reads.get("/api/v1/changes?kind=nothing").status, 422);

    let mut an = page.signed_in("an");
    for token in page.store.tokens(chrono::Utc::now()).await.unwrap() {
        assert_eq!(an.post("/operators/revoke-token", &[("id", &token.id)]).status, 303);
    }
    assert_eq!(reads.get("/api/v1/changes").status, 401);
    assert_eq!(decides.get("/api/v1/changes").status, 401);
}

#[tokio::test]
async fn a_token_is_worth_what_its_operator_may() {
    let page = Page::of_province().await;
    page.enrol("xem", OperatorRole::Viewer, &["snv"]).await;
    let mut program = with_token(&page, &page.token("xem", TokenScope::Decide).await);
    let listed = program.get("/api/v1/changes").json();
    assert!(listed["changes"].as_array().unwrap().iter().all(|one| one["agency"] == "snv"));
    let change = waiting(&page, Risk::Low, Gate::One).await;
    let body = format!("{{\"key\":\"{}\"}}", change.key);
    let path = format!("/api/v1/changes/{}/approvals", change.id);
    assert_eq!(program.send("POST", &path, &JSON, &body).status, 403);
    // Made on the page, shown once.
    let mut an = page.signed_in("an");
    let fields = [("login", "xem"), ("name", "báo cáo"), ("scope", "read"), ("days", "7")];
    let shown = an.post("/operators/tokens", &fields).body;
    let token = shown.split_once("class=\"secret\">").unwrap().1.split('<').next().unwrap();
    assert_eq!(with_token(&page, token).get("/api/v1/changes").status, 200);
    assert!(!an.get("/operators").body.contains(token));
    assert_eq!(an.post("/operators/remove", &[("login", "xem")]).status, 303);
    assert_eq!(with_token(&page, token).get("/api/v1/changes").status, 401);
}

#[tokio::test]
async fn every_route_is_described() {
    let page = Page::with("", |_| {}).await;
    let described =
        with_token(&page, &page.token("an", TokenScope::Read).await).get("/api/v1/openapi.json").json();
    let paths = described["paths"].as_object().unwrap();
    let source = include_str!("../../../src/web/api/mod.rs");
    let routed = source.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    for route in routed.filter(|route| *route != "/openapi.json") {
        assert!(paths.contains_key(&format!("/api/v1{route}")), "{route} is not described");
    }
    assert!(described["components"]["schemas"]["ChangeShape"]["properties"]["key"].is_object());
}
