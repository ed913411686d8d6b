//! Tips: what people told of odd accounts. They wait on the page of incidents until an operator dismisses them or opens an
//! incident on the account.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use crate::model::operator::Right;
use crate::model::tip::{Sign, Tip};
use crate::store::TakenDown;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde::Deserialize;
use std::sync::Arc;

/// The tips within sight that wait, oldest first.
pub(super) async fn waiting(desk: &Desk, signed: &Signed) -> Result<Vec<Value>, PageError> {
    let tips = decide::tips(desk, &signed.operator).await?;
    let line =
        |Tip { id, target: _, account, label, agency, sign, words, told_by, taken_by, taken }: &Tip| {
            context! { id, account, label, agency, sign, words, told_by, taken_by, taken => crate::model::rfc3339(*taken) }
        };
    Ok(tips.iter().map(line).collect())
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Said {
    account: String,
    sign: String,
    words: String,
    told_by: String,
    reason: String,
}

/// Takes one down; whoever speaks for the agency may.
pub(in super::super) async fn take(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(told): Form<Said>,
) -> Result<Response, PageError> {
    signed.require(Right::Confirm)?;
    let sign = Sign::parse(&told.sign).ok_or(PageError::Form)?;
    let said = (told.words.as_str(), told.told_by.as_str());
    let taken = decide::take_tip(&desk, &signed.operator, &told.account, sign, said).await?;
    let said = match taken {
        TakenDown::Waits(_) => signed.view.t("Đã ghi nhận tin báo.", "The tip was taken down."),
        TakenDown::BelongsTo(_) => signed.view.t(
            "Đã ghi nhận tin báo vào sự cố đang mở của tài khoản này.",
            "The tip was taken down with the incident that is open on the account.",
        ),
    };
    signed.view.go(&desk, "/incidents", said)
}

/// Dismisses one.
pub(in super::super) async fn dismiss(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Form(told): Form<Said>,
) -> Result<Response, PageError> {
    signed.require(Right::Review)?;
    decide::dismiss_tip(&desk, &signed.operator, &id, &told.reason).await?;
    signed.view.go(&desk, "/incidents", signed.view.t("Đã bỏ qua tin báo.", "The tip was dismissed."))
}
