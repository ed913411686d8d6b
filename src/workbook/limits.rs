//! Limits: what reading one workbook may cost.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What reading one workbook may cost. The largest real roster met has 5,000 rows and 40 columns, 2 MB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// The file itself, in bytes.
    pub file_bytes: u64,
    /// The members of a zip container once inflated, in bytes.
    pub inflated_bytes: u64,
    /// Sheets in a workbook.
    pub sheets: usize,
    /// Rows of a sheet; a few cells beyond are left out, more refuse the file.
    pub rows: u32,
    /// Columns of a sheet; likewise.
    pub columns: u32,
    /// Memory of the reader process over its start, in bytes.
    pub memory_bytes: u64,
    /// Processor time for one file, in seconds.
    pub cpu_seconds: u64,
    /// Time on the clock for one file, in seconds.
    pub wall_seconds: u64,
    /// How far the reader process may stay above its size at start before it is replaced, in bytes.
    pub growth_bytes: u64,
}

/// What a reader process is started with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Setup {
    /// What a file may cost.
    pub limits: Limits,
    /// The site's own mappings.
    pub mappings: Option<PathBuf>,
}

const MIB: u64 = 1024 * 1024;

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 32 * MIB,
            inflated_bytes: 128 * MIB,
            sheets: 64,
            rows: 60_000,
            columns: 512,
            memory_bytes: 256 * MIB,
            cpu_seconds: 10,
            wall_seconds: 30,
            growth_bytes: 64 * MIB,
        }
    }
}
