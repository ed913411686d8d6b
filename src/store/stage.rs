//! Staging: what a plan adds is written in chunks, each a short transaction of its own, where nobody reads it;
//! publishing then needs one short transaction. A crash in between leaves rows without a change, which the next
//! staging under the same lease removes.

use super::delta::{NewChange, PlanDelta};
use super::dialect::Bulk;
use super::reservation::Claimant;
use super::statement::{json, sql};
use super::{Fenced, Store, StoreError, Token, WriteTx, change, ids};
use crate::model::Time;
use crate::model::change::{Change, Gate, State};
use crate::model::ids::{BrakeKey, ChangeId, Fingerprint, Login};
use crate::model::operator::Right;
use serde::Serialize;
use std::collections::BTreeSet;

/// Rows per transaction: some 50 ms with the slowest disk that was measured.
const CHUNK: usize = 1_000;

/// A plan of which everything is written but what makes it visible.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Staged {
    /// The ids of the plan's new changes, in the plan's order.
    pub(super) ids: Vec<ChangeId>,
    /// Those of them whose address somebody held while they were staged: publishing decides whose it is.
    pub(super) contested: BTreeSet<ChangeId>,
    /// Those of them whose key was superseded before: publishing gives them their approvals back.
    pub(super) known: Vec<ChangeId>,
    /// Persons stored.
    pub(super) people: u64,
}

/// A change as a row of a bulk parameter.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    key: String,
    target: &'a str,
    subject: &'a str,
    kind: &'a str,
    agency: &'a str,
    person: Option<&'a str>,
    label: &'a str,
    old_attrs: String,
    new_attrs: String,
    reason: &'a str,
    effective: Option<String>,
    due: String,
    gate: &'a str,
    needed: usize,
    risk: &'a str,
    document: Option<&'a str>,
    case_id: &'a str,
    needs: String,
    evidence: String,
    waits: u8,
    digest: String,
    search: String,
    state: &'a str,
    brake: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn new(
        id: &'a str,
        change: &'a Change,
        state: State,
        brake: Option<&'a BrakeKey>,
    ) -> Result<Self, StoreError> {
        let Change {
            target,
            subject,
            kind,
            agency,
            person,
            label,
            before,
            after,
            reason,
            effective,
            due,
            gate,
            risk,
            document,
            case,
            needs,
            evidence,
        } = change;
        let person = person.as_ref().map(crate::model::ids::PersonId::as_str);
        let (needs, evidence) = (json("needs", needs)?, json("evidence", evidence)?);
        // What may change while the key stays.
        let digest =
            [agency.as_str(), person.unwrap_or(""), label, risk.as_str(), case.as_str(), &needs, &evidence]
                .into_iter()
                .fold(Fingerprint::of("wording"), Fingerprint::part)
                .finish();
        Ok(Self {
            id,
            key: change.key().to_string(),
            target: target.as_str(),
            subject: subject.as_str(),
            kind: kind.as_str(),
            agency: agency.as_str(),
            person,
            label,
            old_attrs: json("before", before)?,
            new_attrs: json("after", after)?,
            reason: reason.as_str(),
            effective: effective.map(|date| date.to_string()),
            due: due.to_string(),
            gate: gate.as_str(),
            needed: gate.needed(),
            risk: risk.as_str(),
            document: document.as_deref(),
            case_id: case.as_str(),
            needs,
            evidence,
            waits: u8::from(change.waits_for_matches_of().is_some()),
            digest,
            search: change::search_text(change),
            state: state.as_str(),
            brake: brake.map(BrakeKey::as_str),
        })
    }
}

/// What a change says, in the order of the table's columns.
const CONTENT: &[Bulk] = &[
    Bulk::Text("id"),
    Bulk::Text("agency"),
    Bulk::Text("person"),
    Bulk::Text("label"),
    Bulk::Text("old_attrs"),
    Bulk::Text("new_attrs"),
    Bulk::Text("reason"),
    Bulk::Text("effective"),
    Bulk::Text("gate"),
    Bulk::Text("risk"),
    Bulk::Text("document"),
    Bulk::Text("case_id"),
    Bulk::Text("needs"),
    Bulk::Text("evidence"),
    Bulk::Int("waits"),
    Bulk::Text("digest"),
];

/// What a search looks in.
const SEARCH: &[Bulk] = &[Bulk::Text("id"), Bulk::Text("search")];

/// Where a new change is to stand, in the order of the table's columns.
const STANDING: &[Bulk] = &[
    Bulk::Text("id"),
    Bulk::Text("key"),
    Bulk::Text("target"),
    Bulk::Text("subject"),
    Bulk::Text("kind"),
    Bulk::Text("due"),
    Bulk::Int("needed"),
    Bulk::Text("agency"),
    Bulk::Text("gate"),
    Bulk::Text("risk"),
    Bulk::Text("state"),
    Bulk::Text("brake"),
];

impl Store {
    /// Writes what `delta` adds where nobody reads it: the persons it knows (they are knowledge of accepted rosters,
    /// right with or without the plan), then its new changes. [`Fenced::publish`] makes them visible.
    pub async fn stage(&self, token: &Token, now: Time, delta: &PlanDelta) -> Result<Staged, StoreError> {
        for new in &delta.insert {
            let NewChange { change, state, brake: _ } = new;
            let fits = match state {
                State::Proposed | State::Held => true,
                State::Approved => change.gate == Gate::None,
                _ => false,
            };
            if !fits {
                return Err(StoreError::Transition { from: State::Proposed, to: *state });
            }
        }
        self.remove_leftovers(token, now).await?;
        let mut staged = Staged::default();
        // All old links end before the first new one begins, so that an account can pass from one person to another.
        for chunk in delta.people.chunks(CHUNK) {
            self.write_fenced(token, now, |mut tx| async move {
                tx.end_links(chunk).await?;
                tx.commit(()).await
            })
            .await?;
        }
        for chunk in delta.people.chunks(CHUNK) {
            staged.people += self
                .write_fenced(token, now, |mut tx| async move {
                    let written = tx.save_people(chunk).await?;
                    tx.commit(written).await
                })
                .await?;
        }
        for chunk in delta.insert.chunks(CHUNK) {
            let mut new = Vec::with_capacity(chunk.len());
            for _ in chunk {
                new.push(ChangeId::new(ids::fresh(now)?));
            }
            let (contested, known) = self
                .write_fenced(token, now, |mut tx| {
                    let (new, pass) = (&new, &delta.pass);
                    async move {
                        let result = tx.stage_changes(new, chunk, pass).await?;
                        tx.commit(result).await
                    }
                })
                .await?;
            staged.ids.extend(new);
            staged.contested.extend(contested);
            staged.known.extend(known);
        }
        Ok(staged)
    }

    /// Brings the wording of standing changes up to date, in chunks: nothing is decided by it, and what a crash
    /// leaves out the next pass does. Gives how many differed.
    pub async fn refresh(&self, token: &Token, now: Time, delta: &PlanDelta) -> Result<u64, StoreError> {
        let mut refreshed = 0;
        for chunk in delta.refresh.chunks(CHUNK) {
            refreshed += self
                .write_fenced(token, now, |mut tx| async move {
                    let refreshed = tx.refresh_changes(chunk).await?;
                    tx.commit(refreshed).await
                })
                .await?;
        }
        Ok(refreshed)
    }

    async fn remove_leftovers(&self, token: &Token, now: Time) -> Result<(), StoreError> {
        loop {
            let query =
                sql("leftovers", "SELECT id FROM change_staged WHERE lease = $1 ORDER BY id LIMIT 1000");
            let rows = self.rows(query.text(&token.lease)).await?;
            if rows.is_empty() {
                return Ok(());
            }
            let ids = rows.iter().map(|row| row.text("id")).collect::<Result<Vec<_>, _>>()?;
            self.write_fenced(token, now, |mut tx| {
                let ids = &ids;
                async move {
                    tx.unstage(ids.iter().map(String::as_str)).await?;
                    tx.commit(()).await
                }
            })
            .await?;
        }
    }
}

impl WriteTx {
    /// Adds a change that an operator asks for beside any plan, as part of batch `pass`; approved by its rule where its
    /// gate is none. What stands of its kind on the subject gives way; where that is being written or handed over, it
    /// stays, and `None` comes back.
    pub(super) async fn insert_change(
        &mut self,
        change: &Change,
        pass: &str,
    ) -> Result<Option<ChangeId>, StoreError> {
        let live = format!(
            "SELECT id, state FROM change WHERE target = $1 AND subject = $2 AND kind = $3 AND state IN ({})",
            change::words(State::is_live)
        );
        let live = sql("live change", live).text(change.target.as_str()).text(change.subject.as_str());
        if let Some(row) = self.row(live.text(change.kind.as_str())).await? {
            let (id, state) = (ChangeId::new(row.text("id")?), row.word("state", State::parse)?);
            let moves = state.may_become(State::Superseded);
            if !moves || !self.move_one(&id, state, State::Superseded, None).await? {
                return Ok(None);
            }
        }
        let id = ChangeId::new(ids::fresh(self.now)?);
        let state = if change.gate == Gate::None { State::Approved } else { State::Proposed };
        let written = json("change", &[Line::new(id.as_str(), change, state, None)?])?;
        self.write_contents(&written).await?;
        let (columns, source) = (names(STANDING), self.dialect.rows(STANDING));
        let standing = format!(
            "INSERT INTO change ({columns}, proposed, since, decided, released, pass)
             SELECT {columns}, $2, $2, $2, 0, $3 FROM {source} s WHERE true"
        );
        let now = self.now;
        self.execute(sql("new change", standing).text(&written).time(now).text(pass)).await?;
        if state == State::Approved {
            let approve = sql(
                "approve by policy",
                "INSERT INTO approval (change_id, key, policy, at) VALUES ($1, $2, $3, $4)",
            );
            let approve = approve.text(id.as_str()).text(change.key().as_str()).text(change.reason.as_str());
            self.execute(approve.time(now)).await?;
        }
        Ok(Some(id))
    }
}

impl WriteTx {
    /// Writes what changes say, and what a search for them looks in.
    async fn write_contents(&mut self, lines: &str) -> Result<(), StoreError> {
        for (table, columns) in [("change_content", CONTENT), ("change_search", SEARCH)] {
            let (names, source) = (names(columns), self.dialect.rows(columns));
            let insert = format!("INSERT INTO {table} ({names}) SELECT {names} FROM {source} s WHERE true");
            self.execute(sql("contents of changes", insert).text(lines)).await?;
        }
        Ok(())
    }

    /// Proposes the reverse of a change that was carried out, on behalf of `by`; its batch is `undo`. `None` where another
    /// undo of the kind on the same subject waits, or a change of it is being carried out.
    pub async fn propose_undo(&mut self, undo: &Change, by: &Login) -> Result<Option<ChangeId>, StoreError> {
        self.require(by, Right::Approve, Some(&undo.agency)).await?;
        let waits = format!(
            "SELECT c.id FROM change c JOIN change_content t ON t.id = c.id
             WHERE c.target = $1 AND c.subject = $2 AND c.kind = $3 AND t.reason = 'undo' AND c.state IN ({})",
            change::words(State::is_live)
        );
        let waits = sql("live undo", waits).text(undo.target.as_str()).text(undo.subject.as_str());
        if self.row(waits.text(undo.kind.as_str())).await?.is_some() {
            return Ok(None);
        }
        self.insert_change(undo, "undo").await
    }
}

impl Fenced {
    /// Stages one chunk; gives those whose address is contested and those whose key was superseded before.
    async fn stage_changes(
        &mut self,
        ids: &[ChangeId],
        changes: &[NewChange],
        pass: &str,
    ) -> Result<(Vec<ChangeId>, Vec<ChangeId>), StoreError> {
        let mut lines = Vec::with_capacity(changes.len());
        for (id, NewChange { change, state, brake }) in ids.iter().zip(changes) {
            // Where nobody must approve, the policy does.
            let state = match (state, change.gate) {
                (State::Proposed, Gate::None) => State::Approved,
                (state, _) => *state,
            };
            lines.push(Line::new(id.as_str(), change, state, brake.as_ref())?);
        }
        let lines = json("changes", &lines)?;
        let lease = self.token().lease.clone();
        self.write_contents(&lines).await?;
        let (names, source) = (names(STANDING), self.dialect.rows(STANDING));
        let standing = format!(
            "INSERT INTO change_staged ({names}, lease, pass) SELECT {names}, $2, $3 FROM {source} s WHERE true"
        );
        self.execute(sql("stage changes", standing).text(&lines).text(&lease).text(pass)).await?;
        let list = change::id_list(ids.iter().map(ChangeId::as_str))?;
        self.approve_by_policy(&list).await?;
        let claimants = ids.iter().zip(changes).map(|(id, new)| Claimant::new(id, new));
        let contested = self.reserve_free(&claimants.collect::<Vec<_>>()).await?;
        let source = self.dialect.ids();
        let query = format!(
            "SELECT s.id FROM change_staged s WHERE s.id IN (SELECT i.id FROM {source} i)
             AND EXISTS (SELECT 1 FROM change o WHERE o.key = s.key AND o.state = 'superseded')"
        );
        let rows = self.rows(sql("former changes", query).text(&list)).await?;
        let known = rows.iter().map(|row| row.text("id").map(ChangeId::new)).collect::<Result<_, _>>()?;
        Ok((contested, known))
    }

    /// Removes staged changes that are not to be published.
    pub(super) async fn unstage(&mut self, ids: impl Iterator<Item = &str>) -> Result<(), StoreError> {
        let list = change::id_list(ids)?;
        let source = self.dialect.ids();
        for (table, column) in [
            ("reservation", "change_id"),
            ("approval", "change_id"),
            ("change_staged", "id"),
            ("change_search", "id"),
            ("change_content", "id"),
        ] {
            let delete = format!("DELETE FROM {table} WHERE {column} IN (SELECT i.id FROM {source} i)");
            self.execute(sql("unstage", delete).text(&list)).await?;
        }
        Ok(())
    }

    async fn refresh_changes(&mut self, changes: &[(ChangeId, Change)]) -> Result<u64, StoreError> {
        let mut lines = Vec::with_capacity(changes.len());
        for (id, change) in changes {
            lines.push(Line::new(id.as_str(), change, State::Proposed, None)?);
        }
        let source = self.dialect.rows(&[Bulk::Text("id"), Bulk::Text("key"), Bulk::Text("digest")]);
        let differ = format!(
            "SELECT s.id FROM {source} s JOIN change c ON c.id = s.id AND c.key = s.key
             JOIN change_content t ON t.id = s.id AND t.digest <> s.digest"
        );
        let rows = self.rows(sql("refresh changes", differ).text(&json("changes", &lines)?)).await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let differ = rows.iter().map(|row| row.text("id")).collect::<Result<BTreeSet<_>, _>>()?;
        lines.retain(|line| differ.contains(line.id));
        let lines = json("changes", &lines)?;
        for (table, columns, set) in [
            (
                "change_content",
                CONTENT,
                "agency = s.agency, person = s.person, label = s.label, risk = s.risk, case_id = s.case_id,
                 needs = s.needs, evidence = s.evidence, waits = s.waits, digest = s.digest",
            ),
            ("change_search", SEARCH, "search = s.search"),
            ("change", STANDING, "agency = s.agency, risk = s.risk"),
        ] {
            let source = self.dialect.rows(columns);
            let update = format!("UPDATE {table} SET {set} FROM {source} s WHERE {table}.id = s.id");
            self.execute(sql("refresh changes", update).text(&lines)).await?;
        }
        Ok(differ.len() as u64)
    }
}

fn names(columns: &[Bulk]) -> String {
    let name = |column: &Bulk| match column {
        Bulk::Text(name) | Bulk::Int(name) => *name,
    };
    columns.iter().map(name).collect::<Vec<_>>().join(", ")
}
