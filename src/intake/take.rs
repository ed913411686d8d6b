//! Taking a file: spooled and hashed, read in the child process, stored, then moved out of the inbox. At any
//! moment either the inbox still has it or the store knows where it went.

use super::accept::{Source, accept, holds_passwords, leak_of};
use super::folders::Folders;
use super::inbox::Held;
use super::scan::Dropped;
use crate::files;
use crate::kill::{KillPoint, reached};
use crate::model::Time;
use crate::model::agency::Agencies;
use crate::model::citizen::MarkKeys;
use crate::model::finding::{Finding, FindingCode};
use crate::model::ids::{RosterId, sha256};
use crate::model::roster::Reading;
use crate::store::{self, Arrival, Store, StoreError, Token};
use crate::workbook::{Reader, ReaderError};
use chrono::NaiveDate;
use std::io;
use std::path::{Path, PathBuf};

/// What one file needs to be taken.
#[derive(Debug)]
pub struct Intake<'a> {
    /// The store.
    pub store: &'a Store,
    /// The worker's lease.
    pub token: &'a Token,
    /// The folders.
    pub folders: &'a Folders,
    /// The agencies.
    pub agencies: &'a Agencies,
    /// The keys that marks of citizen IDs are made under.
    pub mark_keys: &'a MarkKeys,
    /// The largest file that is read.
    pub largest: u64,
    /// The moment of this pass.
    pub now: Time,
    /// Its local date.
    pub today: NaiveDate,
}

/// What became of a file.
#[derive(Debug)]
pub enum Taken {
    /// Accepted as a roster.
    Accepted,
    /// Refused; the feedback says why.
    Refused,
    /// What is left of it by an earlier, interrupted taking has been cleared away.
    Finished,
    /// The same bytes came before; they are answered with the result they had.
    Repeated(Box<Again>),
    /// It has gone from the inbox before it could be read.
    Gone,
}

/// Bytes that came again.
#[derive(Debug)]
pub struct Again {
    /// The arrival they first were.
    pub first: Arrival,
    /// The name they now came under.
    pub name: String,
    /// Where the copy of the feedback lies.
    pub feedback: PathBuf,
}

/// Why a file could not be taken; it stays in the inbox.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// The file system.
    #[error("{what} {path}: {source}")]
    File {
        /// What was tried.
        what: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The reader cannot be started.
    #[error(transparent)]
    Reader(#[from] ReaderError),
}

impl Intake<'_> {
    /// Takes one file.
    pub async fn take(&self, file: &Dropped, reader: &mut Reader) -> Result<Taken, TakeError> {
        let Some((held, content)) = self.open(file)? else { return Ok(Taken::Gone) };
        let name = held.name();
        let sha256 = content.hash(&name);
        if let Some(known) = self.store.find_by_hash(&file.agency, &sha256).await? {
            return self.known(file, held, &content, known);
        }
        let spool = self.folders.spool.join(&sha256);
        on_file("spooling", &spool, |path| {
            files::private_folder(&self.folders.spool)?;
            files::write(path, content.bytes(), 0o600)
        })?;
        let mut reading = match &content {
            Content::Oversize(_) => {
                refusal(FindingCode::TooLarge, vec![format!("> {} MB", self.largest / 1_048_576)])
            }
            Content::Whole(bytes) => {
                reader.read_of(Some(file.agency.as_str()), bytes, &name, self.today).await?
            }
        };
        let id = RosterId::new(store::ids::fresh(self.now)?);
        let source = Source {
            id: id.clone(),
            agency: file.agency.clone(),
            file: name.clone(),
            sha256: sha256.clone(),
            arrived: self.now,
            has_pdf: file.pdf.is_some(),
        };
        let roster = accept(&mut reading, source, self.agencies, self.mark_keys);
        let accepted = roster.is_some();
        let folder = if accepted { &self.folders.done } else { &self.folders.refused };
        let folder = folder.join(file.agency.as_str()).join(self.today.to_string());
        let place = files::free_name(&folder, &name);
        let passwords = holds_passwords(&reading);
        let arrival = Arrival {
            id,
            agency: file.agency.clone(),
            file: name,
            sha256,
            arrived: self.now,
            roster,
            notes: reading,
            done_path: Some(place.to_string_lossy().into_owned()),
            spool_path: Some(spool.to_string_lossy().into_owned()),
        };
        let leak = passwords.then(|| leak_of(&arrival)).flatten();
        self.store
            .write_fenced(self.token, self.now, async |mut tx| {
                tx.insert_arrival(&arrival).await?;
                if let Some(leak) = &leak {
                    tx.record_leak(leak).await?;
                }
                let (agency, id) = (arrival.agency.as_str(), arrival.id.as_str());
                tx.audit("intake", if accepted { "roster.accept" } else { "roster.refuse" }, agency, id);
                tx.commit(()).await
            })
            .await?;
        reached(KillPoint::AfterArrival);
        clear(file, held, &content, &place, passwords)?;
        self.clear_pdf(file, &place)?;
        Ok(if accepted { Taken::Accepted } else { Taken::Refused })
    }

    fn open(&self, file: &Dropped) -> Result<Option<(Held, Content)>, TakeError> {
        let read = |path: &Path| {
            let held = Held::open(&self.folders.inbox, path)?;
            let content = match held.read(self.largest) {
                Err(error) if error.kind() == io::ErrorKind::FileTooLarge => Content::Oversize(held.size()?),
                bytes => Content::Whole(bytes?),
            };
            Ok((held, content))
        };
        match on_file("reading", &file.path, read) {
            Err(TakeError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }

    /// Bytes that came before: a crash between storing and moving is made good; else they were sent again, are moved
    /// beside the first, and answered with the feedback these had.
    fn known(
        &self,
        file: &Dropped,
        held: Held,
        content: &Content,
        known: Arrival,
    ) -> Result<Taken, TakeError> {
        let place = known.done_path.as_ref().map_or_else(|| self.folders.done.clone(), PathBuf::from);
        let passwords = holds_passwords(&known.notes);
        if held.is_claimed() || passwords || !place.exists() {
            clear(file, held, content, &place, passwords || place.exists())?;
            self.clear_pdf(file, &place)?;
            return Ok(Taken::Finished);
        }
        let root = if known.roster.is_some() { &self.folders.done } else { &self.folders.refused };
        let folder = root.join(file.agency.as_str()).join(self.today.to_string());
        let name = held.name();
        let again = files::free_name(&folder, &name);
        clear(file, held, content, &again, false)?;
        self.clear_pdf(file, &again)?;
        let (first, copy) = (files::with_ending(&place, ENDING), files::with_ending(&again, ENDING));
        if first.exists() && !copy.exists() {
            on_file("copying", &copy, |copy| files::write(copy, &std::fs::read(&first)?, 0o640))?;
        }
        Ok(Taken::Repeated(Box::new(Again { first: known, name, feedback: copy })))
    }

    /// Moves the document that came with a workbook beside it.
    fn clear_pdf(&self, file: &Dropped, place: &Path) -> Result<(), TakeError> {
        let (Some(pdf), Some(folder)) = (&file.pdf, place.parent()) else { return Ok(()) };
        on_file("moving", pdf, |path| {
            let held = Held::open(&self.folders.inbox, path)?;
            let to = files::free_name(folder, &held.name());
            held.claim()?.move_to(&to)
        })
    }
}

/// What a dropped file holds.
enum Content {
    /// All of it.
    Whole(Vec<u8>),
    /// More than is read; its size in bytes.
    Oversize(u64),
}

impl Content {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Whole(bytes) => bytes,
            Self::Oversize(_) => &[],
        }
    }

    /// By what it is known again. Of a file too large to be read only the name and the size are certain.
    fn hash(&self, name: &str) -> String {
        match self {
            Self::Whole(bytes) => sha256(bytes),
            Self::Oversize(size) => sha256(format!("{size} {name}").as_bytes()),
        }
    }
}

/// How a feedback workbook's name ends.
pub const ENDING: &str = ".ketqua.xlsx";

/// A reading that is one finding on the file.
pub fn refusal(code: FindingCode, details: Vec<String>) -> Reading {
    let finding = Finding { sheet: None, row: None, column: None, code, details };
    Reading { blocks: Vec::new(), findings: vec![finding] }
}

/// Does one thing to a file, and names both where it fails.
fn on_file<T>(
    what: &'static str,
    path: &Path,
    act: impl FnOnce(&Path) -> io::Result<T>,
) -> Result<T, TakeError> {
    act(path).map_err(|source| TakeError::File { what, path: path.to_owned(), source })
}

/// Takes a file out of the inbox: to `place`, or to nowhere. What was dropped in its place since it was read stays, and
/// what was read goes to `place` all the same.
fn clear(file: &Dropped, held: Held, content: &Content, place: &Path, delete: bool) -> Result<(), TakeError> {
    let claimed = on_file("moving", &file.path, |_| held.claim())?;
    let replaced = matches!(content, Content::Whole(bytes) if !claimed.holds(bytes));
    if replaced {
        on_file("giving back", &file.path, |_| claimed.give_back())?;
        if delete {
            return Ok(());
        }
        return on_file("writing", place, |place| files::write(place, content.bytes(), 0o640));
    }
    if delete {
        on_file("deleting", &file.path, |_| claimed.delete())
    } else {
        on_file("moving", &file.path, |_| claimed.move_to(place))
    }
}
