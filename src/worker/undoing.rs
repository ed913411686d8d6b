//! Undoing: the reverse of what was carried out is stored as a change like any other, already approved by who asks for
//! it. It asks for no lease: a plan made meanwhile leaves alone what was decided after its snapshot.

use super::engine::Engine;
use crate::apply::undo::{NotUndoable, created_at, reverse};
use crate::directory::{ReadDirectory, ReadError};
use crate::model::change::StoredChange;
use crate::model::ids::Login;
use crate::store::StoreError;

/// Why a change is not undone.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// It has no reverse.
    #[error(transparent)]
    Not(#[from] NotUndoable),
    /// A change of the same account is being carried out, or handed over.
    #[error("change {0}: another change of the account is under way; try again shortly")]
    UnderWay(crate::model::ids::ChangeId),
    /// The directory cannot be read: it is not known what a creation made.
    #[error("directory: {0}")]
    Read(#[from] ReadError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Engine {
    /// Stores the reverse of `stored`, approved by `by`; gives it as it stands.
    pub async fn undo(
        &self,
        stored: &StoredChange,
        by: &Login,
        reason: &str,
    ) -> Result<StoredChange, UndoError> {
        let created = match created_at(&stored.change) {
            Some(dn) => self.directory.account_at(&dn).await?,
            None => None,
        };
        let today = self.local(self.now());
        let back = reverse(stored, created.as_ref(), by.as_str(), reason, today)?;
        let contacts = self.site.contacts();
        let id = self
            .store
            .write(self.now(), async |mut tx| {
                let id = tx.propose_undo(&back, by).await?;
                if let Some(id) = &id {
                    tx.approve(id, &back.key(), by, &contacts).await?;
                }
                tx.commit(id).await
            })
            .await?;
        let id = id.ok_or_else(|| UndoError::UnderWay(stored.id.clone()))?;
        let standing = self.store.change(&id).await?;
        standing
            .map(|one| one.stored)
            .ok_or_else(|| StoreError::Missing { what: "change", id: id.to_string() }.into())
    }
}
