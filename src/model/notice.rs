//! A notice (thông báo): one mail to one address, rendered, with the key that lets it go out once.

use super::ids::Fingerprint;
use serde::{Deserialize, Serialize};

/// How long something has waited for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// Whoever is asked is reminded.
    Remind,
    /// Whoever stands above is told.
    Escalate,
    /// Time is up.
    Overdue,
}

impl Step {
    /// Its word in keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Remind => "remind",
            Self::Escalate => "escalate",
            Self::Overdue => "overdue",
        }
    }
}

/// A rendered mail. No links, no attachments, no password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What it is about and which step: one mail per (key, address).
    pub key: String,
    /// The template it came from.
    pub template: String,
    /// To whom.
    pub to: String,
    /// The addressee's name.
    pub to_name: String,
    /// Subject line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// Simple HTML.
    pub html: String,
}

impl Notice {
    /// The left part of its Message-ID: a repeat after a crash carries the same one.
    pub fn message_id(&self) -> String {
        Fingerprint::of("notice").part(&self.key).part(&self.to).finish()[..32].to_owned()
    }
}
