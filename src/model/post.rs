//! A post (vị trí): a person's place in an agency, as the accepted rosters state it.

use super::evidence::Evidence;
use super::ids::{AgencyCode, PersonId};
use super::record::Status;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Person x agency x unit x title x dates x source. A person may hold several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Who.
    pub person: PersonId,
    /// Where.
    pub agency: AgencyCode,
    /// The department or unit within the agency, as the roster writes it.
    pub unit: Option<String>,
    /// Position (chức vụ, chức danh).
    pub title: Option<String>,
    /// What the roster says of it.
    pub status: Status,
    /// The date the status takes effect, where the roster gives one.
    pub effective: Option<NaiveDate>,
    /// The rows that state it.
    pub evidence: Vec<Evidence>,
}
