//! Arrivals: workbooks as dropped, what was understood of them, and the feedback they are owed.

use super::dialect::Bulk;
use super::statement::{Row, json, sql};
use super::{Rejection, Store, StoreError, WriteTx};
use crate::model::Time;
use crate::model::ids::{AgencyCode, Fingerprint, RosterId};
use crate::model::roster::{Reading, Roster, RosterKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One workbook that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Its id; `super::ids::fresh` makes one.
    pub id: RosterId,
    /// Whose.
    pub agency: AgencyCode,
    /// The file's name as dropped.
    pub file: String,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// When it was dropped.
    pub arrived: Time,
    /// What passes read of it; `None` where it was refused.
    pub roster: Option<Roster>,
    /// Headers, columns and findings, for the feedback. Its records are dropped before it is stored: they hold
    /// whole citizen IDs.
    pub notes: Reading,
    /// Where the file went.
    pub done_path: Option<String>,
    /// Where the program's own copy lies.
    pub spool_path: Option<String>,
}

/// Whether an arrival is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inserted {
    /// It is.
    New,
    /// The agency sent the same bytes before.
    Known(RosterId),
}

/// What a pass made of one row, for the feedback's result column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowResult {
    /// The sheet.
    pub sheet: String,
    /// The row, from 1.
    pub row: u32,
    /// The sentence.
    pub text: String,
}

/// Feedback that is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// The arrival.
    pub arrival: Arrival,
    /// What a pass made of its rows; empty for a refused one.
    pub results: Vec<RowResult>,
    /// What was rejected of it since.
    pub rejections: Vec<Rejection>,
    /// Where it was written before; it is owed again.
    pub written: Option<String>,
}

pub(super) const COLUMNS: &str =
    "id, agency, file, sha256, arrived, kind, body, notes, done_path, spool_path, results";

impl WriteTx {
    /// Stores an arrival and owes it feedback.
    pub async fn insert_arrival(&mut self, arrival: &Arrival) -> Result<Inserted, StoreError> {
        let Arrival { id, agency, file, sha256, arrived, roster, notes, done_path, spool_path } = arrival;
        let mut notes = notes.clone();
        for block in &mut notes.blocks {
            block.records.clear();
        }
        let kind = roster.as_ref().and_then(|roster| roster.kind);
        let people = roster.as_ref().map_or(0, |roster| roster.rows.len());
        let body = roster.as_ref().map(|roster| json("a roster", roster)).transpose()?;
        let insert = sql(
            "arrival",
            "INSERT INTO roster (id, agency, file, sha256, arrived, state, kind, people, body, notes, digest,
                 feedback, done_path, spool_path)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'due', $12, $13)
             ON CONFLICT (agency, sha256) DO NOTHING",
        );
        let insert = insert.text(id.as_str()).text(agency.as_str()).text(file).text(sha256).time(*arrived);
        let insert = insert
            .text(if roster.is_some() { "read" } else { "refused" })
            .maybe(kind.map(RosterKind::as_str))
            .int(i64::try_from(people).unwrap_or(i64::MAX))
            .maybe(body.as_deref())
            .text(&json("a reading", &notes)?)
            .text(&Fingerprint::of("roster").part(body.as_deref().unwrap_or("")).finish())
            .maybe(done_path.as_deref())
            .maybe(spool_path.as_deref());
        if self.execute(insert).await? == 1 {
            return Ok(Inserted::New);
        }
        let query = sql("arrival", "SELECT id FROM roster WHERE agency = $1 AND sha256 = $2");
        let row = self.row(query.text(agency.as_str()).text(sha256)).await?;
        let known = row.ok_or_else(|| StoreError::Missing { what: "arrival", id: sha256.clone() })?;
        Ok(Inserted::Known(RosterId::new(known.text("id")?)))
    }

    /// Notes where an arrival's file went.
    pub async fn set_done_path(&mut self, id: &RosterId, path: &str) -> Result<(), StoreError> {
        let update = sql("arrival", "UPDATE roster SET done_path = $1 WHERE id = $2").text(path);
        self.one_arrival(update.text(id.as_str()), id).await
    }

    /// Decides the kinds of accepted rosters, which makes their results visible; gives how many were undecided: once
    /// decided a kind stays.
    pub async fn decide_kinds(&mut self, kinds: &[(RosterId, RosterKind)]) -> Result<u64, StoreError> {
        #[derive(Serialize)]
        struct Line<'a> {
            id: &'a str,
            kind: &'a str,
        }
        if kinds.is_empty() {
            return Ok(0);
        }
        let lines: Vec<_> =
            kinds.iter().map(|(id, kind)| Line { id: id.as_str(), kind: kind.as_str() }).collect();
        let source = self.dialect.rows(&[Bulk::Text("id"), Bulk::Text("kind")]);
        let update = format!(
            "UPDATE roster SET kind = s.kind FROM {source} s
             WHERE roster.id = s.id AND roster.kind IS NULL AND roster.state = 'read'"
        );
        self.execute(sql("roster kinds", update).text(&json("roster kinds", &lines)?)).await
    }

    /// Keeps what a pass made of a roster's rows; its feedback can be written once its kind is decided.
    pub async fn set_results(&mut self, id: &RosterId, results: &[RowResult]) -> Result<(), StoreError> {
        let query = sql("roster results", "SELECT results FROM roster WHERE id = $1").text(id.as_str());
        let missing = || StoreError::Missing { what: "arrival", id: id.to_string() };
        let old = self.row(query).await?.ok_or_else(missing)?.maybe("results")?;
        let new = json("results", &results)?;
        if old.as_ref() == Some(&new) {
            return Ok(());
        }
        let update = sql("roster results", "UPDATE roster SET results = $1 WHERE id = $2").text(&new);
        self.one_arrival(update.text(id.as_str()), id).await
    }

    /// The feedback workbook lies at `path`.
    pub async fn feedback_written(&mut self, id: &RosterId, path: &str) -> Result<(), StoreError> {
        let update =
            sql("feedback", "UPDATE roster SET feedback = 'written', feedback_path = $1 WHERE id = $2")
                .text(path);
        self.one_arrival(update.text(id.as_str()), id).await
    }

    /// The hashes of what is not answered yet.
    pub async fn hashes_due(&mut self) -> Result<BTreeSet<String>, StoreError> {
        let query = sql("feedback", "SELECT sha256 FROM roster WHERE feedback = 'due'");
        self.rows(query).await?.iter().map(|row| row.text("sha256")).collect()
    }

    async fn one_arrival(
        &mut self,
        update: super::statement::Statement,
        id: &RosterId,
    ) -> Result<(), StoreError> {
        if self.execute(update).await? == 1 {
            return Ok(());
        }
        Err(StoreError::Missing { what: "arrival", id: id.to_string() })
    }
}

impl Store {
    /// The arrival of these bytes from this agency.
    pub async fn find_by_hash(
        &self,
        agency: &AgencyCode,
        sha256: &str,
    ) -> Result<Option<Arrival>, StoreError> {
        let query = format!("SELECT {COLUMNS} FROM roster WHERE agency = $1 AND sha256 = $2");
        let row = self.row(sql("arrival", query).text(agency.as_str()).text(sha256)).await?;
        row.map(|row| read(&row)).transpose()
    }

    /// Every accepted roster, in order of arrival.
    pub async fn rosters(&self) -> Result<Vec<Roster>, StoreError> {
        let query = sql("rosters", "SELECT kind, body FROM roster WHERE state = 'read' ORDER BY arrived, id");
        let mut rosters = Vec::new();
        for row in self.rows(query).await? {
            let roster: Roster = row.json("body")?;
            rosters.push(Roster { kind: kind(&row)?, ..roster });
        }
        Ok(rosters)
    }

    /// What feedback can be written now: of refused files, and of rosters of which a pass has set results and kind.
    pub async fn feedback_due(&self) -> Result<Vec<Feedback>, StoreError> {
        let query = format!(
            "SELECT {COLUMNS}, feedback_path FROM roster
             WHERE feedback IN ('due', 'again') AND (state = 'refused' OR kind IS NOT NULL AND results IS NOT NULL) ORDER BY id"
        );
        let mut due = Vec::new();
        for row in self.rows(sql("feedback", query)).await? {
            let results = row.maybe_json("results")?.unwrap_or_default();
            let arrival = read(&row)?;
            let rejections = self.rejections(&arrival.id).await?;
            due.push(Feedback { arrival, results, rejections, written: row.maybe("feedback_path")? });
        }
        Ok(due)
    }
}

pub(super) fn kind(row: &Row) -> Result<Option<RosterKind>, StoreError> {
    row.maybe("kind")?
        .map(|word| match word.as_str() {
            "full" => Ok(RosterKind::Full),
            "partial" => Ok(RosterKind::Partial),
            "request" => Ok(RosterKind::Request),
            _ => Err(StoreError::decode("roster kind", word)),
        })
        .transpose()
}

pub(super) fn read(row: &Row) -> Result<Arrival, StoreError> {
    let kind = kind(row)?;
    let roster: Option<Roster> = row.maybe_json("body")?;
    Ok(Arrival {
        id: RosterId::new(row.text("id")?),
        agency: row.word("agency", |text| AgencyCode::parse(text).ok())?,
        file: row.text("file")?,
        sha256: row.text("sha256")?,
        arrived: row.time("arrived")?,
        roster: roster.map(|roster| Roster { kind, ..roster }),
        notes: row.json("notes")?,
        done_path: row.maybe("done_path")?,
        spool_path: row.maybe("spool_path")?,
    })
}
