//! The TLS client: rustls with ring, trusting the site's own authority or the operating system's.

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use std::path::Path;
use std::sync::Arc;

/// What is wrong with the authorities to trust; it follows the name of the setting, `ca_file`.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TlsError(pub String);

/// A configuration that trusts what `ca_file` holds, else the system's authorities.
pub fn client(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, TlsError> {
    let problem = TlsError;
    let mut roots = RootCertStore::empty();
    if let Some(path) = ca_file {
        let shown = path.display();
        let certificates = CertificateDer::pem_file_iter(path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| problem(format!("{shown} cannot be read as PEM certificates: {error}")))?;
        for certificate in certificates {
            roots
                .add(certificate)
                .map_err(|error| problem(format!("{shown} holds a certificate that is none: {error}")))?;
        }
        if roots.is_empty() {
            return Err(problem(format!("{shown} holds no certificate")));
        }
    } else {
        let found = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(found.certs);
        if roots.is_empty() {
            return Err(problem(
                "is not set and the operating system has no authorities of its own".to_owned(),
            ));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| problem(format!("no TLS version in common: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
