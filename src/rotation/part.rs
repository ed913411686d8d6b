//! A part: where one account stands in a campaign. A pass lays parts down with the accounts, so that every number of a
//! campaign opens the list of those it counts.

use super::demand::cleared;
use super::figures::{Figures, Place};
use super::status::Progress;
use super::{Subject, World, age, campaign};
use crate::model::ids::{AccountId, TargetId};
use crate::model::rotation::{Campaign, Memory};
use crate::model::vocabulary::words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where an account stands in a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Part {
    /// The local date of its holder's last change, where that came after the opening.
    pub changed: Option<NaiveDate>,
    /// Whether it is locked.
    pub locked: bool,
}

/// The parts of an account, by campaign.
pub type Parts = BTreeMap<String, Part>;

/// Everybody in `campaign`, each with the own part.
pub fn parts<'s, 'a>(
    world: &World<'_>,
    campaign: &Campaign,
    subjects: &'s [Subject<'a>],
    memories: &BTreeMap<(TargetId, AccountId), Memory>,
) -> Vec<(&'s Subject<'a>, Part)> {
    // A campaign is on the mail directory alone.
    let mail = TargetId::mail();
    let part = |subject: &'s Subject<'a>| {
        let mut memory =
            memories.get(&(subject.target.clone(), subject.id.clone())).cloned().unwrap_or_default();
        age::observe(&mut memory, &subject.facts, world.days.zone);
        let run = memory.runs.get(&campaign::cycle(&campaign.plan));
        let locked = subject.disabled && run.is_some_and(|run| !run.taken.is_empty());
        let covered = campaign::covers(&campaign.plan, subject.agency, subject.holder, world.agencies);
        if !covered || subject.disabled && !locked {
            return None;
        }
        let changed = memory.own.filter(|_| cleared(campaign, &memory, world));
        Some((subject, Part { changed: changed.map(|at| world.days.date(at)), locked }))
    };
    subjects.iter().filter(|one| *one.target == mail).filter_map(part).collect()
}

words!(
    /// Which of a campaign's accounts.
    Share {
        /// All of them.
        All = "all",
        /// Those whose holders have changed the password.
        Changed = "changed",
        /// Those whose holders have not.
        Open = "open",
        /// Those that are locked.
        Locked = "locked",
    }
);

/// A number of a campaign: it says which accounts it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The campaign's name.
    pub campaign: String,
    /// Which of its accounts.
    pub share: Share,
    /// Of those that changed: only until the end of this day.
    pub by: Option<NaiveDate>,
}

impl Counted {
    /// Whether it counts an account with these parts.
    pub fn counts(&self, parts: &Parts) -> bool {
        let Some(Part { changed, locked }) = parts.get(&self.campaign) else { return false };
        match self.share {
            Share::All => true,
            Share::Changed => changed.is_some_and(|day| self.by.is_none_or(|by| day <= by)),
            Share::Open => changed.is_none(),
            Share::Locked => *locked,
        }
    }

    /// The number itself, of one place.
    pub fn of(&self, figures: &Figures, place: &Place) -> u64 {
        let table = figures.campaigns.get(&self.campaign).filter(|_| place.system == TargetId::mail());
        let Some(progress) = table.and_then(|table| table.get(&place.agency)) else { return 0 };
        let Progress { accounts, changed, locked, days } = progress;
        match (self.share, self.by) {
            (Share::All, _) => *accounts,
            (Share::Changed, None) => *changed,
            (Share::Changed, Some(by)) => days.range(..=by).map(|(_, count)| count).sum(),
            (Share::Open, _) => accounts - changed,
            (Share::Locked, _) => *locked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_counts_whoever_changed_until_its_end() {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let of = |changed, locked| Parts::from([("dot".to_owned(), Part { changed, locked })]);
        let all = [of(day("2027-01-05"), false), of(day("2027-01-06"), false), of(None, true), Parts::new()];
        let count = |share, by: Option<&str>| {
            let counted = Counted { campaign: "dot".into(), share, by: by.and_then(day) };
            all.iter().filter(|parts| counted.counts(parts)).count()
        };
        assert_eq!(Share::ALL.iter().map(|share| count(*share, None)).collect::<Vec<_>>(), [3, 2, 1, 1]);
        assert_eq!(
            (count(Share::Changed, Some("2027-01-05")), count(Share::Changed, Some("2027-01-04"))),
            (1, 0)
        );
    }
}
