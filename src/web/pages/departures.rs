//! Departures: whoever speaks for an agency confirms that somebody has left; what follows is proposed by the next pass.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use crate::model::operator::Right;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(in super::super) struct Given {
    #[serde(default)]
    reason: String,
}

/// The agency says that the person has left.
pub(in super::super) async fn confirm(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Form(given): Form<Given>,
) -> Result<Response, PageError> {
    signed.require(Right::Confirm)?;
    decide::left(&desk, &signed.operator, &id, &given.reason).await?;
    let said = signed.view.t(
        "Đã ghi xác nhận của cơ quan. Lượt xử lý tiếp theo sẽ đề nghị các thay đổi tương ứng.",
        "The agency’s word was kept. The next pass proposes what follows.",
    );
    signed.view.go(&desk, &format!("/changes/{id}"), said)
}
