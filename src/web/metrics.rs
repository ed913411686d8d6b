//! Figures for a collector, in Prometheus' text format, on a listener of their own; and whether the program is well.

use super::desk::Desk;
use crate::model::change::State as ChangeState;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::fmt::Write;
use std::sync::Arc;

/// The listener's routes.
pub(super) fn router(desk: &Arc<Desk>) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(desk.clone())
}

/// The process answers.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// The store answers too.
pub(super) async fn readyz(State(desk): State<Arc<Desk>>) -> Response {
    match desk.store.health().await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response()
        }
    }
}

async fn metrics(State(desk): State<Arc<Desk>>) -> Response {
    match text(&desk).await {
        Ok(text) => ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "no figures");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

async fn text(desk: &Desk) -> Result<String, crate::store::StoreError> {
    let today = desk.today();
    let figures = desk.store.figures(&[], desk.midnight(today)).await?;
    let outbox = desk.store.outbox_counts().await?;
    let mut text = String::new();
    let mut family = |name: &str, help: &str, lines: &[(String, String)]| {
        let _ = writeln!(text, "# HELP rosterd_{name} {help}\n# TYPE rosterd_{name} gauge");
        for (labels, value) in lines {
            let _ = writeln!(text, "rosterd_{name}{labels} {value}");
        }
    };
    let live = ChangeState::ALL.iter().filter(|state| state.is_live());
    let changes: Vec<_> = live
        .map(|state| {
            let count = figures.by_state.get(state).copied().unwrap_or_default();
            (format!("{{state=\"{state}\"}}"), count.to_string())
        })
        .collect();
    family("changes", "Changes that stand, by state.", &changes);
    family(
        "changes_due",
        "Proposed changes that are due.",
        &[(String::new(), figures.due(today).to_string())],
    );
    family(
        "changes_applied_today",
        "Changes carried out since local midnight.",
        &[(String::new(), figures.applied_today.to_string())],
    );
    let questions = desk.store.questions().await?.len();
    family("questions", "Questions without an answer.", &[(String::new(), questions.to_string())]);
    let brakes = desk.store.open_brakes().await?.len();
    family("brakes", "Brakes that hold something.", &[(String::new(), brakes.to_string())]);
    family("mails", "Mails, by what became of them.", &super::pages::mail_figures(&outbox));
    if let Some(pass) = desk.store.last_pass().await? {
        let started = pass.started.timestamp().to_string();
        family(
            "last_pass_seconds",
            "When the last pass began, seconds since 1970.",
            &[(String::new(), started)],
        );
    }
    Ok(text)
}
