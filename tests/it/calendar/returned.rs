//! Warnings that come back (promise 13): a mail server took them and returned them, so that nobody was warned.

use super::town::{Town, person};
use rosterd::config::profile::Profile;
use rosterd::rotation::printed::Why;
use std::collections::BTreeMap;

#[tokio::test]
async fn who_s_warning_comes_back_is_not_locked_and_stands_on_the_printed_list() {
    let used = "2020-01-06T08:00:00";
    let people =
        [person("an", "so", "2019-05-06T08:00:00", used), person("binh", "xa", "2019-05-06T08:00:00", used)];
    let more = "[mail.bounces]\nfolder = \"@ROOT@/bounces\"\n";
    let mut town = Town::new("2020-01-08T09:00:00", &people, "gia-lai-2020", "", more).await;
    std::fs::create_dir(town.path("bounces")).unwrap();
    town.start(&Profile::load("gia-lai-2020").unwrap().campaign.unwrap()).await;
    town.days("2020-01-08", "2020-01-14", &["08:30"]).await;
    let notices = town.notices().await;
    let of_binh = notices.values().filter(|one| one.to == "binh@tinhmau.gov.vn");
    let first = of_binh.min_by_key(|one| one.subject.clone()).unwrap();
    std::fs::write(town.path("bounces/1.eml"), crate::mail::bounce("gone", first)).unwrap();
    town.go_to("2020-01-14T10:00:00");
    let grip = town.engine.grip_or_say().await.unwrap();
    let summary = town.engine.pass_under(&grip).await.unwrap();
    town.engine.let_go(grip).await.unwrap();
    assert_eq!(summary.returned, 1, "{summary:?}");
    town.said();
    town.days("2020-01-15", "2020-01-20", &["08:30"]).await;
    let locked: Vec<_> = town.said().into_iter().filter(|line| line.ends_with("LOCKED")).collect();
    assert_eq!(locked, ["2020-01-16 08:30 an LOCKED"], "a warning that came back is none");
    assert_eq!(town.standings().await, BTreeMap::from([("locked", 1), ("unreachable", 1)]));
    let directory = town.engine.look_at_directory().await.unwrap();
    let planned = town.engine.plan(&directory, &[], Vec::new()).await.unwrap();
    let listed = planned.rotated.unwrap().figures.listed;
    let lines: Vec<_> = listed.iter().map(|one| (one.address.as_str(), one.why)).collect();
    assert_eq!(lines, [("an@tinhmau.gov.vn", Why::Locked), ("binh@tinhmau.gov.vn", Why::Unreached)]);
}
