//! The days of a ladder: local dates, the working day a step is moved to, and the hours in which an account may be
//! locked.

use crate::model::Time;
use crate::model::calendar::{add_working_days, is_working_day, local_date};
use chrono::{Days as DayCount, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use serde::Deserialize;
use std::collections::BTreeSet;

/// The province's calendar.
#[derive(Debug, Clone, Copy)]
pub struct Days<'a> {
    /// Its time zone.
    pub zone: Tz,
    /// Days nobody works beside weekends.
    pub holidays: &'a BTreeSet<NaiveDate>,
    /// When accounts may be locked.
    pub lock_hours: LockHours,
}

/// The hours of a working day in which an account may be locked: while somebody answers the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockHours {
    /// From, local time.
    #[serde(deserialize_with = "clock")]
    pub from: NaiveTime,
    /// Until, local time.
    #[serde(deserialize_with = "clock")]
    pub until: NaiveTime,
}

impl Default for LockHours {
    /// A morning: whoever finds the mailbox locked can still ask on the same day.
    fn default() -> Self {
        Self { from: hour(8), until: hour(11) }
    }
}

fn hour(hour: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default()
}

pub(super) fn clock<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    NaiveTime::parse_from_str(&text, "%H:%M").map_err(|_| {
        serde::de::Error::custom(format!(
            "{text:?} is no time of day; expected hours and minutes, as in \"08:00\""
        ))
    })
}

impl Days<'_> {
    /// The local date.
    pub fn date(&self, now: Time) -> NaiveDate {
        local_date(now, self.zone)
    }

    /// The local date and time.
    pub fn clock(&self, now: Time) -> NaiveDateTime {
        now.with_timezone(&self.zone).naive_local()
    }

    /// Whether an account may be locked at `now`: a working day, within the hours.
    pub fn may_lock(&self, now: Time) -> bool {
        let local = self.clock(now);
        let LockHours { from, until } = self.lock_hours;
        self.works(local.date()) && from <= local.time() && local.time() < until
    }

    /// Whether offices work on `date`.
    pub fn works(&self, date: NaiveDate) -> bool {
        is_working_day(date, self.holidays)
    }

    /// The first working day from `date` on.
    pub fn next(&self, date: NaiveDate) -> NaiveDate {
        add_working_days(date, 0, self.holidays)
    }

    /// The last working day up to `date`.
    pub fn last(&self, date: NaiveDate) -> NaiveDate {
        std::iter::successors(Some(date), NaiveDate::pred_opt).find(|day| self.works(*day)).unwrap_or(date)
    }

    /// `count` working days after `date`.
    pub fn working_days_after(&self, date: NaiveDate, count: u32) -> NaiveDate {
        add_working_days(date, count, self.holidays)
    }

    /// The day `count` days after `date`, holidays not counted: a term that Tết pauses.
    pub fn days_without_holidays(&self, date: NaiveDate, count: u32) -> NaiveDate {
        let counted = date.iter_days().skip(1).filter(|day| !self.holidays.contains(day));
        if count == 0 { date } else { counted.take(count as usize).last().unwrap_or(NaiveDate::MAX) }
    }
}

/// The day `days` after `date`, before it where negative.
pub fn shifted(date: NaiveDate, days: i64) -> NaiveDate {
    date.checked_add_signed(TimeDelta::days(days)).unwrap_or(if days < 0 {
        NaiveDate::MIN
    } else {
        NaiveDate::MAX
    })
}

/// The day `count` days before `date`.
pub fn before(date: NaiveDate, count: u32) -> NaiveDate {
    date.checked_sub_days(DayCount::new(count.into())).unwrap_or(NaiveDate::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Asia::Ho_Chi_Minh;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Tết 2020: Thursday 23 to Wednesday 29 January.
    fn tet() -> BTreeSet<NaiveDate> {
        date("2020-01-23").iter_days().take(7).collect()
    }

    #[test]
    fn nobody_is_locked_outside_the_hours_of_a_working_day() {
        let tet = tet();
        let days = Days { zone: Ho_Chi_Minh, holidays: &tet, lock_hours: LockHours::default() };
        for (at, may) in [
            ("2020-01-16T00:59:59Z", false),
            ("2020-01-16T01:00:00Z", true),
            ("2020-01-16T03:59:59Z", true),
            ("2020-01-16T04:00:00Z", false),
            ("2020-01-18T02:00:00Z", false),
            ("2020-01-23T02:00:00Z", false),
            ("2020-01-30T02:00:00Z", true),
        ] {
            assert_eq!(days.may_lock(at.parse().unwrap()), may, "{at}");
        }
    }

    #[test]
    fn tet_pauses_a_term() {
        let tet = tet();
        let days = Days { zone: Ho_Chi_Minh, holidays: &tet, lock_hours: LockHours::default() };
        assert_eq!(days.days_without_holidays(date("2020-01-16"), 15), date("2020-02-07"));
        assert_eq!(days.days_without_holidays(date("2020-01-16"), 0), date("2020-01-16"));
        assert_eq!(days.last(date("2020-01-26")), date("2020-01-22"));
        assert_eq!(days.next(date("2020-01-26")), date("2020-01-30"));
    }
}
