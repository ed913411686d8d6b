//! Outcomes: how writes ended. Those of a group are one transaction with a few statements.

use super::approval::{about, detail};
use super::change::{self, COLUMNS};
use super::dialect::Bulk;
use super::statement::{json, sql};
use super::{Fenced, StoreError};
use crate::model::change::{State, StoredChange};
use crate::model::intent::Outcome;
use crate::model::rfc3339;
use serde::Serialize;
use std::collections::BTreeMap;

/// An intent that ends, as a row of a bulk parameter.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    change_id: String,
    was: &'a str,
    state: &'a str,
    resolved: Option<String>,
    outcome: &'a str,
    why: Option<&'a str>,
}

/// The columns of [`Line`].
const LINE: &[Bulk] = &[
    Bulk::Text("id"),
    Bulk::Text("change_id"),
    Bulk::Text("was"),
    Bulk::Text("state"),
    Bulk::Text("resolved"),
    Bulk::Text("outcome"),
    Bulk::Text("why"),
];

impl Fenced {
    /// Notes how one write ended, as [`Self::resolve_intents`] does.
    pub async fn resolve_intent(&mut self, intent_id: &str, outcome: &Outcome) -> Result<bool, StoreError> {
        Ok(self.resolve_intents(&[(intent_id, outcome)]).await? == [true])
    }

    /// Notes how writes ended. `false`, and nothing written, for one that was noted before. An unknown outcome leaves
    /// its intent open, so that nothing else touches the subject until it is known.
    pub async fn resolve_intents(&mut self, ended: &[(&str, &Outcome)]) -> Result<Vec<bool>, StoreError> {
        let claimed = self.claimed(ended.iter().map(|(id, _)| *id)).await?;
        let (mut news, mut lines) = (Vec::new(), Vec::new());
        for (intent, outcome) in ended {
            let Some((stored, resolved)) = claimed.get(*intent) else {
                return Err(StoreError::Missing { what: "intent", id: (*intent).to_owned() });
            };
            news.push(!resolved);
            if *resolved {
                continue;
            }
            let (to, word, why) = ending(outcome);
            // What is known only as unknown may be found to be so again.
            if stored.state != to && !stored.state.may_become(to) {
                return Err(StoreError::Transition { from: stored.state, to });
            }
            lines.push(Line {
                id: intent,
                change_id: stored.id.to_string(),
                was: stored.state.as_str(),
                state: to.as_str(),
                resolved: (to != State::Unknown).then(|| rfc3339(self.now)),
                outcome: word,
                why,
            });
        }
        self.end(&lines).await?;
        for ((intent, outcome), _) in ended.iter().zip(&news).filter(|(_, new)| **new) {
            let Some((stored, _)) = claimed.get(*intent) else { continue };
            if let Outcome::Ordered { order } = outcome {
                self.tie_to_order(stored, order).await?;
            }
            let worker = self.token().holder.clone();
            let why = ending(outcome).2.unwrap_or("");
            self.audit(&worker, verb(outcome), about(stored), &detail(stored, why));
        }
        Ok(news)
    }

    /// The changes of intents, and whether their outcome was noted before, by intent.
    async fn claimed<'a>(
        &mut self,
        intents: impl Iterator<Item = &'a str>,
    ) -> Result<BTreeMap<String, (StoredChange, bool)>, StoreError> {
        let query = format!(
            "SELECT {COLUMNS}, i.id AS intent, i.resolved
             FROM {} AS r CROSS JOIN intent i CROSS JOIN change c CROSS JOIN change_content t
             WHERE i.id = r.id AND c.id = i.change_id AND t.id = c.id",
            self.dialect.ids()
        );
        let rows = self.rows(sql("intents", query).text(&change::id_list(intents)?)).await?;
        let claimed = |row: &super::statement::Row| {
            let resolved = row.maybe("resolved")?.is_some();
            Ok((row.text("intent")?, (change::read(row)?.stored, resolved)))
        };
        rows.iter().map(claimed).collect()
    }

    /// Ends intents, and moves their changes to where their writes ended.
    async fn end(&mut self, lines: &[Line<'_>]) -> Result<(), StoreError> {
        if lines.is_empty() {
            return Ok(());
        }
        let resolve = format!(
            "UPDATE intent SET resolved = r.resolved, outcome = r.outcome, why = r.why
             FROM {} AS r WHERE intent.id = r.id AND intent.resolved IS NULL",
            self.dialect.rows(LINE)
        );
        if self.execute(sql("resolve", resolve).text(&json("outcomes", &lines)?)).await? < lines.len() as u64
        {
            return Err(StoreError::Busy { what: "outcome" });
        }
        let moved: Vec<_> = lines.iter().filter(|line| line.was != line.state).collect();
        let update = format!(
            "UPDATE change SET state = r.state, since = $2, decided = $2, outcome = r.why
             FROM {} AS r WHERE change.id = r.change_id AND change.state = r.was",
            self.dialect.rows(LINE)
        );
        let now = self.now;
        let update = sql("outcome", update).text(&json("outcomes", &moved)?).time(now);
        if self.execute(update).await? < moved.len() as u64 {
            return Err(StoreError::Busy { what: "outcome" });
        }
        let not_sent = lines.iter().filter(|line| line.outcome == NOT_SENT);
        let not_sent: Vec<_> = not_sent.map(|line| line.change_id.as_str()).collect();
        if !not_sent.is_empty() {
            let back = format!(
                "DELETE FROM budget WHERE change_id IN (SELECT r.id FROM {} AS r)",
                self.dialect.ids()
            );
            self.execute(sql("budget", back).text(&json("ids", &not_sent)?)).await?;
        }
        Ok(())
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

/// The word of what was never sent: it costs nothing.
const NOT_SENT: &str = "not-sent";

/// The state a write's end brings, its word and its reason.
fn ending(outcome: &Outcome) -> (State, &'static str, Option<&str>) {
    match outcome {
        Outcome::Applied => (State::Applied, "applied", None),
        Outcome::Ordered { order } => (State::Ordered, "ordered", Some(order)),
        Outcome::Stale { why } => (State::Stale, "stale", Some(why)),
        Outcome::Failed { why } => (State::Failed, "failed", Some(why)),
        Outcome::NotSent { why } => (State::Approved, NOT_SENT, Some(why)),
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
