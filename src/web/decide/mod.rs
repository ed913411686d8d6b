//! Decisions, for pages and programs alike: handed to the store, which says what came of them.

mod bulk;
mod changes;
mod handovers;
mod holds;
mod incidents;
mod matches;
mod office;
mod phone;
mod rotation;
mod slips;

pub(super) use bulk::{Bulk, Coverage, MOST, Tally, approve_covered, coverage, picked};
pub(super) use changes::{is_open_suspicion, left, undo};
pub(super) use handovers::{Handover, handover, handovers, sign};
pub(super) use holds::{agree, hold_on, holds, lift, said_of_hold};
pub(super) use incidents::{
    close, closed_incidents, dismiss_tip, incident, locks, open_incidents, take_tip, tips,
};
pub(super) use matches::{Compared, OpenMatch, confirm_matches, open_matches};
pub(super) use office::{Mails, dismiss_mail, mails, pause, pauses, resume, retry_mail};
pub(super) use phone::{CallBacks, call_backs, note_call, unlock_by_phone};
pub(super) use rotation::{campaign, for_campaigns, hand_over, mail_brake, release_mail, stop};
pub(super) use slips::{confirm_slip, said_of_slip, slips};

use super::desk::Desk;
use super::error::PageError;
use crate::model::Lang;
use crate::model::brake::BrakeScope;
use crate::model::custodian::may_keep;
use crate::model::ids::{AgencyCode, BrakeKey, ChangeId, ChangeKey, Login, QuestionKey};
use crate::model::operator::{Operator, Right};
use crate::model::question::QuestionKind;
use crate::store::{Approval, Discard, OpenQuestion, Release, Standing};

/// Refuses where `agency` is outside the operator's scope; in the same words as where there is nothing.
pub(super) fn sight(operator: &Operator, agency: &AgencyCode) -> Result<(), PageError> {
    if operator.may_see(agency) { Ok(()) } else { Err(PageError::NotFound) }
}

/// The agency that a filter names, where it is within sight; none where it names none.
pub(super) fn asked_agency(operator: &Operator, code: &str) -> Result<Option<AgencyCode>, PageError> {
    if code.is_empty() {
        return Ok(None);
    }
    let code = AgencyCode::stored(code).ok_or(PageError::NotFound)?;
    sight(operator, &code)?;
    Ok(Some(code))
}

/// Refuses where the operator does not have `right` for the whole province.
pub(super) fn for_province(operator: &Operator, right: Right) -> Result<(), PageError> {
    if operator.may(right, None) { Ok(()) } else { Err(PageError::Forbidden) }
}

/// So many are decided in one transaction: it stays short.
const AT_ONCE: usize = 50;

/// The change `id`, where the operator may know of it.
pub(super) async fn change(desk: &Desk, operator: &Operator, id: &str) -> Result<Standing, PageError> {
    let found = desk.store.change(&ChangeId::new(id)).await?;
    found.filter(|one| operator.may_see(&one.stored.change.agency)).ok_or(PageError::NotFound)
}

/// Approves changes, each as its key; what came of each, in order.
pub(super) async fn approve(
    desk: &Desk,
    by: &Login,
    changes: &[(ChangeId, ChangeKey)],
) -> Result<Vec<Approval>, PageError> {
    let contacts = desk.site.contacts();
    let mut results = Vec::with_capacity(changes.len());
    for some in changes.chunks(AT_ONCE) {
        let work = async |mut tx: crate::store::WriteTx| {
            let mut results = Vec::with_capacity(some.len());
            for (id, key) in some {
                results.push(tx.approve(id, key, by, &contacts).await?);
            }
            tx.commit(results).await
        };
        results.extend(desk.store.write(desk.now(), work).await?);
    }
    if results.iter().any(|one| matches!(one, Approval::Approved { .. })) {
        desk.wake();
    }
    Ok(results)
}

/// Rejects changes; the reason goes back to the agency.
pub(super) async fn reject(
    desk: &Desk,
    by: &Login,
    changes: &[(ChangeId, ChangeKey)],
    reason: &str,
) -> Result<Vec<Approval>, PageError> {
    let reason = said_why(reason)?;
    let mut results = Vec::with_capacity(changes.len());
    for some in changes.chunks(AT_ONCE) {
        let work = async |mut tx: crate::store::WriteTx| {
            let mut results = Vec::with_capacity(some.len());
            for (id, key) in some {
                results.push(tx.reject(id, key, by, reason).await?);
            }
            tx.commit(results).await
        };
        results.extend(desk.store.write(desk.now(), work).await?);
    }
    // The agencies are told in the next pass.
    if results.contains(&Approval::Rejected) {
        desk.wake();
    }
    Ok(results)
}

/// The open brake `key` with who has released it, where the operator may know of it.
pub(super) async fn brake(
    desk: &Desk,
    operator: &Operator,
    key: &str,
) -> Result<(crate::model::brake::Brake, Vec<Login>), PageError> {
    let open = desk.store.open_brakes().await?;
    open.into_iter()
        .find(|(brake, _)| brake.key.as_str() == key && sees_brake(operator, &brake.scope))
        .ok_or(PageError::NotFound)
}

/// Whether a brake is within the operator's sight.
pub(super) fn sees_brake(operator: &Operator, scope: &BrakeScope) -> bool {
    match scope {
        BrakeScope::Agency(agency) => operator.may_see(agency),
        BrakeScope::Province => operator.agencies.is_empty(),
    }
}

/// Releases a brake for exactly what it holds.
pub(super) async fn release(
    desk: &Desk,
    operator: &Operator,
    key: &str,
    reason: &str,
) -> Result<Release, PageError> {
    let (brake, _) = brake(desk, operator, key).await?;
    let reason = said_why(reason)?;
    let contacts = desk.site.contacts();
    let work = async |mut tx: crate::store::WriteTx| {
        let release = tx.release(&brake.key, &operator.login, reason, &contacts).await?;
        tx.commit(release).await
    };
    let release = desk.store.write(desk.now(), work).await?;
    if matches!(release, Release::Released(_)) {
        desk.wake();
    }
    Ok(release)
}

/// Rejects everything a brake holds; two operators must.
pub(super) async fn discard(
    desk: &Desk,
    operator: &Operator,
    key: &str,
    reason: &str,
) -> Result<Discard, PageError> {
    brake(desk, operator, key).await?;
    let (key, reason) = (BrakeKey::new(key), said_why(reason)?);
    let work = async |mut tx: crate::store::WriteTx| {
        let discard = tx.discard(&key, &operator.login, reason).await?;
        tx.commit(discard).await
    };
    Ok(desk.store.write(desk.now(), work).await?)
}

/// The open question `key`, where the operator may know of it.
pub(super) async fn question(desk: &Desk, operator: &Operator, key: &str) -> Result<OpenQuestion, PageError> {
    let open = desk.store.questions().await?;
    open.into_iter()
        .find(|one| one.key.as_str() == key && operator.may_see(&one.question.agency))
        .ok_or(PageError::NotFound)
}

/// The right that an answer takes: what the agency alone knows of itself, its contact may say.
pub(super) fn answered_with(kind: QuestionKind) -> Right {
    if kind.is_for_contacts() { Right::Confirm } else { Right::Review }
}

/// Answers a question.
pub(super) async fn answer(
    desk: &Desk,
    operator: &Operator,
    key: &str,
    answer: &str,
) -> Result<(), PageError> {
    let question = question(desk, operator, key).await?.question;
    let answer = answer.trim();
    if answer.is_empty() {
        return Err(PageError::Bad("Chưa chọn câu trả lời.".into(), "No answer was chosen.".into()));
    }
    if question.kind == QuestionKind::Custodian {
        let directory = desk.back.directory().await?;
        may_keep(&directory, &question.agency, answer).map_err(|unfit| {
            let say = |lang| crate::words::unfit(unfit, answer, lang);
            PageError::Bad(say(Lang::Vi), say(Lang::En))
        })?;
    }
    let key = QuestionKey::new(key);
    let work = async |mut tx: crate::store::WriteTx| {
        tx.answer(&key, answer, &operator.login).await?;
        tx.commit(()).await
    };
    desk.store.write(desk.now(), work).await?;
    desk.wake();
    Ok(())
}

/// A reason that says something.
pub(super) fn said_why(reason: &str) -> Result<&str, PageError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 1000 {
        return Err(PageError::Bad(
            "Phải ghi lý do, không quá 1.000 ký tự.".into(),
            "Say why, in at most 1,000 characters.".into(),
        ));
    }
    Ok(reason)
}
