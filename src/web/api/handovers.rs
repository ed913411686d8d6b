//! Handovers of unit mailboxes: lists, minutes, signatures.

use super::super::decide;
use super::super::desk::Desk;
use super::super::paper::Paper;
use super::decisions::{Answer, answer, word};
use super::shapes::{HandoverShape, Handovers, Outcome, Problem, SignatureGiven};
use super::{ApiError, Caller, Given, Refused, Sought};
use crate::model::custodian::Side;
use crate::model::operator::Right;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    after: String,
}

/// A page of handovers that were carried out, in the order of the days they were due.
#[utoipa::path(get, path = "/api/v1/handovers", security(("token" = [])),
    params(("after" = Option<String>, Query, description = "the `next` of the page before")),
    responses((status = 200, body = Handovers), Refused))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Sought(asked): Sought<Asked>,
) -> Result<Json<Handovers>, ApiError> {
    caller.may(Right::HandOver)?;
    let (handovers, next) = decide::handovers(&desk, &caller.operator, &asked.after).await?;
    Ok(Json(Handovers { handovers: handovers.iter().map(HandoverShape::of).collect(), next }))
}

/// One handover, by the id of its change, with what became of the giver's sessions.
#[utoipa::path(get, path = "/api/v1/handovers/{id}", security(("token" = [])), params(("id" = String, Path)),
    responses((status = 200, body = HandoverShape), Refused))]
pub(super) async fn one(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<HandoverShape>, ApiError> {
    caller.may(Right::HandOver)?;
    let handover = decide::handover(&desk, &caller.operator, &id).await?;
    let sessions = desk.back.sessions(&handover.of.stored, desk.site.config.language).await?;
    Ok(Json(HandoverShape { sessions: Some(sessions), ..HandoverShape::of(&handover) }))
}

/// Its minutes as a page to print; they hold no secret.
#[utoipa::path(get, path = "/api/v1/handovers/{id}/minutes", security(("token" = [])), params(("id" = String, Path)),
    responses((status = 200, description = "a page to print", body = String, content_type = "text/html"), Refused))]
pub(super) async fn minutes(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    caller.may(Right::HandOver)?;
    let handover = decide::handover(&desk, &caller.operator, &id).await?;
    Ok(Paper(desk.back.minutes(&handover.of.stored).await?).into_response())
}

/// A side has signed the minutes.
#[utoipa::path(post, path = "/api/v1/handovers/{id}/signatures", security(("token" = [])), params(("id" = String, Path)),
    request_body = SignatureGiven,
    responses((status = 200, body = Outcome), (status = 409, body = Outcome), (status = 422, body = Problem), Refused))]
pub(super) async fn sign(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    Given(given): Given<SignatureGiven>,
) -> Answer {
    caller.decides(Right::HandOver)?;
    decide::handover(&desk, &caller.operator, &id).await?;
    let side = word(Side::parse(&given.side), &given.side, "side")?;
    let noted = decide::sign(&desk, &caller.operator, &id, side).await?;
    Ok(answer(noted, if noted { "noted".into() } else { "it was noted before".into() }))
}
