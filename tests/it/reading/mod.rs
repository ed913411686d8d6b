//! Reading rosters: the sample province against its truth, and the structures met in real ones.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper that fails is a test that fails")]

mod always;
mod codes;
mod fixtures;
mod forms;
mod kept;
mod lists;
mod partial;
mod policy;
mod province;

use chrono::NaiveDate;
use rosterd::model::roster::{Block, Reading};
use rosterd::roster::sheet::{Book, Cell, Merge, Sheet};
use rosterd::roster::{About, Mapping, understand};
use std::sync::LazyLock;

static MAPPING: LazyLock<Mapping> = LazyLock::new(|| Mapping::embedded().unwrap());

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()
}

fn about(file_name: &str) -> About<'_> {
    About { file_name, agency: None, today: today() }
}

fn read(book: &Book) -> Reading {
    understand(book, &MAPPING, &about("danh-sach.xlsx"))
}

/// A row of cells parted by `|`; an empty part is an empty cell.
fn row(line: &str) -> Vec<Cell> {
    let part = |part: &str| if part.is_empty() { Cell::Empty } else { Cell::Text(part.to_owned()) };
    line.split('|').map(|cell| part(cell.trim())).collect()
}

fn sheet(lines: &[&str]) -> Sheet {
    Sheet { name: "Sheet1".into(), rows: lines.iter().map(|line| row(line)).collect(), ..Sheet::default() }
}

fn merged(mut sheet: Sheet, merges: &[(u32, u32, u32, u32)]) -> Sheet {
    let merge = |&(top, left, bottom, right): &(u32, u32, u32, u32)| Merge { top, left, bottom, right };
    sheet.merges = merges.iter().map(merge).collect();
    sheet
}

fn book(sheets: impl IntoIterator<Item = Sheet>) -> Book {
    Book { sheets: sheets.into_iter().collect() }
}

/// The only block of a one-sheet book.
fn block(sheet: Sheet) -> Block {
    let reading = read(&book([sheet]));
    assert_eq!(reading.blocks.len(), 1, "{reading:#?}");
    assert_eq!(reading.findings, []);
    reading.blocks.into_iter().next().unwrap()
}

fn names(block: &Block) -> Vec<&str> {
    block.records.iter().map(|record| record.full_name.as_str()).collect()
}

/// Findings as `code@row`, in order.
fn codes(block: &Block) -> Vec<String> {
    let at = |row: Option<u32>| row.map_or("-".to_owned(), |row| row.to_string());
    block.findings.iter().map(|finding| format!("{}@{}", finding.code, at(finding.row))).collect()
}
