//! Decisions: approve, reject, answer, release, discard. The store enforces who may.

use super::super::{Code, who, words};
use super::changes;
use crate::model::brake::Brake;
use crate::model::change::{State, StoredChange};
use crate::model::custodian::may_keep;
use crate::model::ids::{ChangeId, Login, QuestionKey};
use crate::model::question::{Question, QuestionKind};
use crate::store::{Approval, Discard, Filter, Release};
use crate::worker::engine::Engine;
use anyhow::{Result, anyhow, bail};
use std::collections::BTreeSet;

/// Short ids must be at least this long.
const SHORTEST: usize = 4;

/// The change that `id` names: its id, or the beginning or end of its id or key, if only one fits.
pub async fn find_change(engine: &Engine, id: &str) -> Result<Option<StoredChange>> {
    if let Some(standing) = engine.store.change(&ChangeId::new(id)).await? {
        return Ok(Some(standing.stored));
    }
    if id.len() < SHORTEST {
        return Ok(None);
    }
    let live = engine.store.open_changes(engine.now()).await?.live;
    let mut fitting = live.into_iter().map(|one| one.stored).filter(|one| {
        one.id.as_str().starts_with(id) || one.id.as_str().ends_with(id) || one.key.as_str().starts_with(id)
    });
    match (fitting.next(), fitting.next()) {
        (one, None) => Ok(one),
        _ => bail!("{id:?} fits several changes: give more of its id"),
    }
}

/// The open question that `id` names.
pub async fn find_question(engine: &Engine, id: &str) -> Result<Option<(QuestionKey, Question)>> {
    let open = engine.store.questions().await?;
    let mut fitting = open.into_iter().filter(|one| id.len() >= SHORTEST && one.key.as_str().starts_with(id));
    match (fitting.next(), fitting.next()) {
        (one, None) => Ok(one.map(|one| (one.key, one.question))),
        _ => bail!("{id:?} fits several questions: give more of its key"),
    }
}

/// The open brake that `id` names.
pub async fn find_brake(engine: &Engine, id: &str) -> Result<Option<(Brake, Vec<Login>)>> {
    let open = engine.store.open_brakes().await?;
    let mut fitting =
        open.into_iter().filter(|(brake, _)| id.len() >= SHORTEST && brake.key.as_str().starts_with(id));
    match (fitting.next(), fitting.next()) {
        (one, None) => Ok(one),
        _ => bail!("{id:?} fits several brakes: give more of its key"),
    }
}

/// Approves the named changes, or all that one approval is enough for within `filter`.
pub async fn approve(
    engine: &Engine,
    ids: &[String],
    filter: Option<&Filter>,
    count: Option<usize>,
) -> Result<Code> {
    let operator = who::operator(engine).await?;
    let chosen = match filter {
        Some(filter) => {
            let filter = Filter { state: Some(State::Proposed), ..filter.clone() };
            let mut chosen: Vec<_> =
                changes(engine, &filter, u32::MAX).await?.into_iter().map(|one| one.stored).collect();
            chosen.retain(|one| one.change.gate.needed() == 1);
            if count != Some(chosen.len()) {
                bail!("{} changes fit; say --count {} to approve exactly these", chosen.len(), chosen.len());
            }
            chosen
        }
        None if ids.is_empty() => bail!("which? give ids from `rosterd review list`, or --all with --count"),
        None => named(engine, ids).await?,
    };
    let contacts = engine.site.contacts();
    let mut refused = false;
    for stored in chosen {
        let result = engine
            .store
            .write(engine.now(), async |mut tx| {
                let approval = tx.approve(&stored.id, &stored.key, &operator.login, &contacts).await?;
                tx.commit(approval).await
            })
            .await?;
        refused |= !matches!(result, Approval::Approved { .. });
        crate::cli::line!("{} {}", stored.id, words::approval(&result, engine.config().language));
    }
    Ok(u8::from(refused))
}

async fn named(engine: &Engine, ids: &[String]) -> Result<Vec<StoredChange>> {
    let mut chosen = Vec::new();
    for id in ids {
        chosen.push(find_change(engine, id).await?.ok_or_else(|| anyhow!("there is no change {id:?}"))?);
    }
    Ok(chosen)
}

/// Rejects the named changes.
pub async fn reject(engine: &Engine, ids: &[String], reason: &str) -> Result<Code> {
    let operator = who::operator(engine).await?;
    say_why(reason)?;
    let mut refused = false;
    for stored in named(engine, ids).await? {
        let result = engine
            .store
            .write(engine.now(), async |mut tx| {
                let approval = tx.reject(&stored.id, &stored.key, &operator.login, reason).await?;
                tx.commit(approval).await
            })
            .await?;
        refused |= result != Approval::Rejected;
        crate::cli::line!("{} {}", stored.id, words::approval(&result, engine.config().language));
    }
    Ok(u8::from(refused))
}

/// Answers a question with one of its candidates.
pub async fn answer(engine: &Engine, id: &str, answer: &str) -> Result<Code> {
    // Whether a contact may answer this question is the store's to check.
    let operator = who::voice(engine).await?;
    let (key, question) =
        find_question(engine, id).await?.ok_or_else(|| anyhow!("there is no open question {id:?}"))?;
    let offered: BTreeSet<&str> = question.candidates.iter().map(|one| one.answer.as_str()).collect();
    let chosen = question.candidates.iter().find(|one| one.answer == answer || one.label == answer);
    let answer = match chosen {
        Some(candidate) => candidate.answer.as_str(),
        None if question.kind == QuestionKind::Custodian => {
            may_keep(&engine.look_at_directory().await?, &question.agency, answer)
                .map_err(|unfit| anyhow!("{}", words::unfit(unfit, answer, engine.config().language)))?;
            answer
        }
        None if offered.is_empty() => answer,
        None => bail!(
            "{answer:?} is not offered; the answers are: {}",
            offered.into_iter().collect::<Vec<_>>().join(", ")
        ),
    };
    engine
        .store
        .write(engine.now(), async |mut tx| {
            tx.answer(&key, answer, &operator.login).await?;
            tx.commit(()).await
        })
        .await?;
    crate::cli::line!("{key} {answer}");
    Ok(0)
}

/// Releases a brake, for exactly what it holds; two operators must.
pub async fn release(engine: &Engine, id: &str, reason: &str) -> Result<Code> {
    let operator = who::operator(engine).await?;
    say_why(reason)?;
    let (brake, _) = find_brake(engine, id).await?.ok_or_else(|| anyhow!("there is no open brake {id:?}"))?;
    let contacts = engine.site.contacts();
    let result = engine
        .store
        .write(engine.now(), async |mut tx| {
            let release = tx.release(&brake.key, &operator.login, reason, &contacts).await?;
            tx.commit(release).await
        })
        .await?;
    crate::cli::line!("{} {}", brake.key, words::release(&result, engine.config().language));
    Ok(u8::from(!matches!(result, Release::Released(_) | Release::NeedsSecond)))
}

/// Rejects everything a brake holds; two operators must.
pub async fn discard(engine: &Engine, id: &str, reason: &str) -> Result<Code> {
    let operator = who::operator(engine).await?;
    say_why(reason)?;
    let (brake, _) = find_brake(engine, id).await?.ok_or_else(|| anyhow!("there is no open brake {id:?}"))?;
    let result = engine
        .store
        .write(engine.now(), async |mut tx| {
            let discard = tx.discard(&brake.key, &operator.login, reason).await?;
            tx.commit(discard).await
        })
        .await?;
    crate::cli::line!("{} {}", brake.key, words::discard(&result, engine.config().language));
    Ok(u8::from(!matches!(result, Discard::Discarded(_) | Discard::NeedsSecond)))
}

fn say_why(reason: &str) -> Result<()> {
    if reason.trim().is_empty() { Err(anyhow!("--reason is empty: say why")) } else { Ok(()) }
}
