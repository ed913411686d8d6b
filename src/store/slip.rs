//! Slips: first passwords, sealed, from their intent until they are handed over.

use super::statement::sql;
use super::{Store, StoreError, WriteTx};
use crate::model::Time;
use crate::model::ids::{ChangeId, Login};

impl WriteTx {
    /// Forgets the sealed password of a change whose slip was handed over; `false` where there is none.
    pub async fn forget_password(&mut self, id: &ChangeId, by: &Login) -> Result<bool, StoreError> {
        self.require_operator(by, None).await?;
        let update = sql(
            "slip",
            "UPDATE intent SET sealed = NULL WHERE change_id = $1 AND resolved IS NOT NULL AND sealed IS NOT NULL",
        );
        let forgotten = self.execute(update.text(id.as_str())).await? > 0;
        if forgotten {
            self.audit(by.as_str(), "slip.confirm", id.as_str(), "");
        }
        Ok(forgotten)
    }
}

impl Store {
    /// Changes that were carried out and whose first password waits to be handed over, oldest first.
    pub async fn sealed(&self) -> Result<Vec<(ChangeId, Time)>, StoreError> {
        let query = sql(
            "slips",
            "SELECT change_id, resolved FROM intent WHERE sealed IS NOT NULL AND outcome = 'applied'
             ORDER BY resolved, id",
        );
        let rows = self.rows(query).await?;
        rows.iter().map(|row| Ok((ChangeId::new(row.text("change_id")?), row.time("resolved")?))).collect()
    }

    /// The sealed first password that change `id` set.
    pub async fn sealed_password(&self, id: &ChangeId) -> Result<Option<Vec<u8>>, StoreError> {
        let query = sql(
            "slip",
            "SELECT sealed FROM intent WHERE change_id = $1 AND outcome = 'applied' AND sealed IS NOT NULL
             ORDER BY id DESC LIMIT 1",
        );
        let Some(row) = self.row(query.text(id.as_str())).await? else { return Ok(None) };
        super::intent::unhex(&row.text("sealed")?).map(Some)
    }
}
