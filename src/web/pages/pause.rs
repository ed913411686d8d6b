//! Pause and resume: every write, or every mail, stopped at once.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use crate::model::operator::Right;
use crate::store::Paused;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use minijinja::context;
use serde::Deserialize;
use std::sync::Arc;

/// What is paused, and the forms.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
) -> Result<Response, PageError> {
    let mut all = Vec::new();
    for (what, pause) in decide::pauses(&desk).await? {
        let pause = pause
            .map(|one| context! { by => one.by, reason => one.reason, at => crate::model::rfc3339(one.at) });
        all.push(context! { what, pause });
    }
    signed.view.page(&desk, "pause.html", context! { all })
}

#[derive(Deserialize)]
pub(in super::super) struct Given {
    what: String,
    #[serde(default)]
    reason: String,
}

/// Pauses.
pub(in super::super) async fn pause(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(given): Form<Given>,
) -> Result<Response, PageError> {
    signed.require(Right::Administer)?;
    let what = Paused::parse(&given.what).ok_or(PageError::Form)?;
    decide::pause(&desk, &signed.operator, what, &given.reason).await?;
    signed.view.go(&desk, "/pause", signed.view.t("Đã tạm dừng.", "Paused."))
}

/// Goes on.
pub(in super::super) async fn resume(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(given): Form<Given>,
) -> Result<Response, PageError> {
    signed.require(Right::Administer)?;
    let what = Paused::parse(&given.what).ok_or(PageError::Form)?;
    decide::resume(&desk, &signed.operator, what).await?;
    signed.view.go(&desk, "/pause", signed.view.t("Đã tiếp tục.", "Resumed."))
}
