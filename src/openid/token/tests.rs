use super::super::keys::Keys;
use super::*;
use chrono::{TimeZone, Utc};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::json;

struct Signer(EcdsaKeyPair);

impl Signer {
    fn new() -> Self {
        let (random, kind) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(kind, document.as_ref(), &random).unwrap())
    }

    fn keys(&self) -> Keys {
        let point = self.0.public_key().as_ref();
        let part = |range| URL_SAFE_NO_PAD.encode(&point[range]);
        Keys::parse(json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "k", "x": part(1..33), "y": part(33..65) }] }))
            .unwrap()
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }
}

fn now() -> Time {
    Utc.with_ymd_and_hms(2026, 9, 1, 8, 0, 0).unwrap()
}

fn claims() -> Value {
    let at = now().timestamp();
    json!({ "iss": "https://sso.vn", "sub": "s-1", "aud": "rosterd", "exp": at + 300, "iat": at, "nonce": "n",
        "auth_time": at - 20 })
}

fn expected() -> Expected<'static> {
    Expected { issuer: "https://sso.vn", client: "rosterd", nonce: "n", now: now(), anew_since: None }
}

/// What comes of a token with these claims instead of those.
fn told(change: &Value, expected: &Expected<'_>) -> Result<Claims, TokenError> {
    let mut claims = claims();
    for (name, value) in change.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let claims: Map<_, _> =
        claims.as_object().unwrap().clone().into_iter().filter(|(_, value)| !value.is_null()).collect();
    let signer = Signer::new();
    let token = signer.sign(&json!({ "alg": "ES256", "kid": "k" }), &Value::Object(claims));
    let keys = signer.keys();
    let token = Unverified::parse(&token)?;
    token.believe(keys.find(Some("k"), Algorithm::Es256).unwrap(), expected)
}

#[test]
fn a_token_that_says_what_it_must_is_believed() {
    let at = now().timestamp();
    for change in [
        json!({}),
        json!({ "aud": ["rosterd"] }),
        json!({ "aud": ["other", "rosterd"], "azp": "rosterd" }),
        json!({ "exp": at - 30, "iat": at - 200 }),
        json!({ "iat": at + 30, "nbf": at + 30 }),
    ] {
        let claims = told(&change, &expected()).unwrap();
        assert_eq!(
            (claims.subject.as_str(), claims.signed_in),
            ("s-1", Some(now() - TimeDelta::seconds(20)))
        );
    }
    assert_eq!(told(&json!({ "auth_time": null }), &expected()).unwrap().signed_in, None);
}

#[test]
fn each_claim_that_does_not_fit_is_refused_by_name() {
    let at = now().timestamp();
    for (change, why) in [
        (json!({ "iss": "https://sso.vn/" }), TokenError::Issuer("https://sso.vn/".into())),
        (json!({ "aud": "other" }), TokenError::Audience),
        (json!({ "aud": [] }), TokenError::Audience),
        (json!({ "aud": ["rosterd", "other"] }), TokenError::Audience),
        (json!({ "azp": "other" }), TokenError::Audience),
        (json!({ "exp": at - 61 }), TokenError::Expired),
        (json!({ "iat": at + 61 }), TokenError::NotNow),
        (json!({ "iat": at - 601 }), TokenError::NotNow),
        (json!({ "nbf": at + 61 }), TokenError::NotNow),
        (json!({ "nonce": "m" }), TokenError::Nonce),
        (json!({ "nonce": null }), TokenError::Nonce),
        (json!({ "sub": "" }), TokenError::Subject),
        (json!({ "sub": "x".repeat(256) }), TokenError::Subject),
        (json!({ "exp": null }), TokenError::Form("its claims cannot be read")),
        (json!({ "exp": "9999999999" }), TokenError::Form("its claims cannot be read")),
        (json!({ "exp": i64::MAX }), TokenError::Form("a time is none")),
    ] {
        assert_eq!(told(&change, &expected()), Err(why), "{change}");
    }
}

#[test]
fn signing_in_anew_is_proved_by_its_time() {
    let at = now().timestamp();
    let anew = Expected { anew_since: Some(now() - TimeDelta::seconds(30)), ..expected() };
    assert!(told(&json!({ "auth_time": at - 10 }), &anew).is_ok());
    for stale in [json!(at - 91), json!(null), json!(at + 600)] {
        assert_eq!(told(&json!({ "auth_time": stale }), &anew), Err(TokenError::NotAnew), "{stale}");
    }
}

#[test]
fn only_what_the_provider_s_key_signed_is_believed() {
    let (signer, other) = (Signer::new(), Signer::new());
    let header = json!({ "alg": "ES256", "kid": "k" });
    let token = other.sign(&header, &claims());
    let keys = signer.keys();
    let key = keys.find(Some("k"), Algorithm::Es256).unwrap();
    let refused = Unverified::parse(&token).unwrap().believe(key, &expected());
    assert_eq!(refused, Err(TokenError::Signature));
    let token = signer.sign(&header, &claims());
    let (bytes, signature) = token.rsplit_once('.').unwrap();
    let mut more = claims();
    more["sub"] = json!("s-2");
    let forged = format!(
        "{}.{}.{signature}",
        bytes.split('.').next().unwrap(),
        URL_SAFE_NO_PAD.encode(more.to_string())
    );
    let refused = Unverified::parse(&forged).unwrap().believe(key, &expected());
    assert_eq!(refused, Err(TokenError::Signature));
}

#[test]
fn no_signature_and_a_shared_secret_s_are_refused_before_any_key_is_looked_for() {
    let signer = Signer::new();
    for algorithm in ["none", "None", "HS256", "RS384", "ES256K", ""] {
        let token = signer.sign(&json!({ "alg": algorithm }), &claims());
        let refused = Unverified::parse(&token).unwrap_err();
        assert_eq!(refused, TokenError::Algorithm(algorithm.into()));
    }
    let unsigned = signer.sign(&json!({ "alg": "none" }), &claims());
    let (bytes, _) = unsigned.rsplit_once('.').unwrap();
    assert!(Unverified::parse(&format!("{bytes}.")).is_err());
}

#[test]
fn what_is_no_token_is_said_to_be_none() {
    let signer = Signer::new();
    let critical = signer.sign(&json!({ "alg": "ES256", "crit": ["exp"] }), &claims());
    for text in ["", "a", "a.b", "a.b.c.d", "ß.b.c", "e30.e30.e30", critical.as_str()] {
        assert!(matches!(Unverified::parse(text), Err(TokenError::Form(_))), "{text}");
    }
}
