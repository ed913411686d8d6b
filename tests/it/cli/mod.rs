//! The command line as its users meet it: words, exit codes, JSON, and what each command leaves behind.

mod agencies;
mod by_phone;
mod custodians;
mod deadlines;
mod default_passwords;
mod first_steps;
mod holds;
mod incidents;
mod leaks;
mod lookups;
mod matches;
mod naming;
mod operators;
mod plan;
mod reading;
mod reorganised;
mod reports;
mod review;
mod rotation;
mod slips;
mod undo;
