//! The pages: each reads what it shows and hands what is decided to the store.

mod account;
pub(super) mod accounts;
pub(super) mod agencies;
pub(super) mod audit;
mod brakes;
mod bulk;
mod campaign_new;
pub(super) mod campaigns;
pub(super) mod cells;
mod change;
pub(super) mod changes;
pub(super) mod consequence;
mod departures;
pub(super) mod facts;
pub(super) mod grid;
mod handovers;
mod holds;
pub(super) mod incidents;
mod mail_brake;
mod mails;
mod matches;
mod moved;
pub(super) mod operators;
pub(super) mod overview;
mod pause;
pub(super) mod questions;
pub(super) mod reports;
pub(super) mod rosters;
pub(super) mod rotation;
mod row;
pub(super) mod sheet;
mod slips;
pub(super) mod stale;
mod tips;
pub(super) mod undo;
mod unlocks;

use super::desk::Desk;
use super::{api, assets, guard, metrics, openid, sign_in};
use crate::store::OutboxCounts;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use std::sync::Arc;

/// Every route, behind the guard.
pub(super) fn router(desk: &Arc<Desk>) -> Router {
    let largest = usize::try_from(desk.settings.upload_mb).unwrap_or(32).saturating_mul(1024 * 1024);
    Router::new()
        .route("/healthz", get(metrics::healthz))
        .route("/readyz", get(metrics::readyz))
        .route("/assets/rosterd.css", get(assets::style))
        .route("/assets/rosterd.js", get(assets::script))
        .route("/sign-in", get(sign_in::form).post(sign_in::sign_in))
        .route("/sign-in/openid", get(openid::sign_in))
        .route(openid::BACK, get(openid::back))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/confirm", get(sign_in::confirm_form).post(sign_in::confirm))
        .route("/confirm/openid", get(openid::confirm))
        .route("/language", post(sign_in::language))
        .route("/", get(overview::page))
        .route("/changes", get(changes::page))
        .route("/changes/selected", post(bulk::selected))
        .route("/changes/bulk", get(bulk::page).post(bulk::approve))
        .route("/changes/stale", get(stale::page))
        .route("/changes/{id}", get(change::page))
        .route("/changes/{id}/approve", post(change::approve))
        .route("/changes/{id}/reject", post(change::reject))
        .route("/changes/{id}/as-sent", post(change::as_sent))
        .route("/changes/{id}/hold", post(holds::of_change))
        .route("/changes/{id}/undo", post(undo::undo))
        .route("/changes/{id}/left", post(departures::confirm))
        .route("/changes/{id}/call-back", post(change::call_back))
        .route("/unlocks", post(unlocks::ask))
        .route("/matches", get(matches::list))
        .route("/matches/{code}", get(matches::page).post(matches::confirm))
        .route("/brakes", get(brakes::list))
        .route("/brakes/{key}", get(brakes::page))
        .route("/brakes/{key}/release", post(brakes::release))
        .route("/brakes/{key}/discard", post(brakes::discard))
        .route("/questions", get(questions::list))
        .route("/questions/{key}", get(questions::page).post(questions::answer))
        .route("/rosters", get(rosters::list))
        .route(guard::UPLOAD, post(rosters::upload).layer(DefaultBodyLimit::max(largest)))
        .route("/rosters/{id}", get(rosters::page))
        .route("/rosters/{id}/feedback", get(rosters::feedback))
        .route("/rosters/{id}/document", get(rosters::document))
        .route("/rosters/{id}/sheet", get(sheet::page).post(sheet::as_sent))
        .route("/agencies", get(agencies::list))
        .route("/agencies/{code}", get(agencies::page))
        .route("/agencies/{code}/template", post(agencies::template))
        .route("/holds", get(holds::list))
        .route("/holds/{id}/agree", post(holds::agree))
        .route("/holds/{id}/lift", post(holds::lift))
        .route("/slips", get(slips::list))
        .route("/slips/handovers", get(handovers::list))
        .route("/slips/handovers/{id}", get(handovers::page))
        .route("/slips/handovers/{id}/minutes", get(handovers::minutes))
        .route("/slips/handovers/{id}/sign", post(handovers::sign))
        .route("/slips/{id}/print", post(slips::print))
        .route("/slips/{id}/confirm", post(slips::confirm))
        .route("/rotation", get(rotation::page))
        .route("/rotation/accounts", get(accounts::page))
        .route("/rotation/list", get(rotation::list))
        .route("/rotation/handed", post(rotation::handed))
        .route("/rotation/mail-brake", get(mail_brake::page))
        .route("/rotation/mail-brake/release", post(mail_brake::release))
        .route("/rotation/campaigns", get(campaigns::list))
        .route("/rotation/campaigns/new", get(campaign_new::form).post(campaign_new::ask))
        .route("/rotation/campaigns/{name}", get(campaigns::page))
        .route("/rotation/campaigns/{name}/approve", post(campaigns::approve))
        .route("/rotation/campaigns/{name}/stop", post(campaigns::stop))
        .route("/mails", get(mails::list))
        .route("/mails/{id}/retry", post(mails::retry))
        .route("/mails/{id}/dismiss", post(mails::dismiss))
        .route("/incidents", get(incidents::list).post(incidents::open))
        .route("/incidents/{id}", get(incidents::page))
        .route("/incidents/{id}/close", post(incidents::close))
        .route("/tips", post(tips::take))
        .route("/tips/{id}/dismiss", post(tips::dismiss))
        .route("/reports", get(reports::page).post(reports::make))
        .route("/reports/case", post(reports::pack))
        .route("/audit", get(audit::page))
        .route("/audit/export", get(audit::export))
        .route("/audit/verify", post(audit::verify))
        .route("/operators", get(operators::list).post(operators::add))
        .route("/operators/remove", post(operators::remove))
        .route("/operators/openid", post(operators::tie))
        .route("/operators/invite", post(operators::invite))
        .route("/operators/end-session", post(operators::end_session))
        .route("/operators/tokens", post(operators::add_token))
        .route("/operators/revoke-token", post(operators::revoke_token))
        .route("/account", get(account::page))
        .route("/account/password", post(account::password))
        .route("/account/totp", post(account::totp))
        .route("/account/end-session", post(account::end_session))
        .route("/pause", get(pause::page).post(pause::pause))
        .route("/pause/resume", post(pause::resume))
        .nest("/api/v1", api::router(largest))
        .fallback(nothing)
        .layer(from_fn_with_state(desk.clone(), guard::guard))
        .with_state(desk.clone())
}

async fn nothing() -> super::error::PageError {
    super::error::PageError::NotFound
}

/// The outbox as labels and values.
pub(super) fn mail_figures(counts: &OutboxCounts) -> Vec<(String, String)> {
    let OutboxCounts { queued, sending, sent, failed, returned } = counts;
    [("queued", queued), ("sending", sending), ("sent", sent), ("failed", failed), ("returned", returned)]
        .map(|(state, count)| (format!("{{state=\"{state}\"}}"), count.to_string()))
        .into()
}
