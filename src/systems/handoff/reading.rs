//! Reading a hand-off system: its newest export, understood whole or not at all.

use super::{CAN, DropError, ExportError, Settings, newest_export, parse_export};
use crate::model::agency::Agencies;
use crate::model::role::{Can, RoleSnapshot};
use crate::systems::{Look, ReadError, ReadSystem};
use crate::workbook::ReaderError;
use chrono::TimeDelta;

/// A system without an API.
#[derive(Debug)]
pub struct Handoff {
    /// As configured.
    pub settings: Settings,
    agencies: Agencies,
}

/// Why its newest export cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// There is none.
    #[error("no export lies in {0} yet: ask the system's administrator for one")]
    NoExport(String),
    /// The folder or the file.
    #[error(transparent)]
    Drop(#[from] DropError),
    /// The workbook.
    #[error("{file}: {source}")]
    Reader {
        /// The file.
        file: String,
        /// Why it cannot be read.
        source: ReaderError,
    },
    /// Its content.
    #[error("{file}: {source}")]
    Export {
        /// The file.
        file: String,
        /// What is wrong with it.
        source: ExportError,
    },
}

impl Handoff {
    /// A system as configured, and the agencies its export speaks of.
    pub fn new(settings: Settings, agencies: Agencies) -> Self {
        Self { settings, agencies }
    }

    async fn newest(&self, look: &mut Look<'_>) -> Result<RoleSnapshot, LookError> {
        let settle = TimeDelta::seconds(i64::from(self.settings.settle_seconds));
        let folder = &self.settings.export_dir;
        let Some(file) = newest_export(folder, look.now, settle)? else {
            return Err(LookError::NoExport(folder.display().to_string()));
        };
        let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let table = look
            .reader
            .table(&file.bytes)
            .await
            .map_err(|source| LookError::Reader { file: name.clone(), source })?;
        parse_export(&table, &self.settings, &self.agencies, look.last, file.modified, &file.sha256)
            .map_err(|source| LookError::Export { file: name, source })
    }
}

impl ReadSystem for Handoff {
    fn can(&self) -> Can {
        Can { lookups: self.settings.lookups.is_some(), ..CAN }
    }

    async fn snapshot(&self, look: &mut Look<'_>) -> Result<RoleSnapshot, ReadError> {
        Ok(self.newest(look).await?)
    }
}
