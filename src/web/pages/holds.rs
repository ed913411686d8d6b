//! Legal holds and open incidents: what is held, what waits for a second operator.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use crate::model::legal_hold::{HoldSubject, LegalHold};
use crate::model::name::by_given;
use crate::model::operator::Right;
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
    let holds = decide::holds(&desk, &signed.operator).await?;
    let mut people = std::collections::BTreeMap::new();
    if holds.iter().any(|one| matches!(one.subject, HoldSubject::Person(_))) {
        people
            .extend(desk.store.people().await?.into_iter().map(|one| (one.id.clone(), one.name.to_string())));
    }
    let mut named: Vec<_> = holds
        .iter()
        .map(|hold| match &hold.subject {
            HoldSubject::Person(person) => {
                (people.get(person).cloned().unwrap_or_else(|| person.to_string()), None, hold)
            }
            HoldSubject::Account(target, account) => (account.to_string(), Some(target.to_string()), hold),
        })
        .collect();
    // People by given name, then accounts.
    named.sort_by_cached_key(|(of, system, hold)| (system.clone(), by_given(of), hold.id.clone()));
    let holds: Vec<_> = named
        .into_iter()
        .map(|(of, system, LegalHold { id, subject: _, agency, holds, since })| {
            context! { id, of, system, agency, holds, since => crate::model::rfc3339(*since) }
        })
        .collect();
    let incidents: Vec<_> = decide::open_incidents(&desk, &signed.operator)
        .await?
        .iter()
        .map(|(one, _)| context! { id => one.id, account => one.label, system => one.target, agency => one.agency, by => one.opened_by, reason => one.reason, opened => crate::model::rfc3339(one.opened) })
        .collect();
    signed.view.page(&desk, "holds.html", context! { holds, incidents })
}

#[derive(Deserialize)]
pub(in super::super) struct Reasoned {
    #[serde(default)]
    reason: String,
}

/// A second operator agrees to a hold.
pub(in super::super) async fn agree(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Form(given): Form<Reasoned>,
) -> Result<Response, PageError> {
    signed.require(Right::Approve)?;
    let decided = decide::agree(&desk, &signed.operator, &id, &given.reason).await?;
    signed.view.go(&desk, "/holds", decide::said_of_hold(decided, signed.view.lang))
}

/// Lifts a hold; with the second operator it ends.
pub(in super::super) async fn lift(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Form(given): Form<Reasoned>,
) -> Result<Response, PageError> {
    signed.require(Right::Approve)?;
    let decided = decide::lift(&desk, &signed.operator, &id, &given.reason).await?;
    signed.view.go(&desk, "/holds", decide::said_of_hold(decided, signed.view.lang))
}

/// Asks for a hold on whom a change is about.
pub(in super::super) async fn of_change(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Form(given): Form<Reasoned>,
) -> Result<Response, PageError> {
    signed.require(Right::Approve)?;
    let decided = decide::hold_on(&desk, &signed.operator, &id, &given.reason).await?;
    signed.view.go(&desk, "/holds", decide::said_of_hold(decided, signed.view.lang))
}
