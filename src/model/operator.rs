//! An operator (quản trị viên): who reviews and approves, by operating-system login.

use super::ids::{AgencyCode, Login};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What an enrolled login may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OperatorKind {
    /// Reviews and approves.
    Operator,
    /// Speaks for an agency: confirms, and never approves.
    Contact,
}

impl OperatorKind {
    /// Its word in the store and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Contact => "contact",
        }
    }

    /// The kind of a word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Operator, Self::Contact].into_iter().find(|one| one.as_str() == word)
    }
}

/// An enrolled operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// The operating-system login.
    pub login: Login,
    /// Full name, for the audit trail's reader.
    pub name: String,
    /// The agencies he or she sees and approves; empty means all.
    pub agencies: BTreeSet<AgencyCode>,
}

impl Operator {
    /// Whether `agency` is in his or her scope.
    pub fn may_see(&self, agency: &AgencyCode) -> bool {
        self.agencies.is_empty() || self.agencies.contains(agency)
    }
}
