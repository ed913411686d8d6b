//! The last good read of each target: of the directory its counts (shares are of them), of a system its export.

use super::statement::{json, sql};
use super::{Store, StoreError, WriteTx};
use crate::model::Time;
use crate::model::ids::{AgencyCode, TargetId};
use std::collections::BTreeMap;

/// The last snapshot of a directory that was read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotState {
    /// When the read began.
    pub taken: Time,
    /// Hash of its content.
    pub digest: String,
    /// Accounts by agency.
    pub counts: BTreeMap<AgencyCode, u64>,
    /// All accounts.
    pub total: u64,
}

/// The last export of a system that was read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportState {
    /// Hash of its content.
    pub digest: String,
    /// The moment it speaks of.
    pub taken: Time,
}

impl WriteTx {
    /// Keeps `state` as the last good read of `target`. The same content is no new row, so that an idle pass writes
    /// nothing; an older read never replaces a newer one.
    pub async fn save_snapshot(
        &mut self,
        target: &TargetId,
        state: &SnapshotState,
    ) -> Result<(), StoreError> {
        let SnapshotState { taken, digest, counts, total } = state;
        let insert = sql(
            "snapshot",
            "INSERT INTO snapshot_state (target, taken, digest, counts, total) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (target) DO UPDATE SET taken = excluded.taken, digest = excluded.digest,
                 counts = excluded.counts, total = excluded.total
             WHERE snapshot_state.digest <> excluded.digest AND snapshot_state.taken <= excluded.taken",
        );
        let insert = insert.text(target.as_str()).time(*taken).text(digest).text(&json("counts", counts)?);
        self.execute(insert.int(i64::try_from(*total).unwrap_or(i64::MAX))).await?;
        Ok(())
    }

    /// Keeps `state` as the last good export of `target`.
    pub async fn save_export(&mut self, target: &TargetId, state: &ExportState) -> Result<(), StoreError> {
        let ExportState { digest, taken } = state;
        let insert = sql(
            "export",
            "INSERT INTO export (target, digest, taken) VALUES ($1, $2, $3)
             ON CONFLICT (target) DO UPDATE SET digest = excluded.digest, taken = excluded.taken
             WHERE export.taken < excluded.taken",
        );
        self.execute(insert.text(target.as_str()).text(digest).time(*taken)).await?;
        Ok(())
    }
}

impl Store {
    /// The last good read of `target`.
    pub async fn snapshot(&self, target: &TargetId) -> Result<Option<SnapshotState>, StoreError> {
        let query =
            sql("snapshot", "SELECT taken, digest, counts, total FROM snapshot_state WHERE target = $1");
        let Some(row) = self.row(query.text(target.as_str())).await? else { return Ok(None) };
        Ok(Some(SnapshotState {
            taken: row.time("taken")?,
            digest: row.text("digest")?,
            counts: row.json("counts")?,
            total: row.count("total")?,
        }))
    }

    /// The last good export of `target`.
    pub async fn export(&self, target: &TargetId) -> Result<Option<ExportState>, StoreError> {
        let query = sql("export", "SELECT digest, taken FROM export WHERE target = $1").text(target.as_str());
        let Some(row) = self.row(query).await? else { return Ok(None) };
        Ok(Some(ExportState { digest: row.text("digest")?, taken: row.time("taken")? }))
    }
}
