//! Of matches.

use super::super::super::decide::{Compared, OpenMatch};
use crate::model::account::Account;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A match of a person with a mail account that waits for an operator's word.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct MatchShape {
    pub person: String,
    pub name: String,
    /// The account's address; none where the directory does not show it any more.
    pub account: Option<String>,
    /// What both sides say of what tells one person from another. A phone is said to agree or differ, and not shown.
    pub fields: Vec<FieldShape>,
}

/// An attribute on both sides.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct FieldShape {
    pub attr: String,
    pub listed: Option<String>,
    pub held: Option<String>,
    /// Absent where one side says nothing.
    pub agrees: Option<bool>,
}

impl MatchShape {
    pub fn of(one: &OpenMatch) -> Self {
        let field = |Compared { attr, listed, held, agrees }: Compared| {
            let shown = |text: Option<String>| text.filter(|_| attr != crate::model::account::Attr::Phone);
            FieldShape { attr: attr.as_str().into(), listed: shown(listed), held: shown(held), agrees }
        };
        Self {
            person: one.person.id.to_string(),
            name: one.person.name.to_string(),
            account: one.account.as_ref().map(|account: &Account| account.label().to_owned()),
            fields: one.compared().into_iter().map(field).collect(),
        }
    }
}

/// How many matches were looked at, in digits: exactly these are confirmed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct CountGiven {
    pub count: String,
}
