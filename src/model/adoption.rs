//! Adoption: what stands where in a directory that nobody has reconciled before, account by account, so that an
//! administrator sees what may be believed of it before anything is taken away.

use super::ids::{AccountId, AgencyCode};
use super::matching::Matched;
use serde::Serialize;
use std::collections::BTreeMap;

/// How an account stands towards the rosters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Claim {
    /// A row's person holds it.
    Matched {
        /// Whose it is, as the roster names him or her.
        person: String,
        /// By which rule.
        by: Matched,
    },
    /// An open question may come to it.
    Ambiguous,
    /// No roster claims it, and its agency has not said who all its people are.
    Unclaimed,
    /// No roster claims it, though its agency has sent a full one that speaks for it.
    Nobodys,
    /// A unit mailbox: it has a custodian instead of a person.
    Unit,
    /// A service's or an administrator's.
    Service,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Line {
    /// Where it lies; `-` where that is no agency's branch.
    pub agency: AgencyCode,
    /// Its address or login.
    pub address: String,
    /// Its id.
    pub account: AccountId,
    /// Its holder's name as the directory has it.
    pub name: String,
    /// Whether it is disabled.
    pub disabled: bool,
    /// How it stands.
    pub claim: Claim,
    /// The address that the naming rule would give, where this one breaks it.
    pub by_the_rule: Option<String>,
}

/// One agency.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Standing {
    /// Whether it has sent a roster that lists everybody.
    pub full_roster: bool,
    /// Matches by name and phone that nobody has confirmed.
    pub unconfirmed: u64,
    /// Open questions about whom its rows mean.
    pub questions: u64,
    /// People it lists who have no account.
    pub without_account: u64,
}

impl Standing {
    /// Whether absence counts there: it has said who all its people are, and it is settled which accounts are theirs.
    pub fn is_settled(&self) -> bool {
        self.full_roster && self.unconfirmed == 0 && self.questions == 0
    }
}

/// The whole directory.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Adoption {
    /// Every account, by agency and address.
    pub lines: Vec<Line>,
    /// Every agency that sends rosters or holds accounts.
    pub agencies: BTreeMap<AgencyCode, Standing>,
}

impl Adoption {
    /// How many accounts of `agency` fit.
    pub fn count(&self, agency: &AgencyCode, fits: impl Fn(&Line) -> bool) -> u64 {
        self.lines.iter().filter(|line| line.agency == *agency && fits(line)).count() as u64
    }
}
