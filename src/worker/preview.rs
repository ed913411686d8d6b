//! A preview: the inbox read without storing or moving anything, for a plan that only shows.

use super::engine::Engine;
use crate::intake::accept::{Source, accept};
use crate::intake::inbox::Held;
use crate::intake::scan::look;
use crate::model::ids::{RosterId, sha256};
use crate::model::roster::Roster;
use crate::store::StoreError;
use crate::workbook::{Reader, ReaderError};
use std::time::SystemTime;

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// The inbox.
    #[error("inbox: {0}")]
    Inbox(#[from] std::io::Error),
    /// The reader.
    #[error(transparent)]
    Reader(#[from] ReaderError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Engine {
    /// The rosters that lie in the inbox and are not stored yet.
    pub async fn preview(&self, reader: &mut Reader) -> Result<Vec<Roster>, PreviewError> {
        let now = self.now();
        let look = look(&self.config().folders.inbox, &self.site.agencies, SystemTime::now())?;
        let keys = self.mark_keys();
        let mut rosters = Vec::new();
        for file in look.files.values() {
            // What cannot be read or has gone is the pass's to report.
            let Ok(held) = Held::open(&self.config().folders.inbox, &file.path) else { continue };
            let Ok(bytes) = held.read(self.config().reader.file_bytes) else { continue };
            let sha256 = sha256(&bytes);
            if self.store.find_by_hash(&file.agency, &sha256).await?.is_some() {
                continue;
            }
            let name = held.name();
            let mut reading =
                reader.read_of(Some(file.agency.as_str()), &bytes, &name, self.local(now)).await?;
            let source = Source {
                id: RosterId::new(format!("preview-{}", &sha256[..16])),
                agency: file.agency.clone(),
                file: name,
                sha256,
                arrived: now,
                has_pdf: file.pdf.is_some(),
            };
            rosters.extend(accept(&mut reading, source, &self.site.agencies, &keys));
        }
        Ok(rosters)
    }
}
