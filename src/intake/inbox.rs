//! The inbox: a shared folder in which others write at any time. A file is opened where no link leads out of it,
//! and is taken away only while it still holds what was read.

use crate::files;
use nix::fcntl::{AT_FDCWD, OFlag, OpenHow, RenameFlags, ResolveFlag, openat2, renameat2};
use std::ffi::OsString;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

/// How the name of a file begins that this program is taking away. After a crash it is found by it.
const CLAIMED: &str = ".rosterd.";

/// The name under which a file was dropped.
pub fn dropped_as(name: &str) -> &str {
    name.strip_prefix(CLAIMED).unwrap_or(name)
}

/// Whether a name is that of a file being taken away.
pub fn is_claimed(name: &str) -> bool {
    name.starts_with(CLAIMED)
}

/// A file in the inbox, held by its folder: whatever becomes of the path to it, this folder is meant.
#[derive(Debug)]
pub struct Held {
    folder: OwnedFd,
    name: OsString,
}

impl Held {
    /// The file at `path`, which lies below `root`. A link on the way, or one that leads out, is an error.
    pub fn open(root: &Path, path: &Path) -> io::Result<Self> {
        let outside = || io::Error::other("it does not lie in the inbox");
        let below = path.strip_prefix(root).map_err(|_| outside())?;
        let name = below.file_name().ok_or_else(outside)?.to_owned();
        let folder = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let root = openat2(AT_FDCWD, root, OpenHow::new().flags(folder))?;
        let inside = ResolveFlag::RESOLVE_BENEATH | ResolveFlag::RESOLVE_NO_SYMLINKS;
        let parent = below.parent().filter(|parent| !parent.as_os_str().is_empty());
        let folder = match parent {
            Some(parent) => openat2(&root, parent, OpenHow::new().flags(folder).resolve(inside))?,
            None => root,
        };
        Ok(Self { folder, name })
    }

    /// Its name as it was dropped.
    pub fn name(&self) -> String {
        dropped_as(&self.name.to_string_lossy()).to_owned()
    }

    /// What it holds, at most `limit` bytes.
    pub fn read(&self, limit: u64) -> io::Result<Vec<u8>> {
        files::read(&self.path(&self.name), limit)
    }

    /// Its size in bytes.
    pub fn size(&self) -> io::Result<u64> {
        Ok(self.path(&self.name).symlink_metadata()?.len())
    }

    /// Whether an earlier, interrupted taking left it: it has been read then, and nobody writes to it any more.
    pub fn is_claimed(&self) -> bool {
        is_claimed(&self.name.to_string_lossy())
    }

    /// Sets it aside, under a name that no one else uses.
    pub fn claim(mut self) -> io::Result<Claimed> {
        if self.is_claimed() {
            return Ok(Claimed(self));
        }
        let mut aside = OsString::from(CLAIMED);
        aside.push(&self.name);
        std::fs::rename(self.path(&self.name), self.path(&aside))?;
        self.name = aside;
        Ok(Claimed(self))
    }

    /// The folder is named by its descriptor, so that nothing can be put in its place.
    fn path(&self, name: &OsString) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.folder.as_raw_fd())).join(name)
    }
}

/// A file set aside.
#[derive(Debug)]
pub struct Claimed(Held);

impl Claimed {
    /// Whether it still holds `bytes`: it may have been replaced after it was read.
    pub fn holds(&self, bytes: &[u8]) -> bool {
        self.0.read(bytes.len() as u64).is_ok_and(|now| now == bytes)
    }

    /// Moves it to `place`, which must not exist.
    pub fn move_to(self, place: &Path) -> io::Result<()> {
        files::move_to(&self.0.path(&self.0.name), place)
    }

    /// Deletes it.
    pub fn delete(self) -> io::Result<()> {
        std::fs::remove_file(self.0.path(&self.0.name))
    }

    /// Puts it back under its name, or beside what has been dropped there since.
    pub fn give_back(self) -> io::Result<()> {
        let held = self.0;
        let from = held.path(&held.name);
        let folder = held.path(&OsString::new());
        let to = files::free_name(&folder, &held.name());
        match renameat2(AT_FDCWD, &from, AT_FDCWD, &to, RenameFlags::RENAME_NOREPLACE) {
            // Shares know no such rename.
            Err(nix::errno::Errno::EINVAL | nix::errno::Errno::ENOSYS) => std::fs::rename(from, to),
            result => result.map_err(Into::into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inbox() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("inbox");
        std::fs::create_dir_all(root.join("skhcn/2026")).unwrap();
        std::fs::write(root.join("skhcn/2026/a.xlsx"), "read").unwrap();
        (dir, root)
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|one| one.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_was_read_is_taken_away() {
        let (dir, root) = inbox();
        let held = Held::open(&root, &root.join("skhcn/2026/a.xlsx")).unwrap();
        assert_eq!(held.read(10).unwrap(), b"read");
        let claimed = held.claim().unwrap();
        assert!(claimed.holds(b"read") && !claimed.holds(b"rea") && !claimed.holds(b"read!"));
        claimed.move_to(&dir.path().join("done/a.xlsx")).unwrap();
        assert_eq!(names(&root.join("skhcn/2026")), [""; 0]);
        assert_eq!(std::fs::read(dir.path().join("done/a.xlsx")).unwrap(), b"read");
    }

    #[test]
    fn what_was_replaced_meanwhile_goes_back() {
        let (_dir, root) = inbox();
        let path = root.join("skhcn/2026/a.xlsx");
        let held = Held::open(&root, &path).unwrap();
        std::fs::write(&path, "newer").unwrap();
        let claimed = held.claim().unwrap();
        assert!(!claimed.holds(b"read"));
        // Another one is dropped under the name before it is back.
        std::fs::write(&path, "newest").unwrap();
        claimed.give_back().unwrap();
        assert_eq!(names(&root.join("skhcn/2026")), ["a (2).xlsx", "a.xlsx"]);
        assert_eq!(std::fs::read_to_string(path).unwrap(), "newest");
    }

    #[test]
    fn a_claim_that_was_cut_short_is_taken_up_again() {
        let (_dir, root) = inbox();
        drop(Held::open(&root, &root.join("skhcn/2026/a.xlsx")).unwrap().claim().unwrap());
        let [name] = &names(&root.join("skhcn/2026"))[..] else { panic!("one file") };
        assert!(is_claimed(name));
        let held = Held::open(&root, &root.join("skhcn/2026").join(name)).unwrap();
        assert_eq!((held.name().as_str(), held.is_claimed()), ("a.xlsx", true));
        held.claim().unwrap().delete().unwrap();
        assert_eq!(names(&root.join("skhcn/2026")), [""; 0]);
    }

    #[test]
    fn no_link_leads_out() {
        let (dir, root) = inbox();
        std::fs::create_dir(dir.path().join("private")).unwrap();
        std::fs::write(dir.path().join("private/key.xlsx"), "secret").unwrap();
        // A folder that was one when it was listed is a link when it is opened.
        std::fs::rename(root.join("skhcn/2026"), root.join("skhcn/2025")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("private"), root.join("skhcn/2026")).unwrap();
        assert!(Held::open(&root, &root.join("skhcn/2026/key.xlsx")).is_err());
        assert!(Held::open(&root, &root.join("../private/key.xlsx")).is_err());
        assert!(Held::open(&root, &dir.path().join("private/key.xlsx")).is_err());
        std::os::unix::fs::symlink(dir.path().join("private/key.xlsx"), root.join("skhcn/key.xlsx")).unwrap();
        assert!(Held::open(&root, &root.join("skhcn/key.xlsx")).unwrap().read(10).is_err());
    }
}
