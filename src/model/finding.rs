//! A finding: something a reader has to tell the clerk who sent a roster.

use super::Lang;
use super::change::words;
use serde::{Deserialize, Serialize};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Said for completeness: a repair, a recognised form.
    Info,
    /// Worth a look; the row is used.
    Warning,
    /// The row, or the file, is not used.
    Error,
}

words!(
    /// Every finding there is.
    FindingCode {
        /// No header row was found.
        NoHeader = "no-header",
    }
);

/// One finding on a file, a row or a cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// The sheet, where there is one.
    pub sheet: Option<String>,
    /// The row, from 1.
    pub row: Option<u32>,
    /// The column's letter.
    pub column: Option<String>,
    /// What it is.
    pub code: FindingCode,
    /// What the sentence fills in, in its order.
    pub details: Vec<String>,
}

impl Finding {
    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }

    /// The sentence for the clerk.
    pub fn message(&self, lang: Lang) -> String {
        self.code.sentence(lang, &self.details)
    }
}

impl FindingCode {
    /// How bad it is.
    pub fn severity(self) -> Severity {
        match self {
            Self::NoHeader => Severity::Error,
        }
    }

    /// The sentence with `details` filled in.
    pub fn sentence(self, lang: Lang, details: &[String]) -> String {
        let _ = details;
        match (self, lang) {
            (Self::NoHeader, Lang::Vi) => "Không tìm thấy dòng tiêu đề.".into(),
            (Self::NoHeader, Lang::En) => "No header row was found.".into(),
        }
    }
}
