//! A case (vụ việc): everything the store keeps of one person's event, to be put before whoever asks what was done, by
//! whom and why.

use super::change::{COLUMNS, FROM, id_list, with_approvals};
use super::statement::{Row, sql};
use super::{Arrival, Standing, Store, StoreError, roster};
use crate::model::Time;
use crate::model::ids::{CaseId, ChangeId, ChangeKey, RosterId};
use crate::model::notice::Notice;
use serde::Serialize;
use std::collections::BTreeSet;

/// Who agreed to a change, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The change.
    pub change: ChangeId,
    /// The key that was agreed to.
    pub key: ChangeKey,
    /// The operator, or the policy by the name of its rule.
    pub by: String,
    /// When.
    pub at: Time,
}

/// One write to a target: when it was begun, and what came of it. Passwords are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrittenAs {
    /// The change.
    pub change: ChangeId,
    /// The worker.
    pub worker: String,
    /// When the intent was committed.
    pub opened: Time,
    /// When its outcome was known.
    pub resolved: Option<Time>,
    /// The outcome.
    pub outcome: Option<String>,
    /// What the target said.
    pub why: Option<String>,
}

/// A mail about the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mail {
    /// The mail.
    pub notice: Notice,
    /// Whether it was sent, and if not, where it stands.
    pub state: String,
    /// How often it was tried.
    pub attempts: u64,
}

/// What the store keeps of a case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseFiles {
    /// Its changes, oldest first.
    pub changes: Vec<Standing>,
    /// Who agreed.
    pub decisions: Vec<Decision>,
    /// What was written.
    pub writes: Vec<WrittenAs>,
    /// Who was written to.
    pub mails: Vec<Mail>,
    /// The rosters behind it.
    pub rosters: Vec<Arrival>,
}

impl Store {
    /// Everything about `case`, at one moment; empty where there is none.
    pub async fn case(&self, case: &CaseId) -> Result<CaseFiles, StoreError> {
        let select = format!("SELECT {COLUMNS} {FROM} WHERE t.case_id = $1 ORDER BY c.proposed, c.id");
        let approvals =
            "SELECT p.change_id, p.key, COALESCE(p.operator, 'policy:' || p.policy) AS by_whom, p.at
             FROM approval p JOIN change_content t ON t.id = p.change_id JOIN change c ON c.id = t.id
             WHERE t.case_id = $1 ORDER BY p.at, p.operator";
        let intents = "SELECT i.change_id, i.worker, i.opened, i.resolved, i.outcome, i.why
             FROM intent i JOIN change_content t ON t.id = i.change_id WHERE t.case_id = $1 ORDER BY i.opened, i.id";
        // A question to the old agency names the change's key; the others are noted when they are written.
        let mails = "SELECT m.body, o.state, o.attempts FROM outbox o JOIN outbox_content m ON m.id = o.id WHERE EXISTS (
                 SELECT 1 FROM change_notice n JOIN change_content t ON t.id = n.change_id
                 WHERE t.case_id = $1 AND n.key = o.key)
             OR EXISTS (SELECT 1 FROM change c JOIN change_content t ON t.id = c.id
                 WHERE t.case_id = $1 AND o.key = 'receiver_asks:' || c.key) ORDER BY o.id";
        let mut tx = self.begin_read().await?;
        let rows = tx.rows(sql("case", select).text(case.as_str())).await?;
        let approved = tx.rows(sql("approvals", approvals).text(case.as_str())).await?;
        let intents = tx.rows(sql("intents", intents).text(case.as_str())).await?;
        let mails = tx.rows(sql("outbox", mails).text(case.as_str())).await?;
        let changes = with_approvals(&rows, &approved)?;
        let evidence = changes.iter().flat_map(|one| &one.stored.change.evidence);
        let rosters: BTreeSet<&str> = evidence.filter_map(|one| one.roster().map(RosterId::as_str)).collect();
        let source = self.dialect.ids();
        let query = format!(
            "SELECT {} FROM roster WHERE id IN (SELECT s.id FROM {source} s) ORDER BY arrived, id",
            roster::COLUMNS
        );
        let rosters = tx.rows(sql("rosters", query).text(&id_list(rosters.into_iter())?)).await?;
        Ok(CaseFiles {
            decisions: approved.iter().map(decision).collect::<Result<_, _>>()?,
            writes: intents.iter().map(written).collect::<Result<_, _>>()?,
            mails: mails.iter().map(mail).collect::<Result<_, _>>()?,
            rosters: rosters.iter().map(roster::read).collect::<Result<_, _>>()?,
            changes,
        })
    }
}

fn decision(row: &Row) -> Result<Decision, StoreError> {
    Ok(Decision {
        change: ChangeId::new(row.text("change_id")?),
        key: ChangeKey::new(row.text("key")?),
        by: row.text("by_whom")?,
        at: row.time("at")?,
    })
}

fn written(row: &Row) -> Result<WrittenAs, StoreError> {
    Ok(WrittenAs {
        change: ChangeId::new(row.text("change_id")?),
        worker: row.text("worker")?,
        opened: row.time("opened")?,
        resolved: row.maybe_time("resolved")?,
        outcome: row.maybe("outcome")?,
        why: row.maybe("why")?,
    })
}

fn mail(row: &Row) -> Result<Mail, StoreError> {
    Ok(Mail { notice: row.json("body")?, state: row.text("state")?, attempts: row.count("attempts")? })
}
