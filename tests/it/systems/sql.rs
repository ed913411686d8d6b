//! A database: PostgreSQL and SQLite, read through a query and written through the site's statements.

use super::{ROLE, give, held, holds, read, read_after, system, take, write};
use crate::support::postgres::{self, Database};
use crate::support::site::Base;
use rosterd::model::intent::WriteError;
use rosterd::systems::{Newcomer, ReadError, ReadSystem, System, Write};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};

/// A system's database in a folder or cluster of its own.
struct Qlvb {
    url: String,
    _folder: tempfile::TempDir,
    _database: Option<Database>,
}

const SCHEMA: [&str; 4] = [
    "CREATE TABLE account (id BIGINT PRIMARY KEY, login TEXT NOT NULL, mail TEXT, name TEXT)",
    "CREATE TABLE role (account BIGINT NOT NULL, office TEXT, role TEXT NOT NULL, UNIQUE (account, office, role))",
    "INSERT INTO account VALUES (1, 'an', 'An.TV@tinhmau.gov.vn', 'Trần Văn An'), (2, 'binh@tinhmau.gov.vn', NULL, NULL),
     (3, 'chi', '', 'Lê Chi')",
    "INSERT INTO role VALUES (1, 'Sở Nội vụ', 'Cán bộ một cửa'), (2, 'skhcn', 'Cán bộ một cửa')",
];
const READ: &str = "SELECT a.login, a.mail, a.name, r.office AS agency, r.role
    FROM account a LEFT JOIN role r ON r.account = a.id ORDER BY a.id;";
const GRANT: &str =
    "INSERT INTO role SELECT id, $3, $2 FROM account WHERE LOWER(COALESCE(NULLIF(mail, ''), login)) = $1";
const REVOKE: &str =
    "DELETE FROM role WHERE role = $1 AND account = (SELECT id FROM account WHERE login = $2)";

impl Qlvb {
    async fn new(base: Base) -> Self {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().unwrap();
        let database = (base == Base::Postgres).then(postgres::database);
        let file = folder.path().join("qlvb.db");
        if database.is_none() {
            std::fs::write(&file, b"").unwrap();
        }
        let url = database.as_ref().map_or_else(|| file.display().to_string(), Database::url);
        let qlvb = Self { url, _folder: folder, _database: database };
        for statement in SCHEMA {
            qlvb.execute(statement).await;
        }
        qlvb
    }

    async fn connection(&self) -> AnyConnection {
        let url = if self.url.starts_with("postgres") {
            self.url.clone()
        } else {
            format!("sqlite://{}", self.url)
        };
        AnyConnection::connect(&url).await.unwrap()
    }

    async fn execute(&self, statement: &str) {
        let mut connection = self.connection().await;
        sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    async fn count(&self, table: &str) -> i64 {
        let mut connection = self.connection().await;
        let query = format!("SELECT COUNT(*) FROM {table}");
        let row = sqlx::query(AssertSqlSafe(query)).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        row.get(0)
    }

    fn only_read(&self, read: &str) -> System {
        system(&format!(
            "kind = \"sql\"\nname = \"qlvb\"\ntitle = \"QLVB\"\nurl = {:?}\nread = {read:?}\ntimeout_seconds = 2",
            self.url
        ))
    }

    fn with(&self, grant: &str, more: &str) -> System {
        system(&format!(
            "kind = \"sql\"\nname = \"qlvb\"\ntitle = \"QLVB\"\nurl = {:?}\nread = {READ:?}\ntimeout_seconds = 2\n\
             grant = {{ sql = {grant:?}, with = [\"mail\", \"role\", \"agency_name\"], {more} }}\n\
             revoke = {{ sql = {REVOKE:?}, with = [\"role\", \"login\"], idempotent = true }}",
            self.url
        ))
    }

    /// With accounts that are shown, created, closed and opened by `create` and the rest.
    async fn with_accounts(&self, create: &str) -> System {
        for statement in [
            "ALTER TABLE account ADD COLUMN active BIGINT DEFAULT 1",
            "ALTER TABLE account ADD COLUMN changed TEXT",
            "ALTER TABLE account ADD COLUMN files BIGINT",
            "UPDATE account SET changed = '2026-05-01 08:30:00', files = 12 WHERE id = 1",
        ] {
            self.execute(statement).await;
        }
        let accounts =
            "SELECT login, mail, name, active, changed AS password_changed, files AS open_files FROM account";
        let switch = |active| format!("UPDATE account SET active = {active} WHERE login = $1");
        system(&format!(
            "kind = \"sql\"\nname = \"qlvb\"\ntitle = \"QLVB\"\nurl = {:?}\nread = {READ:?}\ntimeout_seconds = 2\n\
             accounts = {{ sql = {accounts:?}, columns = [\"active\", \"password_changed\", \"open_files\"] }}\n\
             create = {{ sql = {create:?}, with = [\"login\", \"mail\", \"name\"] }}\n\
             disable = {{ sql = {:?}, with = [\"login\"] }}\nenable = {{ sql = {:?}, with = [\"login\"] }}",
            self.url,
            switch(0),
            switch(1)
        ))
    }

    fn system(&self) -> System {
        self.with(GRANT, "idempotent = true")
    }
}

const BASES: [Base; 2] = [Base::Sqlite, Base::Postgres];

#[tokio::test]
async fn who_holds_which_role_is_read_through_the_query() {
    for base in BASES {
        let qlvb = Qlvb::new(base).await;
        let system = qlvb.system();
        let expected = [
            format!("an an.tv@tinhmau.gov.vn Trần Văn An snv {ROLE}"),
            format!("binh@tinhmau.gov.vn - - skhcn {ROLE}"),
        ];
        assert_eq!(held(&system).await, expected);
        let (first, second) = (read(&system).await.unwrap(), read(&system).await.unwrap());
        assert_eq!(first.digest, second.digest, "the same content is the same read");
        assert!(system.can().roles && first.can.roles);
        assert!(!qlvb.only_read(READ).can().roles, "nothing is planned for what is only read");
    }
}

#[tokio::test]
async fn a_role_is_given_and_taken_by_the_statements() {
    for base in BASES {
        let qlvb = Qlvb::new(base).await;
        let system = qlvb.system();
        // An account whose mail is empty is known by its login.
        qlvb.execute("UPDATE account SET login = 'chi@tinhmau.gov.vn' WHERE id = 3").await;
        for mail in ["an.tv@tinhmau.gov.vn", "chi@tinhmau.gov.vn"] {
            assert!(!holds(&system, &give(mail, "skhcn")).await);
            write(&system, &give(mail, "skhcn")).await.unwrap();
            assert!(holds(&system, &give(mail, "skhcn")).await);
        }
        assert!(held(&system).await.contains(&format!("chi@tinhmau.gov.vn - Lê Chi skhcn {ROLE}")));
        write(&system, &take("chi@tinhmau.gov.vn", "skhcn")).await.unwrap();
        assert!(!holds(&system, &take("chi@tinhmau.gov.vn", "skhcn")).await);
        assert_eq!(qlvb.count("role").await, 3, "an twice, binh once");
    }
}

#[tokio::test]
async fn what_is_no_longer_as_the_plan_saw_it_is_left() {
    for base in BASES {
        let qlvb = Qlvb::new(base).await;
        let system = qlvb.system();
        let stale = write(&system, &give("an.tv@tinhmau.gov.vn", "snv")).await;
        assert!(matches!(&stale, Err(WriteError::Stale(why)) if why.contains("held already")), "{stale:?}");
        let stale = write(&system, &take("chi@tinhmau.gov.vn", "snv")).await;
        assert!(matches!(&stale, Err(WriteError::Stale(why)) if why.contains("not held")), "{stale:?}");
        assert_eq!(qlvb.count("role").await, 2);
    }
}

#[tokio::test]
async fn a_statement_that_does_not_do_what_it_is_for_is_rolled_back() {
    for base in BASES {
        let qlvb = Qlvb::new(base).await;
        let elsewhere =
            "INSERT INTO role SELECT id, 'nơi khác', $2 || $3 FROM account WHERE login = $1 OR 1 = 1";
        let refused =
            write(&qlvb.with(elsewhere, "idempotent = true"), &give("an.tv@tinhmau.gov.vn", "skhcn")).await;
        assert!(
            matches!(&refused, Err(WriteError::Refused(why)) if why.contains("rolled back")),
            "{refused:?}"
        );
        assert_eq!(qlvb.count("role").await, 2);
        let broken = "INSERT INTO no_such_table VALUES ($1, $2, $3)";
        let refused =
            write(&qlvb.with(broken, "idempotent = true"), &give("an.tv@tinhmau.gov.vn", "skhcn")).await;
        assert!(
            matches!(&refused, Err(WriteError::Refused(why)) if why.contains("no_such_table")),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn nobody_and_two_people_of_one_address_are_refused() {
    for base in BASES {
        let qlvb = Qlvb::new(base).await;
        let system = qlvb.system();
        let refused = write(&system, &give("nobody@tinhmau.gov.vn", "snv")).await;
        assert!(matches!(refused, Err(WriteError::Refused(_))), "{refused:?}");
        qlvb.execute("INSERT INTO account VALUES (4, 'an2', 'an.tv@tinhmau.gov.vn', 'Trần Văn An')").await;
        let refused = write(&system, &take("an.tv@tinhmau.gov.vn", "snv")).await;
        assert!(
            matches!(&refused, Err(WriteError::Refused(why)) if why.contains("several accounts")),
            "{refused:?}"
        );
        assert_eq!(qlvb.count("role").await, 2);
    }
}

#[tokio::test]
async fn what_comes_from_outside_is_bound_and_never_syntax() {
    for base in BASES {
        let qlvb = Qlvb::new(base).await;
        qlvb.execute(
            "UPDATE account SET mail = 'o''brien''); drop table role; --@tinhmau.gov.vn' WHERE id = 3",
        )
        .await;
        let mail = "o'brien'); drop table role; --@tinhmau.gov.vn";
        write(&qlvb.system(), &give(mail, "snv")).await.unwrap();
        assert_eq!(qlvb.count("role").await, 3);
    }
}

#[tokio::test]
async fn a_query_of_its_own_shows_what_the_view_does_not_show_at_once() {
    for base in BASES {
        let qlvb = Qlvb::new(base).await;
        qlvb.execute("CREATE TABLE asked (mail TEXT, role TEXT)").await;
        let queue = "INSERT INTO asked SELECT $1, $2 WHERE $3 <> ''";
        let back = "read_back = { sql = \"SELECT 1 FROM asked WHERE mail = $1 AND role = $2\", with = [\"mail\", \"role\"] }";
        let system = qlvb.with(queue, back);
        let write_it = give("chi@tinhmau.gov.vn", "snv");
        write(&system, &write_it).await.unwrap();
        assert!(holds(&system, &write_it).await);
        let twice = write(&system, &write_it).await;
        assert!(matches!(twice, Err(WriteError::Stale(_))), "{twice:?}");
        assert_eq!(qlvb.count("asked").await, 1);
    }
}

#[tokio::test]
async fn a_read_that_may_not_be_the_whole_is_none() {
    for base in BASES {
        let qlvb = Qlvb::new(base).await;
        let system = qlvb.system();
        let shrank = read_after(&system, Some(100)).await;
        assert!(matches!(shrank, Err(ReadError::Shrank(_))), "{shrank:?}");
        let cut = read(&qlvb.only_read("SELECT login, mail, name, '' AS agency FROM account")).await;
        assert!(cut.unwrap_err().to_string().contains("role"), "a column is missing");
        let nameless = read(
            &qlvb.only_read("SELECT NULL AS login, mail, name, NULL AS agency, 'x' AS role FROM account"),
        )
        .await;
        assert!(nameless.unwrap_err().to_string().contains("login"));
        let none =
            read(&qlvb.only_read(&format!("{} WHERE 1 = 0", READ.split(" ORDER").next().unwrap()))).await;
        assert!(none.unwrap_err().to_string().contains("no row at all"));
    }
}

#[tokio::test]
async fn the_query_cannot_write() {
    let qlvb = Qlvb::new(Base::Postgres).await;
    qlvb.execute(
        "CREATE FUNCTION sly() RETURNS TEXT LANGUAGE plpgsql AS 'BEGIN DELETE FROM role; RETURN ''x''; END'",
    )
    .await;
    let refused =
        read(&qlvb.only_read("SELECT sly() AS login, '' AS mail, '' AS name, '' AS agency, '' AS role"))
            .await;
    assert!(refused.unwrap_err().to_string().contains("read-only"));
    assert_eq!(qlvb.count("role").await, 2);
}

#[tokio::test]
async fn a_database_that_is_away_or_in_use_is_asked_again_later() {
    for url in ["/nonexistent/qlvb.db", "postgres://rosterd@127.0.0.1:1/qlvb"] {
        let qlvb = Qlvb::new(Base::Sqlite).await;
        let away = Qlvb { url: url.into(), ..qlvb }.system();
        assert!(matches!(read(&away).await, Err(ReadError::Sql(_))), "{url}");
        let write = write(&away, &give("an.tv@tinhmau.gov.vn", "skhcn")).await;
        assert!(matches!(write, Err(WriteError::NotSent(_))), "{url}: {write:?}");
    }
    let qlvb = Qlvb::new(Base::Sqlite).await;
    let mut other = qlvb.connection().await;
    let lock = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let busy = write(&qlvb.system(), &give("an.tv@tinhmau.gov.vn", "skhcn")).await;
    assert!(matches!(busy, Err(WriteError::NotSent(_))), "{busy:?}");
    lock.rollback().await.unwrap();
    let qlvb = Qlvb::new(Base::Postgres).await;
    let mut other = qlvb.connection().await;
    let mut lock = other.begin().await.unwrap();
    sqlx::query("LOCK TABLE role IN ACCESS EXCLUSIVE MODE").execute(&mut *lock).await.unwrap();
    let slow = write(&qlvb.system(), &give("an.tv@tinhmau.gov.vn", "skhcn")).await;
    assert!(matches!(&slow, Err(WriteError::NotSent(why)) if why.contains("2 s")), "{slow:?}");
    lock.rollback().await.unwrap();
    assert_eq!(qlvb.count("role").await, 2);
}

const CREATE: &str = "INSERT INTO account (id, login, mail, name, active)
    SELECT MAX(id) + 1, $1, $2, $3, 1 FROM account";

fn newcomer(login: &str, mail: &str) -> Write {
    let agency = None;
    Write::Create(Newcomer { mail: mail.into(), login: login.into(), name: "Lê Thị Én".into(), agency })
}

#[tokio::test]
async fn an_account_is_created_closed_and_opened_by_the_statements() {
    for base in BASES {
        let qlvb = Qlvb::new(base).await;
        let system = qlvb.with_accounts(CREATE).await;
        let snapshot = read(&system).await.unwrap();
        assert!(
            snapshot.can.list && snapshot.can.create && snapshot.can.disable && snapshot.can.password_age
        );
        assert!(!snapshot.can.roles, "it has no grant and revoke");
        let an = &snapshot.accounts[0];
        assert_eq!((an.login.as_str(), an.open, an.open_files), ("an", Some(true), Some(12)));
        assert_eq!(an.password_changed, "2026-05-01".parse().ok());
        assert_eq!(snapshot.accounts.len(), 3, "those without a role too");

        let create = newcomer("snv_lethien", "en@tinhmau.gov.vn");
        write(&system, &create).await.unwrap();
        assert!(holds(&system, &create).await);
        assert!(matches!(write(&system, &create).await, Err(WriteError::Stale(_))));
        let (close, open) =
            (Write::Close("en@tinhmau.gov.vn".into()), Write::Open("en@tinhmau.gov.vn".into()));
        write(&system, &close).await.unwrap();
        assert!(!holds(&system, &close).await);
        assert!(matches!(write(&system, &close).await, Err(WriteError::Stale(_))));
        write(&system, &open).await.unwrap();
        assert!(holds(&system, &open).await);
        let given = write(&system, &give("en@tinhmau.gov.vn", "snv")).await;
        assert!(matches!(given, Err(WriteError::Refused(_))), "no statement gives roles: {given:?}");
        let nobody = write(&system, &Write::Close("khong@tinhmau.gov.vn".into())).await;
        assert!(matches!(nobody, Err(WriteError::Refused(_))), "{nobody:?}");
    }
}

#[tokio::test]
async fn an_account_that_does_not_show_afterwards_was_not_created() {
    for base in BASES {
        let qlvb = Qlvb::new(base).await;
        // Under another address: accounts does not show it, so it is rolled back.
        let wrong =
            "INSERT INTO account (id, login, mail, name) SELECT MAX(id) + 1, $1, 'x' || $2, $3 FROM account";
        let system = qlvb.with_accounts(wrong).await;
        let outcome = write(&system, &newcomer("snv_lethien", "en@tinhmau.gov.vn")).await;
        assert!(
            matches!(&outcome, Err(WriteError::Refused(why)) if why.contains("correct create")),
            "{outcome:?}"
        );
        assert_eq!(qlvb.count("account").await, 3);
        qlvb.execute("UPDATE account SET active = 7 WHERE id = 1").await;
        let said = read(&system).await.unwrap_err().to_string();
        assert!(said.contains("accounts: active is \"7\""), "{said}");
    }
}
