//! The roles of systems with an API, one at a time: claim, intent, write, outcome.

use super::{Applied, Applier};
use crate::kill::{KillPoint, reached};
use crate::model::change::{ChangeKind, StoredChange};
use crate::model::intent::{Intent, Outcome, WriteError};
use crate::store::{OpenIntent, StoreError};
use crate::systems::{Online, ReadError, System, SystemWriter, Write};

/// What a system shows of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Shows {
    /// It is done.
    Done,
    /// It is not.
    NotDone,
    /// It cannot be told.
    Unclear(String),
}

impl Applier<'_> {
    /// Carries out the approved changes of every system with an API. One that is away never stops the others.
    pub(crate) async fn write_roles(&self, done: &mut Applied) -> Result<(), StoreError> {
        for system in self.systems.iter().filter_map(System::online) {
            self.roles_of(system, done).await?;
        }
        Ok(())
    }

    async fn roles_of(&self, system: &Online, done: &mut Applied) -> Result<(), StoreError> {
        let mut writer = system.writer();
        let mut last = None;
        while let Some(page) = self.approved(system.name(), &mut last).await? {
            for standing in &page {
                if self.stopping() {
                    return Ok(());
                }
                let not_sent = done.not_sent;
                self.one_role(&standing.stored, system, &mut writer, done).await?;
                if done.not_sent > not_sent {
                    // The system is away: each further write would only wait for it as long as this one did.
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    async fn one_role(
        &self,
        stored: &StoredChange,
        system: &Online,
        writer: &mut SystemWriter<'_>,
        done: &mut Applied,
    ) -> Result<(), StoreError> {
        let Some(intent) = self.claim(stored, done).await? else { return Ok(()) };
        let outcome = match (Write::of(&stored.change), self.too_late(&intent)) {
            (Err(error), _) => Outcome::Failed { why: error.to_string() },
            (Ok(_), Err(outcome)) => outcome,
            (Ok(write), Ok(())) => match nothing_to_lock(stored, &write, system).await {
                Some(outcome) => outcome,
                None => self.send_role(&write, system, writer).await,
            },
        };
        reached(KillPoint::AfterWrite);
        self.resolve_role(stored, &intent, &outcome).await?;
        reached(KillPoint::AfterOutcome);
        done.count(stored, &outcome);
        reached(KillPoint::BetweenEntries);
        Ok(())
    }

    /// Sends `write`; an unclear answer is settled by reading.
    async fn send_role(&self, write: &Write, system: &Online, writer: &mut SystemWriter<'_>) -> Outcome {
        match writer.write(write).await {
            Ok(()) => Outcome::Applied,
            Err(error @ WriteError::Unknown(_)) => match look(write, system).await {
                Shows::Done => Outcome::Applied,
                // A late request may still arrive: the intent stays open, and the next pass looks again before it
                // sends anything.
                Shows::NotDone | Shows::Unclear(_) => error.into(),
            },
            Err(error) => error.into(),
        }
    }

    async fn resolve_role(
        &self,
        stored: &StoredChange,
        intent: &Intent,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        self.store
            .write_fenced(self.token, self.now(), |mut tx| async move {
                if tx.resolve_intent(&intent.id, outcome).await? {
                    self.follow_up(&mut tx, stored, outcome).await?;
                }
                tx.commit(()).await
            })
            .await
    }

    /// What became of a write whose outcome nobody noted.
    pub(crate) async fn recover_role(
        &self,
        stored: &StoredChange,
        one: &OpenIntent,
        system: &Online,
        done: &mut Applied,
    ) -> Result<(), StoreError> {
        // An operator's undo may be under way while the worker that wrote waits: its time must have passed.
        if self.now() <= one.intent.write_by && one.intent.token == self.token.number {
            return Ok(());
        }
        let outcome = match Write::of(&stored.change) {
            Err(error) => Outcome::Failed { why: error.to_string() },
            Ok(write) => match look(&write, system).await {
                Shows::Done => Outcome::Applied,
                // Two reads agree that nothing was written; the write has its precondition all the same.
                Shows::NotDone => self.send_role(&write, system, &mut system.writer()).await,
                Shows::Unclear(why) => Outcome::Unknown { why },
            },
        };
        self.resolve_role(stored, &one.intent, &outcome).await?;
        done.count(stored, &outcome);
        Ok(())
    }
}

/// An incident locks its holder out of every system, a handover ends the sessions in each; not everybody has an account
/// everywhere, or an open one.
async fn nothing_to_lock(stored: &StoredChange, write: &Write, system: &Online) -> Option<Outcome> {
    let is_lock = stored.change.is_incident_lock();
    if !is_lock && stored.change.kind != ChangeKind::EndSessions {
        return None;
    }
    let why = match system.holds(write).await {
        Ok(false) if is_lock => "it was not open there",
        Err(ReadError::Nobody) => "nobody has the address there",
        Ok(_) | Err(_) => return None,
    };
    Some(Outcome::Stale { why: why.to_owned() })
}

/// What the system shows of `write`. "Not there" counts only where two reads agree.
async fn look(write: &Write, system: &Online) -> Shows {
    let once = async || match system.holds(write).await {
        Ok(held) if held == write.gives() => Shows::Done,
        Ok(_) => Shows::NotDone,
        Err(error) => Shows::Unclear(format!("{} cannot be read: {error}", system.name())),
    };
    let first = once().await;
    if first == Shows::Done {
        return first;
    }
    let second = once().await;
    if first == second { second } else { Shows::Unclear("two reads disagree".into()) }
}
