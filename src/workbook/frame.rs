//! Frames: what the worker and its reader process say to each other over a pipe.
//!
//! A message is two frames, a head in postcard and a body of raw bytes (a workbook, or nothing). A frame is its
//! length as a little-endian u32 and that many bytes.

use super::annotate::Annotations;
use crate::model::finding::Finding;
use crate::model::leak::LeakEntry;
use crate::model::roster::Reading;
use crate::roster::excerpt::{Excerpt, Wanted};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The longest frame taken, in bytes. A reading of 60,000 rows has 15 MB.
pub(super) const LONGEST: usize = 128 * 1024 * 1024;

/// What the worker asks; the body is the workbook.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// Decode and understand a roster.
    Read {
        /// The name it was dropped under.
        file_name: String,
        /// Whose it is, where that is known.
        agency: Option<String>,
        /// The local day of the reading.
        today: NaiveDate,
    },
    /// Write the roster back with what was found.
    Annotate {
        /// What was found.
        notes: Annotations,
    },
    /// The rows of the first visible sheet that holds something, as text.
    Table,
    /// The addresses and domains of a leak list.
    Leaked,
    /// Some rows of a sheet, for a person to look at.
    Excerpt(Wanted),
}

/// What the reader answers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Reply {
    /// The answer.
    pub answer: Answer,
    /// How much larger the process is than at its start, in bytes.
    pub grown: u64,
    /// How much larger it ever was, by address space and by resident memory, in bytes.
    pub peak: Peak,
}

/// The most a reader process took over its start, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peak {
    /// Of address space.
    pub address_space: u64,
    /// Of resident memory.
    pub resident: u64,
}

/// The answer to a request.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// To [`Request::Read`].
    Reading(Reading),
    /// To [`Request::Annotate`]; the body is the workbook.
    Annotated,
    /// To [`Request::Table`].
    Table(Vec<Vec<String>>),
    /// To [`Request::Leaked`].
    Leaked(Vec<LeakEntry>),
    /// To [`Request::Excerpt`].
    Excerpt(Excerpt),
    /// The file cannot be used.
    Refused(Finding),
}

/// The length of a frame of `bytes`, if one may be that long.
pub(super) fn length(bytes: &[u8]) -> Option<[u8; 4]> {
    (bytes.len() <= LONGEST).then(|| u32::try_from(bytes.len()).ok().map(u32::to_le_bytes)).flatten()
}

/// How many bytes follow a frame's first four.
pub(super) fn announced(length: [u8; 4]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(length)).ok().filter(|length| *length <= LONGEST)
}
