//! A row: one account as the lists behind the figures show it. A pass lays rows down beside the figures, both out of the
//! same verdicts, so that a number and the list that it opens agree.

use super::age::{Age, age};
use super::figures::{AGE_BANDS, FIRST_BANDS, Figures, IDLE_BANDS, Place, band};
use super::guess;
use super::part::{Counted, Parts};
use super::policy::{Audience, Holder};
use super::verdict::{Cause, Standing, Verdict};
use crate::model::Time;
use crate::model::ids::{AccountId, AgencyCode, TargetId};
use crate::model::name::{ascii, by_given};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The rows of every agency and system.
pub type Rows = BTreeMap<(AgencyCode, TargetId), Vec<Row>>;

/// The row. It holds days and no ages, so that it stays the same from one day to the next.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is one thing that a number counts")]
pub struct Row {
    /// The account.
    pub id: AccountId,
    /// Its holder's name.
    pub name: String,
    /// Its address, or its login where it has none.
    pub address: String,
    /// Whose it is.
    pub holder: Holder,
    /// Where it stands.
    pub standing: Standing,
    /// Why a change of the password is asked for, where one is.
    pub cause: Option<Cause>,
    /// When the password was set.
    pub set: Set,
    /// When it was used.
    pub used: Used,
    /// Whether it never was, as far as is known.
    pub never_used: bool,
    /// The last day to change the password.
    pub deadline: Option<NaiveDate>,
    /// The steps that lie ahead if nobody changes anything.
    pub ahead: Vec<(NaiveDate, Audience)>,
    /// Whether nobody can sign in to it.
    pub disabled: bool,
    /// Whether it is never written.
    pub protected: bool,
    /// Whether its mailbox is fuller than the rules have it.
    pub nearly_full: bool,
    /// Whether its password was found to be a known default one.
    pub guessed: bool,
    /// Whether a reminder is due that waits for a later pass.
    #[serde(default)]
    pub postponed: bool,
    /// Where it stands in the campaigns that were started.
    #[serde(default, skip_serializing_if = "Parts::is_empty")]
    pub campaigns: Parts,
}

/// By whom a password was set, and on which day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Set {
    /// By its holder.
    Own(NaiveDate),
    /// By somebody else, and never changed since.
    First(NaiveDate),
    /// Nothing shows it.
    Unknown,
}

/// When an account was used last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Used {
    /// Within the first band, and not so long ago that the rules speak of it: the day would be another at every sign-in.
    Lately,
    /// Last on this day, or made on it.
    Last(NaiveDate),
    /// Nothing shows it.
    Unknown,
}

/// A number of the figures beside those by standing: it says which accounts it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// Protected accounts that are overdue.
    ProtectedOverdue,
    /// Accounts unused for longer than the rules have it.
    Idle,
    /// Those of them that were never used.
    NeverUsed,
    /// Mailboxes that are nearly full.
    NearlyFull,
    /// Passwords found to be known default ones.
    DefaultPassword,
    /// Accounts with a reminder that waits: for room, or for the mail brake.
    Postponed,
    /// Passwords that their holders set, of this one of [`AGE_BANDS`].
    Age(usize),
    /// Passwords that somebody else set, of this one of [`FIRST_BANDS`]; all of them without one.
    First(Option<usize>),
    /// Open accounts of whose password nothing is shown.
    AgeUnknown,
    /// Open accounts by their last use, of this one of [`IDLE_BANDS`].
    Use(usize),
    /// Open accounts of whose use nothing is shown.
    UseUnknown,
    /// Steps towards these within so many days, today included: an account counts once for each.
    Ahead(Audience, u32),
}

/// The spans that steps ahead are counted over, in days.
pub const AHEAD: [u32; 2] = [7, 30];

impl Number {
    /// Every one there is.
    pub fn all() -> Vec<Self> {
        let ages = (0..=AGE_BANDS.len()).map(Self::Age);
        let first = (0..=FIRST_BANDS.len()).map(|at| Self::First(Some(at)));
        let uses = (0..=IDLE_BANDS.len()).map(Self::Use);
        let steps = AHEAD.into_iter().flat_map(|days| {
            [Audience::Holder, Audience::Contact, Audience::Department, Audience::ForceChange, Audience::Lock]
                .map(|to| Self::Ahead(to, days))
        });
        [
            Self::ProtectedOverdue,
            Self::Idle,
            Self::NeverUsed,
            Self::NearlyFull,
            Self::DefaultPassword,
            Self::Postponed,
            Self::First(None),
            Self::AgeUnknown,
            Self::UseUnknown,
        ]
        .into_iter()
        .chain(ages)
        .chain(first)
        .chain(uses)
        .chain(steps)
        .collect()
    }

    /// Its word in addresses.
    pub fn word(self) -> String {
        match self {
            Self::ProtectedOverdue => "protected-overdue".into(),
            Self::Idle => "idle".into(),
            Self::NeverUsed => "never-used".into(),
            Self::NearlyFull => "nearly-full".into(),
            Self::DefaultPassword => "default-password".into(),
            Self::Postponed => "postponed".into(),
            Self::Age(at) => format!("age-{at}"),
            Self::First(None) => "first".into(),
            Self::First(Some(at)) => format!("first-{at}"),
            Self::AgeUnknown => "age-unknown".into(),
            Self::Use(at) => format!("use-{at}"),
            Self::UseUnknown => "use-unknown".into(),
            Self::Ahead(to, days) => format!("{}-{days}", to.as_str()),
        }
    }

    /// The one that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::all().into_iter().find(|one| one.word() == word)
    }

    /// The number itself, of one place.
    pub fn of(self, place: &Place) -> u64 {
        let Place { counts, next_7_days, next_30_days, spread, .. } = place;
        match self {
            Self::ProtectedOverdue => counts.protected_overdue,
            Self::Idle => counts.idle,
            Self::NeverUsed => counts.never_used,
            Self::NearlyFull => counts.nearly_full,
            Self::DefaultPassword => counts.default_passwords,
            Self::Postponed => counts.postponed,
            Self::Age(at) => spread.ages.get(at).copied().unwrap_or(0),
            Self::First(None) => spread.first.iter().sum(),
            Self::First(Some(at)) => spread.first.get(at).copied().unwrap_or(0),
            Self::AgeUnknown => spread.unknown,
            Self::Use(at) => spread.idle.get(at).copied().unwrap_or(0),
            Self::UseUnknown => spread.idle_unknown,
            Self::Ahead(to, days) => {
                let ahead = if days == AHEAD[0] { next_7_days } else { next_30_days };
                match to {
                    Audience::Holder => ahead.reminders,
                    Audience::Contact => ahead.contacts,
                    Audience::Department => ahead.department,
                    Audience::ForceChange => ahead.forced,
                    Audience::Lock => ahead.locks,
                }
            }
        }
    }
}

/// The day of the figures, and after how many days the rules call an account unused.
#[derive(Debug, Clone, Copy)]
pub struct AsOf {
    /// The day.
    pub day: NaiveDate,
    /// The days.
    pub idle_after: Option<u32>,
}

impl Row {
    fn of(verdict: &Verdict<'_>, as_of: AsOf, date: impl Fn(Time) -> NaiveDate, campaigns: Parts) -> Self {
        let subject = &verdict.subject;
        let used = match verdict.idle_days {
            None => Used::Unknown,
            Some(days) if days <= IDLE_BANDS[0] && !as_of.is_long(days) => Used::Lately,
            Some(days) => Used::Last(as_of.day - chrono::TimeDelta::days(days)),
        };
        Self {
            id: subject.id.clone(),
            name: subject.name.to_owned(),
            address: subject.mail.or(subject.login).unwrap_or(subject.id.as_str()).to_owned(),
            holder: subject.holder,
            standing: verdict.standing,
            cause: verdict.cause,
            set: match age(&verdict.memory, &subject.facts) {
                Age::Own(at) => Set::Own(date(at)),
                Age::First(at) => Set::First(date(at)),
                Age::Unknown => Set::Unknown,
            },
            used,
            never_used: verdict.never_used,
            deadline: verdict.deadline,
            ahead: verdict.ahead.clone(),
            disabled: subject.disabled,
            protected: subject.protected,
            nearly_full: verdict.nearly_full,
            guessed: guess::standing(&verdict.memory, &subject.facts).is_some(),
            postponed: verdict.postponed.is_some(),
            campaigns,
        }
    }

    /// The step that comes next if nobody changes anything.
    pub fn next(&self) -> Option<(NaiveDate, Audience)> {
        self.ahead.iter().min().copied()
    }

    /// The step of each of its entries in the list of `number`: the next one, or for a number of steps each of them.
    fn entries(&self, number: Option<Number>, as_of: AsOf) -> Vec<Option<(NaiveDate, Audience)>> {
        let days_since = |day: NaiveDate| (as_of.day - day).num_days();
        let overdue = matches!(self.standing, Standing::Overdue | Standing::Unreachable);
        let idle = matches!(self.used, Used::Last(day) if as_of.is_long(days_since(day)));
        let fits = match number {
            None => true,
            Some(Number::ProtectedOverdue) => self.protected && overdue,
            Some(Number::Idle) => idle,
            Some(Number::NeverUsed) => idle && self.never_used,
            Some(Number::NearlyFull) => self.nearly_full,
            Some(Number::DefaultPassword) => self.guessed,
            Some(Number::Postponed) => self.postponed,
            Some(Number::Ahead(to, days)) => {
                let soon = |on: NaiveDate| (on - as_of.day).num_days() < i64::from(days);
                let steps = self.ahead.iter().filter(|(on, whom)| *whom == to && soon(*on));
                return steps.copied().map(Some).collect();
            }
            // Age and use are counted of open accounts.
            Some(_) if self.disabled => false,
            Some(Number::Age(at)) => {
                matches!(self.set, Set::Own(day) if band(&AGE_BANDS, days_since(day)) == at)
            }
            Some(Number::First(at)) => match self.set {
                Set::First(day) => at.is_none_or(|at| band(&FIRST_BANDS, days_since(day)) == at),
                Set::Own(_) | Set::Unknown => false,
            },
            Some(Number::AgeUnknown) => self.set == Set::Unknown,
            Some(Number::Use(at)) => match self.used {
                Used::Lately => at == 0,
                Used::Last(day) => band(&IDLE_BANDS, days_since(day)) == at,
                Used::Unknown => false,
            },
            Some(Number::UseUnknown) => self.used == Used::Unknown,
        };
        if fits { vec![self.next()] } else { Vec::new() }
    }
}

impl AsOf {
    fn is_long(self, days: i64) -> bool {
        self.idle_after.is_some_and(|after| days >= i64::from(after))
    }
}

/// The rows of `verdicts`; `parts` says where an account of the mail directory stands in campaigns.
pub fn rows(
    verdicts: &[Verdict<'_>],
    as_of: AsOf,
    date: impl Fn(Time) -> NaiveDate,
    parts: &BTreeMap<&AccountId, Parts>,
) -> Rows {
    let mail = TargetId::mail();
    let mut rows = Rows::new();
    let mut agency: Option<(AgencyCode, TargetId)> = None;
    for verdict in verdicts {
        let subject = &verdict.subject;
        // Accounts of one place mostly follow each other: its name is made once.
        let here = agency.take().filter(|place| place.0 == *subject.agency && place.1 == *subject.target);
        let here = here.unwrap_or_else(|| (subject.agency.clone(), subject.target.clone()));
        let part = parts.get(subject.id).filter(|_| *subject.target == mail);
        let row = Row::of(verdict, as_of, &date, part.cloned().unwrap_or_default());
        match rows.get_mut(&here) {
            Some(place) => place.push(row),
            None => drop(rows.insert(here.clone(), vec![row])),
        }
        agency = Some(here);
    }
    rows
}

/// Which accounts a list shows; what is not asked for narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only this agency.
    pub agency: Option<AgencyCode>,
    /// Only this system.
    pub system: Option<TargetId>,
    /// Only those that stand here.
    pub standing: Option<Standing>,
    /// Only this kind of holder's.
    pub holder: Option<Holder>,
    /// Only what this number counts.
    pub number: Option<Number>,
    /// Only what this number of a campaign counts.
    pub campaign: Option<Counted>,
    /// Only those whose name or address contains this text, tone marks and case aside.
    pub text: Option<String>,
}

/// An entry of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The account.
    pub row: &'a Row,
    /// The step it is listed with.
    pub step: Option<(NaiveDate, Audience)>,
    /// Which of the account's entries it is, from 0: two steps may fall on one day.
    pub at: usize,
}

impl Wanted {
    /// The most entries that `place` can have, by the figures alone.
    pub fn at_most(&self, figures: &Figures, place: &Place) -> u64 {
        let here = self.agency.as_ref().is_none_or(|code| *code == place.agency)
            && self.system.as_ref().is_none_or(|system| *system == place.system);
        let of_campaign = self.campaign.as_ref().map(|one| one.of(figures, place));
        if !here || of_campaign == Some(0) {
            return 0;
        }
        match (self.standing, self.number) {
            (None, None) => of_campaign.unwrap_or_else(|| place.counts.sum()),
            (Some(standing), None) => place.counts.of(standing),
            // Of the steps of an account there is more than one.
            (_, Some(number)) => number.of(place),
        }
    }

    /// Whether [`Self::at_most`] is the very number.
    pub fn is_counted(&self) -> bool {
        let narrowed = [self.standing.is_some(), self.number.is_some(), self.campaign.is_some()];
        self.holder.is_none() && self.text.is_none() && narrowed.iter().filter(|one| **one).count() < 2
    }

    /// The entries of one place, people by given name.
    pub fn entries<'a>(&self, rows: &'a [Row], as_of: AsOf) -> Vec<Entry<'a>> {
        let text = self.text.as_deref().map(ascii);
        let is_wanted = |row: &&Row| {
            self.standing.is_none_or(|one| one == row.standing)
                && self.holder.is_none_or(|one| one == row.holder)
                && self.campaign.as_ref().is_none_or(|one| one.counts(&row.campaigns))
                && text
                    .as_deref()
                    .is_none_or(|text| ascii(&row.name).contains(text) || ascii(&row.address).contains(text))
        };
        let entries = rows.iter().filter(is_wanted).flat_map(|row| {
            row.entries(self.number, as_of).into_iter().enumerate().map(move |(at, step)| Entry {
                row,
                step,
                at,
            })
        });
        let mut entries: Vec<_> = entries.collect();
        entries.sort_by_cached_key(|one| (by_given(&one.row.name), one.row.id.clone(), one.at));
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, set: Set) -> Row {
        Row {
            id: AccountId::new(name),
            name: name.into(),
            address: format!("{}@x", ascii(name).replace(' ', "")),
            holder: Holder::Person,
            standing: Standing::Fresh,
            cause: None,
            set,
            used: Used::Lately,
            never_used: false,
            deadline: None,
            ahead: Vec::new(),
            disabled: false,
            protected: false,
            nearly_full: false,
            guessed: false,
            postponed: false,
            campaigns: Parts::new(),
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    const AS_OF: AsOf = AsOf { day: NaiveDate::from_ymd_opt(2026, 11, 22).unwrap(), idle_after: Some(45) };

    fn names(wanted: &Wanted, rows: &[Row]) -> Vec<String> {
        wanted.entries(rows, AS_OF).iter().map(|one| one.row.name.clone()).collect()
    }

    fn by(number: Number) -> Wanted {
        Wanted { number: Some(number), ..Wanted::default() }
    }

    #[test]
    fn every_number_has_a_word_of_its_own() {
        let all = Number::all();
        assert!(all.iter().all(|one| Number::parse(&one.word()) == Some(*one)));
        assert_eq!(Number::parse("age-5"), None);
        assert_eq!(Number::parse("holder-8"), None);
    }

    #[test]
    fn a_list_goes_by_given_name_and_finds_text_without_tone_marks() {
        let rows = ["Trần Văn Ước", "Lê Thị Đào", "Phạm Bình"].map(|name| row(name, Set::Unknown));
        assert_eq!(names(&Wanted::default(), &rows), ["Phạm Bình", "Lê Thị Đào", "Trần Văn Ước"]);
        let text = Wanted { text: Some("tran VAN u".into()), ..Wanted::default() };
        assert_eq!(names(&text, &rows), ["Trần Văn Ước"]);
    }

    #[test]
    fn a_band_counts_the_open_and_a_number_of_steps_each_step() {
        let mut own = row("A", Set::Own(day("2026-10-23")));
        own.ahead = vec![
            (day("2026-11-22"), Audience::Holder),
            (day("2026-11-28"), Audience::Holder),
            (day("2026-11-29"), Audience::Holder),
        ];
        let mut shut = row("B", Set::First(day("2026-11-20")));
        (shut.disabled, shut.used) = (true, Used::Last(day("2026-10-08")));
        let mut made = shut.clone();
        (made.name, made.never_used) = ("C".into(), true);
        let rows = [own, shut, made];
        assert_eq!(names(&by(Number::Age(0)), &rows), ["A"], "thirty days are the first band's last");
        assert_eq!(names(&by(Number::First(None)), &rows), [""; 0], "nobody signs in to it");
        assert_eq!(
            names(&by(Number::Idle), &rows),
            ["B", "C"],
            "forty-five days are as long as the rules have it"
        );
        assert_eq!(names(&by(Number::NeverUsed), &rows), ["C"]);
        assert_eq!(names(&by(Number::Ahead(Audience::Holder, 7)), &rows), ["A", "A"]);
        assert_eq!(names(&by(Number::Ahead(Audience::Holder, 30)), &rows).len(), 3);
        assert_eq!(names(&by(Number::Ahead(Audience::Lock, 30)), &rows).len(), 0);
    }
}
