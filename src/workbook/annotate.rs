//! Annotations: what a feedback workbook says beside the agency's own rows. Plain values; [`super::feedback`]
//! writes them.

use crate::model::Lang;
use crate::model::finding::{Finding, FindingCode, Severity};
use crate::model::roster::{Block, Column, Reading};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Everything a feedback workbook adds to, or takes out of, the workbook as sent. Rows count from 1 and columns
/// are letters, both as in the workbook that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Annotations {
    /// The language of what rosterd adds by itself.
    pub lang: Lang,
    /// Where the tables are.
    pub tables: Vec<TablePlace>,
    /// The result column: what became of a row, by sheet and row.
    pub results: BTreeMap<(String, u32), RowResult>,
    /// Comments on cells.
    pub cells: Vec<CellNote>,
    /// The first sheet.
    pub summary: Summary,
    /// Columns left out, by sheet and letter: passwords.
    pub drop_columns: BTreeSet<(String, String)>,
}

/// A table in a sheet: its header rows, both included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TablePlace {
    /// The sheet's name.
    pub sheet: String,
    /// The first header row.
    pub header_row: u32,
    /// The last header row.
    pub header_end: u32,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowResult {
    /// For the clerk.
    pub text: String,
    /// The worst that was found; `None` where nothing was.
    pub severity: Option<Severity>,
}

/// A comment on a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellNote {
    /// The sheet's name.
    pub sheet: String,
    /// The row.
    pub row: u32,
    /// The column's letter.
    pub column: String,
    /// How bad it is.
    pub severity: Severity,
    /// For the clerk.
    pub message: String,
}

/// The first sheet of a feedback workbook.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// Lines under the title: the agency, the file, when it came, how it was read.
    pub about: Vec<String>,
    /// Counts with what they count.
    pub counts: Vec<(String, u64)>,
    /// Every finding, the worst first.
    pub findings: Vec<Listed>,
}

/// A finding as listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The sheet's name, where there is one.
    pub sheet: Option<String>,
    /// The row.
    pub row: Option<u32>,
    /// The column's letter.
    pub column: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// For the clerk.
    pub message: String,
}

impl Annotations {
    /// What `reading` has to say to the clerk. `about` opens the summary.
    pub fn of(reading: &Reading, lang: Lang, about: Vec<String>) -> Self {
        let mut notes = Self { lang, summary: Summary::of(reading, lang, about), ..Self::default() };
        for block in &reading.blocks {
            notes.add_block(block);
        }
        // A sheet without a list may hold passwords too.
        let passwords = reading.findings.iter().filter(|finding| finding.code == FindingCode::PasswordColumn);
        notes.drop_columns.extend(passwords.filter_map(|one| one.sheet.clone().zip(one.column.clone())));
        notes
    }

    fn add_block(&mut self, block: &Block) {
        let sheet = &block.sheet;
        let (header_row, header_end) = (block.header_row, block.header_end);
        self.tables.push(TablePlace { sheet: sheet.clone(), header_row, header_end });
        let passwords = block.columns.get(&Column::Password).into_iter().flatten();
        self.drop_columns.extend(passwords.map(|letter| (sheet.clone(), letter.clone())));
        for record in &block.records {
            let place = (record.sheet.clone(), record.row);
            self.results.insert(place, RowResult { text: fine(self.lang).to_owned(), severity: None });
        }
        for finding in &block.findings {
            self.add_finding(sheet, finding);
        }
    }

    fn add_finding(&mut self, sheet: &str, finding: &Finding) {
        let Some(row) = finding.row else { return };
        let sheet = finding.sheet.as_deref().unwrap_or(sheet).to_owned();
        let (severity, message) = (finding.severity(), finding.message(self.lang));
        let said = format!("{}: {message}", severity.word(self.lang));
        if let Some(column) = finding.column.clone() {
            self.cells.push(CellNote { sheet: sheet.clone(), row, column, severity, message });
        }
        let nothing = RowResult { text: String::new(), severity: None };
        let result = self.results.entry((sheet, row)).or_insert(nothing);
        if result.severity.is_none() {
            result.text = said;
        } else {
            result.text = format!("{}\n{said}", result.text);
        }
        result.severity = result.severity.max(Some(severity));
    }
}

impl Summary {
    /// The counts and findings of `reading`; of a file that could not be read there is nothing to count.
    pub fn of(reading: &Reading, lang: Lang, about: Vec<String>) -> Self {
        let listed = |sheet: Option<&String>, finding: &Finding| Listed {
            sheet: finding.sheet.as_ref().or(sheet).cloned(),
            row: finding.row,
            column: finding.column.clone(),
            severity: finding.severity(),
            message: finding.message(lang),
        };
        let mut findings: Vec<Listed> =
            reading.findings.iter().map(|finding| listed(None, finding)).collect();
        for block in &reading.blocks {
            findings.extend(block.findings.iter().map(|finding| listed(Some(&block.sheet), finding)));
        }
        findings.sort_by_key(|one| std::cmp::Reverse(one.severity));
        if reading.blocks.is_empty() {
            return Self { about, counts: Vec::new(), findings };
        }
        let people: usize = reading.blocks.iter().map(|block| block.records.len()).sum();
        let of = |severity| findings.iter().filter(|one| one.severity == severity).count() as u64;
        let counts = vec![
            (words(lang, "Số người đọc được", "People read").to_owned(), people as u64),
            (words(lang, "Số lỗi cần sửa", "Errors to correct").to_owned(), of(Severity::Error)),
            (words(lang, "Số điểm cần xem lại", "Points to look at").to_owned(), of(Severity::Warning)),
            (words(lang, "Số ghi chú", "Remarks").to_owned(), of(Severity::Info)),
        ];
        Self { about, counts, findings }
    }
}

impl Severity {
    /// The word for it: colour alone tells not everybody.
    pub(super) fn word(self, lang: Lang) -> &'static str {
        match self {
            Self::Error => words(lang, "Lỗi", "Error"),
            Self::Warning => words(lang, "Cần xem lại", "Warning"),
            Self::Info => words(lang, "Ghi chú", "Remark"),
        }
    }
}

/// One of two wordings.
pub(super) fn words<'a>(lang: Lang, vi: &'a str, en: &'a str) -> &'a str {
    match lang {
        Lang::Vi => vi,
        Lang::En => en,
    }
}

fn fine(lang: Lang) -> &'static str {
    words(lang, "Đã đọc, không có lỗi.", "Read, nothing wrong.")
}
