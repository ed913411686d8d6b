//! The schema: one set of migrations, run by whichever process comes first while the others wait.

use super::StoreError;
use super::dialect::Dialect;
use super::statement::failed;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, AnyPool, Executor, Row, SqlSafeStr};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What every connection is set to.
pub(super) const fn connection(dialect: Dialect) -> &'static str {
    match dialect {
        // WAL is a property of the file and set once, under the lock. Mapped, the file is not copied page by page into
        // each connection's own cache, which a list of everybody does not fit into.
        Dialect::Sqlite => {
            "PRAGMA busy_timeout = 10000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 1073741824;"
        }
        // Compiling a statement, or sharing it among processes, takes longer than the slowest of ours runs.
        Dialect::Postgres => "SET jit = off; SET max_parallel_workers_per_gather = 0;",
    }
}

fn migrator(dialect: Dialect) -> Migrator {
    let append_only = match dialect {
        Dialect::Sqlite => include_str!("../../migrations/0002_append_only.sqlite.sql"),
        Dialect::Postgres => include_str!("../../migrations/0002_append_only.postgres.sql"),
    };
    let all =
        [(1, "first", include_str!("../../migrations/0001_first.sql")), (2, "append only", append_only)];
    let migrations = all.map(|(version, description, text)| {
        Migration::new(version, description.into(), MigrationType::Simple, text.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.into())
}

/// Brings the schema up to date. sqlx takes an advisory lock on PostgreSQL and none on SQLite, so there the caller
/// holds [`lock`].
pub(super) async fn run(dialect: Dialect, pool: &AnyPool) -> Result<(), StoreError> {
    let mut connection = pool.acquire().await.map_err(|source| failed(dialect, "connect", source))?;
    if dialect == Dialect::Sqlite {
        let wal = connection.execute("PRAGMA journal_mode = WAL").await;
        wal.map_err(|source| failed(dialect, "journal mode", source))?;
    }
    check_collation(dialect, &mut connection).await?;
    drop(connection);
    Ok(migrator(dialect).run(pool).await?)
}

/// Makes the database file, readable by its owner alone, and waits for the lock file beside it.
pub(super) async fn lock(database: &Path) -> Result<File, StoreError> {
    let path = PathBuf::from(format!("{}.lock", database.display()));
    let open = |path: &Path| {
        let opened = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
        opened.map_err(|source| StoreError::File { what: "cannot open", path: path.to_owned(), source })
    };
    let file = open(&path)?;
    let locked = tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await;
    let locked = locked.map_err(std::io::Error::other).and_then(|result| result);
    let locked = locked.map_err(|source| StoreError::File { what: "cannot lock", path, source })?;
    open(database)?;
    Ok(locked)
}

/// Refuses a PostgreSQL database that does not sort by bytes: the program and the database would disagree on order.
pub(super) async fn check_collation(
    dialect: Dialect,
    connection: &mut AnyConnection,
) -> Result<(), StoreError> {
    if dialect == Dialect::Sqlite {
        return Ok(());
    }
    let query = "SELECT CAST(datcollate AS TEXT) AS collation, CAST(pg_encoding_to_char(encoding) AS TEXT) AS encoding
        FROM pg_database WHERE datname = current_database()";
    let broken = |source| failed(dialect, "collation", source);
    let row = sqlx::query(query).fetch_one(connection).await.map_err(broken)?;
    let collation: String = row.try_get("collation").map_err(broken)?;
    let encoding: String = row.try_get("encoding").map_err(broken)?;
    if matches!(collation.as_str(), "C" | "POSIX") && encoding == "UTF8" {
        return Ok(());
    }
    Err(StoreError::Collation { collation, encoding })
}

#[cfg(test)]
mod tests {
    use crate::model::change::State;

    #[test]
    fn the_live_index_lists_every_live_state_and_no_other() {
        let sql = include_str!("../../migrations/0001_first.sql");
        let index = sql.split("CREATE UNIQUE INDEX change_live").nth(1).unwrap().split(';').next().unwrap();
        for state in State::ALL {
            assert_eq!(index.contains(&format!("'{state}'")), state.is_live(), "{state}");
        }
    }
}
