//! Agencies: the tree, who answers for each, its last full roster, what waits of it, its workbook to fill in.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use super::rosters::download;
use super::rotation;
use crate::model::agency::Agency;
use crate::model::change::State as ChangeState;
use crate::model::citizen::CitizenMark;
use crate::model::ids::{AgencyCode, RosterId};
use crate::model::name::by_given;
use crate::model::operator::{Operator, Right};
use crate::model::record::Record;
use crate::model::roster::Roster;
use crate::rotation::campaign::above;
use crate::rotation::status::Counts;
use crate::rotation::verdict::Standing as Rotation;
use crate::store::Query;
use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How an agency stands with its rosters.
#[derive(Debug, Clone, Serialize)]
pub(in super::super) struct Standing {
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
    let now = desk.now();
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
            late: desk.settings.is_late(full, now),
            waiting: 0,
        });
        open.extend(children.get(&Some(code)).into_iter().flatten().rev().map(|code| (*code, depth + 1)));
    }
    Ok(list)
}

/// The same, each with how many of its changes wait for approval.
pub(in super::super) async fn waiting(desk: &Desk, operator: &Operator) -> Result<Vec<Standing>, PageError> {
    let mut standings = standings(desk, operator).await?;
    let scope = operator.agencies.iter().cloned().collect();
    let waiting = desk.store.changes_by_agency(&Query::of(ChangeState::Proposed, scope)).await?;
    let waiting: BTreeMap<_, _> = waiting.into_iter().map(|group| (group.agency, group.count)).collect();
    for one in &mut standings {
        one.waiting = waiting.get(&one.code).copied().unwrap_or_default();
    }
    Ok(standings)
}

/// The agency `code`, where the operator may know of it.
pub(in super::super) fn agency<'a>(
    desk: &'a Desk,
    operator: &Operator,
    code: &str,
) -> Result<&'a Agency, PageError> {
    let code = AgencyCode::parse(code).map_err(|_| PageError::NotFound)?;
    decide::sight(operator, &code)?;
    desk.site.agencies.get(&code).ok_or(PageError::NotFound)
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
    let mut standings = waiting(&desk, &signed.operator).await?;
    if !asked.late.is_empty() {
        standings.retain(|one| one.late);
    }
    let numbers = Numbers::of(&desk, &signed.operator).await?;
    let agencies: Vec<_> = standings
        .iter()
        .map(|one| {
            context! {
                people => numbers.people(&one.code),
                accounts => numbers.accounts(&one.code),
                passwords => numbers.overdue(&one.code),
                ..Value::from_serialize(one)
            }
        })
        .collect();
    let more = context! {
        late => standings.iter().filter(|one| one.late).count(),
        late_after_days => desk.settings.late_after_days,
        with_passwords => numbers.passwords.is_some(),
        agencies,
    };
    signed.view.page(&desk, "agencies.html", more)
}

/// How many people and accounts each agency has.
pub(in super::super) struct Numbers {
    full: BTreeMap<AgencyCode, (RosterId, u64)>,
    open: BTreeMap<AgencyCode, u64>,
    passwords: Option<BTreeMap<AgencyCode, Counts>>,
}

impl Numbers {
    /// Those within the operator's scope.
    pub async fn of(desk: &Desk, operator: &Operator) -> Result<Self, PageError> {
        Ok(Self {
            full: desk.store.last_full_rosters().await?,
            open: desk.store.open_accounts().await?,
            passwords: passwords(desk, operator).await?,
        })
    }

    /// The last full roster, where there is one.
    pub fn last_full(&self, code: &AgencyCode) -> Option<&RosterId> {
        self.full.get(code).map(|(id, _)| id)
    }

    /// The people that it names.
    pub fn people(&self, code: &AgencyCode) -> Option<u64> {
        self.full.get(code).map(|(_, people)| *people)
    }

    /// The open accounts.
    pub fn accounts(&self, code: &AgencyCode) -> u64 {
        self.open.get(code).copied().unwrap_or_default()
    }

    /// Accounts that are past their time: overdue, unreachable or locked; `None` where the site has no rules on passwords.
    pub fn overdue(&self, code: &AgencyCode) -> Option<u64> {
        let late = [Rotation::Overdue, Rotation::Unreachable, Rotation::Locked];
        let sum = |counts: &Counts| late.iter().map(|one| counts.of(*one)).sum();
        self.passwords.as_ref().map(|all| all.get(code).map_or(0, sum))
    }
}

/// Where the accounts of each agency stand to the rules on passwords, by the last pass; `None` where the site has none.
async fn passwords(
    desk: &Desk,
    operator: &Operator,
) -> Result<Option<BTreeMap<AgencyCode, Counts>>, PageError> {
    Ok(rotation::figures(desk, operator).await?.map(|figures| figures.status().agencies))
}

/// How many of a roster's rows state a field.
#[derive(Debug, Serialize)]
pub(in super::super) struct Stated {
    /// The canonical column.
    pub name: &'static str,
    pub count: usize,
    pub percent: usize,
}

/// How complete an agency's last full roster is; none where it has handed in none.
pub(in super::super) async fn completeness(
    desk: &Desk,
    last_full: Option<&RosterId>,
) -> Result<Option<Vec<Stated>>, PageError> {
    let Some(id) = last_full else { return Ok(None) };
    let arrival = desk.store.arrival(id).await?;
    Ok(arrival.and_then(|(feedback, _)| feedback.arrival.roster).map(|roster| stated(&roster)))
}

/// How many of a roster's rows state each field that tells one person from another, or that is needed for an account.
fn stated(roster: &Roster) -> Vec<Stated> {
    let count = |holds: fn(&Record<CitizenMark>) -> bool| roster.rows.iter().filter(|row| holds(row)).count();
    let all = roster.rows.len().max(1);
    [
        ("citizen_id", count(|row| row.citizen_id.is_some())),
        ("birth", count(|row| row.birth.is_some())),
        ("phone", count(|row| row.phone.is_some())),
        ("email", count(|row| row.email.is_some())),
        ("staff_code", count(|row| row.staff_code.is_some())),
        ("position", count(|row| row.position.is_some())),
        ("unit", count(|row| row.unit.is_some())),
    ]
    .into_iter()
    .map(|(name, count)| Stated { name, count, percent: count * 100 / all })
    .collect()
}

/// One agency.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(code): Path<String>,
) -> Result<Response, PageError> {
    let agency = agency(&desk, &signed.operator, &code)?;
    let code = agency.code.clone();
    let scope = std::slice::from_ref(&code);
    let today = desk.today();
    let figures = desk.store.figures(scope, desk.midnight(today)).await?;
    let arrivals = desk.store.arrivals(scope, None, None, 10).await?;
    let mut contacts: Vec<_> = agency.contacts.iter().collect();
    contacts.sort_by_cached_key(|one| by_given(&one.name));
    let standing = standings(&desk, &signed.operator).await?.into_iter().find(|one| one.code == code);
    let full = desk.store.last_full_rosters().await?.remove(&code);
    let completeness = completeness(&desk, full.as_ref().map(|(id, _)| id)).await?;
    let passwords =
        passwords(&desk, &signed.operator).await?.map(|mut all| all.remove(&code).unwrap_or_default());
    let passwords = passwords.map(|counts| {
        let shown = Rotation::ALL.iter().map(|one| (*one, counts.of(*one))).filter(|(_, count)| *count > 0);
        shown.map(|(standing, count)| context! { standing, count }).collect::<Vec<_>>()
    });
    let below: Vec<_> = desk
        .agencies_of(&signed.operator)
        .into_iter()
        .filter(|(one, _)| desk.site.agencies.get(*one).is_some_and(|one| one.parent.as_ref() == Some(&code)))
        .map(|(code, name)| context! { code, name })
        .collect();
    let states: Vec<_> = figures.by_state.iter().map(|(state, count)| context! { state, count }).collect();
    // Who may ask by phone: those who answer for it, or for an agency above it.
    let answering = above(&code, &desk.site.agencies).filter_map(|code| desk.site.agencies.get(code));
    let callers: Vec<_> = answering.flat_map(|one| one.contacts.iter().chain(&one.deputy)).collect();
    let more = context! {
        callers => Value::from_serialize(&callers),
        matches => desk.store.count_open_matches().await?.remove(&code),
        agency => Value::from_serialize(agency),
        contacts => Value::from_serialize(&contacts),
        standing => Value::from_serialize(&standing),
        states,
        below,
        passwords,
        accounts => desk.store.open_accounts().await?.get(&code).copied().unwrap_or_default(),
        full => full.map(|(id, people)| context! { id, people }),
        completeness => Value::from_serialize(&completeness),
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
    filled_in(&desk, &signed.operator, &code).await
}

/// The same, for whoever may have it.
pub(in super::super) async fn filled_in(
    desk: &Desk,
    operator: &Operator,
    code: &str,
) -> Result<Response, PageError> {
    let code = &agency(desk, operator, code)?.code;
    let bytes = desk.back.template(code.clone()).await?;
    let by = &operator.login;
    desk.store
        .write(desk.now(), async |mut tx| {
            tx.audit(by.as_str(), "roster.template", code.as_str(), "");
            tx.commit(()).await
        })
        .await?;
    download(&format!("{code}-danh-sach.xlsx"), bytes)
}
