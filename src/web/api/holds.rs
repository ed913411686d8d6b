//! Legal holds and slips.

use super::super::decide;
use super::super::desk::Desk;
use super::decisions::{Answer, answer, on_the_page};
use super::shapes::{HoldShape, Outcome, Problem, ReasonGiven, SlipShape};
use super::{ApiError, Caller, Given, Refused};
use crate::model::Lang;
use crate::model::operator::Right;
use crate::store::{Decided, SlipStep};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use std::sync::Arc;

fn counted(decided: Decided) -> (StatusCode, Json<Outcome>) {
    let done = match decided {
        Decided::Done | Decided::NeedsSecond => true,
        Decided::AlreadyByYou | Decided::Nothing => false,
    };
    answer(done, decide::said_of_hold(decided, Lang::En).into())
}

/// Every legal hold that is asked for or in force.
#[utoipa::path(get, path = "/api/v1/holds", security(("token" = [])),
    responses((status = 200, body = Vec<HoldShape>), Refused))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
) -> Result<Json<Vec<HoldShape>>, ApiError> {
    let holds = decide::holds(&desk, &caller.operator).await?;
    Ok(Json(holds.iter().map(HoldShape::of).collect()))
}

/// Asks for a hold on whom a change is about; a second operator must agree.
#[utoipa::path(post, path = "/api/v1/changes/{id}/hold", security(("token" = [])), params(("id" = String, Path)),
    request_body = ReasonGiven,
    responses((status = 200, body = Outcome), (status = 409, body = Outcome), Refused))]
pub(super) async fn of_change(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    Given(given): Given<ReasonGiven>,
) -> Answer {
    caller.decides(Right::Approve)?;
    Ok(counted(decide::hold_on(&desk, &caller.operator, &id, &given.reason).await?))
}

/// Agrees to a hold that somebody else asked for.
#[utoipa::path(post, path = "/api/v1/holds/{id}/agree", security(("token" = [])), params(("id" = String, Path)),
    request_body = ReasonGiven,
    responses((status = 200, body = Outcome), (status = 409, body = Outcome), Refused))]
pub(super) async fn agree(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    Given(given): Given<ReasonGiven>,
) -> Answer {
    caller.decides(Right::Approve)?;
    Ok(counted(decide::agree(&desk, &caller.operator, &id, &given.reason).await?))
}

/// Lifts a hold; with the second operator it ends.
#[utoipa::path(post, path = "/api/v1/holds/{id}/lift", security(("token" = [])), params(("id" = String, Path)),
    request_body = ReasonGiven,
    responses((status = 200, body = Outcome), (status = 409, body = Outcome), Refused))]
pub(super) async fn lift(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    Given(given): Given<ReasonGiven>,
) -> Answer {
    caller.decides(Right::Approve)?;
    Ok(counted(decide::lift(&desk, &caller.operator, &id, &given.reason).await?))
}

/// Every slip that waits to be printed or signed for.
#[utoipa::path(get, path = "/api/v1/slips", security(("token" = [])),
    responses((status = 200, body = Vec<SlipShape>), Refused))]
pub(super) async fn slips(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
) -> Result<Json<Vec<SlipShape>>, ApiError> {
    caller.may(Right::HandOver)?;
    let slips = decide::slips(&desk, &caller.operator).await?;
    Ok(Json(slips.iter().map(|(slip, of)| SlipShape::of(slip, of)).collect()))
}

/// A slip is printed on the page alone, where the password is asked for: this says so.
#[utoipa::path(post, path = "/api/v1/slips/{id}/print", security(("token" = [])), params(("id" = String, Path)),
    responses((status = 422, body = Problem), Refused))]
pub(super) async fn print(State(desk): State<Arc<Desk>>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.decides(Right::HandOver)?;
    decide::change(&desk, &caller.operator, &id).await?;
    Err(on_the_page("Phiếu chỉ được in trên trang.", "a slip is printed on the page"))
}

/// A slip was handed over and signed.
#[utoipa::path(post, path = "/api/v1/slips/{id}/confirm", security(("token" = [])), params(("id" = String, Path)),
    responses((status = 200, body = Outcome), (status = 409, body = Outcome), Refused))]
pub(super) async fn confirm(State(desk): State<Arc<Desk>>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.decides(Right::HandOver)?;
    let step = decide::confirm_slip(&desk, &caller.operator, &id).await?;
    Ok(answer(step == SlipStep::Done, decide::said_of_slip(&step, Lang::En).into()))
}
