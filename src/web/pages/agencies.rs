//! Agencies: the tree, who answers for each, its last full roster, what waits of it, its workbook to fill in.

use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use super::rosters::download;
use crate::model::change::State as ChangeState;
use crate::model::ids::AgencyCode;
use crate::model::name::PersonName;
use crate::model::operator::{Operator, Right};
use crate::store::Query;
use axum::extract::{Path, State};
use axum::response::Response;
use chrono::TimeDelta;
use minijinja::{Value, context};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How an agency stands with its rosters.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Standing {
    pub code: AgencyCode,
    pub name: String,
    /// How deep it is in the tree.
    pub depth: usize,
    pub latest: Option<String>,
    pub latest_full: Option<String>,
    /// Whether its last full roster is older than allowed, or there is none.
    pub late: bool,
    pub waiting: u64,
}

/// Every agency the operator sees, as a tree, each level by name.
pub(super) async fn standings(desk: &Desk, operator: &Operator) -> Result<Vec<Standing>, PageError> {
    let rosters = desk.store.last_rosters().await?;
    let oldest = desk.now() - TimeDelta::days(i64::from(desk.settings.late_after_days));
    let mut children: BTreeMap<Option<&AgencyCode>, Vec<&AgencyCode>> = BTreeMap::new();
    for (code, _) in desk.agencies_of(operator) {
        let parent = desk.site.agencies.get(code).and_then(|one| one.parent.as_ref());
        // Where the one above is out of sight, this one stands at the top.
        let parent =
            parent.filter(|parent| operator.may_see(parent) && desk.site.agencies.contains_key(*parent));
        children.entry(parent).or_default().push(code);
    }
    let mut list = Vec::new();
    let mut open: Vec<(&AgencyCode, usize)> =
        children.get(&None).into_iter().flatten().rev().map(|code| (*code, 0)).collect();
    while let Some((code, depth)) = open.pop() {
        let (latest, full) = match rosters.get(code) {
            Some((latest, full)) => (Some(*latest), *full),
            None => (None, None),
        };
        list.push(Standing {
            code: code.clone(),
            name: desk.agency_name(code),
            depth,
            latest: latest.map(crate::model::rfc3339),
            latest_full: full.map(crate::model::rfc3339),
            late: full.is_none_or(|at| at < oldest),
            waiting: 0,
        });
        open.extend(children.get(&Some(code)).into_iter().flatten().rev().map(|code| (*code, depth + 1)));
    }
    Ok(list)
}

#[derive(Deserialize)]
pub(in super::super) struct Asked {
    #[serde(default)]
    late: String,
}

/// The tree, or those that are late.
pub(in super::super) async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    axum::extract::Query(asked): axum::extract::Query<Asked>,
) -> Result<Response, PageError> {
    let mut standings = standings(&desk, &signed.operator).await?;
    if !asked.late.is_empty() {
        standings.retain(|one| one.late);
    }
    let waiting = desk.store.changes_by_agency(&Query::of(ChangeState::Proposed, signed.scope())).await?;
    let waiting: BTreeMap<_, _> = waiting.into_iter().map(|group| (group.agency, group.count)).collect();
    for one in &mut standings {
        one.waiting = waiting.get(&one.code).copied().unwrap_or_default();
    }
    let more = context! {
        late => standings.iter().filter(|one| one.late).count(),
        late_after_days => desk.settings.late_after_days,
        agencies => Value::from_serialize(&standings),
    };
    signed.view.page(&desk, "agencies.html", more)
}

/// One agency.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(code): Path<String>,
) -> Result<Response, PageError> {
    let code = AgencyCode::parse(&code).map_err(|_| PageError::NotFound)?;
    signed.require_sight(&code)?;
    let agency = desk.site.agencies.get(&code).ok_or(PageError::NotFound)?;
    let scope = std::slice::from_ref(&code);
    let today = desk.today();
    let figures = desk.store.figures(scope, today, desk.midnight(today)).await?;
    let arrivals = desk.store.arrivals(scope, None, None, 10).await?;
    let mut contacts: Vec<_> = agency.contacts.iter().collect();
    contacts.sort_by_key(|one| PersonName::new(&one.name).map(|name| (name.given().to_owned(), name)));
    let standing = standings(&desk, &signed.operator).await?.into_iter().find(|one| one.code == code);
    let states: Vec<_> = figures.by_state.iter().map(|(state, count)| context! { state, count }).collect();
    let more = context! {
        agency => Value::from_serialize(agency),
        contacts => Value::from_serialize(&contacts),
        standing => Value::from_serialize(&standing),
        states,
        arrivals => Value::from_serialize(&arrivals),
    };
    signed.view.page(&desk, "agency.html", more)
}

/// Its workbook, filled in with what is known. Whole names and phones are in it: making it is written into the trail.
pub(in super::super) async fn template(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(code): Path<String>,
) -> Result<Response, PageError> {
    signed.require(Right::Upload)?;
    let code = AgencyCode::parse(&code).map_err(|_| PageError::NotFound)?;
    signed.require_sight(&code)?;
    if !desk.site.agencies.contains_key(&code) {
        return Err(PageError::NotFound);
    }
    let bytes = desk.back.template(code.clone()).await?;
    let by = &signed.operator.login;
    desk.store
        .write(desk.now(), async |mut tx| {
            tx.audit(by.as_str(), "roster.template", code.as_str(), "");
            tx.commit(()).await
        })
        .await?;
    download(&format!("{code}-danh-sach.xlsx"), bytes)
}
