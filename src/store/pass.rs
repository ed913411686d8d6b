//! A pass: one run of a worker from reading to sending, with what came of it.

use super::statement::{Row, json, sql};
use super::{Fenced, Store, StoreError, ids};
use crate::model::Time;

/// A pass as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// Its id; sorts by time.
    pub id: String,
    /// The worker.
    pub worker: String,
    /// The token it ran under.
    pub token: i64,
    /// When it began.
    pub started: Time,
    /// When it ended; `None` while it runs or where it was killed.
    pub ended: Option<Time>,
    /// How it ended, in a word.
    pub outcome: Option<String>,
    /// Its counts.
    pub summary: Option<serde_json::Value>,
}

impl Fenced {
    /// Notes that a pass begins and gives its id.
    pub async fn begin_pass(&mut self) -> Result<String, StoreError> {
        let id = ids::fresh(self.now)?;
        let insert =
            sql("pass", "INSERT INTO pass (id, worker, token, started) VALUES ($1, $2, $3, $4)").text(&id);
        let token = self.token().clone();
        let now = self.now;
        self.execute(insert.text(&token.holder).int(token.number).time(now)).await?;
        Ok(id)
    }

    /// Notes how pass `id` ended, and swears to what other lanes of the audit trail have written since.
    pub async fn end_pass(
        &mut self,
        id: &str,
        outcome: &str,
        summary: &impl serde::Serialize,
    ) -> Result<(), StoreError> {
        let update = sql(
            "pass",
            "UPDATE pass SET ended = $1, outcome = $2, summary = $3 WHERE id = $4 AND ended IS NULL",
        );
        let update = update.time(self.now).text(outcome).text(&json("a pass's summary", summary)?).text(id);
        if self.execute(update).await? == 0 {
            return Err(StoreError::Missing { what: "running pass", id: id.to_owned() });
        }
        self.anchor_lanes().await
    }
}

impl Store {
    /// The pass that began last.
    pub async fn last_pass(&self) -> Result<Option<Pass>, StoreError> {
        let query = sql(
            "last pass",
            "SELECT id, worker, token, started, ended, outcome, summary FROM pass ORDER BY id DESC LIMIT 1",
        );
        self.row(query).await?.map(|row| read(&row)).transpose()
    }
}

fn read(row: &Row) -> Result<Pass, StoreError> {
    Ok(Pass {
        id: row.text("id")?,
        worker: row.text("worker")?,
        token: row.int("token")?,
        started: row.time("started")?,
        ended: row.maybe_time("ended")?,
        outcome: row.maybe("outcome")?,
        summary: row.maybe_json("summary")?,
    })
}
