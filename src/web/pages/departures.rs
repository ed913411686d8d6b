//! Departures: whoever speaks for an agency confirms that somebody has left; what follows is proposed by the next pass.

use super::super::decide::{self, said_why};
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use crate::model::change::{ChangeKind, State as ChangeState, StoredChange};
use crate::model::ids::AccountId;
use crate::model::operator::Right;
use crate::store::Confirmation;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;

/// Whether a change is a suspicion that nobody has answered.
pub(super) fn is_open_suspicion(stored: &StoredChange) -> bool {
    stored.change.kind == ChangeKind::SuspectLeaver
        && matches!(stored.state, ChangeState::Proposed | ChangeState::Held)
}

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
    let stored = decide::change(&desk, &signed.operator, &id).await?.stored;
    if !is_open_suspicion(&stored) {
        return Err(PageError::Bad(
            "Đây không phải là trường hợp nghi đã nghỉ còn chờ xác nhận.".into(),
            "This is no suspicion that waits to be confirmed.".into(),
        ));
    }
    let change = stored.change;
    let confirmation = Confirmation {
        person: change.person,
        target: change.target,
        account: AccountId::new(change.subject.as_str()),
        agency: change.agency,
        by: signed.operator.login.clone(),
        reason: said_why(&given.reason)?.to_owned(),
        at: desk.now(),
    };
    desk.store
        .write(desk.now(), async |mut tx| {
            tx.confirm_departure(&confirmation).await?;
            tx.commit(()).await
        })
        .await?;
    desk.wake();
    let said = signed.view.t(
        "Đã ghi xác nhận của cơ quan. Lượt xử lý tiếp theo sẽ đề nghị các thay đổi tương ứng.",
        "The agency’s word was kept. The next pass proposes what follows.",
    );
    signed.view.go(&desk, &format!("/changes/{id}"), said)
}
