//! A ladder under way: which step is due when. The distance between two steps is kept from the day the first of them
//! was really taken, so that nobody who was told late is locked early, whatever the clock or the worker did.

use super::days::{Days, shifted};
use super::policy::{Audience, Step};
use crate::model::rotation::Run;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

/// What leads to a deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// The cycle it is: a holder's own change begins another.
    pub cycle: String,
    /// The last day, or the day of the last hour.
    pub deadline: NaiveDate,
    /// Its stages in order.
    pub stages: Vec<Stage>,
    /// The end of a campaign, whose stages keep their moment; a ladder's keep their distance and have none.
    pub ends: Option<NaiveDateTime>,
}

/// A step with its moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// The step's name.
    pub name: String,
    /// To whom.
    pub to: Audience,
    /// Local time, from which it is due where nothing delays it.
    pub at: NaiveDateTime,
}

impl Stage {
    fn on(&self) -> NaiveDate {
        self.at.date()
    }
}

/// The stages of `steps` towards `deadline`. What lies before `since`, when the password came into being, is left
/// out, but for the last word to the holder. `begins` is the earliest day for the first one.
pub fn stages(
    steps: &[Step],
    deadline: NaiveDate,
    since: NaiveDate,
    begins: NaiveDate,
    days: &Days<'_>,
) -> Vec<Stage> {
    let last_word = steps.iter().rposition(|step| step.to == Audience::Holder);
    let mut stages: Vec<Stage> = steps
        .iter()
        .enumerate()
        .filter(|(at, step)| shifted(deadline, step.days) >= since || Some(*at) == last_word)
        .map(|(_, step)| {
            let nominal = shifted(deadline, step.days).max(since);
            let day = if step.days < 0 { days.last(nominal).max(since) } else { days.next(nominal) };
            Stage { name: step.name.clone(), to: step.to, at: day.and_time(NaiveTime::MIN) }
        })
        .collect();
    // Who is overdue when the rules begin starts at the first step, with the distances of the others.
    if let Some(late) = stages.first().map(|first| (begins - first.on()).num_days()).filter(|late| *late > 0)
    {
        for stage in &mut stages {
            stage.at = days.next(shifted(stage.on(), late)).and_time(NaiveTime::MIN);
        }
    }
    stages
}

/// The stages that `run` has not taken, each with the moment from which it is due; one that is overdue is taken today.
pub fn ahead<'a>(
    course: &'a Course,
    run: &Run,
    today: NaiveDate,
    days: &Days<'_>,
) -> Vec<(&'a Stage, NaiveDateTime)> {
    let mut before: Option<(NaiveDate, NaiveDate)> = None;
    let mut found = Vec::new();
    for stage in &course.stages {
        if let Some(taken) = run.taken.iter().find(|taken| taken.step == stage.name) {
            before = Some((stage.on(), run.rested.map_or(taken.on, |rested| rested.max(taken.on))));
            continue;
        }
        let due = match before {
            Some((planned, really)) if course.ends.is_none() => {
                let kept = shifted(really, (stage.on() - planned).num_days());
                if kept > stage.on() { days.next(kept).and_time(NaiveTime::MIN) } else { stage.at }
            }
            _ => stage.at,
        };
        before = Some((stage.on(), due.date().max(today)));
        found.push((stage, due));
    }
    found
}

/// The stages to be taken at `now`.
pub fn due<'a>(course: &'a Course, run: &Run, now: NaiveDateTime, days: &Days<'_>) -> Vec<&'a Stage> {
    let ahead = ahead(course, run, now.date(), days);
    let Some(ends) = course.ends else {
        return ahead.into_iter().take_while(|(_, at)| *at <= now).map(|(stage, _)| stage).collect();
    };
    // Of a campaign only the latest to each audience, and no reminder once it is over: a mail that was missed is not
    // sent beside the next one.
    let latest = |to: Audience| course.stages.iter().rfind(|stage| stage.to == to && stage.at <= now);
    let open = ahead.into_iter().map(|(stage, _)| stage);
    open.filter(|stage| latest(stage.to) == Some(*stage) && (now < ends || stage.to == Audience::Lock))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rotation::Taken;
    use crate::rotation::days::LockHours;
    use crate::rotation::policy::standard;
    use chrono_tz::Asia::Ho_Chi_Minh;
    use std::collections::BTreeSet;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> NaiveDateTime {
        date(text).and_hms_opt(9, 0, 0).unwrap()
    }

    /// Walks up a ladder day by day and says on which day which step was taken; `off` are days without a worker.
    fn walk(course: &Course, from: &str, until: &str, off: &[&str], days: &Days<'_>) -> Vec<String> {
        let mut run = Run::default();
        let mut said = Vec::new();
        let (mut day, until) = (date(from), date(until));
        while day <= until {
            if !off.contains(&day.to_string().as_str()) {
                for stage in due(course, &run, day.and_hms_opt(9, 0, 0).unwrap(), days) {
                    said.push(format!("{day} {}", stage.name));
                    run.taken.push(Taken { step: stage.name.clone(), on: day, notice: None });
                }
            }
            day = day.succ_opt().unwrap();
        }
        said
    }

    fn course(deadline: &str, since: &str, begins: &str, days: &Days<'_>) -> Course {
        let stages = stages(&standard(), date(deadline), date(since), date(begins), days);
        Course { cycle: "c".into(), deadline: date(deadline), stages, ends: None }
    }

    #[test]
    fn steps_fall_on_working_days_around_the_deadline() {
        let none = BTreeSet::new();
        let days = Days { zone: Ho_Chi_Minh, holidays: &none, lock_hours: LockHours::default() };
        // The deadline is Monday 9 March 2026.
        let course = course("2026-03-09", "2025-09-09", "2025-01-01", &days);
        assert_eq!(
            walk(&course, "2026-02-01", "2026-04-30", &[], &days),
            [
                "2026-02-23 nhac-1",
                "2026-03-02 nhac-2",
                "2026-03-06 nhac-3",
                "2026-03-12 dau-moi",
                "2026-03-16 so",
                "2026-03-23 khoa"
            ]
        );
    }

    #[test]
    fn who_is_overdue_when_the_rules_begin_starts_at_the_first_step() {
        let none = BTreeSet::new();
        let days = Days { zone: Ho_Chi_Minh, holidays: &none, lock_hours: LockHours::default() };
        let course = course("2020-01-01", "2019-01-01", "2026-03-02", &days);
        let said = walk(&course, "2026-02-20", "2026-05-30", &[], &days);
        assert_eq!(said.first().unwrap(), "2026-03-02 nhac-1");
        assert_eq!(said.last().unwrap(), "2026-03-30 khoa");
        assert_eq!(said.len(), 6);
    }

    #[test]
    fn a_step_taken_late_delays_what_follows() {
        let none = BTreeSet::new();
        let days = Days { zone: Ho_Chi_Minh, holidays: &none, lock_hours: LockHours::default() };
        let course = course("2026-03-09", "2025-09-09", "2025-01-01", &days);
        // Nobody ran the worker until 20 March: the ladder begins there.
        let said = walk(&course, "2026-03-20", "2026-05-30", &[], &days);
        assert_eq!(said.first().unwrap(), "2026-03-20 nhac-1");
        assert_eq!(said.last().unwrap(), "2026-04-17 khoa", "28 days later, as between the planned ones");
    }

    #[test]
    fn a_first_password_is_warned_of_at_least_once() {
        let none = BTreeSet::new();
        let days = Days { zone: Ho_Chi_Minh, holidays: &none, lock_hours: LockHours::default() };
        let course = course("2026-03-09", "2026-03-09", "2025-01-01", &days);
        assert_eq!(course.stages.first().unwrap().name, "nhac-3");
        assert_eq!(course.stages.first().unwrap().on(), date("2026-03-09"));
    }

    #[test]
    fn a_campaign_keeps_its_moments_and_sends_what_was_missed_no_more() {
        let none = BTreeSet::new();
        let days = Days { zone: Ho_Chi_Minh, holidays: &none, lock_hours: LockHours::default() };
        let stage = |name: &str, on: &str| Stage { name: name.into(), to: Audience::Holder, at: at(on) };
        let stages =
            vec![stage("mo-dot", "2020-01-09"), stage("ngay-3", "2020-01-13"), stage("cuoi", "2020-01-15")];
        let course =
            Course { cycle: "c".into(), deadline: date("2020-01-15"), stages, ends: Some(at("2020-01-16")) };
        assert_eq!(
            walk(
                &course,
                "2020-01-08",
                "2020-01-20",
                &["2020-01-09", "2020-01-10", "2020-01-11", "2020-01-12", "2020-01-13"],
                &days
            ),
            ["2020-01-14 ngay-3", "2020-01-15 cuoi"]
        );
    }
}
