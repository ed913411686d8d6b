//! The worker: passes, schedule, leases, shutdown.

pub mod calendar;
pub mod schedule;
