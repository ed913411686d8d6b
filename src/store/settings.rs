//! Where the store is: a path for SQLite, a URL for PostgreSQL; the password comes from a file of its own.

use super::StoreError;
use super::dialect::Dialect;
use crate::dsn::{self, DsnError};
use serde::Deserialize;
use sqlx::any::AnyConnectOptions;
use std::path::PathBuf;

/// The `[store]` table of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// A path (`rosterd.db`) for SQLite, or `postgres://user@host/database` without a password.
    pub url: String,
    /// The file that holds PostgreSQL's password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
}

/// Options to connect with; Debug shows no password, as sqlx's own would.
pub(super) struct Connect {
    pub(super) dialect: Dialect,
    pub(super) options: AnyConnectOptions,
    /// The SQLite file.
    pub(super) file: Option<PathBuf>,
}

impl std::fmt::Debug for Connect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connect")
            .field("dialect", &self.dialect)
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

impl Settings {
    pub(super) fn connect(&self) -> Result<Connect, StoreError> {
        if dsn::is_postgres(&self.url) {
            let options = dsn::postgres(&self.url, self.password_file.as_deref())?;
            return Ok(Connect { dialect: Dialect::Postgres, options, file: None });
        }
        let (options, file) = dsn::sqlite(&self.url)?;
        if self.password_file.is_some() {
            return Err(StoreError::Settings(
                "password_file is for PostgreSQL; SQLite has no password".into(),
            ));
        }
        Ok(Connect { dialect: Dialect::Sqlite, options, file: Some(file) })
    }
}

impl From<DsnError> for StoreError {
    fn from(error: DsnError) -> Self {
        match error {
            DsnError::Form(why) => Self::Settings(why),
            DsnError::File { what, path, source } => Self::File { what, path, source },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> Settings {
        Settings { url: url.into(), password_file: None }
    }

    #[test]
    fn a_password_is_read_from_its_file_and_never_shown() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "p@ss/wörd:1\n").unwrap();
        let with =
            Settings { password_file: Some(file.path().into()), ..settings("postgres://u@db.example/r") };
        let connect = with.connect().unwrap();
        assert!(!format!("{with:?} {connect:?}").contains("p@ss"));
        let url = connect.options.database_url.as_str();
        assert_eq!(url, "postgres://u:p%40ss%2Fw%C3%B6rd%3A1@db.example/r?sslmode=verify-full");
    }

    #[test]
    fn a_password_in_the_url_is_refused() {
        for url in ["postgres://u:secret@h/d", "postgres://u@h/d?password=secret"] {
            let error = settings(url).connect().unwrap_err().to_string();
            assert!(error.contains("password_file") && !error.contains("secret"), "{error}");
        }
        assert!(
            settings("mysql://u:secret@h/d")
                .connect()
                .is_err_and(|error| !error.to_string().contains("secret"))
        );
    }

    #[test]
    fn tls_is_asked_for_over_a_network_unless_the_url_says_otherwise() {
        let url = |text: &str| settings(text).connect().unwrap().options.database_url.to_string();
        assert!(url("postgres://u@db.example/r").ends_with("?sslmode=verify-full"));
        let own = "postgres://u@db.example/r?sslmode=require";
        for kept in [own, "postgres://u@127.0.0.1:5/r", "postgres://u@%2Frun%2Fpostgresql/r", "postgres:///r"]
        {
            assert_eq!(url(kept), kept);
        }
    }

    #[test]
    fn unknown_settings_are_refused() {
        assert!(toml::from_str::<Settings>("url = \"x.db\"\nurll = 1").is_err());
    }
}
