//! What an attacker achieves: nothing.

use super::{approvals, state, waiting};
use crate::support::page::{PASSWORD, Page};
use rosterd::model::change::{Gate, Risk, State};
use rosterd::model::operator::OperatorRole;
use rosterd::store::TokenScope;

#[tokio::test]
async fn another_site_s_page_posts_nothing() {
    let page = Page::of_province().await;
    let change = waiting(&page, Risk::Low, Gate::One).await;
    let mut browser = page.signed_in("an");
    let form = browser.get("/account").form();
    let path = format!("/changes/{}/approve", change.id);
    let right = [("form", form.as_str()), ("key", change.key.as_str())];
    let own = format!("http://127.0.0.1:{}", page.port);
    for headers in [
        &[("Sec-Fetch-Site", "cross-site")][..],
        &[("Sec-Fetch-Site", "same-site")],
        &[("Sec-Fetch-Site", "none")],
        &[("Origin", "https://evil.example")],
        &[("Origin", "null")],
        &[("Sec-Fetch-Site", "cross-site"), ("Origin", own.as_str())],
    ] {
        assert_eq!(browser.post_bare(&path, &right, headers).status, 403, "{headers:?}");
    }
    // Without the token, with somebody else's, with one of the sign-in form, and as what is no form.
    let other = page.signed_in("binh").get("/account").form();
    let before = page.browser().get("/sign-in").form();
    for token in ["", "0", &other, &before] {
        let fields = [("form", token), ("key", change.key.as_str())];
        assert_eq!(browser.post_bare(&path, &fields, &[]).status, 403, "{token:?}");
    }
    assert_eq!(browser.post_bare(&path, &right[1..], &[]).status, 403);
    let json = format!("{{\"form\":\"{form}\",\"key\":\"{}\"}}", change.key);
    assert_eq!(browser.send("POST", &path, &[("Content-Type", "text/plain")], &json).status, 403);
    assert_eq!(browser.get(&path).status, 405, "a link decides nothing");
    assert_eq!((state(&page, &change).await, approvals(&page, &change).await.len()), (State::Proposed, 0));
    // The same with everything right.
    let headers = [("Sec-Fetch-Site", "same-origin"), ("Origin", own.as_str())];
    assert_eq!(browser.post_bare(&path, &right, &headers).status, 303);
    assert_eq!(approvals(&page, &change).await, ["an"]);
}

#[tokio::test]
async fn another_host_s_name_for_this_address_is_refused() {
    let page = Page::with("", |_| {}).await;
    let mut browser = page.signed_in("an");
    for host in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", ""] {
        let answer = browser.send("GET", "/", &[("Host", host)], "");
        assert!(answer.status == 422 || answer.status == 400, "{host:?}: {}", answer.status);
        assert!(!answer.body.contains("Trần Thị An"), "{host:?}");
    }
    assert_eq!(browser.send("GET", "/", &[("Host", &format!("localhost:{}", page.port))], "").status, 200);
}

#[tokio::test]
async fn a_cookie_from_before_the_sign_in_is_worth_nothing_after_it() {
    let page = Page::with("", |_| {}).await;
    // The attacker takes a cookie, and its form, and plants it in the victim's browser.
    let mut attacker = page.browser();
    let form = attacker.get("/sign-in").form();
    let mut victim = attacker.clone();
    let fields = [("form", form.as_str()), ("login", "an"), ("password", PASSWORD)];
    assert_eq!(victim.post_bare("/sign-in", &fields, &[]).status, 303);
    assert_eq!(victim.get("/").status, 200);
    assert_ne!(victim.cookies, attacker.cookies);
    assert_eq!(attacker.get("/").status, 303);
    // Nor is a session signed in over another's: each has a cookie of its own.
    let mut second = victim.clone();
    let form = second.get("/account").form();
    let fields = [("form", form.as_str()), ("login", "binh"), ("password", PASSWORD)];
    assert_eq!(second.post_bare("/sign-in", &fields, &[]).status, 303);
    assert!(victim.get("/").body.contains("Trần Thị An"));
    assert!(second.get("/").body.contains("Lê Văn Bình"));
}

#[tokio::test]
async fn guessing_is_slowed_down_and_the_right_password_waits_too() {
    let page = Page::with("", |_| {}).await;
    let mut statuses = Vec::new();
    for _ in 0..7 {
        statuses.push(page.browser().sign_in("an", "sai mật khẩu rồi").status);
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429]);
    assert_eq!(page.browser().sign_in("an", PASSWORD).status, 429);
    assert_eq!(page.browser().sign_in(" AN ", PASSWORD).status, 429, "however it is written");
    // Another login is not held up, and one that is none is answered alike.
    assert_eq!(page.browser().sign_in("binh", PASSWORD).status, 303);
    let nobody = page.browser().sign_in("khong.co.ai", PASSWORD);
    assert_eq!(nobody.status, 401);
    assert_eq!(
        nobody.body.contains("không đúng"),
        page.browser().sign_in("binh", "sai").body.contains("không đúng")
    );
    // The password is asked for again under the same count.
    let mut binh = page.signed_in("binh");
    for _ in 0..6 {
        assert_eq!(binh.post("/confirm", &[("password", "sai mật khẩu")]).status, 401);
    }
    assert_eq!(binh.post("/confirm", &[("password", PASSWORD)]).status, 401);
}

#[tokio::test]
async fn an_office_behind_one_address_signs_in_rightly_as_often_as_it_likes() {
    let page = Page::with("", |_| {}).await;
    for _ in 0..35 {
        assert_eq!(page.browser().sign_in("an", PASSWORD).status, 303);
    }
    // Who guesses gains nothing by being right in between: thirty wrong ones are still thirty.
    let mut statuses = Vec::new();
    for guess in 0..32 {
        statuses.push(page.browser().sign_in(&format!("khong.co.{guess}"), "sai mật khẩu").status);
        page.browser().sign_in("an", PASSWORD);
    }
    assert_eq!((statuses[28], statuses[31]), (401, 429), "{statuses:?}");
}

#[tokio::test]
async fn another_agency_s_change_is_not_there() {
    let page = Page::of_province().await;
    let change = waiting(&page, Risk::Low, Gate::One).await;
    let other = if change.change.agency.as_str() == "snv" { "skhcn" } else { "snv" };
    page.enrol("dung", OperatorRole::Approver, &[other]).await;
    let mut browser = page.signed_in("dung");
    let (id, key) = (change.id.as_str(), change.key.as_str());
    assert_eq!(browser.get(&format!("/changes/{id}")).status, 404);
    assert_eq!(browser.post(&format!("/changes/{id}/approve"), &[("key", key)]).status, 404);
    assert_eq!(browser.post(&format!("/changes/{id}/reject"), &[("key", key), ("reason", "x")]).status, 404);
    assert_eq!(browser.post(&format!("/changes/{id}/hold"), &[("reason", "x")]).status, 404);
    let pick = format!("{id}.{key}");
    assert_eq!(browser.post("/changes/selected", &[("pick", &pick), ("what", "approve")]).status, 404);
    assert_eq!(browser.get(&format!("/agencies/{}", change.change.agency)).status, 404);
    assert_eq!(browser.get(&format!("/changes?agency={}", change.change.agency)).status, 404);
    assert!(
        !browser.get("/changes").body.contains(&change.change.label.split(" <").next().unwrap().to_owned())
    );
    for arrival in page.store.arrivals(&[], None, None, 100).await.unwrap() {
        let expected = if arrival.agency.as_str() == other { 200 } else { 404 };
        assert_eq!(browser.get(&format!("/rosters/{}", arrival.id)).status, expected, "{arrival:?}");
    }
    for brake in page.store.open_brakes().await.unwrap() {
        if brake.0.scope.to_string() != other {
            assert_eq!(browser.get(&format!("/brakes/{}", brake.0.key)).status, 404);
            let path = format!("/brakes/{}/release", brake.0.key);
            assert_eq!(browser.post(&path, &[("reason", "x")]).status, 404);
        }
    }
    let mut program = page.browser();
    let token = page.token("dung", TokenScope::Decide).await;
    program.more.push(("Authorization".into(), format!("Bearer {token}")));
    assert_eq!(program.get(&format!("/api/v1/changes/{id}")).status, 404);
    let body = format!("{{\"key\":\"{key}\"}}");
    let kind = [("Content-Type", "application/json")];
    assert_eq!(program.send("POST", &format!("/api/v1/changes/{id}/approvals"), &kind, &body).status, 404);
    assert_eq!((state(&page, &change).await, approvals(&page, &change).await.len()), (State::Proposed, 0));
}

#[tokio::test]
async fn markup_in_every_field_of_a_roster_stays_text() {
    const EVIL: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}";
    let page = Page::with("", |site| {
        let csv = format!(
            "Họ và tên;Ngày sinh;Giới tính;Số CCCD;Mã cán bộ;Chức vụ;Đơn vị;Điện thoại;Email;Ghi chú\n\
             Nguyễn Văn Mới;01/02/1990;Nam;{0};{0};{0};{0};{0};{0};{0}\n\
             {0};{0};{0};{0};{0};{0};{0};{0};{0};{0}\n\
             Trần Thị Thêm;03/04/1991;Nữ;;;{0};{0};;;{0}\n",
            EVIL.replace(';', ",").replace('"', "\"\"").replace('\'', "’")
        );
        site.drop_bytes("snv", "danh sách <b>mới<b>.csv", csv.as_bytes());
        site.rosterd(&["run", "--once"]);
    })
    .await;
    let mut browser = page.signed_in("an");
    let mut paths: Vec<String> = [
        "/",
        "/changes",
        "/changes?group=agency",
        "/changes?text=%3Cscript%3Ealert(1)%3C/script%3E",
        "/questions",
        "/rosters",
        "/agencies",
        "/agencies/snv",
        "/audit",
        "/audit?actor=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/operators",
        "/matches",
        "/matches/snv",
        "/matches/%3Cscript%3Ealert(1)%3C/script%3E",
        "/rotation",
        "/rotation/accounts?campaign=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&text=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/rotation/list",
        "/incidents?account=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&reason=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/rotation/campaigns/new?name=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&basis=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/reports",
        "/sign-in?next=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&once=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/changes?kind=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    ]
    .map(str::to_owned)
    .into();
    paths.extend(page.site.changes(None).await.iter().map(|one| format!("/changes/{}", one.id)));
    let arrivals = page.store.arrivals(&[], None, None, 100).await.unwrap();
    assert!(!arrivals.is_empty());
    paths.extend(arrivals.iter().map(|one| format!("/rosters/{}", one.id)));
    let mut seen = 0;
    for path in paths {
        let answer = browser.get(&path);
        assert!(!answer.body.contains("<script>alert"), "{path}");
        assert!(!answer.body.contains("<img src=x") && !answer.body.contains("<b>mới"), "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
        seen += answer.body.matches("&lt;script&gt;alert").count();
        assert!(!answer.body.contains(">49<"), "{path}");
    }
    assert!(seen > 0, "the markup is shown, as text");
}

#[tokio::test]
async fn no_header_is_made_of_what_somebody_sends() {
    let page = Page::with("", |_| {}).await;
    let mut browser = page.browser();
    let form = browser.get("/sign-in").form();
    for next in [
        "/\r\nSet-Cookie: evil=1",
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
    ] {
        let fields = [("form", form.as_str()), ("login", "an"), ("password", PASSWORD), ("next", next)];
        let answer = browser.clone().post_bare("/sign-in", &fields, &[]);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/")), "{next:?}");
        assert!(!answer.headers.iter().any(|(_, value)| value.contains("evil")), "{next:?}");
    }
    let mut an = page.signed_in("an");
    let answer = an.post("/language", &[("lang", "en\r\nSet-Cookie: evil=1"), ("next", "/\r\nX: y")]);
    assert!(!answer.headers.iter().any(|(name, value)| name == "x" || value.contains("evil")));
    // What every answer bears, errors included.
    for path in ["/", "/nothing", "/sign-in", "/assets/rosterd.css", "/api/v1/changes", "/healthz"] {
        let answer = an.get(path);
        for name in
            ["content-security-policy", "x-content-type-options", "referrer-policy", "x-frame-options"]
        {
            assert!(answer.header(name).is_some(), "{path}: {name}");
        }
        let kept = answer.header("cache-control").unwrap();
        assert_eq!(kept == "no-store", !path.starts_with("/assets/"), "{path}: {kept}");
    }
}

#[tokio::test]
async fn no_path_leads_out_of_the_page() {
    let page = Page::of_province().await;
    let mut browser = page.signed_in("an");
    for path in [
        "/assets/../../../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/rosters/..%2f..%2f..%2fetc%2fpasswd/feedback",
        "/rosters/%00/feedback",
        "/agencies/..%2f..%2fsecrets/template",
        "/agencies/..",
        "/changes/'%20OR%20'1'='1",
        "/brakes/%27%3B%20DROP%20TABLE%20change%3B--",
    ] {
        let answer = browser.get(path);
        assert!([404, 405].contains(&answer.status), "{path}: {}", answer.status);
        assert!(!answer.body.contains("root:"), "{path}");
    }
    // An upload lies in its agency's folder, under its own last name, whatever it is called.
    let answer = browser.upload("snv", "../../../skhcn/../../tệp.csv", "a;b\n1;2\n");
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(!page.site.path("inbox/skhcn/tệp.csv").exists() && !page.site.path("tệp.csv").exists());
    for (agency, name) in
        [("../secrets", "x.csv"), ("khong.co", "x.csv"), ("snv", ".."), ("snv", "site.key"), ("snv", "")]
    {
        let answer = browser.upload(agency, name, "a;b\n");
        assert!([404, 422].contains(&answer.status), "{agency} {name}: {}", answer.status);
    }
    page.enrol("hoa", OperatorRole::Contact, &["snv"]).await;
    let mut contact = page.signed_in("hoa");
    assert_eq!(contact.upload("skhcn", "x.csv", "a;b\n").status, 404, "another agency's folder");
    // The token comes before the file.
    let kind = [("Content-Type", "multipart/form-data; boundary=b")];
    let body = "--b\r\nContent-Disposition: form-data; name=\"agency\"\r\n\r\nsnv\r\n--b\r\n\
                Content-Disposition: form-data; name=\"file\"; filename=\"y.csv\"\r\n\r\na;b\r\n--b--\r\n";
    assert_eq!(browser.send("POST", "/rosters/upload", &kind, body).status, 403);
    assert!(!page.site.path("inbox/snv/y.csv").exists());
}
