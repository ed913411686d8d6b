//! A lease: the right of one worker to do one thing for a while, with a token that grows with each taking.

use super::statement::sql;
use super::{Store, StoreError};
use crate::model::Time;
use chrono::TimeDelta;

/// A lease taken. Transactions opened with an older one than the latest are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The lease's name.
    pub lease: String,
    /// The worker that took it; its lane of the audit trail, so it should be the same after a restart.
    pub holder: String,
    /// Grows with each taking.
    pub number: i64,
}

impl Store {
    /// Takes lease `name` until `now + ttl`; `None` while another holder has it. The same holder may take it again
    /// (after a crash) and gets a newer token.
    pub async fn acquire_lease(
        &self,
        name: &str,
        holder: &str,
        now: Time,
        ttl: TimeDelta,
    ) -> Result<Option<Token>, StoreError> {
        self.write(now, async |mut tx| {
            let take = sql(
                "lease",
                "INSERT INTO lease (name, holder, token, expires) VALUES ($1, $2, 1, $3)
                 ON CONFLICT (name) DO UPDATE
                 SET holder = excluded.holder, token = lease.token + 1, expires = excluded.expires
                 WHERE lease.expires <= $4 OR lease.holder = excluded.holder",
            );
            let rows = tx.execute(take.text(name).text(holder).time(now + ttl).time(now)).await?;
            if rows == 0 {
                return tx.commit(None).await;
            }
            let row = tx.row(sql("lease", "SELECT token FROM lease WHERE name = $1").text(name)).await?;
            let number = row.map(|row| row.int("token")).transpose()?;
            let token = |number| Token { lease: name.to_owned(), holder: holder.to_owned(), number };
            tx.commit(number.map(token)).await
        })
        .await
    }

    /// Moves the lease's end to `now + ttl`; `false` where another worker has taken it since.
    pub async fn renew_lease(&self, token: &Token, now: Time, ttl: TimeDelta) -> Result<bool, StoreError> {
        self.set_expiry(token, now, now + ttl).await
    }

    /// Ends the lease now; `false` where another worker has taken it since.
    pub async fn release_lease(&self, token: &Token, now: Time) -> Result<bool, StoreError> {
        self.set_expiry(token, now, now).await
    }

    async fn set_expiry(&self, token: &Token, now: Time, expires: Time) -> Result<bool, StoreError> {
        self.write(now, async |mut tx| {
            let update =
                sql("lease", "UPDATE lease SET expires = $1 WHERE name = $2 AND holder = $3 AND token = $4");
            let update = update.time(expires).text(&token.lease).text(&token.holder).int(token.number);
            let moved = tx.execute(update).await? == 1;
            tx.commit(moved).await
        })
        .await
    }
}
