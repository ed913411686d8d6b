//! Accounts: created by POST, closed and opened by PATCH of `active`; never deleted.

use super::protocol::{MIME, User};
use super::session::Session;
use super::write::TRIES;
use crate::model::intent::WriteError;
use crate::systems::{Newcomer, ReadError, Write, nobody, precondition, unread};
use hyper::Method;
use hyper::header::{HeaderValue, IF_MATCH};
use serde_json::{Value, json};

/// What an account shows of a write.
#[derive(Debug)]
pub(super) enum Account {
    /// Whether there is one: what a creation is about.
    There(bool),
    /// One that is open or not, with its id and version: what the others are about.
    Known { open: bool, id: String, etag: Option<HeaderValue> },
}

impl Account {
    pub(super) fn is_there(&self) -> bool {
        match self {
            Self::There(there) => *there,
            Self::Known { open, .. } => *open,
        }
    }
}

/// Reads afresh what `write` is about.
pub(super) async fn look(session: &Session<'_>, write: &Write) -> Result<Account, ReadError> {
    let found = session.find(write.mail()).await?;
    if matches!(write, Write::Create(_)) {
        return Ok(Account::There(found.is_some()));
    }
    let id = found.ok_or_else(nobody)?.id;
    let (user, etag): (User, _) = session.fresh("Users", &id, User::version).await?;
    Ok(Account::Known { open: user.active.unwrap_or(true), id, etag })
}

pub(super) async fn carry_out(session: &Session<'_>, write: &Write) -> Result<(), WriteError> {
    let look = async || look(session, write).await.map_err(|error| unread(&error));
    for _ in 0..TRIES {
        let account = look().await?;
        precondition(write, account.is_there())?;
        let sent = match (write, account) {
            (Write::Create(newcomer), _) => {
                // Not every server refuses a login that somebody else has.
                if session.has_login(&newcomer.login).await.map_err(|error| unread(&error))? {
                    let why = format!("somebody else has the login {:?} there", newcomer.login);
                    return Err(WriteError::Refused(why));
                }
                session.call(Method::POST, &["Users"]).json(MIME, &resource(newcomer)).send().await
            }
            (_, Account::Known { id, etag, .. }) => {
                let mut call =
                    session.call(Method::PATCH, &["Users", &id]).json(MIME, &activity(write.gives()));
                if let Some(etag) = etag {
                    call = call.header(IF_MATCH, etag);
                }
                call.send().await
            }
            (_, Account::There(_)) => return Err(unread(&nobody())),
        };
        let Err(error) = sent else {
            let there = look().await.map_or(write.gives(), |after| after.is_there());
            let why = "the server answered that it was done, and it is not";
            return if there == write.gives() { Ok(()) } else { Err(WriteError::Refused(why.into())) };
        };
        match error.status() {
            Some(412) => {}
            // Somebody else's account may have the login.
            Some(409) if look().await?.is_there() == write.gives() => {
                return Err(WriteError::Stale(error.to_string()));
            }
            _ => return Err(error.of_write()),
        }
    }
    Err(WriteError::NotSent(format!("it was changed by others {TRIES} times meanwhile")))
}

fn resource(newcomer: &Newcomer) -> Value {
    let Newcomer { mail, login, name, agency: _ } = newcomer;
    let (family, given) = name.rsplit_once(' ').unwrap_or(("", name));
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": login,
        "displayName": name,
        "name": { "formatted": name, "familyName": family, "givenName": given },
        "emails": [{ "value": mail, "type": "work", "primary": true }],
        "active": true,
    })
}

fn activity(active: bool) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": "active", "value": active }],
    })
}
