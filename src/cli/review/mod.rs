//! `rosterd review`: the review, for a terminal.

mod call_back;
mod decide;
pub use decide::find_change;
mod matches;
mod show;
pub use show::evidence;

use super::args::Review;
use super::{Code, print_json, who, words};
use crate::model::change::{ChangeKind, State, StoredChange};
use crate::model::ids::AgencyCode;
use crate::store::{Filter, Standing};
use crate::worker::engine::Engine;
use anyhow::{Result, anyhow};
use serde_json::json;

/// Runs `rosterd review`.
pub async fn run(engine: &Engine, action: Option<Review>, as_json: bool) -> Result<Code> {
    let everything = Review::List { agency: None, kind: None, state: None, text: None, limit: 200 };
    match action.unwrap_or(everything) {
        Review::List { agency, kind, state, text, limit } => {
            let mut filter = Filter { text, ..filter(engine, agency.as_deref(), kind.as_deref()).await? };
            filter.state = state.as_deref().map(parse_state).transpose()?;
            list(engine, &filter, limit, as_json).await
        }
        Review::Show { id } => show::run(engine, &id, as_json).await,
        Review::Approve { ids, all, agency, kind, count } => {
            let filter = filter(engine, agency.as_deref(), kind.as_deref()).await?;
            decide::approve(engine, &ids, all.then_some(&filter), count).await
        }
        Review::Reject { ids, reason } => decide::reject(engine, &ids, &reason).await,
        Review::ConfirmMatches { agency, count } => {
            matches::confirm(engine, &AgencyCode::parse(&agency)?, count, as_json).await
        }
        Review::CallBack { id, number, spoke_with } => {
            call_back::run(engine, &id, &number, &spoke_with).await
        }
        Review::Answer { id, answer } => decide::answer(engine, &id, &answer).await,
        Review::Release { id, reason } => decide::release(engine, &id, &reason).await,
        Review::Discard { id, reason } => decide::discard(engine, &id, &reason).await,
    }
}

fn parse_state(word: &str) -> Result<State> {
    State::parse(word).ok_or_else(|| {
        let known: Vec<_> = State::ALL.iter().map(|state| state.as_str()).collect();
        anyhow!("--state {word:?}: expected one of {}", known.join(", "))
    })
}

/// The filter of the command line within the operator's scope.
async fn filter(engine: &Engine, agency: Option<&str>, kind: Option<&str>) -> Result<Filter> {
    let scope = who::scope(engine).await?;
    let agency = agency.map(AgencyCode::parse).transpose()?;
    let agencies = match agency {
        Some(code) if !scope.is_empty() && !scope.contains(&code) => {
            return Err(anyhow!("agency {code} is not in your scope"));
        }
        Some(code) => vec![code],
        None => scope,
    };
    let kind = kind
        .map(|word| {
            ChangeKind::parse(word).ok_or_else(|| {
                let known: Vec<_> = ChangeKind::ALL.iter().map(|kind| kind.as_str()).collect();
                anyhow!("--kind {word:?}: expected one of {}", known.join(", "))
            })
        })
        .transpose()?;
    Ok(Filter { agencies, kind, ..Filter::default() })
}

/// The states that wait for a person.
const WAITING: [State; 5] = [State::Proposed, State::Held, State::Expired, State::Unknown, State::Failed];

async fn changes(engine: &Engine, filter: &Filter, limit: u32) -> Result<Vec<Standing>> {
    let states = filter.state.map_or(WAITING.to_vec(), |state| vec![state]);
    let mut found = Vec::new();
    for state in states {
        let filter = Filter { state: Some(state), ..filter.clone() };
        found.extend(engine.store.changes(&filter, None, limit).await?);
    }
    // What must be served first stands first.
    found.sort_by_cached_key(|one| (engine.serve_by(&one.stored), one.stored.id.clone()));
    found.truncate(limit as usize);
    Ok(found)
}

/// Whether a change has waited longer than the province's time to serve, or a suspicion longer than its deadline.
fn is_overdue(engine: &Engine, stored: &StoredChange) -> bool {
    let by = engine.answer_by(stored).unwrap_or_else(|| engine.serve_by(stored));
    by < engine.local(engine.now()) && WAITING.contains(&stored.state)
}

async fn list(engine: &Engine, filter: &Filter, limit: u32, as_json: bool) -> Result<Code> {
    let mut found = changes(engine, filter, limit).await?;
    let mine = |agency: &AgencyCode| filter.agencies.is_empty() || filter.agencies.contains(agency);
    let mut questions = engine.store.questions().await?;
    questions.retain(|one| mine(&one.question.agency));
    let brakes = engine.store.open_brakes().await?;
    if as_json {
        let changes = found
            .iter()
            .map(|one| {
                let mut change = serde_json::to_value(&one.stored)?;
                change["serve_by"] = json!(engine.serve_by(&one.stored));
                change["overdue"] = json!(is_overdue(engine, &one.stored));
                Ok(change)
            })
            .collect::<Result<Vec<_>>>()?;
        let questions: Vec<_> =
            questions.iter().map(|one| json!({ "key": one.key, "question": one.question })).collect();
        let brakes: Vec<_> =
            brakes.iter().map(|(brake, by)| json!({ "brake": brake, "released_by": by })).collect();
        print_json(&json!({ "schema": 1, "changes": changes, "questions": questions, "brakes": brakes }))?;
        return Ok(0);
    }
    let lang = engine.config().language;
    let mut agency = None;
    // Within each agency by the time to serve, as they stand.
    found.sort_by(|a, b| a.stored.change.agency.cmp(&b.stored.change.agency));
    for one in &found {
        let stored = &one.stored;
        if agency != Some(&stored.change.agency) {
            agency = Some(&stored.change.agency);
            let name =
                engine.site.agencies.get(&stored.change.agency).map_or("", |agency| agency.name.as_str());
            crate::cli::line!("{} {name}", stored.change.agency);
        }
        let by = engine.answer_by(stored).unwrap_or_else(|| engine.serve_by(stored));
        crate::cli::line!(
            "  {} {} {}",
            short(&stored.id),
            words::change_line(&stored.change, stored.state, lang),
            words::serve_by(by, is_overdue(engine, stored), lang)
        );
    }
    for one in &questions {
        crate::cli::line!(
            "{} {:<14} ? {}",
            &one.key.as_str()[..12],
            one.question.agency,
            words::question_line(&one.question, lang)
        );
    }
    for (brake, by) in &brakes {
        let by: Vec<_> = by.iter().map(ToString::to_string).collect();
        crate::cli::line!("! {} {}", words::brake_line(brake, lang), by.join(", "));
    }
    Ok(0)
}

/// The end of an id: enough to name a change at a terminal.
pub fn short(id: &crate::model::ids::ChangeId) -> &str {
    let id = id.as_str();
    &id[id.len().saturating_sub(8)..]
}
