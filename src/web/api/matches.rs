//! Matches by name and phone that wait for an operator's word.

use super::super::decide;
use super::super::desk::Desk;
use super::decisions::{Answer, answer};
use super::shapes::{CountGiven, MatchShape, Outcome, Problem};
use super::{ApiError, Caller, Given, Refused};
use crate::model::Lang;
use crate::model::operator::Right;
use crate::store::MatchesConfirmed;
use crate::words;
use axum::Json;
use axum::extract::{Path, State};
use std::sync::Arc;

/// An agency's matches that wait, each person beside the account.
#[utoipa::path(get, path = "/api/v1/agencies/{code}/matches", security(("token" = [])), params(("code" = String, Path)),
    responses((status = 200, body = Vec<MatchShape>), Refused))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(code): Path<String>,
) -> Result<Json<Vec<MatchShape>>, ApiError> {
    let open = decide::open_matches(&desk, &caller.operator, &code).await?;
    Ok(Json(open.iter().map(MatchShape::of).collect()))
}

/// Confirms all of an agency's matches that wait, by their exact number.
#[utoipa::path(post, path = "/api/v1/agencies/{code}/matches/confirmation", security(("token" = [])),
    params(("code" = String, Path)), request_body = CountGiven,
    responses((status = 200, body = Outcome), (status = 409, body = Outcome), (status = 422, body = Problem), Refused))]
pub(super) async fn confirm(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(code): Path<String>,
    Given(given): Given<CountGiven>,
) -> Answer {
    caller.decides(Right::Approve)?;
    let confirmed = decide::confirm_matches(&desk, &caller.operator, &code, &given.count).await?;
    let done = matches!(confirmed, MatchesConfirmed::Confirmed { .. });
    Ok(answer(done, words::matches_confirmed(confirmed, Lang::En)))
}
