//! DKIM (RFC 6376, RFC 8463): a letter signed with the key whose other half is published in DNS, so that a receiver can
//! tell it from one that only claims our domain. Canonicalised relaxed/relaxed; signed by ring, which is here for TLS
//! anyway: the mail library's own signer brings an RSA implementation with an open advisory (RUSTSEC-2023-0071).

use super::OpenError;
use crate::model::Time;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::rsa;
use ring::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use serde::Deserialize;
use std::fmt::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What is configured for it, under `[mail.dkim]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The private key (PEM): Ed25519, or RSA of 2048 to 4096 bits. Its owner alone may read it.
    pub key_file: PathBuf,
    /// The name under which its public half is published.
    pub selector: String,
    /// The domain it is published in; without it that of the sender.
    pub domain: Option<String>,
}

/// The header fields that are signed. Listed once more than it occurs, a field cannot be added on the way.
const SIGNED: [&str; 8] =
    ["from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type"];
const SIGNED_ONCE_MORE: [&str; 4] = ["from", "to", "subject", "date"];

/// Characters of a folded line.
const LINE: usize = 72;

/// Signs letters.
pub(super) struct Signer {
    domain: String,
    selector: String,
    key: Key,
}

enum Key {
    Rsa(rsa::KeyPair),
    Ed25519(Ed25519KeyPair),
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { domain, selector, key: _ } = self;
        f.debug_struct("Signer").field("domain", domain).field("selector", selector).finish_non_exhaustive()
    }
}

impl Signer {
    /// Reads the key. `sender` is the domain of the letters' sender.
    pub(super) fn open(settings: &Settings, sender: &str) -> Result<Self, OpenError> {
        let Settings { key_file, selector, domain } = settings;
        let domain = domain.as_deref().unwrap_or(sender).to_ascii_lowercase();
        let sender = sender.to_ascii_lowercase();
        if sender != domain && !sender.ends_with(&format!(".{domain}")) {
            return Err(OpenError::Dkim(format!(
                "domain = {domain:?} is not that of the sender, {sender}, or above it"
            )));
        }
        let is_fine = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && label.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        };
        if ![selector, &domain].into_iter().all(|name| name.split('.').all(is_fine)) {
            return Err(OpenError::Dkim(format!("{selector:?} or {domain:?} cannot stand in the DNS")));
        }
        Ok(Self { domain, selector: selector.clone(), key: Key::read(key_file)? })
    }

    /// The signature of `message`, as a header field to be put in front of it.
    pub(super) fn sign(&self, message: &[u8], now: Time) -> Result<Vec<u8>, ring::error::Unspecified> {
        let (head, body) = split(message);
        let fields = fields(head);
        let present = SIGNED.iter().filter(|name| fields.iter().any(|(one, _)| one == *name));
        let listed: Vec<&str> = present.chain(&SIGNED_ONCE_MORE).copied().collect();
        let hash = BASE64_STANDARD.encode(digest(&SHA256, &relaxed_body(body)));
        let algorithm = match &self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        };
        let unsigned = format!(
            "v=1; a={algorithm}; c=relaxed/relaxed; d={}; s={};\r\n\tt={}; h={};\r\n\tbh={hash};\r\n\tb=",
            self.domain,
            self.selector,
            now.timestamp(),
            listed.join(":"),
        );
        let mut text = String::new();
        for (at, name) in listed.iter().enumerate() {
            // A name that stands again means the occurrence above, counted from below; there is none.
            let before = listed.get(..at).unwrap_or_default().iter().filter(|one| *one == name).count();
            if let Some((_, value)) = fields.iter().rev().filter(|(one, _)| one == name).nth(before) {
                let _ = write!(text, "{name}:{}\r\n", relaxed_value(value));
            }
        }
        let _ = write!(text, "dkim-signature:{}", relaxed_value(&unsigned));
        let signature = BASE64_STANDARD.encode(self.key.sign(text.as_bytes())?);
        Ok(format!("DKIM-Signature: {unsigned}{}\r\n", folded(&signature)).into_bytes())
    }

    /// The name and the text of the TXT record to publish.
    pub(super) fn record(&self) -> (String, String) {
        let (kind, public) = match &self.key {
            Key::Rsa(key) => ("rsa", public_key_info(key.public().as_ref())),
            Key::Ed25519(key) => ("ed25519", key.public_key().as_ref().to_vec()),
        };
        let name = format!("{}._domainkey.{}", self.selector, self.domain);
        (name, format!("v=DKIM1; k={kind}; p={}", BASE64_STANDARD.encode(public)))
    }
}

impl Key {
    fn read(path: &Path) -> Result<Self, OpenError> {
        let file = |source| OpenError::File { what: "dkim.key_file", path: path.to_owned(), source };
        let mode = std::fs::metadata(path).map_err(file)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(OpenError::Dkim(format!(
                "key_file {} can be read by others: chmod 600 it",
                path.display()
            )));
        }
        let pem = std::fs::read(path).map_err(file)?;
        let wrong = || {
            let expected =
                "expected a PEM private key, Ed25519 or RSA of 2048 to 4096 bits, without a passphrase";
            OpenError::Dkim(format!("key_file {}: {expected}", path.display()))
        };
        match PrivateKeyDer::from_pem_slice(&pem).map_err(|_| wrong())? {
            PrivateKeyDer::Pkcs1(der) => rsa::KeyPair::from_der(der.secret_pkcs1_der()).map(Self::Rsa),
            PrivateKeyDer::Pkcs8(der) => {
                let der = der.secret_pkcs8_der();
                let ed25519 = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map(Self::Ed25519);
                ed25519.or_else(|_| rsa::KeyPair::from_pkcs8(der).map(Self::Rsa))
            }
            _ => return Err(wrong()),
        }
        .map_err(|_| wrong())
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, ring::error::Unspecified> {
        match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature)?;
                Ok(signature)
            }
            // RFC 8463: what is signed is the hash.
            Self::Ed25519(key) => Ok(key.sign(digest(&SHA256, text).as_ref()).as_ref().to_vec()),
        }
    }
}

/// Header and body of a message, the empty line in neither.
fn split(message: &[u8]) -> (&[u8], &[u8]) {
    let end = message.windows(4).position(|four| four == b"\r\n\r\n");
    end.map_or((message, &[][..]), |at| (&message[..at + 2], &message[at + 4..]))
}

/// The fields of a header, folded as they are: the name in lower case, and what follows the colon.
fn fields(head: &[u8]) -> Vec<(String, String)> {
    let head = String::from_utf8_lossy(head);
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in head.split_terminator("\r\n") {
        match (line.starts_with([' ', '\t']), fields.last_mut(), line.split_once(':')) {
            (true, Some((_, value)), _) => value.push_str(line),
            (_, _, Some((name, value))) => fields.push((name.trim_end().to_lowercase(), value.to_owned())),
            (_, _, None) => {}
        }
    }
    fields
}

/// A field's value on one line, each run of white space one space, none at the ends.
fn relaxed_value(value: &str) -> String {
    value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A body whose runs of white space are one space, with none at the ends of lines and no empty lines at its end.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let mut out = Vec::with_capacity(body.len() + 2);
    let mut blank_lines = 0;
    let mut rest = body;
    while !rest.is_empty() {
        let end = rest.windows(2).position(|two| two == b"\r\n").unwrap_or(rest.len());
        let (line, after) = rest.split_at(end);
        rest = after.get(2..).unwrap_or_default();
        let words: Vec<&[u8]> = line.split(is_blank).collect();
        let last = words.iter().rposition(|word| !word.is_empty());
        let Some(last) = last else {
            blank_lines += 1;
            continue;
        };
        for _ in 0..std::mem::take(&mut blank_lines) {
            out.extend_from_slice(b"\r\n");
        }
        for (at, word) in
            words.iter().take(last + 1).enumerate().filter(|(at, word)| *at == 0 || !word.is_empty())
        {
            if at > 0 {
                out.push(b' ');
            }
            out.extend_from_slice(word);
        }
        out.extend_from_slice(b"\r\n");
    }
    out
}

fn folded(base64: &str) -> String {
    let mut out = String::with_capacity(base64.len() + base64.len() / LINE * 3);
    for (at, c) in base64.chars().enumerate() {
        if at > 0 && at % LINE == 0 {
            out.push_str("\r\n\t");
        }
        out.push(c);
    }
    out
}

/// An RSA public key (PKCS #1) as verifiers read it: a `SubjectPublicKeyInfo`.
fn public_key_info(pkcs1: &[u8]) -> Vec<u8> {
    // SEQUENCE { OID 1.2.840.113549.1.1.1, NULL }
    const RSA: [u8; 15] =
        [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let key = der(0x03, &[&[0], pkcs1].concat());
    der(0x30, &[&RSA[..], &key].concat())
}

/// A value with its tag and length.
fn der(tag: u8, value: &[u8]) -> Vec<u8> {
    let bytes = value.len().to_be_bytes();
    let length: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    let mut out = vec![tag];
    match (length.len(), length.first()) {
        (0 | 1, first) if first.is_none_or(|byte| *byte < 0x80) => out.push(first.copied().unwrap_or(0)),
        (count, _) => {
            out.push(0x80 | u8::try_from(count).unwrap_or(0x7f));
            out.extend_from_slice(&length);
        }
    }
    out.extend_from_slice(value);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_unfolded_and_its_blanks_are_one() {
        // The examples of RFC 6376, 3.4.5.
        assert_eq!(relaxed_value(" X"), "X");
        assert_eq!(relaxed_value(" Y\t\r\n\tZ  "), "Y Z");
        let fields = fields(b"A: X\r\nB : Y\t\r\n\tZ  \r\n");
        assert_eq!(fields, [("a".to_owned(), " X".to_owned()), ("b".to_owned(), " Y\t\tZ  ".to_owned())]);
    }

    #[test]
    fn a_body_loses_what_mail_servers_change() {
        assert_eq!(relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n"), b" C\r\nD E\r\n");
        assert_eq!(relaxed_body(b"\r\n\r\na  \tb\r\n\r\nc"), b"\r\n\r\na b\r\n\r\nc\r\n");
        assert_eq!(relaxed_body(b""), b"");
        assert_eq!(relaxed_body(b"\r\n \t\r\n"), b"");
    }

    #[test]
    fn lengths_are_written_short_and_long() {
        assert_eq!(der(4, &[7]), [4, 1, 7]);
        assert_eq!(der(4, &[]), [4, 0]);
        assert_eq!(der(4, &[0; 128])[..3], [4, 0x81, 128]);
        assert_eq!(der(4, &[0; 294])[..4], [4, 0x82, 1, 38]);
    }
}
