//! A stored password: what an entry keeps in place of its password (RFC 2307, and what the modules of OpenLDAP add), to be
//! held against guesses. It is never written anywhere: neither it nor a guess stands in Debug output, an error or a log.

use argon2::password_hash::PasswordHash;
use argon2::{Argon2, Params, PasswordVerifier};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::{digest, pbkdf2};
use sha_crypt::{Sha256Params, Sha512Params, sha256_crypt_b64, sha512_crypt_b64};
use std::num::NonZeroU32;

/// The most iterations or rounds that are computed for one guess: about a second, a hundred times what servers use. More
/// of them are a mistake or an attempt to keep this machine busy.
const MOST_ROUNDS: u32 = 1_000_000;

/// The most memory for one guess, in KiB: argon2's costliest recommended parameters need 2 GiB, OpenLDAP's default 7 MiB.
const MOST_MEMORY: u32 = 256 * 1024;

/// The most passes over the memory.
const MOST_PASSES: u32 = 16;

/// crypt(3) reads no more of a salt.
const CRYPT_SALT: usize = 16;

/// The rounds of sha-crypt where a value names none.
const CRYPT_ROUNDS: u32 = 5_000;

/// What is stored, ready to be held against guesses.
pub struct StoredPassword(Scheme);

enum Scheme {
    /// As it is.
    Plain(String),
    /// A digest, salted or not.
    Digest { algorithm: &'static digest::Algorithm, digest: Vec<u8>, salt: Vec<u8> },
    /// `$5$`.
    Crypt256 { rounds: u32, salt: String, hash: String },
    /// `$6$`.
    Crypt512 { rounds: u32, salt: String, hash: String },
    /// RFC 8018.
    Pbkdf2 { algorithm: pbkdf2::Algorithm, iterations: NonZeroU32, salt: Vec<u8>, key: Vec<u8> },
    /// A PHC string.
    Argon2(String),
}

/// Why a stored password cannot be held against guesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// A scheme that is not known here.
    #[error("its scheme is not known")]
    Scheme,
    /// Not in the form of its scheme.
    #[error("it is not in the form of its scheme")]
    Form,
    /// One guess would cost too much.
    #[error("one guess would cost too much")]
    Costly,
}

impl StoredPassword {
    /// Reads what an entry stores.
    pub fn parse(value: &str) -> Result<Self, Unreadable> {
        let Some((name, rest)) = value.strip_prefix('{').and_then(|text| text.split_once('}')) else {
            return Ok(Self(Scheme::Plain(value.to_owned())));
        };
        let scheme = match name.to_ascii_uppercase().as_str() {
            "CLEARTEXT" => Scheme::Plain(rest.to_owned()),
            "SHA" | "SSHA" => digested(&digest::SHA1_FOR_LEGACY_USE_ONLY, rest)?,
            "SHA256" | "SSHA256" => digested(&digest::SHA256, rest)?,
            "SHA384" | "SSHA384" => digested(&digest::SHA384, rest)?,
            "SHA512" | "SSHA512" => digested(&digest::SHA512, rest)?,
            "CRYPT" => crypted(rest)?,
            "PBKDF2" | "PBKDF2-SHA1" => pbkdf2(pbkdf2::PBKDF2_HMAC_SHA1, rest)?,
            "PBKDF2-SHA256" => pbkdf2(pbkdf2::PBKDF2_HMAC_SHA256, rest)?,
            "PBKDF2-SHA512" => pbkdf2(pbkdf2::PBKDF2_HMAC_SHA512, rest)?,
            "ARGON2" => argon2(rest)?,
            _ => return Err(Unreadable::Scheme),
        };
        Ok(Self(scheme))
    }

    /// Whether `guess` is the password.
    pub fn is(&self, guess: &str) -> bool {
        let bytes = guess.as_bytes();
        match &self.0 {
            Scheme::Plain(password) => password == guess,
            Scheme::Digest { algorithm, digest, salt } => {
                let mut context = digest::Context::new(algorithm);
                context.update(bytes);
                context.update(salt);
                context.finish().as_ref() == digest
            }
            Scheme::Crypt256 { rounds, salt, hash } => {
                let made = Sha256Params::new(*rounds as usize)
                    .and_then(|params| sha256_crypt_b64(bytes, salt.as_bytes(), &params));
                made.is_ok_and(|made| made == *hash)
            }
            Scheme::Crypt512 { rounds, salt, hash } => {
                let made = Sha512Params::new(*rounds as usize)
                    .and_then(|params| sha512_crypt_b64(bytes, salt.as_bytes(), &params));
                made.is_ok_and(|made| made == *hash)
            }
            Scheme::Pbkdf2 { algorithm, iterations, salt, key } => {
                pbkdf2::verify(*algorithm, *iterations, salt, bytes, key).is_ok()
            }
            Scheme::Argon2(hash) => PasswordHash::new(hash)
                .is_ok_and(|hash| Argon2::default().verify_password(bytes, &hash).is_ok()),
        }
    }
}

/// A digest and what follows it, the salt, in base64.
fn digested(algorithm: &'static digest::Algorithm, text: &str) -> Result<Scheme, Unreadable> {
    let mut digest = STANDARD.decode(text).map_err(|_| Unreadable::Form)?;
    if digest.len() < algorithm.output_len() {
        return Err(Unreadable::Form);
    }
    let salt = digest.split_off(algorithm.output_len());
    Ok(Scheme::Digest { algorithm, digest, salt })
}

/// `$5$salt$hash` or `$6$rounds=10000$salt$hash`.
fn crypted(text: &str) -> Result<Scheme, Unreadable> {
    let is_256 = text.starts_with("$5$");
    if !is_256 && !text.starts_with("$6$") {
        return Err(Unreadable::Scheme);
    }
    let mut parts = text[3..].split('$');
    let mut salt = parts.next().ok_or(Unreadable::Form)?;
    let mut rounds = CRYPT_ROUNDS;
    if let Some(number) = salt.strip_prefix("rounds=") {
        rounds = number.parse().map_err(|_| Unreadable::Form)?;
        salt = parts.next().ok_or(Unreadable::Form)?;
    }
    let (Some(hash), None) = (parts.next(), parts.next()) else { return Err(Unreadable::Form) };
    if rounds > MOST_ROUNDS {
        return Err(Unreadable::Costly);
    }
    let salt = salt.get(..CRYPT_SALT.min(salt.len())).ok_or(Unreadable::Form)?.to_owned();
    let hash = hash.to_owned();
    Ok(if is_256 { Scheme::Crypt256 { rounds, salt, hash } } else { Scheme::Crypt512 { rounds, salt, hash } })
}

/// `iterations$salt$key`, in base64 with `.` in the place of `+`.
fn pbkdf2(algorithm: pbkdf2::Algorithm, text: &str) -> Result<Scheme, Unreadable> {
    let mut parts = text.split('$');
    let (Some(count), Some(salt), Some(key), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Unreadable::Form);
    };
    let iterations: NonZeroU32 = count.parse().map_err(|_| Unreadable::Form)?;
    if iterations.get() > MOST_ROUNDS {
        return Err(Unreadable::Costly);
    }
    let bytes = |text: &str| {
        let padded = format!("{}{}", text.replace('.', "+"), &"==="[..(4 - text.len() % 4) % 4]);
        STANDARD.decode(padded).map_err(|_| Unreadable::Form)
    };
    Ok(Scheme::Pbkdf2 { algorithm, iterations, salt: bytes(salt)?, key: bytes(key)? })
}

fn argon2(text: &str) -> Result<Scheme, Unreadable> {
    let hash = PasswordHash::new(text).map_err(|_| Unreadable::Form)?;
    let params = Params::try_from(&hash).map_err(|_| Unreadable::Form)?;
    if params.m_cost() > MOST_MEMORY || params.t_cost() > MOST_PASSES {
        return Err(Unreadable::Costly);
    }
    Ok(Scheme::Argon2(text.to_owned()))
}

#[cfg(test)]
#[path = "stored_tests.rs"]
mod tests;
