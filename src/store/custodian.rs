//! Custodians: who keeps each unit mailbox, as the last change that was carried out says.

use super::statement::sql;
use super::{Fenced, Store, StoreError};
use crate::model::change::Change;
use crate::model::custodian::Custodian;
use crate::model::ids::{AccountId, AgencyCode, ChangeId, TargetId};
use std::collections::BTreeMap;

impl Fenced {
    /// Notes who keeps the mailbox `account` from now on, by the change that was carried out.
    pub async fn set_custodian(
        &mut self,
        account: &AccountId,
        custodian: &Custodian,
        change: &ChangeId,
    ) -> Result<(), StoreError> {
        let Custodian { agency, mailbox, address, since, listed } = custodian;
        let insert = sql(
            "custodian",
            "INSERT INTO custodian (target, account, agency, mailbox, custodian, since, change_id, listed)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (target, account) DO UPDATE SET agency = excluded.agency, mailbox = excluded.mailbox,
                 custodian = excluded.custodian, since = excluded.since, change_id = excluded.change_id,
                 listed = excluded.listed",
        );
        let insert = insert.text(TargetId::mail().as_str()).text(account.as_str()).text(agency.as_str());
        let insert =
            insert.text(mailbox).text(address).time(*since).text(change.as_str()).maybe(listed.as_deref());
        self.execute(insert).await.map(|_| ())
    }
}

impl Fenced {
    /// Adds what follows from change `from`, which was carried out, to the changes that stand.
    pub async fn follow_with(&mut self, changes: &[Change], from: &ChangeId) -> Result<(), StoreError> {
        for change in changes {
            self.insert_change(change, from.as_str()).await?;
        }
        Ok(())
    }
}

impl Store {
    /// Who keeps which unit mailbox.
    pub async fn custodians(&self) -> Result<BTreeMap<AccountId, Custodian>, StoreError> {
        let query = sql(
            "custodians",
            "SELECT account, agency, mailbox, custodian, since, listed FROM custodian WHERE target = $1 ORDER BY account",
        );
        let mut all = BTreeMap::new();
        for row in self.rows(query.text(TargetId::mail().as_str())).await? {
            let custodian = Custodian {
                agency: row.word("agency", AgencyCode::stored)?,
                mailbox: row.text("mailbox")?,
                address: row.text("custodian")?,
                since: row.time("since")?,
                listed: row.maybe("listed")?,
            };
            all.insert(AccountId::new(row.text("account")?), custodian);
        }
        Ok(all)
    }
}
