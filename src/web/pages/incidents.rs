//! Incidents: accounts in somebody else's hands. One button locks an account everywhere; the page of an incident shows what
//! came of it in each system, and the commands for what is never written.

use super::super::decide::{self, said_why};
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::{Signed, query_value};
use super::changes::Line;
use crate::model::Lang;
use crate::model::incident::Incident;
use crate::model::operator::{Operator, Right};
use crate::model::tip::Sign;
use crate::store::Standing;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub(in super::super) struct Given {
    #[serde(default)]
    account: String,
    #[serde(default)]
    reason: String,
    /// Only those that are not locked everywhere.
    #[serde(default)]
    red: String,
}

/// An incident as the list shows it.
fn line(one: &Incident, made: &[Standing]) -> Value {
    context! {
        id => one.id,
        account => one.label,
        agency => one.agency,
        reason => one.reason,
        by => one.opened_by,
        opened => crate::model::rfc3339(one.opened),
        by_hand => one.by_hand,
        red => one.is_red(decide::locks(one, made)),
        seen_locked => one.seen_locked.map(crate::model::rfc3339),
        closed => one.closed.as_ref().map(|closed| context! { by => closed.by, at => crate::model::rfc3339(closed.at), reason => closed.reason }),
    }
}

/// Those that are open, those closed last, and the form that opens one.
pub(in super::super) async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Query(given): Query<Given>,
) -> Result<Response, PageError> {
    let open = decide::open_incidents(&desk, &signed.operator).await?;
    let only_red = !given.red.is_empty();
    let wanted = |one: &Incident, made: &[Standing]| !only_red || one.is_red(decide::locks(one, made));
    let listed = open.iter().filter(|(one, made)| wanted(one, made));
    let (all, open) = (open.len(), listed.map(|(one, made)| line(one, made)).collect::<Vec<_>>());
    let closed = decide::closed_incidents(&desk, &signed.operator).await?;
    let closed: Vec<_> = closed.iter().map(|one| line(one, &[])).collect();
    let tips = super::tips::waiting(&desk, &signed).await?;
    let signs = Value::from_serialize(Sign::ALL);
    let more = context! { open, all, only_red, closed, tips, signs, account => given.account, reason => given.reason };
    signed.view.page(&desk, "incidents.html", more)
}

/// Opens one: the account is locked everywhere, at once.
pub(in super::super) async fn open(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(given): Form<Given>,
) -> Result<Response, PageError> {
    signed.require(Right::Review)?;
    let (account, reason) = (given.account.trim(), said_why(&given.reason)?);
    if account.is_empty() {
        return Err(PageError::Bad("Chưa ghi tài khoản.".into(), "Say which account.".into()));
    }
    if !signed.is_confirmed(&desk) {
        // What was typed waits in the form.
        let back = format!("/incidents?account={}&reason={}", query_value(account), query_value(reason));
        return signed.ask_password(&back);
    }
    let incident = desk.back.open_incident(account, &signed.operator.login, reason).await?;
    desk.wake();
    let said = if incident.by_hand {
        signed.view.t(
            "Đã mở sự cố. Đây là tài khoản được bảo vệ: hãy khóa bằng tay theo các lệnh dưới đây.",
            "The incident is open. The account is protected: lock it by hand with the commands below.",
        )
    } else {
        signed
            .view
            .t("Đã mở sự cố và khóa tài khoản.", "The incident is open and the account is being locked.")
    };
    signed.view.go(&desk, &format!("/incidents/{}", incident.id), said)
}

/// An incident as it is now.
pub(in super::super) struct Looked {
    pub one: Incident,
    pub made: Vec<Standing>,
    /// Those that lock by hand what is never written, while it is not locked.
    pub commands: Option<String>,
    /// Whether the directory did not answer: what was seen last is shown.
    pub unread: bool,
}

/// The incident `id`, where the operator may know of it; whether its account is locked is looked at now.
pub(in super::super) async fn looked_at(
    desk: &Desk,
    operator: &Operator,
    id: &str,
) -> Result<Looked, PageError> {
    decide::incident(desk, operator, id).await?;
    let unread = desk.back.watch_incidents().await.is_err();
    let (one, made) = decide::incident(desk, operator, id).await?;
    let by_hand = one.by_hand && one.closed.is_none() && one.seen_locked.is_none();
    let commands = if by_hand { desk.back.commands(&one).await.ok() } else { None };
    Ok(Looked { one, made, commands, unread })
}

/// One incident: what came of it in each system.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let Looked { one, made, commands, unread } = looked_at(&desk, &signed.operator, &id).await?;
    let (login, today) = (&signed.operator.login, desk.today());
    let lines: Vec<_> = made
        .iter()
        .map(|one| context! { line => Value::from_serialize(Line::of(&one.stored, login, today)), since => crate::model::rfc3339(one.since) })
        .collect();
    let more = context! { incident => line(&one, &made), lines, commands, unread };
    signed.view.page(&desk, "incident.html", more)
}

/// Closes it; what opens the account again waits for approval.
pub(in super::super) async fn close(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(id): Path<String>,
    Form(given): Form<Given>,
) -> Result<Response, PageError> {
    signed.require(Right::Review)?;
    let waiting = decide::close(&desk, &signed.operator, &id, &given.reason).await?;
    let said = match (signed.view.lang, waiting) {
        (Lang::Vi, 0) => "Đã đóng sự cố. Không có khóa nào do rosterd đặt để mở lại.".to_owned(),
        (Lang::En, 0) => "Closed; rosterd locked nothing that it could open again.".to_owned(),
        (Lang::Vi, count) => format!("Đã đóng sự cố. {count} thay đổi mở lại đang chờ duyệt."),
        (Lang::En, count) => format!("Closed; {count} changes that open it again wait for approval."),
    };
    signed.view.go(&desk, &format!("/incidents/{id}"), &said)
}
