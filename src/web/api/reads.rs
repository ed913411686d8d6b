//! Reads.

use super::super::decide::{self, sees_brake};
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::pages::Asked;
use super::super::pages::rotation::figures;
use super::shapes::{
    BrakeShape, CampaignShape, ChangeShape, Changes, Overview, Problem, QuestionShape, RotationShape,
};
use super::{ApiError, Caller, Refused};
use crate::model::ids::ChangeId;
use crate::store::Place;
use axum::Json;
use axum::extract::{Path, Query, State};
use std::sync::Arc;

const PER_PAGE: usize = 200;

/// A page of changes of one state (`proposed` unless said otherwise), by due date.
#[utoipa::path(get, path = "/api/v1/changes", security(("token" = [])),
    params(
        ("state" = Option<String>, Query, description = "proposed, held, approved, applied, failed, …"),
        ("agency" = Option<String>, Query, description = "an agency's code"),
        ("kind" = Option<String>, Query, description = "create-account, disable-account, …"),
        ("risk" = Option<String>, Query, description = "low, medium or high"),
        ("gate" = Option<String>, Query, description = "none, one or two"),
        ("target" = Option<String>, Query, description = "mail, or a system's name"),
        ("text" = Option<String>, Query, description = "part of a name, address or document, tone marks or not"),
        ("after" = Option<String>, Query, description = "the `next` of the page before")
    ),
    responses((status = 200, body = Changes), (status = 422, body = Problem), Refused))]
pub(super) async fn changes(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Changes>, ApiError> {
    let query = asked.query(&desk, &caller.operator)?;
    let place = if asked.after.is_empty() { Place::First } else { Place::After(ChangeId::new(&asked.after)) };
    let listing = desk.store.list_changes(&query, &place, PER_PAGE).await?;
    let next = listing.rows.last().filter(|_| listing.more_after).map(|one| one.stored.id.to_string());
    let changes = listing.rows.iter().map(ChangeShape::of).collect::<Result<_, _>>().map_err(internal)?;
    Ok(Json(Changes { changes, next }))
}

/// One change.
#[utoipa::path(get, path = "/api/v1/changes/{id}", security(("token" = [])), params(("id" = String, Path)),
    responses((status = 200, body = ChangeShape), Refused))]
pub(super) async fn change(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ChangeShape>, ApiError> {
    let standing = decide::change(&desk, &caller.operator, &id).await?;
    Ok(Json(ChangeShape::of(&standing).map_err(internal)?))
}

/// What waits, by state and kind, and what was done today.
#[utoipa::path(get, path = "/api/v1/overview", security(("token" = [])),
    responses((status = 200, body = Overview), Refused))]
pub(super) async fn overview(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
) -> Result<Json<Overview>, ApiError> {
    let (today, scope) = (desk.today(), caller.operator.agencies.iter().cloned().collect::<Vec<_>>());
    let figures = desk.store.figures(&scope, today, desk.midnight(today)).await?;
    Ok(Json(Overview::of(&figures, desk.store.last_pass().await?.as_ref())))
}

/// Every question without an answer.
#[utoipa::path(get, path = "/api/v1/questions", security(("token" = [])),
    responses((status = 200, body = Vec<QuestionShape>), Refused))]
pub(super) async fn questions(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
) -> Result<Json<Vec<QuestionShape>>, ApiError> {
    let open = desk.store.questions().await?;
    let mine = open.iter().filter(|one| caller.operator.may_see(&one.question.agency));
    Ok(Json(mine.map(QuestionShape::of).collect::<Result<_, _>>().map_err(internal)?))
}

/// One question.
#[utoipa::path(get, path = "/api/v1/questions/{key}", security(("token" = [])), params(("key" = String, Path)),
    responses((status = 200, body = QuestionShape), Refused))]
pub(super) async fn question(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(key): Path<String>,
) -> Result<Json<QuestionShape>, ApiError> {
    let open = decide::question(&desk, &caller.operator, &key).await?;
    Ok(Json(QuestionShape::of(&open).map_err(internal)?))
}

/// Every brake that holds something.
#[utoipa::path(get, path = "/api/v1/brakes", security(("token" = [])),
    responses((status = 200, body = Vec<BrakeShape>), Refused))]
pub(super) async fn brakes(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
) -> Result<Json<Vec<BrakeShape>>, ApiError> {
    let open = desk.store.open_brakes().await?;
    let mine = open.iter().filter(|(brake, _)| sees_brake(&caller.operator, &brake.scope));
    Ok(Json(mine.map(|(brake, by)| BrakeShape::of(brake, by)).collect()))
}

/// One brake.
#[utoipa::path(get, path = "/api/v1/brakes/{key}", security(("token" = [])), params(("key" = String, Path)),
    responses((status = 200, body = BrakeShape), Refused))]
pub(super) async fn brake(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(key): Path<String>,
) -> Result<Json<BrakeShape>, ApiError> {
    let (brake, by) = decide::brake(&desk, &caller.operator, &key).await?;
    Ok(Json(BrakeShape::of(&brake, &by)))
}

/// Where accounts stand to the rules on passwords, by the last pass; without rules or before a pass there is nothing.
#[utoipa::path(get, path = "/api/v1/rotation", security(("token" = [])),
    responses((status = 200, body = RotationShape), Refused))]
pub(super) async fn rotation(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
) -> Result<Json<RotationShape>, ApiError> {
    let figures = figures(&desk, &caller.operator).await?.ok_or(PageError::NotFound)?;
    let braked = decide::mail_brake(&desk, &caller.operator).await?;
    Ok(Json(RotationShape::of(&figures, braked.as_ref()).map_err(internal)?))
}

/// Every campaign, with how far it has come in the agencies within sight.
#[utoipa::path(get, path = "/api/v1/campaigns", security(("token" = [])),
    responses((status = 200, body = Vec<CampaignShape>), Refused))]
pub(super) async fn campaigns(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
) -> Result<Json<Vec<CampaignShape>>, ApiError> {
    let figures = figures(&desk, &caller.operator).await?.unwrap_or_default();
    let all = desk.store.campaigns().await?;
    let shape = |one| CampaignShape::of(one, &figures);
    Ok(Json(all.iter().map(shape).collect::<Result<_, _>>().map_err(internal)?))
}

/// An answer that cannot be written.
pub(super) fn internal(error: serde_json::Error) -> ApiError {
    ApiError(PageError::internal(error))
}
