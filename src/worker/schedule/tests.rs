use super::*;
use chrono_tz::America::New_York;
use chrono_tz::Asia::Ho_Chi_Minh;
use chrono_tz::Australia::Lord_Howe;
use proptest::prelude::*;

fn schedule(text: &str, zone: Tz) -> Schedule {
    Schedule::parse(text, zone).unwrap()
}

fn instant(text: &str) -> Time {
    text.parse().unwrap()
}

/// The next `count` passes after `from`, in local time with its offset.
fn passes(text: &str, zone: Tz, from: &str, count: usize) -> Vec<String> {
    let schedule = schedule(text, zone);
    let mut now = instant(from);
    (0..count)
        .map(|_| {
            now = schedule.next_after(now).unwrap();
            now.with_timezone(&zone).format("%a %d %H:%M:%S %z").to_string()
        })
        .collect()
}

#[test]
fn five_fields_are_minutes_of_local_time() {
    assert_eq!(
        passes("0 7,13 * * MON-FRI", Ho_Chi_Minh, "2026-11-20T05:59:59Z", 4),
        ["Fri 20 13:00:00 +0700", "Mon 23 07:00:00 +0700", "Mon 23 13:00:00 +0700", "Tue 24 07:00:00 +0700"]
    );
}

#[test]
fn six_fields_begin_with_the_second() {
    assert_eq!(
        passes("30 */15 * * * *", Ho_Chi_Minh, "2026-11-20T00:00:30Z", 2),
        ["Fri 20 07:15:30 +0700", "Fri 20 07:30:30 +0700"]
    );
}

#[test]
fn day_names_mean_their_days() {
    for (name, expected) in [("SUN", "Sun 22"), ("mon", "Mon 23"), ("Saturday", "Sat 21")] {
        let next = passes(&format!("0 0 * * {name}"), Ho_Chi_Minh, "2026-11-20T00:00:00Z", 1);
        assert!(next[0].starts_with(expected), "{name}: {next:?}");
    }
}

#[test]
fn day_of_month_and_day_of_week_must_both_fit() {
    assert_eq!(
        passes("0 7 1 * MON", Ho_Chi_Minh, "2026-11-20T00:00:00Z", 1),
        ["Mon 01 07:00:00 +0700"],
        "1 February 2027 is the first that is a Monday"
    );
}

#[test]
fn numbered_weekdays_are_refused_with_the_remedy() {
    for weekday in ["1", "1-5", "MON-5", "*/2", "MON,3", "0", "7", "MON#1"] {
        let error = Schedule::parse(&format!("0 7 * * {weekday}"), Ho_Chi_Minh).unwrap_err();
        assert!(matches!(error, ScheduleError::NumberedWeekday { .. }), "{weekday}: {error}");
        assert!(error.to_string().contains("MON TUE WED"), "{error}");
    }
}

#[test]
fn what_is_no_schedule_is_refused() {
    for (text, kind) in [
        ("", "fields"),
        ("@daily", "fields"),
        ("0 7 * *", "fields"),
        ("0 0 7 * * MON 2027", "fields"),
        ("61 7 * * *", "read"),
        ("0 24 * * *", "read"),
        ("0 7 * * FRI-MON", "read"),
        ("0 7 * * THỨ-HAI", "read"),
        ("*/0 * * * *", "read"),
        ("0 7 30 FEB *", "never"),
    ] {
        let error = Schedule::parse(text, Ho_Chi_Minh).unwrap_err();
        let found = match error {
            ScheduleError::Fields { .. } => "fields",
            ScheduleError::NumberedWeekday { .. } => "weekday",
            ScheduleError::Unreadable { .. } => "read",
            ScheduleError::Never { .. } => "never",
        };
        assert_eq!(found, kind, "{text:?}");
    }
}

// New York: 8 March 2026 has no 2:00 to 3:00, 1 November 2026 has 1:00 to 2:00 twice.

#[test]
fn a_nightly_pass_in_the_gap_runs_at_its_end() {
    assert_eq!(
        passes("30 2 * * *", New_York, "2026-03-07T06:00:00Z", 3),
        ["Sat 07 02:30:00 -0500", "Sun 08 03:00:00 -0400", "Mon 09 02:30:00 -0400"]
    );
}

#[test]
fn a_nightly_pass_in_the_doubled_hour_runs_once() {
    assert_eq!(
        passes("30 1 * * *", New_York, "2026-10-31T04:00:00Z", 3),
        ["Sat 31 01:30:00 -0400", "Sun 01 01:30:00 -0400", "Mon 02 01:30:00 -0500"]
    );
}

#[test]
fn a_pass_of_every_hour_goes_on_through_both() {
    assert_eq!(
        passes("*/30 * * * *", New_York, "2026-03-08T06:00:00Z", 4),
        ["Sun 08 01:30:00 -0500", "Sun 08 03:00:00 -0400", "Sun 08 03:30:00 -0400", "Sun 08 04:00:00 -0400"]
    );
    assert_eq!(
        passes("*/30 * * * *", New_York, "2026-11-01T04:30:00Z", 6),
        [
            "Sun 01 01:00:00 -0400",
            "Sun 01 01:30:00 -0400",
            "Sun 01 01:00:00 -0500",
            "Sun 01 01:30:00 -0500",
            "Sun 01 02:00:00 -0500",
            "Sun 01 02:30:00 -0500"
        ]
    );
    assert_eq!(
        passes("30 * * * *", New_York, "2026-03-08T06:31:00Z", 1),
        ["Sun 08 03:30:00 -0400"],
        "no pass is made up for a reading that hourly passes have anyway"
    );
}

#[test]
fn half_an_hour_of_summer_time_is_one_too() {
    // Lord Howe: 4 October 2026 has no 2:00 to 2:30, 5 April 2026 has 1:30 to 2:00 twice.
    assert_eq!(
        passes("15,45 2 * * *", Lord_Howe, "2026-10-03T12:00:00Z", 3),
        ["Sun 04 02:30:00 +1100", "Sun 04 02:45:00 +1100", "Mon 05 02:15:00 +1100"]
    );
    assert_eq!(
        passes("45 1 * * *", Lord_Howe, "2026-04-04T12:00:00Z", 2),
        ["Sun 05 01:45:00 +1100", "Mon 06 01:45:00 +1030"]
    );
}

#[test]
fn a_new_year_and_a_leap_day_are_reached() {
    assert_eq!(passes("0 0 1 JAN *", Ho_Chi_Minh, "2026-01-02T00:00:00Z", 1), ["Fri 01 00:00:00 +0700"]);
    assert_eq!(
        schedule("0 7 29 FEB *", Ho_Chi_Minh).next_after(instant("2026-01-01T00:00:00Z")),
        Some(instant("2028-02-29T00:00:00Z"))
    );
}

#[test]
fn a_schedule_shows_what_it_means() {
    assert_eq!(schedule("0 7 * *  MON", Ho_Chi_Minh).to_string(), "0 0 7 * * MON (Asia/Ho_Chi_Minh)");
}

proptest! {
    /// Around both changes of the year: every instant whose reading fits, in order, each once.
    #[test]
    fn an_hourly_pass_is_every_fitting_reading(
        start in prop::sample::select(vec!["2026-03-08T03:00:00Z", "2026-11-01T02:00:00Z"]),
        minutes in 0i64..360,
        seconds in 0i64..60,
        step in prop::sample::select(vec![7u32, 20, 30]),
    ) {
        let text = format!("*/{step} * * * *");
        let from = instant(start) + TimeDelta::minutes(minutes) + TimeDelta::seconds(seconds);
        let schedule = schedule(&text, New_York);
        let mut now = from;
        let found: Vec<Time> = (0..20).map(|_| { now = schedule.next_after(now).unwrap(); now }).collect();
        let first = from - TimeDelta::seconds(seconds) + TimeDelta::minutes(1);
        let expected: Vec<Time> = (0..)
            .map(|minute| first + TimeDelta::minutes(minute))
            .filter(|at| at.with_timezone(&New_York).minute() % step == 0)
            .take(20)
            .collect();
        prop_assert_eq!(found, expected);
    }

    /// From wherever it is asked, a daily pass comes once a local day.
    #[test]
    fn a_daily_pass_comes_once_a_day(
        hour in 0u32..24,
        minute in 0u32..60,
        offset in 0i64..(400 * 24 * 60),
        zone in prop::sample::select(vec![New_York, Lord_Howe, Ho_Chi_Minh]),
    ) {
        let schedule = schedule(&format!("{minute} {hour} * * *"), zone);
        let from = instant("2026-01-01T00:00:00Z") + TimeDelta::minutes(offset);
        let one = schedule.next_after(from).unwrap();
        let two = schedule.next_after(one).unwrap();
        let day = |at: Time| at.with_timezone(&zone).date_naive();
        prop_assert!(one > from && one - from <= TimeDelta::hours(25));
        prop_assert_eq!(day(two), day(one).succ_opt().unwrap());
        // Asked at any moment in between, the answer is the same.
        let between = one + (two - one) / 3;
        prop_assert_eq!(schedule.next_after(between).unwrap(), two);
    }
}
