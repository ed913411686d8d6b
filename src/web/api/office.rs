//! The office: pauses, mails, operators, the audit trail, reports.

use super::super::decide;
use super::super::desk::Desk;
use super::super::pages::{audit, operators, reports};
use super::decisions::{Answer, answer, word};
use super::reads::internal;
use super::shapes::{
    Mails, OperatorShape, Outcome, PauseGiven, PauseShape, Problem, ReasonGiven, ReportGiven, Trail,
    Verification, WhatGiven,
};
use super::{ApiError, Caller, Given, Refused, Sought};
use crate::model::operator::Right;
use crate::store::{MailList, Paused, StoreError};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// What may be paused, and where it is, by whom.
#[utoipa::path(get, path = "/api/v1/pauses", security(("token" = [])),
    responses((status = 200, body = Vec<PauseShape>), Refused))]
pub(super) async fn pauses(
    State(desk): State<Arc<Desk>>,
    _: Caller,
) -> Result<Json<Vec<PauseShape>>, ApiError> {
    let all = decide::pauses(&desk).await?;
    Ok(Json(all.into_iter().map(|(what, pause)| PauseShape::of(what, pause)).collect()))
}

/// Pauses every write, or every mail.
#[utoipa::path(post, path = "/api/v1/pauses", security(("token" = [])), request_body = PauseGiven,
    responses((status = 200, body = Outcome), (status = 409, body = Outcome), (status = 422, body = Problem), Refused))]
pub(super) async fn pause(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Given(given): Given<PauseGiven>,
) -> Answer {
    caller.decides(Right::Administer)?;
    let what = word(Paused::parse(&given.what), &given.what, "what")?;
    let done = decide::pause(&desk, &caller.operator, what, &given.reason).await?;
    Ok(answer(done, if done { "paused".into() } else { "it was paused before".into() }))
}

/// Goes on.
#[utoipa::path(post, path = "/api/v1/pauses/resume", security(("token" = [])), request_body = WhatGiven,
    responses((status = 200, body = Outcome), (status = 409, body = Outcome), (status = 422, body = Problem), Refused))]
pub(super) async fn resume(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Given(given): Given<WhatGiven>,
) -> Answer {
    caller.decides(Right::Administer)?;
    let what = word(Paused::parse(&given.what), &given.what, "what")?;
    let done = decide::resume(&desk, &caller.operator, what).await?;
    Ok(answer(done, if done { "resumed".into() } else { "it was not paused".into() }))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct MailsAsked {
    waiting: bool,
    after: String,
}

/// A page of mails that did not arrive, or that wait.
#[utoipa::path(get, path = "/api/v1/mails", security(("token" = [])),
    params(
        ("waiting" = Option<bool>, Query, description = "those that wait instead"),
        ("after" = Option<String>, Query, description = "the `next` of the page before")
    ),
    responses((status = 200, body = Mails), Refused))]
pub(super) async fn mails(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Sought(asked): Sought<MailsAsked>,
) -> Result<Json<Mails>, ApiError> {
    let list = if asked.waiting { MailList::Waiting } else { MailList::Undelivered };
    let after = Some(asked.after.as_str()).filter(|after| !after.is_empty());
    Ok(Json(Mails::of(decide::mails(&desk, &caller.operator, list, after).await?)))
}

/// Sends a mail that did not arrive once more.
#[utoipa::path(post, path = "/api/v1/mails/{id}/retry", security(("token" = [])), params(("id" = String, Path)),
    responses((status = 200, body = Outcome), Refused))]
pub(super) async fn retry(State(desk): State<Arc<Desk>>, caller: Caller, Path(id): Path<String>) -> Answer {
    caller.decides(Right::Administer)?;
    decide::retry_mail(&desk, &caller.operator, &id).await?;
    Ok(answer(true, "sent once more".into()))
}

/// Puts a mail that did not arrive aside.
#[utoipa::path(post, path = "/api/v1/mails/{id}/dismiss", security(("token" = [])), params(("id" = String, Path)),
    request_body = ReasonGiven, responses((status = 200, body = Outcome), Refused))]
pub(super) async fn dismiss(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    Given(given): Given<ReasonGiven>,
) -> Answer {
    caller.decides(Right::Administer)?;
    decide::dismiss_mail(&desk, &caller.operator, &id, &given.reason).await?;
    Ok(answer(true, "put aside".into()))
}

/// Everybody who is or was enrolled.
#[utoipa::path(get, path = "/api/v1/operators", security(("token" = [])),
    responses((status = 200, body = Vec<OperatorShape>), Refused))]
pub(super) async fn operators(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
) -> Result<Json<Vec<OperatorShape>>, ApiError> {
    decide::for_province(&caller.operator, Right::Administer)?;
    Ok(Json(operators::enrolled(&desk).await?.iter().map(OperatorShape::of).collect()))
}

/// A page of the audit trail, the newest first.
#[utoipa::path(get, path = "/api/v1/audit", security(("token" = [])),
    params(
        ("actor" = Option<String>, Query, description = "a login, or a worker"),
        ("verb" = Option<String>, Query, description = "how what was done begins"),
        ("before" = Option<String>, Query, description = "the `next` of the page before")
    ),
    responses((status = 200, body = Trail), Refused))]
pub(super) async fn trail(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Sought(asked): Sought<audit::Asked>,
) -> Result<Json<Trail>, ApiError> {
    decide::for_province(&caller.operator, Right::Audit)?;
    let (rows, next) = audit::rows(&desk, &asked).await?;
    Ok(Json(Trail {
        rows: rows.iter().map(serde_json::to_value).collect::<Result<_, _>>().map_err(internal)?,
        next,
    }))
}

/// The trail as JSON lines, whole or filtered; that it was taken is written into it.
#[utoipa::path(get, path = "/api/v1/audit/export", security(("token" = [])),
    params(
        ("actor" = Option<String>, Query, description = "a login, or a worker"),
        ("verb" = Option<String>, Query, description = "how what was done begins")
    ),
    responses((status = 200, description = "a row of the trail a line", body = String,
        content_type = "application/x-ndjson"), Refused))]
pub(super) async fn export(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Sought(asked): Sought<audit::Asked>,
) -> Result<Response, ApiError> {
    decide::for_province(&caller.operator, Right::Audit)?;
    Ok(audit::exported(desk, &caller.operator.login, &asked).await?)
}

/// Checks every row, link, detail and oath of the trail.
#[utoipa::path(get, path = "/api/v1/audit/verification", security(("token" = [])),
    responses((status = 200, body = Verification), Refused))]
pub(super) async fn verify(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
) -> Result<Json<Verification>, ApiError> {
    decide::for_province(&caller.operator, Right::Audit)?;
    match desk.store.audit_verify().await {
        Ok(report) => {
            let report = serde_json::to_value(report).map_err(internal)?;
            Ok(Json(Verification { holds: true, report: Some(report), broken: None }))
        }
        Err(broken @ StoreError::AuditBroken { .. }) => {
            Ok(Json(Verification { holds: false, report: None, broken: Some(broken.to_string()) }))
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes a report, as JSON or as a file; who took which is written into the trail. It decides nothing: a token that only
/// reads may, as a viewer may on the page.
#[utoipa::path(post, path = "/api/v1/reports", security(("token" = [])), request_body = ReportGiven,
    responses((status = 200, description = "the report, in the form that was asked for", body = serde_json::Value),
        (status = 422, body = Problem), Refused))]
pub(super) async fn report(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Given(asked): Given<reports::Asked>,
) -> Result<Response, ApiError> {
    Ok(reports::made(&desk, &caller.operator, desk.site.config.language, &asked).await?)
}

/// The evidence of a case is taken on the page alone, where the password is asked for: this says so.
#[utoipa::path(post, path = "/api/v1/cases/{id}/pack", security(("token" = [])), params(("id" = String, Path)),
    responses((status = 422, body = Problem), Refused))]
pub(super) async fn pack(caller: Caller, Path(_): Path<String>) -> Result<Response, ApiError> {
    caller.decides(Right::Reveal)?;
    Err(super::decisions::on_the_page(
        "Hồ sơ vụ việc chỉ được lấy trên trang.",
        "the evidence of a case is taken on the page",
    ))
}
