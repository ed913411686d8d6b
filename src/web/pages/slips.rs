//! Slips: first passwords to hand over, printed for signing, then forgotten.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::paper::Paper;
use super::super::view::Signed;
use super::changes::Line;
use crate::apply::seal::open;
use crate::model::operator::Right;
use crate::notify::paper::SlipPaper;
use crate::store::SlipStep;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use minijinja::{Value, context};
use std::sync::Arc;

/// Those that wait to be printed, or to be signed for.
pub(in super::super) async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
) -> Result<Response, PageError> {
    signed.require(Right::HandOver)?;
    let (login, today) = (&signed.operator.login, desk.today());
    let mut slips = Vec::new();
    for (slip, standing) in decide::slips(&desk, &signed.operator).await? {
        let line = Value::from_serialize(Line::of(&standing.stored, login, today));
        let printed = slip.printed.map(|(by, at)| context! { by, at => crate::model::rfc3339(at) });
        slips.push(context! { line, since => crate::model::rfc3339(slip.made), printed });
    }
    signed.view.page(&desk, "slips.html", context! { slips, place => desk.site.config.slips_at })
}

/// A slip to print, with the first password: shown once, then forgotten here, and written into the trail.
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
    let Some(sealed) = desk.store.sealed_password(&stored.id).await? else {
        let said = signed.view.t(
            "Phiếu này đã được in. Nếu thất lạc, cơ quan đề nghị đặt lại mật khẩu và in phiếu mới.",
            "This slip was printed. Where it is lost, the agency asks for a new password and its slip is printed.",
        );
        return signed.view.go(&desk, "/slips", said);
    };
    let password = open(&desk.keys.seal(), stored.id.as_str(), &sealed)?;
    let by = &signed.operator.login;
    let slip = desk.store.slip(&stored.id).await?.ok_or(PageError::NotFound)?;
    let agency = desk.agency_name(&stored.change.agency);
    let whose = (agency.as_str(), signed.operator.name.as_str());
    let days = (desk.local(slip.made), desk.today());
    let paper = SlipPaper::of(&stored, &desk.site.config.sender, whose, days, &password);
    // Rendered before the password is forgotten: a template that fails must not cost it.
    let page = desk.papers.slip_page(&paper).map_err(PageError::internal)?;
    let step = desk
        .store
        .write(desk.now(), async |mut tx| {
            let step = tx.print_slip(&stored.id, by).await?;
            tx.commit(step).await
        })
        .await?;
    if step == SlipStep::Done { Ok(Paper(page).into_response()) } else { Err(PageError::NotFound) }
}

/// It was handed over and signed.
pub(in super::super) async fn confirm(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    signed.require(Right::HandOver)?;
    let step = decide::confirm_slip(&desk, &signed.operator, &id).await?;
    signed.view.go(&desk, "/slips", decide::said_of_slip(&step, signed.view.lang))
}
