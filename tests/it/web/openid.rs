//! Signing in through a provider of OpenID Connect: the whole way over HTTP, and what an attacker, a mistake or a provider
//! that is down comes to.

use crate::support::browser::{Answer, Browser, parse};
use crate::support::openid::{Provider, SECRET, Signer};
use crate::support::page::{PASSWORD, Page};
use crate::support::webdriver::{Manner, Window};
use rosterd::model::ids::Login;
use rosterd::model::operator::OperatorRole;
use rosterd::store::{StoreError, Subject};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;

/// A page with this provider; `an` is its subject `s-an`.
async fn page_with(provider: &Provider, more: &str) -> Page {
    let page = Page::with(&provider.settings(more), |site| {
        std::fs::write(site.path("secrets/openid"), format!("{SECRET}\n")).unwrap();
    })
    .await;
    tie(&page, provider, "an", "s-an").await.unwrap();
    page
}

pub(super) async fn tie(page: &Page, provider: &Provider, login: &str, id: &str) -> Result<(), StoreError> {
    let (login, by, issuer) = (Login::new(login), Login::new("an"), provider.kept().issuer.clone());
    page.store
        .write(chrono::Utc::now(), async |mut tx| {
            tx.set_subject(&login, Some(Subject { issuer: &issuer, id }), &by).await?;
            tx.commit(()).await
        })
        .await
}

/// A redirect followed to the provider: where it sends the person back to.
fn visit(address: &str) -> Answer {
    let address = url::Url::parse(address).unwrap();
    let (host, port) = (address.host_str().unwrap(), address.port().unwrap());
    let mut stream = TcpStream::connect((host, port)).unwrap();
    let target = &address[url::Position::BeforePath..];
    write!(stream, "GET {target} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n").unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    parse(&bytes)
}

/// Leaves for the provider; where the person is sent back to.
fn away(browser: &mut Browser, path: &str) -> String {
    let left = browser.get(path);
    assert_eq!(left.status, 303, "{}", left.body);
    let back = visit(left.header("location").unwrap());
    assert_eq!(back.status, 302, "{}", back.body);
    back.header("location").unwrap().to_owned()
}

/// Comes back as a browser does from another site: with the one cookie that is sent then.
fn come(browser: &mut Browser, back: &str) -> Answer {
    let mut from_there = browser.clone();
    from_there.cookies.retain(|name, _| name.contains("openid"));
    let back = url::Url::parse(back).unwrap();
    let answer = from_there.get(&back[url::Position::BeforePath..]);
    browser.cookies.retain(|name, _| !name.contains("openid"));
    browser.cookies.extend(from_there.cookies);
    answer
}

/// The whole way.
pub(super) fn through(browser: &mut Browser, path: &str) -> Answer {
    let back = away(browser, path);
    come(browser, &back)
}

fn is_signed_in(browser: &mut Browser) -> bool {
    browser.get("/account").status == 200
}

/// The verbs and details of the trail, the newest first.
async fn trail(page: &Page) -> Vec<(String, String)> {
    let rows = page.store.audit_page("", "", None, 50).await.unwrap();
    rows.into_iter().map(|row| (row.verb, row.detail.unwrap_or_default())).collect()
}

#[tokio::test]
async fn an_operator_signs_in_and_out_through_the_provider() {
    let provider = Provider::start();
    let page = page_with(&provider, "").await;
    let mut browser = page.browser();
    let form = browser.get("/sign-in?next=/audit");
    assert!(form.body.contains("href=\"/sign-in/openid?next=%2Faudit\""), "{}", form.body);
    assert!(form.body.contains("Đăng nhập qua Cổng định danh tỉnh"), "{}", form.body);
    let before = browser.cookies.clone();

    let answer = through(&mut browser, "/sign-in/openid?next=%2Faudit");

    assert_eq!(answer.status, 200, "{}", answer.body);
    let body = answer.body.replace("&#x2f;", "/");
    assert!(body.contains("http-equiv=\"refresh\" content=\"0; url=/audit\""), "{body}");
    let set: Vec<_> = answer.headers.iter().filter(|(name, _)| name == "set-cookie").collect();
    assert!(set.iter().any(|(_, cookie)| cookie.contains("SameSite=Strict")), "{set:?}");
    assert!(!browser.cookies.keys().any(|name| name.contains("openid")));
    assert!(before.iter().all(|(name, value)| browser.cookies[name] != *value), "a new session");
    assert_eq!(browser.get("/audit").status, 200);
    // Proved to be who asked: the stand-in checks secret, verifier and address before it gives a token.
    let asked = provider.server.asked();
    let redeemed = asked.iter().find(|asked| asked.path.ends_with("/token")).unwrap();
    assert!(redeemed.body.contains("code_verifier=") && redeemed.headers.contains_key("authorization"));
    assert!(
        trail(&page)
            .await
            .iter()
            .any(|(verb, detail)| verb == "session.open" && detail.starts_with("openid"))
    );

    let out = browser.post("/sign-out", &[]);
    assert_eq!(out.status, 200, "{}", out.body);
    let body = out.body.replace("&#x2f;", "/");
    assert!(body.contains("/logout?client_id=rosterd&amp;post_logout_redirect_uri=http"), "{body}");
    assert!(!is_signed_in(&mut browser));
}

#[tokio::test]
async fn a_public_client_an_rsa_key_and_a_claim_that_names_the_login() {
    let provider = Provider::start();
    {
        let mut kept = provider.kept();
        (kept.key, kept.secret) = (("k-rsa".into(), Signer::rsa()), false);
        kept.claims = json!({ "sub": "s-binh", "preferred_username": "binh" });
    }
    let page = page_with(&provider, "scopes = [\"profile\"]\nlogin_claim = \"preferred_username\"\n").await;

    let mut browser = page.browser();
    assert_eq!(through(&mut browser, "/sign-in/openid").status, 200);
    assert!(browser.get("/account").body.contains("binh"));
    let asked = provider.server.asked();
    let auth = asked.iter().find(|asked| asked.path.ends_with("/auth")).unwrap();
    assert_eq!(auth.query["scope"], "openid profile");

    // From now on the subject decides: the name may be given to somebody else there.
    provider.kept().claims = json!({ "sub": "s-new", "preferred_username": "binh" });
    let mut other = page.browser();
    assert_eq!(through(&mut other, "/sign-in/openid").status, 403);
    assert!(!is_signed_in(&mut other));
    provider.kept().claims = json!({ "sub": "s-binh", "preferred_username": "renamed" });
    assert_eq!(through(&mut other, "/sign-in/openid").status, 200);
    assert!(other.get("/account").body.contains("binh"));
}

#[tokio::test]
async fn an_address_that_the_provider_has_not_verified_names_nobody() {
    let provider = Provider::start();
    let page = page_with(&provider, "scopes = [\"email\"]\nlogin_claim = \"email\"\n").await;
    page.enrol("mai@tinhmau.gov.vn", OperatorRole::Viewer, &[]).await;
    for (verified, status) in
        [(json!(null), 403), (json!(false), 403), (json!("true"), 403), (json!(true), 200)]
    {
        provider.kept().claims =
            json!({ "sub": "s-mai", "email": "mai@tinhmau.gov.vn", "email_verified": verified });
        assert_eq!(through(&mut page.browser(), "/sign-in/openid").status, status, "{verified}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_fit_the_question_signs_nobody_in() {
    let provider = Provider::start();
    let page = page_with(&provider, "").await;
    let mut browser = page.browser();

    // Another state; none; and from a browser that has not asked.
    let back = away(&mut browser, "/sign-in/openid");
    let mut odd = url::Url::parse(&back).unwrap();
    let code = odd.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    odd.query_pairs_mut().clear().append_pair("code", &code).append_pair("state", &"0".repeat(64));
    let kept = browser.clone();
    assert_eq!(come(&mut browser.clone(), odd.as_str()).status, 400);
    odd.query_pairs_mut().clear().append_pair("code", &code);
    assert_eq!(come(&mut browser.clone(), odd.as_str()).status, 400);
    assert_eq!(come(&mut page.browser(), &back).status, 400);
    assert_eq!(provider.asked("/token"), 0, "the code was not even redeemed");

    // The right one is taken once, whoever plays it again.
    assert_eq!(come(&mut browser, &back).status, 200);
    let mut again = kept;
    assert_eq!(come(&mut again, &back).status, 400);
    assert!(!is_signed_in(&mut again));

    // A code that somebody else was given, slipped into one's own sign-in: PKCE tells.
    let mut other = page.browser();
    let stolen = away(&mut other, "/sign-in/openid");
    let stolen = url::Url::parse(&stolen).unwrap();
    let stolen = stolen.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let mut mine = page.browser();
    let back = away(&mut mine, "/sign-in/openid");
    let mut slipped = url::Url::parse(&back).unwrap();
    let pairs: Vec<_> = slipped.query_pairs().into_owned().filter(|(name, _)| name != "code").collect();
    slipped.query_pairs_mut().clear().extend_pairs(pairs).append_pair("code", &stolen);
    assert_eq!(come(&mut mine, slipped.as_str()).status, 403);
    assert!(!is_signed_in(&mut mine));

    // An answer that names another provider (mix-up).
    let mut browser = page.browser();
    let back = away(&mut browser, "/sign-in/openid").replace("iss=http", "iss=https");
    assert_eq!(come(&mut browser, &back).status, 403);
}

#[tokio::test]
async fn a_token_that_does_not_hold_signs_nobody_in() {
    let provider = Provider::start();
    let page = page_with(&provider, "").await;
    let now = chrono::Utc::now().timestamp();
    let none = json!({});
    let cases: [(&str, Value, Value); 9] = [
        ("another nonce", none.clone(), json!({ "nonce": "0".repeat(64) })),
        ("no nonce", none.clone(), json!({ "nonce": null })),
        ("another client", none.clone(), json!({ "aud": "other" })),
        ("another party", none.clone(), json!({ "aud": ["rosterd", "other"], "azp": "other" })),
        ("expired", none.clone(), json!({ "exp": now - 300, "iat": now - 400 })),
        ("another issuer", none.clone(), json!({ "iss": "https://evil.example" })),
        ("no algorithm", json!({ "alg": "none" }), none.clone()),
        ("a shared secret", json!({ "alg": "HS256" }), none.clone()),
        ("another kind of key", json!({ "alg": "RS256" }), none.clone()),
    ];
    for (what, header, claims) in cases {
        (provider.kept().header, provider.kept().claims) = (header, claims);
        let mut browser = page.browser();
        let answer = through(&mut browser, "/sign-in/openid");
        assert_eq!(answer.status, 403, "{what}: {}", answer.body);
        assert!(!is_signed_in(&mut browser), "{what}");
    }
    (provider.kept().header, provider.kept().claims) = (none.clone(), none);
    provider.kept().forger = Some(Signer::ec());
    assert_eq!(through(&mut page.browser(), "/sign-in/openid").status, 403, "another's signature");
    provider.kept().forger = None;
    assert_eq!(through(&mut page.browser(), "/sign-in/openid").status, 200);
    let log = std::fs::read_to_string(page.site.path("page.log")).unwrap();
    assert!(log.contains("its signature is wrong") && !log.contains("s-an"), "{log}");
}

#[tokio::test]
async fn new_keys_are_fetched_when_they_are_needed_and_not_at_anybody_s_bidding() {
    let provider = Provider::start();
    let page = page_with(&provider, "").await;
    for _ in 0..2 {
        assert_eq!(through(&mut page.browser(), "/sign-in/openid").status, 200);
    }
    assert_eq!((provider.asked("/certs"), provider.asked("openid-configuration")), (1, 1));
    provider.kept().key = ("k-2".into(), Signer::rsa());
    assert_eq!(through(&mut page.browser(), "/sign-in/openid").status, 200);
    assert_eq!(provider.asked("/certs"), 2);
    for made_up in ["k-3", "k-4", "k-5"] {
        provider.kept().header = json!({ "kid": made_up });
        assert_eq!(through(&mut page.browser(), "/sign-in/openid").status, 403);
    }
    assert_eq!(provider.asked("/certs"), 2);
}

#[tokio::test]
async fn a_provider_that_is_down_or_refuses_is_said_so_and_passwords_go_on() {
    let provider = Provider::start();
    let page = page_with(&provider, "").await;
    provider.kept().down = Some(500);
    let answer = page.browser().get("/sign-in/openid");
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("Nhà cung cấp định danh không phản hồi"), "{}", answer.body);
    let mut known = page.signed_in("an");
    assert!(is_signed_in(&mut known));

    // It goes down while somebody is there.
    provider.kept().down = None;
    let mut browser = page.browser();
    let back = away(&mut browser, "/sign-in/openid");
    provider.kept().down = Some(502);
    assert_eq!(come(&mut browser, &back).status, 503);
    assert!(!is_signed_in(&mut browser));

    (provider.kept().down, provider.kept().denies) = (None, Some("access_denied"));
    let answer = through(&mut browser, "/sign-in/openid");
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("(access_denied)"), "{}", answer.body);
    provider.kept().denies = None;

    // The secret does not fit: for whoever runs the site, not for the person.
    std::fs::write(page.site.path("secrets/openid"), "khác").unwrap();
    assert_eq!(through(&mut browser, "/sign-in/openid").status, 503);
    let log = std::fs::read_to_string(page.site.path("page.log")).unwrap();
    assert!(log.contains("client_secret_file") && !log.contains(SECRET), "{log}");
}

#[tokio::test]
async fn who_is_no_operator_is_told_so_and_it_is_on_record() {
    let provider = Provider::start();
    let page = page_with(&provider, "").await;
    page.enrol("lan", OperatorRole::Viewer, &[]).await;
    tie(&page, &provider, "lan", "s-lan").await.unwrap();

    provider.kept().claims = json!({ "sub": "<b>s-nobody</b>" });
    let mut browser = page.browser();
    let answer = through(&mut browser, "/sign-in/openid");
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("bạn chưa được giao quyền") && answer.body.contains("&lt;b&gt;s-nobody"));

    provider.kept().claims = json!({ "sub": "s-lan" });
    assert_eq!(through(&mut browser, "/sign-in/openid").status, 200);
    assert_eq!(page.signed_in("an").post("/operators/remove", &[("login", "lan")]).status, 303);
    assert!(!is_signed_in(&mut browser), "sessions end with the operator");
    assert_eq!(through(&mut browser, "/sign-in/openid").status, 403);
    assert!(!is_signed_in(&mut browser));

    let trail = trail(&page).await;
    for part in ["unknown, <b>s-nobody</b>", "removed operator lan"] {
        let on_record = |(verb, detail): &(String, String)| verb == "session.refuse" && detail.contains(part);
        assert!(trail.iter().any(on_record), "{trail:?}");
    }
    // One person there is one operator here; who was removed keeps nobody out.
    let taken = tie(&page, &provider, "binh", "s-an").await;
    assert!(matches!(taken, Err(StoreError::SubjectTaken { .. })), "{taken:?}");
    tie(&page, &provider, "binh", "s-lan").await.unwrap();
    assert_eq!(through(&mut browser, "/sign-in/openid").status, 200);
}

#[tokio::test]
async fn a_decision_of_high_risk_asks_for_the_password_there_and_believes_only_a_fresh_one() {
    let provider = Provider::start();
    let page = page_with(&provider, "").await;
    tie(&page, &provider, "binh", "s-binh").await.unwrap();
    let hour_ago = chrono::Utc::now().timestamp() - 3600;
    // Signed in there an hour ago: a session, and no proof for high risk.
    provider.kept().claims = json!({ "auth_time": hour_ago });
    let mut browser = page.browser();
    assert_eq!(through(&mut browser, "/sign-in/openid").status, 200);
    let risky = [("login", "binh")];
    let asked = browser.post("/operators/invite", &risky);
    assert_eq!((asked.status, asked.header("location")), (303, Some("/confirm?next=%2Foperators")));
    let form = browser.get("/confirm?next=%2Foperators");
    assert!(form.body.contains("href=\"/confirm/openid?next=%2Foperators\""), "{}", form.body);

    // An old sign-in, an unsaid one, and somebody else's prove nothing.
    for claims in [json!({ "auth_time": hour_ago }), json!({ "auth_time": null }), json!({ "sub": "s-binh" })]
    {
        provider.kept().claims = claims.clone();
        let answer = through(&mut browser, "/confirm/openid?next=%2Foperators");
        assert_eq!(answer.status, 403, "{claims}");
        assert_eq!(browser.post("/operators/invite", &risky).status, 303, "{claims}");
    }
    provider.kept().claims = json!({});
    let session = browser.cookies[&format!("rosterd-{}", page.port)].clone();
    let answer = through(&mut browser, "/confirm/openid?next=%2Foperators");
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(browser.cookies[&format!("rosterd-{}", page.port)], session);
    assert_eq!(browser.post("/operators/invite", &risky).status, 200);
    let asked = provider.server.asked();
    let last = asked.iter().rfind(|asked| asked.path.ends_with("/auth")).unwrap();
    assert_eq!((last.query["prompt"].as_str(), last.query["max_age"].as_str()), ("login", "0"));
    // Nobody who is not signed in is sent there to confirm.
    assert_eq!(
        page.browser().get("/confirm/openid").header("location"),
        Some("/sign-in?next=%2Fconfirm%2Fopenid")
    );
}

#[tokio::test]
async fn passwords_may_be_left_to_one_operator_for_the_day_the_provider_is_down() {
    let provider = Provider::start();
    let page = page_with(&provider, "passwords_only_for = \"binh\"\n").await;
    let refused = page.browser().sign_in("an", PASSWORD);
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("chỉ đăng nhập qua nhà cung cấp"), "{}", refused.body);
    let mut binh = page.signed_in("binh");
    assert_eq!(binh.post("/operators/invite", &[("login", "an")]).status, 422);
    crate::support::desk::enrol(&page.site).await;
    let out = page.site.rosterd(&["operator", "invite", "an"]);
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(!out.status.success() && said.contains("through the provider alone"), "{said}");
    let mut an = page.browser();
    assert_eq!(through(&mut an, "/sign-in/openid").status, 200);
    let account = an.get("/account");
    assert!(
        !account.body.contains("/account/password")
            && account.body.contains("do nhà cung cấp định danh quản lý")
    );
}

#[tokio::test]
async fn the_command_line_checks_the_provider_and_ties_operators_to_it() {
    let provider = Provider::start();
    let page = page_with(&provider, "").await;
    crate::support::desk::enrol(&page.site).await;
    let check = || {
        let out = page.site.rosterd(&["check", "--json"]);
        let all: Value = serde_json::from_slice(&out.stdout).unwrap();
        all.to_string()
    };
    let fine = check();
    assert!(fine.contains("1 keys, confidential client"), "{fine}");
    let issuer = provider.kept().issuer.clone();
    provider.kept().issuer = format!("{issuer}/");
    let wrong = check();
    assert!(wrong.contains("but the provider calls itself"), "{wrong}");
    provider.kept().issuer = issuer;
    provider.kept().down = Some(404);
    assert!(check().contains("was answered 404"), "{}", check());
    provider.kept().down = None;

    page.site.expect(
        &[
            "operator",
            "add",
            "mai",
            "--name",
            "Vũ Thị Mai",
            "--role",
            "viewer",
            "--page-only",
            "--oidc",
            "s-mai",
        ],
        0,
    );
    provider.kept().claims = json!({ "sub": "s-mai" });
    let mut mai = page.browser();
    assert_eq!(through(&mut mai, "/sign-in/openid").status, 200);
    page.site.expect(&["operator", "openid", "mai", "--remove"], 0);
    assert!(!is_signed_in(&mut mai));
    assert_eq!(through(&mut mai, "/sign-in/openid").status, 403);
    page.site.expect(&["operator", "openid", "mai", "s-mai"], 0);
    assert_eq!(through(&mut mai, "/sign-in/openid").status, 200);
    let listed = page.site.expect(&["operator", "list", "--json"], 0);
    assert!(listed.contains("\"openid\": \"s-mai\""), "{listed}");
}

#[tokio::test]
async fn in_a_browser_the_whole_way_leads_from_one_site_to_the_other_and_back() {
    let provider = Provider::start();
    let page = page_with(&provider, "").await;
    let at = |path: &str| format!("http://127.0.0.1:{}{path}", page.port);
    provider.kept().claims = json!({ "auth_time": 1_700_000_000 });
    for (dark, lang) in [(false, "vi"), (true, "en"), (false, "en"), (true, "vi")] {
        let window = Window::open(Manner { dark, ..Manner::default() });
        window.go(&at("/sign-in?next=/operators"));
        window.cookie(&format!("rosterd-lang-{}", page.port), lang);
        window.go(&at("/sign-in?next=/operators"));
        assert_eq!(window.violations(), Vec::<String>::new(), "sign-in {lang} {dark}");
        window.click("a.main");
        window.arrives(&at("/operators"));
        assert_eq!(window.violations(), Vec::<String>::new(), "operators {lang} {dark}");
        window.go(&at("/confirm?next=/operators"));
        assert_eq!(window.violations(), Vec::<String>::new(), "confirm {lang} {dark}");
        provider.kept().claims = json!({});
        window.click("a.main");
        window.arrives(&at("/operators"));
        window.click("form[action='/sign-out'] button");
        window.arrives(&at("/sign-in"));
        window.go(&at("/account"));
        window.arrives(&at("/sign-in?next=%2Faccount"));
    }
    assert_eq!(provider.asked("/logout"), 4);
}
