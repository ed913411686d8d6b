//! Tests against real servers and real files; one binary, so that linking happens once.
#![allow(missing_docs, reason = "test names say what they test")]

mod support;

mod cli;
mod directory;
mod e2e;
mod faults;
mod kill;
mod layers;
mod notify;
mod reading;
mod sample;
mod store;
mod systems;
mod workbook;
