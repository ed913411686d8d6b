//! What becomes of proposals and of changes that stand, a behaviour a test.

mod braking;
mod standing;
mod suppression;

use super::brakes::Limits;
use super::{Asked, Counts, Plan, Standing, Suppression, TooManySuperseded, plan};
use crate::model::account::{Attr, Attrs, Values};
use crate::model::change::{Change, ChangeKind, Gate, Reason, Risk, State, StoredChange};
use crate::model::evidence::Evidence;
use crate::model::ids::{AgencyCode, CaseId, ChangeId, Subject, TargetId};
use std::collections::BTreeSet;

const TODAY: &str = "2026-11-22";

/// A change of `kind` to account `n` of agency `a`.
fn change(kind: ChangeKind, n: usize) -> Change {
    let after = match kind {
        ChangeKind::DisableAccount | ChangeKind::LockAccount | ChangeKind::OrphanAccount => {
            Attrs::from([(Attr::Disabled, Values::one("true"))])
        }
        ChangeKind::UpdateAttributes => Attrs::from([(Attr::Title, Values::one("Kế toán"))]),
        ChangeKind::CreateAccount
        | ChangeKind::MoveAccount
        | ChangeKind::EnableAccount
        | ChangeKind::UnlockAccount
        | ChangeKind::CloseAccount
        | ChangeKind::ReopenMailbox
        | ChangeKind::DeleteAccount
        | ChangeKind::ForcePasswordChange
        | ChangeKind::SetCustodian
        | ChangeKind::EndSessions
        | ChangeKind::ResetPassword
        | ChangeKind::GrantRole
        | ChangeKind::RevokeRole
        | ChangeKind::SuspectLeaver => Attrs::new(),
    };
    Change {
        target: TargetId::mail(),
        subject: Subject::new(format!("account-{n:03}")),
        kind,
        agency: AgencyCode::parse("a").unwrap(),
        person: None,
        label: "x".into(),
        before: Attrs::new(),
        after,
        reason: Reason::LeaverByStatus,
        effective: None,
        due: TODAY.parse().unwrap(),
        gate: Gate::One,
        risk: Risk::High,
        document: None,
        case: CaseId::new("c"),
        needs: Vec::new(),
        evidence: Vec::new(),
    }
}

fn disable(n: usize) -> Change {
    change(ChangeKind::DisableAccount, n)
}

/// `change` as stored.
fn stored(change: &Change, state: State) -> StoredChange {
    let approvals =
        if state == State::Approved { vec!["op".to_owned(); change.gate.needed()] } else { vec![] };
    StoredChange {
        id: ChangeId::new(format!("{}-{}", change.subject, change.kind)),
        key: change.key(),
        state,
        change: change.clone(),
        proposed: crate::model::Time::UNIX_EPOCH,
        brake: None,
        released: false,
        approvals,
        outcome: None,
    }
}

fn live(changes: impl IntoIterator<Item = StoredChange>) -> Standing {
    Standing { live: changes.into_iter().collect(), ..Standing::default() }
}

/// A thousand accounts in `a`, ten thousand in all.
fn counts() -> Counts {
    Counts { agencies: [(AgencyCode::parse("a").unwrap(), 1_000)].into(), province: 10_000 }
}

fn mail() -> BTreeSet<TargetId> {
    [TargetId::mail()].into()
}

fn planned(proposals: &[Change], standing: &Standing) -> Plan {
    plan(proposals, standing, &Limits::default(), &counts(), &mail(), TODAY.parse().unwrap()).unwrap()
}
