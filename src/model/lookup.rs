//! A look-up (tra cứu): an account of a system asked for a citizen's data. Counted by period, never what was looked up.

use super::Time;
use super::ids::TargetId;
use super::vocabulary::words;
use chrono::{TimeDelta, Timelike};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words!(
    /// The time that a count is of, from its full minute, hour or midnight on the province's clock. The order is that
    /// of length.
    Period {
        /// A minute.
        Minute = "minute",
        /// An hour.
        Hour = "hour",
        /// A day.
        Day = "day",
    }
);

impl Period {
    /// When the period that `at` lies in began.
    pub fn began(self, at: Time, zone: Tz) -> Time {
        let local = at.with_timezone(&zone).time();
        let into = match self {
            Self::Minute => local.second(),
            Self::Hour => local.minute() * 60 + local.second(),
            Self::Day => local.num_seconds_from_midnight(),
        };
        at - TimeDelta::seconds(into.into()) - TimeDelta::nanoseconds(local.nanosecond().into())
    }
}

/// How often each login, in lower case, looked something up, by the beginning of the period that the source counts by.
pub type Lookups = BTreeMap<(String, Time), u64>;

/// An account looked up more in one period than it may.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excess {
    /// The system.
    pub target: TargetId,
    /// The login there, in lower case.
    pub login: String,
    /// The length of the period.
    pub per: Period,
    /// When it began.
    pub began: Time,
    /// How often the account looked something up in it, as far as was seen.
    pub count: u64,
    /// How often it may.
    pub most: u64,
    /// The legal basis of the limit.
    pub basis: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_begins_on_the_clock_of_the_province() {
        let at: Time = "2026-11-22T18:42:31.5Z".parse().unwrap();
        let began = |period: Period| period.began(at, chrono_tz::Asia::Ho_Chi_Minh).to_rfc3339();
        assert_eq!(began(Period::Minute), "2026-11-22T18:42:00+00:00");
        assert_eq!(began(Period::Hour), "2026-11-22T18:00:00+00:00");
        assert_eq!(began(Period::Day), "2026-11-22T17:00:00+00:00", "midnight of the 23rd in Việt Nam");
    }
}
