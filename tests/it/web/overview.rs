//! The overview: every number on it opens the list that holds exactly what it counts.

use super::decisions::pause;
use super::numbers::{body, numbers, rows, rows_of_changes};
use super::pressing::{ROTATION, age, idle, list};
use super::taken_over::{ADDRESS, until};
use crate::support::desk;
use crate::support::page::{Browser, Page};
use rosterd::model::change::{State, StoredChange};
use rosterd::model::ids::AgencyCode;
use rosterd::model::operator::OperatorRole;
use rosterd::model::question::{Question, QuestionKind};
use std::collections::BTreeMap;

/// How many entries the list at `path` has, on all its pages.
fn listed(browser: &mut Browser, path: &str) -> u64 {
    let entries = |browser: &mut Browser, mark: &str| {
        let shown = body(browser, path);
        shown.matches(mark).count() as u64
    };
    match path.split(['?', '/']).nth(1).unwrap() {
        "changes" => rows_of_changes(browser, path),
        "questions" => entries(browser, "<tr><td><a href=\"/questions/"),
        "incidents" => entries(browser, "<tr><td><a href=\"/incidents/"),
        "slips" => entries(browser, "<tr><td><a href=\"/changes/"),
        "rosters" => entries(browser, "<tr><td>"),
        "agencies" => entries(browser, "<a href=\"/agencies/"),
        "rotation" if path.starts_with("/rotation/list") => entries(browser, "<tr><td>"),
        "rotation" => rows(browser, path).len() as u64,
        "matches" => numbers(&body(browser, path), "/matches/").values().sum(),
        other => panic!("no list {other}"),
    }
}

/// A province in which everything that the overview counts is there, some of it in one agency alone.
async fn busy() -> Page {
    let page = Page::with(ROTATION, |site| {
        desk::edit_config(site, "kind = \"ldif\"\n", "kind = \"ldif\"\nprotected = [\"nhungkb.snv\"]\n");
        age(site);
        site.drop_bytes("snv", "hong.xlsx", b"no workbook");
        site.drop_province();
        site.pass(3);
    })
    .await;
    idle(&page).await;
    pause(&page).await;
    let mut an = page.signed_in("an");
    let other = desk::accounts("skhcn").await.remove(0);
    for account in [ADDRESS, desk::line(&other)[3].as_str()] {
        let opened = an.post("/incidents", &[("account", account), ("reason", "đăng nhập lạ")]);
        assert_eq!(opened.status, 303, "{}", opened.body);
    }
    until("the account was not locked", async || {
        let open = page.store.open_incidents().await.unwrap();
        (!page.site.path("spool/wake").exists() && open.len() == 2).then_some(())
    })
    .await;
    idle(&page).await;
    list(&page).await;
    let waiting = page.site.changes(Some(State::Proposed)).await;
    let now = rosterd::model::rfc3339(chrono::Utc::now());
    for code in ["snv", "skhcn"] {
        let question = Question {
            kind: QuestionKind::FreeText,
            agency: AgencyCode::parse(code).unwrap(),
            about: "nguyen thu".into(),
            label: "Nguyễn Thử".into(),
            candidates: Vec::new(),
            evidence: Vec::new(),
        };
        let (key, body) = (question.key(), serde_json::to_string(&question).unwrap());
        let insert = format!(
            "INSERT INTO question (key, agency, body, state, at) VALUES ('{key}', '{code}', '{body}', 'open', '{now}')"
        );
        desk::execute(&page.site, &insert).await;
    }
    let mut from = 0;
    let mut next = |count: usize| {
        from += count;
        waiting[from - count..from].to_vec()
    };
    let set = async |changes: Vec<StoredChange>, what: &str| {
        let ids: Vec<_> = changes.iter().map(|one| format!("'{}'", one.id)).collect();
        desk::execute(&page.site, &format!("UPDATE change SET {what} WHERE id IN ({})", ids.join(", ")))
            .await;
        changes
    };
    set(next(2), "state = 'approved'").await;
    set(next(3), "state = 'ordered'").await;
    set(next(1), "state = 'expired'").await;
    set(next(2), "state = 'failed'").await;
    set(next(1), "state = 'unknown'").await;
    set(next(4), &format!("state = 'stale', since = '{now}'")).await;
    let done = set(next(5), &format!("state = 'applied', decided = '{now}', since = '{now}'")).await;
    set(next(1), "state = 'applied', decided = '2020-01-06T01:00:00.000Z'").await;
    set(next(2), "kind = 'suspect-leaver'").await;
    set(next(2), "due = '2020-01-06'").await;
    set(next(2), "due = '2099-01-05'").await;
    for one in &done[..2] {
        let slip = format!("INSERT INTO slip (change_id, made) VALUES ('{}', '{now}')", one.id);
        desk::execute(&page.site, &slip).await;
    }
    page
}

#[tokio::test]
async fn every_number_opens_the_list_that_holds_exactly_what_it_counts() {
    let page = busy().await;
    page.enrol("hoa", OperatorRole::Administrator, &["snv"]).await;
    for login in ["an", "hoa"] {
        let mut browser = page.signed_in(login);
        let shown = body(&mut browser, "/");
        let counted = numbers(&shown, "/");
        for (path, count) in &counted {
            assert_eq!(listed(&mut browser, path), *count, "{login}: {path}");
        }
        if login == "hoa" {
            continue;
        }
        for (path, least) in [
            ("/changes?due=today", 2),
            ("/changes", 10),
            ("/changes?state=held", 1),
            ("/questions", 2),
            ("/changes?state=failed", 2),
            ("/changes?state=unknown", 1),
            ("/changes/stale", 4),
            ("/incidents", 2),
            ("/incidents?red=1", 1),
            ("/changes?kind=suspect-leaver", 2),
            ("/slips", 2),
            ("/changes?state=approved", 2),
            ("/changes?state=ordered", 3),
            ("/changes?state=expired", 1),
            ("/changes?state=applied&decided=today", 5),
            ("/changes?due=overdue&mine=1", 2),
            ("/changes?due=later&mine=1", 2),
            ("/rosters?today=1", 2),
            ("/rosters?today=1&refused=1", 1),
            ("/rotation/list?waiting=1", 2),
            ("/agencies?late=1", 1),
        ] {
            let count = counted.get(path).unwrap_or_else(|| panic!("no {path}: {counted:#?}"));
            assert!(*count >= least, "{path}: {count}");
        }
        assert!(counted["/incidents?red=1"] < counted["/incidents"], "one is locked: {counted:#?}");
        assert!(counted["/changes?due=today"] < counted["/changes"], "not all is due: {counted:#?}");
    }
}

#[tokio::test]
async fn the_list_of_red_incidents_names_those_that_somebody_must_see_to() {
    let page = busy().await;
    let mut an = page.signed_in("an");
    let (all, red) = (body(&mut an, "/incidents"), body(&mut an, "/incidents?red=1"));
    let open = page.store.open_incidents().await.unwrap();
    for one in &open {
        assert!(all.contains(&format!("/incidents/{}", one.id)));
        assert_eq!(red.contains(&format!("<tr><td><a href=\"/incidents/{}", one.id)), one.by_hand, "{one:?}");
    }
    assert!(red.contains("Sự cố chưa khóa hết") && red.contains("Xem mọi sự cố đang mở (2)"), "{red}");
    page.enrol("khac", OperatorRole::Viewer, &["stc"]).await;
    let other = body(&mut page.signed_in("khac"), "/incidents?red=1");
    assert!(other.contains("Mọi sự cố đang mở đã khóa hết"), "{other}");
}

#[tokio::test]
async fn refused_writes_say_why_and_each_scope_sees_its_own() {
    let page = busy().await;
    let stale = page.site.changes(Some(State::Stale)).await;
    let one = &stale[0];
    let why = "UPDATE change SET outcome = 'title is no longer what the plan saw' WHERE state = 'stale'";
    desk::execute(&page.site, why).await;
    let mut an = page.signed_in("an");
    let shown = body(&mut an, "/changes/stale");
    assert_eq!(shown.matches("Chức vụ đã khác so với lúc lập đề nghị").count(), stale.len(), "{shown}");
    assert!(shown.contains("<strong>4</strong>") && shown.contains("/changes?state=stale"), "{shown}");
    let other = super::taken_over::other(&one.change.agency);
    page.enrol("khac", OperatorRole::Viewer, &[other]).await;
    let mut khac = page.signed_in("khac");
    assert!(!body(&mut khac, "/changes/stale").contains(one.id.as_str()));
    assert_eq!(page.browser().get("/changes/stale").status, 303, "only for who has signed in");
    // Asked for anew by a later plan, it is no longer what is refused.
    let live = page.site.changes(Some(State::Proposed)).await;
    let (target, subject) = (&one.change.target, one.change.subject.as_str().replace('\'', "''"));
    let newer = format!(
        "UPDATE change SET target = '{target}', subject = '{subject}', kind = '{}', id = id WHERE id = '{}'",
        one.change.kind,
        live.iter().map(|one| &one.id).max().unwrap()
    );
    assert!(live.iter().any(|newer| newer.id > one.id));
    desk::execute(&page.site, &newer).await;
    assert!(body(&mut an, "/").contains("href=\"/changes/stale\"><strong>3</strong>"));
    assert!(!body(&mut an, "/changes/stale").contains(one.id.as_str()));
}

#[tokio::test]
async fn the_numbers_of_an_agency_open_its_own_lists() {
    let page = super::pressing::pressed("").await;
    let mut an = page.signed_in("an");
    for code in ["snv", "skhcn"] {
        let shown = body(&mut an, &format!("/agencies/{code}"));
        let counted: BTreeMap<_, _> =
            numbers(&shown, "/rotation/accounts").into_iter().chain(numbers(&shown, "/changes?")).collect();
        assert!(counted.keys().any(|path| path.starts_with("/rotation/accounts")), "{shown}");
        assert!(!shown.contains("\"/rotation?standing"), "{shown}");
        for (path, count) in &counted {
            assert!(path.contains(&format!("agency={code}")), "{path}");
            assert_eq!(listed(&mut an, path), *count, "{path}");
        }
    }
}

#[tokio::test]
async fn known_default_passwords_have_a_bar_that_opens_their_list() {
    let page = super::pressing::pressed("").await;
    // As a check of the hashes would have laid it down: of one system, and of two agencies.
    let mut all = super::pressing::figures(&page).await;
    let places: Vec<_> =
        (0..all.places.len()).filter(|at| all.places[*at].system.as_str() == "mail").collect();
    let mut wanted = 0;
    for at in &places[..2] {
        let place = &mut all.places[*at];
        let mut rows: Vec<rosterd::rotation::row::Row> =
            page.store.rotation_rows(&place.agency, &place.system).await.unwrap();
        let count = rows.len().min(2);
        rows.iter_mut().take(count).for_each(|row| row.guessed = true);
        place.counts.default_passwords = count as u64;
        wanted += count as u64;
        let json = serde_json::to_string(&rows).unwrap().replace('\'', "''");
        let update = format!(
            "UPDATE rotation_rows SET body = '{json}' WHERE agency = '{}' AND target = 'mail'",
            place.agency
        );
        desk::execute(&page.site, &update).await;
    }
    let json = serde_json::to_string(&all).unwrap().replace('\'', "''");
    desk::execute(&page.site, &format!("UPDATE rotation_figures SET body = '{json}'")).await;
    let mut an = page.signed_in("an");
    let shown = body(&mut an, "/rotation?system=mail");
    let path = "/rotation/accounts?system=mail&of=default-password";
    let row =
        shown.split("<tr>").find(|row| row.contains(path)).unwrap_or_else(|| panic!("no {path}: {shown}"));
    assert!(row.contains("mật khẩu mặc định đã biết") && row.contains(&format!(">{wanted} (")), "{row}");
    assert_eq!(rows(&mut an, path).len() as u64, wanted);
    let chart = shown.split("id=\"first-head\"").nth(1).unwrap().split("</svg>").next().unwrap();
    let label = chart.find("mật khẩu mặc định đã biết").expect("a bar");
    let width = chart[label..].split("width=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_ne!(width, "0", "{chart}");
}
