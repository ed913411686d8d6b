//! `rosterd operator`: who may decide. The first one is enrolled by whoever installs; after that, operators enrol
//! operators.

use super::args::OperatorAction;
use super::{Code, print_json, sign_in, who};
use crate::model::ids::{AgencyCode, Login};
use crate::model::operator::{Operator, OperatorRole};
use crate::store::Delegation;
use crate::worker::engine::Engine;
use anyhow::{Result, bail};
use chrono::{NaiveDate, TimeDelta};
use serde_json::json;

/// Runs `rosterd operator`.
pub async fn run(engine: &Engine, action: OperatorAction, as_json: bool) -> Result<Code> {
    match action {
        OperatorAction::Add { login, name, role, agency, contact, page_only, openid } => {
            let agencies = agency.iter().map(|code| AgencyCode::parse(code)).collect::<Result<_, _>>()?;
            let role = if contact { OperatorRole::Contact } else { role.0 };
            let operator = Operator { login: Login::new(login), name, role, agencies };
            add(engine, operator, page_only, openid.as_deref()).await
        }
        OperatorAction::Openid { login, subject, remove: _ } => {
            sign_in::openid(engine, &Login::new(login), subject.as_deref()).await
        }
        OperatorAction::Delegate { deputy, from, until, absent } => {
            delegate(engine, deputy, (from, until), absent).await
        }
        OperatorAction::Recall { id } => recall(engine, &id).await,
        OperatorAction::List => list(engine, as_json).await,
        OperatorAction::Remove { login } => remove(engine, login).await,
        OperatorAction::Password { login } => sign_in::password(engine, &Login::new(login)).await,
        OperatorAction::Totp { login, remove } => sign_in::totp(engine, &Login::new(login), remove).await,
        OperatorAction::Invite { login, minutes } => {
            sign_in::invite(engine, &Login::new(login), TimeDelta::minutes(minutes.into())).await
        }
        OperatorAction::Token { action } => sign_in::token(engine, action, as_json).await,
    }
}

async fn add(engine: &Engine, operator: Operator, page_only: bool, openid: Option<&str>) -> Result<Code> {
    if !page_only && nix::unistd::User::from_name(operator.login.as_str())?.is_none() {
        bail!(
            "{} is no login of this system; an operator who signs in to the page alone: --page-only",
            operator.login
        );
    }
    if operator.role == OperatorRole::Contact && operator.agencies.is_empty() {
        bail!("a contact is one of an agency: name it with --agency CODE");
    }
    if let Some(code) = engine.site.unknown_agency(&operator) {
        bail!("agency {code} is not in {}", engine.config().agencies.display());
    }
    let by = who::acting(engine).await?;
    let subject = openid.map(|id| sign_in::subject(engine, id)).transpose()?;
    engine
        .store
        .write(engine.now(), async |mut tx| {
            match subject {
                Some(subject) => tx.add_operator_at_provider(&operator, subject, &by).await?,
                None => tx.add_operator(&operator, &by).await?,
            }
            tx.commit(()).await
        })
        .await?;
    eprintln!("{} enrolled as {}", operator.login, operator.role);
    Ok(0)
}

async fn delegate(
    engine: &Engine,
    deputy: String,
    (from, until): (NaiveDate, NaiveDate),
    absent: Option<String>,
) -> Result<Code> {
    let by = who::operator(engine).await?.login;
    let operator = absent.map_or_else(|| by.clone(), Login::new);
    let deputy = Login::new(deputy);
    if operator == deputy {
        bail!("{deputy} cannot stand in for himself or herself");
    }
    if until < from || until < engine.local(engine.now()) {
        bail!("--from {from} --until {until}: the last day is not before the first, and not past");
    }
    let end = until.succ_opt().unwrap_or(until);
    let delegation = Delegation {
        id: String::new(),
        operator,
        deputy,
        since: engine.midnight(from),
        until: engine.midnight(end),
    };
    let id = engine
        .store
        .write(engine.now(), async |mut tx| {
            let id = tx.delegate(&delegation, &by).await?;
            tx.commit(id).await
        })
        .await?;
    let Delegation { operator, deputy, .. } = &delegation;
    eprintln!("{id}: {deputy} stands in for {operator} from {from} to {until}");
    Ok(0)
}

async fn recall(engine: &Engine, id: &str) -> Result<Code> {
    let by = who::operator(engine).await?.login;
    let recalled = engine
        .store
        .write(engine.now(), async |mut tx| {
            let recalled = tx.recall(id, &by).await?;
            tx.commit(recalled).await
        })
        .await?;
    if !recalled {
        bail!("{id} has ended already");
    }
    eprintln!("{id} has ended");
    Ok(0)
}

async fn list(engine: &Engine, as_json: bool) -> Result<Code> {
    let operators = engine.store.operators().await?;
    let delegations = engine.store.delegations(engine.now()).await?;
    if as_json {
        let list: Vec<_> = operators
            .iter()
            .map(|one| {
                let Operator { login, name, role, agencies } = &one.operator;
                json!({ "login": login, "name": name, "role": role, "agencies": agencies,
                    "openid": one.subject, "removed": one.removed.is_some() })
            })
            .collect();
        let stand_ins: Vec<_> = delegations
            .iter()
            .map(|Delegation { id, operator, deputy, since, until }| {
                json!({ "id": id, "operator": operator, "deputy": deputy, "since": since, "until": until })
            })
            .collect();
        print_json(&json!({ "schema": 1, "operators": list, "delegations": stand_ins }))?;
        return Ok(0);
    }
    for one in operators {
        let agencies: Vec<_> = one.operator.agencies.iter().map(AgencyCode::as_str).collect();
        let scope = if agencies.is_empty() { "*".to_owned() } else { agencies.join(",") };
        let removed = if one.removed.is_some() { "  (removed)" } else { "" };
        crate::cli::line!(
            "{:<16} {:<30} {:<13} {scope}{removed}",
            one.operator.login.as_str(),
            one.operator.name,
            one.operator.role
        );
    }
    for Delegation { id, operator, deputy, since, until } in &delegations {
        let last = engine.local(*until).pred_opt().unwrap_or_default();
        crate::cli::line!("{id}: {deputy} stands in for {operator}, {} to {last}", engine.local(*since));
    }
    Ok(0)
}

async fn remove(engine: &Engine, login: String) -> Result<Code> {
    let (login, by) = (Login::new(login), who::operator(engine).await?.login);
    let removed = engine
        .store
        .write(engine.now(), async |mut tx| {
            let removed = tx.remove_operator(&login, &by).await?;
            tx.commit(removed).await
        })
        .await?;
    if !removed {
        bail!("{login} is not an enrolled operator");
    }
    eprintln!("{login} removed");
    Ok(0)
}
