//! The page in a real browser: with pointer, with keys alone, without script, for people who see it differently.

use super::pressing::{ROTATION, age, brake_mail, figures, idle, list, pressed};
use super::sheets::{BAD, namesake};
use super::{approvals, state, waiting};
use crate::support::desk;
use crate::support::page::{PASSWORD, Page};
use crate::support::webdriver::{Manner, Window};
use rosterd::config::profile::Profile;
use rosterd::model::change::{ChangeKind, Gate, Risk, State};
use rosterd::model::ids::Login;
use rosterd::model::question::QuestionKind;
use rosterd::model::rotation::{CampaignPlan, CampaignState};
use rosterd::store::Paused;
use std::time::{Duration, Instant};

const ENTER: &str = "\u{E007}";
const TAB: &str = "\u{E004}";

impl Page {
    pub(super) fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// A window signed in as `login`, through the form.
    pub(super) fn window(&self, login: &str, manner: Manner) -> Window {
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
    paused(Page::of_province().await).await
}

/// A paused province with one of everything: rules on passwords, a campaign that runs, incidents, a printed list.
async fn furnished() -> Page {
    let page = Page::with(ROTATION, |site| {
        site.drop_bytes("stc", "xấu.csv", BAD.as_bytes());
        site.drop_bytes("stc", "thiết bị.csv", "Tên máy;Số hiệu\nMáy in;7\n".as_bytes());
        site.drop_bytes("stc", "web.xls", b"<html><table><tr><td>x</td></tr></table></html>");
        desk::edit_config(site, "kind = \"ldif\"\n", "kind = \"ldif\"\nprotected = [\"nhungkb.snv\"]\n");
        age(site);
        site.drop_province();
        site.pass(3);
    })
    .await;
    let page = paused(page).await;
    let day = chrono::TimeDelta::days;
    let now = chrono::Utc::now().naive_utc();
    let plan = CampaignPlan {
        name: "dot-mau".into(),
        opens: now - day(4),
        closes: now + day(3),
        ..Profile::campaigns().remove(0).1
    };
    for login in ["an", "binh"] {
        let by = Login::new(login);
        page.store
            .write(chrono::Utc::now(), async |mut tx| {
                let started = tx.start_campaign(&plan, &by).await?;
                tx.commit(started).await
            })
            .await
            .unwrap();
    }
    let other = desk::accounts("skhcn").await.remove(0);
    let mut an = page.signed_in("an");
    for account in ["nhungkb.snv@tinhmau.gov.vn", desk::line(&other)[3].as_str()] {
        let opened = an.post("/incidents", &[("account", account), ("reason", "đăng nhập lạ lúc nửa đêm")]);
        assert_eq!(opened.status, 303, "{}", opened.body);
    }
    let until = Instant::now() + Duration::from_mins(1);
    while figures(&page).await.campaigns.is_empty() || page.site.path("spool/wake").exists() {
        assert!(Instant::now() < until, "no pass");
        std::thread::sleep(Duration::from_millis(200));
    }
    idle(&page).await;
    list(&page).await;
    brake_mail(&page).await;
    let given_up = "UPDATE outbox SET state = 'failed', last_error = '550 5.1.1 no such user'
                    WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT 3)";
    desk::execute(&page.site, given_up).await;
    page
}

async fn paused(page: Page) -> Page {
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
    let change = page.site.changes(Some(State::Proposed)).await.remove(0);
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
        ("rotation", "/rotation"),
        ("rotation-standing", "/rotation?standing=overdue"),
        ("rotation-accounts", "/rotation/accounts"),
        ("rotation-steps", "/rotation/accounts?of=holder-30"),
        ("rotation-list", "/rotation/list"),
        ("mail-brake", "/rotation/mail-brake"),
        ("matches", "/matches"),
        ("mails", "/mails"),
        ("mails-waiting", "/mails?list=waiting"),
        ("campaigns", "/rotation/campaigns"),
        ("campaign-new", "/rotation/campaigns/new?profile=gia-lai-2020"),
        ("incidents", "/incidents"),
        ("reports", "/reports"),
        ("slips", "/slips"),
        ("handovers", "/slips/handovers"),
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
    for (name, file) in [
        ("sheet-findings", "xấu.csv"),
        ("sheet", "snv-mau06.xlsx"),
        ("sheet-refused", "thiết bị.csv"),
        ("sheet-missing", "web.xls"),
    ] {
        let all = page.store.arrivals(&[], None, None, 1000).await.unwrap();
        let roster =
            all.iter().find(|one| one.file == file).unwrap_or_else(|| panic!("the sample has {file}"));
        pages.push((name, format!("/rosters/{}/sheet", roster.id)));
    }
    for campaign in page.store.campaigns().await.unwrap() {
        let name = &campaign.plan.name;
        pages.push(("campaign", format!("/rotation/campaigns/{name}")));
        pages.push(("campaign-accounts", format!("/rotation/accounts?campaign={name}&share=open")));
    }
    for incident in page.store.open_incidents().await.unwrap() {
        let name = if incident.by_hand { "incident-by-hand" } else { "incident" };
        pages.push((name, format!("/incidents/{}", incident.id)));
    }
    if let Some(code) = page.store.count_open_matches().await.unwrap().keys().next() {
        pages.push(("match", format!("/matches/{code}")));
    }
    let questions = page.store.questions().await.unwrap();
    if let Some(question) = questions.first() {
        pages.push(("question", format!("/questions/{}", question.key)));
    }
    pages
}

#[tokio::test]
async fn axe_finds_nothing_in_both_languages_and_themes() {
    let page = furnished().await;
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
    let page = furnished().await;
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
async fn a_finding_is_followed_to_its_cell_and_back_and_the_sheet_shown_for_the_password() {
    let page = Page::with("", |site| {
        site.drop_bytes("stc", "xấu.csv", BAD.as_bytes());
        site.pass(0);
    })
    .await;
    let window = page.window("an", Manner { without_script: true, ..Manner::default() });
    let roster = page.store.arrivals(&[], None, None, 1).await.unwrap().remove(0);
    window.go(&page.at(&format!("/rosters/{}", roster.id)));
    window.click("main a[href$='/sheet']");
    window.sees("h1", "Bảng tính như đã đọc");
    window.click("a[href='#cE3']");
    assert!(window.address().ends_with("#cE3"), "{}", window.address());
    assert!(window.text("#cE3").contains("bad-phone"), "{}", window.text("#cE3"));
    window.click("#cE3 .note a");
    assert!(window.address().contains("#f"), "{}", window.address());
    assert!(window.text("#cE4").contains("••••••••78"), "{}", window.text("#cE4"));
    window.fill("main input[name=password]", PASSWORD);
    window.click("main form.inline button");
    window.sees("p", "Đang hiển thị nguyên văn");
    assert!(window.text("#cE4").contains("0912345678"), "{}", window.text("#cE4"));
}

#[tokio::test]
async fn namesakes_can_be_read_by_everybody() {
    let namesake = namesake().await;
    let page = Page::with("", |site| {
        site.drop_bytes("stc", "lop.xlsx", &namesake);
        site.pass(0);
    })
    .await;
    let open = page.store.questions().await.unwrap();
    let question = open.iter().find(|one| one.question.kind == QuestionKind::WhoIs).unwrap();
    let path = page.at(&format!("/questions/{}", question.key));
    for manner in [Manner::default(), Manner { dark: true, phone: true, ..Manner::default() }] {
        let window = page.window("an", manner);
        window.go(&path);
        assert_eq!(window.violations(), Vec::<String>::new());
        let wider =
            window.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth");
        assert_eq!(wider, serde_json::json!(0));
        window.shoot(if manner.phone { "namesakes-phone" } else { "namesakes-vi-light" });
    }
}

#[tokio::test]
async fn a_handover_and_a_stale_change_can_be_read_by_everybody() {
    let (page, lines) = super::sheets::with_mailbox().await;
    let change = super::sheets::handed_over(&page, &lines).await;
    desk::execute(&page.site, &format!("UPDATE change SET state = 'stale', outcome = 'custodian is no longer what the plan saw' WHERE kind = 'set-custodian' AND id <> '{}'", change.id)).await;
    let stale = desk::of_kind(&page.site, ChangeKind::SetCustodian, State::Stale).await.remove(0);
    let handover = format!("/slips/handovers/{}", change.id);
    let paths = [
        ("handover", handover),
        ("handovers-full", "/slips/handovers".into()),
        ("stale", format!("/changes/{}", stale.id)),
    ];
    let mut found = Vec::new();
    for (dark, lang) in [(false, "vi"), (true, "en")] {
        let window = page.window("an", Manner { dark, ..Manner::default() });
        window.cookie(&format!("rosterd-lang-{}", page.port), lang);
        for (name, path) in &paths {
            window.go(&page.at(path));
            found.extend(window.violations().into_iter().map(|one| format!("{name} {lang}: {one}")));
            window.shoot(&format!("{name}-{lang}-{}", if dark { "dark" } else { "light" }));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    let window = page.window("binh", Manner { without_script: true, ..Manner::default() });
    window.go(&page.at(&paths[0].1));
    window.click("main form button");
    window.sees("p", "bên giao ký");
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

#[tokio::test]
async fn a_campaign_is_set_up_previewed_and_agreed_to_by_hand() {
    let page = paused(pressed("").await).await;
    let window = page.window("an", Manner { without_script: true, ..Manner::default() });
    window.click("a[href='/rotation']");
    window.click("a[href='/rotation/campaigns']");
    window.click("a[href='/rotation/campaigns/new']");
    window.click("select[name=profile] option[value='gia-lai-2020']");
    window.click(".filter button");
    window.sees("form[@class='grid']", "Tên đợt");
    let value = |name: &str| window.property(&format!("input[name={name}]"), "value");
    assert_eq!(value("name"), "gia-lai-2020");
    // The province's window has passed: it is said so, and nothing is asked for.
    window.click(".grid button");
    window.sees("p", "Giờ kết thúc đã qua");
    for (name, text) in [("name", "dot-2037"), ("opens", "2037-01-12T07:00"), ("closes", "2037-01-16T17:00")]
    {
        window.set(&format!(".grid input[name={name}]"), text);
    }
    window.click(".grid button");
    window.sees("h2", "Xem trước: dot-2037");
    window.sees("td", "08:00 14/01/2037");
    window.shoot("campaign-preview-vi-light");
    window.click(".decision button.main");
    window.arrives(&page.at("/rotation/campaigns/dot-2037"));
    window.sees("p", "Cần thêm một người");
    let second = page.window("binh", Manner::default());
    second.go(&page.at("/rotation/campaigns/dot-2037"));
    second.click(".decision button.main");
    second.sees("p", "Đã có hai người đồng ý");
    assert_eq!(page.store.campaigns().await.unwrap()[0].state, CampaignState::Running);
    second.click("summary");
    second.fill("details input[name=reason]", "Công văn 9");
    second.click("details button");
    second.sees("p", "Đã dừng");
    assert_eq!(page.store.campaigns().await.unwrap()[0].state, CampaignState::Stopped);
}

#[tokio::test]
async fn an_incident_is_opened_from_a_change_seen_locked_and_closed_by_hand() {
    let page = paused_province().await;
    let change = waiting(&page, Risk::Low, Gate::One).await;
    let window = page.window("an", Manner { without_script: true, ..Manner::default() });
    window.go(&page.at(&format!("/changes/{}", change.id)));
    window.click("a[href^='/incidents?account=']");
    window.sees("h1", "Tài khoản bị chiếm quyền");
    window.fill("input[name=reason]", "đăng nhập lạ lúc nửa đêm");
    window.click(".decision button.main");
    window.sees("p", "Đã mở sự cố");
    window.sees("span", "đã khóa");
    let opened = page.store.open_incidents().await.unwrap().remove(0);
    assert_eq!(window.address(), page.at(&format!("/incidents/{}", opened.id)));
    assert!(change.change.label.contains(opened.label.split_once('<').unwrap().1));
    window.fill(".decision input[name=reason]", "đã cài lại máy");
    window.click(".decision button");
    window.sees("p", "Đã đóng sự cố");
    assert!(page.store.open_incidents().await.unwrap().is_empty());
}
