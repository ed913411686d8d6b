//! An ID token: the provider's signed word on who somebody is (OpenID Connect Core 1.0, sections 2 and 3.1.3.7). It is
//! taken apart before its key is known, and believed only after every check. No clock of its own: `now` is a parameter.

use super::keys::Key;
use crate::model::Time;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Two clocks differ by no more.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);
/// A token comes straight from the provider: one made longer ago is not the answer to our question.
const FRESH: TimeDelta = TimeDelta::minutes(10);
/// A subject has at most so many characters (section 2).
const LONGEST_SUBJECT: usize = 255;

/// Why a token is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is no token: three parts in base64url, the first two JSON with the claims that every ID token has.
    #[error("it is not an ID token: {0}")]
    Form(&'static str),
    /// Only signatures that the provider alone can make: RS256 and ES256, never `none` or a shared secret.
    #[error("its algorithm {0:?} is not taken here, only RS256 and ES256")]
    Algorithm(String),
    /// The provider publishes no such key.
    #[error("the provider publishes no key for it (kid {0:?})")]
    UnknownKey(String),
    /// The key did not sign this.
    #[error("its signature is wrong")]
    Signature,
    /// Another issuer.
    #[error("it is another issuer's: {0:?}")]
    Issuer(String),
    /// For another client.
    #[error("it was made for another client")]
    Audience,
    /// Its time is over.
    #[error("it has expired; compare this machine's clock with the provider's")]
    Expired,
    /// Not made just now.
    #[error("it was not made just now; compare this machine's clock with the provider's")]
    NotNow,
    /// The answer to another question.
    #[error("it answers another sign-in")]
    Nonce,
    /// It names nobody.
    #[error("its subject is none")]
    Subject,
    /// The person was to give the password anew, and the provider does not say that this happened.
    #[error("it does not say that the person has signed in anew")]
    NotAnew,
}

/// The algorithms that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// RSA, PKCS #1 1.5, SHA-256.
    Rs256,
    /// ECDSA on P-256, SHA-256.
    Es256,
}

impl Algorithm {
    /// Its name in a token.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }

    /// By its name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Rs256, Self::Es256].into_iter().find(|one| one.as_str() == name)
    }
}

/// What a token must say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub issuer: &'a str,
    pub client: &'a str,
    pub nonce: &'a str,
    pub now: Time,
    /// The person must have signed in at the provider since then.
    pub anew_since: Option<Time>,
}

/// A token taken apart; nothing of it is believed yet.
#[derive(Debug)]
pub(super) struct Unverified<'a> {
    pub key_id: Option<String>,
    pub algorithm: Algorithm,
    signed: &'a str,
    signature: Vec<u8>,
    payload: Vec<u8>,
}

/// What a token says that was believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claims {
    /// Who, by the provider's own id.
    pub subject: String,
    /// When the person last signed in at the provider, if it says so.
    pub signed_in: Option<Time>,
    /// Everything it says.
    pub all: Map<String, Value>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Written {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    iat: i64,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    auth_time: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl<'a> Unverified<'a> {
    /// Takes a token apart.
    pub fn parse(token: &'a str) -> Result<Self, TokenError> {
        let form = TokenError::Form;
        let (signed, signature) = token.rsplit_once('.').ok_or(form("one part"))?;
        let (header, payload) = signed.split_once('.').ok_or(form("two parts"))?;
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| form("not base64url"));
        let header: Header =
            serde_json::from_slice(&bytes(header)?).map_err(|_| form("its header cannot be read"))?;
        // Whoever puts something critical into it wants it understood (RFC 7515, 4.1.11).
        if header.crit.is_some() {
            return Err(form("its header has a critical part"));
        }
        let algorithm = Algorithm::parse(&header.alg).ok_or(TokenError::Algorithm(header.alg))?;
        let (payload, signature) = (bytes(payload)?, bytes(signature)?);
        Ok(Self { key_id: header.kid, algorithm, signed, signature, payload })
    }

    /// What it says, where `key` signed it and all of it is as expected.
    pub fn believe(self, key: &Key, expected: &Expected<'_>) -> Result<Claims, TokenError> {
        key.verify(self.signed.as_bytes(), &self.signature)?;
        let unread = |_| TokenError::Form("its claims cannot be read");
        let all: Map<String, Value> = serde_json::from_slice(&self.payload).map_err(unread)?;
        let says: Written = serde_json::from_value(Value::Object(all.clone())).map_err(unread)?;
        let time = |seconds| DateTime::from_timestamp(seconds, 0).ok_or(TokenError::Form("a time is none"));
        let now = expected.now;
        if says.iss != expected.issuer {
            return Err(TokenError::Issuer(says.iss.chars().take(200).collect()));
        }
        if !is_for(&says, expected.client) {
            return Err(TokenError::Audience);
        }
        if time(says.exp)? <= now - LEEWAY {
            return Err(TokenError::Expired);
        }
        let (issued, valid_from) = (time(says.iat)?, time(says.nbf.unwrap_or(says.iat))?);
        if issued > now + LEEWAY || issued < now - FRESH || valid_from > now + LEEWAY {
            return Err(TokenError::NotNow);
        }
        if expected.nonce.is_empty() || says.nonce.as_deref() != Some(expected.nonce) {
            return Err(TokenError::Nonce);
        }
        if says.sub.is_empty() || says.sub.chars().count() > LONGEST_SUBJECT {
            return Err(TokenError::Subject);
        }
        let signed_in = says.auth_time.map(time).transpose()?.filter(|at| *at <= now + LEEWAY);
        if let Some(since) = expected.anew_since
            && signed_in.is_none_or(|at| at < since - LEEWAY)
        {
            return Err(TokenError::NotAnew);
        }
        Ok(Claims { subject: says.sub, signed_in, all })
    }
}

/// Whether the token is for this client: named in `aud`, and in `azp` where that is there or must be.
fn is_for(says: &Written, client: &str) -> bool {
    let (named, alone) = match &says.aud {
        Audience::One(one) => (one == client, true),
        Audience::Many(many) => (many.iter().any(|one| one == client), many.len() == 1),
    };
    let party = match &says.azp {
        Some(party) => party == client,
        None => alone,
    };
    named && party
}

#[cfg(test)]
mod tests;
