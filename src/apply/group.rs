//! A group: changes of the directory that are claimed by one commit and whose outcomes are noted by another. Between the
//! two they are written one at a time, as many as are written within a moment.

use super::directory::{Ended, needs_password, new_password};
use super::{Applied, Applier};
use crate::directory::DirectoryWriter;
use crate::kill::{KillPoint, reached};
use crate::model::change::StoredChange;
use crate::model::ids::TargetId;
use crate::model::intent::Outcome;
use crate::store::{Standing, StoreError};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// Changes of a group at most.
const MOST: usize = 64;
/// What a group should take. A pause, an incident or a stop waits for the group under way, and whatever crashes leaves
/// one open.
const WITHIN: Duration = Duration::from_secs(1);

/// How many changes the next group may have: of a slow directory few, of a quick one many.
struct Pace(usize);

impl Pace {
    fn after(self, took: Duration) -> Self {
        Self(if took < WITHIN / 2 { (self.0 * 2).min(MOST) } else { (self.0 / 2).max(1) })
    }
}

impl Applier<'_> {
    /// Carries out the directory's approved changes. One that fails never stops the rest.
    pub(crate) async fn carry_out(&self, done: &mut Applied) -> Result<(), StoreError> {
        let mut writer = self.directory.writer();
        let (mut last, mut pace) = (None, Pace(1));
        while let Some(page) = self.approved(&TargetId::mail(), &mut last).await? {
            let mut rest = page.as_slice();
            while !rest.is_empty() {
                if self.stopping() {
                    return Ok(());
                }
                let (group, later) = rest.split_at(independent(rest, pace.0));
                let began = Instant::now();
                self.group(group, &mut writer, done).await?;
                if done.not_sent > 0 {
                    // The directory is away: each further write would only wait for it as long as this one did.
                    return Ok(());
                }
                pace = pace.after(began.elapsed());
                rest = later;
            }
        }
        Ok(())
    }

    async fn group(
        &self,
        group: &[Standing],
        writer: &mut DirectoryWriter,
        done: &mut Applied,
    ) -> Result<(), StoreError> {
        let (mut wanted, mut passwords) = (Vec::new(), Vec::new());
        for Standing { stored, .. } in group {
            let password = if needs_password(stored) { Some(new_password()?) } else { None };
            let sealed = password.as_ref().map(|password| self.sealed(stored, password)).transpose()?;
            wanted.push((stored, self.terms(&stored.change, sealed)));
            passwords.push(password);
        }
        let intents = self.claim_all(&wanted, done).await?;
        let mut written: Vec<(_, _, Outcome)> = Vec::new();
        for ((Standing { stored, .. }, password), intent) in group.iter().zip(passwords).zip(intents) {
            let Some(intent) = intent else { continue };
            let outcome = match written.last() {
                // The directory is away: what comes behind is not tried at it.
                Some((_, _, away @ Outcome::NotSent { .. })) => away.clone(),
                Some(_) | None => {
                    let outcome = self.carry(stored, &intent, password, writer).await;
                    reached(KillPoint::AfterWrite);
                    done.count(stored, &outcome);
                    outcome
                }
            };
            written.push((stored, intent, outcome));
        }
        if written.is_empty() {
            return Ok(());
        }
        let ended = written.iter().map(|(stored, intent, outcome)| Ended { stored, intent, outcome });
        self.resolve_all(&ended.collect::<Vec<_>>()).await?;
        reached(KillPoint::AfterOutcome);
        reached(KillPoint::BetweenEntries);
        Ok(())
    }
}

/// How many of the first changes, `most` at most, have nothing to do with each other: no two of one subject, none that
/// needs another of them first.
fn independent(changes: &[Standing], most: usize) -> usize {
    let (mut subjects, mut keys) = (BTreeSet::new(), BTreeSet::new());
    let apart = |StoredChange { key, change, .. }: &StoredChange| {
        let alone =
            subjects.insert(change.subject.clone()) && !change.needs.iter().any(|one| keys.contains(one));
        keys.insert(key.clone());
        alone
    };
    changes.iter().take(most).map(|one| &one.stored).map(apart).take_while(|apart| *apart).count()
}
