//! An authority and a server certificate made for one test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// The files of one authority and one server.
pub struct Certificates {
    /// The authority's certificate: what a client trusts.
    pub ca: PathBuf,
    /// The server's certificate, for localhost and 127.0.0.1.
    pub certificate: PathBuf,
    /// The server's key.
    pub key: PathBuf,
}

/// Makes them in `folder` with the openssl command (elliptic-curve keys: RSA ones take half a second each).
pub fn certificates(folder: &Path) -> Certificates {
    let path = |name: &str| folder.join(name);
    let made = Certificates { ca: path("ca.pem"), certificate: path("server.pem"), key: path("server.key") };
    let (ca_key, request, names) = (path("ca.key"), path("server.csr"), path("names"));
    std::fs::write(
        &names,
        "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n",
    )
    .unwrap();
    let new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    openssl(
        Command::new("openssl")
            .args(["req", "-x509", "-days", "30", "-subj", "/CN=rosterd test authority"])
            .args(new_key)
            .args(["-addext", "basicConstraints=critical,CA:TRUE"])
            .args(["-addext", "keyUsage=critical,keyCertSign,cRLSign"])
            .arg("-keyout")
            .arg(&ca_key)
            .arg("-out")
            .arg(&made.ca),
    );
    openssl(
        Command::new("openssl")
            .args(["req", "-subj", "/CN=localhost"])
            .args(new_key)
            .arg("-keyout")
            .arg(&made.key)
            .arg("-out")
            .arg(&request),
    );
    openssl(
        Command::new("openssl")
            .args(["x509", "-req", "-days", "30", "-CAcreateserial"])
            .arg("-in")
            .arg(&request)
            .arg("-CA")
            .arg(&made.ca)
            .arg("-CAkey")
            .arg(&ca_key)
            .arg("-extfile")
            .arg(&names)
            .arg("-out")
            .arg(&made.certificate),
    );
    made
}

fn openssl(command: &mut Command) {
    let output = command.output().expect("the openssl command runs (Debian: apt-get install openssl)");
    assert!(output.status.success(), "openssl: {}", String::from_utf8_lossy(&output.stderr));
}
