//! A directory on a server, read over LDAP; each read on a connection of its own.

use super::account::account;
use super::ldap_writer::LdapWriter;
use super::password::PolicyEntries;
use super::settings::Tree;
use super::{ReadDirectory, ReadError, Stored, StoredPassword};
use crate::ldap::{Connection, Entry, Filter, Scope, SearchError, Settings};
use crate::model::Time;
use crate::model::account::{Account, CALLED_BY, Snapshot, called};
use crate::model::dn::Dn;
use crate::model::ids::AccountId;
use crate::model::password::ServerPolicy;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A server with the tree to read on it.
#[derive(Debug, Clone)]
pub struct LdapDirectory {
    connection: Arc<Settings>,
    tree: Arc<Tree>,
}

impl LdapDirectory {
    pub(super) fn new(connection: Settings, tree: Tree) -> Self {
        Self { connection: Arc::new(connection), tree: Arc::new(tree) }
    }

    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(super) fn writer(&self) -> LdapWriter {
        LdapWriter::new(self.connection.clone(), self.tree.clone())
    }

    pub(super) async fn probe(&self) -> Result<(), ReadError> {
        let mut connection = Connection::open(&self.connection).await?;
        let any = Filter::present("objectClass");
        let found = connection
            .search(&self.tree.people, Scope::Base, &any, &["objectClass"], |_| Ok::<(), ReadError>(()))
            .await?;
        if found == 0 {
            let why = "nothing is returned: give rosterd's account the right to read it".to_owned();
            return Err(ReadError::Entry { dn: self.tree.people.to_string(), why });
        }
        Ok(())
    }

    pub(super) async fn password_policies(
        &self,
        entries: &PolicyEntries,
    ) -> Result<Vec<ServerPolicy>, ReadError> {
        let mut connection = Connection::open(&self.connection).await?;
        let filter = Filter::equal("objectClass", &entries.class);
        let attributes: Vec<&str> = entries.names().map(|(_, name)| name)[1..].to_vec();
        let mut found = Vec::new();
        let keep = |entry: Entry| {
            let values = |name: &str| entry.values(name).iter().map(String::as_str).collect();
            found.push(entries.policy(&entry.dn, values));
            Ok::<(), ReadError>(())
        };
        connection.search(&self.tree.base, Scope::Subtree, &filter, &attributes, keep).await?;
        Ok(found)
    }

    pub(super) async fn stored_passwords(
        &self,
        attribute: &str,
        ids: &[AccountId],
    ) -> Result<Vec<(Account, Vec<Stored>)>, ReadError> {
        let tree = &self.tree;
        let mut connection = Connection::open(&self.connection).await?;
        let filter = Filter::any(ids.iter().map(|id| Filter::equal(&tree.dialect.id, id.as_str())));
        let mut attributes = tree.dialect.read_attributes();
        attributes.push(attribute);
        let mut found = Vec::new();
        let keep = |entry: Entry| {
            let stored = entry.values(attribute).iter().map(|value| StoredPassword::parse(value));
            found.push((read(tree, &entry)?, stored.collect()));
            Ok::<(), ReadError>(())
        };
        connection.search(&tree.people, Scope::Subtree, &filter, &attributes, keep).await?;
        Ok(found)
    }

    async fn one(&self, base: &Dn, scope: Scope, filter: Filter) -> Result<Option<Account>, ReadError> {
        let mut connection = Connection::open(&self.connection).await?;
        find(&mut connection, &self.tree, base, scope, filter).await
    }
}

impl ReadDirectory for LdapDirectory {
    async fn snapshot(&self, now: Time) -> Result<Snapshot, ReadError> {
        let tree = &self.tree;
        let mut connection = Connection::open(&self.connection).await?;
        let mut accounts = BTreeMap::new();
        let keep = |entry: Entry| {
            let account = read(tree, &entry)?;
            let twice = accounts.insert(account.id.clone(), account).is_some();
            if twice {
                // A rename while paging can show an entry twice, and hide another.
                let why = "came twice in one search: the directory changed under it; read again".to_owned();
                return Err(ReadError::Entry { dn: entry.dn, why });
            }
            Ok(())
        };
        let attributes = tree.dialect.read_attributes();
        connection.search(&tree.people, Scope::Subtree, &people(tree), &attributes, keep).await?;
        Ok(Snapshot { taken: now, accounts })
    }

    async fn account(&self, id: &AccountId) -> Result<Option<Account>, ReadError> {
        let filter = Filter::equal(&self.tree.dialect.id, id.as_str());
        self.one(&self.tree.base, Scope::Subtree, filter).await
    }

    async fn account_at(&self, dn: &Dn) -> Result<Option<Account>, ReadError> {
        self.one(dn, Scope::Base, Filter::present("objectClass")).await
    }

    async fn called(&self, text: &str) -> Result<Option<Account>, ReadError> {
        let tree = &self.tree;
        let mut connection = Connection::open(&self.connection).await?;
        let names =
            CALLED_BY.iter().filter_map(|attr| tree.dialect.name(*attr)).chain([tree.dialect.id.as_str()]);
        let filter = Filter::all([people(tree), Filter::any(names.map(|name| Filter::equal(name, text)))]);
        let mut found = Vec::new();
        let keep = |entry: Entry| {
            found.push(read(tree, &entry)?);
            Ok::<(), ReadError>(())
        };
        let attributes = tree.dialect.read_attributes();
        connection.search(&tree.people, Scope::Subtree, &filter, &attributes, keep).await?;
        Ok(called(&found, text).cloned())
    }

    async fn branches(&self) -> Result<BTreeSet<String>, ReadError> {
        let mut connection = Connection::open(&self.connection).await?;
        let classes = self.tree.dialect.new_branch_classes.iter();
        let filter = Filter::any(classes.map(|class| Filter::equal("objectClass", class)));
        let mut found = BTreeSet::new();
        let keep = |entry: Entry| {
            found.insert(name(&entry)?.folded());
            Ok::<(), ReadError>(())
        };
        connection.search(&self.tree.people, Scope::Subtree, &filter, &["objectClass"], keep).await?;
        Ok(found)
    }
}

/// The one entry that `filter` finds; `None` where there is none.
pub(super) async fn find(
    connection: &mut Connection,
    tree: &Tree,
    base: &Dn,
    scope: Scope,
    filter: Filter,
) -> Result<Option<Account>, ReadError> {
    let mut found = None;
    let keep = |entry: Entry| {
        let account = read(tree, &entry)?;
        if found.replace(account).is_some() {
            let why = "another entry has the same id: the id attribute of the dialect is no id".to_owned();
            return Err(ReadError::Entry { dn: entry.dn, why });
        }
        Ok(())
    };
    match connection.search(base, scope, &filter, &tree.dialect.read_attributes(), keep).await {
        // The base itself is what is looked for.
        Err(ReadError::Search(SearchError::NoBase { .. })) if scope == Scope::Base => Ok(None),
        Err(error) => Err(error),
        Ok(_) => Ok(found),
    }
}

fn people(tree: &Tree) -> Filter {
    Filter::any(tree.dialect.people_classes.iter().map(|class| Filter::equal("objectClass", class)))
}

fn name(entry: &Entry) -> Result<Dn, ReadError> {
    Dn::parse(&entry.dn).map_err(|error| ReadError::Entry { dn: entry.dn.clone(), why: error.to_string() })
}

fn read(tree: &Tree, entry: &Entry) -> Result<Account, ReadError> {
    let attribute = &tree.dialect.id;
    let [id] = entry.values(attribute) else {
        let why =
            format!("has no single {attribute}: let rosterd's account read it, or correct the dialect's id");
        return Err(ReadError::Entry { dn: entry.dn.clone(), why });
    };
    let values = |name: &str| entry.values(name).iter().map(String::as_str).collect();
    Ok(account(tree, AccountId::new(id.as_str()), name(entry)?, values))
}
