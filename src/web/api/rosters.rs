//! Agencies and what they hand in.

use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::pages::agencies::{self, Numbers};
use super::super::pages::rosters::{self, Wanted};
use super::super::pages::{cells, sheet};
use super::decisions::{Answer, answer, on_the_page};
use super::reads::internal;
use super::shapes::{
    AgencyShape, ArrivalShape, CompletenessShape, Outcome, Problem, RosterShape, Rosters, SheetShape,
};
use super::{ApiError, Caller, Refused, Sought};
use crate::model::operator::Right;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

const PER_PAGE: usize = 200;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    late: bool,
}

/// Every agency, as a tree: parents before children.
#[utoipa::path(get, path = "/api/v1/agencies", security(("token" = [])),
    params(("late" = Option<bool>, Query, description = "only those whose full roster is late")),
    responses((status = 200, body = Vec<AgencyShape>), Refused))]
pub(super) async fn agencies(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Sought(which): Sought<Which>,
) -> Result<Json<Vec<AgencyShape>>, ApiError> {
    let mut standings = agencies::waiting(&desk, &caller.operator).await?;
    standings.retain(|one| one.late || !which.late);
    let numbers = Numbers::of(&desk, &caller.operator).await?;
    let shape = |one| AgencyShape::of(&desk, &numbers, one).map_err(internal);
    Ok(Json(standings.iter().map(shape).collect::<Result<_, _>>()?))
}

/// One agency, with how complete its last full roster is.
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
    let numbers = Numbers::of(&desk, &caller.operator).await?;
    let completeness = agencies::completeness(&desk, numbers.last_full(&agency.code)).await?;
    let completeness = completeness.map(|all| all.iter().map(CompletenessShape::of).collect());
    let shape = AgencyShape::of(&desk, &numbers, one).map_err(internal)?;
    Ok(Json(AgencyShape { completeness, ..shape }))
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
    Sought(named): Sought<Named>,
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
    today: bool,
    refused: bool,
    after: String,
}

/// A page of arrivals, the latest first.
#[utoipa::path(get, path = "/api/v1/rosters", security(("token" = [])),
    params(
        ("agency" = Option<String>, Query, description = "an agency's code"),
        ("today" = Option<bool>, Query, description = "only what came in today"),
        ("refused" = Option<bool>, Query, description = "only what could not be read"),
        ("after" = Option<String>, Query, description = "the `next` of the page before")
    ),
    responses((status = 200, body = Rosters), Refused))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Sought(asked): Sought<Asked>,
) -> Result<Json<Rosters>, ApiError> {
    let Asked { agency, today, refused, after } = &asked;
    let wanted = Wanted { agency, today: *today, refused: *refused, after };
    let (arrivals, next) = rosters::arrivals(&desk, &caller.operator, &wanted, PER_PAGE).await?;
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

/// The document (PDF) that came with an arrival.
#[utoipa::path(get, path = "/api/v1/rosters/{id}/document", security(("token" = [])), params(("id" = String, Path)),
    responses((status = 200, description = "the document", body = Vec<u8>, content_type = "application/pdf"),
        (status = 422, body = Problem), Refused))]
pub(super) async fn document(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    Ok(rosters::came_with(&desk, &caller.operator, id).await?)
}

/// A page of rows of an arrival's workbook as the reader saw them, with the findings on them; personal data is masked.
#[utoipa::path(get, path = "/api/v1/rosters/{id}/sheet", security(("token" = [])),
    params(
        ("id" = String, Path),
        ("sheet" = Option<String>, Query, description = "a sheet's name; the first with a list unless said otherwise"),
        ("row" = Option<u32>, Query, description = "a row that the page is to hold")
    ),
    responses((status = 200, body = SheetShape), (status = 422, body = Problem), Refused))]
pub(super) async fn sheet(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    Sought(asked): Sought<sheet::Asked>,
) -> Result<Json<SheetShape>, ApiError> {
    let (feedback, _) = rosters::arrival(&desk, &caller.operator, id).await?;
    let grid = sheet::grid(&desk, &feedback, &asked, desk.site.config.language, false).await?;
    let grid = grid.map_err(|(vi, en)| PageError::Bad(vi, en))?;
    Ok(Json(SheetShape::of(grid)))
}

/// A sheet as it was sent is shown on the page alone, where the password is asked for: this says so.
#[utoipa::path(post, path = "/api/v1/rosters/{id}/sheet", security(("token" = [])), params(("id" = String, Path)),
    responses((status = 422, body = Problem), Refused))]
pub(super) async fn as_sent(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<SheetShape>, ApiError> {
    caller.decides(Right::Reveal)?;
    rosters::arrival(&desk, &caller.operator, id).await?;
    Err(on_the_page("Nguyên văn chỉ được xem trên trang.", "a sheet is shown as sent on the page"))
}
