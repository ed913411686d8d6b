//! A person (cán bộ, công chức, viên chức): who holds posts and accounts.

use super::Time;
use super::citizen::CitizenMark;
use super::ids::{AccountId, AgencyCode, PersonId, TargetId};
use super::matching::{MatchRule, Matched};
use super::name::PersonName;
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Gender as rosters state it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gender {
    /// Nam.
    Male,
    /// Nữ.
    Female,
}

/// A date of birth, or only the year where a form has no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Birth {
    /// The full date.
    Date(NaiveDate),
    /// The year alone.
    Year(i32),
}

impl Birth {
    /// As people write it: dd/mm/yyyy, or the year.
    pub fn written(self) -> String {
        match self {
            Self::Date(date) => date.format("%d/%m/%Y").to_string(),
            Self::Year(year) => year.to_string(),
        }
    }

    /// The year.
    pub fn year(self) -> i32 {
        match self {
            Self::Date(date) => date.year(),
            Self::Year(year) => year,
        }
    }

    /// The full date, if known.
    pub fn date(self) -> Option<NaiveDate> {
        match self {
            Self::Date(date) => Some(date),
            Self::Year(_) => None,
        }
    }

    /// Whether both can be the same birth: equal dates, or equal years where one is only a year.
    pub fn agrees_with(self, other: Self) -> bool {
        match (self, other) {
            (Self::Date(one), Self::Date(two)) => one == two,
            _ => self.year() == other.year(),
        }
    }
}

/// A person as known from all rosters so far, with the accounts that are his or hers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Stable once given.
    pub id: PersonId,
    /// Full name as last stated.
    pub name: PersonName,
    /// Birth as last stated.
    pub birth: Option<Birth>,
    /// Gender as last stated.
    pub gender: Option<Gender>,
    /// Citizen ID mark.
    pub citizen: Option<CitizenMark>,
    /// Hashes of the IDs that gave way to this one: a list may still hold the nine-digit CMND.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub former_citizens: BTreeSet<String>,
    /// Staff code (số hiệu, mã viên chức).
    pub staff_code: Option<String>,
    /// Phone as last stated.
    pub phone: Option<String>,
    /// Official address as last stated by a roster.
    pub mail: Option<String>,
    /// The account in each target, once matched.
    pub accounts: BTreeMap<TargetId, AccountId>,
    /// How the mail account was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched: Option<Matched>,
    /// Fingerprints of what rows said of who this is, each once matched, with the rule that did: a row that says the
    /// same again is the same person's, whoever else has come since.
    #[serde(default)]
    pub met: BTreeMap<String, MatchRule>,
    /// Agencies whose rosters have listed this person.
    #[serde(default)]
    pub listed: BTreeSet<AgencyCode>,
    /// When the newest roster arrived that lists somebody as working whose departure was confirmed before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<Time>,
    /// Since when the mailbox is out of use.
    #[serde(default, skip_serializing_if = "OutOfUse::is_not")]
    pub out_of_use: OutOfUse,
}

/// Since when a mailbox is out of use, by the first pass that saw it so: a directory keeps no such dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OutOfUse {
    /// Locked.
    pub locked: Option<NaiveDate>,
    /// Closed.
    pub closed: Option<NaiveDate>,
}

impl OutOfUse {
    /// Whether it is in use.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
    pub fn is_not(&self) -> bool {
        *self == Self::default()
    }
}

impl Person {
    /// Whether the match of the mail account waits for an operator's word: until then nothing that takes away rests on it.
    pub fn has_open_match(&self) -> bool {
        let held = self.accounts.contains_key(&TargetId::mail());
        held && self.matched.as_ref().is_some_and(|matched| !matched.is_settled())
    }

    /// Whether a departure that was confirmed at this moment still counts: no roster came later that lists the person
    /// as working.
    pub fn has_left(&self, confirmed: Time) -> bool {
        self.returned.is_none_or(|returned| returned < confirmed)
    }
}
