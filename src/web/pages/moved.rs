//! What moved: what a change was approved for beside what the directory, or its system, shows now.

use super::super::desk::Desk;
use crate::model::account::{Account, Attr, Values};
use crate::model::change::{Change, ChangeKind, State, StoredChange};
use crate::model::ids::{AccountId, TargetId};
use serde::Serialize;

/// One attribute that was relied on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in super::super) struct Moved {
    pub attr: &'static str,
    /// As it was approved for.
    pub approved: String,
    /// As it is now.
    pub now: String,
    pub differs: bool,
}

/// How an account stands to what was approved for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub(in super::super) enum Now {
    /// What was relied on, those that moved first.
    There { attrs: Vec<Moved> },
    /// In a system beside the mailbox: whether what the change is about was there, and is.
    Fact {
        /// `role`, `account`, `open` or `session`.
        fact: &'static str,
        /// The role, where it is about one.
        role: Option<String>,
        approved: bool,
        now: bool,
    },
    /// There is no such account any more.
    Gone,
    /// The directory cannot be read now.
    Unread,
}

/// How it stands now with what `stored` relied on, where its state says that something moved; `None` for others, and for a
/// mailbox that was still to be made.
pub(super) async fn now(desk: &Desk, stored: &StoredChange) -> Option<Now> {
    let change = &stored.change;
    if !matches!(stored.state, State::Stale | State::Unknown) {
        return None;
    }
    if change.target != TargetId::mail() {
        return in_system(desk, change).await;
    }
    if change.kind == ChangeKind::CreateAccount {
        return None;
    }
    match desk.back.account(&AccountId::new(change.subject.as_str())).await {
        Ok(Some(account)) => Some(Now::There { attrs: held_against(change, &account) }),
        Ok(None) => Some(Now::Gone),
        Err(error) => {
            tracing::warn!(%error, "what moved cannot be told");
            Some(Now::Unread)
        }
    }
}

/// The same of a change in a system beside the mailbox.
async fn in_system(desk: &Desk, change: &Change) -> Option<Now> {
    let (fact, approved) = relied_on(change.kind)?;
    let role = change.after(Attr::Role).or_else(|| change.before(Attr::Role)).map(str::to_owned);
    match desk.back.is_there(change).await {
        Ok(now) => now.map(|now| Now::Fact { fact, role, approved, now }),
        Err(error) => {
            tracing::warn!(%error, "what moved cannot be told");
            Some(Now::Unread)
        }
    }
}

/// What a change in a system relies on, and whether it is to be there before: a role that is given is not held.
fn relied_on(kind: ChangeKind) -> Option<(&'static str, bool)> {
    match kind {
        ChangeKind::GrantRole => Some(("role", false)),
        ChangeKind::RevokeRole => Some(("role", true)),
        ChangeKind::CreateAccount => Some(("account", false)),
        ChangeKind::EnableAccount => Some(("open", false)),
        ChangeKind::DisableAccount => Some(("open", true)),
        ChangeKind::EndSessions => Some(("session", true)),
        ChangeKind::UpdateAttributes
        | ChangeKind::MoveAccount
        | ChangeKind::LockAccount
        | ChangeKind::UnlockAccount
        | ChangeKind::CloseAccount
        | ChangeKind::ReopenMailbox
        | ChangeKind::DeleteAccount
        | ChangeKind::ForcePasswordChange
        | ChangeKind::SetCustodian
        | ChangeKind::ResetPassword
        | ChangeKind::SuspectLeaver
        | ChangeKind::OrphanAccount => None,
    }
}

/// What a change relied on, held against an account.
fn held_against(change: &Change, account: &Account) -> Vec<Moved> {
    let none = Values::none();
    // What is empty before and is set was relied on to be empty.
    let touched =
        change.before.keys().chain(change.after.keys().filter(|attr| !change.before.contains_key(attr)));
    let mut attrs: Vec<_> = touched
        .map(|attr| {
            let approved = change.before.get(attr).unwrap_or(&none);
            let (now, differs) = match attr {
                Attr::Dn => {
                    let is = account.dn.to_string();
                    let differs = approved.first().is_some_and(|dn| !dn.eq_ignore_ascii_case(&is));
                    (is, differs)
                }
                attr => {
                    let is = account.attrs.get(attr).unwrap_or(&none);
                    (is.to_string(), is_otherwise(*attr, approved, is))
                }
            };
            Moved { attr: attr.as_str(), approved: approved.to_string(), now, differs }
        })
        .collect();
    attrs.sort_by_key(|one| !one.differs);
    attrs
}

/// Whether a mark that is not set says the same as one that says no.
fn is_otherwise(attr: Attr, approved: &Values, now: &Values) -> bool {
    match attr {
        Attr::Disabled | Attr::Closed | Attr::MustChange => {
            (approved.first() == Some("true")) != (now.first() == Some("true"))
        }
        _ => approved != now,
    }
}
