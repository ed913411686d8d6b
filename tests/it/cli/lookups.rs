//! Look-ups of citizens' data beyond the limits, through the program: told, gone up, suspended once it is approved.

use super::first_steps::said;
use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use chrono::{Days, NaiveDate, Utc};
use rosterd::model::change::{ChangeKind, Reason, State};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Ho_Chi_Minh;
const HOLDER: &str = "nhungkb.snv@tinhmau.gov.vn";

const MORE: &str = r#"on_duty = [{ name = "Người Trực", mail = "truc@tinhmau.gov.vn" }]
---
[worker]
daily_letter_hour = 24
[[system]]
kind = "sql"
name = "dancu"
title = "Khai thác dữ liệu dân cư"
url = "dancu.db"
read = "SELECT login, mail, name, NULL AS agency, NULL AS role FROM account"
accounts = { sql = "SELECT login, mail, name, active FROM account", columns = ["active"] }
disable = { sql = "UPDATE account SET active = 0 WHERE login = $1", with = ["login"] }
enable = { sql = "UPDATE account SET active = 1 WHERE login = $1", with = ["login"] }
lookups = { sql = "SELECT login, at, n AS count FROM trace", counted_by = "hour", poll_minutes = 5 }
[[lookup_limits]]
system = "dancu"
limits = [
  { per = "minute", most = 5, basis = "Văn bản 5722/TCTTKĐA, mục 2" },
  { per = "day", most = 20, basis = "Văn bản 5722/TCTTKĐA, mục 2" },
]
suspend_from = 2
[[lookup_limits]]
system = "tthc"
limits = [{ per = "day", most = 20, basis = "Văn bản 5722/TCTTKĐA, mục 2" }]
"#;

/// Runs statements on the system's own database; the first column of the last one's rows.
async fn in_the_system(site: &Site, statements: &[String]) -> Vec<String> {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}?mode=rwc", site.path("dancu.db").display());
    let mut connection = AnyConnection::connect(&url).await.unwrap();
    let mut rows = Vec::new();
    for statement in statements {
        rows = sqlx::query(AssertSqlSafe(statement.clone())).fetch_all(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(0)).collect()
}

fn looked_up(day: NaiveDate, login: &str, count: u32) -> String {
    format!("INSERT INTO trace VALUES ('{login}', '{day} 00:30:00', {count})")
}

/// How many letters somebody got whose subject names the system.
fn letters(site: &Site, to: &str) -> usize {
    let mails = desk::mails(site);
    mails.iter().filter(|(head, _)| head.contains(&format!("<{to}"))).map(|(_, count)| count).sum()
}

#[tokio::test]
async fn who_looks_up_too_much_is_told_of_and_suspended_only_with_an_approval() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, MORE).await;
    let today = Utc::now().with_timezone(&ZONE).date_naive();
    let yesterday = today - Days::new(1);
    in_the_system(
        &site,
        &[
            "CREATE TABLE account (login TEXT, mail TEXT, name TEXT, active BIGINT)".into(),
            "CREATE TABLE trace (login TEXT, at TEXT, n BIGINT)".into(),
            format!(
                "INSERT INTO account VALUES ('nhung', '{HOLDER}', 'Kpă Bích Nhung', 1), ('khac', 'khac@x.vn', 'X', 1)"
            ),
            looked_up(yesterday, "Nhung", 21),
            looked_up(today, "khac", 20),
        ],
    )
    .await;
    // One day over the limit: the holder's agency and whoever is on duty are told; what is at the limit is within it.
    site.pass(0);
    assert_eq!((letters(&site, "daumoi.snv@"), letters(&site, "truc@")), (1, 1), "{:?}", desk::mails(&site));
    assert_eq!(site.changes(None).await, []);
    // Another day: the suspension is proposed; nothing is suspended without an approval.
    in_the_system(&site, &[looked_up(today, "nhung", 640)]).await;
    site.pass(0);
    assert_eq!((letters(&site, "daumoi.snv@"), letters(&site, "truc@")), (2, 2));
    let [one] = &desk::of_kind(&site, ChangeKind::DisableAccount, State::Proposed).await[..] else {
        panic!("{:?}", site.changes(None).await)
    };
    assert_eq!((one.change.reason, one.change.agency.as_str()), (Reason::LookupsExceeded, "snv"));
    let shown = site.expect(&["review", "show", one.id.as_str()], 0);
    for part in ["640/day > 20", "5722/TCTTKĐA", "lookups-exceeded"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let active = ["SELECT CAST(active AS TEXT) FROM account ORDER BY mail DESC".to_owned()];
    assert_eq!(in_the_system(&site, &active).await, ["1", "1"]);
    // The same counts again are no news.
    let before = site.changes(None).await;
    site.pass(0);
    assert_eq!((letters(&site, "daumoi.snv@"), letters(&site, "truc@")), (2, 2));
    assert_eq!(site.changes(None).await, before);
    site.approve_everything().await;
    site.pass(0);
    assert_eq!(in_the_system(&site, &active).await, ["0", "1"]);
    // Let in again by hand: those days were dealt with.
    in_the_system(&site, &["UPDATE account SET active = 1".into()]).await;
    site.pass(0);
    assert_eq!(desk::of_kind(&site, ChangeKind::DisableAccount, State::Applied).await.len(), 1);
    let all = site.changes(None).await;
    assert_eq!(all.len(), 1, "nothing is asked for twice: {all:#?}");

    let check = said(&site.rosterd(&["check"]));
    for part in [
        "ok     look-ups in dancu: 2 accounts counted since yesterday, read every 5 minutes, limits: 20 a day",
        "ERROR  look-ups in dancu: the limit per minute cannot be told: the system counts by the hour",
        "ERROR  look-ups in tthc: limits are set and nothing is known of look-ups there",
    ] {
        assert!(check.contains(part), "{part}\n{check}");
    }
}

#[tokio::test]
async fn counts_that_cannot_be_read_fail_the_pass_and_suspend_nobody() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, MORE).await;
    in_the_system(
        &site,
        &[
            "CREATE TABLE account (login TEXT, mail TEXT, name TEXT, active BIGINT)".into(),
            "INSERT INTO account VALUES ('nhung', 'a@x.vn', 'A', 1)".into(),
        ],
    )
    .await;
    let output = site.rosterd(&["run", "--once"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("dancu: look-ups: "), "{}", said(&output));
    assert_eq!(site.changes(None).await, []);
}

#[tokio::test]
async fn limits_for_a_system_that_is_not_there_or_without_a_basis_are_refused() {
    let site = Site::new(Base::Sqlite, Dir::Ldif, MORE).await;
    desk::edit_config(&site, "system = \"tthc\"", "system = \"tthd\"");
    let refused = said(&site.rosterd(&["check"]));
    assert!(refused.contains("lookup_limits: no [[system]] is named \"tthd\""), "{refused}");
    desk::edit_config(&site, "system = \"tthd\"", "system = \"dancu\"");
    assert!(said(&site.rosterd(&["check"])).contains("lookup_limits: two are for dancu"));
    desk::edit_config(&site, "basis = \"Văn bản 5722/TCTTKĐA, mục 2\"", "basis = \"\"");
    assert!(said(&site.rosterd(&["check"])).contains("the limit per minute names no basis"));
}
