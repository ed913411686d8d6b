//! The nouns: plain values every stage speaks in. Pure: no async, no SQL, no clock, no randomness.
//!
//! A *roster* becomes *records*; records are folded into *posts* of *persons*; posts are held against
//! *accounts* and *roles*; what differs becomes *changes*, each with its *evidence* and *key*.

pub mod access;
pub mod account;
pub mod adoption;
pub mod agency;
pub mod brake;
pub mod calendar;
pub mod change;
pub mod citizen;
pub mod custodian;
pub mod dn;
pub mod evidence;
pub mod finding;
pub mod ids;
pub mod incident;
pub mod intent;
pub mod leak;
pub mod legal_hold;
pub mod lookup;
pub mod matching;
pub mod name;
pub mod notice;
pub mod operator;
pub mod password;
pub mod person;
pub mod phone;
pub mod post;
pub mod question;
pub mod record;
pub mod role;
pub mod roll;
pub mod roster;
pub mod rotation;
pub mod secret;
pub mod tip;
pub mod vocabulary;

/// An instant; always UTC, written as RFC 3339.
pub type Time = chrono::DateTime<chrono::Utc>;

/// Writes `time` the one way the store, the audit chain and JSON agree on (`2026-11-22T06:07:47.123Z`),
/// so that text order is time order.
pub fn rfc3339(time: Time) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// The language of a sentence for a person.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Official Vietnamese, the default.
    #[default]
    Vi,
    /// English.
    En,
}
