//! rosterd keeps a province's official accounts honest.
//!
//! ```text
//! drop folder -> intake -> roster ---+
//! mail directory -> snapshot --------+-> correlate -> proposals -> plan (gates, brakes) -> review -> apply -> notify
//! systems ------> snapshot ----------+                   ^                                          |
//!                                                        |                                   journal, audit
//!                                              answers, confirmations
//! ```
//! Data flows one way; the stages meet in stored rows, so that each can be restarted alone. The middle is pure: no
//! async, no SQL, no clock, no randomness of its own; the same input gives the same plan. `tests/it/layers.rs` holds
//! the edges between these modules against the table there.

// Pure.
/// The nouns.
pub mod model;
/// Proposals against open changes: gates, brakes, supersession.
pub mod plan;
/// Posts against accounts and roles: what differs becomes proposals.
pub mod reconcile;
/// What is known, laid out to read, sign and file.
pub mod report;
/// Cells become records and findings.
pub mod roster;
/// Accounts against the written rules on passwords and the calendar: notices, locks, campaigns.
pub mod rotation;

// Input and output.
/// Approved changes are carried out, journalled.
pub mod apply;
/// The command line.
pub mod cli;
/// One configuration file, assembled from the parts that own their settings.
pub mod config;
/// The mail directory: a reading trait, a writing struct.
pub mod directory;
/// Where a database is.
pub mod dsn;
/// Files written whole or not at all.
pub mod files;
/// An HTTP client: JSON over TLS, bounded.
pub mod http;
/// The drop folder: claim, spool, read, move, answer.
pub mod intake;
/// Kill points for the crash tests.
pub mod kill;
/// LDAP: connections, TLS, paging, controls.
pub mod ldap;
/// Mail: templates, outbox rules, transport.
pub mod notify;
/// OpenID Connect: who somebody is, by the word of a provider.
pub mod openid;
/// The invented province of `rosterd demo`.
pub mod sample;
/// What must outlive the process; one file a group of tables.
pub mod store;
/// Systems beside the mailbox.
pub mod systems;
/// Log lines without personal data.
pub mod telemetry;
/// TLS clients: whom to trust.
pub mod tls;
/// The review page: sign-in, lists, decisions, the interface for programs.
pub mod web;
/// Closed sets as people call them.
pub mod words;
/// The only place that opens or writes a workbook.
pub mod workbook;
/// Passes, schedule, leases, shutdown.
pub mod worker;
