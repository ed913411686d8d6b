//! A writing transaction: one moment, one lane of the audit trail, all or nothing.

use super::audit::Entry;
use super::dialect::Dialect;
use super::statement::{Row, Statement, failed, sql};
use super::{Store, StoreError, Token};
use crate::model::Time;
use ring::hmac;
use sqlx::{Any, Transaction};
use std::ops::{Deref, DerefMut};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;

/// How often a whole transaction is tried while others are in the way: with the pauses below, about three seconds.
const ATTEMPTS: u32 = 9;

/// A transaction that may write. Any failed statement poisons it: it cannot be committed, because PostgreSQL would
/// answer such a commit with success and keep nothing.
pub struct WriteTx {
    transaction: Transaction<'static, Any>,
    pub(super) dialect: Dialect,
    pub(super) now: Time,
    pub(super) lane: String,
    pub(super) site_key: hmac::Key,
    pub(super) trail: Vec<Entry>,
    poisoned: bool,
    // Writers of one process queue here instead of colliding in the database.
    _turn: OwnedMutexGuard<()>,
}

impl WriteTx {
    /// The moment of this transaction: every row it writes bears it.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Makes everything permanent, the audit rows included, and gives `value`.
    pub async fn commit<T>(mut self, value: T) -> Result<Committed<T>, StoreError> {
        if self.poisoned {
            return Err(StoreError::Poisoned);
        }
        self.write_trail().await?;
        let dialect = self.dialect;
        self.transaction.commit().await.map_err(|source| failed(dialect, "commit", source))?;
        Ok(Committed(value))
    }

    pub(super) async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        let what = self.enter(&statement)?;
        let result = statement.query.execute(&mut *self.transaction).await;
        self.leave(what, result).map(|done| done.rows_affected())
    }

    pub(super) async fn rows(&mut self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        let what = self.enter(&statement)?;
        let result = statement.query.fetch_all(&mut *self.transaction).await;
        self.leave(what, result).map(|rows| rows.into_iter().map(Row).collect())
    }

    pub(super) async fn row(&mut self, statement: Statement) -> Result<Option<Row>, StoreError> {
        let what = self.enter(&statement)?;
        let result = statement.query.fetch_optional(&mut *self.transaction).await;
        self.leave(what, result).map(|row| row.map(Row))
    }

    /// Poisoned until the statement has succeeded: a future dropped half way must not be followed by a commit.
    fn enter(&mut self, statement: &Statement) -> Result<&'static str, StoreError> {
        if self.poisoned {
            return Err(StoreError::Poisoned);
        }
        self.poisoned = true;
        Ok(statement.what)
    }

    fn leave<T>(&mut self, what: &'static str, result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        let value = result.map_err(|source| failed(self.dialect, what, source))?;
        self.poisoned = false;
        Ok(value)
    }
}

/// A value that came out of a committed transaction. Only a commit makes one, so that it cannot be forgotten.
#[derive(Debug)]
pub struct Committed<T>(T);

impl<T> Committed<T> {
    /// The value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// A worker's transaction under its lease: opened only while its token is the latest.
pub struct Fenced {
    tx: WriteTx,
    token: Token,
}

impl Fenced {
    /// The lease it was opened under.
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// Makes everything permanent, and gives `value`.
    pub async fn commit<T>(self, value: T) -> Result<Committed<T>, StoreError> {
        self.tx.commit(value).await
    }
}

impl Deref for Fenced {
    type Target = WriteTx;

    fn deref(&self) -> &WriteTx {
        &self.tx
    }
}

impl DerefMut for Fenced {
    fn deref_mut(&mut self) -> &mut WriteTx {
        &mut self.tx
    }
}

impl Store {
    /// Begins a transaction of an operator or a command.
    pub async fn begin_write(&self, now: Time) -> Result<WriteTx, StoreError> {
        self.begin(now, "operators").await
    }

    /// Begins a worker's transaction. The touch of the lease's row makes a taking and this transaction exclude
    /// each other, so that an old worker's write never commits after the new worker has read.
    pub async fn begin_fenced(&self, token: &Token, now: Time) -> Result<Fenced, StoreError> {
        let mut tx = self.begin(now, &token.holder).await?;
        let touch =
            sql("fence", "UPDATE lease SET token = token WHERE name = $1 AND holder = $2 AND token = $3")
                .text(&token.lease)
                .text(&token.holder)
                .int(token.number);
        if tx.execute(touch).await? == 0 {
            return Err(StoreError::Fenced { lease: token.lease.clone(), token: token.number });
        }
        Ok(Fenced { tx, token: token.clone() })
    }

    async fn begin(&self, now: Time, lane: &str) -> Result<WriteTx, StoreError> {
        let wait = tokio::time::timeout(Duration::from_secs(30), self.turn.clone().lock_owned());
        let turn = wait.await.map_err(|_| StoreError::Busy { what: "begin" })?;
        let transaction = self
            .pool
            .begin_with(self.dialect.begin_write())
            .await
            .map_err(|source| failed(self.dialect, "begin", source))?;
        Ok(WriteTx {
            transaction,
            dialect: self.dialect,
            now,
            lane: lane.to_owned(),
            site_key: self.site_key.clone(),
            trail: Vec::new(),
            poisoned: false,
            _turn: turn,
        })
    }

    /// Runs `work`, which commits its transaction: `async |mut tx| { …; tx.commit(value).await }`. The whole is tried
    /// again while other transactions are in the way, so `work` must do nothing but talk to the store.
    pub async fn write<T, F>(&self, now: Time, work: impl Fn(WriteTx) -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<Committed<T>, StoreError>>,
    {
        let attempt = async || work(self.begin_write(now).await?).await;
        again(attempt).await
    }

    /// The same under a worker's lease.
    pub async fn write_fenced<T, F>(
        &self,
        token: &Token,
        now: Time,
        work: impl Fn(Fenced) -> F,
    ) -> Result<T, StoreError>
    where
        F: Future<Output = Result<Committed<T>, StoreError>>,
    {
        let attempt = async || work(self.begin_fenced(token, now).await?).await;
        again(attempt).await
    }
}

/// Repeats a transaction while others are in its way.
async fn again<T, F>(attempt: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<Committed<T>, StoreError>>,
{
    for wait in 1..ATTEMPTS {
        match attempt().await {
            Err(error) if error.is_retryable() => {
                tokio::time::sleep(Duration::from_millis(5 << wait)).await;
            }
            result => return result.map(Committed::into_inner),
        }
    }
    attempt().await.map(Committed::into_inner)
}
