//! The worker: passes, schedule, leases, shutdown.
