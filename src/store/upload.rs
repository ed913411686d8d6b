//! Uploads: who handed a workbook in through the page. He or she never approves what it asks for (`put_in`).

use super::statement::sql;
use super::{StoreError, WriteTx};
use crate::model::ids::{AgencyCode, Login};
use crate::model::operator::Right;

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
