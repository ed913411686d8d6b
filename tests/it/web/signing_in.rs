//! Signing in: passwords, one-time codes, one-time sign-ins, sessions and their end.

use crate::support::desk;
use crate::support::page::{PASSWORD, Page};
use crate::support::tls::certificates;
use rosterd::config::keys::SiteKey;
use rosterd::model::ids::Login;
use rosterd::model::operator::OperatorRole;
use rosterd::web::{account, totp};
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_session_is_known_by_its_cookie_until_it_ends() {
    let page = Page::with("", |_| {}).await;
    let mut browser = page.signed_in("an");
    assert!(browser.get("/").body.contains("Trần Thị An"));
    let stolen = browser.clone();
    assert_eq!(browser.post("/sign-out", &[]).status, 303);
    assert_eq!(stolen.clone().get("/").status, 303, "the cookie is worth nothing after signing out");

    // A password that is set ends the other sessions; an operator who is removed is out at once.
    let (mut one, mut other) = (page.signed_in("an"), page.signed_in("an"));
    let new = "mưa rơi trên mái ngói cũ";
    let set = one.post("/account/password", &[("old", PASSWORD), ("new", new), ("again", new)]);
    assert_eq!(set.status, 303, "{}", set.body);
    assert_eq!(other.get("/").status, 303);
    assert_eq!(one.get("/").status, 200);
    assert_eq!(page.browser().sign_in("an", PASSWORD).status, 401);
    let mut binh = page.signed_in("binh");
    assert_eq!(one.post("/operators/remove", &[("login", "binh")]).status, 303);
    assert_eq!(binh.get("/").status, 303);
    assert_eq!(page.browser().sign_in("binh", PASSWORD).status, 401);
}

#[tokio::test]
async fn a_session_ends_when_idle_and_in_any_case() {
    let page = Page::with("", |_| {}).await;
    page.signed_in("an");
    let (now, minutes) = (chrono::Utc::now(), chrono::TimeDelta::minutes);
    let listed = page.store.sessions(None, now, now - minutes(30)).await.unwrap();
    let id = &listed[0].id;
    assert!(page.store.session(id, now, now - minutes(30)).await.unwrap().is_some());
    let idle = now + minutes(31);
    assert!(page.store.session(id, idle, idle - minutes(30)).await.unwrap().is_none(), "idle");
    page.store
        .write(now + minutes(599), async |mut tx| {
            tx.touch_session(id).await?;
            tx.commit(()).await
        })
        .await
        .unwrap();
    let used = now + minutes(599);
    assert!(page.store.session(id, used, used - minutes(30)).await.unwrap().is_some(), "in use");
    let over = now + minutes(601);
    assert!(page.store.session(id, over, over - minutes(30)).await.unwrap().is_none(), "ten hours");
}

#[tokio::test]
async fn codes_are_asked_of_who_has_them_and_each_is_good_once() {
    let page = Page::with("", |_| {}).await;
    let keys = SiteKey::read(&page.site.path("secrets/site.key")).unwrap();
    let (login, secret) = (Login::new("an"), totp::fresh().unwrap());
    let now = chrono::Utc::now();
    account::set_totp(&page.store, &keys, now, &login, Some(&secret), &login).await.unwrap();
    let code = code_of(&secret, now.timestamp());
    let sign_in = |code: &str| {
        let mut browser = page.browser();
        let form = browser.get("/sign-in").form();
        let fields = [("form", form.as_str()), ("login", "an"), ("password", PASSWORD), ("code", code)];
        browser.post_bare("/sign-in", &fields, &[]).status
    };
    assert_eq!(sign_in(""), 401);
    assert_eq!(sign_in("000000"), if code == "000000" { 303 } else { 401 });
    assert_eq!(sign_in(&code), 303);
    assert_eq!(sign_in(&code), 401, "a code that was seen over a shoulder is used up");
}

/// The code of a secret at a time, as an authenticator makes it (RFC 4226, 5.3).
pub fn code_of(secret: &[u8], now: i64) -> String {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = ring::hmac::sign(&key, &(now / 30).to_be_bytes());
    let tag = tag.as_ref();
    let from = usize::from(tag[19] & 0xf);
    let word = u32::from_be_bytes(tag[from..from + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", word % 1_000_000)
}

#[tokio::test]
async fn where_codes_are_required_a_password_alone_lets_nobody_in() {
    let page = Page::with("", |site| {
        let path = site.path("rosterd.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, text.replace("codes = \"optional\"", "codes = \"required\"")).unwrap();
    })
    .await;
    assert_eq!(page.browser().sign_in("an", PASSWORD).status, 401);
    // A one-time sign-in does, once, and leads to where password and codes are set.
    let login = Login::new("an");
    let lasts = chrono::TimeDelta::minutes(5);
    let code = account::invite(&page.store, chrono::Utc::now(), &login, lasts, &login).await.unwrap();
    let mut browser = page.browser();
    let shown = browser.get(&format!("/sign-in?once={}", code.reveal()));
    assert_eq!(shown.status, 200);
    let (form, once) = (shown.form(), code.reveal());
    let again = |browser: &mut crate::support::page::Browser, form: &str| {
        browser.post_bare("/sign-in", &[("form", form), ("once", once), ("next", "/account")], &[])
    };
    let answer = again(&mut browser, &form);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/account")));
    assert_eq!(browser.get("/account").status, 200);
    let mut second = page.browser();
    let form = second.get("/sign-in").form();
    assert_eq!(again(&mut second, &form).status, 401);
}

#[tokio::test]
async fn an_invitation_is_made_on_the_page_and_by_command() {
    let page = Page::with("", |_| {}).await;
    desk::enrol(&page.site).await;
    let printed = page.site.expect(&["operator", "invite", "an"], 0);
    let path = printed.trim().strip_prefix(&format!("http://127.0.0.1:{}", page.port)).unwrap().to_owned();
    let mut browser = page.browser();
    let form = browser.get(&path).form();
    let once = path.split_once("once=").unwrap().1;
    assert_eq!(browser.post_bare("/sign-in", &[("form", &form), ("once", once)], &[]).status, 303);

    let mut an = page.signed_in("an");
    page.enrol("chi", OperatorRole::Viewer, &[]).await;
    let shown = an.post("/operators/invite", &[("login", "chi")]);
    assert!(shown.body.contains("sign-in?once="), "{}", shown.body);
    assert!(!an.get("/operators").body.contains("once="), "it is shown once");
}

#[tokio::test]
async fn the_page_speaks_tls_with_the_site_s_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let made = certificates(folder.path());
    let port = crate::support::page::free_port();
    let settings = format!(
        "certificate_file = {:?}\nkey_file = {:?}\npublic = \"https://localhost:{port}\"\nmetrics_listen = \"127.0.0.1:{}\"",
        made.certificate,
        made.key,
        crate::support::page::free_port()
    );
    let page = Page::with(&settings, |_| {}).await;
    let host = format!("localhost:{port}");
    let curl = |path: &str| {
        let output = std::process::Command::new("openssl")
            .args(["s_client", "-quiet", "-verify_return_error", "-servername", "localhost", "-CAfile"])
            .arg(&made.ca)
            .args(["-connect", &format!("127.0.0.1:{}", page.port)])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .and_then(|mut child| {
                use std::io::Write;
                let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
                child.stdin.as_mut().unwrap().write_all(request.as_bytes())?;
                child.wait_with_output()
            })
            .unwrap();
        crate::support::page::parse(&output.stdout)
    };
    let answer = curl("/sign-in");
    assert_eq!(answer.status, 200, "{}", answer.body);
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-rosterd=") && cookie.contains("; Secure"), "{cookie}");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Path=/;"));
    assert!(answer.header("strict-transport-security").is_some());
    // Plain HTTP on that port is no page.
    let plain = std::net::TcpStream::connect(("127.0.0.1", page.port)).and_then(|mut stream| {
        use std::io::{Read, Write};
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
        let mut text = Vec::new();
        stream.read_to_end(&mut text)?;
        Ok(text)
    });
    assert!(!String::from_utf8_lossy(&plain.unwrap_or_default()).contains("HTTP/1.1 200"));
}

#[tokio::test]
async fn figures_stand_on_a_listener_of_their_own() {
    let metrics = crate::support::page::free_port();
    let page = Page::with(&format!("metrics_listen = \"127.0.0.1:{metrics}\""), |_| {}).await;
    let mut collector = page.browser();
    collector.port = metrics;
    let answer = collector.get("/metrics");
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("rosterd_changes{state=\"proposed\"} 0"), "{}", answer.body);
    assert_eq!(collector.get("/changes").status, 404);
}

#[tokio::test]
async fn the_log_notes_after_each_pass_where_the_audit_trail_ends() {
    let page = Page::with("", |site| {
        desk::edit_config(site, "level = \"warn\"", "level = \"info\"");
    })
    .await;
    std::fs::write(page.site.path("spool/wake"), b"").unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    let noted = loop {
        let log = std::fs::read_to_string(page.site.path("page.log")).unwrap();
        if let Some(line) = log.lines().find(|line| line.contains("the audit trail ends")) {
            break line.to_owned();
        }
        assert!(Instant::now() < until, "{log}");
        std::thread::sleep(Duration::from_millis(100));
    };
    let rows = page.store.audit_export("", 0, 1_000).await.unwrap();
    assert!(rows.iter().any(|row| noted.contains(&row.hash)), "{noted}");
}
