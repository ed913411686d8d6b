//! Answering: each roster's feedback is written beside it and its agency told; then what was kept for it goes.

use super::engine::Engine;
use super::pass::Summary;
use crate::intake::answer::Answerer;
use crate::intake::spool;
use crate::model::agency::Agency;
use crate::model::ids::RosterId;
use crate::reconcile::timeline::outdated;
use crate::store::{Arrival, StoreError, Token};
use crate::workbook::Reader;
use chrono::NaiveDate;
use std::collections::BTreeMap;

impl Engine {
    /// Writes every answer that is owed.
    pub(super) async fn answer_all(
        &self,
        token: &Token,
        reader: &mut Reader,
        summary: &mut Summary,
    ) -> Result<(), StoreError> {
        let feedback = self.store.feedback_due().await?;
        if !feedback.is_empty() {
            let outdated = outdated(&self.store.rosters().await?, |time| self.local(time));
            let answerer = self.answerer(token, &outdated);
            for due in feedback {
                let Some(agency) = self.sender_of(&due.arrival) else { continue };
                match answerer.answer(&due, agency, reader).await {
                    Ok(_) => summary.answered += 1,
                    Err(error) => summary.errors.push(format!("{}: {error}", due.arrival.file)),
                }
            }
        }
        self.clear_spool(token, summary).await
    }

    /// Removes the copies that no answer waits for. They are listed before the lease is proved: what another worker copied
    /// since is not among them.
    async fn clear_spool(&self, token: &Token, summary: &mut Summary) -> Result<(), StoreError> {
        let folder = &self.config().folders.spool;
        let mut failed = |error| summary.errors.push(format!("{}: {error}", folder.display()));
        let copies = match spool::copies(folder) {
            Ok(copies) if copies.is_empty() => return Ok(()),
            Ok(copies) => copies,
            Err(error) => {
                failed(error);
                return Ok(());
            }
        };
        let waiting = self
            .store
            .write_fenced(token, self.now(), |mut tx| async move {
                let waiting = tx.hashes_due().await?;
                tx.commit(waiting).await
            })
            .await?;
        spool::clear(copies, &waiting).unwrap_or_else(failed);
        Ok(())
    }

    pub(super) fn answerer<'a>(
        &'a self,
        token: &'a Token,
        outdated: &'a BTreeMap<RosterId, NaiveDate>,
    ) -> Answerer<'a> {
        Answerer {
            store: &self.store,
            token,
            templates: &self.templates,
            lang: self.config().language,
            now: self.now(),
            zone: self.config().time_zone,
            outdated,
        }
    }

    pub(super) fn sender_of(&self, arrival: &Arrival) -> Option<&Agency> {
        self.site.agencies.get(&arrival.agency)
    }
}
