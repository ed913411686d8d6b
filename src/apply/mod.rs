//! Apply: approved changes are carried out, each journalled: an intent committed before the write, its outcome
//! after. Nothing is decided here.

pub mod directory;
mod group;
pub mod handover;
pub mod incident;
pub mod orders;
pub mod password;
pub mod recover;
pub mod seal;
mod systems;
pub mod undo;

use crate::directory::Directory;
use crate::kill::{KillPoint, reached};
use crate::model::Time;
use crate::model::account::Attr;
use crate::model::brake::{BrakeKind, BrakeScope};
use crate::model::change::{Change, ChangeKind, Reason, State, StoredChange};
use crate::model::custodian::Custodian;
use crate::model::ids::{AccountId, ChangeId};
use crate::model::intent::{Intent, Outcome};
use crate::plan::Counts;
use crate::plan::brakes::Limits;
use crate::store::{Claim, Fenced, Filter, Limit, Standing, Store, StoreError, Terms, Token};
use crate::systems::System;
use chrono::{NaiveDate, TimeDelta};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

/// How long after its intent a write may still be sent. A worker that was stopped for longer must not write: another
/// one may have taken over.
pub(crate) const WRITE_WITHIN: TimeDelta = TimeDelta::seconds(30);

/// Changes read at a time.
const PAGE: u32 = 500;

/// Carries out what is approved, under one worker's lease.
pub struct Applier<'a> {
    /// The store.
    pub store: &'a Store,
    /// The lease.
    pub token: &'a Token,
    /// The mail directory.
    pub directory: &'a Directory,
    /// The systems beside it.
    pub systems: &'a [System],
    /// The name work orders are issued under.
    pub issuer: &'a str,
    /// The agencies, for their names.
    pub agencies: &'a crate::model::agency::Agencies,
    /// The key first passwords are sealed under.
    pub seal_key: [u8; 32],
    /// The brakes.
    pub limits: &'a Limits,
    /// What shares are taken of.
    pub counts: &'a Counts,
    /// The province's time zone.
    pub zone: chrono_tz::Tz,
    /// Days nobody works.
    pub holidays: &'a BTreeSet<NaiveDate>,
    /// The clock.
    pub clock: &'a (dyn Fn() -> Time + Sync),
    /// Whether accounts may be locked by rule now: only in the hours in which somebody can be asked.
    pub may_lock: &'a (dyn Fn() -> bool + Sync),
    /// Only this rule's changes: an incident does not wait for the rest.
    pub only: Option<Reason>,
    /// Set when the worker is to stop: what is under way is finished, nothing new begun.
    pub stop: &'a AtomicBool,
}

/// What applying came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// Carried out.
    pub applied: u64,
    /// Handed over in work orders.
    pub ordered: u64,
    /// Refused because the entry had changed.
    pub stale: u64,
    /// Refused by the target.
    pub failed: u64,
    /// Outcome unknown: a person must look.
    pub unknown: u64,
    /// Not sent; tried again in the next pass.
    pub not_sent: u64,
    /// Stopped by a brake's budget.
    pub braked: u64,
    /// What went wrong, a line each.
    pub errors: Vec<String>,
}

impl Applied {
    fn count(&mut self, stored: &StoredChange, outcome: &Outcome) {
        let mut error = |why: &str| {
            self.errors.push(format!("{} {}: {why}", stored.change.kind, stored.id));
        };
        match outcome {
            Outcome::Applied => self.applied += 1,
            Outcome::Ordered { .. } => self.ordered += 1,
            Outcome::Stale { .. } => self.stale += 1,
            Outcome::Failed { why } => {
                error(why);
                self.failed += 1;
            }
            Outcome::Unknown { why } => {
                error(why);
                self.unknown += 1;
            }
            Outcome::NotSent { why } => {
                error(why);
                self.not_sent += 1;
            }
        }
    }
}

impl Applier<'_> {
    /// Finishes what a crash left, then carries out everything that is approved and due.
    pub async fn run(&self) -> Result<Applied, StoreError> {
        let mut done = Applied::default();
        self.recover(&mut done).await?;
        self.carry_out(&mut done).await?;
        reached(KillPoint::BetweenDirectoryAndRoles);
        Box::pin(self.write_roles(&mut done)).await?;
        self.hand_over(&mut done).await?;
        Ok(done)
    }

    /// The next page of the approved changes of `target` that are due, after the one that `last` names; `last` is
    /// moved on. `None` where there are no more.
    pub(crate) async fn approved(
        &self,
        target: &crate::model::ids::TargetId,
        last: &mut Option<ChangeId>,
    ) -> Result<Option<Vec<Standing>>, StoreError> {
        let filter = Filter {
            state: Some(State::Approved),
            target: Some(target.clone()),
            reason: self.only,
            ..Filter::default()
        };
        let today = self.today();
        let mut page = self.store.changes(&filter, last.as_ref(), PAGE).await?;
        let Some(end) = page.last() else { return Ok(None) };
        *last = Some(end.stored.id.clone());
        let may_lock = (self.may_lock)();
        page.retain(|one| {
            let change = &one.stored.change;
            let by_rule = change.kind == ChangeKind::LockAccount && !change.is_incident_lock();
            change.due <= today && (may_lock || !by_rule)
        });
        Ok(Some(page))
    }

    /// Claims a change and commits to writing it; `None`, and the reason counted, where it was turned away.
    async fn claim(&self, stored: &StoredChange, done: &mut Applied) -> Result<Option<Intent>, StoreError> {
        let intents = self.claim_all(&[(stored, self.terms(&stored.change, None))], done).await?;
        Ok(intents.into_iter().next().flatten())
    }

    /// Claims changes in one transaction and commits to writing those that were granted; for each its intent, or the
    /// reason counted.
    async fn claim_all(
        &self,
        wanted: &[(&StoredChange, Terms)],
        done: &mut Applied,
    ) -> Result<Vec<Option<Intent>>, StoreError> {
        reached(KillPoint::BeforeIntent);
        let claims = self
            .store
            .write_fenced(self.token, self.now(), |mut tx| async move {
                let claims = tx.open_intents(wanted).await?;
                tx.commit(claims).await
            })
            .await?;
        let mut intents = Vec::with_capacity(claims.len());
        for claim in claims {
            intents.push(match claim {
                Claim::Opened(intent) => Some(intent),
                refused => {
                    Self::turned_away(&refused, done);
                    None
                }
            });
        }
        if intents.iter().any(Option::is_some) {
            reached(KillPoint::AfterIntent);
        }
        Ok(intents)
    }

    /// Says so where the time in which `intent` may be written has passed.
    fn too_late(&self, intent: &Intent) -> Result<(), Outcome> {
        if self.now() > intent.write_by {
            return Err(Outcome::NotSent {
                why: "the worker was held up; the write was not sent in time".into(),
            });
        }
        Ok(())
    }

    pub(crate) fn now(&self) -> Time {
        (self.clock)()
    }

    pub(crate) fn today(&self) -> NaiveDate {
        self.now().with_timezone(&self.zone).date_naive()
    }

    pub(crate) fn stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// On which terms a change is claimed now.
    pub(crate) fn terms(&self, change: &Change, sealed_password: Option<Vec<u8>>) -> Terms {
        let now = self.now();
        let kind = BrakeKind::counting(change);
        let window_start = now - TimeDelta::hours(i64::from(self.limits.window_hours));
        let limits = [BrakeScope::Agency(change.agency.clone()), BrakeScope::Province]
            .into_iter()
            .map(|scope| {
                let limit = self.limits.of(kind).among(self.counts.within(&scope));
                Limit { scope, kind, limit, window_start }
            })
            .collect();
        Terms { today: self.today(), write_by: now + WRITE_WITHIN, sealed_password, limits }
    }

    /// Counts a claim that was not granted.
    pub(crate) fn turned_away(claim: &Claim, done: &mut Applied) {
        match claim {
            Claim::Braked(..) => done.braked += 1,
            Claim::Opened(_)
            | Claim::NotApproved
            | Claim::NotReady
            | Claim::Busy
            | Claim::Paused
            | Claim::Incident
            | Claim::OnHold => {}
        }
    }

    /// What an applied change brings with it, in the transaction of its outcome.
    pub(crate) async fn follow_up(
        &self,
        tx: &mut Fenced,
        stored: &StoredChange,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        if *outcome == Outcome::Applied {
            undo::end_original(tx, &stored.change).await?;
        }
        if *outcome == Outcome::Applied
            && stored.change.kind == ChangeKind::SetCustodian
            && let Some(address) = stored.change.after(Attr::Custodian)
        {
            let change = &stored.change;
            let mailbox = handover::address_of(&change.label);
            let custodian = Custodian {
                agency: change.agency.clone(),
                mailbox: mailbox.to_owned(),
                address: address.to_owned(),
                since: tx.now(),
                listed: self.agencies.get(&change.agency).and_then(|agency| agency.keeper_of(mailbox)),
            };
            tx.set_custodian(&AccountId::new(change.subject.as_str()), &custodian, &stored.id).await?;
            let able = self.systems.iter().filter(|system| handover::ends_sessions(system));
            let follow: Vec<_> = able
                .filter_map(|system| handover::end_sessions(stored, system.name(), self.today()))
                .collect();
            tx.follow_with(&follow, &stored.id).await?;
        }
        Ok(())
    }
}
