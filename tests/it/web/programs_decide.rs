//! Decisions through the interface for programs: each with what it did in the store and who the trail says it was, and what
//! comes of it for whoever may not.

use super::numbers::mail;
use super::pressing::{NEW, list, pressed, typed};
use super::programs::{deeds, post, with_token};
use super::sheets::namesake;
use super::taken_over::{ADDRESS, applied, carried_out, other, with_suspicion};
use super::{approvals, state, waiting};
use crate::support::page::{Browser, Page};
use rosterd::model::change::{ChangeKind, Gate, Risk, State, StoredChange};
use rosterd::model::operator::OperatorRole;
use rosterd::model::question::QuestionKind;
use rosterd::model::rotation::CampaignState;
use rosterd::store::{Query, SlipEnding, TokenScope};
use serde_json::{Value, json};

/// A program of `login` that decides.
async fn program(page: &Page, login: &str) -> Browser {
    with_token(page, &page.token(login, TokenScope::Decide).await)
}

/// A program of somebody who is enrolled for it.
async fn of(page: &Page, login: &str, role: OperatorRole, agencies: &[&str]) -> Browser {
    page.enrol(login, role, agencies).await;
    program(page, login).await
}

async fn pause(page: &Page) {
    let mut an = program(page, "an").await;
    assert_eq!(post(&mut an, "pauses", json!({"what": "writes", "reason": "thử"})).0, 200);
}

fn low(agencies: Vec<rosterd::model::ids::AgencyCode>) -> Query {
    Query { risk: Some(Risk::Low), gate: Some(Gate::One), ..Query::of(State::Proposed, agencies) }
}

#[tokio::test]
async fn a_bulk_approval_is_for_exactly_what_was_previewed_and_never_of_high_risk() {
    let page = Page::with("bulk_typed_above = 0", |site| {
        // `cuc` answers for every agency's rosters.
        let path = site.path("agencies.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let phone = "phone = \"0900000000\"";
        std::fs::write(path, text.replace(phone, &format!("{phone}, login = \"cuc\""))).unwrap();
        site.drop_province();
        site.pass(3);
    })
    .await;
    pause(&page).await;
    // The sample has few of low risk, and all of one agency: more of them are.
    for table in ["change_content", "change"] {
        let more = format!("UPDATE {table} SET risk = 'low', gate = 'one' WHERE risk = 'medium'");
        crate::support::desk::execute(&page.site, &more).await;
    }
    let mut cuc = of(&page, "cuc", OperatorRole::Approver, &[]).await;
    let mut reviewer = of(&page, "ra.soat", OperatorRole::Reviewer, &[]).await;
    let mut reads = with_token(&page, &page.token("binh", TokenScope::Read).await);
    let mut binh = program(&page, "binh").await;
    let waits = async |query: &Query| page.store.count_changes(query, 10_000).await.unwrap();
    let all = waits(&low(Vec::new())).await;
    let seen = reads.get("/api/v1/changes/bulk?risk=high&gate=two").json();
    assert_eq!((&seen["count"], &seen["must_count"]), (&json!(all), &json!(true)), "whatever is asked for");
    let covered = &seen["covered"];
    let right = json!({"covered": covered, "count": all});
    assert_eq!(post(&mut reads, "changes/bulk", right.clone()).0, 403);
    assert_eq!(post(&mut reviewer, "changes/bulk", right.clone()).0, 403);
    for (body, status) in [
        (json!({"covered": covered}), 422),
        (json!({"covered": covered, "count": all + 1}), 422),
        (json!({"covered": "0000", "count": all}), 409),
        (json!({"covered": covered, "count": all, "risk": "high"}), 422),
        (json!({"covered": covered, "count": all, "kind": "nothing"}), 422),
        (json!({"covered": covered, "count": "tất cả"}), 422),
        (json!({"count": all}), 422),
    ] {
        let (said, problem) = post(&mut binh, "changes/bulk", body.clone());
        assert_eq!(said, status, "{body}: {problem}");
        assert!(problem["error"].is_string() || problem["done"] == false, "{problem}");
    }
    assert_eq!(waits(&low(Vec::new())).await, all, "nothing was approved");

    // One agency's, as many as its group says; its own roster's contact approves none of them.
    let groups = binh.get("/api/v1/changes/by-agency?risk=low&gate=one").json();
    let sum: u64 = groups.as_array().unwrap().iter().map(|one| one["count"].as_u64().unwrap()).sum();
    assert_eq!(sum, all);
    assert!(groups.as_array().unwrap().len() > 1, "{groups}");
    let (code, count) = (groups[0]["agency"].as_str().unwrap(), groups[0]["count"].as_u64().unwrap());
    let part = binh.get(&format!("/api/v1/changes/bulk?agency={code}")).json();
    assert_eq!(part["count"], count);
    let body = |covered: &Value| json!({"covered": covered, "count": count, "agency": code});
    assert_eq!(post(&mut binh, "changes/bulk", body(covered)).0, 409, "that is the hash of all");
    let (status, said) = post(&mut cuc, "changes/bulk", body(&part["covered"]));
    let refused: u64 = said["others"].as_object().unwrap().values().map(|one| one.as_u64().unwrap()).sum();
    assert_eq!((status, &said["count"], refused), (409, &json!(0), count), "{said}");
    let (status, said) = post(&mut binh, "changes/bulk", body(&part["covered"]));
    assert_eq!((status, &said["count"], &said["others"]), (200, &json!(count), &json!({})), "{said}");
    let agency = rosterd::model::ids::AgencyCode::parse(code).unwrap();
    assert_eq!((waits(&low(vec![agency])).await, waits(&low(Vec::new())).await), (0, all - count));
    let approved = page.site.changes(Some(State::Approved)).await;
    let by_binh: Vec<_> = approved.iter().filter(|one| one.approvals == ["binh"]).collect();
    assert_eq!(by_binh.len() as u64, count);
    assert!(by_binh.iter().all(|one| one.change.risk == Risk::Low && one.change.agency.as_str() == code));
    let trail = page.store.audit_page("binh", "change.approve", None, 10_000).await.unwrap();
    assert_eq!(trail.len() as u64, count);
    assert!(!deeds(&page, "cuc").await.contains(&"change.approve".to_owned()));
}

#[tokio::test]
async fn picked_changes_are_decided_each_as_its_key_and_all_within_sight() {
    let page = Page::of_province().await;
    pause(&page).await;
    let mut changes = page.site.changes(Some(State::Proposed)).await;
    changes.retain(|one| one.change.risk != Risk::High && one.change.gate == Gate::One);
    let [a, b, c, ..] = &changes[..] else { panic!("the sample has three") };
    let high = waiting(&page, Risk::High, Gate::One).await;
    let pick = |one: &StoredChange| json!({"id": one.id, "key": one.key});
    let given =
        |what: &str, changes: Value| json!({"what": what, "changes": changes, "reason": "ghi nhầm người"});
    let mut binh = program(&page, "binh").await;
    let mut reviewer = of(&page, "ra.soat", OperatorRole::Reviewer, &[]).await;
    let mut khac = of(&page, "khac", OperatorRole::Approver, &[other(&a.change.agency)]).await;
    let send = |program: &mut Browser, body: Value| post(program, "changes/selected", body);
    assert_eq!(send(&mut reviewer, given("approve", json!([pick(a)]))).0, 403);
    assert_eq!(send(&mut khac, given("approve", json!([pick(a)]))).0, 404, "another agency's, by its id");
    let (status, said) = send(&mut binh, given("approve", json!([pick(a), pick(&high)])));
    assert!(status == 422 && said["error"].as_str().unwrap().contains("the page"), "{said}");
    assert_eq!(send(&mut binh, given("drop", json!([pick(a)]))).0, 422);
    assert_eq!(send(&mut binh, given("approve", json!([]))).0, 409);
    assert!(approvals(&page, a).await.is_empty() && approvals(&page, &high).await.is_empty());

    let older = json!({"id": c.id, "key": "older"});
    let (status, said) = send(&mut binh, given("approve", json!([pick(a), pick(b), older])));
    assert_eq!((status, &said["count"]), (200, &json!(2)), "{said}");
    assert_eq!(said["others"].as_object().unwrap().len(), 1, "it says something else by now: {said}");
    for one in [a, b] {
        assert_eq!(approvals(&page, one).await, ["binh"]);
    }
    assert_eq!(state(&page, c).await, State::Proposed);
    let blank = json!({"what": "reject", "changes": [pick(c)]});
    assert_eq!(send(&mut reviewer, blank).0, 422, "why?");
    assert_eq!(send(&mut reviewer, given("reject", json!([pick(c)]))).0, 200);
    let rejected = page.store.change(&c.id).await.unwrap().unwrap().stored;
    assert_eq!((rejected.state, rejected.outcome.as_deref()), (State::Rejected, Some("ghi nhầm người")));
    assert_eq!(deeds(&page, "ra.soat").await, ["change.reject"]);
}

#[tokio::test]
async fn what_two_must_decide_takes_two_programs_of_two_operators() {
    let page = Page::of_province().await;
    let change = waiting(&page, Risk::Low, Gate::One).await;
    let (mut an, mut binh) = (program(&page, "an").await, program(&page, "binh").await);
    let mut viewer = of(&page, "xem", OperatorRole::Viewer, &[]).await;
    let mut khac = of(&page, "khac", OperatorRole::Approver, &[other(&change.change.agency)]).await;
    let why = json!({"reason": "CV 12/CA"});
    let set = format!("changes/{}/hold", change.id);
    assert_eq!(post(&mut viewer, &set, why.clone()).0, 403);
    assert_eq!(post(&mut khac, &set, why.clone()).0, 404);
    assert_eq!(post(&mut an, &set, json!({"reason": " "})).0, 422);
    assert_eq!(post(&mut an, &set, json!({})).0, 422, "a reason is missing");
    assert!(page.store.legal_holds().await.unwrap().is_empty());
    assert_eq!(post(&mut an, &set, why.clone()).0, 200);
    let hold = async || page.store.legal_holds().await.unwrap().pop();
    let id = hold().await.unwrap().id;
    let [agree, lift] = ["agree", "lift"].map(|what| format!("holds/{id}/{what}"));
    for path in [&agree, &lift] {
        assert_eq!(post(&mut viewer, path, why.clone()).0, 403, "{path}");
        assert_eq!(post(&mut khac, path, why.clone()).0, 404, "{path}");
        assert_eq!(post(&mut an, path, json!({"reason": ""})).0, 422, "{path}");
    }
    assert_eq!(post(&mut an, &agree, why.clone()).0, 409, "one person is not two");
    assert!(!hold().await.unwrap().holds);
    assert_eq!(post(&mut binh, &agree, why.clone()).0, 200);
    assert!(hold().await.unwrap().holds);
    assert_eq!(post(&mut an, &lift, why.clone()).0, 200);
    assert_eq!(post(&mut an, &lift, why.clone()).0, 409, "one person is not two");
    assert!(hold().await.unwrap().holds, "one has lifted it");
    assert_eq!(post(&mut binh, &lift, why.clone()).0, 200);
    assert!(hold().await.is_none());
    for login in ["an", "binh"] {
        let holds = page.store.audit_page(login, "hold.", None, 10).await.unwrap();
        let reasons: Vec<_> = holds
            .iter()
            .filter(|row| row.detail.as_deref().is_some_and(|detail| detail.contains("CV 12/CA")))
            .collect();
        assert!(reasons.len() >= 2, "{login}: {holds:?}");
    }

    // A brake is discarded by two as well; released on the page alone.
    let (brake, _) = page.store.open_brakes().await.unwrap().remove(0);
    let path = format!("brakes/{}", brake.key);
    let (status, said) = post(&mut an, &format!("{path}/release"), why.clone());
    assert!(status == 422 && said["error"].as_str().unwrap().contains("the page"), "{said}");
    assert_eq!(post(&mut an, &format!("{path}/discard"), json!({"reason": ""})).0, 422);
    assert_eq!(post(&mut an, &format!("{path}/discard"), why.clone()).0, 200);
    let votes = an.get(&format!("/api/v1/{path}")).json()["votes"].clone();
    assert_eq!((&votes[0]["by"], &votes[0]["vote"]), (&json!("an"), &json!("discard")));
    assert_eq!((&votes[0]["reason"], votes.as_array().unwrap().len()), (&json!("CV 12/CA"), 1));
    assert_eq!(post(&mut binh, &format!("{path}/discard"), why).0, 200);
    assert!(page.store.open_brakes().await.unwrap().iter().all(|(one, _)| one.key != brake.key));
}

#[tokio::test]
async fn tips_incidents_and_pauses_are_for_who_may() {
    let page = Page::with("", |_| {}).await;
    let mut an = program(&page, "an").await;
    let mut viewer = of(&page, "xem", OperatorRole::Viewer, &["snv"]).await;
    let mut contact = of(&page, "hoa", OperatorRole::Contact, &["snv"]).await;
    let mut khac = of(&page, "khac", OperatorRole::Administrator, &["skhcn"]).await;
    let told =
        |sign: &str, words: &str| json!({"account": ADDRESS, "sign": sign, "words": words, "told_by": "chủ"});
    let right = told("odd-mail", "thư đòi tiền");
    assert_eq!(post(&mut viewer, "tips", right.clone()).0, 403);
    assert_eq!(post(&mut khac, "tips", right.clone()).0, 404, "another agency's account");
    assert_eq!(post(&mut contact, "tips", told("strange", "thư đòi tiền")).0, 422);
    assert_eq!(post(&mut contact, "tips", told("odd-mail", " ")).0, 422);
    assert!(page.store.waiting_tips().await.unwrap().is_empty());
    assert_eq!(post(&mut contact, "tips", right.clone()).0, 200);
    let tip = page.store.waiting_tips().await.unwrap().remove(0);
    assert_eq!((tip.taken_by.as_str(), tip.words.as_str()), ("hoa", "thư đòi tiền"));
    let (path, why) = (format!("tips/{}/dismiss", tip.id), json!({"reason": "thư thật"}));
    assert_eq!(post(&mut contact, &path, why.clone()).0, 403);
    assert_eq!(post(&mut khac, &path, why.clone()).0, 404);
    assert_eq!(page.store.waiting_tips().await.unwrap().len(), 1);
    assert_eq!(post(&mut an, &path, why.clone()).0, 200);
    assert!(page.store.waiting_tips().await.unwrap().is_empty());
    assert_eq!(
        (deeds(&page, "hoa").await, deeds(&page, "khac").await.len()),
        (vec!["tip.take".to_owned()], 0)
    );

    // An incident is opened on the page; closed by a program as well.
    assert_eq!(post(&mut viewer, "incidents", json!({})).0, 403);
    let (status, said) = post(&mut an, "incidents", json!({"account": ADDRESS, "reason": "thử"}));
    assert!(status == 422 && said["error"].as_str().unwrap().contains("the page"), "{said}");
    assert!(page.store.open_incidents().await.unwrap().is_empty());
    let fields = [("account", ADDRESS), ("reason", "đăng nhập lạ")];
    assert_eq!(page.signed_in("an").post("/incidents", &fields).status, 303);
    let incident = page.store.open_incidents().await.unwrap().remove(0);
    let path = format!("incidents/{}/close", incident.id);
    assert_eq!(post(&mut contact, &path, why.clone()).0, 403);
    assert_eq!(post(&mut khac, &path, why.clone()).0, 404);
    assert_eq!(post(&mut an, &path, json!({"reason": " "})).0, 422);
    assert_eq!(page.store.open_incidents().await.unwrap().len(), 1);
    assert_eq!(post(&mut an, &path, why.clone()).0, 200);
    assert!(page.store.open_incidents().await.unwrap().is_empty());
    let closed = an.get("/api/v1/incidents?closed=true").json();
    assert_eq!((&closed[0]["id"], &closed[0]["closed_because"]), (&json!(incident.id), &json!("thư thật")));
    assert_eq!(khac.get("/api/v1/incidents?closed=true").json(), json!([]));
    assert!(deeds(&page, "an").await.contains(&"incident.close".to_owned()));

    // A pause is for who administers the whole province.
    let paused = async || page.store.paused(rosterd::store::Paused::Mail).await.unwrap();
    let (pause, resume) = (json!({"what": "mail", "reason": "bảo trì"}), json!({"what": "mail"}));
    for who in [&mut contact, &mut khac] {
        assert_eq!(post(who, "pauses", pause.clone()).0, 403);
    }
    assert_eq!(post(&mut an, "pauses", json!({"what": "mail", "reason": ""})).0, 422);
    assert!(paused().await.is_none());
    assert_eq!(post(&mut an, "pauses/resume", resume.clone()).0, 409, "it was not paused");
    assert_eq!(post(&mut an, "pauses", pause).0, 200);
    assert_eq!(paused().await.unwrap().reason, "bảo trì");
    assert_eq!(an.get("/api/v1/overview").json()["paused"], json!(["mail"]));
    assert_eq!(post(&mut khac, "pauses/resume", resume.clone()).0, 403);
    assert!(paused().await.is_some());
    assert_eq!(post(&mut an, "pauses/resume", resume).0, 200);
    assert!(paused().await.is_none());
}

#[tokio::test]
async fn a_question_is_answered_by_who_may_and_shown_masked() {
    let (book, known) = (namesake().await, crate::support::desk::accounts("stc").await.remove(0));
    let [name, _, phone, _] = crate::support::desk::line(&known);
    let page = Page::with("", |site| {
        site.drop_bytes("stc", "lop.xlsx", &book);
        site.pass(0);
    })
    .await;
    let mut open = page.store.questions().await.unwrap();
    open.retain(|one| one.question.kind == QuestionKind::WhoIs);
    let question = open.remove(0);
    let mut an = program(&page, "an").await;
    let mut contact = of(&page, "hoa", OperatorRole::Contact, &["stc"]).await;
    let mut khac = of(&page, "khac", OperatorRole::Reviewer, &["snv"]).await;
    let path = format!("questions/{}", question.key);
    // Side by side, as the page has them; no phone but its last digits.
    let one = an.get(&format!("/api/v1/{path}")).json();
    assert_eq!(
        (&one["row"]["full_name"], &one["row"]["phone"]),
        (&json!(name), &json!("••••••••11")),
        "{one}"
    );
    for shown in [one, an.get("/api/v1/questions").json()[0].clone()] {
        assert_eq!(shown["kind"], "who-is");
        let stored: Vec<_> = question.question.candidates.iter().map(|one| json!(one.answer)).collect();
        let candidates = shown["candidates"].as_array().unwrap();
        assert_eq!(candidates.iter().map(|one| one["answer"].clone()).collect::<Vec<_>>(), stored);
        let account = candidates.iter().find(|one| one["answer"] == known.id.as_str()).unwrap();
        assert_eq!(account["fields"]["full_name"], json!({"value": name, "agrees": true}), "{shown}");
        let held = &account["fields"]["phone"];
        assert_eq!(held["agrees"], false, "{shown}");
        assert!(held["value"].as_str().unwrap().starts_with('•'), "{shown}");
        assert!(!shown.to_string().contains(&phone) && !shown.to_string().contains("0987000111"), "{shown}");
    }
    let answered = format!("{path}/answer");
    let new = json!({"answer": "new"});
    assert_eq!(post(&mut contact, &answered, new.clone()).0, 403, "it is not for the contact to say");
    assert_eq!(post(&mut khac, &answered, new.clone()).0, 404);
    assert_eq!(post(&mut an, &answered, json!({"answer": " "})).0, 422);
    let left = async || page.store.questions().await.unwrap().iter().any(|one| one.key == question.key);
    assert!(left().await);
    assert_eq!(post(&mut an, &answered, new.clone()).0, 200);
    assert!(!left().await);
    assert_eq!(post(&mut an, &answered, new).0, 404, "it is answered");
    let trail = page.store.audit_page("an", "question.answer", None, 10).await.unwrap();
    assert_eq!(trail.len(), 1);
}

#[tokio::test]
async fn an_agency_s_word_that_somebody_left_is_its_own_contact_s() {
    let (page, suspicion) = with_suspicion().await;
    let agency = suspicion.change.agency.clone();
    let mut contact = of(&page, "hoa", OperatorRole::Contact, &[agency.as_str()]).await;
    let mut khac = of(&page, "khac", OperatorRole::Contact, &[other(&agency)]).await;
    let mut viewer = of(&page, "xem", OperatorRole::Viewer, &[]).await;
    let mut an = program(&page, "an").await;
    let (path, why) = (format!("changes/{}/left", suspicion.id), json!({"reason": "Quyết định 15/QĐ-SNV"}));
    assert_eq!(an.get(&format!("/api/v1/changes/{}", suspicion.id)).json()["may_be_confirmed"], true);
    assert_eq!(post(&mut viewer, &path, why.clone()).0, 403);
    assert_eq!(post(&mut khac, &path, why.clone()).0, 404);
    assert_eq!(post(&mut contact, &path, json!({"reason": " "})).0, 422);
    let no_suspicion = waiting(&page, Risk::Low, Gate::One).await;
    assert_eq!(post(&mut an, &format!("changes/{}/left", no_suspicion.id), why.clone()).0, 422);
    assert!(page.store.confirmations().await.unwrap().is_empty());
    assert_eq!(post(&mut contact, &path, why).0, 200);
    let said = page.store.confirmations().await.unwrap().remove(0);
    assert_eq!((said.by.as_str(), said.account.as_str()), ("hoa", suspicion.change.subject.as_str()));
    assert_eq!(deeds(&page, "hoa").await, ["departure.confirm"]);
}

#[tokio::test]
async fn a_slip_is_printed_on_the_page_and_confirmed_by_a_program_once_it_is() {
    let page = carried_out().await;
    let change = applied(&page, ChangeKind::CreateAccount).await;
    let agency = change.change.agency.clone();
    let mut contact = of(&page, "hoa", OperatorRole::Contact, &[agency.as_str()]).await;
    let mut khac = of(&page, "khac", OperatorRole::Contact, &[other(&agency)]).await;
    let mut reads = with_token(&page, &page.token("hoa", TokenScope::Read).await);
    let listed = reads.get("/api/v1/slips").json();
    let slip = listed.as_array().unwrap().iter().find(|one| one["change"] == change.id.as_str()).unwrap();
    assert_eq!(slip["printed"], Value::Null);
    let [print, confirm] = ["print", "confirm"].map(|what| format!("slips/{}/{what}", change.id));
    for path in [&print, &confirm] {
        assert_eq!(post(&mut reads, path, json!({})).0, 403, "{path}");
        assert_eq!(post(&mut khac, path, json!({})).0, 404, "{path}");
    }
    let (status, said) = post(&mut contact, &print, json!({}));
    assert!(status == 422 && said["error"].as_str().unwrap().contains("the page"), "{said}");
    assert!(page.store.sealed_password(&change.id).await.unwrap().is_some(), "it waits to be printed");
    assert_eq!(post(&mut contact, &confirm, json!({})).0, 409, "nobody signs what was not printed");
    let stored = async || page.store.slip(&change.id).await.unwrap().unwrap();
    assert!(stored().await.ended.is_none());
    assert_eq!(page.signed_in("hoa").post(&format!("/{print}"), &[]).status, 200);
    assert_eq!(post(&mut contact, &confirm, json!({})).0, 200);
    assert_eq!(stored().await.ended.unwrap().0, SlipEnding::Confirmed);
    assert_eq!(post(&mut contact, &confirm, json!({})).0, 409);
    assert!(deeds(&page, "hoa").await.contains(&"slip.confirm".to_owned()));
}

#[tokio::test]
async fn mails_are_sent_again_or_put_aside_by_who_administers_the_province() {
    let page = Page::with("", |_| {}).await;
    let refused = mail(&page, "mot", "state = 'failed', last_error = '550 5.1.1 no such user'").await;
    let returned = mail(&page, "hai", "state = 'returned', bounce = 'b1'").await;
    mail(&page, "ba", "attempts = 1").await;
    let mut an = program(&page, "an").await;
    let mut approver = of(&page, "duyet", OperatorRole::Approver, &[]).await;
    let mut khac = of(&page, "khac", OperatorRole::Administrator, &["snv"]).await;
    let overview = an.get("/api/v1/overview").json();
    assert_eq!((&overview["undelivered_mails"], &overview["waiting_mails"]), (&json!(2), &json!(1)));
    for (path, count) in [("mails", 2), ("mails?waiting=true", 1)] {
        assert_eq!(an.get(&format!("/api/v1/{path}")).json()["mails"].as_array().unwrap().len(), count);
    }
    let (retry, dismiss) = (format!("mails/{returned}/retry"), format!("mails/{refused}/dismiss"));
    let why = json!({"reason": "đã báo qua điện thoại"});
    for path in [&retry, &dismiss] {
        assert_eq!(post(&mut approver, path, why.clone()).0, 403, "{path}");
        let (status, said) = post(&mut khac, path, why.clone());
        assert!([403, 404].contains(&status), "{path}: {status} {said}");
    }
    assert_eq!(post(&mut an, &dismiss, json!({"reason": ""})).0, 422);
    let counts = page.store.outbox_counts().await.unwrap();
    assert_eq!((counts.failed, counts.returned), (1, 1));
    assert_eq!(post(&mut an, &dismiss, why.clone()).0, 200);
    assert_eq!(post(&mut an, &dismiss, why).0, 404, "it was put aside");
    assert_eq!(post(&mut an, &retry, json!({})).0, 200);
    assert_eq!(post(&mut an, &retry, json!({})).0, 404, "it is on its way");
    let counts = page.store.outbox_counts().await.unwrap();
    assert_eq!((counts.failed, counts.returned), (0, 0));
    let verbs = page.store.audit_page("an", "mail.", None, 10).await.unwrap();
    assert_eq!(verbs.iter().map(|row| row.verb.as_str()).collect::<Vec<_>>(), ["mail.retry", "mail.dismiss"]);
}

#[tokio::test]
async fn printed_lists_and_campaigns_are_read_by_scope_and_decided_by_who_may() {
    let page = pressed("").await;
    list(&page).await;
    let mut hoa = of(&page, "hoa", OperatorRole::Contact, &["snv"]).await;
    let mut viewer = of(&page, "xem", OperatorRole::Viewer, &[]).await;
    let names = |program: &mut Browser, query: &str| -> Vec<String> {
        let lists = program.get(&format!("/api/v1/rotation/list{query}")).json();
        let lists = lists.as_array().unwrap().clone();
        lists
            .iter()
            .flat_map(|one| one["accounts"].as_array().unwrap().clone())
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&mut hoa, ""), ["Người mot"]);
    assert_eq!(names(&mut viewer, ""), ["Người hai", "Người mot"]);
    assert_eq!(names(&mut viewer, "?agency=snv&waiting=true"), ["Người mot"]);
    assert_eq!(hoa.get("/api/v1/rotation/list?agency=skhcn").status, 404);
    let handed = |agency: &str| json!({"agency": agency});
    assert_eq!(post(&mut viewer, "rotation/handed", handed("snv")).0, 403);
    assert_eq!(post(&mut hoa, "rotation/handed", handed("skhcn")).0, 404);
    assert!(page.store.handed().await.unwrap().is_empty());
    assert_eq!(post(&mut hoa, "rotation/handed", handed("snv")).0, 200);
    let noted = page.store.handed().await.unwrap();
    assert_eq!(noted.keys().map(|(account, _)| account.as_str()).collect::<Vec<_>>(), ["mot"]);
    assert_eq!(deeds(&page, "hoa").await, ["rotation.list"]);

    // A campaign is asked for and agreed to on the page, and stopped by whoever answers for the province.
    let mut binh = program(&page, "binh").await;
    let mut duyet = of(&page, "duyet", OperatorRole::Approver, &["snv"]).await;
    let (status, said) = post(&mut binh, "campaigns", json!({}));
    assert!(status == 422 && said["error"].as_str().unwrap().contains("the page"), "{said}");
    assert!(page.store.campaigns().await.unwrap().is_empty());
    let mut fields = typed("dot-2037");
    fields.push(("what", "start"));
    assert_eq!(page.signed_in("an").post(NEW, &fields).status, 303);
    let [path, agree, stop] = ["", "/approvals", "/stop"].map(|more| format!("campaigns/dot-2037{more}"));
    let shown = duyet.get(&format!("/api/v1/{path}")).json();
    let steps: Vec<_> = shown["steps"].as_array().unwrap().iter().map(|one| one["at"].clone()).collect();
    assert!(steps.contains(&json!("07:00 12/01/2037")), "{shown}");
    let why = json!({"reason": "Công văn 9"});
    for one in [&agree, &stop] {
        assert_eq!(post(&mut duyet, one, why.clone()).0, 403, "{one}");
    }
    let (status, said) = post(&mut binh, &agree, json!({}));
    assert!(status == 422 && said["error"].as_str().unwrap().contains("the page"), "{said}");
    assert_eq!(post(&mut binh, &stop, json!({"reason": " "})).0, 422);
    let stands = async || page.store.campaigns().await.unwrap().remove(0);
    assert_eq!((stands().await.state, stands().await.started_by.len()), (CampaignState::Asked, 1));
    assert_eq!(post(&mut binh, &stop, why.clone()).0, 200);
    assert_eq!(stands().await.state, CampaignState::Stopped);
    assert_eq!(post(&mut binh, &stop, why.clone()).0, 409, "it was stopped before");
    assert_eq!(post(&mut binh, "campaigns/none/stop", why).0, 404);
    assert!(deeds(&page, "binh").await.contains(&"campaign.stop".to_owned()));
}
