//! Uploads: who handed a workbook in through the page. He or she never approves what it asks for (`put_in`).

use super::query::{bind, narrow};
use super::statement::{Row, sql};
use super::{Store, StoreError, WriteTx};
use crate::model::ids::{AgencyCode, Login};
use crate::model::operator::Right;
use crate::model::{Time, rfc3339};

/// A workbook that was handed in through the page.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Upload {
    /// For which agency.
    pub agency: AgencyCode,
    /// Its name.
    pub file: String,
    /// When.
    pub at: Time,
}

impl Store {
    /// The uploads for a scope since a moment that no pass has read yet, the latest first. A document (PDF) is read with
    /// its workbook and waits for nothing by itself.
    pub async fn unread_uploads(
        &self,
        agencies: &[AgencyCode],
        since: Time,
    ) -> Result<Vec<Upload>, StoreError> {
        let mut text = "SELECT u.agency, u.file, MIN(u.at) AS at FROM upload u
             WHERE u.at >= $1 AND LOWER(u.file) NOT LIKE '%.pdf'
             AND NOT EXISTS (SELECT 1 FROM roster r WHERE r.agency = u.agency AND r.sha256 = u.sha256)"
            .to_owned();
        let mut values = vec![rfc3339(since)];
        narrow(&mut text, &mut values, "u.agency IN", agencies);
        text += " GROUP BY u.agency, u.sha256, u.file ORDER BY MIN(u.at) DESC, u.agency, u.file";
        let read = |row: &Row| {
            Ok(Upload {
                agency: row.word("agency", AgencyCode::stored)?,
                file: row.text("file")?,
                at: row.time("at")?,
            })
        };
        self.rows(bind("uploads", text, &values)).await?.iter().map(read).collect()
    }
}

impl WriteTx {
    /// Notes that `by` hands in a workbook with these bytes for `agency`; before it lies in the inbox.
    pub async fn note_upload(
        &mut self,
        agency: &AgencyCode,
        sha256: &str,
        file: &str,
        by: &Login,
    ) -> Result<(), StoreError> {
        self.require(by, Right::Upload, Some(agency)).await?;
        let insert = sql(
            "upload",
            "INSERT INTO upload (agency, sha256, operator, file, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (agency, sha256, operator) DO NOTHING",
        );
        let insert = insert.text(agency.as_str()).text(sha256).text(by.as_str()).text(file);
        let now = self.now;
        self.execute(insert.time(now)).await?;
        self.audit(by.as_str(), "roster.upload", agency.as_str(), sha256);
        Ok(())
    }
}
