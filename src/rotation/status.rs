//! The status: how many accounts stand where, by agency and system, and what the next days bring.

use super::part::{Part, parts};
use super::policy::Audience;
use super::verdict::{Cause, Standing, Verdict};
use super::{Subject, World, guess};
use crate::model::ids::{AccountId, AgencyCode, TargetId};
use crate::model::rotation::{Campaign, Memory};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Accounts by standing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// By standing; what is not listed is nobody's.
    pub states: BTreeMap<Standing, u64>,
    /// Of them protected accounts whose password is overdue.
    pub protected_overdue: u64,
    /// Accounts that nobody has signed in to for longer than the rules have it.
    pub idle: u64,
    /// Of them those that nobody has ever signed in to.
    #[serde(default)]
    pub never_used: u64,
    /// Mailboxes that are nearly full.
    pub nearly_full: u64,
    /// Accounts whose password a check found to be a default one.
    pub default_passwords: u64,
    /// Accounts with a reminder that is due and waits for a later pass.
    #[serde(default)]
    pub postponed: u64,
}

/// What is going to happen if nobody changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ahead {
    /// Reminders to holders.
    pub reminders: u64,
    /// Accounts told to their units.
    pub contacts: u64,
    /// Accounts told to the department.
    pub department: u64,
    /// Changes forced at the next sign-in.
    #[serde(default)]
    pub forced: u64,
    /// Locks.
    pub locks: u64,
}

/// The whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Status {
    /// All of it.
    pub total: Counts,
    /// By system.
    pub systems: BTreeMap<TargetId, Counts>,
    /// By agency.
    pub agencies: BTreeMap<AgencyCode, Counts>,
    /// Within 7 days, today included.
    pub next_7_days: Ahead,
    /// Within 30 days, today included.
    pub next_30_days: Ahead,
}

impl Counts {
    pub(super) fn add(&mut self, verdict: &Verdict<'_>, idle: bool) {
        *self.states.entry(verdict.standing).or_default() += 1;
        let overdue = matches!(verdict.standing, Standing::Overdue | Standing::Unreachable);
        self.protected_overdue += u64::from(verdict.subject.protected && overdue);
        self.idle += u64::from(idle);
        self.never_used += u64::from(idle && verdict.never_used);
        self.nearly_full += u64::from(verdict.nearly_full);
        let found = guess::standing(&verdict.memory, &verdict.subject.facts);
        self.default_passwords += u64::from(found.is_some());
        self.postponed += u64::from(verdict.postponed.is_some());
    }

    pub(super) fn merge(&mut self, other: &Self) {
        let Self { states, protected_overdue, idle, never_used, nearly_full, default_passwords, postponed } =
            other;
        for (standing, count) in states {
            *self.states.entry(*standing).or_default() += count;
        }
        self.protected_overdue += protected_overdue;
        self.idle += idle;
        self.never_used += never_used;
        self.nearly_full += nearly_full;
        self.default_passwords += default_passwords;
        self.postponed += postponed;
    }

    /// How many stand there.
    pub fn of(&self, standing: Standing) -> u64 {
        self.states.get(&standing).copied().unwrap_or(0)
    }

    /// How many there are.
    pub fn sum(&self) -> u64 {
        self.states.values().sum()
    }
}

impl Ahead {
    pub(super) fn add(&mut self, to: Audience) {
        match to {
            Audience::Holder => self.reminders += 1,
            Audience::Contact => self.contacts += 1,
            Audience::Department => self.department += 1,
            Audience::ForceChange => self.forced += 1,
            Audience::Lock => self.locks += 1,
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        let Self { reminders, contacts, department, forced, locks } = other;
        self.reminders += reminders;
        self.contacts += contacts;
        self.department += department;
        self.forced += forced;
        self.locks += locks;
    }
}

/// How far a campaign has come in one agency.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Accounts in it.
    pub accounts: u64,
    /// Of them changed by their holders since the opening.
    pub changed: u64,
    /// Of them locked.
    pub locked: u64,
    /// Those that changed, by the local date of the holder's last change.
    pub days: BTreeMap<NaiveDate, u64>,
}

impl Progress {
    /// The share that has changed, in percent.
    pub fn percent(&self) -> u64 {
        self.changed * 100 / self.accounts.max(1)
    }
}

/// How far `campaign` has come, by agency.
pub fn progress(
    world: &World<'_>,
    campaign: &Campaign,
    subjects: &[Subject<'_>],
    memories: &BTreeMap<(TargetId, AccountId), Memory>,
) -> BTreeMap<AgencyCode, Progress> {
    table(&parts(world, campaign, subjects, memories))
}

/// The same, of everybody in it.
pub fn table(parts: &[(&Subject<'_>, Part)]) -> BTreeMap<AgencyCode, Progress> {
    let mut table: BTreeMap<AgencyCode, Progress> = BTreeMap::new();
    for (subject, Part { changed, locked }) in parts {
        let row = table.entry(subject.agency.clone()).or_default();
        row.accounts += 1;
        row.changed += u64::from(changed.is_some());
        if let Some(day) = changed {
            *row.days.entry(*day).or_default() += 1;
        }
        row.locked += u64::from(*locked);
    }
    table
}

/// An account with where it stands, for lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Line {
    /// Its agency.
    pub agency: AgencyCode,
    /// Its system.
    pub system: TargetId,
    /// Its address, or its login where it has none.
    pub account: String,
    /// Its holder's name.
    pub name: String,
    /// Where it stands.
    pub standing: Standing,
    /// Why a change of the password is asked for, where one is.
    pub cause: Option<Cause>,
    /// The last day for it.
    pub deadline: Option<NaiveDate>,
    /// The day of the lock, if nothing changes.
    pub lock_on: Option<NaiveDate>,
    /// Days since the last sign-in, where that is longer than the rules have it.
    pub idle_days: Option<i64>,
    /// Whether nobody has ever signed in to it.
    pub never_used: bool,
    /// Whether its mailbox is nearly full.
    pub nearly_full: bool,
}

/// Every account, by agency. `idle_after` is as of [`status`].
pub fn lines(verdicts: &[Verdict<'_>], idle_after: Option<u32>) -> Vec<Line> {
    let line = |verdict: &Verdict<'_>| {
        let subject = &verdict.subject;
        let is_idle = |days: &i64| idle_after.is_some_and(|after| *days >= i64::from(after));
        let locks = verdict.ahead.iter().filter(|(_, to)| *to == Audience::Lock).map(|(on, _)| *on);
        Line {
            agency: subject.agency.clone(),
            system: subject.target.clone(),
            account: subject.mail.or(subject.login).unwrap_or(subject.id.as_str()).to_owned(),
            name: subject.name.to_owned(),
            standing: verdict.standing,
            cause: verdict.cause,
            deadline: verdict.deadline,
            lock_on: locks.min(),
            idle_days: verdict.idle_days.filter(is_idle),
            never_used: verdict.never_used,
            nearly_full: verdict.nearly_full,
        }
    };
    let mut lines: Vec<Line> = verdicts.iter().map(line).collect();
    lines.sort();
    lines
}
