//! Publishing a plan: what was staged becomes visible and what is no longer wanted ends, all at once, in one short
//! transaction. The same plan again writes nothing.

use super::delta::{PlanDelta, Published, StateChange};
use super::reservation::Claimant;
use super::stage::Staged;
use super::statement::{json, sql};
use super::{Fenced, Store, StoreError};
use crate::model::Time;
use crate::model::change::{Change, State};
use crate::model::ids::ChangeId;
use std::collections::BTreeSet;

/// So many changes at once are worth tidying up after.
const MANY: u64 = 10_000;

impl Store {
    /// Makes ready for reading what publishing left behind, where that was much.
    pub async fn tidy_after(&self, published: &Published) -> Result<(), StoreError> {
        if let Some(tidy) = self.dialect.tidy()
            && published.inserted + published.superseded >= MANY
        {
            self.rows(sql("tidying up", tidy)).await?;
        }
        Ok(())
    }
}

impl Fenced {
    /// Makes a staged plan visible: all of it that still holds, or on any error nothing. `staged` is what
    /// [`super::Store::stage`] made of `delta` under this lease.
    pub async fn publish(&mut self, delta: &PlanDelta, staged: &Staged) -> Result<Published, StoreError> {
        let PlanDelta {
            pass,
            snapshot_start,
            today,
            approval_days,
            contacts,
            insert,
            supersede,
            set_state,
            refresh: _,
            questions,
            questions_superseded,
            brakes,
            people: _,
        } = delta;
        let mut done = Published { people: staged.people, ..Published::default() };
        let touched = self.touched_since(*snapshot_start).await?;
        let fresh_id = |id: &ChangeId| !touched.changes.contains(id.as_str());

        done.questions = self.save_questions(questions).await?;
        self.supersede_questions(questions_superseded).await?;
        self.save_brakes(brakes).await?;

        let wanted: Vec<_> = supersede.iter().filter(|id| fresh_id(id)).collect();
        done.skipped += (supersede.len() - wanted.len()) as u64;
        done.superseded = self.supersede(&wanted).await?;
        let wanted: Vec<_> = set_state.iter().filter(|one| fresh_id(&one.id)).collect();
        done.skipped += (set_state.len() - wanted.len()) as u64;
        done.moved = self.move_all(&wanted).await?;

        let new = staged.ids.iter().zip(insert).map(|(id, new)| Claimant::new(id, new));
        let (dropped, new): (Vec<_>, Vec<_>) = new.partition(|one| touched.holds(one.change));
        done.skipped += dropped.len() as u64;
        self.unstage_all(&dropped).await?;
        let contested = new.iter().filter(|one| staged.contested.contains(one.id)).copied();
        let (contested, taken) = self.divide(contested.collect()).await?;
        done.address_taken = taken.len() as u64;
        self.unstage_all(&taken).await?;
        if new.len() > taken.len() {
            let (inserted, blocked) = self.make_visible().await?;
            (done.inserted, done.blocked) = (inserted, blocked.len() as u64);
            let out: BTreeSet<_> = taken.iter().map(|one| one.id).chain(&blocked).collect();
            done.approved = new.iter().filter(|one| one.by_policy && !out.contains(one.id)).count() as u64;
            self.reserve(&contested).await?;
        }
        if done.inserted > 0 && !staged.known.is_empty() {
            self.regain_approvals(&staged.known, *today, *approval_days, contacts).await?;
            done.approved += self.settle_proposed(&staged.known).await?;
        }
        if done.inserted + done.superseded + done.moved > 0 {
            let worker = self.token().holder.clone();
            self.audit(&worker, "plan.publish", pass, &json("counts", &done)?);
        }
        Ok(done)
    }

    async fn unstage_all(&mut self, dropped: &[Claimant<'_>]) -> Result<(), StoreError> {
        if dropped.is_empty() {
            return Ok(());
        }
        self.unstage(dropped.iter().map(|one| one.id.as_str())).await
    }

    /// Puts what this lease has staged among the changes, except beside a live one of the same subject and kind.
    /// Gives how many those are, and the ones left out.
    async fn make_visible(&mut self) -> Result<(u64, Vec<ChangeId>), StoreError> {
        let (lease, now) = (self.token().lease.clone(), self.now);
        let insert = sql(
            "publish",
            "INSERT INTO change (id, key, target, subject, kind, due, needed, agency, gate, risk, state, brake,
                 proposed, since, released, pass)
             SELECT s.id, s.key, s.target, s.subject, s.kind, s.due, s.needed, s.agency, s.gate, s.risk, s.state,
                 s.brake, $1, $1, 0, s.pass
             FROM change_staged s WHERE s.lease = $2 ORDER BY s.id ON CONFLICT DO NOTHING",
        );
        let inserted = self.execute(insert.time(now).text(&lease)).await?;
        let done = sql(
            "publish",
            "DELETE FROM change_staged WHERE lease = $1
             AND EXISTS (SELECT 1 FROM change c WHERE c.id = change_staged.id)",
        );
        self.execute(done.text(&lease)).await?;
        let blocked = sql("publish", "SELECT id FROM change_staged WHERE lease = $1").text(&lease);
        let rows = self.rows(blocked).await?;
        let blocked =
            rows.iter().map(|row| row.text("id").map(ChangeId::new)).collect::<Result<Vec<_>, _>>()?;
        if !blocked.is_empty() {
            self.unstage(blocked.iter().map(ChangeId::as_str)).await?;
        }
        Ok((inserted, blocked))
    }

    /// Subjects with a decision, an outcome or an incident since `start`.
    async fn touched_since(&mut self, start: Time) -> Result<Touched, StoreError> {
        let query = sql(
            "decided",
            "SELECT d.target, d.subject, c.id FROM (
                 SELECT target, subject FROM change WHERE decided >= $1
                 UNION SELECT target, account FROM incident WHERE opened >= $1 OR closed >= $1) d
             LEFT JOIN change c ON c.target = d.target AND c.subject = d.subject",
        );
        let mut touched = Touched::default();
        for row in self.rows(query.time(start)).await? {
            touched.changes.extend(row.maybe("id")?);
            touched.subjects.insert((row.text("target")?, row.text("subject")?));
        }
        Ok(touched)
    }

    async fn move_all(&mut self, wanted: &[&StateChange]) -> Result<u64, StoreError> {
        let kind = |one: &StateChange| (one.from, one.to, one.brake.clone());
        let groups: BTreeSet<_> = wanted.iter().map(|one| kind(one)).collect();
        let mut moved = 0;
        for group in groups {
            let ids: Vec<_> = wanted.iter().filter(|one| kind(one) == group).map(|one| &one.id).collect();
            let (from, to, brake) = &group;
            // What a newer read confirmed or contradicted is an outcome: each has its row in the trail.
            if matches!(to, State::Applied | State::Failed | State::Undone) {
                for id in ids {
                    moved += u64::from(self.transition(id, *from, *to, None).await?);
                }
                continue;
            }
            moved += self.transition_all(&ids, &[*from], *to, brake.as_ref()).await?;
        }
        Ok(moved)
    }
}

/// What a plan made from an older snapshot must leave alone.
#[derive(Default)]
struct Touched {
    changes: BTreeSet<String>,
    subjects: BTreeSet<(String, String)>,
}

impl Touched {
    fn holds(&self, change: &Change) -> bool {
        !self.subjects.is_empty()
            && self.subjects.contains(&(change.target.to_string(), change.subject.to_string()))
    }
}
