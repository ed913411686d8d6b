//! Decisions on many changes at once, under the rules of the page: of low risk within a filter, or picked one by one.

use super::super::decide::{self, Bulk, Tally};
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::pages::changes::Asked;
use super::decisions::{on_the_page, word};
use super::shapes::{BulkGiven, BulkOutcome, BulkShape, ChangeFilter, Problem, SelectionGiven};
use super::{ApiError, Caller, Given, Refused, Sought};
use crate::model::operator::Right;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;

type Answer = Result<(StatusCode, Json<BulkOutcome>), ApiError>;

/// `200` where any of them counts, `409` where none does.
fn answer(outcome: BulkOutcome) -> (StatusCode, Json<BulkOutcome>) {
    let status = if outcome.done { StatusCode::OK } else { StatusCode::CONFLICT };
    (status, Json(outcome))
}

/// What a bulk approval within a filter would cover: what waits for one approval and is of low risk, whatever state, risk
/// and gate the filter names.
#[utoipa::path(get, path = "/api/v1/changes/bulk", security(("token" = [])), params(ChangeFilter),
    responses((status = 200, body = BulkShape), (status = 422, body = Problem), Refused))]
pub(super) async fn preview(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Sought(asked): Sought<Asked>,
) -> Result<Json<BulkShape>, ApiError> {
    caller.may(Right::Approve)?;
    Ok(Json(BulkShape::of(&decide::coverage(&desk, &caller.operator, &asked).await?)))
}

/// Approves everything of low risk within a filter: exactly what its preview covered. Above the number that the settings
/// let pass (`bulk_typed_above`) the exact count must be given.
#[utoipa::path(post, path = "/api/v1/changes/bulk", security(("token" = [])), request_body = BulkGiven,
    responses((status = 200, body = BulkOutcome), (status = 409, body = BulkOutcome), (status = 422, body = Problem), Refused))]
pub(super) async fn approve(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Given(given): Given<BulkGiven>,
) -> Answer {
    caller.decides(Right::Approve)?;
    let (covered, count) = (given.covered.clone(), given.count);
    let asked = given.asked();
    match decide::approve_covered(&desk, &caller.operator, &asked, &covered, count).await? {
        Bulk::Decided(tally) => Ok(answer(BulkOutcome::of(&tally))),
        Bulk::Moved => {
            let why = "the list is another one than its preview: look again, then approve";
            Ok(answer(BulkOutcome::nothing(why)))
        }
        Bulk::WrongCount => Err(ApiError(PageError::Bad(
            "Số thay đổi trong “count” không khớp; chưa duyệt thay đổi nào.".into(),
            "\"count\" is not the number of the changes; nothing was approved".into(),
        ))),
    }
}

/// Approves or rejects changes that were picked, each as its key. What is of high risk is approved on the page.
#[utoipa::path(post, path = "/api/v1/changes/selected", security(("token" = [])), request_body = SelectionGiven,
    responses((status = 200, body = BulkOutcome), (status = 409, body = BulkOutcome), (status = 422, body = Problem), Refused))]
pub(super) async fn selected(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Given(given): Given<SelectionGiven>,
) -> Answer {
    caller.decides(Right::Review)?;
    let approves = match given.what.as_str() {
        "approve" => Some(true),
        "reject" => Some(false),
        _ => None,
    };
    let approves = word(approves, &given.what, "what")?;
    let picks: Vec<_> = given.changes.into_iter().map(|one| (one.id, one.key)).collect();
    let picked = decide::picked(&desk, &caller.operator, &picks).await?;
    let login = &caller.operator.login;
    let results = if approves {
        caller.decides(Right::Approve)?;
        if picked.any_high {
            return Err(on_the_page(
                "Thay đổi rủi ro cao chỉ được duyệt trên trang.",
                "a change of high risk is approved on the page",
            ));
        }
        decide::approve(&desk, login, &picked.named).await?
    } else {
        decide::reject(&desk, login, &picked.named, &given.reason).await?
    };
    Ok(answer(BulkOutcome::of(&Tally::of(&results))))
}
