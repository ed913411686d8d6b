//! Writing over LDAP. Each write is one request with an assertion where the protocol allows it; where it takes
//! several, an interrupted one can be sent again.

use super::ReadError;
use super::compare::{difference, is_exactly};
use super::ldap_directory::find;
use super::settings::Tree;
use super::write::{Write, WriteError, differences};
use super::writer::{permit, protected};
use crate::ldap::{Connection, Filter, Modification, OperationError, Scope, Settings};
use crate::model::account::{Account, Attr, Attrs, Values};
use crate::model::dn::Dn;
use crate::model::ids::AccountId;
use crate::model::secret::Secret;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A writer with a connection of its own, opened at its first write.
#[derive(Debug)]
pub struct LdapWriter {
    settings: Arc<Settings>,
    tree: Arc<Tree>,
    connection: Option<Connection>,
    /// Branches known to be there, folded.
    branches: BTreeSet<String>,
}

impl LdapWriter {
    pub(super) fn new(settings: Arc<Settings>, tree: Arc<Tree>) -> Self {
        Self { settings, tree, connection: None, branches: BTreeSet::new() }
    }

    pub(super) async fn write(&mut self, write: &Write) -> Result<(), WriteError> {
        permit(&self.tree, write)?;
        let mut connection = match self.connection.take().filter(Connection::is_open) {
            Some(open) => open,
            None => Connection::open(&self.settings)
                .await
                .map_err(|error| WriteError::NotSent(error.to_string()))?,
        };
        let mut session = Session { connection: &mut connection, writer: self, begun: false };
        let result = session.carry_out(write).await;
        let result = if session.begun { result.map_err(begun) } else { result };
        // A connection with an answer outstanding, or with none to give, is not used again.
        if !matches!(result, Err(WriteError::Unknown(_) | WriteError::NotSent(_))) {
            self.connection = Some(connection);
        }
        if result.is_err() {
            self.branches.clear();
        }
        result
    }
}

/// One write on its way.
struct Session<'a> {
    connection: &'a mut Connection,
    writer: &'a mut LdapWriter,
    /// Whether a request of this write has changed the entry: from then on a failure is no "nothing written".
    begun: bool,
}

impl Session<'_> {
    async fn carry_out(&mut self, write: &Write) -> Result<(), WriteError> {
        match write {
            Write::Create { dn, attrs, password } => self.create(dn, attrs, password.as_ref()).await,
            Write::Update { id, dn, before, after } => {
                let changes = self.changes(before, after);
                if changes.is_empty() {
                    return self.holds(id, dn, before).await;
                }
                self.swap(id, dn, before, &changes).await
            }
            Write::Move { id, from, to, before, after } => self.relocate(id, from, to, before, after).await,
            Write::Disable { id, dn, before } => {
                let lock = &self.writer.tree.dialect.disabled;
                // The attribute may hold a lockout that ends by itself; this one does not.
                let lock = Modification::Replace(lock.attribute.clone(), vec![lock.value.clone()]);
                self.swap(id, dn, before, &[lock]).await
            }
            Write::Enable { id, dn, before, password: None } => {
                let unlock = self.unlock();
                self.swap(id, dn, before, &[unlock]).await
            }
            Write::Enable { id, dn, before, password: Some(password) } => {
                self.reopen(id, dn, before, password).await
            }
            Write::Delete { id, dn, before } => self.remove(id, dn, before).await,
            Write::ResetPassword { id, dn, before, password } => {
                // Must-change first: it carries the precondition, which the password request cannot.
                let must_change = self.must_change();
                self.swap(id, dn, before, std::slice::from_ref(&must_change)).await?;
                self.set_password(dn, password).await?;
                self.modify(dn, &[must_change]).await
            }
        }
    }

    async fn create(&mut self, dn: &Dn, attrs: &Attrs, password: Option<&Secret>) -> Result<(), WriteError> {
        self.ensure_branch(&dn.parent()).await?;
        let dialect = &self.writer.tree.dialect;
        let mut entry = vec![("objectClass".to_owned(), dialect.new_person_classes.clone())];
        for (attr, values) in attrs {
            if let Some(name) = dialect.name(*attr) {
                entry.push((name.to_owned(), values.as_slice().to_vec()));
            }
        }
        match self.connection.add(dn, &entry).await {
            Ok(()) => self.begun = true,
            Err(OperationError::Answer { code: ALREADY_EXISTS, text }) => {
                // Ours, from a run that was cut before the password? Then it has exactly these attributes.
                match self.read_at(dn).await? {
                    Some(account) if account.protected => return Err(WriteError::Refused(protected())),
                    Some(account) if is_exactly(&account, attrs) => {}
                    _ => return Err(WriteError::Refused(text)),
                }
            }
            Err(error) => return Err(self.failed(error)),
        }
        let Some(password) = password else { return Ok(()) };
        self.set_password(dn, password).await?;
        let must_change = self.must_change();
        self.modify(dn, &[must_change]).await
    }

    /// Attributes first, then the place; an entry on which a former run did the first is carried on with.
    async fn relocate(
        &mut self,
        id: &AccountId,
        from: &Dn,
        to: &Dn,
        before: &Attrs,
        after: &Attrs,
    ) -> Result<(), WriteError> {
        let account = self.read(id).await?;
        let mut wanted = before.clone();
        wanted.extend(after.clone());
        if account.dn.folded() == to.folded() && difference(&account, &wanted).is_none() {
            return Ok(());
        }
        if account.dn.folded() != from.folded() {
            return Err(WriteError::Stale("it lies elsewhere".to_owned()));
        }
        self.ensure_branch(&to.parent()).await?;
        // What is at its new value already is expected to be so; the rest, to be as it was.
        let none = Values::none();
        let mut expected = before.clone();
        for (attr, values) in after {
            if account.attrs.get(attr).unwrap_or(&none) == values {
                expected.insert(*attr, values.clone());
            }
        }
        let changes = self.changes(&expected, after);
        if !changes.is_empty() {
            self.swap(id, from, &expected, &changes).await?;
        } else if let Some(attr) = difference(&account, &expected) {
            return Err(stale(attr));
        }
        let assertion = self.assertion(id, &wanted);
        match self.connection.rename(from, to, Some(&assertion)).await {
            Ok(()) => Ok(()),
            Err(OperationError::Answer { code: ASSERTION_FAILED | UNSUPPORTED_CONTROL, .. }) => {
                // See `swap`; a rename has no old value to delete, so the fresh read is all there is.
                self.holds(id, from, &wanted).await?;
                let renamed = self.connection.rename(from, to, None).await;
                renamed.map_err(|error| self.failed(error))
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Only the server's own check at that moment lets an entry be removed: no read before it would do, for nothing
    /// gives the entry back.
    async fn remove(&mut self, id: &AccountId, dn: &Dn, before: &Attrs) -> Result<(), WriteError> {
        let assertion = self.assertion(id, before);
        match self.connection.delete(dn, Some(&assertion)).await {
            Ok(()) => Ok(()),
            Err(OperationError::Answer { code: ASSERTION_FAILED, text }) => {
                self.holds(id, dn, before).await?;
                Err(WriteError::Stale(text))
            }
            Err(OperationError::Answer { code: UNSUPPORTED_CONTROL, text }) => {
                Err(WriteError::Refused(format!(
                    "{text}; this server cannot check an entry while it deletes it, so rosterd deletes nothing there: \
                     delete it with the server's own tools"
                )))
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// The password is set before the lock is taken off, for the old one must never open the account again.
    async fn reopen(
        &mut self,
        id: &AccountId,
        dn: &Dn,
        before: &Attrs,
        password: &Secret,
    ) -> Result<(), WriteError> {
        let must_change = self.must_change();
        match self.swap(id, dn, before, std::slice::from_ref(&must_change)).await {
            Ok(()) => {}
            Err(WriteError::Stale(why)) => {
                // Setting the password takes off the lock on some servers: a run cut after that is carried on.
                let mut opened = before.clone();
                opened.insert(Attr::Disabled, Values::one("false"));
                self.holds(id, dn, &opened).await.map_err(|error| match error {
                    WriteError::Stale(_) => WriteError::Stale(why),
                    other => other,
                })?;
            }
            Err(error) => return Err(error),
        }
        self.set_password(dn, password).await?;
        let unlock = self.unlock();
        self.modify(dn, &[must_change, unlock]).await
    }

    /// One modify with the precondition as its assertion. Two servers' habits are met: one that knows no
    /// assertions, and slapo-unique, which answers "assertion failed" to a true assertion where a unique
    /// attribute changes. Then the entry is read, and the old values that the request deletes are the
    /// comparison: if they are gone by then, the server refuses the whole.
    async fn swap(
        &mut self,
        id: &AccountId,
        dn: &Dn,
        before: &Attrs,
        changes: &[Modification],
    ) -> Result<(), WriteError> {
        let assertion = self.assertion(id, before);
        let sent = match self.connection.modify(dn, changes, Some(&assertion)).await {
            Err(OperationError::Answer { code: ASSERTION_FAILED | UNSUPPORTED_CONTROL, .. }) => {
                self.holds(id, dn, before).await?;
                self.connection.modify(dn, changes, None).await
            }
            other => other,
        };
        sent.map_err(|error| match error {
            OperationError::Answer { code: NO_SUCH_VALUE | VALUE_EXISTS, text } => WriteError::Stale(text),
            other => self.failed(other),
        })?;
        self.begun = true;
        Ok(())
    }

    /// A further step of a write whose precondition was met.
    async fn modify(&mut self, dn: &Dn, changes: &[Modification]) -> Result<(), WriteError> {
        let sent = self.connection.modify(dn, changes, None).await;
        sent.map_err(|error| self.failed(error))?;
        self.begun = true;
        Ok(())
    }

    async fn set_password(&mut self, dn: &Dn, password: &Secret) -> Result<(), WriteError> {
        match self.connection.set_password(dn, password).await {
            Ok(()) => {
                self.begun = true;
                Ok(())
            }
            // A policy with a history refuses the same password again; one that signs in is set already.
            Err(OperationError::Answer { code: CONSTRAINT_VIOLATION, text }) => {
                match Connection::open_as(&self.writer.settings, dn, password).await {
                    Ok(_) => Ok(()),
                    Err(_) => Err(WriteError::Refused(format!("the password was not accepted: {text}"))),
                }
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Reads the entry and holds it against what it is expected to be.
    async fn holds(&mut self, id: &AccountId, dn: &Dn, expected: &Attrs) -> Result<(), WriteError> {
        let account = self.read(id).await?;
        if account.dn.folded() != dn.folded() {
            return Err(WriteError::Stale("it lies elsewhere".to_owned()));
        }
        difference(&account, expected).map_or(Ok(()), |attr| Err(stale(attr)))
    }

    async fn read(&mut self, id: &AccountId) -> Result<Account, WriteError> {
        let tree = self.writer.tree.clone();
        let filter = Filter::equal(&tree.dialect.id, id.as_str());
        let found = find(self.connection, &tree, &tree.base, Scope::Subtree, filter).await;
        match found.map_err(|error| Self::unread(&error))? {
            None => Err(WriteError::Stale("it is gone".to_owned())),
            Some(account) if account.protected => Err(WriteError::Refused(protected())),
            Some(account) => Ok(account),
        }
    }

    async fn read_at(&mut self, dn: &Dn) -> Result<Option<Account>, WriteError> {
        let tree = self.writer.tree.clone();
        let found = find(self.connection, &tree, dn, Scope::Base, Filter::present("objectClass")).await;
        found.map_err(|error| Self::unread(&error))
    }

    /// Creates the branch an entry is to lie in, where it is missing, and those above it.
    async fn ensure_branch(&mut self, branch: &Dn) -> Result<(), WriteError> {
        let mut missing = Vec::new();
        let mut above = branch.clone();
        while !self.writer.tree.people.is_within(&above) && !self.writer.branches.contains(&above.folded()) {
            let any = Filter::present("objectClass");
            let keep = |_| Ok::<(), ReadError>(());
            match self.connection.search(&above, Scope::Base, &any, &["objectClass"], keep).await {
                Ok(1..) => break,
                Ok(0) | Err(ReadError::Search(crate::ldap::SearchError::NoBase { .. })) => {
                    missing.push(above.clone());
                    above = above.parent();
                }
                Err(error) => return Err(Self::unread(&error)),
            }
        }
        for dn in missing.iter().rev() {
            let classes = self.writer.tree.dialect.new_branch_classes.clone();
            let (attribute, value) =
                dn.rdn_pair().ok_or_else(|| WriteError::Refused(format!("{dn} cannot be a branch")))?;
            let entry = [("objectClass".to_owned(), classes), (attribute.to_owned(), vec![value.to_owned()])];
            match self.connection.add(dn, &entry).await {
                Ok(()) | Err(OperationError::Answer { code: ALREADY_EXISTS, .. }) => {}
                Err(error) => return Err(self.failed(error)),
            }
        }
        self.writer.branches.insert(branch.folded());
        Ok(())
    }

    /// The precondition as the server checks it: the immutable id, no protected login, and what the plan saw, by
    /// the server's matching rules (which mostly ignore case). A filter cannot say "and no other value": what
    /// somebody added beside is not seen, and not touched.
    fn assertion(&self, id: &AccountId, before: &Attrs) -> Filter {
        let tree = &self.writer.tree;
        let dialect = &tree.dialect;
        let mut parts = vec![Filter::equal(&dialect.id, id.as_str())];
        if let Some(login) = dialect.name(Attr::Login) {
            parts.extend(tree.protected_logins().map(|one| Filter::equal(login, one).not()));
        }
        for (attr, values) in before {
            if let Some(mark) = dialect.mark(*attr) {
                let set = Filter::equal(&mark.attribute, &mark.value);
                parts.push(if values.first() == Some("true") { set } else { set.not() });
            } else if let Some(name) = dialect.name(*attr) {
                match values.as_slice() {
                    [] => parts.push(Filter::present(name).not()),
                    some => parts.extend(some.iter().map(|value| Filter::equal(name, value))),
                }
            }
        }
        Filter::all(parts)
    }

    /// The difference as deletions of old and additions of new values: what somebody else added meanwhile stays.
    fn changes(&self, before: &Attrs, after: &Attrs) -> Vec<Modification> {
        let mut changes = Vec::new();
        let dialect = &self.writer.tree.dialect;
        for (attr, gone, fresh) in differences(before, after) {
            let Some(name) = dialect.name(attr) else { continue };
            let (gone, fresh) = (dialect.written(attr, gone), dialect.written(attr, fresh));
            if attr == Attr::MustChange {
                // It has one value, and may say "no" where it is not absent.
                changes.push(Modification::Replace(name.to_owned(), fresh));
                continue;
            }
            if !gone.is_empty() {
                changes.push(Modification::Delete(name.to_owned(), gone));
            }
            if !fresh.is_empty() {
                changes.push(Modification::Add(name.to_owned(), fresh));
            }
        }
        changes
    }

    fn must_change(&self) -> Modification {
        let mark = &self.writer.tree.dialect.must_change;
        Modification::Replace(mark.attribute.clone(), vec![mark.value.clone()])
    }

    fn unlock(&self) -> Modification {
        Modification::Replace(self.writer.tree.dialect.disabled.attribute.clone(), Vec::new())
    }

    /// What a failed request means for the write as a whole.
    fn failed(&self, error: OperationError) -> WriteError {
        let (code, text) = match error {
            OperationError::Unknown(why) => return WriteError::Unknown(why),
            OperationError::NotSent(why) => return WriteError::NotSent(why),
            OperationError::Answer { code, text } => (code, text),
        };
        match code {
            BUSY | UNAVAILABLE => WriteError::NotSent(text),
            NO_SUCH_ENTRY => WriteError::Stale(text),
            INSUFFICIENT_RIGHTS => WriteError::Refused(format!(
                "{text}; give {} the right to write this entry and its password attributes",
                self.writer.settings.bind_dn
            )),
            _ => WriteError::Refused(text),
        }
    }

    /// A failed read has written nothing.
    fn unread(error: &ReadError) -> WriteError {
        WriteError::NotSent(error.to_string())
    }
}

/// What a failure means once part of the write is done: never that nothing was written.
fn begun(error: WriteError) -> WriteError {
    match error {
        WriteError::Stale(why) | WriteError::NotSent(why) | WriteError::Unknown(why) => {
            WriteError::Unknown(why)
        }
        WriteError::Refused(why) => {
            WriteError::Refused(format!("{why} (a first part of the change was made)"))
        }
    }
}

fn stale(attr: &str) -> WriteError {
    WriteError::Stale(format!("{attr} is no longer what the plan saw"))
}

// Result codes of RFC 4511 and RFC 4528.
const UNSUPPORTED_CONTROL: u32 = 12;
const NO_SUCH_VALUE: u32 = 16;
const CONSTRAINT_VIOLATION: u32 = 19;
const VALUE_EXISTS: u32 = 20;
const NO_SUCH_ENTRY: u32 = 32;
const INSUFFICIENT_RIGHTS: u32 = 50;
const BUSY: u32 = 51;
const UNAVAILABLE: u32 = 52;
const ALREADY_EXISTS: u32 = 68;
const ASSERTION_FAILED: u32 = 122;
