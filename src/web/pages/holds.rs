//! Legal holds and open incidents: what is held, what waits for a second operator.

use super::super::decide::{self, said_why};
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use crate::model::ids::AccountId;
use crate::model::legal_hold::{HoldSubject, LegalHold};
use crate::model::operator::Right;
use crate::store::Decided;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::context;
use serde::Deserialize;
use std::sync::Arc;

/// Holds and incidents within sight.
pub(in super::super) async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
) -> Result<Response, PageError> {
    let mut holds = desk.store.legal_holds().await?;
    holds.retain(|one| signed.operator.may_see(&one.agency));
    let mut people = std::collections::BTreeMap::new();
    if holds.iter().any(|one| matches!(one.subject, HoldSubject::Person(_))) {
        people
            .extend(desk.store.people().await?.into_iter().map(|one| (one.id.clone(), one.name.to_string())));
    }
    let holds: Vec<_> = holds
        .iter()
        .map(|LegalHold { id, subject, agency, holds, since }| {
            let (of, system) = match subject {
                HoldSubject::Person(person) => {
                    (people.get(person).cloned().unwrap_or_else(|| person.to_string()), None)
                }
                HoldSubject::Account(target, account) => (account.to_string(), Some(target.to_string())),
            };
            context! { id, of, system, agency, holds, since => crate::model::rfc3339(*since) }
        })
        .collect();
    let mut incidents = desk.store.open_incidents().await?;
    incidents.retain(|one| signed.operator.may_see(&one.agency));
    let incidents: Vec<_> = incidents
        .iter()
        .map(|one| context! { id => one.id, account => one.label, system => one.target, agency => one.agency, by => one.opened_by, reason => one.reason, opened => crate::model::rfc3339(one.opened) })
        .collect();
    signed.view.page(&desk, "holds.html", context! { holds, incidents })
}

#[derive(Deserialize)]
pub(in super::super) struct Reasoned {
    #[serde(default)]
    reason: String,
}

async fn hold(desk: &Desk, signed: &Signed, id: &str) -> Result<LegalHold, PageError> {
    let holds = desk.store.legal_holds().await?;
    holds
        .into_iter()
        .find(|one| one.id == id && signed.operator.may_see(&one.agency))
        .ok_or(PageError::NotFound)
}

/// A second operator agrees to a hold.
pub(in super::super) async fn agree(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Form(given): Form<Reasoned>,
) -> Result<Response, PageError> {
    signed.require(Right::Approve)?;
    let (hold, reason) = (hold(&desk, &signed, &id).await?, said_why(&given.reason)?);
    let by = &signed.operator.login;
    let decided = desk
        .store
        .write(desk.now(), async |mut tx| {
            let decided = tx.set_hold(&hold.subject, &hold.agency, by, reason).await?;
            tx.commit(decided).await
        })
        .await?;
    signed.view.go(&desk, "/holds", said(&signed, decided))
}

/// Lifts a hold; with the second operator it ends.
pub(in super::super) async fn lift(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Form(given): Form<Reasoned>,
) -> Result<Response, PageError> {
    signed.require(Right::Approve)?;
    let (hold, reason) = (hold(&desk, &signed, &id).await?, said_why(&given.reason)?);
    let by = &signed.operator.login;
    let decided = desk
        .store
        .write(desk.now(), async |mut tx| {
            let decided = tx.lift_hold(&hold.id, by, reason).await?;
            tx.commit(decided).await
        })
        .await?;
    signed.view.go(&desk, "/holds", said(&signed, decided))
}

/// Asks for a hold on whom a change is about.
pub(in super::super) async fn of_change(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Form(given): Form<Reasoned>,
) -> Result<Response, PageError> {
    signed.require(Right::Approve)?;
    let change = decide::change(&desk, &signed.operator, &id).await?.stored.change;
    let subject = match change.person {
        Some(person) => HoldSubject::Person(person),
        // A role's subject is its account's, with the role behind a mark.
        None => {
            let account = change.subject.as_str().split('#').next().unwrap_or_default();
            HoldSubject::Account(change.target, AccountId::new(account))
        }
    };
    let (reason, by) = (said_why(&given.reason)?, &signed.operator.login);
    let decided = desk
        .store
        .write(desk.now(), async |mut tx| {
            let decided = tx.set_hold(&subject, &change.agency, by, reason).await?;
            tx.commit(decided).await
        })
        .await?;
    signed.view.go(&desk, "/holds", said(&signed, decided))
}

fn said(signed: &Signed, decided: Decided) -> &'static str {
    let t = |vi, en| signed.view.t(vi, en);
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
