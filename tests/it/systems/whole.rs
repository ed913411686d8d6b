//! A site with a system that has an API beside one that has none: roles are given by the program itself.

use super::ROLE;
use crate::support::desk;
use crate::support::site::{Base, Dir, Site};
use rosterd::kill::VARIABLE;
use rosterd::model::change::{ChangeKind, State, StoredChange};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};
use std::os::unix::process::ExitStatusExt;

/// A document system on SQLite, with one role to give and one to take.
async fn site(more: &str) -> Site {
    let read =
        "SELECT login, login || '@tinhmau.gov.vn' AS mail, NULL AS name, NULL AS agency, role FROM roles";
    let grant = "INSERT INTO roles VALUES (REPLACE($1, '@tinhmau.gov.vn', ''), $2)";
    let revoke = "DELETE FROM roles WHERE login = REPLACE($1, '@tinhmau.gov.vn', '') AND role = $2";
    let system = format!(
        "{more}\n[[system]]\nkind = \"sql\"\nname = \"qlvb\"\ntitle = \"Văn bản\"\nurl = \"qlvb.db\"\nread = {read:?}\n\
         grant = {{ sql = {grant:?}, with = [\"mail\", \"role\"], idempotent = true }}\n\
         revoke = {{ sql = {revoke:?}, with = [\"mail\", \"role\"], idempotent = true }}"
    );
    let site = Site::new(Base::Sqlite, Dir::Ldif, &system).await;
    desk::edit_config(&site, "[\"roles/tthc.toml\"]", "[\"roles/tthc.toml\", \"roles/qlvb.toml\"]");
    let map = std::fs::read_to_string(site.path("roles/tthc.toml")).unwrap();
    std::fs::write(site.path("roles/qlvb.toml"), map.replace("tthc", "qlvb")).unwrap();
    std::fs::write(site.path("qlvb.db"), b"").unwrap();
    // No key: a role that is given twice would be there twice.
    execute(&site, "CREATE TABLE roles (login TEXT NOT NULL, role TEXT NOT NULL)").await;
    execute(&site, "INSERT INTO roles VALUES ('nhungkb.snv', 'Cán bộ một cửa'), ('khac', 'Vai trò khác')")
        .await;
    desk::enrol(&site).await;
    site
}

async fn database(site: &Site) -> AnyConnection {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(&format!("sqlite://{}", site.path("qlvb.db").display())).await.unwrap()
}

async fn execute(site: &Site, statement: &str) {
    let mut connection = database(site).await;
    sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.unwrap();
}

/// Who holds which role there.
async fn roles(site: &Site) -> Vec<String> {
    let mut connection = database(site).await;
    let query = "SELECT login || ' ' || role FROM roles ORDER BY 1";
    let rows = sqlx::query(query).fetch_all(&mut connection).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

async fn of_qlvb(site: &Site) -> Vec<StoredChange> {
    let mut found = site.changes(None).await;
    found.retain(|one| one.change.target.as_str() == "qlvb");
    found
}

/// Drops the province, plans and approves; what was planned for the system.
async fn planned(site: &Site) -> Vec<StoredChange> {
    site.drop_province();
    site.rosterd(&["run", "--once"]);
    site.approve_everything().await;
    let planned = of_qlvb(site).await;
    assert!(planned.iter().any(|one| one.change.kind == ChangeKind::GrantRole), "{planned:?}");
    assert!(planned.iter().all(|one| one.state == State::Approved), "{planned:?}");
    planned
}

/// The roles after what was planned and is due.
fn expected(planned: &[StoredChange], site_roles: &[String]) -> Vec<String> {
    let line =
        |one: &StoredChange| format!("{} {ROLE}", one.change.subject.as_str().split('@').next().unwrap());
    let mut roles = site_roles.to_vec();
    for one in planned {
        match one.change.kind {
            ChangeKind::GrantRole => roles.push(line(one)),
            ChangeKind::RevokeRole => roles.retain(|role| *role != line(one)),
            other => panic!("{other} is not planned for a system"),
        }
    }
    roles.sort();
    roles
}

#[tokio::test]
async fn roles_are_written_and_the_next_pass_finds_nothing_new() {
    let site = site("").await;
    let before = roles(&site).await;
    let planned = planned(&site).await;
    site.rosterd(&["run", "--once"]);
    assert_eq!(roles(&site).await, expected(&planned, &before));
    let after = of_qlvb(&site).await;
    assert!(after.iter().all(|one| one.state == State::Applied), "{after:?}");
    // A dependant of another pass's change (a new account) is written here too; then there is peace.
    site.rosterd(&["run", "--once"]);
    assert_eq!(of_qlvb(&site).await.len(), planned.len(), "nothing is planned again");
    let snapshots = "SELECT taken || digest FROM snapshot_state WHERE target = 'qlvb'";
    let kept = desk::rows(&site, snapshots).await;
    site.rosterd(&["run", "--once"]);
    assert_eq!(desk::rows(&site, snapshots).await, kept, "an idle pass writes nothing of it");
    assert_eq!(desk::rows(&site, "SELECT digest FROM export WHERE target = 'qlvb'").await, [""; 0]);
    assert!(site.expect(&["audit", "verify"], 0).contains("the chain holds"));
}

#[tokio::test]
async fn what_was_written_can_be_undone() {
    let site = site("").await;
    let before = roles(&site).await;
    let planned = planned(&site).await;
    site.rosterd(&["run", "--once"]);
    assert_ne!(roles(&site).await, before);
    // No more than the brake on removals lets through.
    let (undone, kept) = planned.split_at(3);
    for one in undone {
        site.expect(&["undo", one.id.as_str()], 0);
    }
    site.expect(&["apply"], 0);
    let expected = expected(kept, &before);
    assert_eq!(roles(&site).await, expected);
    site.rosterd(&["run", "--once"]);
    let again = of_qlvb(&site).await;
    assert!(
        again.iter().all(|one| !one.state.is_live()),
        "an undone change is not proposed again: {again:?}"
    );
    assert_eq!(roles(&site).await, expected);
}

#[tokio::test]
async fn a_crash_at_any_point_of_a_write_gives_no_role_twice() {
    let mut ends = Vec::new();
    for point in ["", "before-intent", "after-intent", "after-write", "after-outcome", "between-entries"] {
        let site = site("").await;
        let before = roles(&site).await;
        let planned = planned(&site).await;
        // The directory's part is done while the system is away: the crash is to be in the system's.
        std::fs::rename(site.path("qlvb.db"), site.path("away.db")).unwrap();
        site.rosterd(&["run", "--once"]);
        std::fs::rename(site.path("away.db"), site.path("qlvb.db")).unwrap();
        if !point.is_empty() {
            let output = site.rosterd_with(&["run", "--once"], &[(VARIABLE, point)]);
            assert_eq!(output.status.signal(), Some(9), "{point} was never reached");
            let open = desk::rows(&site, "SELECT target FROM intent WHERE resolved IS NULL").await;
            let expected: &[&str] =
                if ["after-intent", "after-write"].contains(&point) { &["qlvb"] } else { &[] };
            assert_eq!(open, expected, "{point}");
        }
        site.rosterd(&["run", "--once"]);
        site.rosterd(&["run", "--once"]);
        assert_eq!(roles(&site).await, expected(&planned, &before), "{point}");
        assert_eq!(
            desk::rows(&site, "SELECT id FROM intent WHERE resolved IS NULL").await,
            [""; 0],
            "{point}"
        );
        let twice =
            "SELECT change_id FROM intent WHERE outcome = 'applied' GROUP BY change_id HAVING COUNT(*) > 1";
        assert_eq!(desk::rows(&site, twice).await, [""; 0], "{point}");
        ends.push(roles(&site).await);
    }
    ends.dedup();
    assert_eq!(ends.len(), 1, "{ends:?}");
}

#[tokio::test]
async fn one_system_down_never_stops_the_others() {
    let away = "[[system]]\nkind = \"sql\"\nname = \"away\"\ntitle = \"Đi vắng\"\nurl = \"away.db\"\nread = \"SELECT 1\"";
    let site = site(away).await;
    let before = roles(&site).await;
    let planned = planned(&site).await;
    let output = site.rosterd(&["run", "--once"]);
    assert_eq!(output.status.code(), Some(1), "it is reported");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("away: connect"), "{said}");
    let check = String::from_utf8(site.rosterd(&["check"]).stdout).unwrap();
    assert!(check.contains("ERROR  system away: connect") && check.contains("roles as of"), "{check}");
    assert_eq!(roles(&site).await, expected(&planned, &before));
    assert!(!desk::listing(&site, "systems/tthc/orders").is_empty(), "the hand-off system got its orders");

    // Down between the plan and the write: its changes wait, all others are carried out.
    let site = self::site("").await;
    let planned = self::planned(&site).await;
    std::fs::rename(site.path("qlvb.db"), site.path("gone.db")).unwrap();
    let output = site.rosterd(&["run", "--once"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!desk::listing(&site, "systems/tthc/orders").is_empty());
    let mail = site.changes(Some(State::Applied)).await;
    assert!(mail.iter().any(|one| one.change.target.as_str() == "mail"), "{mail:?}");
    let waiting = of_qlvb(&site).await;
    assert!(waiting.iter().all(|one| one.state == State::Approved), "nothing lost: {waiting:?}");
    assert_eq!(waiting.len(), planned.len());
    std::fs::rename(site.path("gone.db"), site.path("qlvb.db")).unwrap();
    site.rosterd(&["run", "--once"]);
    assert!(of_qlvb(&site).await.iter().all(|one| one.state == State::Applied));
}
