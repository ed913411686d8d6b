//! Legal holds: asked for, agreed to, lifted.

use super::super::desk::Desk;
use super::super::error::PageError;
use super::{change, said_why};
use crate::model::Lang;
use crate::model::ids::AccountId;
use crate::model::legal_hold::{HoldSubject, LegalHold};
use crate::model::operator::Operator;
use crate::store::Decided;

/// The holds within sight.
pub(in super::super) async fn holds(desk: &Desk, operator: &Operator) -> Result<Vec<LegalHold>, PageError> {
    let mut holds = desk.store.legal_holds().await?;
    holds.retain(|one| operator.may_see(&one.agency));
    Ok(holds)
}

async fn hold(desk: &Desk, operator: &Operator, id: &str) -> Result<LegalHold, PageError> {
    holds(desk, operator).await?.into_iter().find(|one| one.id == id).ok_or(PageError::NotFound)
}

/// A second operator agrees to a hold.
pub(in super::super) async fn agree(
    desk: &Desk,
    operator: &Operator,
    id: &str,
    reason: &str,
) -> Result<Decided, PageError> {
    let (hold, reason) = (hold(desk, operator, id).await?, said_why(reason)?);
    let work = async |mut tx: crate::store::WriteTx| {
        let decided = tx.set_hold(&hold.subject, &hold.agency, &operator.login, reason).await?;
        tx.commit(decided).await
    };
    Ok(desk.store.write(desk.now(), work).await?)
}

/// Lifts a hold; with the second operator it ends.
pub(in super::super) async fn lift(
    desk: &Desk,
    operator: &Operator,
    id: &str,
    reason: &str,
) -> Result<Decided, PageError> {
    let (hold, reason) = (hold(desk, operator, id).await?, said_why(reason)?);
    let work = async |mut tx: crate::store::WriteTx| {
        let decided = tx.lift_hold(&hold.id, &operator.login, reason).await?;
        tx.commit(decided).await
    };
    Ok(desk.store.write(desk.now(), work).await?)
}

/// Asks for a hold on whom a change is about.
pub(in super::super) async fn hold_on(
    desk: &Desk,
    operator: &Operator,
    id: &str,
    reason: &str,
) -> Result<Decided, PageError> {
    let change = change(desk, operator, id).await?.stored.change;
    let subject = match change.person {
        Some(person) => HoldSubject::Person(person),
        // A role's subject is its account's, with the role behind a mark.
        None => {
            let account = change.subject.as_str().split('#').next().unwrap_or_default();
            HoldSubject::Account(change.target, AccountId::new(account))
        }
    };
    let reason = said_why(reason)?;
    let work = async |mut tx: crate::store::WriteTx| {
        let decided = tx.set_hold(&subject, &change.agency, &operator.login, reason).await?;
        tx.commit(decided).await
    };
    Ok(desk.store.write(desk.now(), work).await?)
}

/// What came of a decision on a hold, in a sentence.
pub(in super::super) fn said_of_hold(decided: Decided, lang: Lang) -> &'static str {
    let t = |vi, en| match lang {
        Lang::Vi => vi,
        Lang::En => en,
    };
    match decided {
        Decided::Done => {
            t("Đã có hai người quyết định: có hiệu lực.", "Two operators have agreed: it is in force.")
        }
        Decided::NeedsSecond => t("Cần thêm một người nữa quyết định.", "A second operator must agree."),
        Decided::AlreadyByYou => {
            t("Bạn đã quyết định rồi; cần một người khác.", "You have agreed before; another person must.")
        }
        Decided::Nothing => t("Không có gì thay đổi.", "Nothing has changed."),
    }
}
