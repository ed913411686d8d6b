//! Agencies and what they hand in.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::pages::{agencies, cells, rosters};
use super::decisions::{Answer, answer};
use super::reads::internal;
use super::shapes::{AgencyShape, ArrivalShape, Outcome, Problem, RosterShape, Rosters};
use super::{ApiError, Caller, Refused};
use crate::model::ids::{AgencyCode, RosterId};
use crate::model::operator::Right;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

const PER_PAGE: usize = 200;

/// Every agency, as a tree: parents before children.
#[utoipa::path(get, path = "/api/v1/agencies", security(("token" = [])),
    responses((status = 200, body = Vec<AgencyShape>), Refused))]
pub(super) async fn agencies(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
) -> Result<Json<Vec<AgencyShape>>, ApiError> {
    let standings = agencies::waiting(&desk, &caller.operator).await?;
    let shape = |one| AgencyShape::of(&desk, one).map_err(internal);
    Ok(Json(standings.iter().map(shape).collect::<Result<_, _>>()?))
}

/// One agency.
#[utoipa::path(get, path = "/api/v1/agencies/{code}", security(("token" = [])), params(("code" = String, Path)),
    responses((status = 200, body = AgencyShape), Refused))]
pub(super) async fn agency(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(code): Path<String>,
) -> Result<Json<AgencyShape>, ApiError> {
    let agency = agencies::agency(&desk, &caller.operator, &code)?;
    let standings = agencies::waiting(&desk, &caller.operator).await?;
    let one = standings.iter().find(|one| one.code == agency.code).ok_or(PageError::NotFound)?;
    Ok(Json(AgencyShape::of(&desk, one).map_err(internal)?))
}

/// The agency's workbook, filled in with what is known, as .xlsx. Whole names and phones are in it.
#[utoipa::path(post, path = "/api/v1/agencies/{code}/template", security(("token" = [])),
    params(("code" = String, Path)),
    responses((status = 200, description = "a workbook", body = Vec<u8>,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Refused))]
pub(super) async fn template(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(code): Path<String>,
) -> Result<Response, ApiError> {
    caller.decides(Right::Upload)?;
    Ok(agencies::filled_in(&desk, &caller.operator, &code).await?)
}

#[derive(Debug, Deserialize)]
pub(super) struct Named {
    #[serde(default)]
    file: String,
}

/// Hands in a workbook for an agency, as if it had been dropped into the agency's folder.
#[utoipa::path(post, path = "/api/v1/agencies/{code}/rosters", security(("token" = [])),
    params(("code" = String, Path), ("file" = String, Query, description = "what the workbook is called")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = Outcome), (status = 422, body = Problem), Refused))]
pub(super) async fn upload(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(code): Path<String>,
    Query(named): Query<Named>,
    bytes: Bytes,
) -> Answer {
    caller.decides(Right::Upload)?;
    rosters::take(&desk, &caller.operator, &code, &named.file, bytes).await?;
    Ok(answer(true, "taken; what was read of it will be among the arrivals in a few minutes".into()))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    agency: String,
    after: String,
}

/// A page of arrivals, the latest first.
#[utoipa::path(get, path = "/api/v1/rosters", security(("token" = [])),
    params(
        ("agency" = Option<String>, Query, description = "an agency's code"),
        ("after" = Option<String>, Query, description = "the `next` of the page before")
    ),
    responses((status = 200, body = Rosters), Refused))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Rosters>, ApiError> {
    let scope = match AgencyCode::stored(&asked.agency) {
        Some(code) => {
            decide::sight(&caller.operator, &code)?;
            vec![code]
        }
        None => caller.operator.agencies.iter().cloned().collect(),
    };
    let after = (!asked.after.is_empty()).then(|| RosterId::new(&asked.after));
    let mut arrivals = desk.store.arrivals(&scope, None, after.as_ref(), PER_PAGE + 1).await?;
    let more = arrivals.len() > PER_PAGE;
    arrivals.truncate(PER_PAGE);
    let next = arrivals.last().filter(|_| more).map(|one| one.id.to_string());
    Ok(Json(Rosters { rosters: arrivals.iter().map(RosterShape::of).collect(), next }))
}

/// One arrival: what it was taken for, what was found in it, what became of its rows.
#[utoipa::path(get, path = "/api/v1/rosters/{id}", security(("token" = [])), params(("id" = String, Path)),
    responses((status = 200, body = ArrivalShape), Refused))]
pub(super) async fn one(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ArrivalShape>, ApiError> {
    let (feedback, path) = rosters::arrival(&desk, &caller.operator, id).await?;
    let findings = cells::notes(&feedback.arrival.notes, desk.site.config.language, false);
    Ok(Json(ArrivalShape::of(&feedback, &findings, path.is_some()).map_err(internal)?))
}

/// The feedback workbook of an arrival.
#[utoipa::path(get, path = "/api/v1/rosters/{id}/feedback", security(("token" = [])), params(("id" = String, Path)),
    responses((status = 200, description = "a workbook", body = Vec<u8>,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Refused))]
pub(super) async fn feedback(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    Ok(rosters::handed_back(&desk, &caller.operator, id).await?)
}
