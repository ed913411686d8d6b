//! What a target shows of an account's password and use: dates and figures, never the password or its hash. Nothing
//! of it is in a change's key: a login or the passing of a day is no news to a plan.

use super::Time;

/// What a read showed. Nothing is *old* here: what a server does not keep is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PasswordFacts {
    /// When the password was last set, by whomever.
    pub changed: Option<Time>,
    /// Whether the holder must change it at the next sign-in: somebody else has set it.
    pub must_change: bool,
    /// Whether the entry shows that somebody else than the holder set it.
    pub set_by_other: bool,
    /// When the account was made.
    pub created: Option<Time>,
    /// The last sign-in.
    pub last_login: Option<Time>,
    /// How full the mailbox is.
    pub quota: Option<Quota>,
}

/// A mailbox's size and its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Bytes in it.
    pub used: u64,
    /// Bytes it may hold; never 0.
    pub limit: u64,
}

impl Quota {
    /// How full it is, in percent.
    pub fn percent(self) -> u64 {
        self.used.saturating_mul(100) / self.limit.max(1)
    }
}

/// What a directory itself demands of passwords.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerPolicy {
    /// Where it stands, for a person to find it.
    pub name: String,
    /// After how many days it ends a password; `None` where it never does.
    pub max_age_days: Option<u32>,
    /// The fewest characters.
    pub min_length: Option<u32>,
    /// How many former passwords it remembers.
    pub history: Option<u32>,
}
