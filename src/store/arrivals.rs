//! Arrivals as the page lists them: what came in and what became of it, and how the agencies stand with their rosters.

use super::query::{bind, narrow};
use super::roster::{self, Feedback};
use super::statement::{Row, sql};
use super::{Store, StoreError};
use crate::model::ids::{AgencyCode, RosterId, TargetId};
use crate::model::roster::RosterKind;
use crate::model::{Time, rfc3339};
use std::collections::BTreeMap;

/// Whether a workbook was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RosterState {
    /// It was.
    Read,
    /// It could not be.
    Refused,
}

/// An arrival as listed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ArrivalLine {
    /// Its id.
    pub id: RosterId,
    /// Whose.
    pub agency: AgencyCode,
    /// The file's name as dropped.
    pub file: String,
    /// When.
    pub arrived: Time,
    /// Whether it was read.
    pub state: RosterState,
    /// What it was taken for; not decided before a pass.
    pub kind: Option<RosterKind>,
    /// Where its feedback lies.
    pub feedback_path: Option<String>,
}

impl Store {
    /// Arrivals of a scope, the latest first, after the one with id `after`.
    pub async fn arrivals(
        &self,
        agencies: &[AgencyCode],
        since: Option<Time>,
        after: Option<&RosterId>,
        limit: usize,
    ) -> Result<Vec<ArrivalLine>, StoreError> {
        self.arrivals_in(None, agencies, since, after, limit).await
    }

    /// The same; of one state alone, where `only` names it.
    pub async fn arrivals_in(
        &self,
        only: Option<RosterState>,
        agencies: &[AgencyCode],
        since: Option<Time>,
        after: Option<&RosterId>,
        limit: usize,
    ) -> Result<Vec<ArrivalLine>, StoreError> {
        let mut text = "SELECT id, agency, file, arrived, state, kind, feedback_path FROM roster
             WHERE arrived >= $1"
            .to_owned();
        let mut values = vec![since.map(rfc3339).unwrap_or_default()];
        if let Some(after) = after {
            values.push(after.to_string());
            text.push_str(" AND (arrived, id) < (SELECT a.arrived, a.id FROM roster a WHERE a.id = $2)");
        }
        match only {
            Some(RosterState::Read) => text.push_str(" AND state = 'read'"),
            Some(RosterState::Refused) => text.push_str(" AND state = 'refused'"),
            None => {}
        }
        narrow(&mut text, &mut values, "agency IN", agencies);
        text = format!("{text} ORDER BY arrived DESC, id DESC LIMIT {limit}");
        let line = |row: &Row| {
            Ok(ArrivalLine {
                id: RosterId::new(row.text("id")?),
                agency: row.word("agency", AgencyCode::stored)?,
                file: row.text("file")?,
                arrived: row.time("arrived")?,
                state: if row.text("state")? == "read" { RosterState::Read } else { RosterState::Refused },
                kind: roster::kind(row)?,
                feedback_path: row.maybe("feedback_path")?,
            })
        };
        self.rows(bind("arrivals", text, &values)).await?.iter().map(line).collect()
    }

    /// How many arrivals of a scope there were since a moment, and how many of them could not be read.
    pub async fn count_arrivals(
        &self,
        agencies: &[AgencyCode],
        since: Time,
    ) -> Result<(u64, u64), StoreError> {
        let mut text = "SELECT COUNT(*) AS n, CAST(COALESCE(SUM(CASE WHEN state = 'refused' THEN 1 ELSE 0 END), 0) AS BIGINT)
                 AS refused FROM roster WHERE arrived >= $1"
            .to_owned();
        let mut values = vec![rfc3339(since)];
        narrow(&mut text, &mut values, "agency IN", agencies);
        let Some(row) = self.row(bind("arrivals", text, &values)).await? else { return Ok((0, 0)) };
        Ok((row.count("n")?, row.count("refused")?))
    }

    /// One arrival with what a pass made of its rows, and where its feedback lies.
    pub async fn arrival(&self, id: &RosterId) -> Result<Option<(Feedback, Option<String>)>, StoreError> {
        let query = format!("SELECT {}, feedback_path FROM roster WHERE id = $1", roster::COLUMNS);
        let Some(row) = self.row(sql("arrival", query).text(id.as_str())).await? else { return Ok(None) };
        let results = row.maybe_json("results")?.unwrap_or_default();
        let (rejections, written) = (self.rejections(id).await?, row.maybe("feedback_path")?);
        let feedback =
            Feedback { arrival: roster::read(&row)?, results, rejections, written: written.clone() };
        Ok(Some((feedback, written)))
    }

    /// When each agency last sent a roster that was read, and a full one.
    pub async fn last_rosters(&self) -> Result<BTreeMap<AgencyCode, (Time, Option<Time>)>, StoreError> {
        let query = sql(
            "last rosters",
            "SELECT agency, MAX(arrived) AS latest, MAX(CASE WHEN kind = 'full' THEN arrived END) AS latest_full
             FROM roster WHERE state = 'read' GROUP BY agency",
        );
        let mut last = BTreeMap::new();
        for row in self.rows(query).await? {
            let code = row.word("agency", AgencyCode::stored)?;
            last.insert(code, (row.time("latest")?, row.maybe_time("latest_full")?));
        }
        Ok(last)
    }

    /// Each agency's last full roster, with how many people it names.
    pub async fn last_full_rosters(&self) -> Result<BTreeMap<AgencyCode, (RosterId, u64)>, StoreError> {
        let query = sql(
            "last full rosters",
            "SELECT r.agency, r.id, r.people FROM roster r
             JOIN (SELECT agency, MAX(arrived) AS latest FROM roster
                 WHERE state = 'read' AND kind = 'full' GROUP BY agency) l
             ON l.agency = r.agency AND l.latest = r.arrived
             WHERE r.state = 'read' AND r.kind = 'full' ORDER BY r.id",
        );
        let line = |row: &Row| {
            let roster = (RosterId::new(row.text("id")?), row.count("people")?);
            Ok((row.word("agency", AgencyCode::stored)?, roster))
        };
        self.rows(query).await?.iter().map(line).collect()
    }

    /// How many accounts of each agency are open in the mail directory, by its last read.
    pub async fn open_accounts(&self) -> Result<BTreeMap<AgencyCode, u64>, StoreError> {
        let query = sql(
            "open accounts",
            "SELECT agency, COUNT(*) AS n FROM access_span
             WHERE target = $1 AND role = '' AND until IS NULL GROUP BY agency",
        );
        let line = |row: &Row| Ok((row.word("agency", AgencyCode::stored)?, row.count("n")?));
        self.rows(query.text(TargetId::mail().as_str())).await?.iter().map(line).collect()
    }
}
