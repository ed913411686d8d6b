//! The provider: its discovery document and keys, kept for a while; the way there, and a code for a word.

use super::keys::{Key, Keys};
use super::token::{Algorithm, Expected, TokenError, Unverified};
use super::{OpenidError, Settings};
use crate::http::{self, Call, Http};
use crate::model::Time;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::Method;
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use url::Url;

/// Discovery and keys are read anew after so long: a key that was withdrawn is not trusted for longer.
const KEPT_FOR: Duration = Duration::from_hours(1);
/// Keys are asked for because of an unknown one no more often: anybody can make one up.
const ASKED_EVERY: Duration = Duration::from_secs(30);

/// The discovery document (OpenID Connect Discovery 1.0, section 3), as far as it is used.
#[derive(Debug, Clone, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    jwks_uri: Url,
    #[serde(default)]
    end_session_endpoint: Option<Url>,
    #[serde(default)]
    id_token_signing_alg_values_supported: Vec<String>,
    #[serde(default)]
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// A provider.
#[derive(Debug)]
pub struct Provider {
    settings: Settings,
    http: Http,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    metadata: Option<(Instant, Metadata)>,
    keys: Option<(Instant, Keys)>,
    asked_anew: Option<Instant>,
}

/// One sign-in under way: what binds the question to its answer. The three values are random, one-time and secret.
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations)]
pub struct Asking<'a> {
    /// Comes back with the person.
    pub state: &'a str,
    /// Comes back in the token.
    pub nonce: &'a str,
    /// Proves to the provider that who redeems the code asked for it (PKCE).
    pub verifier: &'a str,
    /// Where the person is sent back to.
    pub back: &'a str,
    /// Since when the person must have given the password anew, where that is asked for.
    pub anew_since: Option<Time>,
}

/// Who somebody is, by the provider's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider's own id of the person.
    pub subject: String,
    /// When he or she last signed in there, if it says so.
    pub signed_in: Option<Time>,
    /// The login that the configured claim names.
    pub login: Option<String>,
}

#[derive(Deserialize)]
struct Redeemed {
    id_token: String,
    token_type: String,
}

impl Provider {
    /// A provider; nothing is asked of it yet.
    pub fn open(settings: &Settings) -> Result<Self, OpenidError> {
        let http = Http::open(&settings.http())?;
        Ok(Self { settings: settings.clone(), http, kept: Mutex::default() })
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Asks for discovery document and keys, and says what was found.
    pub async fn probe(&self) -> Result<String, OpenidError> {
        let metadata = self.metadata().await?;
        let keys = self.fetch_keys(&metadata).await?;
        let client = if self.secret()?.is_some() { "confidential" } else { "public" };
        if keys.len() == 0 {
            return Err(OpenidError::Setup(format!("{} holds no key for RS256 or ES256", metadata.jwks_uri)));
        }
        let out = match metadata.end_session_endpoint {
            Some(_) => "",
            None => "; signing out there is not offered",
        };
        Ok(format!("{}, {} keys, {client} client{out}", metadata.issuer, keys.len()))
    }

    /// The address at the provider that a person is sent to.
    pub async fn sign_in_address(&self, asking: &Asking<'_>) -> Result<Url, OpenidError> {
        let mut address = self.metadata().await?.authorization_endpoint;
        let mut scope = vec!["openid"];
        scope.extend(self.settings.scopes.iter().map(String::as_str).filter(|scope| *scope != "openid"));
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, asking.verifier.as_bytes()));
        let mut query = address.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client)
            .append_pair("redirect_uri", asking.back)
            .append_pair("scope", &scope.join(" "))
            .append_pair("state", asking.state)
            .append_pair("nonce", asking.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        if asking.anew_since.is_some() {
            query.append_pair("prompt", "login").append_pair("max_age", "0");
        }
        drop(query);
        Ok(address)
    }

    /// The address at the provider where a person signs out of it and comes back to `back`, if it has one.
    pub async fn sign_out_address(&self, back: &str) -> Result<Option<Url>, OpenidError> {
        let Some(mut address) = self.metadata().await?.end_session_endpoint else { return Ok(None) };
        address
            .query_pairs_mut()
            .append_pair("client_id", &self.settings.client)
            .append_pair("post_logout_redirect_uri", back);
        Ok(Some(address))
    }

    /// Who came back with this code; `issuer` is what the answer itself says of where it comes from (RFC 9207).
    pub async fn identify(
        &self,
        code: &str,
        issuer: Option<&str>,
        asking: &Asking<'_>,
        now: Time,
    ) -> Result<Identity, OpenidError> {
        let metadata = self.metadata().await?;
        match issuer {
            Some(issuer) if issuer != metadata.issuer => {
                return Err(TokenError::Issuer(issuer.chars().take(200).collect()).into());
            }
            None if metadata.authorization_response_iss_parameter_supported => {
                return Err(TokenError::Issuer(String::new()).into());
            }
            Some(_) | None => {}
        }
        let token = self.redeem(&metadata, code, asking).await?;
        let token = Unverified::parse(&token)?;
        let key = self.key(&metadata, &token).await?;
        let expected = Expected {
            issuer: &metadata.issuer,
            client: &self.settings.client,
            nonce: asking.nonce,
            now,
            anew_since: asking.anew_since,
        };
        let claims = token.believe(&key, &expected)?;
        // An address that the provider has not verified is what somebody says of himself or herself.
        let verified =
            |claim: &&str| *claim != "email" || claims.all.get("email_verified") == Some(&true.into());
        let named = self.settings.login_claim.as_deref().filter(verified);
        let login = named.and_then(|claim| claims.all.get(claim)?.as_str()).map(str::to_owned);
        Ok(Identity { subject: claims.subject, signed_in: claims.signed_in, login })
    }

    async fn redeem(
        &self,
        metadata: &Metadata,
        code: &str,
        asking: &Asking<'_>,
    ) -> Result<String, OpenidError> {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", asking.back),
            ("code_verifier", asking.verifier),
        ];
        let client = self.settings.client.as_str();
        let call: Call<'_> = self.http.call_at(Method::POST, &metadata.token_endpoint)?;
        let call = match self.secret()? {
            Some(secret) => {
                // Both are encoded as in a form first (RFC 6749, 2.3.1).
                let encoded =
                    |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
                call.basic(&encoded(client), &encoded(secret.reveal()))
            }
            None => {
                fields.push(("client_id", client));
                call
            }
        };
        let answer = call.form(&fields).send().await.map_err(|error| match error.status() {
            Some(400) => OpenidError::Code(error.to_string()),
            Some(401 | 403) => {
                OpenidError::Setup(format!("the provider does not take client_secret_file: {error}"))
            }
            Some(_) | None => OpenidError::Http(error),
        })?;
        let redeemed: Redeemed = answer.read()?;
        if !redeemed.token_type.eq_ignore_ascii_case("bearer") {
            return Err(TokenError::Form("token_type is not Bearer").into());
        }
        Ok(redeemed.id_token)
    }

    fn secret(&self) -> Result<Option<crate::model::secret::Secret>, OpenidError> {
        let path = self.settings.client_secret_file.as_deref();
        Ok(path.map(|path| http::secret("client_secret_file", path)).transpose()?)
    }

    async fn metadata(&self) -> Result<Metadata, OpenidError> {
        if let Some((since, metadata)) = &self.kept().metadata
            && since.elapsed() < KEPT_FOR
        {
            return Ok(metadata.clone());
        }
        let call = self.http.call(Method::GET, &[".well-known", "openid-configuration"]);
        let metadata: Metadata = call.send().await?.read()?;
        self.check(&metadata)?;
        self.kept().metadata = Some((Instant::now(), metadata.clone()));
        Ok(metadata)
    }

    /// Refuses a document with which no sign-in can be right.
    fn check(&self, metadata: &Metadata) -> Result<(), OpenidError> {
        let Settings { issuer, client_secret_file, .. } = &self.settings;
        let setup = |why: String| Err(OpenidError::Setup(why));
        if metadata.issuer != *issuer {
            return setup(format!(
                "issuer = {issuer:?}, but the provider calls itself {:?}",
                metadata.issuer
            ));
        }
        let addresses = [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri];
        for address in addresses.into_iter().chain(&metadata.end_session_endpoint) {
            self.http.may_reach(address)?;
        }
        let lacks = |list: &Option<Vec<String>>, one: &str| {
            list.as_ref().is_some_and(|list| !list.iter().any(|has| has == one))
        };
        if lacks(&metadata.code_challenge_methods_supported, "S256") {
            return setup("the provider does not offer PKCE with S256: turn it on for this client".into());
        }
        let method = if client_secret_file.is_some() { "client_secret_basic" } else { "none" };
        if lacks(&metadata.token_endpoint_auth_methods_supported, method) && method != "none" {
            return setup(format!("the provider does not take {method}: turn it on for this client"));
        }
        let algorithms = &metadata.id_token_signing_alg_values_supported;
        if !algorithms.is_empty() && !algorithms.iter().any(|name| Algorithm::parse(name).is_some()) {
            return setup(format!(
                "the provider signs with {} alone, not with RS256 or ES256",
                algorithms.join(", ")
            ));
        }
        Ok(())
    }

    /// The key that a token names. An unknown one may be new: the keys are asked for again, now and then.
    async fn key(&self, metadata: &Metadata, token: &Unverified<'_>) -> Result<Key, OpenidError> {
        let find = |keys: &Keys| keys.find(token.key_id.as_deref(), token.algorithm).cloned();
        let kept = self.kept().keys.clone().filter(|(since, _)| since.elapsed() < KEPT_FOR);
        if let Some((_, keys)) = kept {
            if let Some(key) = find(&keys) {
                return Ok(key);
            }
            if !self.may_ask_anew() {
                return Err(unknown(token).into());
            }
        }
        let keys = self.fetch_keys(metadata).await?;
        Ok(find(&keys).ok_or_else(|| unknown(token))?)
    }

    fn may_ask_anew(&self) -> bool {
        let mut kept = self.kept();
        let may = kept.asked_anew.is_none_or(|at| at.elapsed() >= ASKED_EVERY);
        if may {
            kept.asked_anew = Some(Instant::now());
        }
        may
    }

    async fn fetch_keys(&self, metadata: &Metadata) -> Result<Keys, OpenidError> {
        let answer = self.http.call_at(Method::GET, &metadata.jwks_uri)?.send().await?;
        let path = answer.path.clone();
        let keys = Keys::parse(answer.body)
            .map_err(|error| http::HttpError::Body { path, why: error.to_string() })?;
        self.kept().keys = Some((Instant::now(), keys.clone()));
        Ok(keys)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unknown(token: &Unverified<'_>) -> TokenError {
    TokenError::UnknownKey(token.key_id.as_deref().unwrap_or_default().chars().take(100).collect())
}
