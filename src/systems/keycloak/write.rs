//! Adding and removing one role mapping or one membership.

use super::Settings;
use super::account;
use super::realm::{Realm, Subject};
use crate::model::intent::WriteError;
use crate::systems::{Seat, Write, cannot, precondition, unread};
use hyper::Method;
use serde_json::json;

/// Writes to a realm, over a client opened at its first write.
#[derive(Debug)]
pub struct KeycloakWriter<'a> {
    settings: &'a Settings,
    realm: Option<Realm<'a>>,
}

impl<'a> KeycloakWriter<'a> {
    pub(super) fn new(settings: &'a Settings) -> Self {
        Self { settings, realm: None }
    }

    pub(in crate::systems) async fn write(&mut self, write: &Write) -> Result<(), WriteError> {
        let realm = match self.realm.take() {
            Some(realm) => realm,
            None => Realm::open(self.settings).map_err(|error| unread(&error.into()))?,
        };
        let result = match write.seat() {
            _ if !realm.may(write) => Err(cannot(write)),
            Some(seat) => carry_out(&realm, write, seat).await,
            None => account::carry_out(&realm, write).await,
        };
        // What ended here ends the token too: it is asked for anew.
        if !matches!(result, Err(WriteError::Unknown(_) | WriteError::NotSent(_))) {
            self.realm = Some(realm);
        }
        result
    }
}

async fn carry_out(realm: &Realm<'_>, write: &Write, seat: &Seat) -> Result<(), WriteError> {
    let Subject { held, path, role } = look(realm, seat).await?;
    precondition(write, held)?;
    let method = match (write.gives(), &role) {
        (true, Some(_)) => Method::POST,
        (true, None) => Method::PUT,
        (false, _) => Method::DELETE,
    };
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let mut call = realm.call(method, &path).await.map_err(|error| unread(&error.into()))?;
    if let Some(role) = role {
        call = call.json("application/json", &json!([role]));
    }
    call.send().await.map_err(|error| error.of_write())?;
    // The answer has no body: what it came to is read.
    let after = look(realm, seat).await.map_or(write.gives(), |after| after.held);
    if after == write.gives() {
        return Ok(());
    }
    Err(WriteError::Refused("the server answered that it was done, and it is not".into()))
}

async fn look(realm: &Realm<'_>, seat: &Seat) -> Result<Subject, WriteError> {
    realm.subject(seat).await.map_err(|error| unread(&error))
}
