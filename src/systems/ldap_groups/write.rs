//! Adding and deleting one member.

use super::LdapGroups;
use crate::ldap::{Connection, Modification, OperationError};
use crate::model::intent::WriteError;
use crate::systems::{Write, cannot, precondition, unread};

/// Writes to groups, over a connection opened at its first write.
#[derive(Debug)]
pub struct GroupWriter<'a> {
    system: &'a LdapGroups,
    connection: Option<Connection>,
}

impl<'a> GroupWriter<'a> {
    pub(super) fn new(system: &'a LdapGroups) -> Self {
        Self { system, connection: None }
    }

    pub(in crate::systems) async fn write(&mut self, write: &Write) -> Result<(), WriteError> {
        let settings = &self.system.settings;
        let mut connection = match self.connection.take().filter(Connection::is_open) {
            Some(open) => open,
            None => Connection::open(&settings.connection)
                .await
                .map_err(|error| WriteError::NotSent(error.to_string()))?,
        };
        let result = self.swap(&mut connection, write).await;
        // A connection with an answer outstanding, or with none to give, is not used again.
        if !matches!(result, Err(WriteError::Unknown(_) | WriteError::NotSent(_))) {
            self.connection = Some(connection);
        }
        result
    }

    async fn swap(&self, connection: &mut Connection, write: &Write) -> Result<(), WriteError> {
        let seat = write.seat().ok_or_else(|| cannot(write))?;
        let found = self.system.seat(connection, seat).await;
        let (group, person) = found.map_err(|error| unread(&error))?;
        precondition(write, group.members.contains(&person.dn.folded()))?;
        let member = self.system.settings.class.member().to_owned();
        let value = vec![person.dn.to_string()];
        let change = if write.gives() {
            Modification::Add(member, value)
        } else {
            Modification::Delete(member, value)
        };
        connection.modify(&group.dn, &[change], None).await.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: OperationError) -> WriteError {
        let (code, text) = match error {
            OperationError::Unknown(why) => return WriteError::Unknown(why),
            OperationError::NotSent(why) => return WriteError::NotSent(why),
            OperationError::Answer { code, text } => (code, text),
        };
        match code {
            BUSY | UNAVAILABLE => WriteError::NotSent(text),
            NO_SUCH_VALUE | VALUE_EXISTS | NO_SUCH_ENTRY => WriteError::Stale(text),
            OBJECT_CLASS_VIOLATION => WriteError::Refused(format!(
                "{text}; a group must keep one member: add a placeholder to it that is no person"
            )),
            INSUFFICIENT_RIGHTS => WriteError::Refused(format!(
                "{text}; give {} the right to write {} of this group",
                self.system.settings.connection.bind_dn,
                self.system.settings.class.member()
            )),
            _ => WriteError::Refused(text),
        }
    }
}

// Result codes of RFC 4511.
const NO_SUCH_VALUE: u32 = 16;
const VALUE_EXISTS: u32 = 20;
const NO_SUCH_ENTRY: u32 = 32;
const INSUFFICIENT_RIGHTS: u32 = 50;
const BUSY: u32 = 51;
const UNAVAILABLE: u32 = 52;
const OBJECT_CLASS_VIOLATION: u32 = 65;
