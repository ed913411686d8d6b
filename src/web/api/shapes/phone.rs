//! Of calls.

use super::super::super::decide::CallBacks;
use crate::model::rfc3339;
use crate::store::CallBack;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The call-backs of a change.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct CallBacksShape {
    /// Whether an approval counts only once a published number was called.
    pub needed: bool,
    /// Whom to call.
    pub numbers: Vec<NumberShape>,
    /// The calls that are noted, oldest first.
    pub calls: Vec<CallShape>,
}

/// A published number.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct NumberShape {
    pub name: String,
    pub number: String,
}

/// A call.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct CallShape {
    /// Who called.
    pub by: String,
    pub number: String,
    /// Who answered.
    pub spoke_with: String,
    pub at: String,
}

impl CallBacksShape {
    pub fn of(found: Option<&CallBacks>) -> Self {
        let Some(CallBacks { numbers, calls }) = found else {
            return Self { needed: false, numbers: Vec::new(), calls: Vec::new() };
        };
        let number =
            |(name, number): &(String, String)| NumberShape { name: name.clone(), number: number.clone() };
        let call = |CallBack { operator, number, spoke_with, at }: &CallBack| CallShape {
            by: operator.to_string(),
            number: number.clone(),
            spoke_with: spoke_with.clone(),
            at: rfc3339(*at),
        };
        Self {
            needed: true,
            numbers: numbers.iter().map(number).collect(),
            calls: calls.iter().map(call).collect(),
        }
    }
}

/// A call to a published number.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct CallBackGiven {
    pub number: String,
    pub spoke_with: String,
}

/// What a contact asks for by phone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct UnlockGiven {
    /// Its address or its login.
    pub account: String,
    /// The contact, by name or address.
    pub asked_by: String,
    /// Why, in the caller's words.
    pub reason: String,
}
