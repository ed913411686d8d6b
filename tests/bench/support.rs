//! The real servers of the tests.
#![allow(dead_code, reason = "the tests use more of them")]

#[path = "../it/support/browser.rs"]
pub mod browser;
#[path = "../it/support/port.rs"]
pub mod port;
#[path = "../it/support/postgres.rs"]
pub mod postgres;
#[path = "../it/support/slapd.rs"]
pub mod slapd;
#[path = "../it/support/tls.rs"]
pub mod tls;
