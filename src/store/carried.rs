//! What was carried out: changes with the moment at which they were written or confirmed, undone ones included.

use super::change::{COLUMNS, FROM, with_approvals};
use super::statement::{Row, sql};
use super::{Standing, Store, StoreError};
use crate::model::Time;
use std::collections::BTreeMap;

/// A change that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// The change, with its approvals.
    pub standing: Standing,
    /// When it was written, or when an export confirmed it.
    pub at: Time,
}

impl Store {
    /// Everything that was carried out from `from` to `to`, both included, oldest first.
    pub async fn carried_out(&self, from: Time, to: Time) -> Result<Vec<Carried>, StoreError> {
        // An undone change was carried out when its own write was resolved.
        let when = "COALESCE((SELECT MAX(i.resolved) FROM intent i
            WHERE i.change_id = c.id AND i.outcome = 'applied'), c.since)";
        let done = format!("c.state IN ('applied', 'undone') AND {when} >= $1 AND {when} <= $2");
        let query = format!("SELECT {COLUMNS}, {when} AS carried {FROM} WHERE {done} ORDER BY carried, c.id");
        let approvals = format!(
            "SELECT p.change_id, COALESCE(p.operator, 'policy:' || p.policy) AS by_whom FROM approval p
             JOIN change c ON c.id = p.change_id WHERE {done} ORDER BY p.at, p.operator"
        );
        let mut tx = self.begin_read().await?;
        let rows = tx.rows(sql("carried out", query).time(from).time(to)).await?;
        let approvals = tx.rows(sql("approvals", approvals).time(from).time(to)).await?;
        let times = |row: &Row| Ok((row.text("id")?, row.time("carried")?));
        let times: BTreeMap<String, Time> = rows.iter().map(times).collect::<Result<_, StoreError>>()?;
        let carried = with_approvals(&rows, &approvals)?.into_iter();
        Ok(carried
            .map(|standing| {
                let at = times.get(standing.stored.id.as_str()).copied().unwrap_or(standing.since);
                Carried { standing, at }
            })
            .collect())
    }
}
