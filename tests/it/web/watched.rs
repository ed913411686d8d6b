//! What is under way, followed in a real browser without loading the page again: an incident until it is locked, an upload
//! until its feedback; and what asking by itself does not do.

use super::decisions::pause;
use super::taken_over::until;
use crate::support::desk;
use crate::support::page::Page;
use crate::support::webdriver::{Manner, Window};
use rosterd::model::change::State;
use std::time::{Duration, Instant};

/// Waits until a piece of script gives true; the page is never loaded again meanwhile.
fn becomes(window: &Window, what: &str, script: &str) {
    let until = Instant::now() + Duration::from_mins(1);
    while window.run(&format!("return Boolean({script});")) != serde_json::json!(true) {
        assert!(Instant::now() < until, "{what}: {}", window.text("main"));
        std::thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(
        window.run("return window.stays === 1"),
        serde_json::json!(true),
        "{what}: the page was loaded again"
    );
}

/// Marks the window's page, so that another load of it can be told.
fn stays(window: &Window) {
    window.run("window.stays = 1; return null;");
}

const VOICE: &str = "document.querySelector('main > [role=status][aria-live=polite]').textContent";

#[tokio::test]
async fn an_incident_turns_from_red_to_locked_by_itself_and_says_so() {
    let page = Page::of_province().await;
    let account = desk::line(&desk::accounts("skhcn").await.remove(0))[3].clone();
    let mut an = page.signed_in("an");
    assert_eq!(an.post("/incidents", &[("account", &account), ("reason", "đăng nhập lạ")]).status, 303);
    let incident = page.store.open_incidents().await.unwrap().remove(0);
    // As it looks while a lock waits: the worker has done it already, or is about to.
    until("it was not locked", async || {
        let made = page.store.changes_of_incident(&incident.id).await.unwrap();
        (!made.is_empty()
            && made.iter().all(|one| {
                one.stored.state.to_string() != "claimed" && !page.site.path("spool/wake").exists()
            }))
        .then_some(made)
    })
    .await;
    let made = page.store.changes_of_incident(&incident.id).await.unwrap();
    let one = &made[0].stored;
    let state = async |state: &str| {
        desk::execute(&page.site, &format!("UPDATE change SET state = '{state}' WHERE id = '{}'", one.id))
            .await;
    };
    state("unknown").await;
    let window = page.window("an", Manner::default());
    window.go(&page.at(&format!("/incidents/{}", incident.id)));
    stays(&window);
    window.sees("span", "chưa khóa hết");
    assert_eq!(window.count("#progress[data-live]"), 1);
    assert_eq!(window.count("p.wrong a[href^='/incidents/']"), 1, "a link for who has no script");
    // Whoever reads along the table keeps the place.
    window.run("document.querySelector('[aria-labelledby=systems] a').focus(); return null;");
    assert_eq!(window.run(&format!("return {VOICE}")), serde_json::json!(""));
    state("applied").await;
    becomes(&window, "the mark is gone", "!document.querySelector('[data-live]')");
    assert!(window.text("#progress").contains("đã khóa"), "{}", window.text("#progress"));
    assert_eq!(window.count("p.wrong"), 0);
    becomes(
        &window,
        "it is said",
        &format!("{VOICE}.includes('đã khóa') && {VOICE}.includes('đã thực hiện')"),
    );
    becomes(
        &window,
        "the focus stays",
        &format!("document.activeElement.getAttribute('href') === '/changes/{}'", one.id),
    );
    assert_eq!(window.violations(), Vec::<String>::new());
    // Without the mark nothing is asked any more.
    let asked =
        "performance.getEntriesByType('resource').filter((one) => one.initiatorType === 'fetch').length";
    let before = window.run(&format!("return {asked}"));
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(window.run(&format!("return {asked}")), before);
}

#[tokio::test]
async fn an_upload_is_followed_until_its_findings_and_feedback_are_there() {
    let page = Page::of_province().await;
    let file = page.site.path("lớp tập huấn.csv");
    std::fs::write(&file, super::sheets::BAD).unwrap();
    let window = page.window("an", Manner::default());
    window.go(&page.at("/rosters"));
    window.click("summary");
    window.click(".upload select option[value='stc']");
    window.fill("input[type=file]", &file.display().to_string());
    window.click(".upload button.main");
    assert!(window.text(".said").contains("Đã nhận tệp"), "{}", window.text("main"));
    stays(&window);
    let row = "[...document.querySelectorAll('#arrivals tbody tr')].find((row) => row.textContent.includes('lớp tập huấn.csv'))";
    becomes(&window, "it arrives", row);
    becomes(&window, "its feedback is there", &format!("{row}?.querySelector('a[href$=\"/feedback\"]')"));
    becomes(&window, "nothing is under way", "!document.querySelector('[data-live]')");
    assert_eq!(window.count("#uploads"), 0);
    becomes(&window, "it is said", &format!("{VOICE}.includes('Tệp chờ đọc: 0')"));
    // Keys go along the rows that came later.
    window.run("document.activeElement.blur(); return null;");
    window.press(&["j"]);
    assert_eq!(window.count("tr.here"), 1);
    window.run(&format!("{row}.querySelector('a').click(); return null;"));
    window.sees("h2", "Nhận xét");
    assert!(window.text("main").contains("bad-phone"), "{}", window.text("main"));
    assert!(window.count("a[href$='/feedback']") > 0);
    let roster = page.store.arrivals(&[], None, None, 1).await.unwrap().remove(0);
    assert_eq!(page.signed_in("an").get(&format!("/rosters/{}/feedback", roster.id)).status, 200);
}

#[tokio::test]
async fn a_pass_that_runs_is_marked_until_it_is_over_and_a_link_serves_without_script() {
    let page = Page::of_province().await;
    super::pressing::idle(&page).await;
    pause(&page).await;
    let last = page.store.last_pass().await.unwrap().unwrap().id;
    let ended = desk::rows(&page.site, "SELECT ended FROM pass ORDER BY id DESC LIMIT 1").await.remove(0);
    desk::execute(&page.site, &format!("UPDATE pass SET ended = NULL WHERE id = '{last}'")).await;
    let plain = page.window("an", Manner { without_script: true, ..Manner::default() });
    plain.sees("p", "đang chạy");
    plain.click("#now p.muted a[href='/']");
    plain.sees("p", "đang chạy");
    let window = page.window("an", Manner::default());
    stays(&window);
    window.sees("p", "đang chạy");
    assert_eq!(window.count("#now[data-live]"), 1);
    // What a pass changes is there with its end.
    let waiting = page.site.changes(Some(State::Proposed)).await;
    let gone = &waiting[0];
    desk::execute(&page.site, &format!("UPDATE change SET state = 'superseded' WHERE id = '{}'", gone.id))
        .await;
    desk::execute(&page.site, &format!("UPDATE pass SET ended = '{ended}' WHERE id = '{last}'")).await;
    becomes(&window, "it is over", "!document.querySelector('[data-live]')");
    assert_eq!(
        window.text(".figures a[href='/changes'] strong").replace('.', ""),
        (waiting.len() - 1).to_string()
    );
    becomes(&window, "it is said", &format!("{VOICE}.includes('Lượt xử lý đã xong')"));
    plain.click("#now p.muted a[href='/']");
    until("it is over without script", async || (!plain.text("main").contains("đang chạy")).then_some(()))
        .await;
}

#[tokio::test]
async fn who_is_signed_out_meanwhile_is_asked_no_more_and_asking_keeps_no_session_awake() {
    let page = Page::of_province().await;
    super::pressing::idle(&page).await;
    let mut an = page.signed_in("an");
    let long_ago = rosterd::model::rfc3339(chrono::Utc::now() - chrono::TimeDelta::minutes(20));
    let set = format!("UPDATE web_session SET seen = '{long_ago}'");
    desk::execute(&page.site, &set).await;
    let seen = async || desk::rows(&page.site, "SELECT seen FROM web_session ORDER BY seen DESC").await;
    assert_eq!(an.send("GET", "/", &[("X-Rosterd-Live", "1")], "").status, 200);
    assert_eq!(seen().await, [long_ago.as_str()], "nobody did anything");
    assert_eq!(an.get("/").status, 200);
    assert_ne!(seen().await, [long_ago.as_str()]);

    let last = page.store.last_pass().await.unwrap().unwrap().id;
    desk::execute(&page.site, &format!("UPDATE pass SET ended = NULL WHERE id = '{last}'")).await;
    let window = page.window("an", Manner::default());
    stays(&window);
    assert_eq!(window.count("#now[data-live]"), 1);
    desk::execute(&page.site, &format!("UPDATE web_session SET ended = '{long_ago}'")).await;
    let asked =
        "performance.getEntriesByType('resource').filter((one) => one.initiatorType === 'fetch').length";
    becomes(&window, "it asks", &format!("{asked} > 0"));
    std::thread::sleep(Duration::from_secs(6));
    assert_eq!(
        window.run(&format!("return {asked}")),
        serde_json::json!(1),
        "the answer was that nobody is signed in"
    );
    assert!(window.text("#now").contains("đang chạy"), "what was shown stays");
}
