//! Rotation: what is remembered of passwords and ladders, what became of reminders, and the printed lists handed over.

use super::change::id_list;
use super::statement::{Row, Statement, json, sql};
use super::{Fenced, Store, StoreError, WriteTx};
use crate::model::Time;
use crate::model::ids::{AccountId, AgencyCode, Login, TargetId};
use crate::model::operator::Right;
use crate::model::rotation::{Memory, Receipt};
use chrono::NaiveDate;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// An account on a printed list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// The account.
    pub account: AccountId,
    /// The cycle it did not answer to.
    pub cycle: String,
    /// The agency the list is for.
    pub agency: AgencyCode,
    /// The local date it was handed over.
    pub on: NaiveDate,
}

impl Fenced {
    /// Keeps what is remembered of the accounts of one agency in `target`.
    pub async fn save_memory(
        &mut self,
        target: &TargetId,
        agency: &AgencyCode,
        memories: &BTreeMap<AccountId, Memory>,
    ) -> Result<(), StoreError> {
        let upsert = sql(
            "rotation memory",
            "INSERT INTO rotation_memory (target, agency, body) VALUES ($1, $2, $3)
             ON CONFLICT (target, agency) DO UPDATE SET body = excluded.body
             WHERE rotation_memory.body <> excluded.body",
        );
        let body = json("what is remembered of passwords", memories)?;
        self.execute(upsert.text(target.as_str()).text(agency.as_str()).text(&body)).await?;
        Ok(())
    }

    /// Keeps how everybody stands to the rules, where it is another than was kept.
    pub async fn save_rotation_figures(&mut self, figures: &impl Serialize) -> Result<(), StoreError> {
        let upsert = sql(
            "rotation figures",
            "INSERT INTO rotation_figures (name, body) VALUES ('all', $1)
             ON CONFLICT (name) DO UPDATE SET body = excluded.body WHERE rotation_figures.body <> excluded.body",
        );
        self.execute(upsert.text(&json("figures", figures)?)).await?;
        Ok(())
    }

    /// Keeps the accounts behind the figures of one agency and system, with their digest.
    pub async fn save_rotation_rows(
        &mut self,
        (agency, target): (&AgencyCode, &TargetId),
        digest: &str,
        rows: &impl Serialize,
    ) -> Result<(), StoreError> {
        let upsert = sql(
            "rotation rows",
            "INSERT INTO rotation_rows (agency, target, digest, body) VALUES ($1, $2, $3, $4)
             ON CONFLICT (agency, target) DO UPDATE SET digest = excluded.digest, body = excluded.body",
        );
        let upsert = upsert.text(agency.as_str()).text(target.as_str()).text(digest);
        self.execute(upsert.text(&json("accounts", rows)?)).await?;
        Ok(())
    }

    /// Drops those of an agency and system that has no accounts any more.
    pub async fn drop_rotation_rows(
        &mut self,
        (agency, target): (&AgencyCode, &TargetId),
    ) -> Result<(), StoreError> {
        let delete = sql("rotation rows", "DELETE FROM rotation_rows WHERE agency = $1 AND target = $2");
        self.execute(delete.text(agency.as_str()).text(target.as_str())).await?;
        Ok(())
    }
}

impl WriteTx {
    /// Notes that the printed list with these accounts was handed to their unit; the first day counts.
    pub async fn hand_over_list(&mut self, accounts: &[Handed], by: &Login) -> Result<u64, StoreError> {
        let mut noted = 0;
        for Handed { account, cycle, agency, on } in accounts {
            self.require(by, Right::HandOver, Some(agency)).await?;
            let insert = sql(
                "rotation list",
                "INSERT INTO rotation_handed (account, cycle, agency, operator, handed)
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account, cycle) DO NOTHING",
            );
            let insert = insert.text(account.as_str()).text(cycle).text(agency.as_str()).text(by.as_str());
            if self.execute(insert.text(&on.to_string())).await? == 1 {
                self.audit(by.as_str(), "rotation.list", account.as_str(), cycle);
                noted += 1;
            }
        }
        Ok(noted)
    }
}

impl WriteTx {
    /// Lets go for `day` what the mail brake stops; gives how many operators have. Whoever says it twice is one.
    pub async fn release_mail(
        &mut self,
        day: NaiveDate,
        by: &Login,
        reason: &str,
    ) -> Result<i64, StoreError> {
        self.require_province(by, Right::Approve).await?;
        let insert = sql(
            "mail release",
            "INSERT INTO mail_release (day, operator, reason, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        );
        let insert = insert.text(&day.to_string()).text(by.as_str()).text(reason).time(self.now);
        if self.execute(insert).await? == 1 {
            self.audit(by.as_str(), "rotation.release-mail", &day.to_string(), reason);
        }
        let row = self.row(released(day)).await?;
        row.map_or(Ok(0), |row| row.int("said"))
    }
}

/// An operator's word that lets go for a day what the mail brake stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRelease {
    /// Whose.
    pub by: Login,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Time,
}

fn released(day: NaiveDate) -> Statement {
    let query = "SELECT CAST(COUNT(*) AS BIGINT) AS said FROM mail_release WHERE day = $1";
    sql("mail release", query).text(&day.to_string())
}

impl Store {
    /// Whether two operators let go on `day` what the mail brake stops.
    pub async fn mail_released(&self, day: NaiveDate) -> Result<bool, StoreError> {
        let row = self.row(released(day)).await?;
        Ok(row.map_or(Ok(0), |row| row.int("said"))? > 1)
    }

    /// Who let go on `day` what the mail brake stops, in order.
    pub async fn mail_releases(&self, day: NaiveDate) -> Result<Vec<MailRelease>, StoreError> {
        let query = "SELECT operator, reason, at FROM mail_release WHERE day = $1 ORDER BY at, operator";
        let read = |row: &Row| {
            let (by, reason) = (Login::new(row.text("operator")?), row.text("reason")?);
            Ok(MailRelease { by, reason, at: row.time("at")? })
        };
        self.rows(sql("mail releases", query).text(&day.to_string())).await?.iter().map(read).collect()
    }

    /// How everybody stood to the rules when a pass last looked; `None` before the first.
    pub async fn rotation_figures<T: DeserializeOwned>(&self) -> Result<Option<T>, StoreError> {
        let query = sql("rotation figures", "SELECT body FROM rotation_figures WHERE name = 'all'");
        self.row(query).await?.map(|row| row.json("body")).transpose()
    }

    /// The accounts behind the figures of one agency and system.
    pub async fn rotation_rows<T: DeserializeOwned>(
        &self,
        agency: &AgencyCode,
        target: &TargetId,
    ) -> Result<Vec<T>, StoreError> {
        let query = "SELECT body FROM rotation_rows WHERE agency = $1 AND target = $2";
        let query = sql("rotation rows", query).text(agency.as_str()).text(target.as_str());
        Ok(self.row(query).await?.map(|row| row.json("body")).transpose()?.unwrap_or_default())
    }

    /// The digests of the accounts behind the figures, by agency and system.
    pub async fn rotation_digests(&self) -> Result<BTreeMap<(AgencyCode, TargetId), String>, StoreError> {
        let query = sql("rotation rows", "SELECT agency, target, digest FROM rotation_rows");
        let rows = self.rows(query).await?;
        let read = |row: &super::statement::Row| {
            let place = (row.word("agency", AgencyCode::stored)?, TargetId::new(row.text("target")?));
            Ok((place, row.text("digest")?))
        };
        rows.iter().map(read).collect()
    }

    /// What is remembered of accounts, by target and agency.
    pub async fn memories(
        &self,
    ) -> Result<BTreeMap<(TargetId, AgencyCode), BTreeMap<AccountId, Memory>>, StoreError> {
        let query = sql("rotation memory", "SELECT target, agency, body FROM rotation_memory");
        let rows = self.rows(query).await?;
        let place = |row: &super::statement::Row| -> Result<_, StoreError> {
            Ok((TargetId::new(row.text("target")?), row.word("agency", AgencyCode::stored)?))
        };
        rows.iter().map(|row| Ok((place(row)?, row.json("body")?))).collect()
    }

    /// What became of the notices with these keys. One to several addressees counts once one of them took it.
    pub async fn receipts<'a>(
        &self,
        keys: impl IntoIterator<Item = &'a str>,
    ) -> Result<BTreeMap<String, Receipt>, StoreError> {
        let source = self.dialect.ids();
        let query = format!(
            "SELECT o.key, o.state, o.next_at FROM outbox o JOIN {source} s ON o.key = s.id ORDER BY o.key, o.id"
        );
        let list = id_list(keys.into_iter())?;
        let mut found = BTreeMap::new();
        for row in self.rows(sql("receipts", query).text(&list)).await? {
            let receipt = match row.text("state")?.as_str() {
                "queued" | "sending" => Receipt::Waiting,
                "sent" => Receipt::Accepted(row.time("next_at")?),
                "failed" | "returned" => Receipt::Failed,
                other => return Err(StoreError::decode("outbox state", other)),
            };
            let best = found.entry(row.text("key")?).or_insert(receipt);
            if matches!(receipt, Receipt::Accepted(_)) {
                *best = receipt;
            }
        }
        Ok(found)
    }

    /// Accounts on printed lists that were handed over.
    pub async fn handed(&self) -> Result<BTreeMap<(AccountId, String), NaiveDate>, StoreError> {
        let query = sql("rotation list", "SELECT account, cycle, handed FROM rotation_handed");
        let rows = self.rows(query).await?;
        let read = |row: &super::statement::Row| {
            Ok(((AccountId::new(row.text("account")?), row.text("cycle")?), row.date("handed")?))
        };
        rows.iter().map(read).collect()
    }

    /// When passes began since `from`, in order, and the last one before.
    pub async fn passes_since(&self, from: Time) -> Result<Vec<Time>, StoreError> {
        let query = sql(
            "passes",
            "SELECT started FROM pass WHERE started >=
                 COALESCE((SELECT MAX(p.started) FROM pass p WHERE p.started < $1), $1) ORDER BY started",
        )
        .time(from);
        self.rows(query).await?.iter().map(|row| row.time("started")).collect()
    }
}
