//! A role (vai trò) that somebody holds in a system beside the mailbox.

use super::Time;
use super::ids::{AgencyCode, Fingerprint, TargetId};
use chrono::NaiveDate;
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

impl Holding {
    /// Whose it is, lower case: the address where the export has one, else the login.
    pub fn address(&self) -> String {
        self.mail.as_deref().unwrap_or(&self.login).to_lowercase()
    }
}

/// An account as a system lists it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct SystemAccount {
    /// The login in that system.
    pub login: String,
    /// The holder's official address, if the system has it.
    pub mail: Option<String>,
    /// The holder's name as the system knows it.
    pub name: Option<String>,
    /// Whether it can sign in; `None` where the system does not say.
    pub open: Option<bool>,
    /// The day its password was last changed, where the system says.
    pub password_changed: Option<NaiveDate>,
    /// How many files (hồ sơ) its holder has in hand, where the system says.
    pub open_files: Option<u64>,
}

impl SystemAccount {
    /// Whose it is, lower case: the address where the system has one, else the login.
    pub fn address(&self) -> String {
        self.mail.as_deref().unwrap_or(&self.login).to_lowercase()
    }
}

/// A role that is held by somebody whom no roster ever named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unclaimed {
    /// The system.
    pub target: TargetId,
    /// The agency the role is for, where it is known.
    pub agency: Option<AgencyCode>,
    /// The holder, by address where there is one, else by login; lower case.
    pub holder: String,
    /// The holder's name as the system knows it.
    pub name: Option<String>,
    /// The role.
    pub role: String,
}

impl Unclaimed {
    /// The same line in every report.
    pub fn key(&self) -> String {
        let Self { target, agency, holder, name: _, role } = self;
        let agency = agency.as_ref().map_or("", |code| code.as_str());
        let parts = [target.as_str(), agency, holder.as_str(), role.as_str()];
        parts.into_iter().fold(Fingerprint::of("unclaimed"), Fingerprint::part).finish()
    }
}

/// What a system can, as its connector says. The planner plans only that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is one thing that a system can or cannot")]
pub struct Can {
    /// Show every account, those without a role too.
    pub list: bool,
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
    /// Its accounts, sorted: all of them where it can list them, else those of which it says more than a role.
    pub accounts: Vec<SystemAccount>,
}
