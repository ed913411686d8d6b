//! The site's keys: one secret file from which the keys for matching, sealing and auditing are derived.

use crate::model::secret::Secret;
use ring::hmac;
use std::path::{Path, PathBuf};

/// The site key: 32 random bytes that never leave this program.
#[derive(Clone)]
pub struct SiteKey([u8; 32]);

/// A key file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It cannot be read.
    #[error("the site key {path} cannot be read: {source}; `rosterd init` makes one")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It cannot be written.
    #[error("the site key {path} cannot be written: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not one.
    #[error(
        "the site key {0} must hold 64 hexadecimal digits; restore it from its backup: without it nobody stored is recognised"
    )]
    Form(PathBuf),
    /// Others may read it.
    #[error("the site key {0} can be read by others: chmod 600 it")]
    Open(PathBuf),
    /// The system gave no randomness.
    #[error("the system gives no random bytes")]
    Random,
}

impl std::fmt::Debug for SiteKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SiteKey(***)")
    }
}

impl SiteKey {
    /// Reads a key file. It must be readable by its owner alone.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        use std::os::unix::fs::PermissionsExt;
        let read = |source| KeyError::Read { path: path.to_owned(), source };
        let mode = std::fs::metadata(path).map_err(read)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(KeyError::Open(path.to_owned()));
        }
        let text = Secret::new(std::fs::read_to_string(path).map_err(read)?);
        Self::parse(&text).ok_or_else(|| KeyError::Form(path.to_owned()))
    }

    fn parse(text: &Secret) -> Option<Self> {
        let digits = text.reveal().trim();
        if digits.len() != 64 || !digits.is_ascii() {
            return None;
        }
        let mut key = [0; 32];
        for (at, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).ok()?;
        }
        Some(Self(key))
    }

    /// Makes a new key file; an existing one is never replaced.
    pub fn create(path: &Path) -> Result<(), KeyError> {
        use std::io::Write;
        use std::os::unix::fs::OpenOptionsExt;
        let mut key = [0; 32];
        ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut key)
            .map_err(|_| KeyError::Random)?;
        std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .and_then(|mut file| writeln!(file, "{}", crate::model::ids::hex(&key)))
            .map_err(|source| KeyError::Write { path: path.to_owned(), source })
    }

    /// The key citizen IDs are matched under.
    pub fn citizen(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.derive("citizen-id"))
    }

    /// The key under which the digits of citizen IDs that a naming rule takes are sealed.
    pub fn citizen_digits(&self) -> [u8; 32] {
        self.derive("citizen-digits")
    }

    /// The key audit details are authenticated under.
    pub fn audit(&self) -> [u8; 32] {
        self.derive("audit")
    }

    /// The key first passwords are sealed under.
    pub fn seal(&self) -> [u8; 32] {
        self.derive("first-password")
    }

    /// The key of the page's form tokens.
    pub fn page(&self) -> [u8; 32] {
        self.derive("page")
    }

    /// The key TOTP secrets are sealed under.
    pub fn totp(&self) -> [u8; 32] {
        self.derive("totp")
    }

    /// The key under which lists of guesses are told apart.
    pub fn guesses(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.derive("guesses"))
    }

    fn derive(&self, purpose: &str) -> [u8; 32] {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), purpose.as_bytes());
        let mut key = [0; 32];
        key.copy_from_slice(tag.as_ref());
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_made_once_and_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("site.key");
        SiteKey::create(&path).unwrap();
        let key = SiteKey::read(&path).unwrap();
        assert!(matches!(SiteKey::create(&path), Err(KeyError::Write { .. })));
        assert_eq!(SiteKey::read(&path).unwrap().seal(), key.seal());
        assert_ne!(key.seal(), key.audit());
        assert_eq!(format!("{key:?}"), "SiteKey(***)");
    }

    #[test]
    fn a_key_others_can_read_or_that_is_none_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("site.key");
        std::fs::write(&path, "abc").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(SiteKey::read(&path), Err(KeyError::Open(_))));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(SiteKey::read(&path), Err(KeyError::Form(_))));
        assert!(matches!(SiteKey::read(&dir.path().join("none")), Err(KeyError::Read { .. })));
    }
}
