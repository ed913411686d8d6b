//! Figures: what a pass lays down of rotation, for the page: how everybody stands, and who they are.

use super::engine::Engine;
use super::rotating::Rotated;
use crate::rotation::row::Row;
use crate::store::{StoreError, Token};
use std::hash::{Hash as _, Hasher as _};

/// Agencies whose accounts are written in one transaction.
const PLACES: usize = 50;

impl Engine {
    /// Lays down how everybody stands, for the page: the accounts where they are others than before, then the figures.
    pub async fn keep_figures(&self, token: &Token, rotated: &Rotated) -> Result<(), StoreError> {
        let Rotated { figures, rows, .. } = rotated;
        let kept = self.store.rotation_digests().await?;
        let news: Vec<_> = rows
            .iter()
            .map(|(place, rows)| (place, rows, digest(rows)))
            .filter(|(place, _, digest)| kept.get(*place) != Some(digest))
            .collect();
        for chunk in news.chunks(PLACES) {
            self.store
                .write_fenced(token, self.now(), |mut tx| async move {
                    for ((agency, target), rows, digest) in chunk {
                        tx.save_rotation_rows((agency, target), digest, rows).await?;
                    }
                    tx.commit(()).await
                })
                .await?;
        }
        let gone: Vec<_> = kept.keys().filter(|place| !rows.contains_key(*place)).collect();
        let gone = &gone;
        self.store
            .write_fenced(token, self.now(), |mut tx| async move {
                for (agency, target) in gone {
                    tx.drop_rotation_rows((agency, target)).await?;
                }
                tx.save_rotation_figures(figures).await?;
                tx.commit(()).await
            })
            .await
    }
}

/// What tells the accounts of a place from those of the pass before. It need not hold from one release of the program to
/// the next: whatever it says anew is written anew.
fn digest(rows: &[Row]) -> String {
    let mut hasher = std::hash::DefaultHasher::new();
    rows.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
