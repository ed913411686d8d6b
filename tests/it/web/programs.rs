//! The interface for programs.

use super::pressing::pressed;
use super::taken_over::{ADDRESS, applied, carried_out, other, until};
use super::{approvals, state, waiting};
use crate::support::browser::Answer;
use crate::support::page::{Browser, Page};
use rosterd::model::change::{ChangeKind, Gate, Risk, State};
use rosterd::model::operator::OperatorRole;
use rosterd::store::TokenScope;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub fn with_token(page: &Page, token: &str) -> Browser {
    let mut program = page.browser();
    program.more.push(("Authorization".into(), format!("Bearer {token}")));
    program
}

pub const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];

/// Posts JSON to a path below the interface's; the status and what was said.
#[expect(clippy::needless_pass_by_value, reason = "a body is written where it is posted")]
pub fn post(program: &mut Browser, path: &str, body: Value) -> (u16, Value) {
    let answer = program.send("POST", &format!("/api/v1/{path}"), &JSON, &body.to_string());
    (answer.status, answer.json())
}

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

/// A request of the description, with a body that its schema takes.
struct Operation {
    method: String,
    /// As the description has it: `/api/v1/changes/{id}`.
    path: String,
    body: String,
    kind: String,
}

impl Operation {
    /// Sends it, the path's parameter as `id`.
    fn send(&self, program: &mut Browser, id: &str) -> Answer {
        let path = match self.path.split_once('{') {
            Some((before, rest)) => format!("{before}{id}{}", rest.split_once('}').unwrap().1),
            None => self.path.clone(),
        };
        program.send(&self.method, &path, &[("Content-Type", &self.kind)], &self.body)
    }
}

/// A value that a field's schema takes.
fn value_of(schema: &Value) -> Value {
    let kinds = &schema["type"];
    let takes = |kind: &str| kinds == kind || kinds.as_array().is_some_and(|all| all.contains(&json!(kind)));
    match () {
        () if takes("integer") => json!(1),
        () if takes("array") => json!([]),
        () => json!("x"),
    }
}

/// Every request that the description speaks of.
fn operations(described: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, methods) in described["paths"].as_object().unwrap() {
        for (method, one) in methods.as_object().unwrap() {
            let contents = one["requestBody"]["content"].as_object();
            let (kind, schema) = contents
                .and_then(|all| all.iter().next())
                .map_or(("", None), |(kind, one)| (kind.as_str(), one["schema"]["$ref"].as_str()));
            let fields = schema.map(|schema| {
                let name = schema.rsplit('/').next().unwrap();
                let all = described["components"]["schemas"][name]["properties"].as_object().unwrap();
                all.iter().map(|(field, of)| (field.clone(), value_of(of))).collect::<serde_json::Map<_, _>>()
            });
            found.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                body: fields.map_or_else(|| "x".into(), |fields| Value::Object(fields).to_string()),
                kind: kind.to_owned(),
            });
        }
    }
    assert!(found.len() > 40, "{}", found.len());
    found
}

fn description(program: &mut Browser) -> Value {
    program.get("/api/v1/openapi.json").json()
}

#[tokio::test]
async fn every_route_is_described_and_says_nothing_without_a_token() {
    let page = Page::with("", |_| {}).await;
    let mut program = with_token(&page, &page.token("an", TokenScope::Read).await);
    let described = description(&mut program);
    let paths = described["paths"].as_object().unwrap();
    let source = include_str!("../../../src/web/api/mod.rs");
    let mut routed: Vec<String> =
        source.split(".route(").skip(1).map(|rest| rest.split('"').nth(1).unwrap().to_owned()).collect();
    routed.retain(|route| route != "/openapi.json");
    routed.sort();
    let known: Vec<_> = paths.keys().map(|path| path.strip_prefix("/api/v1").unwrap()).collect();
    assert_eq!(known, routed);
    for one in operations(&described) {
        let what = format!("{} {}", one.method, one.path);
        assert_eq!(one.send(&mut page.browser(), "x").status, 401, "{what}");
        assert_eq!(one.send(&mut with_token(&page, "0000"), "x").status, 401, "{what}");
        // What is not described is not there.
        let other = if one.method == "GET" { "post" } else { "get" };
        if paths[&one.path].get(other).is_none() {
            let other = Operation { method: other.to_uppercase(), ..one };
            assert_eq!(other.send(&mut program, "x").status, 405, "{other} {what}", other = other.method);
        }
    }
    assert!(described["components"]["schemas"]["ChangeShape"]["properties"]["key"].is_object());
}

#[tokio::test]
async fn a_token_that_only_reads_decides_nothing_and_a_viewer_s_neither() {
    let page = Page::of_province().await;
    page.enrol("xem", OperatorRole::Viewer, &["snv"]).await;
    let mut reads = with_token(&page, &page.token("an", TokenScope::Read).await);
    let mut viewer = with_token(&page, &page.token("xem", TokenScope::Decide).await);
    let all = operations(&description(&mut reads));
    for one in all.iter().filter(|one| one.method == "POST" && one.path != "/api/v1/reports") {
        assert_eq!(one.send(&mut reads, "x").status, 403, "{}", one.path);
        // The right to answer is the question's, and there is none.
        let expected = if one.path.contains("/questions/") { 404 } else { 403 };
        assert_eq!(one.send(&mut viewer, "x").status, expected, "{}", one.path);
    }
    for (path, status) in [
        ("audit", 403),
        ("audit/export", 403),
        ("operators", 403),
        ("slips", 403),
        ("handovers", 403),
        ("changes/bulk", 403),
        ("mails", 404),
    ] {
        assert_eq!(viewer.get(&format!("/api/v1/{path}")).status, status, "{path}");
        assert_eq!(reads.get(&format!("/api/v1/{path}")).status, 200, "{path}");
    }
}

#[tokio::test]
async fn what_is_another_agency_s_is_not_there() {
    let page = Page::of_province().await;
    let mut an = page.signed_in("an");
    an.post("/pause", &[("what", "writes"), ("reason", "thử")]);
    let told = [("account", ADDRESS), ("sign", "odd-mail"), ("words", "thư đòi tiền"), ("told_by", "chủ")];
    an.post("/tips", &told);
    let tip = page.store.waiting_tips().await.unwrap().remove(0);
    let change = waiting(&page, Risk::Low, Gate::One).await;
    an.post(&format!("/changes/{}/hold", change.id), &[("reason", "CV 12/CA")]);
    let hold = page.store.legal_holds().await.unwrap().remove(0);
    // What is of one agency is another's to `khac`; he or she would have every right there.
    let agency = change.change.agency.clone();
    let arrivals = page.store.arrivals(std::slice::from_ref(&agency), None, None, 1).await.unwrap();
    let brake = page.store.open_brakes().await.unwrap().remove(0).0;
    let ids = BTreeMap::from([
        ("changes", change.id.to_string()),
        ("slips", change.id.to_string()),
        ("handovers", change.id.to_string()),
        ("agencies", agency.to_string()),
        ("rosters", arrivals[0].id.to_string()),
        ("holds", hold.id.clone()),
        ("brakes", brake.key.to_string()),
        ("tips", tip.id.clone()),
    ]);
    let mut program = with_token(&page, &page.token("an", TokenScope::Decide).await);
    let described = description(&mut program);
    // Somebody whose scope is none of theirs.
    let agencies = program.get("/api/v1/agencies").json();
    let theirs = [agency.to_string(), tip.agency.to_string(), brake.scope.to_string()];
    let mut codes = agencies.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap());
    let elsewhere = codes.find(|code| !theirs.iter().any(|one| one == code)).unwrap();
    page.enrol("khac", OperatorRole::Administrator, &[elsewhere]).await;
    let mut khac = with_token(&page, &page.token("khac", TokenScope::Decide).await);
    let mut sent = 0;
    for one in operations(&described) {
        let noun = one.path.split('/').nth(3).unwrap();
        let Some(id) = ids.get(noun).filter(|_| one.path.contains('{')) else { continue };
        assert_eq!(one.send(&mut khac, id).status, 404, "{} {}", one.method, one.path);
        sent += 1;
    }
    assert!(sent >= 25, "{sent}");
    assert!(approvals(&page, &change).await.is_empty());
    assert_eq!(state(&page, &change).await, State::Proposed);
    for list in ["holds", "tips", "slips", "incidents", "rotation/list"] {
        assert_eq!(khac.get(&format!("/api/v1/{list}")).json(), json!([]), "{list}");
    }
    for filter in
        ["changes", "changes/by-agency", "changes/by-roster", "changes/bulk", "rosters", "rotation/list"]
    {
        let path = format!("/api/v1/{filter}?agency={agency}");
        assert_eq!(khac.get(&path).status, 404, "{path}");
    }
    let brakes = khac.get("/api/v1/brakes").json();
    assert!(brakes.as_array().unwrap().iter().all(|one| one["scope"] == *elsewhere), "{brakes}");
    for list in ["agencies", "rosters"] {
        let shown = khac.get(&format!("/api/v1/{list}")).body;
        assert!(!shown.contains(&format!("\"{agency}\"")), "{list}: {shown}");
    }
    for path in ["pauses", "pauses/resume"] {
        let body = json!({"what": "writes", "reason": "x"});
        let body = if path == "pauses" { body } else { json!({"what": "writes"}) };
        assert_eq!(khac.send("POST", &format!("/api/v1/{path}"), &JSON, &body.to_string()).status, 403);
    }
    assert!(page.store.paused(rosterd::store::Paused::Writes).await.unwrap().is_some());
}

/// What `login` did, by the trail.
pub async fn deeds(page: &Page, login: &str) -> Vec<String> {
    let rows = page.store.audit_page(login, "", None, 200).await.unwrap();
    rows.into_iter().map(|row| row.verb).collect()
}

#[tokio::test]
async fn what_a_program_decides_counts_as_its_operator_s_decision() {
    let page = Page::of_province().await;
    page.enrol("may", OperatorRole::Administrator, &[]).await;
    let mut may = with_token(&page, &page.token("may", TokenScope::Decide).await);
    let mut binh = with_token(&page, &page.token("binh", TokenScope::Decide).await);
    let why = json!({"reason": "CV 12/CA"});
    // Pause, once.
    let pause = json!({"what": "writes", "reason": "bảo trì"});
    assert_eq!(post(&mut may, "pauses", pause.clone()).0, 200);
    assert_eq!(post(&mut may, "pauses", pause).0, 409);
    assert_eq!(post(&mut may, "pauses", json!({"what": "everything", "reason": "x"})).0, 422);
    let shown = binh.get("/api/v1/pauses").json();
    let writes = shown.as_array().unwrap().iter().find(|one| one["what"] == "writes").unwrap();
    assert_eq!((&writes["paused"], &writes["by"]), (&json!(true), &json!("may")));
    assert!(page.signed_in("an").get("/pause").body.contains("bảo trì"), "the page shows the same");
    // A hold takes two, through tokens as well.
    let change = waiting(&page, Risk::Low, Gate::One).await;
    assert_eq!(post(&mut may, &format!("changes/{}/hold", change.id), why.clone()).0, 200);
    let hold = may.get("/api/v1/holds").json()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(post(&mut may, &format!("holds/{hold}/agree"), why.clone()).0, 409);
    assert_eq!(may.get("/api/v1/holds").json()[0]["holds"], false);
    assert_eq!(post(&mut binh, &format!("holds/{hold}/agree"), why.clone()).0, 200);
    assert_eq!(may.get("/api/v1/holds").json()[0]["holds"], true);
    // A tip.
    let told = json!({"account": ADDRESS, "sign": "odd-mail", "words": "thư đòi tiền", "told_by": "chủ"});
    assert_eq!(post(&mut may, "tips", told).0, 200);
    let tip = may.get("/api/v1/tips").json()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(post(&mut may, &format!("tips/{tip}/dismiss"), json!({"reason": " "})).0, 422);
    assert_eq!(post(&mut may, &format!("tips/{tip}/dismiss"), why.clone()).0, 200);
    assert_eq!(may.get("/api/v1/tips").json(), json!([]));
    // What the page asks the password again for is done there.
    let brake = may.get("/api/v1/brakes").json()[0]["key"].as_str().unwrap().to_owned();
    for path in ["incidents".to_owned(), format!("brakes/{brake}/release"), "campaigns".to_owned()] {
        let (status, problem) = post(&mut may, &path, json!({}));
        assert!(
            status == 422 && problem["error"].as_str().unwrap().contains("the page"),
            "{path}: {problem}"
        );
    }
    assert_eq!(may.get(&format!("/api/v1/brakes/{brake}")).json()["released_by"], json!([]));
    assert_eq!(post(&mut may, &format!("brakes/{brake}/discard"), why.clone()).0, 200);
    assert_eq!(may.get(&format!("/api/v1/brakes/{brake}")).status, 200, "one person is not two");
    assert_eq!(post(&mut binh, &format!("brakes/{brake}/discard"), why.clone()).0, 200);
    assert_eq!(may.get(&format!("/api/v1/brakes/{brake}")).status, 404);
    // An incident that the page opened.
    page.signed_in("an").post("/incidents", &[("account", ADDRESS), ("reason", "đăng nhập lạ")]);
    let incident = may.get("/api/v1/incidents").json()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(post(&mut may, &format!("incidents/{incident}/close"), why).0, 200);
    assert_eq!(may.get("/api/v1/incidents").json(), json!([]));
    assert_eq!(may.get(&format!("/api/v1/incidents/{incident}")).json()["closed_by"], "may");
    assert_eq!(post(&mut may, "pauses/resume", json!({"what": "writes"})).0, 200);

    let done = deeds(&page, "may").await;
    for verb in ["pause", "hold.set", "tip.take", "tip.dismiss", "incident.close", "resume"] {
        assert!(done.iter().any(|one| one == verb), "{verb}: {done:?}");
    }
    let trail = may.get("/api/v1/audit?actor=may").json();
    assert_eq!(trail["rows"].as_array().unwrap().len(), done.len());
    assert_eq!(may.get("/api/v1/audit/verification").json()["holds"], true);
}

#[tokio::test]
async fn a_program_hands_a_workbook_in_and_its_operator_does_not_approve_what_follows() {
    let page = Page::of_province().await;
    page.enrol("dung", OperatorRole::Approver, &["snv"]).await;
    let mut dung = with_token(&page, &page.token("dung", TokenScope::Decide).await);
    let csv = "Họ và tên;Ngày sinh;Chức vụ;Đơn vị;Điện thoại\nĐặng Thị Mới Tuyển;01/02/1990;Chuyên viên;Văn phòng;0912345678\n";
    let kind = [("Content-Type", "application/octet-stream")];
    let to = |agency: &str, file: &str| format!("/api/v1/agencies/{agency}/rosters?file={file}");
    assert_eq!(dung.send("POST", &to("skhcn", "bo-sung.csv"), &kind, csv).status, 404);
    assert_eq!(dung.send("POST", &to("snv", "bo-sung.sh"), &kind, csv).status, 422);
    assert_eq!(dung.send("POST", &to("snv", "bo-sung.csv"), &kind, "").status, 422);
    assert_eq!(dung.send("POST", &to("snv", "bo-sung.csv"), &kind, csv).status, 200);
    let change = until("the upload was not taken", async || {
        let found = page.site.changes(Some(State::Proposed)).await;
        found.into_iter().find(|one| one.change.label.starts_with("Đặng Thị Mới Tuyển"))
    })
    .await;
    let arrival = dung.get("/api/v1/rosters?agency=snv").json()["rosters"][0].clone();
    assert_eq!(arrival["file"], "bo-sung.csv");
    let one = dung.get(&format!("/api/v1/rosters/{}", arrival["id"].as_str().unwrap())).json();
    assert_eq!((&one["people"], &one["read"]), (&json!(1), &json!(true)));
    let (path, body) = (format!("/api/v1/changes/{}/approvals", change.id), json!({"key": change.key}));
    assert_eq!(dung.send("POST", &path, &JSON, &body.to_string()).status, 409);
    assert!(approvals(&page, &change).await.is_empty());
    assert!(deeds(&page, "dung").await.contains(&"roster.upload".to_owned()));
}

#[tokio::test]
async fn a_program_undoes_what_was_carried_out() {
    let page = carried_out().await;
    let change = applied(&page, ChangeKind::UpdateAttributes).await;
    assert_ne!(change.change.risk, Risk::High);
    let path = format!("/api/v1/changes/{}/undo", change.id);
    let body = json!({"reason": "ghi nhầm người"}).to_string();
    page.enrol("khac", OperatorRole::Approver, &[other(&change.change.agency)]).await;
    let mut khac = with_token(&page, &page.token("khac", TokenScope::Decide).await);
    assert_eq!(khac.send("POST", &path, &JSON, &body).status, 404);
    let mut binh = with_token(&page, &page.token("binh", TokenScope::Decide).await);
    let answer = binh.send("POST", &path, &JSON, &body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    until("it was not undone", async || (state(&page, &change).await == State::Undone).then_some(())).await;
}

#[tokio::test]
async fn what_a_program_reads_is_what_the_page_counts() {
    let page = pressed("").await;
    let mut program = with_token(&page, &page.token("an", TokenScope::Read).await);
    let mut an = page.signed_in("an");
    // The overview: each state as its list has it, and as the page says.
    let overview = program.get("/api/v1/overview").json();
    for state in [State::Proposed, State::Held] {
        let count = overview["by_state"][state.as_str()].as_u64().unwrap_or_default();
        assert_eq!(count, page.site.changes(Some(state)).await.len() as u64, "{state}");
    }
    // Agencies: those that wait together are all that wait.
    let agencies = program.get("/api/v1/agencies").json();
    let agencies = agencies.as_array().unwrap();
    let waiting: u64 = agencies.iter().map(|one| one["waiting"].as_u64().unwrap()).sum();
    assert_eq!(waiting, overview["by_state"]["proposed"].as_u64().unwrap_or_default());
    let shown = an.get("/agencies").body;
    assert!(agencies.iter().all(|one| shown.contains(one["name"].as_str().unwrap())), "{shown}");
    // Rotation: each number has as many accounts behind it.
    let states = program.get("/api/v1/rotation").json()["total"]["states"].clone();
    assert!(!states.as_object().unwrap().is_empty());
    for (standing, count) in states.as_object().unwrap() {
        let (mut listed, mut after) = (0, String::new());
        loop {
            let path = format!("/api/v1/rotation/accounts?standing={standing}&after={after}");
            let some = program.get(&path).json();
            listed += some["accounts"].as_array().unwrap().len() as u64;
            let Some(next) = some["next"].as_str() else { break };
            after = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        }
        assert_eq!(listed, count.as_u64().unwrap(), "{standing}");
    }
    // A report has the same tables in every form.
    let asked = |form: &str| json!({"report": "rotation", "as_file": form}).to_string();
    let report = program.send("POST", "/api/v1/reports", &JSON, &asked("json")).json();
    let paper = program.send("POST", "/api/v1/reports", &JSON, &asked("html"));
    assert!(!report["tables"].as_array().unwrap().is_empty());
    for table in report["tables"].as_array().unwrap() {
        assert!(paper.body.contains(table["title"].as_str().unwrap()), "{table}");
    }
    assert_eq!(program.send("POST", "/api/v1/reports", &JSON, &asked("pdf")).status, 404);
    // Everybody who is enrolled, by name on the page.
    let operators = program.get("/api/v1/operators").json();
    let shown = an.get("/operators").body;
    let logins: Vec<_> =
        operators.as_array().unwrap().iter().map(|one| one["login"].as_str().unwrap()).collect();
    assert!(logins.contains(&"an") && logins.iter().all(|login| shown.contains(login)), "{logins:?}");
}
