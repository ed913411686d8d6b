//! A span of time as a regulation writes it: `45 ngày`, `3 tháng`, `5 ngày làm việc`, `1 năm`.

use crate::model::calendar::add_working_days;
use chrono::{Days, Months, NaiveDate};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeSet;

/// A span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Calendar days.
    Days(u32),
    /// Days that offices work.
    WorkingDays(u32),
    /// Calendar months: to the same day of the month, or its last.
    Months(u32),
}

impl Span {
    /// Reads `45 ngày`, `5 ngày làm việc`, `3 tháng`, `1 năm`, or the same in English.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{text:?} is no span of time: write it as \"45 ngày\", \"5 ngày làm việc\" or \"3 tháng\""
            )
        };
        let (number, unit) = text.trim().split_once(char::is_whitespace).ok_or_else(wrong)?;
        let number: u32 = number.parse().ok().filter(|number| *number <= 36_500).ok_or_else(wrong)?;
        match unit.trim() {
            "ngày" | "day" | "days" => Ok(Self::Days(number)),
            "ngày làm việc" | "working day" | "working days" => Ok(Self::WorkingDays(number)),
            "tháng" | "month" | "months" => Ok(Self::Months(number)),
            "năm" | "year" | "years" => Ok(Self::Months(number * 12)),
            _ => Err(wrong()),
        }
    }

    /// The day this long after `date`.
    pub fn after(self, date: NaiveDate, holidays: &BTreeSet<NaiveDate>) -> NaiveDate {
        match self {
            Self::Days(days) => date.checked_add_days(Days::new(days.into())),
            Self::WorkingDays(days) => Some(add_working_days(date, days, holidays)),
            Self::Months(months) => date.checked_add_months(Months::new(months)),
        }
        .unwrap_or(NaiveDate::MAX)
    }

    /// The fewest days it can be, to compare with a server that counts seconds.
    pub fn least_days(self) -> u32 {
        match self {
            Self::Days(days) | Self::WorkingDays(days) => days,
            Self::Months(months) => (months * 365 / 12).saturating_sub(3),
        }
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days} ngày"),
            Self::WorkingDays(days) => write!(f, "{days} ngày làm việc"),
            Self::Months(months) => write!(f, "{months} tháng"),
        }
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_read_as_the_regulation_writes_it() {
        let after = |text: &str, from: &str| {
            Span::parse(text).unwrap().after(from.parse().unwrap(), &BTreeSet::new()).to_string()
        };
        assert_eq!(after("45 ngày", "2026-01-01"), "2026-02-15");
        assert_eq!(after("3 tháng", "2025-11-30"), "2026-02-28");
        assert_eq!(after("5 ngày làm việc", "2026-01-01"), "2026-01-08");
        assert_eq!(after("1 năm", "2024-02-29"), "2025-02-28");
        for wrong in ["", "3", "tháng", "-3 ngày", "3 tuần trăng", "99999999 ngày"] {
            assert!(Span::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_least_days_of_months_are_never_more_than_there_are() {
        for months in 1..=24 {
            let least = u64::from(Span::Months(months).least_days());
            let mut day: NaiveDate = "2024-01-01".parse().unwrap();
            while day < "2028-01-01".parse().unwrap() {
                let end = Span::Months(months).after(day, &BTreeSet::new());
                assert!(
                    (end - day).num_days() >= i64::try_from(least).unwrap(),
                    "{months} months from {day}"
                );
                day = day.succ_opt().unwrap();
            }
        }
    }
}
