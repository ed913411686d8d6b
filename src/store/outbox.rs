//! The outbox: notices written in the transaction of their cause, sent later, once per key and address.

use super::dialect::Bulk;
use super::statement::{json, sql};
use super::{Fenced, Store, StoreError, WriteTx, ids};
use crate::model::notice::Notice;
use crate::model::{Time, rfc3339};
use serde::Serialize;

/// A notice that a worker is about to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// Its place in the outbox.
    pub id: String,
    /// The mail.
    pub notice: Notice,
    /// How often it was tried, this time included.
    pub attempts: u64,
}

/// What became of a notice that was being sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Its place in the outbox.
    pub id: String,
    /// What became of it.
    pub fate: Fate,
}

/// What becomes of a notice after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The mail server took it.
    Sent,
    /// It did not go out and is tried again.
    Again {
        /// When.
        at: Time,
        /// Why it did not go out.
        error: String,
    },
    /// The server took nobody's mail: tried again, and not counted as an attempt.
    Away {
        /// When.
        at: Time,
        /// Why it did not go out.
        error: String,
    },
    /// It will not go out.
    GivenUp {
        /// Why.
        error: String,
    },
}

/// How many notices stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxCounts {
    /// Waiting for their first or next attempt.
    pub queued: u64,
    /// Taken by a worker.
    pub sending: u64,
    /// Accepted by the mail server.
    pub sent: u64,
    /// Given up.
    pub failed: u64,
    /// Accepted, and returned later by a server further on.
    pub returned: u64,
}

impl WriteTx {
    /// Puts `notice` into the outbox; `false` where the same key already went to the same address.
    pub async fn enqueue(&mut self, notice: &Notice) -> Result<bool, StoreError> {
        self.enqueue_for(notice, self.now).await
    }

    /// The same, to leave not before `at`.
    pub async fn enqueue_for(&mut self, notice: &Notice, at: Time) -> Result<bool, StoreError> {
        let insert = sql(
            "outbox",
            "INSERT INTO outbox (id, key, address, state, attempts, next_at, message_id)
             VALUES ($1, $2, $3, 'queued', 0, $4, $5) ON CONFLICT (key, address) DO NOTHING",
        );
        let id = ids::fresh(self.now)?;
        let insert = insert.text(&id).text(&notice.key).text(&notice.to);
        if self.execute(insert.time(at).text(&notice.message_id())).await? == 0 {
            return Ok(false);
        }
        let content = sql("outbox", "INSERT INTO outbox_content (id, body) VALUES ($1, $2)");
        self.execute(content.text(&id).text(&json("a notice", notice)?)).await?;
        Ok(true)
    }
}

impl Fenced {
    /// Takes up to `limit` notices that are due, oldest first. One whose worker dies is due again at `again`; the
    /// repeat carries the same Message-ID.
    pub async fn claim_due(&mut self, limit: u32, again: Time) -> Result<Vec<Queued>, StoreError> {
        let query = sql(
            "outbox",
            "SELECT o.id, m.body, o.attempts FROM outbox o JOIN outbox_content m ON m.id = o.id
             WHERE o.state IN ('queued', 'sending') AND o.next_at <= $1 ORDER BY o.next_at, o.id LIMIT $2",
        );
        let mut claimed = Vec::new();
        let now = self.now;
        for row in self.rows(query.time(now).int(limit.into())).await? {
            let (id, attempts) = (row.text("id")?, row.count("attempts")? + 1);
            claimed.push(Queued { id, notice: row.json("body")?, attempts });
        }
        let ids: Vec<&str> = claimed.iter().map(|one| one.id.as_str()).collect();
        let source = self.dialect.ids();
        let take = format!(
            "UPDATE outbox SET state = 'sending', attempts = attempts + 1, next_at = $2
             WHERE id IN (SELECT r.id FROM {source} AS r)"
        );
        self.execute(sql("outbox", take).text(&json("ids", &ids)?).time(again)).await?;
        Ok(claimed)
    }

    /// What an earlier worker had taken and not settled is due now: who holds the lease is the only one that sends, so
    /// that worker died.
    pub async fn take_over_mail(&mut self) -> Result<u64, StoreError> {
        let update =
            sql("outbox", "UPDATE outbox SET state = 'queued', next_at = $1 WHERE state = 'sending'");
        let now = self.now;
        self.execute(update.time(now)).await
    }

    /// Notes what became of notices that were being sent.
    pub async fn settle(&mut self, settled: &[Settled]) -> Result<(), StoreError> {
        let lines: Vec<_> = settled.iter().map(|one| one.line(self.now)).collect();
        let source = self.dialect.rows(SETTLED);
        let update = format!(
            "UPDATE outbox SET state = r.state, next_at = r.next_at, last_error = r.error,
                 attempts = attempts - r.uncounted
             FROM {source} AS r WHERE outbox.id = r.id AND outbox.state = 'sending'"
        );
        let changed = self.execute(sql("outbox", update).text(&json("settled", &lines)?)).await?;
        if changed < settled.len() as u64 {
            let ids: Vec<_> = settled.iter().map(|one| one.id.as_str()).collect();
            return Err(StoreError::Missing { what: "notice being sent", id: ids.join(", ") });
        }
        Ok(())
    }
}

/// The columns of [`Line`].
const SETTLED: &[Bulk] = &[
    Bulk::Text("id"),
    Bulk::Text("state"),
    Bulk::Text("next_at"),
    Bulk::Text("error"),
    Bulk::Int("uncounted"),
];

/// A settled notice as a row of a bulk parameter.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    state: &'a str,
    next_at: String,
    error: Option<&'a str>,
    uncounted: i64,
}

impl Settled {
    fn line(&self, now: Time) -> Line<'_> {
        let (state, next, error, uncounted) = match &self.fate {
            Fate::Sent => ("sent", now, None, 0),
            Fate::Again { at, error } => ("queued", *at, Some(error.as_str()), 0),
            Fate::Away { at, error } => ("queued", *at, Some(error.as_str()), 1),
            Fate::GivenUp { error } => ("failed", now, Some(error.as_str()), 0),
        };
        Line { id: &self.id, state, next_at: rfc3339(next), error, uncounted }
    }
}

impl Store {
    /// Whether a notice with this key was ever put into the outbox.
    pub async fn has_notice(&self, key: &str) -> Result<bool, StoreError> {
        let query = "SELECT id FROM outbox WHERE key = $1 LIMIT 1";
        Ok(!self.rows(sql("outbox", query).text(key)).await?.is_empty())
    }

    /// Whether a notice is due at `now`.
    pub async fn mail_is_due(&self, now: Time) -> Result<bool, StoreError> {
        let query = "SELECT id FROM outbox WHERE state IN ('queued', 'sending') AND next_at <= $1 LIMIT 1";
        Ok(!self.rows(sql("outbox", query).time(now)).await?.is_empty())
    }

    /// How many notices stand where; what an operator put aside is not counted.
    pub async fn outbox_counts(&self) -> Result<OutboxCounts, StoreError> {
        let mut counts = OutboxCounts::default();
        let query = "SELECT state, COUNT(*) AS n FROM outbox WHERE dismissed IS NULL GROUP BY state";
        for row in self.rows(sql("outbox", query)).await? {
            let n = row.count("n")?;
            match row.text("state")?.as_str() {
                "queued" => counts.queued = n,
                "sending" => counts.sending = n,
                "sent" => counts.sent = n,
                "failed" => counts.failed = n,
                "returned" => counts.returned = n,
                other => return Err(StoreError::decode("outbox state", other)),
            }
        }
        Ok(counts)
    }
}
