//! Reading a roster: cells become records and findings. Pure; the child process runs it.

pub mod sheet;
