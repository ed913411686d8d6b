//! Systems beside the mailbox: who holds which role. Read through a trait, written through a struct.
//!
//! [`ReadSystem`] is all that a planner can hold. A hand-off system is written to by work orders; every other by its
//! [`SystemWriter`], the only type that writes, and only a [`Write`]: one approved role given or taken, one account
//! created, closed or opened.

pub mod handoff;
pub mod keycloak;
pub mod ldap_groups;
mod lookups;
mod offices;
pub mod scim;
mod settings;
mod shrink;
pub mod sql;
mod write;

pub use lookups::{Counted, Counting, LookForLookups};
pub use settings::Settings;
pub use shrink::{Shrank, Shrink};
pub use write::{Impossible, Newcomer, Seat, Write};

use crate::ldap::{ConnectError, SearchError};
use crate::model::Time;
use crate::model::agency::Agencies;
use crate::model::ids::{Fingerprint, TargetId};
use crate::model::intent::WriteError;
use crate::model::role::{Can, Holding, RoleSnapshot, SystemAccount};
use crate::workbook::Reader;
use chrono::NaiveDate;
use handoff::Handoff;
use keycloak::{Keycloak, KeycloakWriter};
use ldap_groups::{GroupWriter, LdapGroups};
use scim::{ScimSystem, ScimWriter};
use sql::{SqlSystem, SqlWriter};
use std::collections::BTreeSet;

/// What a read needs beside its system.
#[derive(Debug)]
pub struct Look<'a> {
    /// When the read begins.
    pub now: Time,
    /// How many roles the last good read showed.
    pub last: Option<usize>,
    /// Reads workbooks, for a system that sends them.
    pub reader: &'a mut Reader,
}

/// A read that cannot be used: nothing is said of the system then.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// An export.
    #[error(transparent)]
    Export(#[from] handoff::LookError),
    /// A database.
    #[error(transparent)]
    Sql(#[from] sql::SqlError),
    /// No connection with an LDAP server.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A search there that did not end well.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// An HTTP interface.
    #[error(transparent)]
    Http(#[from] crate::http::HttpError),
    /// What came cannot be the whole, or is not what was asked for.
    #[error("{0}")]
    Content(String),
    /// Nobody has the address there. The change says whose it is: a log line must not.
    #[error("no account there has the address: have it created, or its address corrected")]
    Nobody,
    /// The holder cannot be told there: a person must look.
    #[error("{0}")]
    Holder(String),
    /// Far fewer roles than last time.
    #[error(transparent)]
    Shrank(#[from] Shrank),
}

/// Reading a system; nothing here can change it.
pub trait ReadSystem {
    /// What may be planned for it.
    fn can(&self) -> Can;

    /// Who holds which role, read whole or not at all.
    fn snapshot(&self, look: &mut Look<'_>) -> impl Future<Output = Result<RoleSnapshot, ReadError>> + Send;
}

/// A configured system.
#[derive(Debug)]
pub enum System {
    /// Without an API: it is given work orders.
    Handoff(Handoff),
    /// With one: it is written to.
    Online(Online),
}

/// A system that answers at once.
#[derive(Debug)]
pub enum Online {
    /// A database.
    Sql(Box<SqlSystem>),
    /// Groups on an LDAP server.
    LdapGroups(LdapGroups),
    /// SCIM 2.0.
    Scim(ScimSystem),
    /// A Keycloak realm.
    Keycloak(Keycloak),
}

impl System {
    /// The system as configured; connects to nothing yet.
    pub fn new(settings: &Settings, agencies: &Agencies) -> Self {
        match settings {
            Settings::Handoff(one) => Self::Handoff(Handoff::new(one.clone(), agencies.clone())),
            Settings::Sql(one) => Self::Online(Online::Sql(Box::new(SqlSystem::new(one.clone(), agencies)))),
            Settings::LdapGroups(one) => {
                Self::Online(Online::LdapGroups(LdapGroups::new(one.clone(), agencies)))
            }
            Settings::Scim(one) => Self::Online(Online::Scim(ScimSystem::new(one.clone()))),
            Settings::Keycloak(one) => Self::Online(Online::Keycloak(Keycloak::new(one.clone()))),
        }
    }

    /// Its name.
    pub fn name(&self) -> &TargetId {
        match self {
            Self::Handoff(one) => &one.settings.name,
            Self::Online(one) => one.name(),
        }
    }

    /// How it counts look-ups, where it does.
    pub fn counting(&self) -> Option<Counting> {
        match self {
            Self::Handoff(one) => one.settings.counting(),
            Self::Online(Online::Sql(one)) => one.settings().counting(),
            Self::Online(Online::LdapGroups(_) | Online::Scim(_) | Online::Keycloak(_)) => None,
        }
    }

    /// The counts of look-ups that it gives; what cannot be used is an error, for a system that says nothing is unknown.
    pub async fn lookups(&self, look: &mut LookForLookups<'_>) -> Result<Counted, ReadError> {
        match self {
            Self::Handoff(one) => one.lookups(look).await,
            Self::Online(Online::Sql(one)) => one.lookups(look).await,
            Self::Online(Online::LdapGroups(_) | Online::Scim(_) | Online::Keycloak(_)) => {
                Err(lookups::counts_nothing())
            }
        }
    }

    /// The hand-off system it is, if it is one.
    pub fn handoff(&self) -> Option<&handoff::Settings> {
        match self {
            Self::Handoff(one) => Some(&one.settings),
            Self::Online(_) => None,
        }
    }

    /// The system with an API it is, if it is one.
    pub fn online(&self) -> Option<&Online> {
        match self {
            Self::Handoff(_) => None,
            Self::Online(one) => Some(one),
        }
    }
}

impl ReadSystem for System {
    fn can(&self) -> Can {
        match self {
            Self::Handoff(one) => one.can(),
            Self::Online(one) => one.can(),
        }
    }

    async fn snapshot(&self, look: &mut Look<'_>) -> Result<RoleSnapshot, ReadError> {
        match self {
            Self::Handoff(one) => one.snapshot(look).await,
            Self::Online(one) => one.snapshot(look).await,
        }
    }
}

impl Online {
    /// Its name.
    pub fn name(&self) -> &TargetId {
        match self {
            Self::Sql(one) => one.name(),
            Self::LdapGroups(one) => one.name(),
            Self::Scim(one) => one.name(),
            Self::Keycloak(one) => one.name(),
        }
    }

    /// Whether what `write` is about is there, read afresh: the seat held, the account there, the account open, a session.
    pub async fn holds(&self, write: &Write) -> Result<bool, ReadError> {
        match self {
            Self::Sql(one) => one.holds(write).await,
            Self::LdapGroups(one) => one.holds(write).await,
            Self::Scim(one) => one.holds(write).await,
            Self::Keycloak(one) => one.holds(write).await,
        }
    }

    /// The one way to write.
    pub fn writer(&self) -> SystemWriter<'_> {
        match self {
            Self::Sql(one) => SystemWriter::Sql(one.writer()),
            Self::LdapGroups(one) => SystemWriter::LdapGroups(one.writer()),
            Self::Scim(one) => SystemWriter::Scim(one.writer()),
            Self::Keycloak(one) => SystemWriter::Keycloak(one.writer()),
        }
    }
}

impl ReadSystem for Online {
    fn can(&self) -> Can {
        match self {
            Self::Sql(one) => one.can(),
            Self::LdapGroups(one) => one.can(),
            Self::Scim(one) => one.can(),
            Self::Keycloak(one) => one.can(),
        }
    }

    async fn snapshot(&self, look: &mut Look<'_>) -> Result<RoleSnapshot, ReadError> {
        match self {
            Self::Sql(one) => one.snapshot(look).await,
            Self::LdapGroups(one) => one.snapshot(look).await,
            Self::Scim(one) => one.snapshot(look).await,
            Self::Keycloak(one) => one.snapshot(look).await,
        }
    }
}

/// Writes one role or account at a time; the only type that changes a system.
#[derive(Debug)]
pub enum SystemWriter<'a> {
    /// To a database.
    Sql(SqlWriter<'a>),
    /// To groups.
    LdapGroups(GroupWriter<'a>),
    /// To SCIM 2.0.
    Scim(ScimWriter<'a>),
    /// To a Keycloak realm.
    Keycloak(KeycloakWriter<'a>),
}

impl SystemWriter<'_> {
    /// Carries out `write`, if the system is as the plan saw it: a role that is to be given is not held, one that is to
    /// be taken is, and so with accounts. After [`WriteError::Unknown`] read and compare before anything else.
    pub async fn write(&mut self, write: &Write) -> Result<(), WriteError> {
        match self {
            Self::Sql(one) => one.write(write).await,
            Self::LdapGroups(one) => one.write(write).await,
            Self::Scim(one) => one.write(write).await,
            Self::Keycloak(one) => one.write(write).await,
        }
    }
}

/// Nobody has the address there.
fn nobody() -> ReadError {
    ReadError::Nobody
}

/// The program does not choose between two people.
fn several() -> ReadError {
    ReadError::Holder("several accounts there have the address: have the wrong one corrected".into())
}

/// What a read that fails before a write means for it.
fn unread(error: &ReadError) -> WriteError {
    match error {
        ReadError::Holder(why) => WriteError::Refused(why.clone()),
        ReadError::Nobody => WriteError::Refused(error.to_string()),
        other => WriteError::NotSent(other.to_string()),
    }
}

/// The precondition of `write` against whether what it is about is there.
fn precondition(write: &Write, there: bool) -> Result<(), WriteError> {
    let why = match (write, there) {
        (Write::Give(_), true) => "the role is held already",
        (Write::Take(_), false) => "the role is not held any more",
        (Write::Create(_), true) => "the account is there already",
        (Write::Open(_), true) => "the account is open already",
        (Write::Close(_), false) => "the account is not open any more",
        // What was handed out may outlive every session that is shown: it is called back all the same.
        (Write::EndSessions(_), _)
        | (Write::Give(_) | Write::Create(_) | Write::Open(_), false)
        | (Write::Take(_) | Write::Close(_), true) => {
            return Ok(());
        }
    };
    Err(WriteError::Stale(why.into()))
}

/// What is said where a system was not told that it may carry out `write`, or has no way to.
fn cannot(write: &Write) -> WriteError {
    let what = match write {
        Write::Give(_) | Write::Take(_) => "gives and takes no roles",
        Write::Create(_) => "creates no accounts",
        Write::Open(_) | Write::Close(_) => "opens and closes no accounts",
        Write::EndSessions(_) => "ends no sessions",
    };
    WriteError::Refused(format!("as configured, or by what it says of itself, the system {what}"))
}

/// A day as systems write it: the first ten characters of `2026-11-22T07:00:00Z`. Anything else is no statement.
fn day(text: &str) -> Option<NaiveDate> {
    text.get(..10)?.parse().ok()
}

/// A snapshot of what was read from a system with an API.
fn snapshot_of(
    target: &TargetId,
    taken: Time,
    can: Can,
    holdings: BTreeSet<Holding>,
    accounts: BTreeSet<SystemAccount>,
) -> RoleSnapshot {
    let print = holdings.iter().fold(Fingerprint::of("holdings"), |print, holding| {
        let Holding { login, mail, name, agency, role } = holding;
        let agency = agency.as_ref().map_or("", |code| code.as_str());
        [login, mail.as_deref().unwrap_or(""), name.as_deref().unwrap_or(""), agency, role]
            .into_iter()
            .fold(print, Fingerprint::part)
    });
    let print = accounts.iter().fold(print.part("accounts"), |print, account| {
        let SystemAccount { login, mail, name, open, password_changed, open_files } = account;
        let (mail, name) = (mail.as_deref().unwrap_or(""), name.as_deref().unwrap_or(""));
        print.part(login).part(mail).part(name).part(&format!("{open:?} {password_changed:?} {open_files:?}"))
    });
    RoleSnapshot {
        target: target.clone(),
        taken,
        digest: print.finish(),
        can,
        holdings: holdings.into_iter().collect(),
        accounts: accounts.into_iter().collect(),
    }
}
