//! Hà Giang 2018: after a leak everybody is asked to change the password; nobody is locked.

use super::town::{Town, person};
use rosterd::config::profile::Profile;

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
