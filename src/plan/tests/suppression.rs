//! What a rejection or an undo keeps away, and until when.

use super::*;

fn rejected(change: &Change) -> Standing {
    let suppressed = Suppression {
        key: change.key(),
        target: change.target.clone(),
        subject: change.subject.clone(),
        kind: change.kind,
        after: change.after.clone(),
        document: change.document.clone(),
    };
    Standing { suppressed: vec![suppressed], ..Standing::default() }
}

fn comes_back(change: &Change, standing: &Standing) -> bool {
    let plan = planned(std::slice::from_ref(change), standing);
    assert_eq!(plan.insert.len() + plan.suppressed.len(), 1);
    plan.insert.len() == 1
}

#[test]
fn a_rejected_change_stays_away_whatever_else_differs() {
    let change = disable(1);
    let standing = rejected(&change);
    assert!(!comes_back(&change, &standing));
    let mut moved = change.clone();
    moved.before.insert(Attr::Dn, Values::one("uid=x"));
    assert!(!comes_back(&moved, &standing));
    assert!(!comes_back(
        &Change { effective: Some(change.due), gate: Gate::Two, ..change.clone() },
        &standing
    ));
}

#[test]
fn it_comes_back_with_another_result_or_another_document() {
    let change = change(ChangeKind::UpdateAttributes, 1);
    let standing = rejected(&change);
    let mut other = change.clone();
    other.after.insert(Attr::Title, Values::one("Thủ quỹ"));
    assert!(comes_back(&other, &standing));
    assert!(comes_back(&Change { document: Some("1/QĐ".into()), ..change }, &standing));
}

#[test]
fn another_subject_or_kind_is_not_kept_away() {
    let standing = rejected(&disable(1));
    assert!(comes_back(&disable(2), &standing));
    assert!(comes_back(&change(ChangeKind::OrphanAccount, 1), &standing));
}

#[test]
fn a_confirmation_is_new_evidence() {
    let by_status = disable(1);
    let confirmed = Change { reason: Reason::LeaverConfirmed, ..disable(1) };
    assert!(comes_back(&confirmed, &rejected(&by_status)));
    assert!(!comes_back(&confirmed, &rejected(&confirmed)));
}

#[test]
fn the_next_reset_request_is_another_one() {
    let reset = |date: &str| Change {
        reason: Reason::RequestReset,
        effective: Some(date.parse().unwrap()),
        ..change(ChangeKind::ResetPassword, 1)
    };
    let standing = rejected(&reset("2026-11-01"));
    assert!(!comes_back(&reset("2026-11-01"), &standing));
    assert!(comes_back(&reset("2026-11-15"), &standing));
}

#[test]
fn what_stands_gives_way_to_a_rejection_of_the_same() {
    let change = disable(1);
    let standing = Standing { live: vec![stored(&change, State::Proposed)], ..rejected(&change) };
    let plan = planned(&[change], &standing);
    assert_eq!((plan.supersede.len(), plan.suppressed.len()), (1, 1));
}
