//! Call-backs: before a leader's or a privileged holder's account is opened or given a new password, somebody calls the
//! published number. Who called which number when is noted first; only then does an approval count.

use super::approval::{about, detail};
use super::statement::sql;
use super::{Store, StoreError, WriteTx};
use crate::model::Time;
use crate::model::ids::{ChangeId, ChangeKey, Login};
use crate::model::operator::Right;
use std::collections::BTreeSet;

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallBack {
    /// Who called.
    pub operator: Login,
    /// Which number.
    pub number: String,
    /// Who answered.
    pub spoke_with: String,
    /// When it was noted.
    pub at: Time,
}

/// What became of noting one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    /// It is noted.
    Noted,
    /// The change asks for none.
    NotNeeded,
    /// The operator answers for the roster that asks for the change.
    PutInByYou,
}

impl WriteTx {
    /// Notes that `by` called `number` about change `id`. `forbidden` are the logins that answer for its agency's
    /// rosters: their own number is the one to be called.
    pub async fn note_call_back(
        &mut self,
        id: &ChangeId,
        by: &Login,
        number: &str,
        spoke_with: &str,
        forbidden: &BTreeSet<Login>,
    ) -> Result<Noted, StoreError> {
        let (stored, _) = self.change_for(id, by, Right::Review).await?;
        if forbidden.contains(by) {
            return Ok(Noted::PutInByYou);
        }
        if !stored.change.needs_call_back() {
            return Ok(Noted::NotNeeded);
        }
        let insert = sql(
            "call-back",
            "INSERT INTO call_back (id, key, operator, number, spoke_with, at) VALUES ($1, $2, $3, $4, $5, $6)",
        );
        let insert = insert.text(&super::ids::fresh(self.now)?).text(stored.key.as_str()).text(by.as_str());
        let now = self.now;
        self.execute(insert.text(number).text(spoke_with).time(now)).await?;
        let detail = detail(&stored, &format!("{number} {spoke_with}"));
        self.audit(by.as_str(), "change.call-back", about(&stored), &detail);
        Ok(Noted::Noted)
    }

    /// Whether a call-back about exactly this is noted.
    pub(super) async fn was_called_back(&mut self, key: &ChangeKey) -> Result<bool, StoreError> {
        let query = sql("call-back", "SELECT id FROM call_back WHERE key = $1 LIMIT 1");
        Ok(self.row(query.text(key.as_str())).await?.is_some())
    }
}

impl Store {
    /// The call-backs about exactly this, oldest first.
    pub async fn call_backs(&self, key: &ChangeKey) -> Result<Vec<CallBack>, StoreError> {
        let query = sql(
            "call-backs",
            "SELECT operator, number, spoke_with, at FROM call_back WHERE key = $1 ORDER BY id",
        );
        let rows = self.rows(query.text(key.as_str())).await?;
        rows.iter()
            .map(|row| {
                Ok(CallBack {
                    operator: Login::new(row.text("operator")?),
                    number: row.text("number")?,
                    spoke_with: row.text("spoke_with")?,
                    at: row.time("at")?,
                })
            })
            .collect()
    }
}
