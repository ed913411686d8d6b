//! Passwords of operators: argon2id, with the parameters OWASP gives as its minimum (19 MiB, two passes, one lane).

use crate::model::secret::Secret;
use argon2::password_hash::SaltString;
use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use ring::rand::{SecureRandom, SystemRandom};

/// Fewer characters are no password.
pub const SHORTEST: usize = 12;
/// More are refused before they are hashed.
const LONGEST: usize = 256;

/// A password that is not taken, or cannot be hashed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short, or far too long.
    #[error("a password has from {SHORTEST} to {LONGEST} characters")]
    Length,
    /// One letter over and over, or the login.
    #[error("this password is too easily guessed: take several words that nobody says together")]
    Easy,
    /// The system gave no random bytes.
    #[error("the system gives no random bytes")]
    Random,
    /// It could not be hashed.
    #[error("the password cannot be hashed: {0}")]
    Hash(String),
}

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

/// Refuses what is no password for `login`.
pub fn check(password: &Secret, login: &str) -> Result<(), PasswordError> {
    let text = password.reveal();
    let count = text.chars().count();
    if !(SHORTEST..=LONGEST).contains(&count) {
        return Err(PasswordError::Length);
    }
    let different: std::collections::BTreeSet<char> = text.chars().collect();
    if different.len() < 5 || text.to_lowercase().contains(&login.to_lowercase()) && !login.is_empty() {
        return Err(PasswordError::Easy);
    }
    Ok(())
}

/// The hash to keep, as a PHC string. Takes a tenth of a second: not for a thread that serves others.
pub fn hash(password: &Secret) -> Result<String, PasswordError> {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes).map_err(|_| PasswordError::Random)?;
    let failed = |error: argon2::password_hash::Error| PasswordError::Hash(error.to_string());
    let salt = SaltString::encode_b64(&bytes).map_err(failed)?;
    let hash = argon2().hash_password(password.reveal().as_bytes(), &salt).map_err(failed)?;
    Ok(hash.to_string())
}

/// Whether `password` is the one behind `hash`; without a hash, `false` after the same time.
pub fn verify(password: &Secret, hash: Option<&str>) -> bool {
    /// The hash of a password that nobody has.
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdA$\
                          3WvVnGmCcrjh8cN3pFO9V0mHZqJtQ3nTjvUqW3KXq5E";
    if password.reveal().chars().count() > LONGEST {
        return false;
    }
    let parsed = PasswordHash::new(hash.unwrap_or(NOBODY));
    let right =
        parsed.is_ok_and(|parsed| argon2().verify_password(password.reveal().as_bytes(), &parsed).is_ok());
    right && hash.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash_alone() {
        let password = Secret::new("lúa chín ngoài đồng xa");
        let hash = hash(&password).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify(&password, Some(&hash)));
        assert!(!verify(&Secret::new("lúa chín ngoài đồng gần"), Some(&hash)));
        assert!(!verify(&password, None));
        assert_ne!(hash, super::hash(&password).unwrap());
    }

    #[test]
    fn the_hash_of_nobody_costs_what_any_other_costs() {
        let nobody = PasswordHash::new(
            "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdA$3WvVnGmCcrjh8cN3pFO9V0mHZqJtQ3nTjvUqW3KXq5E",
        );
        assert!(nobody.is_ok(), "{nobody:?}");
    }

    #[test]
    fn what_is_easily_guessed_is_refused() {
        let check = |text: &str| check(&Secret::new(text), "an.tran");
        assert_eq!(check("ngắn quá"), Err(PasswordError::Length));
        assert_eq!(check(&"a".repeat(300)), Err(PasswordError::Length));
        assert_eq!(check("aaaaaaaaaaaaaaaa"), Err(PasswordError::Easy));
        assert_eq!(check("tôi là an.tran đây"), Err(PasswordError::Easy));
        assert_eq!(check("lúa chín ngoài đồng xa"), Ok(()));
    }
}
