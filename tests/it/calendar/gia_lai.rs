//! Gia Lai 2020: every mailbox changes its default password between 9 January, 7:00, and 15 January, 17:00. What is
//! unchanged is locked on the next working morning, and deleted after a hold that Tết pauses.

use super::town::{Person, Town, person};
use crate::support::slapd::SUFFIX;
use rosterd::config::profile::Profile;
use rosterd::model::change::ChangeKind;
use rosterd::model::ids::{AgencyCode, Login};
use rosterd::rotation::printed::Why;
use rosterd::store::Handed;

/// Passes of one day while the campaign runs.
const HOURS: [&str; 4] = ["07:00", "08:30", "15:00", "18:00"];

fn people() -> Vec<Person> {
    let used = "2020-01-06T08:00:00";
    vec![
        person("an", "so", "2019-05-06T08:00:00", used),
        person("binh", "so", "2019-05-06T08:00:00", used),
        person("cuc", "tt", "2019-12-30T08:00:00", used),
        // Nothing shows how old the password is.
        person("dung", "tt", "", used),
        // The mailbox is full: the server takes no mail for it.
        person("full", "xa", "2019-05-06T08:00:00", used),
        // Nobody has ever opened it.
        person("giang", "xa", "2019-05-06T08:00:00", ""),
        person("hoa", "xa", "2019-05-06T08:00:00", used),
        person("quantri", "so", "2019-05-06T08:00:00", used),
        Person { kind: "unit", ..person("vanthu", "so", "2019-05-06T08:00:00", used) },
    ]
}

#[tokio::test]
async fn gia_lai_2020_window_lock_and_a_delete_that_tet_pauses() {
    let mut town = Town::new("2020-01-08T09:00:00", &people(), "gia-lai-2020", "", "").await;
    let plan = Profile::load("gia-lai-2020").unwrap().campaign.unwrap();
    town.days("2020-01-08", "2020-01-08", &["08:30"]).await;
    town.start(&plan).await;
    town.days("2020-01-08", "2020-01-08", &["15:00"]).await;
    assert_eq!(town.said(), Vec::<String>::new(), "nothing before the opening");

    town.days("2020-01-09", "2020-01-09", &HOURS).await;
    town.changes_password("2020-01-10T10:00:00", "an");
    town.days("2020-01-10", "2020-01-12", &HOURS).await;
    // An administrator's reset is no change of the holder's.
    town.go_to("2020-01-12T20:00:00");
    town.slapd.set_password("hoa", super::town::FIRST);
    town.days("2020-01-13", "2020-01-14", &HOURS).await;
    town.changes_password("2020-01-14T20:00:00", "vanthu");
    town.days("2020-01-15", "2020-01-15", &HOURS[..3]).await;
    town.changes_password("2020-01-15T16:30:00", "cuc");
    town.pass("2020-01-15T18:00:00").await;
    insta::assert_snapshot!(town.said().join("\n"));

    // The window is closed: locks on the next working morning, within the hours.
    town.days("2020-01-16", "2020-01-16", &HOURS).await;
    insta::assert_snapshot!(town.said().join("\n"));
    insta::assert_debug_snapshot!(town.standings().await);

    // Whose warnings were not accepted is on the printed list; it is handed over, and five working days pass: Tết is none.
    town.go_to("2020-01-17T09:00:00");
    let directory = town.engine.look_at_directory().await.unwrap();
    let planned = town.engine.plan(&directory, &[], Vec::new()).await.unwrap();
    let (listed, locked): (Vec<_>, Vec<_>) =
        planned.rotated.unwrap().figures.listed.into_iter().partition(|one| one.why == Why::Unreached);
    let names: Vec<_> = locked.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(
        names,
        ["Người binh", "Người dung", "Người hoa"],
        "whose mailbox is locked is told by paper too"
    );
    let names: Vec<_> = listed.iter().map(|one| one.address.as_str()).collect();
    assert_eq!(names, ["full@tinhmau.gov.vn", "giang@tinhmau.gov.vn"]);
    let on = town.engine.local(town.engine.now());
    let handed: Vec<Handed> = listed
        .into_iter()
        .map(|one| Handed { account: one.account, cycle: one.cycle, agency: one.agency, on })
        .collect();
    assert!(handed.iter().all(|one| one.agency == AgencyCode::parse("xa").unwrap()));
    let noted = town.engine.store.write(town.engine.now(), async |mut tx| {
        let noted = tx.hand_over_list(&handed, &Login::new("an")).await?;
        tx.commit(noted).await
    });
    assert_eq!(noted.await.unwrap(), 2);
    town.days("2020-01-17", "2020-01-30", &["08:30"]).await;
    assert_eq!(town.said(), Vec::<String>::new(), "over Tết nothing happens");
    assert_eq!(town.approve(ChangeKind::LockAccount).await, []);
    town.days("2020-01-31", "2020-01-31", &["07:00"]).await;
    let approved = town.approve(ChangeKind::LockAccount).await;
    assert_eq!(approved, [("full".to_owned(), 1), ("giang".to_owned(), 1)], "one approval each");
    town.days("2020-01-31", "2020-01-31", &["08:30"]).await;
    let told = "2020-01-31 08:30 daumoi.xa changes_made";
    assert_eq!(town.said(), [told, "2020-01-31 08:30 full LOCKED", "2020-01-31 08:30 giang LOCKED"]);

    // Fifteen days after the lock, the seven of Tết not counted: deletions, with two approvals.
    town.days("2020-02-01", "2020-02-06", &["08:30"]).await;
    assert_eq!(town.approve(ChangeKind::DeleteAccount).await, []);
    town.days("2020-02-07", "2020-02-07", &["08:30"]).await;
    assert_eq!(town.said(), Vec::<String>::new(), "nothing is deleted without approval");
    let approved = town.approve(ChangeKind::DeleteAccount).await;
    assert_eq!(approved, [("binh".to_owned(), 2), ("dung".to_owned(), 2), ("hoa".to_owned(), 2)]);
    town.days("2020-02-07", "2020-02-07", &["09:30"]).await;
    let gone: Vec<_> = town.said().into_iter().filter(|line| line.ends_with("GONE")).collect();
    let expected = ["binh", "dung", "hoa"].map(|login| format!("2020-02-07 09:30 {login} GONE"));
    assert_eq!(gone, expected);
    let left = town.slapd.ldapsearch("(objectClass=inetOrgPerson)", &["uid"]);
    for login in ["an", "cuc", "full", "giang", "quantri", "vanthu"] {
        assert!(left.contains(&format!("uid={login},ou=")), "{login}: {left}");
    }
    assert!(
        !town.slapd.ldapsearch("(uid=quantri)", &["pwdAccountLockedTime"]).contains("pwdAccountLockedTime")
    );
    assert!(left.contains(SUFFIX));
}
