//! Incidents: who says that an account is in somebody else's hands. An open one is checked at every claim, and a plan
//! made from a snapshot before its opening or closing leaves the account alone.

use super::statement::{Row, sql};
use super::{Store, StoreError, WriteTx, ids};
use crate::model::ids::{AccountId, AgencyCode, Login, TargetId};
use crate::model::incident::Incident;
use crate::model::operator::Right;

impl WriteTx {
    /// Opens an incident on an account of `agency`; one operator may. Gives its id, `None` where one is open.
    pub async fn open_incident(
        &mut self,
        target: &TargetId,
        account: &AccountId,
        agency: &AgencyCode,
        by: &Login,
        reason: &str,
    ) -> Result<Option<String>, StoreError> {
        self.require(by, Right::Review, Some(agency)).await?;
        let id = ids::fresh(self.now)?;
        let insert = sql(
            "incident",
            "INSERT INTO incident (id, target, account, agency, opened_by, opened, reason, state)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'open') ON CONFLICT DO NOTHING",
        );
        let insert = insert.text(&id).text(target.as_str()).text(account.as_str()).text(agency.as_str());
        let now = self.now;
        if self.execute(insert.text(by.as_str()).time(now).text(reason)).await? == 0 {
            return Ok(None);
        }
        self.audit(by.as_str(), "incident.open", account.as_str(), &format!("{target} {id} {reason}"));
        Ok(Some(id))
    }

    /// Closes an incident; `false` where it is closed already.
    pub async fn close_incident(&mut self, id: &str, by: &Login, reason: &str) -> Result<bool, StoreError> {
        let query = sql("incident", "SELECT account, agency FROM incident WHERE id = $1").text(id);
        let missing = || StoreError::Missing { what: "incident", id: id.to_owned() };
        let row = self.row(query).await?.ok_or_else(missing)?;
        self.require(by, Right::Review, Some(&row.word("agency", AgencyCode::stored)?)).await?;
        let update = sql(
            "incident",
            "UPDATE incident SET state = 'closed', closed_by = $1, closed = $2 WHERE id = $3 AND state = 'open'",
        );
        let closed = self.execute(update.text(by.as_str()).time(self.now).text(id)).await? == 1;
        if closed {
            self.audit(by.as_str(), "incident.close", &row.text("account")?, &format!("{id} {reason}"));
        }
        Ok(closed)
    }
}

impl Store {
    /// Every open incident, oldest first.
    pub async fn open_incidents(&self) -> Result<Vec<Incident>, StoreError> {
        let query = sql(
            "incidents",
            "SELECT id, target, account, agency, opened_by, opened, reason FROM incident
             WHERE state = 'open' ORDER BY id",
        );
        self.rows(query).await?.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<Incident, StoreError> {
    Ok(Incident {
        id: row.text("id")?,
        target: TargetId::new(row.text("target")?),
        account: AccountId::new(row.text("account")?),
        agency: row.word("agency", AgencyCode::stored)?,
        opened_by: Login::new(row.text("opened_by")?),
        opened: row.time("opened")?,
        reason: row.text("reason")?,
    })
}
