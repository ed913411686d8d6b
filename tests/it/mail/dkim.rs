//! DKIM: what we sign, another implementation verifies (dkimpy, which ops/test installs).

use super::notice;
use crate::support::desk;
use crate::support::script::Script;
use crate::support::site::{Base, Dir, Site};
use rosterd::notify::transport::{Settings, Transport};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/servers/dkim/bin/python");

const VERIFY: &str = "
import dkim, sys
name, record = sys.argv[1:]
def dns(asked, timeout=5):
    asked = asked.decode() if isinstance(asked, bytes) else asked
    return record.encode() if asked.rstrip('.') == name else None
print(dkim.verify(sys.stdin.buffer.read(), dnsfunc=dns))
";

/// A key made by openssl, as its documentation tells.
fn key(folder: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let path = folder.join(name);
    let output = Command::new("openssl").args(arguments).arg("-out").arg(&path).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

const ED25519: &[&str] = &["genpkey", "-algorithm", "ed25519"];
const RSA: &[&str] = &["genpkey", "-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:2048"];
const RSA_1024: &[&str] = &["genpkey", "-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:1024"];
const RSA_OLD_FORM: &[&str] = &["genrsa", "-traditional"];

fn dkim(key: &Path, more: &str) -> String {
    format!("[dkim]\nkey_file = {key:?}\nselector = \"rosterd2026\"\n{more}")
}

fn open(server: &Script, dkim: &str) -> Result<Transport, String> {
    let settings: Settings =
        toml::from_str(&format!("{}{dkim}", server.mail())).map_err(|why| why.to_string())?;
    Transport::open(&settings).map_err(|why| why.to_string())
}

fn verifies(mail: &[u8], (name, record): &(String, String)) -> bool {
    assert!(Path::new(PYTHON).exists(), "{PYTHON} is missing: run ops/test, which installs it");
    let mut python = Command::new(PYTHON)
        .args(["-c", VERIFY, name, record])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(mail).unwrap();
    let output = python.wait_with_output().unwrap();
    match String::from_utf8_lossy(&output.stdout).trim() {
        "True" => true,
        "False" => false,
        other => panic!("dkimpy said {other:?}"),
    }
}

#[tokio::test]
async fn a_letter_is_signed_so_that_others_can_check_it_and_nobody_can_change_it() {
    let folder = tempfile::tempdir().unwrap();
    for (name, arguments) in [("ed25519", ED25519), ("rsa", RSA), ("rsa-old", RSA_OLD_FORM)] {
        let key = key(folder.path(), name, arguments);
        let server = Script::start(&[]);
        let transport = open(&server, &dkim(&key, "")).unwrap();
        transport.send(&notice("an")).await.unwrap();
        let record = transport.dkim_record().unwrap();
        assert_eq!(record.0, "rosterd2026._domainkey.tinhmau.gov.vn");
        let mail = server.taken().remove(0).raw;
        assert!(verifies(&mail, &record), "{name}: {}", String::from_utf8_lossy(&mail));

        let text = String::from_utf8(mail).unwrap();
        let longest = text.lines().map(str::len).max().unwrap();
        assert!(longest <= 998, "a line of {longest}");
        let changed = |from: &str, to: &str| {
            assert!(text.contains(from), "{from}: {text}");
            text.replacen(from, to, 1).into_bytes()
        };
        // What mail servers do on the way.
        for (from, to) in [("Subject: ", "Subject:   "), ("MIME-Version: 1.0", "MIME-Version:\r\n 1.0")] {
            assert!(verifies(&changed(from, to), &record), "{name}: {from}");
        }
        assert!(verifies(format!("Received: from x\r\n\tby y\r\n{text}\r\n").as_bytes(), &record), "{name}");
        // What nobody may do.
        for (from, to) in [
            ("Subject: ", "Subject: x"),
            ("To: ", "To: x"),
            ("<p>", "<b>"),
            ("From: ", "From: ke.gian@tinhmau.gov.vn\r\nFrom: "),
            ("Subject: ", "Subject: trung thuong\r\nSubject: "),
        ] {
            assert!(!verifies(&changed(from, to), &record), "{name}: {from} -> {to}");
        }
        let other = (record.0.clone(), "v=DKIM1; k=rsa; p=".to_owned());
        assert!(!verifies(text.as_bytes(), &other), "{name}: a key that was withdrawn");
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_used_is_refused_before_a_letter_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let server = Script::start(&[]);
    let good = key(folder.path(), "good", ED25519);
    let short = key(folder.path(), "short", RSA_1024);
    let open_to_all = key(folder.path(), "open", ED25519);
    std::fs::set_permissions(&open_to_all, std::fs::Permissions::from_mode(0o640)).unwrap();
    let none = folder.path().join("none");
    std::fs::write(&none, "secret-that-is-no-key").unwrap();
    std::fs::set_permissions(&none, std::fs::Permissions::from_mode(0o600)).unwrap();
    for (dkim, said) in [
        (dkim(&open_to_all, ""), "chmod 600"),
        (dkim(&short, ""), "2048"),
        (dkim(&none, ""), "expected a PEM private key"),
        (dkim(&folder.path().join("nowhere"), ""), "nowhere"),
        (dkim(&good, "domain = \"khac.gov.vn\"\n"), "not that of the sender"),
        (dkim(&good, "domain = \"mau.gov.vn\"\n"), "not that of the sender"),
        (dkim(&good, "").replace("rosterd2026", "ros; d=x"), "cannot stand in the DNS"),
    ] {
        let error = open(&server, &dkim).unwrap_err();
        assert!(error.contains(said) && !error.contains("secret-that"), "{dkim}: {error}");
    }
    let above = open(&server, &dkim(&good, "domain = \"gov.vn\"\n")).unwrap();
    assert_eq!(above.dkim_record().unwrap().0, "rosterd2026._domainkey.gov.vn");
    let shown = format!("{above:?}");
    let pem = std::fs::read_to_string(&good).unwrap();
    assert!(!shown.contains(pem.lines().nth(1).unwrap()) && shown.contains("Relay"), "{shown}");
}

#[tokio::test]
async fn check_reads_the_key_and_prints_the_record_to_publish() {
    let server = Script::start(&[]);
    let site = Site::new(Base::Sqlite, Dir::Ldif, "").await;
    let key = key(site.folder.path(), "dkim.pem", ED25519);
    let bounces = "[mail.bounces]\nfolder = \"returned\"\n";
    let more = format!("{}{}{bounces}", server.mail(), dkim(&key, "").replace("[dkim]", "[mail.dkim]"));
    desk::edit_config(&site, super::outbox::EML, &more);
    let said = String::from_utf8(site.rosterd(&["check"]).stdout).unwrap();
    assert!(
        said.contains("ok     mail.dkim: letters are signed; publish TXT rosterd2026._domainkey."),
        "{said}"
    );
    assert!(said.contains("\"v=DKIM1; k=ed25519; p="), "{said}");
    assert!(said.contains("ERROR  mail.bounces: returned: "), "{said}");
    std::fs::create_dir(site.path("returned")).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let said = String::from_utf8(site.rosterd(&["check"]).stdout).unwrap();
    assert!(said.contains("ERROR  mail: mail.dkim: key_file") && said.contains("chmod 600"), "{said}");
    assert!(said.contains("ok     mail.bounces: returned: a folder of .eml files"), "{said}");
}
