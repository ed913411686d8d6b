//! A mail server reached over SMTP, and the connections to it that are kept for the next mail.

use super::dialogue::{Dialogue, said};
use super::dkim::{self, Signer};
use super::message::{address, mailbox, message};
use super::{OpenError, SendError};
use crate::model::notice::Notice;
use crate::model::secret::Secret;
use crate::notify::bounce;
use chrono::Utc;
use lettre::Address;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use serde::Deserialize;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, Semaphore};
use tokio::time::timeout;

/// What is configured for it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The server's name, as in its certificate.
    pub host: String,
    /// Its port; 587 for STARTTLS, 465 for a TLS wrapper, 25 for plaintext.
    pub port: Option<u16>,
    /// How TLS begins; STARTTLS unless said otherwise. It is never optional on the wire.
    pub tls: Option<TlsMode>,
    /// No TLS; only to this machine.
    #[serde(default)]
    pub allow_plaintext: bool,
    /// The certificates (PEM) trusted instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// Who signs in; PLAIN or LOGIN.
    pub user: Option<String>,
    /// The file that holds the password.
    pub password_file: Option<PathBuf>,
    /// The fixed sender, in the agency's own domain.
    pub from: String,
    /// Where what cannot be delivered comes back to.
    #[serde(default)]
    pub bounces: Option<bounce::Settings>,
    /// The key that letters are signed with.
    #[serde(default)]
    pub dkim: Option<dkim::Settings>,
    /// How long each step may take: connecting, addressing, handing over.
    #[serde(default = "default_timeout")]
    pub timeout_seconds: u64,
    /// How many connections at once.
    #[serde(default = "default_pool")]
    pub pool: usize,
}

fn default_timeout() -> u64 {
    60
}

fn default_pool() -> usize {
    4
}

/// How TLS begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TlsMode {
    /// After STARTTLS; refused where the server does not offer it.
    Starttls,
    /// From the first byte.
    Wrapper,
}

/// An idle connection older than this is not used again: servers hang up after a few minutes.
const IDLE: Duration = Duration::from_secs(30);
/// Servers limit the mails of one connection (Exim: 1000, others 100).
const MAILS_PER_CONNECTION: usize = 100;

/// The server, with connections that are kept for the next mail.
pub struct Relay {
    host: String,
    port: u16,
    tls: Option<(TlsMode, TlsParameters)>,
    credentials: Option<Credentials>,
    from: Mailbox,
    /// The envelope's sender.
    returns_to: Address,
    signer: Option<Signer>,
    step: Duration,
    slots: Semaphore,
    idle: Mutex<Vec<Kept>>,
}

/// A connection between two mails.
struct Kept {
    dialogue: Dialogue,
    since: Instant,
    mails: usize,
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Relay").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

impl Relay {
    pub(super) fn open(settings: &Settings) -> Result<Self, OpenError> {
        let tls = match (settings.allow_plaintext, settings.tls) {
            (true, Some(_)) => return Err(OpenError::Both),
            (true, None) if is_loopback(&settings.host) => None,
            (true, None) => return Err(OpenError::Plaintext(settings.host.clone())),
            (false, mode) => Some((mode.unwrap_or(TlsMode::Starttls), tls_parameters(settings)?)),
        };
        let credentials = match (&settings.user, &settings.password_file) {
            (None, None) => None,
            (Some(user), Some(file)) => {
                Some(Credentials::new(user.clone(), password(file)?.reveal().to_owned()))
            }
            (Some(_), None) | (None, Some(_)) => return Err(OpenError::HalfSignIn),
        };
        if settings.timeout_seconds == 0 {
            return Err(OpenError::Zero("timeout_seconds"));
        }
        if settings.pool == 0 {
            return Err(OpenError::Zero("pool"));
        }
        let usual_port = match tls {
            Some((TlsMode::Starttls, _)) => 587,
            Some((TlsMode::Wrapper, _)) => 465,
            None => 25,
        };
        let from = mailbox(&settings.from)?;
        let returns_to = settings.bounces.as_ref().and_then(|bounces| bounces.address.as_deref());
        let returns_to = match returns_to {
            Some(address) => address.parse().map_err(|why| OpenError::From(address.to_owned(), why))?,
            None => from.email.clone(),
        };
        let signer =
            settings.dkim.as_ref().map(|dkim| Signer::open(dkim, from.email.domain())).transpose()?;
        Ok(Self {
            host: settings.host.clone(),
            port: settings.port.unwrap_or(usual_port),
            tls,
            credentials,
            from,
            returns_to,
            signer,
            step: Duration::from_secs(settings.timeout_seconds),
            slots: Semaphore::new(settings.pool),
            idle: Mutex::new(Vec::new()),
        })
    }

    pub(super) async fn send(&self, notice: &Notice) -> Result<(), SendError> {
        let message = message(notice, &self.from)?;
        let mut text = message.formatted();
        if let Some(signer) = &self.signer {
            let signature = signer.sign(&text, Utc::now());
            let signature = signature
                .map_err(|_| SendError::Unavailable("the DKIM key signs nothing: check mail.dkim".into()))?;
            text.splice(..0, signature);
        }
        let Ok(_slot) = self.slots.acquire().await else {
            return Err(SendError::Unavailable("the mail transport was closed".into()));
        };
        let to = address(notice)?;
        let mut kept = self.begin(&to).await?;
        let addressed = within(self.step, kept.dialogue.address(&to)).await;
        match addressed.unwrap_or_else(|late| Err(SendError::Retry(late))) {
            Ok(()) => {}
            Err(refusal) => {
                // A refused address is no fault of the connection.
                if within(self.step, kept.dialogue.reset()).await == Ok(true) {
                    self.keep(kept).await;
                }
                return Err(refusal);
            }
        }
        match within(self.step, kept.dialogue.hand_over(&text)).await {
            Ok(Ok(())) => {
                self.keep(kept).await;
                Ok(())
            }
            Ok(Err(error)) => Err(error),
            Err(late) => Err(SendError::Unknown(late)),
        }
    }

    pub(super) fn dkim_record(&self) -> Option<(String, String)> {
        self.signer.as_ref().map(Signer::record)
    }

    pub(super) async fn probe(&self) -> Result<(), SendError> {
        let kept = self.connect().await?;
        self.keep(kept).await;
        Ok(())
    }

    /// A connection on which the server has taken our sender of a mail to `to`.
    async fn begin(&self, to: &Address) -> Result<Kept, SendError> {
        // A kept connection may be gone, or the server have had enough of it: nothing was handed over, so another serves.
        while let Some(mut kept) = self.kept().await {
            if matches!(within(self.step, kept.dialogue.begin(&self.returns_to, to)).await, Ok(Ok(()))) {
                return Ok(kept);
            }
        }
        let mut kept = self.connect().await?;
        match within(self.step, kept.dialogue.begin(&self.returns_to, to)).await {
            Ok(Ok(())) => Ok(kept),
            Ok(Err(error)) => Err(self.unavailable("refuses our sender", &error)),
            Err(late) => Err(SendError::Unavailable(format!("{} {late}", self.name()))),
        }
    }

    /// A connection that was used a moment ago.
    async fn kept(&self) -> Option<Kept> {
        let mut idle = self.idle.lock().await;
        idle.retain(|kept| kept.since.elapsed() < IDLE);
        idle.pop()
    }

    /// A new connection.
    async fn connect(&self) -> Result<Kept, SendError> {
        let dialogue = within(self.step, self.greet()).await;
        let dialogue = dialogue.map_err(|late| SendError::Unavailable(format!("{} {late}", self.name())))?;
        Ok(Kept { dialogue: dialogue?, since: Instant::now(), mails: 0 })
    }

    /// Connects, begins TLS and signs in.
    async fn greet(&self) -> Result<Dialogue, SendError> {
        let hello = ClientId::default();
        let wrapper = match &self.tls {
            Some((TlsMode::Wrapper, parameters)) => Some(parameters.clone()),
            Some((TlsMode::Starttls, _)) | None => None,
        };
        let server = (self.host.as_str(), self.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(server, None, &hello, wrapper, None)
            .await
            .map_err(|error| self.unavailable("cannot be reached", &error))?;
        if let Some((TlsMode::Starttls, parameters)) = &self.tls {
            connection
                .starttls(parameters.clone(), &hello)
                .await
                .map_err(|error| self.unavailable("does not start TLS that we trust", &error))?;
        }
        let pipelines = Dialogue::pipelines(&mut connection, hello)
            .await
            .map_err(|error| self.unavailable("does not say what it can do", &error))?;
        if let Some(credentials) = &self.credentials {
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], credentials)
                .await
                .map_err(|error| self.unavailable("refuses our user and password", &error))?;
        }
        Ok(Dialogue::new(connection, pipelines))
    }

    async fn keep(&self, kept: Kept) {
        let mails = kept.mails + 1;
        if mails < MAILS_PER_CONNECTION {
            self.idle.lock().await.push(Kept { since: Instant::now(), mails, ..kept });
        }
    }

    fn unavailable(&self, what: &str, error: &Error) -> SendError {
        SendError::Unavailable(format!("{} {what}: {}", self.name(), said(error)))
    }

    fn name(&self) -> String {
        format!("the mail server {}:{}", self.host, self.port)
    }
}

/// Runs one step; where it takes too long, says so.
async fn within<T>(limit: Duration, step: impl Future<Output = T>) -> Result<T, String> {
    timeout(limit, step).await.map_err(|_| format!("did not answer within {} s", limit.as_secs()))
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn read(what: &'static str, path: &Path) -> Result<Vec<u8>, OpenError> {
    std::fs::read(path).map_err(|source| OpenError::File { what, path: path.to_owned(), source })
}

/// The password without the line end that editors add.
fn password(path: &Path) -> Result<Secret, OpenError> {
    let bytes = read("password_file", path)?;
    let text = String::from_utf8(bytes).map_err(|_| OpenError::File {
        what: "password_file",
        path: path.to_owned(),
        source: std::io::ErrorKind::InvalidData.into(),
    })?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() { Err(OpenError::EmptyPassword(path.to_owned())) } else { Ok(Secret::new(text)) }
}

fn tls_parameters(settings: &Settings) -> Result<TlsParameters, OpenError> {
    let unusable = |error: Error| OpenError::Tls { host: settings.host.clone(), why: said(&error) };
    let builder = TlsParameters::builder(settings.host.clone());
    let builder = match &settings.ca_file {
        None => builder,
        Some(path) => {
            let pem = read("ca_file", path)?;
            if !String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----") {
                let why = format!("{} holds no PEM certificate", path.display());
                return Err(OpenError::Tls { host: settings.host.clone(), why });
            }
            builder
                .certificate_store(CertificateStore::None)
                .add_root_certificate(Certificate::from_pem(&pem).map_err(unusable)?)
        }
    };
    builder.build().map_err(unusable)
}
