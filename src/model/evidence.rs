//! Evidence (căn cứ): why a change is proposed; file, sheet, row, document number.

use super::Time;
use super::ids::{AgencyCode, RosterId};
use super::matching::{MatchRule, Matched};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// An official document: its number and date.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DocumentRef {
    /// Number and symbol, as `626/CV-VP`.
    pub number: Option<String>,
    /// Its date.
    pub date: Option<NaiveDate>,
}

/// Where a statement comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "source")]
pub enum Evidence {
    /// A row of a roster.
    Row {
        /// The arrival.
        roster: RosterId,
        /// The file's name.
        file: String,
        /// The sheet's name.
        sheet: String,
        /// The row, from 1.
        row: u32,
        /// The document behind the roster.
        document: Option<DocumentRef>,
    },
    /// A full roster in which the person does not appear.
    Absence {
        /// The arrival.
        roster: RosterId,
        /// The file's name.
        file: String,
        /// The document behind the roster.
        document: Option<DocumentRef>,
    },
    /// What a target holds now.
    Snapshot {
        /// Directory or system.
        target: String,
        /// The entry or line, for a person to find it.
        entry: String,
    },
    /// A written rule.
    Rule {
        /// The document.
        document: String,
        /// The article.
        basis: String,
        /// When the password was last set, as the plan saw it: what was set later is looked at anew before a lock.
        changed: Option<Time>,
    },
    /// An operator's word.
    Operator {
        /// The operator's login.
        login: String,
        /// What he or she said.
        reason: String,
    },
    /// How the person was found: by which rule the row is his or hers, and by which the account.
    Match {
        /// The row's, where one asks for the change.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        row: Option<MatchRule>,
        /// The account's, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<Matched>,
    },
    /// An agency of which some matches by name and phone are not confirmed: an account that nobody claims may be
    /// the one that somebody was confused with.
    Unsettled {
        /// The agency.
        agency: AgencyCode,
    },
}

impl Evidence {
    /// The roster that says so: by a row of it, or by a person's absence from it.
    pub fn roster(&self) -> Option<&RosterId> {
        self.in_roster().map(|(roster, _)| roster)
    }

    /// That roster's file name.
    pub fn file(&self) -> Option<&str> {
        self.in_roster().map(|(_, file)| file)
    }

    fn in_roster(&self) -> Option<(&RosterId, &str)> {
        match self {
            Self::Row { roster, file, .. } | Self::Absence { roster, file, .. } => Some((roster, file)),
            Self::Snapshot { .. }
            | Self::Rule { .. }
            | Self::Operator { .. }
            | Self::Match { .. }
            | Self::Unsettled { .. } => None,
        }
    }

    /// The operator whose word it is.
    pub fn operator(&self) -> Option<&str> {
        match self {
            Self::Operator { login, .. } => Some(login),
            Self::Row { .. }
            | Self::Absence { .. }
            | Self::Snapshot { .. }
            | Self::Rule { .. }
            | Self::Match { .. }
            | Self::Unsettled { .. } => None,
        }
    }

    /// Whether what takes away must wait until matches are confirmed, and of which agency.
    pub fn unsettled(&self) -> Option<&AgencyCode> {
        match self {
            Self::Match { account: Some(matched), .. } if !matched.is_settled() => Some(&matched.agency),
            Self::Unsettled { agency } => Some(agency),
            Self::Match { .. }
            | Self::Row { .. }
            | Self::Absence { .. }
            | Self::Snapshot { .. }
            | Self::Rule { .. }
            | Self::Operator { .. } => None,
        }
    }
}
