//! A custodian (người quản lý hộp thư đơn vị): the person who answers for a unit mailbox.

use super::Time;
use super::ids::AgencyCode;

/// Who keeps a unit mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Custodian {
    /// The agency whose mailbox it is.
    pub agency: AgencyCode,
    /// The mailbox's address.
    pub mailbox: String,
    /// The official address of the person who keeps it.
    pub address: String,
    /// Since when.
    pub since: Time,
}
