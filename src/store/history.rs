//! History: since when and until when each account was open and each role was held, as successive reads of the targets
//! showed it. Only what differs from the read before is written.

use super::dialect::Bulk;
use super::statement::{Row, json, sql};
use super::{Store, StoreError, Token, WriteTx};
use crate::model::Time;
use crate::model::access::{Right, Span};
use crate::model::ids::{AgencyCode, TargetId};
use crate::model::rfc3339;
use serde::Serialize;
use std::collections::BTreeSet;

/// Rows per transaction, as in staging.
const CHUNK: usize = 1_000;

#[derive(Serialize)]
struct Line<'a> {
    subject: &'a str,
    role: &'a str,
    agency: &'a str,
    label: &'a str,
}

const LINE: &[Bulk] = &[Bulk::Text("subject"), Bulk::Text("role"), Bulk::Text("agency"), Bulk::Text("label")];

fn line(right: &Right) -> Line<'_> {
    let Right { subject, role, agency, label } = right;
    Line { subject, role, agency: agency.as_str(), label }
}

fn lines(rights: &[&Right]) -> Result<String, StoreError> {
    json("rights", &rights.iter().map(|right| line(right)).collect::<Vec<_>>())
}

impl WriteTx {
    async fn end_rights(&mut self, target: &TargetId, at: Time, gone: &[&Right]) -> Result<(), StoreError> {
        let source = self.dialect.rows(LINE);
        let update = format!(
            "UPDATE access_span SET until = $2 WHERE target = $3 AND until IS NULL
             AND (subject, role, agency, label) IN (SELECT s.subject, s.role, s.agency, s.label FROM {source} s)"
        );
        let update = sql("rights", update).text(&lines(gone)?).text(&rfc3339(at)).text(target.as_str());
        self.execute(update).await.map(drop)
    }

    async fn begin_rights(&mut self, target: &TargetId, at: Time, new: &[&Right]) -> Result<(), StoreError> {
        let source = self.dialect.rows(LINE);
        let insert = format!(
            "INSERT INTO access_span (target, subject, role, agency, label, since)
             SELECT $2, s.subject, s.role, s.agency, s.label, $3 FROM {source} s WHERE true
             ON CONFLICT (target, subject, role, agency, label, since) DO UPDATE SET until = NULL"
        );
        let insert = sql("rights", insert).text(&lines(new)?).text(target.as_str()).text(&rfc3339(at));
        self.execute(insert).await.map(drop)
    }
}

impl Store {
    /// Takes down that `target`, read whole at `at`, shows these rights and no other. A crash in between leaves some
    /// unwritten, which the next read of the target makes good.
    pub async fn keep_rights(
        &self,
        token: &Token,
        now: Time,
        target: &TargetId,
        at: Time,
        rights: &BTreeSet<Right>,
    ) -> Result<(), StoreError> {
        let open = self.open_rights(target).await?;
        let gone: Vec<_> = open.difference(rights).collect();
        let new: Vec<_> = rights.difference(&open).collect();
        for chunk in gone.chunks(CHUNK) {
            self.write_fenced(token, now, |mut tx| async move {
                tx.end_rights(target, at, chunk).await?;
                tx.commit(()).await
            })
            .await?;
        }
        for chunk in new.chunks(CHUNK) {
            self.write_fenced(token, now, |mut tx| async move {
                tx.begin_rights(target, at, chunk).await?;
                tx.commit(()).await
            })
            .await?;
        }
        Ok(())
    }

    async fn open_rights(&self, target: &TargetId) -> Result<BTreeSet<Right>, StoreError> {
        let query = sql(
            "rights",
            "SELECT subject, role, agency, label FROM access_span WHERE target = $1 AND until IS NULL",
        );
        self.rows(query.text(target.as_str())).await?.iter().map(right).collect()
    }

    /// What was held at some time from `from` to `to`, both included, by target and subject.
    pub async fn spans(&self, from: Time, to: Time) -> Result<Vec<Span>, StoreError> {
        let query = sql(
            "rights",
            "SELECT target, subject, role, agency, label, since, until FROM access_span
             WHERE since <= $2 AND (until IS NULL OR until >= $1) ORDER BY target, subject, role, agency, since",
        );
        self.rows(query.time(from).time(to)).await?.iter().map(span).collect()
    }

    /// What a subject of a target could ever do, the latest first.
    pub async fn spans_of(&self, target: &TargetId, subject: &str) -> Result<Vec<Span>, StoreError> {
        let query = sql(
            "rights",
            "SELECT target, subject, role, agency, label, since, until FROM access_span
             WHERE target = $1 AND subject = $2 ORDER BY since DESC, role, agency",
        );
        self.rows(query.text(target.as_str()).text(subject)).await?.iter().map(span).collect()
    }

    /// When the history of each target begins.
    pub async fn history_begins(&self) -> Result<Vec<(TargetId, Time)>, StoreError> {
        let query = sql(
            "history",
            "SELECT target, MIN(since) AS first FROM access_span GROUP BY target ORDER BY target",
        );
        let first = |row: &Row| Ok((TargetId::new(row.text("target")?), row.time("first")?));
        self.rows(query).await?.iter().map(first).collect()
    }
}

fn span(row: &Row) -> Result<Span, StoreError> {
    Ok(Span {
        target: TargetId::new(row.text("target")?),
        right: right(row)?,
        since: row.time("since")?,
        until: row.maybe_time("until")?,
    })
}

fn right(row: &Row) -> Result<Right, StoreError> {
    Ok(Right {
        subject: row.text("subject")?,
        role: row.text("role")?,
        agency: row.word("agency", AgencyCode::stored)?,
        label: row.text("label")?,
    })
}
