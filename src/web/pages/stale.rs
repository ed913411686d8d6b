//! Refused writes: what was approved had moved by the time it was to be written, and nothing has taken its place since. Why
//! the next pass did not propose it anew is for a person to see: mostly somebody else has done it by hand.

use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use super::changes::{Line, PER_PAGE};
use crate::model::Time;
use crate::model::ids::ChangeId;
use axum::extract::{Query, State};
use axum::response::Response;
use chrono::TimeDelta;
use minijinja::{Value, context};
use serde::Deserialize;
use std::sync::Arc;

/// What was refused longer ago, and never asked for again, is history: in days, today included.
const DAYS: i64 = 7;

/// The moment from which on refused writes are listed.
pub(super) fn since(desk: &Desk) -> Time {
    desk.midnight(desk.today() - TimeDelta::days(DAYS - 1))
}

#[derive(Deserialize)]
pub(in super::super) struct Asked {
    #[serde(default)]
    after: String,
}

/// The page.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let (scope, since) = (signed.scope(), since(&desk));
    let after = (!asked.after.is_empty()).then(|| ChangeId::new(&asked.after));
    let mut found = desk.store.refused_writes(&scope, since, after.as_ref(), PER_PAGE + 1).await?;
    let more = found.len() > PER_PAGE;
    found.truncate(PER_PAGE);
    let next = found.last().filter(|_| more).map(|one| one.stored.id.to_string());
    let (login, today) = (&signed.operator.login, desk.today());
    let lines: Vec<_> = found
        .iter()
        .map(|one| context! { line => Value::from_serialize(Line::of(&one.stored, login, today)), since => crate::model::rfc3339(one.since) })
        .collect();
    let count = desk.store.count_refused_writes(&scope, since).await?;
    signed.view.page(&desk, "stale.html", context! { lines, next, count, days => DAYS })
}
