//! The folders: where agencies drop, where files go, what of that is for whom.

use serde::Deserialize;
use std::path::PathBuf;
use std::time::Duration;

/// The `[folders]` table of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Folders {
    /// `inbox/<agency code>/…`: where agencies drop.
    pub inbox: PathBuf,
    /// `done/<agency>/<date>/`: what was read, with its feedback.
    pub done: PathBuf,
    /// `refused/<agency>/<date>/`: what could not be read, with its feedback.
    pub refused: PathBuf,
    /// The program's own copies, until they are answered.
    pub spool: PathBuf,
    /// How long a file must stay the same before it is taken, in seconds: shares copy slowly.
    #[serde(default = "default_settle")]
    pub settle_seconds: u64,
}

fn default_settle() -> u64 {
    2
}

impl Folders {
    /// How long a file must stay the same.
    pub fn settle(&self) -> Duration {
        Duration::from_secs(self.settle_seconds)
    }

    /// All of them, with their setting's name.
    pub fn all(&self) -> [(&'static str, &PathBuf); 4] {
        let Self { inbox, done, refused, spool, settle_seconds: _ } = self;
        [("inbox", inbox), ("done", done), ("refused", refused), ("spool", spool)]
    }
}
