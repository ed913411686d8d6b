//! Notes: findings as they are collected on one sheet.

use super::sheet::letters;
use crate::model::finding::{Finding, FindingCode};
use std::collections::BTreeMap;

/// The findings on a sheet so far.
pub(super) struct Notes {
    sheet: String,
    findings: Vec<Finding>,
    /// What is said once a column, with how often it was met.
    counted: BTreeMap<(FindingCode, usize), u32>,
}

impl Notes {
    /// No findings yet on `sheet`.
    pub(super) fn on(sheet: &str) -> Self {
        Self { sheet: sheet.to_owned(), findings: Vec::new(), counted: BTreeMap::new() }
    }

    /// Counts one on a column; it is said once, with the count.
    pub(super) fn count(&mut self, column: usize, code: FindingCode) {
        *self.counted.entry((code, column)).or_default() += 1;
    }

    /// Adds one; `row` and `column` count from 0.
    pub(super) fn add(
        &mut self,
        row: Option<usize>,
        column: Option<usize>,
        code: FindingCode,
        details: Vec<String>,
    ) {
        self.findings.push(Finding {
            sheet: Some(self.sheet.clone()),
            row: row.map(number),
            column: column.map(letters),
            code,
            details,
        });
    }

    /// Adds one on a cell, without details.
    pub(super) fn cell(&mut self, row: usize, column: usize, code: FindingCode) {
        self.add(Some(row), Some(column), code, vec![]);
    }

    /// What was found.
    pub(super) fn into_findings(mut self) -> Vec<Finding> {
        for ((code, column), count) in std::mem::take(&mut self.counted) {
            self.add(None, Some(column), code, vec![count.to_string()]);
        }
        self.findings
    }
}

/// A row as people count it.
pub(super) fn number(row: usize) -> u32 {
    u32::try_from(row + 1).unwrap_or(u32::MAX)
}
