//! Rotation: the accounts behind the figures, printed lists, campaigns.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::pages::accounts::{self, Asked};
use super::super::pages::rotation::{figures, printed};
use super::decisions::{Answer, answer, on_the_page};
use super::reads::internal;
use super::shapes::{
    AccountList, AgencyGiven, CampaignShape, Outcome, PrintedList, Problem, ReasonGiven, RotationAccount,
};
use super::{ApiError, Caller, Given, Refused, Sought};
use crate::model::operator::Right;
use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use std::sync::Arc;

/// A page of the accounts that a number of the figures counts.
#[utoipa::path(get, path = "/api/v1/rotation/accounts", security(("token" = [])),
    params(
        ("agency" = Option<String>, Query, description = "an agency's code"),
        ("system" = Option<String>, Query, description = "mail, or a system's name"),
        ("standing" = Option<String>, Query, description = "warned, overdue, locked, …"),
        ("kind" = Option<String>, Query, description = "whose account it is"),
        ("of" = Option<String>, Query, description = "the word of a number: default-password, idle, first, …"),
        ("campaign" = Option<String>, Query, description = "only accounts in this campaign"),
        ("share" = Option<String>, Query, description = "which of a campaign's: all, changed, open or locked"),
        ("by" = Option<String>, Query, description = "of a campaign's changed ones: until the end of this day"),
        ("text" = Option<String>, Query, description = "part of a name or address, tone marks or not"),
        ("after" = Option<String>, Query, description = "the `next` of the page before")
    ),
    responses((status = 200, body = AccountList), Refused))]
pub(super) async fn accounts(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Sought(asked): Sought<Asked>,
) -> Result<Json<AccountList>, ApiError> {
    let (wanted, after) = (asked.wanted(&caller.operator)?, asked.after()?);
    let figures = figures(&desk, &caller.operator).await?.unwrap_or_default();
    let listed = accounts::listed(&desk, &figures, &wanted, after.as_ref(), RotationAccount::of);
    let (accounts, next) = listed.await?;
    let accounts = accounts.into_iter().collect::<Result<_, _>>().map_err(internal)?;
    Ok(Json(AccountList { day: figures.day.to_string(), accounts, next }))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Whose {
    agency: String,
    waiting: bool,
}

/// The printed lists: accounts that no reminder reached and locked ones, by agency.
#[utoipa::path(get, path = "/api/v1/rotation/list", security(("token" = [])),
    params(
        ("agency" = Option<String>, Query, description = "an agency's code"),
        ("waiting" = Option<bool>, Query, description = "only what was not handed over")
    ),
    responses((status = 200, body = Vec<PrintedList>), Refused))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Sought(whose): Sought<Whose>,
) -> Result<Json<Vec<PrintedList>>, ApiError> {
    let figures = figures(&desk, &caller.operator).await?.unwrap_or_default();
    let lists = printed(figures, &caller.operator, &whose.agency, whose.waiting)?;
    Ok(Json(lists.iter().map(PrintedList::of).collect::<Result<_, _>>().map_err(internal)?))
}

/// The printed list of an agency was handed over.
#[utoipa::path(post, path = "/api/v1/rotation/handed", security(("token" = [])), request_body = AgencyGiven,
    responses((status = 200, body = Outcome), Refused))]
pub(super) async fn handed(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Given(given): Given<AgencyGiven>,
) -> Answer {
    caller.decides(Right::HandOver)?;
    let noted = decide::hand_over(&desk, &caller.operator, &given.agency).await?;
    Ok(answer(true, format!("accounts on the list that was handed over: {noted}")))
}

/// The mail brake is released on the page alone, where the password is asked for: this says so.
#[utoipa::path(post, path = "/api/v1/rotation/mail-brake/release", security(("token" = [])),
    responses((status = 422, body = Problem), Refused))]
pub(super) async fn release_mail(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer {
    caller.decides(Right::Approve)?;
    decide::for_province(&caller.operator, Right::Approve)?;
    let figures = figures(&desk, &caller.operator).await?;
    figures.and_then(|figures| figures.braked).ok_or(PageError::NotFound)?;
    Err(on_the_page(
        "Thư nhắc bị phanh giữ chỉ được cho gửi trên trang.",
        "the mail brake is released on the page",
    ))
}

/// One campaign, with how far it has come in the agencies within sight.
#[utoipa::path(get, path = "/api/v1/campaigns/{name}", security(("token" = [])), params(("name" = String, Path)),
    responses((status = 200, body = CampaignShape), Refused))]
pub(super) async fn campaign(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<CampaignShape>, ApiError> {
    let one = decide::campaign(&desk, &name).await?;
    let figures = figures(&desk, &caller.operator).await?.unwrap_or_default();
    Ok(Json(CampaignShape::of(&desk, &one, &figures).map_err(internal)?))
}

/// A campaign is asked for on the page alone, where the password is asked for: this says so.
#[utoipa::path(post, path = "/api/v1/campaigns", security(("token" = [])),
    responses((status = 422, body = Problem), Refused))]
pub(super) async fn ask(caller: Caller) -> Answer {
    caller.decides(Right::Approve)?;
    decide::for_campaigns(&caller.operator)?;
    Err(on_the_page("Đợt đổi mật khẩu chỉ được đề nghị trên trang.", "a campaign is asked for on the page"))
}

/// A campaign is agreed to on the page alone, where the password is asked for: this says so.
#[utoipa::path(post, path = "/api/v1/campaigns/{name}/approvals", security(("token" = [])),
    params(("name" = String, Path)), responses((status = 422, body = Problem), Refused))]
pub(super) async fn approve(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(name): Path<String>,
) -> Answer {
    caller.decides(Right::Approve)?;
    decide::for_campaigns(&caller.operator)?;
    decide::campaign(&desk, &name).await?;
    Err(on_the_page("Đợt đổi mật khẩu chỉ được đồng ý trên trang.", "a campaign is agreed to on the page"))
}

/// Stops a campaign.
#[utoipa::path(post, path = "/api/v1/campaigns/{name}/stop", security(("token" = [])),
    params(("name" = String, Path)), request_body = ReasonGiven,
    responses((status = 200, body = Outcome), (status = 409, body = Outcome), Refused))]
pub(super) async fn stop(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(name): Path<String>,
    Given(given): Given<ReasonGiven>,
) -> Answer {
    caller.decides(Right::Approve)?;
    decide::for_campaigns(&caller.operator)?;
    let stopped = decide::stop(&desk, &caller.operator, &name, &given.reason).await?;
    Ok(answer(stopped, if stopped { "stopped".into() } else { "it was stopped before".into() }))
}
