//! Requests by phone: an operator writes down what an agency's contact asks for. It waits as any change does, for a
//! call-back and for somebody else's approval.

use super::approval::{about, detail};
use super::statement::sql;
use super::{StoreError, WriteTx, change};
use crate::model::change::{Change, State, StoredChange};
use crate::model::ids::{ChangeId, Login};
use crate::model::operator::Right;

/// The batch of what was asked by phone.
const BATCH: &str = "phone";

/// What became of writing a request down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entered {
    /// It waits for its call-back and its approval.
    Entered(ChangeId),
    /// An opening of the account stands already.
    Waits(ChangeId),
    /// An incident is open on the account.
    Incident,
}

impl WriteTx {
    /// Adds the unlocking `change` that a contact asks for and `by` writes down.
    pub async fn enter_request(&mut self, change: &Change, by: &Login) -> Result<Entered, StoreError> {
        self.require(by, Right::Review, Some(&change.agency)).await?;
        let incident = sql(
            "incident",
            "SELECT id FROM incident WHERE state = 'open' AND target = $1 AND account = $2 LIMIT 1",
        );
        let incident = incident.text(change.target.as_str()).text(change.subject.as_str());
        if self.row(incident).await?.is_some() {
            return Ok(Entered::Incident);
        }
        // What failed or ran out is asked for anew.
        let stands = |state: State| state.is_live() && !matches!(state, State::Failed | State::Expired);
        let live = format!(
            "SELECT id FROM change WHERE target = $1 AND subject = $2 AND kind IN ('unlock-account', 'enable-account')
             AND state IN ({}) ORDER BY id LIMIT 1",
            change::words(stands)
        );
        let live = sql("live change", live).text(change.target.as_str()).text(change.subject.as_str());
        if let Some(row) = self.row(live).await? {
            return Ok(Entered::Waits(ChangeId::new(row.text("id")?)));
        }
        let id = self.insert_change(change, BATCH).await?;
        let id = id.ok_or(StoreError::Busy { what: "request" })?;
        self.wait_for(change).await?;
        if let Some(stored) = self.stored_change(&id).await? {
            self.audit_entry(&stored, by);
        }
        Ok(Entered::Entered(id))
    }

    fn audit_entry(&mut self, stored: &StoredChange, by: &Login) {
        self.audit(by.as_str(), "change.enter", about(stored), &detail(stored, "by phone"));
    }
}
