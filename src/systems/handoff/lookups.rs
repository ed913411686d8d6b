//! Files that count look-ups: a CSV or workbook with a login, a time and, where it has sums, a number a line. All that
//! were written since are read: a system may export the day so far, or only what is new.

use super::export::{LOGIN, MAIL};
use super::reading::LookError;
use super::{Handoff, exports_since};
use crate::model::lookup::Period;
use crate::systems::ReadError;
use crate::systems::lookups::{Counted, Line, LookForLookups, counts_nothing};
use crate::systems::offices::fold;
use chrono::TimeDelta;
use serde::Deserialize;
use std::num::NonZeroU32;
use std::path::PathBuf;

/// Where the files lie and what they hold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupFiles {
    /// The folder; the system's own, with nothing else in it.
    pub dir: PathBuf,
    /// By which period a line counts, or how exact its time is.
    #[serde(default = "minute")]
    pub counted_by: Period,
    /// Minutes between two reads.
    #[serde(default = "poll_minutes")]
    pub poll_minutes: NonZeroU32,
    /// Headings that the usual names do not cover.
    #[serde(default)]
    pub columns: LookupColumns,
}

/// Headings that a site names itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LookupColumns {
    /// Tên đăng nhập.
    pub login: Option<String>,
    /// Thời điểm.
    pub at: Option<String>,
    /// Số lượt tra cứu.
    pub count: Option<String>,
}

/// What is counted by, where the configuration does not say.
pub(in crate::systems) fn minute() -> Period {
    Period::Minute
}

/// Minutes between two reads, where the configuration does not say.
pub(in crate::systems) fn poll_minutes() -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(4)
}

/// Titles above the headings take no more than this.
const HEADER_WITHIN: usize = 10;

const AT: &[&str] =
    &["thoi diem", "thoi gian", "thoi gian tra cuu", "thoi diem tra cuu", "ngay gio", "ngay", "time", "at"];
const COUNT: &[&str] =
    &["so luot", "so luot tra cuu", "so lan", "so lan tra cuu", "luot tra cuu", "tong so luot", "count"];

impl Handoff {
    /// The counts in the files written since.
    pub(in crate::systems) async fn lookups(
        &self,
        look: &mut LookForLookups<'_>,
    ) -> Result<Counted, ReadError> {
        let Some(files) = &self.settings.lookups else { return Err(counts_nothing()) };
        let settle = TimeDelta::seconds(i64::from(self.settings.settle_seconds));
        let found = exports_since(&files.dir, look.since, look.now, settle).map_err(LookError::Drop)?;
        if found.is_empty() {
            return Err(LookError::NoExport(files.dir.display().to_string()).into());
        }
        let mut counted = Counted::default();
        for file in found {
            let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let table = look.reader.table(&file.bytes).await;
            let table = table.map_err(|source| LookError::Reader { file: name.clone(), source })?;
            counted.merge(count(&table, &name, files, look)?);
        }
        Ok(counted)
    }
}

/// The counts of one file.
fn count(
    table: &[Vec<String>],
    name: &str,
    files: &LookupFiles,
    look: &LookForLookups<'_>,
) -> Result<Counted, ReadError> {
    let LookupColumns { login, at, count } = &files.columns;
    let place = |cells: &[String], names: &[&str], own: &Option<String>| {
        let own = own.as_deref().map(fold);
        let is = |cell: &String| match &own {
            Some(own) => fold(cell) == *own,
            None => names.contains(&fold(cell).as_str()),
        };
        cells.iter().position(is)
    };
    let header = table.iter().take(HEADER_WITHIN).enumerate().find_map(|(row, cells)| {
        let login = place(cells, LOGIN, login).or_else(|| place(cells, MAIL, login))?;
        Some((row, login, place(cells, AT, at)?, place(cells, COUNT, count)))
    });
    let missing = header.is_none_or(|(.., found)| found.is_none() && count.is_some());
    let Some((row, login, at, count)) = header.filter(|_| !missing) else {
        return Err(ReadError::Content(format!(
            "{name}: it has no row of headings with a login (Tên đăng nhập) and a time (Thời điểm) among its first \
             {HEADER_WITHIN} rows: name its headings under lookups.columns"
        )));
    };
    let mut counted = Counted::default();
    for (number, cells) in table.iter().enumerate().skip(row + 1) {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let cell = |at: usize| cells.get(at).map_or("", String::as_str);
        let line = Line { login: cell(login), at: cell(at), count: count.map(cell) };
        counted.add(&format!("{name}, row {}", number + 1), &line, (files.counted_by, look.since, look.zone));
    }
    Ok(counted)
}
