//! An HTTP client for the interfaces of other servers: JSON over TLS, every wait and every body bounded, no redirect
//! followed.
//!
//! It tells apart what was refused, what was never sent and what cannot be known, as the directory's connection does.

use crate::model::intent::WriteError;
use crate::model::secret::Secret;
use crate::tls;
use base64::Engine as _;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::timeout;
use url::Url;

/// More than a page of any list has.
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// How much of what a server says against a request is repeated.
const SAYS: usize = 300;

/// How to reach one interface.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `https://host/path`, the base of every request.
    pub url: String,
    /// Permits `http://`, to a loopback address only.
    #[serde(default)]
    pub allow_plaintext: bool,
    /// The certificates (PEM) to trust instead of the operating system's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// How long to wait for each answer.
    #[serde(default = "timeout_seconds")]
    pub timeout_seconds: u32,
}

fn timeout_seconds() -> u32 {
    30
}

/// A request without a usable answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The settings themselves.
    #[error("{field}: {why}")]
    Settings {
        /// The setting.
        field: &'static str,
        /// What is wrong and what was expected.
        why: String,
    },
    /// No connection: nothing was sent.
    #[error(
        "{server} cannot be reached ({why}): check the address, the network, and that ca_file holds its authority"
    )]
    NotSent {
        /// Host and port.
        server: String,
        /// What happened.
        why: String,
    },
    /// It may have arrived; its answer did not come back.
    #[error("outcome unknown: {0}")]
    Unknown(String),
    /// An answer other than success.
    #[error("{method} {path} was answered {status}: {says}")]
    Answer {
        /// What was asked.
        method: Method,
        /// Of what.
        path: String,
        /// The status.
        status: u16,
        /// What the server said.
        says: String,
    },
    /// A success whose content is not what it should be.
    #[error("{path} was answered with something else than expected: {why}")]
    Body {
        /// Of what.
        path: String,
        /// What does not fit.
        why: String,
    },
}

impl HttpError {
    /// The status of an answer other than success.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Answer { status, .. } => Some(*status),
            Self::Settings { .. } | Self::NotSent { .. } | Self::Unknown(_) | Self::Body { .. } => None,
        }
    }

    /// What it means for a write.
    pub fn of_write(&self) -> WriteError {
        let text = self.to_string();
        match self {
            Self::Settings { .. } | Self::NotSent { .. } => WriteError::NotSent(text),
            Self::Unknown(_) | Self::Body { .. } => WriteError::Unknown(text),
            Self::Answer { status, .. } => match status {
                // A refused token is no fault of this change; too many requests and maintenance pass.
                401 | 429 | 503 => WriteError::NotSent(text),
                404 | 410 | 412 => WriteError::Stale(text),
                408 | 500.. => WriteError::Unknown(text),
                _ => WriteError::Refused(text),
            },
        }
    }
}

impl Settings {
    /// What is wrong with these settings, with the setting's name.
    pub fn check(&self) -> Result<(), String> {
        if self.timeout_seconds == 0 {
            return Err("timeout_seconds is 0; expected seconds, for example 30".into());
        }
        self.base().map(|_| ())
    }

    fn base(&self) -> Result<Url, String> {
        let url: Url =
            self.url.parse().map_err(|_| format!("url: expected https://host/path, found {:?}", self.url))?;
        let named = url.username().is_empty() && url.password().is_none();
        if !named || url.query().is_some() || url.fragment().is_some() || url.cannot_be_a_base() {
            return Err("url: expected https://host/path and nothing else: no user, password, ? or #".into());
        }
        self.may_reach(&url).map(|()| url)
    }

    /// Refuses an address that is neither TLS nor, where that is permitted, loopback.
    fn may_reach(&self, url: &Url) -> Result<(), String> {
        match url.scheme() {
            "https" => Ok(()),
            "http" if self.allow_plaintext && is_loopback(url) => Ok(()),
            "http" if self.allow_plaintext => {
                Err("allow_plaintext: is for a loopback address only, 127.0.0.1 or [::1]; use https://"
                    .into())
            }
            "http" => Err("url: is without TLS; use https://".into()),
            other => Err(format!("url: {other}:// is not spoken; use https://")),
        }
    }
}

/// A name could be resolved to anywhere.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Reads a secret from its file; an error names the setting.
pub fn secret(field: &'static str, path: &Path) -> Result<Secret, HttpError> {
    let problem = |why: String| HttpError::Settings { field, why };
    let text = std::fs::read_to_string(path)
        .map_err(|error| problem(format!("{} cannot be read: {error}", path.display())))?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(problem(format!("{} must hold the secret in one line", path.display())));
    }
    Ok(Secret::new(text))
}

/// A client of one interface.
pub struct Http {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    settings: Settings,
    base: Url,
    wait: Duration,
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// A success.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Of what.
    pub path: String,
    /// The version of what was answered, if the server says it.
    pub etag: Option<HeaderValue>,
    /// What was said; null where nothing was.
    pub body: Value,
}

impl Answer {
    /// The body as what it should be.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, HttpError> {
        let Self { path, body, .. } = self;
        serde_json::from_value(body).map_err(|error| HttpError::Body { path, why: error.to_string() })
    }
}

/// A request on its way. It has no Debug: its body may hold a secret.
#[allow(missing_debug_implementations)]
pub struct Call<'h> {
    http: &'h Http,
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Bytes,
}

impl Http {
    /// A client; it connects at its first request.
    pub fn open(settings: &Settings) -> Result<Self, HttpError> {
        let base = settings.base().map_err(|why| HttpError::Settings { field: "connection", why })?;
        let wait = Duration::from_secs(u64::from(settings.timeout_seconds));
        let config = tls::client(settings.ca_file.as_deref())
            .map_err(|error| HttpError::Settings { field: "ca_file", why: error.0 })?;
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(wait));
        tcp.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config((*config).clone())
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        // A request is sent again only where not a byte of it was: the library's own rule.
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(Duration::from_secs(5))
            .pool_max_idle_per_host(1)
            .build(connector);
        Ok(Self { client, settings: settings.clone(), base, wait })
    }

    /// A request for `path` below the base; each part of it is one segment, whatever it holds.
    pub fn call(&self, method: Method, path: &[&str]) -> Call<'_> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        Call { http: self, method, url, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// A request for an address that the interface itself names; the rules for the base hold for it too.
    pub fn call_at(&self, method: Method, address: &Url) -> Result<Call<'_>, HttpError> {
        self.may_reach(address)?;
        let (url, headers) = (address.clone(), HeaderMap::new());
        Ok(Call { http: self, method, url, headers, body: Bytes::new() })
    }

    /// Refuses an address that is neither TLS nor, where that is permitted, loopback.
    pub fn may_reach(&self, address: &Url) -> Result<(), HttpError> {
        self.settings.may_reach(address).map_err(|why| HttpError::Settings { field: "connection", why })
    }
}

impl Call<'_> {
    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// Sets a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Signs in with a token.
    #[must_use]
    pub fn bearer(self, token: &Secret) -> Self {
        match HeaderValue::from_str(&format!("Bearer {}", token.reveal())) {
            Ok(mut value) => {
                value.set_sensitive(true);
                self.header(AUTHORIZATION, value)
            }
            // No header can hold it, so that no server can have given it: the answer will be 401.
            Err(_) => self,
        }
    }

    /// Signs in with a name and a secret (RFC 7617).
    #[must_use]
    pub fn basic(self, name: &str, secret: &str) -> Self {
        let text = base64::engine::general_purpose::STANDARD.encode(format!("{name}:{secret}"));
        match HeaderValue::from_str(&format!("Basic {text}")) {
            Ok(mut value) => {
                value.set_sensitive(true);
                self.header(AUTHORIZATION, value)
            }
            // Base64 fits into any header.
            Err(_) => self,
        }
    }

    /// Sends JSON of this type.
    #[must_use]
    pub fn json(mut self, mime: &'static str, body: &Value) -> Self {
        self.body = body.to_string().into();
        self.header(CONTENT_TYPE, HeaderValue::from_static(mime))
    }

    /// Sends a form.
    #[must_use]
    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.body = form.into();
        self.header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))
    }

    /// Sends it, and reads the answer whole.
    pub async fn send(self) -> Result<Answer, HttpError> {
        let wait = self.http.wait;
        // The connection has a limit of its own, so that here only an answer is waited for in vain.
        match timeout(wait * 2, self.exchange()).await {
            Ok(result) => result,
            Err(_) => Err(HttpError::Unknown(format!("no answer within {} s", wait.as_secs() * 2))),
        }
    }

    async fn exchange(self) -> Result<Answer, HttpError> {
        let Self { http, method, url, headers, body } = self;
        let path = url.path().to_owned();
        let bad = |why: String| HttpError::Settings { field: "url", why };
        let mut request = hyper::Request::builder()
            .method(method.clone())
            .uri(url.as_str())
            .body(Full::new(body))
            .map_err(|error| bad(error.to_string()))?;
        *request.headers_mut() = headers;
        request
            .headers_mut()
            .entry(ACCEPT)
            .or_insert(HeaderValue::from_static("application/scim+json, application/json"));
        let response = http.client.request(request).await.map_err(|error| {
            let why = chain(&error);
            if error.is_connect() {
                let server = url.host_str().unwrap_or_default().to_owned();
                let port = url.port_or_known_default().map(|port| format!(":{port}")).unwrap_or_default();
                HttpError::NotSent { server: server + &port, why }
            } else {
                HttpError::Unknown(why)
            }
        })?;
        let (head, body) = response.into_parts();
        let read = Limited::new(body, MOST_BYTES).collect().await;
        let bytes = match read {
            Ok(read) => read.to_bytes(),
            Err(error) => return Err(HttpError::Body { path, why: error.to_string() }),
        };
        if !head.status.is_success() {
            return Err(HttpError::Answer {
                method,
                path,
                status: head.status.as_u16(),
                says: says(head.status, &bytes),
            });
        }
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes)
                .map_err(|error| HttpError::Body { path: path.clone(), why: error.to_string() })?
        };
        Ok(Answer { path, etag: head.headers.get(ETAG).cloned(), body })
    }
}

/// What a server says against a request, in the words of SCIM, Keycloak and OAuth, else its status.
fn says(status: StatusCode, bytes: &[u8]) -> String {
    let body: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let named = ["detail", "errorMessage", "error_description", "error"]
        .into_iter()
        .find_map(|name| body.get(name)?.as_str().map(str::to_owned));
    let text = named.unwrap_or_else(|| status.canonical_reason().unwrap_or("no reason").to_owned());
    text.chars().filter(|c| !c.is_control()).take(SAYS).collect()
}

/// An error with what lies behind it: the outermost says nothing.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut inner = error.source();
    while let Some(source) = inner {
        text = format!("{text}: {source}");
        inner = source.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str, allow_plaintext: bool) -> Settings {
        Settings { url: url.into(), allow_plaintext, ca_file: None, timeout_seconds: 5 }
    }

    #[test]
    fn an_address_is_tls_unless_it_is_loopback_and_asked_for() {
        for (url, plain) in
            [("https://a.vn/scim/v2", false), ("http://127.0.0.1:80/x", true), ("http://[::1]/", true)]
        {
            assert_eq!(settings(url, plain).check(), Ok(()), "{url}");
        }
        for (url, plain) in [
            ("http://a.vn", true),
            ("http://localhost", true),
            ("http://127.0.0.1", false),
            ("ftp://a.vn", true),
            ("https://u:p@a.vn", false),
            ("https://a.vn/?x=1", false),
            ("a.vn", false),
        ] {
            assert!(settings(url, plain).check().is_err(), "{url}");
        }
    }

    #[test]
    fn a_segment_stays_a_segment() {
        let http = Http {
            client: Client::builder(TokioExecutor::new()).build(
                HttpsConnectorBuilder::new()
                    .with_tls_config((*tls::client(None).unwrap()).clone())
                    .https_or_http()
                    .enable_http1()
                    .build(),
            ),
            settings: settings("https://a.vn/auth/", false),
            base: "https://a.vn/auth/".parse().unwrap(),
            wait: Duration::from_secs(1),
        };
        let call = http.call(Method::GET, &["users", "a/../b?c#d"]).query("q", "x&y=\"z\"");
        assert_eq!(call.url.as_str(), "https://a.vn/auth/users/a%2F..%2Fb%3Fc%23d?q=x%26y%3D%22z%22");
    }

    #[test]
    fn what_a_status_means_for_a_write() {
        let of = |status| {
            let says = String::new();
            HttpError::Answer { method: Method::POST, path: "/x".into(), status, says }.of_write()
        };
        assert!(matches!(of(401), WriteError::NotSent(_)));
        assert!(matches!(of(403), WriteError::Refused(_)));
        assert!(matches!(of(404), WriteError::Stale(_)));
        assert!(matches!(of(502), WriteError::Unknown(_)));
    }
}
