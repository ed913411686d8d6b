//! A campaign (đợt đổi mật khẩu): everybody in its scope changes the password within a window, whatever the password's
//! age, the unknown ones included. Only a holder's change after the opening clears.

use super::days::Days;
use super::ladder::{Course, Stage};
use super::policy::{Audience, Holder};
use crate::model::Time;
use crate::model::agency::Agencies;
use crate::model::ids::AgencyCode;
use crate::model::rotation::{Campaign, CampaignPlan, CampaignState};
use chrono::{LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;

/// The step that locks.
pub const LOCK: &str = "khoa";

/// A working morning begins.
fn morning() -> NaiveTime {
    NaiveTime::from_hms_opt(8, 0, 0).unwrap_or_default()
}

/// The instant of a local time; in the hour that a clock repeats the first, in one it skips the end of it.
pub fn instant(local: NaiveDateTime, zone: Tz) -> Time {
    match local.and_local_timezone(zone) {
        LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => time.to_utc(),
        LocalResult::None => (local + TimeDelta::hours(1)).and_utc(),
    }
}

/// Whether the campaign runs at `now`: started by two, and opened.
pub fn runs(campaign: &Campaign, now: Time, zone: Tz) -> bool {
    campaign.state == CampaignState::Running && instant(campaign.plan.opens, zone) <= now
}

/// Whether an account of `agency` is in it.
pub fn covers(plan: &CampaignPlan, agency: &AgencyCode, holder: Holder, agencies: &Agencies) -> bool {
    let kind = match holder {
        Holder::Person | Holder::Administrator => true,
        Holder::Unit => plan.unit_mailboxes,
        Holder::Service => false,
    };
    kind && (plan.agencies.is_empty() || above(agency, agencies).any(|code| plan.agencies.contains(code)))
}

/// An agency and those above it, each once.
pub fn above<'a>(agency: &'a AgencyCode, agencies: &'a Agencies) -> impl Iterator<Item = &'a AgencyCode> {
    let parent = |code: &&'a AgencyCode| agencies.get(*code)?.parent.as_ref();
    // A tree no deeper than there are agencies: a circle ends.
    std::iter::successors(Some(agency), parent).take(agencies.len().max(1))
}

/// Its stages: the opening, the third working day, the last morning, two hours before the end, and the lock on the
/// next working morning.
pub fn course(plan: &CampaignPlan, days: &Days<'_>) -> Course {
    let (opens, closes) = (plan.opens, plan.closes);
    let third = days.working_days_after(days.next(opens.date()), 2).and_time(morning());
    let last = days.last(closes.date()).and_time(morning());
    let hours = closes - TimeDelta::hours(2);
    let stage = |name: &str, to, at| Stage { name: name.to_owned(), to, at };
    let mut stages = vec![stage("mo-dot", Audience::Holder, opens)];
    if third < last {
        stages.push(stage("ngay-thu-ba", Audience::Holder, third));
        stages.push(stage("ngay-thu-ba-don-vi", Audience::Contact, third));
    }
    if last > opens && last < hours {
        stages.push(stage("sang-cuoi", Audience::Holder, last));
        stages.push(stage("sang-cuoi-don-vi", Audience::Contact, last));
    }
    if hours > opens {
        stages.push(stage("hai-gio-cuoi", Audience::Holder, hours));
    }
    if plan.lock {
        let next = days.working_days_after(closes.date(), 1).and_time(NaiveTime::MIN);
        stages.push(stage(LOCK, Audience::Lock, next));
    }
    Course { cycle: cycle(plan), deadline: closes.date(), stages, ends: Some(closes) }
}

/// The cycle of a campaign in an account's memory.
pub fn cycle(plan: &CampaignPlan) -> String {
    format!("campaign:{}", plan.name)
}

/// Whether a cycle in an account's memory is a campaign's.
pub fn is_cycle(cycle: &str) -> bool {
    cycle.starts_with("campaign:")
}

/// The first day on which the deletion of an account that was locked on `locked` is proposed.
pub fn delete_on(plan: &CampaignPlan, locked: NaiveDate, days: &Days<'_>) -> Option<NaiveDate> {
    Some(days.next(days.days_without_holidays(locked, plan.delete_after_days?)))
}

/// What is wrong with a plan, if anything.
pub fn check(plan: &CampaignPlan, agencies: &Agencies) -> Result<(), String> {
    let is_fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if plan.name.is_empty() || plan.name.len() > 64 || !plan.name.chars().all(is_fine) {
        return Err(format!("name = {:?}: use a-z, 0-9 and '-', at most 64", plan.name));
    }
    if plan.closes <= plan.opens {
        return Err("closes must be later than opens".into());
    }
    for (field, text) in [
        ("document", &plan.document),
        ("decided_by", &plan.decided_by),
        ("basis", &plan.basis),
        ("contact.name", &plan.contact.name),
        ("contact.phone", &plan.contact.phone),
        ("contact.mail", &plan.contact.mail),
    ] {
        if text.trim().is_empty() {
            return Err(format!("{field} is empty; a holder must be able to check the notice"));
        }
    }
    match plan.agencies.iter().find(|code| !agencies.contains_key(*code)) {
        Some(code) => Err(format!("agencies: no agency has the code {code}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rotation::days::LockHours;
    use chrono_tz::Asia::Ho_Chi_Minh;
    use std::collections::BTreeSet;

    fn gia_lai() -> CampaignPlan {
        toml::from_str(
            "name = 'gia-lai-2020'\ndocument = '01/TTCNTT&TT-NV'\ndecided_by = 'Trung tâm'\nbasis = 'b'\n\
             contact = { name = 'A', phone = '0', mail = 'a@x.vn' }\n\
             opens = '2020-01-09T07:00:00'\ncloses = '2020-01-15T17:00:00'\ndelete_after_days = 15",
        )
        .unwrap()
    }

    #[test]
    fn the_letter_s_window_has_the_letter_s_moments() {
        let tet: BTreeSet<NaiveDate> =
            "2020-01-23".parse::<NaiveDate>().unwrap().iter_days().take(7).collect();
        let days = Days { zone: Ho_Chi_Minh, holidays: &tet, lock_hours: LockHours::default() };
        let course = course(&gia_lai(), &days);
        let said: Vec<_> =
            course.stages.iter().map(|one| format!("{} {} {}", one.at, one.name, one.to.as_str())).collect();
        assert_eq!(
            said,
            [
                "2020-01-09 07:00:00 mo-dot holder",
                "2020-01-13 08:00:00 ngay-thu-ba holder",
                "2020-01-13 08:00:00 ngay-thu-ba-don-vi contact",
                "2020-01-15 08:00:00 sang-cuoi holder",
                "2020-01-15 08:00:00 sang-cuoi-don-vi contact",
                "2020-01-15 15:00:00 hai-gio-cuoi holder",
                "2020-01-16 00:00:00 khoa lock"
            ]
        );
        let locked = "2020-01-16".parse().unwrap();
        assert_eq!(delete_on(&gia_lai(), locked, &days), "2020-02-07".parse().ok(), "Tết is not counted");
    }

    #[test]
    fn a_plan_that_a_holder_cannot_check_is_refused() {
        let none = Agencies::new();
        check(&gia_lai(), &none).unwrap();
        let turned = CampaignPlan { closes: gia_lai().opens, ..gia_lai() };
        assert!(check(&turned, &none).unwrap_err().contains("later"));
        let silent = CampaignPlan { document: " ".into(), ..gia_lai() };
        assert!(check(&silent, &none).unwrap_err().contains("document is empty"));
        let elsewhere = CampaignPlan { agencies: [AgencyCode::parse("x").unwrap()].into(), ..gia_lai() };
        assert!(check(&elsewhere, &none).unwrap_err().contains("no agency has the code x"));
    }
}
