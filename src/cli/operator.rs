//! `rosterd operator`: who may decide. The first one is enrolled by whoever installs; after that, operators enrol
//! operators.

use super::args::OperatorAction;
use super::{Code, print_json, who};
use crate::model::ids::{AgencyCode, Login};
use crate::model::operator::Operator;
use crate::worker::engine::Engine;
use anyhow::{Result, bail};
use serde_json::json;

/// Runs `rosterd operator`.
pub async fn run(engine: &Engine, action: OperatorAction, as_json: bool) -> Result<Code> {
    match action {
        OperatorAction::Add { login, name, agency } => add(engine, login, name, &agency).await,
        OperatorAction::List => list(engine, as_json).await,
        OperatorAction::Remove { login } => remove(engine, login).await,
    }
}

async fn add(engine: &Engine, login: String, name: String, agencies: &[String]) -> Result<Code> {
    let agencies = agencies.iter().map(|code| AgencyCode::parse(code)).collect::<Result<_, _>>()?;
    let operator = Operator { login: Login::new(login), name, agencies };
    if nix::unistd::User::from_name(operator.login.as_str())?.is_none() {
        bail!("{} is no login of this system", operator.login);
    }
    if let Some(code) = engine.site.unknown_agency(&operator) {
        bail!("agency {code} is not in {}", engine.config().agencies.display());
    }
    let by = who::login()?;
    engine
        .store
        .write(engine.now(), async |mut tx| {
            tx.add_operator(&operator, &by).await?;
            tx.commit(()).await
        })
        .await?;
    eprintln!("{} enrolled", operator.login);
    Ok(0)
}

async fn list(engine: &Engine, as_json: bool) -> Result<Code> {
    let operators = engine.store.operators().await?;
    if as_json {
        let list: Vec<_> = operators
            .iter()
            .map(|one| {
                let Operator { login, name, agencies } = &one.operator;
                json!({ "login": login, "name": name, "agencies": agencies, "removed": one.removed.is_some() })
            })
            .collect();
        print_json(&json!({ "schema": 1, "operators": list }))?;
        return Ok(0);
    }
    for one in operators {
        let agencies: Vec<_> = one.operator.agencies.iter().map(AgencyCode::as_str).collect();
        let scope = if agencies.is_empty() { "*".to_owned() } else { agencies.join(",") };
        let removed = if one.removed.is_some() { "  (removed)" } else { "" };
        println!("{:<16} {:<30} {scope}{removed}", one.operator.login.as_str(), one.operator.name);
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
