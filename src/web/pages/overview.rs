//! The overview: what waits, what is held and why, what came in today, what failed, who is late. Every number opens the
//! list behind it.

use super::super::decide::{self, sees_brake};
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use super::changes::{Due, waiter};
use super::{agencies, mail_brake, matches, rotation, stale};
use crate::model::brake::Brake;
use crate::model::change::{ChangeKind, State as ChangeState};
use crate::model::ids::Login;
use crate::model::operator::{Operator, Right};
use crate::model::rotation::CampaignState;
use crate::rotation::figures::Figures;
use crate::rotation::verdict::Standing;
use crate::store::{ChangeFigures, OutboxCounts, Pass, Pause, Paused};
use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};
use std::sync::Arc;

/// More arrivals of today, or late agencies, are behind a link.
const SHOWN: usize = 8;

/// What an operator finds in the morning: how much waits, came in and went wrong, within the scope.
pub(in super::super) struct Found {
    pub figures: ChangeFigures,
    /// Writes that were refused for what had moved, with nothing newer in their place.
    pub stale: u64,
    /// Open brakes, each with who has released it.
    pub brakes: Vec<(Brake, Vec<Login>)>,
    pub questions: usize,
    /// Arrivals of today, and how many of them could not be read.
    pub arrived: (u64, u64),
    /// Agencies whose full roster is late.
    pub late: Vec<agencies::Standing>,
    /// Open incidents, and how many of them are not over with.
    pub incidents: (usize, usize),
    /// Slips that wait to be printed or signed for; none for who does not hand them over.
    pub slips: Option<usize>,
    /// None for who does not see the whole province.
    pub outbox: Option<OutboxCounts>,
    pub pass: Option<Pass>,
    /// What is paused.
    pub paused: Vec<(Paused, Pause)>,
    /// What waits for this very operator's approval, by due date; none for who approves nothing.
    pub mine: Option<Vec<(Due, u64)>>,
    /// For whom he or she stands in just now.
    pub stands_in: Vec<Operator>,
}

/// What `operator` finds now.
pub(in super::super) async fn found(desk: &Desk, operator: &Operator) -> Result<Found, PageError> {
    let scope: Vec<_> = operator.agencies.iter().cloned().collect();
    let midnight = desk.midnight(desk.today());
    let mut brakes = desk.store.open_brakes().await?;
    brakes.retain(|(brake, _)| sees_brake(operator, &brake.scope));
    let mut questions = desk.store.questions().await?;
    questions.retain(|one| operator.may_see(&one.question.agency));
    let mut late = agencies::standings(desk, operator).await?;
    late.retain(|one| one.late);
    let open = decide::open_incidents(desk, operator).await?;
    let red = open.iter().filter(|(one, made)| one.is_red(decide::locks(one, made))).count();
    let hands_over = operator.role.may(Right::HandOver);
    let slips = if hands_over { Some(decide::slips(desk, operator).await?.len()) } else { None };
    let sees_all = operator.may(Right::See, None);
    let outbox = if sees_all { Some(desk.store.outbox_counts().await?) } else { None };
    let paused = decide::pauses(desk).await?.into_iter();
    let figures = desk.store.figures(&scope, midnight).await?;
    Ok(Found {
        mine: mine(desk, operator, &figures).await?,
        figures,
        stale: stale::count(desk, &scope).await?,
        brakes,
        questions: questions.len(),
        arrived: desk.store.count_arrivals(&scope, midnight).await?,
        late,
        incidents: (open.len(), red),
        slips,
        outbox,
        pass: desk.store.last_pass().await?,
        paused: paused.filter_map(|(what, pause)| Some((what, pause?))).collect(),
        stands_in: desk.store.stands_in_for(&operator.login, desk.now()).await?,
    })
}

async fn mine(
    desk: &Desk,
    operator: &Operator,
    figures: &ChangeFigures,
) -> Result<Option<Vec<(Due, u64)>>, PageError> {
    if !operator.role.may(Right::Approve) {
        return Ok(None);
    }
    let (today, scope) = (desk.today(), operator.agencies.iter().cloned().collect::<Vec<_>>());
    let waiting = desk.store.waiting_by_due(figures, &scope, &waiter(desk, operator)).await?;
    let count = |due: Due| -> u64 {
        waiting.iter().filter(|(day, _)| due.holds(**day, today)).map(|(_, count)| count).sum()
    };
    let counted = Due::APART.iter().map(|due| (*due, count(*due)));
    Ok(Some(counted.filter(|(_, count)| *count > 0).collect()))
}

/// The page.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
) -> Result<Response, PageError> {
    let found = found(&desk, &signed.operator).await?;
    let figures = &found.figures;
    let of = |state: ChangeState| figures.by_state.get(&state).copied().unwrap_or_default();
    let brakes = found.brakes.iter().map(|(brake, by)| {
        context! { brake => Value::from_serialize(brake), held => brake.holds.len(), by => by.len() }
    });
    let today = desk.today();
    let midnight = desk.midnight(today);
    let arrivals = desk.store.arrivals(&signed.scope(), Some(midnight), None, SHOWN).await?;
    let standing = rotation::figures(&desk, &signed.operator).await?;
    let passwords = match &standing {
        Some(standing) => passwords(&desk, standing).await?,
        None => Value::from(()),
    };
    let paused = found.paused.iter().map(|(what, one)| {
        context! { what => what.as_str(), by => one.by, reason => one.reason, at => crate::model::rfc3339(one.at) }
    });
    let stands_in: Vec<_> = found.stands_in.into_iter().map(|one| one.name).collect();
    let kinds: Vec<_> = figures.by_kind.iter().map(|(kind, count)| context! { kind, count }).collect();
    let mine = found
        .mine
        .map(|mine| mine.into_iter().map(|(due, count)| context! { due, count }).collect::<Vec<_>>());
    let more = context! {
        due => figures.due(today),
        proposed => of(ChangeState::Proposed),
        held => of(ChangeState::Held),
        approved => of(ChangeState::Approved),
        ordered => of(ChangeState::Ordered),
        failed => of(ChangeState::Failed),
        unknown => of(ChangeState::Unknown),
        expired => of(ChangeState::Expired),
        stale => found.stale,
        applied_today => figures.applied_today,
        suspicions => figures.by_kind.get(&ChangeKind::SuspectLeaver).copied().unwrap_or_default(),
        incidents => context! { open => found.incidents.0, red => found.incidents.1 },
        passwords,
        mail_brake => mail_brake::shown(&desk, standing.as_ref()).await?,
        matches => matches::waiting(&desk, &signed).await?,
        slips => found.slips.map(|waiting| context! { waiting }),
        kinds,
        brakes => brakes.collect::<Vec<_>>(),
        questions => found.questions,
        arrivals => Value::from_serialize(&arrivals),
        arrived => found.arrived.0,
        refused => found.arrived.1,
        late_count => found.late.len(),
        late => Value::from_serialize(&found.late[..found.late.len().min(SHOWN)]),
        mails => found.outbox.map(|outbox| context! {
            undelivered => outbox.failed + outbox.returned,
            queued => outbox.queued + outbox.sending,
        }),
        mine,
        stands_in,
        running => found.pass.as_ref().is_some_and(|pass| pass.ended.is_none()),
        pass => found.pass.map(|pass| context! {
            started => crate::model::rfc3339(pass.started),
            ended => pass.ended.map(crate::model::rfc3339),
            outcome => pass.outcome,
        }),
        paused => paused.collect::<Vec<_>>(),
    };
    signed.view.page(&desk, "overview.html", more)
}

/// The health of rotation, by the last pass.
async fn passwords(desk: &Desk, figures: &Figures) -> Result<Value, PageError> {
    let total = figures.status().total;
    let standings: Vec<_> =
        [Standing::Warned, Standing::Overdue, Standing::Unreachable, Standing::Locked, Standing::Unknown]
            .iter()
            .map(|one| context! { standing => one, count => total.of(*one) })
            .collect();
    let waiting = figures.listed.iter().filter(|one| one.handed.is_none()).count();
    let campaigns: Vec<_> = desk
        .store
        .campaigns()
        .await?
        .into_iter()
        .filter(|one| one.state != CampaignState::Stopped)
        .map(|one| {
            let table = figures.campaigns.get(&one.plan.name);
            let sum = |of: fn(&crate::rotation::status::Progress) -> u64| -> u64 {
                table.into_iter().flat_map(|table| table.values()).map(of).sum()
            };
            let (accounts, changed) = (sum(|row| row.accounts), sum(|row| row.changed));
            context! { name => one.plan.name, state => one.state, accounts, percent => changed * 100 / accounts.max(1) }
        })
        .collect();
    Ok(context! { day => figures.day.to_string(), standings, waiting, campaigns })
}
