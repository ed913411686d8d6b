//! Opening the store: connections, their settings, the schema, and whether the database is fit for it.

use super::dialect::Dialect;
use super::statement::{Row, Statement, failed, sql};
use super::{Settings, StoreError, migrate};
use ring::hmac;
use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyPool, Executor, Transaction};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// The store. Cheap to clone; all clones share their connections.
#[derive(Clone)]
pub struct Store {
    pub(super) pool: AnyPool,
    pub(super) dialect: Dialect,
    pub(super) site_key: hmac::Key,
    pub(super) turn: Arc<Mutex<()>>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("dialect", &self.dialect).finish_non_exhaustive()
    }
}

/// What `rosterd check` says of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// `SQLite` or `PostgreSQL`, with its version.
    pub database: String,
    /// The version of the schema.
    pub schema: i64,
}

impl Store {
    /// Opens the database, makes the file and the schema where they are missing, and refuses one that is not fit.
    /// `site_key` makes the audit trail's pseudonyms.
    pub async fn open(settings: &Settings, site_key: hmac::Key) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let connect = settings.connect()?;
        let dialect = connect.dialect;
        let lock = match &connect.file {
            Some(file) => Some(migrate::lock(file).await?),
            None => None,
        };
        let pool = AnyPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(30))
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    connection.execute(migrate::connection(dialect)).await?;
                    Ok(())
                })
            })
            .connect_with(connect.options)
            .await
            .map_err(|source| failed(dialect, "connect", source))?;
        migrate::run(dialect, &pool).await?;
        drop(lock);
        Ok(Self { pool, dialect, site_key, turn: Arc::default() })
    }

    /// Reads what the database is, and whether it is fit.
    pub async fn health(&self) -> Result<Health, StoreError> {
        let version = match self.dialect {
            Dialect::Sqlite => "SELECT 'SQLite ' || sqlite_version() AS version",
            Dialect::Postgres => "SELECT 'PostgreSQL ' || current_setting('server_version') AS version",
        };
        let mut connection =
            self.pool.acquire().await.map_err(|source| failed(self.dialect, "connect", source))?;
        migrate::check_collation(self.dialect, &mut connection).await?;
        drop(connection);
        let database = self.one(sql("version", version)).await?.text("version")?;
        let schema = self.one(sql("schema", "SELECT MAX(version) AS version FROM _sqlx_migrations")).await?;
        Ok(Health { database, schema: schema.int("version")? })
    }

    /// Waits for running statements and closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    pub(super) async fn rows(&self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        let what = statement.what;
        let result = statement.query.fetch_all(&self.pool).await;
        result
            .map(|rows| rows.into_iter().map(Row).collect())
            .map_err(|source| failed(self.dialect, what, source))
    }

    pub(super) async fn row(&self, statement: Statement) -> Result<Option<Row>, StoreError> {
        let what = statement.what;
        let result = statement.query.fetch_optional(&self.pool).await;
        result.map(|row| row.map(Row)).map_err(|source| failed(self.dialect, what, source))
    }

    /// The row of a statement that always has one.
    pub(super) async fn one(&self, statement: Statement) -> Result<Row, StoreError> {
        let what = statement.what;
        let missing = || failed(self.dialect, what, sqlx::Error::RowNotFound);
        self.row(statement).await?.ok_or_else(missing)
    }

    /// Several statements that see one moment.
    pub(super) async fn begin_read(&self) -> Result<ReadTx, StoreError> {
        let transaction = self
            .pool
            .begin_with(self.dialect.begin_read())
            .await
            .map_err(|source| failed(self.dialect, "begin", source))?;
        Ok(ReadTx { transaction, dialect: self.dialect })
    }
}

/// A transaction that only reads; dropping it ends it.
pub(super) struct ReadTx {
    transaction: Transaction<'static, Any>,
    dialect: Dialect,
}

impl ReadTx {
    pub(super) async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        let what = statement.what;
        let result = statement.query.fetch_all(&mut *self.transaction).await;
        result
            .map(|rows| rows.into_iter().map(Row).collect())
            .map_err(|source| failed(self.dialect, what, source))
    }
}
