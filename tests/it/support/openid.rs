//! A stand-in for a provider of OpenID Connect: discovery, keys, the place to sign in, the place where codes are
//! redeemed, as the specification has them. It checks what a provider checks: the client and its secret, that a code is
//! redeemed once, by who asked for it (PKCE), for the address it was sent to.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use super::http::{Asked, Said, Server};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard};

/// The client's secret; it must be encoded as in a form before it goes into the header.
pub const SECRET: &str = "bí mật:riêng/của+rosterd";

/// A key that signs.
pub enum Signer {
    Ec(Box<EcdsaKeyPair>),
    Rsa(Box<RsaKeyPair>),
}

impl Signer {
    pub fn ec() -> Self {
        let (random, kind) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
        Self::Ec(Box::new(EcdsaKeyPair::from_pkcs8(kind, document.as_ref(), &random).unwrap()))
    }

    /// Made by the openssl command.
    pub fn rsa() -> Self {
        let arguments =
            ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-outform", "DER"];
        let made = Command::new("openssl").args(arguments).output().expect("openssl: ops/test installs it");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        // Which of the two forms it writes depends on its version.
        let read = RsaKeyPair::from_pkcs8(&made.stdout).or_else(|_| RsaKeyPair::from_der(&made.stdout));
        Self::Rsa(Box::new(read.unwrap()))
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Ec(_) => "ES256",
            Self::Rsa(_) => "RS256",
        }
    }

    fn published(&self, id: &str) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Ec(key) => {
                let point = key.public_key().as_ref();
                json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": id, "x": text(&point[1..33]),
                    "y": text(&point[33..]) })
            }
            Self::Rsa(key) => {
                let public = PublicKeyComponents::<Vec<u8>>::from(key.public());
                json!({ "kty": "RSA", "alg": "RS256", "kid": id, "n": text(&public.n), "e": text(&public.e) })
            }
        }
    }

    fn sign(&self, signed: &str) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Ec(key) => key.sign(&random, signed.as_bytes()).unwrap().as_ref().to_vec(),
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).unwrap();
                signature
            }
        }
    }
}

/// A code that was given and not redeemed.
struct Code {
    nonce: String,
    challenge: String,
    back: String,
}

/// What it holds and how it answers.
pub struct Kept {
    pub issuer: String,
    /// The key that signs, by its id; it alone is published.
    pub key: (String, Signer),
    /// Signs instead, under the id of the other.
    pub forger: Option<Signer>,
    /// Whether the client has a secret.
    pub secret: bool,
    /// What the token says beside, or instead; null takes away.
    pub claims: Value,
    /// The same of its header.
    pub header: Value,
    /// Nobody is signed in: this is answered.
    pub denies: Option<&'static str>,
    /// Nothing but this status is answered.
    pub down: Option<u16>,
    codes: BTreeMap<String, Code>,
    given: usize,
}

/// A running stand-in. Whoever comes is signed in as the subject `s-an` unless the claims say otherwise.
pub struct Provider {
    pub server: Server,
    kept: Arc<Mutex<Kept>>,
}

const REALM: &str = "/realms/tỉnh";

impl Provider {
    pub fn start() -> Self {
        let kept = Arc::new(Mutex::new(Kept {
            issuer: String::new(),
            key: ("k-1".into(), Signer::ec()),
            forger: None,
            secret: true,
            claims: json!({}),
            header: json!({}),
            denies: None,
            down: None,
            codes: BTreeMap::new(),
            given: 0,
        }));
        let held = kept.clone();
        // Another address than the page's: a browser takes it for another site.
        let server = Server::start_at("127.0.0.2", move |asked| answer(&mut held.lock().unwrap(), asked));
        kept.lock().unwrap().issuer = format!("{}/realms/t%E1%BB%89nh", server.url());
        Self { server, kept }
    }

    pub fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap()
    }

    /// The table of the configuration, and more of it.
    pub fn settings(&self, more: &str) -> String {
        let kept = self.kept();
        let secret = if kept.secret { "client_secret_file = \"secrets/openid\"\n" } else { "" };
        format!(
            "[web.openid]\nname = \"Cổng định danh tỉnh\"\nissuer = \"{}\"\nclient = \"rosterd\"\nallow_plaintext = true\n\
             {secret}{more}",
            kept.issuer
        )
    }

    /// How often this was asked for.
    pub fn asked(&self, end: &str) -> usize {
        self.server.asked().iter().filter(|asked| asked.path.ends_with(end)).count()
    }
}

fn answer(kept: &mut Kept, asked: &Asked) -> Said {
    if let Some(status) = kept.down {
        return Said::Json(status, json!({}));
    }
    let Some(path) = asked.path.strip_prefix(REALM) else { return Said::Json(404, json!({})) };
    match (asked.method.as_str(), path) {
        ("GET", "/.well-known/openid-configuration") => Said::Json(200, discovery(&kept.issuer)),
        ("GET", "/certs") => {
            let (id, key) = &kept.key;
            Said::Json(200, json!({ "keys": [{ "kty": "oct", "k": "AQAB" }, key.published(id)] }))
        }
        ("GET", "/auth") => authorize(kept, asked),
        ("POST", "/token") => match redeem(kept, asked) {
            Ok(token) => {
                Said::Json(200, json!({ "access_token": "x", "token_type": "Bearer", "id_token": token }))
            }
            Err((status, error)) => Said::Json(status, json!({ "error": error })),
        },
        ("GET", "/logout") => {
            let back = asked.query["post_logout_redirect_uri"].clone();
            Said::With(302, "Location", back, Value::Null)
        }
        _ => Said::Json(404, json!({})),
    }
}

fn discovery(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/auth"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/certs"),
        "end_session_endpoint": format!("{issuer}/logout"),
        "response_types_supported": ["code"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        "code_challenge_methods_supported": ["plain", "S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    })
}

/// Somebody comes to sign in: and is, at once.
fn authorize(kept: &mut Kept, asked: &Asked) -> Said {
    let of = |name: &str| asked.query.get(name).cloned().unwrap_or_default();
    let scope = of("scope");
    let fine = of("response_type") == "code"
        && of("client_id") == "rosterd"
        && of("code_challenge_method") == "S256"
        && of("code_challenge").len() == 43
        && of("nonce").len() >= 32
        && of("state").len() >= 32
        && scope.split(' ').any(|one| one == "openid");
    if !fine {
        return Said::Json(400, json!({ "error": "invalid_request" }));
    }
    let mut back = url::Url::parse(&of("redirect_uri")).unwrap();
    match kept.denies {
        Some(error) => {
            back.query_pairs_mut().append_pair("error", error);
        }
        None => {
            kept.given += 1;
            let code = format!("c-{}", kept.given);
            back.query_pairs_mut().append_pair("code", &code).append_pair("iss", &kept.issuer);
            let given =
                Code { nonce: of("nonce"), challenge: of("code_challenge"), back: of("redirect_uri") };
            kept.codes.insert(code, given);
        }
    }
    back.query_pairs_mut().append_pair("state", &of("state"));
    Said::With(302, "Location", back.into(), Value::Null)
}

/// A code for a token.
fn redeem(kept: &mut Kept, asked: &Asked) -> Result<String, (u16, &'static str)> {
    let form: BTreeMap<String, String> =
        url::form_urlencoded::parse(asked.body.as_bytes()).into_owned().collect();
    let of = |name: &str| form.get(name).cloned().unwrap_or_default();
    let encoded: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let basic = format!("Basic {}", STANDARD.encode(format!("rosterd:{encoded}")));
    let known = if kept.secret {
        asked.headers.get("authorization") == Some(&basic)
    } else {
        !asked.headers.contains_key("authorization") && of("client_id") == "rosterd"
    };
    if !known {
        return Err((401, "invalid_client"));
    }
    let code = kept.codes.remove(&of("code")).ok_or((400, "invalid_grant"))?;
    let proof = ring::digest::digest(&ring::digest::SHA256, of("code_verifier").as_bytes());
    let fits = of("grant_type") == "authorization_code"
        && of("redirect_uri") == code.back
        && URL_SAFE_NO_PAD.encode(proof) == code.challenge;
    if !fits {
        return Err((400, "invalid_grant"));
    }
    let now = chrono::Utc::now().timestamp();
    let (id, key) = &kept.key;
    let mut header = json!({ "alg": key.algorithm(), "typ": "JWT", "kid": id });
    let mut claims = json!({ "iss": kept.issuer, "aud": "rosterd", "azp": "rosterd", "sub": "s-an", "exp": now + 300,
        "iat": now, "auth_time": now, "nonce": code.nonce });
    merge(&mut header, &kept.header);
    merge(&mut claims, &kept.claims);
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(&claims));
    let signature = kept.forger.as_ref().unwrap_or(key).sign(&signed);
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn merge(into: &mut Value, more: &Value) {
    let into = into.as_object_mut().unwrap();
    for (name, value) in more.as_object().unwrap() {
        if value.is_null() {
            into.remove(name);
        } else {
            into.insert(name.clone(), value.clone());
        }
    }
}
