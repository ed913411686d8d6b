//! Mailing: what the outbox holds leaves, each mail once per key and address; a repeat after a crash carries the
//! same Message-ID.

use super::engine::Engine;
use crate::kill::{KillPoint, reached};
use crate::model::Time;
use crate::notify::outbox::{Delivery, after_outage, deliver, next_attempt};
use crate::notify::transport::Transport;
use crate::store::{Fate, Paused, Queued, Settled, StoreError, Token};
use chrono::TimeDelta;
use futures_util::{StreamExt, stream};
use serde::Serialize;
use std::sync::OnceLock;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::mpsc;

/// Mails taken at a time, the next ones while these are sent: a pause or a stop waits for at most twice as many.
const BATCH: u32 = 250;

/// Mails that are sent and not yet noted, at most twice: so many go out again, under the same Message-ID, after a crash.
const UNSETTLED: usize = 32;

/// Mails in flight at once.
const AT_ONCE: usize = 4;

/// So long an outcome waits for others, which one commit notes with it.
const GATHERED: Duration = Duration::from_millis(20);

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
        self.store
            .write_fenced(token, self.now(), |mut tx| async move {
                tx.take_over_mail().await?;
                tx.commit(()).await
            })
            .await?;
        let away = OnceLock::new();
        let mut batch = self.take_mail(token, &away).await?;
        while !batch.is_empty() {
            let (tried, outcomes) = mpsc::channel(UNSETTLED);
            // Sending waits neither for the note on what was sent, of which one commit makes many, nor for the next mails.
            let ((), settled, next) = tokio::join!(
                send_all(batch, transport, &away, tried),
                self.settle_all(token, outcomes, &mut done),
                self.take_mail(token, &away)
            );
            settled?;
            batch = next?;
        }
        Ok(done)
    }

    /// The next mails that are due; none once the server is away, and none while mail is paused or the worker stops.
    async fn take_mail(&self, token: &Token, away: &OnceLock<String>) -> Result<Vec<Queued>, StoreError> {
        if away.get().is_some()
            || self.stop.load(Ordering::Relaxed)
            || self.store.paused(Paused::Mail).await?.is_some()
        {
            return Ok(Vec::new());
        }
        let again = self.now() + TAKEN_FOR;
        self.store
            .write_fenced(token, self.now(), |mut tx| async move {
                let batch = tx.claim_due(BATCH, again).await?;
                tx.commit(batch).await
            })
            .await
    }

    /// Notes what becomes of each, in groups.
    async fn settle_all(
        &self,
        token: &Token,
        mut outcomes: mpsc::Receiver<(Queued, Delivery)>,
        done: &mut Mailed,
    ) -> Result<(), StoreError> {
        let mut group = Vec::new();
        while outcomes.recv_many(&mut group, UNSETTLED).await > 0 {
            let _ = tokio::time::timeout(GATHERED, fill(&mut outcomes, &mut group)).await;
            let now = self.now();
            let settled: Vec<_> =
                group.drain(..).map(|(queued, delivery)| done.count(queued, delivery, now)).collect();
            self.store
                .write_fenced(token, now, |mut tx| {
                    let settled = &settled;
                    async move {
                        tx.settle(settled).await?;
                        tx.commit(()).await
                    }
                })
                .await?;
        }
        Ok(())
    }
}

/// Waits for outcomes until there are enough of them, or no more.
async fn fill(outcomes: &mut mpsc::Receiver<(Queued, Delivery)>, group: &mut Vec<(Queued, Delivery)>) {
    while group.len() < UNSETTLED && outcomes.recv_many(group, UNSETTLED - group.len()).await > 0 {}
}

/// Sends a batch over a few connections. Once the server takes nobody's mail, which `away` then says, the rest is not
/// tried at it.
async fn send_all(
    batch: Vec<Queued>,
    transport: &Transport,
    away: &OnceLock<String>,
    tried: mpsc::Sender<(Queued, Delivery)>,
) {
    let tried = &tried;
    stream::iter(batch)
        .for_each_concurrent(AT_ONCE, |queued| async move {
            let delivery = if let Some(why) = away.get() {
                Delivery::Unavailable(why.clone())
            } else {
                reached(KillPoint::BeforeSend);
                let delivery = deliver(transport, &queued.notice).await;
                reached(KillPoint::AfterSend);
                delivery
            };
            if let Delivery::Unavailable(why) = &delivery {
                let _ = away.set(why.clone());
            }
            // Nobody listens only where the store failed: the next worker finds these taken and unsettled.
            let _ = tried.send((queued, delivery)).await;
        })
        .await;
}

impl Mailed {
    /// Counts an attempt and says what becomes of the notice.
    fn count(&mut self, queued: Queued, delivery: Delivery, now: Time) -> Settled {
        let next = next_attempt(u32::try_from(queued.attempts).unwrap_or(u32::MAX), &queued.id, now);
        let fate = match (delivery, next) {
            (Delivery::Sent, _) => {
                self.sent += 1;
                return Settled { id: queued.id, fate: Fate::Sent };
            }
            (Delivery::Retry(error), Some(at)) => Fate::Again { at, error },
            (Delivery::Unavailable(error), _) => {
                self.unavailable = true;
                Fate::Away { at: after_outage(&queued.id, now), error }
            }
            (Delivery::Retry(error) | Delivery::Failed(error), _) => Fate::GivenUp { error },
        };
        match &fate {
            Fate::Sent => {}
            Fate::Again { error, .. } | Fate::Away { error, .. } => {
                self.waiting += 1;
                self.errors.insert(without_address(error, &queued.notice.to));
            }
            Fate::GivenUp { error } => {
                self.failed += 1;
                self.errors.insert(without_address(error, &queued.notice.to));
            }
        }
        Settled { id: queued.id, fate }
    }
}

/// A server's answer without the address it is about: this goes to the log.
fn without_address(why: &str, address: &str) -> String {
    why.replace(address, "<address>")
}
