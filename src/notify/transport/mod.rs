//! A transport: hands a rendered notice to a mail server, or writes it to a folder as an `.eml` file.

mod dialogue;
pub mod dkim;
pub mod eml;
mod message;
pub mod smtp;

pub use message::check_address;

use super::bounce;
use crate::model::notice::Notice;
use eml::Folder;
use serde::Deserialize;
use smtp::Relay;
use std::path::PathBuf;

/// Where mail goes, as configured under `[mail]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Settings {
    /// To a mail server.
    Smtp(Box<smtp::Settings>),
    /// To files, for a trial run.
    Eml(eml::Settings),
}

impl Settings {
    /// Where bounces come to, if any are read.
    pub fn bounces(&self) -> Option<&bounce::Settings> {
        match self {
            Self::Smtp(settings) => settings.bounces.as_ref(),
            Self::Eml(_) => None,
        }
    }
}

/// A transport that cannot be opened as configured.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// `from` is no mailbox.
    #[error("mail: from = {0:?} is not a mailbox: write \"name@domain\" or \"Name <name@domain>\" ({1})")]
    From(String, lettre::address::AddressError),
    /// Plaintext to another machine.
    #[error(
        "mail: allow_plaintext is for a server on this machine only, and {0:?} is not: remove allow_plaintext and set tls = \"starttls\" or \"wrapper\""
    )]
    Plaintext(String),
    /// Plaintext and TLS at once.
    #[error("mail: allow_plaintext and tls contradict each other: remove one of them")]
    Both,
    /// A user without a password or the other way round.
    #[error("mail: user and password_file belong together: set both, or neither")]
    HalfSignIn,
    /// A number that cannot work.
    #[error("mail: {0} must be at least 1")]
    Zero(&'static str),
    /// A file that cannot be read.
    #[error("mail: {what} {path}: {source}")]
    File {
        /// Which setting.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The DKIM key cannot be used.
    #[error("mail.dkim: {0}")]
    Dkim(String),
    /// The password file holds nothing.
    #[error("mail: password_file {0} is empty")]
    EmptyPassword(PathBuf),
    /// The CA file or host name is not usable.
    #[error("mail: TLS cannot be set up for {host:?} with the given ca_file: {why}")]
    Tls {
        /// The server.
        host: String,
        /// What rustls said.
        why: String,
    },
}

/// Why a notice was not sent. The texts hold what the server said, so possibly an address: for the store, not
/// for a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The server takes no mail from us at all now: not reached, TLS or sign-in refused, sender refused.
    #[error("mail cannot leave: {0}")]
    Unavailable(String),
    /// Not taken this time; nothing was handed over.
    #[error("not taken this time: {0}")]
    Retry(String),
    /// This address or this mail is refused for good.
    #[error("refused: {0}")]
    Refused(String),
    /// The connection was lost after the text was on its way: it may have been taken.
    #[error("handed over, but the answer was lost: {0}")]
    Unknown(String),
}

/// An open transport; shared by all who send.
#[derive(Debug)]
pub enum Transport {
    /// A mail server.
    Smtp(Box<Relay>),
    /// A folder.
    Eml(Folder),
}

impl Transport {
    /// Checks the settings and reads the files they name; connects to nothing.
    pub fn open(settings: &Settings) -> Result<Self, OpenError> {
        Ok(match settings {
            Settings::Smtp(settings) => Self::Smtp(Box::new(Relay::open(settings)?)),
            Settings::Eml(settings) => Self::Eml(Folder::open(settings)?),
        })
    }

    /// Hands `notice` over. A repeat carries the same Message-ID.
    pub async fn send(&self, notice: &Notice) -> Result<(), SendError> {
        match self {
            Self::Smtp(relay) => relay.send(notice).await,
            Self::Eml(folder) => folder.send(notice).await,
        }
    }

    /// The name and the text of the TXT record that receivers check letters by, where they are signed.
    pub fn dkim_record(&self) -> Option<(String, String)> {
        match self {
            Self::Smtp(relay) => relay.dkim_record(),
            Self::Eml(_) => None,
        }
    }

    /// Whether mail could leave now: connects, greets and signs in, or looks at the folder; sends nothing.
    pub async fn probe(&self) -> Result<(), SendError> {
        match self {
            Self::Smtp(relay) => relay.probe().await,
            Self::Eml(folder) => folder.probe(),
        }
    }
}
