//! Rejections, told back: what an operator said no to, and why, goes into the feedback of the rosters that asked for it.

use super::change::id_list;
use super::dialect::Bulk;
use super::statement::{Row, json, sql};
use super::{Store, StoreError, WriteTx};
use crate::model::change::ChangeKind;
use crate::model::evidence::Evidence;
use crate::model::ids::{ChangeId, RosterId};
use serde::Serialize;
use std::collections::BTreeSet;

/// One row of a roster, or all of it, whose change was rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The sheet and the row; `None` where it is about somebody whom the roster does not name.
    pub place: Option<(String, u32)>,
    /// What was asked for.
    pub kind: ChangeKind,
    /// About whom.
    pub label: String,
    /// Why not.
    pub reason: String,
}

/// A rejection as a row of a bulk parameter.
#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    roster: String,
    change_id: String,
    sheet: String,
    at: i64,
}

const LINES: &[Bulk] = &[Bulk::Text("roster"), Bulk::Text("change_id"), Bulk::Text("sheet"), Bulk::Int("at")];

impl WriteTx {
    /// Owes the rosters behind `changes` a feedback that says that they were rejected, and why.
    pub(super) async fn tell_rosters(
        &mut self,
        changes: &[&ChangeId],
        reason: &str,
    ) -> Result<(), StoreError> {
        let source = self.dialect.ids();
        let query = format!(
            "SELECT t.id, t.evidence FROM change_content t JOIN {source} s ON t.id = s.id ORDER BY t.id"
        );
        let ids = id_list(changes.iter().map(|id| id.as_str()))?;
        let mut lines = BTreeSet::new();
        for row in self.rows(sql("evidence", query).text(&ids)).await? {
            let (change_id, evidence): (_, Vec<Evidence>) = (row.text("id")?, row.json("evidence")?);
            lines.extend(evidence.into_iter().filter_map(|one| {
                let (roster, sheet, line) = match one {
                    Evidence::Row { roster, sheet, row, .. } => (roster, sheet, row),
                    Evidence::Absence { roster, .. } => (roster, String::new(), 0),
                    Evidence::Snapshot { .. }
                    | Evidence::Rule { .. }
                    | Evidence::Operator { .. }
                    | Evidence::Match { .. }
                    | Evidence::Unsettled { .. } => return None,
                };
                let (roster, at) = (roster.to_string(), i64::from(line));
                Some(Line { roster, change_id: change_id.clone(), sheet, at })
            }));
        }
        if lines.is_empty() {
            return Ok(());
        }
        let (source, all) = (self.dialect.rows(LINES), json("rejections", &lines)?);
        // Where the roster is not there, nobody is to be told.
        let insert = format!(
            "INSERT INTO roster_rejection (roster, change_id, sheet, line, reason)
             SELECT s.roster, s.change_id, s.sheet, s.at, $2 FROM {source} s JOIN roster r ON r.id = s.roster
             WHERE TRUE ON CONFLICT (roster, change_id, sheet, line) DO NOTHING"
        );
        self.execute(sql("rejections", insert).text(&all).text(reason)).await?;
        let owe = format!(
            "UPDATE roster SET feedback = 'again' WHERE feedback = 'written' AND id IN (SELECT s.roster FROM {source} s)"
        );
        self.execute(sql("rejections", owe).text(&all)).await?;
        Ok(())
    }
}

impl Store {
    /// What was rejected of a roster, in the order of its rows.
    pub(super) async fn rejections(&self, roster: &RosterId) -> Result<Vec<Rejection>, StoreError> {
        let query = sql(
            "rejections",
            "SELECT r.sheet, r.line, r.reason, c.kind, t.label FROM roster_rejection r
             JOIN change c ON c.id = r.change_id JOIN change_content t ON t.id = r.change_id
             WHERE r.roster = $1 ORDER BY r.sheet, r.line, r.change_id",
        );
        let read = |row: &Row| {
            let line = u32::try_from(row.count("line")?).unwrap_or(u32::MAX);
            Ok(Rejection {
                place: if line == 0 { None } else { Some((row.text("sheet")?, line)) },
                kind: row.word("kind", ChangeKind::parse)?,
                label: row.text("label")?,
                reason: row.text("reason")?,
            })
        };
        self.rows(query.text(roster.as_str())).await?.iter().map(read).collect()
    }
}
