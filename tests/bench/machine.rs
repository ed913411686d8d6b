//! The machine: what a figure depends on beside the program, and what processes take of it.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use rosterd::workbook::Reader;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::time::{Duration, Instant};

/// Cores, and the file system of the folder everything is measured in, with the time it takes to make 4 KiB durable.
pub fn facts() -> Value {
    let folder = std::env::temp_dir();
    json!({
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
        "folder": folder.display().to_string(),
        "file_system": file_system(&folder),
        "fsync_ms": fsync(&folder).as_secs_f64() * 1e3,
    })
}

/// The type of the mount with the longest path above `folder`.
fn file_system(folder: &std::path::Path) -> String {
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let mounts = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        Some((fields.next()?, fields.next()?))
    });
    let above = mounts.filter(|(path, _)| folder.starts_with(path));
    above.max_by_key(|(path, _)| path.len()).map_or("?", |(_, kind)| kind).to_owned()
}

fn fsync(folder: &std::path::Path) -> Duration {
    let mut file = tempfile::tempfile_in(folder).unwrap();
    let times = (0..50).map(|_| {
        let start = Instant::now();
        file.write_all(&[0; 4096]).unwrap();
        file.sync_data().unwrap();
        start.elapsed()
    });
    median(times.collect())
}

/// The middle one.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// The least of each time over all rounds: what else runs on the machine only ever adds.
pub fn best<const N: usize>(rounds: &[[Duration; N]]) -> [Duration; N] {
    std::array::from_fn(|at| rounds.iter().map(|round| round[at]).min().unwrap_or_default())
}

/// The most memory a process has held so far, in MB; `None` where it is gone.
pub fn peak_megabytes(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<f64>().ok()? * 1024.0 / 1e6)
}

/// The processor time this process has taken so far: what a busy machine does not change.
pub fn processor_time() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("a process knows its usage");
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

/// What a reader and its successors took.
#[derive(Default)]
pub struct ReaderWatch {
    /// The most memory one of them held, in MB.
    pub peak: f64,
    processor: BTreeMap<u32, Duration>,
}

impl ReaderWatch {
    /// Looks at the one that runs.
    pub fn look(&mut self, reader: &Reader) {
        let Some(id) = reader.process_id() else { return };
        self.peak = self.peak.max(peak_megabytes(id).unwrap_or(0.0));
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let after = stat.rsplit_once(") ").map_or("", |(_, after)| after);
        // User and system time, in hundredths of a second.
        let ticks: u64 =
            after.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
        self.processor.insert(id, Duration::from_millis(10 * ticks));
    }

    /// Processor time of all so far.
    pub fn processor_time(&self) -> Duration {
        self.processor.values().sum()
    }
}

/// The children of a process.
pub fn children(process: u32) -> Vec<u32> {
    let is_child = |id: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // The name, in parentheses, may hold anything; state and parent follow it.
        let after = stat.rsplit_once(") ").map_or("", |(_, after)| after);
        after.split(' ').nth(1).and_then(|parent| parent.parse::<u32>().ok()) == Some(process)
    };
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.filter(is_child).collect()
}
