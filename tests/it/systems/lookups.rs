//! Counts of look-ups: a database through the site's query, on PostgreSQL and SQLite, and files that a system exports.

use super::system;
use crate::support::postgres::{self, Database};
use chrono::{DateTime, TimeDelta, Utc};
use rosterd::model::Time;
use rosterd::systems::{Counted, LookForLookups, ReadError, ReadSystem, System};
use rosterd::workbook::{Limits, Reader};
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use std::fs::{self, File};
use std::time::{Duration, SystemTime};

const ZONE: chrono_tz::Tz = chrono_tz::Asia::Ho_Chi_Minh;

fn time(text: &str) -> Time {
    format!("{text}:00+07:00").parse::<DateTime<Utc>>().unwrap()
}

async fn count(system: &System, since: Time) -> Result<Counted, ReadError> {
    let mut reader = Reader::new(env!("CARGO_BIN_EXE_rosterd").into(), Limits::default());
    let now = Utc::now();
    system.lookups(&mut LookForLookups { now, since, zone: ZONE, reader: &mut reader }).await
}

fn shown(counted: &Counted) -> Vec<String> {
    let line = |((login, at), count): (&(String, Time), &u64)| {
        format!("{login} {} {count}", at.with_timezone(&ZONE).format("%d/%m %H:%M"))
    };
    counted.lookups.iter().map(line).collect()
}

async fn by_query(url: &str, timestamp: &str, query: &str) {
    sqlx::any::install_default_drivers();
    let sqlx_url = if url.starts_with("postgres") { url.to_owned() } else { format!("sqlite://{url}") };
    let mut connection = AnyConnection::connect(&sqlx_url).await.unwrap();
    for statement in [
        format!("CREATE TABLE trace (login TEXT, at {timestamp}, n BIGINT)"),
        "INSERT INTO trace VALUES ('An', '2026-11-22 07:41:05+07:00', 12), ('an', '2026-11-22 07:41:50+07:00', 1),
         ('binh', '2026-11-22 07:42:00+07:00', 3), ('binh', '2026-11-20 07:42:00+07:00', 900), (NULL, '2026-11-22 08:00:00+07:00', 5)"
            .to_owned(),
    ] {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
    let table = |query: &str| {
        system(&format!(
            "kind = \"sql\"\nname = \"tthc\"\ntitle = \"Một cửa\"\nurl = {url:?}\nread = \"SELECT 1\"\n\
             lookups = {{ sql = {query:?} }}"
        ))
    };
    let counts = table(query);
    assert!(counts.can().lookups && counts.counting().unwrap().every == TimeDelta::minutes(5));
    let counted = count(&counts, time("2026-11-22T00:00")).await.unwrap();
    assert_eq!(shown(&counted), ["an 22/11 07:41 13", "binh 22/11 07:42 3"]);
    assert_eq!(counted.unread.len(), 1, "{:?}", counted.unread);
    // What is older than wanted is left out, whatever the query says.
    let all =
        count(&table("SELECT login, at, n AS count FROM trace"), time("2026-11-22T00:00")).await.unwrap();
    assert_eq!((all.lookups, all.unread.len()), (counted.lookups, 1));
    let error = count(&table("SELECT login, n AS count FROM trace"), time("2026-11-22T00:00")).await;
    assert!(matches!(error, Err(ReadError::Sql(_))), "{error:?}");
}

#[tokio::test]
async fn look_ups_are_counted_through_a_query_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tthc.db");
    fs::write(&file, b"").unwrap();
    // SQLite keeps what it was given: text, here with the zone of the one who wrote it.
    let query = "SELECT login, at, n AS count FROM trace WHERE datetime(at) >= datetime($1)";
    by_query(&file.display().to_string(), "TEXT", query).await;
}

#[tokio::test]
async fn look_ups_are_counted_through_a_query_on_postgresql() {
    let database: Database = postgres::database();
    let query = "SELECT login, at, n AS count FROM trace WHERE at >= CAST($1 AS timestamptz);";
    by_query(&database.url(), "TIMESTAMPTZ", query).await;
}

/// A system without an API whose files lie in `folder`.
fn with_files(folder: &std::path::Path, more: &str) -> System {
    system(&format!(
        "name = \"tthc\"\ntitle = \"Một cửa\"\nexport_dir = \"export\"\norders_dir = \"orders\"\nsettle_seconds = 0\n\
         contact = {{ name = \"Phạm Thị Em\", mail = \"em@example.vn\" }}\n\
         lookups = {{ dir = {folder:?}, {more} poll_minutes = 10 }}"
    ))
}

#[tokio::test]
async fn look_ups_are_counted_in_the_files_of_two_days_that_may_overlap() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let files = with_files(folder.path(), "");
    assert!(files.can().lookups && files.counting().unwrap().every == TimeDelta::minutes(10));
    let since = Utc::now() - TimeDelta::days(1);
    let minute = |ago: i64| (Utc::now() - TimeDelta::minutes(ago)).with_timezone(&ZONE);
    let (one, two) = (minute(120), minute(90));
    let (at, later) = (one.format("%d/%m/%Y %H:%M"), two.format("%Y-%m-%d %H:%M:%S"));
    write(
        "sang.csv",
        &format!("Nhật ký tra cứu\nTên đăng nhập;Thời điểm;Số lượt tra cứu\nAn;{at};7\nbinh;hôm qua;3\n"),
    );
    // The same minute again, grown, and one that is new.
    write("trua.csv", &format!("Tài khoản;Thời gian;Số lượt\nan;{at};9\nan;{later};2\n"));
    write("cu.csv", &format!("Tài khoản;Thời gian;Số lượt\nan;{at};99\n"));
    let then = SystemTime::now() - Duration::from_hours(49);
    File::options().write(true).open(folder.path().join("cu.csv")).unwrap().set_modified(then).unwrap();
    let counted = count(&files, since).await.unwrap();
    let expected = [(one, 9), (two, 2)].map(|(at, count)| format!("an {} {count}", at.format("%d/%m %H:%M")));
    assert_eq!(shown(&counted), expected);
    assert_eq!(counted.unread.len(), 1);
    assert!(
        counted.unread[0].starts_with("sang.csv, row 4: its time cannot be read"),
        "{:?}",
        counted.unread
    );
}

#[tokio::test]
async fn a_log_without_counts_has_a_look_up_a_line_and_a_file_of_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let since = Utc::now() - TimeDelta::days(1);
    let error = count(&with_files(folder.path(), ""), since).await.unwrap_err().to_string();
    assert!(error.starts_with("no export lies in"), "nothing there is no count of zero: {error}");
    let at = (Utc::now() - TimeDelta::hours(1)).with_timezone(&ZONE).format("%Y-%m-%d %H:%M:%S");
    fs::write(folder.path().join("log.csv"), format!("who,when\nan,{at}\nan,{at}\n")).unwrap();
    let own = "columns = { login = \"Who\", at = \"When\" },";
    let counted = count(&with_files(folder.path(), own), since).await.unwrap();
    assert_eq!(counted.lookups.values().collect::<Vec<_>>(), [&2]);
    let error = count(&with_files(folder.path(), ""), since).await.unwrap_err().to_string();
    assert!(error.contains("log.csv: it has no row of headings"), "{error}");
}
