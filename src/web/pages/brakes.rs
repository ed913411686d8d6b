//! Brakes: what tripped, the arithmetic, what is held, release or discard by two operators.

use super::super::decide::{self, sees_brake};
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use super::changes::Line;
use super::{mail_brake, rotation};
use crate::model::change::State as ChangeState;
use crate::model::operator::Right;
use crate::store::{BrakeVote, Place, Query, Voted};
use crate::words;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde::Deserialize;
use std::sync::Arc;

/// So many of what is held are shown; the rest is a list of its own.
const SHOWN: usize = 50;

/// Every open brake.
pub(in super::super) async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
) -> Result<Response, PageError> {
    let open = desk.store.open_brakes().await?;
    let brakes: Vec<_> = open
        .iter()
        .filter(|(brake, _)| sees_brake(&signed.operator, &brake.scope))
        .map(|(brake, by)| context! { brake => Value::from_serialize(brake), held => brake.holds.len(), by })
        .collect();
    let figures = rotation::figures(&desk, &signed.operator).await?;
    let mail_brake = mail_brake::shown(&desk, figures.as_ref()).await?;
    signed.view.page(&desk, "brakes.html", context! { brakes, mail_brake })
}

/// One brake.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(key): Path<String>,
) -> Result<Response, PageError> {
    let (brake, _) = decide::brake(&desk, &signed.operator, &key).await?;
    let query = Query { brake: Some(brake.key.clone()), ..Query::of(ChangeState::Held, signed.scope()) };
    let listing = desk.store.list_changes(&query, &Place::First, SHOWN).await?;
    let held = desk.store.count_changes(&query, 1_000_000).await?;
    let (login, today) = (&signed.operator.login, desk.today());
    let lines: Vec<_> = listing.rows.iter().map(|one| Line::of(&one.stored, login, today)).collect();
    let names = desk.store.operator_names().await?;
    let votes = desk.store.votes(&brake.key).await?;
    let of = |vote: BrakeVote| -> Vec<Value> {
        let votes = votes.iter().filter(|one| one.vote == vote);
        let shown = votes.map(|Voted { by, vote: _, reason, at }| {
            let name = names.get(by).cloned().unwrap_or_else(|| by.to_string());
            context! { name, reason, at => crate::model::rfc3339(*at) }
        });
        shown.collect()
    };
    let by_me = |vote: BrakeVote| votes.iter().any(|one| one.vote == vote && one.by == *login);
    let limits = &desk.site.config.brakes;
    let rule = limits.of(brake.kind);
    // The rule may have been written anew since: the arithmetic is shown where it still comes to the same.
    let is_the_same = rule.among(brake.of_accounts) == brake.limit;
    let rule = is_the_same.then(|| {
        context! { least => rule.count, percent => rule.percent, cap => rule.cap, share => brake.of_accounts * rule.percent / 100 }
    });
    let more = context! {
        released_by_me => by_me(BrakeVote::Release),
        discarded_by_me => by_me(BrakeVote::Discard),
        releases => of(BrakeVote::Release),
        discards => of(BrakeVote::Discard),
        rule,
        over => (brake.wanted + brake.spent).saturating_sub(brake.limit),
        hours => limits.window_hours,
        held,
        more => listing.more_after,
        lines => Value::from_serialize(&lines),
        brake => Value::from_serialize(&brake),
    };
    signed.view.page(&desk, "brake.html", more)
}

#[derive(Deserialize)]
pub(in super::super) struct Reasoned {
    #[serde(default)]
    reason: String,
}

/// Releases it.
pub(in super::super) async fn release(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(key): Path<String>,
    Form(given): Form<Reasoned>,
) -> Result<Response, PageError> {
    signed.require(Right::Approve)?;
    if !signed.is_confirmed(&desk) {
        return signed.ask_password(&format!("/brakes/{key}"));
    }
    let release = decide::release(&desk, &signed.operator, &key, &given.reason).await?;
    signed.view.go(&desk, "/brakes", &words::release(&release, signed.view.lang))
}

/// Discards it: everything it holds is rejected, once two operators say so.
pub(in super::super) async fn discard(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(key): Path<String>,
    Form(given): Form<Reasoned>,
) -> Result<Response, PageError> {
    signed.require(Right::Review)?;
    let discard = decide::discard(&desk, &signed.operator, &key, &given.reason).await?;
    signed.view.go(&desk, "/brakes", &words::discard(&discard, signed.view.lang))
}
