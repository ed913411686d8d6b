//! The service: passes by schedule and by arrival, one at a time, until it is asked to stop.

use super::engine::{Engine, EngineError, Grip, Gripped, LEASE};
use super::pass::{Ending, Summary};
use super::schedule::{Schedule, ScheduleError};
use crate::intake::scan::look;
use crate::model::Time;
use crate::model::ids::TargetId;
use crate::rotation::room::MailBraked;
use crate::store::{LaneHead, Token};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::process::Stdio;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};
use tokio::io::AsyncWriteExt;
use tokio::signal::unix::{SignalKind, signal};

/// How long a heartbeat or alert program may run.
const PROGRAM_MAY_RUN: Duration = Duration::from_secs(30);

/// How often a running pass looks for incidents.
const LOOK_FOR_INCIDENTS: Duration = Duration::from_millis(500);

/// Why the service cannot run.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The store.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    /// The schedule.
    #[error("worker.schedule: {0}")]
    Schedule(#[from] ScheduleError),
    /// Another worker runs.
    #[error("{0}")]
    Taken(&'static str),
    /// Signals cannot be listened to.
    #[error("signals: {0}")]
    Signal(std::io::Error),
}

/// Said where the right to write is another's.
pub const HERE: &str = "a worker of this name already runs on this machine";
/// Said where the lease is held elsewhere.
pub const ELSEWHERE: &str =
    "another worker holds the lease; if it was killed, the lease ends within 90 seconds";

impl Engine {
    /// Takes the right to plan and write, or says who has it.
    pub async fn grip_or_say(&self) -> Result<Grip, ServiceError> {
        match self.grip().await? {
            Gripped::Yes(grip) => Ok(grip),
            Gripped::Here => Err(ServiceError::Taken(HERE)),
            Gripped::Elsewhere => Err(ServiceError::Taken(ELSEWHERE)),
        }
    }

    /// One pass under the lease, which is renewed while it runs.
    pub async fn pass_under(&self, grip: &Grip) -> Result<Summary, crate::store::StoreError> {
        self.attended(&grip.token, self.pass(&grip.token, self.config().worker.apply)).await
    }

    /// Does `work` under the lease, which is renewed meanwhile, and attends to incidents beside it.
    async fn attended<T>(&self, token: &Token, work: impl Future<Output = T>) -> T {
        // An incident does not wait for the pass to reach its writes.
        let ended = tokio::sync::Notify::new();
        let work = async {
            let done = work.await;
            ended.notify_one();
            done
        };
        let incidents = async {
            loop {
                self.attend_or_say(token, false).await;
                tokio::select! {
                    () = ended.notified() => return,
                    () = tokio::time::sleep(LOOK_FOR_INCIDENTS) => {}
                }
            }
        };
        let both = async { tokio::join!(work, incidents).0 };
        // Polled beside the work, not between its steps: both wait for the store's one writer.
        tokio::select! {
            done = both => done,
            never = self.renewal(token) => match never {},
        }
    }

    /// Renews the lease, time and again.
    async fn renewal(&self, token: &Token) -> Infallible {
        loop {
            tokio::time::sleep(Duration::from_secs(LEASE.num_seconds().unsigned_abs() / 3)).await;
            // Where the lease is lost, the next transaction of the work is refused by its token.
            let _ = self.store.renew_lease(token, self.now(), LEASE).await;
        }
    }

    /// Sends what has become due since the last pass. What is refused for good is told; that a server is away, the next
    /// pass tells.
    async fn mail_or_say(&self, token: &Token) {
        match self.store.mail_is_due(self.now()).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => return tracing::error!(%error, "the outbox cannot be read"),
        }
        // Settings that are wrong are the pass's to report.
        let Ok(transport) = self.transport() else { return };
        match self.attended(token, Box::pin(self.mail(token, &transport))).await {
            Ok(mailed) if mailed.failed > 0 => {
                let lines: Vec<_> = mailed.errors.iter().map(String::as_str).collect();
                self.alert(&format!("rosterd: mail was refused\n{}\n", lines.join("\n"))).await;
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "mail was not sent"),
        }
    }

    /// What stays undone is said by the pass, which ends by looking at every incident.
    async fn attend_or_say(&self, token: &Token, alone: bool) {
        if let Err(error) = self.attend(token, alone).await {
            tracing::error!(%error, "incidents were not attended to");
        }
    }

    /// Runs until SIGTERM or SIGINT; what is under way then is finished and journalled.
    pub async fn serve(&self) -> Result<(), ServiceError> {
        let zone = self.config().time_zone;
        let schedules: Vec<Schedule> = self
            .config()
            .worker
            .schedule
            .iter()
            .map(|text| Schedule::parse(text, zone))
            .collect::<Result<_, _>>()?;
        self.listen()?;
        let mut grip = self.grip_or_say().await?;
        tracing::info!(worker = %self.config().worker.name, "worker started");
        let mut next = next_pass(&schedules, self.now());
        let mut seen = None;
        let mut wanted = true;
        let mut counted = BTreeMap::new();
        while !self.stopping() {
            if wanted {
                let before = self.inbox().unwrap_or_default();
                self.one_pass(&grip).await;
                next = next_pass(&schedules, self.now());
                // What came while the pass ran may have come too late for it: that is news.
                seen = self.inbox().map(|now| before.known_of(now));
            }
            self.rest().await;
            self.beat();
            match self.store.renew_lease(&grip.token, self.now(), LEASE).await {
                Ok(true) => {}
                Ok(false) => {
                    tracing::warn!("the lease was taken by another worker; waiting for it");
                    match self.grip().await {
                        Ok(Gripped::Yes(again)) => grip = again,
                        Ok(Gripped::Here | Gripped::Elsewhere) | Err(_) => continue,
                    }
                }
                Err(error) => tracing::error!(%error, "the lease was not renewed"),
            }
            // Opened on another machine: nobody wakes this one.
            self.attend_or_say(&grip.token, true).await;
            // A second attempt, or a letter that waited for the morning, does not wait for the next pass.
            self.mail_or_say(&grip.token).await;
            let exceeded = self.poll_lookups(&grip.token, &mut counted).await;
            let arrived = self.inbox();
            let woken = std::fs::remove_file(self.wake_file()).is_ok();
            wanted = woken || exceeded || arrived != seen || next.is_some_and(|next| next <= self.now());
        }
        self.let_go(grip).await?;
        tracing::info!("worker stopped");
        Ok(())
    }

    /// Reads the counts of look-ups that are due; whether something was exceeded, which a pass then tells. `counted` is when
    /// each system was read last.
    async fn poll_lookups(&self, token: &Token, counted: &mut BTreeMap<TargetId, Time>) -> bool {
        let due = self.lookups_due(counted);
        if due.is_empty() {
            return false;
        }
        let now = self.now();
        counted.extend(due.iter().map(|target| (target.clone(), now)));
        match self.count_lookups(token, Some(&due)).await {
            Ok(round) => {
                for error in &round.errors {
                    tracing::error!(%error, "look-ups were not counted");
                }
                round.news
            }
            Err(error) => {
                tracing::error!(%error, "look-ups were not counted");
                false
            }
        }
    }

    /// Sets the stop flag when the process is asked to end.
    pub fn listen(&self) -> Result<(), ServiceError> {
        let mut terminate = signal(SignalKind::terminate()).map_err(ServiceError::Signal)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(ServiceError::Signal)?;
        let stop = self.stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            stop.store(true, Ordering::Relaxed);
        });
        Ok(())
    }

    fn stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    async fn one_pass(&self, grip: &Grip) {
        match self.pass_under(grip).await {
            Ok(summary) => {
                let ending = summary.ending();
                let text = serde_json::to_string(&summary).unwrap_or_default();
                tracing::info!(ending = ending.as_str(), summary = %text, "pass ended");
                self.note_heads().await;
                if ending == Ending::Failed {
                    let lines: Vec<_> = summary
                        .errors
                        .iter()
                        .chain(&summary.applied.errors)
                        .chain(&summary.mailed.errors)
                        .map(String::as_str)
                        .collect();
                    self.alert(&format!("rosterd: a pass failed\n{}\n", lines.join("\n"))).await;
                } else {
                    run(&self.config().worker.heartbeat_command, "").await;
                }
                if let Some(MailBraked { due, limit, of_accounts: _ }) = summary.reminded.braked {
                    let what =
                        format!("{due} reminders are due at once, more than {limit}: none leaves before two");
                    self.alert(&format!("rosterd: {what} operators run: rosterd rotation release-mail\n"))
                        .await;
                }
            }
            Err(error) => {
                tracing::error!(%error, "the pass broke off");
                self.alert(&format!("rosterd: a pass broke off\n{error}\n")).await;
            }
        }
    }

    /// Notes in the log where the audit trail ends: who cuts it would have to cut the log too.
    async fn note_heads(&self) {
        match self.store.audit_heads().await {
            Ok(heads) => {
                for LaneHead { lane, seq, hash } in heads {
                    tracing::info!(lane, seq, hash, "the audit trail ends");
                }
            }
            Err(error) => tracing::error!(%error, "the end of the audit trail cannot be read"),
        }
    }

    /// Tells somebody.
    pub async fn alert(&self, message: &str) {
        tracing::error!(message, "alert");
        run(&self.config().worker.alert_command, message).await;
    }

    /// Waits for the poll's interval, or for the stop.
    async fn rest(&self) {
        let until =
            tokio::time::Instant::now() + Duration::from_secs(self.config().worker.poll_seconds.max(1));
        while !self.stopping() && tokio::time::Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(200)).await;
            if self.wake_file().exists() {
                return;
            }
        }
    }

    fn beat(&self) {
        if let Some(path) = &self.config().worker.heartbeat_file
            && let Err(error) = std::fs::write(path, format!("{}\n", crate::model::rfc3339(self.now())))
        {
            tracing::warn!(path = %path.display(), %error, "no heartbeat");
        }
    }

    /// What lies in the inbox, to see whether something arrived. An inbox that cannot be read is the pass's to
    /// report.
    fn inbox(&self) -> Option<crate::intake::scan::Look> {
        look(&self.config().folders.inbox, &self.site.agencies, SystemTime::now()).ok()
    }
}

fn next_pass(schedules: &[Schedule], now: Time) -> Option<Time> {
    schedules.iter().filter_map(|schedule| schedule.next_after(now)).min()
}

/// Runs a program with `input` on its standard input; its failure is a log line.
async fn run(command: &[String], input: &str) {
    let Some((program, arguments)) = command.split_first() else { return };
    let run = async {
        let mut child = tokio::process::Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that does not read its input is no failure.
            let _ = stdin.write_all(input.as_bytes()).await;
        }
        child.wait().await
    };
    match tokio::time::timeout(PROGRAM_MAY_RUN, run).await {
        Ok(Ok(status)) if status.success() => {}
        Ok(Ok(status)) => tracing::error!(program, %status, "the program failed"),
        Ok(Err(error)) => tracing::error!(program, %error, "the program could not be run"),
        Err(_) => tracing::error!(program, "the program took too long"),
    }
}
