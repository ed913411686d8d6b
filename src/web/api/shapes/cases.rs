//! Of holds, slips and tips.

use crate::model::legal_hold::{HoldSubject, LegalHold};
use crate::model::rfc3339;
use crate::model::tip::Tip;
use crate::store::{Slip, Standing};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A legal hold.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct HoldShape {
    pub id: String,
    /// The person, where it is on one.
    pub person: Option<String>,
    /// The system, where it is on one account.
    pub target: Option<String>,
    /// That account.
    pub account: Option<String>,
    pub agency: String,
    /// Whether it is in force; one that a single operator asked for is not yet.
    pub holds: bool,
    pub since: String,
}

impl HoldShape {
    pub fn of(one: &LegalHold) -> Self {
        let LegalHold { id, subject, agency, holds, since } = one;
        let (person, target, account) = match subject {
            HoldSubject::Person(person) => (Some(person.to_string()), None, None),
            HoldSubject::Account(target, account) => {
                (None, Some(target.to_string()), Some(account.to_string()))
            }
        };
        let (id, agency, since) = (id.clone(), agency.to_string(), rfc3339(*since));
        Self { id, person, target, account, agency, holds: *holds, since }
    }
}

/// A slip with a first password that is to be handed over; never the password.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct SlipShape {
    /// The change that set the password; printing and confirming name it.
    pub change: String,
    /// Name and address.
    pub label: String,
    pub agency: String,
    pub made: String,
    /// Who printed it.
    pub printed_by: Option<String>,
    pub printed: Option<String>,
}

impl SlipShape {
    pub fn of(slip: &Slip, of: &Standing) -> Self {
        let change = &of.stored.change;
        let printed = slip.printed.as_ref();
        Self {
            change: slip.change.to_string(),
            label: change.label.clone(),
            agency: change.agency.to_string(),
            made: rfc3339(slip.made),
            printed_by: printed.map(|(by, _)| by.to_string()),
            printed: printed.map(|(_, at)| rfc3339(*at)),
        }
    }
}

/// What somebody told of an odd account.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct TipShape {
    pub id: String,
    pub target: String,
    pub account: String,
    /// Name and address.
    pub label: String,
    pub agency: String,
    /// `odd-mail`, `failed-sign-ins`, `unknown-sign-in` or `other`.
    pub sign: String,
    pub words: String,
    pub told_by: String,
    pub taken_by: String,
    pub taken: String,
}

impl TipShape {
    pub fn of(one: &Tip) -> Self {
        let Tip { id, target, account, label, agency, sign, words, told_by, taken_by, taken } = one;
        Self {
            id: id.clone(),
            target: target.to_string(),
            account: account.to_string(),
            label: label.clone(),
            agency: agency.to_string(),
            sign: sign.to_string(),
            words: words.clone(),
            told_by: told_by.clone(),
            taken_by: taken_by.to_string(),
            taken: rfc3339(*taken),
        }
    }
}

/// What somebody tells of an odd account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct TipGiven {
    /// Its address or login.
    pub account: String,
    /// `odd-mail`, `failed-sign-ins`, `unknown-sign-in` or `other`.
    pub sign: String,
    /// In the words of whoever tells it.
    pub words: String,
    /// Who tells it.
    pub told_by: String,
}
