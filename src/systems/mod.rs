//! Systems beside the mailbox: who holds which role.

pub mod handoff;
