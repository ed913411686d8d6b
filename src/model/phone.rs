//! A request by phone: an agency's contact asks that a locked account opens today. What can stand against it.

use super::ids::{AgencyCode, ChangeId};

/// Why an account is not opened because of a call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotByPhone {
    /// Rosterd writes it never.
    #[error("{0} is protected: rosterd never writes it; its administrator opens it")]
    Protected(String),
    /// There is nothing to unlock.
    #[error(
        "{0} is not locked; where its password was forgotten the agency sends a request (“Đặt lại mật khẩu”), which is approved"
    )]
    Open(String),
    /// It is disabled for another reason than a rule about passwords, a leak or an incident.
    #[error(
        "{0} is disabled, and not by a rule about passwords, a leak or an incident: it opens again when its agency sends a \
         list with its holder"
    )]
    NotByRule(String),
    /// The holder goes.
    #[error(
        "by the last list or by a confirmed departure the holder of {0} no longer works there: it stays locked"
    )]
    Leaves(String),
    /// Somebody else may have it still.
    #[error(
        "an incident is open on {0}: close it first (rosterd incident close), which proposes that the account opens"
    )]
    Incident(String),
    /// An opening stands.
    #[error("an opening of {label} stands already, as change {id}: rosterd review show {id}")]
    Waits {
        /// The account.
        label: String,
        /// The change.
        id: ChangeId,
    },
    /// Who asks is not entitled to.
    #[error("{name:?} is no contact of {agency} or of an agency above it; those are: {known}")]
    NoContact {
        /// The name as given.
        name: String,
        /// The account's agency.
        agency: AgencyCode,
        /// Who may ask.
        known: String,
    },
}
