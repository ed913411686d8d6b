//! Intake: what is dropped becomes a stored roster.
