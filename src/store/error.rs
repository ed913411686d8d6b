//! What can go wrong in the store, each with where and what to do.

use crate::model::change::State;
use crate::model::ids::Login;
use crate::model::operator::Right;
use std::path::PathBuf;

/// An error of the store. Decisions that a person can react to (a key that moved, a second approval by one login)
/// are answers of their functions, not errors.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The configuration does not name a usable database.
    #[error("store.url: {0}")]
    Settings(String),
    /// A file of the store cannot be read, made or locked.
    #[error("{what} {path}: {source}")]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A PostgreSQL database that sorts text otherwise than by bytes, or holds no UTF-8.
    #[error(
        "the database has collation {collation} and encoding {encoding}, rosterd needs C and UTF8: \
         CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
    )]
    Collation {
        /// Its collation.
        collation: String,
        /// Its encoding.
        encoding: String,
    },
    /// The schema cannot be brought up to date.
    #[error("the database schema cannot be brought up to date: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The database refused a statement or cannot be reached.
    #[error("database, {what}: {source}")]
    Database {
        /// Which statement.
        what: &'static str,
        /// What it said.
        source: sqlx::Error,
    },
    /// Another transaction was in the way; the whole transaction may be tried again.
    #[error("database, {what}: another transaction was in the way")]
    Busy {
        /// Which statement.
        what: &'static str,
    },
    /// A stored value is not what the program writes.
    #[error("stored {what} {text:?} cannot be read: the database was changed by something else than rosterd")]
    Decode {
        /// Which value.
        what: &'static str,
        /// Its text.
        text: String,
    },
    /// A value cannot be written as JSON.
    #[error("{what} cannot be written as JSON: {source}")]
    Encode {
        /// Which value.
        what: &'static str,
        /// Why not.
        source: serde_json::Error,
    },
    /// The worker's lease was taken by another; nothing was written.
    #[error(
        "lease {lease}: token {token} is no longer the latest, another worker took over; nothing was written"
    )]
    Fenced {
        /// The lease.
        lease: String,
        /// The old token.
        token: i64,
    },
    /// A statement of the transaction failed, so that it cannot be committed.
    #[error("the transaction had a failed statement and was rolled back")]
    Poisoned,
    /// A login that is not an enrolled operator decides nothing.
    #[error("{0} is not an enrolled operator: `rosterd operator add {0}`")]
    NotEnrolled(Login),
    /// Without an operator for the whole province nobody could enrol another.
    #[error(
        "{0} is the last operator for the whole province and cannot be removed: enrol another one first with \
         `rosterd operator add LOGIN --name NAME`"
    )]
    LastOperator(Login),
    /// The same where it would be narrowed, or made a contact.
    #[error(
        "without an operator for the whole province nobody could enrol another, and {0} is or would be the only one: \
         enrol another for the whole province first with `rosterd operator add LOGIN --name NAME`"
    )]
    NoProvinceOperator(Login),
    /// One person at the provider is one operator.
    #[error(
        "{subject:?} is tied to another operator already; untie it there first: `rosterd operator openid LOGIN --remove`"
    )]
    SubjectTaken {
        /// The subject.
        subject: String,
    },
    /// A contact confirms, and never approves.
    #[error("{0} is enrolled as a contact: a contact may confirm for the agency, and never approves")]
    OnlyContact(Login),
    /// The agency is outside the operator's scope.
    #[error("{operator} may not decide for agency {agency}")]
    OutOfScope {
        /// Who.
        operator: Login,
        /// For which agency.
        agency: String,
    },
    /// The operator's role does not have the right.
    #[error("the role of {operator} does not include the right to {right}")]
    NotAllowed {
        /// Who.
        operator: Login,
        /// What was asked for.
        right: Right,
    },
    /// A state change that the table of transitions does not have.
    #[error("a change cannot go from {from} to {to}")]
    Transition {
        /// From.
        from: State,
        /// To.
        to: State,
    },
    /// Nothing is stored under this id or key.
    #[error("there is no {what} {id}")]
    Missing {
        /// What was looked for.
        what: &'static str,
        /// By which id.
        id: String,
    },
    /// No random bytes.
    #[error("the system gave no random bytes")]
    Random,
    /// The audit trail was changed.
    #[error("the audit trail is broken at lane {lane}, row {seq}: {why}")]
    AuditBroken {
        /// The lane.
        lane: String,
        /// The first row that does not fit.
        seq: i64,
        /// What does not fit.
        why: &'static str,
    },
}

impl StoreError {
    /// Whether the whole transaction may succeed when tried again.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Busy { .. })
    }

    pub(super) fn decode(what: &'static str, text: impl Into<String>) -> Self {
        Self::Decode { what, text: text.into() }
    }
}
