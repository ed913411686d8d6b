//! The outbox: notices written in the transaction of their cause, sent later, once per key and address.

use super::statement::{json, sql};
use super::{Fenced, Store, StoreError, WriteTx, ids};
use crate::model::Time;
use crate::model::notice::Notice;

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
}

impl WriteTx {
    /// Puts `notice` into the outbox; `false` where the same key already went to the same address.
    pub async fn enqueue(&mut self, notice: &Notice) -> Result<bool, StoreError> {
        let insert = sql(
            "outbox",
            "INSERT INTO outbox (id, key, address, body, state, attempts, next_at)
             VALUES ($1, $2, $3, $4, 'queued', 0, $5) ON CONFLICT (key, address) DO NOTHING",
        );
        let insert = insert.text(&ids::fresh(self.now)?).text(&notice.key).text(&notice.to);
        let insert = insert.text(&json("a notice", notice)?).time(self.now);
        Ok(self.execute(insert).await? == 1)
    }
}

impl Fenced {
    /// Takes up to `limit` notices that are due, oldest first. One whose worker dies is due again at `again`; the
    /// repeat carries the same Message-ID.
    pub async fn claim_due(&mut self, limit: u32, again: Time) -> Result<Vec<Queued>, StoreError> {
        let now = self.now;
        let query = sql(
            "outbox",
            "SELECT id, body, attempts FROM outbox WHERE state IN ('queued', 'sending') AND next_at <= $1
             ORDER BY next_at, id LIMIT $2",
        );
        let mut claimed = Vec::new();
        for row in self.rows(query.time(now).int(limit.into())).await? {
            let (id, attempts) = (row.text("id")?, row.count("attempts")? + 1);
            let take = sql(
                "outbox",
                "UPDATE outbox SET state = 'sending', attempts = attempts + 1, next_at = $1 WHERE id = $2",
            );
            self.execute(take.time(again).text(&id)).await?;
            claimed.push(Queued { id, notice: row.json("body")?, attempts });
        }
        Ok(claimed)
    }

    /// The mail server took it.
    pub async fn mark_sent(&mut self, id: &str) -> Result<(), StoreError> {
        self.leave_sending(id, "sent", self.now, None).await
    }

    /// It did not go out and is tried again at `next`.
    pub async fn mark_retry(&mut self, id: &str, next: Time, error: &str) -> Result<(), StoreError> {
        self.leave_sending(id, "queued", next, Some(error)).await
    }

    /// It is given up.
    pub async fn mark_failed(&mut self, id: &str, error: &str) -> Result<(), StoreError> {
        self.leave_sending(id, "failed", self.now, Some(error)).await
    }

    async fn leave_sending(
        &mut self,
        id: &str,
        state: &'static str,
        next: Time,
        error: Option<&str>,
    ) -> Result<(), StoreError> {
        let update = sql(
            "outbox",
            "UPDATE outbox SET state = $1, next_at = $2, last_error = $3 WHERE id = $4 AND state = 'sending'",
        );
        if self.execute(update.text(state).time(next).maybe(error).text(id)).await? == 0 {
            return Err(StoreError::Missing { what: "notice being sent", id: id.to_owned() });
        }
        Ok(())
    }
}

impl Store {
    /// How many notices stand where.
    pub async fn outbox_counts(&self) -> Result<OutboxCounts, StoreError> {
        let mut counts = OutboxCounts::default();
        for row in self.rows(sql("outbox", "SELECT state, COUNT(*) AS n FROM outbox GROUP BY state")).await? {
            let n = row.count("n")?;
            match row.text("state")?.as_str() {
                "queued" => counts.queued = n,
                "sending" => counts.sending = n,
                "sent" => counts.sent = n,
                "failed" => counts.failed = n,
                other => return Err(StoreError::decode("outbox state", other)),
            }
        }
        Ok(counts)
    }
}
