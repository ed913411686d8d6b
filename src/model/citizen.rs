//! A citizen ID (căn cước công dân, CCCD): 12 digits; the older CMND has 9.
//!
//! Digits 1-3 are the place of birth registration, 4 century and gender, 5-6 the birth year (Decree
//! 137/2015/NĐ-CP art. 13, Circular 07/2016/TT-BCA).

use super::ids::hex;
use super::person::Gender;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use serde::{Deserialize, Serialize};

/// A whole citizen ID. It lives between the reader and intake only; what is stored is a [`CitizenMark`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CitizenId(String);

impl CitizenId {
    /// Accepts 12 digits (CCCD) or 9 (CMND), nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let fine = matches!(text.len(), 9 | 12) && text.bytes().all(|b| b.is_ascii_digit());
        fine.then(|| Self(text.to_owned()))
    }

    /// The digits, for hashing and for `read --reveal`.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What may be shown: the last three digits.
    pub fn masked(&self) -> String {
        mask(&self.0[self.0.len() - 3..], self.0.len())
    }

    /// The birth year a 12-digit ID states.
    pub fn birth_year(&self) -> Option<i32> {
        let digits = self.twelve()?;
        Some(1900 + 100 * i32::from(digits[3] / 2) + 10 * i32::from(digits[4]) + i32::from(digits[5]))
    }

    /// The gender a 12-digit ID states.
    pub fn gender(&self) -> Option<Gender> {
        let digits = self.twelve()?;
        Some(if digits[3].is_multiple_of(2) { Gender::Male } else { Gender::Female })
    }

    /// The three-digit code of the place of birth registration in a 12-digit ID.
    pub fn place(&self) -> Option<&str> {
        (self.0.len() == 12).then(|| &self.0[..3])
    }

    fn twelve(&self) -> Option<[u8; 12]> {
        let bytes: [u8; 12] = self.0.as_bytes().try_into().ok()?;
        Some(bytes.map(|b| b - b'0'))
    }
}

impl std::fmt::Debug for CitizenId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.masked())
    }
}

/// What the store keeps of a citizen ID: a keyed hash to match by and the last three digits to show. Two marks are equal
/// where these are, whatever was sealed beside them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CitizenMark {
    /// HMAC-SHA-256 of the digits under the site's key, hex.
    pub hash: String,
    /// The last three digits.
    pub tail: String,
    /// The digits that the province's naming rule takes beyond those, sealed; none where it takes no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
}

impl PartialEq for CitizenMark {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for CitizenMark {}

impl PartialOrd for CitizenMark {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for CitizenMark {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let Self { hash, tail, sealed: _ } = self;
        (hash, tail).cmp(&(&other.hash, &other.tail))
    }
}

/// How many digits a naming rule may take from the end of a citizen ID (Bắc Ninh 79/2025 art. 5.2b).
const NAMING_DIGITS: usize = 4;

/// The keys that marks are made under.
#[derive(Clone)]
pub struct MarkKeys {
    /// That of the hash.
    pub hash: hmac::Key,
    /// That under which the digits for a naming rule are sealed; none where no rule takes more than are shown.
    pub naming: Option<[u8; 32]>,
}

impl std::fmt::Debug for MarkKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MarkKeys(***)")
    }
}

impl MarkKeys {
    /// The mark of `id`.
    pub fn mark(&self, id: &CitizenId) -> CitizenMark {
        let mark = CitizenMark::of(id, &self.hash);
        let sealed = self.naming.as_ref().and_then(|key| seal(key, &mark.hash, id.reveal()));
        CitizenMark { sealed, ..mark }
    }

    /// The last digits of the ID behind `mark`, as many as a naming rule may take; `None` where they were not sealed
    /// under this key.
    pub fn naming_digits(&self, mark: &CitizenMark) -> Option<String> {
        let bytes = unhex(mark.sealed.as_deref()?)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = sealed.to_vec();
        let aad = Aad::from(mark.hash.as_bytes());
        let plain = cipher(self.naming.as_ref()?)?.open_in_place(nonce, aad, &mut text).ok()?;
        std::str::from_utf8(plain).map(str::to_owned).ok()
    }
}

/// The nonce comes from the hash: the same ID is sealed the same way each time, so that a list that is sent again is no
/// news, and under one nonce there is never another text.
fn seal(key: &[u8; 32], hash: &str, digits: &str) -> Option<String> {
    let nonce = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), hash.as_bytes());
    let nonce: [u8; NONCE_LEN] = nonce.as_ref()[..NONCE_LEN].try_into().ok()?;
    let mut text = digits.as_bytes()[digits.len() - NAMING_DIGITS..].to_vec();
    let sealing = Nonce::assume_unique_for_key(nonce);
    cipher(key)?.seal_in_place_append_tag(sealing, Aad::from(hash.as_bytes()), &mut text).ok()?;
    Some(hex(&[&nonce[..], &text].concat()))
}

fn cipher(key: &[u8; 32]) -> Option<LessSafeKey> {
    UnboundKey::new(&CHACHA20_POLY1305, key).ok().map(LessSafeKey::new)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (0..text.len()).step_by(2).map(digits).collect()
}

impl CitizenMark {
    /// The mark of `id` under `key`.
    pub fn of(id: &CitizenId, key: &hmac::Key) -> Self {
        let digits = id.reveal();
        let hash = hex(hmac::sign(key, digits.as_bytes()).as_ref());
        Self { hash, tail: digits[digits.len() - 3..].to_owned(), sealed: None }
    }

    /// What may be shown.
    pub fn masked(&self) -> String {
        mask(&self.tail, 12)
    }
}

fn mask(tail: &str, length: usize) -> String {
    "*".repeat(length - tail.len()) + tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twelve_digit_id_states_birth_year_and_gender() {
        let id = CitizenId::parse("022201921394").unwrap();
        assert_eq!((id.birth_year(), id.gender()), (Some(2001), Some(Gender::Male)));
        let id = CitizenId::parse("040179943173").unwrap();
        assert_eq!((id.birth_year(), id.gender()), (Some(1979), Some(Gender::Female)));
        let old = CitizenId::parse("123456789").unwrap();
        assert_eq!((old.birth_year(), old.gender(), old.place()), (None, None, None));
    }

    #[test]
    fn the_digits_for_a_naming_rule_are_sealed_and_open_under_their_key_alone() {
        let keys = |naming| MarkKeys { hash: hmac::Key::new(hmac::HMAC_SHA256, b"k"), naming };
        let id = CitizenId::parse("022201921394").unwrap();
        let mark = keys(Some([7; 32])).mark(&id);
        assert_eq!(keys(Some([7; 32])).naming_digits(&mark).unwrap(), "1394");
        assert_eq!(mark.sealed, keys(Some([7; 32])).mark(&id).sealed, "a list that is sent again is no news");
        assert_eq!(keys(Some([8; 32])).naming_digits(&mark), None);
        assert_eq!(keys(None).naming_digits(&mark), None);
        assert!(!serde_json::to_string(&mark).unwrap().contains("1394"));
        let plain = keys(None).mark(&id);
        assert_eq!((plain.sealed.clone(), &plain), (None, &mark), "the same person");
        let moved = CitizenMark { hash: "other".into(), ..mark };
        assert_eq!(keys(Some([7; 32])).naming_digits(&moved), None, "sealed for another ID");
    }

    #[test]
    fn debug_output_shows_three_digits_only() {
        assert_eq!(format!("{:?}", CitizenId::parse("022201921394").unwrap()), "*********394");
    }
}
