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
