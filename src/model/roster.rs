//! A roster (danh sách): one workbook of one agency, as read and as accepted.

use super::Time;
use super::citizen::{CitizenId, CitizenMark};
use super::evidence::DocumentRef;
use super::finding::Finding;
use super::ids::{AgencyCode, RosterId};
use super::record::Record;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a roster speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RosterKind {
    /// Everyone who works in its coverage: presence and absence both say something.
    Full,
    /// Some of them: proves presence, never absence.
    Partial,
    /// An action a row.
    Request,
}

impl RosterKind {
    /// The word in the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Partial => "partial",
            Self::Request => "request",
        }
    }
}

/// What a sheet says of itself, before it is held against the agency's known people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Declared {
    /// Says it lists everyone ("toàn bộ", "đầy đủ") or is our own template.
    WholeAgency,
    /// A staff list: full if it holds at least 80 % of the known people, else partial.
    StaffList,
    /// Something else that lists people (training, party, one department, a rating list).
    SomePeople,
    /// A request form.
    Request,
}

impl Declared {
    /// The kind without a store to compare with.
    pub fn kind(self) -> RosterKind {
        match self {
            Self::WholeAgency | Self::StaffList => RosterKind::Full,
            Self::SomePeople => RosterKind::Partial,
            Self::Request => RosterKind::Request,
        }
    }

    /// What a list is of which not everything was read: it proves nobody's absence.
    #[must_use]
    pub fn of_a_part(self) -> Self {
        match self {
            Self::WholeAgency | Self::StaffList | Self::SomePeople => Self::SomePeople,
            Self::Request => Self::Request,
        }
    }
}

/// The canonical columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is the record's field of the same name")]
pub enum Column {
    Number,
    FullName,
    FamilyName,
    GivenName,
    BirthDate,
    BirthMale,
    BirthFemale,
    Gender,
    GenderFemaleFlag,
    GenderMaleFlag,
    CitizenId,
    StaffCode,
    Position,
    PositionAndUnit,
    Unit,
    Phone,
    Email,
    Status,
    Action,
    ActionCreate,
    ActionChange,
    ActionSuspend,
    ActionRevoke,
    ActionReset,
    EffectiveDate,
    /// The template's question whether somebody has left.
    Departed,
    Note,
    Password,
    /// A request in free words, which a person reads.
    FreeText,
    /// Columns that rosterd itself added to feedback; ignored when dropped again.
    Ours,
}

/// One header with the rows under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The sheet's name.
    pub sheet: String,
    /// The first header row, from 1.
    pub header_row: u32,
    /// The last header row (several rows may make one header), from 1.
    pub header_end: u32,
    /// The form it was recognised as (`mappings/rosters/forms.toml`), for show.
    pub form: Option<String>,
    /// What it says of itself.
    pub declared: Declared,
    /// The agency its title names, as written.
    pub agency_in_title: Option<String>,
    /// The document its title names.
    pub document: Option<DocumentRef>,
    /// The date the list is of ("tính đến ngày…", "tháng 11 năm 2026").
    pub as_of: Option<NaiveDate>,
    /// Column letters by canonical name.
    pub columns: BTreeMap<Column, Vec<String>>,
    /// The units it has sections for, or names in its title: its coverage within the agency.
    pub units: BTreeSet<String>,
    /// The people.
    pub records: Vec<Record<CitizenId>>,
    /// What was wrong, odd or repaired.
    pub findings: Vec<Finding>,
}

/// A workbook as understood. `blocks` is empty where nothing could be read; then a finding of severity error
/// says why.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reading {
    /// Its headers with their rows, in order.
    pub blocks: Vec<Block>,
    /// Findings about the file as a whole.
    pub findings: Vec<Finding>,
}

/// The part of an agency a full roster speaks for; absence counts only inside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "of")]
pub enum Coverage {
    /// The whole agency.
    Agency,
    /// Only these units.
    Units {
        /// Their names in [`super::name::PersonName::matching`] form.
        units: BTreeSet<String>,
    },
    /// Nobody: presence only.
    Nobody,
}

/// A roster as accepted: what passes read. Rows hold marks instead of citizen IDs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// This arrival.
    pub id: RosterId,
    /// Whose.
    pub agency: AgencyCode,
    /// The file's name as dropped.
    pub file: String,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// When it was dropped.
    pub arrived: Time,
    /// What it says of itself.
    pub declared: Declared,
    /// The kind as decided against the known people; `None` until a pass decided it. Once decided it stays.
    pub kind: Option<RosterKind>,
    /// The document behind it.
    pub document: Option<DocumentRef>,
    /// The date it speaks of.
    pub as_of: Option<NaiveDate>,
    /// Whether a PDF of the same base name came with it.
    pub has_pdf: bool,
    /// The units it speaks for; empty means the whole agency.
    pub units: BTreeSet<String>,
    /// The people.
    pub rows: Vec<Record<CitizenMark>>,
    /// The rows that ask for something in free words, or for a unit's mailbox: a person reads them in the file.
    #[serde(default)]
    pub in_words: Vec<WordsRow>,
}

/// The place of a row in free words. What it says stays in the file: it may hold anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordsRow {
    /// The sheet.
    pub sheet: String,
    /// The row, from 1.
    pub row: u32,
}

impl Roster {
    /// The number of the document behind it.
    pub fn number(&self) -> Option<&str> {
        self.document.as_ref()?.number.as_deref()
    }

    /// What decides which roster is newer: the document's date, else arrival in
    /// local days; ties by arrival, then by content. A document dated after its arrival is a slip of the pen
    /// and must not rule for years.
    pub fn age(&self, local: impl Fn(Time) -> NaiveDate) -> (NaiveDate, Time, &str) {
        let stated = self.document.as_ref().and_then(|document| document.date);
        let arrival = local(self.arrived);
        (stated.map_or(arrival, |date| date.min(arrival)), self.arrived, &self.sha256)
    }
}
