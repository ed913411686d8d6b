//! The floor: what the bare libraries take for the same data.

use crate::province::SUFFIX;
use crate::support::slapd::{PASSWORD, Slapd};
use calamine::{Data, Range, Reader, Xlsx};
use ldap3::controls::{Control, ControlType, PagedResults};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, Scope, SearchEntry};
use rosterd::directory::Dialect;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use std::hint::black_box;
use std::io::Cursor;
use std::sync::Arc;

/// Entries a page: what rosterd asks for where nothing else is configured.
const PAGE: i32 = 1000;

/// Every sheet of a workbook, by bare calamine.
pub fn read(bytes: &[u8]) -> Vec<(String, Range<Data>)> {
    Xlsx::new(Cursor::new(bytes)).expect("a workbook").worksheets()
}

/// A bare connection, bound as rosterd's account over TLS.
pub async fn connect(slapd: &Slapd) -> Ldap {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(slapd.ca()).unwrap() {
        roots.add(certificate.unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_root_certificates(roots).with_no_client_auth();
    let settings = LdapConnSettings::new().set_config(Arc::new(tls));
    let (driver, mut ldap) = LdapConnAsync::with_settings(settings, &slapd.ldaps()).await.unwrap();
    tokio::spawn(driver.drive());
    ldap.simple_bind(&format!("cn=rosterd,{SUFFIX}"), PASSWORD).await.unwrap().success().unwrap();
    ldap
}

/// One paged search of the accounts, with the attributes and the page size that rosterd asks for; how many came.
pub async fn search(slapd: &Slapd) -> usize {
    let dialect = Dialect::openldap().unwrap();
    let attributes = dialect.read_attributes();
    let mut ldap = connect(slapd).await;
    let (mut cookie, mut found) = (Vec::new(), 0);
    loop {
        let people = format!("ou=people,{SUFFIX}");
        let mut stream = ldap
            .with_controls(PagedResults { size: PAGE, cookie })
            .streaming_search(&people, Scope::Subtree, "(objectClass=inetOrgPerson)", &attributes)
            .await
            .unwrap();
        while let Some(entry) = stream.next().await.unwrap() {
            black_box(SearchEntry::construct(entry));
            found += 1;
        }
        let result = stream.finish().await.success().unwrap();
        cookie = result
            .ctrls
            .iter()
            .find_map(|control| match control {
                Control(Some(ControlType::PagedResults), raw) => Some(raw.parse::<PagedResults>().cookie),
                _ => None,
            })
            .unwrap_or_default();
        if cookie.is_empty() {
            ldap.unbind().await.unwrap();
            return found;
        }
    }
}
