//! What those on duty are told once a day: how things stand, in numbers, and where the audit trail ends.

use chrono::NaiveDate;
use serde::Serialize;

/// How things stand on a day. Numbers and agencies only: nobody is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DailyReport {
    /// No agency's letter: the addressee is named alone.
    pub agency: Option<String>,
    /// The day.
    pub date: NaiveDate,
    /// Changes that wait for approval.
    pub waiting: WaitingByDue,
    /// Changes whose approval ran out.
    pub expired: u64,
    /// What brakes hold, each on its own.
    pub held: Vec<HeldByBrake>,
    /// How many changes brakes hold in all.
    pub held_count: u64,
    /// Changes that a target refused.
    pub failed: u64,
    /// Changes of which nobody knows whether they were made.
    pub unknown: u64,
    /// Questions that wait for an answer.
    pub questions: u64,
    /// Open incidents.
    pub incidents: u64,
    /// Those of them whose holder is not locked out everywhere.
    pub incidents_open_somewhere: u64,
    /// Mails that did not arrive and that nobody has put aside.
    pub undelivered: u64,
    /// Agencies that are late with a full roster.
    pub late_count: u64,
    /// The first of them by name.
    pub late: Vec<String>,
    /// How many are not named.
    pub late_unnamed: u64,
    /// Where each lane of the audit trail ends, as `LANE:ROW:HASH`.
    pub heads: Vec<String>,
}

impl DailyReport {
    /// The template's name.
    pub const TEMPLATE: &'static str = "daily_report";

    /// Whether it cannot wait for the next working day.
    pub fn is_urgent(&self) -> bool {
        self.incidents + self.failed + self.unknown > 0
    }
}

/// How many changes wait for approval, by due date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct WaitingByDue {
    /// All of them.
    pub sum: u64,
    /// Due before today.
    pub overdue: u64,
    /// Due today.
    pub today: u64,
    /// Due within the seven days after.
    pub week: u64,
    /// Due later.
    pub later: u64,
}

impl WaitingByDue {
    /// Counts what is due on each day, seen from `today`.
    pub fn of(due: impl IntoIterator<Item = (NaiveDate, u64)>, today: NaiveDate) -> Self {
        let mut waiting = Self::default();
        for (day, count) in due {
            waiting.sum += count;
            *match (day - today).num_days() {
                ..0 => &mut waiting.overdue,
                0 => &mut waiting.today,
                1..=7 => &mut waiting.week,
                _ => &mut waiting.later,
            } += count;
        }
        waiting
    }
}

/// What one brake holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldByBrake {
    /// Which changes, in words of the letter's language.
    pub kind: String,
    /// The agency; none for the whole province.
    pub agency: Option<String>,
    /// How many.
    pub count: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_day_is_counted_once() {
        let today: NaiveDate = "2026-11-23".parse().unwrap();
        let on = |day: &str, count| (day.parse().unwrap(), count);
        let due = [
            on("2026-11-22", 1),
            on("2026-11-23", 2),
            on("2026-11-24", 4),
            on("2026-11-30", 8),
            on("2026-12-01", 16),
        ];
        let waiting = WaitingByDue { sum: 31, overdue: 1, today: 2, week: 12, later: 16 };
        assert_eq!(WaitingByDue::of(due, today), waiting);
    }
}
