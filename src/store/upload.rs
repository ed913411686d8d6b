//! Uploads: who put a workbook in through the page. He or she never approves what it asks for.

use super::statement::sql;
use super::{StoreError, WriteTx, change};
use crate::model::change::StoredChange;
use crate::model::ids::{AgencyCode, Login, RosterId};
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

    /// Whether `by` handed in a workbook that this change is made from.
    pub(super) async fn handed_in(&mut self, stored: &StoredChange, by: &Login) -> Result<bool, StoreError> {
        let rosters = stored.change.evidence.iter().filter_map(|one| one.roster().map(RosterId::as_str));
        let list = change::id_list(rosters)?;
        let source = self.dialect.ids();
        let query = format!(
            "SELECT u.sha256 FROM upload u JOIN roster r ON r.agency = u.agency AND r.sha256 = u.sha256
             WHERE r.id IN (SELECT s.id FROM {source} s) AND u.operator = $2 LIMIT 1"
        );
        Ok(self.row(sql("upload", query).text(&list).text(by.as_str())).await?.is_some())
    }
}
