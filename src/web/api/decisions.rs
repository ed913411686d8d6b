//! Decisions: the same as the page's, enforced by the same store. A token cannot give a password, so what is of high
//! risk is approved on the page, and brakes are released there.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::shapes::{AnswerGiven, ApprovalGiven, Outcome, Problem, ReasonGiven, RejectionGiven};
use super::{ApiError, Caller, Given, Refused};
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

/// What becomes of a request to decide.
pub(super) type Answer = Result<(StatusCode, Json<Outcome>), ApiError>;

/// `200` where it counts, `409` where not.
pub(super) fn answer(done: bool, message: String) -> (StatusCode, Json<Outcome>) {
    let status = if done { StatusCode::OK } else { StatusCode::CONFLICT };
    (status, Json(Outcome { done, message }))
}

/// Refuses what the page asks the password again for.
pub(super) fn on_the_page(vi: &str, en: &str) -> ApiError {
    ApiError(PageError::Bad(vi.to_owned(), format!("{en}, where the password is asked for")))
}

/// A word of a closed list; `given` in `field` is none where it could not be parsed.
pub(super) fn word<T>(parsed: Option<T>, given: &str, field: &str) -> Result<T, ApiError> {
    parsed.ok_or_else(|| {
        ApiError(PageError::Bad(
            format!("“{given}” không dùng được cho “{field}”."),
            format!("{field:?} cannot be {given:?}"),
        ))
    })
}

fn first(results: &[Approval]) -> Answer {
    let Some(result) = results.first() else { return Err(ApiError(PageError::NotFound)) };
    let done = matches!(result, Approval::Approved { .. } | Approval::Rejected);
    Ok(answer(done, words::approval(result, Lang::En)))
}

/// Approves a change.
#[utoipa::path(post, path = "/api/v1/changes/{id}/approvals", security(("token" = [])), params(("id" = String, Path)),
    request_body = ApprovalGiven,
    responses((status = 200, body = Outcome), (status = 409, body = Outcome), (status = 422, body = Problem), Refused))]
pub(super) async fn approve(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    Given(given): Given<ApprovalGiven>,
) -> Answer {
    caller.decides(Right::Approve)?;
    let stored = decide::change(&desk, &caller.operator, &id).await?.stored;
    if stored.change.risk == Risk::High {
        return Err(on_the_page(
            "Thay đổi rủi ro cao chỉ được duyệt trên trang.",
            "a change of high risk is approved on the page",
        ));
    }
    let named = (stored.id, ChangeKey::new(given.key));
    first(&decide::approve(&desk, &caller.operator.login, &[named]).await?)
}

/// A row as it was sent is shown on the page alone, where the password is asked for: this says so.
#[utoipa::path(post, path = "/api/v1/changes/{id}/as-sent", security(("token" = [])), params(("id" = String, Path)),
    responses((status = 422, body = Problem), Refused))]
pub(super) async fn as_sent(State(desk): State<Arc<Desk>>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.decides(Right::Reveal)?;
    decide::change(&desk, &caller.operator, &id).await?;
    Err(on_the_page("Nguyên văn chỉ được xem trên trang.", "a row is shown as sent on the page"))
}

/// Rejects a change.
#[utoipa::path(post, path = "/api/v1/changes/{id}/rejection", security(("token" = [])), params(("id" = String, Path)),
    request_body = RejectionGiven,
    responses((status = 200, body = Outcome), (status = 409, body = Outcome), (status = 422, body = Problem), Refused))]
pub(super) async fn reject(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    Given(given): Given<RejectionGiven>,
) -> Answer {
    caller.decides(Right::Review)?;
    let stored = decide::change(&desk, &caller.operator, &id).await?.stored;
    let named = (stored.id, ChangeKey::new(given.key));
    first(&decide::reject(&desk, &caller.operator.login, &[named], &given.reason).await?)
}

/// Answers a question.
#[utoipa::path(post, path = "/api/v1/questions/{key}/answer", security(("token" = [])), params(("key" = String, Path)),
    request_body = AnswerGiven,
    responses((status = 200, body = Outcome), (status = 422, body = Problem), Refused))]
pub(super) async fn answer_question(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(key): Path<String>,
    Given(given): Given<AnswerGiven>,
) -> Answer {
    caller.decides(Right::See)?;
    let asked = decide::question(&desk, &caller.operator, &key).await?.question;
    caller.decides(decide::answered_with(asked.kind))?;
    decide::answer(&desk, &caller.operator, &key, &given.answer).await?;
    Ok(answer(true, "answered".into()))
}

/// A brake is released on the page alone, where the password is asked for: this says so.
#[utoipa::path(post, path = "/api/v1/brakes/{key}/release", security(("token" = [])), params(("key" = String, Path)),
    responses((status = 422, body = Problem), Refused))]
pub(super) async fn release(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(key): Path<String>,
) -> Answer {
    caller.decides(Right::Approve)?;
    decide::brake(&desk, &caller.operator, &key).await?;
    Err(on_the_page("Phanh chỉ được nhả trên trang.", "a brake is released on the page"))
}

/// Undoes a change that was carried out; the reverse is a change of its own. One of high risk is undone on the page.
#[utoipa::path(post, path = "/api/v1/changes/{id}/undo", security(("token" = [])), params(("id" = String, Path)),
    request_body = ReasonGiven,
    responses((status = 200, body = Outcome), (status = 422, body = Problem), Refused))]
pub(super) async fn undo(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    Given(given): Given<ReasonGiven>,
) -> Answer {
    caller.decides(Right::Approve)?;
    let stored = decide::change(&desk, &caller.operator, &id).await?.stored;
    if stored.change.risk == Risk::High {
        return Err(on_the_page(
            "Thay đổi rủi ro cao chỉ được hoàn tác trên trang.",
            "a change of high risk is undone on the page",
        ));
    }
    let back = decide::undo(&desk, &caller.operator, &stored, &given.reason).await?;
    Ok(answer(true, format!("the reverse is {}, {}", back.id, back.state)))
}

/// The agency says that the person whom a change suspects to have left has left.
#[utoipa::path(post, path = "/api/v1/changes/{id}/left", security(("token" = [])), params(("id" = String, Path)),
    request_body = ReasonGiven,
    responses((status = 200, body = Outcome), (status = 422, body = Problem), Refused))]
pub(super) async fn left(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    Given(given): Given<ReasonGiven>,
) -> Answer {
    caller.decides(Right::Confirm)?;
    decide::left(&desk, &caller.operator, &id, &given.reason).await?;
    Ok(answer(true, "kept; the next pass proposes what follows".into()))
}

/// Rejects everything a brake holds; two operators must.
#[utoipa::path(post, path = "/api/v1/brakes/{key}/discard", security(("token" = [])), params(("key" = String, Path)),
    request_body = ReasonGiven,
    responses((status = 200, body = Outcome), (status = 422, body = Problem), Refused))]
pub(super) async fn discard(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(key): Path<String>,
    Given(given): Given<ReasonGiven>,
) -> Answer {
    caller.decides(Right::Review)?;
    let discard = decide::discard(&desk, &caller.operator, &key, &given.reason).await?;
    let done = matches!(discard, Discard::Discarded(_) | Discard::NeedsSecond);
    Ok(answer(done, words::discard(&discard, Lang::En)))
}
