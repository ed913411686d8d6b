//! Confirming matches: the accounts that an agency's rows were matched with by name and phone, shown side by side and
//! confirmed all at once by whoever types their exact number.

use super::super::{Code, print_json, who, words};
use crate::model::account::{Account, Attr};
use crate::model::ids::{AccountId, AgencyCode, TargetId};
use crate::model::person::Person;
use crate::store::MatchesConfirmed;
use crate::worker::engine::Engine;
use anyhow::{Context, Result, bail};
use serde_json::json;

/// Lists the open matches of `agency`; confirms them where `count` is their number.
pub async fn confirm(
    engine: &Engine,
    agency: &AgencyCode,
    count: Option<usize>,
    as_json: bool,
) -> Result<Code> {
    let scope = who::scope(engine).await?;
    if !scope.is_empty() && !scope.contains(agency) {
        bail!("agency {agency} is not in your scope");
    }
    if !engine.site.agencies.contains_key(agency) {
        bail!("agency {agency} is not in {}", engine.config().agencies.display());
    }
    let people = engine.store.open_matches(agency).await?;
    match count {
        None => list(engine, &people, as_json).await,
        Some(count) if count != people.len() => {
            bail!("{} matches wait; say --count {} to confirm exactly these", people.len(), people.len())
        }
        Some(_) => decide(engine, agency, &people).await,
    }
}

async fn list(engine: &Engine, people: &[Person], as_json: bool) -> Result<Code> {
    let directory = engine.look_at_directory().await.context("directory")?;
    let lang = engine.config().language;
    let account = |person: &Person| directory.accounts.get(account(person)?);
    if as_json {
        let matches: Vec<_> = people
            .iter()
            .map(|person| {
                let account = account(person);
                json!({
                    "person": person.id, "name": person.name, "phone": person.phone, "matched": person.matched,
                    "confidence": person.matched.as_ref().map(crate::model::matching::Matched::confidence),
                    "account": account.map(Account::label), "in": account.and_then(|one| one.agency.as_ref()),
                })
            })
            .collect();
        print_json(&json!({ "schema": 1, "matches": matches }))?;
        return Ok(0);
    }
    for person in people {
        let (address, name, title) = account(person).map_or(("?", "", ""), |one| {
            (one.label(), one.get(Attr::FullName).unwrap_or(""), one.get(Attr::Title).unwrap_or(""))
        });
        crate::cli::line!(
            "{} {} = {address} {name} {title}  [{}]",
            person.name,
            person.phone.as_deref().unwrap_or(""),
            words::found_by(None, person.matched.as_ref(), lang),
        );
    }
    crate::cli::line!("{}", words::open_matches(people.len(), lang));
    Ok(0)
}

async fn decide(engine: &Engine, agency: &AgencyCode, people: &[Person]) -> Result<Code> {
    let operator = who::operator(engine).await?;
    let forbidden = engine.site.forbidden(agency);
    let matches: Vec<_> =
        people.iter().filter_map(|one| Some((one.id.clone(), account(one)?.clone()))).collect();
    let result = engine
        .store
        .write(engine.now(), async |mut tx| {
            let result = tx.confirm_matches(agency, &matches, &operator.login, &forbidden).await?;
            tx.commit(result).await
        })
        .await?;
    crate::cli::line!("{}", words::matches_confirmed(result, engine.config().language));
    Ok(u8::from(!matches!(result, MatchesConfirmed::Confirmed { .. })))
}

fn account(person: &Person) -> Option<&AccountId> {
    person.accounts.get(&TargetId::mail())
}
