//! The configuration: one file, assembled from the parts that own their settings.

pub mod keys;
