//! Telling: which changes were carried out and not yet told to their agency.

use super::change::{COLUMNS, FROM, id_list, with_approvals};
use super::statement::sql;
use super::{Fenced, Standing, Store, StoreError};
use crate::model::ids::ChangeId;
use std::collections::BTreeSet;

impl Fenced {
    /// Notes that `ids` were told, in the transaction that queues the mail.
    pub async fn mark_told(&mut self, ids: &[ChangeId]) -> Result<(), StoreError> {
        let source = self.dialect.ids();
        let list = id_list(ids.iter().map(ChangeId::as_str))?;
        let update = format!("UPDATE change SET told = 1 WHERE id IN (SELECT s.id FROM {source} s)");
        self.execute(sql("told", update).text(&list)).await.map(|_| ())
    }
}

impl Fenced {
    /// Keeps which notices spoke of which changes: the mails of a case are found by it.
    pub async fn note_notices(
        &mut self,
        ids: &[ChangeId],
        keys: &BTreeSet<String>,
    ) -> Result<(), StoreError> {
        let source = self.dialect.ids();
        let list = id_list(ids.iter().map(ChangeId::as_str))?;
        for key in keys {
            let insert = format!(
                "INSERT INTO change_notice (change_id, key) SELECT s.id, $2 FROM {source} s WHERE true
                 ON CONFLICT (change_id, key) DO NOTHING"
            );
            self.execute(sql("notices", insert).text(&list).text(key)).await?;
        }
        Ok(())
    }
}

impl Store {
    /// Changes that were carried out and not yet told, with their approvals, oldest first.
    pub async fn untold(&self) -> Result<Vec<Standing>, StoreError> {
        let query = format!(
            "SELECT {COLUMNS} {FROM} WHERE c.state = 'applied' AND c.told = 0 ORDER BY c.since, c.id"
        );
        let approvals = sql(
            "approvals",
            "SELECT p.change_id, COALESCE(p.operator, 'policy:' || p.policy) AS by_whom FROM approval p
             JOIN change c ON c.id = p.change_id WHERE c.state = 'applied' AND c.told = 0
             ORDER BY p.at, p.operator",
        );
        let mut tx = self.begin_read().await?;
        let rows = tx.rows(sql("untold", query)).await?;
        let approvals = tx.rows(approvals).await?;
        with_approvals(&rows, &approvals)
    }
}
