//! The spool: private copies of what was dropped, called by their hash. A copy serves every agency that sent these bytes,
//! and goes once each of them has its answer; one that a killed worker left behind goes with the next pass.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// Hexadecimal digits of a hash.
const DIGITS: usize = 64;

/// The copies in `folder`, those begun and never ended included, each with its hash.
pub fn copies(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if let Some(hash) = entry.file_name().to_str().and_then(hash) {
            found.push((hash.to_owned(), entry.path()));
        }
    }
    Ok(found)
}

/// Removes those of `copies` whose hash is not among the `waiting`.
pub fn clear(copies: Vec<(String, PathBuf)>, waiting: &BTreeSet<String>) -> io::Result<()> {
    for (_, path) in copies.into_iter().filter(|(hash, _)| !waiting.contains(hash)) {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// The hash that a copy's name is; a copy that is being written has it between a dot and an ending.
fn hash(name: &str) -> Option<&str> {
    let hash = name.strip_prefix('.').and_then(|rest| rest.strip_suffix(".part")).unwrap_or(name);
    (hash.len() == DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(hash)
}
