//! A custodian (người quản lý hộp thư đơn vị): the person who answers for a unit mailbox.

use super::Time;
use super::account::{Account, AccountKind, Attr, Snapshot};
use super::change::State;
use super::ids::AgencyCode;
use super::vocabulary::words;
use serde::{Deserialize, Serialize};

/// Who keeps a unit mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Custodian {
    /// The agency whose mailbox it is.
    pub agency: AgencyCode,
    /// The mailbox's address.
    pub mailbox: String,
    /// The official address of the person who keeps it.
    pub address: String,
    /// Since when.
    pub since: Time,
    /// Whom the agencies' file named then: until it names somebody else, it says nothing new.
    pub listed: Option<String>,
}

/// What became of the sessions that the former custodian may have had in a system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sessions {
    /// They are ended as soon as the handover is carried out.
    WillEnd,
    /// They are ended.
    Ended,
    /// The mailbox has no account there.
    NoAccount,
    /// They are not ended yet: it is tried again.
    Waiting,
    /// It cannot be told, or was refused: a person must look.
    Failed,
    /// The system ends no sessions from afar.
    Cannot,
}

impl Sessions {
    /// By the state of the change that ends them.
    pub fn of(state: State) -> Self {
        match state {
            State::Applied | State::Undone | State::Ordered => Self::Ended,
            State::Stale => Self::NoAccount,
            State::Proposed | State::Held | State::Approved | State::Claimed => Self::Waiting,
            State::Failed | State::Unknown | State::Rejected | State::Superseded | State::Expired => {
                Self::Failed
            }
        }
    }
}

words!(
    /// A side of a handover.
    Side {
        /// Who kept the mailbox.
        Giver = "giver",
        /// Who keeps it from now on.
        Receiver = "receiver",
    }
);

/// Why nobody of an address can keep a unit mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// It is no person's official address.
    Nobody,
    /// The person's account is disabled.
    Disabled,
    /// The person belongs to another agency.
    Elsewhere,
}

/// Whether the person with this official address can keep the mailboxes of `agency`.
pub fn may_keep(directory: &Snapshot, agency: &AgencyCode, address: &str) -> Result<(), Unfit> {
    let mut people = directory.accounts.values().filter(|one| one.kind == AccountKind::Person);
    fits(
        people.find(|one| one.get(Attr::Mail).is_some_and(|mail| mail.eq_ignore_ascii_case(address))),
        agency,
    )
}

/// The same of a person who was found, or not.
pub fn fits(holder: Option<&Account>, agency: &AgencyCode) -> Result<(), Unfit> {
    match holder {
        None => Err(Unfit::Nobody),
        Some(holder) if holder.is_disabled() => Err(Unfit::Disabled),
        Some(holder) if holder.agency.as_ref() != Some(agency) => Err(Unfit::Elsewhere),
        Some(_) => Ok(()),
    }
}
