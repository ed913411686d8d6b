//! Slips: first passwords to hand over, printed for signing, then forgotten.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use super::changes::Line;
use crate::apply::seal::open;
use crate::model::account::Attr;
use crate::model::operator::Right;
use crate::store::SlipStep;
use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use std::sync::Arc;

/// Those that wait to be handed over.
pub(in super::super) async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
) -> Result<Response, PageError> {
    signed.require(Right::HandOver)?;
    let (login, today) = (&signed.operator.login, desk.today());
    let mut slips = Vec::new();
    for slip in desk.store.open_slips().await? {
        let Some(standing) = desk.store.change(&slip.change).await? else { continue };
        if signed.operator.may_see(&standing.stored.change.agency) {
            let line = Value::from_serialize(Line::of(&standing.stored, login, today));
            slips.push(context! { line, since => crate::model::rfc3339(slip.made), printed => slip.printed.is_some() });
        }
    }
    signed.view.page(&desk, "slips.html", context! { slips, place => desk.site.config.slips_at })
}

/// A slip to print, with the first password: written into the trail.
pub(in super::super) async fn print(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    signed.require(Right::HandOver)?;
    let stored = decide::change(&desk, &signed.operator, &id).await?.stored;
    if !signed.is_confirmed(&desk) {
        return signed.ask_password("/slips");
    }
    let sealed = desk.store.sealed_password(&stored.id).await?.ok_or(PageError::NotFound)?;
    let password = open(&desk.keys.seal(), stored.id.as_str(), &sealed)?;
    let by = &signed.operator.login;
    let step = desk
        .store
        .write(desk.now(), async |mut tx| {
            let step = tx.print_slip(&stored.id, by).await?;
            tx.commit(step).await
        })
        .await?;
    if step != SlipStep::Done {
        return Err(PageError::NotFound);
    }
    let more = context! {
        line => Value::from_serialize(Line::of(&stored, by, desk.today())),
        title => stored.change.after(Attr::Title).unwrap_or(""),
        password => password.reveal(),
        document => stored.change.document,
        now => crate::model::rfc3339(desk.now()),
    };
    signed.view.page(&desk, "slip.html", more)
}

/// It was handed over and signed: the password is forgotten here.
pub(in super::super) async fn confirm(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    signed.require(Right::HandOver)?;
    let stored = decide::change(&desk, &signed.operator, &id).await?.stored;
    let by = &signed.operator.login;
    let step = desk
        .store
        .write(desk.now(), async |mut tx| {
            let step = tx.confirm_slip(&stored.id, by).await?;
            tx.commit(step).await
        })
        .await?;
    let said = match step {
        SlipStep::Done => signed.view.t("Đã ghi nhận bàn giao.", "Handed over."),
        SlipStep::NotPrinted => signed.view.t("Phiếu này chưa được in.", "This slip was not printed yet."),
        SlipStep::PrintedBefore { .. } | SlipStep::Ended(..) | SlipStep::NoSlip => {
            signed.view.t("Phiếu này đã được ghi nhận trước đó.", "This slip was confirmed before.")
        }
    };
    signed.view.go(&desk, "/slips", said)
}
