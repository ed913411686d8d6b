//! `rosterd incident report` and `rosterd incident triage`: what people tell of odd accounts, and what an operator makes of
//! it. Taking a tip down and dismissing it change no account; an incident does, as one opened by itself.

use super::args::TriageAction;
use super::{Code, incident, print_json, who};
use crate::model::Lang;
use crate::model::tip::{Sign, Tip};
use crate::store::TakenDown;
use crate::words;
use crate::worker::engine::Engine;
use anyhow::{Result, anyhow, bail};
use serde_json::{Value, json};

/// Runs `rosterd incident triage`.
pub async fn run(engine: &Engine, action: Option<TriageAction>, as_json: bool) -> Result<Code> {
    match action {
        None | Some(TriageAction::List) => list(engine, as_json).await,
        Some(TriageAction::Dismiss { tip, reason }) => dismiss(engine, &tip, &reason).await,
        Some(TriageAction::Open { tip, reason }) => {
            let tip = waiting(engine, &tip).await?;
            incident::open(engine, tip.account.as_str(), &reason, as_json).await
        }
    }
}

/// Runs `rosterd incident report`.
pub async fn report(
    engine: &Engine,
    account: &str,
    sign: Sign,
    (told, from): (&str, &str),
    as_json: bool,
) -> Result<Code> {
    let by = who::voice(engine).await?.login;
    for (name, text) in [("--words", told), ("--from", from)] {
        if text.trim().is_empty() {
            bail!("{name} is empty: say what was noticed and who told it");
        }
    }
    let (label, taken) = engine.take_tip(account, sign, (told, from), &by).await?;
    if as_json {
        let (id, incident) = match &taken {
            TakenDown::Waits(id) => (Some(id), None),
            TakenDown::BelongsTo(incident) => (None, Some(incident)),
        };
        print_json(&json!({ "schema": 1, "tip": id, "incident": incident }))?;
        return Ok(0);
    }
    match (taken, engine.config().language) {
        (TakenDown::Waits(id), Lang::Vi) => {
            crate::cli::line!("{label}: đã ghi nhận, chờ xem xét: rosterd incident triage ({id})");
        }
        (TakenDown::Waits(id), Lang::En) => {
            crate::cli::line!("{label}: taken down, waits for an operator: rosterd incident triage ({id})");
        }
        (TakenDown::BelongsTo(incident), Lang::Vi) => {
            crate::cli::line!("{label}: đã ghi nhận vào sự cố đang mở {incident}");
        }
        (TakenDown::BelongsTo(incident), Lang::En) => {
            crate::cli::line!("{label}: taken down with the open incident {incident}");
        }
    }
    Ok(0)
}

async fn list(engine: &Engine, as_json: bool) -> Result<Code> {
    let scope = who::scope(engine).await?;
    let mut tips = engine.store.waiting_tips().await?;
    tips.retain(|one| scope.is_empty() || scope.contains(&one.agency));
    if as_json {
        let tips: Vec<_> = tips.iter().map(document).collect();
        print_json(&json!({ "schema": 1, "tips": tips }))?;
        return Ok(0);
    }
    let lang = engine.config().language;
    for Tip { id, label, agency, sign, words: told, told_by, taken, .. } in &tips {
        let taken = taken.with_timezone(&engine.config().time_zone).format("%d/%m/%Y %H:%M");
        let sign = words::sign(*sign, lang);
        crate::cli::line!("{id}  {taken}  {label} {agency}: {sign}: {told} ({told_by})");
    }
    Ok(0)
}

async fn dismiss(engine: &Engine, tip: &str, reason: &str) -> Result<Code> {
    let by = who::operator(engine).await?.login;
    if reason.trim().is_empty() {
        bail!("--reason is empty: say why nothing follows");
    }
    let tip = waiting(engine, tip).await?;
    let dismissed = engine
        .store
        .write(engine.now(), async |mut tx| {
            let dismissed = tx.dismiss_tip(&tip.id, &by, reason).await?;
            tx.commit(dismissed).await
        })
        .await?;
    if !dismissed {
        return Err(gone(&tip.id));
    }
    eprintln!("{}: dismissed", tip.label);
    Ok(0)
}

async fn waiting(engine: &Engine, id: &str) -> Result<Tip> {
    engine.store.waiting_tip(id).await?.ok_or_else(|| gone(id))
}

fn gone(id: &str) -> anyhow::Error {
    anyhow!("no tip {id} waits; those that do: rosterd incident triage")
}

fn document(tip: &Tip) -> Value {
    let Tip { id, target, account, label, agency, sign, words, told_by, taken_by, taken } = tip;
    json!({ "id": id, "target": target, "account": account, "label": label, "agency": agency, "sign": sign,
            "words": words, "told_by": told_by, "taken_by": taken_by, "taken": taken })
}
