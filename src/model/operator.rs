//! An operator (quản trị viên): who reviews and approves, by operating-system login.

use super::ids::{AgencyCode, Login};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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
