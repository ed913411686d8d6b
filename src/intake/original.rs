//! The original: the workbook of an arrival as it was sent, where it still lies so.

use super::accept::holds_passwords;
use crate::files;
use crate::model::ids::sha256;
use crate::store::Arrival;
use std::path::Path;

/// What an original may be in size: it was read before, within the site's own limit.
const LARGEST: u64 = 256 * 1024 * 1024;

/// The original of an arrival.
pub enum Original {
    /// Its bytes, the very ones that were read.
    Kept(Vec<u8>),
    /// It was deleted: it held passwords.
    Deleted,
    /// Its time is over, or it was moved away.
    Gone,
    /// Another file lies in its place.
    Replaced,
}

impl Original {
    /// The original of `arrival`: of the copies that lie where they were put, the one with the hash it came with.
    pub fn of(arrival: &Arrival) -> Self {
        let paths = [&arrival.spool_path, &arrival.done_path];
        let mut found =
            paths.into_iter().flatten().filter_map(|path| files::read(Path::new(path), LARGEST).ok());
        let is_it = |bytes: &Vec<u8>| sha256(bytes) == arrival.sha256;
        match found.next() {
            Some(bytes) if is_it(&bytes) => Self::Kept(bytes),
            Some(_) => found.find(is_it).map_or(Self::Replaced, Self::Kept),
            None if holds_passwords(&arrival.notes) => Self::Deleted,
            None => Self::Gone,
        }
    }

    /// Its bytes, where they are kept.
    pub fn kept(self) -> Option<Vec<u8>> {
        match self {
            Self::Kept(bytes) => Some(bytes),
            Self::Deleted | Self::Gone | Self::Replaced => None,
        }
    }
}
