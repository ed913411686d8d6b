//! Of the office: pauses, mails, operators, the trail, reports.

use super::super::super::decide;
use super::super::super::pages::overview::Found;
use crate::model::rfc3339;
use crate::store::{ChangeFigures, Enrolled, ListedMail, Pause, Paused};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What waits, what came in and what went wrong; each number counts a list that is there too.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct Overview {
    /// Changes by state.
    pub by_state: BTreeMap<String, u64>,
    /// Those that wait, by kind.
    pub by_kind: BTreeMap<String, u64>,
    /// Those that wait and are due.
    pub due: u64,
    /// Those that wait for the approval of the token's operator, by due date: `overdue`, `on-day`, `week`, `later`; none where
    /// he or she approves nothing.
    pub mine: Option<BTreeMap<String, u64>>,
    pub applied_today: u64,
    /// Writes that were refused for what had moved, with nothing newer in their place.
    pub stale: u64,
    /// Questions without an answer.
    pub questions: u64,
    /// Brakes that hold something.
    pub brakes: u64,
    /// Arrivals of today.
    pub arrived_today: u64,
    /// How many of them could not be read.
    pub refused_today: u64,
    /// Agencies whose full roster is late.
    pub late_agencies: u64,
    /// Open incidents.
    pub incidents: u64,
    /// How many of them somebody must still see to.
    pub red_incidents: u64,
    /// Slips that wait to be printed or signed for; none where the operator hands none over.
    pub slips: Option<u64>,
    /// Mails that did not arrive; none where the operator does not see the whole province.
    pub undelivered_mails: Option<u64>,
    /// Mails that wait.
    pub waiting_mails: Option<u64>,
    /// What is paused: `writes`, `mail`.
    pub paused: Vec<String>,
    /// Logins of the operators for whom the token's operator stands in just now.
    pub stands_in_for: Vec<String>,
    /// When the last pass began.
    pub pass_started: Option<String>,
    /// When it ended, where it has.
    pub pass_ended: Option<String>,
    /// How it ended, in a word.
    pub pass_outcome: Option<String>,
}

impl Overview {
    pub fn of(found: Found, today: NaiveDate) -> Self {
        let Found {
            figures,
            stale,
            brakes,
            questions,
            arrived: (arrived, refused),
            late,
            incidents: (open, red),
            slips,
            outbox,
            pass,
            paused,
            mine,
            stands_in,
        } = found;
        let due = figures.due(today);
        let ChangeFigures { by_state, by_kind, by_due: _, applied_today } = figures;
        let mine = mine.map(|mine| mine.iter().map(|(due, count)| (due.to_string(), *count)).collect());
        Self {
            by_state: by_state.iter().map(|(state, count)| (state.to_string(), *count)).collect(),
            by_kind: by_kind.iter().map(|(kind, count)| (kind.to_string(), *count)).collect(),
            due,
            mine,
            applied_today,
            stale,
            questions: questions as u64,
            brakes: brakes.len() as u64,
            arrived_today: arrived,
            refused_today: refused,
            late_agencies: late.len() as u64,
            incidents: open as u64,
            red_incidents: red as u64,
            slips: slips.map(|count| count as u64),
            undelivered_mails: outbox.as_ref().map(|counts| counts.failed + counts.returned),
            waiting_mails: outbox.as_ref().map(|counts| counts.queued + counts.sending),
            paused: paused.iter().map(|(what, _)| what.as_str().to_owned()).collect(),
            stands_in_for: stands_in.iter().map(|one| one.login.to_string()).collect(),
            pass_started: pass.as_ref().map(|one| rfc3339(one.started)),
            pass_ended: pass.as_ref().and_then(|one| one.ended.map(rfc3339)),
            pass_outcome: pass.and_then(|one| one.outcome),
        }
    }
}

/// What may be paused.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct PauseShape {
    /// `writes` or `mail`.
    pub what: String,
    pub paused: bool,
    pub by: Option<String>,
    pub reason: Option<String>,
    pub since: Option<String>,
}

impl PauseShape {
    pub fn of(what: Paused, pause: Option<Pause>) -> Self {
        let paused = pause.is_some();
        let (by, reason, since) = match pause {
            Some(Pause { by, reason, at }) => (Some(by.to_string()), Some(reason), Some(rfc3339(at))),
            None => (None, None, None),
        };
        Self { what: what.as_str().to_owned(), paused, by, reason, since }
    }
}

/// What is to be paused, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct PauseGiven {
    /// `writes` or `mail`.
    pub what: String,
    pub reason: String,
}

/// What is to go on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WhatGiven {
    /// `writes` or `mail`.
    pub what: String,
}

/// A page of mails.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct Mails {
    pub mails: Vec<MailShape>,
    /// The `after` of the next page; absent on the last one.
    pub next: Option<String>,
}

impl Mails {
    pub fn of(page: decide::Mails) -> Self {
        Self { mails: page.list.into_iter().map(MailShape::of).collect(), next: page.next }
    }
}

/// A mail; its text is for whom it is addressed to.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct MailShape {
    pub id: String,
    pub to: String,
    pub to_name: String,
    pub subject: String,
    /// Whether a server further on sent it back.
    pub returned: bool,
    pub attempts: u64,
    /// When it is due, or when it was given up or came back.
    pub at: String,
    /// What the last server said.
    pub why: Option<String>,
}

impl MailShape {
    fn of(mail: ListedMail) -> Self {
        let ListedMail { id, notice, returned, attempts, at, why } = mail;
        Self {
            id,
            to: notice.to,
            to_name: notice.to_name,
            subject: notice.subject,
            returned,
            attempts,
            at: rfc3339(at),
            why,
        }
    }
}

/// An operator.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct OperatorShape {
    pub login: String,
    pub name: String,
    /// `viewer`, `contact`, `auditor`, `reviewer`, `approver` or `administrator`.
    pub role: String,
    /// Codes of the agencies in scope; none means all.
    pub agencies: Vec<String>,
    /// Who enrolled him or her.
    pub by: String,
    pub at: String,
    /// When he or she was removed, if so.
    pub removed: Option<String>,
}

impl OperatorShape {
    pub fn of(one: &Enrolled) -> Self {
        let Enrolled { operator, by, at, removed, subject: _ } = one;
        Self {
            login: operator.login.to_string(),
            name: operator.name.clone(),
            role: operator.role.to_string(),
            agencies: operator.agencies.iter().map(ToString::to_string).collect(),
            by: by.clone(),
            at: rfc3339(*at),
            removed: removed.map(rfc3339),
        }
    }
}

/// A page of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct Trail {
    /// As `rosterd audit export` has them.
    pub rows: Vec<Value>,
    /// The `before` of the next page; absent on the last one.
    pub next: Option<String>,
}

/// Whether the trail holds.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct Verification {
    pub holds: bool,
    /// How much was checked, and where each chain ends.
    pub report: Option<Value>,
    /// Where it does not hold, and why.
    pub broken: Option<String>,
}

/// A report that is asked for.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "it describes what the page's form takes")]
pub(in super::super) struct ReportGiven {
    /// `adoption`, `accounts`, `rotation`, `review` or `access`.
    pub report: String,
    /// `json`, `xlsx` or `html`.
    pub as_file: String,
    /// An agency's code; a review needs one, of the rest it means all.
    #[schema(required = false)]
    pub agency: String,
    /// The first day of a review.
    #[schema(required = false)]
    pub from: String,
    /// Its last day.
    #[schema(required = false)]
    pub to: String,
    /// The day of a report on access.
    #[schema(required = false)]
    pub on: String,
    /// Whose access, by name or address.
    #[schema(required = false)]
    pub person: String,
    /// Access to which system.
    #[schema(required = false)]
    pub system: String,
}
