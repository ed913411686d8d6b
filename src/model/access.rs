//! Access: what somebody could do at a time: an open account, or a role in a system, from one moment to another.

use super::Time;
use super::account::{Account, Attr, Snapshot};
use super::change::{Change, ChangeKind};
use super::ids::{AgencyCode, TargetId};
use super::role::{Holding, RoleSnapshot};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One thing that somebody can do in a target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Right {
    /// Whose: a mail account's id; in a system the address or login.
    pub subject: String,
    /// The role; empty for the open account itself.
    pub role: String,
    /// The agency it is for; `-` where none is named.
    pub agency: AgencyCode,
    /// How the holder is called there: address or login.
    pub label: String,
}

/// A right from one moment to another, as reads of its target showed it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// The target.
    pub target: TargetId,
    /// What could be done.
    pub right: Right,
    /// When it was first seen.
    pub since: Time,
    /// When it was seen no more.
    pub until: Option<Time>,
}

/// The rights that a mail directory shows: its open accounts.
pub fn of_directory(directory: &Snapshot) -> BTreeSet<Right> {
    let right = |account: &Account| Right {
        subject: account.id.to_string(),
        role: String::new(),
        agency: account.agency.clone().unwrap_or_else(AgencyCode::unknown),
        label: account.label().to_owned(),
    };
    directory.accounts.values().filter(|account| !account.is_disabled()).map(right).collect()
}

/// The rights that a system's read shows.
pub fn of_system(system: &RoleSnapshot) -> BTreeSet<Right> {
    let right = |holding: &Holding| {
        let label = holding.mail.as_deref().unwrap_or(&holding.login);
        Right {
            subject: label.to_lowercase(),
            role: holding.role.clone(),
            agency: holding.agency.clone().unwrap_or_else(AgencyCode::unknown),
            label: label.to_owned(),
        }
    };
    system.holdings.iter().map(right).collect()
}

/// What a change that was carried out does to a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It begins.
    Gives,
    /// It ends.
    Takes,
}

/// What `change` does to `right` in `target`, if anything.
pub fn effect(change: &Change, target: &TargetId, right: &Right) -> Option<Effect> {
    if change.target != *target {
        return None;
    }
    let subject = change.subject.as_str();
    let on_account = right.role.is_empty() && subject == right.subject;
    let created = right.role.is_empty()
        && change.after(Attr::Mail).is_some_and(|mail| mail.eq_ignore_ascii_case(&right.label));
    let seat = !right.role.is_empty() && {
        let any = [right.agency.clone(), change.agency.clone()];
        any.iter().any(|agency| subject == format!("{}#{}@{agency}", right.subject, right.role))
    };
    match change.kind {
        ChangeKind::CreateAccount if created => Some(Effect::Gives),
        ChangeKind::EnableAccount | ChangeKind::UnlockAccount if on_account => Some(Effect::Gives),
        ChangeKind::DisableAccount
        | ChangeKind::OrphanAccount
        | ChangeKind::LockAccount
        | ChangeKind::DeleteAccount
            if on_account =>
        {
            Some(Effect::Takes)
        }
        // The account goes to another agency: what was there ends, what is here begins.
        ChangeKind::MoveAccount if on_account => {
            let here = change.after(Attr::Agency) == Some(right.agency.as_str());
            Some(if here { Effect::Gives } else { Effect::Takes })
        }
        ChangeKind::GrantRole if seat => Some(Effect::Gives),
        ChangeKind::RevokeRole if seat => Some(Effect::Takes),
        ChangeKind::CreateAccount
        | ChangeKind::EnableAccount
        | ChangeKind::DisableAccount
        | ChangeKind::OrphanAccount
        | ChangeKind::LockAccount
        | ChangeKind::UnlockAccount
        | ChangeKind::CloseAccount
        | ChangeKind::ReopenMailbox
        | ChangeKind::DeleteAccount
        | ChangeKind::ForcePasswordChange
        | ChangeKind::MoveAccount
        | ChangeKind::GrantRole
        | ChangeKind::RevokeRole
        | ChangeKind::UpdateAttributes
        | ChangeKind::SetCustodian
        | ChangeKind::EndSessions
        | ChangeKind::ResetPassword
        | ChangeKind::SuspectLeaver => None,
    }
}
