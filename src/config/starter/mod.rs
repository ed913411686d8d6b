//! The starter: the files that `rosterd init` writes, with every setting explained and its default beside it.

/// `rosterd.toml`.
pub const CONFIG: &str = include_str!("rosterd.toml");
/// `agencies.toml`.
pub const AGENCIES: &str = include_str!("agencies.toml");
/// `roles/tthc.toml`.
pub const ROLES: &str = include_str!("../../../mappings/roles/tthc.toml");

#[cfg(test)]
mod tests;
