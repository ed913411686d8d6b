//! Mails that wait, and mails that did not arrive: to whom, about what, why; sent once more or put aside.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use crate::model::operator::Right;
use crate::store::MailList;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Asked {
    /// `waiting`; else those that did not arrive.
    list: String,
    after: String,
}

/// The list.
pub(in super::super) async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let waiting = match asked.list.as_str() {
        "" => false,
        "waiting" => true,
        _ => return Err(PageError::NotFound),
    };
    let list = if waiting { MailList::Waiting } else { MailList::Undelivered };
    let after = Some(asked.after.as_str()).filter(|after| !after.is_empty());
    let mails = decide::mails(&desk, &signed.operator, list, after).await?;
    let counts = desk.store.outbox_counts().await?;
    let lines: Vec<Value> = mails
        .list
        .iter()
        .map(|mail| {
            context! {
                id => mail.id,
                to => mail.notice.to,
                to_name => mail.notice.to_name,
                subject => mail.notice.subject,
                returned => mail.returned,
                attempts => mail.attempts,
                at => crate::model::rfc3339(mail.at),
                why => mail.why,
            }
        })
        .collect();
    let more = context! {
        waiting,
        lines,
        last => mails.next,
        first => after.is_none(),
        queued => counts.queued + counts.sending,
        undelivered => counts.failed + counts.returned,
        may_act => signed.operator.may(Right::Administer, None),
    };
    signed.view.page(&desk, "mails.html", more)
}

/// Sends one once more.
pub(in super::super) async fn retry(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    signed.require(Right::Administer)?;
    decide::retry_mail(&desk, &signed.operator, &id).await?;
    signed.view.go(&desk, "/mails", signed.view.t("Thư sẽ được gửi lại.", "The mail is sent once more."))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Reasoned {
    reason: String,
}

/// Puts one aside.
pub(in super::super) async fn dismiss(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Form(given): Form<Reasoned>,
) -> Result<Response, PageError> {
    signed.require(Right::Administer)?;
    decide::dismiss_mail(&desk, &signed.operator, &id, &given.reason).await?;
    signed.view.go(&desk, "/mails", signed.view.t("Đã bỏ qua thư này.", "The mail was put aside."))
}
