//! Handovers of unit mailboxes that were carried out, and which side has signed their minutes.

use super::statement::sql;
use super::{Store, StoreError, WriteTx};
use crate::model::Time;
use crate::model::custodian::Side;
use crate::model::ids::{AgencyCode, ChangeId, Login};
use crate::model::operator::Right;

/// A side's signature under the minutes of a handover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Whose.
    pub side: Side,
    /// Who noted it.
    pub by: Login,
    /// When.
    pub at: Time,
}

impl WriteTx {
    /// Notes that a side has signed the minutes of the handover that change `id` carried out. `false` where it has signed
    /// before, or the change handed nothing over.
    pub async fn sign_minutes(&mut self, id: &ChangeId, side: Side, by: &Login) -> Result<bool, StoreError> {
        self.require(by, Right::HandOver, None).await?;
        let query = sql("minutes", "SELECT agency FROM change_content WHERE id = $1").text(id.as_str());
        let Some(row) = self.row(query).await? else {
            return Err(StoreError::Missing { what: "change", id: id.to_string() });
        };
        self.require(by, Right::HandOver, Some(&row.word("agency", AgencyCode::stored)?)).await?;
        let insert = sql(
            "minutes",
            "INSERT INTO handover_signature (change_id, side, at, noted_by)
             SELECT c.id, $1, $2, $3 FROM change c
             WHERE c.id = $4 AND c.kind = 'set-custodian' AND c.state = 'applied'
             ON CONFLICT (change_id, side) DO NOTHING",
        );
        let now = self.now;
        let insert = insert.text(side.as_str()).time(now).text(by.as_str()).text(id.as_str());
        if self.execute(insert).await? == 0 {
            return Ok(false);
        }
        self.audit(by.as_str(), "minutes.sign", id.as_str(), side.as_str());
        Ok(true)
    }
}

impl Store {
    /// The signatures under the minutes of a handover.
    pub async fn signatures(&self, id: &ChangeId) -> Result<Vec<Signature>, StoreError> {
        let query = sql(
            "minutes",
            "SELECT side, at, noted_by FROM handover_signature WHERE change_id = $1 ORDER BY side",
        );
        let rows = self.rows(query.text(id.as_str())).await?;
        rows.iter()
            .map(|row| {
                Ok(Signature {
                    side: row.word("side", Side::parse)?,
                    by: Login::new(row.text("noted_by")?),
                    at: row.time("at")?,
                })
            })
            .collect()
    }
}
