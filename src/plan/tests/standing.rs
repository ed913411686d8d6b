//! What becomes of changes that stand.

use super::*;

#[test]
fn what_is_new_is_proposed_or_approved_by_its_gate() {
    let free = Change { gate: Gate::None, ..change(ChangeKind::UpdateAttributes, 2) };
    let plan = planned(&[disable(1), free], &Standing::default());
    let states: Vec<State> = plan.insert.iter().map(|(_, state, _)| *state).collect();
    assert_eq!(states, [State::Proposed, State::Approved]);
}

#[test]
fn an_equal_key_keeps_its_row_and_its_due_date_and_refreshes_its_words() {
    let standing = live([stored(&disable(1), State::Approved)]);
    let again = Change {
        due: "2026-12-31".parse().unwrap(),
        label: "y".into(),
        agency: AgencyCode::parse("b").unwrap(),
        evidence: vec![Evidence::Snapshot { target: "mail".into(), entry: "e".into() }],
        ..disable(1)
    };
    let plan = planned(std::slice::from_ref(&again), &standing);
    assert_eq!((plan.insert.len(), plan.supersede.len(), plan.moves.len()), (0, 0, 0));
    let kept = &plan.keep[0].1;
    assert_eq!(kept.due, standing.live[0].change.due);
    assert_eq!(*kept, Change { due: kept.due, ..again });
    assert_eq!(kept.key(), standing.live[0].key);
}

#[test]
fn another_value_supersedes() {
    let standing = live([stored(&change(ChangeKind::UpdateAttributes, 1), State::Approved)]);
    let mut other = change(ChangeKind::UpdateAttributes, 1);
    other.after.insert(Attr::Title, Values::one("Thủ quỹ"));
    let plan = planned(&[other.clone()], &standing);
    assert_eq!(plan.supersede, [standing.live[0].id.clone()]);
    assert_eq!(plan.insert, [(other, State::Proposed, None)]);
}

#[test]
fn what_nobody_asks_for_any_more_is_superseded() {
    for state in [State::Proposed, State::Held, State::Approved, State::Expired, State::Failed] {
        let standing = live([stored(&disable(1), state)]);
        assert_eq!(planned(&[], &standing).supersede.len(), 1, "{state}");
    }
}

#[test]
fn what_is_claimed_ordered_or_unclear_is_never_superseded_nor_doubled() {
    for state in [State::Claimed, State::Ordered, State::Unknown] {
        let standing = live([stored(&disable(1), state)]);
        let other = Change { document: Some("1/QĐ".into()), ..disable(1) };
        for proposals in [vec![], vec![other]] {
            let plan = planned(&proposals, &standing);
            assert_eq!((plan.insert.len(), plan.supersede.len(), plan.moves.len()), (0, 0, 0), "{state}");
        }
    }
}

#[test]
fn an_undo_is_an_operators_and_stays() {
    let undo = Change { reason: Reason::Undo, ..change(ChangeKind::EnableAccount, 1) };
    let standing = live([stored(&undo, State::Approved)]);
    let rehire = Change { reason: Reason::Rehire, ..change(ChangeKind::EnableAccount, 1) };
    for proposals in [vec![], vec![rehire]] {
        let plan = planned(&proposals, &standing);
        assert_eq!((plan.insert.len(), plan.supersede.len(), plan.moves.len()), (0, 0, 0));
    }
}

#[test]
fn a_target_that_was_not_read_keeps_everything_as_it_is() {
    let tthc = |n| Change { target: TargetId::new("tthc"), ..change(ChangeKind::RevokeRole, n) };
    let standing = live((0..9).map(|n| stored(&tthc(n), State::Approved)));
    let plan = planned(&[], &standing);
    assert_eq!((plan.supersede.len(), plan.moves.len()), (0, 0), "not even held by a brake");
    let plan = planned(&[tthc(20)], &standing);
    assert_eq!(plan.insert, [], "nothing is known of it");
}

#[test]
fn a_suspicion_raised_by_another_roster_keeps_its_key() {
    for kind in [ChangeKind::SuspectLeaver, ChangeKind::OrphanAccount] {
        let standing = live([stored(&change(kind, 1), State::Approved)]);
        let raised = Change {
            document: Some("2/DS".into()),
            label: "y".into(),
            evidence: vec![Evidence::Snapshot { target: "mail".into(), entry: "e".into() }],
            ..change(kind, 1)
        };
        let plan = planned(std::slice::from_ref(&raised), &standing);
        assert_eq!((plan.insert.len(), plan.supersede.len()), (0, 0));
        let kept = &plan.keep[0].1;
        assert_eq!(kept.key(), standing.live[0].key);
        assert_eq!((&kept.label, &kept.evidence), (&raised.label, &raised.evidence));
        let elsewhere = Change { agency: AgencyCode::parse("b").unwrap(), ..raised };
        assert_eq!(planned(&[elsewhere], &standing).supersede.len(), 1, "another agency asks anew");
    }
}

#[test]
fn what_was_carried_out_once_is_not_planned_again() {
    for given in Asked::KINDS {
        let given = change(given, 1);
        let standing = Standing { given: Asked::of(&given).into_iter().collect(), ..Standing::default() };
        // One request: whether it finds the account open or locked, it gives one password.
        for kind in Asked::KINDS {
            assert_eq!(planned(&[change(kind, 1)], &standing), Plan::default());
        }
        let again = Change { effective: Some(TODAY.parse().unwrap()), ..given };
        assert_eq!(planned(&[again], &standing).insert.len(), 1, "asked for on another day");
    }
    assert_eq!(Asked::of(&disable(1)), None);
}

#[test]
fn an_approval_that_ran_out_is_asked_for_anew() {
    let standing = live([stored(&disable(1), State::Expired)]);
    let plan = planned(&[disable(1)], &standing);
    assert_eq!(plan.moves, [(standing.live[0].id.clone(), State::Expired, State::Proposed, None)]);
}

#[test]
fn what_another_hand_carried_out_as_approved_is_applied_and_the_rest_is_superseded() {
    for state in [State::Proposed, State::Held, State::Approved, State::Expired, State::Failed] {
        let mut standing = live([stored(&disable(1), state), stored(&disable(2), state)]);
        let (done, gone) = (standing.live[0].id.clone(), standing.live[1].id.clone());
        standing.fulfilled.insert(done.clone());
        let plan = planned(&[], &standing);
        if state == State::Approved {
            assert_eq!(plan.moves, [(done, State::Approved, State::Applied, None)]);
            assert_eq!(plan.supersede, [gone]);
        } else {
            assert_eq!((plan.moves, plan.supersede.len()), (vec![], 2), "{state}: nobody approved it");
        }
    }
    let mut standing = live([stored(&disable(1), State::Approved)]);
    standing.fulfilled.insert(standing.live[0].id.clone());
    assert_eq!(planned(&[disable(1)], &standing).moves, [], "it is asked for still");
}

#[test]
fn many_approvals_are_not_thrown_away_at_once() {
    let approved = |count: usize| live((0..count).map(|n| stored(&disable(n), State::Approved)));
    let with = |gone: usize, standing: &Standing| {
        let kept: Vec<Change> = standing.live[gone..].iter().map(|one| one.change.clone()).collect();
        let unlimited = Limits {
            disables: super::super::brakes::Limit { count: 9_999, percent: 0, cap: 9_999 },
            ..Limits::default()
        };
        plan(&kept, standing, &unlimited, &counts(), &mail(), TODAY.parse().unwrap())
            .map(|plan| plan.supersede.len())
    };
    assert_eq!(with(50, &approved(60)), Ok(50));
    assert_eq!(with(51, &approved(60)), Err(TooManySuperseded { superseded: 51, approved: 60 }));
    assert_eq!(with(60, &approved(600)), Ok(60));
    assert_eq!(with(61, &approved(600)), Err(TooManySuperseded { superseded: 61, approved: 600 }));
    let by_policy = live((0..60).map(|n| {
        stored(&Change { gate: Gate::None, ..change(ChangeKind::UpdateAttributes, n) }, State::Approved)
    }));
    assert_eq!(with(60, &by_policy), Ok(60), "nobody reviewed these");
}

#[test]
fn every_move_is_one_that_the_store_allows() {
    for state in State::ALL.iter().copied().filter(|state| state.is_live()) {
        for proposals in [vec![], vec![disable(1)], (0..400).map(disable).collect()] {
            let plan = planned(&proposals, &live([stored(&disable(1), state)]));
            for (_, from, to, _) in &plan.moves {
                assert!(from.may_become(*to), "{from} -> {to}");
            }
            assert!(plan.supersede.is_empty() || state.may_become(State::Superseded), "{state}");
        }
    }
}
