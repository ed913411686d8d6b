//! Identifiers: each kind of id is its own type, so that one cannot be passed for another.

use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes an id that the program itself made or read back from its store.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// One person, across agencies and systems; stable once given.
    PersonId
);
text_id!(
    /// What is written to: `mail` for the directory, else the configured name of a system (`tthc`).
    TargetId
);
text_id!(
    /// The immutable id a target gives an entry (entryUUID, objectGUID, nsUniqueId; in an LDIF export
    /// without one, its login). It survives renames and defeats delete-and-recreate.
    AccountId
);
text_id!(
    /// One proposed change as stored; sorts by time of proposal.
    ChangeId
);
text_id!(
    /// The hash of what a change says; approvals name it. See [`super::change::Change::key`].
    ChangeKey
);
text_id!(
    /// One person's event across systems (a transfer, a leaving).
    CaseId
);
text_id!(
    /// One arrival of one workbook.
    RosterId
);
text_id!(
    /// What a change is about within its target: an account, a person still without one, or an account's
    /// role (`<account>#<role>`). One live change per (target, subject, kind).
    Subject
);
text_id!(
    /// A set of changes released, approved or carried out together.
    BatchId
);
text_id!(
    /// A question put to a person.
    QuestionKey
);
text_id!(
    /// A brake that was tripped by one set of changes.
    BrakeKey
);
text_id!(
    /// An operator's login on the operating system.
    Login
);

impl TargetId {
    /// The mail directory.
    pub fn mail() -> Self {
        Self::new("mail")
    }
}

/// An agency's code: the name of its folder and of its branch in the directory. Lower-case ASCII letters,
/// digits, `-`, `_` and `.`, at most 64, starting with a letter or digit: safe as a path component.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct AgencyCode(String);

/// An agency code that cannot be one.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "{0:?} is not an agency code: use lower-case letters a-z, digits, '-', '_' or '.', at most 64, for example \"skhcn\""
)]
pub struct BadAgencyCode(pub String);

impl AgencyCode {
    /// Checks `text`; surrounding white space and upper case are forgiven.
    pub fn parse(text: &str) -> Result<Self, BadAgencyCode> {
        let code = text.trim().to_ascii_lowercase();
        let fine = !code.is_empty()
            && code.len() <= 64
            && code.starts_with(|c: char| c.is_ascii_alphanumeric())
            && code.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
        if fine { Ok(Self(code)) } else { Err(BadAgencyCode(text.to_owned())) }
    }

    /// The agency of an account that lies in no agency's branch.
    pub fn unknown() -> Self {
        Self("-".into())
    }

    /// A code read back from the store: [`Self::unknown`] included.
    pub fn stored(text: &str) -> Option<Self> {
        if text == Self::unknown().as_str() { Some(Self::unknown()) } else { Self::parse(text).ok() }
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for AgencyCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for AgencyCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::stored(&text).ok_or_else(|| serde::de::Error::custom(BadAgencyCode(text)))
    }
}

/// A hash over length-prefixed parts, so that no two lists of parts read the same.
#[derive(Default)]
pub struct Fingerprint(Vec<u8>);

impl Fingerprint {
    /// Starts one for `purpose`, so that equal parts hashed for two purposes differ.
    pub fn of(purpose: &str) -> Self {
        Self::default().part(purpose)
    }

    /// Adds a part.
    #[must_use]
    pub fn part(mut self, text: &str) -> Self {
        self.0.extend((text.len() as u64).to_be_bytes());
        self.0.extend(text.as_bytes());
        self
    }

    /// SHA-256 in lower-case hex.
    pub fn finish(&self) -> String {
        sha256(&self.0)
    }
}

/// SHA-256 of `bytes` in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref())
}

/// Lower-case hex of `bytes`.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agency_code_is_a_safe_path_component() {
        assert_eq!(AgencyCode::parse(" SKHCN ").unwrap().as_str(), "skhcn");
        for bad in ["", "..", "../x", "a/b", "sở", ".hidden", "a b", "a\0"] {
            assert!(AgencyCode::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn parts_that_join_alike_hash_apart() {
        let one = Fingerprint::of("t").part("ab").part("c").finish();
        let two = Fingerprint::of("t").part("a").part("bc").finish();
        assert_ne!(one, two);
    }
}
