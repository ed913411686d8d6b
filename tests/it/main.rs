//! Tests against real servers and real files; one binary, so that linking happens once.
#![allow(missing_docs, reason = "test names say what they test")]

mod support;

mod directory;
mod e2e;
mod notify;
mod reading;
mod sample;
mod store;
mod systems;
mod workbook;
