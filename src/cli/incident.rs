//! `rosterd incident`: an account in somebody else's hands. Opening locks it at once, by the worker that runs or under its
//! lease; a protected account is locked by hand, by the commands shown.

use super::args::IncidentAction;
use super::{Code, print_json, triage, who};
use crate::model::ids::Login;
use crate::model::incident::Incident;
use crate::store::Standing;
use crate::worker::engine::{Engine, Gripped};
use anyhow::{Result, bail};
use serde_json::{Value, json};

/// Runs `rosterd incident`. Exit code 1 while an account is not locked everywhere.
pub async fn run(engine: &Engine, action: IncidentAction, as_json: bool) -> Result<Code> {
    match action {
        IncidentAction::Open { account, reason } => open(engine, &account, &reason, as_json).await,
        IncidentAction::Close { account, reason } => close(engine, &account, &reason).await,
        IncidentAction::List => list(engine, as_json).await,
        IncidentAction::Report { account, what, words, from } => {
            triage::report(engine, &account, what, (&words, &from), as_json).await
        }
        IncidentAction::Triage { action } => triage::run(engine, action, as_json).await,
    }
}

pub(super) async fn open(engine: &Engine, account: &str, reason: &str, as_json: bool) -> Result<Code> {
    let by = decides(engine, reason).await?;
    let incident = engine.open_incident(account, &by, reason).await?;
    engine.shut_out(&incident).await?;
    send_notices(engine).await;
    let red = shown(engine, std::slice::from_ref(&incident), as_json).await?;
    Ok(u8::from(red))
}

async fn close(engine: &Engine, account: &str, reason: &str) -> Result<Code> {
    let by = decides(engine, reason).await?;
    let (incident, waiting) = engine.close_incident(account, &by, reason).await?;
    if waiting > 0 {
        eprintln!("{}: closed; {waiting} changes wait for approval: rosterd review list", incident.label);
    } else {
        eprintln!("{}: closed; rosterd locked nothing that it could open again", incident.label);
    }
    send_notices(engine).await;
    Ok(0)
}

async fn list(engine: &Engine, as_json: bool) -> Result<Code> {
    let scope = who::scope(engine).await?;
    let mut open = engine.store.open_incidents().await?;
    open.retain(|one| scope.is_empty() || scope.contains(&one.agency));
    shown(engine, &open, as_json).await?;
    Ok(0)
}

async fn decides(engine: &Engine, reason: &str) -> Result<Login> {
    if reason.trim().is_empty() {
        bail!("--reason is empty: say what was noticed, and by whom");
    }
    Ok(who::operator(engine).await?.login)
}

/// The notices leave now, unless a worker runs that sends them: its next pass does. What cannot be sent now stays queued.
async fn send_notices(engine: &Engine) {
    let Ok(Gripped::Yes(grip)) = engine.grip().await else { return };
    match engine.transport() {
        Ok(transport) => {
            if let Err(error) = engine.mail(&grip.token, &transport).await {
                eprintln!("warning: the notices wait: {error}");
            }
        }
        Err(error) => eprintln!("warning: the notices wait: {error}"),
    }
    if let Err(error) = engine.let_go(grip).await {
        eprintln!("warning: {error}");
    }
}

/// Prints incidents with what became of each lock; whether one is red.
async fn shown(engine: &Engine, incidents: &[Incident], as_json: bool) -> Result<bool> {
    engine.watch_incidents().await?;
    let fresh = engine.store.open_incidents().await?;
    let mut any_red = false;
    let mut documents = Vec::new();
    for incident in incidents {
        let incident = fresh.iter().find(|one| one.id == incident.id).unwrap_or(incident);
        let made = engine.store.changes_of_incident(&incident.id).await?;
        let red = incident.is_red(made.iter().map(|one| one.stored.state));
        any_red |= red;
        let commands = if incident.by_hand && incident.seen_locked.is_none() {
            engine.commands(incident).await?
        } else {
            String::new()
        };
        if as_json {
            documents.push(document(incident, &made, red, &commands));
            continue;
        }
        let state = if red { "RED: NOT LOCKED EVERYWHERE" } else { "locked" };
        let since = incident.opened.with_timezone(&engine.config().time_zone).format("%d/%m/%Y %H:%M");
        crate::cli::line!("{} {} {since} {state}: {}", incident.label, incident.agency, incident.reason);
        for Standing { stored, .. } in &made {
            let why = stored.outcome.as_deref().unwrap_or("");
            crate::cli::line!("  {} {} {} {why}", stored.change.target, stored.change.kind, stored.state);
        }
        if !commands.is_empty() {
            crate::cli::line!("  a protected account: rosterd never writes it. Lock it by hand:\n{commands}");
        }
    }
    if as_json {
        print_json(&json!({ "schema": 1, "incidents": documents }))?;
    }
    Ok(any_red)
}

fn document(incident: &Incident, made: &[Standing], red: bool, commands: &str) -> Value {
    let locks: Vec<_> = made
        .iter()
        .map(|Standing { stored, .. }| {
            json!({ "change": stored.id, "system": stored.change.target, "kind": stored.change.kind,
                    "state": stored.state, "outcome": stored.outcome })
        })
        .collect();
    let Incident { id, account, label, agency, opened, reason, by_hand, seen_locked, .. } = incident;
    json!({ "id": id, "account": account, "label": label, "agency": agency, "opened": opened, "reason": reason,
            "by_hand": by_hand, "seen_locked": seen_locked, "red": red, "locks": locks,
            "commands": (!commands.is_empty()).then_some(commands) })
}
