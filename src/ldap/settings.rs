//! Connection settings: where a server is and how it is spoken to. TLS is required; plaintext is for loopback
//! alone, and only when asked for.

use super::error::ConnectError;
use crate::model::dn::Dn;
use serde::Deserialize;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// How to reach one LDAP server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `ldaps://host[:port]`, or `ldap://host[:port]` together with `starttls`.
    pub url: String,
    /// Whether a connection on an `ldap://` address is turned into a TLS one before anything is sent.
    #[serde(default)]
    pub starttls: bool,
    /// Permits `ldap://` without TLS, to loopback only.
    #[serde(default)]
    pub allow_plaintext: bool,
    /// The account rosterd binds as. Not the server's rootdn: some policy rules do not bind that one.
    pub bind_dn: Dn,
    /// The file that holds its password.
    pub password_file: PathBuf,
    /// The certificates (PEM) to trust instead of the operating system's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// How long to wait for a connection, and then for each answer.
    #[serde(default = "default_timeout")]
    pub timeout_seconds: u32,
    /// Entries a page; servers with a limit on rows (Active Directory: 1000) need no more than that.
    #[serde(default = "default_page")]
    pub page_size: u16,
}

fn default_timeout() -> u32 {
    30
}

fn default_page() -> u16 {
    1000
}

/// A checked address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// `ldap` or `ldaps`.
    pub(super) scheme: &'static str,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
}

/// What protects the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    Tls,
    StartTls,
    /// Asked for, and to be held against the peer's address once connected.
    PlaintextToLoopback,
}

impl Settings {
    /// How long to wait for one answer.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(u64::from(self.timeout_seconds))
    }

    /// What is wrong with these settings, each with the field's name.
    pub fn check(&self) -> Result<(), ConnectError> {
        self.address()?;
        let problem = |field, why: &str| Err(ConnectError::Settings { field, why: why.to_owned() });
        if self.bind_dn == Dn::default() {
            return problem("bind_dn", "is empty; name the account rosterd signs in with");
        }
        if self.timeout_seconds == 0 {
            return problem("timeout_seconds", "is 0; expected seconds, for example 30");
        }
        if self.page_size == 0 {
            return problem("page_size", "is 0; expected entries a page, for example 1000");
        }
        Ok(())
    }

    pub(super) fn address(&self) -> Result<Address, ConnectError> {
        let problem = |field, why: String| ConnectError::Settings { field, why };
        let expected = || {
            let found = &self.url;
            problem("url", format!("expected ldaps://host[:port] or ldap://host[:port], found {found:?}"))
        };
        let (scheme, rest) = self.url.split_once("://").ok_or_else(expected)?;
        let (scheme, default_port) = match scheme.to_ascii_lowercase().as_str() {
            "ldaps" => ("ldaps", 636),
            "ldap" => ("ldap", 389),
            _ => return Err(expected()),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !host.ends_with(':') && !port.ends_with(']') => {
                (host, port.parse().map_err(|_| expected())?)
            }
            _ => (rest, default_port),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._[]:".contains(c);
        if host.is_empty() || !host.chars().all(plain) {
            return Err(expected());
        }
        let security = match (scheme, self.starttls, self.allow_plaintext) {
            ("ldaps", false, _) => Security::Tls,
            ("ldaps", true, _) => {
                return Err(problem(
                    "starttls",
                    "is for ldap:// addresses; ldaps:// is TLS already".to_owned(),
                ));
            }
            (_, true, _) => Security::StartTls,
            (_, false, true) if names_loopback(host) => Security::PlaintextToLoopback,
            (_, false, true) => {
                let why = format!("is for loopback only, and {host} is not; use ldaps:// or starttls = true");
                return Err(problem("allow_plaintext", why));
            }
            (_, false, false) => {
                return Err(problem("url", "is without TLS; use ldaps:// or set starttls = true".to_owned()));
            }
        };
        Ok(Address { scheme, host: host.to_owned(), port, security })
    }
}

/// Whether `host` is a loopback address or the name every system gives it.
fn names_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str, starttls: bool, allow_plaintext: bool) -> Settings {
        Settings {
            url: url.to_owned(),
            starttls,
            allow_plaintext,
            bind_dn: Dn::parse("cn=rosterd,dc=vn").unwrap(),
            password_file: "/nonexistent".into(),
            ca_file: None,
            timeout_seconds: 5,
            page_size: 100,
        }
    }

    #[test]
    fn an_address_is_tls_unless_it_is_loopback_and_asked_for() {
        let security =
            |url: &str, starttls, plain| settings(url, starttls, plain).address().map(|a| a.security);
        assert_eq!(security("ldaps://ldap.tinh.gov.vn", false, false).unwrap(), Security::Tls);
        assert_eq!(security("ldap://ldap.tinh.gov.vn", true, true).unwrap(), Security::StartTls);
        let loopback = Security::PlaintextToLoopback;
        for host in ["127.0.0.1:3890", "localhost", "[::1]:389", "[::1]"] {
            let url = format!("ldap://{host}");
            assert_eq!(security(&url, false, true).unwrap(), loopback, "{host}");
        }
        for (url, starttls, plain) in [
            ("ldap://ldap.tinh.gov.vn", false, false),
            ("ldap://127.0.0.1", false, false),
            ("ldap://ldap.tinh.gov.vn", false, true),
            ("ldap://localhost.evil.vn", false, true),
            ("ldaps://ldap.tinh.gov.vn", true, false),
            ("https://ldap.tinh.gov.vn", false, false),
            ("ldaps://", false, false),
            ("ldaps://a b", false, false),
            ("ldaps://host:port", false, false),
            ("ldaps://user@host", false, false),
        ] {
            assert!(security(url, starttls, plain).is_err(), "{url}");
        }
    }

    #[test]
    fn ports_default_by_scheme() {
        let port = |url: &str| settings(url, false, true).address().unwrap().port;
        assert_eq!((port("ldaps://h"), port("ldaps://h:6360/"), port("ldap://127.0.0.1")), (636, 6360, 389));
    }

    #[test]
    fn unknown_fields_are_refused() {
        let text = "url='ldaps://h'\nbind_dn='cn=a'\npassword_file='/p'\nusr='x'";
        assert!(toml::from_str::<Settings>(text).unwrap_err().to_string().contains("usr"));
    }
}
