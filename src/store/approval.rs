//! Approvals: who agreed to what. Two persons means two enrolled logins, and never one that put the roster in.

use super::statement::{Row, sql};
use super::transition::ENOUGH;
use super::{Store, StoreError, WriteTx, change, legal_hold};
use crate::model::change::{State, StoredChange};
use crate::model::ids::{ChangeId, ChangeKey, Login};
use crate::model::operator::{Contacts, Right};
use crate::model::rfc3339;
use chrono::{NaiveDate, TimeDelta};

/// What became of an approval or a rejection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approval {
    /// It counts.
    Approved {
        /// How many operators have approved.
        have: u64,
        /// How many must.
        needed: u64,
        /// Where the change stands now.
        state: State,
    },
    /// The change is rejected.
    Rejected,
    /// This operator approved it before: a second time is not a second person.
    AlreadyApproved,
    /// The change is another one by now.
    KeyMoved {
        /// Its key.
        now: ChangeKey,
    },
    /// Nobody has called the published number yet.
    NeedsCallBack,
    /// It is not waiting for approval.
    NotProposed(State),
    /// The operator, or whoever he or she stands in for, answers for a roster behind it, handed one in or wrote the
    /// request down.
    PutInByYou,
}

impl Store {
    /// Who approved change `id` in whose place: deputy and absent operator.
    pub async fn stand_ins(&self, id: &ChangeId) -> Result<Vec<(Login, Login)>, StoreError> {
        let query = sql(
            "stand-ins",
            "SELECT operator, instead_of FROM approval WHERE change_id = $1 AND instead_of IS NOT NULL ORDER BY at",
        );
        let pair = |row: &Row| Ok((Login::new(row.text("operator")?), Login::new(row.text("instead_of")?)));
        self.rows(query.text(id.as_str())).await?.iter().map(pair).collect()
    }
}

impl WriteTx {
    /// Approves change `id` as `key`, unless `by` or whoever he or she stands in for put in what it is made from:
    /// `contacts` answer for whatever lay in the folder of their agency. A held change collects approvals and stays held.
    pub async fn approve(
        &mut self,
        id: &ChangeId,
        key: &ChangeKey,
        by: &Login,
        contacts: &Contacts,
    ) -> Result<Approval, StoreError> {
        let (stored, instead_of) = self.change_for(id, by, Right::Approve).await?;
        let put_in = self.put_in(&[&stored.change]).await?;
        if [Some(by), instead_of.as_ref()].into_iter().flatten().any(|one| put_in.is_by(one, contacts)) {
            return Ok(Approval::PutInByYou);
        }
        if stored.key != *key {
            return Ok(Approval::KeyMoved { now: stored.key });
        }
        if !matches!(stored.state, State::Proposed | State::Held) {
            return Ok(Approval::NotProposed(stored.state));
        }
        if self.waits_for_matches(id).await? {
            return Ok(Approval::NotProposed(State::Held));
        }
        if stored.change.needs_call_back() && !self.was_called_back(key).await? {
            return Ok(Approval::NeedsCallBack);
        }
        // Neither the deputy nor whom he or she stands in for counts twice.
        let insert = sql(
            "approve",
            "INSERT INTO approval (change_id, key, operator, instead_of, at)
             SELECT c.id, c.key, o.login, CAST($5 AS TEXT), $1
             FROM change c JOIN operator o ON o.login = $2 AND o.removed_at IS NULL
             WHERE c.id = $3 AND c.key = $4 AND NOT EXISTS (SELECT 1 FROM approval a WHERE a.change_id = c.id
                 AND (a.operator IN ($2, $5) OR a.instead_of IN ($2, $5)))
             ON CONFLICT (change_id, operator) DO NOTHING",
        );
        let insert = insert.time(self.now).text(by.as_str()).text(id.as_str()).text(key.as_str());
        let insert = insert.maybe(instead_of.as_ref().map(Login::as_str));
        if self.execute(insert).await? == 0 {
            return Ok(Approval::AlreadyApproved);
        }
        let needed = stored.change.gate.needed() as u64;
        let have = self.count_approvals(id).await?;
        let mut state = stored.state;
        if have >= needed
            && state == State::Proposed
            && self.move_one(id, state, State::Approved, None).await?
        {
            state = State::Approved;
        }
        self.mark_decided(id).await?;
        let more = instead_of.map(|other| format!("instead of {other}")).unwrap_or_default();
        self.audit(by.as_str(), "change.approve", about(&stored), &detail(&stored, &more));
        Ok(Approval::Approved { have, needed, state })
    }

    /// Rejects change `id` as `key`: its key stays suppressed until its `after` or its document changes.
    pub async fn reject(
        &mut self,
        id: &ChangeId,
        key: &ChangeKey,
        by: &Login,
        reason: &str,
    ) -> Result<Approval, StoreError> {
        let (stored, _) = self.change_for(id, by, Right::Review).await?;
        if stored.key != *key {
            return Ok(Approval::KeyMoved { now: stored.key });
        }
        if !stored.state.may_become(State::Rejected)
            || !self.move_one(id, stored.state, State::Rejected, Some(reason)).await?
        {
            return Ok(Approval::NotProposed(stored.state));
        }
        self.mark_decided(id).await?;
        self.tell_rosters(&[id], reason).await?;
        self.audit(by.as_str(), "change.reject", about(&stored), &detail(&stored, reason));
        Ok(Approval::Rejected)
    }

    /// Ends the approvals that ran out: `days` after the due date, or after they were given where that was later.
    /// Under a legal hold nothing runs out.
    pub async fn expire_approvals(&mut self, today: NaiveDate, days: u32) -> Result<u64, StoreError> {
        let (due, at) = cutoff(today, days);
        let query = format!(
            "SELECT c.id FROM change c JOIN change_content t ON t.id = c.id
             WHERE c.state = 'approved' AND c.needed > 0 AND c.due < $1 AND NOT EXISTS (
                 SELECT 1 FROM approval a WHERE a.change_id = c.id AND a.at >= $2)
             AND NOT {} ORDER BY c.id",
            legal_hold::on("t.person", "c.target", "c.subject")
        );
        let rows = self.rows(sql("expiry", query).text(&due).text(&at)).await?;
        let ids: Vec<_> =
            rows.iter().map(|row| row.text("id").map(ChangeId::new)).collect::<Result<_, _>>()?;
        let expired = self
            .transition_all(&ids.iter().collect::<Vec<_>>(), &[State::Approved], State::Expired, None)
            .await?;
        if expired > 0 {
            self.audit("policy", "approvals.expire", "changes", &format!("{expired}"));
        }
        Ok(expired)
    }

    /// The change, and for whom `by` decides on it, where it is not in his or her own scope.
    pub(super) async fn change_for(
        &mut self,
        id: &ChangeId,
        by: &Login,
        right: Right,
    ) -> Result<(StoredChange, Option<Login>), StoreError> {
        let operator = self.require(by, right, None).await?;
        let stored = self.stored_change(id).await?;
        let stored = stored.ok_or_else(|| StoreError::Missing { what: "change", id: id.to_string() })?;
        let instead_of = self.instead_of(&operator, &stored.change.agency).await?;
        Ok((stored, instead_of))
    }

    async fn count_approvals(&mut self, id: &ChangeId) -> Result<u64, StoreError> {
        let query = sql(
            "approvals",
            "SELECT COUNT(*) AS n FROM approval WHERE change_id = $1 AND operator IS NOT NULL",
        );
        self.row(query.text(id.as_str())).await?.map_or(Ok(0), |row| row.count("n"))
    }

    /// The policy's own approval of staged changes whose gate is none, under the name of its rule.
    pub(super) async fn approve_by_policy(&mut self, list: &str) -> Result<u64, StoreError> {
        let source = self.dialect.ids();
        let insert = format!(
            "INSERT INTO approval (change_id, key, policy, at)
             SELECT s.id, s.key, c.reason, $2 FROM change_staged s JOIN change_content c ON c.id = s.id
             WHERE s.needed = 0 AND s.id IN (SELECT i.id FROM {source} i)"
        );
        let now = self.now;
        self.execute(sql("approve by policy", insert).text(list).time(now)).await
    }

    /// Approves those of `ids` that wait and have approvals enough.
    pub(super) async fn settle_proposed(&mut self, ids: &[ChangeId]) -> Result<u64, StoreError> {
        let source = self.dialect.ids();
        let update = format!(
            "UPDATE change SET state = 'approved', since = $2
             WHERE id IN (SELECT i.id FROM {source} i) AND state = 'proposed' AND {ENOUGH}"
        );
        let list = change::id_list(ids.iter().map(ChangeId::as_str))?;
        let now = self.now;
        self.execute(sql("settle", update).text(&list).time(now)).await
    }
}

/// The oldest due date and the oldest moment of approval that still count.
pub(super) fn cutoff(today: NaiveDate, days: u32) -> (String, String) {
    let first = today - TimeDelta::days(i64::from(days));
    (first.to_string(), rfc3339(first.and_time(chrono::NaiveTime::MIN).and_utc()))
}

/// Whom a decision is about: the person where one is known, else the subject.
pub(super) fn about(stored: &StoredChange) -> &str {
    stored.change.person.as_ref().map_or(stored.change.subject.as_str(), |person| person.as_str())
}

pub(super) fn detail(stored: &StoredChange, more: &str) -> String {
    format!("{} {} {} {} {more}", stored.change.kind, stored.change.target, stored.id, stored.key)
}
