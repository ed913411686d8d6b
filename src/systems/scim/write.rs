//! Adding and removing one value by PATCH.

use super::Settings;
use super::account;
use super::protocol::{MIME, equal};
use super::session::{Session, Subject};
use crate::model::intent::WriteError;
use crate::systems::{Seat, Write, cannot, precondition, unread};
use hyper::Method;
use hyper::header::IF_MATCH;
use serde_json::{Value, json};

/// Writes to a SCIM system, over a session opened at its first write.
#[derive(Debug)]
pub struct ScimWriter<'a> {
    settings: &'a Settings,
    session: Option<Session<'a>>,
}

impl<'a> ScimWriter<'a> {
    pub(super) fn new(settings: &'a Settings) -> Self {
        Self { settings, session: None }
    }

    pub(in crate::systems) async fn write(&mut self, write: &Write) -> Result<(), WriteError> {
        let session = match self.session.take() {
            Some(session) => session,
            None => Session::open(self.settings).await.map_err(|error| unread(&error.into()))?,
        };
        let result = match write.seat() {
            _ if !session.may(write) => Err(cannot(write)),
            Some(seat) => carry_out(&session, write, seat).await,
            None => account::carry_out(&session, write).await,
        };
        // A token that ran out is read anew.
        if !matches!(result, Err(WriteError::Unknown(_) | WriteError::NotSent(_))) {
            self.session = Some(session);
        }
        result
    }
}

async fn carry_out(session: &Session<'_>, write: &Write, seat: &Seat) -> Result<(), WriteError> {
    // Somebody else's change of the same group moves its version; that of this seat is what counts.
    for _ in 0..TRIES {
        let subject = look(session, seat).await?;
        precondition(write, subject.held)?;
        let mut call = session
            .call(Method::PATCH, &[subject.kind, &subject.id])
            .json(MIME, &patch(write, seat, &subject));
        if let Some(etag) = &subject.etag {
            call = call.header(IF_MATCH, etag.clone());
        }
        let Err(error) = call.send().await else {
            // An answer may have no body (204), and a body may be of before: what it came to is read.
            let held = look(session, seat).await.map_or(write.gives(), |after| after.held);
            let why = "the server answered that it was done, and it is not";
            return if held == write.gives() { Ok(()) } else { Err(WriteError::Refused(why.into())) };
        };
        match error.status() {
            Some(412) => {}
            Some(409) if look(session, seat).await?.held == write.gives() => {
                return Err(WriteError::Stale(error.to_string()));
            }
            _ => return Err(error.of_write()),
        }
    }
    Err(WriteError::NotSent(format!("it was changed by others {TRIES} times meanwhile")))
}

/// How often a write is sent where others change the same group at the same time.
pub(super) const TRIES: usize = 3;

async fn look(session: &Session<'_>, seat: &Seat) -> Result<Subject, WriteError> {
    session.subject(seat).await.map_err(|error| unread(&error))
}

/// One operation, and `value` alone: some servers refuse more.
fn patch(write: &Write, seat: &Seat, subject: &Subject) -> Value {
    let (path, value) = match subject.kind {
        "Groups" => ("members", &subject.user),
        _ => ("roles", &seat.role),
    };
    let operation = if write.gives() {
        json!({ "op": "add", "path": path, "value": [{ "value": value }] })
    } else {
        json!({ "op": "remove", "path": format!("{path}[{}]", equal("value", value)) })
    };
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation] })
}
