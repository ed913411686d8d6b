//! A seal: a first password kept encrypted from its intent until its slip is handed over.

use crate::model::secret::Secret;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::SecureRandom;

/// A seal that cannot be made or opened.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SealError {
    /// The system gave no randomness.
    #[error("the system gives no random bytes; nothing is sealed")]
    Random,
    /// It was made under another key, for another change, or was altered.
    #[error("the sealed password cannot be opened: it was made under another site key or for another change")]
    Open,
}

/// Seals `password` for `change`.
pub fn seal(
    key: &[u8; 32],
    change: &str,
    password: &Secret,
    random: &dyn SecureRandom,
) -> Result<Vec<u8>, SealError> {
    let mut nonce = [0; NONCE_LEN];
    random.fill(&mut nonce).map_err(|_| SealError::Random)?;
    let mut text = password.reveal().as_bytes().to_vec();
    cipher(key)
        .and_then(|cipher| {
            let nonce = Nonce::assume_unique_for_key(nonce);
            cipher.seal_in_place_append_tag(nonce, Aad::from(change.as_bytes()), &mut text).ok()
        })
        .ok_or(SealError::Random)?;
    Ok([nonce.to_vec(), text].concat())
}

/// Opens what [`seal`] made for the same change.
pub fn open(key: &[u8; 32], change: &str, sealed: &[u8]) -> Result<Secret, SealError> {
    let (nonce, text) = sealed.split_at_checked(NONCE_LEN).ok_or(SealError::Open)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Open)?;
    let mut text = text.to_vec();
    let plain = cipher(key)
        .and_then(|cipher| cipher.open_in_place(nonce, Aad::from(change.as_bytes()), &mut text).ok())
        .ok_or(SealError::Open)?;
    std::str::from_utf8(plain).map(Secret::new).map_err(|_| SealError::Open)
}

fn cipher(key: &[u8; 32]) -> Option<LessSafeKey> {
    UnboundKey::new(&CHACHA20_POLY1305, key).ok().map(LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_opens_only_under_its_key_and_for_its_change() {
        let random = ring::rand::SystemRandom::new();
        let sealed = seal(&[7; 32], "c1", &Secret::new("Mật khẩu"), &random).unwrap();
        assert_eq!(open(&[7; 32], "c1", &sealed).unwrap().reveal(), "Mật khẩu");
        assert_eq!(open(&[8; 32], "c1", &sealed), Err(SealError::Open));
        assert_eq!(open(&[7; 32], "c2", &sealed), Err(SealError::Open));
        assert_eq!(open(&[7; 32], "c1", &sealed[..5]), Err(SealError::Open));
    }
}
