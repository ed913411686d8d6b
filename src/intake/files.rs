//! Files: read without following links, written whole or not at all, moved without replacing anything.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Reads a regular file of at most `limit` bytes. A link, a device or a larger file is an error.
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    // Without blocking: a named pipe in a shared folder must not stop the worker.
    let flags = nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {limit} bytes")));
    }
    Ok(bytes)
}

/// Writes `bytes` to `path` whole or not at all, durably; folders are made as needed. `mode` is the file's.
pub fn write(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder.join(format!(".{name}.part"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, path)?;
    File::open(folder)?.sync_all()
}

/// Makes a folder that only this program may enter.
pub fn private_folder(path: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Moves `from` to `to`, which must not exist; across file systems by copy.
pub fn move_to(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    match std::fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            let bytes = read(from, u64::MAX - 1)?;
            write(to, &bytes, 0o640)?;
            std::fs::remove_file(from)
        }
        result => result,
    }
}

/// `folder/name`, numbered before its ending where that is taken: `a.xlsx`, `a (2).xlsx`.
pub fn free_name(folder: &Path, name: &str) -> PathBuf {
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    std::iter::once(folder.join(name))
        .chain((2..).map(|number| folder.join(format!("{stem} ({number}){ending}"))))
        .find(|path| path.symlink_metadata().is_err())
        .unwrap_or_else(|| folder.join(name))
}

/// `name` with its ending replaced.
pub fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    path.with_file_name(format!("{stem}{ending}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_pipes_and_large_files_are_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a");
        std::fs::write(&file, "12345").unwrap();
        let link = dir.path().join("b");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let pipe = dir.path().join("c");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(read(&file, 5).unwrap(), b"12345");
        assert_eq!(read(&file, 4).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert!(read(&link, 5).is_err());
        assert!(read(&pipe, 5).is_err());
    }

    #[test]
    fn a_name_that_is_taken_is_numbered() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(free_name(dir.path(), "a.b.xlsx"), dir.path().join("a.b.xlsx"));
        write(&dir.path().join("a.b.xlsx"), b"", 0o600).unwrap();
        write(&dir.path().join("a.b (2).xlsx"), b"", 0o600).unwrap();
        assert_eq!(free_name(dir.path(), "a.b.xlsx"), dir.path().join("a.b (3).xlsx"));
    }
}
