//! A citizen ID (căn cước công dân, CCCD): 12 digits; the older CMND has 9.
//!
//! Digits 1-3 are the place of birth registration, 4 century and gender, 5-6 the birth year (Decree
//! 137/2015/NĐ-CP art. 13, Circular 07/2016/TT-BCA).

use super::person::Gender;
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

/// What the store keeps of a citizen ID: a keyed hash to match by and the last three digits to show.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CitizenMark {
    /// HMAC-SHA-256 of the digits under the site's key, hex.
    pub hash: String,
    /// The last three digits.
    pub tail: String,
}

impl CitizenMark {
    /// The mark of `id` under `key`.
    pub fn of(id: &CitizenId, key: &ring::hmac::Key) -> Self {
        let digits = id.reveal();
        let hash = super::ids::hex(ring::hmac::sign(key, digits.as_bytes()).as_ref());
        Self { hash, tail: digits[digits.len() - 3..].to_owned() }
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
    fn debug_output_shows_three_digits_only() {
        assert_eq!(format!("{:?}", CitizenId::parse("022201921394").unwrap()), "*********394");
    }
}
