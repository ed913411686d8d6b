//! By phone: call-backs before an approval, and what a contact asks for in a call.

use super::super::decide;
use super::super::desk::Desk;
use super::decisions::{Answer, answer};
use super::shapes::{CallBackGiven, CallBacksShape, Outcome, Problem, UnlockGiven};
use super::{ApiError, Caller, Given, Refused};
use crate::model::Lang;
use crate::model::operator::Right;
use crate::store::Noted;
use crate::words;
use axum::Json;
use axum::extract::{Path, State};
use std::sync::Arc;

/// Whether a change asks for a call-back, whom to call, and the calls that are noted.
#[utoipa::path(get, path = "/api/v1/changes/{id}/call-backs", security(("token" = [])), params(("id" = String, Path)),
    responses((status = 200, body = CallBacksShape), Refused))]
pub(super) async fn call_backs(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<CallBacksShape>, ApiError> {
    let stored = decide::change(&desk, &caller.operator, &id).await?.stored;
    Ok(Json(CallBacksShape::of(decide::call_backs(&desk, &stored).await?.as_ref())))
}

/// Notes that a published number was called about a change, and who answered.
#[utoipa::path(post, path = "/api/v1/changes/{id}/call-backs", security(("token" = [])), params(("id" = String, Path)),
    request_body = CallBackGiven,
    responses((status = 200, body = Outcome), (status = 409, body = Outcome), (status = 422, body = Problem), Refused))]
pub(super) async fn call_back(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    Given(given): Given<CallBackGiven>,
) -> Answer {
    caller.decides(Right::Review)?;
    let call = (given.number.as_str(), given.spoke_with.as_str());
    let noted = decide::note_call(&desk, &caller.operator, &id, call).await?;
    Ok(answer(noted == Noted::Noted, words::noted(noted, Lang::En).into()))
}

/// Writes down that a contact asks by phone to unlock an account; the change waits for a call-back and for the approval of
/// somebody else.
#[utoipa::path(post, path = "/api/v1/unlocks", security(("token" = [])), request_body = UnlockGiven,
    responses((status = 200, body = Outcome), (status = 422, body = Problem), Refused))]
pub(super) async fn unlock(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Given(given): Given<UnlockGiven>,
) -> Answer {
    caller.decides(Right::Review)?;
    let UnlockGiven { account, asked_by, reason } = &given;
    let id = decide::unlock_by_phone(&desk, &caller.operator, (account, asked_by), reason).await?;
    Ok(answer(
        true,
        format!("written down as {id}; call the published number back, then somebody else approves"),
    ))
}
