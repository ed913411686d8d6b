//! Too many risky changes at once.

use super::*;
use crate::model::brake::{BrakeKind, BrakeScope};

fn of_agency(agency: &str, change: Change) -> Change {
    let subject = Subject::new(format!("{agency}-{}", change.subject));
    Change { agency: AgencyCode::parse(agency).unwrap(), subject, ..change }
}

fn held(plan: &Plan) -> usize {
    plan.insert.iter().filter(|(_, state, brake)| *state == State::Held && brake.is_some()).count()
}

fn scope() -> BrakeScope {
    BrakeScope::Agency(AgencyCode::parse("a").unwrap())
}

#[test]
fn an_agency_over_its_share_is_held_whole_and_its_other_kinds_go_on() {
    let at_the_limit: Vec<Change> = (0..50).map(disable).collect();
    assert_eq!(held(&planned(&at_the_limit, &Standing::default())), 0);
    let mut over: Vec<Change> = (0..51).map(disable).collect();
    over.push(change(ChangeKind::CreateAccount, 99));
    let plan = planned(&over, &Standing::default());
    assert_eq!(held(&plan), 51);
    assert_eq!(plan.insert.last().unwrap().1, State::Proposed);
    let [brake] = plan.brakes.as_slice() else { panic!("{:?}", plan.brakes) };
    assert_eq!((brake.wanted, brake.spent, brake.limit, brake.of_accounts), (51, 0, 50, 1_000));
    assert_eq!((&brake.scope, brake.kind, brake.holds.len()), (&scope(), BrakeKind::Disables, 51));
}

#[test]
fn many_agencies_within_their_limits_trip_the_provinces() {
    let agencies: Vec<String> = (0..70).map(|n| format!("x{n}")).collect();
    let three_each = |agencies: &[String]| -> Vec<Change> {
        agencies.iter().flat_map(|agency| (0..3).map(|n| of_agency(agency, disable(n)))).collect()
    };
    assert_eq!(held(&planned(&three_each(&agencies[..66]), &Standing::default())), 0, "198 of 200");
    let plan = planned(&three_each(&agencies), &Standing::default());
    assert_eq!(held(&plan), 210);
    assert_eq!(plan.brakes[0].scope, BrakeScope::Province);
}

#[test]
fn what_an_agency_holds_is_not_counted_for_the_province() {
    let mut proposals: Vec<Change> = (0..500).map(disable).collect();
    proposals.extend((0..3).map(|n| of_agency("b", disable(n))));
    let plan = planned(&proposals, &Standing::default());
    assert_eq!((held(&plan), plan.brakes.len()), (500, 1));
}

#[test]
fn what_was_carried_out_within_the_window_counts() {
    let standing = Standing { spent: [((scope(), BrakeKind::Disables), 48)].into(), ..Standing::default() };
    assert_eq!(held(&planned(&[disable(1), disable(2)], &standing)), 0);
    let plan = planned(&[disable(1), disable(2), disable(3)], &standing);
    assert_eq!((held(&plan), plan.brakes[0].spent), (3, 48));
}

#[test]
fn what_stands_already_counts_and_is_held_too_even_approved() {
    let standing = live((0..30).map(|n| stored(&disable(n), State::Approved)));
    let proposals: Vec<Change> = (0..60).map(disable).collect();
    let plan = planned(&proposals, &standing);
    assert_eq!((held(&plan), plan.moves.len()), (30, 30));
    assert!(plan.moves.iter().all(|(_, from, to, brake)| {
        (*from, *to, brake.as_ref()) == (State::Approved, State::Held, Some(&plan.brakes[0].key))
    }));
}

#[test]
fn what_is_being_written_is_counted_as_spent_and_not_again() {
    let standing = live((0..50).map(|n| stored(&disable(n), State::Claimed)));
    let proposals: Vec<Change> = (0..60).map(disable).collect();
    assert_eq!(held(&planned(&proposals, &standing)), 0);
}

#[test]
fn released_changes_are_neither_counted_nor_held_again() {
    let mut standing = live((0..51).map(|n| stored(&disable(n), State::Proposed)));
    for one in &mut standing.live {
        one.released = true;
    }
    let proposals: Vec<Change> = (0..53).map(disable).collect();
    let plan = planned(&proposals, &standing);
    assert_eq!((held(&plan), plan.moves.len(), plan.brakes.len()), (0, 0, 0));
}

#[test]
fn held_changes_go_on_once_they_are_fewer_with_the_approvals_they_have() {
    let mut standing = live((0..51).map(|n| stored(&disable(n), State::Held)));
    standing.live[1].approvals = vec!["op".into()];
    let proposals: Vec<Change> = (0..50).map(disable).collect();
    let plan = planned(&proposals, &standing);
    assert_eq!((plan.supersede.len(), plan.brakes.len(), plan.moves.len()), (1, 0, 50));
    let to = |n: usize| plan.moves.iter().find(|one| one.0 == standing.live[n].id).unwrap().2;
    assert_eq!((to(0), to(1)), (State::Proposed, State::Approved));
}

#[test]
fn the_same_held_changes_are_left_alone_and_others_make_another_brake() {
    let proposals: Vec<Change> = (0..51).map(disable).collect();
    let brake = planned(&proposals, &Standing::default()).brakes[0].key.clone();
    let mut standing = live(proposals.iter().map(|one| stored(one, State::Held)));
    for one in &mut standing.live {
        one.brake = Some(brake.clone());
    }
    assert_eq!(planned(&proposals, &standing).moves, []);
    let more: Vec<Change> = (0..52).map(disable).collect();
    let plan = planned(&more, &standing);
    assert_ne!(plan.brakes[0].key, brake, "a release is for exactly these");
    assert!(plan.moves.iter().all(|one| (one.1, one.2) == (State::Held, State::Held)));
    assert_eq!(plan.moves.len(), 51);
}

#[test]
fn locks_by_rule_have_a_brake_of_their_own() {
    let locks = |range: std::ops::Range<usize>| range.map(|n| change(ChangeKind::LockAccount, n));
    let mut proposals: Vec<Change> = locks(0..51).collect();
    proposals.extend((100..150).map(disable));
    let plan = planned(&proposals, &Standing::default());
    let [brake] = plan.brakes.as_slice() else { panic!("{:?}", plan.brakes) };
    assert_eq!((brake.kind, brake.wanted, held(&plan)), (BrakeKind::LadderLocks, 51, 51));
    assert_eq!(held(&planned(&locks(0..50).collect::<Vec<_>>(), &Standing::default())), 0);
}

/// The role of leaver `n`, in the case of that leaving.
fn role_of(n: usize) -> [Change; 2] {
    let case = CaseId::new(format!("leave-{n}"));
    let role = Change {
        target: TargetId::new("tthc"),
        reason: Reason::RoleEndsByLeaving,
        gate: Gate::None,
        ..change(ChangeKind::RevokeRole, n)
    };
    [Change { case: case.clone(), ..disable(n) }, Change { case, ..role }]
}

fn both_targets(proposals: &[Change], standing: &Standing) -> Plan {
    let read = [TargetId::mail(), TargetId::new("tthc")].into();
    plan(proposals, standing, &Limits::default(), &counts(), &read, TODAY.parse().unwrap()).unwrap()
}

#[test]
fn a_leavers_roles_are_held_with_the_account_and_counted_once() {
    let leavers: Vec<Change> = (0..51).flat_map(role_of).collect();
    let plan = both_targets(&leavers, &Standing::default());
    let [brake] = plan.brakes.as_slice() else { panic!("{:?}", plan.brakes) };
    assert_eq!(
        (brake.kind, brake.wanted, brake.holds.len(), held(&plan)),
        (BrakeKind::Disables, 51, 102, 102)
    );
    let within: Vec<Change> = (0..50).flat_map(role_of).collect();
    let plan = both_targets(&within, &Standing::default());
    assert!(plan.brakes.is_empty());
    let approved = plan.insert.iter().filter(|(_, state, _)| *state == State::Approved).count();
    assert_eq!(approved, 50, "roles of confirmed leavers end without approval");
    // Somebody else's role, and one whose account is locked already, stand for themselves.
    let mut mixed: Vec<Change> = (0..51).flat_map(role_of).collect();
    let [_, alone] = role_of(77);
    mixed.push(alone);
    mixed.push(Change { case: CaseId::new("change-3"), ..role_of(78)[1].clone() });
    assert_eq!(held(&both_targets(&mixed, &Standing::default())), 102);
}

#[test]
fn a_role_that_comes_after_its_leaver_was_held_is_held_too() {
    let standing = live((0..51).map(|n| stored(&role_of(n)[0], State::Held)));
    let leavers: Vec<Change> = (0..51).flat_map(role_of).collect();
    assert_eq!(held(&both_targets(&leavers, &standing)), 51, "the roles alone are new");
}

#[test]
fn a_deletion_counts_from_its_day_on() {
    let due = |day: &str| -> Vec<Change> {
        let due = day.parse().unwrap();
        (0..51).map(|n| Change { due, ..change(ChangeKind::DeleteAccount, n) }).collect()
    };
    assert_eq!(held(&planned(&due("2026-11-23"), &Standing::default())), 0);
    assert_eq!(held(&planned(&due(TODAY), &Standing::default())), 51);
}
