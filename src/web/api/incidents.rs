//! Incidents and tips.

use super::super::decide;
use super::super::desk::Desk;
use super::super::pages::incidents::{Looked, looked_at};
use super::decisions::{Answer, answer, on_the_page, word};
use super::shapes::{IncidentShape, Outcome, Problem, ReasonGiven, TipGiven, TipShape};
use super::{ApiError, Caller, Given, Refused, Sought};
use crate::model::operator::Right;
use crate::model::tip::Sign;
use crate::store::TakenDown;
use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    closed: bool,
}

/// Every open incident, or those closed last.
#[utoipa::path(get, path = "/api/v1/incidents", security(("token" = [])),
    params(("closed" = Option<bool>, Query, description = "those closed last instead, without their changes")),
    responses((status = 200, body = Vec<IncidentShape>), Refused))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Sought(asked): Sought<Asked>,
) -> Result<Json<Vec<IncidentShape>>, ApiError> {
    if asked.closed {
        let closed = decide::closed_incidents(&desk, &caller.operator).await?;
        return Ok(Json(closed.iter().map(|one| IncidentShape::of(one, &[])).collect()));
    }
    let open = decide::open_incidents(&desk, &caller.operator).await?;
    Ok(Json(open.iter().map(|(one, made)| IncidentShape::of(one, made)).collect()))
}

/// One incident, open or closed; whether its account is locked is looked at now, and where the directory does not answer it
/// is as it was seen last.
#[utoipa::path(get, path = "/api/v1/incidents/{id}", security(("token" = [])), params(("id" = String, Path)),
    responses((status = 200, body = IncidentShape), Refused))]
pub(super) async fn one(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<IncidentShape>, ApiError> {
    let Looked { one, made, commands, unread: _ } = looked_at(&desk, &caller.operator, &id).await?;
    Ok(Json(IncidentShape { commands, ..IncidentShape::of(&one, &made) }))
}

/// An incident is opened on the page alone, where the password is asked for: this says so.
#[utoipa::path(post, path = "/api/v1/incidents", security(("token" = [])),
    responses((status = 422, body = Problem), Refused))]
pub(super) async fn open(caller: Caller) -> Answer {
    caller.decides(Right::Review)?;
    Err(on_the_page("Sự cố chỉ được mở trên trang.", "an incident is opened on the page"))
}

/// Closes an incident; what opens the account again waits for approval.
#[utoipa::path(post, path = "/api/v1/incidents/{id}/close", security(("token" = [])), params(("id" = String, Path)),
    request_body = ReasonGiven, responses((status = 200, body = Outcome), (status = 422, body = Problem), Refused))]
pub(super) async fn close(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    Given(given): Given<ReasonGiven>,
) -> Answer {
    caller.decides(Right::Review)?;
    let waiting = decide::close(&desk, &caller.operator, &id, &given.reason).await?;
    Ok(answer(true, format!("closed; changes that open the account again and wait for approval: {waiting}")))
}

/// Every tip that waits, oldest first.
#[utoipa::path(get, path = "/api/v1/tips", security(("token" = [])),
    responses((status = 200, body = Vec<TipShape>), Refused))]
pub(super) async fn tips(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
) -> Result<Json<Vec<TipShape>>, ApiError> {
    Ok(Json(decide::tips(&desk, &caller.operator).await?.iter().map(TipShape::of).collect()))
}

/// Takes a tip down.
#[utoipa::path(post, path = "/api/v1/tips", security(("token" = [])), request_body = TipGiven,
    responses((status = 200, body = Outcome), (status = 422, body = Problem), Refused))]
pub(super) async fn take(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Given(given): Given<TipGiven>,
) -> Answer {
    caller.decides(Right::Confirm)?;
    let sign = word(Sign::parse(&given.sign), &given.sign, "sign")?;
    let said = (given.words.as_str(), given.told_by.as_str());
    let message = match decide::take_tip(&desk, &caller.operator, &given.account, sign, said).await? {
        TakenDown::Waits(_) => "taken down",
        TakenDown::BelongsTo(_) => "taken down with the incident that is open on the account",
    };
    Ok(answer(true, message.into()))
}

/// Dismisses a tip.
#[utoipa::path(post, path = "/api/v1/tips/{id}/dismiss", security(("token" = [])), params(("id" = String, Path)),
    request_body = ReasonGiven, responses((status = 200, body = Outcome), Refused))]
pub(super) async fn dismiss(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    Given(given): Given<ReasonGiven>,
) -> Answer {
    caller.decides(Right::Review)?;
    decide::dismiss_tip(&desk, &caller.operator, &id, &given.reason).await?;
    Ok(answer(true, "dismissed".into()))
}
