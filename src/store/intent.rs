//! Intents: committed before a write, resolved by its outcome. Between the two nothing else touches the change or its
//! subject.

use super::approval::{about, detail};
use super::brake::Limit;
use super::pause::Paused;
use super::statement::{Row, sql};
use super::{Fenced, Store, StoreError, ids};
use crate::model::Time;
use crate::model::brake::{BrakeKind, BrakeScope};
use crate::model::change::{Change, ChangeKind, State, StoredChange};
use crate::model::ids::{AccountId, ChangeId, ChangeKey, hex};
use crate::model::intent::{Intent, Outcome};
use crate::model::legal_hold::HoldSubject;
use crate::model::notice::Notice;
use chrono::NaiveDate;

/// On which terms a change is claimed.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The local date: only what is due is claimed.
    pub today: NaiveDate,
    /// The write must have been sent by then.
    pub write_by: Time,
    /// The sealed first password, so that a retry sets the same one.
    pub sealed_password: Option<Vec<u8>>,
    /// The brakes that count this change.
    pub limits: Vec<Limit>,
}

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The intent stands: write.
    Opened(Intent),
    /// It is not approved (any more), not under this key, or not by persons enough.
    NotApproved,
    /// It is not due, or a change it needs is not applied yet.
    NotReady,
    /// A write to this subject is under way or its outcome is unknown.
    Busy,
    /// A brake stops it.
    Braked(BrakeScope, BrakeKind),
    /// Writes are paused.
    Paused,
    /// An incident is open on the account: it beats every other change on it.
    Incident,
    /// A legal hold forbids to close or delete it.
    OnHold,
}

/// An intent without a known outcome: the entry is to be read and compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenIntent {
    /// The intent.
    pub intent: Intent,
    /// When it was opened.
    pub opened: Time,
    /// What happened, where a worker has looked and could not tell.
    pub unknown: Option<String>,
}

impl Fenced {
    /// Claims `stored` and commits to writing it: all checks, the debit, the address and the intent in this
    /// transaction. Anything but `Opened` has written nothing.
    pub async fn open_intent(&mut self, stored: &StoredChange, terms: &Terms) -> Result<Claim, StoreError> {
        if !stored.change.is_incident_lock() && self.is_paused(Paused::Writes).await? {
            return Ok(Claim::Paused);
        }
        let query = sql(
            "claim",
            "SELECT c.released, c.due, t.needs, CASE WHEN EXISTS (
                 SELECT 1 FROM incident i WHERE i.state = 'open'
                 AND (i.id <> t.case_id OR t.reason <> 'incident')
                 AND (i.target = c.target AND i.account = c.subject OR i.person = t.person
                     AND c.kind IN ('create-account', 'enable-account', 'grant-role')))
                 THEN 1 ELSE 0 END AS incident
             FROM change c JOIN change_content t ON t.id = c.id WHERE c.id = $1 AND c.key = $2 AND c.state = 'approved'
             AND (c.needed = 0 AND EXISTS (SELECT 1 FROM approval a WHERE a.change_id = c.id AND a.key = c.key)
                 OR c.needed > 0 AND c.needed <= (SELECT COUNT(*) FROM approval a
                     WHERE a.change_id = c.id AND a.key = c.key AND a.operator IS NOT NULL))",
        );
        let Some(row) = self.row(query.text(stored.id.as_str()).text(stored.key.as_str())).await? else {
            return Ok(Claim::NotApproved);
        };
        if row.flag("incident")? {
            return Ok(Claim::Incident);
        }
        if self.is_kept(&stored.change).await? {
            return Ok(Claim::OnHold);
        }
        let needs: Vec<ChangeKey> = row.json("needs")?;
        if row.date("due")? > terms.today || !self.all_applied(&needs).await? {
            return Ok(Claim::NotReady);
        }
        let released = row.flag("released")?;
        if !released {
            for Limit { scope, kind, limit, window_start } in &terms.limits {
                if self.spent_in(scope, *kind, *window_start).await? >= *limit {
                    return Ok(Claim::Braked(scope.clone(), *kind));
                }
            }
        }
        let intent = Intent {
            id: ids::fresh(self.now)?,
            change: stored.id.clone(),
            key: stored.key.clone(),
            worker: self.token().holder.clone(),
            token: self.token().number,
            write_by: terms.write_by,
            sealed_password: terms.sealed_password.clone(),
        };
        if !self.insert_intent(&intent, stored).await? {
            return Ok(Claim::Busy);
        }
        let claim = sql(
            "claim",
            "UPDATE change SET state = 'claimed', since = $1, decided = $1
             WHERE id = $2 AND key = $3 AND state = 'approved'",
        );
        let claim = claim.time(self.now).text(stored.id.as_str()).text(stored.key.as_str());
        if self.execute(claim).await? == 0 {
            return Err(StoreError::Busy { what: "claim" });
        }
        if !released {
            self.debit(&stored.id, &terms.limits).await?;
        }
        self.use_addresses(&stored.id).await?;
        self.keep_addresses(stored).await?;
        Ok(Claim::Opened(intent))
    }

    /// Whether a change ends what a legal hold keeps.
    async fn is_kept(&mut self, change: &Change) -> Result<bool, StoreError> {
        if !matches!(change.kind, ChangeKind::CloseAccount | ChangeKind::DeleteAccount) {
            return Ok(false);
        }
        let account = HoldSubject::Account(change.target.clone(), AccountId::new(change.subject.as_str()));
        if self.is_on_hold(&account).await? {
            return Ok(true);
        }
        match &change.person {
            Some(person) => self.is_on_hold(&HoldSubject::Person(person.clone())).await,
            None => Ok(false),
        }
    }

    async fn all_applied(&mut self, needs: &[ChangeKey]) -> Result<bool, StoreError> {
        for key in needs {
            let query = sql("needs", "SELECT id FROM change WHERE key = $1 AND state = 'applied' LIMIT 1");
            if self.row(query.text(key.as_str())).await?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn insert_intent(&mut self, intent: &Intent, stored: &StoredChange) -> Result<bool, StoreError> {
        let Intent { id, change, key, worker, token, write_by, sealed_password } = intent;
        let insert = sql(
            "intent",
            "INSERT INTO intent (id, change_id, key, target, subject, worker, token, write_by, sealed, opened)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        );
        let insert = insert
            .text(id)
            .text(change.as_str())
            .text(key.as_str())
            .text(stored.change.target.as_str())
            .text(stored.change.subject.as_str())
            .text(worker)
            .int(*token)
            .time(*write_by)
            .maybe(sealed_password.as_deref().map(hex).as_deref())
            .time(self.now);
        Ok(self.execute(insert).await? == 1)
    }

    async fn debit(&mut self, id: &ChangeId, limits: &[Limit]) -> Result<(), StoreError> {
        for Limit { scope, kind, limit: _, window_start: _ } in limits {
            let insert = sql(
                "budget",
                "INSERT INTO budget (change_id, scope, kind, at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (change_id, scope, kind) DO UPDATE SET at = excluded.at",
            );
            let insert = insert.text(id.as_str()).text(&scope.to_string()).text(kind.as_str()).time(self.now);
            self.execute(insert).await?;
        }
        Ok(())
    }

    /// Notes how a write ended, with the notices it causes. `false`, and nothing written, where it was noted before.
    /// An unknown outcome leaves the intent open, so that nothing else touches the subject until it is known.
    pub async fn resolve_intent(
        &mut self,
        intent_id: &str,
        outcome: &Outcome,
        notices: &[Notice],
    ) -> Result<bool, StoreError> {
        let missing = || StoreError::Missing { what: "intent", id: intent_id.to_owned() };
        let query = sql("intent", "SELECT change_id, resolved FROM intent WHERE id = $1").text(intent_id);
        let row = self.row(query).await?.ok_or_else(missing)?;
        if row.maybe("resolved")?.is_some() {
            return Ok(false);
        }
        let id = ChangeId::new(row.text("change_id")?);
        let stored = self.stored_change(&id).await?.ok_or_else(missing)?;
        let (to, word, why) = ending(outcome);
        let resolved = (to != State::Unknown).then_some(self.now);
        let update = sql(
            "resolve",
            "UPDATE intent SET resolved = $1, outcome = $2, why = $3 WHERE id = $4 AND resolved IS NULL",
        );
        let update = update.maybe(resolved.map(crate::model::rfc3339).as_deref()).text(word).maybe(why);
        if self.execute(update.text(intent_id)).await? == 0 {
            return Ok(false);
        }
        if stored.state != to {
            self.end_claim(&stored, to, why).await?;
        }
        match outcome {
            Outcome::NotSent { .. } => {
                let back = sql("budget", "DELETE FROM budget WHERE change_id = $1").text(id.as_str());
                self.execute(back).await?;
            }
            Outcome::Ordered { order } => self.tie_to_order(&stored, order).await?,
            Outcome::Applied | Outcome::Stale { .. } | Outcome::Failed { .. } | Outcome::Unknown { .. } => {}
        }
        for notice in notices {
            self.enqueue(notice).await?;
        }
        let worker = self.token().holder.clone();
        self.audit(&worker, verb(outcome), about(&stored), &detail(&stored, why.unwrap_or("")));
        Ok(true)
    }

    /// Moves a claimed or unknown change to where its write ended; once its intent is resolved, by the table.
    async fn end_claim(
        &mut self,
        stored: &StoredChange,
        to: State,
        why: Option<&str>,
    ) -> Result<(), StoreError> {
        if !stored.state.may_become(to) {
            return Err(StoreError::Transition { from: stored.state, to });
        }
        let update = sql(
            "outcome",
            "UPDATE change SET state = $1, since = $2, decided = $2, outcome = $3 WHERE id = $4 AND state = $5",
        );
        let update = update.text(to.as_str()).time(self.now).maybe(why).text(stored.id.as_str());
        if self.execute(update.text(stored.state.as_str())).await? == 1 {
            return Ok(());
        }
        Err(StoreError::Busy { what: "outcome" })
    }

    async fn tie_to_order(&mut self, stored: &StoredChange, file: &str) -> Result<(), StoreError> {
        let update = sql(
            "work order",
            "UPDATE change SET work_order = (SELECT w.id FROM work_order w WHERE w.target = $1 AND w.file = $2)
             WHERE id = $3 AND EXISTS (SELECT 1 FROM work_order w WHERE w.target = $1 AND w.file = $2)",
        );
        let update = update.text(stored.change.target.as_str()).text(file).text(stored.id.as_str());
        if self.execute(update).await? == 1 {
            return Ok(());
        }
        Err(StoreError::Missing { what: "work order", id: file.to_owned() })
    }
}

impl Store {
    /// Intents without a known outcome, oldest first: what a worker resumes with after a crash.
    pub async fn unresolved_intents(&self) -> Result<Vec<OpenIntent>, StoreError> {
        let query = sql(
            "open intents",
            "SELECT id, change_id, key, worker, token, write_by, sealed, opened, why FROM intent
             WHERE resolved IS NULL ORDER BY id",
        );
        self.rows(query).await?.iter().map(read).collect()
    }
}

/// The state a write's end brings, its word and its reason.
fn ending(outcome: &Outcome) -> (State, &'static str, Option<&str>) {
    match outcome {
        Outcome::Applied => (State::Applied, "applied", None),
        Outcome::Ordered { order } => (State::Ordered, "ordered", Some(order)),
        Outcome::Stale { why } => (State::Stale, "stale", Some(why)),
        Outcome::Failed { why } => (State::Failed, "failed", Some(why)),
        Outcome::NotSent { why } => (State::Approved, "not-sent", Some(why)),
        Outcome::Unknown { why } => (State::Unknown, "unknown", Some(why)),
    }
}

fn verb(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Applied => "change.applied",
        Outcome::Ordered { .. } => "change.ordered",
        Outcome::Stale { .. } => "change.stale",
        Outcome::Failed { .. } => "change.failed",
        Outcome::NotSent { .. } => "change.not-sent",
        Outcome::Unknown { .. } => "change.unknown",
    }
}

fn read(row: &Row) -> Result<OpenIntent, StoreError> {
    let sealed = row.maybe("sealed")?;
    let intent = Intent {
        id: row.text("id")?,
        change: ChangeId::new(row.text("change_id")?),
        key: ChangeKey::new(row.text("key")?),
        worker: row.text("worker")?,
        token: row.int("token")?,
        write_by: row.time("write_by")?,
        sealed_password: sealed.map(|text| unhex(&text)).transpose()?,
    };
    Ok(OpenIntent { intent, opened: row.time("opened")?, unknown: row.maybe("why")? })
}

pub(super) fn unhex(text: &str) -> Result<Vec<u8>, StoreError> {
    // The value is a sealed password: the error does not repeat it.
    let broken = || StoreError::decode("sealed password", "(not shown)");
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| {
            let pair = std::str::from_utf8(pair).map_err(|_| broken())?;
            u8::from_str_radix(pair, 16).map_err(|_| broken())
        })
        .collect()
}
