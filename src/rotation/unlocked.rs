//! An unlocking (mở khóa): somebody has approved that a locked account opens, with a password that must be changed.

use crate::model::rotation::Memory;
use chrono::NaiveDate;

/// The account was unlocked on this day. A lock that came and went between two passes, or came of something else than the
/// ladder, is remembered as one that was lifted: the ladder begins anew and does not lock at once what was just opened.
/// What has begun on that day may have begun after it: it goes on.
pub fn unlocked(memory: &mut Memory, on: NaiveDate) {
    for run in memory.runs.values_mut() {
        let begun = run.taken.iter().any(|taken| taken.on < on);
        if begun && run.locked.is_none() && run.rested.is_none_or(|rested| rested < on) {
            run.locked = Some(on);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rotation::{Run, Taken};

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn after(run: Run) -> Option<NaiveDate> {
        let mut memory = Memory { runs: [("max-age:x".to_owned(), run)].into(), ..Memory::default() };
        unlocked(&mut memory, date("2026-11-23"));
        memory.runs.into_values().next().unwrap().locked
    }

    fn taken(on: &str) -> Vec<Taken> {
        vec![Taken { step: "khoa".into(), on: date(on), notice: None }]
    }

    #[test]
    fn a_ladder_that_was_under_way_begins_anew_once() {
        let mut run = Run { taken: taken("2026-11-16"), ..Run::default() };
        run.taken.extend(taken("2026-11-23"));
        assert_eq!(after(run.clone()), Some(date("2026-11-23")), "between two passes");
        let known = Run { locked: Some(date("2026-11-20")), ..run.clone() };
        assert_eq!(after(known), Some(date("2026-11-20")), "what a pass has seen stays");
        let begun_anew = Run { again: 1, rested: Some(date("2026-11-23")), ..run };
        assert_eq!(after(begun_anew), None, "not over and over");
        for on in ["2026-11-23", "2026-12-01"] {
            let later = Run { taken: taken(on), ..Run::default() };
            assert_eq!(after(later), None, "what began afterwards goes on");
        }
        assert_eq!(after(Run::default()), None);
    }
}
