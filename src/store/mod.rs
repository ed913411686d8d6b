//! The store: one file a group of tables.
