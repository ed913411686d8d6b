//! An intent: the row committed before a write, so that a crash at any point can be told from the store.

use super::Time;
use super::ids::{ChangeId, ChangeKey};

/// What a worker is about to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// Its id; sorts by time.
    pub id: String,
    /// The change.
    pub change: ChangeId,
    /// The key it had.
    pub key: ChangeKey,
    /// The worker.
    pub worker: String,
    /// The lease's fencing token: an outcome under an older one is refused.
    pub token: i64,
    /// The write must have been sent by then, or not at all.
    pub write_by: Time,
    /// The sealed first password, so that a retry sets the same one.
    pub sealed_password: Option<Vec<u8>>,
}

/// How a write ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done, and the target said so or a read shows it.
    Applied,
    /// Handed over in a work order; a newer export must confirm it.
    Ordered {
        /// The work order's file name.
        order: String,
    },
    /// The entry is no longer what the plan saw: nothing was written.
    Stale {
        /// What moved.
        why: String,
    },
    /// The target refused it: nothing was written.
    Failed {
        /// What it said.
        why: String,
    },
    /// Nothing was written and it may be tried again (the target could not be reached).
    NotSent {
        /// What happened.
        why: String,
    },
    /// It cannot be told.
    Unknown {
        /// What happened.
        why: String,
    },
}

/// A write that was not confirmed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum WriteError {
    /// The entry no longer is what the plan saw; nothing was written.
    #[error("the entry changed since the plan: {0}")]
    Stale(String),
    /// The target, or rosterd itself, does not allow it.
    #[error("refused: {0}")]
    Refused(String),
    /// Nothing was written, and it may be tried again.
    #[error("not sent: {0}")]
    NotSent(String),
    /// It cannot be told what was written: read and compare.
    #[error("outcome unknown: {0}")]
    Unknown(String),
}

impl From<WriteError> for Outcome {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Stale(why) => Self::Stale { why },
            WriteError::Refused(why) => Self::Failed { why },
            WriteError::NotSent(why) => Self::NotSent { why },
            WriteError::Unknown(why) => Self::Unknown { why },
        }
    }
}
