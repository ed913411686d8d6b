//! A roll: whom an agency has, as far as rosters and the directory tell. An agency gets it to correct.

use super::citizen::CitizenMark;
use super::name::PersonName;
use super::person::{Birth, Gender};
use super::record::Status;
use chrono::NaiveDate;

/// Whom an agency has, and who is gone though the account is still open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roll {
    /// The people, in the agency's own order as far as it gave one.
    pub entries: Vec<Entry>,
    /// Who is not to be listed any more.
    pub gone: Vec<Gone>,
}

/// One person as known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Full name.
    pub name: PersonName,
    /// Birth.
    pub birth: Option<Birth>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Citizen ID.
    pub citizen: Option<CitizenMark>,
    /// Staff code.
    pub staff_code: Option<String>,
    /// Position.
    pub position: Option<String>,
    /// Unit within the agency.
    pub unit: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Official address.
    pub mail: Option<String>,
    /// The standing as last stated.
    pub status: Option<Status>,
    /// From when.
    pub effective: Option<NaiveDate>,
    /// The note as last written.
    pub note: Option<String>,
    /// A full roster did not list the person: the agency is asked whether he or she has left.
    pub missing: bool,
}

/// Somebody who is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// Full name.
    pub name: PersonName,
    /// Why.
    pub why: Why,
}

/// Why somebody is not to be listed any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The agency said so.
    Status(Status),
    /// The agency asked for the account to be taken away, or suspended.
    Asked,
    /// The departure was confirmed.
    Confirmed,
    /// This agency lists the person; its name.
    Elsewhere(String),
}
