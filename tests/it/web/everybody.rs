//! Pages and papers as everybody meets them: axe in both languages and both themes, and the width of a phone, on what only an
//! act shows (a password asked for, an error, a secret, a sheet as sent) and on lists with something in them.

use super::decisions::pause;
use super::sheets::{BAD, namesake};
use super::taken_over::{ADDRESS, until};
use crate::support::desk;
use crate::support::page::{Browser, PASSWORD, Page};
use crate::support::webdriver::{Manner, Window};
use rosterd::model::change::{ChangeKind, State};
use rosterd::model::evidence::Evidence;
use rosterd::model::operator::OperatorRole;
use rosterd::model::question::QuestionKind;

/// Both languages in both themes.
const MANNERS: [(bool, &str); 4] = [(false, "vi"), (true, "en"), (false, "en"), (true, "vi")];

/// What axe finds wrong, and what is wider than a phone, each with its place.
#[derive(Default)]
struct Found(Vec<String>);

impl Found {
    fn look(&mut self, window: &Window, name: &str, phone: bool) {
        let wider = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        if phone && window.run(wider) != serde_json::json!(0) {
            self.0.push(format!("{name}: wider than a phone"));
        }
        self.0.extend(window.violations().into_iter().map(|one| format!("{name}: {one}")));
        window.shoot(name);
    }

    fn nothing(self) {
        assert!(self.0.is_empty(), "{:#?}", self.0);
    }
}

/// A page that is reached by its address, as `login` sees it.
struct Place {
    name: &'static str,
    login: &'static str,
    path: String,
}

fn place(name: &'static str, path: impl Into<String>) -> Place {
    Place { name, login: "an", path: path.into() }
}

/// A window in this manner and language, signed in.
fn window(page: &Page, login: &str, dark: bool, lang: &str, phone: bool) -> Window {
    let window = page.window(login, Manner { dark, phone, ..Manner::default() });
    window.cookie(&format!("rosterd-lang-{}", page.port), lang);
    window
}

/// Looks at every place in all four manners, and at the width of a phone in each theme once.
fn look_at(page: &Page, places: &[Place]) -> Found {
    let mut found = Found::default();
    for (dark, lang) in MANNERS {
        for phone in [false, true] {
            // A phone shows the same words: one language a theme is enough.
            if phone && (dark == (lang == "vi")) {
                continue;
            }
            let theme = if dark { "dark" } else { "light" };
            let width = if phone { "-phone" } else { "" };
            let mut logins: Vec<&str> = places.iter().map(|one| one.login).collect();
            logins.dedup();
            for login in logins {
                let window = window(page, login, dark, lang, phone);
                for one in places.iter().filter(|one| one.login == login) {
                    window.go(&page.at(&one.path));
                    found.look(&window, &format!("{}-{lang}-{theme}{width}", one.name), phone);
                }
            }
        }
    }
    found
}

/// A province with what the lists of the page are about: slips, a hold, tips, a closed incident, a brake with one vote.
async fn full() -> Page {
    let page = Page::with("", |site| {
        site.drop_bytes("stc", "xấu.csv", BAD.as_bytes());
        site.drop_province();
        site.pass(3);
    })
    .await;
    super::pressing::idle(&page).await;
    pause(&page).await;
    let mut an = page.signed_in("an");
    let change = page.site.changes(Some(State::Proposed)).await.remove(0);
    assert_eq!(an.post(&format!("/changes/{}/hold", change.id), &[("reason", "CV 12/CA")]).status, 303);
    let tip =
        [("account", ADDRESS), ("sign", "odd-mail"), ("words", "thư đòi tiền"), ("told_by", "chủ tài khoản")];
    assert_eq!(an.post("/tips", &tip).status, 303);
    let other = desk::line(&desk::accounts("skhcn").await.remove(0))[3].clone();
    assert_eq!(an.post("/incidents", &[("account", &other), ("reason", "đăng nhập lạ")]).status, 303);
    let incident = page.store.open_incidents().await.unwrap().remove(0);
    let close = format!("/incidents/{}/close", incident.id);
    assert_eq!(an.post(&close, &[("reason", "đã cài lại máy")]).status, 303);
    let brake = page.store.open_brakes().await.unwrap().remove(0).0;
    assert_eq!(an.post(&format!("/brakes/{}/release", brake.key), &[("reason", "đã đối chiếu")]).status, 303);
    page.enrol("xem", OperatorRole::Viewer, &[]).await;
    until("the worker does not rest", async || (!page.site.path("spool/wake").exists()).then_some(())).await;
    super::pressing::idle(&page).await;
    let now = rosterd::model::rfc3339(chrono::Utc::now());
    let all = page.site.changes(Some(State::Proposed)).await;
    for (one, printed) in all.iter().take(2).zip(["NULL, NULL", "'2026-11-02T01:00:00.000Z', 'an'"]) {
        let slip = format!(
            "INSERT INTO slip (change_id, made, printed, printed_by) VALUES ('{}', '{now}', {printed})",
            one.id
        );
        desk::execute(&page.site, &slip).await;
    }
    for (one, state) in all
        .iter()
        .rev()
        .zip(["failed", "unknown", "stale", "expired", "ordered", "rejected", "undone", "approved"])
    {
        let why = "title is no longer what the plan saw";
        let set = format!(
            "UPDATE change SET state = '{state}', since = '{now}', outcome = '{why}' WHERE id = '{}'",
            one.id
        );
        desk::execute(&page.site, &set).await;
    }
    page
}

#[tokio::test]
async fn lists_with_something_in_them_and_pages_after_an_act_can_be_read_by_everybody() {
    let page = full().await;
    let closed = page.store.closed_incidents(1).await.unwrap().remove(0);
    let brake = page.store.open_brakes().await.unwrap();
    let brake = brake.iter().find(|(_, by)| by.len() == 1).expect("one vote").0.key.clone();
    let waits = page.site.changes(Some(State::Proposed)).await;
    let needy = serde_json::to_string(&[waits[1].key.as_str(), waits[2].key.as_str()]).unwrap();
    for one in &waits[..3] {
        let set = format!("UPDATE change_content SET case_id = 'vụ-1' WHERE id = '{}'", one.id);
        desk::execute(&page.site, &set).await;
    }
    let set = format!("UPDATE change_content SET needs = '{needy}' WHERE id = '{}'", waits[0].id);
    desk::execute(&page.site, &set).await;
    let mut places = vec![
        place("changes-by-roster", "/changes?group=roster"),
        place("stale-list", "/changes/stale"),
        place("rosters-today", "/rosters?today=1"),
        place("slips-full", "/slips"),
        place("holds-full", "/holds"),
        place("incidents-full", "/incidents"),
        place("incidents-red", "/incidents?red=1"),
        place("incident-closed", format!("/incidents/{}", closed.id)),
        place("brake-one-vote", format!("/brakes/{brake}")),
        place("change-waits-for-others", format!("/changes/{}", waits[0].id)),
        place("filter-wrong", "/changes?kind=nothing"),
        Place { name: "forbidden", login: "xem", path: "/operators".into() },
    ];
    for state in [
        "held", "approved", "ordered", "applied", "failed", "unknown", "stale", "expired", "rejected",
        "undone",
    ] {
        let path = format!("/changes?state={state}");
        places.insert(0, Place { name: state_name(state), login: "an", path });
    }
    look_at(&page, &places).nothing();
}

fn state_name(state: &str) -> &'static str {
    match state {
        "held" => "changes-held",
        "approved" => "changes-approved",
        "ordered" => "changes-ordered",
        "applied" => "changes-applied",
        "failed" => "changes-failed",
        "unknown" => "changes-unknown",
        "stale" => "changes-stale",
        "expired" => "changes-expired",
        "rejected" => "changes-rejected",
        "undone" => "changes-undone",
        other => panic!("{other}"),
    }
}

/// Does in a window what leads to a page that no address shows, and gives its name.
type Act = fn(&Window, &Acts);

/// Where the acts begin.
struct Acts {
    change: String,
    roster: String,
    at: Box<dyn Fn(&str) -> String>,
}

const ACTS: [(&str, Act); 6] = [
    ("as-sent", |window, acts| {
        window.go(&(acts.at)(&format!("/changes/{}", acts.change)));
        window.fill("form[action$='/as-sent'] input[name=password]", PASSWORD);
        window.click("form[action$='/as-sent'] button");
        window.arrives(&(acts.at)(&format!("/changes/{}/as-sent", acts.change)));
        window.sees("main", "0");
    }),
    ("sheet-as-sent", |window, acts| {
        window.go(&(acts.at)(&format!("/rosters/{}/sheet", acts.roster)));
        window.fill("main input[name=password]", PASSWORD);
        window.click("main form.inline button");
        window.sees("*[@id='cE4']", "0912345678");
    }),
    ("bulk-error", |window, acts| {
        window.go(&(acts.at)("/changes/bulk"));
        window.fill("input[name=typed]", "999");
        window.click("form.inline button.main");
        window.sees("p[@role='alert']", "");
    }),
    ("campaign-preview-error", |window, acts| {
        window.go(&(acts.at)("/rotation/campaigns/new?profile=gia-lai-2020"));
        window.click(".grid button");
        window.sees("p[contains(@class, 'wrong')]", "");
    }),
    ("campaign-preview", |window, acts| {
        window.go(&(acts.at)("/rotation/campaigns/new?profile=gia-lai-2020"));
        for (name, text) in
            [("name", "dot-2037"), ("opens", "2037-01-12T07:00"), ("closes", "2037-01-16T17:00")]
        {
            window.set(&format!(".grid input[name={name}]"), text);
        }
        window.click(".grid button");
        window.sees("h2", "dot-2037");
    }),
    ("operators-secret", |window, acts| {
        window.go(&(acts.at)("/operators"));
        window.click("form[action='/operators/invite'] button");
        window.sees("*[contains(@class, 'secret')]", "");
    }),
];

#[tokio::test]
async fn what_only_an_act_shows_can_be_read_by_everybody() {
    let page = Page::with(&format!("bulk_typed_above = 0\n{}", super::pressing::ROTATION), |site| {
        site.drop_bytes("stc", "xấu.csv", BAD.as_bytes());
        super::pressing::age(site);
        site.drop_province();
        site.pass(3);
    })
    .await;
    super::pressing::idle(&page).await;
    pause(&page).await;
    let cited = |evidence: &Evidence| matches!(evidence, Evidence::Row { .. });
    let changes = page.site.changes(Some(State::Proposed)).await;
    let change = changes.iter().find(|one| one.change.evidence.iter().any(cited)).unwrap();
    let all = page.store.arrivals(&[], None, None, 1000).await.unwrap();
    let roster = all.iter().find(|one| one.file == "xấu.csv").unwrap();
    let port = page.port;
    let acts = Acts {
        change: change.id.to_string(),
        roster: roster.id.to_string(),
        at: Box::new(move |path| format!("http://127.0.0.1:{port}{path}")),
    };
    let mut found = Found::default();
    for (dark, lang) in MANNERS {
        let theme = if dark { "dark" } else { "light" };
        for phone in [false, true] {
            if phone && (dark == (lang == "vi")) {
                continue;
            }
            let width = if phone { "-phone" } else { "" };
            let wrong = Window::open(Manner { dark, phone, ..Manner::default() });
            wrong.go(&page.at("/sign-in"));
            wrong.cookie(&format!("rosterd-lang-{}", page.port), lang);
            wrong.go(&page.at("/sign-in"));
            wrong.fill("input[name=login]", &format!("khong.{lang}.{theme}{width}"));
            wrong.fill("input[name=password]", "sai mật khẩu");
            wrong.click("button.main");
            wrong.sees("p[contains(@class, 'wrong')]", "");
            found.look(&wrong, &format!("sign-in-error-{lang}-{theme}{width}"), phone);
            drop(wrong);
            let window = window(&page, "an", dark, lang, phone);
            for (name, act) in ACTS {
                act(&window, &acts);
                found.look(&window, &format!("{name}-{lang}-{theme}{width}"), phone);
            }
            window.go(&page.at("/audit"));
            window.click("form[action='/audit/verify'] button");
            window.sees("p[@class='said']", "");
            found.look(&window, &format!("audit-verified-{lang}-{theme}{width}"), phone);
        }
    }
    found.nothing();
}

#[tokio::test]
async fn a_handover_a_refused_write_and_namesakes_can_be_read_in_every_manner() {
    let bytes = namesake().await;
    let asked = Page::with("", |site| {
        site.drop_bytes("stc", "lop.xlsx", &bytes);
        site.pass(0);
    })
    .await;
    let open = asked.store.questions().await.unwrap();
    let question = open.iter().find(|one| one.question.kind == QuestionKind::WhoIs).unwrap();
    look_at(&asked, &[place("namesakes", format!("/questions/{}", question.key))]).nothing();
    drop(asked);
    let (page, lines) = super::sheets::with_mailbox().await;
    let change = super::sheets::handed_over(&page, &lines).await;
    let why = "custodian is no longer what the plan saw";
    let set = format!(
        "UPDATE change SET state = 'stale', outcome = '{why}' WHERE kind = 'set-custodian' AND id <> '{}'",
        change.id
    );
    desk::execute(&page.site, &set).await;
    let stale = desk::of_kind(&page.site, ChangeKind::SetCustodian, State::Stale).await.remove(0);
    let places = [
        place("handover", format!("/slips/handovers/{}", change.id)),
        place("handovers-full", "/slips/handovers"),
        place("stale", format!("/changes/{}", stale.id)),
        place("minutes", format!("/slips/handovers/{}/minutes", change.id)),
    ];
    look_at(&page, &places).nothing();
}

/// What is handed out on paper, in a file that the browser opens, as it would be saved.
fn saved(page: &Page, name: &str, browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> String {
    let answer = browser.post(path, fields);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    let file = page.site.path(name);
    std::fs::write(&file, answer.body).unwrap();
    format!("file://{}", file.display())
}

#[tokio::test]
async fn a_slip_and_the_reports_can_be_read_as_papers() {
    let page = super::taken_over::carried_out().await;
    let created = super::taken_over::applied(&page, ChangeKind::CreateAccount).await;
    let mut an = page.signed_in("an");
    let mut papers = vec![(
        "paper-slip",
        saved(&page, "phieu.html", &mut an, &format!("/slips/{}/print", created.id), &[]),
    )];
    for (name, report) in
        [("paper-review", "review"), ("paper-accounts", "accounts"), ("paper-adoption", "adoption")]
    {
        let fields = [("report", report), ("agency", "snv"), ("as_file", "html")];
        papers.push((name, saved(&page, &format!("{report}.html"), &mut an, "/reports", &fields)));
    }
    let mut found = Found::default();
    for dark in [false, true] {
        for phone in [false, true] {
            let window = Window::open(Manner { dark, phone, ..Manner::default() });
            for (name, address) in &papers {
                window.go(address);
                let manner =
                    format!("{}{}", if dark { "dark" } else { "light" }, if phone { "-phone" } else { "" });
                // Wide tables are for paper: on a phone they scroll.
                found.look(&window, &format!("{name}-{manner}"), phone && *name == "paper-slip");
            }
        }
    }
    found.nothing();
}
