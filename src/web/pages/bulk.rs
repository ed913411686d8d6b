//! Decisions on many changes: those selected on a page, or every one of low risk within a filter.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::{Signed, own_path};
use super::changes::{Asked, Line};
use crate::model::change::{Gate, Risk, State as ChangeState};
use crate::model::ids::{AgencyCode, ChangeId, ChangeKey, Fingerprint};
use crate::model::operator::Right;
use crate::store::{Approval, Place, Query};
use crate::words;
use axum::Form;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};
use serde::Deserialize;
use std::sync::Arc;

/// One act covers no more: beyond, it is done again.
const MOST: usize = 2_000;
/// So many are shown before they are approved.
const SHOWN: usize = 25;

/// What a bulk approval may cover: what waits for one approval and does little harm.
fn narrowed(query: Query) -> Query {
    Query { state: ChangeState::Proposed, risk: Some(Risk::Low), gate: Some(Gate::One), ..query }
}

/// The hash of the sorted keys: an approval is for exactly these.
fn covered(keys: &[(ChangeKey, ChangeId, AgencyCode)]) -> String {
    keys.iter()
        .fold(Fingerprint::of("bulk approval"), |print, (key, id, _)| {
            print.part(key.as_str()).part(id.as_str())
        })
        .finish()
}

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
    let query = narrowed(asked.query(desk, &signed.operator)?);
    let keys = desk.store.change_keys(&query, MOST).await?;
    let listing = desk.store.list_changes(&query, &Place::First, SHOWN).await?;
    let (login, today) = (&signed.operator.login, desk.today());
    let lines: Vec<_> = listing.rows.iter().map(|one| Line::of(&one.stored, login, today)).collect();
    let more = context! {
        asked => Value::from_serialize(asked),
        count => keys.len(),
        most => MOST,
        typed => keys.len() > usize::try_from(desk.settings.bulk_typed_above).unwrap_or(usize::MAX),
        covered => covered(&keys),
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
    let query = narrowed(agreed.asked.query(&desk, &signed.operator)?);
    let keys = desk.store.change_keys(&query, MOST).await?;
    if covered(&keys) != agreed.covered {
        let wrong = signed.view.t(
            "Danh sách vừa thay đổi nên chưa duyệt thay đổi nào. Hãy xem lại rồi duyệt.",
            "The list has just changed, so nothing was approved. Look again, then approve.",
        );
        return show(&desk, &signed, &agreed.asked, wrong).await;
    }
    let must_type = keys.len() > usize::try_from(desk.settings.bulk_typed_above).unwrap_or(usize::MAX);
    if must_type && agreed.typed.trim().replace(['.', ','], "") != keys.len().to_string() {
        let wrong = signed.view.t(
            "Số đã gõ không khớp với số thay đổi; chưa duyệt thay đổi nào.",
            "The number typed is not that of the changes; nothing was approved.",
        );
        return show(&desk, &signed, &agreed.asked, wrong).await;
    }
    let named: Vec<_> = keys.into_iter().map(|(key, id, agency)| (id, key, agency)).collect();
    let results = decide::approve(&desk, &signed.operator.login, &named).await?;
    signed.view.go(&desk, "/changes", &summary(&signed, &results))
}

/// What came of many decisions, in a sentence.
fn summary(signed: &Signed, results: &[Approval]) -> String {
    let lang = signed.view.lang;
    let good = |one: &&Approval| matches!(one, Approval::Approved { .. } | Approval::Rejected);
    let done = results.iter().filter(good).count();
    let mut text = match (results.contains(&Approval::Rejected), lang) {
        (false, crate::model::Lang::Vi) => format!("Đã duyệt {done} thay đổi."),
        (false, crate::model::Lang::En) => format!("{done} approved."),
        (true, crate::model::Lang::Vi) => format!("Đã từ chối {done} thay đổi."),
        (true, crate::model::Lang::En) => format!("{done} rejected."),
    };
    let mut others = std::collections::BTreeMap::<String, usize>::new();
    for one in results.iter().filter(|one| !good(one)) {
        *others.entry(words::approval(one, lang)).or_default() += 1;
    }
    for (why, count) in others {
        text = format!("{text} {count}: {why}.");
    }
    text
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
    let mut named = Vec::new();
    let mut high = false;
    for one in &picked {
        let (id, key) = one.split_once('.').ok_or(PageError::Form)?;
        let standing = decide::change(&desk, &signed.operator, id).await?;
        high |= standing.stored.change.risk == Risk::High;
        named.push((standing.stored.id, ChangeKey::new(key), standing.stored.change.agency));
    }
    let login = &signed.operator.login;
    let results = match what.as_str() {
        "approve" => {
            signed.require(Right::Approve)?;
            if high && !signed.is_confirmed(&desk) {
                return signed.ask_password(back);
            }
            decide::approve(&desk, login, &named).await?
        }
        "reject" => {
            signed.require(Right::Review)?;
            decide::reject(&desk, login, &named, &reason).await?
        }
        _ => return Err(PageError::Form),
    };
    signed.view.go(&desk, back, &summary(&signed, &results))
}
