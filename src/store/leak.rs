//! Leak lists: what of them concerns accounts here. Taken in by an operator for the whole province, or by the intake
//! where an agency sent passwords; the same list counts once.

use super::statement::{Row, json, sql};
use super::{Fenced, Store, StoreError, WriteTx};
use crate::model::ids::{AgencyCode, Fingerprint, Login};
use crate::model::leak::LeakList;
use crate::model::operator::Right;

impl WriteTx {
    /// Takes a list in; `false` where the same came before, which then counts from its first day on.
    pub async fn import_leak(&mut self, list: &LeakList, by: &Login) -> Result<bool, StoreError> {
        self.require_province(by, Right::Approve).await?;
        self.insert_leak(list, Some(by)).await
    }

    async fn insert_leak(&mut self, list: &LeakList, by: Option<&Login>) -> Result<bool, StoreError> {
        let LeakList { id, source, document, leaked, imported, by: _, agency, entries } = list;
        let (body, leaked) = (json("a leak list", entries)?, leaked.map(|day| day.to_string()));
        let agency = agency.as_ref().map(AgencyCode::as_str);
        let digest = Fingerprint::of("leak list").part(source).part(agency.unwrap_or_default());
        // Every workbook that an agency sends holds passwords of its own, whosever they are.
        let digest = digest.part(agency.map_or("", |_| id.as_str()));
        let digest = digest.part(leaked.as_deref().unwrap_or_default()).part(&body).finish();
        let insert = sql(
            "leak list",
            "INSERT INTO leak_list (id, source, document, leaked, imported, operator, agency, digest, body)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (digest) DO NOTHING",
        );
        let insert =
            insert.text(id).text(source).maybe(document.as_deref()).maybe(leaked.as_deref()).time(*imported);
        let insert = insert.maybe(by.map(Login::as_str)).maybe(agency).text(&digest).text(&body);
        let new = self.execute(insert).await? == 1;
        if new {
            let actor = by.map_or("intake", Login::as_str);
            self.audit(actor, "leak.import", id, &format!("{source} {}", entries.len()));
        }
        Ok(new)
    }
}

impl Fenced {
    /// Notes a workbook with passwords that an agency sent.
    pub async fn record_leak(&mut self, list: &LeakList) -> Result<bool, StoreError> {
        self.insert_leak(list, None).await
    }
}

impl Store {
    /// Every list, the oldest first.
    pub async fn leak_lists(&self) -> Result<Vec<LeakList>, StoreError> {
        let query = sql(
            "leak list",
            "SELECT id, source, document, leaked, imported, operator, agency, body FROM leak_list ORDER BY id",
        );
        self.rows(query).await?.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<LeakList, StoreError> {
    let agency = row.maybe("agency")?;
    let code = |text: String| AgencyCode::stored(&text).ok_or_else(|| StoreError::decode("agency", text));
    Ok(LeakList {
        id: row.text("id")?,
        source: row.text("source")?,
        document: row.maybe("document")?,
        leaked: row.maybe_date("leaked")?,
        imported: row.time("imported")?,
        by: row.maybe("operator")?.map(Login::new),
        agency: agency.map(code).transpose()?,
        entries: row.json("body")?,
    })
}
