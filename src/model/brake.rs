//! A brake (phanh): too many risky changes at once; what it stops is held (tạm giữ).

use super::change::{Change, ChangeKind, Reason};
use super::ids::{AgencyCode, BrakeKey, ChangeKey, Fingerprint, TargetId};
use super::vocabulary::words;
use serde::{Deserialize, Serialize};

words!(
    /// The kinds of change that are counted together.
    BrakeKind {
        /// Accounts disabled.
        Disables = "disables",
        /// Suspicions raised by absence.
        Suspicions = "suspicions",
        /// Orphans to be disabled.
        Orphans = "orphans",
        /// Accounts moved.
        Moves = "moves",
        /// Roles taken.
        RoleRemovals = "role-removals",
        /// Attributes changed.
        Attributes = "attributes",
        /// Accounts created, opened again or unlocked, mailboxes that receive again, passwords reset.
        Creates = "creates",
        /// Roles given.
        Grants = "grants",
        /// Accounts locked by a rule about passwords or use.
        LadderLocks = "ladder-locks",
        /// Mailboxes closed.
        Closures = "closures",
        /// Accounts deleted.
        Deletes = "deletes",
        /// Password changes forced.
        ForcedChanges = "forced-changes",
        /// Accounts locked because somebody else has them.
        Incidents = "incidents",
        /// What a map of old to new agencies asks for, whatever is done.
        Reorganisation = "reorganisation",
    }
);

impl BrakeKind {
    /// The kind that counts `change`. What is done to an account in a system beside the mailbox counts with the roles
    /// there: else a leaver would count twice among the accounts disabled.
    pub fn counting(change: &Change) -> Self {
        match Self::of(change.kind) {
            _ if change.reason == Reason::Reorganisation => Self::Reorganisation,
            _ if change.is_incident_lock() => Self::Incidents,
            _ if change.reason == Reason::LookupsExceeded => Self::LadderLocks,
            Self::Disables if change.target != TargetId::mail() => Self::RoleRemovals,
            Self::Creates if change.target != TargetId::mail() => Self::Grants,
            kind => kind,
        }
    }

    /// The kind that counts changes of `change` in the mail directory.
    pub fn of(change: ChangeKind) -> Self {
        match change {
            ChangeKind::CreateAccount
            | ChangeKind::EnableAccount
            | ChangeKind::UnlockAccount
            | ChangeKind::ReopenMailbox
            | ChangeKind::ResetPassword => Self::Creates,
            ChangeKind::LockAccount => Self::LadderLocks,
            ChangeKind::CloseAccount => Self::Closures,
            ChangeKind::DeleteAccount => Self::Deletes,
            ChangeKind::ForcePasswordChange | ChangeKind::EndSessions => Self::ForcedChanges,
            ChangeKind::UpdateAttributes | ChangeKind::SetCustodian => Self::Attributes,
            ChangeKind::MoveAccount => Self::Moves,
            ChangeKind::DisableAccount => Self::Disables,
            ChangeKind::GrantRole => Self::Grants,
            ChangeKind::RevokeRole => Self::RoleRemovals,
            ChangeKind::SuspectLeaver => Self::Suspicions,
            ChangeKind::OrphanAccount => Self::Orphans,
        }
    }
}

/// What is counted: one agency's changes, or all of a target's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "scope", content = "agency")]
pub enum BrakeScope {
    /// One agency.
    Agency(AgencyCode),
    /// The whole province.
    Province,
}

impl BrakeScope {
    /// A scope as [`std::fmt::Display`] writes it.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "*" { Some(Self::Province) } else { AgencyCode::stored(text).map(Self::Agency) }
    }
}

impl std::fmt::Display for BrakeScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Agency(code) => write!(f, "{code}"),
            Self::Province => f.write_str("*"),
        }
    }
}

/// A tripped brake with its arithmetic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brake {
    /// Hash of scope, kind and the sorted keys it holds: a release is for exactly these.
    pub key: BrakeKey,
    /// What was counted.
    pub scope: BrakeScope,
    /// Which changes.
    pub kind: BrakeKind,
    /// How many are wanted now.
    pub wanted: u64,
    /// How many were carried out within the window.
    pub spent: u64,
    /// The limit.
    pub limit: u64,
    /// The accounts the share is of.
    pub of_accounts: u64,
    /// The changes it holds, sorted; more than are wanted where others go along with them.
    pub holds: Vec<ChangeKey>,
}

impl Brake {
    /// Holds these too. It is another brake then: a release is for exactly what one holds.
    pub fn hold(&mut self, keys: Vec<ChangeKey>) {
        self.holds.extend(keys);
        self.holds.sort();
        let print = Fingerprint::of("brake").part(&self.scope.to_string()).part(self.kind.as_str());
        let print = self.holds.iter().fold(print, |print, key| print.part(key.as_str()));
        self.key = BrakeKey::new(print.finish());
    }
}
