//! Decisions on many changes: those selected on a page, or every one of low risk within a filter.

use super::super::decide::{self, Bulk, MOST, Tally};
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::{Signed, own_path};
use super::changes::{Asked, Line};
use crate::model::operator::Right;
use crate::store::Place;
use axum::Form;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};
use serde::Deserialize;
use std::sync::Arc;

/// So many are shown before they are approved.
const SHOWN: usize = 25;

/// Shows what a bulk approval would cover.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    axum::extract::Query(asked): axum::extract::Query<Asked>,
) -> Result<Response, PageError> {
    signed.require(Right::Approve)?;
    show(&desk, &signed, &asked, "").await
}

async fn show(desk: &Desk, signed: &Signed, asked: &Asked, wrong: &str) -> Result<Response, PageError> {
    let coverage = decide::coverage(desk, &signed.operator, asked).await?;
    let listing = desk.store.list_changes(&coverage.query, &Place::First, SHOWN).await?;
    let (login, today) = (&signed.operator.login, desk.today());
    let lines: Vec<_> = listing.rows.iter().map(|one| Line::of(&one.stored, login, today)).collect();
    let more = context! {
        asked => Value::from_serialize(asked),
        count => coverage.count(),
        most => MOST,
        typed => coverage.must_count,
        covered => coverage.covered(),
        lines => Value::from_serialize(&lines),
        wrong,
    };
    signed.view.page(desk, "bulk.html", more)
}

#[derive(Deserialize)]
pub(in super::super) struct Agreed {
    covered: String,
    #[serde(default)]
    typed: String,
    #[serde(flatten)]
    asked: Asked,
}

/// Approves exactly what was shown.
pub(in super::super) async fn approve(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(agreed): Form<Agreed>,
) -> Result<Response, PageError> {
    signed.require(Right::Approve)?;
    let typed = agreed.typed.trim().replace(['.', ','], "");
    // What is no number is none that could be right.
    let count = (!typed.is_empty()).then(|| typed.parse().unwrap_or(usize::MAX));
    let wrong = match decide::approve_covered(&desk, &signed.operator, &agreed.asked, &agreed.covered, count)
        .await?
    {
        Bulk::Decided(tally) => return signed.view.go(&desk, "/changes", &tally.said(signed.view.lang)),
        Bulk::Moved => signed.view.t(
            "Danh sách vừa thay đổi nên chưa duyệt thay đổi nào. Hãy xem lại rồi duyệt.",
            "The list has just changed, so nothing was approved. Look again, then approve.",
        ),
        Bulk::WrongCount => signed.view.t(
            "Số đã gõ không khớp với số thay đổi; chưa duyệt thay đổi nào.",
            "The number typed is not that of the changes; nothing was approved.",
        ),
    };
    show(&desk, &signed, &agreed.asked, wrong).await
}

/// Approves or rejects what was selected on a page: each by its id and the key that was shown.
pub(in super::super) async fn selected(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    body: Bytes,
) -> Result<Response, PageError> {
    let (mut picked, mut what, mut reason, mut next) =
        (Vec::new(), String::new(), String::new(), String::new());
    for (name, value) in url::form_urlencoded::parse(&body) {
        match name.as_ref() {
            "pick" => picked.push(value.into_owned()),
            "what" => what = value.into_owned(),
            "reason" => reason = value.into_owned(),
            "next" => next = value.into_owned(),
            _ => {}
        }
    }
    let back = if next.is_empty() { "/changes" } else { own_path(&next) };
    if picked.is_empty() {
        let none = signed.view.t("Chưa chọn thay đổi nào.", "Nothing is selected.");
        return signed.view.go(&desk, back, none);
    }
    let picks = picked.iter().map(|one| one.split_once('.').map(|(id, key)| (id.to_owned(), key.to_owned())));
    let picks: Vec<_> = picks.collect::<Option<_>>().ok_or(PageError::Form)?;
    let picked = decide::picked(&desk, &signed.operator, &picks).await?;
    let login = &signed.operator.login;
    let tally = match what.as_str() {
        "approve" => {
            signed.require(Right::Approve)?;
            if picked.any_high && !signed.is_confirmed(&desk) {
                return signed.ask_password(back);
            }
            Tally::of(&decide::approve(&desk, login, &picked.named).await?)
        }
        "reject" => {
            signed.require(Right::Review)?;
            Tally::of_rejections(&decide::reject(&desk, login, &picked.named, &reason).await?)
        }
        _ => return Err(PageError::Form),
    };
    signed.view.go(&desk, back, &tally.said(signed.view.lang))
}
