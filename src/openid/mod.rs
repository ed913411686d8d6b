//! OpenID Connect: who somebody is, by the word of a provider (nhà cung cấp định danh). The authorization code flow
//! with PKCE and nothing else (OpenID Connect Core 1.0, section 3.1; RFC 7636; RFC 9700). Whether that somebody is an
//! operator, and what he or she may do, is not the provider's to say.
//!
//! The protocol is written here: `openidconnect` brings 45 crates and a second set of ciphers, one of them with an open
//! advisory, and `jsonwebtoken` 10 has none for `ring`, so that the part that matters would be ours there too.

mod keys;
mod provider;
mod token;

pub use provider::{Asking, Identity, Provider};
pub use token::TokenError;

use crate::http::{self, HttpError};
use crate::model::ids::Login;
use serde::Deserialize;
use std::path::PathBuf;

/// The `[web.openid]` table of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What the page calls the provider; the issuer's host without it.
    #[serde(default)]
    pub name: Option<String>,
    /// The issuer, exactly as its discovery document writes it.
    pub issuer: String,
    /// The id under which the provider knows this site.
    pub client: String,
    /// The client's secret; without it the client is a public one, and PKCE alone vouches for it.
    #[serde(default)]
    pub client_secret_file: Option<PathBuf>,
    /// What is asked for beside `openid`: the scope that brings `login_claim`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The claim that names an operator's login, at the first sign-in of one to whom no subject is tied yet. Without it
    /// subjects are tied by hand. Only for a claim that people cannot set for themselves at the provider.
    #[serde(default)]
    pub login_claim: Option<String>,
    /// The one operator who may sign in with a password beside the provider, for the day it is down. Without it
    /// everybody who has a password may.
    #[serde(default)]
    pub passwords_only_for: Option<Login>,
    /// Permits `http://`, to a loopback address only.
    #[serde(default)]
    pub allow_plaintext: bool,
    /// The certificates (PEM) to trust instead of the operating system's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// How long to wait for each answer of the provider: a person waits with us.
    #[serde(default = "timeout_seconds")]
    pub timeout_seconds: u32,
}

fn timeout_seconds() -> u32 {
    10
}

impl Settings {
    /// What is wrong with them, with the setting's name.
    pub fn check(&self) -> Result<(), String> {
        let http = self.http();
        http.check().map_err(|why| format!("issuer, {why}"))?;
        if self.client.is_empty() {
            return Err("client = \"\": expected the id under which the provider knows this site".into());
        }
        let odd = |scope: &&String| scope.is_empty() || !scope.chars().all(|c| c.is_ascii_graphic());
        if let Some(scope) = self.scopes.iter().find(odd) {
            return Err(format!("scopes: {scope:?} is none; expected words as in [\"profile\"]"));
        }
        let protocol = ["iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce", "auth_time", "acr", "amr"];
        if let Some(claim) = self.login_claim.as_deref().filter(|claim| protocol.contains(claim)) {
            return Err(format!(
                "login_claim = {claim:?}: is no name of a person; expected one as in \"preferred_username\""
            ));
        }
        Ok(())
    }

    /// What the page calls the provider.
    pub fn shown(&self) -> String {
        let host = || url::Url::parse(&self.issuer).ok()?.host_str().map(str::to_owned);
        self.name.clone().or_else(host).unwrap_or_else(|| self.issuer.clone())
    }

    /// Whether this login may sign in without the provider.
    pub fn leaves_password(&self, login: &Login) -> bool {
        self.passwords_only_for.as_ref().is_none_or(|one| one == login)
    }

    fn http(&self) -> http::Settings {
        http::Settings {
            url: self.issuer.clone(),
            allow_plaintext: self.allow_plaintext,
            ca_file: self.ca_file.clone(),
            timeout_seconds: self.timeout_seconds,
        }
    }
}

/// Why a provider's word was not had, or not taken.
#[derive(Debug, thiserror::Error)]
pub enum OpenidError {
    /// The provider cannot be reached, or does not answer as one.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// Provider and configuration do not go together: whoever runs the site must mend it.
    #[error("{0}")]
    Setup(String),
    /// The provider does not take the code: it was used, is too old, or is another's.
    #[error("the provider refuses the code: {0}")]
    Code(String),
    /// Its word does not hold.
    #[error("the ID token is refused: {0}")]
    Token(#[from] TokenError),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Result<(), String> {
        toml::from_str::<Settings>(text).unwrap().check()
    }

    #[test]
    fn settings_that_cannot_work_are_refused() {
        let fine = "issuer = \"https://sso.tinhmau.gov.vn/realms/tinh\"\nclient = \"rosterd\"\n";
        assert_eq!(settings(fine), Ok(()));
        for (text, part) in [
            ("issuer = \"http://sso.tinhmau.gov.vn\"\nclient = \"rosterd\"", "TLS"),
            ("issuer = \"https://a.vn/?x=1\"\nclient = \"rosterd\"", "nothing else"),
            ("issuer = \"https://a.vn\"\nclient = \"\"", "client"),
            ("issuer = \"https://a.vn\"\nclient = \"x\"\nscopes = [\"a b\"]", "scopes"),
            ("issuer = \"https://a.vn\"\nclient = \"x\"\nlogin_claim = \"sub\"", "login_claim"),
            ("issuer = \"https://a.vn\"\nclient = \"x\"\ntimeout_seconds = 0", "timeout_seconds"),
        ] {
            let why = settings(text).unwrap_err();
            assert!(why.contains(part), "{why}");
        }
    }

    #[test]
    fn passwords_are_everybody_s_unless_they_are_left_to_one() {
        let mut settings: Settings = toml::from_str("issuer = \"https://a.vn\"\nclient = \"x\"").unwrap();
        assert!(settings.leaves_password(&Login::new("an")));
        settings.passwords_only_for = Some(Login::new("binh"));
        assert!(
            settings.leaves_password(&Login::new("binh")) && !settings.leaves_password(&Login::new("an"))
        );
        assert_eq!(settings.shown(), "a.vn");
    }
}
