//! A schedule: when passes run, as a cron expression in the province's time zone. Pure.
//!
//! The `cron` crate (0.17) parses; three of its habits are traps:
//! - Its week counts from 1 = Sunday, where every crontab counts from 0 or 1 = Monday: numbers are refused.
//! - Its first field is seconds: five fields get `0` in front.
//! - It steps through local times one by one. A time that the clock skips in spring is left out, so that a
//!   nightly pass at 2:30 is lost that day; a time that comes twice in autumn is given twice; and asked from
//!   within the doubled hour it may answer with an instant that has passed.
//!
//! So the crate is asked in plain local time, without a zone, and the zone is applied here. A pass whose
//! expression names hours runs once a day and hour: at the end of the gap in spring, at the first of the two in
//! autumn. A pass of every hour follows the clock: every instant whose local reading fits.
//!
//! Day of month and day of week must both fit (other crons take either).

use crate::model::Time;
use chrono::{DateTime, MappedLocalTime, NaiveDateTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use cron::TimeUnitSpec;

/// When passes run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    cron: cron::Schedule,
    zone: Tz,
}

/// An expression that is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Not five or six fields.
    #[error(
        "the schedule {text:?} has {fields} fields: write five (minute hour day month weekday) or six (second first), for example \"0 7 * * MON-FRI\""
    )]
    Fields {
        /// What was given.
        text: String,
        /// How many it has.
        fields: usize,
    },
    /// Numbers for days of the week.
    #[error(
        "the schedule {text:?} has the weekday {weekday:?}: programs do not agree which day 1 is, so write names: MON TUE WED THU FRI SAT SUN"
    )]
    NumberedWeekday {
        /// What was given.
        text: String,
        /// Its last field.
        weekday: String,
    },
    /// It does not parse.
    #[error("the schedule {text:?} cannot be read: {why}. A range does not pass Saturday: write FRI,SAT,SUN")]
    Unreadable {
        /// What was given.
        text: String,
        /// What the parser said.
        why: String,
    },
    /// No day fits, as 30 February.
    #[error("the schedule {text:?} never comes: no day fits it")]
    Never {
        /// What was given.
        text: String,
    },
}

/// No zone sets its clock forward or back by more at once, but for a change of the date line.
const SHIFT: TimeDelta = TimeDelta::hours(3);

impl Schedule {
    /// Reads `text` as local time of `zone`.
    pub fn parse(text: &str, zone: Tz) -> Result<Self, ScheduleError> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let given = || text.to_owned();
        let (seconds, rest) = match fields.as_slice() {
            rest @ [_, _, _, _, _] => ("0", rest),
            [seconds, rest @ ..] if rest.len() == 5 => (*seconds, rest),
            _ => return Err(ScheduleError::Fields { text: given(), fields: fields.len() }),
        };
        let weekday = rest[4];
        if weekday.contains(|c: char| c.is_ascii_digit()) {
            return Err(ScheduleError::NumberedWeekday { text: given(), weekday: weekday.to_owned() });
        }
        let cron = cron::Schedule::try_from(format!("{seconds} {}", rest.join(" ")))
            .map_err(|why| ScheduleError::Unreadable { text: given(), why: why.to_string() })?;
        // Any start will do: the pattern of days repeats.
        if cron.after(&DateTime::UNIX_EPOCH).next().is_none() {
            return Err(ScheduleError::Never { text: given() });
        }
        Ok(Self { cron, zone })
    }

    /// The first instant after `now` at which a pass is due.
    pub fn next_after(&self, now: Time) -> Option<Time> {
        let local = now.with_timezone(&self.zone).naive_local();
        // Where the clock is set near `now`, local times that were passed may come again.
        let margin =
            if self.offset(now - SHIFT) == self.offset(now + SHIFT) { TimeDelta::zero() } else { SHIFT };
        let mut best: Option<Time> = None;
        for reading in self.cron.after(&(local - margin).and_utc()) {
            let reading = reading.naive_utc();
            best = self.instants(reading).into_iter().flatten().filter(|at| *at > now).chain(best).min();
            // Later readings come later, once they are clear of the change.
            if best.is_some() && reading >= local + margin {
                break;
            }
        }
        best
    }

    fn offset(&self, at: Time) -> TimeDelta {
        use chrono::Offset;
        let seconds = self.zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc();
        TimeDelta::seconds(i64::from(seconds))
    }

    /// The instants at which a pass for this reading of the local clock runs.
    fn instants(&self, reading: NaiveDateTime) -> [Option<Time>; 2] {
        let every_hour = self.cron.hours().is_all();
        match self.zone.from_local_datetime(&reading) {
            MappedLocalTime::Single(at) => [Some(at.to_utc()), None],
            MappedLocalTime::Ambiguous(first, second) => {
                [Some(first.to_utc()), every_hour.then(|| second.to_utc())]
            }
            MappedLocalTime::None if every_hour => [None, None],
            MappedLocalTime::None => [self.end_of_gap(reading), None],
        }
    }

    /// Clocks are set at whole minutes.
    fn end_of_gap(&self, reading: NaiveDateTime) -> Option<Time> {
        let minute = reading.with_second(0)?;
        (0..=SHIFT.num_minutes())
            .filter_map(|minutes| minute.checked_add_signed(TimeDelta::minutes(minutes)))
            .find_map(|later| self.zone.from_local_datetime(&later).earliest())
            .map(|at| at.with_timezone(&Utc))
    }
}

impl std::fmt::Display for Schedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.cron.source(), self.zone)
    }
}

#[cfg(test)]
mod tests;
