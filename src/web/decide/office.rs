//! The whole province's: pauses, and mails that did not arrive.

use super::super::desk::Desk;
use super::super::error::PageError;
use super::{for_province, said_why};
use crate::model::operator::{Operator, Right};
use crate::store::{ListedMail, MailList, Pause, Paused};

/// Mails a page.
const PER_PAGE: usize = 50;

/// What may be paused, and where it is, by whom.
pub(in super::super) async fn pauses(desk: &Desk) -> Result<Vec<(Paused, Option<Pause>)>, PageError> {
    let mut all = Vec::new();
    for what in Paused::ALL {
        all.push((*what, desk.store.paused(*what).await?));
    }
    Ok(all)
}

/// Pauses; `false` where it was paused before.
pub(in super::super) async fn pause(
    desk: &Desk,
    operator: &Operator,
    what: Paused,
    reason: &str,
) -> Result<bool, PageError> {
    for_province(operator, Right::Administer)?;
    let reason = said_why(reason)?;
    let work = async |mut tx: crate::store::WriteTx| {
        let paused = tx.pause(what, &operator.login, reason).await?;
        tx.commit(paused).await
    };
    Ok(desk.store.write(desk.now(), work).await?)
}

/// Goes on; `false` where nothing was paused.
pub(in super::super) async fn resume(
    desk: &Desk,
    operator: &Operator,
    what: Paused,
) -> Result<bool, PageError> {
    for_province(operator, Right::Administer)?;
    let work = async |mut tx: crate::store::WriteTx| {
        let resumed = tx.resume(what, &operator.login).await?;
        tx.commit(resumed).await
    };
    let resumed = desk.store.write(desk.now(), work).await?;
    desk.wake();
    Ok(resumed)
}

/// A page of mails.
pub(in super::super) struct Mails {
    pub list: Vec<ListedMail>,
    /// The last one's id, where more follow.
    pub next: Option<String>,
}

/// Mails that wait, or that did not arrive, behind the one with id `after`. An outbox is the whole province's.
pub(in super::super) async fn mails(
    desk: &Desk,
    operator: &Operator,
    list: MailList,
    after: Option<&str>,
) -> Result<Mails, PageError> {
    if !operator.may(Right::See, None) {
        return Err(PageError::NotFound);
    }
    let mut mails = desk.store.mails(list, after, PER_PAGE + 1).await?;
    let more_follow = mails.len() > PER_PAGE;
    mails.truncate(PER_PAGE);
    let next = mails.last().filter(|_| more_follow).map(|mail| mail.id.clone());
    Ok(Mails { list: mails, next })
}

/// Sends one once more.
pub(in super::super) async fn retry_mail(
    desk: &Desk,
    operator: &Operator,
    id: &str,
) -> Result<(), PageError> {
    let work = async |mut tx: crate::store::WriteTx| {
        let done = tx.retry_mail(id, &operator.login).await?;
        tx.commit(done).await
    };
    if !desk.store.write(desk.now(), work).await? {
        return Err(PageError::NotFound);
    }
    desk.wake();
    Ok(())
}

/// Puts one aside.
pub(in super::super) async fn dismiss_mail(
    desk: &Desk,
    operator: &Operator,
    id: &str,
    reason: &str,
) -> Result<(), PageError> {
    let reason = said_why(reason)?;
    let work = async |mut tx: crate::store::WriteTx| {
        let done = tx.dismiss_mail(id, &operator.login, reason).await?;
        tx.commit(done).await
    };
    if desk.store.write(desk.now(), work).await? { Ok(()) } else { Err(PageError::NotFound) }
}
