//! Reads through the interface for programs: what is known of a change, the lists behind the numbers.

use super::programs::with_token;
use super::waiting;
use crate::support::desk;
use crate::support::page::{Browser, Page};
use chrono::Utc;
use rosterd::model::account::Attr;
use rosterd::model::change::{ChangeKind, Gate, Risk, State};
use rosterd::model::evidence::Evidence;
use rosterd::model::operator::OperatorRole;
use rosterd::model::rfc3339;
use rosterd::store::TokenScope;
use serde_json::{Value, json};

async fn reads(page: &Page, login: &str) -> Browser {
    with_token(page, &page.token(login, TokenScope::Read).await)
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("{value}"))
}

#[tokio::test]
async fn what_is_known_of_a_change_is_what_the_page_shows_and_masked_alike() {
    let page = Page::of_province().await;
    let (mut an, mut program) = (page.signed_in("an"), reads(&page, "an").await);
    // Somebody approves one, and another is a row that has a phone.
    let approved = waiting(&page, Risk::Low, Gate::One).await;
    let fields = [("key", approved.key.as_str())];
    page.signed_in("binh").post(&format!("/changes/{}/approve", approved.id), &fields);
    let by = program.get(&format!("/api/v1/changes/{}", approved.id)).json()["approved"][0].clone();
    assert_eq!((&by["by"], &by["name"]), (&json!("binh"), &json!("Lê Văn Bình")));
    let stored = page.store.approvals(&approved.id).await.unwrap();
    assert_eq!(by["at"], rosterd::model::rfc3339(stored[0].1));

    let (mut masked, mut with_history, mut with_access) = (0, 0, 0);
    for change in page.site.changes(None).await.iter().step_by(7) {
        let one = program.get(&format!("/api/v1/changes/{}", change.id)).json();
        let shown = an.get(&format!("/changes/{}", change.id)).body;
        let shown = shown.replace("&#x2f;", "/").replace("&#x27;", "'").replace("&quot;", "\"");
        assert_eq!((&one["id"], &one["key"]), (&json!(change.id), &json!(change.key)));
        for sentence in ["on_approval", "undone_by"] {
            assert!(shown.contains(one[sentence].as_str().unwrap()), "{sentence}: {one}");
        }
        for past in list(&one["history"]) {
            assert!(shown.contains(&format!("/changes/{}", past["id"].as_str().unwrap())), "{past}");
            with_history += 1;
        }
        with_access += list(&one["access"]).iter().filter(|span| span["role"].is_null()).count();
        // Each row as it was understood, without what is personal.
        let evidence = list(&one["evidence"]);
        assert_eq!(evidence.len(), change.change.evidence.len());
        for (told, stored) in evidence.iter().zip(&change.change.evidence) {
            let Evidence::Row { roster, sheet, row, .. } = stored else { continue };
            let arrival = page.store.arrival(roster).await.unwrap().unwrap().0.arrival;
            let mut rows = arrival.roster.unwrap().rows.into_iter();
            let record = rows.find(|one| one.sheet == *sheet && one.row == *row).unwrap();
            assert_eq!((&told["file"], &told["row"]), (&json!(arrival.file), &json!(row)));
            let fields = list(&told["fields"]);
            assert!(fields.iter().any(|field| field["value"] == record.full_name.to_string()), "{told}");
            if let Some(phone) = record.phone {
                assert!(!told.to_string().contains(&phone), "{told}");
                let field = fields.iter().find(|field| field["name"] == "phone").unwrap();
                assert!(field["value"].as_str().unwrap().starts_with('•'), "{told}");
                masked += 1;
            }
        }
    }
    assert!(masked > 3 && with_history > 0 && with_access > 0, "{masked} {with_history} {with_access}");
    // Of another agency nothing, not even as history.
    page.enrol("xem", OperatorRole::Viewer, &["snv"]).await;
    let mut viewer = reads(&page, "xem").await;
    for change in page.site.changes(None).await.iter().filter(|one| one.change.agency.as_str() == "snv") {
        let one = viewer.get(&format!("/api/v1/changes/{}", change.id)).json();
        assert!(list(&one["history"]).iter().all(|past| past["agency"] == "snv"), "{one}");
        assert!(list(&one["access"]).iter().all(|span| span["agency"] == "snv"), "{one}");
    }
}

#[tokio::test]
async fn a_stale_change_says_to_a_program_what_moved() {
    let page = Page::of_province().await;
    let mut changes = page.site.changes(Some(State::Proposed)).await;
    changes.retain(|one| {
        one.change.kind == ChangeKind::UpdateAttributes && one.change.before.contains_key(&Attr::Title)
    });
    let change = changes.remove(0);
    let mut program = reads(&page, "an").await;
    let path = format!("/api/v1/changes/{}", change.id);
    assert_eq!(program.get(&path).json()["moved"], Value::Null, "nothing has moved yet");
    desk::execute(&page.site, &format!("UPDATE change SET state = 'stale' WHERE id = '{}'", change.id)).await;
    let file = page.site.path("directory.ldif");
    let ldif = std::fs::read_to_string(&file).unwrap();
    let address = change.change.label.split(['<', '>']).nth(1).unwrap();
    let entry = ldif.split("\n\n").find(|entry| entry.contains(&format!("mail: {address}"))).unwrap();
    let lines: Vec<_> = entry
        .lines()
        .map(|line| if line.starts_with("title:") { "title: Pho giam doc moi" } else { line })
        .collect();
    std::fs::write(&file, ldif.replacen(entry, &lines.join("\n"), 1)).unwrap();
    let moved = program.get(&path).json()["moved"].clone();
    assert_eq!((&moved["is"], &moved["attrs"][0]["attr"]), (&json!("there"), &json!("title")), "{moved}");
    let title = change.change.before(Attr::Title).unwrap();
    let now = &moved["attrs"][0];
    assert_eq!((&now["approved"], &now["now"]), (&json!(title), &json!("Pho giam doc moi")));
    assert_eq!(now["differs"], true);
    std::fs::write(&file, ldif.replacen(&format!("{entry}\n\n"), "", 1)).unwrap();
    assert_eq!(program.get(&path).json()["moved"], json!({"is": "gone"}));
    std::fs::write(&file, "not a directory").unwrap();
    assert_eq!(program.get(&path).json()["moved"], json!({"is": "unread"}));
}

/// How long a list of the interface is, page after page.
fn length(program: &mut Browser, path: &str, field: &str) -> u64 {
    let (mut length, mut next) = (0, path.to_owned());
    loop {
        let some = program.get(&next).json();
        length += list(&some[field]).len() as u64;
        let Some(after) = some["next"].as_str() else { return length };
        let with = if path.contains('?') { '&' } else { '?' };
        next = format!("{path}{with}after={after}");
    }
}

#[tokio::test]
async fn a_program_finds_as_many_in_each_list_as_the_overview_counts() {
    let page = Page::with("late_after_days = 1\n", |site| {
        site.drop_province();
        site.drop_bytes("snv", "hong.xlsx", b"no workbook");
        site.drop_bytes("snv", "hong-truoc.xlsx", b"no workbook either");
        site.pass(3);
    })
    .await;
    desk::execute(
        &page.site,
        "UPDATE roster SET arrived = '2020-01-06T01:00:00.000Z' WHERE file = 'hong-truoc.xlsx'",
    )
    .await;
    page.enrol("xem", OperatorRole::Viewer, &["snv"]).await;
    // Two writes that were refused, one of them of the viewer's agency.
    let (own, other) = ("= 'snv'", "<> 'snv'");
    for agency in [own, other] {
        let some = format!(
            "UPDATE change SET state = 'stale', since = '{}', outcome = 'title is no longer what the plan saw' WHERE id =
             (SELECT id FROM change WHERE state = 'proposed' AND agency {agency} ORDER BY id LIMIT 1)",
            rfc3339(Utc::now())
        );
        desk::execute(&page.site, &some).await;
    }
    for (login, stale) in [("an", 2), ("xem", 1)] {
        let mut program = reads(&page, login).await;
        let found = program.get("/api/v1/overview").json();
        for (state, count) in found["by_state"].as_object().unwrap() {
            let path = format!("/api/v1/changes?state={state}");
            assert_eq!(length(&mut program, &path, "changes"), count.as_u64().unwrap(), "{login} {path}");
        }
        assert_eq!(length(&mut program, "/api/v1/changes?due=today", "changes"), found["due"]);
        assert_eq!(length(&mut program, "/api/v1/rosters?today=true", "rosters"), found["arrived_today"]);
        assert_eq!(found["stale"], stale, "{login}");
        assert_eq!(length(&mut program, "/api/v1/changes/stale", "changes"), stale, "{login}");
        let refused = length(&mut program, "/api/v1/rosters?today=true&refused=true", "rosters");
        assert_eq!(refused, found["refused_today"]);
        assert_eq!(length(&mut program, "/api/v1/rosters?refused=true", "rosters"), refused + 1);
        for (path, field) in [("questions", "questions"), ("brakes", "brakes"), ("incidents", "incidents")] {
            let listed = program.get(&format!("/api/v1/{path}")).json();
            assert_eq!(list(&listed).len() as u64, found[field], "{login} {path}");
        }
        let late = program.get("/api/v1/agencies?late=true").json();
        assert_eq!(list(&late).len() as u64, found["late_agencies"], "{login}");
        assert!(list(&late).iter().all(|one| one["late"] == true));
        // Grouped, they are as many; each group opens its list.
        let all = found["by_state"]["proposed"].as_u64().unwrap();
        let by_agency = program.get("/api/v1/changes/by-agency").json();
        let sum: u64 = list(&by_agency).iter().map(|one| one["count"].as_u64().unwrap()).sum();
        assert_eq!(sum, all, "{login}");
        let by_roster = program.get("/api/v1/changes/by-roster").json();
        assert_eq!(by_roster["more"], false);
        for one in list(&by_roster["rosters"]).iter().take(5) {
            let path = format!("/api/v1/changes?roster={}", one["roster"].as_str().unwrap());
            assert_eq!(length(&mut program, &path, "changes"), one["count"], "{login} {path}");
        }
        assert!(by_roster["without"].as_u64().unwrap() <= all);
    }
    // What waits for the very operator; a viewer is not waited for, and a word that is none is said to be so.
    let (mut an, mut viewer) = (reads(&page, "an").await, reads(&page, "xem").await);
    let mine = an.get("/api/v1/overview").json()["mine"].clone();
    for (due, count) in mine.as_object().unwrap() {
        let path = format!("/api/v1/changes?mine=1&due={due}");
        assert_eq!(length(&mut an, &path, "changes"), *count, "{path}");
    }
    assert!(!mine.as_object().unwrap().is_empty());
    let told = viewer.get("/api/v1/overview").json();
    assert_eq!(
        (&told["mine"], &told["slips"], &told["waiting_mails"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    for path in [
        "changes?decided=someday",
        "changes/by-agency?due=never",
        "changes/by-roster?age=old",
        "changes?state=x",
    ] {
        assert_eq!(an.get(&format!("/api/v1/{path}")).status, 422, "{path}");
    }
    let unread = an.get("/api/v1/rosters?today=maybe");
    assert!(unread.status == 400 && unread.json()["error"].is_string(), "{}", unread.body);
    // An agency with what the page says of its last full roster.
    let full = page.store.last_full_rosters().await.unwrap();
    let (code, (_, people)) = full.iter().next().unwrap();
    let one = an.get(&format!("/api/v1/agencies/{code}")).json();
    assert_eq!(one["people"], *people);
    let birth = list(&one["completeness"]).iter().find(|field| field["field"] == "birth").unwrap();
    assert!(birth["count"].as_u64().unwrap() <= *people && birth["percent"].as_u64().unwrap() <= 100);
}
