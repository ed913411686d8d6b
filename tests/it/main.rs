//! Tests against real servers and real files; one binary, so that linking happens once.
#![allow(missing_docs, reason = "test names say what they test")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a helper fails as its test does")]
#![allow(
    clippy::case_sensitive_file_extension_comparisons,
    clippy::similar_names,
    clippy::unnecessary_debug_formatting,
    reason = "names and files here are the tests' own"
)]

mod support;

mod calendar;
mod cli;
mod directory;
mod e2e;
mod faults;
mod kill;
mod layers;
mod mail;
mod notify;
mod reading;
mod reorganised;
mod sample;
mod scenarios;
mod store;
mod systems;
mod web;
mod workbook;
