//! Handovers: unit mailboxes that changed hands, the minutes (biên bản bàn giao) to print, what became of the former
//! custodian's sessions, and which side has signed.

use super::super::decide::{self, Handover};
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::paper::Paper;
use super::super::view::Signed;
use super::changes::Line;
use crate::model::account::Attr;
use crate::model::custodian::Side;
use crate::model::ids::Login;
use crate::model::operator::Right;
use crate::store::Signature;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use minijinja::{Value, context};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Deserialize)]
pub(in super::super) struct Asked {
    #[serde(default)]
    after: String,
}

/// Those that were carried out within the operator's scope.
pub(in super::super) async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    axum::extract::Query(asked): axum::extract::Query<Asked>,
) -> Result<Response, PageError> {
    signed.require(Right::HandOver)?;
    let (handovers, next) = decide::handovers(&desk, &signed.operator, &asked.after).await?;
    let names = desk.store.operator_names().await?;
    let handovers: Vec<_> = handovers.iter().map(|one| shown(&desk, &signed, one, &names)).collect();
    signed.view.page(&desk, "handovers.html", context! { handovers, next })
}

/// A handover with its signatures.
fn shown(desk: &Desk, signed: &Signed, one: &Handover, names: &BTreeMap<Login, String>) -> Value {
    let mark = |one: &Signature| context! { by => names.get(&one.by).cloned().unwrap_or_else(|| one.by.to_string()), at => crate::model::rfc3339(one.at) };
    let (stored, change) = (&one.of.stored, &one.of.stored.change);
    context! {
        line => Value::from_serialize(Line::of(stored, &signed.operator.login, desk.today())),
        since => crate::model::rfc3339(one.of.since),
        giver => change.before(Attr::Custodian),
        receiver => change.after(Attr::Custodian),
        giver_signed => one.signed(Side::Giver).map(mark),
        receiver_signed => one.signed(Side::Receiver).map(mark),
        done => one.is_signed(),
    }
}

/// One handover.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    signed.require(Right::HandOver)?;
    let handover = decide::handover(&desk, &signed.operator, &id).await?;
    let names = desk.store.operator_names().await?;
    let sessions = desk.back.sessions(&handover.of.stored, signed.view.lang).await?;
    let one = shown(&desk, &signed, &handover, &names);
    signed.view.page(&desk, "handover.html", context! { one, sessions })
}

/// Its minutes, as often as they are needed: they hold no secret.
pub(in super::super) async fn minutes(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    signed.require(Right::HandOver)?;
    let handover = decide::handover(&desk, &signed.operator, &id).await?;
    Ok(Paper(desk.back.minutes(&handover.of.stored).await?).into_response())
}

#[derive(Deserialize)]
pub(in super::super) struct Signs {
    side: String,
}

/// A side has signed the paper.
pub(in super::super) async fn sign(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Form(signs): Form<Signs>,
) -> Result<Response, PageError> {
    signed.require(Right::HandOver)?;
    let side = Side::parse(&signs.side).ok_or(PageError::NotFound)?;
    let noted = decide::sign(&desk, &signed.operator, &id, side).await?;
    let said = match (noted, side) {
        (true, Side::Giver) => signed.view.t("Đã ghi nhận bên giao ký.", "That the giver signed is noted."),
        (true, Side::Receiver) => {
            signed.view.t("Đã ghi nhận bên nhận ký.", "That the receiver signed is noted.")
        }
        (false, _) => {
            signed.view.t("Bên này đã được ghi nhận ký trước đó.", "This side’s signature was noted before.")
        }
    };
    signed.view.go(&desk, &format!("/slips/handovers/{id}"), said)
}
