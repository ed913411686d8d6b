//! Numbers and the lists behind them: what a page counts is what its list holds.

use super::pressing::{age, idle, pressed};
use super::{approvals, waiting};
use crate::support::desk;
use crate::support::page::{Browser, PASSWORD, Page};
use rosterd::model::change::{Gate, Risk, State, StoredChange};
use rosterd::model::ids::Login;
use rosterd::model::notice::Notice;
use rosterd::model::operator::OperatorRole;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// A page of the site, its addresses as they were written.
pub(super) fn body(browser: &mut Browser, path: &str) -> String {
    let answer = browser.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body.replace("&#x2f;", "/").replace("&amp;", "&").replace("&#61;", "=")
}

/// The links to pages that begin with `path`, each with the first number that it bears.
pub(super) fn numbers(shown: &str, path: &str) -> BTreeMap<String, u64> {
    let links = shown.split("<a href=\"").skip(1).filter(|rest| rest.starts_with(path));
    let read = |rest: &str| -> Option<(String, u64)> {
        let (address, rest) = rest.split_once('"')?;
        let text = rest.split_once('>')?.1.split("</a>").next()?;
        let plain: String = text.replace("<strong>", "").replace("</strong>", "");
        let digits = plain.trim_start().split([' ', '<']).next()?.replace('.', "");
        Some((address.to_owned(), digits.parse().ok()?))
    };
    links.filter_map(read).collect()
}

/// The rows of a list's table, page after page.
pub(super) fn rows(browser: &mut Browser, path: &str) -> Vec<String> {
    let (mut rows, mut next) = (Vec::new(), Some(path.to_owned()));
    while let Some(path) = next {
        let shown = body(browser, &path);
        rows.extend(
            shown
                .split("<tr><td class=\"who\">")
                .skip(1)
                .map(|row| row.split("</tr>").next().unwrap().to_owned()),
        );
        next = shown
            .split_once("rel=\"next\" href=\"")
            .map(|(_, rest)| rest.split('"').next().unwrap().to_owned());
        assert!(rows.len() < 5_000, "the pages do not end: {path}");
    }
    rows
}

#[tokio::test]
async fn every_number_of_rotation_opens_a_list_as_long() {
    let page = pressed("").await;
    let mut an = page.signed_in("an");
    let mut counted = numbers(&body(&mut an, "/rotation"), "/rotation/accounts");
    let overview = numbers(&body(&mut an, "/"), "/rotation/accounts");
    assert!(!overview.is_empty());
    counted.extend(overview);
    // By standing, by age, first passwords and use, the days ahead, agencies and systems.
    assert!(counted.len() > 40, "{counted:#?}");
    let some = |part: &str| counted.iter().any(|(path, count)| path.contains(part) && *count > 0);
    for part in
        ["standing=overdue", "of=age-", "of=first", "of=use-", "of=idle", "of=holder-30", "agency=snv"]
    {
        assert!(some(part), "{part}: {counted:#?}");
    }
    for (path, count) in &counted {
        let listed = rows(&mut an, path);
        assert_eq!(listed.len() as u64, *count, "{path}");
        let once: BTreeSet<_> = listed.iter().collect();
        assert_eq!(once.len(), listed.len(), "{path}: each once");
    }
    // Each scope its own, and nobody looks into another.
    page.enrol("hoa", OperatorRole::Viewer, &["snv"]).await;
    let mut hoa = page.signed_in("hoa");
    let own = numbers(&body(&mut hoa, "/rotation"), "/rotation/accounts");
    for (path, count) in &own {
        let listed = rows(&mut hoa, path);
        assert_eq!(listed.len() as u64, *count, "{path}");
        assert!(listed.iter().all(|row| row.contains("Sở Nội vụ")), "{path}: {listed:#?}");
    }
    assert_eq!(hoa.get("/rotation/accounts?agency=skhcn").status, 404);
    assert_eq!(hoa.get("/rotation/accounts?of=nothing").status, 404);
    assert_eq!(hoa.get("/rotation/accounts?after=nothing").status, 404);
    // Filters narrow: each account is of one kind, and tone marks are not asked for.
    let all = rows(&mut an, "/rotation/accounts");
    let kinds = ["person", "unit", "administrator", "service"];
    let of = |browser: &mut Browser, kind| rows(browser, &format!("/rotation/accounts?kind={kind}")).len();
    let counts = kinds.map(|kind| of(&mut an, kind));
    assert_eq!(counts.iter().sum::<usize>(), all.len(), "{counts:?}");
    assert_eq!(an.get("/rotation/accounts?kind=nobody").status, 404);
    let found = rows(&mut an, "/rotation/accounts?text=nguyen");
    assert!(!found.is_empty() && found.len() < all.len(), "{}", found.len());
    assert!(found.iter().all(|row| row.contains("Nguyễn") || row.contains("nguyen")), "{found:#?}");
}

#[tokio::test]
async fn what_waits_for_me_is_what_i_can_still_approve() {
    let page = Page::of_province().await;
    let mut an = page.signed_in("an");
    let mine = |browser: &mut Browser| {
        let mut all = numbers(&body(browser, "/"), "/changes?due=");
        all.retain(|path, _| path.ends_with("&mine=1"));
        all
    };
    let before = mine(&mut an);
    let all = page.site.changes(Some(State::Proposed)).await.len() as u64;
    assert_eq!(before.values().sum::<u64>(), all, "{before:?}");
    // One that two must approve.
    let change = waiting(&page, Risk::Low, Gate::One).await;
    let id = change.id.as_str();
    desk::execute(&page.site, &format!("UPDATE change SET needed = 2 WHERE id = '{id}'")).await;
    desk::execute(&page.site, &format!("UPDATE change SET gate = 'two' WHERE id = '{id}'")).await;
    let path = format!("/changes/{}/approve", change.id);
    let mut done = an.post(&path, &[("key", change.key.as_str())]);
    if done.header("location").is_some_and(|to| to.starts_with("/confirm")) {
        an.post("/confirm", &[("password", PASSWORD), ("next", "/")]);
        done = an.post(&path, &[("key", change.key.as_str())]);
    }
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(approvals(&page, &change).await, ["an"]);
    let after = mine(&mut an);
    assert_eq!(after.values().sum::<u64>(), all - 1, "it waits for another now");
    for (path, count) in &after {
        assert_eq!(rows_of_changes(&mut an, path), *count, "{path}");
    }
    let mut binh = page.signed_in("binh");
    assert_eq!(mine(&mut binh), before);
    page.enrol("xem", OperatorRole::Viewer, &[]).await;
    assert_eq!(mine(&mut page.signed_in("xem")), BTreeMap::new(), "who approves nothing is not waited for");
    assert_eq!(an.get("/changes?due=someday").status, 422);
}

pub fn rows_of_changes(browser: &mut Browser, path: &str) -> u64 {
    let (mut count, mut next) = (0, Some(path.to_owned()));
    while let Some(path) = next {
        let shown = body(browser, &path);
        count += shown.matches("<td class=\"who\"><a href=\"/changes/").count() as u64;
        next = shown
            .split_once("rel=\"next\" href=\"")
            .map(|(_, rest)| rest.split('"').next().unwrap().to_owned());
    }
    count
}

/// A mail in the outbox that went the way of `end`.
pub async fn mail(page: &Page, key: &str, end: &str) -> String {
    let notice = Notice {
        key: key.into(),
        template: "rotation_reminder".into(),
        to: format!("{key}@tinhmau.gov.vn"),
        to_name: format!("Người {key}"),
        subject: format!("Đề nghị đổi mật khẩu <{key}>"),
        text: "t".into(),
        html: "h".into(),
    };
    let work = async |mut tx: rosterd::store::WriteTx| {
        let new = tx.enqueue_for(&notice, chrono::Utc::now() + chrono::TimeDelta::days(1)).await?;
        tx.commit(new).await
    };
    assert!(page.store.write(chrono::Utc::now(), work).await.unwrap());
    desk::execute(&page.site, &format!("UPDATE outbox SET {end} WHERE key = '{key}'")).await;
    desk::rows(&page.site, "SELECT key || ' ' || id FROM outbox")
        .await
        .iter()
        .find_map(|row| row.strip_prefix(&format!("{key} ")).map(str::to_owned))
        .unwrap()
}

#[tokio::test]
async fn mails_that_did_not_arrive_are_listed_sent_again_or_put_aside() {
    let page = Page::with("", |_| {}).await;
    let refused = mail(&page, "mot", "state = 'failed', last_error = '550 5.1.1 no such user'").await;
    let returned =
        mail(&page, "hai", "state = 'returned', bounce = 'b1', last_error = '552 5.2.2 mailbox full'").await;
    mail(&page, "ba", "attempts = 1").await;
    let mut an = page.signed_in("an");
    let overview = body(&mut an, "/");
    assert!(overview.contains("không gửi được: 2") && overview.contains("Thư chờ gửi: 1"), "{overview}");
    let listed = rows(&mut an, "/mails");
    assert_eq!(listed.len(), 2);
    let one = listed.iter().find(|row| row.contains("mot@tinhmau.gov.vn")).unwrap();
    assert!(one.contains("Người mot") && one.contains("Đề nghị đổi mật khẩu &lt;mot&gt;"), "{one}");
    assert!(one.contains("550 5.1.1 no such user"), "{one}");
    assert_eq!(rows(&mut an, "/mails?list=waiting").len(), 1);
    // Who does not administer reads; who has a scope does not see the province's outbox at all.
    page.enrol("duyet", OperatorRole::Approver, &[]).await;
    let mut approver = page.signed_in("duyet");
    assert_eq!(rows(&mut approver, "/mails").len(), 2);
    assert_eq!(approver.post(&format!("/mails/{refused}/retry"), &[]).status, 403);
    page.enrol("hoa", OperatorRole::Administrator, &["snv"]).await;
    let mut hoa = page.signed_in("hoa");
    assert_eq!(hoa.get("/mails").status, 404);
    assert!(!hoa.get("/").body.contains("mails"));
    assert_ne!(hoa.post(&format!("/mails/{refused}/retry"), &[]).status, 303);
    assert_eq!(an.post(&format!("/mails/{refused}/dismiss"), &[("reason", " ")]).status, 422);
    assert_eq!(
        an.post(&format!("/mails/{refused}/dismiss"), &[("reason", "đã báo qua điện thoại")]).status,
        303
    );
    assert_eq!(an.post(&format!("/mails/{returned}/retry"), &[]).status, 303);
    assert_eq!(an.post(&format!("/mails/{returned}/retry"), &[]).status, 404, "it is on its way");
    assert_eq!(rows(&mut an, "/mails").len(), 0);
    let counts = page.store.outbox_counts().await.unwrap();
    assert_eq!((counts.failed, counts.returned), (0, 0));
    let trail = page.store.audit_page("an", "mail.", None, 10).await.unwrap();
    let verbs: Vec<_> = trail.iter().map(|row| row.verb.as_str()).collect();
    assert_eq!(verbs, ["mail.retry", "mail.dismiss"]);
}

#[tokio::test]
async fn why_something_was_rejected_stands_in_the_workbook_that_the_agency_gets() {
    let page = Page::of_province().await;
    let changes = page.site.changes(Some(State::Proposed)).await;
    let asked = changes.iter().find_map(|one| {
        one.change.evidence.iter().find_map(|evidence| match evidence {
            rosterd::model::evidence::Evidence::Row { roster, row, .. } => Some((one, roster.clone(), *row)),
            _ => None,
        })
    });
    let (change, roster, row) = asked.unwrap();
    let (_, path) = page.store.arrival(&roster).await.unwrap().unwrap();
    let path = page.site.path(&path.unwrap());
    let before = std::fs::read(&path).unwrap();
    let why = "đề nghị bổ sung quyết định tiếp nhận";
    assert!(!desk::holds(&before, why));
    let mut an = page.signed_in("an");
    let fields = [("key", change.key.as_str()), ("reason", why)];
    let rejected = an.post(&format!("/changes/{}/reject", change.id), &fields);
    assert_eq!(rejected.status, 303, "{}", rejected.body);
    let until = Instant::now() + Duration::from_mins(1);
    while !desk::holds(&std::fs::read(&path).unwrap(), why) {
        assert!(Instant::now() < until, "no feedback with the reason");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // On the very row, before what was said of it; the rest of the workbook is as it was.
    let bytes = std::fs::read(&path).unwrap();
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
    let cells = calamine::Reader::worksheets(&mut book);
    let told: Vec<_> = cells
        .iter()
        .flat_map(|(sheet, range)| {
            range
                .used_cells()
                .filter(|(_, _, cell)| cell.to_string().contains(why))
                .map(move |(at, _, _)| (sheet.clone(), at as u64 + u64::from(range.start().unwrap().0) + 1))
        })
        .collect();
    assert!(told.iter().any(|(_, at)| *at == u64::from(row)), "{told:?}, row {row}");
    // The contact is told where to look, once.
    let letters = async || {
        let query = "SELECT body FROM outbox JOIN outbox_content USING (id) WHERE key LIKE 'rejected:%'";
        desk::rows(&page.site, query).await
    };
    idle(&page).await;
    let told = letters().await;
    assert!(!told.is_empty() && told.iter().all(|one| one.contains("không được duyệt")), "{told:?}");
    assert_eq!(desk::rows(&page.site, "SELECT id FROM roster WHERE feedback <> 'written'").await, [""; 0]);
    std::fs::write(page.site.path("spool/wake"), b"").unwrap();
    idle(&page).await;
    assert_eq!(letters().await.len(), told.len());

    // The agency has taken its file away: what lies there stays, and the reason comes beside it.
    let of_it = |one: &&StoredChange| {
        one.id != change.id && one.change.evidence.iter().any(|evidence| evidence.roster() == Some(&roster))
    };
    let next = changes.iter().find(of_it).expect("the roster asks for two changes");
    let (arrival, _) = page.store.arrival(&roster).await.unwrap().unwrap();
    std::fs::remove_file(page.site.path(&arrival.arrival.done_path.unwrap())).unwrap();
    let why = "người này do cơ quan khác quản lý";
    let fields = [("key", next.key.as_str()), ("reason", why)];
    assert_eq!(an.post(&format!("/changes/{}/reject", next.id), &fields).status, 303);
    let kept = std::fs::read(&path).unwrap();
    let apart = path.to_string_lossy().replace(".ketqua.xlsx", ".khongduyet.xlsx");
    let until = Instant::now() + Duration::from_mins(1);
    while !std::fs::read(&apart).is_ok_and(|bytes| desk::holds(&bytes, why)) {
        assert!(Instant::now() < until, "no summary with the reason");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(std::fs::read(&path).unwrap(), kept);
    idle(&page).await;
    let last = letters().await;
    assert!(last.len() > told.len() && last.iter().any(|one| one.contains(".khongduyet.xlsx")), "{last:?}");
}

#[tokio::test]
async fn the_evidence_of_a_case_is_for_who_may_see_rows_and_for_the_password() {
    let page = Page::of_province().await;
    let change = waiting(&page, Risk::Low, Gate::One).await;
    let agency = change.change.agency.clone();
    let fields = [("case", change.id.as_str())];
    page.enrol("xem", OperatorRole::Viewer, &[]).await;
    assert_eq!(page.signed_in("xem").post("/reports/case", &fields).status, 403);
    let other = if agency.as_str() == "snv" { "skhcn" } else { "snv" };
    page.enrol("khac", OperatorRole::Reviewer, &[other]).await;
    let mut foreign = page.signed_in("khac");
    let confirm =
        |browser: &mut Browser| browser.post("/confirm", &[("password", PASSWORD), ("next", "/reports")]);
    confirm(&mut foreign);
    assert_eq!(foreign.post("/reports/case", &fields).status, 422, "another agency's, by its id");
    let mut an = page.signed_in("an");
    desk::execute(&page.site, "UPDATE web_session SET confirmed = NULL").await;
    let asked = an.post("/reports/case", &fields);
    assert!(asked.header("location").is_some_and(|to| to.starts_with("/confirm")), "{asked:?}");
    assert_eq!(confirm(&mut an).status, 303);
    let pack = an.post("/reports/case", &fields);
    assert_eq!((pack.status, pack.header("content-type")), (200, Some("application/zip")));
    assert!(pack.body.starts_with("PK"));
    let trail = page.store.audit_page("an", "case.pack", None, 10).await.unwrap();
    assert_eq!(trail.len(), 1, "who took it is in the trail");
    assert_eq!(an.post("/reports/case", &[("case", "c-khongco")]).status, 422);
}

#[tokio::test]
async fn a_pause_is_said_on_every_overview_and_ended_from_the_page() {
    let page = Page::with("", age).await;
    let mut an = page.signed_in("an");
    page.enrol("duyet", OperatorRole::Approver, &[]).await;
    let mut approver = page.signed_in("duyet");
    let pause = [("what", "writes"), ("reason", "bảo trì máy chủ thư")];
    assert_eq!(approver.post("/pause", &pause).status, 403);
    assert_eq!(an.post("/pause", &pause).status, 303);
    assert!(approver.get("/").body.contains("bảo trì máy chủ thư"));
    let paused = page.store.paused(rosterd::store::Paused::Writes).await.unwrap().unwrap();
    assert_eq!(paused.by, Login::new("an"));
    assert_eq!(approver.post("/pause/resume", &pause).status, 403);
    assert_eq!(an.post("/pause/resume", &pause).status, 303);
    assert!(page.store.paused(rosterd::store::Paused::Writes).await.unwrap().is_none());
    assert!(!approver.get("/").body.contains("bảo trì máy chủ thư"));
}

#[tokio::test]
async fn what_came_in_today_and_what_failed_open_lists_as_long() {
    let page = Page::with("", |site| {
        site.drop_province();
        for name in ["hong-1.xlsx", "hong-2.xlsx"] {
            std::fs::write(site.path(&format!("inbox/snv/{name}")), format!("no workbook: {name}")).unwrap();
        }
        site.pass(3);
    })
    .await;
    let refused = "SELECT id FROM roster WHERE state = 'refused' AND file LIKE 'hong-%'";
    assert_eq!(desk::rows(&page.site, refused).await.len(), 2);
    // One came yesterday.
    desk::execute(
        &page.site,
        "UPDATE roster SET arrived = '2020-01-06T01:00:00.000Z' WHERE file = 'hong-2.xlsx'",
    )
    .await;
    let state = |ids: &[StoredChange], state: &str| {
        let ids: Vec<_> = ids.iter().map(|one| format!("'{}'", one.id)).collect();
        format!("UPDATE change SET state = '{state}' WHERE id IN ({})", ids.join(", "))
    };
    let all = page.site.changes(Some(State::Proposed)).await;
    desk::execute(&page.site, &state(&all[..3], "failed")).await;
    desk::execute(&page.site, &state(&all[3..5], "unknown")).await;
    let listed = |browser: &mut Browser, path: &str| {
        let (mut names, mut next) = (Vec::new(), Some(path.to_owned()));
        while let Some(path) = next {
            let shown = body(browser, &path);
            let table = shown.split_once("<tbody>").map_or("", |(_, rest)| rest);
            let read = |row: &str| row.split("<td>").nth(3).unwrap().to_owned();
            names.extend(table.split("<tr>").skip(1).map(read));
            next = shown
                .split_once("rel=\"next\" href=\"")
                .map(|(_, rest)| rest.split('"').next().unwrap().to_owned());
        }
        names
    };
    page.enrol("hoa", OperatorRole::Viewer, &["snv"]).await;
    for login in ["an", "hoa"] {
        let mut browser = page.signed_in(login);
        let shown = body(&mut browser, "/");
        let arrived = numbers(&shown, "/rosters?");
        let paths: Vec<_> = arrived.keys().map(String::as_str).collect();
        assert_eq!(paths, ["/rosters?today=1", "/rosters?today=1&refused=1"], "{login}");
        for (path, count) in &arrived {
            assert_eq!(listed(&mut browser, path).len() as u64, *count, "{login}: {path}");
        }
        let refused = listed(&mut browser, "/rosters?today=1&refused=1");
        assert!(refused.iter().any(|one| one.contains("hong-1.xlsx")), "{refused:?}");
        assert!(!refused.iter().any(|one| one.contains("hong-2.xlsx")), "{refused:?}");
        assert!(listed(&mut browser, "/rosters?refused=1").len() > refused.len());
        let changes = numbers(&shown, "/changes?state=");
        assert!(
            changes.contains_key("/changes?state=failed") && changes.contains_key("/changes?state=unknown")
        );
        for (path, count) in &changes {
            assert_eq!(rows_of_changes(&mut browser, path), *count, "{login}: {path}");
        }
        if login == "an" {
            assert_eq!((changes["/changes?state=failed"], changes["/changes?state=unknown"]), (3, 2));
        }
    }
}

#[tokio::test]
async fn changes_by_roster_open_lists_as_long() {
    let page = Page::of_province().await;
    let mut an = page.signed_in("an");
    let shown = body(&mut an, "/changes?group=roster");
    let table = shown.split_once("<tbody>").unwrap().1;
    let mut sum = 0;
    let mut some = 0;
    for row in table.split("<tr>").skip(1) {
        let count: u64 = row
            .split("<td class=\"num\">")
            .nth(1)
            .unwrap()
            .split('<')
            .next()
            .unwrap()
            .replace('.', "")
            .parse()
            .unwrap();
        sum += count;
        let Some((_, rest)) = row.split_once("<a href=\"") else { continue };
        let path = rest.split('"').next().unwrap();
        assert!(path.contains("roster="), "{path}");
        assert_eq!(rows_of_changes(&mut an, path), count, "{path}");
        some += 1;
    }
    assert!(some > 5, "{shown}");
    let all = page.site.changes(Some(State::Proposed)).await.len() as u64;
    assert!(sum >= all, "none is left out: {sum} of {all}");
    // A filter narrows the groups, and stays in their links.
    let risky = body(&mut an, "/changes?group=roster&risk=high");
    let links: Vec<_> =
        risky.split("<a href=\"/changes?").skip(1).filter(|rest| rest.contains("roster=")).collect();
    assert!(links.iter().all(|rest| rest.split('"').next().unwrap().contains("risk=high")), "{links:?}");
}

#[tokio::test]
async fn the_trail_is_exported_as_it_is_filtered_and_a_part_says_that_it_is_one() {
    let page = Page::of_province().await;
    let mut an = page.signed_in("an");
    let whole = an.get("/audit/export");
    assert!(whole.header("content-disposition").unwrap().contains("\"audit.jsonl\""));
    let parsed = |text: &str| -> Vec<serde_json::Value> {
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let rows = parsed(&whole.body);
    assert!(rows.iter().all(|row| row["hash"].is_string()), "rows alone");
    let of_rosters = |row: &serde_json::Value| row["verb"].as_str().unwrap().starts_with("roster.");
    let actor = rows.iter().find(|row| of_rosters(row)).unwrap()["actor"].as_str().unwrap();
    let filter = format!("actor={actor}&verb=roster.");
    let shown = body(&mut an, &format!("/audit?{filter}"));
    assert!(shown.contains(&format!("/audit/export?{filter}")), "{shown}");
    assert!(shown.contains("không phải chuỗi đầy đủ"));
    let part = an.get(&format!("/audit/export?{filter}"));
    assert!(part.header("content-disposition").unwrap().contains("\"audit-part.jsonl\""));
    let part = parsed(&part.body);
    let (head, part) = part.split_first().unwrap();
    assert_eq!(head["whole_chain"], false);
    assert_eq!((head["actor"].as_str(), head["verb"].as_str()), (Some(actor), Some("roster.")));
    let wanted: Vec<_> = rows.iter().filter(|row| row["actor"] == actor && of_rosters(row)).collect();
    assert!(!wanted.is_empty() && wanted.len() < rows.len(), "{}", wanted.len());
    assert_eq!(part.iter().collect::<Vec<_>>(), wanted);
    // Nothing matches: the line that says so stands alone. And each export is in the trail with its filter.
    assert_eq!(parsed(&an.get("/audit/export?verb=nothing.").body).len(), 1);
    let trail = page.store.audit_page("an", "audit.export", None, 10).await.unwrap();
    let details: BTreeSet<_> = trail.iter().filter_map(|row| row.detail.as_deref()).collect();
    assert_eq!(details, BTreeSet::from(["", "actor= verb=nothing.", &format!("actor={actor} verb=roster.")]));
}
