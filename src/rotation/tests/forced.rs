//! What is asked at once: after a leak, and where a check found a default password.

use super::*;
use crate::model::leak::Leak;
use crate::model::rotation::{Found, Guessed};

/// A leak of Wednesday 25 February 2026, taken in on Monday 2 March at eight; the password is older than both.
fn leaked(stage: &mut Stage, list: &str, day: Option<&str>, imported: &str) {
    let leak = Leak {
        list: list.into(),
        source: "dien-dan.example".into(),
        document: None,
        leaked: day.map(date),
        imported: at(imported),
        by_agency: false,
    };
    stage.leaks.entry(AccountId::new("a1")).or_default().push(leak);
}

fn stage_with_a_leak() -> Stage {
    let mut stage = Stage::new();
    stage.facts.changed = Some(at("2026-02-20T09:00:00"));
    leaked(&mut stage, "1", Some("2026-02-25"), "2026-03-02T08:00:00");
    stage
}

const SHORT: [&str; 6] = [
    "2026-03-02 holder lo-nhac-1",
    "2026-03-02 FORCE",
    "2026-03-03 holder lo-nhac-2",
    "2026-03-03 contact lo-dau-moi",
    "2026-03-04 department lo-so",
    "2026-03-05 LOCK one",
];

#[test]
fn a_leak_forces_a_change_at_once_and_a_short_ladder_ends_with_a_lock_to_approve() {
    let mut stage = stage_with_a_leak();
    // Neither an agency that the rules do not bind yet nor unaccepted mail holds it up.
    stage.settings.active_from = None;
    stage.accepts = false;
    stage.days("2026-03-02", "2026-03-31");
    assert_eq!(stage.said(), SHORT);
    assert_eq!(stage.standing, Standing::Locked);
}

#[test]
fn the_holder_s_own_change_after_the_leak_clears_and_a_reset_does_not() {
    let mut clear = stage_with_a_leak();
    clear.facts.changed = Some(at("2026-02-26T00:10:00"));
    clear.days("2026-03-02", "2026-03-31");
    assert_eq!(clear.said(), Vec::<String>::new());

    let mut on_the_day = stage_with_a_leak();
    on_the_day.facts.changed = Some(at("2026-02-25T23:50:00"));
    on_the_day.days("2026-03-02", "2026-03-02");
    assert_eq!(on_the_day.said(), SHORT[..2], "before or after the leak: nobody knows");

    let mut stage = stage_with_a_leak();
    stage.days("2026-03-02", "2026-03-03");
    stage.facts.changed = Some(at("2026-03-03T10:00:00"));
    stage.days("2026-03-04", "2026-03-04");
    assert_eq!(stage.said(), [&SHORT[..4], &SHORT[4..5]].concat(), "reset, and to be changed still");
    stage.facts.changed = Some(at("2026-03-04T15:00:00"));
    stage.facts.must_change = false;
    stage.days("2026-03-05", "2026-03-31");
    assert_eq!((stage.said(), stage.standing), (Vec::new(), Standing::Fresh));
}

#[test]
fn a_leak_of_an_unknown_day_is_cleared_by_a_change_after_the_import_alone() {
    let mut stage = Stage::new();
    stage.facts.changed = Some(at("2026-03-01T09:00:00"));
    leaked(&mut stage, "1", None, "2026-03-02T08:00:00");
    stage.days("2026-03-02", "2026-03-02");
    assert_eq!(stage.said(), SHORT[..2]);
    stage.facts.changed = Some(at("2026-03-02T09:30:00"));
    stage.facts.must_change = false;
    stage.days("2026-03-03", "2026-03-31");
    assert_eq!(stage.said(), Vec::<String>::new());
}

#[test]
fn a_list_of_today_is_cleared_by_a_change_of_today() {
    let mut stage = Stage::new();
    stage.facts.changed = Some(at("2026-03-02T08:30:00"));
    leaked(&mut stage, "1", Some("2026-03-02"), "2026-03-02T08:00:00");
    stage.days("2026-03-02", "2026-03-31");
    assert_eq!(stage.said(), Vec::<String>::new());
}

#[test]
fn another_list_does_not_begin_the_ladder_anew() {
    let mut stage = stage_with_a_leak();
    stage.days("2026-03-02", "2026-03-03");
    leaked(&mut stage, "2", None, "2026-03-04T08:00:00");
    stage.days("2026-03-04", "2026-03-31");
    assert_eq!(stage.said(), SHORT);
}

#[test]
fn an_account_made_after_the_leak_or_disabled_before_it_is_left_alone() {
    let mut made = stage_with_a_leak();
    made.facts.created = Some(at("2026-02-27T09:00:00"));
    made.facts.changed = made.facts.created;
    // Its first password has a term of its own, which is not looked at here.
    made.policy.rules[0].first_password = None;
    made.days("2026-03-02", "2026-03-10");
    let mut disabled = stage_with_a_leak();
    disabled.disabled = true;
    disabled.days("2026-03-02", "2026-03-10");
    assert_eq!((made.said(), disabled.said()), (Vec::new(), Vec::new()));
    assert_eq!(disabled.standing, Standing::Disabled);
}

#[test]
fn a_protected_account_in_a_leak_is_reported_and_never_written() {
    let mut stage = stage_with_a_leak();
    stage.protected = true;
    stage.days("2026-03-02", "2026-03-31");
    assert_eq!(stage.said(), [&SHORT[..1], &SHORT[2..5]].concat());
}

#[test]
fn who_is_away_must_change_at_the_next_sign_in_and_is_not_pressed() {
    let mut stage = stage_with_a_leak();
    stage.away = true;
    stage.days("2026-03-02", "2026-03-31");
    assert_eq!((stage.said(), stage.standing), (vec![SHORT[1].to_owned()], Standing::Away));
}

/// A check of Monday 2 March 2026 that came to `found`.
fn stage_with_a_check(found: Found) -> Stage {
    let mut stage = Stage::new();
    let guessed =
        Guessed { found, changed: stage.facts.changed, at: at("2026-03-02T08:00:00"), list: "l".into() };
    let memory = Memory { guessed: Some(guessed), ..Memory::default() };
    stage.memory.insert((TargetId::mail(), AccountId::new("a1")), memory);
    stage.policy.rules[0].max_age = None;
    stage
}

const AFTER_DEFAULT: [&str; 6] = [
    "2026-03-02 holder mac-dinh-nhac-1",
    "2026-03-02 FORCE",
    "2026-03-05 holder mac-dinh-nhac-2",
    "2026-03-09 contact mac-dinh-dau-moi",
    "2026-03-11 department mac-dinh-so",
    "2026-03-16 LOCK none",
];

#[test]
fn a_default_password_must_be_changed_now_and_its_ladder_ends_with_a_lock() {
    let mut stage = stage_with_a_check(Found::Yes);
    stage.settings.active_from = None;
    stage.days("2026-03-02", "2026-04-30");
    assert_eq!(stage.said(), AFTER_DEFAULT);
    assert_eq!(stage.standing, Standing::Locked);
}

#[test]
fn another_password_ends_what_a_default_one_began_until_it_is_found_again() {
    let mut stage = stage_with_a_check(Found::Yes);
    stage.days("2026-03-02", "2026-03-05");
    assert_eq!(stage.said(), AFTER_DEFAULT[..3]);
    stage.facts.changed = Some(at("2026-03-05T15:00:00"));
    stage.facts.must_change = false;
    stage.days("2026-03-06", "2026-03-31");
    assert_eq!((stage.said(), stage.standing), (Vec::new(), Standing::Fresh));
    let memory = stage.memory.values_mut().next().unwrap();
    let again = memory.guessed.as_mut().unwrap();
    (again.changed, again.at) = (stage.facts.changed, at("2026-04-01T08:00:00"));
    stage.days("2026-04-01", "2026-04-01");
    assert_eq!(stage.said(), ["2026-04-01 holder mac-dinh-nhac-1", "2026-04-01 FORCE"]);
}

#[test]
fn a_password_that_is_none_of_the_list_or_cannot_be_read_asks_nothing() {
    for found in [Found::No, Found::Unreadable] {
        let mut stage = stage_with_a_check(found);
        stage.days("2026-03-02", "2026-04-30");
        assert_eq!(stage.said(), Vec::<String>::new(), "{found}");
    }
}

#[test]
fn nobody_is_locked_for_a_default_password_whose_warnings_were_not_accepted() {
    let mut stage = stage_with_a_check(Found::Yes);
    stage.accepts = false;
    stage.days("2026-03-02", "2026-04-30");
    assert_eq!(stage.said(), AFTER_DEFAULT[..5]);
    assert_eq!(stage.standing, Standing::Unreachable);
}

#[test]
fn a_leak_and_a_campaign_come_before_a_default_password() {
    let mut stage = stage_with_a_check(Found::Yes);
    leaked(&mut stage, "1", None, "2026-03-02T08:00:00");
    stage.days("2026-03-02", "2026-03-31");
    assert_eq!(stage.said(), SHORT);
    let mut stage = in_gia_lai();
    let guessed = Guessed {
        found: Found::Yes,
        changed: stage.facts.changed,
        at: at("2020-01-08T08:00:00"),
        list: "l".into(),
    };
    let memory = Memory { guessed: Some(guessed), ..Memory::default() };
    stage.memory.insert((TargetId::mail(), AccountId::new("a1")), memory);
    stage.days("2020-01-09", "2020-01-16");
    let said = stage.said();
    assert!(said.iter().all(|line| !line.contains("mac-dinh")), "{said:?}");
    assert_eq!(said.last().unwrap(), "2020-01-16 LOCK none");
}
