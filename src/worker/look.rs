//! A look: the directory and the systems, each read whole or not at all.

use super::engine::Engine;
use crate::directory::{ReadDirectory, ReadError};
use crate::model::account::Snapshot;
use crate::model::change::Change;
use crate::model::role::RoleSnapshot;
use crate::store::StoreError;
use crate::systems::{self, Look, ReadSystem, System, Write};
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

    /// Whether what `change` of a system is about is there now: the role held, the account there or open, a session; a
    /// system without an API says it by its newest export. `None` where no write to a system carries the change out, or
    /// there is no such system any more.
    pub async fn is_there(&self, change: &Change) -> Result<Option<bool>, SystemError> {
        let system = self.systems.iter().find(|one| *one.name() == change.target);
        let (Some(system), Ok(write)) = (system, Write::of(change)) else { return Ok(None) };
        match (system.online(), write.seat()) {
            (Some(online), _) => match online.holds(&write).await {
                Err(systems::ReadError::Nobody) => Ok(Some(false)),
                held => Ok(Some(held?)),
            },
            (None, Some(seat)) => {
                let shown = self.look_at_system(system, &mut self.reader()).await?;
                Ok(Some(shown.holdings.iter().any(|one| seat.is(one))))
            }
            (None, None) => Ok(None),
        }
    }

    /// Reads every system; gives those that could be read, and a line for each of the others.
    pub async fn look_at_every_system(&self, reader: &mut Reader) -> (Vec<RoleSnapshot>, Vec<String>) {
        let (mut systems, mut unread) = (Vec::new(), Vec::new());
        for system in &self.systems {
            match self.look_at_system(system, reader).await {
                Ok(snapshot) => systems.push(snapshot),
                Err(error) => unread.push(format!("{}: {error}", system.name())),
            }
        }
        (systems, unread)
    }
}
