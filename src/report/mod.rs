//! Reports: what is known, laid out for a person to read, sign and file. A report is a value, made of plain values and
//! rendered elsewhere: as a workbook, as a page ready to print, as text.

pub mod access;
pub mod accounts;
pub mod adoption;
pub mod chart;
pub mod html;
pub mod progress;
pub mod review;
pub mod rotation;
pub mod spread;
mod text;

pub use text::text;

use self::chart::Chart;
use crate::model::Lang;
use chrono::NaiveDate;
use serde::Serialize;

/// A report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The language it is written in.
    pub lang: Lang,
    /// Who issues it.
    pub issuer: String,
    /// Its name.
    pub title: String,
    /// What it is about: a period, an agency.
    pub subtitle: String,
    /// The day it was made.
    pub date: NaiveDate,
    /// Facts above the tables, each with its name.
    pub facts: Vec<(String, String)>,
    /// The pictures, each with its numbers beside it.
    pub charts: Vec<Chart>,
    /// The tables.
    pub tables: Vec<Table>,
    /// The minutes (biên bản) to sign, paragraph by paragraph; none where nothing is agreed.
    pub minutes: Vec<String>,
    /// Who signs, each with room for it.
    pub signatures: Vec<String>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Its name; of a workbook's sheet too.
    pub title: String,
    /// Its columns, each with its width in characters.
    pub columns: Vec<(String, u8)>,
    /// Its rows, as long as the columns.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// Text, whatever it begins with.
    Text(String),
    /// A number.
    Number(u64),
    /// A day.
    Day(Option<NaiveDate>),
}

impl Cell {
    /// As a person reads it.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Day(day) => day.map(shown_day).unwrap_or_default(),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<Option<NaiveDate>> for Cell {
    fn from(day: Option<NaiveDate>) -> Self {
        Self::Day(day)
    }
}

/// A day as offices write it.
pub fn shown_day(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

/// The one of two wordings that is asked for.
pub fn say(lang: Lang, vi: &str, en: &str) -> String {
    match lang {
        Lang::Vi => vi.to_owned(),
        Lang::En => en.to_owned(),
    }
}

/// What the minutes of a review are called.
pub fn minutes_title(lang: Lang) -> String {
    say(lang, "Biên bản rà soát tài khoản", "Minutes of the review of accounts")
}

/// Columns out of their wordings and widths.
fn columns(lang: Lang, columns: &[(&str, &str, u8)]) -> Vec<(String, u8)> {
    columns.iter().map(|(vi, en, width)| (say(lang, vi, en), *width)).collect()
}

/// `part` of `whole` in percent, rounded, beside the counts; a dash where there is nothing to share.
fn share(part: u64, whole: u64) -> String {
    let percent = (part * 100 + whole / 2).checked_div(whole);
    percent.map_or_else(|| "–".to_owned(), |percent| format!("{percent}% ({part}/{whole})"))
}
