//! The page in a real browser: with pointer, with keys alone, without script, for people who see it differently.

use super::{approvals, state, waiting};
use crate::support::page::{PASSWORD, Page};
use crate::support::webdriver::{Manner, Window};
use rosterd::model::change::{Gate, Risk, State};
use rosterd::model::ids::Login;
use rosterd::store::Paused;

const ENTER: &str = "\u{E007}";
const TAB: &str = "\u{E004}";

impl Page {
    fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// A window signed in as `login`, through the form.
    fn window(&self, login: &str, manner: Manner) -> Window {
        let window = Window::open(manner);
        window.go(&self.at("/"));
        window.fill("input[name=login]", login);
        window.fill("input[name=password]", PASSWORD);
        window.click("button.main");
        window.arrives(&self.at("/"));
        window
    }
}

async fn paused_province() -> Page {
    let page = Page::of_province().await;
    let by = Login::new("an");
    page.store
        .write(chrono::Utc::now(), async |mut tx| {
            let paused = tx.pause(Paused::Writes, &by, "thử").await?;
            tx.commit(paused).await
        })
        .await
        .unwrap();
    page
}

/// Every page there is, with one of each that is about something.
async fn every_page(page: &Page) -> Vec<(&'static str, String)> {
    let change = waiting(page, Risk::Low, Gate::One).await;
    let brake = page.store.open_brakes().await.unwrap().remove(0).0;
    let roster = page.store.arrivals(&[], None, None, 1).await.unwrap().remove(0);
    let mut pages: Vec<(&str, String)> = [
        ("overview", "/"),
        ("changes", "/changes"),
        ("changes-by-agency", "/changes?group=agency"),
        ("bulk", "/changes/bulk"),
        ("brakes", "/brakes"),
        ("questions", "/questions"),
        ("rosters", "/rosters"),
        ("agencies", "/agencies"),
        ("agency", "/agencies/snv"),
        ("holds", "/holds"),
        ("slips", "/slips"),
        ("audit", "/audit"),
        ("operators", "/operators"),
        ("account", "/account"),
        ("pause", "/pause"),
        ("confirm", "/confirm"),
        ("nothing", "/nothing"),
    ]
    .map(|(name, path)| (name, path.to_owned()))
    .into();
    pages.push(("change", format!("/changes/{}", change.id)));
    pages.push(("brake", format!("/brakes/{}", brake.key)));
    pages.push(("roster", format!("/rosters/{}", roster.id)));
    if let Some(question) = page.store.questions().await.unwrap().first() {
        pages.push(("question", format!("/questions/{}", question.key)));
    }
    pages
}

#[tokio::test]
async fn axe_finds_nothing_in_both_languages_and_themes() {
    let page = paused_province().await;
    let pages = every_page(&page).await;
    let mut found = Vec::new();
    for (dark, lang) in [(false, "vi"), (true, "en"), (false, "en"), (true, "vi")] {
        let window = Window::open(Manner { dark, ..Manner::default() });
        window.go(&page.at("/sign-in"));
        window.cookie(&format!("rosterd-lang-{}", page.port), lang);
        window.go(&page.at("/sign-in"));
        let theme = if dark { "dark" } else { "light" };
        found.extend(window.violations().into_iter().map(|one| format!("sign-in {lang} {theme}: {one}")));
        window.shoot(&format!("sign-in-{lang}-{theme}"));
        window.fill("input[name=login]", "an");
        window.fill("input[name=password]", PASSWORD);
        window.click("button.main");
        let is_dark = window.run("return matchMedia('(prefers-color-scheme: dark)').matches");
        assert_eq!(is_dark, serde_json::json!(dark));
        for (name, path) in &pages {
            window.go(&page.at(path));
            assert_eq!(window.run("return document.documentElement.lang"), serde_json::json!(lang), "{path}");
            found.extend(window.violations().into_iter().map(|one| format!("{name} {lang} {theme}: {one}")));
            window.shoot(&format!("{name}-{lang}-{theme}"));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[tokio::test]
async fn no_page_is_wider_than_a_phone() {
    let page = paused_province().await;
    let window = page.window("an", Manner { phone: true, ..Manner::default() });
    for (name, path) in every_page(&page).await {
        window.go(&page.at(&path));
        let wider =
            window.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
        assert_eq!(wider, serde_json::json!(0), "{name}");
        window.shoot(&format!("{name}-phone"));
    }
}

#[tokio::test]
async fn a_change_is_found_opened_approved_and_another_rejected() {
    let page = paused_province().await;
    let change = waiting(&page, Risk::Low, Gate::One).await;
    let window = page.window("an", Manner::default());
    window.click("a[href='/changes']");
    let name = change.change.label.split(" <").next().unwrap().to_owned();
    // Without tone marks, as people type in a hurry.
    window.fill("input[type=search]", &rosterd::model::name::ascii(&name));
    window.click(".filter button");
    window.sees("table", &name);
    window.click(&format!("a[href='/changes/{}']", change.id));
    window.sees("h1", &name);
    window.click(".decision button.main");
    assert!(window.text(".said").contains("đã duyệt"), "{}", window.text("main"));
    assert_eq!((state(&page, &change).await, approvals(&page, &change).await.len()), (State::Approved, 1));

    let other = waiting(&page, Risk::Medium, Gate::One).await;
    window.go(&page.at(&format!("/changes/{}", other.id)));
    window.fill(".decision input[name=reason]", "Chức danh ghi sai, đề nghị kiểm tra lại");
    window.click(".decision form:last-of-type button");
    window.sees("main", "không duyệt");
    assert_eq!(state(&page, &other).await, State::Rejected);
    let outcome = page.store.change(&other.id).await.unwrap().unwrap().stored.outcome;
    assert_eq!(outcome.as_deref(), Some("Chức danh ghi sai, đề nghị kiểm tra lại"));
}

#[tokio::test]
async fn keys_alone_are_enough() {
    let page = paused_province().await;
    let window = Window::open(Manner::default());
    window.go(&page.at("/"));
    // The first field has the focus.
    for text in ["an", PASSWORD] {
        for letter in text.chars() {
            window.press(&[letter.to_string().as_str()]);
        }
        window.press(&[TAB]);
    }
    window.press(&[ENTER]);
    window.arrives(&page.at("/"));
    window.go(&page.at("/changes?risk=medium&gate=one"));
    // Two are selected, and the list's form approves them.
    window.press(&["j", "x", "j", "x"]);
    assert_eq!(window.count("input[name=pick]:checked"), 2);
    assert!(window.text(".decide button.main").contains("(2)"));
    window.run("document.querySelector('.decide button.main').focus()");
    window.press(&[ENTER]);
    assert!(window.text(".said").contains("Đã duyệt 2 thay đổi"), "{}", window.text("main"));
    assert_eq!(page.site.changes(Some(State::Approved)).await.len(), 2);
    window.press(&["j"]);
    window.press(&[ENTER]);
    window.sees("*[contains(@class, 'decision')]", "");
    assert!(window.address().contains("/changes/0"), "{}", window.address());
}

#[tokio::test]
async fn everything_works_without_script() {
    let page = paused_province().await;
    let window = page.window("an", Manner { without_script: true, ..Manner::default() });
    window.go(&page.at("/changes?risk=medium&gate=one"));
    assert_eq!(window.count("thead input"), 0, "no script ran");
    window.click("input[name=pick]");
    window.click(".decide button.main");
    assert!(window.text(".said").contains("Đã duyệt 1 thay đổi"), "{}", window.text("main"));
    // The language, both ways.
    window.click("button[name=lang]");
    window.sees("h1", "Review changes");
    window.click("button[name=lang]");
    window.sees("h1", "Rà soát");
    // In bulk, with the number typed.
    window.go(&page.at("/changes"));
    window.click("a[href*='/changes/bulk']");
    if window.count("input[name=typed]") > 0 {
        let number = window.text(".lead strong").replace('.', "");
        window.fill("input[name=typed]", &number);
    }
    window.click("form.inline button.main");
    assert!(window.text(".said").contains("Đã duyệt"), "{}", window.text("main"));
    let waits = page.site.changes(Some(State::Proposed)).await;
    assert!(!waits.iter().any(|one| one.change.risk == Risk::Low && one.change.gate == Gate::One));
}

#[tokio::test]
async fn a_brake_is_released_and_a_roster_handed_in_by_hand() {
    let page = paused_province().await;
    let brake = page.store.open_brakes().await.unwrap().remove(0).0;
    for login in ["an", "binh"] {
        let window = page.window(login, Manner::default());
        window.go(&page.at(&format!("/brakes/{}", brake.key)));
        window.fill(".decision form:first-of-type input[name=reason]", "Đã đối chiếu với cơ quan");
        window.click(".decision button.main");
        window.arrives(&page.at("/brakes"));
    }
    assert!(page.store.open_brakes().await.unwrap().iter().all(|(open, _)| open.key != brake.key));
    let window = page.window("an", Manner::default());
    let file = page.site.path("danh sách gửi thêm.csv");
    std::fs::write(&file, "Họ và tên;Chức vụ\nNguyễn Thị Gửi Thêm;Chuyên viên\n").unwrap();
    window.go(&page.at("/rosters"));
    window.click("summary");
    window.fill("input[type=file]", &file.display().to_string());
    window.click(".upload button.main");
    assert!(window.text(".said").contains("Đã nhận tệp"), "{}", window.text("main"));
}
