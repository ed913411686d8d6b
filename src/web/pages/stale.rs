//! Refused writes: what was approved had moved by the time it was to be written, and nothing has taken its place since. Why
//! the next pass did not propose it anew is for a person to see: mostly somebody else has done it by hand.

use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use super::changes::{Line, PER_PAGE};
use crate::model::Time;
use crate::model::ids::{AgencyCode, ChangeId};
use crate::store::Standing;
use axum::extract::{Query, State};
use axum::response::Response;
use chrono::TimeDelta;
use minijinja::{Value, context};
use serde::Deserialize;
use std::sync::Arc;

/// What was refused longer ago, and never asked for again, is history: in days, today included.
const DAYS: i64 = 7;

/// The moment from which on refused writes are listed.
fn since(desk: &Desk) -> Time {
    desk.midnight(desk.today() - TimeDelta::days(DAYS - 1))
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Asked {
    pub after: String,
}

/// How many there are within the scope.
pub(in super::super) async fn count(desk: &Desk, scope: &[AgencyCode]) -> Result<u64, PageError> {
    Ok(desk.store.count_refused_writes(scope, since(desk)).await?)
}

/// A page of them, and the `after` of the next.
pub(in super::super) async fn listed(
    desk: &Desk,
    scope: &[AgencyCode],
    after: &str,
) -> Result<(Vec<Standing>, Option<String>), PageError> {
    let after = (!after.is_empty()).then(|| ChangeId::new(after));
    let mut found = desk.store.refused_writes(scope, since(desk), after.as_ref(), PER_PAGE + 1).await?;
    let more = found.len() > PER_PAGE;
    found.truncate(PER_PAGE);
    let next = found.last().filter(|_| more).map(|one| one.stored.id.to_string());
    Ok((found, next))
}

/// The page.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let scope = signed.scope();
    let (found, next) = listed(&desk, &scope, &asked.after).await?;
    let (login, today) = (&signed.operator.login, desk.today());
    let lines: Vec<_> = found
        .iter()
        .map(|one| context! { line => Value::from_serialize(Line::of(&one.stored, login, today)), since => crate::model::rfc3339(one.since) })
        .collect();
    let count = count(&desk, &scope).await?;
    signed.view.page(&desk, "stale.html", context! { lines, next, count, days => DAYS })
}
