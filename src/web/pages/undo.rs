//! Undo: a change that was carried out is reversed, as `rosterd undo` does; the reverse is a change like any other.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use crate::apply::undo::{NotUndoable, reverse};
use crate::model::change::{Risk, State as ChangeState, StoredChange};
use crate::model::operator::Right;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// Whether a change was carried out and has a reverse.
pub(in super::super) fn is_undoable(stored: &StoredChange, today: chrono::NaiveDate) -> bool {
    match reverse(stored, None, "", "", today) {
        // What a creation made is looked for when it is undone.
        Ok(_) | Err(NotUndoable::Gone(_)) => true,
        Err(
            NotUndoable::NotApplied(_)
            | NotUndoable::Withdrawal(_)
            | NotUndoable::NoReverse { .. }
            | NotUndoable::Deleted(_),
        ) => false,
    }
}

#[derive(Deserialize)]
pub(in super::super) struct Given {
    #[serde(default)]
    reason: String,
    /// The box that says so was ticked.
    #[serde(default)]
    sure: String,
}

/// Undoes it.
pub(in super::super) async fn undo(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Form(given): Form<Given>,
) -> Result<Response, PageError> {
    signed.require(Right::Approve)?;
    let stored = decide::change(&desk, &signed.operator, &id).await?.stored;
    if given.sure.is_empty() {
        return Err(PageError::Bad(
            "Chưa đánh dấu xác nhận hoàn tác.".into(),
            "Tick the box that confirms the undo.".into(),
        ));
    }
    if stored.change.risk == Risk::High && !signed.is_confirmed(&desk) {
        return signed.ask_password(&format!("/changes/{id}"));
    }
    let back = decide::undo(&desk, &signed.operator, &stored, &given.reason).await?;
    let said = match back.state {
        ChangeState::Approved => signed.view.t(
            "Đã lập và duyệt thay đổi hoàn tác; hệ thống sẽ thực hiện ngay.",
            "The reverse is proposed and approved; it is carried out now.",
        ),
        _ => signed.view.t(
            "Đã lập thay đổi hoàn tác; cần người khác duyệt.",
            "The reverse is proposed; somebody else must approve it.",
        ),
    };
    signed.view.go(&desk, &format!("/changes/{}", back.id), said)
}
