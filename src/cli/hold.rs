//! `rosterd hold`: legal holds (lưu giữ theo yêu cầu). Two operators set one, two lift it; while it holds, nothing of its
//! subject is deleted or runs out.

use super::args::Hold;
use super::{Code, print_json, who};
use crate::model::account::Attr;
use crate::model::ids::{AgencyCode, Login, TargetId};
use crate::model::legal_hold::{HoldSubject, LegalHold};
use crate::model::name::ascii;
use crate::store::Decided;
use crate::worker::engine::Engine;
use anyhow::{Result, anyhow, bail};
use serde_json::json;

/// Runs `rosterd hold`.
pub async fn run(engine: &Engine, action: Hold, as_json: bool) -> Result<Code> {
    match action {
        Hold::Set { subject, reason } => set(engine, &subject, &reason).await,
        Hold::Lift { subject, reason } => lift(engine, &subject, &reason).await,
        Hold::List => list(engine, as_json).await,
    }
}

async fn set(engine: &Engine, subject: &str, reason: &str) -> Result<Code> {
    let by = decides(engine, reason).await?;
    let (subject, agency) = find(engine, subject).await?;
    let decided = engine
        .store
        .write(engine.now(), async |mut tx| {
            let decided = tx.set_hold(&subject, &agency, &by, reason).await?;
            tx.commit(decided).await
        })
        .await?;
    match decided {
        Decided::Done => eprintln!("{} is on hold: nothing of it is deleted or runs out", id(&subject)),
        Decided::NeedsSecond => eprintln!("{}: a second operator must set it too", id(&subject)),
        Decided::AlreadyByYou => bail!("{}: you set it already; a second operator must", id(&subject)),
        Decided::Nothing => eprintln!("{} is on hold already", id(&subject)),
    }
    Ok(0)
}

async fn lift(engine: &Engine, subject: &str, reason: &str) -> Result<Code> {
    let by = decides(engine, reason).await?;
    let (subject, _) = find(engine, subject).await?;
    let holds = engine.store.legal_holds().await?;
    let Some(hold) = holds.into_iter().find(|one| one.subject == subject) else {
        bail!("{} is not on hold; the list: rosterd hold list", id(&subject));
    };
    let decided = engine
        .store
        .write(engine.now(), async |mut tx| {
            let decided = tx.lift_hold(&hold.id, &by, reason).await?;
            tx.commit(decided).await
        })
        .await?;
    match decided {
        Decided::Done => eprintln!("{}: the hold has ended", id(&subject)),
        Decided::NeedsSecond => eprintln!("{}: a second operator must lift it too", id(&subject)),
        Decided::AlreadyByYou => bail!("{}: you lifted it already; a second operator must", id(&subject)),
        Decided::Nothing => eprintln!("{} is not on hold", id(&subject)),
    }
    Ok(0)
}

async fn list(engine: &Engine, as_json: bool) -> Result<Code> {
    let scope = who::scope(engine).await?;
    let mut holds = engine.store.legal_holds().await?;
    holds.retain(|one| scope.is_empty() || scope.contains(&one.agency));
    if as_json {
        let list: Vec<_> = holds
            .iter()
            .map(|one| {
                let LegalHold { id: hold, subject, agency, holds, since } = one;
                json!({ "id": hold, "subject": id(subject), "agency": agency, "holds": holds, "since": since })
            })
            .collect();
        print_json(&json!({ "schema": 1, "holds": list }))?;
        return Ok(0);
    }
    for one in holds {
        let state = if one.holds { "holds" } else { "waits for a second operator" };
        let since = engine.local(one.since).format("%d/%m/%Y");
        crate::cli::line!("{:<28} {:<14} {state} ({since})", id(&one.subject), one.agency);
    }
    Ok(0)
}

async fn decides(engine: &Engine, reason: &str) -> Result<Login> {
    if reason.trim().is_empty() {
        bail!("--reason is empty: say why, with the number of the document that asks for it");
    }
    Ok(who::operator(engine).await?.login)
}

fn id(subject: &HoldSubject) -> &str {
    match subject {
        HoldSubject::Person(person) => person.as_str(),
        HoldSubject::Account(_, account) => account.as_str(),
    }
}

/// Whom somebody means: a person by id or by a name that only one has, an account by its address, login or id.
async fn find(engine: &Engine, text: &str) -> Result<(HoldSubject, AgencyCode)> {
    let directory = engine.look_at_directory().await?;
    let calls = |value: &String| value.eq_ignore_ascii_case(text);
    let account = directory.accounts.values().find(|account| {
        account.id.as_str() == text
            || [Attr::Mail, Attr::Alias, Attr::Login].iter().any(|attr| account.all(*attr).iter().any(calls))
    });
    if let Some(account) = account {
        let agency = account.agency.clone().unwrap_or_else(AgencyCode::unknown);
        return Ok((HoldSubject::Account(TargetId::mail(), account.id.clone()), agency));
    }
    let mut people = engine.store.people().await?;
    people.retain(|person| person.id.as_str() == text || ascii(person.name.as_str()) == ascii(text));
    match people.as_slice() {
        [person] => {
            let account =
                person.accounts.get(&TargetId::mail()).and_then(|account| directory.accounts.get(account));
            let agency = account
                .and_then(|account| account.agency.clone())
                .or_else(|| person.listed.first().cloned())
                .unwrap_or_else(AgencyCode::unknown);
            Ok((HoldSubject::Person(person.id.clone()), agency))
        }
        [] => Err(anyhow!(
            "nobody is known as {text:?}: give an address, a login, or a person's id or full name"
        )),
        several => {
            let ids: Vec<_> = several.iter().map(|person| person.id.as_str()).collect();
            Err(anyhow!("{} people are called {text:?}: give one's id: {}", several.len(), ids.join(", ")))
        }
    }
}
