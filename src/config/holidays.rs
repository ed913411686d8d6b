//! The public holidays of the country (`mappings/calendar`): a table, since Tết follows the moon and the days off follow
//! a decree.

use super::ConfigError;
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeSet;

const TABLE: &str = include_str!("../../mappings/calendar/holidays.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    year: Vec<Year>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Year {
    #[serde(rename = "year")]
    number: i32,
    tet: Range,
    days: Vec<NaiveDate>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Range {
    from: NaiveDate,
    to: NaiveDate,
}

fn table() -> Result<Table, ConfigError> {
    let form = |error: toml::de::Error| ConfigError::Form {
        path: "mappings/calendar/holidays.toml".into(),
        why: error.to_string(),
    };
    toml::from_str(TABLE).map_err(form)
}

/// Every holiday of the table.
pub fn national() -> Result<BTreeSet<NaiveDate>, ConfigError> {
    let mut all = BTreeSet::new();
    for Year { number: _, tet, days } in table()?.year {
        all.extend(tet.from.iter_days().take_while(|day| *day <= tet.to));
        all.extend(days);
    }
    Ok(all)
}

/// The last year whose Tết is known: a ladder that reaches further does not know when nobody works.
pub fn known_until() -> Result<Option<i32>, ConfigError> {
    Ok(table()?.year.iter().map(|one| one.number).max())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, Weekday};

    #[test]
    fn every_year_has_its_tet_around_the_first_day_of_the_moon() {
        const FIRST: [&str; 11] = [
            "2018-02-16",
            "2019-02-05",
            "2020-01-25",
            "2021-02-12",
            "2022-02-01",
            "2023-01-22",
            "2024-02-10",
            "2025-01-29",
            "2026-02-17",
            "2027-02-06",
            "2028-01-26",
        ];
        let years = table().unwrap().year;
        assert_eq!(years.len(), FIRST.len());
        for (year, first) in years.iter().zip(FIRST) {
            let first: NaiveDate = first.parse().unwrap();
            assert_eq!(first.year(), year.number);
            assert!(year.tet.from < first && first <= year.tet.to, "{first}");
            let worked = year.tet.from.iter_days().take_while(|day| *day <= year.tet.to);
            let worked = worked.filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)).count();
            assert_eq!(worked, 5, "{}: five working days", year.number);
            assert!(year.days.iter().all(|day| day.year() == year.number));
        }
        assert_eq!(known_until().unwrap(), Some(2028));
    }
}
