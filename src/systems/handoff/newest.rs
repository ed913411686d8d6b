//! The newest export in its drop folder, read whole and hashed.

use crate::model::Time;
use crate::model::ids::sha256;
use chrono::TimeDelta;
use nix::fcntl::OFlag;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// An export as dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportFile {
    /// Where it lies.
    pub path: PathBuf,
    /// When its content was last written: the moment it speaks of. Copying may keep it, which errs on the
    /// safe side.
    pub modified: Time,
    /// Its content.
    pub bytes: Vec<u8>,
    /// SHA-256 of it, hex.
    pub sha256: String,
}

/// An export that is not read now. The last good one stays in force.
#[derive(Debug, thiserror::Error)]
pub enum DropError {
    /// A folder or file that cannot be read.
    #[error("the export {path} cannot be read: {source}")]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It changed a moment ago, or while it was read.
    #[error("the export {0} is still being written: it is read in the next pass")]
    Unsettled(PathBuf),
    /// A link could name any file of this machine.
    #[error("the export {0} is a link or a special file: drop the file itself")]
    NotAFile(PathBuf),
    /// It would confirm orders that are not given yet.
    #[error("the export {0} was written in the future: set the clock of the machine that wrote it")]
    FromTheFuture(PathBuf),
    /// More than any export has.
    #[error("the export {0} has more than {MAX_BYTES} bytes")]
    TooLarge(PathBuf),
}

/// 100,000 lines have about 10 MB.
const MAX_BYTES: u64 = 100 * 1024 * 1024;
/// Clocks of two machines may differ by this much.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(5);
const EXTENSIONS: [&str; 4] = ["xlsx", "ods", "xls", "csv"];

/// Reads the newest export of `folder`; `None` where there is none. A newest one that cannot be used is an
/// error: an older one in its place would be taken for the present.
pub fn newest_export(folder: &Path, now: Time, settle: TimeDelta) -> Result<Option<ExportFile>, DropError> {
    let newest = exports(folder)?.into_iter().max();
    let Some((_, path)) = newest else { return Ok(None) };
    read(path, now, settle).map(Some)
}

/// Reads every export of `folder` written at `since` or later, oldest first. One that is still being written is left for
/// the next time.
pub fn exports_since(
    folder: &Path,
    since: Time,
    now: Time,
    settle: TimeDelta,
) -> Result<Vec<ExportFile>, DropError> {
    let mut found = exports(folder)?;
    found.retain(|(modified, _)| *modified >= since);
    found.sort();
    let files = found.into_iter().map(|(_, path)| read(path, now, settle));
    files.filter(|file| !matches!(file, Err(DropError::Unsettled(_)))).collect()
}

/// The exports that lie in `folder`, with the moment each was written.
fn exports(folder: &Path) -> Result<Vec<(Time, PathBuf)>, DropError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(cannot(folder))? {
        let path = entry.map_err(cannot(folder))?.path();
        if !is_export(&path) {
            continue;
        }
        let metadata = fs::symlink_metadata(&path).map_err(cannot(&path))?;
        if metadata.is_dir() {
            continue;
        }
        found.push((modified(&metadata), path));
    }
    Ok(found)
}

/// Office programs and copies in progress leave hidden and `~$` files.
fn is_export(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    !name.starts_with(['.', '~']) && EXTENSIONS.contains(&extension.as_str())
}

fn read(path: PathBuf, now: Time, settle: TimeDelta) -> Result<ExportFile, DropError> {
    // Neither follows a link nor waits for the other end of a pipe.
    let flags = (OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits();
    let opened = OpenOptions::new().read(true).custom_flags(flags).open(&path);
    let mut file = match opened {
        Err(error) if error.raw_os_error() == Some(nix::errno::Errno::ELOOP as i32) => {
            return Err(DropError::NotAFile(path));
        }
        opened => opened.map_err(cannot(&path))?,
    };
    let before = file.metadata().map_err(cannot(&path))?;
    if !before.is_file() {
        return Err(DropError::NotAFile(path));
    }
    if modified(&before) > now + CLOCKS_DIFFER {
        return Err(DropError::FromTheFuture(path));
    }
    if before.len() > MAX_BYTES {
        return Err(DropError::TooLarge(path));
    }
    if now - changed(&before) < settle {
        return Err(DropError::Unsettled(path));
    }
    let bytes = whole(&mut file).map_err(cannot(&path))?;
    let after = file.metadata().map_err(cannot(&path))?;
    let same = changed(&before) == changed(&after) && before.len() == after.len();
    if !same || bytes.len() as u64 != after.len() {
        return Err(DropError::Unsettled(path));
    }
    let sha256 = sha256(&bytes);
    Ok(ExportFile { path, modified: modified(&after), bytes, sha256 })
}

/// No more than the limit, even where the file grows while it is read.
fn whole(file: &mut File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn modified(metadata: &Metadata) -> Time {
    time(metadata.mtime(), metadata.mtime_nsec())
}

/// The inode's change time: no copy can set it back.
fn changed(metadata: &Metadata) -> Time {
    time(metadata.ctime(), metadata.ctime_nsec())
}

fn time(seconds: i64, nanoseconds: i64) -> Time {
    Time::from_timestamp(seconds, u32::try_from(nanoseconds).unwrap_or(0)).unwrap_or_default()
}

fn cannot(path: &Path) -> impl Fn(io::Error) -> DropError + '_ {
    move |source| DropError::Read { path: path.to_owned(), source }
}
