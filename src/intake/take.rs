//! Taking a file: spooled and hashed, read in the child process, stored, then moved out of the inbox. At any
//! moment either the inbox still has it or the store knows where it went.

use super::accept::{Source, accept, holds_passwords};
use super::files;
use super::folders::Folders;
use super::scan::Dropped;
use crate::apply::kill::{KillPoint, reached};
use crate::model::Time;
use crate::model::agency::Agencies;
use crate::model::finding::{Finding, FindingCode};
use crate::model::ids::{RosterId, hex};
use crate::model::roster::Reading;
use crate::store::{self, Arrival, Store, StoreError, Token};
use crate::workbook::{Reader, ReaderError};
use chrono::NaiveDate;
use ring::{digest, hmac};
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
    /// The key citizen IDs are matched under.
    pub citizen_key: &'a hmac::Key,
    /// The largest file that is read.
    pub largest: u64,
    /// The moment of this pass.
    pub now: Time,
    /// Its local date.
    pub today: NaiveDate,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Accepted as a roster.
    Accepted,
    /// Refused; the feedback says why.
    Refused,
    /// The same bytes came before.
    Repeated,
    /// It has gone from the inbox before it could be read.
    Gone,
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
        let name = file_name(&file.path);
        let (bytes, oversize) = match files::read(&file.path, self.largest) {
            Ok(bytes) => (bytes, false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Taken::Gone),
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => (Vec::new(), true),
            Err(source) => return Err(TakeError::File { what: "reading", path: file.path.clone(), source }),
        };
        // A file too large to be read is known by its name, size being all that is certain of it.
        let hashed = if oversize { name.as_bytes() } else { &bytes };
        let sha256 = hex(digest::digest(&digest::SHA256, hashed).as_ref());
        if let Some(known) = self.store.find_by_hash(&file.agency, &sha256).await? {
            return self.repeated(file, &known).map(|()| Taken::Repeated);
        }
        let spool = self.folders.spool.join(&sha256);
        self.file("spooling", &spool, |path| {
            files::private_folder(&self.folders.spool)?;
            files::write(path, &bytes, 0o600)
        })?;
        let mut reading = if oversize {
            refusal(FindingCode::TooLarge, vec![format!("> {} MB", self.largest / 1_048_576)])
        } else {
            reader.read(&bytes, &name, self.today).await?
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
        let roster = accept(&mut reading, source, self.agencies, self.citizen_key);
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
        self.store
            .write_fenced(self.token, self.now, async |mut tx| {
                tx.insert_arrival(&arrival).await?;
                let (agency, id) = (arrival.agency.as_str(), arrival.id.as_str());
                tx.audit("intake", if accepted { "roster.accept" } else { "roster.refuse" }, agency, id);
                tx.commit(()).await
            })
            .await?;
        reached(KillPoint::AfterArrival);
        self.clear(file, &place, passwords)?;
        Ok(if accepted { Taken::Accepted } else { Taken::Refused })
    }

    /// Moves a file and its PDF out of the inbox; one with passwords is deleted.
    fn clear(&self, file: &Dropped, place: &Path, passwords: bool) -> Result<(), TakeError> {
        if passwords {
            self.file("deleting", &file.path, |path| std::fs::remove_file(path))?;
        } else {
            self.file("moving", &file.path, |path| files::move_to(path, place))?;
        }
        if let Some(pdf) = &file.pdf {
            let beside = place.parent().map(|folder| files::free_name(folder, &file_name(pdf)));
            self.file("moving", pdf, |path| beside.map_or(Ok(()), |to| files::move_to(path, &to)))?;
        }
        Ok(())
    }

    /// The same bytes again: moved beside the first, and answered with the feedback they had. A crash between
    /// storing and moving ends here too.
    fn repeated(&self, file: &Dropped, known: &Arrival) -> Result<(), TakeError> {
        let place = known.done_path.as_ref().map_or_else(|| self.folders.done.clone(), PathBuf::from);
        if holds_passwords(&known.notes) {
            return self.clear(file, &place, true);
        }
        if !place.exists() {
            return self.clear(file, &place, false);
        }
        let root = if known.roster.is_some() { &self.folders.done } else { &self.folders.refused };
        let folder = root.join(file.agency.as_str()).join(self.today.to_string());
        let again = files::free_name(&folder, &file_name(&file.path));
        self.clear(file, &again, false)?;
        let (first, copy) = (files::with_ending(&place, ENDING), files::with_ending(&again, ENDING));
        if first.exists() && !copy.exists() {
            self.file("copying", &copy, |copy| files::write(copy, &std::fs::read(&first)?, 0o640))?;
        }
        Ok(())
    }

    fn file<T>(
        &self,
        what: &'static str,
        path: &Path,
        act: impl FnOnce(&Path) -> io::Result<T>,
    ) -> Result<T, TakeError> {
        act(path).map_err(|source| TakeError::File { what, path: path.to_owned(), source })
    }
}

/// How a feedback workbook's name ends.
pub const ENDING: &str = ".ketqua.xlsx";

/// A reading that is one finding on the file.
pub fn refusal(code: FindingCode, details: Vec<String>) -> Reading {
    let finding = Finding { sheet: None, row: None, column: None, code, details };
    Reading { blocks: Vec::new(), findings: vec![finding] }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
