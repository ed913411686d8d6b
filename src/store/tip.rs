//! Tips: what people told of odd accounts. Taken down by whoever speaks for the agency, dismissed by an operator with a
//! reason, settled by the incident that is opened on the account.

use super::statement::{Row, sql};
use super::{Store, StoreError, WriteTx, ids};
use crate::model::ids::{AccountId, AgencyCode, Login, TargetId};
use crate::model::operator::Right;
use crate::model::tip::{Sign, Tip};

/// What is taken down of a tip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTip {
    /// The target the account lies in.
    pub target: TargetId,
    /// The account.
    pub account: AccountId,
    /// How it is called: name and address.
    pub label: String,
    /// The agency whose account it is.
    pub agency: AgencyCode,
    /// What was noticed.
    pub sign: Sign,
    /// In the words of whoever told it.
    pub words: String,
    /// Who told it.
    pub told_by: String,
}

/// What became of a tip when it was taken down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakenDown {
    /// It waits in the triage list, under this id.
    Waits(String),
    /// An incident is open on the account: it belongs to that one, whose id this is.
    BelongsTo(String),
}

impl WriteTx {
    /// Takes a tip down; an operator or a contact of the account's agency may.
    pub async fn take_tip(&mut self, new: &NewTip, by: &Login) -> Result<TakenDown, StoreError> {
        let NewTip { target, account, label, agency, sign, words, told_by } = new;
        self.require_voice(by, agency).await?;
        let id = ids::fresh(self.now)?;
        let query =
            sql("incident", "SELECT id FROM incident WHERE target = $1 AND account = $2 AND state = 'open'");
        let open = self.row(query.text(target.as_str()).text(account.as_str())).await?;
        let incident = open.map(|row| row.text("id")).transpose()?;
        let insert = sql(
            "tip",
            "INSERT INTO tip (id, target, account, label, agency, sign, words, told_by, taken_by, taken, state,
                 incident, settled)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        );
        let insert = insert.text(&id).text(target.as_str()).text(account.as_str()).text(label);
        let insert = insert.text(agency.as_str()).text(sign.as_str()).text(words).text(told_by);
        let now = self.now;
        let insert = insert.text(by.as_str()).time(now);
        let settled = incident.as_ref().map(|_| crate::model::rfc3339(now));
        let state = if incident.is_some() { "incident" } else { "waiting" };
        self.execute(insert.text(state).maybe(incident.as_deref()).maybe(settled.as_deref())).await?;
        self.audit(by.as_str(), "tip.take", account.as_str(), &format!("{target} {id} {sign}"));
        Ok(incident.map_or(TakenDown::Waits(id), TakenDown::BelongsTo))
    }

    /// Dismisses a tip; `false` where it waits no more.
    pub async fn dismiss_tip(&mut self, id: &str, by: &Login, reason: &str) -> Result<bool, StoreError> {
        let query = sql("tip", "SELECT account, agency FROM tip WHERE id = $1").text(id);
        let missing = || StoreError::Missing { what: "tip", id: id.to_owned() };
        let row = self.row(query).await?.ok_or_else(missing)?;
        self.require(by, Right::Review, Some(&row.word("agency", AgencyCode::stored)?)).await?;
        let update = sql(
            "tip",
            "UPDATE tip SET state = 'dismissed', settled_by = $1, settled = $2, reason = $3
             WHERE id = $4 AND state = 'waiting'",
        );
        let now = self.now;
        let dismissed = self.execute(update.text(by.as_str()).time(now).text(reason).text(id)).await? == 1;
        if dismissed {
            self.audit(by.as_str(), "tip.dismiss", &row.text("account")?, &format!("{id} {reason}"));
        }
        Ok(dismissed)
    }

    /// Settles what waits of an account by the incident that is opened on it.
    pub(super) async fn settle_tips(
        &mut self,
        incident: &str,
        target: &TargetId,
        account: &AccountId,
        by: &Login,
    ) -> Result<(), StoreError> {
        let update = sql(
            "tip",
            "UPDATE tip SET state = 'incident', incident = $1, settled_by = $2, settled = $3
             WHERE target = $4 AND account = $5 AND state = 'waiting'",
        );
        let update = update.text(incident).text(by.as_str()).time(self.now);
        self.execute(update.text(target.as_str()).text(account.as_str())).await.map(|_| ())
    }
}

/// The columns of [`Tip`].
const COLUMNS: &str = "id, target, account, label, agency, sign, words, told_by, taken_by, taken";

impl Store {
    /// The triage list: tips that wait for an operator, oldest first.
    pub async fn waiting_tips(&self) -> Result<Vec<Tip>, StoreError> {
        let query = sql("tips", format!("SELECT {COLUMNS} FROM tip WHERE state = 'waiting' ORDER BY id"));
        self.rows(query).await?.iter().map(read).collect()
    }

    /// The tip with this id that waits for an operator.
    pub async fn waiting_tip(&self, id: &str) -> Result<Option<Tip>, StoreError> {
        let query = sql("tip", format!("SELECT {COLUMNS} FROM tip WHERE id = $1 AND state = 'waiting'"));
        self.row(query.text(id)).await?.map(|row| read(&row)).transpose()
    }

    /// What was told of the account before an incident was opened on it, or while it was open, oldest first.
    pub async fn tips_of_incident(&self, incident: &str) -> Result<Vec<Tip>, StoreError> {
        let query = sql("tips", format!("SELECT {COLUMNS} FROM tip WHERE incident = $1 ORDER BY id"));
        self.rows(query.text(incident)).await?.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<Tip, StoreError> {
    Ok(Tip {
        id: row.text("id")?,
        target: TargetId::new(row.text("target")?),
        account: AccountId::new(row.text("account")?),
        label: row.text("label")?,
        agency: row.word("agency", AgencyCode::stored)?,
        sign: row.word("sign", Sign::parse)?,
        words: row.text("words")?,
        told_by: row.text("told_by")?,
        taken_by: Login::new(row.text("taken_by")?),
        taken: row.time("taken")?,
    })
}
