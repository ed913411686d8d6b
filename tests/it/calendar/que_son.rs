//! Quế Sơn 2020: the default password of a new account is changed at the first sign-in.

use super::town::{Person, Town, person};

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
