//! SCIM 2.0: two real servers, and one that does what no real one can be made to do.

use super::{ROLE, give, held, holds, read, read_after, system, take, write};
use crate::support::http::{Asked, Said, Server};
use crate::support::scim::{Scim, TOKEN, Which};
use hyper::Method;
use rosterd::http::{Http, Settings};
use rosterd::model::intent::WriteError;
use rosterd::model::secret::Secret;
use rosterd::systems::{Newcomer, ReadError, System, Write};
use serde_json::{Value, json};
use std::io::Write as _;

const SERVERS: [Which; 2] = [Which::Scim2, Which::Scimmy];
const AN: &str = "an.tv@tinhmau.gov.vn";
const BINH: &str = "binh@tinhmau.gov.vn";

fn scim(url: &str, more: &str, token: &std::path::Path) -> System {
    system(&format!(
        "kind = \"scim\"\nname = \"pakn\"\ntitle = \"PAKN\"\ntoken_file = {token:?}\npage_size = 2\n{more}\n\
         [connection]\nurl = {url:?}\nallow_plaintext = true\ntimeout_seconds = 1"
    ))
}

pub(super) fn token() -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "{TOKEN}").unwrap();
    file
}

pub(super) async fn make(url: &str, kind: &str, body: Value) -> String {
    let settings = Settings { url: url.into(), allow_plaintext: true, ca_file: None, timeout_seconds: 10 };
    let http = Http::open(&settings).unwrap();
    let schema = if kind == "Users" { "User" } else { "Group" };
    let mut body = body;
    body["schemas"] = json!([format!("urn:ietf:params:scim:schemas:core:2.0:{schema}")]);
    let call =
        http.call(Method::POST, &[kind]).bearer(&Secret::new(TOKEN)).json("application/scim+json", &body);
    call.send().await.unwrap().body["id"].as_str().unwrap().to_owned()
}

/// Five people, so that two a page make three pages; An holds the role by group, Bình by value.
async fn filled(which: Which) -> Scim {
    let server = Scim::start(which);
    let url = server.url();
    let an = json!({ "userName": "an", "displayName": "Trần Văn An", "emails": [
        { "value": "private@example.vn", "type": "home" }, { "value": "An.TV@tinhmau.gov.vn", "type": "work" }] });
    let an = make(url, "Users", an).await;
    make(url, "Users", json!({ "userName": BINH, "roles": [{ "value": ROLE }, { "value": "Khác" }] })).await;
    for name in ["chi", "dung", "em"] {
        make(url, "Users", json!({ "userName": format!("{name}@tinhmau.gov.vn") })).await;
    }
    make(url, "Groups", json!({ "displayName": ROLE, "members": [{ "value": an }] })).await;
    make(url, "Groups", json!({ "displayName": "Trống" })).await;
    server
}

#[tokio::test]
async fn roles_are_read_page_by_page_whatever_they_are_there() {
    let token = token();
    for which in SERVERS {
        let server = filled(which).await;
        let groups = scim(server.url(), "", token.path());
        assert_eq!(held(&groups).await, [format!("an {AN} Trần Văn An - {ROLE}")], "{which:?}");
        let roles = scim(server.url(), "roles_are = \"roles\"", token.path());
        let expected = [format!("{BINH} - - - {ROLE}"), format!("{BINH} - - - Khác")];
        assert_eq!(held(&roles).await, expected, "{which:?}");
        assert!(read(&groups).await.unwrap().can.roles);
    }
}

#[tokio::test]
async fn a_role_is_given_and_taken_and_no_other_is_touched() {
    let token = token();
    for which in SERVERS {
        let server = filled(which).await;
        for kind in ["groups", "roles"] {
            let system = scim(server.url(), &format!("roles_are = {kind:?}"), token.path());
            let before = held(&system).await;
            write(&system, &give("chi@tinhmau.gov.vn", "snv")).await.unwrap();
            assert!(holds(&system, &give("chi@tinhmau.gov.vn", "snv")).await, "{which:?} {kind}");
            assert_eq!(held(&system).await.len(), before.len() + 1, "{which:?} {kind}");
            let again = write(&system, &give("chi@tinhmau.gov.vn", "snv")).await;
            assert!(matches!(again, Err(WriteError::Stale(_))), "{which:?} {kind}: {again:?}");
            write(&system, &take("chi@tinhmau.gov.vn", "snv")).await.unwrap();
            assert_eq!(held(&system).await, before, "{which:?} {kind}");
            let again = write(&system, &take("chi@tinhmau.gov.vn", "snv")).await;
            assert!(matches!(again, Err(WriteError::Stale(_))), "{which:?} {kind}: {again:?}");
        }
    }
}

#[tokio::test]
async fn who_cannot_be_told_is_refused() {
    let token = token();
    for which in SERVERS {
        let server = filled(which).await;
        let system = scim(server.url(), "", token.path());
        // A private address is nobody's official one, and a quote is no syntax.
        for mail in ["private@example.vn", "x\" or userName pr or userName eq \"y"] {
            let refused = write(&system, &give(mail, "snv")).await;
            assert!(
                matches!(&refused, Err(WriteError::Refused(why)) if why.contains("no account")),
                "{refused:?}"
            );
        }
        make(server.url(), "Users", json!({ "userName": AN })).await;
        let refused = write(&system, &give(AN, "snv")).await;
        assert!(
            matches!(&refused, Err(WriteError::Refused(why)) if why.contains("several")),
            "{which:?} {refused:?}"
        );
    }
}

#[tokio::test]
async fn a_server_that_is_away_or_refuses_the_token_is_asked_again_later() {
    let mut server = filled(Which::Scim2).await;
    let wrong = token();
    std::fs::write(wrong.path(), "wrong\n").unwrap();
    let system = scim(server.url(), "", wrong.path());
    let said = read(&system).await.unwrap_err().to_string();
    assert!(said.contains("401") && !said.contains("wrong"), "{said}");
    let outcome = write(&system, &give(AN, "snv")).await;
    assert!(matches!(outcome, Err(WriteError::NotSent(_))), "{outcome:?}");
    // A token that was renewed is read anew.
    std::fs::write(wrong.path(), TOKEN).unwrap();
    assert!(read(&system).await.is_ok());
    server.stop();
    assert!(matches!(read(&system).await, Err(ReadError::Http(_))));
    let outcome = write(&system, &give(AN, "snv")).await;
    assert!(matches!(outcome, Err(WriteError::NotSent(_))), "{outcome:?}");
}

/// A server of three people and a group of one, whose answers `twist` may replace.
fn twisted(mut twist: impl FnMut(&Asked, usize) -> Option<Said> + Send + 'static) -> Server {
    let mut count = 0;
    Server::start(move |asked| {
        count += 1;
        if let Some(said) = twist(asked, count) {
            return said;
        }
        let user = |id: &str| json!({ "id": id, "userName": format!("{id}@tinhmau.gov.vn") });
        let group = json!({ "id": "g", "displayName": ROLE, "members": [{ "value": "a" }] });
        let list = |all: &[Value]| {
            let start = asked.query["startIndex"].parse::<usize>().unwrap() - 1;
            let page: Vec<_> = all.iter().skip(start).take(2).collect();
            Said::Json(200, json!({ "totalResults": all.len(), "Resources": page }))
        };
        match asked.path.as_str() {
            "/ServiceProviderConfig" => {
                Said::Json(200, json!({ "patch": { "supported": true }, "filter": { "supported": false } }))
            }
            "/Users" => list(&["a", "b", "c"].map(user)),
            "/Groups" => list(&[group]),
            "/Groups/g" => Said::With(200, "ETag", "W/\"7\"".into(), group),
            path if path.starts_with("/Users/") => Said::Json(200, user(&path[7..])),
            _ => Said::Json(404, Value::Null),
        }
    })
}

type Twist = Box<dyn FnMut(&Asked, usize) -> Option<Said> + Send>;

async fn failed(server: &Server) -> String {
    let token = token();
    read(&scim(&server.url(), "", token.path())).await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_read_that_may_not_be_the_whole_is_none() {
    let token = token();
    let fine = twisted(|_, _| None);
    assert_eq!(held(&scim(&fine.url(), "", token.path())).await.len(), 1);
    let shrank = read_after(&scim(&fine.url(), "", token.path()), Some(100)).await;
    assert!(matches!(shrank, Err(ReadError::Shrank(_))), "{shrank:?}");

    let users = |total: usize, ids: &[&str]| {
        let users: Vec<_> = ids.iter().map(|id| json!({ "id": id, "userName": id })).collect();
        Said::Json(200, json!({ "totalResults": total, "Resources": users }))
    };
    let second = |asked: &Asked| asked.path == "/Users" && asked.query["startIndex"] == "3";
    let cases: Vec<(&str, Twist)> = vec![
        ("2 of 3 came", Box::new(move |asked, _| second(asked).then(|| users(3, &[])))),
        ("there were 3, then 2", Box::new(move |asked, _| second(asked).then(|| users(2, &["c"])))),
        ("came twice", Box::new(move |asked, _| second(asked).then(|| users(3, &["a"])))),
        ("4 of 3 came", Box::new(move |asked, _| second(asked).then(|| users(3, &["c", "d"])))),
        ("answered 500", Box::new(move |asked, _| second(asked).then_some(Said::Json(500, Value::Null)))),
        ("outcome unknown", Box::new(move |asked, _| second(asked).then_some(Said::Nothing))),
        ("no answer within 2 s", Box::new(move |asked, _| second(asked).then_some(Said::Silence))),
        (
            "something else than expected",
            Box::new(move |asked, _| second(asked).then(|| Said::Bytes(200, b"<html>".to_vec()))),
        ),
        (
            "length limit",
            Box::new(move |asked, _| second(asked).then(|| Said::Bytes(200, vec![b' '; 33 << 20]))),
        ),
        (
            "answered 302",
            Box::new(move |asked, _| {
                second(asked).then(|| Said::With(302, "Location", "http://127.0.0.1/".into(), Value::Null))
            }),
        ),
        ("no user at all", Box::new(move |asked, _| (asked.path == "/Users").then(|| users(0, &[])))),
        (
            "a page was lost",
            Box::new(|asked, _| {
                let group = json!({ "id": "g", "displayName": "R", "members": [{ "value": "z" }] });
                (asked.path == "/Groups")
                    .then(|| Said::Json(200, json!({ "totalResults": 1, "Resources": [group] })))
            }),
        ),
        (
            "something else than expected",
            Box::new(|asked, _| {
                let text = json!({ "patch": { "supported": "True" }, "filter": { "supported": true } });
                (asked.path == "/ServiceProviderConfig").then_some(Said::Json(200, text))
            }),
        ),
    ];
    for (says, twist) in cases {
        let said = failed(&twisted(twist)).await;
        assert!(said.contains(says), "{says}: {said}");
    }
}

#[tokio::test]
async fn a_member_that_was_deleted_and_a_group_in_a_group_hold_nothing() {
    let server = twisted(|asked, _| match asked.path.as_str() {
        "/Groups" => {
            let members =
                json!([{ "value": "a" }, { "value": "gone" }, { "value": "inner", "type": "Group" }]);
            let group = json!({ "id": "g", "displayName": ROLE, "members": members });
            Some(Said::Json(200, json!({ "totalResults": 1, "Resources": [group] })))
        }
        "/Users/gone" => Some(Said::Json(404, Value::Null)),
        _ => None,
    });
    let token = token();
    assert_eq!(held(&scim(&server.url(), "", token.path())).await.len(), 1);
}

#[tokio::test]
async fn a_server_without_patch_is_only_read() {
    let server = twisted(|asked, _| {
        let none = json!({ "patch": { "supported": false }, "filter": { "supported": true } });
        (asked.path == "/ServiceProviderConfig").then_some(Said::Json(200, none))
    });
    let token = token();
    let system = scim(&server.url(), "", token.path());
    assert!(!read(&system).await.unwrap().can.roles, "nothing is planned for it");
    let refused = write(&system, &give("b@tinhmau.gov.vn", "snv")).await;
    assert!(matches!(refused, Err(WriteError::Refused(_))), "{refused:?}");
    assert!(server.asked().iter().all(|asked| asked.method == "GET"));
}

/// What a PATCH answered so comes to, and how often it was sent.
async fn answered(
    mut said: impl FnMut(usize) -> Said + Send + 'static,
) -> (Result<(), WriteError>, Vec<Asked>) {
    let mut patches = 0;
    let server = twisted(move |asked, _| {
        (asked.method == "PATCH").then(|| {
            patches += 1;
            said(patches)
        })
    });
    let token = token();
    let outcome = write(&scim(&server.url(), "", token.path()), &give("b@tinhmau.gov.vn", "snv")).await;
    (outcome, server.asked().into_iter().filter(|asked| asked.method == "PATCH").collect())
}

#[tokio::test]
async fn what_a_patch_is_answered_decides_what_is_believed() {
    let (outcome, patches) = answered(|_| Said::Json(412, Value::Null)).await;
    assert!(matches!(outcome, Err(WriteError::NotSent(_))), "{outcome:?}");
    assert_eq!(patches.len(), 3);
    assert!(patches.iter().all(|asked| asked.headers["if-match"] == "W/\"7\""));
    let body: Value = serde_json::from_str(&patches[0].body).unwrap();
    assert_eq!(body["Operations"], json!([{ "op": "add", "path": "members", "value": [{ "value": "b" }] }]));

    for (status, expected) in [
        (409, "refused"),
        (400, "refused"),
        (403, "refused"),
        (404, "changed"),
        (429, "not sent"),
        (503, "not sent"),
        (500, "unknown"),
        (502, "unknown"),
    ] {
        let (outcome, patches) = answered(move |_| Said::Json(status, json!({ "detail": "vì sao" }))).await;
        let error = outcome.unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("vì sao"), "{status}: {error}");
        assert_eq!(patches.len(), 1, "{status}");
    }
    let (outcome, _) = answered(|_| Said::Json(204, Value::Null)).await;
    assert!(
        matches!(&outcome, Err(WriteError::Refused(why)) if why.contains("and it is not")),
        "{outcome:?}"
    );
    for said in [Said::Nothing, Said::Silence] {
        let (outcome, patches) = answered(move |_| said.clone()).await;
        assert!(matches!(outcome, Err(WriteError::Unknown(_))), "{outcome:?}");
        assert_eq!(patches.len(), 1, "never blindly sent again");
    }
}

#[tokio::test]
async fn an_account_is_created_closed_and_opened() {
    let token = token();
    for which in SERVERS {
        let server = filled(which).await;
        let system = scim(server.url(), "create = true", token.path());
        let newcomer = |login: &str, mail: &str| {
            Write::Create(Newcomer {
                mail: mail.into(),
                login: login.into(),
                name: "Lê Thị Én".into(),
                agency: None,
            })
        };
        let (create, mail) = (newcomer("snv_lethien", "en.snv@tinhmau.gov.vn"), "en.snv@tinhmau.gov.vn");
        let refused = write(&scim(server.url(), "", token.path()), &create).await;
        assert!(
            matches!(&refused, Err(WriteError::Refused(why)) if why.contains("creates no accounts")),
            "{which:?} {refused:?}"
        );
        assert!(!holds(&system, &create).await);
        write(&system, &create).await.unwrap();
        assert!(holds(&system, &create).await, "{which:?}");
        let again = write(&system, &create).await;
        assert!(matches!(again, Err(WriteError::Stale(_))), "{which:?} {again:?}");
        let taken = write(&system, &newcomer("snv_lethien", "khac@tinhmau.gov.vn")).await;
        assert!(matches!(taken, Err(WriteError::Refused(_))), "{which:?}: somebody else's login: {taken:?}");

        // A role for the account that was made.
        write(&system, &give(mail, "snv")).await.unwrap();
        let (close, open) = (Write::Close(mail.into()), Write::Open(mail.into()));
        let state = async || {
            let snapshot = read(&system).await.unwrap();
            assert!(snapshot.can.list && snapshot.can.create && snapshot.can.disable);
            let account = snapshot.accounts.into_iter().find(|one| one.address() == mail).unwrap();
            (account.login, account.name, account.open)
        };
        let expected = |open| ("snv_lethien".to_owned(), Some("Lê Thị Én".to_owned()), Some(open));
        assert_eq!(state().await, expected(true), "{which:?}");
        write(&system, &close).await.unwrap();
        assert_eq!(state().await, expected(false), "{which:?}");
        let again = write(&system, &close).await;
        assert!(matches!(again, Err(WriteError::Stale(_))), "{which:?} {again:?}");
        write(&system, &open).await.unwrap();
        assert_eq!(state().await, expected(true), "{which:?}");
        let forbidden = scim(server.url(), "disable = false", token.path());
        let refused = write(&forbidden, &close).await;
        assert!(matches!(refused, Err(WriteError::Refused(_))), "{which:?} {refused:?}");
        assert!(!read(&forbidden).await.unwrap().can.disable);
    }
}
