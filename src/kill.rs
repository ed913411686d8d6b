//! Kill points: places at which a debug build kills itself, named by an environment variable, so that tests can
//! show that a crash there loses nothing and does nothing twice.

/// The places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KillPoint {
    /// Before the intents of a group are committed.
    BeforeIntent,
    /// After them, before the first write.
    AfterIntent,
    /// After a write, before its outcome.
    AfterWrite,
    /// After the outcomes of a group.
    AfterOutcome,
    /// After one group, before the next.
    BetweenEntries,
    /// After the directory, before the systems.
    BetweenDirectoryAndRoles,
    /// After a work order was written, before its outcome.
    AfterOrder,
    /// Before a mail is sent.
    BeforeSend,
    /// After a mail was sent, before it is noted.
    AfterSend,
    /// After a plan was staged, before it is published.
    AfterStaging,
    /// After a roster was stored, before its file is moved.
    AfterArrival,
    /// After the feedback was written, before it is noted.
    AfterFeedback,
    /// After some reminders of rotation were queued or remembered, before the next.
    BetweenReminders,
}

impl KillPoint {
    /// Every one.
    pub const ALL: [Self; 13] = [
        Self::BeforeIntent,
        Self::AfterIntent,
        Self::AfterWrite,
        Self::AfterOutcome,
        Self::BetweenEntries,
        Self::BetweenDirectoryAndRoles,
        Self::AfterOrder,
        Self::BeforeSend,
        Self::AfterSend,
        Self::AfterStaging,
        Self::AfterArrival,
        Self::AfterFeedback,
        Self::BetweenReminders,
    ];

    /// Its name in the environment.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BeforeIntent => "before-intent",
            Self::AfterIntent => "after-intent",
            Self::AfterWrite => "after-write",
            Self::AfterOutcome => "after-outcome",
            Self::BetweenEntries => "between-entries",
            Self::BetweenDirectoryAndRoles => "between-directory-and-roles",
            Self::AfterOrder => "after-order",
            Self::BeforeSend => "before-send",
            Self::AfterSend => "after-send",
            Self::AfterStaging => "after-staging",
            Self::AfterArrival => "after-arrival",
            Self::AfterFeedback => "after-feedback",
            Self::BetweenReminders => "between-reminders",
        }
    }
}

/// The environment variable: a name, or `name@3` for the third time it is reached.
pub const VARIABLE: &str = "ROSTERD_KILL_POINT";

/// Dies here, as by `kill -9`, if the environment says so. A release build does nothing.
pub fn reached(point: KillPoint) {
    #[cfg(debug_assertions)]
    die_at(point);
    #[cfg(not(debug_assertions))]
    let _ = point;
}

#[cfg(debug_assertions)]
fn die_at(point: KillPoint) {
    use std::sync::atomic::{AtomicU32, Ordering};
    static HITS: AtomicU32 = AtomicU32::new(0);
    let Ok(wanted) = std::env::var(VARIABLE) else { return };
    let (name, nth) = wanted.split_once('@').unwrap_or((&wanted, "1"));
    if name == point.as_str() && HITS.fetch_add(1, Ordering::Relaxed) + 1 == nth.parse().unwrap_or(1) {
        let _ = nix::sys::signal::kill(nix::unistd::Pid::this(), nix::sys::signal::Signal::SIGKILL);
    }
}
