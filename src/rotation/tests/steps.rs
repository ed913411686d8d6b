//! Steps that are no reminders: a change that the ladder forces, a mailbox that is nearly full.

use super::*;
use crate::model::password::Quota;

fn with_a_forcing_step() -> Stage {
    let mut stage = Stage::new();
    let text = "[[ladder]]\nname = 'nhac'\ndays = -7\nto = 'holder'\n\
                [[ladder]]\nname = 'bat-doi'\ndays = 5\nto = 'force-change'\n\
                [[ladder]]\nname = 'khoa'\ndays = 14\nto = 'lock'\n";
    stage.policy = toml::from_str(&format!("{RULES}{text}")).unwrap();
    stage.policy.check().unwrap();
    stage
}

/// 180 days after 10 September 2025 is Monday 9 March 2026; the fifth day after it is a Saturday.
const FORCED: [&str; 3] = ["2026-03-02 holder nhac", "2026-03-16 FORCE", "2026-03-23 LOCK none"];

#[test]
fn a_forced_change_is_a_step_of_the_same_ladder() {
    let mut stage = with_a_forcing_step();
    stage.days("2026-01-05", "2026-04-30");
    assert_eq!(stage.said(), FORCED, "the mark begins no ladder of first passwords");
}

#[test]
fn what_an_administrator_unmarks_is_not_marked_again_in_the_cycle() {
    let mut stage = with_a_forcing_step();
    stage.days("2026-01-05", "2026-03-18");
    stage.facts.must_change = false;
    stage.days("2026-03-19", "2026-04-30");
    assert_eq!(stage.said(), FORCED);
}

#[test]
fn nobody_protected_or_away_is_forced_and_nobody_straight_after_a_silence() {
    let mut stage = with_a_forcing_step();
    stage.protected = true;
    stage.days("2026-01-05", "2026-04-30");
    assert_eq!(stage.said(), FORCED[..1]);

    let mut stage = with_a_forcing_step();
    stage.days("2026-01-05", "2026-03-10");
    stage.away = true;
    stage.days("2026-03-11", "2026-04-30");
    assert_eq!(stage.said(), FORCED[..1]);

    let mut stage = with_a_forcing_step();
    stage.days("2026-01-05", "2026-03-10");
    stage.said();
    stage.pass(at("2026-04-20T09:00:00"));
    stage.pass(at("2026-03-11T09:00:00"));
    assert_eq!(stage.said(), [""; 0], "a clock that ran ahead");
    stage.days("2026-03-12", "2026-04-30");
    assert_eq!(stage.said(), FORCED[1..]);
}

#[test]
fn the_holder_s_own_change_ends_what_was_forced() {
    let mut stage = with_a_forcing_step();
    stage.days("2026-01-05", "2026-03-17");
    stage.facts =
        PasswordFacts { changed: Some(at("2026-03-18T08:00:00")), must_change: false, ..stage.facts };
    stage.days("2026-03-18", "2026-05-30");
    assert_eq!(stage.said(), FORCED[..2]);
    assert_eq!(stage.standing, Standing::Fresh);
}

#[test]
fn a_full_mailbox_is_told_of_beside_whatever_else_is_asked_and_locks_nobody() {
    let mut stage = Stage::new();
    let text = format!("{RULES}quota = {{ percent = 90, basis = 'Điều 9' }}\n");
    stage.policy = toml::from_str(&text).unwrap();
    stage.policy.check().unwrap();
    stage.facts.quota = Some(Quota { used: 95, limit: 100 });
    stage.days("2026-02-16", "2026-03-31");
    let said = stage.said();
    let (full, age): (Vec<_>, Vec<_>) = said.into_iter().partition(|line| line.contains("day-"));
    assert_eq!(
        full,
        ["2026-02-16 holder day-nhac-1", "2026-02-23 holder day-nhac-2", "2026-03-02 contact day-dau-moi"]
    );
    assert_eq!(age, LADDER);
}

#[test]
fn the_mail_brake_holds_the_letters_and_every_step_behind_them_until_it_is_released() {
    let mut stage = Stage::new();
    stage.settings.mail_brake = super::super::room::MailBrake { count: 0, percent: 0 };
    stage.days("2026-01-05", "2026-04-30");
    assert_eq!(stage.said(), [""; 0], "nobody is told of, and nobody locked");
    stage.released = true;
    stage.days("2026-05-04", "2026-05-29");
    stage.released = false;
    stage.days("2026-05-30", "2026-06-30");
    let said = stage.said();
    assert_eq!(
        said[..3],
        ["2026-05-04 holder nhac-1", "2026-05-11 holder nhac-2", "2026-05-15 holder nhac-3"]
    );
    assert!(said.last().unwrap().ends_with("LOCK none"), "{said:?}");

    let mut campaign = in_gia_lai();
    campaign.settings.mail_brake = super::super::room::MailBrake { count: 0, percent: 0 };
    hours(&mut campaign, "2020-01-08", "2020-01-10");
    assert_eq!(campaign.said(), ["2020-01-09 holder mo-dot"], "two operators have started it");
}
