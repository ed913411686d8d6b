//! A database: read through one query that the site supplies, written only through statements that it supplies.
//!
//! A write is one transaction: the seat is looked up, the statement carried out, the seat looked up again. What does not
//! show what was wanted is rolled back.

mod accounts;
mod lookups;
mod settings;
mod write;

pub use lookups::LookupQuery;
pub use settings::{AccountColumn, AccountStatement, Accounts, Parameter, ReadBack, Settings, Statement};
pub use write::SqlWriter;

use super::offices::Offices;
use super::{Look, ReadError, ReadSystem, Write, nobody, several, snapshot_of};
use crate::dsn::DsnError;
use crate::model::agency::Agencies;
use crate::model::ids::TargetId;
use crate::model::role::{Can, Holding, RoleSnapshot, SystemAccount};
use futures_util::TryStreamExt;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Connection, Row, Transaction};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::timeout;

/// More rows than any system of a province has: a query that multiplies its rows.
const MOST_ROWS: usize = 2_000_000;

/// Why a database could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    /// Where it is.
    #[error("url: {0}")]
    Dsn(#[from] DsnError),
    /// It did not answer in time.
    #[error("{what}: no answer within {} s", wait.as_secs())]
    Slow {
        /// What was tried.
        what: &'static str,
        /// How long it was waited for.
        wait: Duration,
    },
    /// It refused, or the connection was lost.
    #[error("{what}: {source}")]
    Database {
        /// What was tried.
        what: &'static str,
        /// What it said.
        source: sqlx::Error,
    },
}

/// A database that holds a system's roles.
#[derive(Debug)]
pub struct SqlSystem {
    settings: Settings,
    agencies: Agencies,
    offices: Offices,
}

/// A row of the configured query.
struct Line {
    login: String,
    holding: Option<Holding>,
}

impl SqlSystem {
    pub(super) fn new(settings: Settings, agencies: &Agencies) -> Self {
        Self { settings, offices: Offices::new(agencies), agencies: agencies.clone() }
    }

    pub(super) fn name(&self) -> &TargetId {
        &self.settings.name
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn writer(&self) -> SqlWriter<'_> {
        SqlWriter::new(self)
    }

    /// Whether what `write` is about is there.
    pub(super) async fn holds(&self, write: &Write) -> Result<bool, ReadError> {
        let mut connection = self.open().await?;
        let held = self
            .in_time("read", async {
                let mut read = connection.begin_with(self.begin_read()).await.map_err(database("begin"))?;
                self.held(&mut read, write).await
            })
            .await;
        drop(connection.close().await);
        held
    }

    async fn open(&self) -> Result<AnyConnection, SqlError> {
        sqlx::any::install_default_drivers();
        let options = self.settings.connect()?;
        let wait = self.settings.timeout();
        timeout(wait, AnyConnection::connect_with(&options))
            .await
            .map_err(|_| SqlError::Slow { what: "connect", wait })?
            .map_err(database("connect"))
    }

    async fn in_time<T, E: From<SqlError>>(
        &self,
        what: &'static str,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let wait = self.settings.timeout();
        match timeout(wait, work).await {
            Ok(result) => result,
            Err(_) => Err(SqlError::Slow { what, wait }.into()),
        }
    }

    /// A transaction that sees one moment; PostgreSQL refuses a write in it.
    fn begin_read(&self) -> &'static str {
        if self.settings.is_postgres() { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" } else { "BEGIN" }
    }

    /// The configured query as a table: one text for each column, whatever its type there.
    fn query(&self, condition: &str) -> String {
        let text = "login mail name agency role"
            .split(' ')
            .map(|column| format!("CAST(held.{column} AS TEXT) AS {column}"))
            .collect::<Vec<_>>()
            .join(", ");
        let read = self.settings.read.trim().trim_end_matches(';');
        format!("SELECT {text} FROM (\n{read}\n) AS held {condition}")
    }

    async fn read_all(&self) -> Result<(BTreeSet<Holding>, BTreeSet<SystemAccount>), ReadError> {
        let mut connection = self.open().await?;
        let mut read = connection.begin_with(self.begin_read()).await.map_err(database("begin"))?;
        let mut holdings = BTreeSet::new();
        let mut rows = 0;
        {
            let mut found = sqlx::query(AssertSqlSafe(self.query(""))).fetch(&mut *read);
            while let Some(row) = found.try_next().await.map_err(database("read"))? {
                rows += 1;
                if rows > MOST_ROWS {
                    return Err(ReadError::Content(format!("read: it gives more than {MOST_ROWS} rows")));
                }
                holdings.extend(self.line(&row)?.holding);
            }
        }
        let accounts = self.accounts(&mut read, None).await?;
        read.rollback().await.map_err(database("read"))?;
        drop(connection.close().await);
        if rows == 0 {
            return Err(ReadError::Content(
                "read: it gives no row at all: check what its user may see there".into(),
            ));
        }
        Ok((holdings, accounts.into_iter().collect()))
    }

    fn line(&self, row: &AnyRow) -> Result<Line, ReadError> {
        let text = |column: &str| -> Result<Option<String>, ReadError> {
            let value: Option<String> = row.try_get(column).map_err(database("read"))?;
            Ok(value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()))
        };
        let login = text("login")?.ok_or_else(|| {
            ReadError::Content("read: a row has no login: each account must have one".into())
        })?;
        let holding = text("role")?.map(|role| -> Result<Holding, ReadError> {
            Ok(Holding {
                login: login.clone(),
                mail: text("mail")?.map(|mail| mail.to_lowercase()),
                name: text("name")?,
                agency: text("agency")?.and_then(|agency| self.offices.find(&agency)),
                role,
            })
        });
        Ok(Line { login, holding: holding.transpose()? })
    }

    /// The rows of one address.
    async fn of(&self, read: &mut Transaction<'_, Any>, mail: &str) -> Result<Vec<Line>, ReadError> {
        let condition =
            "WHERE LOWER(COALESCE(NULLIF(TRIM(CAST(held.mail AS TEXT)), ''), CAST(held.login AS TEXT))) = $1";
        let query = sqlx::query(AssertSqlSafe(self.query(condition))).bind(mail.to_owned());
        let rows = query.fetch_all(&mut **read).await.map_err(database("read"))?;
        rows.iter().map(|row| self.line(row)).collect()
    }

    /// Whether what `write` is about is there. A statement's own query knows best.
    async fn held(&self, read: &mut Transaction<'_, Any>, write: &Write) -> Result<bool, ReadError> {
        let Some(seat) = write.seat() else { return self.account_is_there(read, write).await };
        let statement = if write.gives() { &self.settings.grant } else { &self.settings.revoke };
        if let Some(back) = statement.as_ref().and_then(|statement| statement.read_back.as_ref()) {
            let mut query = sqlx::query(AssertSqlSafe(back.sql.clone()));
            for value in self.values(read, write, &back.with).await? {
                query = query.bind(value);
            }
            let found = query.fetch_optional(&mut **read).await.map_err(database("read_back"))?;
            return Ok(found.is_some());
        }
        let lines = self.of(read, &seat.mail).await?;
        Ok(lines.iter().filter_map(|line| line.holding.as_ref()).any(|holding| seat.is(holding)))
    }

    /// The text that carries out `write`, and what is bound to it; `None` where the site supplies none.
    fn statement(&self, write: &Write) -> Option<(&str, &[Parameter])> {
        let Settings { grant, revoke, create, disable, enable, .. } = &self.settings;
        let role = match write {
            Write::Give(_) => grant,
            Write::Take(_) => revoke,
            Write::Create(_) | Write::Open(_) | Write::Close(_) | Write::EndSessions(_) => &None,
        };
        let account = match write {
            Write::Create(_) => create,
            Write::Open(_) => enable,
            Write::Close(_) => disable,
            Write::Give(_) | Write::Take(_) | Write::EndSessions(_) => &None,
        };
        let of_role = role.as_ref().map(|Statement { sql, with, .. }| (sql.as_str(), with.as_slice()));
        let of_account =
            account.as_ref().map(|AccountStatement { sql, with }| (sql.as_str(), with.as_slice()));
        of_role.or(of_account)
    }

    /// What is bound for `write`, in the order of `with`.
    async fn values(
        &self,
        read: &mut Transaction<'_, Any>,
        write: &Write,
        with: &[Parameter],
    ) -> Result<Vec<String>, ReadError> {
        let newcomer = if let Write::Create(newcomer) = write { Some(newcomer) } else { None };
        let mut values = Vec::with_capacity(with.len());
        for parameter in with {
            let missing =
                |what: &str| ReadError::Content(format!("the change names no {what}, and with asks for one"));
            let agency = || {
                let agency = write.seat().and_then(|seat| seat.agency.as_ref());
                agency.or(newcomer.and_then(|one| one.agency.as_ref())).ok_or_else(|| missing("agency"))
            };
            values.push(match parameter {
                Parameter::Login => match newcomer {
                    Some(newcomer) => newcomer.login.clone(),
                    None => self.login(read, write.mail()).await?,
                },
                Parameter::Mail => write.mail().to_owned(),
                Parameter::Name => newcomer.ok_or_else(|| missing("name"))?.name.clone(),
                Parameter::Role => write.seat().ok_or_else(|| missing("role"))?.role.clone(),
                Parameter::Agency => agency()?.as_str().to_owned(),
                Parameter::AgencyName => {
                    let code = agency()?;
                    self.agencies.get(code).map_or(code.as_str(), |agency| agency.name.as_str()).to_owned()
                }
            });
        }
        Ok(values)
    }

    /// The one login of an address.
    async fn login(&self, read: &mut Transaction<'_, Any>, mail: &str) -> Result<String, ReadError> {
        let logins: BTreeSet<String> = if self.settings.accounts.is_some() {
            self.accounts(read, Some(mail)).await?.into_iter().map(|one| one.login).collect()
        } else {
            self.of(read, mail).await?.into_iter().map(|line| line.login).collect()
        };
        let mut logins = logins.into_iter();
        match (logins.next(), logins.next()) {
            (Some(login), None) => Ok(login),
            (None, _) => Err(nobody()),
            (Some(_), Some(_)) => Err(several()),
        }
    }
}

impl ReadSystem for SqlSystem {
    fn can(&self) -> Can {
        let Settings { accounts, create, disable, lookups, .. } = &self.settings;
        Can {
            list: accounts.is_some(),
            create: create.is_some(),
            disable: disable.is_some(),
            roles: self.settings.writes(),
            password_age: accounts
                .as_ref()
                .is_some_and(|one| one.columns.contains(&AccountColumn::PasswordChanged)),
            lookups: lookups.is_some(),
            ..Can::default()
        }
    }

    async fn snapshot(&self, look: &mut Look<'_>) -> Result<RoleSnapshot, ReadError> {
        let (holdings, accounts) = self.in_time("read", self.read_all()).await?;
        self.settings.shrink.check(look.last, holdings.len())?;
        Ok(snapshot_of(&self.settings.name, look.now, self.can(), holdings, accounts))
    }
}

fn database(what: &'static str) -> impl FnOnce(sqlx::Error) -> SqlError {
    move |source| SqlError::Database { what, source }
}
