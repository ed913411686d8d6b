//! What the interface takes and gives. Words are those of the contract: `create-account`, `proposed`, `one`…

mod bulk;
mod cases;
mod changes;
mod handovers;
mod matches;
mod office;
mod phone;
mod questions;
mod rosters;
mod sheets;

pub(super) use bulk::{BulkGiven, BulkOutcome, BulkShape, SelectionGiven};
pub(super) use cases::{HoldShape, SlipShape, TipGiven, TipShape};
pub(super) use changes::{
    AgencyGroupShape, ApprovalGiven, ChangeDetail, ChangeFilter, ChangeShape, Changes, RejectionGiven,
    RosterGroups,
};
pub(super) use handovers::{HandoverShape, Handovers, SignatureGiven};
pub(super) use matches::{CountGiven, MatchShape};
pub(super) use office::{
    Mails, OperatorShape, Overview, PauseGiven, PauseShape, ReportGiven, Trail, Verification, WhatGiven,
};
pub(super) use phone::{CallBackGiven, CallBacksShape, UnlockGiven};
pub(super) use questions::QuestionShape;
pub(super) use rosters::{
    AccountList, AgencyGiven, AgencyShape, ArrivalShape, CompletenessShape, PrintedList, Rosters,
    RotationAccount,
};
pub(super) use sheets::SheetShape;

use super::super::decide::locks;
use super::super::desk::Desk;
use super::super::pages::campaigns::steps;
use crate::model::brake::Brake;
use crate::model::ids::Login;
use crate::model::incident::Incident;
use crate::model::rotation::Campaign;
use crate::rotation::figures::Figures;
use crate::rotation::room::MailBraked;
use crate::store::{ArrivalLine, MailRelease, RosterState, Standing, Voted};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Why a request was not answered as asked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Problem {
    /// In a sentence.
    pub error: String,
}

impl Problem {
    pub fn new(why: &str) -> Self {
        Self { error: why.to_owned() }
    }
}

/// An open brake with its arithmetic.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BrakeShape {
    pub key: String,
    /// An agency's code, or `*` for the province.
    pub scope: String,
    pub kind: String,
    pub wanted: u64,
    pub spent: u64,
    pub limit: u64,
    pub of_accounts: u64,
    /// Keys of the changes it holds.
    pub holds: Vec<String>,
    pub released_by: Vec<String>,
    /// Every operator's word on it.
    pub votes: Vec<VoteShape>,
}

/// An operator's word on a brake.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VoteShape {
    pub by: String,
    /// `release` or `discard`.
    pub vote: String,
    pub reason: String,
    pub at: String,
}

impl BrakeShape {
    pub fn of(brake: &Brake, by: &[Login], votes: &[Voted]) -> Self {
        let Brake { key, scope, kind, wanted, spent, limit, of_accounts, holds } = brake;
        Self {
            key: key.to_string(),
            scope: scope.to_string(),
            kind: kind.to_string(),
            wanted: *wanted,
            spent: *spent,
            limit: *limit,
            of_accounts: *of_accounts,
            holds: holds.iter().map(ToString::to_string).collect(),
            released_by: by.iter().map(ToString::to_string).collect(),
            votes: votes
                .iter()
                .map(|Voted { by, vote, reason, at }| VoteShape {
                    by: by.to_string(),
                    vote: vote.to_string(),
                    reason: reason.clone(),
                    at: crate::model::rfc3339(*at),
                })
                .collect(),
        }
    }
}

/// An arrival.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RosterShape {
    pub id: String,
    pub agency: String,
    pub file: String,
    pub arrived: String,
    /// `read` or `refused`.
    pub state: String,
    /// `full`, `partial` or `request`, once decided.
    pub kind: Option<String>,
}

impl RosterShape {
    pub fn of(line: &ArrivalLine) -> Self {
        Self {
            id: line.id.to_string(),
            agency: line.agency.to_string(),
            file: line.file.clone(),
            arrived: crate::model::rfc3339(line.arrived),
            state: match line.state {
                RosterState::Read => "read".into(),
                RosterState::Refused => "refused".into(),
            },
            kind: line.kind.map(|kind| kind.as_str().to_owned()),
        }
    }
}

/// Where accounts stand to the rules on passwords.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RotationShape {
    /// The local date of the pass that looked.
    pub day: String,
    /// All accounts, by standing.
    pub total: Value,
    /// The same by system.
    pub systems: Value,
    /// The same by agency.
    pub agencies: Value,
    /// What the next days bring, if nobody changes anything.
    pub next_7_days: Value,
    pub next_30_days: Value,
    /// The printed lists: accounts that no reminder reached, and locked ones.
    pub listed: Value,
    /// The mail brake, where it is on; it is the whole province's.
    pub mail_brake: Option<MailBrakeShape>,
}

/// More reminders are due at once than may be: none leaves before two operators let them go, on the page.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MailBrakeShape {
    pub due: u64,
    pub limit: u64,
    /// The open accounts, of which the limit's share is.
    pub of_accounts: u64,
    /// Who has let them go today.
    pub released_by: Vec<String>,
}

impl MailBrakeShape {
    fn of((braked, releases): &(MailBraked, Vec<MailRelease>)) -> Self {
        let MailBraked { due, limit, of_accounts } = *braked;
        Self {
            due: due as u64,
            limit: limit as u64,
            of_accounts: of_accounts as u64,
            released_by: releases.iter().map(|one| one.by.to_string()).collect(),
        }
    }
}

impl RotationShape {
    pub fn of(
        figures: &Figures,
        braked: Option<&(MailBraked, Vec<MailRelease>)>,
    ) -> Result<Self, serde_json::Error> {
        let status = figures.status();
        Ok(Self {
            day: figures.day.to_string(),
            total: serde_json::to_value(&status.total)?,
            systems: serde_json::to_value(&status.systems)?,
            agencies: serde_json::to_value(&status.agencies)?,
            next_7_days: serde_json::to_value(status.next_7_days)?,
            next_30_days: serde_json::to_value(status.next_30_days)?,
            listed: serde_json::to_value(&figures.listed)?,
            mail_brake: braked.map(MailBrakeShape::of),
        })
    }
}

/// A campaign.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CampaignShape {
    /// What it says.
    pub plan: Value,
    /// `asked`, `running` or `stopped`.
    pub state: String,
    /// Who agreed to it, in order.
    pub started_by: Vec<String>,
    /// When its steps are taken: name, local moment, what is done or who is told.
    pub steps: Value,
    /// How far it has come, by agency: accounts, changed, locked, and the days of the changes.
    pub agencies: Value,
}

impl CampaignShape {
    pub fn of(desk: &Desk, one: &Campaign, figures: &Figures) -> Result<Self, serde_json::Error> {
        let Campaign { plan, state, started_by, since: _ } = one;
        Ok(Self {
            plan: serde_json::to_value(plan)?,
            state: state.to_string(),
            started_by: started_by.iter().map(ToString::to_string).collect(),
            steps: serde_json::to_value(steps(desk, plan, desk.site.config.language))?,
            agencies: serde_json::to_value(figures.campaigns.get(&plan.name))?,
        })
    }
}

/// An incident.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IncidentShape {
    pub id: String,
    pub account: String,
    /// Name and address.
    pub label: String,
    pub agency: String,
    pub opened: String,
    pub opened_by: String,
    pub reason: String,
    /// Whether the account is protected, so that somebody else must lock it.
    pub by_hand: bool,
    /// The first read that showed it locked.
    pub seen_locked: Option<String>,
    /// Whether somebody must still see to it.
    pub red: bool,
    /// Its changes: what locked the account, and what opens it again.
    pub changes: Vec<String>,
    /// Who closed it, where it is closed.
    pub closed_by: Option<String>,
    pub closed: Option<String>,
    pub closed_because: Option<String>,
    /// One incident alone, where its account is locked by hand and is not yet: the commands that lock it.
    pub commands: Option<String>,
}

impl IncidentShape {
    pub fn of(one: &Incident, made: &[Standing]) -> Self {
        Self {
            id: one.id.clone(),
            account: one.account.to_string(),
            label: one.label.clone(),
            agency: one.agency.to_string(),
            opened: crate::model::rfc3339(one.opened),
            opened_by: one.opened_by.to_string(),
            reason: one.reason.clone(),
            by_hand: one.by_hand,
            seen_locked: one.seen_locked.map(crate::model::rfc3339),
            red: one.is_red(locks(one, made)),
            changes: made.iter().map(|one| one.stored.id.to_string()).collect(),
            closed_by: one.closed.as_ref().map(|closed| closed.by.to_string()),
            closed: one.closed.as_ref().map(|closed| crate::model::rfc3339(closed.at)),
            closed_because: one.closed.as_ref().map(|closed| closed.reason.clone()),
            commands: None,
        }
    }
}

/// One of a question's answers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerGiven {
    pub answer: String,
}

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReasonGiven {
    pub reason: String,
}

/// What became of a decision.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Outcome {
    /// Whether it counts.
    pub done: bool,
    /// In a sentence.
    pub message: String,
}
