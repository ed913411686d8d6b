//! `rosterd contact`: who answers for an agency's rosters. A contact confirms for the agency, and never approves.

use super::args::ContactAction;
use super::{Code, print_json, who};
use crate::model::account::Attr;
use crate::model::agency::Agency;
use crate::model::change::StoredChange;
use crate::model::custodian::Custodian;
use crate::model::ids::{AgencyCode, TargetId};
use crate::model::operator::Operator;
use crate::store::Confirmation;
use crate::worker::engine::Engine;
use anyhow::{Result, anyhow, bail};
use serde_json::json;

/// Runs `rosterd contact`.
pub async fn run(engine: &Engine, action: ContactAction, as_json: bool) -> Result<Code> {
    match action {
        ContactAction::List { agency } => list(engine, agency.as_deref(), as_json).await,
        ContactAction::Confirm { subject, reason } => confirm(engine, &subject, &reason).await,
        ContactAction::Unlock { account, asked_by, reason } => {
            unlock(engine, &account, &asked_by, &reason).await
        }
    }
}

async fn list(engine: &Engine, agency: Option<&str>, as_json: bool) -> Result<Code> {
    let scope = who::scope(engine).await?;
    let only = agency.map(AgencyCode::parse).transpose()?;
    if let Some(code) = only.as_ref().filter(|code| !engine.site.agencies.contains_key(*code)) {
        bail!("agency {code} is not in {}", engine.config().agencies.display());
    }
    let open = engine.store.open_changes(engine.now()).await?;
    let live: Vec<StoredChange> = open.live.into_iter().map(|one| one.stored).collect();
    let leaving = engine.leaving_contacts(&live);
    let mine = |one: &&Agency| {
        (scope.is_empty() || scope.contains(&one.code)) && only.as_ref().is_none_or(|code| *code == one.code)
    };
    let mut json = Vec::new();
    for agency in engine.site.agencies.values().filter(mine) {
        let people = agency.contacts.iter().map(|one| ("contact", one));
        for (role, person) in people.chain(agency.deputy.iter().map(|one| ("deputy", one))) {
            let gone = leaving.iter().find(|(of, one, _)| of.code == agency.code && one.mail == person.mail);
            if as_json {
                json.push(
                    json!({ "agency": agency.code, "role": role, "name": person.name, "mail": person.mail,
                    "phone": person.phone, "leaves": gone.map(|(_, _, change)| &change.id) }),
                );
                continue;
            }
            let gone = gone
                .map(|(_, _, change)| format!("  LEAVES: {} ({})", change.change.kind, change.id))
                .unwrap_or_default();
            crate::cli::line!(
                "{:<14} {role:<8} {} <{}> {}{gone}",
                agency.code,
                person.name,
                person.mail,
                person.phone.as_deref().unwrap_or("")
            );
        }
    }
    let custodians = engine.store.custodians().await?;
    let mut keepers: Vec<_> = custodians.into_values().collect();
    keepers.retain(|one| {
        (scope.is_empty() || scope.contains(&one.agency))
            && only.as_ref().is_none_or(|code| *code == one.agency)
    });
    if as_json {
        let keepers: Vec<_> = keepers
            .iter()
            .map(|Custodian { agency, mailbox, address, since, listed: _ }| {
                json!({ "agency": agency, "mailbox": mailbox, "custodian": address, "since": since })
            })
            .collect();
        print_json(&json!({ "schema": 1, "contacts": json, "mailboxes": keepers }))?;
        return Ok(0);
    }
    for Custodian { agency, mailbox, address, since, listed: _ } in keepers {
        let since = engine.local(since).format("%d/%m/%Y");
        crate::cli::line!("{agency:<14} mailbox  {mailbox}: {address} ({since})");
    }
    Ok(0)
}

/// Writes a request by phone down. Who does so never approves it.
async fn unlock(engine: &Engine, account: &str, asked_by: &str, reason: &str) -> Result<Code> {
    let operator = who::operator(engine).await?;
    if reason.trim().is_empty() {
        bail!("--reason is empty: say why the account is needed, in the caller's words");
    }
    // A deputy sees what the absent operator sees.
    let agencies = who::scope(engine).await?.into_iter().collect();
    let operator = Operator { agencies, ..operator };
    let id = engine.unlock_by_phone(account, asked_by, &operator, reason.trim()).await?;
    crate::cli::line!("{id}");
    eprintln!(
        "next: call the published number and note it (rosterd review call-back {id} --number … --spoke-with …); then \
         somebody else approves (rosterd review approve {id}), and the slip is printed (rosterd slip print {id})"
    );
    Ok(0)
}

async fn confirm(engine: &Engine, subject: &str, reason: &str) -> Result<Code> {
    if reason.trim().is_empty() {
        bail!("--reason is empty: say how the agency knows, with the document's number where there is one");
    }
    let by = who::voice(engine).await?.login;
    let directory = engine.look_at_directory().await?;
    let calls = |value: &String| value.eq_ignore_ascii_case(subject);
    let account = directory
        .accounts
        .values()
        .find(|account| [Attr::Mail, Attr::Login].iter().any(|attr| account.all(*attr).iter().any(calls)))
        .ok_or_else(|| anyhow!("no account has the address or login {subject:?}"))?;
    let agency = account.agency.clone().unwrap_or_else(AgencyCode::unknown);
    let target = TargetId::mail();
    let people = engine.store.people().await?;
    let person = people.into_iter().find(|one| one.accounts.get(&target) == Some(&account.id));
    let Some(person) = person else {
        bail!("no roster has named the holder of {subject} yet: there is nobody to leave");
    };
    let now = engine.now();
    let confirmation = Confirmation {
        person: Some(person.id),
        target,
        account: account.id.clone(),
        agency,
        by,
        reason: reason.to_owned(),
        at: now,
    };
    engine
        .store
        .write(now, async |mut tx| {
            tx.confirm_departure(&confirmation).await?;
            tx.commit(()).await
        })
        .await?;
    eprintln!("{} has left, as confirmed; the next pass proposes what follows", account.label());
    Ok(0)
}
