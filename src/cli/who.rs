//! Who sits at the terminal: the operating-system login. Unknown logins may only read.

use crate::model::ids::Login;
use crate::model::operator::Operator;
use crate::worker::engine::Engine;
use anyhow::{Context, Result, anyhow};
use nix::unistd::{Uid, User};

/// The operating-system login this process runs as.
pub fn login() -> Result<Login> {
    let uid = Uid::current();
    let user = User::from_uid(uid).context("reading the users of this system")?;
    user.map(|user| Login::new(user.name)).ok_or_else(|| anyhow!("user {uid} has no name on this system"))
}

/// The enrolled operator at the terminal.
pub async fn operator(engine: &Engine) -> Result<Operator> {
    let login = login()?;
    let found = engine.store.operator(&login).await?;
    found.ok_or_else(|| {
        anyhow!("{login} is not an enrolled operator and may only read; an operator enrols with: rosterd operator add {login} --name \"…\"")
    })
}

/// The operator's scope, where there is one: an unknown login reads everything the operating system lets it read.
pub async fn scope(engine: &Engine) -> Result<Vec<crate::model::ids::AgencyCode>> {
    let found = engine.store.operator(&login()?).await?;
    Ok(found.map(|operator| operator.agencies.into_iter().collect()).unwrap_or_default())
}
