//! Campaigns: what was asked for and runs, how far each has come by day and agency; start by two operators, stop.

use super::super::decide;
use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::{Signed, query_value};
use super::rotation::{figures, shown};
use crate::model::Lang;
use crate::model::rotation::{Campaign, CampaignPlan, CampaignState};
use crate::report::progress;
use crate::rotation::campaign::{course, delete_on};
use crate::rotation::ladder::Stage;
use crate::rotation::policy::Audience;
use crate::rotation::status::Progress;
use crate::store::Start;
use crate::words;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Campaigns are for who answers for the whole province.
pub(super) fn require(signed: &Signed) -> Result<(), PageError> {
    decide::for_campaigns(&signed.operator)
}

/// A local moment as people write it.
pub(super) fn moment(at: chrono::NaiveDateTime) -> String {
    at.format("%H:%M %d/%m/%Y").to_string()
}

/// Every campaign.
pub(in super::super) async fn list(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
) -> Result<Response, PageError> {
    let figures = figures(&desk, &signed.operator).await?.unwrap_or_default();
    let campaigns: Vec<_> = desk
        .store
        .campaigns()
        .await?
        .iter()
        .map(|Campaign { plan, state, started_by, since: _ }| {
            let whole = figures.campaigns.get(&plan.name).map(|table| progress::sum(table.values()));
            context! {
                name => plan.name, document => plan.document, state, by => started_by,
                opens => moment(plan.opens), closes => moment(plan.closes),
                accounts => whole.as_ref().map(|one| one.accounts),
                percent => whole.as_ref().map(Progress::percent),
            }
        })
        .collect();
    let more =
        context! { campaigns, rules => desk.site.rotation.is_some(), may_start => require(&signed).is_ok() };
    signed.view.page(&desk, "campaigns.html", more)
}

/// A step of a campaign.
#[derive(Debug, Serialize)]
pub(in super::super) struct Step {
    pub name: String,
    /// The local moment, or the day, as people write it.
    pub at: String,
    /// What is done, or who is told.
    pub to: &'static str,
}

/// When the steps of a plan are taken; none where the site has no rules on passwords.
pub(in super::super) fn steps(desk: &Desk, plan: &CampaignPlan, lang: Lang) -> Vec<Step> {
    let Some(days) = desk.site.days() else { return Vec::new() };
    // On the day of the lock, from the hour on at which locks are carried out.
    let at = |one: &Stage| match one.to {
        Audience::Lock => one.at.max(one.at.date().and_time(days.lock_hours.from)),
        Audience::Holder | Audience::Contact | Audience::Department | Audience::ForceChange => one.at,
    };
    let step =
        |one: &Stage| Step { name: one.name.clone(), at: moment(at(one)), to: words::audience(one.to, lang) };
    let mut steps: Vec<_> = course(plan, &days).stages.iter().map(step).collect();
    let locked = days.working_days_after(plan.closes.date(), 1);
    if let Some(day) = delete_on(plan, locked, &days).filter(|_| plan.lock) {
        let to = match lang {
            Lang::Vi => "đề nghị xóa tài khoản còn khóa (hai người duyệt)",
            Lang::En => "deletion of accounts still locked is proposed (two approve)",
        };
        steps.push(Step { name: "de-nghi-xoa".into(), at: day.format("%d/%m/%Y").to_string(), to });
    }
    steps
}

/// What a plan says, and when its steps are taken.
pub(super) fn told(desk: &Desk, signed: &Signed, plan: &CampaignPlan) -> Value {
    context! {
        name => plan.name,
        document => plan.document,
        decided_by => plan.decided_by,
        basis => plan.basis,
        contact => Value::from_serialize(&plan.contact),
        agencies => Value::from_serialize(&plan.agencies),
        unit_mailboxes => plan.unit_mailboxes,
        opens => moment(plan.opens),
        closes => moment(plan.closes),
        lock => plan.lock,
        steps => Value::from_serialize(steps(desk, plan, signed.view.lang)),
    }
}

/// How far one has come.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(name): Path<String>,
) -> Result<Response, PageError> {
    let one = decide::campaign(&desk, &name).await?;
    let figures = figures(&desk, &signed.operator).await?.unwrap_or_default();
    let table = figures.campaigns.get(&name);
    let whole = table.map(|table| progress::sum(table.values())).unwrap_or_default();
    let mut rows: Vec<_> = table.into_iter().flatten().collect();
    rows.sort_by(|(a, one), (b, other)| other.percent().cmp(&one.percent()).then(a.cmp(b)));
    let league: Vec<_> = rows
        .iter()
        .map(|(agency, row)| context! { agency, accounts => row.accounts, changed => row.changed, open => row.accounts - row.changed, locked => row.locked, percent => row.percent() })
        .collect();
    let lang = signed.view.lang;
    let last = desk.today().min(one.plan.closes.date());
    let opens = one.plan.opens.date();
    // Each number opens the list of those it counts.
    let counted =
        |of: String| format!("/rotation/accounts?{of}&campaign={}&share=changed", query_value(&name));
    let days = opens.iter_days().take_while(|day| *day <= last);
    let by_day: Vec<_> = days.map(|day| counted(format!("by={day}"))).collect();
    let by_agency: Vec<_> =
        rows.iter().map(|(code, _)| counted(format!("agency={}", query_value(code.as_str())))).collect();
    let charts = if rows.is_empty() {
        Vec::new()
    } else {
        let named = rows.iter().map(|(agency, row)| (desk.agency_name(agency), *row));
        vec![
            shown(&progress::by_day(&whole, opens, last, lang), &by_day),
            shown(&progress::by_agency(named, lang), &by_agency),
        ]
    };
    let login = &signed.operator.login;
    let more = context! {
        plan => told(&desk, &signed, &one.plan),
        state => one.state,
        by => one.started_by,
        mine => one.started_by.contains(login),
        asked => one.state == CampaignState::Asked,
        stopped => one.state == CampaignState::Stopped,
        under_way => one.state == CampaignState::Running && desk.today() <= one.plan.closes.date(),
        may_start => require(&signed).is_ok(),
        league,
        charts,
        accounts => whole.accounts,
        changed => whole.changed,
        locked => whole.locked,
        percent => whole.percent(),
        day => figures.day.to_string(),
    };
    signed.view.page(&desk, "campaign.html", more)
}

/// Asks for a campaign, or agrees to it; what is said of that.
pub(super) async fn start(desk: &Desk, signed: &Signed, plan: &CampaignPlan) -> Result<Response, PageError> {
    let by = &signed.operator.login;
    let started = desk
        .store
        .write(desk.now(), async |mut tx| {
            let started = tx.start_campaign(plan, by).await?;
            tx.commit(started).await
        })
        .await?;
    desk.wake();
    let t = |vi, en| signed.view.t(vi, en);
    let said = match started {
        Start::Started => t(
            "Đã có hai người đồng ý: đợt đổi mật khẩu bắt đầu theo kế hoạch.",
            "Two operators agreed: it is on.",
        ),
        Start::NeedsSecond => {
            t("Đã đề nghị. Cần thêm một người nữa đồng ý.", "Asked for. A second operator must agree.")
        }
        Start::AlreadyByYou => {
            t("Bạn đã đồng ý rồi; cần một người khác.", "You have agreed before; another person must.")
        }
        Start::Taken => t(
            "Không bắt đầu được: đã có đợt khác mang tên này, hoặc đợt này đang thực hiện hay đã dừng.",
            "It cannot be started: one of this name stands, runs or was stopped.",
        ),
    };
    signed.view.go(desk, &format!("/rotation/campaigns/{}", plan.name), said)
}

/// The second operator agrees.
pub(in super::super) async fn approve(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(name): Path<String>,
) -> Result<Response, PageError> {
    require(&signed)?;
    if !signed.is_confirmed(&desk) {
        return signed.ask_password(&format!("/rotation/campaigns/{name}"));
    }
    let one = decide::campaign(&desk, &name).await?;
    start(&desk, &signed, &one.plan).await
}

#[derive(Deserialize)]
pub(in super::super) struct Reasoned {
    #[serde(default)]
    reason: String,
}

/// Stops it.
pub(in super::super) async fn stop(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    Path(name): Path<String>,
    Form(given): Form<Reasoned>,
) -> Result<Response, PageError> {
    require(&signed)?;
    let stopped = decide::stop(&desk, &signed.operator, &name, &given.reason).await?;
    let said = if stopped {
        signed.view.t("Đã dừng đợt đổi mật khẩu.", "The campaign is stopped.")
    } else {
        signed.view.t("Đợt này đã dừng từ trước.", "It was stopped before.")
    };
    signed.view.go(&desk, &format!("/rotation/campaigns/{name}"), said)
}
