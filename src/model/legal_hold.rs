//! A legal hold (lưu giữ theo yêu cầu): delete, retention and expiry stop for a person or one account, from the
//! second operator who sets it to the second who lifts it.

use super::Time;
use super::ids::{AccountId, AgencyCode, PersonId, TargetId};

/// What is held.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum HoldSubject {
    /// A person, with every account.
    Person(PersonId),
    /// One account.
    Account(TargetId, AccountId),
}

/// A legal hold that is asked for or holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalHold {
    /// Its id; sorts by time.
    pub id: String,
    /// What is held.
    pub subject: HoldSubject,
    /// The agency whose person or account it is.
    pub agency: AgencyCode,
    /// Whether it holds; one that a single operator asked for does not yet.
    pub holds: bool,
    /// Since when it is asked for or holds.
    pub since: Time,
}
