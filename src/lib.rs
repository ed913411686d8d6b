//! rosterd keeps a province's official accounts honest.
//!
//! ```text
//! drop folder -> intake -> roster ---+
//! mail directory -> snapshot --------+-> correlate -> proposals -> plan (gates, brakes) -> review -> apply -> notify
//! systems ------> snapshot ----------+                                                       |
//!                                                                              journal, audit
//! ```
//! Data flows one way; the stages meet in stored rows. The middle (`model`, `roster`, `reconcile`, `plan`) is
//! pure: no async, no SQL, no clock, no randomness of its own.

pub mod model;

// Pure.
pub mod plan;
pub mod reconcile;
pub mod roster;
// IO.
pub mod apply;
pub mod cli;
pub mod config;
pub mod directory;
pub mod intake;
pub mod ldap;
pub mod notify;
pub mod sample;
pub mod store;
pub mod systems;
pub mod telemetry;
pub mod workbook;
pub mod worker;
