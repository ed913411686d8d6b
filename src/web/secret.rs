//! Secrets the page gives out: random, shown once, kept as hashes.

use crate::model::ids::{hex, sha256};
use crate::model::secret::Secret;
use ring::rand::{SecureRandom, SystemRandom};

/// The system gave no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random bytes")]
pub struct NoRandom;

/// 32 random bytes, as hexadecimal digits.
pub fn fresh() -> Result<Secret, NoRandom> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| NoRandom)?;
    Ok(Secret::new(hex(&bytes)))
}

/// What is stored of a secret. It is random and long: a plain hash tells nothing.
pub fn hash(secret: &str) -> String {
    sha256(secret.as_bytes())
}
