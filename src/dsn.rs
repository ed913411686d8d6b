//! A data source name: where a database is, as the configuration says it. The password comes from a file of its own.

use sqlx::any::AnyConnectOptions;
use std::path::{Path, PathBuf};

/// One that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DsnError {
    /// The URL or path itself.
    #[error("{0}")]
    Form(String),
    /// A file it names.
    #[error("{what} {path}: {source}")]
    File {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

/// Whether `url` is PostgreSQL's; else it is to be a path.
pub fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// A SQLite file that is there, with its absolute path.
pub fn sqlite(url: &str) -> Result<(AnyConnectOptions, PathBuf), DsnError> {
    if let Some((scheme, _)) = url.split_once("://") {
        return Err(DsnError::Form(format!("{scheme:?} is neither a path nor a postgres:// URL")));
    }
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    if path.is_empty() || path == ":memory:" {
        return Err(DsnError::Form("a path is needed: what is in memory is lost".into()));
    }
    let file = std::path::absolute(path).map_err(|source| DsnError::File {
        what: "cannot resolve",
        path: path.into(),
        source,
    })?;
    let text = file.to_str().ok_or_else(|| DsnError::Form(format!("{} is not UTF-8", file.display())))?;
    Ok((parse(&format!("sqlite://{}?mode=rw", percent_encoded(text)))?, file))
}

/// A PostgreSQL database.
pub fn postgres(url: &str, password_file: Option<&Path>) -> Result<AnyConnectOptions, DsnError> {
    let mut options = parse(url)?;
    let inline = options.database_url.password().is_some()
        || options.database_url.query_pairs().any(|(name, _)| name == "password");
    if inline {
        return Err(DsnError::Form(
            "the URL must not hold the password: put it in a file and name that as password_file".into(),
        ));
    }
    // Over a network the password and everything else go through TLS, unless the URL says otherwise.
    let database = &options.database_url;
    let local = database.host_str().is_none_or(|host| {
        matches!(host, "" | "localhost" | "127.0.0.1" | "[::1]") || host.starts_with("%2F")
    });
    if !local && !database.query_pairs().any(|(name, _)| matches!(&*name, "sslmode" | "ssl-mode")) {
        options.database_url.query_pairs_mut().append_pair("sslmode", "verify-full");
    }
    if let Some(path) = password_file {
        let password = std::fs::read_to_string(path).map_err(|source| DsnError::File {
            what: "cannot read",
            path: path.to_owned(),
            source,
        })?;
        let password = percent_encoded(password.trim_end_matches(['\r', '\n']));
        options
            .database_url
            .set_password(Some(&password))
            .map_err(|()| DsnError::Form("a URL with a password needs a host".into()))?;
    }
    Ok(options)
}

fn parse(url: &str) -> Result<AnyConnectOptions, DsnError> {
    url.parse().map_err(|error: sqlx::Error| DsnError::Form(error.to_string()))
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
