//! The overview: what waits, what is held and why, what came in today, what failed, who is late. Every number opens the
//! list behind it.

use super::super::decide::{self, sees_brake};
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use super::changes::{Due, waiter};
use super::{agencies, mail_brake, mails, matches, rotation};
use crate::model::change::{ChangeKind, State as ChangeState};
use crate::model::operator::Right;
use crate::model::rotation::CampaignState;
use crate::rotation::verdict::Standing;
use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};
use std::sync::Arc;

/// More arrivals of today, or late agencies, are behind a link.
const SHOWN: usize = 8;

/// The page.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
) -> Result<Response, PageError> {
    let (today, scope) = (desk.today(), signed.scope());
    let midnight = desk.midnight(today);
    let figures = desk.store.figures(&scope, today, midnight).await?;
    let of = |state: ChangeState| figures.by_state.get(&state).copied().unwrap_or_default();
    let brakes: Vec<_> = desk
        .store
        .open_brakes()
        .await?
        .into_iter()
        .filter(|(brake, _)| sees_brake(&signed.operator, &brake.scope))
        .map(|(brake, by)| {
            context! { brake => Value::from_serialize(&brake), held => brake.holds.len(), by => by.len() }
        })
        .collect();
    let mut questions = desk.store.questions().await?;
    questions.retain(|one| signed.operator.may_see(&one.question.agency));
    let arrivals = desk.store.arrivals(&scope, Some(midnight), None, SHOWN).await?;
    let (arrived, refused) = desk.store.count_arrivals(&scope, midnight).await?;
    let standings = agencies::standings(&desk, &signed.operator).await?;
    let late: Vec<_> = standings.iter().filter(|one| one.late).collect();
    let incidents = incidents(&desk, &signed).await?;
    let passwords = passwords(&desk, &signed).await?;
    let slips = slips(&desk, &signed).await?;
    let outbox = desk.store.outbox_counts().await?;
    let pass = desk.store.last_pass().await?;
    let paused = decide::pauses(&desk).await?.into_iter().filter_map(|(what, pause)| Some((what, pause?)));
    let paused: Vec<_> = paused
        .map(|(what, one)| {
            context! { what => what.as_str(), by => one.by, reason => one.reason, at => crate::model::rfc3339(one.at) }
        })
        .collect();
    let stands_in = desk.store.stands_in_for(&signed.operator.login, desk.now()).await?;
    let stands_in: Vec<_> = stands_in.into_iter().map(|one| one.name).collect();
    let kinds: Vec<_> = figures.by_kind.iter().map(|(kind, count)| context! { kind, count }).collect();
    let more = context! {
        due => figures.due,
        proposed => of(ChangeState::Proposed),
        held => of(ChangeState::Held),
        approved => of(ChangeState::Approved),
        ordered => of(ChangeState::Ordered),
        failed => of(ChangeState::Failed),
        unknown => of(ChangeState::Unknown),
        expired => of(ChangeState::Expired),
        applied_today => figures.applied_today,
        suspicions => figures.by_kind.get(&ChangeKind::SuspectLeaver).copied().unwrap_or_default(),
        incidents,
        passwords,
        mail_brake => mail_brake::shown(&desk, &signed).await?,
        matches => matches::waiting(&desk, &signed).await?,
        slips,
        kinds,
        brakes,
        questions => questions.len(),
        arrivals => Value::from_serialize(&arrivals),
        arrived,
        refused,
        late_count => late.len(),
        late => Value::from_serialize(&late[..late.len().min(SHOWN)]),
        mails => mails::may_see(&signed).then(|| context! {
            undelivered => outbox.failed + outbox.returned,
            queued => outbox.queued + outbox.sending,
        }),
        mine => mine(&desk, &signed).await?,
        stands_in,
        pass => pass.map(|pass| context! {
            started => crate::model::rfc3339(pass.started),
            ended => pass.ended.map(crate::model::rfc3339),
            outcome => pass.outcome,
        }),
        paused,
    };
    signed.view.page(&desk, "overview.html", more)
}

/// What waits for this very operator's approval, by due date; none for who approves nothing.
async fn mine(desk: &Desk, signed: &Signed) -> Result<Value, PageError> {
    if !signed.operator.role.may(Right::Approve) {
        return Ok(Value::from(()));
    }
    let today = desk.today();
    let waiting = desk.store.waiting_by_due(&signed.scope(), &waiter(desk, &signed.operator)).await?;
    let count = |due: Due| -> u64 {
        waiting.iter().filter(|(day, _)| due.holds(**day, today)).map(|(_, count)| count).sum()
    };
    let rows = Due::APART.iter().map(|due| (due, count(*due))).filter(|(_, count)| *count > 0);
    Ok(rows.map(|(due, count)| context! { due, count }).collect())
}

/// Open incidents, and those of them that are not over with.
async fn incidents(desk: &Desk, signed: &Signed) -> Result<Value, PageError> {
    let open = decide::open_incidents(desk, &signed.operator).await?;
    let red = open.iter().filter(|(one, made)| one.is_red(decide::locks(one, made))).count();
    Ok(context! { open => open.len(), red })
}

/// The health of rotation, by the last pass; none where the site has no rules or no pass has looked.
async fn passwords(desk: &Desk, signed: &Signed) -> Result<Value, PageError> {
    let Some(figures) = rotation::figures(desk, &signed.operator).await? else { return Ok(Value::from(())) };
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

/// Slips that wait to be printed or signed for; none for who does not hand them over.
async fn slips(desk: &Desk, signed: &Signed) -> Result<Value, PageError> {
    if !signed.operator.role.may(Right::HandOver) {
        return Ok(Value::from(()));
    }
    Ok(context! { waiting => decide::slips(desk, &signed.operator).await?.len() })
}
