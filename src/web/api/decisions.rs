//! Decisions: the same as the page's, enforced by the same store. A token cannot give a password, so what is of high
//! risk is approved on the page, and brakes are released there.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::shapes::{AnswerGiven, ApprovalGiven, Outcome, Problem, ReasonGiven, RejectionGiven};
use super::{ApiError, Caller};
use crate::model::Lang;
use crate::model::change::Risk;
use crate::model::ids::ChangeKey;
use crate::model::operator::Right;
use crate::store::{Approval, Discard};
use crate::words;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use std::sync::Arc;

type Answer = Result<(StatusCode, Json<Outcome>), ApiError>;

/// `200` where it counts, `409` where not.
fn answer(done: bool, message: String) -> (StatusCode, Json<Outcome>) {
    let status = if done { StatusCode::OK } else { StatusCode::CONFLICT };
    (status, Json(Outcome { done, message }))
}

fn first(results: &[Approval]) -> Answer {
    let Some(result) = results.first() else { return Err(ApiError(PageError::NotFound)) };
    let done = matches!(result, Approval::Approved { .. } | Approval::Rejected);
    Ok(answer(done, words::approval(result, Lang::En)))
}

/// Approves a change.
#[utoipa::path(post, path = "/api/v1/changes/{id}/approvals", security(("token" = [])), params(("id" = String, Path)),
    request_body = ApprovalGiven,
    responses((status = 200, body = Outcome), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Outcome)))]
pub(super) async fn approve(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    Json(given): Json<ApprovalGiven>,
) -> Answer {
    caller.decides(Right::Approve)?;
    let stored = decide::change(&desk, &caller.operator, &id).await?.stored;
    if stored.change.risk == Risk::High {
        return Err(ApiError(PageError::Bad(
            "Thay đổi rủi ro cao chỉ được duyệt trên trang.".into(),
            "a change of high risk is approved on the page, where the password is asked for".into(),
        )));
    }
    let named = (stored.id, ChangeKey::new(given.key), stored.change.agency);
    first(&decide::approve(&desk, &caller.operator.login, &[named]).await?)
}

/// Rejects a change.
#[utoipa::path(post, path = "/api/v1/changes/{id}/rejection", security(("token" = [])), params(("id" = String, Path)),
    request_body = RejectionGiven,
    responses((status = 200, body = Outcome), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Outcome)))]
pub(super) async fn reject(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    Json(given): Json<RejectionGiven>,
) -> Answer {
    caller.decides(Right::Review)?;
    let stored = decide::change(&desk, &caller.operator, &id).await?.stored;
    let named = (stored.id, ChangeKey::new(given.key), stored.change.agency);
    first(&decide::reject(&desk, &caller.operator.login, &[named], &given.reason).await?)
}

/// Answers a question.
#[utoipa::path(post, path = "/api/v1/questions/{key}/answer", security(("token" = [])), params(("key" = String, Path)),
    request_body = AnswerGiven,
    responses((status = 200, body = Outcome), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn answer_question(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(key): Path<String>,
    Json(given): Json<AnswerGiven>,
) -> Answer {
    caller.decides(Right::Review)?;
    decide::answer(&desk, &caller.operator, &key, &given.answer).await?;
    Ok(answer(true, "answered".into()))
}

/// Rejects everything a brake holds; two operators must.
#[utoipa::path(post, path = "/api/v1/brakes/{key}/discard", security(("token" = [])), params(("key" = String, Path)),
    request_body = ReasonGiven,
    responses((status = 200, body = Outcome), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(super) async fn discard(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(key): Path<String>,
    Json(given): Json<ReasonGiven>,
) -> Answer {
    caller.decides(Right::Review)?;
    let discard = decide::discard(&desk, &caller.operator, &key, &given.reason).await?;
    let done = matches!(discard, Discard::Discarded(_) | Discard::NeedsSecond);
    Ok(answer(done, words::discard(&discard, Lang::En)))
}
