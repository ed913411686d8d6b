//! A change of the directory: its write, what an unclear answer means, and its outcome.

use super::Applier;
use super::password::first_password;
use super::seal::seal;
use crate::directory::compare::{Shows, shows};
use crate::directory::{DirectoryWriter, ReadDirectory, Write, WriteError};
use crate::model::Time;
use crate::model::account::Attr;
use crate::model::change::{Change, ChangeKind, Reason, StoredChange};
use crate::model::evidence::Evidence;
use crate::model::ids::{AccountId, TargetId};
use crate::model::intent::{Intent, Outcome};
use crate::model::matching::{MatchRule, Matched};
use crate::model::person::Person;
use crate::model::secret::Secret;
use crate::store::{Confirmation, StoreError};

/// A write that ended.
pub(crate) struct Ended<'a> {
    pub(crate) stored: &'a StoredChange,
    pub(crate) intent: &'a Intent,
    pub(crate) outcome: &'a Outcome,
}

impl Applier<'_> {
    pub(super) fn sealed(&self, stored: &StoredChange, password: &Secret) -> Result<Vec<u8>, StoreError> {
        let random = ring::rand::SystemRandom::new();
        seal(&self.seal_key, stored.id.as_str(), password, &random).map_err(|_| StoreError::Random)
    }

    /// The write itself; whatever happens becomes an outcome.
    pub(super) async fn carry(
        &self,
        stored: &StoredChange,
        intent: &Intent,
        password: Option<Secret>,
        writer: &mut DirectoryWriter,
    ) -> Outcome {
        if writes_nothing(&stored.change) {
            // The approval itself is what is carried out (see `resolve`).
            return Outcome::Applied;
        }
        let write = match Write::of(&stored.change, password) {
            Ok(write) => write,
            Err(error) => return Outcome::Failed { why: error.to_string() },
        };
        if let Err(outcome) = self.still_overdue(stored).await {
            return outcome;
        }
        match self.too_late(intent) {
            Err(outcome) => outcome,
            Ok(()) => self.send(&write, writer).await,
        }
    }

    /// Nobody is locked, or made to change it, for a password that was changed after the plan was made: the entry is read once more.
    async fn still_overdue(&self, stored: &StoredChange) -> Result<(), Outcome> {
        let seen = stored.change.evidence.iter().find_map(|one| match one {
            Evidence::Rule { changed, .. } => Some(*changed),
            Evidence::Row { .. }
            | Evidence::Absence { .. }
            | Evidence::Snapshot { .. }
            | Evidence::Operator { .. }
            | Evidence::Match { .. }
            | Evidence::Unsettled { .. } => None,
        });
        let (ChangeKind::LockAccount | ChangeKind::ForcePasswordChange, Some(seen)) =
            (stored.change.kind, seen)
        else {
            return Ok(());
        };
        match self.directory.account(&AccountId::new(stored.change.subject.as_str())).await {
            Ok(Some(account)) if account.password.changed == seen => Ok(()),
            Ok(Some(_)) => Err(Outcome::Stale { why: "the password was set since the plan was made".into() }),
            Ok(None) => Err(Outcome::Stale { why: "the entry is gone".into() }),
            Err(error) => Err(Outcome::NotSent { why: error.to_string() }),
        }
    }

    /// Sends `write`; an unclear answer is settled by reading.
    pub(crate) async fn send(&self, write: &Write, writer: &mut DirectoryWriter) -> Outcome {
        match writer.write(write).await {
            Ok(()) => Outcome::Applied,
            Err(error @ WriteError::Unknown(_)) => {
                *writer = self.directory.writer();
                match self.look(write).await {
                    Shows::Done => Outcome::Applied,
                    // A late request may still reach the server: the intent stays open, and the next pass looks
                    // again before it sends anything.
                    Shows::NotDone | Shows::Partly | Shows::Other(_) => error.into(),
                }
            }
            Err(error) => error.into(),
        }
    }

    /// What the directory shows of `write`. "Not there" counts only where two reads agree.
    pub(crate) async fn look(&self, write: &Write) -> Shows {
        let once = async || match self.directory.subject(write).await {
            Ok(account) => shows(account.as_ref(), write),
            Err(error) => Shows::Other(format!("the directory cannot be read: {error}")),
        };
        let first = once().await;
        // Of a deletion, "not there" is what is done.
        if first == Shows::Done && !matches!(write, Write::Delete { .. }) {
            return first;
        }
        let second = once().await;
        if first == second { second } else { Shows::Other("two reads disagree".into()) }
    }

    /// Notes the outcome with all that follows from it, in one transaction.
    pub(crate) async fn resolve(
        &self,
        stored: &StoredChange,
        intent: &Intent,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        self.resolve_all(&[Ended { stored, intent, outcome }]).await
    }

    /// Notes outcomes with all that follows from them, in one transaction.
    pub(crate) async fn resolve_all(&self, ended: &[Ended<'_>]) -> Result<(), StoreError> {
        let mut following = Vec::with_capacity(ended.len());
        for Ended { stored, intent: _, outcome } in ended {
            following.push((self.link(stored, outcome).await?, departure(stored, outcome, self.now())));
        }
        self.store
            .write_fenced(self.token, self.now(), |mut tx| {
                let following = &following;
                async move {
                    let outcomes: Vec<_> =
                        ended.iter().map(|one| (one.intent.id.as_str(), one.outcome)).collect();
                    let news = tx.resolve_intents(&outcomes).await?;
                    for ((one, new), (linked, departure)) in ended.iter().zip(news).zip(following) {
                        if !new {
                            continue;
                        }
                        self.follow_up(&mut tx, one.stored, one.outcome).await?;
                        if let Some(person) = linked {
                            tx.save_people(std::slice::from_ref(person)).await?;
                        }
                        if let Some(confirmation) = departure {
                            tx.confirm_approved_departure(confirmation).await?;
                        }
                    }
                    tx.commit(()).await
                }
            })
            .await
    }

    /// The person of a new account, with the account. Where it cannot be read now, the next pass matches it.
    async fn link(&self, stored: &StoredChange, outcome: &Outcome) -> Result<Option<Person>, StoreError> {
        let change = &stored.change;
        if change.kind != ChangeKind::CreateAccount || *outcome != Outcome::Applied {
            return Ok(None);
        }
        let Some(id) = &change.person else { return Ok(None) };
        let Ok(write) = Write::of(change, None) else { return Ok(None) };
        let Ok(Some(account)) = self.directory.account_at(write.dn()).await else { return Ok(None) };
        let person = self.store.person(id).await?;
        Ok(person.map(|mut person| {
            person.accounts.insert(TargetId::mail(), account.id);
            let agency = stored.change.agency.clone();
            person.matched = Some(Matched { rule: MatchRule::Created, agency, confirmed: false });
            person
        }))
    }
}

pub(super) fn new_password() -> Result<Secret, StoreError> {
    first_password(&ring::rand::SystemRandom::new()).map_err(|_| StoreError::Random)
}

/// An approved suspicion is an operator's word that the person has left.
fn departure(stored: &StoredChange, outcome: &Outcome, at: Time) -> Option<Confirmation> {
    let change = &stored.change;
    let suspicion = change.kind == ChangeKind::SuspectLeaver && *outcome == Outcome::Applied;
    suspicion.then(|| Confirmation {
        person: change.person.clone(),
        target: change.target.clone(),
        account: AccountId::new(change.subject.as_str()),
        agency: change.agency.clone(),
        by: crate::model::ids::Login::new(stored.approvals.first().cloned().unwrap_or_default()),
        reason: "suspicion approved".into(),
        at,
    })
}

/// A suspicion writes nothing, nor does the first custodian of a mailbox: nobody hands it over.
pub(crate) fn writes_nothing(change: &Change) -> bool {
    match change.kind {
        ChangeKind::SuspectLeaver => true,
        ChangeKind::SetCustodian => change.before(Attr::Custodian).is_none(),
        _ => false,
    }
}

/// New, reset, reopened and unlocked accounts get a first password; an undo gives back what was there.
pub(super) fn needs_password(stored: &StoredChange) -> bool {
    match stored.change.kind {
        ChangeKind::CreateAccount | ChangeKind::ResetPassword => true,
        // What the one before knew opens nothing for the one after.
        ChangeKind::SetCustodian => !writes_nothing(&stored.change),
        ChangeKind::EnableAccount | ChangeKind::UnlockAccount => stored.change.reason != Reason::Undo,
        ChangeKind::UpdateAttributes
        | ChangeKind::MoveAccount
        | ChangeKind::DisableAccount
        | ChangeKind::LockAccount
        | ChangeKind::CloseAccount
        | ChangeKind::ReopenMailbox
        | ChangeKind::DeleteAccount
        | ChangeKind::ForcePasswordChange
        | ChangeKind::EndSessions
        | ChangeKind::GrantRole
        | ChangeKind::RevokeRole
        | ChangeKind::SuspectLeaver
        | ChangeKind::OrphanAccount => false,
    }
}
