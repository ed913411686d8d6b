//! An account in a system from its creation to its closing and back, through the whole program: rosters are dropped,
//! passes plan, operators approve, passes carry out. On a real SCIM server, and on PostgreSQL.

use super::{ROLE, held, read, scim, system};
use crate::support::desk;
use crate::support::postgres;
use crate::support::scim::{Scim, Which};
use crate::support::site::{Base, Dir, Site};
use rosterd::model::account::Attr;
use rosterd::model::change::{ChangeKind, State};
use rosterd::systems::System;
use serde_json::json;
use sqlx::{AnyConnection, Connection};

const NEWCOMER: &str = "Đặng Thị Mùi";
const TITLE: &str = "DANH SÁCH CÁN BỘ, CÔNG CHỨC";
/// Holds the role before anything is planned.
const HOLDER: &str = "nhungkb.snv";

/// A site with `table` as a further system called `pakn`, in which one-stop officers hold a role.
async fn site(table: &str) -> Site {
    let site = Site::new(
        Base::Sqlite,
        Dir::Ldif,
        &format!("[[system]]\nname = \"pakn\"\ntitle = \"PAKN\"\n{table}"),
    )
    .await;
    desk::edit_config(&site, "[\"roles/tthc.toml\"]", "[\"roles/tthc.toml\", \"roles/pakn.toml\"]");
    let map = std::fs::read_to_string(site.path("roles/tthc.toml")).unwrap();
    std::fs::write(site.path("roles/pakn.toml"), map.replace("tthc", "pakn")).unwrap();
    desk::enrol(&site).await;
    site
}

/// Passes in which everything is approved and done, until nothing waits.
async fn settle(site: &Site) {
    for _ in 0..3 {
        site.rosterd(&["run", "--once"]);
        site.approve_everything().await;
    }
    site.rosterd(&["run", "--once"]);
    let all = site.changes(None).await;
    let pakn: Vec<_> = all.iter().filter(|one| one.change.target.as_str() == "pakn").collect();
    assert!(pakn.iter().all(|one| one.state == State::Applied), "{pakn:?}");
}

/// What was carried out there, in order.
async fn done(site: &Site) -> Vec<ChangeKind> {
    let mut all = site.changes(Some(State::Applied)).await;
    all.retain(|one| one.change.target.as_str() == "pakn");
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all.iter().map(|one| one.change.kind).collect()
}

/// Whether the account of an address is open there, if it is there, and whether it holds the role.
async fn shows(system: &System, mail: &str) -> (Option<bool>, bool) {
    let snapshot = read(system).await.unwrap();
    let account = snapshot.accounts.iter().find(|one| one.address() == mail);
    let holds = held(system).await.iter().any(|line| line.contains(mail) && line.ends_with(ROLE));
    (account.and_then(|one| one.open), holds)
}

/// The whole life of a newcomer's account.
async fn life(site: &Site, system: &System) {
    let known: Vec<_> = desk::accounts("stc").await.iter().map(desk::line).collect();
    let mut lines = known.clone();
    lines.push([NEWCOMER, "Công chức một cửa", "0912000111", ""].map(str::to_owned));
    site.drop_bytes("stc", "mot.xlsx", &desk::list(TITLE, &lines, None));
    site.rosterd(&["run", "--once"]);
    let made = desk::of_kind(site, ChangeKind::CreateAccount, State::Proposed).await;
    let mail = made.iter().find(|one| one.change.target.as_str() == "mail").unwrap();
    let mail = mail.change.after(Attr::Mail).unwrap().to_owned();
    assert_eq!(shows(system, &mail).await, (None, false), "nobody has approved it");
    settle(site).await;
    assert_eq!(shows(system, &mail).await, (Some(true), true), "created, then the role");
    assert_eq!(done(site).await, [ChangeKind::CreateAccount, ChangeKind::GrantRole]);

    // Whoever has left, as confirmed, loses the role and the account there.
    site.drop_bytes("stc", "hai.xlsx", &desk::list(TITLE, &known, None));
    site.rosterd(&["run", "--once"]);
    site.expect(&["contact", "confirm", &mail, "--reason", "nghỉ việc theo QĐ 20/QĐ-STC"], 0);
    settle(site).await;
    assert_eq!(shows(system, &mail).await, (Some(false), false), "closed");

    // Back again: the same account is opened, none is made beside it.
    lines.last_mut().unwrap()[3].clone_from(&mail);
    site.drop_bytes("stc", "ba.xlsx", &desk::list(TITLE, &lines, None));
    settle(site).await;
    assert_eq!(shows(system, &mail).await, (Some(true), true), "opened");
    let kinds = done(site).await;
    let count = |kind| kinds.iter().filter(|one| **one == kind).count();
    assert_eq!(count(ChangeKind::CreateAccount), 1);
    assert_eq!((count(ChangeKind::DisableAccount), count(ChangeKind::EnableAccount)), (1, 1));
    assert_eq!((count(ChangeKind::GrantRole), count(ChangeKind::RevokeRole)), (2, 1));
    let settled = kinds.len();
    site.rosterd(&["run", "--once"]);
    assert_eq!(done(site).await.len(), settled, "nothing is planned again");
    site.expect(&["audit", "verify"], 0);
}

#[tokio::test]
async fn an_account_lives_and_ends_on_a_scim_server_through_the_whole_program() {
    let (server, token) = (Scim::start(Which::Scim2), scim::token());
    let holder = format!("{HOLDER}@tinhmau.gov.vn");
    let id = scim::make(server.url(), "Users", json!({ "userName": holder, "active": true })).await;
    scim::make(server.url(), "Groups", json!({ "displayName": ROLE, "members": [{ "value": id }] })).await;
    let table = format!(
        "kind = \"scim\"\ntoken_file = {:?}\ncreate = true\n[system.connection]\nurl = {:?}\nallow_plaintext = true\n",
        token.path(),
        server.url()
    );
    let site = site(&table).await;
    let there = system(&format!(
        "kind = \"scim\"\nname = \"pakn\"\ntitle = \"PAKN\"\ntoken_file = {:?}\n[connection]\nurl = {:?}\n\
         allow_plaintext = true\n",
        token.path(),
        server.url()
    ));
    life(&site, &there).await;
}

#[tokio::test]
async fn an_account_lives_and_ends_in_a_postgresql_database_through_the_whole_program() {
    sqlx::any::install_default_drivers();
    let database = postgres::database();
    let mut connection = AnyConnection::connect(&database.url()).await.unwrap();
    for statement in [
        "CREATE TABLE account (login TEXT PRIMARY KEY, mail TEXT NOT NULL, name TEXT, active BOOLEAN NOT NULL)",
        "CREATE TABLE role (login TEXT NOT NULL REFERENCES account (login), role TEXT NOT NULL, UNIQUE (login, role))",
        "INSERT INTO account VALUES ('nhung', 'nhungkb.snv@tinhmau.gov.vn', 'Kpă Bích Nhung', true)",
        "INSERT INTO role VALUES ('nhung', 'Cán bộ một cửa')",
    ] {
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
    let table = format!(
        "kind = \"sql\"\nurl = {:?}\n\
         read = \"SELECT a.login, a.mail, a.name, CAST(NULL AS TEXT) AS agency, r.role FROM account a LEFT JOIN role r \
         ON r.login = a.login\"\n\
         accounts = {{ sql = \"SELECT login, mail, name, active FROM account\", columns = [\"active\"] }}\n\
         grant = {{ sql = \"INSERT INTO role SELECT login, $2 FROM account WHERE mail = $1\", with = [\"mail\", \"role\"], \
         idempotent = true }}\n\
         revoke = {{ sql = \"DELETE FROM role WHERE login = $1 AND role = $2\", with = [\"login\", \"role\"], \
         idempotent = true }}\n\
         create = {{ sql = \"INSERT INTO account VALUES ($1, $2, $3, true)\", with = [\"login\", \"mail\", \"name\"] }}\n\
         disable = {{ sql = \"UPDATE account SET active = false WHERE login = $1\", with = [\"login\"] }}\n\
         enable = {{ sql = \"UPDATE account SET active = true WHERE login = $1\", with = [\"login\"] }}\n",
        database.url()
    );
    let site = site(&table).await;
    life(&site, &system(&format!("name = \"pakn\"\ntitle = \"PAKN\"\n{table}"))).await;
}
