//! The listener: plain HTTP on this machine, or TLS with the site's certificate; bounds on connections, headers and time.

use super::desk::Desk;
use super::{metrics, pages};
use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

/// More connections at once wait.
const CONNECTIONS: usize = 512;
/// A handshake, or a request's headers, must come within this time.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);
/// A whole request, its body included.
const REQUEST_WITHIN: Duration = Duration::from_mins(2);
/// When the process is to stop, requests under way may take so long.
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// The address of a connection's other end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub IpAddr);

/// Why the page cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address is taken, or not this machine's.
    #[error("web: cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error("web: {path}: {why}")]
    Certificate {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
}

/// The page, listening.
pub struct Page {
    desk: Arc<Desk>,
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    metrics: Option<TcpListener>,
}

impl Page {
    /// Listens; nothing is answered before [`Self::serve`].
    pub async fn listen(desk: Desk) -> Result<Self, ListenError> {
        let mut desk = desk;
        let tls = match (&desk.settings.certificate_file, &desk.settings.key_file) {
            (Some(certificate), Some(key)) => Some(acceptor(certificate, key)?),
            _ => None,
        };
        let listener = bind(desk.settings.listen).await?;
        let metrics = match desk.settings.metrics_listen {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        // Port 0 asks for any: from here on it is known which.
        if let Ok(address) = listener.local_addr() {
            desk.settings.listen = address;
        }
        Ok(Self { desk: Arc::new(desk), listener, tls, metrics })
    }

    /// The address people type.
    pub fn address(&self) -> String {
        self.desk.address()
    }

    /// Answers until the process is to stop; requests under way are finished.
    pub async fn serve(self) {
        let Self { desk, listener, tls, metrics } = self;
        let page = answer(&desk, listener, tls, pages::router(&desk));
        match metrics {
            Some(listener) => {
                tokio::join!(page, answer(&desk, listener, None, metrics::router(&desk)));
            }
            None => page.await,
        }
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, ListenError> {
    TcpListener::bind(address).await.map_err(|source| ListenError::Bind { address, source })
}

fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor, ListenError> {
    let refused = |path: &Path, why: String| ListenError::Certificate { path: path.to_owned(), why };
    let chain: Vec<_> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(|error| refused(certificate, error.to_string()))?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| refused(key, error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, secret))
        .map_err(|error| refused(certificate, error.to_string()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Takes connections until the process is to stop.
async fn answer(desk: &Arc<Desk>, listener: TcpListener, tls: Option<TlsAcceptor>, router: Router) {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let taken = tokio::select! {
            taken = listener.accept() => taken,
            () = stop(desk) => break,
        };
        let (stream, address) = match taken {
            Ok(taken) => taken,
            Err(error) => {
                // Out of file handles, for one: the next may be taken once some are free.
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        let Ok(place) = room.clone().acquire_owned().await else { break };
        let (tls, router, watcher) = (tls.clone(), router.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _place = place;
            match tls {
                None => talk(stream, address, router, watcher).await,
                Some(tls) => {
                    if let Ok(Ok(stream)) = tokio::time::timeout(HEADERS_WITHIN, tls.accept(stream)).await {
                        talk(stream, address, router, watcher).await;
                    }
                }
            }
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(STOP_WITHIN, graceful.shutdown()).await;
}

async fn stop(desk: &Desk) {
    while !desk.stop.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Answers the requests of one connection.
async fn talk<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    address: SocketAddr,
    router: Router,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Peer(address.ip()));
        let answer = router.call(request);
        async move {
            match tokio::time::timeout(REQUEST_WITHIN, answer).await {
                Ok(answer) => answer,
                Err(_) => {
                    let mut response = axum::response::Response::default();
                    *response.status_mut() = axum::http::StatusCode::REQUEST_TIMEOUT;
                    Ok(response)
                }
            }
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .max_headers(64)
        .serve_connection(TokioIo::new(stream), service);
    // A client that goes away in the middle is no failure of ours.
    let _ = watcher.watch(connection).await;
}
