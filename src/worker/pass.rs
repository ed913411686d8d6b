//! A pass: intake, look, plan, apply, answer, mail; once. A stage that fails is reported, and the stages that do
//! not need it go on.

use super::engine::Engine;
use super::guessing::{GuessError, Guessing};
use super::planning::Planned;
use super::rotating::Reminded;
use super::telling::TellError;
use crate::apply::undo::end_original;
use crate::apply::{Applied, Applier};
use crate::directory::ReadError;
use crate::intake::scan::{Dropped, look};
use crate::intake::take::{Intake, Taken};
use crate::model::Time;
use crate::model::account::Snapshot;
use crate::model::change::{ChangeKind, Reason, State};
use crate::model::ids::AccountId;
use crate::model::role::RoleSnapshot;
use crate::plan::Counts;
use crate::store::{Published, StoreError, Token};
use crate::systems::handoff::{Seen, confirm};
use crate::workbook::Reader;
use crate::worker::mailing::Mailed;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::{Instant, SystemTime};

/// What a pass came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rosters accepted.
    pub read: u64,
    /// Files refused.
    pub refused: u64,
    /// Files whose bytes came before.
    pub repeated: u64,
    /// New changes, by kind.
    pub proposed: BTreeMap<ChangeKind, u64>,
    /// What storing the plan did.
    pub published: Option<Published>,
    /// Changes that a brake holds.
    pub held: u64,
    /// Brakes that are tripped.
    pub brakes: u64,
    /// Changes that wait for approval.
    pub waiting: u64,
    /// Questions that wait for an answer.
    pub questions: u64,
    /// Roles held by somebody whom no roster names, where nothing is proposed.
    pub unclaimed: u64,
    /// Reminders of rotation.
    pub reminded: Reminded,
    /// What was carried out.
    pub applied: Applied,
    /// Ordered changes that a newer export confirmed.
    pub confirmed: u64,
    /// Feedback workbooks written.
    pub answered: u64,
    /// Mails that a server further on returned.
    pub returned: u64,
    /// What left.
    pub mailed: Mailed,
    /// Stored passwords held against the known default ones.
    pub guessing: Guessing,
    /// Stages or targets that failed, a line each.
    pub errors: Vec<String>,
}

/// How a pass ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All of it was done; refused rosters included.
    Done,
    /// A brake holds something.
    Held,
    /// The program or a target failed.
    Failed,
}

impl Summary {
    /// How it ended; a failure outranks the rest.
    pub fn ending(&self) -> Ending {
        let mail = self.mailed.waiting + self.mailed.failed > 0;
        if !self.errors.is_empty() || !self.applied.errors.is_empty() || mail {
            Ending::Failed
        } else if self.held > 0 || self.applied.braked > 0 || self.reminded.braked.is_some() {
            Ending::Held
        } else {
            Ending::Done
        }
    }
}

impl Ending {
    /// Its word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Held => "held",
            Self::Failed => "failed",
        }
    }

    /// The exit code of `run --once`.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Held => 3,
            Self::Failed => 1,
        }
    }
}

/// What later stages need of the directory that was planned from.
#[derive(Debug, Default)]
struct Looked {
    /// The accounts that shares are taken of.
    counts: Counts,
    /// Accounts whose stored password is to be held against the known default ones.
    unguessed: Vec<AccountId>,
}

/// Logs how long each stage took: what is asked first of a pass that was slow.
struct StageClock(Instant);

impl StageClock {
    fn start() -> Self {
        Self(Instant::now())
    }

    fn ended(&mut self, stage: &'static str) {
        let began = std::mem::replace(&mut self.0, Instant::now());
        tracing::debug!(stage, seconds = began.elapsed().as_secs_f64(), "stage ended");
    }
}

impl Engine {
    /// One whole pass under `token`.
    pub async fn pass(&self, token: &Token, apply: bool) -> Result<Summary, StoreError> {
        // What all stages hold together is too large for the stacks of those who call.
        Box::pin(self.stages(token, apply)).await
    }

    async fn stages(&self, token: &Token, apply: bool) -> Result<Summary, StoreError> {
        let mut summary = Summary::default();
        let mut reader = self.reader();
        let pass = self
            .store
            .write_fenced(token, self.now(), |mut tx| async move {
                let pass = tx.begin_pass().await?;
                tx.commit(pass).await
            })
            .await?;
        let mut clock = StageClock::start();
        // Each waits for something else: files and their reader here, a server there.
        let (intake, directory) =
            tokio::join!(self.take_in(token, &mut reader, &mut summary), self.look_at_directory());
        intake?;
        clock.ended("intake and directory");
        summary.errors.extend(self.count_lookups(token, None).await?.errors);
        clock.ended("look-ups");
        self.expire(token).await?;
        let returned = self.take_bounces(token).await?;
        summary.returned = returned.mails;
        summary.errors.extend(returned.errors);
        // Those on duty get a letter on it: where there are some it is no failure of the pass.
        if returned.mails > 0 && self.config().on_duty.is_empty() {
            summary.errors.push(format!(
                "mail: {} that a server had taken came back, and on_duty names nobody to be told",
                returned.mails
            ));
        }
        let looked =
            self.plan_and_publish(token, &pass, directory, &mut reader, &mut summary, &mut clock).await?;
        if apply {
            self.apply(token, &looked.counts, &mut summary).await?;
            clock.ended("apply");
        }
        summary.errors.extend(self.watch_incidents().await?);
        self.answer_all(token, &mut reader, &mut summary).await?;
        clock.ended("answer");
        if let Err(error) = self.tell(token).await {
            summary.errors.push(error.to_string());
        }
        if let Err(error) = self.press(token).await {
            summary.errors.push(error.to_string());
        }
        if let Err(error) = self.report_the_day(token).await {
            summary.errors.push(error.to_string());
        }
        match self.transport() {
            Ok(transport) => summary.mailed = Box::pin(self.mail(token, &transport)).await?,
            Err(error) => summary.errors.push(error.to_string()),
        }
        clock.ended("mail");
        match self.guess(token, &looked.unguessed).await {
            Ok(guessing) => summary.guessing = guessing,
            Err(GuessError::Store(error)) => return Err(error),
            Err(error) => summary.errors.push(error.to_string()),
        }
        clock.ended("default passwords");
        self.count_waiting(&mut summary).await?;
        let ending = summary.ending();
        let counted = &summary;
        self.store
            .write_fenced(token, self.now(), |mut tx| {
                let pass = &pass;
                async move {
                    tx.end_pass(pass, ending.as_str(), counted).await?;
                    tx.commit(()).await
                }
            })
            .await?;
        Ok(summary)
    }

    /// Files of the inbox that no longer change, and a line for each folder that could not be read.
    pub async fn settled(&self) -> Result<(Vec<Dropped>, Vec<String>), std::io::Error> {
        let folders = &self.config().folders;
        let first = look(&folders.inbox, &self.site.agencies, SystemTime::now())?;
        for (path, why) in &first.strays {
            tracing::warn!(path = %path.display(), "left in the inbox: {why}");
        }
        let unread = first.unread.iter().map(|(path, why)| format!("{}: {why}", path.display())).collect();
        if first.files.is_empty() {
            return Ok((Vec::new(), unread));
        }
        tokio::time::sleep(folders.settle()).await;
        let later = look(&folders.inbox, &self.site.agencies, SystemTime::now())?;
        Ok((first.settled(&later), unread))
    }

    async fn take_in(
        &self,
        token: &Token,
        reader: &mut Reader,
        summary: &mut Summary,
    ) -> Result<(), StoreError> {
        let files = match self.settled().await {
            Ok((files, unread)) => {
                summary.errors.extend(unread);
                files
            }
            Err(error) => {
                summary.errors.push(format!("{}: {error}", self.config().folders.inbox.display()));
                return Ok(());
            }
        };
        let mark_keys = self.mark_keys();
        let now = self.now();
        let intake = Intake {
            store: &self.store,
            token,
            folders: &self.config().folders,
            agencies: &self.site.agencies,
            mark_keys: &mark_keys,
            largest: self.config().reader.file_bytes,
            now,
            today: self.local(now),
        };
        for file in files {
            if self.stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            match intake.take(&file, reader).await {
                Ok(Taken::Accepted) => summary.read += 1,
                Ok(Taken::Refused) => summary.refused += 1,
                Ok(Taken::Repeated(again)) => {
                    summary.repeated += 1;
                    // A courtesy: the result lies beside the file whatever becomes of this mail.
                    if let Some(agency) = self.sender_of(&again.first)
                        && let Err(error) = self.answerer(token, &BTreeMap::new()).again(&again, agency).await
                    {
                        summary.errors.push(format!("{}: {error}", again.name));
                    }
                }
                Ok(Taken::Finished | Taken::Gone) => {}
                Err(error) => summary.errors.push(format!("{}: {error}", file.path.display())),
            }
        }
        Ok(())
    }

    /// Ends approvals that ran out.
    async fn expire(&self, token: &Token) -> Result<(), StoreError> {
        let (now, days) = (self.now(), self.config().approval_days);
        let today = self.local(now);
        self.store
            .write_fenced(token, now, |mut tx| async move {
                tx.expire_approvals(today, days).await?;
                tx.commit(()).await
            })
            .await
    }

    /// Reads the systems and stores a plan. Without the directory there is none; without a system, nothing is said
    /// of that system.
    async fn plan_and_publish(
        &self,
        token: &Token,
        pass: &str,
        directory: Result<Snapshot, ReadError>,
        reader: &mut Reader,
        summary: &mut Summary,
        clock: &mut StageClock,
    ) -> Result<Looked, StoreError> {
        let directory = match directory {
            Ok(directory) => directory,
            Err(error) => {
                summary.errors.push(format!("directory: {error}"));
                return Ok(Looked::default());
            }
        };
        if let Err(error) = self.believable(&directory).await? {
            summary.errors.push(error);
            return Ok(Looked::default());
        }
        let systems = self.look_at_systems(token, reader, summary).await?;
        clock.ended("systems");
        let planned = match self.plan(&directory, &systems, Vec::new()).await {
            Ok(planned) => planned,
            Err(super::planning::PlanningError::Store(error)) => return Err(error),
            Err(error) => {
                summary.errors.push(error.to_string());
                return Ok(Looked { counts: Counts::of(&directory), unguessed: Vec::new() });
            }
        };
        clock.ended("plan");
        let published = self.publish(token, pass, &planned, &directory, &systems).await?;
        clock.ended("publish");
        if let Some(rotated) = &planned.rotated {
            match self.remind(token, rotated).await {
                Ok(reminded) => summary.reminded = reminded,
                Err(TellError::Store(error)) => return Err(error),
                Err(error) => summary.errors.push(error.to_string()),
            }
            self.keep_figures(token, rotated).await?;
            clock.ended("remind");
        }
        match self.tell_of_lookups(token, &directory, &systems).await {
            Ok(_) => {}
            Err(TellError::Store(error)) => return Err(error),
            Err(error) => summary.errors.push(error.to_string()),
        }
        count_plan(&planned, published, summary);
        let unguessed = planned.rotated.map(|rotated| rotated.unguessed).unwrap_or_default();
        Ok(Looked { counts: planned.counts, unguessed })
    }

    /// A directory that suddenly holds next to nobody was not read whole, whatever the server says.
    pub async fn believable(&self, directory: &Snapshot) -> Result<Result<(), String>, StoreError> {
        let before =
            self.store.snapshot(&crate::model::ids::TargetId::mail()).await?.map_or(0, |last| last.total);
        let now = Counts::of(directory).province;
        let percent = u64::from(self.config().smallest_directory_percent);
        // One that shows nobody is not believed even the first time: everybody would get an account.
        let least = (before * percent / 100).max(percent.min(1));
        Ok(if now < least {
            Err(format!(
                "directory: it shows {now} open accounts, the last good read {before}: nothing is planned. If that is \
                 right, lower smallest_directory_percent for one pass; if not, check what the service account may read"
            ))
        } else {
            Ok(())
        })
    }

    async fn look_at_systems(
        &self,
        token: &Token,
        reader: &mut Reader,
        summary: &mut Summary,
    ) -> Result<Vec<RoleSnapshot>, StoreError> {
        let (systems, errors) = self.look_at_every_system(reader).await;
        summary.errors.extend(errors);
        for snapshot in &systems {
            summary.confirmed += self.confirm(token, snapshot).await?;
        }
        Ok(systems)
    }

    /// Ordered changes that a newer export shows are done.
    async fn confirm(&self, token: &Token, snapshot: &RoleSnapshot) -> Result<u64, StoreError> {
        let ordered = self.ordered_of(&snapshot.target).await?;
        let ordered: Vec<_> = ordered.into_iter().map(|one| (one.stored, one.since)).collect();
        let done: Vec<_> = confirm(&ordered, snapshot)
            .into_iter()
            .filter(|(_, seen)| *seen == Seen::Confirmed)
            .map(|(id, _)| id)
            .collect();
        if done.is_empty() {
            return Ok(0);
        }
        self.store
            .write_fenced(token, self.now(), |mut tx| {
                let (done, ordered) = (&done, &ordered);
                async move {
                    for id in done {
                        if tx.transition(id, State::Ordered, State::Applied, None).await?
                            && let Some((stored, _)) = ordered.iter().find(|(one, _)| one.id == *id)
                        {
                            end_original(&mut tx, &stored.change).await?;
                        }
                    }
                    tx.confirm_orders().await?;
                    tx.commit(done.len() as u64).await
                }
            })
            .await
    }

    /// Carries out what is approved.
    pub async fn apply(
        &self,
        token: &Token,
        counts: &Counts,
        summary: &mut Summary,
    ) -> Result<(), StoreError> {
        let clock = || self.now();
        let may_lock = || self.days().is_none_or(|days| days.may_lock(self.now()));
        let applier = self.applier(token, counts, (&clock, &may_lock), None);
        summary.applied = applier.run().await?;
        Ok(())
    }

    /// What carries out approved changes; of one rule alone, where `only` names it.
    pub(super) fn applier<'a>(
        &'a self,
        token: &'a Token,
        counts: &'a Counts,
        (clock, may_lock): (&'a (dyn Fn() -> Time + Sync), &'a (dyn Fn() -> bool + Sync)),
        only: Option<Reason>,
    ) -> Applier<'a> {
        Applier {
            store: &self.store,
            token,
            directory: &self.directory,
            systems: &self.systems,
            issuer: &self.config().sender.agency,
            agencies: &self.site.agencies,
            seal_key: self.keys.seal(),
            limits: &self.config().brakes,
            counts,
            zone: self.config().time_zone,
            holidays: &self.config().holidays,
            clock,
            may_lock,
            only,
            stop: &self.stop,
        }
    }

    async fn count_waiting(&self, summary: &mut Summary) -> Result<(), StoreError> {
        let now = self.now();
        let figures = self.store.figures(&[], now).await?;
        let of = |state| figures.by_state.get(&state).copied().unwrap_or(0);
        summary.held = of(State::Held);
        summary.waiting = of(State::Proposed) + of(State::Expired);
        summary.brakes = self.store.open_brakes().await?.len() as u64;
        summary.questions = self.store.questions().await?.len() as u64;
        Ok(())
    }
}

fn count_plan(planned: &Planned, published: Published, summary: &mut Summary) {
    for (change, _, _) in &planned.plan.insert {
        *summary.proposed.entry(change.kind).or_default() += 1;
    }
    for id in &planned.proposals.protected {
        tracing::warn!(account = %id, "a protected account would have been changed; it is never written");
    }
    summary.unclaimed = planned.proposals.unclaimed.len() as u64;
    summary.published = Some(published);
}
