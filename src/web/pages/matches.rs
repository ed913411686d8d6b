//! Matches by name and phone that wait for an operator's word, agency by agency.

use super::super::decide::{self, Compared, OpenMatch};
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use super::row::masked;
use crate::model::account::{Account, Attr};
use crate::model::ids::AgencyCode;
use crate::model::operator::Right;
use crate::words;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many of each agency within sight wait.
async fn counted(desk: &Desk, signed: &Signed) -> Result<BTreeMap<AgencyCode, u64>, PageError> {
    let mut counts = desk.store.count_open_matches().await?;
    counts.retain(|code, _| signed.operator.may_see(code) && desk.site.agencies.contains_key(code));
    Ok(counts)
}

/// How many wait together.
pub(super) async fn waiting(desk: &Desk, signed: &Signed) -> Result<u64, PageError> {
    Ok(counted(desk, signed).await?.values().sum())
}

/// The agencies with matches that wait.
pub(in super::super) async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
) -> Result<Response, PageError> {
    let agencies: Vec<_> =
        counted(&desk, &signed).await?.into_iter().map(|(code, count)| context! { code, count }).collect();
    signed.view.page(&desk, "matches.html", context! { agencies })
}

/// Those of one agency, the person beside the account.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(code): Path<String>,
) -> Result<Response, PageError> {
    let open = decide::open_matches(&desk, &signed.operator, &code).await?;
    let agency = super::agencies::agency(&desk, &signed.operator, &code)?;
    let lang = signed.view.lang;
    let line = |one: &OpenMatch| {
        let of =
            |attr| one.account.as_ref().and_then(|account: &Account| account.get(attr)).map(str::to_owned);
        context! {
            name => one.person.name,
            address => one.account.as_ref().map(|account| account.label().to_owned()),
            title => of(Attr::Title),
            found_by => words::found_by(None, one.person.matched.as_ref(), lang),
            fields => one.compared().iter().map(cell).collect::<Vec<_>>(),
        }
    };
    let attrs: Vec<_> = open
        .first()
        .map(|one| one.compared().iter().map(|field| field.attr.as_str()).collect())
        .unwrap_or_default();
    let more = context! {
        agency => agency.code,
        attrs,
        count => open.len(),
        lines => open.iter().map(line).collect::<Vec<_>>(),
        forbidden => desk.forbidden(&agency.code).contains(&signed.operator.login),
    };
    signed.view.page(&desk, "match.html", more)
}

/// One attribute, personal data masked.
fn cell(Compared { attr, listed, held, agrees }: &Compared) -> Value {
    let hide = |text: &Option<String>| {
        let text = text.clone()?;
        Some(if *attr == Attr::Phone { masked(&text) } else { text })
    };
    context! { attr => attr.as_str(), listed => hide(listed), held => hide(held), agrees }
}

#[derive(Deserialize)]
pub(in super::super) struct Typed {
    #[serde(default)]
    typed: String,
}

/// Confirms exactly what was shown, by its number.
pub(in super::super) async fn confirm(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(code): Path<String>,
    Form(given): Form<Typed>,
) -> Result<Response, PageError> {
    signed.require(Right::Approve)?;
    let confirmed = decide::confirm_matches(&desk, &signed.operator, &code, &given.typed).await?;
    let said = words::matches_confirmed(confirmed, signed.view.lang);
    signed.view.go(&desk, &format!("/matches/{code}"), &said)
}
