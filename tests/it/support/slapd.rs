//! Support: slapd.
