//! A workbook: the only place that opens or writes one.
//!
//! What an agency dropped is hostile until read, so its bytes are opened in a child process only: [`Reader`]
//! starts it, [`child`] is what runs there. [`decode`] turns bytes into a [`crate::roster::sheet::Book`],
//! [`feedback`] writes the agency's rows back with what was found, [`order`] writes the list that a system
//! without an API works from, [`template`] a roster for the agency to correct.

pub mod annotate;
mod biff;
mod biff12;
pub mod child;
pub mod decode;
pub mod feedback;
pub mod format;
mod frame;
mod height;
pub mod layout;
mod limits;
pub mod mappings;
pub mod order;
mod package;
mod paint;
mod plain;
mod reader;
pub mod report;
mod shape;
mod spreadsheet;
pub mod summary;
pub mod template;
mod text;

pub use annotate::Annotations;
pub use decode::{Decoded, decode};
pub use frame::Peak;
pub use limits::Limits;
pub use mappings::MappingsError;
pub use reader::{Reader, ReaderError};

pub use crate::roster::excerpt::{Excerpt, Overview, WIDEST, Wanted};
pub use crate::roster::sheet::letters;

use crate::model::finding::{Finding, FindingCode};

/// A finding about the file as a whole.
fn about_file(code: FindingCode, details: Vec<String>) -> Finding {
    Finding { sheet: None, row: None, column: None, code, details }
}
