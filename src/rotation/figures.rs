//! Figures: how the accounts of every agency and system stand to the rules, and how far campaigns have come. A pass lays
//! them down for whoever looks before the next one; what an operator is shown is their part within the scope.

use super::age::{Age, age};
use super::campaign;
use super::policy::Holder;
use super::printed::Listed;
use super::room::MailBraked;
use super::status::{Ahead, Counts, Progress, Status};
use super::verdict::Verdict;
use crate::model::agency::Agencies;
use crate::model::ids::{AgencyCode, TargetId};
use crate::model::rotation::CampaignPlan;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The last day of each band of ages, in days; what is older falls into one more.
pub const AGE_BANDS: [i64; 4] = [30, 90, 180, 365];
/// The same of first passwords that nobody has changed.
pub const FIRST_BANDS: [i64; 3] = [7, 30, 90];
/// The same since the last sign-in.
pub const IDLE_BANDS: [i64; 4] = [30, 45, 90, 180];

/// The whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Figures {
    /// The local date they are of.
    pub day: NaiveDate,
    /// After how many days without use the rules call an account unused.
    pub idle_after: Option<u32>,
    /// One for each agency and system with accounts, in their order.
    pub places: Vec<Place>,
    /// The accounts of the printed lists, by agency.
    pub listed: Vec<Listed>,
    /// How far the campaigns that were started have come, by name and agency.
    pub campaigns: BTreeMap<String, BTreeMap<AgencyCode, Progress>>,
    /// The mail brake, where it is on: it is the whole province's.
    #[serde(default)]
    pub braked: Option<MailBraked>,
}

/// The accounts of one agency in one system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The agency.
    pub agency: AgencyCode,
    /// The system.
    pub system: TargetId,
    /// By standing.
    pub counts: Counts,
    /// Within 7 days, today included.
    pub next_7_days: Ahead,
    /// Within 30 days, today included.
    pub next_30_days: Ahead,
    /// By age and use.
    pub spread: Spread,
}

/// Open accounts by the age of their passwords and by their use; disabled ones are in none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Spread {
    /// Passwords that their holders set, by [`AGE_BANDS`].
    pub ages: [u64; 5],
    /// Passwords that somebody else set and that were never changed since, by [`FIRST_BANDS`].
    pub first: [u64; 4],
    /// Accounts of whose password nothing is shown.
    pub unknown: u64,
    /// By days since the last sign-in, or since the account was made; by [`IDLE_BANDS`].
    pub idle: [u64; 5],
    /// Accounts of whose use nothing is shown.
    pub idle_unknown: u64,
    /// Of all of them, people's.
    pub people: u64,
    /// Unit mailboxes.
    pub units: u64,
}

impl Figures {
    /// Counts `verdicts`, judged on `day`. `idle_after` is the number of days after which the rules call an account
    /// unused.
    pub fn of(
        verdicts: &[Verdict<'_>],
        day: NaiveDate,
        date: impl Fn(crate::model::Time) -> NaiveDate,
        idle_after: Option<u32>,
    ) -> Self {
        let mut places: BTreeMap<(&AgencyCode, &TargetId), Place> = BTreeMap::new();
        for verdict in verdicts {
            let subject = &verdict.subject;
            let place = places.entry((subject.agency, subject.target)).or_insert_with(|| Place {
                agency: subject.agency.clone(),
                system: subject.target.clone(),
                counts: Counts::default(),
                next_7_days: Ahead::default(),
                next_30_days: Ahead::default(),
                spread: Spread::default(),
            });
            let idle =
                verdict.idle_days.zip(idle_after).is_some_and(|(days, after)| days >= i64::from(after));
            place.counts.add(verdict, idle);
            for (on, to) in &verdict.ahead {
                let days = (*on - day).num_days();
                if days < 7 {
                    place.next_7_days.add(*to);
                }
                if days < 30 {
                    place.next_30_days.add(*to);
                }
            }
            if !subject.disabled {
                place.spread.add(verdict, |at| (day - date(at)).num_days());
            }
        }
        Self { day, idle_after, places: places.into_values().collect(), ..Self::default() }
    }

    /// Their part in the agencies that `sees` lets through.
    #[must_use]
    pub fn within(mut self, sees: impl Fn(&AgencyCode) -> bool) -> Self {
        self.places.retain(|one| sees(&one.agency));
        self.listed.retain(|one| sees(&one.agency));
        for table in self.campaigns.values_mut() {
            table.retain(|agency, _| sees(agency));
        }
        self
    }

    /// How many accounts stand where, and what the next days bring.
    pub fn status(&self) -> Status {
        let mut status = Status::default();
        for Place { agency, system, counts, next_7_days, next_30_days, spread: _ } in &self.places {
            status.total.merge(counts);
            status.systems.entry(system.clone()).or_default().merge(counts);
            status.agencies.entry(agency.clone()).or_default().merge(counts);
            status.next_7_days.merge(*next_7_days);
            status.next_30_days.merge(*next_30_days);
        }
        status
    }

    /// The ages and the use of the accounts of `system`.
    pub fn spread(&self, system: &TargetId) -> Spread {
        let mut sum = Spread::default();
        for one in self.places.iter().filter(|one| one.system == *system) {
            sum.merge(&one.spread);
        }
        sum
    }

    /// How many accounts of `system` have a password that a check found to be a known default one.
    pub fn default_passwords(&self, system: &TargetId) -> u64 {
        let places = self.places.iter().filter(|one| one.system == *system);
        places.map(|one| one.counts.default_passwords).sum()
    }

    /// How many accounts a campaign would reach now, by agency; agencies without any are left out.
    pub fn reach(&self, plan: &CampaignPlan, agencies: &Agencies) -> BTreeMap<AgencyCode, u64> {
        let mail = TargetId::mail();
        let of = |place: &Place| {
            let covered = |holder| campaign::covers(plan, &place.agency, holder, agencies);
            let count = |holder, count: u64| if covered(holder) { count } else { 0 };
            count(Holder::Person, place.spread.people) + count(Holder::Unit, place.spread.units)
        };
        let places = self.places.iter().filter(|one| one.system == mail);
        places.map(|one| (one.agency.clone(), of(one))).filter(|(_, count)| *count > 0).collect()
    }
}

impl Spread {
    fn add(&mut self, verdict: &Verdict<'_>, days_since: impl Fn(crate::model::Time) -> i64) {
        match age(&verdict.memory, &verdict.subject.facts) {
            Age::Own(at) => self.ages[band(&AGE_BANDS, days_since(at))] += 1,
            Age::First(at) => self.first[band(&FIRST_BANDS, days_since(at))] += 1,
            Age::Unknown => self.unknown += 1,
        }
        match verdict.idle_days {
            Some(days) => self.idle[band(&IDLE_BANDS, days)] += 1,
            None => self.idle_unknown += 1,
        }
        match verdict.subject.holder {
            Holder::Person | Holder::Administrator => self.people += 1,
            Holder::Unit => self.units += 1,
            Holder::Service => {}
        }
    }

    fn merge(&mut self, other: &Self) {
        let Self { ages, first, unknown, idle, idle_unknown, people, units } = other;
        let sums = self.ages.iter_mut().chain(&mut self.first).chain(&mut self.idle);
        for (sum, more) in sums.zip(ages.iter().chain(first).chain(idle)) {
            *sum += more;
        }
        self.unknown += unknown;
        self.idle_unknown += idle_unknown;
        self.people += people;
        self.units += units;
    }
}

/// The place of a number of days among bands; the last for what lies beyond all of them.
pub(super) fn band(bands: &[i64], days: i64) -> usize {
    bands.iter().position(|last| days <= *last).unwrap_or(bands.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(agency: &str, people: u64, units: u64) -> Place {
        Place {
            agency: AgencyCode::parse(agency).unwrap(),
            system: TargetId::mail(),
            counts: Counts::default(),
            next_7_days: Ahead::default(),
            next_30_days: Ahead { reminders: people, ..Ahead::default() },
            spread: Spread { ages: [people, 0, 0, 0, units], people, units, ..Spread::default() },
        }
    }

    #[test]
    fn a_band_ends_with_its_last_day_and_the_last_one_never() {
        let bands: Vec<_> = [0, 30, 31, 365, 366].map(|days| band(&AGE_BANDS, days)).into();
        assert_eq!(bands, [0, 0, 1, 3, 4]);
    }

    #[test]
    fn a_scope_s_part_is_counted_alone() {
        let all = Figures { places: vec![place("snv", 3, 1), place("stc", 5, 0)], ..Figures::default() };
        assert_eq!(all.spread(&TargetId::mail()).ages, [8, 0, 0, 0, 1]);
        assert_eq!(all.status().next_30_days.reminders, 8);
        let own = all.within(|agency| agency.as_str() == "stc");
        assert_eq!(own.spread(&TargetId::mail()).people, 5);
        assert_eq!(own.status().next_30_days.reminders, 5);
    }

    #[test]
    fn a_campaign_reaches_whom_its_plan_covers() {
        let plan = |more: &str| -> CampaignPlan {
            toml::from_str(&format!(
                "name = 'x'\ndocument = 'd'\ndecided_by = 'e'\nbasis = 'b'\nopens = '2027-01-05T07:00:00'\n\
                 closes = '2027-01-09T17:00:00'\ncontact = {{ name = 'A', phone = '0', mail = 'a@x.vn' }}\n{more}"
            ))
            .unwrap()
        };
        let figures = Figures { places: vec![place("snv", 3, 1), place("stc", 0, 2)], ..Figures::default() };
        let reach = |more: &str| -> Vec<(String, u64)> {
            let found = figures.reach(&plan(more), &Agencies::new());
            found.into_iter().map(|(agency, count)| (agency.to_string(), count)).collect()
        };
        assert_eq!(reach(""), [("snv".to_owned(), 4), ("stc".to_owned(), 2)]);
        assert_eq!(reach("unit_mailboxes = false"), [("snv".to_owned(), 3)]);
        assert_eq!(reach("agencies = ['stc']"), [("stc".to_owned(), 2)]);
    }
}
