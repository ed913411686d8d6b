//! How an operator's means of signing in are set, for the page and the command line alike.

use super::{password, secret, totp};
use crate::apply::seal;
use crate::config::keys::SiteKey;
use crate::model::Time;
use crate::model::ids::Login;
use crate::model::secret::Secret;
use crate::store::{Store, StoreError};
use chrono::TimeDelta;

/// Why it was not set.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The password.
    #[error(transparent)]
    Password(#[from] password::PasswordError),
    /// The codes' secret.
    #[error(transparent)]
    Totp(#[from] totp::TotpError),
    /// It could not be sealed.
    #[error(transparent)]
    Seal(#[from] seal::SealError),
    /// No random bytes.
    #[error(transparent)]
    Random(#[from] secret::NoRandom),
    /// The hashing was broken off.
    #[error("the password was not hashed: the program is stopping")]
    BrokenOff,
}

/// Sets a password; other sessions of the login than `keep` end.
pub async fn set_password(
    store: &Store,
    now: Time,
    login: &Login,
    new: Secret,
    by: &Login,
    keep: Option<&str>,
) -> Result<(), AccountError> {
    password::check(&new, login.as_str())?;
    let hash = tokio::task::spawn_blocking(move || password::hash(&new))
        .await
        .map_err(|_| AccountError::BrokenOff)??;
    store
        .write(now, async |mut tx| {
            tx.set_password(login, &hash, by, keep).await?;
            tx.commit(()).await
        })
        .await?;
    Ok(())
}

/// Keeps a codes' secret, or forgets it.
pub async fn set_totp(
    store: &Store,
    keys: &SiteKey,
    now: Time,
    login: &Login,
    secret: Option<&[u8]>,
    by: &Login,
) -> Result<(), AccountError> {
    let sealed = secret.map(|secret| seal_totp(keys, login, secret)).transpose()?;
    store
        .write(now, async |mut tx| {
            tx.set_totp(login, sealed.as_deref(), by).await?;
            tx.commit(()).await
        })
        .await?;
    Ok(())
}

fn seal_totp(keys: &SiteKey, login: &Login, secret: &[u8]) -> Result<Vec<u8>, seal::SealError> {
    let text = Secret::new(crate::model::ids::hex(secret));
    seal::seal(&keys.totp(), login.as_str(), &text, &ring::rand::SystemRandom::new())
}

/// The codes' secret that was kept.
pub(super) fn open_totp(keys: &SiteKey, login: &Login, sealed: &[u8]) -> Result<Vec<u8>, AccountError> {
    let text = seal::open(&keys.totp(), login.as_str(), sealed)?;
    let digits = text.reveal().as_bytes();
    let byte =
        |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
    digits.chunks(2).map(byte).collect::<Option<_>>().ok_or(AccountError::Seal(seal::SealError::Open))
}

/// Makes a one-time sign-in; the code, shown once.
pub async fn invite(
    store: &Store,
    now: Time,
    login: &Login,
    lasts: TimeDelta,
    by: &Login,
) -> Result<Secret, AccountError> {
    let code = secret::fresh()?;
    let hash = secret::hash(code.reveal());
    store
        .write(now, async |mut tx| {
            tx.invite(login, &hash, now + lasts, by).await?;
            tx.commit(()).await
        })
        .await?;
    Ok(code)
}
