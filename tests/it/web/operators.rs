//! Operators on the page: who is enrolled as what, whose sessions end, how one-time codes are turned on.

use super::signing_in::code_of;
use crate::support::page::{PASSWORD, Page};
use rosterd::model::ids::{AgencyCode, Login};
use rosterd::model::operator::{Operator, OperatorRole};

async fn enrolled(page: &Page, login: &str) -> Option<Operator> {
    page.store.voice(&Login::new(login)).await.unwrap()
}

fn fields<'a>(login: &'a str, name: &'a str, role: &'a str, agencies: &'a str) -> [(&'a str, &'a str); 4] {
    [("login", login), ("name", name), ("role", role), ("agencies", agencies)]
}

#[tokio::test]
async fn an_administrator_enrols_and_changes_role_and_scope_and_what_is_wrong_is_said() {
    let page = Page::with("", |_| {}).await;
    let mut an = page.signed_in("an");
    for (wrong, why) in [
        (fields("", "Vũ Thị Mai", "viewer", ""), "Tên đăng nhập chỉ gồm"),
        (fields("Mai", "Vũ Thị Mai", "viewer", ""), "Tên đăng nhập chỉ gồm"),
        (fields("mai vu", "Vũ Thị Mai", "viewer", ""), "Tên đăng nhập chỉ gồm"),
        (fields("mai", "  ", "viewer", ""), "Chưa ghi họ và tên"),
        (fields("mai", "Vũ Thị Mai", "viewer", "snv, khong-co"), "khong-co"),
        (fields("mai", "Vũ Thị Mai", "contact", ""), "Đầu mối phải thuộc một cơ quan"),
    ] {
        let answer = an.post("/operators", &wrong);
        assert!(answer.status == 422 && answer.body.contains(why), "{wrong:?}: {}", answer.body);
    }
    assert_eq!(an.post("/operators", &fields("mai", "Vũ Thị Mai", "king", "")).status, 403);
    assert_eq!(enrolled(&page, "mai").await, None);

    for (role, agencies) in [("reviewer", "snv, skhcn"), ("approver", ""), ("contact", "snv")] {
        assert_eq!(an.post("/operators", &fields("mai", "Vũ Thị Mai", role, agencies)).status, 303, "{role}");
        let mai = enrolled(&page, "mai").await.unwrap();
        let codes = agencies.split(", ").filter(|code| !code.is_empty());
        assert_eq!(mai.agencies, codes.map(|code| AgencyCode::parse(code).unwrap()).collect());
        assert_eq!((mai.role.as_str(), mai.name.as_str()), (role, "Vũ Thị Mai"));
    }
    // What she is now counts in the session that she has.
    page.enrol("mai", OperatorRole::Auditor, &[]).await;
    let mut mai = page.signed_in("mai");
    assert_eq!(mai.get("/audit").status, 200);
    assert_eq!(an.post("/operators", &fields("mai", "Vũ Thị Mai", "viewer", "snv")).status, 303);
    assert_eq!(mai.get("/audit").status, 403);
    // Nobody else enrols: not who may not, nor an administrator of one agency.
    page.enrol("noi", OperatorRole::Administrator, &["snv"]).await;
    for login in ["mai", "noi"] {
        let own = fields(login, "Tự Mình", "administrator", "");
        assert_eq!(page.signed_in(login).post("/operators", &own).status, 403, "{login}");
        assert_ne!(enrolled(&page, login).await.unwrap().name, "Tự Mình");
    }
    let done = page.store.audit_page("an", "operator.add", None, 50).await.unwrap();
    let of_mai =
        done.iter().filter(|row| row.detail.as_deref().is_some_and(|text| text.contains("Vũ Thị Mai")));
    assert_eq!(of_mai.count(), 4, "each is in the trail: {done:?}");
}

#[tokio::test]
async fn the_last_administrator_for_the_province_stays() {
    let page = Page::with("", |_| {}).await;
    let mut an = page.signed_in("an");
    assert_eq!(an.post("/operators", &fields("binh", "Lê Văn Bình", "viewer", "")).status, 303);
    let before = enrolled(&page, "an").await;
    for (role, agencies) in [("viewer", ""), ("administrator", "snv"), ("contact", "snv")] {
        let answer = an.post("/operators", &fields("an", "Trần Thị An", role, agencies));
        assert_eq!(answer.status, 422, "{role} {agencies}: {}", answer.body);
        assert!(answer.body.contains("luôn còn một quản trị viên toàn tỉnh"), "{}", answer.body);
    }
    an.post("/operators/remove", &[("login", "an")]);
    assert!(an.get("/operators").body.contains("Không gỡ được quản trị viên cuối cùng"));
    assert_eq!(enrolled(&page, "an").await, before);
    // With a second one the first may go.
    assert_eq!(an.post("/operators", &fields("binh", "Lê Văn Bình", "administrator", "")).status, 303);
    assert_eq!(an.post("/operators", &fields("an", "Trần Thị An", "viewer", "")).status, 303);
    assert_eq!(an.get("/operators").status, 403);
}

/// The ids of a login's open sessions.
async fn sessions(page: &Page, login: &str) -> Vec<String> {
    let (now, login) = (chrono::Utc::now(), Login::new(login));
    let idle = now - chrono::TimeDelta::minutes(30);
    let listed = page.store.sessions(Some(&login), now, idle).await.unwrap();
    listed.into_iter().map(|one| one.id).collect()
}

#[tokio::test]
async fn a_session_that_was_ended_works_no_more_and_nobody_ends_another_s_as_his_own() {
    let page = Page::with("", |_| {}).await;
    page.enrol("mai", OperatorRole::Approver, &[]).await;
    let (mut an, mut mai, mut away) = (page.signed_in("an"), page.signed_in("mai"), page.signed_in("mai"));
    let of_an = sessions(&page, "an").await.remove(0);
    // Somebody else's, one that is none, and as one who may not.
    for id in [of_an.as_str(), "0000", ""] {
        assert_eq!(mai.post("/account/end-session", &[("id", id)]).status, 404, "{id}");
        assert_eq!(mai.post("/operators/end-session", &[("id", id)]).status, 403, "{id}");
    }
    assert_eq!(an.get("/").status, 200);
    assert_eq!(an.post("/operators/end-session", &[("id", "0000")]).status, 404);

    // One's own other session.
    let own = mai.get("/account").body;
    let other = sessions(&page, "mai").await.into_iter().find(|id| own.contains(&format!("value=\"{id}\"")));
    let other = other.expect("the page offers to end the other session alone");
    assert_eq!(own.matches("action=\"/account/end-session\"").count(), 1, "{own}");
    assert_eq!(mai.post("/account/end-session", &[("id", &other)]).status, 303);
    assert_eq!((away.get("/").status, mai.get("/").status), (303, 200));
    assert_eq!(mai.post("/account/end-session", &[("id", &other)]).status, 404, "it has ended");

    // An administrator ends anybody's.
    let left = sessions(&page, "mai").await;
    let [left] = left.as_slice() else { panic!("{left:?}") };
    assert_eq!(an.post("/operators/end-session", &[("id", left)]).status, 303);
    assert_eq!(mai.get("/").header("location"), Some("/sign-in?next=%2F"));
    assert_eq!(an.post("/operators/end-session", &[("id", left)]).status, 404);
    for by in ["mai", "an"] {
        assert_eq!(page.store.audit_page(by, "session.end", None, 9).await.unwrap().len(), 1, "{by}");
    }
}

#[tokio::test]
async fn codes_are_turned_on_by_the_code_of_the_secret_that_was_offered() {
    let page = Page::with("", |_| {}).await;
    let mut an = page.signed_in("an");
    let offered = |body: &str| {
        ["secret", "voucher"].map(|name| {
            let (_, rest) = body.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
            rest.split('"').next().unwrap().to_owned()
        })
    };
    let [secret, voucher] = offered(&an.get("/account").body);
    let bytes: Vec<u8> =
        (0..secret.len()).step_by(2).map(|at| u8::from_str_radix(&secret[at..at + 2], 16).unwrap()).collect();
    let code = |ago: i64| code_of(&bytes, chrono::Utc::now().timestamp() - ago);
    let is_on = async || page.store.credential(&Login::new("an")).await.unwrap().totp.is_some();
    let mut post = |secret: &str, voucher: &str, code: &str| {
        let fields = [("secret", secret), ("voucher", voucher), ("code", code)];
        let answer = an.post("/account/totp", &fields);
        let said = if answer.status == 303 { an.get("/account").body } else { String::new() };
        (answer.status, said)
    };
    // A secret that was not offered here: of one's own making, or in another session.
    let [_, of_another] = offered(&page.signed_in("an").get("/account").body);
    let mine = "00".repeat(20);
    for (secret, voucher) in [(&mine, &voucher), (&secret, &of_another), (&secret, &String::new())] {
        assert_eq!(post(secret, voucher, &code(0)).0, 403, "{secret} {voucher}");
    }
    for wrong in ["", "12345", "abcdef", &code(3600)] {
        let (status, said) = post(&secret, &voucher, wrong);
        assert!(status == 303 && said.contains("Mã một lần không đúng"), "{wrong}: {said}");
    }
    assert!(!is_on().await);
    let (status, said) = post(&secret, &voucher, &code(0));
    assert!(status == 303 && said.contains("Đã bật mã một lần"), "{said}");
    assert!(is_on().await);
    // From now on the password alone opens nothing.
    assert_eq!(page.browser().sign_in("an", PASSWORD).status, 401);
    let mut browser = page.browser();
    let form = browser.get("/sign-in").form();
    let now = code(0);
    let fields = [("form", form.as_str()), ("login", "an"), ("password", PASSWORD), ("code", now.as_str())];
    assert_eq!(browser.post_bare("/sign-in", &fields, &[]).status, 303);
}
