//! Brakes: what was tripped and what it holds, its release or discard by two operators, and the budget of what was carried out.

use super::change::{self, COLUMNS, FROM};
use super::statement::{Row, json, sql};
use super::{Store, StoreError, WriteTx};
use crate::model::Time;
use crate::model::brake::{Brake, BrakeKind, BrakeScope};
use crate::model::change::{State, StoredChange};
use crate::model::ids::{BrakeKey, ChangeId, Login};
use crate::model::operator::{Contacts, Right};
use crate::model::vocabulary::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How much may be carried out of one kind within one scope and window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// What is counted.
    pub scope: BrakeScope,
    /// Which changes.
    pub kind: BrakeKind,
    /// How many.
    pub limit: u64,
    /// Since when.
    pub window_start: Time,
}

/// What became of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Release {
    /// Two operators agreed: this many changes go on.
    Released(u64),
    /// A second operator must agree.
    NeedsSecond,
    /// This operator released it before: a second time is not a second person.
    AlreadyByYou,
    /// No such brake holds anything.
    NotOpen,
    /// The operator answers for a roster behind what it holds, handed one in or wrote a request down.
    PutInByYou,
}

/// What became of a discard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Discard {
    /// Two operators agreed: this many changes are rejected.
    Discarded(u64),
    /// A second operator must agree.
    NeedsSecond,
    /// This operator discarded it before: a second time is not a second person.
    AlreadyByYou,
    /// No such brake holds anything.
    NotOpen,
}

words!(
    /// What operators decide of a brake, two of them alike.
    BrakeVote {
        /// What it holds goes on.
        Release = "release",
        /// What it holds is rejected.
        Discard = "discard",
    }
);

/// An operator's word on a brake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voted {
    /// Who.
    pub by: Login,
    /// What for.
    pub vote: BrakeVote,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Time,
}

/// Where the words on a brake stand after one more.
enum Count {
    /// It was given before.
    Again,
    /// One more is needed.
    First,
    /// Two operators agree.
    Enough,
}

impl WriteTx {
    /// Releases brake `key`, once, for exactly the changes it holds; two different operators must, neither of whom put
    /// in what any of them is made from: `contacts` answer for whatever lay in the folder of their agency.
    pub async fn release(
        &mut self,
        key: &BrakeKey,
        by: &Login,
        reason: &str,
        contacts: &Contacts,
    ) -> Result<Release, StoreError> {
        let Some(brake) = self.open_brake(key, by, Right::Approve).await? else {
            return Ok(Release::NotOpen);
        };
        let held = self.held_by(key).await?;
        let changes: Vec<_> = held.iter().map(|one| &one.change).collect();
        let put_in = self.put_in(&changes).await?;
        if put_in.is_by(by, contacts) {
            return Ok(Release::PutInByYou);
        }
        match self.vote(&brake, BrakeVote::Release, by, reason).await? {
            Count::Again => return Ok(Release::AlreadyByYou),
            Count::First => return Ok(Release::NeedsSecond),
            Count::Enough => {}
        }
        let held: Vec<_> = held.into_iter().map(|one| one.id).collect();
        let go_on = sql(
            "release",
            "UPDATE change SET released = 1, state = 'proposed', since = $1 WHERE brake = $2 AND state = 'held'",
        );
        let released = self.execute(go_on.time(self.now).text(key.as_str())).await?;
        self.settle_proposed(&held).await?;
        for id in &held {
            self.mark_decided(id).await?;
        }
        Ok(Release::Released(released))
    }

    /// Rejects everything that brake `key` holds; two different operators must, for what is rejected does not come back
    /// as long as its rosters say the same.
    pub async fn discard(&mut self, key: &BrakeKey, by: &Login, reason: &str) -> Result<Discard, StoreError> {
        let Some(brake) = self.open_brake(key, by, Right::Review).await? else {
            return Ok(Discard::NotOpen);
        };
        match self.vote(&brake, BrakeVote::Discard, by, reason).await? {
            Count::Again => return Ok(Discard::AlreadyByYou),
            Count::First => return Ok(Discard::NeedsSecond),
            Count::Enough => {}
        }
        let mut rejected = Vec::new();
        for StoredChange { id, .. } in self.held_by(key).await? {
            let done = self.move_one(&id, State::Held, State::Rejected, Some(reason)).await?;
            self.mark_decided(&id).await?;
            rejected.extend(done.then_some(id));
        }
        self.tell_rosters(&rejected.iter().collect::<Vec<_>>(), reason).await?;
        Ok(Discard::Discarded(rejected.len() as u64))
    }

    /// Counts an operator's word on an open brake, and closes the brake with the second.
    async fn vote(
        &mut self,
        brake: &Brake,
        vote: BrakeVote,
        by: &Login,
        reason: &str,
    ) -> Result<Count, StoreError> {
        let insert = sql(
            "brake",
            "INSERT INTO brake_vote (brake, what, operator, reason, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (brake, what, operator) DO NOTHING",
        );
        let insert = insert.text(brake.key.as_str()).text(vote.as_str()).text(by.as_str());
        if self.execute(insert.text(reason).time(self.now)).await? == 0 {
            return Ok(Count::Again);
        }
        let (verb, state) = match vote {
            BrakeVote::Release => ("brake.release", "released"),
            BrakeVote::Discard => ("brake.discard", "discarded"),
        };
        self.audit(by.as_str(), verb, brake.key.as_str(), &detail(brake, reason));
        let enough = sql(
            "brake",
            "UPDATE brake SET state = $1 WHERE key = $2 AND state = 'open'
             AND (SELECT COUNT(*) FROM brake_vote v WHERE v.brake = brake.key AND v.what = $3) >= 2",
        );
        let enough = enough.text(state).text(brake.key.as_str()).text(vote.as_str());
        Ok(if self.execute(enough).await? == 0 { Count::First } else { Count::Enough })
    }

    /// Holds approved changes that a brake stopped at the moment of claiming.
    pub async fn hold(&mut self, ids: &[ChangeId], brake: &Brake) -> Result<u64, StoreError> {
        self.save_brakes(std::slice::from_ref(brake)).await?;
        let ids: Vec<_> = ids.iter().collect();
        let held = self.transition_all(&ids, &[State::Approved], State::Held, Some(&brake.key)).await?;
        if held > 0 {
            let lane = self.lane.clone();
            self.audit(&lane, "brake.hold", brake.key.as_str(), &detail(brake, ""));
        }
        Ok(held)
    }

    /// Keeps the brakes of a plan. One that was released or discarded holds other rows now, so it opens anew and its
    /// former votes end.
    pub(super) async fn save_brakes(&mut self, brakes: &[Brake]) -> Result<u64, StoreError> {
        let mut written = 0;
        for brake in brakes {
            let end = sql(
                "brakes",
                "DELETE FROM brake_vote WHERE brake IN (SELECT key FROM brake WHERE key = $1 AND state <> 'open')",
            );
            self.execute(end.text(brake.key.as_str())).await?;
            let insert = sql(
                "brakes",
                "INSERT INTO brake (key, scope, kind, body, state, opened) VALUES ($1, $2, $3, $4, 'open', $5)
                 ON CONFLICT (key) DO UPDATE SET body = excluded.body, state = 'open',
                     opened = CASE brake.state WHEN 'open' THEN brake.opened ELSE excluded.opened END
                 WHERE brake.state <> 'open' OR brake.body <> excluded.body",
            );
            let insert =
                insert.text(brake.key.as_str()).text(&brake.scope.to_string()).text(brake.kind.as_str());
            written += self.execute(insert.text(&json("a brake", brake)?).time(self.now)).await?;
        }
        Ok(written)
    }

    async fn open_brake(
        &mut self,
        key: &BrakeKey,
        by: &Login,
        right: Right,
    ) -> Result<Option<Brake>, StoreError> {
        self.require(by, right, None).await?;
        let query =
            sql("brake", "SELECT body FROM brake WHERE key = $1 AND state = 'open'").text(key.as_str());
        let Some(row) = self.row(query).await? else { return Ok(None) };
        let brake: Brake = row.json("body")?;
        match &brake.scope {
            BrakeScope::Agency(agency) => self.require(by, right, Some(agency)).await.map(|_| ())?,
            BrakeScope::Province => self.require_province(by, right).await?,
        }
        Ok(Some(brake))
    }

    async fn held_by(&mut self, key: &BrakeKey) -> Result<Vec<StoredChange>, StoreError> {
        let query = format!("SELECT {COLUMNS} {FROM} WHERE c.brake = $1 AND c.state = 'held' ORDER BY c.id");
        let rows = self.rows(sql("held changes", query).text(key.as_str())).await?;
        rows.iter().map(|row| change::read(row).map(|one| one.stored)).collect()
    }

    /// What was carried out of `kind` within `scope` since `since`.
    pub(super) async fn spent_in(
        &mut self,
        scope: &BrakeScope,
        kind: BrakeKind,
        since: Time,
    ) -> Result<u64, StoreError> {
        let query = spent_query(scope, kind, since);
        self.row(query).await?.map_or(Ok(0), |row| row.count("n"))
    }
}

impl Store {
    /// What was carried out since `since`, by what it counts against; released changes are not counted.
    pub async fn spent_since(
        &self,
        since: Time,
    ) -> Result<BTreeMap<(BrakeScope, BrakeKind), u64>, StoreError> {
        let query = sql(
            "budget",
            "SELECT scope, kind, COUNT(*) AS n FROM budget WHERE at >= $1 GROUP BY scope, kind",
        );
        let mut spent = BTreeMap::new();
        for row in self.rows(query.time(since)).await? {
            let scope = row.word("scope", BrakeScope::parse)?;
            spent.insert((scope, row.word("kind", BrakeKind::parse)?), row.count("n")?);
        }
        Ok(spent)
    }

    /// What operators have said to brake `key` so far, in order.
    pub async fn votes(&self, key: &BrakeKey) -> Result<Vec<Voted>, StoreError> {
        let query = sql(
            "votes",
            "SELECT operator, what, reason, at FROM brake_vote WHERE brake = $1 ORDER BY at, operator, what",
        );
        let voted = |row: &Row| {
            Ok(Voted {
                by: Login::new(row.text("operator")?),
                vote: row.word("what", BrakeVote::parse)?,
                reason: row.text("reason")?,
                at: row.time("at")?,
            })
        };
        self.rows(query.text(key.as_str())).await?.iter().map(voted).collect()
    }

    /// Brakes that hold something, by scope and kind, with the logins that have released them so far.
    pub async fn open_brakes(&self) -> Result<Vec<(Brake, Vec<Login>)>, StoreError> {
        let query = sql(
            "open brakes",
            "SELECT b.key, b.body FROM brake b WHERE b.state = 'open'
             AND EXISTS (SELECT 1 FROM change c WHERE c.brake = b.key AND c.state = 'held')
             ORDER BY b.scope, b.kind, b.key",
        );
        let mut open = Vec::new();
        for row in self.rows(query).await? {
            let query = sql(
                "releases",
                "SELECT operator FROM brake_vote WHERE brake = $1 AND what = 'release' ORDER BY at",
            );
            let rows = self.rows(query.text(&row.text("key")?)).await?;
            let logins =
                rows.iter().map(|row| row.text("operator").map(Login::new)).collect::<Result<_, _>>()?;
            open.push((row.json("body")?, logins));
        }
        Ok(open)
    }

    /// What was carried out of `kind` within `scope` since `since`; released changes are not counted.
    pub async fn spent(&self, scope: &BrakeScope, kind: BrakeKind, since: Time) -> Result<u64, StoreError> {
        self.one(spent_query(scope, kind, since)).await?.count("n")
    }
}

fn spent_query(scope: &BrakeScope, kind: BrakeKind, since: Time) -> super::statement::Statement {
    let query = "SELECT COUNT(*) AS n FROM budget WHERE scope = $1 AND kind = $2 AND at >= $3";
    sql("budget", query).text(&scope.to_string()).text(kind.as_str()).time(since)
}

fn detail(brake: &Brake, reason: &str) -> String {
    let Brake { key: _, scope, kind, wanted, spent, limit, of_accounts, holds } = brake;
    format!(
        "{scope} {kind} holds {} wanted {wanted} spent {spent} limit {limit} of {of_accounts}: {reason}",
        holds.len()
    )
}
