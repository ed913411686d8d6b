//! Handovers: unit mailboxes that changed hands, the minutes (biên bản bàn giao) to print, what became of the former
//! custodian's sessions, and which side has signed.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::paper::Paper;
use super::super::view::Signed;
use super::changes::Line;
use crate::apply::handover::hands_over;
use crate::model::account::Attr;
use crate::model::change::{ChangeKind, State as ChangeState, StoredChange};
use crate::model::custodian::Side;
use crate::model::ids::{ChangeId, Login};
use crate::model::operator::Right;
use crate::store::{Place, Query, Signature};
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use minijinja::{Value, context};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Handovers a page.
const PER_PAGE: usize = 50;

#[derive(Deserialize)]
pub(in super::super) struct Asked {
    #[serde(default)]
    after: String,
}

/// Those that were carried out within the operator's scope, in the order of the days they were due.
pub(in super::super) async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    axum::extract::Query(asked): axum::extract::Query<Asked>,
) -> Result<Response, PageError> {
    signed.require(Right::HandOver)?;
    let query =
        Query { kind: Some(ChangeKind::SetCustodian), ..Query::of(ChangeState::Applied, signed.scope()) };
    let place = if asked.after.is_empty() { Place::First } else { Place::After(ChangeId::new(&asked.after)) };
    let listing = desk.store.list_changes(&query, &place, PER_PAGE).await?;
    let names = desk.store.operator_names().await?;
    let mut handovers = Vec::new();
    for one in &listing.rows {
        handovers.push(shown(&desk, &signed, &one.stored, one.since, &names).await?);
    }
    let next = listing.rows.last().filter(|_| listing.more_after).map(|one| one.stored.id.to_string());
    signed.view.page(&desk, "handovers.html", context! { handovers, next })
}

/// A handover with its signatures.
async fn shown(
    desk: &Desk,
    signed: &Signed,
    stored: &StoredChange,
    since: crate::model::Time,
    names: &BTreeMap<Login, String>,
) -> Result<Value, PageError> {
    let signatures = desk.store.signatures(&stored.id).await?;
    let of = |side: Side| {
        let found: Option<&Signature> = signatures.iter().find(|one| one.side == side);
        found.map(|one| context! { by => names.get(&one.by).cloned().unwrap_or_else(|| one.by.to_string()), at => crate::model::rfc3339(one.at) })
    };
    let change = &stored.change;
    let signed_by_all = of(Side::Receiver).is_some() && (of(Side::Giver).is_some() || !hands_over(change));
    Ok(context! {
        line => Value::from_serialize(Line::of(stored, &signed.operator.login, desk.today())),
        since => crate::model::rfc3339(since),
        giver => change.before(Attr::Custodian),
        receiver => change.after(Attr::Custodian),
        giver_signed => of(Side::Giver),
        receiver_signed => of(Side::Receiver),
        done => signed_by_all,
    })
}

/// The change, where it handed a mailbox over within the operator's scope.
async fn handover(desk: &Desk, signed: &Signed, id: &str) -> Result<crate::store::Standing, PageError> {
    signed.require(Right::HandOver)?;
    let standing = decide::change(desk, &signed.operator, id).await?;
    let stored = &standing.stored;
    let handed = stored.change.kind == ChangeKind::SetCustodian && stored.state == ChangeState::Applied;
    if handed { Ok(standing) } else { Err(PageError::NotFound) }
}

/// One handover.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let standing = handover(&desk, &signed, &id).await?;
    let names = desk.store.operator_names().await?;
    let sessions = desk.back.sessions(&standing.stored, signed.view.lang).await?;
    let one = shown(&desk, &signed, &standing.stored, standing.since, &names).await?;
    signed.view.page(&desk, "handover.html", context! { one, sessions })
}

/// Its minutes, as often as they are needed: they hold no secret.
pub(in super::super) async fn minutes(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let standing = handover(&desk, &signed, &id).await?;
    Ok(Paper(desk.back.minutes(&standing.stored).await?).into_response())
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
    let stored = handover(&desk, &signed, &id).await?.stored;
    let side = Side::parse(&signs.side).ok_or(PageError::NotFound)?;
    if side == Side::Giver && !hands_over(&stored.change) {
        return Err(PageError::NotFound);
    }
    let by = &signed.operator.login;
    let noted = desk
        .store
        .write(desk.now(), async |mut tx| {
            let noted = tx.sign_minutes(&stored.id, side, by).await?;
            tx.commit(noted).await
        })
        .await?;
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
