//! When reminders leave, how many at once, and to whom: quiet hours, the most of one pass, the domains they may go to.

use super::town::{Person, Town, person};
use rosterd::config::profile::Profile;

fn five() -> Vec<Person> {
    let (old, used) = ("2019-05-06T08:00:00", "2020-01-06T08:00:00");
    ["an", "binh", "cuc", "dung", "em"].map(|login| person(login, "so", old, used)).into()
}

async fn amid_a_campaign(rotation: &str) -> Town {
    let town = Town::new("2020-01-08T09:00:00", &five(), "gia-lai-2020", rotation, "").await;
    town.start(&Profile::load("gia-lai-2020").unwrap().campaign.unwrap()).await;
    town
}

#[tokio::test]
async fn no_reminder_leaves_in_the_quiet_hours_and_each_leaves_once_they_are_over() {
    let mut town = amid_a_campaign("quiet = { from = \"20:00\", until = \"06:00\" }").await;
    for hour in ["2020-01-09T20:00:00", "2020-01-09T23:30:00", "2020-01-10T05:59:00"] {
        town.pass(hour).await;
    }
    assert_eq!(town.said(), Vec::<String>::new());
    town.pass("2020-01-10T06:00:30").await;
    let said = town.said();
    assert_eq!(
        said,
        ["an", "binh", "cuc", "dung", "em"].map(|login| format!("2020-01-10 06:00 {login} mo-dot"))
    );
    town.pass("2020-01-10T09:00:00").await;
    assert_eq!(town.said(), Vec::<String>::new());
}

#[tokio::test]
async fn a_pass_writes_no_more_reminders_than_it_may_and_the_next_ones_write_the_rest() {
    let mut town = amid_a_campaign("reminders_per_pass = 2").await;
    let mut left = Vec::new();
    for minute in ["07:05", "07:10", "07:15", "07:20"] {
        let summary = town.pass(&format!("2020-01-09T{minute}:00")).await;
        left.push((summary.reminded.queued, summary.reminded.postponed));
    }
    assert_eq!(left, [(2, 3), (2, 1), (1, 0), (0, 0)]);
    let mut who: Vec<_> = town.said().iter().map(|line| line[17..].to_owned()).collect();
    who.sort();
    assert_eq!(who, ["an", "binh", "cuc", "dung", "em"].map(|login| format!("{login} mo-dot")));
}

#[tokio::test]
async fn a_reminder_goes_to_no_foreign_domain_and_nobody_is_locked_without_one() {
    let mut town = amid_a_campaign("recipient_domains = [\"mail.tinhmau.gov.vn\"]").await;
    town.days("2020-01-09", "2020-01-20", &["08:30", "16:00"]).await;
    let said = town.said();
    assert!(said.iter().all(|line| line.contains("daumoi.so digest to the contact")), "{said:#?}");
    assert!(!said.is_empty(), "the unit is told");
    assert_eq!(town.standings().await, [("unreachable", 5)].into());
}
