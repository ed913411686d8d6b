//! A pause: every write, or every mail, stopped at once by an operator.

use super::statement::sql;
use super::{Store, StoreError, WriteTx};
use crate::model::Time;
use crate::model::ids::Login;
use crate::model::operator::Right;
use crate::model::vocabulary::words;
use serde::{Deserialize, Serialize};

words!(
    /// What is paused.
    Paused {
        /// Every write to a target.
        Writes = "writes",
        /// Every mail.
        Mail = "mail",
    }
);

/// A pause in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// Who.
    pub by: Login,
    /// Why.
    pub reason: String,
    /// Since when.
    pub at: Time,
}

impl WriteTx {
    /// Pauses; `false` where it already was, and then the first reason stays.
    pub async fn pause(&mut self, what: Paused, by: &Login, reason: &str) -> Result<bool, StoreError> {
        self.require_province(by, Right::Administer).await?;
        let insert = sql(
            "pause",
            "INSERT INTO pause (what, operator, reason, at) VALUES ($1, $2, $3, $4) ON CONFLICT (what) DO NOTHING",
        );
        let insert = insert.text(what.as_str()).text(by.as_str()).text(reason).time(self.now);
        let paused = self.execute(insert).await? == 1;
        if paused {
            self.audit(by.as_str(), "pause", what.as_str(), reason);
        }
        Ok(paused)
    }

    /// Ends a pause; `false` where there was none.
    pub async fn resume(&mut self, what: Paused, by: &Login) -> Result<bool, StoreError> {
        self.require_province(by, Right::Administer).await?;
        let delete = sql("resume", "DELETE FROM pause WHERE what = $1").text(what.as_str());
        let resumed = self.execute(delete).await? == 1;
        if resumed {
            self.audit(by.as_str(), "resume", what.as_str(), "");
        }
        Ok(resumed)
    }

    pub(super) async fn is_paused(&mut self, what: Paused) -> Result<bool, StoreError> {
        Ok(self
            .row(sql("pause", "SELECT what FROM pause WHERE what = $1").text(what.as_str()))
            .await?
            .is_some())
    }
}

impl Store {
    /// The pause of `what`, if one is in force.
    pub async fn paused(&self, what: Paused) -> Result<Option<Pause>, StoreError> {
        let query =
            sql("pause", "SELECT operator, reason, at FROM pause WHERE what = $1").text(what.as_str());
        let Some(row) = self.row(query).await? else { return Ok(None) };
        let by = Login::new(row.text("operator")?);
        Ok(Some(Pause { by, reason: row.text("reason")?, at: row.time("at")? }))
    }
}
