//! The mail directory: read through a trait, written through a struct.
//!
//! [`ReadDirectory`] is all that a planner can hold. [`DirectoryWriter`] is the only type that writes, and it
//! writes only a [`Write`]: one approved change with the precondition that the directory itself checks.

mod account;
pub mod compare;
mod dialect;
mod ldap_directory;
mod ldap_writer;
pub mod ldif;
mod ldif_directory;
mod ldif_writer;
mod password;
mod settings;
mod stored;
mod write;
mod writer;

pub use dialect::{Dialect, DialectError, Mark};
pub use ldap_directory::LdapDirectory;
pub use ldif_directory::LdifDirectory;
pub use password::{PasswordAttributes, PolicyEntries, Times};
pub use settings::{LdapSettings, LdifSettings, Settings, SettingsError, Tree};
pub use stored::{StoredPassword, Unreadable};
pub use write::{Impossible, Write, WriteError};
pub use writer::DirectoryWriter;

use crate::ldap::{ConnectError, SearchError};
use crate::model::Time;
use crate::model::account::{Account, Snapshot};
use crate::model::dn::Dn;
use crate::model::ids::AccountId;
use crate::model::password::ServerPolicy;
use std::collections::BTreeSet;

/// A read that cannot be used: there is no account list, not a short one.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A search that did not end well.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// An entry that cannot be told apart from others.
    #[error("entry {dn}: {why}")]
    Entry {
        /// Where it lies.
        dn: String,
        /// What is wrong and what to do.
        why: String,
    },
    /// The export.
    #[error("{path}: {why}")]
    File {
        /// The file.
        path: String,
        /// What is wrong, with the line where there is one.
        why: String,
    },
}

/// What an entry stores in place of a password, or why that cannot be checked.
pub type Stored = Result<StoredPassword, Unreadable>;

/// Reading the directory; nothing here can change it.
pub trait ReadDirectory {
    /// Every account below the people base, read whole or not at all. `now` is when the read began.
    fn snapshot(&self, now: Time) -> impl Future<Output = Result<Snapshot, ReadError>> + Send;

    /// One account by its immutable id, read afresh.
    fn account(&self, id: &AccountId) -> impl Future<Output = Result<Option<Account>, ReadError>> + Send;

    /// The account that lies at `dn`, read afresh.
    fn account_at(&self, dn: &Dn) -> impl Future<Output = Result<Option<Account>, ReadError>> + Send;

    /// The account that `text` calls, read afresh; see [`called`](crate::model::account::called).
    fn called(&self, text: &str) -> impl Future<Output = Result<Option<Account>, ReadError>> + Send;

    /// The agencies' branches below the people base, in [`Dn::folded`] form.
    fn branches(&self) -> impl Future<Output = Result<BTreeSet<String>, ReadError>> + Send;
}

/// The configured directory.
#[derive(Debug, Clone)]
pub enum Directory {
    /// A server.
    Ldap(LdapDirectory),
    /// An export.
    Ldif(LdifDirectory),
}

impl Directory {
    /// Checks the settings and loads the dialect; connects to nothing yet.
    pub fn open(settings: &Settings) -> Result<Self, SettingsError> {
        let tree = settings.tree()?;
        Ok(match settings {
            Settings::Ldap(one) => Self::Ldap(LdapDirectory::new(one.connection.clone(), tree)),
            Settings::Ldif(one) => Self::Ldif(LdifDirectory::new(one.path.clone(), tree)),
        })
    }

    /// Connects, signs in and looks at the people base: what is wrong, if anything is, in a sentence that says
    /// what to do.
    pub async fn probe(&self) -> Result<(), ReadError> {
        match self {
            Self::Ldap(one) => one.probe().await,
            Self::Ldif(one) => one.probe().await,
        }
    }

    /// The one way to write.
    pub fn writer(&self) -> DirectoryWriter {
        match self {
            Self::Ldap(one) => DirectoryWriter::Ldap(one.writer()),
            Self::Ldif(one) => DirectoryWriter::Ldif(one.writer()),
        }
    }

    /// The tree it reads.
    pub fn tree(&self) -> &Tree {
        match self {
            Self::Ldap(one) => one.tree(),
            Self::Ldif(one) => one.tree(),
        }
    }

    /// What the directory itself demands of passwords, a policy a line; none where the dialect does not say where it
    /// keeps them.
    pub async fn password_policies(&self) -> Result<Vec<ServerPolicy>, ReadError> {
        let Some(entries) = &self.tree().dialect.password_policy else { return Ok(Vec::new()) };
        match self {
            Self::Ldap(one) => one.password_policies(entries).await,
            Self::Ldif(one) => one.password_policies(entries).await,
        }
    }

    /// What the entries of these accounts store in place of passwords, each with the account as the same read shows it; who
    /// is not there is left out, and nothing is stored where the directory does not show it to rosterd's account.
    pub async fn stored_passwords(
        &self,
        ids: &[AccountId],
    ) -> Result<Vec<(Account, Vec<Stored>)>, ReadError> {
        let Some(attribute) = &self.tree().dialect.password.stored else { return Ok(Vec::new()) };
        match self {
            Self::Ldap(one) => one.stored_passwords(attribute, ids).await,
            Self::Ldif(one) => one.stored_passwords(attribute, ids).await,
        }
    }

    /// The account a write is about, read afresh: what [`compare::shows`] is asked about.
    pub async fn subject(&self, write: &Write) -> Result<Option<Account>, ReadError> {
        match write.id() {
            Some(id) => self.account(id).await,
            None => self.account_at(write.dn()).await,
        }
    }

    /// `writes` as LDIF change records for ldapmodify, with the branches they need and without passwords.
    pub async fn change_records(&self, writes: &[Write]) -> Result<String, ReadError> {
        Ok(ldif::change_records(writes, self.tree(), &self.branches().await?))
    }
}

impl ReadDirectory for Directory {
    async fn snapshot(&self, now: Time) -> Result<Snapshot, ReadError> {
        match self {
            Self::Ldap(one) => one.snapshot(now).await,
            Self::Ldif(one) => one.snapshot(now).await,
        }
    }

    async fn account(&self, id: &AccountId) -> Result<Option<Account>, ReadError> {
        match self {
            Self::Ldap(one) => one.account(id).await,
            Self::Ldif(one) => one.account(id).await,
        }
    }

    async fn account_at(&self, dn: &Dn) -> Result<Option<Account>, ReadError> {
        match self {
            Self::Ldap(one) => one.account_at(dn).await,
            Self::Ldif(one) => one.account_at(dn).await,
        }
    }

    async fn called(&self, text: &str) -> Result<Option<Account>, ReadError> {
        match self {
            Self::Ldap(one) => one.called(text).await,
            Self::Ldif(one) => one.called(text).await,
        }
    }

    async fn branches(&self) -> Result<BTreeSet<String>, ReadError> {
        match self {
            Self::Ldap(one) => one.branches().await,
            Self::Ldif(one) => one.branches().await,
        }
    }
}
