//! `rosterd undo`: what was carried out is reversed; an undo is a change like any other, already approved by who asks
//! for it.

use super::args::UndoArgs;
use super::review::find_change;
use super::{Code, print_json, who};
use crate::model::Time;
use crate::model::change::{ChangeKind, State, StoredChange};
use crate::model::ids::ChangeId;
use crate::store::Filter;
use crate::worker::engine::Engine;
use crate::worker::undoing::UndoError;
use anyhow::{Result, anyhow, bail};
use chrono::{NaiveDate, TimeZone};
use serde_json::json;

/// Runs `rosterd undo`.
pub async fn run(engine: &Engine, args: &UndoArgs, as_json: bool) -> Result<Code> {
    let operator = who::operator(engine).await?;
    let chosen = chosen(engine, args).await?;
    if chosen.is_empty() {
        bail!("nothing was carried out that fits");
    }
    let mut undone: Vec<StoredChange> = Vec::new();
    let mut failed = false;
    // The last first, so that what was done step by step is undone step by step.
    for stored in chosen.iter().rev() {
        match engine.undo(stored, &operator.login, "rosterd undo").await {
            Ok(change) => undone.push(change),
            Err(error @ (UndoError::Not(_) | UndoError::UnderWay(_))) => {
                failed = true;
                eprintln!("error: {error}");
            }
            Err(error) => return Err(error.into()),
        }
    }
    if as_json {
        let ids: Vec<_> = undone.iter().map(|one| &one.id).collect();
        print_json(&json!({ "schema": 1, "changes": ids }))?;
    } else {
        for stored in &undone {
            crate::cli::line!("{} {} {}", stored.id, stored.change.kind, stored.change.label);
        }
        eprintln!("{} changes approved; `rosterd apply` carries them out", undone.len());
    }
    Ok(u8::from(failed))
}

/// The applied changes that the arguments name, in the order in which they were carried out.
async fn chosen(engine: &Engine, args: &UndoArgs) -> Result<Vec<StoredChange>> {
    if let Some(id) = &args.change {
        let direct = engine.store.change(&ChangeId::new(id.as_str())).await?.map(|one| one.stored);
        let found = match direct {
            Some(stored) => Some(stored),
            None => find_change(engine, id).await?,
        };
        return Ok(vec![found.ok_or_else(|| anyhow!("there is no change {id:?}"))?]);
    }
    let since = args.since.as_deref().map(|text| parse_time(engine, text)).transpose()?;
    let filter = Filter { state: Some(State::Applied), ..Filter::default() };
    let mut chosen = engine.store.every_change(&filter).await?;
    // Who was signed out signs in again: there is nothing to give back.
    chosen.retain(|one| one.stored.change.kind != ChangeKind::EndSessions);
    chosen.retain(|one| match (&args.batch, since) {
        (Some(batch), _) => one.pass == *batch,
        (None, Some(since)) => one.since >= since,
        (None, None) => false,
    });
    chosen.sort_by(|a, b| (a.since, &a.stored.id).cmp(&(b.since, &b.stored.id)));
    Ok(chosen.into_iter().map(|one| one.stored).collect())
}

/// An RFC 3339 time, or a local date, from whose midnight on.
fn parse_time(engine: &Engine, text: &str) -> Result<Time> {
    if let Ok(time) = chrono::DateTime::parse_from_rfc3339(text) {
        return Ok(time.to_utc());
    }
    let date: NaiveDate = text
        .parse()
        .map_err(|_| anyhow!("--since {text:?}: expected 2026-11-22 or 2026-11-22T07:00:00+07:00"))?;
    let midnight = date.and_time(chrono::NaiveTime::MIN);
    let local = engine.config().time_zone.from_local_datetime(&midnight).earliest();
    local.map(|time| time.to_utc()).ok_or_else(|| anyhow!("--since {text}: there is no such midnight"))
}
