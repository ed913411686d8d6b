//! Clock jumps: nobody is locked early and no mail of a campaign goes out twice.

use super::town::{Town, person};
use rosterd::config::profile::Profile;

#[tokio::test]
async fn a_clock_that_jumps_locks_nobody_and_sends_nothing_twice() {
    let used = "2020-01-06T08:00:00";
    let people = [person("an", "so", "2019-05-06T08:00:00", used), person("binh", "tt", "", used)];
    let mut town = Town::new("2020-01-08T09:00:00", &people, "gia-lai-2020", "", "").await;
    town.start(&Profile::load("gia-lai-2020").unwrap().campaign.unwrap()).await;
    town.days("2020-01-08", "2020-01-13", &["08:30"]).await;
    town.said();
    // An hour, forty days, and back over midnight.
    for jump in ["2020-01-13T09:30:00", "2020-02-22T09:30:00", "2020-02-24T09:30:00", "2020-01-12T23:59:00"] {
        town.pass(jump).await;
    }
    assert_eq!(town.said(), Vec::<String>::new());
    town.days("2020-01-13", "2020-01-15", &["08:30", "15:00"]).await;
    insta::assert_snapshot!(town.said().join("\n"));
}
