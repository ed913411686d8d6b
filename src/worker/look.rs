//! A look: the directory and the systems, each read whole or not at all.

use super::engine::Engine;
use crate::directory::{ReadDirectory, ReadError};
use crate::model::account::Snapshot;
use crate::model::role::RoleSnapshot;
use crate::store::StoreError;
use crate::systems::handoff::{DropError, ExportError, Settings, newest_export, parse_export};
use crate::workbook::{Reader, ReaderError};
use chrono::TimeDelta;

/// Why a system could not be read; nothing is said of it then.
#[derive(Debug, thiserror::Error)]
pub enum SystemError {
    /// There is no export.
    #[error("no export lies in {0} yet: ask the system's administrator for one")]
    NoExport(String),
    /// The folder or the file.
    #[error(transparent)]
    Drop(#[from] DropError),
    /// The workbook.
    #[error(transparent)]
    Reader(#[from] ReaderError),
    /// Its content.
    #[error("{file}: {source}")]
    Export {
        /// The file.
        file: String,
        /// What is wrong with it.
        source: ExportError,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Engine {
    /// Reads the mail directory.
    pub async fn look_at_directory(&self) -> Result<Snapshot, ReadError> {
        self.directory.snapshot(self.now()).await
    }

    /// Reads one system's newest export.
    pub async fn look_at_system(
        &self,
        system: &Settings,
        reader: &mut Reader,
    ) -> Result<RoleSnapshot, SystemError> {
        let settle = TimeDelta::seconds(i64::from(system.settle_seconds));
        let folder = system.export_dir.clone();
        let Some(file) = newest_export(&folder, self.now(), settle)? else {
            return Err(SystemError::NoExport(folder.display().to_string()));
        };
        let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let table = reader.table(&file.bytes).await?;
        let last = self.store.snapshot(&system.name).await?;
        let last = last.and_then(|state| usize::try_from(state.total).ok());
        parse_export(&table, system, &self.site.agencies, last, file.modified, &file.sha256)
            .map_err(|source| SystemError::Export { file: name, source })
    }
}
