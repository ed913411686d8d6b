//! Recovery: intents without an outcome, left by a crash or an unclear answer. The entry is read and compared;
//! nothing is retried blindly.

use super::directory::writes_nothing;
use super::orders;
use super::seal::open;
use super::{Applied, Applier};
use crate::directory::Write;
use crate::directory::compare::Shows;
use crate::model::change::StoredChange;
use crate::model::ids::TargetId;
use crate::model::intent::Outcome;
use crate::store::{OpenIntent, Paused, StoreError};
use crate::systems::System;
use std::collections::BTreeMap;

impl Applier<'_> {
    /// Settles every intent without an outcome.
    pub(crate) async fn recover(&self, done: &mut Applied) -> Result<(), StoreError> {
        let mut handed: BTreeMap<TargetId, Vec<(StoredChange, OpenIntent)>> = BTreeMap::new();
        let paused = self.store.paused(Paused::Writes).await?.is_some();
        for one in self.store.unresolved_intents().await? {
            let Some(standing) = self.store.change(&one.intent.change).await? else { continue };
            let stored = standing.stored;
            // What is settled may have to be written.
            if paused && !stored.change.is_incident_lock() {
                continue;
            }
            let target = &stored.change.target;
            let system = self.systems.iter().find(|system| system.name() == target).and_then(System::online);
            if let Some(system) = system {
                self.recover_role(&stored, &one, system, done).await?;
                continue;
            }
            // Another order may be under way beside this one: an incident's.
            let writing = self.now() <= one.intent.write_by && one.intent.token == self.token.number;
            if *target != TargetId::mail() && writing {
                continue;
            }
            if *target != TargetId::mail() {
                handed.entry(stored.change.target.clone()).or_default().push((stored, one));
                continue;
            }
            // An operator's undo may be under way while the worker that wrote waits: its time must have passed.
            if self.now() <= one.intent.write_by && one.intent.token == self.token.number {
                continue;
            }
            let outcome = self.settle(&stored, &one).await;
            self.resolve(&stored, &one.intent, &outcome).await?;
            done.count(&stored, &outcome);
        }
        for (target, claimed) in handed {
            self.resume_order(&target, &claimed, done).await?;
        }
        Ok(())
    }

    /// What became of a directory write.
    async fn settle(&self, stored: &StoredChange, one: &OpenIntent) -> Outcome {
        if writes_nothing(&stored.change) {
            return Outcome::Applied;
        }
        let password = match &one.intent.sealed_password {
            None => None,
            Some(sealed) => match open(&self.seal_key, stored.id.as_str(), sealed) {
                Ok(password) => Some(password),
                Err(error) => return Outcome::Unknown { why: error.to_string() },
            },
        };
        let write = match Write::of(&stored.change, password) {
            Ok(write) => write,
            Err(error) => return Outcome::Failed { why: error.to_string() },
        };
        let mut writer = self.directory.writer();
        match self.look(&write).await {
            Shows::Done => Outcome::Applied,
            // Two reads agree that nothing was written: the same write, with the same password, is sent again.
            Shows::NotDone | Shows::Partly => self.send(&write, &mut writer).await,
            Shows::Other(why) => Outcome::Unknown { why },
        }
    }

    /// Finishes the one order a worker can have had under way: it is written if it is not there, then noted.
    async fn resume_order(
        &self,
        target: &TargetId,
        claimed: &[(StoredChange, OpenIntent)],
        done: &mut Applied,
    ) -> Result<(), StoreError> {
        let Some(system) =
            self.systems.iter().filter_map(System::handoff).find(|system| system.name == *target)
        else {
            let error =
                format!("{} changes of {target} wait: the system is no longer configured", claimed.len());
            done.errors.push(error);
            return Ok(());
        };
        let pairs: Vec<orders::Claimed> = claimed
            .iter()
            .map(|(stored, one)| orders::Claimed { stored: stored.clone(), intent: one.intent.clone() })
            .collect();
        let order = self.store.open_orders().await?.into_iter().rfind(|order| order.target == *target);
        match order {
            Some(order) => self.finish_order(system, (&order.file, order.due), &pairs, done).await,
            None => {
                let outcome = Outcome::NotSent { why: "stopped before the work order".into() };
                self.resolve_order(&pairs, &outcome, done).await
            }
        }
    }
}
