//! Counts of look-ups, through the query that the site supplies for them.

use super::{MOST_ROWS, SqlSystem, database};
use crate::model::lookup::Period;
use crate::model::rfc3339;
use crate::systems::ReadError;
use crate::systems::handoff::{minute, poll_minutes};
use crate::systems::lookups::{Counted, Line, LookForLookups, counts_nothing};
use futures_util::TryStreamExt;
use serde::Deserialize;
use sqlx::{AssertSqlSafe, Connection, Row};
use std::num::NonZeroU32;

/// The query for counts of look-ups: columns `login`, `at` and `count`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupQuery {
    /// Its text; `$1`, where it stands there, is the moment from which counts are wanted, as `2026-11-21T17:00:00.000Z`.
    pub sql: String,
    /// By which period a row counts, or how exact its time is.
    #[serde(default = "minute")]
    pub counted_by: Period,
    /// Minutes between two reads.
    #[serde(default = "poll_minutes")]
    pub poll_minutes: NonZeroU32,
}

impl LookupQuery {
    pub(super) fn check(&self) -> Result<(), String> {
        if self.sql.trim().is_empty() || self.sql.contains("$2") {
            return Err("lookups: expected a query with login, at and count, and no value but $1".into());
        }
        Ok(())
    }
}

impl SqlSystem {
    /// The counts it shows.
    pub(in crate::systems) async fn lookups(&self, look: &LookForLookups<'_>) -> Result<Counted, ReadError> {
        let Some(lookups) = &self.settings.lookups else { return Err(counts_nothing()) };
        self.in_time("lookups", self.counted(lookups, look)).await
    }

    async fn counted(&self, lookups: &LookupQuery, look: &LookForLookups<'_>) -> Result<Counted, ReadError> {
        let mut connection = self.open().await?;
        let mut read = connection.begin_with(self.begin_read()).await.map_err(database("begin"))?;
        let inner = lookups.sql.trim().trim_end_matches(';');
        let mut query = sqlx::query(AssertSqlSafe(format!(
            "SELECT CAST(held.login AS TEXT) AS login, CAST(held.at AS TEXT) AS at, CAST(held.count AS TEXT) AS number \
             FROM (\n{inner}\n) AS held"
        )));
        if inner.contains("$1") {
            query = query.bind(rfc3339(look.since));
        }
        let mut counted = Counted::default();
        {
            let mut rows = query.fetch(&mut *read);
            let mut number = 0;
            while let Some(row) = rows.try_next().await.map_err(database("lookups"))? {
                number += 1;
                if number > MOST_ROWS {
                    return Err(ReadError::Content(format!("lookups: it gives more than {MOST_ROWS} rows")));
                }
                let text = |column: &str| -> Result<String, ReadError> {
                    let value: Option<String> = row.try_get(column).map_err(database("lookups"))?;
                    Ok(value.unwrap_or_default())
                };
                let (login, at, count) = (text("login")?, text("at")?, text("number")?);
                let line = Line { login: &login, at: &at, count: Some(&count) };
                let by = (lookups.counted_by, look.since, look.zone);
                counted.add(&format!("lookups, row {number}"), &line, by);
            }
        }
        read.rollback().await.map_err(database("lookups"))?;
        drop(connection.close().await);
        Ok(counted)
    }
}
