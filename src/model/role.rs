//! A role (vai trò) that somebody holds in a system beside the mailbox.

use super::Time;
use super::ids::{AgencyCode, TargetId};
use serde::{Deserialize, Serialize};

/// One line of a system's export: who holds which role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Holding {
    /// The login in that system; it is the official address where the system signs in by mail.
    pub login: String,
    /// The holder's official address, if the export has it.
    pub mail: Option<String>,
    /// The holder's name as the system knows it.
    pub name: Option<String>,
    /// The agency the holder acts for.
    pub agency: Option<AgencyCode>,
    /// The role's name in that system.
    pub role: String,
}

/// What a system can, as its connector says. The planner plans only that; today it plans roles alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is one thing that a system can or cannot")]
pub struct Can {
    /// Give somebody an account.
    pub create: bool,
    /// Close and reopen an account.
    pub disable: bool,
    /// Give and take roles.
    pub roles: bool,
    /// Say how old a password is.
    pub password_age: bool,
    /// Say how often somebody looked something up.
    pub lookups: bool,
    /// End the sessions of an account.
    pub end_sessions: bool,
}

/// What a system held at one moment, read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleSnapshot {
    /// The system.
    pub target: TargetId,
    /// The moment it speaks of: an order is confirmed only by one taken after it.
    pub taken: Time,
    /// Hash of its content.
    pub digest: String,
    /// What may be planned for it.
    pub can: Can,
    /// Its lines, sorted.
    pub holdings: Vec<Holding>,
}
