//! Counts of look-ups as systems give them: a database through a query that the site supplies, a system without an API
//! by files that it exports. A line that cannot be read is reported and passed over: one bad line must not hide the rest.

use super::ReadError;
use crate::model::Time;
use crate::model::lookup::{Lookups, Period};
use crate::workbook::Reader;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use std::num::NonZeroU32;

/// How a system counts look-ups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counting {
    /// By which period.
    pub by: Period,
    /// How often the counts are read.
    pub every: TimeDelta,
}

impl Counting {
    pub(super) fn new(by: Period, minutes: NonZeroU32) -> Self {
        Self { by, every: TimeDelta::minutes(minutes.get().into()) }
    }
}

/// What reading counts needs beside their system.
#[derive(Debug)]
pub struct LookForLookups<'a> {
    /// When the read begins.
    pub now: Time,
    /// The moment from which counts are wanted: a midnight.
    pub since: Time,
    /// The zone of times that name none.
    pub zone: Tz,
    /// Reads files.
    pub reader: &'a mut Reader,
}

/// Counts as read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// By login and period.
    pub lookups: Lookups,
    /// Lines that could not be read, each with its place and why; no text of theirs.
    pub unread: Vec<String>,
}

impl Counted {
    /// Adds a line, from `since` on, to what its period has.
    pub(super) fn add(&mut self, place: &str, line: &Line<'_>, (by, since, zone): (Period, Time, Tz)) {
        match line.read(zone) {
            Ok((login, at, count)) if at >= since => {
                let sum = self.lookups.entry((login, by.began(at, zone))).or_default();
                *sum = sum.saturating_add(count);
            }
            Ok(_) => {}
            Err(why) => self.unread.push(format!("{place}: {why}")),
        }
    }

    /// Adds what another file says. A period that stands in both counts once: files may overlap.
    pub(super) fn merge(&mut self, other: Self) {
        for (period, count) in other.lookups {
            let had = self.lookups.entry(period).or_default();
            *had = count.max(*had);
        }
        self.unread.extend(other.unread);
    }
}

/// A line of counts as it stands in a source.
pub(super) struct Line<'a> {
    pub(super) login: &'a str,
    pub(super) at: &'a str,
    /// Without a count the line is one look-up.
    pub(super) count: Option<&'a str>,
}

impl Line<'_> {
    fn read(&self, zone: Tz) -> Result<(String, Time, u64), &'static str> {
        let login = self.login.trim().to_lowercase();
        if login.is_empty() {
            return Err("it names no login");
        }
        let at = moment(self.at.trim(), zone)
            .ok_or("its time cannot be read; expected one as in 2026-11-22 07:41 or 22/11/2026 07:41")?;
        let count = match self.count.map(str::trim) {
            None => 1,
            Some(count) => count.parse().map_err(|_| "its count is no number")?,
        };
        Ok((login, at, count))
    }
}

/// A moment as databases and offices write it; local time where it names no zone, midnight where it names no hour.
fn moment(text: &str, zone: Tz) -> Option<Time> {
    let zoned = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z"));
    if let Ok(at) = zoned {
        return Some(at.to_utc());
    }
    let forms = [
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M",
        "%d/%m/%Y %H:%M:%S",
        "%d/%m/%Y %H:%M",
    ];
    let at = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let days = ["%Y-%m-%d", "%d/%m/%Y"];
    let day = || days.iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok());
    let at = at.or_else(|| Some(day()?.and_time(NaiveTime::MIN)))?;
    Some(at.and_local_timezone(zone).earliest()?.to_utc())
}

/// Said of a system that counts nothing.
pub(super) fn counts_nothing() -> ReadError {
    ReadError::Content("as configured, the system gives no counts of look-ups".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_as_databases_and_offices_write_it() {
        let utc = |text: &str| moment(text, chrono_tz::Asia::Ho_Chi_Minh).map(|at| at.to_rfc3339());
        for text in [
            "2026-11-22T00:41:00Z",
            "2026-11-22 07:41:00+07",
            "2026-11-22 07:41:00.000+07:00",
            "2026-11-22 07:41:00",
            "2026-11-22 07:41",
            "2026-11-22T07:41",
            "22/11/2026 07:41",
            "22/11/2026 07:41:00",
        ] {
            assert_eq!(utc(text).as_deref(), Some("2026-11-22T00:41:00+00:00"), "{text}");
        }
        assert_eq!(utc("22/11/2026").unwrap(), "2026-11-21T17:00:00+00:00");
        for wrong in ["", "hôm qua", "2026-13-01", "46000.5", "07:41"] {
            assert_eq!(utc(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn lines_of_one_period_add_up_and_files_that_overlap_do_not() {
        let zone = chrono_tz::Asia::Ho_Chi_Minh;
        let since = moment("2026-11-22", zone).unwrap();
        let file = |lines: &[(&str, &str)]| {
            let mut counted = Counted::default();
            for (number, (login, at)) in lines.iter().enumerate() {
                let line = Line { login, at, count: None };
                counted.add(&format!("row {}", number + 2), &line, (Period::Minute, since, zone));
            }
            counted
        };
        let mut all =
            file(&[("An", "2026-11-22 07:41:05"), ("an", "2026-11-22 07:41:50"), ("", "2026-11-22")]);
        all.merge(file(&[("an", "2026-11-22 07:41:05"), ("an", "2026-11-21 07:41"), ("an", "?")]));
        assert_eq!(all.lookups.into_values().collect::<Vec<_>>(), [2]);
        assert_eq!(all.unread.len(), 2, "{:?}", all.unread);
        assert!(all.unread[0].starts_with("row 4: it names no login"), "{:?}", all.unread);
    }
}
