//! Notes: findings as they are collected on one sheet.

use super::sheet::letters;
use crate::model::finding::{Finding, FindingCode};

/// The findings on a sheet so far.
pub(super) struct Notes {
    sheet: String,
    findings: Vec<Finding>,
}

impl Notes {
    /// No findings yet on `sheet`.
    pub(super) fn on(sheet: &str) -> Self {
        Self { sheet: sheet.to_owned(), findings: Vec::new() }
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
    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

/// A row as people count it.
pub(super) fn number(row: usize) -> u32 {
    u32::try_from(row + 1).unwrap_or(u32::MAX)
}
