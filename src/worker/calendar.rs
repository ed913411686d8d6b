//! A calendar: local dates and working days. Pure.

use crate::model::Time;
use chrono::{Datelike, NaiveDate, Weekday};
use chrono_tz::Tz;
use std::collections::BTreeSet;

/// The date on the wall at `now` in `zone`.
pub fn local_date(now: Time, zone: Tz) -> NaiveDate {
    now.with_timezone(&zone).date_naive()
}

/// Whether offices work on `date`: neither a weekend nor a holiday.
pub fn is_working_day(date: NaiveDate, holidays: &BTreeSet<NaiveDate>) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !holidays.contains(&date)
}

/// The day `count` working days after `date`, which itself does not count; for 0 the first working day from
/// `date` on. Nothing falls due on a day nobody works.
pub fn add_working_days(date: NaiveDate, count: u32, holidays: &BTreeSet<NaiveDate>) -> NaiveDate {
    let days = date.iter_days().filter(|day| is_working_day(*day, holidays));
    let wanted = if count == 0 { 0 } else { count as usize - 1 };
    let mut days = days.skip_while(|day| count > 0 && *day == date);
    days.nth(wanted).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Asia::Ho_Chi_Minh;
    use proptest::prelude::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_day_begins_at_local_midnight() {
        let at = |text: &str| local_date(text.parse().unwrap(), Ho_Chi_Minh);
        assert_eq!(at("2026-11-21T16:59:59Z"), date("2026-11-21"));
        assert_eq!(at("2026-11-21T17:00:00Z"), date("2026-11-22"));
    }

    #[test]
    fn weekends_and_holidays_do_not_count() {
        // Tết 2027: Friday 5 to Thursday 11 February.
        let tet: BTreeSet<_> = date("2027-02-05").iter_days().take(7).collect();
        for (from, count, expected) in [
            ("2027-02-03", 0, "2027-02-03"),
            ("2027-02-03", 1, "2027-02-04"),
            ("2027-02-03", 2, "2027-02-12"),
            ("2027-02-04", 3, "2027-02-16"),
            ("2027-02-06", 0, "2027-02-12"),
            ("2027-02-06", 1, "2027-02-12"),
        ] {
            assert_eq!(add_working_days(date(from), count, &tet), date(expected), "{from} + {count}");
        }
    }

    #[test]
    fn the_end_of_the_calendar_is_no_panic() {
        assert_eq!(add_working_days(NaiveDate::MAX, 5, &BTreeSet::new()), NaiveDate::MAX);
    }

    proptest! {
        #[test]
        fn as_many_working_days_lie_between_as_were_added(
            offset in 0i64..2000,
            count in 1u32..60,
            off in prop::collection::btree_set(0i64..2200, 0..40),
        ) {
            let first = date("2026-01-01");
            let day = |offset| first + chrono::TimeDelta::days(offset);
            let holidays: BTreeSet<_> = off.into_iter().map(day).collect();
            let start = day(offset);
            let end = add_working_days(start, count, &holidays);
            prop_assert!(is_working_day(end, &holidays));
            let between = start.iter_days().skip(1).take_while(|day| *day <= end);
            let worked = between.filter(|day| is_working_day(*day, &holidays)).count();
            prop_assert_eq!(worked, count as usize);
        }
    }
}
