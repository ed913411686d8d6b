//! Dates as rosters write them: serial numbers, `d/m/yyyy`, `d-m-yyyy`, `dd.mm.yyyy`, `mm/yyyy`, a year.

use crate::roster::sheet::Cell;
use crate::roster::text::{Phrase, Said};
use chrono::{Datelike, Days, NaiveDate};

/// A date as far as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::roster) enum Written {
    /// Day, month and year.
    Day(NaiveDate),
    /// The first day of a month.
    Month(NaiveDate),
    /// The year alone.
    Year(i32),
}

/// A date cell that was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::roster) struct ReadDate {
    /// What it says.
    pub(in crate::roster) written: Written,
    /// What had to be guessed, and was.
    pub(in crate::roster) repair: Repair,
}

/// What was made of a date cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::roster) enum Repair {
    /// Nothing.
    None,
    /// Its year had two digits.
    ShortYear,
    /// It held a day number without a date's format.
    Serial,
}

/// Years a roster can speak of.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2100;

/// Reads a cell of a date column; `newest` is the latest year a two-digit year can mean. `None`: no date.
pub(in crate::roster) fn read(cell: &Cell, newest: i32) -> Option<ReadDate> {
    let (written, repair) = match cell {
        Cell::Date(date) => (Written::Day(date.date()), Repair::None),
        Cell::Number(number) => match from_number(*number)? {
            day @ Written::Day(_) => (day, Repair::Serial),
            other => (other, Repair::None),
        },
        Cell::Text(text) => return from_text(text, newest),
        Cell::Empty | Cell::Bool(_) | Cell::Error(_) => return None,
    };
    Some(ReadDate { written, repair })
}

/// A whole number among the years is a year (nobody at work was born in 1905); else it is a serial number.
fn from_number(number: f64) -> Option<Written> {
    if !(1.0..=73_415.0).contains(&number) {
        return None;
    }
    // In range, so the cast only drops the time of day.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked right above")]
    let days = number as u32;
    let year = i32::try_from(days).ok()?;
    if YEARS.contains(&year) && number.fract() == 0.0 {
        return Some(Written::Year(year));
    }
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(days.into())).map(Written::Day)
}

fn from_text(text: &str, newest: i32) -> Option<ReadDate> {
    // A time of day behind the date says nothing.
    let date = text.split([' ', '\n']).take_while(|word| !word.contains(':')).collect::<Vec<_>>().join(" ");
    let said = Said::new(&date);
    let mut groups = Vec::new();
    for word in said.as_str().split(' ') {
        if word.bytes().all(|b| b.is_ascii_digit()) && !word.is_empty() && word.len() <= 4 {
            groups.push((word.len(), word.parse::<u32>().ok()?));
        } else if !is_date_word(word) {
            return None;
        }
    }
    let (day, month, (digits, year)) = match groups[..] {
        [(4, year), (_, month), (_, day)] => (Some(day), Some(month), (4, year)),
        [(1 | 2, day), (1 | 2, month), year] => (Some(day), Some(month), year),
        [(1 | 2, month), year @ (4, _)] => (None, Some(month), year),
        [year @ (4, _)] => (None, None, year),
        _ => return None,
    };
    let year = i32::try_from(year).ok()?;
    let (year, repair) = match digits {
        4 => (year, Repair::None),
        2 if newest % 100 >= year => (newest - newest % 100 + year, Repair::ShortYear),
        2 => (newest - newest % 100 - 100 + year, Repair::ShortYear),
        _ => return None,
    };
    if !YEARS.contains(&year) {
        return None;
    }
    let written = match (month, day) {
        (Some(month), Some(day)) => Written::Day(NaiveDate::from_ymd_opt(year, month, day)?),
        (Some(month), None) => Written::Month(NaiveDate::from_ymd_opt(year, month, 1)?),
        (None, _) => Written::Year(year),
    };
    Some(ReadDate { written, repair })
}

fn is_date_word(word: &str) -> bool {
    matches!(crate::model::name::ascii(word).as_str(), "ngay" | "thang" | "nam" | "sinh")
}

/// A date somewhere in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::roster) struct Mention {
    /// The day; the first of the month where no day is said.
    pub(in crate::roster) date: NaiveDate,
    /// The word it begins with, counted from 0.
    pub(in crate::roster) word: usize,
    /// Whether "từ" stands before it.
    pub(in crate::roster) from: bool,
}

/// The dates a sentence mentions: `01/12/2026`, `12/2026`, `ngày 01 tháng 12 năm 2026`, `tháng 12 năm 2026`.
pub(in crate::roster) fn mentions(sentence: &str) -> Vec<Mention> {
    let words: Vec<String> = sentence.split_whitespace().map(crate::model::name::ascii).collect();
    let trimmed =
        |at: usize| words.get(at).map_or("", |word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()));
    let number = |at: usize| trimmed(at).parse::<u32>().ok();
    let spelled = |at: usize| {
        let (day, rest) = if trimmed(at) == "ngay" { (number(at + 1)?, at + 2) } else { (1, at) };
        let fits = trimmed(rest) == "thang" && trimmed(rest + 2) == "nam";
        let year = i32::try_from(number(rest + 3)?).ok()?;
        NaiveDate::from_ymd_opt(year, number(rest + 1)?, day).filter(|_| fits)
    };
    let mut found: Vec<Mention> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let numeric = || {
            let word = trimmed(at);
            let parts = word.split(['/', '-', '.']).count();
            let digits = word.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'/' | b'-' | b'.'));
            match from_text(word, 2099).filter(|_| digits && parts > 1)?.written {
                Written::Day(date) | Written::Month(date) => Some(date),
                Written::Year(_) => None,
            }
        };
        let spelled = spelled(at);
        if let Some(date) = spelled.or_else(numeric).filter(|date| YEARS.contains(&date.year())) {
            let before = (0..at).rev().map(trimmed).find(|word| !matches!(*word, "ngay" | "thang" | ""));
            found.push(Mention { date, word: at, from: before == Some("tu") });
            at += if spelled.is_some() { 4 } else { 1 };
        } else {
            at += 1;
        }
    }
    found
}

/// The day a sentence says something takes effect: the date after "từ", else the first that is not the date
/// of a document it names.
pub(in crate::roster) fn effective(sentence: &str, document_words: &[Phrase]) -> Option<NaiveDate> {
    let dates = mentions(sentence);
    if let Some(mention) = dates.iter().find(|mention| mention.from) {
        return Some(mention.date);
    }
    let words: Vec<&str> = sentence.split_whitespace().collect();
    let mut since = 0;
    for mention in dates {
        let before = Said::new(&words[since..mention.word].join(" "));
        if !before.has_any(document_words) {
            return Some(mention.date);
        }
        since = mention.word;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::mapping::Mapping;

    fn ymd(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    fn text(text: &str) -> Option<Written> {
        read(&Cell::Text(text.into()), 2011).map(|read| read.written)
    }

    #[test]
    fn every_written_form_is_read() {
        for form in [
            "5/10/1985",
            "05-10-1985",
            "05.10.1985",
            "ngày 5 tháng 10 năm 1985",
            "1985-10-05",
            "5/10/1985 0:00:00",
        ] {
            assert_eq!(text(form), Some(Written::Day(ymd(1985, 10, 5))), "{form}");
        }
        assert_eq!(text("10/1985"), Some(Written::Month(ymd(1985, 10, 1))));
        assert_eq!(text("1985"), Some(Written::Year(1985)));
        assert_eq!(
            read(&Cell::Number(35_532.0), 2011).map(|d| d.written),
            Some(Written::Day(ymd(1997, 4, 12)))
        );
        assert_eq!(read(&Cell::Number(1985.0), 2011).map(|d| d.written), Some(Written::Year(1985)));
    }

    #[test]
    fn a_two_digit_year_is_completed_and_said_so() {
        let read = |text: &str| read(&Cell::Text(text.into()), 2011).unwrap();
        assert_eq!(
            read("5/10/85"),
            ReadDate { written: Written::Day(ymd(1985, 10, 5)), repair: Repair::ShortYear }
        );
        assert_eq!(read("5/10/02").written, Written::Day(ymd(2002, 10, 5)));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for form in ["31/02/1990", "05/13/1990", "không rõ", "12", "0/0/0", "1/2/3/4", "5/10/19850", "=NOW()"]
        {
            assert_eq!(text(form), None, "{form}");
        }
        assert_eq!(read(&Cell::Number(-4.0), 2011), None);
        assert_eq!(read(&Cell::Number(1e300), 2011), None);
    }

    #[test]
    fn the_date_after_tu_is_the_one_that_counts() {
        let words = Mapping::embedded().unwrap().words.titles.document_words;
        for (note, date) in [
            ("Nghỉ hưu từ 01/12/2026", Some(ymd(2026, 12, 1))),
            ("Nghỉ hưu theo QĐ số 12/QĐ-SNV ngày 05/10/2026, từ ngày 01/12/2026", Some(ymd(2026, 12, 1))),
            ("Chuyển công tác theo QĐ 12/QĐ-SNV ngày 05/10/2026", None),
            ("Thôi việc ngày 15 tháng 11 năm 2026.", Some(ymd(2026, 11, 15))),
            ("Nghỉ hưu từ tháng 12/2026", Some(ymd(2026, 12, 1))),
            ("Nghỉ thai sản từ 01/06/2026 đến 01/12/2026", Some(ymd(2026, 6, 1))),
            ("Nghỉ thai sản", None),
        ] {
            assert_eq!(effective(note, &words), date, "{note}");
        }
    }
}
