//! Incidents and tips.

use super::super::desk::Desk;
use super::super::error::PageError;
use super::{said_why, sight};
use crate::model::change::State as ChangeState;
use crate::model::incident::Incident;
use crate::model::operator::Operator;
use crate::model::tip::{Sign, Tip};
use crate::store::{Standing, TakenDown};

/// So many of the closed ones are listed.
const CLOSED: u32 = 20;

/// The incident `id` with its changes, where the operator may know of it.
pub(in super::super) async fn incident(
    desk: &Desk,
    operator: &Operator,
    id: &str,
) -> Result<(Incident, Vec<Standing>), PageError> {
    let found = desk.store.incident(id).await?.ok_or(PageError::NotFound)?;
    sight(operator, &found.agency)?;
    let made = desk.store.changes_of_incident(&found.id).await?;
    Ok((found, made))
}

/// The states of what locks the account: not of what opens it again after closing.
pub(in super::super) fn locks(one: &Incident, made: &[Standing]) -> Vec<ChangeState> {
    let before =
        |standing: &&Standing| one.closed.as_ref().is_none_or(|closed| standing.stored.proposed < closed.at);
    made.iter().filter(before).map(|standing| standing.stored.state).collect()
}

/// The open ones within sight, each with its changes.
pub(in super::super) async fn open_incidents(
    desk: &Desk,
    operator: &Operator,
) -> Result<Vec<(Incident, Vec<Standing>)>, PageError> {
    let mut open = Vec::new();
    for one in desk.store.open_incidents().await? {
        if operator.may_see(&one.agency) {
            let made = desk.store.changes_of_incident(&one.id).await?;
            open.push((one, made));
        }
    }
    Ok(open)
}

/// Those closed last, within sight.
pub(in super::super) async fn closed_incidents(
    desk: &Desk,
    operator: &Operator,
) -> Result<Vec<Incident>, PageError> {
    let mut closed = desk.store.closed_incidents(CLOSED).await?;
    closed.retain(|one| operator.may_see(&one.agency));
    Ok(closed)
}

/// Closes one; how many changes that open the account again wait for approval.
pub(in super::super) async fn close(
    desk: &Desk,
    operator: &Operator,
    id: &str,
    reason: &str,
) -> Result<usize, PageError> {
    let (one, _) = incident(desk, operator, id).await?;
    let reason = said_why(reason)?;
    let waiting = desk.back.close_incident(&one, &operator.login, reason).await?;
    desk.wake();
    Ok(waiting)
}

/// The tips within sight that wait, oldest first.
pub(in super::super) async fn tips(desk: &Desk, operator: &Operator) -> Result<Vec<Tip>, PageError> {
    let mut tips = desk.store.waiting_tips().await?;
    tips.retain(|one| operator.may_see(&one.agency));
    Ok(tips)
}

/// Takes one down: what `told_by` said, in these words.
pub(in super::super) async fn take_tip(
    desk: &Desk,
    operator: &Operator,
    account: &str,
    sign: Sign,
    (words, told_by): (&str, &str),
) -> Result<TakenDown, PageError> {
    let told = (said_why(words)?, said_why(told_by)?);
    Ok(desk.back.take_tip(account.trim(), sign, told, &operator.login).await?)
}

/// Dismisses one.
pub(in super::super) async fn dismiss_tip(
    desk: &Desk,
    operator: &Operator,
    id: &str,
    reason: &str,
) -> Result<(), PageError> {
    let reason = said_why(reason)?;
    let tip = desk.store.waiting_tip(id).await?.ok_or(PageError::NotFound)?;
    sight(operator, &tip.agency)?;
    let work = async |mut tx: crate::store::WriteTx| {
        let dismissed = tx.dismiss_tip(&tip.id, &operator.login, reason).await?;
        tx.commit(dismissed).await
    };
    if desk.store.write(desk.now(), work).await? { Ok(()) } else { Err(PageError::NotFound) }
}
