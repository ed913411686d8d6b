//! The printed list (danh sách in) of a unit: accounts whose holders no mail reaches. The unit's contact tells each of them
//! in person; that the list was handed over is noted, once for each account and cycle.

use super::verdict::{Standing, Verdict};
use crate::model::ids::{AccountId, AgencyCode};
use crate::model::vocabulary::words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words!(
    /// Why an account is on the list.
    Why {
        /// Its reminders were not accepted: the mailbox was never opened, is full, or returns what it is sent.
        Unreached = "unreached",
        /// A ladder or a campaign has locked its mailbox: the holder reads nothing until the unit asks for it to be
        /// opened.
        Locked = "locked",
    }
);

/// An account on the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its agency.
    pub agency: AgencyCode,
    /// The account.
    pub account: AccountId,
    /// The holder's name.
    pub name: String,
    /// The address, if it has one.
    pub address: String,
    /// Why.
    pub why: Why,
    /// What it is handed out for: the cycle, which for a lock is told apart from the warnings before it.
    pub cycle: String,
    /// The last day it had.
    pub deadline: Option<NaiveDate>,
    /// When the list was handed over.
    pub handed: Option<NaiveDate>,
}

/// The line of an account, if it is on the list. `handed` says when which account was handed over for what.
pub fn listed(verdict: &Verdict<'_>, handed: &BTreeMap<(AccountId, String), NaiveDate>) -> Option<Listed> {
    let subject = &verdict.subject;
    let (why, cycle) = (why(verdict)?, verdict.cycle.as_ref()?);
    let cycle = match why {
        Why::Unreached => cycle.clone(),
        Why::Locked => format!("{cycle}:locked"),
    };
    Some(Listed {
        agency: subject.agency.clone(),
        account: subject.id.clone(),
        name: subject.name.to_owned(),
        address: subject.mail.unwrap_or_default().to_owned(),
        why,
        handed: handed.get(&(subject.id.clone(), cycle.clone())).copied(),
        cycle,
        deadline: verdict.deadline,
    })
}

fn why(verdict: &Verdict<'_>) -> Option<Why> {
    let subject = &verdict.subject;
    match (verdict.standing, subject.disabled) {
        (Standing::Locked, _) => Some(Why::Locked),
        (_, false) if verdict.unreached && subject.lockable => Some(Why::Unreached),
        (_, _) => None,
    }
}
