//! Users: created, closed with their sessions, opened again, their sessions ended; never deleted.

use super::realm::Realm;
use crate::http::HttpError;
use crate::model::intent::WriteError;
use crate::systems::{Newcomer, ReadError, Write, precondition, unread};
use hyper::Method;
use serde_json::{Value, json};

/// Whether what `write` is about is there. A closed user with a session left still works: only without any is it closed.
pub(super) async fn is_there(realm: &Realm<'_>, write: &Write) -> Result<bool, ReadError> {
    if matches!(write, Write::Create(_)) {
        return Ok(realm.seek(write.mail()).await?.is_some());
    }
    let user = realm.user(write.mail()).await?;
    if matches!(write, Write::EndSessions(_)) {
        return Ok(has_sessions(realm, &user.id).await?);
    }
    if user.enabled != Some(false) {
        return Ok(true);
    }
    Ok(matches!(write, Write::Close(_)) && has_sessions(realm, &user.id).await?)
}

async fn has_sessions(realm: &Realm<'_>, id: &str) -> Result<bool, HttpError> {
    let sessions: Vec<Value> = realm.get(&["users", id, "sessions"]).await?;
    Ok(!sessions.is_empty())
}

pub(super) async fn carry_out(realm: &Realm<'_>, write: &Write) -> Result<(), WriteError> {
    let look = async || is_there(realm, write).await.map_err(|error| unread(&error));
    precondition(write, look().await?)?;
    match write {
        Write::Create(newcomer) => {
            let call = realm.call(Method::POST, &["users"]).await.map_err(|error| unread(&error.into()))?;
            if let Err(error) = call.json("application/json", &representation(newcomer)).send().await {
                return Err(match error.status() {
                    // Made meanwhile; or somebody else's has the name.
                    Some(409) if look().await? => WriteError::Stale(error.to_string()),
                    _ => error.of_write(),
                });
            }
        }
        Write::Open(mail) => enable(realm, mail, true).await?,
        Write::Close(mail) => {
            enable(realm, mail, false).await?;
            end_sessions(realm, mail, "closed, but its").await?;
        }
        Write::EndSessions(mail) => end_sessions(realm, mail, "the").await?,
        Write::Give(_) | Write::Take(_) => {}
    }
    // The answers have no body: what it came to is read.
    let there = look().await.unwrap_or(write.gives());
    if there == write.gives() {
        return Ok(());
    }
    Err(WriteError::Refused("the server answered that it was done, and it is not".into()))
}

/// The representation goes back as it came, so that nothing else of it changes.
async fn enable(realm: &Realm<'_>, mail: &str, enabled: bool) -> Result<(), WriteError> {
    let user = realm.user(mail).await.map_err(|error| unread(&error))?;
    let path = ["users", user.id.as_str()];
    let mut whole: Value = realm.get(&path).await.map_err(|error| unread(&error.into()))?;
    whole["enabled"] = json!(enabled);
    let call = realm.call(Method::PUT, &path).await.map_err(|error| unread(&error.into()))?;
    call.json("application/json", &whole).send().await.map_err(|error| error.of_write())?;
    Ok(())
}

/// Ends every session of a user, and what was handed out for one. Whatever goes wrong here leaves an outcome to be read:
/// as long as a session is left it shows as not done, and is sent again.
async fn end_sessions(realm: &Realm<'_>, mail: &str, whose: &str) -> Result<(), WriteError> {
    let half = |why: String| WriteError::Unknown(format!("{whose} sessions may go on: {why}"));
    let user = realm.user(mail).await.map_err(|error| half(error.to_string()))?;
    let call = realm.call(Method::POST, &["users", &user.id, "logout"]).await;
    let call = call.map_err(|error| half(error.to_string()))?;
    call.send().await.map_err(|error| half(error.to_string()))?;
    Ok(())
}

/// Family and middle names are the last name there, the given name the first. No password: whoever signs in does so as
/// the realm has it.
fn representation(newcomer: &Newcomer) -> Value {
    let Newcomer { mail, login, name, agency: _ } = newcomer;
    let (last, first) = name.rsplit_once(' ').unwrap_or(("", name));
    json!({ "username": login, "email": mail, "firstName": first, "lastName": last, "enabled": true })
}
