//! Mailing: what the outbox holds leaves, each mail once per key and address; a repeat after a crash carries the
//! same Message-ID.

use super::engine::Engine;
use crate::apply::kill::{KillPoint, reached};
use crate::notify::outbox::{Delivery, deliver, next_attempt};
use crate::notify::transport::Transport;
use crate::store::{Paused, StoreError, Token};
use chrono::TimeDelta;
use futures_util::{StreamExt, stream};
use serde::Serialize;
use std::sync::atomic::Ordering;

/// Mails taken at a time.
const BATCH: u32 = 50;

/// Mails in flight at once.
const AT_ONCE: usize = 4;

/// After this, a mail whose worker died is taken again.
const TAKEN_FOR: TimeDelta = TimeDelta::minutes(10);

/// What mailing came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Mailed {
    /// Accepted by the server, or written to the folder.
    pub sent: u64,
    /// To be tried again.
    pub waiting: u64,
    /// Given up.
    pub failed: u64,
    /// The server takes nobody's mail: somebody should be told.
    pub unavailable: bool,
    /// What went wrong, a line each, without repetition.
    pub errors: std::collections::BTreeSet<String>,
}

impl Engine {
    /// Sends what is due.
    pub async fn mail(&self, token: &Token, transport: &Transport) -> Result<Mailed, StoreError> {
        let mut done = Mailed::default();
        loop {
            if done.unavailable
                || self.stop.load(Ordering::Relaxed)
                || self.store.paused(Paused::Mail).await?.is_some()
            {
                return Ok(done);
            }
            let again = self.now() + TAKEN_FOR;
            let batch = self
                .store
                .write_fenced(token, self.now(), |mut tx| async move {
                    let batch = tx.claim_due(BATCH, again).await?;
                    tx.commit(batch).await
                })
                .await?;
            if batch.is_empty() {
                return Ok(done);
            }
            let mut sending = stream::iter(batch)
                .map(|queued| async move {
                    reached(KillPoint::BeforeSend);
                    let delivery = deliver(transport, &queued.notice).await;
                    reached(KillPoint::AfterSend);
                    (queued, delivery)
                })
                .buffer_unordered(AT_ONCE);
            while let Some((queued, delivery)) = sending.next().await {
                let attempts = u32::try_from(queued.attempts).unwrap_or(u32::MAX);
                let next = next_attempt(attempts, self.now());
                let id = queued.id.as_str();
                match (&delivery, next) {
                    (Delivery::Sent, _) => done.sent += 1,
                    (Delivery::Retry(why) | Delivery::Unavailable(why), Some(_)) => {
                        done.waiting += 1;
                        done.unavailable |= matches!(delivery, Delivery::Unavailable(_));
                        done.errors.insert(without_address(why, &queued.notice.to));
                    }
                    (Delivery::Retry(why) | Delivery::Unavailable(why) | Delivery::Failed(why), _) => {
                        done.failed += 1;
                        done.errors.insert(without_address(why, &queued.notice.to));
                    }
                }
                self.store
                    .write_fenced(token, self.now(), |mut tx| {
                        let delivery = &delivery;
                        async move {
                            match (delivery, next) {
                                (Delivery::Sent, _) => tx.mark_sent(id).await?,
                                (Delivery::Retry(why) | Delivery::Unavailable(why), Some(next)) => {
                                    tx.mark_retry(id, next, why).await?;
                                }
                                (
                                    Delivery::Retry(why) | Delivery::Unavailable(why) | Delivery::Failed(why),
                                    _,
                                ) => {
                                    tx.mark_failed(id, why).await?;
                                }
                            }
                            tx.commit(()).await
                        }
                    })
                    .await?;
            }
        }
    }
}

/// A server's answer without the address it is about: this goes to the log.
fn without_address(why: &str, address: &str) -> String {
    why.replace(address, "<address>")
}
