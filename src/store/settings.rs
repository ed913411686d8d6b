//! Where the store is: a path for SQLite, a URL for PostgreSQL; the password comes from a file of its own.

use super::StoreError;
use super::dialect::Dialect;
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
        if self.url.starts_with("postgres://") || self.url.starts_with("postgresql://") {
            self.postgres()
        } else if self.url.contains("://") {
            Err(StoreError::Settings(format!(
                "{:?} is neither a path nor a postgres:// URL",
                self.url.split("://").next().unwrap_or_default()
            )))
        } else {
            self.sqlite()
        }
    }

    fn sqlite(&self) -> Result<Connect, StoreError> {
        let path = self.url.strip_prefix("sqlite:").unwrap_or(&self.url);
        if path.is_empty() || path == ":memory:" {
            return Err(StoreError::Settings("a path is needed: a store in memory loses its journal".into()));
        }
        if self.password_file.is_some() {
            return Err(StoreError::Settings(
                "password_file is for PostgreSQL; SQLite has no password".into(),
            ));
        }
        let file = std::path::absolute(path).map_err(|source| StoreError::File {
            what: "cannot resolve",
            path: path.into(),
            source,
        })?;
        let text =
            file.to_str().ok_or_else(|| StoreError::Settings(format!("{} is not UTF-8", file.display())))?;
        let options = parse(&format!("sqlite://{}?mode=rw", percent_encoded(text)))?;
        Ok(Connect { dialect: Dialect::Sqlite, options, file: Some(file) })
    }

    fn postgres(&self) -> Result<Connect, StoreError> {
        let mut options = parse(&self.url)?;
        let inline = options.database_url.password().is_some()
            || options.database_url.query_pairs().any(|(name, _)| name == "password");
        if inline {
            return Err(StoreError::Settings(
                "the URL must not hold the password: put it in a file and name that as password_file".into(),
            ));
        }
        // Over a network the password and everything else go through TLS, unless the URL says otherwise.
        let url = &options.database_url;
        let local = url.host_str().is_none_or(|host| {
            matches!(host, "" | "localhost" | "127.0.0.1" | "[::1]") || host.starts_with("%2F")
        });
        if !local && !url.query_pairs().any(|(name, _)| matches!(&*name, "sslmode" | "ssl-mode")) {
            options.database_url.query_pairs_mut().append_pair("sslmode", "verify-full");
        }
        if let Some(path) = &self.password_file {
            let password = std::fs::read_to_string(path).map_err(|source| StoreError::File {
                what: "cannot read",
                path: path.clone(),
                source,
            })?;
            let password = percent_encoded(password.trim_end_matches(['\r', '\n']));
            options
                .database_url
                .set_password(Some(&password))
                .map_err(|()| StoreError::Settings("a URL with a password needs a host".into()))?;
        }
        Ok(Connect { dialect: Dialect::Postgres, options, file: None })
    }
}

fn parse(url: &str) -> Result<AnyConnectOptions, StoreError> {
    url.parse().map_err(|error: sqlx::Error| StoreError::Settings(error.to_string()))
}

/// Everything but letters, digits and `/-_.~` as %XX: what a path or a password may not mean in a URL.
fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut url, byte| {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            use std::fmt::Write;
            let _ = write!(url, "%{byte:02X}");
        }
        url
    })
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
