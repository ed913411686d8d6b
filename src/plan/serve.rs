//! The time to serve (thời hạn giải quyết): by which working day the province has promised to carry out what an agency
//! asks for. Reviews are sorted by it, and its share on time is reported.

use crate::model::calendar::add_working_days;
use crate::model::change::ChangeKind;
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The promise, in working days after the day something was asked for, or after its own date where that is later.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TimeToServe {
    /// For every kind that is not named.
    pub days: u32,
    /// For one kind of change.
    pub kinds: BTreeMap<ChangeKind, u32>,
}

impl Default for TimeToServe {
    /// Three working days (Ninh Bình 162/2025, Nghệ An 99/2025); a password the next day (Bắc Ninh 79/2025 says two hours,
    /// which working days cannot).
    fn default() -> Self {
        Self { days: 3, kinds: [(ChangeKind::ResetPassword, 1)].into() }
    }
}

impl TimeToServe {
    /// The last day on which a change proposed on `asked` and not to be carried out before `due` is in time.
    pub fn by(
        &self,
        kind: ChangeKind,
        asked: NaiveDate,
        due: NaiveDate,
        holidays: &BTreeSet<NaiveDate>,
    ) -> NaiveDate {
        let days = self.kinds.get(&kind).copied().unwrap_or(self.days);
        add_working_days(asked.max(due), days, holidays)
    }
}

/// How many were served in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct OnTime {
    /// Carried out by their day.
    pub in_time: u64,
    /// Carried out later.
    pub late: u64,
    /// Not carried out, and their day has passed.
    pub overdue: u64,
}

impl OnTime {
    /// Counts one change: its day, and the day it was carried out, if it was. What still has time is not counted.
    pub fn count(&mut self, by: NaiveDate, done: Option<NaiveDate>, today: NaiveDate) {
        match done {
            Some(done) if done <= by => self.in_time += 1,
            Some(_) => self.late += 1,
            None if by < today => self.overdue += 1,
            None => {}
        }
    }

    /// The share in time, in percent, rounded down; `None` where nothing fell due.
    pub fn percent(&self) -> Option<u64> {
        let all = self.in_time + self.late + self.overdue;
        (all > 0).then(|| self.in_time * 100 / all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_kind_has_its_own_time_and_a_later_date_begins_it() {
        let serve: TimeToServe =
            toml::from_str("days = 3\nkinds = { reset-password = 1, disable-account = 0 }").unwrap();
        let by = |kind, asked, due| serve.by(kind, date(asked), date(due), &BTreeSet::new());
        // Friday 27 November 2026.
        assert_eq!(by(ChangeKind::CreateAccount, "2026-11-27", "2026-11-27"), date("2026-12-02"));
        assert_eq!(by(ChangeKind::ResetPassword, "2026-11-27", "2026-11-27"), date("2026-11-30"));
        assert_eq!(by(ChangeKind::DisableAccount, "2026-11-23", "2026-12-05"), date("2026-12-07"));
    }

    #[test]
    fn only_what_fell_due_counts_and_nothing_is_rounded_up() {
        let mut share = OnTime::default();
        assert_eq!(share.percent(), None);
        let (by, today) = (date("2026-11-27"), date("2026-11-28"));
        share.count(by, Some(by), today);
        share.count(by, Some(today), today);
        share.count(by, None, today);
        share.count(today, None, today);
        assert_eq!(share, OnTime { in_time: 1, late: 1, overdue: 1 });
        assert_eq!(share.percent(), Some(33));
    }
}
