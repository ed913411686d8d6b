//! One-time codes (TOTP, RFC 6238): six digits, thirty seconds, SHA-1, as every authenticator has them.

use crate::model::secret::Secret;
use ring::rand::{SecureRandom, SystemRandom};
use totp_rs::{Algorithm, TOTP};

const STEP: i64 = 30;
/// Clocks may differ by one step either way.
const SKEW: i64 = 1;

/// A secret that cannot be made or used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TotpError {
    /// The system gave no random bytes.
    #[error("the system gives no random bytes")]
    Random,
    /// It is not one.
    #[error("the one-time codes' secret cannot be used: {0}")]
    Secret(String),
}

/// 20 random bytes, as RFC 4226 asks for.
pub fn fresh() -> Result<Vec<u8>, TotpError> {
    let mut bytes = vec![0; 20];
    SystemRandom::new().fill(&mut bytes).map_err(|_| TotpError::Random)?;
    Ok(bytes)
}

fn totp(secret: &[u8], login: &str, issuer: &str) -> Result<TOTP, TotpError> {
    let plain = |text: &str| text.replace(':', " ");
    TOTP::new(Algorithm::SHA1, 6, 0, STEP.unsigned_abs(), secret.to_vec(), Some(plain(issuer)), plain(login))
        .map_err(|error| TotpError::Secret(error.to_string()))
}

/// The secret for an authenticator: as text to type, and as an `otpauth:` address.
pub fn enrolment(secret: &[u8], login: &str, issuer: &str) -> Result<(Secret, Secret), TotpError> {
    let totp = totp(secret, login, issuer)?;
    Ok((Secret::new(totp.get_secret_base32()), Secret::new(totp.get_url())))
}

/// The time step whose code this is, at `now` (seconds since 1970) give or take a step; the caller uses it up.
pub fn step_of(secret: &[u8], code: &str, now: i64) -> Result<Option<i64>, TotpError> {
    let totp = totp(secret, "rosterd", "rosterd")?;
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let current = now / STEP;
    let fits = |step: &i64| {
        let right = totp.generate((step * STEP).max(0).unsigned_abs());
        // Equal in constant time: neither says how many digits were right.
        ring::hmac::verify(&key(), right.as_bytes(), ring::hmac::sign(&key(), code.as_bytes()).as_ref())
            .is_ok()
    };
    Ok((current - SKEW..=current + SKEW).find(fits))
}

fn key() -> ring::hmac::Key {
    ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"compare")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, SHA-1, the last six of eight digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = b"12345678901234567890";
        for (at, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")]
        {
            assert_eq!(step_of(secret, code, at).unwrap(), Some(at / STEP), "{at}");
        }
    }

    #[test]
    fn a_code_is_good_for_a_step_either_way_and_no_longer() {
        let secret = b"12345678901234567890";
        let step = Some(1_111_111_109 / STEP);
        assert_eq!(step_of(secret, "081 804", 1_111_111_109 + 30).unwrap(), step);
        assert_eq!(step_of(secret, "081804", 1_111_111_109 - 30).unwrap(), step);
        assert_eq!(step_of(secret, "081804", 1_111_111_109 + 90).unwrap(), None);
        assert_eq!(step_of(secret, "", 1_111_111_109).unwrap(), None);
    }

    #[test]
    fn an_authenticator_is_told_whose_secret_it_is() {
        let (text, address) = enrolment(b"12345678901234567890", "an", "rosterd: tỉnh Mẫu").unwrap();
        assert_eq!(text.reveal(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(address.reveal().starts_with("otpauth://totp/rosterd"), "{}", address.reveal());
    }
}
