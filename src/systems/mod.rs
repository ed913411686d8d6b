//! Systems beside the mailbox: who holds which role.
