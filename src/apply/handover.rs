//! A handover (bàn giao) of a unit mailbox, once its custodian has changed and its password with it: the sessions that
//! the former custodian may still have are ended in every system that can. Pure.

use crate::model::account::{Attr, Attrs, Values};
use crate::model::change::{Change, ChangeKind, Gate, Reason, Risk, StoredChange};
use crate::model::ids::{Subject, TargetId};
use crate::systems::{ReadSystem, System};
use chrono::NaiveDate;

/// Whether a system ends sessions by itself. The mail server does not: there the new password ends them, at the latest
/// when a device next signs in.
pub fn ends_sessions(system: &System) -> bool {
    system.online().is_some() && system.can().end_sessions
}

/// Whether `change` takes a mailbox out of somebody's hands.
pub fn hands_over(change: &Change) -> bool {
    change.kind == ChangeKind::SetCustodian && change.before(Attr::Custodian).is_some()
}

/// The address in how an account is called: `name <address>`.
pub fn address_of(label: &str) -> &str {
    label.split_once(" <").map_or(label, |(_, address)| address.trim_end_matches('>'))
}

/// What ends the sessions of the mailbox that `stored` has handed over, in one system; `None` where nobody had it before.
/// The approval of the handover is its approval.
pub fn end_sessions(stored: &StoredChange, system: &TargetId, today: NaiveDate) -> Option<Change> {
    let change = &stored.change;
    hands_over(change).then(|| {
        let address = address_of(&change.label).to_lowercase();
        Change {
            target: system.clone(),
            subject: Subject::new(&address),
            kind: ChangeKind::EndSessions,
            before: Attrs::from([(Attr::Mail, Values::one(address))]),
            after: Attrs::new(),
            reason: Reason::HandOver,
            effective: Some(today),
            due: today,
            gate: Gate::None,
            risk: Risk::Medium,
            needs: Vec::new(),
            ..change.clone()
        }
    })
}
