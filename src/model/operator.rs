//! An operator (quản trị viên): who reviews and approves, by operating-system login, in a role that says what he or
//! she may do, for the agencies in scope.

use super::ids::{AgencyCode, Login};
use super::vocabulary::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

words!(
    /// What an operator is there for. [`OperatorRole::may`] is the whole table of rights.
    OperatorRole {
        /// Reads.
        Viewer = "viewer",
        /// An agency's contact: hands in its rosters, confirms who has left, collects slips; own agencies only.
        Contact = "contact",
        /// Reads, the audit trail included.
        Auditor = "auditor",
        /// Answers questions and rejects.
        Reviewer = "reviewer",
        /// Approves and releases brakes as well.
        Approver = "approver",
        /// Everything, operators and pauses included.
        Administrator = "administrator",
    }
);

words!(
    /// What somebody may be allowed to do.
    Right {
        /// See changes, rosters, agencies.
        See = "see",
        /// Read the audit trail.
        Audit = "audit",
        /// Hand in a roster.
        Upload = "upload",
        /// Confirm that somebody has left.
        Confirm = "confirm",
        /// Print slips and confirm that they were handed over.
        HandOver = "hand-over",
        /// See a roster's row as it was sent.
        Reveal = "reveal",
        /// Answer questions, reject, discard, open and close incidents.
        Review = "review",
        /// Approve, release brakes, set and lift legal holds.
        Approve = "approve",
        /// Enrol operators, end their sessions, make tokens, pause.
        Administer = "administer",
    }
);

impl OperatorRole {
    /// Whether the role has the right. Scope is another matter: [`Operator::may_see`].
    pub fn may(self, right: Right) -> bool {
        match self {
            Self::Viewer => matches!(right, Right::See),
            Self::Contact => {
                matches!(right, Right::See | Right::Upload | Right::Confirm | Right::HandOver)
            }
            Self::Auditor => matches!(right, Right::See | Right::Audit | Right::Reveal),
            Self::Reviewer => matches!(
                right,
                Right::See | Right::Upload | Right::Confirm | Right::HandOver | Right::Reveal | Right::Review
            ),
            Self::Approver => !matches!(right, Right::Administer | Right::Audit),
            Self::Administrator => true,
        }
    }
}

/// Who answers for the rosters of which agency: a file in its folder counts as put in by all of them.
pub type Contacts = BTreeSet<(AgencyCode, Login)>;

/// An enrolled operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// The operating-system login.
    pub login: Login,
    /// Full name, for the audit trail's reader.
    pub name: String,
    /// What he or she is there for.
    pub role: OperatorRole,
    /// The agencies he or she sees and approves; empty means all.
    pub agencies: BTreeSet<AgencyCode>,
}

impl Operator {
    /// Whether `agency` is in his or her scope.
    pub fn may_see(&self, agency: &AgencyCode) -> bool {
        self.agencies.is_empty() || self.agencies.contains(agency)
    }

    /// Whether he or she may do `right` for `agency`; without one, for the whole province.
    pub fn may(&self, right: Right, agency: Option<&AgencyCode>) -> bool {
        self.role.may(right)
            && match agency {
                Some(agency) => self.may_see(agency),
                None => self.agencies.is_empty(),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_hands_in_never_approves_and_who_audits_decides_nothing() {
        assert!(!OperatorRole::Contact.may(Right::Approve) && !OperatorRole::Contact.may(Right::Review));
        for right in [Right::Review, Right::Approve, Right::Administer, Right::Upload, Right::HandOver] {
            assert!(!OperatorRole::Auditor.may(right) && !OperatorRole::Viewer.may(right), "{right}");
        }
        assert!(OperatorRole::ALL.iter().all(|role| role.may(Right::See)));
    }

    #[test]
    fn a_right_ends_at_the_scope() {
        let [own, other] = ["skhcn", "stc"].map(|code| AgencyCode::parse(code).unwrap());
        let mut one = Operator {
            login: Login::new("an"),
            name: "An".into(),
            role: OperatorRole::Approver,
            agencies: [own.clone()].into(),
        };
        assert!(one.may(Right::Approve, Some(&own)));
        assert!(!one.may(Right::Approve, Some(&other)) && !one.may(Right::Approve, None));
        one.agencies.clear();
        assert!(one.may(Right::Approve, None) && !one.may(Right::Administer, None));
    }
}
