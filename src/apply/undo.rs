//! Undo: the change that reverses one that was carried out; a change like any other. Pure.

use crate::model::account::{Attr, Attrs, Values};
use crate::model::change::{Change, ChangeKind, Gate, Reason, Risk, State, StoredChange};
use crate::model::dn::Dn;
use crate::model::evidence::Evidence;
use crate::model::ids::{ChangeId, Subject};
use chrono::NaiveDate;

/// What marks an undo's `document`: the change it reverses.
const MARK: &str = "undo:";

/// The change that an undo reverses, by its document.
pub fn original(document: &str) -> Option<ChangeId> {
    document.strip_prefix(MARK).map(ChangeId::new)
}

/// A change that cannot be reversed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotUndoable {
    /// It was never carried out.
    #[error("change {0} was not carried out; reject it instead")]
    NotApplied(ChangeId),
    /// It was handed over; whether it was carried out is not known yet.
    #[error(
        "change {0} was handed over in a work order that no export has confirmed yet: ask the system's keeper to \
         strike it from the order, or undo it once a newer export shows it as done"
    )]
    Ordered(ChangeId),
    /// There is nothing to give back.
    #[error("change {id}: a {kind} has no reverse")]
    NoReverse {
        /// Which.
        id: ChangeId,
        /// Its kind.
        kind: ChangeKind,
    },
    /// The new account cannot be found.
    #[error("change {0}: the account it created is not in the directory any more")]
    Gone(ChangeId),
}

/// The reverse of `stored`, asked for by `login` on `today`. `created` is the account a creation made.
pub fn reverse(
    stored: &StoredChange,
    created: Option<&crate::model::account::Account>,
    login: &str,
    reason: &str,
    today: NaiveDate,
) -> Result<Change, NotUndoable> {
    match stored.state {
        State::Applied => {}
        State::Ordered => return Err(NotUndoable::Ordered(stored.id.clone())),
        _ => return Err(NotUndoable::NotApplied(stored.id.clone())),
    }
    let change = &stored.change;
    let flag = |value: &str| Values::one(value);
    let mut subject = change.subject.clone();
    let (kind, before, after) = match change.kind {
        ChangeKind::CreateAccount => {
            let account = created.ok_or_else(|| NotUndoable::Gone(stored.id.clone()))?;
            subject = Subject::new(account.id.as_str());
            let before =
                Attrs::from([(Attr::Dn, flag(&account.dn.to_string())), (Attr::Disabled, flag("false"))]);
            (ChangeKind::DisableAccount, before, Attrs::from([(Attr::Disabled, flag("true"))]))
        }
        ChangeKind::UpdateAttributes => {
            let mut before = change.after.clone();
            before.extend(change.before.get(&Attr::Dn).map(|dn| (Attr::Dn, dn.clone())));
            let mut after = change.before.clone();
            after.remove(&Attr::Dn);
            (ChangeKind::UpdateAttributes, before, after)
        }
        ChangeKind::MoveAccount => (ChangeKind::MoveAccount, change.after.clone(), change.before.clone()),
        ChangeKind::DisableAccount | ChangeKind::OrphanAccount => {
            let mut before = change.before.clone();
            before.insert(Attr::Disabled, flag("true"));
            (ChangeKind::EnableAccount, before, Attrs::from([(Attr::Disabled, flag("false"))]))
        }
        ChangeKind::EnableAccount => {
            let mut before = change.before.clone();
            before.insert(Attr::Disabled, flag("false"));
            (ChangeKind::DisableAccount, before, Attrs::from([(Attr::Disabled, flag("true"))]))
        }
        ChangeKind::GrantRole => {
            let mut before = change.before.clone();
            before.extend(change.after.clone());
            (ChangeKind::RevokeRole, before, Attrs::from([(Attr::Role, Values::none())]))
        }
        ChangeKind::RevokeRole => {
            let role = change.before.get(&Attr::Role).cloned().unwrap_or_default();
            let mut before = change.before.clone();
            before.remove(&Attr::Role);
            (ChangeKind::GrantRole, before, Attrs::from([(Attr::Role, role)]))
        }
        ChangeKind::ResetPassword | ChangeKind::SuspectLeaver => {
            return Err(NotUndoable::NoReverse { id: stored.id.clone(), kind: change.kind });
        }
    };
    Ok(Change {
        subject,
        kind,
        before,
        after,
        reason: Reason::Undo,
        effective: None,
        due: today,
        gate: Gate::One,
        risk: Risk::Medium,
        document: Some(format!("{MARK}{}", stored.id)),
        needs: Vec::new(),
        evidence: vec![Evidence::Operator { login: login.to_owned(), reason: reason.to_owned() }],
        ..change.clone()
    })
}

/// Where a creation put its account.
pub fn created_at(change: &Change) -> Option<Dn> {
    (change.kind == ChangeKind::CreateAccount)
        .then(|| change.after(Attr::Dn))?
        .and_then(|dn| Dn::parse(dn).ok())
}
