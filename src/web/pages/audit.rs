//! The audit trail: who did what, the newest first; export; whether the chain holds.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use crate::model::ids::Login;
use crate::model::operator::Right;
use crate::store::{AuditFilter, AuditRow, StoreError};
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use minijinja::{Value, context};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const PER_PAGE: usize = 100;
/// Rows read at a time for the export.
const CHUNK: i64 = 5_000;

#[derive(Deserialize, Serialize, Clone)]
pub(in super::super) struct Asked {
    #[serde(default)]
    actor: String,
    #[serde(default)]
    verb: String,
    #[serde(default, skip_serializing)]
    before: String,
}

/// The trail.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    require(&signed)?;
    show(&desk, &signed, &asked, Value::from(())).await
}

/// The trail speaks of everybody: it is for those who see the whole province.
fn require(signed: &Signed) -> Result<(), PageError> {
    decide::for_province(&signed.operator, Right::Audit)
}

/// A page of the trail, and the `before` of the next one.
pub(in super::super) async fn rows(
    desk: &Desk,
    asked: &Asked,
) -> Result<(Vec<AuditRow>, Option<String>), PageError> {
    let before =
        chrono::DateTime::parse_from_rfc3339(&asked.before).ok().map(|at| at.with_timezone(&chrono::Utc));
    let mut rows = desk.store.audit_page(asked.actor.trim(), asked.verb.trim(), before, PER_PAGE + 1).await?;
    let more = rows.len() > PER_PAGE;
    rows.truncate(PER_PAGE);
    let next = rows.last().filter(|_| more).map(|row| crate::model::rfc3339(row.at));
    Ok((rows, next))
}

async fn show(desk: &Desk, signed: &Signed, asked: &Asked, verified: Value) -> Result<Response, PageError> {
    let (rows, next) = rows(desk, asked).await?;
    let filtered = !asked.actor.trim().is_empty() || !asked.verb.trim().is_empty();
    let more = context! {
        next,
        rows => Value::from_serialize(&rows),
        asked => Value::from_serialize(asked),
        filtered,
        verified,
    };
    signed.view.page(desk, "audit.html", more)
}

/// Checks every row, link, detail and oath.
pub(in super::super) async fn verify(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
) -> Result<Response, PageError> {
    require(&signed)?;
    let verified = match desk.store.audit_verify().await {
        Ok(report) => context! { holds => true, report => Value::from_serialize(&report) },
        Err(StoreError::AuditBroken { lane, seq, why }) => context! { holds => false, lane, seq, why },
        Err(error) => return Err(error.into()),
    };
    let all = Asked { actor: String::new(), verb: String::new(), before: String::new() };
    show(&desk, &signed, &all, verified).await
}

/// What an export says first where a filter leaves rows out.
#[derive(Serialize)]
struct Part<'a> {
    whole_chain: bool,
    actor: &'a str,
    verb: &'a str,
    note: &'static str,
}

const NO_CHAIN: &str = "Chỉ gồm các dòng trong bộ lọc, không phải chuỗi đầy đủ: không dùng để kiểm tra chuỗi. / Only the rows \
     within the filter, no whole chain: links cannot be checked with it.";

/// The rows within the filter as JSON lines, as the command prints them. With a filter a line before them says that
/// they are no whole chain.
pub(in super::super) async fn export(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    require(&signed)?;
    exported(desk, &signed.operator.login, &asked).await
}

/// The same, for whoever may have it; written into the trail.
pub(in super::super) async fn exported(
    desk: Arc<Desk>,
    by: &Login,
    asked: &Asked,
) -> Result<Response, PageError> {
    let filter = AuditFilter { actor: asked.actor.trim().into(), verb: asked.verb.trim().into() };
    let AuditFilter { actor, verb } = &filter;
    let whole = actor.is_empty() && verb.is_empty();
    let detail = if whole { String::new() } else { format!("actor={actor} verb={verb}") };
    let mut head = String::new();
    if !whole {
        let part = Part { whole_chain: false, actor, verb, note: NO_CHAIN };
        head = serde_json::to_string(&part).map_err(PageError::internal)? + "\n";
    }
    desk.store
        .write(desk.now(), async |mut tx| {
            tx.audit(by.as_str(), "audit.export", "audit", &detail);
            tx.commit(()).await
        })
        .await?;
    let begin = (desk, filter, String::new(), 0);
    let chunks = stream::try_unfold(begin, async |(desk, filter, lane, seq)| {
        let rows = desk.store.audit_export(&lane, seq, CHUNK).await?;
        let Some(last) = rows.last() else { return Ok::<_, PageError>(None) };
        let (lane, seq) = (last.lane.clone(), last.seq);
        let mut text = String::new();
        for row in rows.iter().filter(|row| filter.has(row)) {
            text.push_str(&serde_json::to_string(row).map_err(PageError::internal)?);
            text.push('\n');
        }
        Ok(Some((text, (desk, filter, lane, seq))))
    });
    let chunks = stream::once(async { Ok(head) }).chain(chunks);
    let name = if whole { "audit.jsonl" } else { "audit-part.jsonl" };
    let headers = [
        (CONTENT_TYPE, "application/x-ndjson; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, Body::from_stream(chunks)).into_response())
}
