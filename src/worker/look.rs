//! A look: the directory and the systems, each read whole or not at all.

use super::engine::Engine;
use crate::directory::{ReadDirectory, ReadError};
use crate::model::account::Snapshot;
use crate::model::role::RoleSnapshot;
use crate::store::StoreError;
use crate::systems::{self, Look, ReadSystem, System};
use crate::workbook::Reader;

/// Why a system could not be read; nothing is said of it then.
#[derive(Debug, thiserror::Error)]
pub enum SystemError {
    /// The system.
    #[error(transparent)]
    Read(#[from] systems::ReadError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Engine {
    /// Reads the mail directory.
    pub async fn look_at_directory(&self) -> Result<Snapshot, ReadError> {
        self.directory.snapshot(self.now()).await
    }

    /// Reads one system.
    pub async fn look_at_system(
        &self,
        system: &System,
        reader: &mut Reader,
    ) -> Result<RoleSnapshot, SystemError> {
        let last = self.store.snapshot(system.name()).await?;
        let last = last.and_then(|state| usize::try_from(state.total).ok());
        // Boxed: it holds a client of each kind of system.
        Ok(Box::pin(system.snapshot(&mut Look { now: self.now(), last, reader })).await?)
    }
}
