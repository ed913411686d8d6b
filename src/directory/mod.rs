//! The mail directory: read through a trait, written through a struct.
