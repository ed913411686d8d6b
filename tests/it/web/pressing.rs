//! Rotation, campaigns and the printed lists on the page: the figures of the terminal, for whom they are, by whom decided.

use crate::support::desk;
use crate::support::page::{Browser, Page};
use crate::support::site::Site;
use rosterd::model::agency::Agencies;
use rosterd::model::ids::{AccountId, AgencyCode};
use rosterd::model::operator::OperatorRole;
use rosterd::model::rotation::CampaignState;
use rosterd::rotation::figures::Figures;
use rosterd::rotation::printed::{Listed, Why};
use rosterd::rotation::room::MailBraked;
use rosterd::store::TokenScope;
use std::time::{Duration, Instant};

/// A site with rules on passwords.
pub const ROTATION: &str = "\n[rotation]\nprofile = \"nghe-an-2025\"\nactive_from = \"2026-01-05\"\n\
                            sign_in_at = \"mail.tinhmau.gov.vn\"\n\
                            department = { name = \"Phòng\", mail = \"phong@tinhmau.gov.vn\" }\n\
                            chief = { name = \"Giám đốc\", mail = \"giamdoc@tinhmau.gov.vn\" }\n";

/// The sample province under rules on passwords, after a first pass.
pub async fn pressed(more: &str) -> Page {
    let page = Page::with(&format!("{more}{ROTATION}"), |site| {
        age(site);
        site.drop_province();
        site.pass(3);
    })
    .await;
    idle(&page).await;
    page
}

/// Has the directory show when passwords were changed and accounts used: long ago and lately, some never.
pub fn age(site: &Site) {
    let path = site.path("directory.ldif");
    let at =
        |days: i64| (chrono::Utc::now() - chrono::TimeDelta::days(days)).format("%Y%m%d%H%M%SZ").to_string();
    let (mut text, mut count) = (String::new(), 0);
    for line in std::fs::read_to_string(&path).unwrap().lines() {
        text.extend([line, "\n"]);
        if line.starts_with("mail: ") {
            let changed = [10, 60, 120, 300, 500, 20, 75][count % 7];
            let used = [3, 40, 70, 120, 400][count % 5];
            let facts = [("createTimestamp", 900), ("pwdChangedTime", changed), ("pwdLastSuccess", used)];
            text.extend(facts.map(|(fact, days)| format!("{fact}: {}\n", at(days))));
            text += if count % 6 == 0 { "pwdReset: TRUE\n" } else { "" };
            count += 1;
        }
    }
    std::fs::write(path, text).unwrap();
}

/// Waits until the worker has looked since the program began, and rests.
pub async fn idle(page: &Page) {
    let until = Instant::now() + Duration::from_mins(1);
    let running = async || {
        let passes = desk::rows(&page.site, "SELECT id FROM pass").await.len();
        let open = desk::rows(&page.site, "SELECT id FROM pass WHERE ended IS NULL").await.len();
        passes < 2 || open > 0 || page.site.path("spool/wake").exists()
    };
    while running().await {
        assert!(Instant::now() < until, "the worker does not rest");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

pub async fn figures(page: &Page) -> Figures {
    page.store.rotation_figures().await.unwrap().unwrap()
}

/// A number as a list's entry has it.
fn counted(path: &str, count: u64) -> String {
    format!("href=\"{path}\"><strong>{count}</strong>")
}

/// The page with its addresses as they were written.
fn body(browser: &mut Browser, path: &str) -> String {
    let answer = browser.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body.replace("&#x2f;", "/")
}

#[tokio::test]
async fn the_page_shows_what_the_terminal_counts_and_each_scope_its_own() {
    let page = pressed("").await;
    let printed = page.site.expect(&["rotation", "status", "--json"], 0);
    let status: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let mut an = page.signed_in("an");
    let shown = body(&mut an, "/rotation");
    let states = status["total"]["states"].as_object().unwrap();
    assert!(!states.is_empty());
    for (standing, count) in states {
        let wanted = counted(&format!("/rotation/accounts?standing={standing}"), count.as_u64().unwrap());
        assert!(shown.contains(&wanted), "{wanted}: {shown}");
    }
    let paper = an.post("/reports", &[("report", "rotation"), ("as_file", "html")]);
    assert!(paper.status == 200 && paper.body.contains("<table"), "{}", paper.body);
    // Three charts, each with its name and its table.
    assert_eq!(shown.matches("<svg class=\"chart\" role=\"img\"").count(), 3);
    let open: u64 = figures(&page).await.spread(&rosterd::model::ids::TargetId::mail()).ages.iter().sum();
    assert!(open > 0, "the sample shows when passwords were changed");

    page.enrol("hoa", OperatorRole::Viewer, &["snv"]).await;
    let mut hoa = page.signed_in("hoa");
    let own = body(&mut hoa, "/rotation");
    let snv = &status["agencies"]["snv"]["states"];
    let sum: u64 = snv.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert!(own.contains(&format!("{sum} tài khoản")), "{own}");
    assert!(own.contains("/agencies/snv") && !own.contains("/agencies/skhcn"), "{own}");
    assert_eq!(hoa.get("/rotation?standing=nothing").status, 404);

    let mut program = page.browser();
    let token = page.token("hoa", TokenScope::Read).await;
    program.more.push(("Authorization".into(), format!("Bearer {token}")));
    let read = program.get("/api/v1/rotation").json();
    assert_eq!(read["agencies"].as_object().unwrap().keys().collect::<Vec<_>>(), ["snv"]);
    assert_eq!(read["agencies"]["snv"]["states"], *snv);
}

#[tokio::test]
async fn a_site_without_rules_says_so() {
    let page = Page::with("", |_| {}).await;
    let mut an = page.signed_in("an");
    assert!(body(&mut an, "/rotation").contains("[rotation]"));
    assert!(body(&mut an, "/rotation/campaigns").contains("[rotation]"));
}

/// Two accounts that no reminder reached, as a pass would have laid them down.
pub async fn list(page: &Page) {
    let listed = |agency: &str, account: &str| Listed {
        agency: AgencyCode::parse(agency).unwrap(),
        account: AccountId::new(account),
        name: format!("Người {account}"),
        address: format!("{account}@tinhmau.gov.vn"),
        why: Why::Unreached,
        cycle: "2026-01-05".into(),
        deadline: "2026-11-02".parse().ok(),
        handed: None,
    };
    let mut all = figures(page).await;
    all.listed = vec![listed("snv", "mot"), listed("skhcn", "hai")];
    lay_down(page, &all).await;
}

/// Lays figures down as a pass would.
async fn lay_down(page: &Page, figures: &Figures) {
    let json = serde_json::to_string(figures).unwrap().replace('\'', "''");
    desk::execute(&page.site, &format!("UPDATE rotation_figures SET body = '{json}'")).await;
}

/// More reminders are due than may be, as a pass would have found it.
pub async fn brake_mail(page: &Page) {
    let braked = Some(MailBraked { due: 5_000, limit: 1_000, of_accounts: 3_000 });
    lay_down(page, &Figures { braked, ..figures(page).await }).await;
}

#[tokio::test]
async fn the_mail_brake_is_said_with_its_arithmetic_and_two_let_the_letters_go() {
    const HERE: &str = "/rotation/mail-brake";
    const RELEASE: &str = "/rotation/mail-brake/release";
    let page = pressed("").await;
    let why = [("reason", "đã kiểm tra quy định và danh sách")];
    let mut an = page.signed_in("an");
    assert_eq!((an.get(HERE).status, an.post(RELEASE, &why).status), (404, 404), "it is not on");
    brake_mail(&page).await;
    for path in ["/", "/brakes", "/rotation"] {
        let shown = body(&mut an, path);
        for part in [HERE, "5.000", "1.000"] {
            assert!(shown.contains(part), "{path}: {part}: {shown}");
        }
    }
    let shown = body(&mut an, HERE);
    for part in ["20 % của 3.000", "<td class=\"num\">600<", "Vượt</th><td class=\"num\">4.000<"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    // It is the whole province's, and released by who approves there.
    page.enrol("xem", OperatorRole::Viewer, &[]).await;
    page.enrol("hoa", OperatorRole::Approver, &["snv"]).await;
    let (mut viewer, mut hoa) = (page.signed_in("xem"), page.signed_in("hoa"));
    assert!(!body(&mut viewer, HERE).contains(RELEASE));
    assert_eq!(viewer.post(RELEASE, &why).status, 403);
    assert!(!body(&mut hoa, "/").contains(HERE) && !body(&mut hoa, "/rotation").contains(HERE));
    assert_eq!((hoa.get(HERE).status, hoa.post(RELEASE, &why).status), (404, 403));
    let mut program = page.browser();
    let token = page.token("an", TokenScope::Decide).await;
    program.more.push(("Authorization".into(), format!("Bearer {token}")));
    let read = program.get("/api/v1/rotation").json();
    assert_eq!((&read["mail_brake"]["due"], &read["mail_brake"]["limit"]), (&5_000.into(), &1_000.into()));
    let refused = program.send("POST", &format!("/api/v1{RELEASE}"), &[], "");
    assert!(refused.status == 422 && refused.body.contains("on the page"), "{}", refused.body);

    // With a reason, and with the password where it was not given lately.
    desk::execute(&page.site, "UPDATE web_session SET confirmed = NULL").await;
    let asked = an.post(RELEASE, &why);
    assert!(asked.header("location").is_some_and(|to| to.starts_with("/confirm")), "{asked:?}");
    let mut an = page.signed_in("an");
    assert_eq!(an.post(RELEASE, &[("reason", " ")]).status, 422);
    for _ in 0..2 {
        assert_eq!(an.post(RELEASE, &why).header("location"), Some(HERE));
    }
    let today = chrono::Utc::now().with_timezone(&chrono_tz::Asia::Ho_Chi_Minh).date_naive();
    assert_eq!(page.store.mail_releases(today).await.unwrap().len(), 1, "one person is not two");
    assert!(!page.store.mail_released(today).await.unwrap());
    let shown = body(&mut an, HERE);
    assert!(shown.contains("cần một người khác") && shown.contains(why[0].1), "{shown}");
    assert_eq!(program.get("/api/v1/rotation").json()["mail_brake"]["released_by"][0], "an");
    assert_eq!(page.signed_in("binh").post(RELEASE, &why).header("location"), Some("/rotation"));
    assert!(page.store.mail_released(today).await.unwrap());
    let until = Instant::now() + Duration::from_mins(1);
    while an.get(HERE).status != 404 {
        assert!(Instant::now() < until, "no pass looked again");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(!body(&mut an, "/").contains(HERE));
    page.store.audit_verify().await.unwrap();
}

#[tokio::test]
async fn a_printed_list_is_handed_over_by_who_may_and_only_of_the_own_agency() {
    let page = pressed("").await;
    list(&page).await;
    page.enrol("hoa", OperatorRole::Contact, &["snv"]).await;
    page.enrol("xem", OperatorRole::Viewer, &[]).await;
    let mut hoa = page.signed_in("hoa");
    let shown = body(&mut hoa, "/rotation/list");
    assert!(shown.contains("Người mot") && !shown.contains("Người hai"), "{shown}");
    assert_eq!(hoa.get("/rotation/list?agency=skhcn").status, 404);
    assert_eq!(hoa.post("/rotation/handed", &[("agency", "skhcn")]).status, 404);
    assert_eq!(page.signed_in("xem").post("/rotation/handed", &[("agency", "snv")]).status, 403);
    assert!(page.store.handed().await.unwrap().is_empty());
    assert_eq!(hoa.post("/rotation/handed", &[("agency", "snv")]).status, 303);
    let handed = page.store.handed().await.unwrap();
    assert_eq!(handed.keys().map(|(account, _)| account.as_str()).collect::<Vec<_>>(), ["mot"]);
}

/// A campaign as the form sends it.
pub fn typed(name: &str) -> Vec<(&str, &str)> {
    vec![
        ("name", name),
        ("document", "12/KH-UBND ngày 05/01/2037"),
        ("decided_by", "Ủy ban nhân dân tỉnh"),
        ("basis", "Quyết định 1/QĐ-UBND"),
        ("contact_name", "Bộ phận hỗ trợ"),
        ("contact_phone", "0200 0000 000"),
        ("contact_mail", "hotro@tinhmau.gov.vn"),
        ("agencies", ""),
        ("unit_mailboxes", "1"),
        ("opens", "2037-01-12T07:00"),
        ("closes", "2037-01-16T17:00"),
        ("lock", "1"),
        ("delete_after_days", ""),
    ]
}

pub const NEW: &str = "/rotation/campaigns/new";

async fn state(page: &Page) -> Option<(CampaignState, Vec<String>)> {
    let one = page.store.campaigns().await.unwrap().pop()?;
    Some((one.state, one.started_by.iter().map(ToString::to_string).collect()))
}

#[tokio::test]
async fn a_campaign_is_previewed_asked_for_by_one_and_begun_by_another() {
    let page = pressed("").await;
    let mut an = page.signed_in("an");
    let filled = body(&mut an, &format!("{NEW}?profile=gia-lai-2020"));
    assert!(filled.contains("01/TTCNTT&amp;TT-NV") || filled.contains("01/TTCNTT&TT-NV"), "{filled}");
    let with = |what: &'static str| [typed("dot-2037"), vec![("what", what)]].concat();
    let shown = an.post(NEW, &with("preview")).body.replace("&#x2f;", "/");
    let plan: rosterd::model::rotation::CampaignPlan = toml::from_str(
        "name = 'x'\ndocument = 'x'\ndecided_by = 'x'\nbasis = 'x'\ncontact = { name = 'x', phone = 'x', mail = 'x' }\n\
         opens = '2037-01-12T07:00:00'\ncloses = '2037-01-16T17:00:00'",
    )
    .unwrap();
    let reach: u64 = figures(&page).await.reach(&plan, &Agencies::new()).values().sum();
    assert!(reach > 50 && shown.contains(&format!("<strong>{reach}</strong> tài khoản")), "{reach} {shown}");
    for step in ["07:00 12/01/2037", "08:00 14/01/2037", "15:00 16/01/2037", "08:00 19/01/2037"] {
        assert!(shown.contains(step), "{step}: {shown}");
    }
    assert_eq!(state(&page).await, None, "a preview stores nothing");
    for (field, value, why) in [
        ("closes", "2037-01-12T07:00", "sau giờ mở"),
        ("closes", "2020-01-12T07:00", "đã qua"),
        ("agencies", "khong-co", "khong-co"),
        ("basis", " ", "căn cứ"),
        ("name", "Đợt 1", "gạch nối"),
    ] {
        let mut fields = with("start");
        fields.iter_mut().find(|(name, _)| *name == field).unwrap().1 = value;
        let said = an.post(NEW, &fields);
        assert!(said.status == 200 && said.body.contains(why), "{field} {value}: {}", said.body);
    }
    assert_eq!(state(&page).await, None);

    assert_eq!(an.post(NEW, &with("start")).status, 303);
    assert_eq!(state(&page).await, Some((CampaignState::Asked, vec!["an".into()])));
    let path = "/rotation/campaigns/dot-2037";
    assert_eq!(an.post(&format!("{path}/approve"), &[]).status, 303);
    assert_eq!(state(&page).await.unwrap().0, CampaignState::Asked, "a second time is not a second person");
    for (login, role, agencies) in [
        ("xem", OperatorRole::Viewer, &[][..]),
        ("duyet", OperatorRole::Approver, &["snv"]),
        ("dau.moi", OperatorRole::Contact, &["snv"]),
    ] {
        page.enrol(login, role, agencies).await;
        let mut browser = page.signed_in(login);
        assert_eq!(browser.get(path).status, 200, "{login}");
        assert_eq!(browser.get(NEW).status, 403, "{login}");
        assert_eq!(browser.post(NEW, &with("start")).status, 403, "{login}");
        assert_eq!(browser.post(&format!("{path}/approve"), &[]).status, 403, "{login}");
        assert_eq!(browser.post(&format!("{path}/stop"), &[("reason", "x")]).status, 403, "{login}");
    }
    assert_eq!(page.signed_in("binh").post(&format!("{path}/approve"), &[]).status, 303);
    let begun = Some((CampaignState::Running, vec!["an".into(), "binh".into()]));
    assert_eq!(state(&page).await, begun);

    // The pass that was asked for lays down how far it has come.
    let until = Instant::now() + Duration::from_mins(1);
    let table = loop {
        if let Some(table) = figures(&page).await.campaigns.get("dot-2037") {
            break table.clone();
        }
        assert!(Instant::now() < until, "no pass counted the campaign");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let accounts: u64 = table.values().map(|row| row.accounts).sum();
    let shown = body(&mut an, path);
    assert_eq!(accounts, reach, "the preview said whom it reaches");
    let all =
        format!("0/<a href=\"/rotation/accounts?campaign=dot-2037&amp;share=all\">{accounts}</a> tài khoản");
    assert!(shown.contains(&all), "{shown}");
    assert_eq!(an.post(&format!("{path}/stop"), &[("reason", " ")]).status, 422);
    assert_eq!(an.post(&format!("{path}/stop"), &[("reason", "Công văn 9")]).status, 303);
    assert_eq!(state(&page).await.unwrap().0, CampaignState::Stopped);
    page.store.audit_verify().await.unwrap();
}

#[tokio::test]
async fn what_was_typed_survives_the_password_that_is_asked_for() {
    let page = pressed("confirmed_minutes = 0\n").await;
    let mut an = page.signed_in("an");
    let answer = an.post(NEW, &[typed("dot-2037"), vec![("what", "start")]].concat());
    let to = answer.header("location").unwrap().to_owned();
    assert!(to.starts_with("/confirm?next="), "{to}");
    assert_eq!(state(&page).await, None);
    let next = url::Url::parse(&format!("http://x{to}")).unwrap();
    let next = next.query_pairs().find(|(name, _)| name == "next").unwrap().1.into_owned();
    let shown = an.get(&next).body;
    assert!(shown.contains("12/KH-UBND") || shown.contains("12&#x2f;KH-UBND"), "{next}: {shown}");
}
