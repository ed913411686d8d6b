//! Claims: approved changes are taken for writing. All checks, debits, addresses and intents of a group are one
//! transaction with a few statements, however many changes it has.

use super::brake::Limit;
use super::dialect::Bulk;
use super::pause::Paused;
use super::statement::{json, sql};
use super::{Fenced, StoreError, ids};
use crate::model::brake::{BrakeKind, BrakeScope};
use crate::model::change::{Change, ChangeKind, StoredChange};
use crate::model::ids::{AccountId, ChangeId, ChangeKey, hex};
use crate::model::intent::Intent;
use crate::model::legal_hold::HoldSubject;
use crate::model::{Time, rfc3339};
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

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

/// What the store says of an approved change.
struct Approved {
    released: bool,
    due: NaiveDate,
    needs: Vec<ChangeKey>,
    /// An incident is open on its account, and the change is none of its own.
    incident: bool,
}

/// What is claimed, as a row of a bulk parameter.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    key: &'a str,
    target: &'a str,
    subject: &'a str,
}

impl<'a> Line<'a> {
    fn of(stored: &'a StoredChange) -> Self {
        Self {
            id: stored.id.as_str(),
            key: stored.key.as_str(),
            target: stored.change.target.as_str(),
            subject: stored.change.subject.as_str(),
        }
    }
}

/// The columns of [`Line`].
const LINE: &[Bulk] = &[Bulk::Text("id"), Bulk::Text("key"), Bulk::Text("target"), Bulk::Text("subject")];

/// A granted claim.
struct Granted<'a> {
    intent: Intent,
    stored: &'a StoredChange,
    /// What it is debited to; nothing where a brake was released for it.
    limits: &'a [Limit],
}

/// What was spent within each scope, the claims of this transaction included.
#[derive(Default)]
struct Spent(BTreeMap<(BrakeScope, BrakeKind), u64>);

impl Fenced {
    /// Claims changes and commits to writing them; an answer for each, in order. Anything but `Opened` has written
    /// nothing. Of two changes of one subject the second is `Busy`.
    pub async fn open_intents(
        &mut self,
        wanted: &[(&StoredChange, Terms)],
    ) -> Result<Vec<Claim>, StoreError> {
        let lines: Vec<_> = wanted.iter().map(|(stored, _)| Line::of(stored)).collect();
        let lines = json("claims", &lines)?;
        let paused = self.is_paused(Paused::Writes).await?;
        let standings = self.standings(&lines).await?;
        let applied = self.applied_keys(standings.values().flat_map(|one| &one.needs)).await?;
        let mut busy = self.under_way(&lines).await?;
        let (mut spent, mut granted, mut claims) = (Spent::default(), Vec::new(), Vec::new());
        for (stored, terms) in wanted {
            let standing = standings.get(&stored.id);
            let refused = match standing {
                _ if paused && !stored.change.is_incident_lock() => Some(Claim::Paused),
                None => Some(Claim::NotApproved),
                Some(one) if one.incident => Some(Claim::Incident),
                Some(_) if self.is_kept(&stored.change).await? => Some(Claim::OnHold),
                Some(one) if one.due > terms.today || !one.needs.iter().all(|key| applied.contains(key)) => {
                    Some(Claim::NotReady)
                }
                Some(one) if !one.released => self.braked(&terms.limits, &mut spent).await?,
                Some(_) => None,
            };
            let subject = (stored.change.target.to_string(), stored.change.subject.to_string());
            let refused = refused.or_else(|| (!busy.insert(subject)).then_some(Claim::Busy));
            if let Some(refused) = refused {
                claims.push(refused);
                continue;
            }
            let limits = if standing.is_some_and(|one| one.released) { &[] } else { terms.limits.as_slice() };
            spent.add(limits);
            let intent = Intent {
                id: ids::fresh(self.now)?,
                change: stored.id.clone(),
                key: stored.key.clone(),
                worker: self.token().holder.clone(),
                token: self.token().number,
                write_by: terms.write_by,
                sealed_password: terms.sealed_password.clone(),
            };
            claims.push(Claim::Opened(intent.clone()));
            granted.push(Granted { intent, stored, limits });
        }
        if !granted.is_empty() {
            self.take(&granted).await?;
        }
        Ok(claims)
    }

    /// Those of `lines` that are approved under their key, by persons enough.
    async fn standings(&mut self, lines: &str) -> Result<BTreeMap<ChangeId, Approved>, StoreError> {
        let source = self.dialect.rows(LINE);
        let query = format!(
            "SELECT c.id, c.released, c.due, t.needs, CASE WHEN EXISTS (
                 SELECT 1 FROM incident i WHERE i.state = 'open'
                 AND (i.id <> t.case_id OR t.reason <> 'incident')
                 AND (i.target = c.target AND i.account = c.subject OR i.person = t.person
                     AND c.kind IN ('create-account', 'enable-account', 'grant-role')))
                 THEN 1 ELSE 0 END AS incident
             FROM {source} AS r CROSS JOIN change c CROSS JOIN change_content t
             WHERE c.id = r.id AND c.key = r.key AND t.id = c.id AND c.state = 'approved'
             AND (c.needed = 0 AND EXISTS (SELECT 1 FROM approval a WHERE a.change_id = c.id AND a.key = c.key)
                 OR c.needed > 0 AND c.needed <= (SELECT COUNT(*) FROM approval a
                     WHERE a.change_id = c.id AND a.key = c.key AND a.operator IS NOT NULL))"
        );
        let rows = self.rows(sql("claim", query).text(lines)).await?;
        let standing = |row: &super::statement::Row| {
            let standing = Approved {
                released: row.flag("released")?,
                due: row.date("due")?,
                needs: row.json("needs")?,
                incident: row.flag("incident")?,
            };
            Ok((ChangeId::new(row.text("id")?), standing))
        };
        rows.iter().map(standing).collect()
    }

    /// Those of `keys` under which something was applied.
    async fn applied_keys(
        &mut self,
        keys: impl Iterator<Item = &ChangeKey>,
    ) -> Result<BTreeSet<ChangeKey>, StoreError> {
        let keys: BTreeSet<_> = keys.collect();
        if keys.is_empty() {
            return Ok(BTreeSet::new());
        }
        let query = format!(
            "SELECT r.id FROM {} AS r
             WHERE EXISTS (SELECT 1 FROM change c WHERE c.key = r.id AND c.state = 'applied')",
            self.dialect.ids()
        );
        let rows = self.rows(sql("needs", query).text(&json("keys", &keys)?)).await?;
        rows.iter().map(|row| row.text("id").map(ChangeKey::new)).collect()
    }

    /// The subjects of `lines` to which a write is under way, or its outcome unknown.
    async fn under_way(&mut self, lines: &str) -> Result<BTreeSet<(String, String)>, StoreError> {
        let query = format!(
            "SELECT r.target, r.subject FROM {} AS r
             WHERE EXISTS (SELECT 1 FROM intent i WHERE i.resolved IS NULL AND i.change_id = r.id)
             OR EXISTS (SELECT 1 FROM intent i
                 WHERE i.resolved IS NULL AND i.target = r.target AND i.subject = r.subject)",
            self.dialect.rows(LINE)
        );
        let rows = self.rows(sql("intents", query).text(lines)).await?;
        rows.iter().map(|row| Ok((row.text("target")?, row.text("subject")?))).collect()
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

    /// The first brake that stops one more.
    async fn braked(&mut self, limits: &[Limit], spent: &mut Spent) -> Result<Option<Claim>, StoreError> {
        for Limit { scope, kind, limit, window_start } in limits {
            let key = (scope.clone(), *kind);
            let so_far = match spent.0.get(&key) {
                Some(so_far) => *so_far,
                None => self.spent_in(scope, *kind, *window_start).await?,
            };
            spent.0.insert(key, so_far);
            if so_far >= *limit {
                return Ok(Some(Claim::Braked(scope.clone(), *kind)));
            }
        }
        Ok(None)
    }

    /// Writes down what was granted.
    async fn take(&mut self, granted: &[Granted<'_>]) -> Result<(), StoreError> {
        self.insert_intents(granted).await?;
        let ids: Vec<_> = granted.iter().map(|one| one.stored.id.as_str()).collect();
        let ids = json("ids", &ids)?;
        let claim = format!(
            "UPDATE change SET state = 'claimed', since = $2, decided = $2
             WHERE state = 'approved' AND id IN (SELECT r.id FROM {} AS r)",
            self.dialect.ids()
        );
        let now = self.now;
        if self.execute(sql("claim", claim).text(&ids).time(now)).await? < granted.len() as u64 {
            return Err(StoreError::Busy { what: "claim" });
        }
        self.debit(granted).await?;
        self.use_addresses(&ids).await?;
        for one in granted {
            self.keep_addresses(one.stored).await?;
        }
        Ok(())
    }

    async fn insert_intents(&mut self, granted: &[Granted<'_>]) -> Result<(), StoreError> {
        #[derive(Serialize)]
        struct Line<'a> {
            id: &'a str,
            change_id: &'a str,
            key: &'a str,
            target: &'a str,
            subject: &'a str,
            write_by: String,
            sealed: Option<String>,
        }
        const COLUMNS: &[Bulk] = &[
            Bulk::Text("id"),
            Bulk::Text("change_id"),
            Bulk::Text("key"),
            Bulk::Text("target"),
            Bulk::Text("subject"),
            Bulk::Text("write_by"),
            Bulk::Text("sealed"),
        ];
        let lines = granted.iter().map(|Granted { intent, stored, limits: _ }| Line {
            id: &intent.id,
            change_id: intent.change.as_str(),
            key: intent.key.as_str(),
            target: stored.change.target.as_str(),
            subject: stored.change.subject.as_str(),
            write_by: rfc3339(intent.write_by),
            sealed: intent.sealed_password.as_deref().map(hex),
        });
        let lines = json("intents", &lines.collect::<Vec<_>>())?;
        let insert = format!(
            "INSERT INTO intent (id, change_id, key, target, subject, worker, token, write_by, sealed, opened)
             SELECT r.id, r.change_id, r.key, r.target, r.subject, $2, CAST($3 AS BIGINT), r.write_by, r.sealed, $4
             FROM {} AS r WHERE 1 = 1 ON CONFLICT DO NOTHING",
            self.dialect.rows(COLUMNS)
        );
        let (token, now) = (self.token().clone(), self.now);
        let insert = sql("intent", insert).text(&lines).text(&token.holder).int(token.number).time(now);
        if self.execute(insert).await? < granted.len() as u64 {
            return Err(StoreError::Busy { what: "intent" });
        }
        Ok(())
    }

    async fn debit(&mut self, granted: &[Granted<'_>]) -> Result<(), StoreError> {
        #[derive(Serialize)]
        struct Line<'a> {
            change_id: &'a str,
            scope: String,
            kind: &'a str,
        }
        const COLUMNS: &[Bulk] = &[Bulk::Text("change_id"), Bulk::Text("scope"), Bulk::Text("kind")];
        let lines = granted.iter().flat_map(|Granted { intent, stored: _, limits }| {
            limits.iter().map(|limit| Line {
                change_id: intent.change.as_str(),
                scope: limit.scope.to_string(),
                kind: limit.kind.as_str(),
            })
        });
        let lines = json("budget", &lines.collect::<Vec<_>>())?;
        let insert = format!(
            "INSERT INTO budget (change_id, scope, kind, at) SELECT r.change_id, r.scope, r.kind, $2
             FROM {} AS r WHERE 1 = 1 ON CONFLICT (change_id, scope, kind) DO UPDATE SET at = excluded.at",
            self.dialect.rows(COLUMNS)
        );
        let now = self.now;
        self.execute(sql("budget", insert).text(&lines).time(now)).await.map(drop)
    }
}

impl Spent {
    /// Counts one more.
    fn add(&mut self, limits: &[Limit]) {
        for limit in limits {
            *self.0.entry((limit.scope.clone(), limit.kind)).or_default() += 1;
        }
    }
}
