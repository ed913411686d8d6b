//! Keycloak, against a stand-in that answers as its documentation says.

use super::{ROLE, give, held, holds, online, read, read_after, seat, system, write};
use crate::support::http::Said;
use crate::support::keycloak::{Keycloak, SECRET};
use rosterd::model::intent::WriteError;
use rosterd::systems::{Newcomer, ReadError, System, Write};
use serde_json::{Value, json};
use std::path::Path;

const AN: &str = "an.tv@tinhmau.gov.vn";
const OFFICER: &str = "Chuyên viên tiếp nhận";

fn secret() -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{SECRET}\n")).unwrap();
    file
}

fn realm(keycloak: &Keycloak, sign_in: &str) -> System {
    system(&format!(
        "kind = \"keycloak\"\nname = \"igate\"\ntitle = \"iGate\"\nrealm = \"digo\"\npage_size = 3\n{sign_in}\n\
         roles = [\n{{ role = {ROLE:?}, realm_role = \"một cửa\" }},\n\
         {{ role = {OFFICER:?}, client = \"igate\", client_role = \"tiếp nhận/hồ sơ\" }},\n\
         {{ role = \"Thành viên\", agency = \"snv\", group = \"/một cửa/snv\" }}]\n\
         [connection]\nurl = {:?}\nallow_plaintext = true\ntimeout_seconds = 1",
        keycloak.url()
    ))
}

fn by_client(keycloak: &Keycloak, secret: &Path) -> System {
    realm(keycloak, &format!("client_id = \"rosterd\"\nclient_secret_file = {secret:?}"))
}

/// Eight who hold the realm role, so that three a page make four pages; An holds none.
fn filled() -> Keycloak {
    let keycloak = Keycloak::start();
    keycloak.user("an", Some("An.TV@tinhmau.gov.vn"), "Trần Văn An");
    for name in ["b", "c", "d", "e", "f", "g", "h", "i"] {
        keycloak.user(&format!("{name}@tinhmau.gov.vn"), None, "");
        keycloak.hold("realm", &format!("{name}@tinhmau.gov.vn"));
    }
    keycloak.hold("client", "b@tinhmau.gov.vn");
    keycloak.hold("group", "an");
    keycloak
}

#[tokio::test]
async fn roles_of_the_realm_and_of_clients_and_groups_are_read_page_by_page() {
    let (keycloak, secret) = (filled(), secret());
    let system = by_client(&keycloak, secret.path());
    let lines = held(&system).await;
    assert_eq!(lines.len(), 10, "{lines:?}");
    assert_eq!(lines.iter().filter(|line| line.ends_with(&format!(" - {ROLE}"))).count(), 8);
    assert!(lines.contains(&format!("an {AN} Trần Văn An snv Thành viên")), "{lines:?}");
    assert!(lines.contains(&format!("b@tinhmau.gov.vn - - - {OFFICER}")), "{lines:?}");
    let can = read(&system).await.unwrap().can;
    assert!(can.end_sessions && can.disable && !can.create, "to create is asked for");
}

#[tokio::test]
async fn a_role_is_given_and_taken_wherever_it_lies() {
    let (keycloak, secret) = (filled(), secret());
    let system = by_client(&keycloak, secret.path());
    keycloak.user("x@tinhmau.gov.vn", None, "");
    let before = held(&system).await;
    for role in [ROLE, OFFICER, "Thành viên"] {
        let seat = seat("x@tinhmau.gov.vn", role, "snv");
        let (give, take) = (Write::Give(seat.clone()), Write::Take(seat));
        let mut writer = online(&system).writer();
        writer.write(&give).await.unwrap();
        assert!(holds(&system, &give).await, "{role}");
        assert_eq!(held(&system).await.len(), before.len() + 1);
        let again = writer.write(&give).await;
        assert!(matches!(again, Err(WriteError::Stale(_))), "{again:?}");
        writer.write(&take).await.unwrap();
        assert_eq!(held(&system).await, before);
        let again = writer.write(&take).await;
        assert!(matches!(again, Err(WriteError::Stale(_))), "{again:?}");
    }
}

#[tokio::test]
async fn a_user_can_sign_in_with_a_password_in_another_realm() {
    let (keycloak, secret) = (filled(), secret());
    let sign_in = format!(
        "sign_in_realm = \"master\"\nclient_id = \"admin-cli\"\nuser = \"quantri\"\npassword_file = {:?}",
        secret.path()
    );
    assert_eq!(held(&realm(&keycloak, &sign_in)).await.len(), 10);
    std::fs::write(secret.path(), "sai").unwrap();
    let said = read(&realm(&keycloak, &sign_in)).await.unwrap_err().to_string();
    assert!(said.contains("check client_id") && !said.contains("sai"), "{said}");
    let outcome = write(&realm(&keycloak, &sign_in), &give(AN, "snv")).await;
    assert!(matches!(outcome, Err(WriteError::NotSent(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_token_is_kept_while_it_lasts_and_no_longer() {
    let (keycloak, secret) = (filled(), secret());
    let system = by_client(&keycloak, secret.path());
    read(&system).await.unwrap();
    assert_eq!(keycloak.kept.lock().unwrap().tokens.len(), 1, "one for the whole read");
    keycloak.kept.lock().unwrap().lasts = 5;
    read(&system).await.unwrap();
    assert!(
        keycloak.kept.lock().unwrap().tokens.len() > 5,
        "one for each request where it would end at once"
    );
}

#[tokio::test]
async fn who_or_what_cannot_be_told_is_refused() {
    let (keycloak, secret) = (filled(), secret());
    let system = by_client(&keycloak, secret.path());
    let refused = async |write_it: Write, says: &str| {
        let outcome = write(&system, &write_it).await;
        assert!(
            matches!(&outcome, Err(WriteError::Refused(why)) if why.contains(says)),
            "{says}: {outcome:?}"
        );
    };
    refused(give("nobody@tinhmau.gov.vn", "snv"), "no account there").await;
    // Its address is part of another's.
    refused(give("n.tv@tinhmau.gov.vn", "snv"), "no account there").await;
    refused(Write::Give(seat(AN, "Không có", "snv")), "roles says nothing").await;
    refused(Write::Take(seat(AN, "Thành viên", "skhcn")), "roles says nothing").await;
    keycloak.user(AN, None, "");
    refused(give(AN, "snv"), "several accounts").await;
    let asked = keycloak.server.asked();
    assert!(asked.iter().all(|asked| asked.method == "GET" || asked.path.ends_with("/token")));
}

#[tokio::test]
async fn a_read_that_may_not_be_the_whole_is_none() {
    let secret = secret();
    let read_with = async |says: &str, keycloak: &Keycloak| {
        let said = read(&by_client(keycloak, secret.path())).await.unwrap_err().to_string();
        assert!(said.contains(says), "{says}: {said}");
    };
    // Somebody whom a former page showed goes or comes: the pages after it would skip or repeat one.
    for going in [true, false] {
        let keycloak = filled();
        let mut count = 0;
        keycloak.twist(move |asked, kept| {
            count += u32::from(asked.path.ends_with("/roles/một cửa/users"));
            let seat = ("roles/một cửa".to_owned(), "u-b@tinhmau.gov.vn".to_owned());
            if count == 2 && going {
                kept.held.remove(&seat);
            } else if count == 2 {
                kept.users.insert("u-0".into(), ("a".into(), None, String::new()));
                kept.held.insert((seat.0, "u-0".into()));
            }
            None
        });
        read_with("the list changed", &keycloak).await;
    }
    for (said, says) in [
        (Said::Json(500, json!({ "error": "unknown_error" })), "answered 500: unknown_error"),
        (Said::Json(403, json!({ "error": "HTTP 403 Forbidden" })), "403"),
        (Said::Json(200, json!({ "users": [] })), "something else than expected"),
        (Said::Nothing, "outcome unknown"),
        (Said::Silence, "no answer"),
    ] {
        let keycloak = filled();
        keycloak.twist(move |asked, _| {
            let second = asked.query.get("first").is_some_and(|first| first == "2");
            second.then(|| said.clone())
        });
        read_with(says, &keycloak).await;
    }
    let keycloak = filled();
    keycloak.twist(|asked, _| asked.path.contains("group-by-path").then_some(Said::Json(404, Value::Null)));
    read_with("the group /một cửa/snv is not there", &keycloak).await;
    let shrank = read_after(&by_client(&filled(), secret.path()), Some(100)).await;
    assert!(matches!(shrank, Err(ReadError::Shrank(_))), "{shrank:?}");
}

#[tokio::test]
async fn what_a_write_is_answered_decides_what_is_believed() {
    let secret = secret();
    for (said, expected) in [
        (Said::Json(403, Value::Null), "refused"),
        (Said::Json(404, Value::Null), "changed"),
        (Said::Json(503, Value::Null), "not sent"),
        (Said::Json(500, Value::Null), "unknown"),
        (Said::Json(204, Value::Null), "and it is not"),
        (Said::Nothing, "unknown"),
        (Said::Silence, "unknown"),
    ] {
        let keycloak = filled();
        let answer = said.clone();
        keycloak.twist(move |asked, _| {
            let giving = asked.method == "POST" && asked.path.ends_with("role-mappings/realm");
            giving.then(|| answer.clone())
        });
        let outcome = write(&by_client(&keycloak, secret.path()), &give(AN, "snv")).await;
        let error = outcome.unwrap_err().to_string();
        assert!(error.contains(expected), "{said:?}: {error}");
        let sent = keycloak
            .server
            .asked()
            .iter()
            .filter(|asked| asked.method == "POST" && asked.path.contains("/admin/"))
            .count();
        assert_eq!(sent, 1, "{said:?}: never blindly sent again");
    }
}

/// Everybody's login, whether it is open, as the realm lists them.
async fn accounts(system: &System) -> Vec<String> {
    let snapshot = read(system).await.unwrap();
    assert!(snapshot.can.list);
    let line =
        |one: &rosterd::model::role::SystemAccount| format!("{} {} {:?}", one.login, one.address(), one.open);
    snapshot.accounts.iter().map(line).collect()
}

fn newcomer(login: &str, mail: &str) -> Write {
    Write::Create(Newcomer {
        mail: mail.into(), login: login.into(), name: "Lê Thị Én".into(), agency: None
    })
}

#[tokio::test]
async fn a_user_is_created_closed_with_the_sessions_and_opened() {
    let (keycloak, secret) = (filled(), secret());
    let sign_in = format!("client_id = \"rosterd\"\nclient_secret_file = {:?}", secret.path());
    let system = realm(&keycloak, &format!("create = true\n{sign_in}"));
    assert_eq!(accounts(&system).await.len(), 9, "those without a role too");
    let (create, mail) = (newcomer("snv_lethien", "en@tinhmau.gov.vn"), "en@tinhmau.gov.vn".to_owned());
    let refused = write(&by_client(&keycloak, secret.path()), &create).await;
    assert!(
        matches!(&refused, Err(WriteError::Refused(why)) if why.contains("creates no accounts")),
        "{refused:?}"
    );
    write(&system, &create).await.unwrap();
    assert!(accounts(&system).await.contains(&"snv_lethien en@tinhmau.gov.vn Some(true)".to_owned()));
    assert!(matches!(write(&system, &create).await, Err(WriteError::Stale(_))));
    let taken = write(&system, &newcomer("snv_lethien", "khac@tinhmau.gov.vn")).await;
    assert!(matches!(taken, Err(WriteError::Refused(_))), "somebody else's login: {taken:?}");

    keycloak.kept.lock().unwrap().sessions.insert("u-snv_lethien".into());
    let (close, open) = (Write::Close(mail.clone()), Write::Open(mail));
    assert!(matches!(write(&system, &open).await, Err(WriteError::Stale(_))), "it is open");
    write(&system, &close).await.unwrap();
    assert!(!holds(&system, &close).await);
    assert!(keycloak.kept.lock().unwrap().sessions.is_empty(), "nobody works on");
    assert!(accounts(&system).await.contains(&"snv_lethien en@tinhmau.gov.vn Some(false)".to_owned()));
    assert!(matches!(write(&system, &close).await, Err(WriteError::Stale(_))));
    write(&system, &open).await.unwrap();
    assert!(holds(&system, &open).await);
    let nobody = write(&system, &Write::Close("khong@tinhmau.gov.vn".into())).await;
    assert!(matches!(nobody, Err(WriteError::Refused(_))), "{nobody:?}");
}

#[tokio::test]
async fn a_user_whose_sessions_may_go_on_is_not_closed_yet() {
    let (keycloak, secret) = (filled(), secret());
    let system = by_client(&keycloak, secret.path());
    keycloak.kept.lock().unwrap().sessions.insert("u-an".into());
    for said in [Said::Json(500, Value::Null), Said::Json(403, Value::Null), Said::Nothing, Said::Silence] {
        keycloak.kept.lock().unwrap().closed.clear();
        keycloak.twist(move |asked, _| asked.path.ends_with("/logout").then(|| said.clone()));
        let close = Write::Close(AN.into());
        let outcome = write(&system, &close).await;
        assert!(matches!(&outcome, Err(WriteError::Unknown(why)) if why.contains("sessions")), "{outcome:?}");
        assert!(keycloak.kept.lock().unwrap().closed.contains("u-an"));
        assert!(holds(&system, &close).await, "to be read, and sent again");
        keycloak.twist(|_, _| None);
        write(&system, &close).await.unwrap();
        assert!(!holds(&system, &close).await);
        keycloak.kept.lock().unwrap().sessions.insert("u-an".into());
    }
}
