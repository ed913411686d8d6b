//! The command line.
pub mod args;
pub mod read;
pub mod words;
