//! Room: how many reminders one pass may still write, and the mail brake. Far more at once than on other days mean that a
//! rule, a date or the directory changed under everybody's feet: two operators look before the first letter leaves.

use super::policy::Audience;
use super::verdict::{Cause, Verdict};
use serde::{Deserialize, Serialize};

/// The most letters to holders that steps may bring due at once. What two operators start, as a campaign, and what follows
/// a leak list does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailBrake {
    /// So many always may.
    pub count: usize,
    /// And this share of the open accounts, in percent.
    pub percent: usize,
}

impl Default for MailBrake {
    fn default() -> Self {
        Self { count: 1_000, percent: 20 }
    }
}

/// A mail brake that is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailBraked {
    /// Letters that are due.
    pub due: usize,
    /// As many as may be at once.
    pub limit: usize,
    /// The open accounts, of which the limit's share is.
    pub of_accounts: usize,
}

impl MailBrake {
    /// Whether it stops what `verdicts` came to.
    pub fn stops(self, verdicts: &[Verdict<'_>]) -> Option<MailBraked> {
        let due = verdicts.iter().map(letters).sum();
        let open = verdicts.iter().filter(|one| !one.subject.disabled).count();
        let limit = self.count.max(open * self.percent / 100);
        (due > limit).then_some(MailBraked { due, limit, of_accounts: open })
    }
}

/// Letters to the holder that count, whether written or left for the next pass.
fn letters(verdict: &Verdict<'_>) -> usize {
    let holder = |one: &&super::verdict::Issue<'_>| one.to == Audience::Holder && counts(one.cause);
    verdict.issues.iter().filter(holder).count()
        + verdict.postponed.into_iter().filter(|one| counts(*one)).count()
}

fn counts(cause: Cause) -> bool {
    match cause {
        Cause::MaxAge | Cause::FirstPassword | Cause::Idle | Cause::DefaultPassword | Cause::Quota => true,
        Cause::Campaign | Cause::Leak => false,
    }
}

/// What room a pass has left.
#[derive(Debug)]
pub struct Room {
    /// Letters.
    pub left: usize,
    /// Whether the mail brake is on.
    pub braked: bool,
}

impl Room {
    /// Takes room for a letter, where there is some for this cause.
    pub fn take(&mut self, cause: Cause) -> bool {
        if self.left == 0 || self.braked && counts(cause) {
            return false;
        }
        self.left -= 1;
        true
    }
}
