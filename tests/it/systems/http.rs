//! The HTTP client over real TLS.

use crate::support::tls::{Certificates, certificates};
use hyper::Method;
use rosterd::http::{Http, HttpError, Settings};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The openssl command as a server of one page.
struct Page {
    child: Child,
    host: &'static str,
    port: u16,
    certificates: Certificates,
    _folder: tempfile::TempDir,
}

impl Page {
    fn start(host: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let certificates = certificates(folder.path());
        std::fs::write(folder.path().join("page"), "{\"a\": 1}").unwrap();
        let port = TcpListener::bind((host, 0)).unwrap().local_addr().unwrap().port();
        let mut command = Command::new("openssl");
        command.args(["s_server", "-quiet", "-WWW", "-accept", &format!("{host}:{port}")]);
        command.arg("-cert").arg(&certificates.certificate).arg("-key").arg(&certificates.key);
        let child =
            command.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect((host, port)).is_err() {
            assert!(Instant::now() < deadline, "openssl s_server does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { child, host, port, certificates, _folder: folder }
    }

    async fn read(&self, ca_file: Option<PathBuf>) -> Result<serde_json::Value, HttpError> {
        let url = format!("https://{}:{}", self.host, self.port);
        let settings = Settings { url, allow_plaintext: false, ca_file, timeout_seconds: 5 };
        let http = Http::open(&settings)?;
        let answer = http.call(Method::GET, &["page"]).send().await?;
        Ok(answer.body)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn only_a_server_whose_authority_is_trusted_is_spoken_to() {
    let page = Page::start("127.0.0.1");
    let ca = page.certificates.ca.clone();
    assert_eq!(page.read(Some(ca)).await.unwrap()["a"], 1);

    let untrusted = page.read(None).await;
    assert!(
        matches!(&untrusted, Err(HttpError::NotSent { why, .. }) if why.contains("certificate")),
        "{untrusted:?}"
    );
    let other = Page::start("127.0.0.2");
    let unnamed = other.read(Some(other.certificates.ca.clone())).await;
    let says = "not valid for name";
    assert!(matches!(&unnamed, Err(HttpError::NotSent { why, .. }) if why.contains(says)), "{unnamed:?}");
    let none = page.read(Some("/nonexistent".into())).await;
    assert!(matches!(&none, Err(HttpError::Settings { field: "ca_file", .. })), "{none:?}");
}
