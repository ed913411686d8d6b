//! Planning: what the store, the directory and the systems hold is reconciled and planned; what that gives is staged
//! in chunks and published in one short transaction.

use super::engine::Engine;
use super::rotating::Rotated;
use crate::apply::undo::original;
use crate::directory::Write;
use crate::directory::compare::{Shows, shows};
use crate::kill::{KillPoint, reached};
use crate::model::Time;
use crate::model::account::{Attr, Attrs, Snapshot, Values};
use crate::model::change::{Change, ChangeKind, Reason, State, StoredChange};
use crate::model::ids::{AccountId, ChangeId, PersonId, QuestionKey, TargetId};
use crate::model::person::Person;
use crate::model::question::Question;
use crate::model::role::RoleSnapshot;
use crate::model::roster::Roster;
use crate::plan::{Asked, Counts, Plan, Standing, Suppression, TooManySuperseded, plan};
use crate::reconcile::{Proposals, reconcile};
use crate::store::{
    ExportState, Filter, NewChange, PlanDelta, Published, RowResult, SnapshotState, StateChange, StoreError,
    Token,
};
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet};

/// Rosters whose results are written in one transaction: some 5,000 rows.
const ROSTERS: usize = 25;

/// A plan with what it was made from.
#[derive(Debug)]
pub struct Planned {
    /// What reconciling proposed.
    pub proposals: Proposals,
    /// What the rules on passwords come to.
    pub rotated: Option<Rotated>,
    /// What becomes of the stored changes.
    pub plan: Plan,
    /// The live changes it was held against.
    pub live: BTreeMap<ChangeId, StoredChange>,
    /// The accounts that shares were taken of.
    pub counts: Counts,
    /// Those of them that the directory already shows as done.
    pub fulfilled: BTreeSet<ChangeId>,
    people_before: BTreeMap<PersonId, Person>,
    open_questions: BTreeSet<QuestionKey>,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanningError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It would throw away too many approvals.
    #[error(transparent)]
    TooMany(#[from] TooManySuperseded),
}

impl Engine {
    /// Makes a plan; stores nothing. `more` are rosters that are not stored.
    pub async fn plan(
        &self,
        directory: &Snapshot,
        systems: &[RoleSnapshot],
        more: Vec<Roster>,
    ) -> Result<Planned, PlanningError> {
        let now = self.now();
        let config = self.config();
        let known = self.known(more).await?;
        let mut proposals = reconcile(&self.world(&known, directory, systems));
        let rotated = self.rotate(directory, systems, &proposals.people, &proposals.away).await?;
        let by_rule = rotated.as_ref().map(|rotated| by_rule(rotated, &proposals.changes));
        proposals.changes.extend(by_rule.into_iter().flatten());
        proposals.changes.extend(self.suspensions(directory, systems, &proposals).await?);
        let counts = Counts::of(directory);
        let standing = self.standing(now, directory).await?;
        let mut read: BTreeSet<TargetId> = systems.iter().map(|system| system.target.clone()).collect();
        read.insert(TargetId::mail());
        let plan = plan(&proposals.changes, &standing, &config.brakes, &counts, &read, self.local(now))?;
        let live = standing.live.into_iter().map(|one| (one.id.clone(), one)).collect();
        let open_questions = known.asked.keys().cloned().collect();
        let fulfilled = standing.fulfilled;
        Ok(Planned {
            proposals,
            rotated,
            plan,
            live,
            counts,
            fulfilled,
            people_before: known.people,
            open_questions,
        })
    }

    /// What already stands.
    async fn standing(&self, now: Time, directory: &Snapshot) -> Result<Standing, StoreError> {
        let open = self.store.open_changes(now).await?;
        let mut given = BTreeSet::new();
        for kind in Asked::KINDS {
            let filter = Filter { state: Some(State::Applied), kind: Some(kind), ..Filter::default() };
            let applied = self.store.every_change(&filter).await?;
            given.extend(applied.iter().filter_map(|one| Asked::of(&one.stored.change)));
        }
        let window = TimeDelta::hours(i64::from(self.config().brakes.window_hours));
        let mut suppressed: Vec<Suppression> = open
            .suppressed
            .into_iter()
            .map(|one| Suppression {
                key: one.key,
                target: one.target,
                subject: one.subject,
                kind: one.kind,
                after: one.after,
                document: one.document,
            })
            .collect();
        suppressed.extend(self.undone_creations().await?);
        let live: Vec<_> = open.live.into_iter().map(|one| one.stored).collect();
        Ok(Standing {
            fulfilled: fulfilled(&live, directory),
            live,
            suppressed,
            given,
            spent: self.store.spent_since(now - window).await?,
        })
    }

    /// An account whose creation was undone lies there locked: to open it again would undo the undo, as long as only
    /// the document that asked for it does.
    async fn undone_creations(&self) -> Result<Vec<Suppression>, StoreError> {
        let locked = Filter {
            state: Some(State::Applied),
            kind: Some(ChangeKind::DisableAccount),
            reason: Some(Reason::Undo),
            ..Filter::default()
        };
        let mut found = Vec::new();
        for undo in self.store.every_change(&locked).await?.into_iter().map(|one| one.stored.change) {
            let Some(id) = original(&undo) else { continue };
            let Some(created) = self.store.change(&id).await?.map(|one| one.stored.change) else { continue };
            if created.kind == ChangeKind::CreateAccount {
                found.push(Suppression {
                    key: created.key(),
                    target: undo.target,
                    subject: undo.subject,
                    kind: ChangeKind::EnableAccount,
                    after: Attrs::from([(Attr::Disabled, Values::one("false"))]),
                    document: created.document,
                });
            }
        }
        Ok(found)
    }

    /// Stores a plan, with what it decided about rosters and what it was made from.
    pub async fn publish(
        &self,
        token: &Token,
        pass: &str,
        planned: &Planned,
        directory: &Snapshot,
        systems: &[RoleSnapshot],
    ) -> Result<Published, StoreError> {
        let delta = self.delta(pass, planned, directory);
        let staged = self.store.stage(token, self.now(), &delta).await?;
        self.stage_results(token, planned).await?;
        reached(KillPoint::AfterStaging);
        let kinds: Vec<_> =
            planned.proposals.decisions.iter().map(|one| (one.roster.clone(), one.kind)).collect();
        let reads = reads(directory, systems, &planned.counts);
        self.keep_history(token, &reads, directory, systems).await?;
        // What answers at once is read anew each pass: its moment is no news.
        let handed = |one: &&RoleSnapshot| {
            self.systems.iter().any(|system| *system.name() == one.target && system.handoff().is_some())
        };
        let exports: Vec<_> = systems.iter().filter(handed).collect();
        let published = self
            .store
            .write_fenced(token, self.now(), |mut tx| {
                let (delta, staged, kinds, reads, exports) = (&delta, &staged, &kinds, &reads, &exports);
                async move {
                    tx.decide_kinds(kinds).await?;
                    let published = tx.publish(delta, staged).await?;
                    for (target, state) in reads {
                        tx.save_snapshot(target, state).await?;
                    }
                    for system in exports {
                        let state = ExportState { digest: system.digest.clone(), taken: system.taken };
                        tx.save_export(&system.target, &state).await?;
                    }
                    tx.commit(published).await
                }
            })
            .await?;
        let refreshed = self.store.refresh(token, self.now(), &delta).await?;
        if let Err(error) = self.store.tidy_after(&published).await {
            // Lists are slower to read for a while; nothing else is.
            tracing::warn!(%error, "the store was not tidied up");
        }
        Ok(Published { refreshed, ..published })
    }

    /// Writes what a roster's rows came to beside the roster; it is not answered before its kind is decided, which
    /// publishing does.
    async fn stage_results(&self, token: &Token, planned: &Planned) -> Result<(), StoreError> {
        for chunk in self.results(planned).chunks(ROSTERS) {
            self.store
                .write_fenced(token, self.now(), |mut tx| async move {
                    for (roster, rows) in chunk {
                        tx.set_results(roster, rows).await?;
                    }
                    tx.commit(()).await
                })
                .await?;
        }
        Ok(())
    }

    fn delta(&self, pass: &str, planned: &Planned, directory: &Snapshot) -> PlanDelta {
        let Planned {
            proposals,
            plan,
            live,
            people_before,
            open_questions,
            rotated: _,
            counts: _,
            fulfilled: _,
        } = planned;
        let asked: BTreeSet<_> = proposals.questions.iter().map(Question::key).collect();
        PlanDelta {
            approval_days: self.config().approval_days,
            contacts: self.site.contacts(),
            insert: plan
                .insert
                .iter()
                .map(|(change, state, brake)| NewChange {
                    change: change.clone(),
                    state: *state,
                    brake: brake.clone(),
                })
                .collect(),
            supersede: plan.supersede.clone(),
            set_state: plan
                .moves
                .iter()
                .map(|(id, from, to, brake)| StateChange {
                    id: id.clone(),
                    from: *from,
                    to: *to,
                    brake: brake.clone(),
                })
                .collect(),
            refresh: plan
                .keep
                .iter()
                .filter(|(id, change)| {
                    live.get(id).is_some_and(|stored| still_ahead(stored.state) && stored.change != *change)
                })
                .cloned()
                .collect(),
            questions: proposals
                .questions
                .iter()
                .filter(|question| !open_questions.contains(&question.key()))
                .cloned()
                .collect(),
            questions_superseded: open_questions.difference(&asked).cloned().collect(),
            brakes: plan.brakes.clone(),
            people: proposals
                .people
                .values()
                .filter(|person| people_before.get(&person.id) != Some(*person))
                .cloned()
                .collect(),
            ..PlanDelta::empty(pass, directory.taken, self.local(self.now()))
        }
    }

    /// The rows' results of the rosters whose kind this plan decided: they are owed feedback.
    fn results(&self, planned: &Planned) -> Vec<(crate::model::ids::RosterId, Vec<RowResult>)> {
        let lang = self.config().language;
        planned
            .proposals
            .decisions
            .iter()
            .map(|decision| {
                let sheets = planned.proposals.rows.get(&decision.roster);
                let rows = sheets.into_iter().flatten().flat_map(|(sheet, rows)| {
                    rows.iter().map(move |(row, result)| RowResult {
                        sheet: sheet.clone(),
                        row: *row,
                        text: result.sentence(lang),
                    })
                });
                (decision.roster.clone(), rows.collect())
            })
            .collect()
    }
}

/// The changes that rules on passwords ask for, but for accounts that are on their way out by a roster or an operator:
/// what takes more away comes first.
fn by_rule(rotated: &Rotated, proposals: &[Change]) -> Vec<Change> {
    let leaving: BTreeSet<_> = proposals
        .iter()
        .filter(|one| {
            matches!(
                one.kind,
                ChangeKind::DisableAccount | ChangeKind::CloseAccount | ChangeKind::DeleteAccount
            )
        })
        .map(|one| (&one.target, &one.subject))
        .collect();
    let stays = |change: &&Change| !leaving.contains(&(&change.target, &change.subject));
    rotated.changes.iter().filter(stays).cloned().collect()
}

/// Whether a change may still be read or decided by anybody: what is handed over stays as it was handed over.
fn still_ahead(state: State) -> bool {
    !matches!(state, State::Claimed | State::Ordered | State::Unknown)
}

/// The changes of the mail directory that it already shows as done.
fn fulfilled(live: &[StoredChange], directory: &Snapshot) -> BTreeSet<ChangeId> {
    let by_place: BTreeMap<_, _> =
        directory.accounts.values().map(|account| (account.dn.folded(), account)).collect();
    let done = |stored: &&StoredChange| {
        let Ok(write) = Write::of(&stored.change, None) else { return false };
        let account = match &write {
            Write::Create { dn, .. } => by_place.get(&dn.folded()).copied(),
            _ => directory.accounts.get(&AccountId::new(stored.change.subject.as_str())),
        };
        shows(account, &write) == Shows::Done
    };
    let mail = TargetId::mail();
    let of_the_directory = live.iter().filter(|stored| stored.change.target == mail);
    of_the_directory.filter(done).map(|stored| stored.id.clone()).collect()
}

/// The last good reads as the store keeps them: of what was read, before this pass wrote. The pass after a write
/// therefore reads another directory and takes that down, one row; only the next is quiet to the last row. What the
/// directory holds after a write is known from reading it alone: a server normalises values, keeps attributes of its
/// own, runs overlays, and others write between the read and the end of the pass. A digest computed from what was
/// sent would claim a read that never was, and `taken` would hide what changed meanwhile.
fn reads(directory: &Snapshot, systems: &[RoleSnapshot], counts: &Counts) -> Vec<(TargetId, SnapshotState)> {
    let print =
        directory.accounts.values().fold(crate::model::ids::Fingerprint::of("snapshot"), |print, one| {
            let print = print.part(one.id.as_str()).part(&one.dn.to_string());
            one.attrs
                .iter()
                .fold(print, |print, (attr, values)| print.part(attr.as_str()).part(&values.to_string()))
        });
    let mail = SnapshotState {
        taken: directory.taken,
        digest: print.finish(),
        counts: counts.agencies.clone(),
        total: counts.province,
    };
    std::iter::once((TargetId::mail(), mail))
        .chain(systems.iter().map(|system| {
            let state = SnapshotState {
                taken: system.taken,
                digest: system.digest.clone(),
                counts: BTreeMap::new(),
                total: system.holdings.len() as u64,
            };
            (system.target.clone(), state)
        }))
        .collect()
}
