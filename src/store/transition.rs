//! Transitions: a change goes from one state to another by one conditional update, made from the one table of
//! allowed transitions, or not at all.

use super::approval::{about, detail};
use super::statement::sql;
use super::{StoreError, WriteTx, change};
use crate::model::change::State;
use crate::model::ids::{BrakeKey, ChangeId};

/// A change with an unresolved intent may be half written: nothing but that intent's outcome moves it.
const NO_INTENT: &str =
    "NOT EXISTS (SELECT 1 FROM intent i WHERE i.change_id = change.id AND i.resolved IS NULL)";

/// Enough operators have approved, and it rests on no match that nobody has confirmed: no way to `approved` leads around
/// them.
pub(super) const ENOUGH: &str = "needed <= (
    SELECT COUNT(*) FROM approval a WHERE a.change_id = change.id AND a.key = change.key AND a.operator IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM change_content w WHERE w.id = change.id AND w.waits = 1)";

/// What must hold beside the former state.
fn condition(to: State) -> String {
    if to == State::Approved { format!("{NO_INTENT} AND {ENOUGH}") } else { NO_INTENT.to_owned() }
}

/// Whether the table has this move and no function of its own makes it: only [`super::Fenced::open_intents`] claims.
fn check(from: State, to: State) -> Result<(), StoreError> {
    if from.may_become(to) && to != State::Claimed {
        Ok(())
    } else {
        Err(StoreError::Transition { from, to })
    }
}

impl WriteTx {
    /// Moves one change outside of a write (an export confirms it, an undo reverses it), with a row in the audit
    /// trail. `false` where it was no longer in `from`, has not approvals enough, or a write of it is under way.
    pub async fn transition(
        &mut self,
        id: &ChangeId,
        from: State,
        to: State,
        outcome: Option<&str>,
    ) -> Result<bool, StoreError> {
        let moved = self.move_one(id, from, to, outcome).await?;
        if moved {
            self.mark_decided(id).await?;
            if let Some(stored) = self.stored_change(id).await? {
                let detail = detail(&stored, &format!("{from} {to} {}", outcome.unwrap_or("")));
                self.audit(&self.lane.clone(), "change.move", about(&stored), &detail);
            }
        }
        Ok(moved)
    }

    /// The same without the row; for decisions that write their own.
    pub(super) async fn move_one(
        &mut self,
        id: &ChangeId,
        from: State,
        to: State,
        outcome: Option<&str>,
    ) -> Result<bool, StoreError> {
        check(from, to)?;
        let update = format!(
            "UPDATE change SET state = $1, since = $2, outcome = COALESCE($3, outcome)
             WHERE id = $4 AND state = $5 AND {}",
            condition(to)
        );
        let update = sql("transition", update).text(to.as_str()).time(self.now).maybe(outcome);
        let moved = self.execute(update.text(id.as_str()).text(from.as_str())).await? == 1;
        if moved {
            self.after_move(to, &change::id_list([id.as_str()].into_iter())?).await?;
        }
        Ok(moved)
    }

    /// Moves many changes of a plan; gives how many moved. A brake is noted on those it holds, and stays noted on those
    /// it lets go.
    pub(super) async fn transition_all(
        &mut self,
        ids: &[&ChangeId],
        from: &[State],
        to: State,
        brake: Option<&BrakeKey>,
    ) -> Result<u64, StoreError> {
        from.iter().try_for_each(|from| check(*from, to))?;
        if ids.is_empty() {
            return Ok(0);
        }
        let source = self.dialect.ids();
        let from = change::words(|state| from.contains(&state));
        // What is held without a brake waits for its match to be confirmed.
        let noted = if to == State::Held { "$4" } else { "COALESCE($4, brake)" };
        let update = format!(
            "UPDATE change SET state = $2, since = $3, brake = {noted}
             WHERE id IN (SELECT s.id FROM {source} s) AND state IN ({from}) AND {}",
            condition(to)
        );
        let list = change::id_list(ids.iter().map(|id| id.as_str()))?;
        let update = sql("transitions", update).text(&list).text(to.as_str()).time(self.now);
        let moved = self.execute(update.maybe(brake.map(BrakeKey::as_str))).await?;
        if moved > 0 {
            self.after_move(to, &list).await?;
        }
        Ok(moved)
    }

    /// Supersedes those of `ids` that may be.
    pub(super) async fn supersede(&mut self, ids: &[&ChangeId]) -> Result<u64, StoreError> {
        let from: Vec<_> =
            State::ALL.iter().copied().filter(|state| state.may_become(State::Superseded)).collect();
        self.transition_all(ids, &from, State::Superseded, None).await
    }

    /// What a state brings with it: an end frees the address that no write has used; an expiry ends the approvals,
    /// so that the same operators can give them anew.
    async fn after_move(&mut self, to: State, list: &str) -> Result<(), StoreError> {
        // EXISTS, not a join: SQLite would read the list anew for each change.
        let source = self.dialect.ids();
        let moved = |table: &str| {
            format!(
                "change_id IN (SELECT s.id FROM {source} s)
                 AND EXISTS (SELECT 1 FROM change c WHERE c.id = {table}.change_id AND c.state = '{to}')"
            )
        };
        match to {
            State::Superseded | State::Rejected | State::Stale => {
                let free = format!("DELETE FROM reservation WHERE used = 0 AND {}", moved("reservation"));
                self.execute(sql("free addresses", free).text(list)).await?;
            }
            State::Expired => {
                let end =
                    format!("DELETE FROM approval WHERE operator IS NOT NULL AND {}", moved("approval"));
                self.execute(sql("expired approvals", end).text(list)).await?;
            }
            State::Proposed
            | State::Held
            | State::Approved
            | State::Claimed
            | State::Ordered
            | State::Applied
            | State::Failed
            | State::Unknown
            | State::Undone => {}
        }
        Ok(())
    }

    /// Notes that an operator or a write has just decided on a change: plans from older snapshots drop its subject.
    pub(super) async fn mark_decided(&mut self, id: &ChangeId) -> Result<(), StoreError> {
        let update = sql("decided", "UPDATE change SET decided = $1 WHERE id = $2").time(self.now);
        self.execute(update.text(id.as_str())).await?;
        Ok(())
    }
}
