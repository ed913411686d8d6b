//! Hà Giang 2018: after a leak everybody is asked to change the password; nobody is locked.

use super::town::{Town, person};
use rosterd::config::profile::Profile;
use rosterd::model::evidence::Evidence;
use rosterd::store::Filter;
use std::collections::BTreeSet;

#[tokio::test]
async fn ha_giang_2018_everybody_is_asked_and_nobody_locked() {
    let used = "2017-12-29T08:00:00";
    let people = [
        person("an", "so", "2017-06-01T08:00:00", used),
        person("binh", "tt", "2017-12-28T08:00:00", used),
        person("cuc", "xa", "", used),
    ];
    let mut town =
        Town::new("2018-01-02T09:00:00", &people, "ha-giang-2018", "active_from = \"2017-01-01\"", "").await;
    town.start(&Profile::load("ha-giang-2018").unwrap().campaign.unwrap()).await;
    town.days("2018-01-02", "2018-01-04", &["08:30"]).await;
    town.changes_password("2018-01-04T10:00:00", "an");
    town.days("2018-01-05", "2018-01-17", &["08:30", "15:00"]).await;
    town.days("2018-01-18", "2018-01-31", &["08:30"]).await;
    insta::assert_snapshot!(town.said().join("\n"));
}

#[tokio::test]
async fn ha_giang_2018_who_stands_in_the_leak_list_must_change_and_who_has_since_is_cleared() {
    let used = "2017-12-29T08:00:00";
    let old = "2017-06-01T08:00:00";
    let people = [
        // Changed after the leak of 26 December; before it; nothing shows when; not in the list.
        person("an", "so", "2017-12-28T08:00:00", used),
        person("binh", "tt", old, used),
        person("cuc", "xa", "", used),
        person("dung", "so", old, used),
        person("quantri", "so", old, used),
    ];
    let mut town =
        Town::new("2018-01-02T09:00:00", &people, "ha-giang-2018", "active_from = \"2017-01-01\"", "").await;
    town.days("2018-01-02", "2018-01-03", &["08:30"]).await;
    assert_eq!(town.said(), [""; 0], "the letter ages no password");
    town.go_to("2018-01-03T10:00:00");
    let listed = ["an", "binh", "cuc", "quantri"].map(|login| format!("{login}@tinhmau.gov.vn"));
    let listed: Vec<&str> = listed.iter().map(String::as_str).chain(["la@noi-khac.example"]).collect();
    town.leaked("dien-dan.example", "2017-12-26", &listed).await;
    town.pass("2018-01-03T10:30:00").await;
    assert_eq!(
        town.found("(pwdReset=TRUE)"),
        ["binh", "cuc"],
        "neither who is cleared nor a protected account"
    );
    town.changes_password("2018-01-03T14:00:00", "binh");
    town.days("2018-01-04", "2018-01-12", &["08:30"]).await;
    town.changes_password("2018-01-12T10:00:00", "cuc");
    town.days("2018-01-13", "2018-01-31", &["08:30"]).await;
    assert_eq!(town.found("(pwdReset=TRUE)"), [""; 0], "each has changed it");
    assert_eq!(town.found("(pwdAccountLockedTime=*)"), [""; 0], "the letter says nothing of locks");
    insta::assert_snapshot!(town.said().join("\n"));
    let changes = town.engine.store.every_change(&Filter::default()).await.unwrap();
    let bases: BTreeSet<String> = changes
        .iter()
        .flat_map(|one| &one.stored.change.evidence)
        .filter_map(|one| match one {
            Evidence::Rule { basis, .. } => Some(basis.clone()),
            _ => None,
        })
        .collect();
    let basis =
        "Công văn 04/STTTT-TTCNTT, mục 1; Quyết định 614/2013/QĐ-UBND; danh sách lộ: dien-dan.example";
    assert_eq!(bases, BTreeSet::from([basis.to_owned()]));
}
