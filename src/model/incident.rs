//! An incident: an account in somebody else's hands. While it is open nothing else is carried out on the account.

use super::Time;
use super::change::State;
use super::ids::{AccountId, AgencyCode, Login, PersonId, TargetId};

/// An incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Its id; sorts by time. Its changes bear it as their case.
    pub id: String,
    /// The target the account lies in.
    pub target: TargetId,
    /// The account.
    pub account: AccountId,
    /// How it is called: name and address.
    pub label: String,
    /// Whose it is, where that is known.
    pub person: Option<PersonId>,
    /// The agency whose account it is.
    pub agency: AgencyCode,
    /// Who opened it.
    pub opened_by: Login,
    /// When.
    pub opened: Time,
    /// In which words.
    pub reason: String,
    /// Whether the account is protected: rosterd never writes it, so that somebody else must lock it.
    pub by_hand: bool,
    /// The first read that showed it locked; until then the incident is red.
    pub seen_locked: Option<Time>,
    /// What the entry and the systems showed when it was opened, as JSON.
    pub evidence: String,
    /// How it ended; `None` while it is open.
    pub closed: Option<Closing>,
}

/// How an incident ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// Who closed it.
    pub by: Login,
    /// When.
    pub at: Time,
    /// In which words.
    pub reason: String,
}

impl Incident {
    /// Whether somebody must still see to it: no read has shown the account locked, or one of its `locks` is not done.
    pub fn is_red(&self, locks: impl IntoIterator<Item = State>) -> bool {
        self.closed.is_none() && (self.seen_locked.is_none() || !locks.into_iter().all(is_settled))
    }
}

/// Whether a lock needs nobody's attention: it is there, handed over, or there was nothing to lock.
fn is_settled(state: State) -> bool {
    match state {
        State::Applied
        | State::Ordered
        | State::Stale
        | State::Undone
        | State::Superseded
        | State::Rejected => true,
        State::Proposed
        | State::Held
        | State::Approved
        | State::Claimed
        | State::Failed
        | State::Unknown
        | State::Expired => false,
    }
}
