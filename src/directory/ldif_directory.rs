//! A directory that is an export: an LDIF file, read whole and rewritten whole.

use super::account::{account, is_account};
use super::ldif::{Document, Record};
use super::ldif_writer::LdifWriter;
use super::password::PolicyEntries;
use super::settings::Tree;
use super::{ReadDirectory, ReadError, Stored, StoredPassword};
use crate::model::Time;
use crate::model::account::{Account, Attr, Snapshot, called};
use crate::model::dn::Dn;
use crate::model::ids::{AccountId, Fingerprint};
use crate::model::password::ServerPolicy;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file with the tree to read in it.
#[derive(Debug, Clone)]
pub struct LdifDirectory {
    path: Arc<PathBuf>,
    tree: Arc<Tree>,
}

impl LdifDirectory {
    pub(super) fn new(path: PathBuf, tree: Tree) -> Self {
        Self { path: Arc::new(path), tree: Arc::new(tree) }
    }

    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(super) fn writer(&self) -> LdifWriter {
        LdifWriter::new(self.path.clone(), self.tree.clone())
    }

    pub(super) async fn probe(&self) -> Result<(), ReadError> {
        self.accounts().await.map(drop)
    }

    async fn document(&self) -> Result<Document, ReadError> {
        let path = self.path.clone();
        let reading = tokio::task::spawn_blocking(move || load(&path));
        reading.await.unwrap_or_else(|_| Err(problem(&self.path, "the reader stopped")))
    }

    pub(super) async fn password_policies(
        &self,
        entries: &PolicyEntries,
    ) -> Result<Vec<ServerPolicy>, ReadError> {
        let document = self.document().await?;
        let is_policy = |record: &&Record| {
            record.values("objectClass").iter().any(|class| class.eq_ignore_ascii_case(&entries.class))
        };
        let policies = document.records.iter().filter(is_policy);
        Ok(policies.map(|one| entries.policy(&one.dn.to_string(), |name| one.values(name))).collect())
    }

    pub(super) async fn stored_passwords(
        &self,
        attribute: &str,
        ids: &[AccountId],
    ) -> Result<Vec<(Account, Vec<Stored>)>, ReadError> {
        let wanted: BTreeSet<&AccountId> = ids.iter().collect();
        let document = self.document().await?;
        let records = document.records.iter().filter(|record| {
            record.dn.is_within(&self.tree.people) && wanted.contains(&id(&self.tree, record))
        });
        let stored =
            |record: &Record| record.values(attribute).into_iter().map(StoredPassword::parse).collect();
        Ok(records.map(|record| (read(&self.tree, record), stored(record))).collect())
    }

    async fn accounts(&self) -> Result<BTreeMap<AccountId, Account>, ReadError> {
        let document = self.document().await?;
        accounts(&self.tree, &document).map_err(|why| problem(&self.path, why))
    }
}

impl ReadDirectory for LdifDirectory {
    async fn snapshot(&self, now: Time) -> Result<Snapshot, ReadError> {
        Ok(Snapshot { taken: now, accounts: self.accounts().await? })
    }

    async fn account(&self, id: &AccountId) -> Result<Option<Account>, ReadError> {
        Ok(self.accounts().await?.remove(id))
    }

    async fn account_at(&self, dn: &Dn) -> Result<Option<Account>, ReadError> {
        Ok(self.document().await?.at(dn).map(|record| read(&self.tree, record)))
    }

    async fn called(&self, text: &str) -> Result<Option<Account>, ReadError> {
        let accounts = self.accounts().await?;
        Ok(called(accounts.values(), text).cloned())
    }

    async fn branches(&self) -> Result<BTreeSet<String>, ReadError> {
        let classes = &self.tree.dialect.new_branch_classes;
        let is_branch = |record: &Record| {
            let found = record.values("objectClass");
            found.iter().any(|one| classes.iter().any(|class| class.eq_ignore_ascii_case(one)))
        };
        let document = self.document().await?;
        let below = document.records.iter().filter(|record| record.dn.is_within(&self.tree.people));
        Ok(below.filter(|record| is_branch(record)).map(|record| record.dn.folded()).collect())
    }
}

pub(super) fn problem(path: &Path, why: impl Into<String>) -> ReadError {
    ReadError::File { path: path.display().to_string(), why: why.into() }
}

/// The file as a document; an empty one is a failed read, not an empty directory.
pub(super) fn load(path: &Path) -> Result<Document, ReadError> {
    let bytes = std::fs::read(path).map_err(|error| problem(path, format!("cannot be read: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let read = error.as_bytes().split_at(error.utf8_error().valid_up_to()).0;
        let line = read.split(|byte| *byte == b'\n').count();
        problem(path, format!("line {line}: not UTF-8; values in other encodings belong in base64 (\"::\")"))
    })?;
    let document = Document::parse(&text).map_err(|error| problem(path, error.to_string()))?;
    if document.records.is_empty() {
        return Err(problem(path, "holds no entry"));
    }
    Ok(document)
}

/// Every account of a document by id.
pub(super) fn accounts(tree: &Tree, document: &Document) -> Result<BTreeMap<AccountId, Account>, String> {
    let mut accounts = BTreeMap::new();
    for record in &document.records {
        let classes = record.values("objectClass");
        if classes.is_empty() {
            return Err(format!("entry {} has no objectClass: the export lacks it or was cut", record.dn));
        }
        if !is_account(tree, &classes) || !record.dn.is_within(&tree.people) {
            continue;
        }
        let account = read(tree, record);
        let dn = account.dn.to_string();
        if let Some(other) = accounts.insert(account.id.clone(), account) {
            return Err(format!("entries {dn} and {} have the same id or login", other.dn));
        }
    }
    Ok(accounts)
}

pub(super) fn read(tree: &Tree, record: &Record) -> Account {
    account(tree, id(tree, record), record.dn.clone(), |name| record.values(name))
}

/// The server's own id where the export has it, else the login, else a hash of the name.
fn id(tree: &Tree, record: &Record) -> AccountId {
    let first = |name: &str| record.values(name).first().map(|value| (*value).to_owned());
    if let Some(id) = first(&tree.dialect.id) {
        return AccountId::new(id);
    }
    match tree.dialect.name(Attr::Login).and_then(first) {
        Some(login) => AccountId::new(format!("uid:{login}")),
        None => {
            AccountId::new(format!("dn:{}", Fingerprint::of("ldif-dn").part(&record.dn.folded()).finish()))
        }
    }
}
