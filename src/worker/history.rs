//! History: what each read showed is taken down where it differs from the read before.

use super::engine::Engine;
use crate::model::access::{of_directory, of_system};
use crate::model::account::Snapshot;
use crate::model::ids::TargetId;
use crate::model::role::RoleSnapshot;
use crate::store::{SnapshotState, StoreError, Token};

impl Engine {
    /// Takes down who could do what in each target that reads otherwise than it did. It comes before the read itself is
    /// kept, so that a crash in between only repeats the comparison.
    pub(super) async fn keep_history(
        &self,
        token: &Token,
        reads: &[(TargetId, SnapshotState)],
        directory: &Snapshot,
        systems: &[RoleSnapshot],
    ) -> Result<(), StoreError> {
        for (target, state) in reads {
            if self.store.snapshot(target).await?.is_some_and(|last| last.digest == state.digest) {
                continue;
            }
            let rights = match systems.iter().find(|system| system.target == *target) {
                Some(system) => of_system(system),
                None => of_directory(directory),
            };
            self.store.keep_rights(token, self.now(), target, state.taken, &rights).await?;
        }
        Ok(())
    }
}
