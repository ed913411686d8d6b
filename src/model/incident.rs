//! An incident: an account in somebody else's hands. While it is open nothing else is carried out on the account.

use super::Time;
use super::ids::{AccountId, AgencyCode, Login, TargetId};

/// An open incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Its id; sorts by time.
    pub id: String,
    /// The target the account lies in.
    pub target: TargetId,
    /// The account.
    pub account: AccountId,
    /// The agency whose account it is.
    pub agency: AgencyCode,
    /// Who opened it.
    pub opened_by: Login,
    /// When.
    pub opened: Time,
    /// In which words.
    pub reason: String,
}
