//! Of handovers.

use super::super::super::decide::Handover;
use crate::model::account::Attr;
use crate::model::custodian::Side;
use crate::model::rfc3339;
use crate::store::Signature;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A page of handovers.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct Handovers {
    pub handovers: Vec<HandoverShape>,
    /// The `after` of the next page; absent on the last one.
    pub next: Option<String>,
}

/// A unit mailbox that changed hands.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct HandoverShape {
    /// The change that handed it over; the minutes and the signatures name it.
    pub change: String,
    /// The mailbox: name and address.
    pub label: String,
    pub agency: String,
    /// Who kept it; none where nobody did.
    pub giver: Option<String>,
    /// Who keeps it from now on.
    pub receiver: Option<String>,
    /// When it changed hands.
    pub since: String,
    pub giver_signed: Option<SignatureShape>,
    pub receiver_signed: Option<SignatureShape>,
    /// Whether everybody has signed who must.
    pub signed: bool,
    /// One handover alone: what became of the giver's sessions, a sentence for each system.
    pub sessions: Option<Vec<String>>,
}

/// A signature under the minutes.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct SignatureShape {
    /// Who noted it.
    pub noted_by: String,
    pub at: String,
}

impl HandoverShape {
    pub fn of(one: &Handover) -> Self {
        let change = &one.of.stored.change;
        let shape = |one: &Signature| SignatureShape { noted_by: one.by.to_string(), at: rfc3339(one.at) };
        Self {
            change: one.of.stored.id.to_string(),
            label: change.label.clone(),
            agency: change.agency.to_string(),
            giver: change.before(Attr::Custodian).map(str::to_owned),
            receiver: change.after(Attr::Custodian).map(str::to_owned),
            since: rfc3339(one.of.since),
            giver_signed: one.signed(Side::Giver).map(shape),
            receiver_signed: one.signed(Side::Receiver).map(shape),
            signed: one.is_signed(),
            sessions: None,
        }
    }
}

/// Who has signed the minutes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct SignatureGiven {
    /// `giver` or `receiver`.
    pub side: String,
}
