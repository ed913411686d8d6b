//! What is remembered of an account's password, so that each step of a ladder is taken once, and a campaign (đợt đổi
//! mật khẩu). Pure values; the rules are in `rotation`.

use super::Time;
use super::ids::{AgencyCode, Login};
use super::vocabulary::words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is remembered of one account beside what the directory shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// The last change of the password that a read showed, whoever made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen: Option<Time>,
    /// The last change that was the holder's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<Time>,
    /// The day of the last sign-in ever shown: some servers forget it with a reset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<NaiveDate>,
    /// Since when its ladders rest: the holder is on leave or seconded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub away: Option<NaiveDate>,
    /// Since when its mailbox is nearly full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full: Option<NaiveDate>,
    /// What came of holding the stored password against the known default ones, where the site does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guessed: Option<Guessed>,
    /// Ladders and campaigns under way, by cycle.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub runs: BTreeMap<String, Run>,
}

words!(
    /// Whether a stored password is one of the known default ones or an obvious variant.
    Found {
        /// It is.
        Yes = "yes",
        /// It is not.
        No = "no",
        /// Nothing is shown that can be checked.
        Unreadable = "unreadable",
    }
);

/// A check of a stored password: a flag, never the password, its hash or what it was held against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guessed {
    /// What came of it.
    pub found: Found,
    /// When that password was set, where the directory shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Time>,
    /// When it was checked; of a default password, when it was found.
    pub at: Time,
    /// Which list it was held against, by a keyed mark.
    pub list: String,
}

/// One way up a ladder: a cycle of one account, begun anew after each unlock.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Run {
    /// How often it began anew.
    #[serde(skip_serializing_if = "is_zero")]
    pub again: u32,
    /// The steps taken, in order.
    pub taken: Vec<Taken>,
    /// The day from which waiting counts, where it is later than the last step: the ladder had rested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rested: Option<NaiveDate>,
    /// The day on which the account was first seen locked by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked: Option<NaiveDate>,
    /// What became of the step that forces a change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forced: Option<Forced>,
}

words!(
    /// How far a step that forces a change of the password has come: it is done once.
    Forced {
        /// The step was taken: the mark is to be set.
        Asked = "asked",
        /// The mark was set, or was there; whoever takes it off has the last word.
        Done = "done",
    }
);

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Its name in the policy.
    pub step: String,
    /// The local date.
    pub on: NaiveDate,
    /// The notice that went to the holder, by its key; none for steps that go to others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

/// What became of a notice, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// It waits in the outbox.
    Waiting,
    /// The mail server took it then, and nothing came back since.
    Accepted(Time),
    /// Refused, given up, or returned.
    Failed,
}

words!(
    /// Where a campaign stands.
    CampaignState {
        /// Waits for its second operator.
        Asked = "asked",
        /// Runs, from its opening until everybody has changed or is dealt with.
        Running = "running",
        /// Stopped by an operator; nothing further comes of it.
        Stopped = "stopped",
    }
);

/// A campaign: everybody in its scope changes the password within a window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignPlan {
    /// Its name, as in `gia-lai-2020`; also its key.
    pub name: String,
    /// Number and date of the document it follows.
    pub document: String,
    /// Who decided, as the notice says it.
    pub decided_by: String,
    /// The legal basis of the forced change.
    pub basis: String,
    /// The person whom holders ask.
    pub contact: CampaignContact,
    /// The agencies in it, those below them included; empty means all.
    #[serde(default)]
    pub agencies: BTreeSet<AgencyCode>,
    /// Whether unit mailboxes are in it.
    #[serde(default = "yes")]
    pub unit_mailboxes: bool,
    /// The opening, in local time.
    pub opens: chrono::NaiveDateTime,
    /// The deadline, in local time.
    pub closes: chrono::NaiveDateTime,
    /// What is done to accounts that are still unchanged on the next working morning.
    #[serde(default = "yes")]
    pub lock: bool,
    /// Days, holidays not counted, after the lock until the deletion is proposed; without it there is none.
    #[serde(default)]
    pub delete_after_days: Option<u32>,
}

fn yes() -> bool {
    true
}

/// Whom holders ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignContact {
    /// Full name.
    pub name: String,
    /// A published phone number.
    pub phone: String,
    /// Mail address.
    pub mail: String,
}

/// A campaign as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// What it says; it never changes.
    pub plan: CampaignPlan,
    /// Where it stands.
    pub state: CampaignState,
    /// Who agreed to start it, in order.
    pub started_by: Vec<Login>,
    /// When it was started or stopped.
    pub since: Time,
}
