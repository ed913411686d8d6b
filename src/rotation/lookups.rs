//! Look-ups against their limits: who looked up more citizens' data in a minute, an hour or a day than the rule allows,
//! and what follows. One day over a limit is told; when it happens again on another day those above are told too; then
//! the account's suspension is proposed. Nothing here suspends anybody: an operator decides.
//!
//! Source of the rule: Đồng Nai 2024 (no. 5), after 5722/TCTTKĐA of 10 August 2023, no. 2 (2) and (3): look-ups of
//! citizens' data are to be limited by time (minute, day). Neither gives numbers: each site sets its own.

use crate::model::Time;
use crate::model::ids::TargetId;
use crate::model::lookup::{Excess, Lookups, Period};
use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The limits of one system, as configured.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The system.
    pub system: TargetId,
    /// The limits; each holds for itself.
    pub limits: Vec<Limit>,
    /// From the how-manieth day with an excess on those above are told too.
    #[serde(default = "escalate_from")]
    pub escalate_from: u32,
    /// From the how-manieth day on the account's suspension is proposed; 0 never.
    #[serde(default = "suspend_from")]
    pub suspend_from: u32,
    /// For how many days a day with an excess counts.
    #[serde(default = "within_days")]
    pub within_days: u32,
    /// Logins that may look up as much as they like: an interface of another system.
    #[serde(default)]
    pub exempt: BTreeSet<String>,
}

/// How often an account may look something up within a period.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// The period.
    pub per: Period,
    /// The most that is within the limit.
    pub most: u64,
    /// The legal basis.
    pub basis: String,
}

fn escalate_from() -> u32 {
    2
}

fn suspend_from() -> u32 {
    3
}

fn within_days() -> u32 {
    30
}

/// What follows from a day with an excess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The account's agency and those on duty are told.
    Tell,
    /// So are those above.
    Escalate,
    /// So are they, and the suspension is proposed.
    Suspend,
}

/// One account over its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing<'a> {
    /// Its login.
    pub login: &'a str,
    /// Each day with an excess, the step it is, and the excesses of that day.
    pub days: Vec<(NaiveDate, Step, Vec<&'a Excess>)>,
}

impl Standing<'_> {
    /// The last day with an excess, where the suspension is to be proposed.
    pub fn suspend_since(&self) -> Option<NaiveDate> {
        self.days.last().filter(|(_, step, _)| *step == Step::Suspend).map(|(day, ..)| *day)
    }
}

impl Rule {
    /// What is wrong with it, if anything: with the place, and what was expected.
    pub fn check(&self) -> Result<(), String> {
        let at = format!("lookup_limits of {}", self.system);
        if self.limits.is_empty() {
            return Err(format!(
                "{at}: limits is empty; expected one or more, each with per, most and basis"
            ));
        }
        if let Some(limit) = self.limits.iter().find(|limit| limit.basis.trim().is_empty()) {
            return Err(format!("{at}: the limit per {} names no basis: say by which document", limit.per));
        }
        let periods: BTreeSet<Period> = self.limits.iter().map(|limit| limit.per).collect();
        if periods.len() < self.limits.len() {
            return Err(format!("{at}: two limits are for the same period"));
        }
        if self.escalate_from == 0 || self.within_days == 0 {
            return Err(format!("{at}: escalate_from and within_days count days and begin with 1"));
        }
        Ok(())
    }

    /// The limits that counts of `by` can be held against: a count of an hour says nothing of its minutes.
    pub fn told_by(&self, by: Period) -> impl Iterator<Item = &Limit> {
        self.limits.iter().filter(move |limit| limit.per >= by)
    }

    /// What `lookups`, counted by `by`, exceed.
    pub fn excesses(&self, lookups: &Lookups, by: Period, zone: Tz) -> Vec<Excess> {
        let exempt: BTreeSet<String> = self.exempt.iter().map(|login| login.to_lowercase()).collect();
        let mut found = Vec::new();
        for limit in self.told_by(by) {
            let mut sums: BTreeMap<(&str, Time), u64> = BTreeMap::new();
            for ((login, at), count) in lookups.iter().filter(|((login, _), _)| !exempt.contains(login)) {
                let sum = sums.entry((login, limit.per.began(*at, zone))).or_default();
                *sum = sum.saturating_add(*count);
            }
            let over = sums.into_iter().filter(|(_, count)| *count > limit.most);
            found.extend(over.map(|((login, began), count)| Excess {
                target: self.system.clone(),
                login: login.to_owned(),
                per: limit.per,
                began,
                count,
                most: limit.most,
                basis: limit.basis.clone(),
            }));
        }
        found.sort();
        found
    }

    /// Where each account stands that is over its limits, by the excesses of this system that still count on `today`.
    pub fn standings<'a>(&self, excesses: &'a [Excess], zone: Tz, today: NaiveDate) -> Vec<Standing<'a>> {
        let first = self.counts_from(today);
        let mut days: BTreeMap<&str, BTreeMap<NaiveDate, Vec<&Excess>>> = BTreeMap::new();
        for one in excesses.iter().filter(|one| one.target == self.system) {
            let day = one.began.with_timezone(&zone).date_naive();
            if (first..=today).contains(&day) {
                days.entry(&one.login).or_default().entry(day).or_default().push(one);
            }
        }
        let standing = |(login, days): (&'a str, BTreeMap<NaiveDate, Vec<&'a Excess>>)| Standing {
            login,
            days: (1..).zip(days).map(|(number, (day, over))| (day, self.step(number), over)).collect(),
        };
        days.into_iter().map(standing).collect()
    }

    /// The first day whose excesses count on `today`.
    pub fn counts_from(&self, today: NaiveDate) -> NaiveDate {
        today.checked_sub_days(Days::new(u64::from(self.within_days) - 1)).unwrap_or(today)
    }

    fn step(&self, number: u32) -> Step {
        if self.suspend_from > 0 && number >= self.suspend_from {
            Step::Suspend
        } else if number >= self.escalate_from {
            Step::Escalate
        } else {
            Step::Tell
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Asia::Ho_Chi_Minh;

    fn rule(more: &str) -> Rule {
        let text = format!(
            "system = \"tthc\"\nlimits = [\n{{ per = \"minute\", most = 5, basis = \"5722/TCTTKĐA\" }},\n\
             {{ per = \"day\", most = 20, basis = \"5722/TCTTKĐA\" }}]\n{more}"
        );
        toml::from_str(&text).unwrap()
    }

    fn lookups(lines: &[(&str, &str, u64)]) -> Lookups {
        let line = |(login, at, count): &(&str, &str, u64)| {
            (((*login).to_owned(), format!("{at}:00+07:00").parse::<Time>().unwrap()), *count)
        };
        lines.iter().map(line).collect()
    }

    fn shown(excesses: &[Excess]) -> Vec<String> {
        let line = |one: &Excess| {
            let began = one.began.with_timezone(&Ho_Chi_Minh).format("%d/%m %H:%M");
            format!("{} {} {began}: {} > {}", one.login, one.per, one.count, one.most)
        };
        excesses.iter().map(line).collect()
    }

    #[test]
    fn what_is_at_the_limit_is_within_it_and_each_limit_holds_for_itself() {
        let counts = lookups(&[
            ("an", "2026-11-23T08:00", 5),
            ("an", "2026-11-23T08:01", 6),
            ("an", "2026-11-23T23:59", 5),
            ("an", "2026-11-24T00:00", 4),
            ("binh", "2026-11-23T08:00", 5),
            ("binh", "2026-11-23T09:00", 5),
            ("binh", "2026-11-23T10:00", 5),
            ("binh", "2026-11-23T11:00", 5),
            ("chi", "2026-11-23T00:00", 5),
            ("chi", "2026-11-23T11:00", 5),
            ("chi", "2026-11-23T12:00", 5),
            ("chi", "2026-11-23T13:00", 5),
            ("chi", "2026-11-23T14:00", 1),
            ("may", "2026-11-23T14:00", 900),
        ]);
        let over = rule("exempt = [\"May\"]").excesses(&counts, Period::Minute, Ho_Chi_Minh);
        assert_eq!(shown(&over), ["an minute 23/11 08:01: 6 > 5", "chi day 23/11 00:00: 21 > 20"]);
    }

    #[test]
    fn a_limit_finer_than_the_counts_is_not_judged() {
        let counts = lookups(&[("an", "2026-11-23T08:00", 12), ("an", "2026-11-23T09:00", 12)]);
        let over = rule("").excesses(&counts, Period::Hour, Ho_Chi_Minh);
        assert_eq!(shown(&over), ["an day 23/11 00:00: 24 > 20"]);
    }

    #[test]
    fn a_day_is_told_the_next_goes_up_and_the_third_asks_for_the_suspension() {
        let days = ["2026-10-01", "2026-11-02", "2026-11-20", "2026-11-23"];
        let counts: Vec<(&str, String, u64)> = days
            .iter()
            .flat_map(|day| [("an", format!("{day}T08:00"), 9), ("an", format!("{day}T15:00"), 30)])
            .collect();
        let counts: Vec<_> = counts.iter().map(|(login, at, count)| (*login, at.as_str(), *count)).collect();
        let rule = rule("");
        let over = rule.excesses(&lookups(&counts), Period::Minute, Ho_Chi_Minh);
        let on = |today: &str| {
            let standings = rule.standings(&over, Ho_Chi_Minh, today.parse().unwrap());
            let [one] = &standings[..] else { panic!("{standings:?}") };
            let days = one.days.iter().map(|(day, step, over)| format!("{day} {step:?} {}", over.len()));
            (days.collect::<Vec<_>>(), one.suspend_since().map(|day| day.to_string()))
        };
        assert_eq!(
            on("2026-11-02"),
            (vec!["2026-11-02 Tell 3".into()], None),
            "the first of October is over"
        );
        assert_eq!(on("2026-11-20").0[1], "2026-11-20 Escalate 3");
        assert_eq!(on("2026-11-23").1.as_deref(), Some("2026-11-23"));
        assert_eq!(on("2026-12-02").1, None, "one of the three counts no more");
    }

    #[test]
    fn a_rule_without_a_basis_or_with_two_limits_of_one_period_is_refused() {
        assert_eq!(rule("").check(), Ok(()));
        let said = |limits: &str| {
            let rule: Rule = toml::from_str(&format!("system = \"tthc\"\nlimits = [{limits}]")).unwrap();
            rule.check().unwrap_err()
        };
        assert!(said("").contains("limits is empty"));
        assert!(said("{ per = \"day\", most = 5, basis = \" \" }").contains("names no basis"));
        let day = "{ per = \"day\", most = 5, basis = \"x\" }";
        assert!(said(&format!("{day}, {day}")).contains("same period"));
        assert!(rule("escalate_from = 0").check().unwrap_err().contains("begin with 1"));
    }
}
