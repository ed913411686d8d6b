//! `rosterd slip`: handover slips (phiếu bàn giao) of first passwords. A password is kept sealed from its intent until
//! its slip is printed: once, for what is printed twice is in two hands. Where the paper was lost, a reset makes a new
//! one.

use super::args::Slip as Action;
use super::review::find_change;
use super::{Code, absolute, print_json, who};
use crate::apply::seal::open;
use crate::files;
use crate::model::Lang;
use crate::model::account::Attr;
use crate::model::change::{ChangeKind, State, StoredChange};
use crate::model::ids::ChangeId;
use crate::model::notice::Step;
use crate::model::operator::Operator;
use crate::model::secret::Secret;
use crate::notify::paper::{HandoverPaper, Papers, SlipPaper};
use crate::store::{Slip, SlipEnding, SlipStep};
use crate::worker::engine::Engine;
use anyhow::{Context, Result, anyhow, bail};
use serde_json::json;
use std::path::Path;

/// The action with its file seen from where the command was given.
pub fn absolute_out(action: Action) -> Result<Action> {
    Ok(match action {
        Action::Print { change, out } => Action::Print { change, out: out.map(absolute).transpose()? },
        Action::Minutes { change, out } => Action::Minutes { change, out: absolute(out)? },
        other @ (Action::List | Action::Confirm { .. }) => other,
    })
}

/// Runs `rosterd slip`.
pub async fn run(engine: &Engine, action: Action, as_json: bool) -> Result<Code> {
    match action {
        Action::List => list(engine, as_json).await,
        Action::Print { change, out } => print(engine, &change, out.as_deref()).await,
        Action::Minutes { change, out } => minutes(engine, &change, &out).await,
        Action::Confirm { change } => confirm(engine, &change).await,
    }
}

async fn list(engine: &Engine, as_json: bool) -> Result<Code> {
    let scope = who::scope(engine).await?;
    let (config, today) = (engine.config(), engine.local(engine.now()));
    let mut lines = Vec::new();
    for slip in engine.store.open_slips().await? {
        if let Some(standing) = engine.store.change(&slip.change).await?
            && (scope.is_empty() || scope.contains(&standing.stored.change.agency))
        {
            let by = config.deadlines.slips.day(Step::Overdue, engine.local(slip.made), &config.holidays);
            lines.push((standing.stored, slip, by));
        }
    }
    if as_json {
        let list: Vec<_> = lines
            .iter()
            .map(|(one, Slip { made, printed, .. }, by)| {
                let (printed_by, printed) = printed.clone().unzip();
                json!({ "change": one.id, "agency": one.change.agency, "label": one.change.label, "since": made,
                    "printed": printed, "printed_by": printed_by, "collect_by": by, "overdue": *by < today })
            })
            .collect();
        print_json(&json!({ "schema": 1, "slips": list }))?;
        return Ok(0);
    }
    for (one, slip, by) in lines {
        let state = match &slip.printed {
            Some((login, at)) => {
                format!("printed {} by {login}, to be signed", engine.local(*at).format("%d/%m/%Y"))
            }
            None => "to be printed".to_owned(),
        };
        let overdue = if by < today { ", OVERDUE" } else { "" };
        crate::cli::line!(
            "{} {:<14} {} ({}, {state}, collect by {}{overdue})",
            one.id,
            one.change.agency,
            one.change.label,
            engine.local(slip.made).format("%d/%m/%Y"),
            by.format("%d/%m/%Y")
        );
    }
    Ok(0)
}

async fn find(engine: &Engine, id: &str) -> Result<StoredChange> {
    if let Some(standing) = engine.store.change(&ChangeId::new(id)).await? {
        return Ok(standing.stored);
    }
    // What was carried out is no longer in the review: the end of an id is enough here too.
    let open = engine.store.open_slips().await?;
    let mut fitting = open.iter().filter(|slip| id.len() >= 4 && slip.change.as_str().ends_with(id));
    if let (Some(slip), None) = (fitting.next(), fitting.next())
        && let Some(standing) = engine.store.change(&slip.change).await?
    {
        return Ok(standing.stored);
    }
    find_change(engine, id).await?.ok_or_else(|| anyhow!("there is no change {id:?}"))
}

async fn print(engine: &Engine, id: &str, out: Option<&Path>) -> Result<Code> {
    let operator = who::operator(engine).await?;
    let stored = find(engine, id).await?;
    if !operator.may_see(&stored.change.agency) {
        bail!("agency {} is not in your scope", stored.change.agency);
    }
    if let Some(file) = out.filter(|file| file.exists()) {
        bail!("{} is there already: remove it, or name another file", file.display());
    }
    let Some(slip) = engine.store.slip(&stored.id).await? else {
        bail!("{}", why_not(engine, &stored.id, &SlipStep::NoSlip));
    };
    let Some(sealed) = engine.store.sealed_password(&stored.id).await? else {
        bail!("{}", why_not(engine, &stored.id, &standing(&slip)));
    };
    let password = open(&engine.keys.seal(), stored.id.as_str(), &sealed)?;
    let papers = Papers::load(engine.config().mappings.as_deref())?;
    let text = fill_in(engine, &papers, &operator, &stored, &slip, &password, out.is_some())?;
    // The paper lies there before the password is forgotten here: a full disk must not cost it.
    if let Some(file) = out {
        files::write(file, text.as_bytes(), 0o600).with_context(|| file.display().to_string())?;
    }
    let step = engine
        .store
        .write(engine.now(), async |mut tx| {
            let step = tx.print_slip(&stored.id, &operator.login).await?;
            tx.commit(step).await
        })
        .await;
    if let Some(file) = out.filter(|_| !matches!(step, Ok(SlipStep::Done))) {
        std::fs::remove_file(file).with_context(|| file.display().to_string())?;
    }
    let step = step?;
    if step != SlipStep::Done {
        bail!("{}", why_not(engine, &stored.id, &step));
    }
    match out {
        Some(file) => eprintln!(
            "{}: print it, hand it over, and remove the file; then: rosterd slip confirm {}",
            file.display(),
            stored.id
        ),
        None => crate::cli::text!("{text}"),
    }
    Ok(0)
}

/// The minutes of a handover, as often as they are needed: they hold no secret.
async fn minutes(engine: &Engine, id: &str, out: &Path) -> Result<Code> {
    let scope = who::scope(engine).await?;
    let stored = find(engine, id).await?;
    let change = &stored.change;
    if !scope.is_empty() && !scope.contains(&change.agency) {
        bail!("agency {} is not in your scope", change.agency);
    }
    if out.exists() {
        bail!("{} is there already: remove it, or name another file", out.display());
    }
    let page = minutes_page(engine, &stored).await?;
    files::write(out, page.as_bytes(), 0o600).with_context(|| out.display().to_string())?;
    eprintln!("{}: print it for both sides to sign", out.display());
    Ok(0)
}

/// The minutes of the handover that `stored` carried out, as a page.
pub async fn minutes_page(engine: &Engine, stored: &StoredChange) -> Result<String> {
    let change = &stored.change;
    let (ChangeKind::SetCustodian, State::Applied, Some(receiver)) =
        (change.kind, stored.state, change.after(Attr::Custodian))
    else {
        bail!("change {} handed no unit mailbox over, or was not carried out", stored.id);
    };
    let directory = engine.look_at_directory().await?;
    let named = |address: &str| {
        let holder = directory
            .accounts
            .values()
            .find(|one| one.get(Attr::Mail).is_some_and(|mail| mail.eq_ignore_ascii_case(address)));
        match holder.and_then(|one| one.get(Attr::FullName)) {
            Some(name) => format!("{name} ({address})"),
            None => address.to_owned(),
        }
    };
    let operators = engine.store.operators().await?;
    let approved_by: Vec<String> = stored
        .approvals
        .iter()
        .map(|login| {
            let enrolled = operators.iter().find(|one| one.operator.login.as_str() == login);
            enrolled.map_or_else(|| login.clone(), |one| one.operator.name.clone())
        })
        .collect();
    let since = engine.store.change(&stored.id).await?.map_or(engine.now(), |one| one.since);
    let (_, mailbox) = change.label.split_once(" <").unwrap_or(("", &change.label));
    let giver = change.before(Attr::Custodian).map(named);
    let agency =
        engine.site.agencies.get(&change.agency).map_or(change.agency.as_str(), |one| one.name.as_str());
    Ok(Papers::load(engine.config().mappings.as_deref())?.handover_page(&HandoverPaper {
        number: super::review::short(&stored.id),
        date: engine.local(engine.now()),
        changed: engine.local(since),
        issuer: &engine.config().sender.agency,
        agency,
        account: mailbox.trim_end_matches('>'),
        giver: giver.as_deref(),
        receiver: &named(receiver),
        document: change.document_number(),
        approved_by: &approved_by,
        sessions: &super::handover::sessions(engine, stored, Lang::Vi).await?,
    })?)
}

/// The paper, as a page or as plain text.
fn fill_in(
    engine: &Engine,
    papers: &Papers,
    operator: &Operator,
    stored: &StoredChange,
    slip: &Slip,
    password: &Secret,
    as_page: bool,
) -> Result<String> {
    let change = &stored.change;
    let agency =
        engine.site.agencies.get(&change.agency).map_or(change.agency.as_str(), |one| one.name.as_str());
    let days = (engine.local(slip.made), engine.local(engine.now()));
    let paper = SlipPaper::of(stored, &engine.config().sender, (agency, &operator.name), days, password);
    Ok(if as_page { papers.slip_page(&paper)? } else { papers.slip_text(&paper)? })
}

/// How far a slip has come whose password is gone.
fn standing(slip: &Slip) -> SlipStep {
    match (&slip.ended, &slip.printed) {
        (Some((ending, at)), _) => SlipStep::Ended(*ending, *at),
        (None, Some((by, at))) => SlipStep::PrintedBefore { by: by.clone(), at: *at },
        (None, None) => SlipStep::NoSlip,
    }
}

fn why_not(engine: &Engine, id: &ChangeId, step: &SlipStep) -> String {
    const RESET: &str = "where the paper was lost, ask for a new password (a request roster, “Đặt lại mật khẩu”) and print \
                         the slip of that";
    let day = |at: &crate::model::Time| engine.local(*at).format("%d/%m/%Y");
    match step {
        SlipStep::Done => format!("change {id}: done"),
        SlipStep::PrintedBefore { by, at } => {
            format!(
                "change {id}: its slip was printed on {} by {by}; a slip is printed once: {RESET}",
                day(at)
            )
        }
        SlipStep::NotPrinted => {
            format!(
                "change {id}: its slip was not printed yet, so nobody can have signed it: rosterd slip print {id}"
            )
        }
        SlipStep::Ended(SlipEnding::Confirmed, at) => {
            format!("change {id}: its slip was signed and confirmed on {}; {RESET}", day(at))
        }
        SlipStep::Ended(SlipEnding::Expired, at) => {
            format!(
                "change {id}: nobody collected its slip, and its password was wiped on {}: {RESET}",
                day(at)
            )
        }
        SlipStep::Ended(SlipEnding::Replaced, at) => {
            format!("change {id}: a newer password was set, this one opens nothing since {}", day(at))
        }
        SlipStep::NoSlip => format!("change {id} has no slip: it set no password, or was not carried out"),
    }
}

async fn confirm(engine: &Engine, id: &str) -> Result<Code> {
    let operator = who::operator(engine).await?;
    let stored = find(engine, id).await?;
    let step = engine
        .store
        .write(engine.now(), async |mut tx| {
            let step = tx.confirm_slip(&stored.id, &operator.login).await?;
            tx.commit(step).await
        })
        .await?;
    if step != SlipStep::Done {
        bail!("{}", why_not(engine, &stored.id, &step));
    }
    eprintln!("{} confirmed: handed over and signed", stored.id);
    Ok(0)
}
