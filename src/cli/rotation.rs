//! `rosterd rotation`: who stands where to the rules on passwords, reminders, printed lists and campaigns.

use super::args::{CampaignAction, Rotation};
use super::{Code, print_json, who};
use crate::config::profile::Profile;
use crate::model::Lang;
use crate::model::ids::AgencyCode;
use crate::model::rotation::{Campaign, CampaignPlan};
use crate::rotation::campaign::check;
use crate::rotation::printed::Why;
use crate::rotation::room::MailBraked;
use crate::rotation::status::{Ahead, Counts};
use crate::store::{Handed, Start};
use crate::worker::engine::{Engine, Gripped};
use crate::worker::pass::Ending;
use crate::worker::rotating::Rotated;
use anyhow::{Result, anyhow, bail};
use serde_json::json;
use std::path::Path;

/// Makes a file's path absolute before the process enters the configuration's folder.
pub fn settle(action: Option<Rotation>) -> Result<Rotation> {
    let mut action = action.unwrap_or(Rotation::Status { agency: None });
    if let Rotation::Campaign { action: Some(CampaignAction::Start { plan }) } = &mut action
        && Path::new(plan.as_str()).extension().is_some_and(|ending| ending == "toml")
    {
        *plan = std::path::absolute(&*plan)?.to_string_lossy().into_owned();
    }
    Ok(action)
}

/// Runs `rosterd rotation`.
pub async fn run(engine: &Engine, action: Rotation, as_json: bool) -> Result<Code> {
    match action {
        Rotation::Status { agency } => status(engine, agency.as_deref(), as_json).await,
        Rotation::Remind => remind(engine, as_json).await,
        Rotation::ReleaseMail { reason } => release_mail(engine, &reason).await,
        Rotation::List { agency } => list(engine, agency.as_deref(), as_json).await,
        Rotation::Handed { agency } => handed(engine, &agency).await,
        Rotation::Campaign { action } => match action.unwrap_or(CampaignAction::List) {
            CampaignAction::Start { plan } => start(engine, &plan).await,
            CampaignAction::Show { name } => show(engine, &name, as_json).await,
            CampaignAction::Stop { name, reason } => stop(engine, &name, &reason).await,
            CampaignAction::List => campaigns(engine, as_json).await,
        },
    }
}

/// What the rules come to now; stores nothing.
async fn rotated(engine: &Engine) -> Result<Rotated> {
    let directory = engine.look_at_directory().await?;
    let (systems, unread) = engine.look_at_every_system(&mut engine.reader()).await;
    for error in &unread {
        eprintln!("error: {error}");
    }
    let planned = engine.plan(&directory, &systems, Vec::new()).await?;
    planned.rotated.ok_or_else(|| {
        anyhow!("there is no [rotation] in the configuration: no password is aged and nobody reminded")
    })
}

/// An agency of the command line.
fn code(engine: &Engine, agency: Option<&str>) -> Result<Option<AgencyCode>> {
    let Some(text) = agency else { return Ok(None) };
    let code = AgencyCode::parse(text)?;
    if !engine.site.agencies.contains_key(&code) {
        bail!("no agency has the code {code}");
    }
    Ok(Some(code))
}

async fn status(engine: &Engine, agency: Option<&str>, as_json: bool) -> Result<Code> {
    let agency = code(engine, agency)?;
    let mut status = rotated(engine).await?.figures.status();
    if let Some(agency) = &agency {
        status.agencies.retain(|one, _| one == agency);
    }
    if as_json {
        print_json(&json!({
            "schema": 1, "total": status.total, "systems": status.systems, "agencies": status.agencies,
            "next_7_days": status.next_7_days, "next_30_days": status.next_30_days,
        }))?;
        return Ok(0);
    }
    let lang = engine.config().language;
    for (name, counts) in &status.systems {
        crate::cli::line!("{name}");
        states(counts, lang);
    }
    for (name, counts) in &status.agencies {
        let title = engine.site.agencies.get(name).map_or("", |one| one.name.as_str());
        crate::cli::line!("{name} {title}");
        states(counts, lang);
    }
    for (days, ahead) in [(7, status.next_7_days), (30, status.next_30_days)] {
        let Ahead { reminders, contacts, department, forced, locks } = ahead;
        match lang {
            Lang::Vi => crate::cli::line!(
                "{days} ngày tới: {reminders} thư nhắc, {contacts} lượt báo đơn vị, {department} lượt báo Sở, {forced} lượt buộc đổi, {locks} tài khoản bị khóa"
            ),
            Lang::En => crate::cli::line!(
                "next {days} days: {reminders} reminders, {contacts} told to units, {department} to the department, {forced} forced changes, {locks} locks"
            ),
        }
    }
    Ok(0)
}

fn states(counts: &Counts, lang: Lang) {
    for (standing, count) in &counts.states {
        crate::cli::line!("  {count:>7}  {}", crate::words::standing(*standing, lang));
    }
    let more = [
        (
            counts.protected_overdue,
            "tài khoản được bảo vệ, quá hạn (không khóa)",
            "protected and overdue (never locked)",
        ),
        (counts.idle, "lâu không sử dụng", "not used for long"),
        (counts.never_used, "trong đó chưa sử dụng lần nào", "of these never used"),
        (counts.nearly_full, "hộp thư gần đầy", "mailboxes nearly full"),
        (counts.default_passwords, "đang dùng mật khẩu mặc định", "with a default password"),
    ];
    for (count, vi, en) in more.into_iter().filter(|(count, _, _)| *count > 0) {
        crate::cli::line!("  {count:>7}  {}", if lang == Lang::Vi { vi } else { en });
    }
}

async fn remind(engine: &Engine, as_json: bool) -> Result<Code> {
    let grip = match engine.grip().await? {
        Gripped::Yes(grip) => grip,
        Gripped::Here => {
            std::fs::write(engine.wake_file(), b"")?;
            eprintln!("the running worker was asked to");
            return Ok(0);
        }
        Gripped::Elsewhere => bail!(crate::worker::service::ELSEWHERE),
    };
    engine.listen()?;
    let rotated = rotated(engine).await?;
    let reminded = engine.remind(&grip.token, &rotated).await?;
    let mailed = engine.mail(&grip.token, &engine.transport()?).await?;
    engine.let_go(grip).await?;
    if as_json {
        print_json(&json!({ "schema": 1, "reminded": reminded, "mailed": mailed }))?;
    } else {
        crate::cli::line!(
            "{} queued, {} sent, {} waiting, {} failed",
            reminded.queued,
            mailed.sent,
            mailed.waiting,
            mailed.failed
        );
    }
    for error in &mailed.errors {
        eprintln!("error: {error}");
    }
    if let Some(MailBraked { due, limit, of_accounts: _ }) = reminded.braked {
        eprintln!(
            "{due} reminders are due at once, more than {limit}: none leaves before two operators run rosterd rotation \
             release-mail; rosterd rotation status shows whom they are for"
        );
        return Ok(Ending::Held.code());
    }
    Ok(u8::from(mailed.waiting + mailed.failed > 0))
}

async fn release_mail(engine: &Engine, reason: &str) -> Result<Code> {
    let operator = who::operator(engine).await?;
    if reason.trim().is_empty() {
        bail!("--reason is empty");
    }
    let today = engine.local(engine.now());
    let said = engine
        .store
        .write(engine.now(), async |mut tx| {
            let said = tx.release_mail(today, &operator.login, reason).await?;
            tx.commit(said).await
        })
        .await?;
    if said > 1 {
        eprintln!("the reminders of today leave with the next pass");
    } else {
        eprintln!("a second operator must let them go too, today");
    }
    Ok(0)
}

async fn list(engine: &Engine, agency: Option<&str>, as_json: bool) -> Result<Code> {
    let agency = code(engine, agency)?;
    let mut listed = rotated(engine).await?.figures.listed;
    listed.retain(|one| agency.as_ref().is_none_or(|agency| one.agency == *agency));
    if as_json {
        print_json(&json!({ "schema": 1, "accounts": listed }))?;
        return Ok(0);
    }
    let mut last = None;
    for one in &listed {
        if last != Some(&one.agency) {
            last = Some(&one.agency);
            let name = engine.site.agencies.get(&one.agency).map_or("", |agency| agency.name.as_str());
            crate::cli::line!("{} {name}", one.agency);
        }
        let deadline = one.deadline.map(|day| day.format("%d/%m/%Y").to_string()).unwrap_or_default();
        let handed =
            one.handed.map(|day| format!(", đã bàn giao {}", day.format("%d/%m/%Y"))).unwrap_or_default();
        let why = match one.why {
            Why::Unreached => "không nhận được thư nhắc",
            Why::Locked => "hộp thư đã bị khóa",
        };
        crate::cli::line!("  {}, {}: {why}, hạn {deadline}{handed}", one.name, one.address);
    }
    Ok(0)
}

async fn handed(engine: &Engine, agency: &str) -> Result<Code> {
    let operator = who::operator(engine).await?;
    let Some(code) = code(engine, Some(agency))? else { return Ok(1) };
    let listed = rotated(engine).await?.figures.listed.into_iter();
    let on = engine.local(engine.now());
    let accounts: Vec<Handed> = listed
        .filter(|one| one.agency == code && one.handed.is_none())
        .map(|one| Handed { account: one.account, cycle: one.cycle, agency: one.agency, on })
        .collect();
    if accounts.is_empty() {
        bail!("{code} has nobody on its list that was not handed over already");
    }
    let noted = engine
        .store
        .write(engine.now(), async |mut tx| {
            let noted = tx.hand_over_list(&accounts, &operator.login).await?;
            tx.commit(noted).await
        })
        .await?;
    eprintln!("{code}: the list with {noted} accounts was handed over");
    Ok(0)
}

fn plan(engine: &Engine, name: &str) -> Result<CampaignPlan> {
    let plan =
        Profile::load(name)?.campaign.ok_or_else(|| anyhow!("{name}: there is no [campaign] in it"))?;
    check(&plan, &engine.site.agencies).map_err(|why| anyhow!("{name}: campaign.{why}"))?;
    Ok(plan)
}

async fn start(engine: &Engine, name: &str) -> Result<Code> {
    let operator = who::operator(engine).await?;
    if engine.site.rotation.is_none() {
        bail!(
            "there is no [rotation] in the configuration: a campaign needs its calendar and its recipients"
        );
    }
    let plan = plan(engine, name)?;
    let started = engine
        .store
        .write(engine.now(), async |mut tx| {
            let started = tx.start_campaign(&plan, &operator.login).await?;
            tx.commit(started).await
        })
        .await?;
    match started {
        Start::Started => {
            eprintln!("{} is on: it opens at {}", plan.name, plan.opens.format("%H:%M %d/%m/%Y"));
        }
        Start::NeedsSecond => {
            eprintln!("{}: a second operator must start it too, with the same plan", plan.name);
        }
        Start::AlreadyByYou => bail!("{}: you asked for it already; a second operator must", plan.name),
        Start::Taken => {
            bail!("{}: one of this name runs, was stopped, or was asked for in other words", plan.name)
        }
    }
    Ok(0)
}

async fn stop(engine: &Engine, name: &str, reason: &str) -> Result<Code> {
    let operator = who::operator(engine).await?;
    if reason.trim().is_empty() {
        bail!("--reason is empty");
    }
    let stopped = engine
        .store
        .write(engine.now(), async |mut tx| {
            let stopped = tx.stop_campaign(name, &operator.login, reason).await?;
            tx.commit(stopped).await
        })
        .await?;
    if !stopped {
        bail!("no campaign named {name:?} is asked for or runs");
    }
    eprintln!("{name} is stopped");
    Ok(0)
}

async fn campaigns(engine: &Engine, as_json: bool) -> Result<Code> {
    let all = engine.store.campaigns().await?;
    if as_json {
        print_json(&json!({ "schema": 1, "campaigns": all }))?;
        return Ok(0);
    }
    for Campaign { plan, state, started_by, since: _ } in &all {
        let by: Vec<&str> = started_by.iter().map(crate::model::ids::Login::as_str).collect();
        crate::cli::line!(
            "{:<24} {state:<8} {} – {}  ({})",
            plan.name,
            plan.opens.format("%H:%M %d/%m/%Y"),
            plan.closes.format("%H:%M %d/%m/%Y"),
            by.join(", ")
        );
    }
    Ok(0)
}

async fn show(engine: &Engine, name: &str, as_json: bool) -> Result<Code> {
    let all = engine.store.campaigns().await?;
    let campaign = all.into_iter().find(|one| one.plan.name == name);
    let campaign = campaign.ok_or_else(|| anyhow!("there is no campaign named {name:?}"))?;
    let directory = engine.look_at_directory().await?;
    let table = engine.campaign_progress(&directory, &campaign).await?;
    if as_json {
        let rows: Vec<_> = table
            .iter()
            .map(|(agency, row)| json!({ "agency": agency, "accounts": row.accounts, "changed": row.changed, "locked": row.locked, "percent": row.percent() }))
            .collect();
        print_json(&json!({ "schema": 1, "campaign": campaign, "agencies": rows }))?;
        return Ok(0);
    }
    crate::cli::line!("{} ({}), {}", campaign.plan.name, campaign.plan.document, campaign.state);
    for (place, (agency, row)) in table.iter().enumerate() {
        let title = engine.site.agencies.get(agency).map_or("", |one| one.name.as_str());
        crate::cli::line!(
            "{:>4}. {:>3} %  {:>5}/{:<5} {:>4} khóa  {agency} {title}",
            place + 1,
            row.percent(),
            row.changed,
            row.accounts,
            row.locked
        );
    }
    Ok(0)
}

/// Runs `rosterd notice preview`.
pub async fn preview(engine: &Engine, step: &str, account: &str, as_json: bool) -> Result<Code> {
    let directory = engine.look_at_directory().await?;
    let notice = engine.preview_reminder(&directory, account, step).await?;
    if as_json {
        print_json(&json!({
            "schema": 1, "to": notice.to, "to_name": notice.to_name, "subject": notice.subject,
            "text": notice.text, "html": notice.html,
        }))?;
    } else {
        crate::cli::line!("{} <{}>\n{}\n\n{}", notice.to_name, notice.to, notice.subject, notice.text);
    }
    Ok(0)
}
