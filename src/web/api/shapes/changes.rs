//! Of changes: lists and groups of them, one with all that is known about it, decisions on one.

use super::super::super::decide;
use super::super::super::desk::Desk;
use super::super::super::pages::changes::ByRoster;
use super::super::super::pages::consequence::{then, undone_by};
use super::super::super::pages::facts::{Approved, Facts};
use super::super::super::pages::undo::is_undoable;
use crate::model::access::Span;
use crate::model::rfc3339;
use crate::store::{AgencyGroup, RosterGroup, Standing};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// Which changes; what is left out filters nothing.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what the page's filter takes")]
pub(in super::super) struct ChangeFilter {
    /// `proposed` unless said otherwise; `held`, `approved`, `applied`, `failed`, …
    state: Option<String>,
    /// An agency's code.
    agency: Option<String>,
    /// `create-account`, `disable-account`, …
    kind: Option<String>,
    /// `low`, `medium` or `high`.
    risk: Option<String>,
    /// `none`, `one` or `two`.
    gate: Option<String>,
    /// `mail`, or a system's name.
    target: Option<String>,
    /// Part of a name, address or document, tone marks or not.
    text: Option<String>,
    /// `today` (or before), `overdue`, `on-day`, `week` or `later`.
    due: Option<String>,
    /// `1`: only what waits for the approval of the token's operator.
    mine: Option<String>,
    /// Only what waits since so many days or more.
    age: Option<String>,
    /// `today`: only what was decided or carried out today.
    decided: Option<String>,
    /// The id of a roster that asks for it.
    roster: Option<String>,
    /// The key of a brake that holds it, or held it.
    brake: Option<String>,
}

/// A change.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct ChangeShape {
    pub id: String,
    /// What an approval names beside the id: it is for exactly what this key covers.
    pub key: String,
    pub state: String,
    pub kind: String,
    pub target: String,
    pub subject: String,
    pub agency: String,
    /// Name and address.
    pub label: String,
    /// The touched attributes as they were read.
    pub before: Value,
    /// The touched attributes as they are to be.
    pub after: Value,
    pub reason: String,
    pub document: Option<String>,
    /// A local date.
    pub due: String,
    pub effective: Option<String>,
    /// `none`, `one` or `two`.
    pub gate: String,
    pub risk: String,
    /// Who approved, in order.
    pub approvals: Vec<String>,
    pub brake: Option<String>,
    /// Why it failed, went stale or was rejected.
    pub outcome: Option<String>,
    pub proposed: String,
    /// When it came into its state.
    pub since: String,
    /// Where it comes from: file, sheet, row. Of one change alone, each row as it was understood, personal data masked.
    pub evidence: Value,
}

impl ChangeShape {
    pub fn of(standing: &Standing) -> Result<Self, serde_json::Error> {
        let (stored, change) = (&standing.stored, &standing.stored.change);
        Ok(Self {
            id: stored.id.to_string(),
            key: stored.key.to_string(),
            state: stored.state.to_string(),
            kind: change.kind.to_string(),
            target: change.target.to_string(),
            subject: change.subject.to_string(),
            agency: change.agency.to_string(),
            label: change.label.clone(),
            before: serde_json::to_value(&change.before)?,
            after: serde_json::to_value(&change.after)?,
            reason: change.reason.to_string(),
            document: change.document.clone(),
            due: change.due.to_string(),
            effective: change.effective.map(|date| date.to_string()),
            gate: change.gate.to_string(),
            risk: change.risk.to_string(),
            approvals: stored.approvals.clone(),
            brake: stored.brake.as_ref().map(ToString::to_string),
            outcome: stored.outcome.clone(),
            proposed: rfc3339(stored.proposed),
            since: rfc3339(standing.since),
            evidence: serde_json::to_value(&change.evidence)?,
        })
    }
}

/// A page of changes.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct Changes {
    pub changes: Vec<ChangeShape>,
    /// The `after` of the next page; absent on the last one.
    pub next: Option<String>,
}

/// A change with all that is known about it.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct ChangeDetail {
    #[serde(flatten)]
    pub change: ChangeShape,
    /// Who approved it and when, in order.
    pub approved: Vec<ApprovalShape>,
    /// Whether the token's operator put in what it is made from, and so never approves it.
    pub put_in_by_you: bool,
    /// What happens on approval, in a sentence.
    pub on_approval: String,
    /// How it is undone afterwards, in a sentence.
    pub undone_by: String,
    /// Whether it was carried out and can be undone.
    pub undoable: bool,
    /// Whether it is a suspicion that the agency may confirm.
    pub may_be_confirmed: bool,
    /// Where something moved since it was approved: the values it relied on beside those the directory shows now, or that the
    /// account is gone, or that the directory cannot be read.
    pub moved: Option<Value>,
    /// What else was proposed for the person and the account, the latest first.
    pub history: Vec<PastShape>,
    /// What the holder could do and when, as reads showed it, the latest first.
    pub access: Vec<SpanShape>,
}

/// An approval.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct ApprovalShape {
    /// A login, or `policy:` and a policy's name.
    pub by: String,
    /// The operator's name.
    pub name: Option<String>,
    pub at: String,
}

/// Another change of the same person or account.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct PastShape {
    pub id: String,
    pub kind: String,
    pub target: String,
    pub agency: String,
    /// Name and address.
    pub label: String,
    pub state: String,
    /// When it came into its state.
    pub since: String,
    pub outcome: Option<String>,
}

/// What somebody could do from one moment to another.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct SpanShape {
    pub system: String,
    /// The role; none for the open account itself.
    pub role: Option<String>,
    /// How the holder is called there.
    pub label: String,
    pub agency: String,
    pub since: String,
    /// When it was seen no more.
    pub until: Option<String>,
}

impl ChangeDetail {
    /// In the site's language.
    pub fn of(desk: &Desk, of: &Standing, facts: Facts) -> Result<Self, serde_json::Error> {
        let (stored, lang) = (&of.stored, desk.site.config.language);
        let Facts { evidence, approvals, history, spans, put_in_by_me, moved } = facts;
        let change = ChangeShape { evidence: serde_json::to_value(&evidence)?, ..ChangeShape::of(of)? };
        let approval = |Approved { by, name, at }| ApprovalShape { by, name, at };
        Ok(Self {
            change,
            approved: approvals.into_iter().map(approval).collect(),
            put_in_by_you: put_in_by_me,
            on_approval: then(&stored.change, lang).to_owned(),
            undone_by: undone_by(&stored.change, lang).to_owned(),
            undoable: is_undoable(stored, desk.today()),
            may_be_confirmed: decide::is_open_suspicion(stored),
            moved: moved.map(serde_json::to_value).transpose()?,
            history: history.iter().map(PastShape::of).collect(),
            access: spans.into_iter().map(SpanShape::of).collect(),
        })
    }
}

impl PastShape {
    fn of(one: &Standing) -> Self {
        let (stored, change) = (&one.stored, &one.stored.change);
        Self {
            id: stored.id.to_string(),
            kind: change.kind.to_string(),
            target: change.target.to_string(),
            agency: change.agency.to_string(),
            label: change.label.clone(),
            state: stored.state.to_string(),
            since: rfc3339(one.since),
            outcome: stored.outcome.clone(),
        }
    }
}

impl SpanShape {
    fn of(one: Span) -> Self {
        let Span { target, right, since, until } = one;
        Self {
            system: target.to_string(),
            role: Some(right.role).filter(|role| !role.is_empty()),
            label: right.label,
            agency: right.agency.to_string(),
            since: rfc3339(since),
            until: until.map(rfc3339),
        }
    }
}

/// How many changes within a filter an agency has.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct AgencyGroupShape {
    pub agency: String,
    pub count: u64,
    /// How many of them are of high risk.
    pub high: u64,
    /// The earliest due date.
    pub due: String,
}

impl AgencyGroupShape {
    pub fn of(group: AgencyGroup) -> Self {
        let AgencyGroup { agency, count, high, due } = group;
        Self { agency: agency.to_string(), count, high, due }
    }
}

/// How many changes within a filter each roster asks for.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct RosterGroups {
    pub rosters: Vec<RosterGroupShape>,
    /// Whether there are more rosters than these.
    pub more: bool,
    /// How many changes no roster asks for.
    pub without: u64,
}

/// How many of them one roster asks for.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct RosterGroupShape {
    pub roster: String,
    /// Whose; none where it is no longer kept.
    pub agency: Option<String>,
    pub file: Option<String>,
    pub arrived: Option<String>,
    pub count: u64,
    /// How many of them are of high risk.
    pub high: u64,
    /// The earliest due date.
    pub due: String,
}

impl RosterGroups {
    pub fn of(groups: ByRoster) -> Self {
        let ByRoster { rosters, cut, without } = groups;
        let shape = |RosterGroup { roster, agency, file, arrived, count, high, due }| RosterGroupShape {
            roster: roster.to_string(),
            agency: agency.map(|code| code.to_string()),
            file,
            arrived: arrived.map(rfc3339),
            count,
            high,
            due,
        };
        Self { rosters: rosters.into_iter().map(shape).collect(), more: cut, without }
    }
}

/// What is approved: the change as this key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ApprovalGiven {
    pub key: String,
}

/// What is rejected, and why; the reason goes back to the agency.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct RejectionGiven {
    pub key: String,
    pub reason: String,
}
