//! What a plan changes in the store, and what came of it.

use crate::model::Time;
use crate::model::brake::Brake;
use crate::model::change::{Change, State};
use crate::model::ids::{BrakeKey, ChangeId, QuestionKey};
use crate::model::operator::Contacts;
use crate::model::person::Person;
use crate::model::question::Question;
use chrono::NaiveDate;
use serde::Serialize;

/// A change that the store does not have yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChange {
    /// What it says.
    pub change: Change,
    /// Proposed, held or approved (where its gate is none).
    pub state: State,
    /// The brake that holds it.
    pub brake: Option<BrakeKey>,
}

/// A state that a plan gives a stored change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateChange {
    /// Which.
    pub id: ChangeId,
    /// The state the plan saw it in; nothing happens where it has moved since.
    pub from: State,
    /// The state it is to have.
    pub to: State,
    /// The brake, where it is to be held.
    pub brake: Option<BrakeKey>,
}

/// What a plan changes in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanDelta {
    /// The pass that made it.
    pub pass: String,
    /// When its oldest snapshot began: subjects decided on since are left for the next pass.
    pub snapshot_start: Time,
    /// The local date, from which approvals count as run out.
    pub today: NaiveDate,
    /// How long an approval lasts after the due date.
    pub approval_days: u32,
    /// Who answers for the rosters of which agency: what they put in does not come back with their approval.
    pub contacts: Contacts,
    /// Changes with keys that do not stand yet.
    pub insert: Vec<NewChange>,
    /// Changes that are no longer wanted.
    pub supersede: Vec<ChangeId>,
    /// Other moves.
    pub set_state: Vec<StateChange>,
    /// Changes whose key stands: label, evidence, needs and the like are brought up to date where they differ.
    pub refresh: Vec<(ChangeId, Change)>,
    /// Questions to ask.
    pub questions: Vec<Question>,
    /// Questions no longer asked.
    pub questions_superseded: Vec<QuestionKey>,
    /// Brakes that hold something.
    pub brakes: Vec<Brake>,
    /// Persons that are new or known better.
    pub people: Vec<Person>,
}

impl PlanDelta {
    /// A plan that changes nothing.
    pub fn empty(pass: impl Into<String>, snapshot_start: Time, today: NaiveDate) -> Self {
        Self {
            pass: pass.into(),
            snapshot_start,
            today,
            approval_days: 30,
            contacts: Contacts::new(),
            insert: Vec::new(),
            supersede: Vec::new(),
            set_state: Vec::new(),
            refresh: Vec::new(),
            questions: Vec::new(),
            questions_superseded: Vec::new(),
            brakes: Vec::new(),
            people: Vec::new(),
        }
    }
}

/// What publishing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Published {
    /// Changes stored.
    pub inserted: u64,
    /// Changes superseded.
    pub superseded: u64,
    /// Other moves made.
    pub moved: u64,
    /// Changes whose wording was brought up to date.
    pub refreshed: u64,
    /// Items left for the next pass: their subject was decided on after the snapshot began.
    pub skipped: u64,
    /// New changes left out because one of their kind stands on the subject and cannot be superseded.
    pub blocked: u64,
    /// New changes left out because their address belongs to another person.
    pub address_taken: u64,
    /// Changes approved by approvals of their former row or by the policy.
    pub approved: u64,
    /// Questions stored or opened again.
    pub questions: u64,
    /// Persons stored.
    pub people: u64,
}
