//! Unlocking by phone: an operator writes down what an agency's contact asks for in a call.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use crate::model::operator::Right;
use axum::Form;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Called {
    account: String,
    asked_by: String,
    reason: String,
}

/// Writes it down; the change that it becomes is shown, for the call-back.
pub(in super::super) async fn ask(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(Called { account, asked_by, reason }): Form<Called>,
) -> Result<Response, PageError> {
    signed.require(Right::Review)?;
    let id = decide::unlock_by_phone(&desk, &signed.operator, (&account, &asked_by), &reason).await?;
    let said = signed.view.t(
        "Đã ghi nhận đề nghị. Hãy gọi lại theo số đã công bố; sau đó người khác duyệt.",
        "The request is written down. Call the published number back; then somebody else approves.",
    );
    signed.view.go(&desk, &format!("/changes/{id}"), said)
}
