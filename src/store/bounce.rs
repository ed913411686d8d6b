//! Bounces: mails of the outbox that a server further on returned, and what did not arrive.

use super::statement::sql;
use super::{Fenced, Store, StoreError};
use crate::model::Time;
use crate::model::notice::Notice;

/// What a server sent back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// The digest of its bytes: one that is read again counts once.
    pub digest: String,
    /// The left part of the returned mail's Message-ID; without it the last mail to the address is meant.
    pub message_id: Option<String>,
    /// The address it could not be delivered to.
    pub address: String,
    /// What the server said.
    pub why: String,
}

/// What a bounce came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bounced {
    /// A mail counts as returned from now on.
    Noted,
    /// Its mail counted as returned before.
    Known,
    /// It is about no mail of ours.
    Stranger,
}

/// A mail that did not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// The mail.
    pub notice: Notice,
    /// Whether it came back; else it was refused, or given up.
    pub returned: bool,
    /// When that was known.
    pub at: Time,
    /// What the server said.
    pub why: String,
}

impl Fenced {
    /// Notes that a mail came back. It is sent no more.
    pub async fn note_bounce(&mut self, bounce: &Bounce) -> Result<Bounced, StoreError> {
        let Bounce { digest, message_id, address, why } = bounce;
        let before = sql(
            "bounce",
            "SELECT id FROM outbox WHERE bounce = $1 OR message_id = $2 AND state = 'returned'",
        );
        let id = message_id.as_deref().unwrap_or_default();
        if self.row(before.text(digest).text(id)).await?.is_some() {
            return Ok(Bounced::Known);
        }
        let now = self.now;
        let update =
            "UPDATE outbox SET state = 'returned', bounce = $1, last_error = $2, next_at = $3 WHERE ";
        let update = match message_id {
            Some(id) => {
                sql("bounce", format!("{update} message_id = $4")).text(digest).text(why).time(now).text(id)
            }
            None => {
                let last =
                    "id = (SELECT o.id FROM outbox o WHERE LOWER(o.address) = LOWER($4) AND o.state = 'sent'
                    ORDER BY o.next_at DESC, o.id DESC LIMIT 1)";
                sql("bounce", format!("{update} {last}")).text(digest).text(why).time(now).text(address)
            }
        };
        let noted = self.execute(update).await? == 1;
        Ok(if noted { Bounced::Noted } else { Bounced::Stranger })
    }
}

impl Store {
    /// Mails of which it became known between `from` and `until` that they did not arrive, in the order in which it did.
    pub async fn undelivered(&self, from: Time, until: Time) -> Result<Vec<Undelivered>, StoreError> {
        let query = sql(
            "undelivered",
            "SELECT m.body, o.state, o.next_at, o.last_error FROM outbox o JOIN outbox_content m ON m.id = o.id
             WHERE o.state IN ('failed', 'returned') AND o.next_at >= $1 AND o.next_at < $2
             ORDER BY o.next_at, o.id",
        );
        let rows = self.rows(query.time(from).time(until)).await?;
        let read = |row: &super::statement::Row| {
            Ok(Undelivered {
                notice: row.json("body")?,
                returned: row.text("state")? == "returned",
                at: row.time("next_at")?,
                why: row.maybe("last_error")?.unwrap_or_default(),
            })
        };
        rows.iter().map(read).collect()
    }
}
