//! The starter configuration.

/// `rosterd.toml`.
pub const CONFIG: &str = "";
/// `agencies.toml`.
pub const AGENCIES: &str = "";
/// `roles/tthc.toml`.
pub const ROLES: &str = include_str!("../../../mappings/roles/tthc.toml");
