//! Rotation: the accounts of a target held against the written rules, the calendar and what is remembered of each.
//! What comes of it are notices to be written, changes to be proposed and a standing for every account. Pure: `now`
//! is a parameter.
//!
//! A *rule* (policy) sets a *deadline* by the password's *age*; a *ladder* leads to it; a *campaign* has moments of its
//! own. Each is a *course* of *stages*; what an account has taken of it is a *run* in its *memory*.

pub mod age;
pub mod campaign;
pub mod compare;
pub mod days;
pub mod demand;
pub mod figures;
pub mod force;
pub mod guess;
pub mod judge;
pub mod ladder;
pub mod leak;
pub mod lookups;
pub mod part;
pub mod policy;
pub mod printed;
pub mod quota;
pub mod room;
pub mod row;
pub mod settings;
pub mod span;
pub mod status;
#[cfg(test)]
mod tests;
pub mod unlocked;
pub mod verdict;
pub mod warned;

use crate::model::Time;
use crate::model::agency::Agencies;
use crate::model::ids::{AccountId, AgencyCode, PersonId, TargetId};
use crate::model::leak::Leaks;
use crate::model::password::PasswordFacts;
use crate::model::rotation::{Campaign, Memory, Receipt};
use chrono::{NaiveDate, TimeDelta};
use days::Days;
use policy::{Holder, Policy};
use room::{MailBraked, Room};
use settings::Settings;
use std::collections::{BTreeMap, BTreeSet};
use verdict::Verdict;

/// A worker that was silent for longer had stopped, or its clock was set: nothing is locked before people could see
/// that it runs again.
pub const SILENCE: TimeDelta = TimeDelta::days(4);

/// Working days after a silence in which nothing is locked.
pub const AFTER_SILENCE: u32 = 3;

/// Everything the rules are held against.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// The moment.
    pub now: Time,
    /// The calendar.
    pub days: Days<'a>,
    /// The written rules.
    pub policy: &'a Policy,
    /// What the site decided beside them.
    pub settings: &'a Settings,
    /// The agencies.
    pub agencies: &'a Agencies,
    /// Campaigns that were started, or wait to be.
    pub campaigns: &'a [Campaign],
    /// What became of the notices to holders, by key.
    pub receipts: &'a BTreeMap<String, Receipt>,
    /// The day on which a printed list with the account was handed to its unit, by account and cycle.
    pub handed: &'a BTreeMap<(AccountId, String), NaiveDate>,
    /// The accounts of the mail directory that stand in leak lists.
    pub leaks: &'a Leaks,
    /// When the worker last began again after a silence.
    pub resumed: Option<Time>,
    /// Whether two operators let go today what the mail brake stops.
    pub mail_released: bool,
}

/// An account of a target, whichever it is.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each is one thing that an account is or is not")]
pub struct Subject<'a> {
    /// The target.
    pub target: &'a TargetId,
    /// The account.
    pub id: &'a AccountId,
    /// Its agency; [`AgencyCode::unknown`] where it lies in none.
    pub agency: &'a AgencyCode,
    /// Its holder, where one is known.
    pub person: Option<&'a PersonId>,
    /// What it is.
    pub holder: Holder,
    /// The holder's name.
    pub name: &'a str,
    /// The address that reaches the holder.
    pub mail: Option<&'a str>,
    /// The login.
    pub login: Option<&'a str>,
    /// Whether it is disabled or locked.
    pub disabled: bool,
    /// Whether it is never written: its ladder ends with the chief.
    pub protected: bool,
    /// Whether rosterd can lock it; where it cannot, the ladder ends with the department.
    pub lockable: bool,
    /// Whether the holder is on leave or seconded: the ladder pauses.
    pub away: bool,
    /// What the target shows.
    pub facts: PasswordFacts,
}

/// What came of holding a target's accounts against the rules.
#[derive(Debug, Default)]
pub struct Evaluation<'a> {
    /// One an account, in the order of the subjects.
    pub verdicts: Vec<Verdict<'a>>,
    /// Reminders that wait for the next pass: this one has written as many as it may.
    pub postponed: usize,
    /// The mail brake, where it is on: none of the letters that count was written.
    pub braked: Option<MailBraked>,
}

/// When the worker last began again, by the moments at which it began passes before `now`.
pub fn resumed(passes: &[Time], now: Time) -> Option<Time> {
    let mut moments: Vec<Time> = passes.iter().copied().filter(|at| *at <= now).collect();
    moments.push(now);
    moments.sort_unstable();
    moments.windows(2).rev().find_map(|pair| match pair {
        [before, after] if *after - *before > SILENCE => Some(*after),
        _ => None,
    })
}

/// Holds `subjects` against the rules. `memories` is what is remembered of each.
pub fn evaluate<'a>(
    world: &World<'a>,
    subjects: &[Subject<'a>],
    memories: &BTreeMap<(TargetId, AccountId), Memory>,
) -> Evaluation<'a> {
    let free = judged(world, subjects, memories, false);
    match world.settings.mail_brake.stops(&free.verdicts).filter(|_| !world.mail_released) {
        None => free,
        braked => Evaluation { braked, ..judged(world, subjects, memories, true) },
    }
}

fn judged<'a>(
    world: &World<'a>,
    subjects: &[Subject<'a>],
    memories: &BTreeMap<(TargetId, AccountId), Memory>,
    braked: bool,
) -> Evaluation<'a> {
    let mut evaluation = Evaluation::default();
    // Where nobody was ever seen signing in, the server does not say, and no mailbox counts as never opened.
    let mut tracks: BTreeSet<&TargetId> = BTreeSet::new();
    tracks.extend(subjects.iter().filter(|one| one.facts.last_login.is_some()).map(|one| one.target));
    tracks
        .extend(memories.iter().filter(|(_, memory)| memory.login.is_some()).map(|((target, _), _)| target));
    let mut room = Room { left: world.settings.reminders_per_pass, braked };
    let none = Memory::default();
    evaluation.verdicts.reserve(subjects.len());
    for subject in subjects {
        let memory = memories.get(&(subject.target.clone(), subject.id.clone())).unwrap_or(&none);
        let verdict = judge::judge(world, subject, memory, tracks.contains(subject.target), &mut room);
        evaluation.postponed += usize::from(verdict.postponed.is_some());
        evaluation.verdicts.push(verdict);
    }
    evaluation
}
