//! Publishing a plan: what differs from the stored one goes in, all at once. The same plan again writes nothing.

use super::approval::Settle;
use super::delta::{NewChange, PlanDelta, Published, StateChange};
use super::dialect::Bulk;
use super::statement::{json, sql};
use super::{Fenced, StoreError, change, ids};
use crate::model::Time;
use crate::model::change::{Change, Gate, State};
use crate::model::ids::{BrakeKey, ChangeId, Fingerprint};
use serde::Serialize;
use std::collections::BTreeSet;

/// Rows per statement.
const CHUNK: usize = 5_000;

/// A change as a row of a bulk parameter.
#[derive(Serialize)]
pub(super) struct Line<'a> {
    id: String,
    #[serde(skip)]
    change: &'a Change,
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
    digest: String,
    search: String,
    state: &'a str,
    brake: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn new(
        id: String,
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
                .fold(Fingerprint::of("wording"), super::super::model::ids::Fingerprint::part)
                .finish();
        Ok(Self {
            id,
            change,
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
            digest,
            search: change::search_text(change),
            state: state.as_str(),
            brake: brake.map(BrakeKey::as_str),
        })
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn change(&self) -> &'a Change {
        self.change
    }
}

/// The columns of a new row, in the order of the table's.
const NEW: &[Bulk] = &[
    Bulk::Text("id"),
    Bulk::Text("key"),
    Bulk::Text("target"),
    Bulk::Text("subject"),
    Bulk::Text("kind"),
    Bulk::Text("agency"),
    Bulk::Text("person"),
    Bulk::Text("label"),
    Bulk::Text("old_attrs"),
    Bulk::Text("new_attrs"),
    Bulk::Text("reason"),
    Bulk::Text("effective"),
    Bulk::Text("due"),
    Bulk::Text("gate"),
    Bulk::Int("needed"),
    Bulk::Text("risk"),
    Bulk::Text("document"),
    Bulk::Text("case_id"),
    Bulk::Text("needs"),
    Bulk::Text("evidence"),
    Bulk::Text("digest"),
    Bulk::Text("search"),
    Bulk::Text("state"),
    Bulk::Text("brake"),
];

impl Fenced {
    /// Stores what a plan changes.
    pub async fn publish(&mut self, delta: &PlanDelta) -> Result<Published, StoreError> {
        let PlanDelta {
            pass,
            snapshot_start,
            today,
            approval_days,
            insert,
            supersede,
            set_state,
            refresh,
            questions,
            questions_superseded,
            brakes,
            people,
        } = delta;
        let mut done = Published::default();
        let touched = self.touched_since(*snapshot_start).await?;
        let subject_of = |change: &Change| (change.target.to_string(), change.subject.to_string());
        let touched_ids: BTreeSet<_> = touched.iter().map(|(id, _)| id.as_str()).collect();
        let touched_subjects: BTreeSet<_> = touched.iter().map(|(_, subject)| subject.clone()).collect();
        let fresh_id = |id: &ChangeId| !touched_ids.contains(id.as_str());

        done.people = self.save_people(people).await?;
        done.questions = self.save_questions(questions).await?;
        self.supersede_questions(questions_superseded).await?;
        self.save_brakes(brakes).await?;

        let wanted: Vec<_> = supersede.iter().filter(|id| fresh_id(id)).collect();
        done.skipped += (supersede.len() - wanted.len()) as u64;
        for chunk in wanted.chunks(CHUNK) {
            done.superseded += self.supersede(chunk).await?;
        }
        let wanted: Vec<_> = set_state.iter().filter(|one| fresh_id(&one.id)).collect();
        done.skipped += (set_state.len() - wanted.len()) as u64;
        done.moved = self.move_all(&wanted).await?;

        let mut lines = Vec::new();
        for NewChange { change, state, brake } in insert {
            if touched_subjects.contains(&subject_of(change)) {
                done.skipped += 1;
                continue;
            }
            let fits = match state {
                State::Proposed | State::Held => true,
                State::Approved => change.gate == Gate::None,
                _ => false,
            };
            if !fits {
                return Err(StoreError::Transition { from: State::Proposed, to: *state });
            }
            lines.push(Line::new(ids::fresh(self.now)?, change, *state, brake.as_ref())?);
        }
        done.address_taken = self.drop_taken(&mut lines).await?;
        for chunk in lines.chunks(CHUNK) {
            done.inserted += self.insert_changes(chunk, pass).await?;
            self.reserve(chunk).await?;
        }
        done.blocked = lines.len() as u64 - done.inserted;
        if done.inserted > 0 {
            self.approve_by_policy(pass).await?;
            self.regain_approvals(pass, *today, *approval_days).await?;
            done.approved = self.settle_proposed(Settle::Pass(pass)).await?;
        }
        for chunk in refresh.chunks(CHUNK) {
            done.refreshed += self.refresh_changes(chunk).await?;
        }
        if done.inserted + done.superseded + done.moved > 0 {
            let worker = self.token().holder.clone();
            self.audit(&worker, "plan.publish", pass, &json("counts", &done)?);
        }
        Ok(done)
    }

    /// Changes whose subject has a decision or outcome since `start`: id, and target with subject.
    async fn touched_since(&mut self, start: Time) -> Result<Vec<(String, (String, String))>, StoreError> {
        let any = sql("decided", "SELECT id FROM change WHERE decided >= $1 LIMIT 1").time(start);
        if self.row(any).await?.is_none() {
            return Ok(Vec::new());
        }
        let query = sql(
            "decided",
            "SELECT c.id, c.target, c.subject FROM change c
             JOIN (SELECT DISTINCT target, subject FROM change WHERE decided >= $1) d
                 ON d.target = c.target AND d.subject = c.subject",
        );
        let rows = self.rows(query.time(start)).await?;
        rows.iter().map(|row| Ok((row.text("id")?, (row.text("target")?, row.text("subject")?)))).collect()
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
            for chunk in ids.chunks(CHUNK) {
                moved += self.transition_all(chunk, &[*from], *to, brake.as_ref()).await?;
            }
        }
        Ok(moved)
    }

    async fn insert_changes(&mut self, lines: &[Line<'_>], pass: &str) -> Result<u64, StoreError> {
        let names: Vec<_> = NEW
            .iter()
            .map(|column| match column {
                Bulk::Text(name) | Bulk::Int(name) => *name,
            })
            .collect();
        let (names, source) = (names.join(", "), self.dialect.rows(NEW));
        let insert = format!(
            "INSERT INTO change ({names}, proposed, since, released, pass)
             SELECT {names}, $2, $2, 0, $3 FROM {source} s WHERE true ON CONFLICT DO NOTHING"
        );
        let now = self.now;
        self.execute(sql("insert changes", insert).text(&json("changes", &lines)?).time(now).text(pass)).await
    }

    async fn refresh_changes(&mut self, changes: &[(ChangeId, Change)]) -> Result<u64, StoreError> {
        let mut lines = Vec::with_capacity(changes.len());
        for (id, change) in changes {
            lines.push(Line::new(id.to_string(), change, State::Proposed, None)?);
        }
        let source = self.dialect.rows(NEW);
        let update = format!(
            "UPDATE change SET agency = s.agency, person = s.person, label = s.label, risk = s.risk,
                 case_id = s.case_id, needs = s.needs, evidence = s.evidence, digest = s.digest, search = s.search
             FROM {source} s WHERE change.id = s.id AND change.key = s.key AND change.digest <> s.digest"
        );
        self.execute(sql("refresh changes", update).text(&json("changes", &lines)?)).await
    }
}
