//! The doors: which of the page's routes lead anywhere without a sign-in, and what the page says when its store is gone or
//! its trail was cut.

use crate::support::desk;
use crate::support::page::Page;
use crate::support::site::Base;
use rosterd::model::operator::OperatorRole;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

/// What anybody may ask for.
const OPEN: [&str; 8] = [
    "/healthz",
    "/readyz",
    "/assets/rosterd.css",
    "/assets/rosterd.js",
    "/sign-in",
    "/sign-in/openid",
    "/sign-in/openid/back",
    "/language",
];

/// A route of the page with its methods, as its router has them: `/changes/{id}`.
struct Route {
    path: String,
    gets: bool,
    posts: bool,
}

impl Route {
    fn at(&self, id: &str) -> String {
        let (before, rest) = self.path.split_once('{').unwrap_or((&self.path, "}"));
        format!(
            "{before}{}{}",
            if self.path.contains('{') { id } else { "" },
            rest.split_once('}').unwrap().1
        )
    }
}

/// The text of a constant that names a path.
fn named(constant: &str) -> String {
    let source = match constant.split_once("::").unwrap() {
        ("openid", _) => include_str!("../../../src/web/openid.rs"),
        ("guard", _) => include_str!("../../../src/web/guard.rs"),
        (other, _) => panic!("{constant}: say here where {other} lies"),
    };
    let name = constant.rsplit(':').next().unwrap();
    let (_, rest) = source.split_once(&format!("const {name}: &str = \"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// Every route of the router's source, so that a new one cannot be forgotten here; the programs' are tested with them.
fn routes() -> Vec<Route> {
    let source = include_str!("../../../src/web/pages/mod.rs");
    let (router, _) = source.split_once(".nest(\"/api/v1\"").unwrap();
    router
        .split(".route(")
        .skip(1)
        .map(|text| {
            let (path, rest) = text.split_once(',').unwrap();
            let path = path.trim();
            let path = path.strip_prefix('"').map_or_else(|| named(path), |path| path.replace('"', ""));
            Route { path, gets: rest.contains("get("), posts: rest.contains("post(") }
        })
        .collect()
}

#[tokio::test]
async fn nobody_sees_or_does_anything_without_a_sign_in() {
    let page = Page::with("", |_| {}).await;
    let all = routes();
    assert!(all.len() > 70 && all.iter().all(|one| one.gets || one.posts), "{}", all.len());
    for open in OPEN {
        assert!(all.iter().any(|one| one.path == open), "{open} is no route");
    }
    for one in all.iter().filter(|one| !OPEN.contains(&one.path.as_str())) {
        let path = one.at("x");
        if one.gets {
            let answer = page.browser().get(&path);
            assert_eq!(answer.status, 303, "{path}");
            assert!(answer.header("location").unwrap().starts_with("/sign-in?next="), "{path}");
        }
        if one.posts {
            assert_eq!(page.browser().post_bare(&path, &[("form", "")], &[]).status, 403, "{path}");
            // With the token of a form that anybody gets.
            let mut stranger = page.browser();
            let form = stranger.get("/sign-in").form();
            let answer = stranger.post_bare(&path, &[("form", &form)], &[("Sec-Fetch-Site", "same-origin")]);
            assert_eq!(
                (answer.status, answer.header("location")),
                (303, Some("/sign-in?next=%2F")),
                "{path}"
            );
        }
    }
    assert_eq!(page.browser().get("/healthz").status, 200);
    assert_eq!(page.browser().get("/readyz").body, "ready\n");
    // Figures are on a listener of their own, or nowhere.
    assert_eq!(page.browser().get("/metrics").status, 404);
}

#[tokio::test]
async fn the_page_says_that_it_is_not_ready_when_its_store_is_gone() {
    let page = Page::on(Base::Postgres, "", |_| {}).await;
    let mut an = page.signed_in("an");
    let ready = page.browser().get("/readyz");
    assert_eq!((ready.status, ready.body.as_str()), (200, "ready\n"));
    let text = std::fs::read_to_string(page.site.path("rosterd.toml")).unwrap();
    let config: toml::Table = toml::from_str(&text).unwrap();
    let (server, name) = config["store"]["url"].as_str().unwrap().rsplit_once('/').unwrap();
    let maintenance = format!("{server}/postgres").parse::<sqlx::any::AnyConnectOptions>().unwrap();
    let mut connection = maintenance.connect().await.unwrap();
    sqlx::query(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)")))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let ready = page.browser().get("/readyz");
    assert_eq!((ready.status, ready.body.as_str()), (503, "the store does not answer\n"));
    assert_eq!(page.browser().get("/healthz").status, 200, "the process answers still");
    let shown = an.get("/changes");
    assert_eq!(shown.status, 500);
    assert!(
        shown.body.contains("Có lỗi trong hệ thống") && !shown.body.contains("postgres"),
        "{}",
        shown.body
    );
}

#[tokio::test]
async fn the_chain_is_verified_on_the_page_and_where_it_was_cut_is_said() {
    let page = Page::with("", |_| {}).await;
    page.enrol("xem", OperatorRole::Viewer, &[]).await;
    page.enrol("kiem", OperatorRole::Auditor, &[]).await;
    assert_eq!(page.signed_in("xem").post("/audit/verify", &[]).status, 403);
    let mut auditor = page.signed_in("kiem");
    let whole = auditor.post("/audit/verify", &[]);
    assert_eq!(whole.status, 200, "{}", whole.body);
    let rows = page.store.audit_verify().await.unwrap().rows;
    assert!(rows > 0 && whole.body.contains(&format!("Chuỗi còn nguyên vẹn: {rows} dòng")), "{}", whole.body);

    // A row in the middle of a lane is cut out, as somebody with the database at hand could.
    let lanes = desk::rows(&page.site, "SELECT lane FROM audit WHERE seq = 3 ORDER BY lane").await;
    let lane = lanes.first().expect("a lane with three rows");
    for statement in [
        "DROP TRIGGER audit_no_update",
        "DROP TRIGGER audit_no_delete",
        "CREATE TABLE kept AS SELECT * FROM audit",
    ] {
        desk::execute(&page.site, statement).await;
    }
    desk::execute(&page.site, &format!("DELETE FROM audit WHERE lane = '{lane}' AND seq = 2")).await;
    let cut = auditor.post("/audit/verify", &[]);
    assert_eq!(cut.status, 200, "{}", cut.body);
    assert!(cut.body.contains(&format!("Chuỗi bị đứt ở {lane}, dòng 3")), "{}", cut.body);
    assert!(!cut.body.contains("Chuỗi còn nguyên vẹn"));
    // Put back, it holds again: it was the row that was missing.
    desk::execute(
        &page.site,
        &format!("INSERT INTO audit SELECT * FROM kept WHERE lane = '{lane}' AND seq = 2"),
    )
    .await;
    assert!(auditor.post("/audit/verify", &[]).body.contains("Chuỗi còn nguyên vẹn"));
}
