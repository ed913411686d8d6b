//! Undo: the change that reverses one that was carried out; a change like any other. Pure.

use crate::model::account::{Attr, Attrs, Values};
use crate::model::change::{Change, ChangeKind, Gate, Reason, Risk, State, StoredChange};
use crate::model::dn::Dn;
use crate::model::evidence::Evidence;
use crate::model::ids::{ChangeId, Subject, TargetId};
use crate::store::{Fenced, StoreError};
use chrono::NaiveDate;

/// What marks an undo's `document`: the change it reverses.
const MARK: &str = "undo:";

/// The change that an undo reverses. The document's number of any other change is data of whoever wrote it.
pub fn original(change: &Change) -> Option<ChangeId> {
    let document = change.document.as_deref().filter(|_| change.reason == Reason::Undo)?;
    document.strip_prefix(MARK).map(ChangeId::new)
}

/// Ends the change that `done` reverses, where it is an undo: its key stays away. It was never done where only its order
/// was withdrawn.
pub(crate) async fn end_original(tx: &mut Fenced, done: &Change) -> Result<(), StoreError> {
    let Some(original) = original(done) else { return Ok(()) };
    if !tx.transition(&original, State::Applied, State::Undone, Some("undone")).await? {
        tx.transition(&original, State::Ordered, State::Undone, Some("withdrawn")).await?;
    }
    Ok(())
}

/// A change that cannot be reversed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotUndoable {
    /// It was never carried out.
    #[error("change {0} was not carried out; reject it instead")]
    NotApplied(ChangeId),
    /// It takes back an order that is not confirmed yet.
    #[error(
        "change {0} withdraws an order, and no export has confirmed it yet: ask the system's keeper to strike it from \
         the order, or undo it once a newer export shows it as done"
    )]
    Withdrawal(ChangeId),
    /// There is nothing to give back.
    #[error("change {id}: a {kind} has no reverse")]
    NoReverse {
        /// Which.
        id: ChangeId,
        /// Its kind.
        kind: ChangeKind,
    },
    /// The entry is removed.
    #[error(
        "change {0} deleted the account, and a deletion cannot be undone: what is needed of it is to be restored from \
         the directory's and the mail server's backup"
    )]
    Deleted(ChangeId),
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
        // Handed over and unconfirmed: it is withdrawn by an order that takes it back.
        State::Ordered if stored.change.reason != Reason::Undo => {}
        State::Ordered => return Err(NotUndoable::Withdrawal(stored.id.clone())),
        _ => return Err(NotUndoable::NotApplied(stored.id.clone())),
    }
    let change = &stored.change;
    let flag = |value: &str| Values::one(value);
    let mut subject = change.subject.clone();
    let (kind, before, after) = match change.kind {
        ChangeKind::CreateAccount if change.target != TargetId::mail() => {
            let mail = change.after.get(&Attr::Mail).cloned().unwrap_or_default();
            let before = Attrs::from([(Attr::Mail, mail), (Attr::Disabled, flag("false"))]);
            (ChangeKind::DisableAccount, before, Attrs::from([(Attr::Disabled, flag("true"))]))
        }
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
        ChangeKind::DisableAccount | ChangeKind::OrphanAccount | ChangeKind::LockAccount => {
            marked(change, Attr::Disabled, ChangeKind::EnableAccount, flag("false"))
        }
        ChangeKind::EnableAccount => marked(change, Attr::Disabled, ChangeKind::DisableAccount, flag("true")),
        // The lock comes back; the password that was given meanwhile stays, and opens nothing.
        ChangeKind::UnlockAccount => marked(change, Attr::Disabled, ChangeKind::LockAccount, flag("true")),
        ChangeKind::CloseAccount => marked(change, Attr::Closed, ChangeKind::ReopenMailbox, Values::none()),
        ChangeKind::ReopenMailbox => marked(change, Attr::Closed, ChangeKind::CloseAccount, flag("true")),
        ChangeKind::ForcePasswordChange => {
            let before = change.before.get(&Attr::MustChange).cloned().unwrap_or_default();
            marked(change, Attr::MustChange, ChangeKind::ForcePasswordChange, before)
        }
        ChangeKind::DeleteAccount => return Err(NotUndoable::Deleted(stored.id.clone())),
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
        // Handed back, with another password. The first custodian took over from nobody.
        ChangeKind::SetCustodian if change.before(Attr::Custodian).is_some() => {
            let before = change.before.get(&Attr::Custodian).cloned().unwrap_or_default();
            marked(change, Attr::Custodian, ChangeKind::SetCustodian, before)
        }
        ChangeKind::ResetPassword
        | ChangeKind::SuspectLeaver
        | ChangeKind::SetCustodian
        | ChangeKind::EndSessions => {
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

/// The reverse of a change that set one mark: `kind`, which sets it to `back`.
fn marked(change: &Change, attr: Attr, kind: ChangeKind, back: Values) -> (ChangeKind, Attrs, Attrs) {
    let mut before = change.before.clone();
    before.extend(change.after.get(&attr).map(|values| (attr, values.clone())));
    (kind, before, Attrs::from([(attr, back)]))
}

/// Where a creation put its account.
pub fn created_at(change: &Change) -> Option<Dn> {
    (change.kind == ChangeKind::CreateAccount)
        .then(|| change.after(Attr::Dn))?
        .and_then(|dn| Dn::parse(dn).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Write;
    use crate::model::ids::{AgencyCode, CaseId, TargetId};
    use crate::model::secret::Secret;

    const DAY: &str = "2026-11-22";

    fn applied(kind: ChangeKind, mark: Option<(Attr, Values, Values)>) -> StoredChange {
        let place = Values::one("uid=a,ou=x,dc=vn");
        let mut change = Change {
            target: TargetId::mail(),
            subject: Subject::new("1"),
            kind,
            agency: AgencyCode::parse("x").unwrap(),
            person: None,
            label: String::new(),
            before: Attrs::from([(Attr::Dn, place)]),
            after: Attrs::new(),
            reason: Reason::Joiner,
            effective: None,
            due: DAY.parse().unwrap(),
            gate: Gate::One,
            risk: Risk::High,
            document: None,
            case: CaseId::new("c"),
            needs: Vec::new(),
            evidence: Vec::new(),
        };
        if let Some((attr, before, after)) = mark {
            change.before.insert(attr, before);
            change.after.insert(attr, after);
        }
        StoredChange {
            id: ChangeId::new("c1"),
            key: change.key(),
            state: State::Applied,
            change,
            proposed: crate::model::Time::UNIX_EPOCH,
            brake: None,
            released: false,
            approvals: Vec::new(),
            outcome: None,
        }
    }

    fn undone(stored: &StoredChange) -> Result<Change, NotUndoable> {
        reverse(stored, None, "an", "why", DAY.parse().unwrap())
    }

    #[test]
    fn the_reverse_finds_what_was_done_and_gives_back_what_was_there() {
        let (yes, no, none) = (Values::one("true"), Values::one("false"), Values::none());
        for (kind, attr, before, after, reversed) in [
            (ChangeKind::DisableAccount, Attr::Disabled, &no, &yes, ChangeKind::EnableAccount),
            (ChangeKind::LockAccount, Attr::Disabled, &no, &yes, ChangeKind::EnableAccount),
            (ChangeKind::UnlockAccount, Attr::Disabled, &yes, &no, ChangeKind::LockAccount),
            (ChangeKind::CloseAccount, Attr::Closed, &none, &yes, ChangeKind::ReopenMailbox),
            (ChangeKind::ReopenMailbox, Attr::Closed, &yes, &none, ChangeKind::CloseAccount),
            (ChangeKind::ForcePasswordChange, Attr::MustChange, &none, &yes, ChangeKind::ForcePasswordChange),
        ] {
            let stored = applied(kind, Some((attr, before.clone(), after.clone())));
            let back = undone(&stored).unwrap();
            assert_eq!(back.kind, reversed, "{kind}");
            assert_eq!(
                (back.before.get(&attr), back.after.get(&attr)),
                (Some(after), Some(before)),
                "{kind}"
            );
            Write::of(&back, Some(Secret::new("x"))).unwrap();
        }
    }

    #[test]
    fn what_has_a_reverse_is_what_is_said_to_have_one() {
        let held = Some((Attr::Custodian, Values::one("a@x"), Values::one("b@x")));
        let cases =
            ChangeKind::ALL.iter().map(|kind| (*kind, None)).chain([(ChangeKind::SetCustodian, held)]);
        for (kind, mark) in cases {
            let stored = applied(kind, mark);
            let none =
                matches!(undone(&stored), Err(NotUndoable::NoReverse { .. } | NotUndoable::Deleted(_)));
            assert_eq!(stored.change.has_reverse(), !none, "{kind}");
        }
    }

    #[test]
    fn a_deletion_has_no_way_back_and_says_so() {
        let error = undone(&applied(ChangeKind::DeleteAccount, None)).unwrap_err();
        assert_eq!(error, NotUndoable::Deleted(ChangeId::new("c1")));
        assert!(error.to_string().contains("backup"), "{error}");
    }
}
