//! Rotation: where accounts stand to the rules on passwords, what the next days bring, and the printed lists. The figures
//! are those that the last pass laid down.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::{Signed, query_value};
use super::mail_brake;
use crate::model::ids::{AgencyCode, TargetId};
use crate::model::operator::{Operator, Right};
use crate::report::chart::{Bar, Chart};
use crate::report::spread;
use crate::rotation::figures::Figures;
use crate::rotation::policy::Audience;
use crate::rotation::printed::Listed;
use crate::rotation::row::{AHEAD, Number};
use crate::rotation::status::{Ahead, Status};
use crate::rotation::verdict::Standing;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The standings that an agency's row names; of the rest it shows how many there are together.
const NAMED: [Standing; 5] =
    [Standing::Warned, Standing::Overdue, Standing::Unreachable, Standing::Locked, Standing::Unknown];

/// The figures within an operator's scope; `None` before a pass has laid them down.
pub(in super::super) async fn figures(
    desk: &Desk,
    operator: &Operator,
) -> Result<Option<Figures>, PageError> {
    let figures: Option<Figures> = desk.store.rotation_figures().await?;
    let Some(figures) = figures else { return Ok(None) };
    let mut figures = figures.within(|agency| operator.may_see(agency));
    figures.braked = figures.braked.filter(|_| operator.agencies.is_empty());
    // A list that was handed over since.
    let handed = desk.store.handed().await?;
    for one in &mut figures.listed {
        one.handed = handed.get(&(one.account.clone(), one.cycle.clone())).copied();
    }
    Ok(Some(figures))
}

/// A chart with the rows of the table beside it; each number opens the list at its place in `lists`, where there is one.
pub(super) fn shown(chart: &Chart, lists: &[String]) -> Value {
    let row =
        |(at, bar): (usize, &Bar)| context! { label => bar.label, shown => bar.shown, list => lists.get(at) };
    let rows: Vec<_> = chart.bars.iter().enumerate().map(row).collect();
    context! { id => chart.id, title => chart.title, text => chart.description, rows, svg => Value::from_safe_string(chart.svg()) }
}

#[derive(Deserialize)]
pub(in super::super) struct Asked {
    #[serde(default)]
    standing: String,
    #[serde(default)]
    system: String,
}

/// An agency's row.
#[derive(Serialize)]
struct Line {
    agency: AgencyCode,
    sum: u64,
    named: Vec<u64>,
    /// Those of the standing that is asked for.
    asked: u64,
}

/// The page.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let Some(figures) = figures(&desk, &signed.operator).await? else {
        let rules = desk.site.rotation.is_some();
        return signed.view.page(&desk, "rotation.html", context! { day => Value::from(()), rules });
    };
    let status = figures.status();
    let wanted = if asked.standing.is_empty() {
        None
    } else {
        Some(Standing::parse(&asked.standing).ok_or(PageError::NotFound)?)
    };
    let mut agencies: Vec<_> = status
        .agencies
        .iter()
        .map(|(agency, counts)| Line {
            agency: agency.clone(),
            sum: counts.sum(),
            named: NAMED.iter().map(|one| counts.of(*one)).collect(),
            asked: wanted.map_or(0, |one| counts.of(one)),
        })
        .collect();
    if wanted.is_some() {
        agencies.retain(|one| one.asked > 0);
        agencies.sort_by_key(|one| std::cmp::Reverse(one.asked));
    } else {
        agencies.sort_by_cached_key(|one| crate::model::name::ascii(&desk.agency_name(&one.agency)));
    }
    let present: Vec<Standing> = status.total.states.keys().copied().collect();
    let by_standing: Vec<_> =
        present.iter().map(|one| context! { standing => one, count => status.total.of(*one) }).collect();
    let systems: Vec<_> = status
        .systems
        .iter()
        .map(|(system, counts)| {
            let counted: Vec<u64> = present.iter().map(|one| counts.of(*one)).collect();
            context! { system, sum => counts.sum(), counts => counted }
        })
        .collect();
    let mail = TargetId::mail();
    let system = status.systems.keys().find(|one| one.as_str() == asked.system).unwrap_or(&mail);
    let waiting = figures.listed.iter().filter(|one| one.handed.is_none()).count();
    let more = context! {
        rules => true,
        day => figures.day.to_string(),
        states => by_standing,
        named => Value::from_serialize(NAMED),
        present => Value::from_serialize(&present),
        systems,
        agencies => Value::from_serialize(&agencies),
        standing => wanted,
        system,
        total => Value::from_serialize(&status.total),
        sum => status.total.sum(),
        ahead => ahead(&status),
        charts => charts(&signed, &figures, system),
        listed => figures.listed.len(),
        waiting,
        mail_brake => mail_brake::shown(&desk, Some(&figures)).await?,
    };
    signed.view.page(&desk, "rotation.html", more)
}

/// What the next days bring, each number with the word of its list.
fn ahead(status: &Status) -> Vec<Value> {
    let row = |(days, Ahead { reminders, contacts, department, forced, locks }): (u32, Ahead)| {
        let counted = [
            (reminders, Audience::Holder),
            (contacts, Audience::Contact),
            (department, Audience::Department),
            (forced, Audience::ForceChange),
            (locks, Audience::Lock),
        ];
        let counts: Vec<_> = counted
            .into_iter()
            .map(|(count, to)| context! { count, of => Number::Ahead(to, days).word() })
            .collect();
        context! { days, counts }
    };
    AHEAD.into_iter().zip([status.next_7_days, status.next_30_days]).map(row).collect()
}

/// Age, first passwords, use; each number opens its list.
fn charts(signed: &Signed, figures: &Figures, system: &TargetId) -> Vec<Value> {
    let list = |number: &Number| {
        format!("/rotation/accounts?system={}&of={}", query_value(system.as_str()), number.word())
    };
    let defaults = figures.default_passwords(system);
    let charts = spread::charts(&figures.spread(system), defaults, signed.view.lang).into_iter();
    charts.map(|(chart, numbers)| shown(&chart, &numbers.iter().map(list).collect::<Vec<_>>())).collect()
}

#[derive(Deserialize)]
pub(in super::super) struct Whose {
    #[serde(default)]
    agency: String,
    /// Only what was not handed over.
    #[serde(default)]
    waiting: String,
}

/// The printed list of an agency: accounts that no reminder reached, and locked ones.
#[derive(Serialize)]
pub(in super::super) struct Printed {
    pub agency: AgencyCode,
    /// How many of them were not handed over yet.
    pub waiting: usize,
    pub accounts: Vec<Listed>,
}

/// The printed lists of `figures`: an agency's where `agency` is not empty, of what was not handed over where `waiting`.
pub(in super::super) fn printed(
    figures: Figures,
    operator: &Operator,
    agency: &str,
    waiting: bool,
) -> Result<Vec<Printed>, PageError> {
    let only = decide::asked_agency(operator, agency)?;
    let mut by_agency: BTreeMap<AgencyCode, Vec<Listed>> = BTreeMap::new();
    for one in figures.listed {
        let is_asked = only.as_ref().is_none_or(|code| *code == one.agency);
        if is_asked && (!waiting || one.handed.is_none()) {
            by_agency.entry(one.agency.clone()).or_default().push(one);
        }
    }
    let list = |(agency, accounts): (AgencyCode, Vec<Listed>)| {
        let waiting = accounts.iter().filter(|one| one.handed.is_none()).count();
        Printed { agency, waiting, accounts }
    };
    Ok(by_agency.into_iter().map(list).collect())
}

/// The printed lists: accounts that no reminder reached and locked ones, by agency.
pub(in super::super) async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Query(asked): Query<Whose>,
) -> Result<Response, PageError> {
    let figures = figures(&desk, &signed.operator).await?.unwrap_or_default();
    let day = figures.day.to_string();
    let lists = printed(figures, &signed.operator, &asked.agency, !asked.waiting.is_empty())?;
    let only = !asked.agency.is_empty();
    let more = context! { lists => Value::from_serialize(&lists), only, day, lock_after => crate::rotation::judge::AFTER_LIST };
    signed.view.page(&desk, "rotation_list.html", more)
}

/// An agency's list was handed over.
pub(in super::super) async fn handed(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Form(given): Form<Whose>,
) -> Result<Response, PageError> {
    signed.require(Right::HandOver)?;
    let noted = decide::hand_over(&desk, &signed.operator, &given.agency).await?;
    let said = match signed.view.lang {
        crate::model::Lang::Vi => format!("Đã ghi nhận bàn giao danh sách gồm {noted} tài khoản."),
        crate::model::Lang::En => format!("The list with {noted} accounts was handed over."),
    };
    signed.view.go(&desk, "/rotation/list", &said)
}
