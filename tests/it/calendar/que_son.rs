//! Quế Sơn 2020: the default password of a new account is changed at the first sign-in.

use super::town::{FIRST, Person, Town, person};
use rosterd::model::change::ChangeKind;
use rosterd::model::ids::Login;

fn new(login: &'static str, agency: &'static str, signed_in: &'static str) -> Person {
    let made = "2020-09-28T08:00:00";
    Person { created: made, changed: made, reset: true, ..person(login, agency, made, signed_in) }
}

#[tokio::test]
async fn que_son_2020_a_first_password_has_a_short_term() {
    let people = [
        // Changes at once; after the first reminder; never; never even signed in.
        new("an", "xa", ""),
        new("binh", "xa", "2020-09-29T08:00:00"),
        new("cuc", "xa", "2020-09-29T09:00:00"),
        new("dung", "tt", ""),
        // Was there before, with a password of the holder's own.
        person("em", "tt", "2019-03-04T08:00:00", "2020-09-25T08:00:00"),
    ];
    let rotation = "active_from = \"2020-09-28\"";
    let mut town = Town::new("2020-09-28T09:00:00", &people, "que-son-2020", rotation, "").await;
    town.changes_password("2020-09-28T10:00:00", "an");
    town.days("2020-09-28", "2020-10-01", &["10:30"]).await;
    town.changes_password("2020-10-02T08:00:00", "binh");
    town.days("2020-10-02", "2020-10-16", &["10:30"]).await;
    insta::assert_snapshot!(town.said().join("\n"));
    insta::assert_debug_snapshot!(town.standings().await);
    assert!(!town.slapd.can_sign_in("cuc", super::town::FIRST), "locked");
}

#[tokio::test]
async fn que_son_2020_a_taken_over_mailbox_is_shut_at_once_told_upwards_and_opens_with_another_password() {
    let used = "2020-10-04T08:00:00";
    let people =
        [person("em", "tt", "2019-03-04T08:00:00", used), person("an", "so", "2019-03-04T08:00:00", used)];
    let rotation = "active_from = \"2020-09-28\"";
    let mut town = Town::new("2020-10-05T09:00:00", &people, "que-son-2020", rotation, "").await;
    town.pass("2020-10-05T09:00:00").await;
    // Its mailbox sends phishing: an operator shuts it at night, whatever the hours for locks by rule are.
    town.go_to("2020-10-05T22:15:00");
    let by = Login::new("an");
    let incident = town.engine.open_incident("em", &by, "hộp thư gửi thư lừa đảo").await.unwrap();
    town.engine.lock_out(&incident).await.unwrap();
    assert!(!town.slapd.can_sign_in("em", FIRST), "locked before any pass");
    town.pass("2020-10-05T22:16:00").await;
    assert_eq!(
        town.said(),
        [
            "2020-10-05 22:16 daumoi.so incident_opened",
            "2020-10-05 22:16 daumoi.tt changes_made",
            "2020-10-05 22:16 daumoi.tt incident_opened",
            "2020-10-05 22:16 hatang incident_opened",
            "2020-10-05 22:16 em LOCKED",
        ],
        "the unit, the agency above and the department, and never the mailbox"
    );
    town.go_to("2020-10-06T09:00:00");
    town.engine.close_incident("em", &by, "đã quét vi-rút").await.unwrap();
    town.pass("2020-10-06T09:10:00").await;
    assert!(town.found("(pwdAccountLockedTime=*)") == ["em"], "nobody has approved that it opens");
    assert_eq!(town.approve(ChangeKind::UnlockAccount).await, [("em".to_owned(), 1)]);
    town.pass("2020-10-06T09:20:00").await;
    assert_eq!(town.found("(pwdAccountLockedTime=*)"), [""; 0]);
    assert!(!town.slapd.can_sign_in("em", FIRST), "the password that was stolen opens nothing");
    assert_eq!(town.found("(pwdReset=TRUE)"), ["em"], "the one from the slip must be changed");
    assert!(town.slapd.can_sign_in("an", FIRST));
}
