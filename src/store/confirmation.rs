//! A confirmation: an operator's word that somebody has left, the evidence behind a confirmed leaver.

use super::statement::sql;
use super::{Fenced, Store, StoreError, WriteTx, ids};
use crate::model::Time;
use crate::model::ids::{AccountId, AgencyCode, Login, PersonId, TargetId};

/// A departure that an operator confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// The person, where one is known.
    pub person: Option<PersonId>,
    /// The target the account lies in.
    pub target: TargetId,
    /// The account.
    pub account: AccountId,
    /// The agency left.
    pub agency: AgencyCode,
    /// Who confirmed.
    pub by: Login,
    /// In which words.
    pub reason: String,
    /// When; the transaction's moment where it is stored.
    pub at: Time,
}

impl WriteTx {
    /// Keeps the word of an operator, or of the agency's contact, that somebody has left.
    pub async fn confirm_departure(&mut self, confirmation: &Confirmation) -> Result<(), StoreError> {
        self.require_voice(&confirmation.by, &confirmation.agency).await?;
        self.keep_departure(confirmation).await
    }

    async fn keep_departure(&mut self, confirmation: &Confirmation) -> Result<(), StoreError> {
        let Confirmation { person, target, account, agency, by, reason, at: _ } = confirmation;
        let insert = sql(
            "confirmation",
            "INSERT INTO confirmation (id, person, target, account, agency, operator, reason, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        );
        let insert = insert
            .text(&ids::fresh(self.now)?)
            .maybe(person.as_ref().map(PersonId::as_str))
            .text(target.as_str())
            .text(account.as_str())
            .text(agency.as_str())
            .text(by.as_str())
            .text(reason)
            .time(self.now);
        self.execute(insert).await?;
        self.audit(by.as_str(), "departure.confirm", account.as_str(), reason);
        Ok(())
    }
}

impl Fenced {
    /// Keeps what an approved suspicion says. Who approved it was checked then, and may be gone or no deputy by now.
    pub async fn confirm_approved_departure(
        &mut self,
        confirmation: &Confirmation,
    ) -> Result<(), StoreError> {
        self.keep_departure(confirmation).await
    }
}

impl Store {
    /// Every confirmed departure, in order.
    pub async fn confirmations(&self) -> Result<Vec<Confirmation>, StoreError> {
        let query = sql(
            "confirmations",
            "SELECT person, target, account, agency, operator, reason, at FROM confirmation ORDER BY id",
        );
        let mut all = Vec::new();
        for row in self.rows(query).await? {
            all.push(Confirmation {
                person: row.maybe("person")?.map(PersonId::new),
                target: TargetId::new(row.text("target")?),
                account: AccountId::new(row.text("account")?),
                agency: row.word("agency", |text| AgencyCode::parse(text).ok())?,
                by: Login::new(row.text("operator")?),
                reason: row.text("reason")?,
                at: row.time("at")?,
            });
        }
        Ok(all)
    }
}
