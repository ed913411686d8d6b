//! A ladder (các bước đôn đốc): what happens while something waits for an answer, in working days. Its end never takes
//! anything away: it makes the silence visible.

use crate::model::calendar::add_working_days;
use crate::model::notice::Step;
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeSet;

/// On which working day after the asking each step comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// Whoever is asked is reminded.
    pub remind: u32,
    /// Whoever stands above is told.
    pub escalate: u32,
    /// Time is up.
    pub overdue: u32,
}

impl Ladder {
    /// The day of a step.
    pub fn day(&self, step: Step, asked: NaiveDate, holidays: &BTreeSet<NaiveDate>) -> NaiveDate {
        let days = match step {
            Step::Remind => self.remind,
            Step::Escalate => self.escalate,
            Step::Overdue => self.overdue,
        };
        add_working_days(asked, days, holidays)
    }

    /// The last step reached by `today`; the steps before it are past, whether or not anybody was told then.
    pub fn reached(
        &self,
        asked: NaiveDate,
        today: NaiveDate,
        holidays: &BTreeSet<NaiveDate>,
    ) -> Option<Step> {
        let steps = [Step::Overdue, Step::Escalate, Step::Remind];
        steps.into_iter().find(|step| self.day(*step, asked, holidays) <= today)
    }

    /// Why the steps are in no order, where they are.
    pub fn check(&self) -> Result<(), String> {
        if 0 < self.remind && self.remind < self.escalate && self.escalate < self.overdue {
            return Ok(());
        }
        Err(format!(
            "remind = {}, escalate = {}, overdue = {}: each comes on a later working day than the one before",
            self.remind, self.escalate, self.overdue
        ))
    }
}

/// The ladders of what waits for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ladders {
    /// Whether somebody who is missing from a full roster has left.
    pub suspicions: Ladder,
    /// Handover slips that nobody collects. Time being up, the first password is wiped.
    pub slips: Ladder,
    /// Whether contacts and custodians of unit mailboxes are still the same.
    pub attestations: Ladder,
}

impl Default for Ladders {
    fn default() -> Self {
        Self {
            suspicions: Ladder { remind: 5, escalate: 10, overdue: 15 },
            slips: Ladder { remind: 5, escalate: 10, overdue: 20 },
            attestations: Ladder { remind: 10, escalate: 15, overdue: 20 },
        }
    }
}

impl Ladders {
    /// The first ladder that is in no order, and why.
    pub fn check(&self) -> Result<(), String> {
        let Self { suspicions, slips, attestations } = self;
        for (name, ladder) in [("suspicions", suspicions), ("slips", slips), ("attestations", attestations)] {
            ladder.check().map_err(|why| format!("deadlines.{name}: {why}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_come_on_working_days_and_the_last_one_counts() {
        let ladder = Ladders::default().suspicions;
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        let asked = date("2026-11-23");
        let on = |today| ladder.reached(asked, date(today), &BTreeSet::new());
        assert_eq!(on("2026-11-27"), None);
        assert_eq!(on("2026-11-30"), Some(Step::Remind));
        assert_eq!(on("2026-12-04"), Some(Step::Remind));
        assert_eq!(on("2026-12-07"), Some(Step::Escalate));
        assert_eq!(on("2026-12-14"), Some(Step::Overdue));
        assert_eq!(on("2027-12-14"), Some(Step::Overdue));
    }

    #[test]
    fn steps_out_of_order_are_refused_by_name() {
        let slips = Ladder { remind: 5, escalate: 5, overdue: 9 };
        let why = Ladders { slips, ..Ladders::default() }.check().unwrap_err();
        assert!(why.starts_with("deadlines.slips: remind = 5, escalate = 5"), "{why}");
    }
}
