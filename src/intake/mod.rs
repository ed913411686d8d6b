//! Intake: what agencies drop in the shared folder becomes stored rosters, and they get it back marked up.

pub mod accept;
pub mod answer;
pub mod folders;
pub mod inbox;
pub mod original;
pub mod scan;
pub mod spool;
pub mod take;
