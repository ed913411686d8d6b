//! Writing an export: each write is a whole new file, put in place of the old one in one step and only then
//! reported as done. One writer at a time holds the lock beside it.

use super::compare::{difference, is_exactly};
use super::ldif::{Document, Line, Record};
use super::ldif_directory::{accounts, load, read};
use super::settings::Tree;
use super::write::{Write, WriteError, differences};
use super::writer::{permit, protected};
use crate::model::account::{Account, Attrs};
use crate::model::dn::Dn;
use crate::model::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::{SecureRandom, SystemRandom};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// A writer that holds the file's lock from its first write until it is dropped.
#[derive(Debug)]
pub struct LdifWriter {
    path: Arc<PathBuf>,
    tree: Arc<Tree>,
    held: Held,
}

/// What a writer keeps between writes.
#[derive(Debug, Default)]
struct Held {
    lock: Option<File>,
    /// The document as last read or written, good while the file still looks the same.
    cached: Option<(Stamp, Document)>,
}

/// How a file looks from outside: a change by anybody else shows here.
type Stamp = (u64, u64, SystemTime);

impl LdifWriter {
    pub(super) fn new(path: Arc<PathBuf>, tree: Arc<Tree>) -> Self {
        Self { path, tree, held: Held::default() }
    }

    pub(super) async fn write(&mut self, write: &Write) -> Result<(), WriteError> {
        permit(&self.tree, write)?;
        let (path, tree, write) = (self.path.clone(), self.tree.clone(), write.clone());
        let mut held = std::mem::take(&mut self.held);
        let writing = tokio::task::spawn_blocking(move || {
            let result = held.write(&path, &tree, &write);
            (held, result)
        });
        match writing.await {
            Ok((held, result)) => {
                self.held = held;
                result
            }
            Err(_) => Err(WriteError::Unknown("the writer stopped".to_owned())),
        }
    }
}

impl Held {
    fn write(&mut self, path: &Path, tree: &Tree, write: &Write) -> Result<(), WriteError> {
        let not_sent = |why: String| WriteError::NotSent(why);
        let failed = |error: io::Error| not_sent(format!("{}: {error}", path.display()));
        // A link to the export stays a link.
        let path = &path.canonicalize().map_err(failed)?;
        if self.lock.is_none() {
            self.lock = Some(lock(path)?);
        }
        let stamp = stamp(path).map_err(failed)?;
        let mut document = match self.cached.take() {
            Some((seen, document)) if seen == stamp => document,
            _ => load(path).map_err(|error| not_sent(error.to_string()))?,
        };
        let mut salt = [0; 16];
        SystemRandom::new().fill(&mut salt).map_err(|_| not_sent("no random numbers".to_owned()))?;
        apply(&mut document, tree, write, salt)?;
        accounts(tree, &document).map_err(WriteError::Refused)?;
        let stamp = replace(path, &document.render())?;
        self.cached = Some((stamp, document));
        Ok(())
    }
}

/// The lock beside the file: the file itself is replaced by every write.
fn lock(path: &Path) -> Result<File, WriteError> {
    let beside = sibling(path, "", ".lock");
    let failed = |why: String| WriteError::NotSent(format!("{}: {why}", beside.display()));
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&beside)
        .map_err(|error| failed(error.to_string()))?;
    file.try_lock().map_err(|error| failed(format!("another program is writing the export ({error})")))?;
    Ok(file)
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let found = path.metadata()?;
    Ok((found.ino(), found.len(), found.modified()?))
}

/// Puts `text` in the file's place: written beside it, made durable, renamed, the folder made durable.
fn replace(path: &Path, text: &str) -> Result<Stamp, WriteError> {
    let beside = sibling(path, ".", ".new");
    let prepared = prepare(path, &beside, text);
    if let Err(error) = prepared.and_then(|()| std::fs::rename(&beside, path)) {
        drop(std::fs::remove_file(&beside));
        return Err(WriteError::NotSent(format!("{}: {error}", beside.display())));
    }
    let folder = path.parent().unwrap_or(Path::new("/"));
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .and_then(|()| stamp(path))
        .map_err(|error| WriteError::Unknown(format!("{}: {error}", path.display())))
}

fn prepare(path: &Path, beside: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    // What a crash left behind is nobody's; `create_new` follows no link that was put there instead.
    match std::fs::remove_file(beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(beside)?;
    file.set_permissions(path.metadata()?.permissions())?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn sibling(path: &Path, before: &str, after: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(before);
    name.push(path.file_name().unwrap_or_default());
    name.push(after);
    path.with_file_name(name)
}

/// Carries out a write on the document, or says why not and leaves it to be read anew.
fn apply(document: &mut Document, tree: &Tree, write: &Write, salt: [u8; 16]) -> Result<(), WriteError> {
    let dialect = &tree.dialect;
    let lock = &dialect.disabled;
    match write {
        Write::Create { dn, attrs, password } => {
            let at = create(document, tree, dn, attrs)?;
            if let Some(password) = password {
                set_password(&mut document.records[at], tree, password, salt);
            }
        }
        Write::Update { before, after, .. } => {
            let at = find(document, tree, write)?;
            change(&mut document.records[at], tree, before, after);
        }
        Write::Move { from, to, before, after, .. } => {
            let at = find(document, tree, write)?;
            if document.at(to).is_some() {
                return Err(WriteError::Refused(format!("{to} exists already")));
            }
            if document.records.iter().any(|one| one.dn != *from && one.dn.is_within(from)) {
                return Err(WriteError::Refused(format!("{from} has entries below it")));
            }
            change(&mut document.records[at], tree, before, after);
            let mut record = document.records.remove(at);
            rename(&mut record, from, to);
            ensure_branch(document, tree, &to.parent());
            // At the end, so that it comes after its branch: a server loads a file in order.
            document.records.push(record);
        }
        Write::Disable { .. } => {
            let at = find(document, tree, write)?;
            document.records[at].set(&lock.attribute, std::slice::from_ref(&lock.value));
        }
        Write::Enable { password, .. } => {
            let at = find(document, tree, write)?;
            document.records[at].set(&lock.attribute, &[]);
            if let Some(password) = password {
                set_password(&mut document.records[at], tree, password, salt);
            }
        }
        Write::Delete { dn, .. } => {
            let at = find(document, tree, write)?;
            if document.records.iter().any(|one| one.dn != *dn && one.dn.is_within(dn)) {
                return Err(WriteError::Refused(format!("{dn} has entries below it")));
            }
            document.records.remove(at);
        }
        Write::ResetPassword { password, .. } => {
            let at = find(document, tree, write)?;
            set_password(&mut document.records[at], tree, password, salt);
        }
    }
    Ok(())
}

/// Where the entry stands that the write is about, if it is as the write states.
fn find(document: &Document, tree: &Tree, write: &Write) -> Result<usize, WriteError> {
    let same = |account: &Account| Some(&account.id) == write.id();
    let found = document.records.iter().enumerate().map(|(at, record)| (at, read(tree, record)));
    let Some((at, account)) = found.into_iter().find(|(_, account)| same(account)) else {
        return Err(WriteError::Stale("it is gone".to_owned()));
    };
    if account.protected {
        return Err(WriteError::Refused(protected()));
    }
    if account.dn.folded() != write.dn().folded() {
        return Err(WriteError::Stale("it lies elsewhere".to_owned()));
    }
    if let Some(attr) = difference(&account, &write.before()) {
        return Err(WriteError::Stale(format!("{attr} is no longer what the plan saw")));
    }
    Ok(at)
}

fn create(document: &mut Document, tree: &Tree, dn: &Dn, attrs: &Attrs) -> Result<usize, WriteError> {
    if let Some(at) = document.records.iter().position(|record| record.dn.folded() == dn.folded()) {
        let account = read(tree, &document.records[at]);
        if account.protected {
            return Err(WriteError::Refused(protected()));
        }
        // Ours, from a run that was cut: then it has exactly these attributes.
        if is_exactly(&account, attrs) {
            return Ok(at);
        }
        return Err(WriteError::Refused(format!("{dn} exists already")));
    }
    ensure_branch(document, tree, &dn.parent());
    let classes = tree.dialect.new_person_classes.iter().map(|class| ("objectClass", class));
    let values = attrs.iter().filter_map(|(attr, values)| Some((tree.dialect.name(*attr)?, values)));
    let values = values.flat_map(|(name, values)| values.as_slice().iter().map(move |value| (name, value)));
    let lines = classes.chain(values).map(|(name, value)| line(name, value)).collect();
    document.records.push(Record::new(dn.clone(), lines));
    Ok(document.records.len() - 1)
}

fn line(name: &str, value: &str) -> Line {
    Line::Value { attribute: name.to_owned(), value: value.as_bytes().to_vec() }
}

fn change(record: &mut Record, tree: &Tree, before: &Attrs, after: &Attrs) {
    for (attr, gone, fresh) in differences(before, after) {
        if let Some(name) = tree.dialect.name(attr) {
            let (gone, fresh) = (tree.dialect.written(attr, gone), tree.dialect.written(attr, fresh));
            let is_gone = |value: &[u8]| gone.iter().any(|one| one.as_bytes() == value);
            record.change(name, is_gone, &fresh);
        }
    }
}

fn rename(record: &mut Record, from: &Dn, to: &Dn) {
    if let (Some((old, gone)), Some((new, fresh))) = (from.rdn_pair(), to.rdn_pair())
        && from.rdn() != to.rdn()
    {
        record.change(old, |value| value == gone.as_bytes(), &[]);
        if !record.values(new).contains(&fresh) {
            record.change(new, |_| false, &[fresh.to_owned()]);
        }
    }
    record.dn = to.clone();
    record.dn_text = to.to_string();
}

/// The branch an entry is to lie in, and those above it, where they are missing; each right after its parent.
fn ensure_branch(document: &mut Document, tree: &Tree, dn: &Dn) {
    if tree.people.is_within(dn) || document.at(dn).is_some() {
        return;
    }
    ensure_branch(document, tree, &dn.parent());
    let mut lines: Vec<Line> =
        tree.dialect.new_branch_classes.iter().map(|class| line("objectClass", class)).collect();
    lines.extend(dn.rdn_pair().map(|(attribute, value)| line(attribute, value)));
    let parent = dn.parent().folded();
    let after = document.records.iter().position(|record| record.dn.folded() == parent);
    let place = after.map_or(document.records.len(), |at| at + 1);
    document.records.insert(place, Record::new(dn.clone(), lines));
}

/// A salted hash, as OpenLDAP's pw-sha2 reads it, and must-change.
fn set_password(record: &mut Record, tree: &Tree, password: &Secret, salt: [u8; 16]) {
    let mut hash = ring::digest::Context::new(&ring::digest::SHA512);
    hash.update(password.reveal().as_bytes());
    hash.update(&salt);
    let stored = [hash.finish().as_ref(), &salt].concat();
    record.set("userPassword", &[format!("{{SSHA512}}{}", STANDARD.encode(stored))]);
    let must_change = &tree.dialect.must_change;
    record.set(&must_change.attribute, std::slice::from_ref(&must_change.value));
}
