//! Reads.

use super::super::decide::{self, sees_brake};
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::pages::changes::{self, Asked};
use super::super::pages::facts::Facts;
use super::super::pages::rotation::figures;
use super::super::pages::{overview, questions, stale};
use super::shapes::{
    AgencyGroupShape, BrakeShape, CampaignShape, ChangeDetail, ChangeFilter, ChangeShape, Changes, Overview,
    Problem, QuestionShape, RosterGroups, RotationShape,
};
use super::{ApiError, Caller, Refused, Sought};
use crate::model::ids::ChangeId;
use crate::store::{OpenQuestion, Place};
use axum::Json;
use axum::extract::{Path, State};
use std::sync::Arc;

const PER_PAGE: usize = 200;

/// A page of changes of one state (`proposed` unless said otherwise), by due date.
#[utoipa::path(get, path = "/api/v1/changes", security(("token" = [])),
    params(ChangeFilter, ("after" = Option<String>, Query, description = "the `next` of the page before")),
    responses((status = 200, body = Changes), (status = 422, body = Problem), Refused))]
pub(super) async fn changes(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Sought(asked): Sought<Asked>,
) -> Result<Json<Changes>, ApiError> {
    let query = asked.query(&desk, &caller.operator)?;
    let place = if asked.after.is_empty() { Place::First } else { Place::After(ChangeId::new(&asked.after)) };
    let listing = desk.store.list_changes(&query, &place, PER_PAGE).await?;
    let next = listing.rows.last().filter(|_| listing.more_after).map(|one| one.stored.id.to_string());
    let changes = listing.rows.iter().map(ChangeShape::of).collect::<Result<_, _>>().map_err(internal)?;
    Ok(Json(Changes { changes, next }))
}

/// How many changes within a filter each agency has, the most first.
#[utoipa::path(get, path = "/api/v1/changes/by-agency", security(("token" = [])), params(ChangeFilter),
    responses((status = 200, body = Vec<AgencyGroupShape>), (status = 422, body = Problem), Refused))]
pub(super) async fn by_agency(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Sought(asked): Sought<Asked>,
) -> Result<Json<Vec<AgencyGroupShape>>, ApiError> {
    let groups = desk.store.changes_by_agency(&asked.query(&desk, &caller.operator)?).await?;
    Ok(Json(groups.into_iter().map(AgencyGroupShape::of).collect()))
}

/// How many changes within a filter each roster asks for.
#[utoipa::path(get, path = "/api/v1/changes/by-roster", security(("token" = [])), params(ChangeFilter),
    responses((status = 200, body = RosterGroups), (status = 422, body = Problem), Refused))]
pub(super) async fn by_roster(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Sought(asked): Sought<Asked>,
) -> Result<Json<RosterGroups>, ApiError> {
    let groups = changes::by_roster(&desk, &asked.query(&desk, &caller.operator)?).await?;
    Ok(Json(RosterGroups::of(groups)))
}

/// A page of the writes of these days that were refused for what had moved, with nothing newer in their place, the latest
/// proposed first.
#[utoipa::path(get, path = "/api/v1/changes/stale", security(("token" = [])),
    params(("after" = Option<String>, Query, description = "the `next` of the page before")),
    responses((status = 200, body = Changes), Refused))]
pub(super) async fn stale(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Sought(asked): Sought<stale::Asked>,
) -> Result<Json<Changes>, ApiError> {
    let scope: Vec<_> = caller.operator.agencies.iter().cloned().collect();
    let (found, next) = stale::listed(&desk, &scope, &asked.after).await?;
    let changes = found.iter().map(ChangeShape::of).collect::<Result<_, _>>().map_err(internal)?;
    Ok(Json(Changes { changes, next }))
}

/// One change, with all that is known about it.
#[utoipa::path(get, path = "/api/v1/changes/{id}", security(("token" = [])), params(("id" = String, Path)),
    responses((status = 200, body = ChangeDetail), Refused))]
pub(super) async fn change(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ChangeDetail>, ApiError> {
    let standing = decide::change(&desk, &caller.operator, &id).await?;
    let facts = Facts::of(&desk, &caller.operator, &standing, desk.site.config.language).await?;
    Ok(Json(ChangeDetail::of(&desk, &standing, facts).map_err(internal)?))
}

/// What waits, by state and kind, what came in and was done today, what went wrong.
#[utoipa::path(get, path = "/api/v1/overview", security(("token" = [])),
    responses((status = 200, body = Overview), Refused))]
pub(super) async fn overview(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
) -> Result<Json<Overview>, ApiError> {
    Ok(Json(Overview::of(overview::found(&desk, &caller.operator).await?, desk.today())))
}

/// Every question without an answer.
#[utoipa::path(get, path = "/api/v1/questions", security(("token" = [])),
    responses((status = 200, body = Vec<QuestionShape>), Refused))]
pub(super) async fn questions(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
) -> Result<Json<Vec<QuestionShape>>, ApiError> {
    let (open, lang) = (desk.store.questions().await?, desk.site.config.language);
    let mine = open.iter().filter(|one| caller.operator.may_see(&one.question.agency));
    let shape = |one: &OpenQuestion| {
        let shape = QuestionShape::of(one, questions::candidates(&one.question, lang), lang);
        shape.map(|shape| QuestionShape { row: None, ..shape })
    };
    Ok(Json(mine.map(shape).collect::<Result<_, _>>().map_err(internal)?))
}

/// One question: its candidates beside the row that raises it.
#[utoipa::path(get, path = "/api/v1/questions/{key}", security(("token" = [])), params(("key" = String, Path)),
    responses((status = 200, body = QuestionShape), Refused))]
pub(super) async fn question(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(key): Path<String>,
) -> Result<Json<QuestionShape>, ApiError> {
    let open = decide::question(&desk, &caller.operator, &key).await?;
    let lang = desk.site.config.language;
    let beside = questions::beside(&desk, &open.question, lang).await?;
    Ok(Json(QuestionShape::of(&open, beside, lang).map_err(internal)?))
}

/// Every brake that holds something.
#[utoipa::path(get, path = "/api/v1/brakes", security(("token" = [])),
    responses((status = 200, body = Vec<BrakeShape>), Refused))]
pub(super) async fn brakes(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
) -> Result<Json<Vec<BrakeShape>>, ApiError> {
    let mut all = Vec::new();
    for (brake, by) in desk.store.open_brakes().await? {
        if sees_brake(&caller.operator, &brake.scope) {
            all.push(BrakeShape::of(&brake, &by, &desk.store.votes(&brake.key).await?));
        }
    }
    Ok(Json(all))
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
    Ok(Json(BrakeShape::of(&brake, &by, &desk.store.votes(&brake.key).await?)))
}

/// Where accounts stand to the rules on passwords, by the last pass; without rules or before a pass there is nothing.
#[utoipa::path(get, path = "/api/v1/rotation", security(("token" = [])),
    responses((status = 200, body = RotationShape), Refused))]
pub(super) async fn rotation(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
) -> Result<Json<RotationShape>, ApiError> {
    let figures = figures(&desk, &caller.operator).await?.ok_or(PageError::NotFound)?;
    let braked = decide::mail_brake(&desk, Some(&figures)).await?;
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
    let shape = |one| CampaignShape::of(&desk, one, &figures);
    Ok(Json(all.iter().map(shape).collect::<Result<_, _>>().map_err(internal)?))
}

/// An answer that cannot be written.
pub(super) fn internal(error: serde_json::Error) -> ApiError {
    ApiError(PageError::internal(error))
}
