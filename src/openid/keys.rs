//! The provider's keys (JWKS, RFC 7517): those that can verify what is taken here, RS256 and ES256 (RFC 7518).

use super::token::{Algorithm, TokenError};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::Value;

/// A key set as a server writes it; keys of other kinds stand beside ours.
#[derive(Deserialize)]
struct Written {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct WrittenKey {
    kty: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default, rename = "use")]
    purpose: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default)]
    crv: Option<String>,
    #[serde(default)]
    n: Option<String>,
    #[serde(default)]
    e: Option<String>,
    #[serde(default)]
    x: Option<String>,
    #[serde(default)]
    y: Option<String>,
}

/// The keys that can be used.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys(Vec<Key>);

/// One of them.
#[derive(Debug, Clone)]
pub(super) struct Key {
    id: Option<String>,
    public: Public,
}

#[derive(Debug, Clone)]
enum Public {
    /// Modulus and exponent, big-endian, without leading zeros.
    Rsa { n: Vec<u8>, e: Vec<u8> },
    /// An uncompressed point of P-256.
    P256(Vec<u8>),
}

impl Keys {
    /// The usable ones of a set.
    pub fn parse(set: Value) -> Result<Self, serde_json::Error> {
        let Written { keys } = serde_json::from_value(set)?;
        Ok(Self(keys.into_iter().filter_map(Key::parse).collect()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The key with this id for this algorithm; without an id, the only one there is for it.
    pub fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<&Key> {
        let mut fitting = self.0.iter().filter(|key| key.algorithm() == algorithm);
        match id {
            Some(id) => fitting.find(|key| key.id.as_deref() == Some(id)),
            None => fitting.next().filter(|_| fitting.next().is_none()),
        }
    }
}

impl Key {
    fn parse(written: Value) -> Option<Self> {
        let written: WrittenKey = serde_json::from_value(written).ok()?;
        let WrittenKey { kty, kid, purpose, alg, crv, n, e, x, y } = written;
        let bytes = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok();
        let public = match (kty.as_str(), crv.as_deref()) {
            ("RSA", _) => Public::Rsa { n: without_zeros(&bytes(n)?), e: without_zeros(&bytes(e)?) },
            ("EC", Some("P-256")) => {
                let (x, y) = (bytes(x)?, bytes(y)?);
                if x.len() != 32 || y.len() != 32 {
                    return None;
                }
                Public::P256([&[4], x.as_slice(), y.as_slice()].concat())
            }
            _ => return None,
        };
        let key = Self { id: kid, public };
        let fits = alg.is_none_or(|alg| alg == key.algorithm().as_str());
        (fits && purpose.is_none_or(|purpose| purpose == "sig")).then_some(key)
    }

    fn algorithm(&self) -> Algorithm {
        match self.public {
            Public::Rsa { .. } => Algorithm::Rs256,
            Public::P256(_) => Algorithm::Es256,
        }
    }

    /// Whether the signature is this key's.
    pub fn verify(&self, signed: &[u8], signature: &[u8]) -> Result<(), TokenError> {
        let verified = match &self.public {
            Public::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature)
            }
            Public::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, signature)
            }
        };
        verified.map_err(|_| TokenError::Signature)
    }
}

fn without_zeros(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().skip_while(|byte| *byte == 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The keys of RFC 7515, A.2 and A.3, cut to what is public.
    const N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR\
                     T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXB\
                     dQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9ia\
                     GNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    const X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    const Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

    fn keys(list: &Value) -> Keys {
        Keys::parse(json!({ "keys": list })).unwrap()
    }

    #[test]
    fn the_signatures_of_the_rfc_verify() {
        let payload =
            "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let rsa = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbd\
                   s9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZR\
                   mB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98\
                   rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
        let ec = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        let both = keys(&json!([
            { "kty": "RSA", "kid": "a", "n": N, "e": "AQAB" },
            { "kty": "EC", "crv": "P-256", "kid": "b", "x": X, "y": Y, "use": "sig", "alg": "ES256" },
        ]));
        for (id, algorithm, header, signature) in [
            ("a", Algorithm::Rs256, "eyJhbGciOiJSUzI1NiJ9", rsa),
            ("b", Algorithm::Es256, "eyJhbGciOiJFUzI1NiJ9", ec),
        ] {
            let signed = format!("{header}.{payload}");
            let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            let key = both.find(Some(id), algorithm).unwrap();
            assert_eq!(key.verify(signed.as_bytes(), &signature), Ok(()), "{id}");
            assert!(key.verify(format!("{signed}x").as_bytes(), &signature).is_err(), "{id}");
        }
    }

    #[test]
    fn a_key_is_found_by_id_and_kind_and_without_an_id_only_where_there_is_no_choice() {
        let one = json!({ "kty": "EC", "crv": "P-256", "kid": "b", "x": X, "y": Y });
        let set = keys(&json!([one, { "kty": "RSA", "kid": "a", "n": N, "e": "AQAB" }]));
        assert!(
            set.find(Some("b"), Algorithm::Es256).is_some() && set.find(None, Algorithm::Es256).is_some()
        );
        // The id of a key of another kind is no key: the token does not choose how it is verified.
        assert!(
            set.find(Some("b"), Algorithm::Rs256).is_none()
                && set.find(Some("c"), Algorithm::Rs256).is_none()
        );
        let two = keys(&json!([one, { "kty": "EC", "crv": "P-256", "kid": "c", "x": X, "y": Y }]));
        assert!(two.find(None, Algorithm::Es256).is_none());
    }

    #[test]
    fn keys_for_another_purpose_or_of_another_kind_are_left_out() {
        let set = keys(&json!([
            { "kty": "EC", "crv": "P-256", "x": X, "y": Y, "use": "enc" },
            { "kty": "EC", "crv": "P-256", "x": X, "y": Y, "alg": "ECDH-ES" },
            { "kty": "EC", "crv": "P-384", "x": X, "y": Y },
            { "kty": "EC", "crv": "P-256", "x": "AQAB", "y": Y },
            { "kty": "oct", "k": "AQAB" },
            { "kty": "RSA", "n": "ß", "e": "AQAB" },
            "odd",
        ]));
        assert_eq!(set.len(), 0);
        assert!(Keys::parse(json!({})).is_err());
    }
}
