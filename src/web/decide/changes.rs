//! What is decided about one change beside its approval: that it is undone, that the person has left.

use super::super::desk::Desk;
use super::super::error::PageError;
use super::{change, said_why};
use crate::model::change::{ChangeKind, State as ChangeState, StoredChange};
use crate::model::ids::AccountId;
use crate::model::operator::Operator;
use crate::store::Confirmation;

/// Undoes a change that was carried out; the reverse.
pub(in super::super) async fn undo(
    desk: &Desk,
    operator: &Operator,
    stored: &StoredChange,
    reason: &str,
) -> Result<StoredChange, PageError> {
    let back = desk.back.undo(stored, &operator.login, said_why(reason)?).await?;
    desk.wake();
    Ok(back)
}

/// Whether a change is a suspicion that nobody has answered.
pub(in super::super) fn is_open_suspicion(stored: &StoredChange) -> bool {
    stored.change.kind == ChangeKind::SuspectLeaver
        && matches!(stored.state, ChangeState::Proposed | ChangeState::Held)
}

/// The agency says that the person whom a change suspects to have left has left.
pub(in super::super) async fn left(
    desk: &Desk,
    operator: &Operator,
    id: &str,
    reason: &str,
) -> Result<(), PageError> {
    let stored = change(desk, operator, id).await?.stored;
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
        by: operator.login.clone(),
        reason: said_why(reason)?.to_owned(),
        at: desk.now(),
    };
    let work = async |mut tx: crate::store::WriteTx| {
        tx.confirm_departure(&confirmation).await?;
        tx.commit(()).await
    };
    desk.store.write(desk.now(), work).await?;
    desk.wake();
    Ok(())
}
