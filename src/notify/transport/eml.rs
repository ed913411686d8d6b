//! A folder of `.eml` files: mail for a trial run, opened by any mail program.

use super::message::{mailbox, message};
use super::{OpenError, SendError};
use crate::model::notice::Notice;
use lettre::message::Mailbox;
use nix::unistd::{AccessFlags, access};
use serde::Deserialize;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What is configured for it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The folder; made when the first mail is written.
    pub folder: PathBuf,
    /// The fixed sender, in the agency's own domain.
    pub from: String,
}

/// The folder, one file a notice: a repeat overwrites the same one.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    from: Mailbox,
}

impl Folder {
    pub(super) fn open(settings: &Settings) -> Result<Self, OpenError> {
        Ok(Self { path: settings.folder.clone(), from: mailbox(&settings.from)? })
    }

    pub(super) async fn send(&self, notice: &Notice) -> Result<(), SendError> {
        let bytes = message(notice, &self.from)?.formatted();
        let (folder, id) = (self.path.clone(), notice.message_id());
        let written = tokio::task::spawn_blocking(move || write(&folder, &id, &bytes)).await;
        written
            .unwrap_or_else(|stopped| Err(io::Error::other(stopped)))
            .map_err(|why| self.cannot_write(&why))
    }

    pub(super) fn probe(&self) -> Result<(), SendError> {
        let existing = self.path.ancestors().map(or_here).find(|path| path.exists());
        let Some(existing) = existing.filter(|path| path.is_dir()) else {
            return Err(self.cannot_write(&io::ErrorKind::NotADirectory.into()));
        };
        access(existing, AccessFlags::W_OK | AccessFlags::X_OK)
            .map_err(|errno| self.cannot_write(&errno.into()))
    }

    fn cannot_write(&self, why: &io::Error) -> SendError {
        SendError::Unavailable(format!("the mail folder {} cannot be written: {why}", self.path.display()))
    }
}

/// Written whole under another name first, so that a reader or a crash never meets half a mail.
fn write(folder: &Path, id: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let draft = folder.join(format!(".{id}.tmp"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, folder.join(format!("{id}.eml")))?;
    File::open(folder)?.sync_all()
}

/// The parent of a relative path of one part is the working folder.
fn or_here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}
