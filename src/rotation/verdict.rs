//! A verdict: where one account stands, which steps are taken now, what is proposed.

use super::Subject;
use super::policy::Audience;
use crate::model::change::Gate;
use crate::model::rotation::{Campaign, Memory};
use crate::model::vocabulary::words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

words!(
    /// Where an account stands to the rules.
    Standing {
        /// The password is young enough.
        Fresh = "fresh",
        /// A reminder has gone out, the deadline has not passed.
        Warned = "warned",
        /// The deadline has passed.
        Overdue = "overdue",
        /// It would be locked, but its warnings were not accepted: the unit gets a printed list.
        Unreachable = "unreachable",
        /// Locked by a ladder or a campaign.
        Locked = "locked",
        /// Nothing shows how old the password is.
        Unknown = "unknown",
        /// Exempt for a while.
        Exempt = "exempt",
        /// The holder is on leave or seconded.
        Away = "away",
        /// Disabled for another reason.
        Disabled = "disabled",
        /// The rules do not bind its agency yet.
        Inactive = "inactive",
        /// No rule sets an age for this kind of account in this system.
        NoRule = "no-rule",
    }
);

words!(
    /// Why a change of the password is asked for. As a leak does, an incident will force a change
    /// now, with its own basis and a course with a short fuse, ahead of the rest (see `demand`).
    Cause {
        /// The password's age.
        MaxAge = "max-age",
        /// A first password, or one that somebody else has set.
        FirstPassword = "first-password",
        /// A campaign.
        Campaign = "campaign",
        /// Nobody uses the account.
        Idle = "idle",
        /// The account stands in a leak list.
        Leak = "leak",
        /// The password is a known default one, or an obvious variant.
        DefaultPassword = "default-password",
        /// The mailbox is nearly full: its holder is to empty it.
        Quota = "quota",
    }
);

/// A step taken now: a notice to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue<'a> {
    /// The step's name.
    pub step: String,
    /// To whom.
    pub to: Audience,
    /// Why.
    pub cause: Cause,
    /// The legal basis.
    pub basis: &'a str,
    /// The document that lays it down.
    pub document: &'a str,
    /// The campaign it belongs to.
    pub campaign: Option<&'a Campaign>,
    /// The key of the notice, without the addressee.
    pub key: String,
    /// The last day to change the password.
    pub deadline: NaiveDate,
    /// The day of the lock, if there is to be one and nothing delays it.
    pub lock_on: Option<NaiveDate>,
    /// The day from which the password must be changed at the next sign-in, if a step says so and nothing delays it.
    pub force_on: Option<NaiveDate>,
    /// Which reminder of how many.
    pub number: (usize, usize),
}

/// What is proposed for an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act<'a> {
    /// What.
    pub what: What,
    /// Why.
    pub cause: Cause,
    /// The legal basis.
    pub basis: &'a str,
    /// The document that lays it down.
    pub document: &'a str,
    /// Who must approve.
    pub gate: Gate,
    /// The deadline that passed: it tells one lock from the next.
    pub deadline: NaiveDate,
    /// The day from which it may be carried out.
    pub due: NaiveDate,
}

/// What is done to the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Its holder must change the password at the next sign-in.
    ForceChange,
    /// It is locked.
    Lock,
    /// Its mailbox is closed.
    Close,
    /// It is deleted.
    Delete,
}

/// What came of one account.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is one thing that came of it")]
pub struct Verdict<'a> {
    /// Which.
    pub subject: Subject<'a>,
    /// Where it stands.
    pub standing: Standing,
    /// Why, where a demand is under way.
    pub cause: Option<Cause>,
    /// The last day to change the password.
    pub deadline: Option<NaiveDate>,
    /// What is remembered from now on.
    pub memory: Memory,
    /// Whether that is news.
    pub news: bool,
    /// The steps taken.
    pub issues: Vec<Issue<'a>>,
    /// What is proposed.
    pub acts: Vec<Act<'a>>,
    /// What lies ahead if nothing changes.
    pub ahead: Vec<(NaiveDate, Audience)>,
    /// The cycle under way: what a printed list is handed out for.
    pub cycle: Option<String>,
    /// Days since the last sign-in, or since the account was made.
    pub idle_days: Option<i64>,
    /// Whether the server tells of sign-ins and has never told of one to this account.
    pub never_used: bool,
    /// Whether the mailbox is fuller than the rules have it.
    pub nearly_full: bool,
    /// Whether its reminders were not accepted.
    pub unreached: bool,
    /// Why a reminder was due that had to wait for the next pass.
    pub postponed: Option<Cause>,
}
