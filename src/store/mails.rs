//! Mails as an operator looks at them: those that wait, and those that did not arrive, which are sent once more or put
//! aside.

use super::statement::{Row, sql};
use super::{Store, StoreError, WriteTx};
use crate::model::Time;
use crate::model::ids::Login;
use crate::model::notice::Notice;
use crate::model::operator::Right;

/// Which mails a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailList {
    /// To be sent, or being sent; what is due first stands first.
    Waiting,
    /// Given up, or returned, and put aside by nobody; the latest first.
    Undelivered,
}

/// A mail in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedMail {
    /// Its place in the outbox.
    pub id: String,
    /// The mail.
    pub notice: Notice,
    /// Whether a server further on sent it back.
    pub returned: bool,
    /// How often it was tried.
    pub attempts: u64,
    /// When it is due, or when it was given up or came back.
    pub at: Time,
    /// What the last server said.
    pub why: Option<String>,
}

impl Store {
    /// A page of at most `limit` mails of `list`, behind the one with id `after`.
    pub async fn mails(
        &self,
        list: MailList,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<ListedMail>, StoreError> {
        let (of, behind, order) = match list {
            MailList::Waiting => ("o.state IN ('queued', 'sending')", ">", ""),
            MailList::Undelivered => {
                ("o.state IN ('failed', 'returned') AND o.dismissed IS NULL", "<", " DESC")
            }
        };
        let place = match after {
            Some(_) => format!(
                " AND (o.next_at, o.id) {behind} (SELECT a.next_at, a.id FROM outbox a WHERE a.id = $1)"
            ),
            // Every statement has the argument.
            None => " AND o.id <> $1".to_owned(),
        };
        let query = format!(
            "SELECT o.id, m.body, o.state, o.attempts, o.next_at, o.last_error
             FROM outbox o JOIN outbox_content m ON m.id = o.id
             WHERE {of}{place} ORDER BY o.next_at{order}, o.id{order} LIMIT {limit}"
        );
        let line = |row: &Row| {
            Ok(ListedMail {
                id: row.text("id")?,
                notice: row.json("body")?,
                returned: row.text("state")? == "returned",
                attempts: row.count("attempts")?,
                at: row.time("next_at")?,
                why: row.maybe("last_error")?,
            })
        };
        let query = sql("mails", query).text(after.unwrap_or_default());
        self.rows(query).await?.iter().map(line).collect()
    }
}

impl WriteTx {
    /// Has a mail that did not arrive sent once more; `false` where it is none of those.
    pub async fn retry_mail(&mut self, id: &str, by: &Login) -> Result<bool, StoreError> {
        self.require_province(by, Right::Administer).await?;
        let update = sql(
            "mail",
            "UPDATE outbox SET state = 'queued', attempts = 0, next_at = $1, bounce = NULL
             WHERE id = $2 AND state IN ('failed', 'returned') AND dismissed IS NULL",
        );
        let now = self.now;
        let done = self.execute(update.time(now).text(id)).await? == 1;
        if done {
            self.audit(by.as_str(), "mail.retry", id, "");
        }
        Ok(done)
    }

    /// Puts a mail that did not arrive aside: whoever it was for was told otherwise. `false` where it is none of those.
    pub async fn dismiss_mail(&mut self, id: &str, by: &Login, reason: &str) -> Result<bool, StoreError> {
        self.require_province(by, Right::Administer).await?;
        let update = sql(
            "mail",
            "UPDATE outbox SET dismissed = $1
             WHERE id = $2 AND state IN ('failed', 'returned') AND dismissed IS NULL",
        );
        let done = self.execute(update.text(by.as_str()).text(id)).await? == 1;
        if done {
            self.audit(by.as_str(), "mail.dismiss", id, reason);
        }
        Ok(done)
    }
}
