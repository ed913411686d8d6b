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

/// The login that signed in to this session, where the system keeps it (`pam_loginuid`): it stays through sudo and su, and
/// nobody without privilege can change it. So operators can use the service's account and still be told apart.
fn session() -> Option<Login> {
    let uid = std::fs::read_to_string("/proc/self/loginuid").ok()?.trim().parse().ok()?;
    let user = if uid == u32::MAX { None } else { User::from_uid(Uid::from_raw(uid)).ok()? };
    user.map(|user| Login::new(user.name))
}

/// The enrolled operator at the terminal.
pub async fn operator(engine: &Engine) -> Result<Operator> {
    let login = login()?;
    if let Some(operator) = found(engine).await? {
        return Ok(operator);
    }
    Err(anyhow!(
        "{login} is not an enrolled operator and may only read; an operator enrols with: rosterd operator add {login} --name \"…\""
    ))
}

/// The enrolled operator or contact at the terminal: whoever may speak for an agency.
pub async fn voice(engine: &Engine) -> Result<Operator> {
    let login = login()?;
    for login in session().into_iter().chain([login.clone()]) {
        if let Some(voice) = engine.store.voice(&login).await? {
            return Ok(voice);
        }
    }
    Err(anyhow!(
        "{login} is neither an operator nor a contact; an operator enrols with: \
         rosterd operator add {login} --name \"…\" --contact --agency CODE"
    ))
}

/// Who acts: the enrolled operator, or where nobody is enrolled yet the login that installs.
pub async fn acting(engine: &Engine) -> Result<Login> {
    Ok(found(engine).await?.map_or(login()?, |operator| operator.login))
}

async fn found(engine: &Engine) -> Result<Option<Operator>> {
    for login in session().into_iter().chain([login()?]) {
        if let Some(operator) = engine.store.operator(&login).await? {
            return Ok(Some(operator));
        }
    }
    Ok(None)
}

/// The operator's scope, where there is one: an unknown login reads everything the operating system lets it read.
/// A deputy sees what the absent operator sees, a contact the own agencies.
pub async fn scope(engine: &Engine) -> Result<Vec<crate::model::ids::AgencyCode>> {
    let Some(operator) = found(engine).await? else {
        return Ok(voice(engine).await.map_or(Vec::new(), |contact| contact.agencies.into_iter().collect()));
    };
    let mut scope = operator.agencies;
    if !scope.is_empty() {
        for absent in engine.store.stands_in_for(&operator.login, engine.now()).await? {
            if absent.agencies.is_empty() {
                return Ok(Vec::new());
            }
            scope.extend(absent.agencies);
        }
    }
    Ok(scope.into_iter().collect())
}
