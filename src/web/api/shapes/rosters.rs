//! Of agencies and what they hand in, and of the accounts behind the figures.

use super::super::super::desk::Desk;
use super::super::super::pages::agencies::{Numbers, Standing, Stated};
use super::super::super::pages::cells::Note;
use super::super::super::pages::rotation::Printed;
use super::RosterShape;
use crate::model::rfc3339;
use crate::rotation::figures::Place;
use crate::rotation::row::Entry;
use crate::store::Feedback;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// An agency.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct AgencyShape {
    pub code: String,
    pub name: String,
    pub parent: Option<String>,
    /// Who answers for its rosters.
    pub contacts: Value,
    /// When its latest roster arrived.
    pub latest: Option<String>,
    /// When its latest full roster arrived.
    pub latest_full: Option<String>,
    /// Whether that is longer ago than allowed, or there is none.
    pub late: bool,
    /// How many of its changes wait for approval.
    pub waiting: u64,
    /// How many people are on its last full roster.
    pub people: Option<u64>,
    /// How many of its accounts are open.
    pub accounts: u64,
    /// How many accounts are past their time by the rules on passwords; none where the site has no rules.
    pub overdue: Option<u64>,
    /// One agency alone, where it has handed in a full roster: how many of its rows state each field that tells one person
    /// from another.
    pub completeness: Option<Vec<CompletenessShape>>,
}

/// How many rows state a field.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct CompletenessShape {
    pub field: String,
    pub count: u64,
    pub percent: u64,
}

impl CompletenessShape {
    pub fn of(one: &Stated) -> Self {
        Self { field: one.name.to_owned(), count: one.count as u64, percent: one.percent as u64 }
    }
}

impl AgencyShape {
    pub fn of(desk: &Desk, numbers: &Numbers, one: &Standing) -> Result<Self, serde_json::Error> {
        let agency = desk.site.agencies.get(&one.code);
        Ok(Self {
            code: one.code.to_string(),
            name: one.name.clone(),
            parent: agency.and_then(|agency| agency.parent.as_ref()).map(ToString::to_string),
            contacts: serde_json::to_value(agency.map(|agency| &agency.contacts))?,
            latest: one.latest.clone(),
            latest_full: one.latest_full.clone(),
            late: one.late,
            waiting: one.waiting,
            people: numbers.people(&one.code),
            accounts: numbers.accounts(&one.code),
            overdue: numbers.overdue(&one.code),
            completeness: None,
        })
    }
}

/// A page of arrivals.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct Rosters {
    pub rosters: Vec<RosterShape>,
    /// The `after` of the next page; absent on the last one.
    pub next: Option<String>,
}

/// An arrival with what was found in it.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct ArrivalShape {
    pub id: String,
    pub agency: String,
    pub file: String,
    pub arrived: String,
    /// Whether it could be read.
    pub read: bool,
    /// `full`, `partial` or `request`, once decided.
    pub kind: Option<String>,
    pub document: Option<String>,
    pub as_of: Option<String>,
    /// How many people are on it.
    pub people: u64,
    /// What was found in it, personal data masked.
    pub findings: Vec<FindingShape>,
    /// What became of its rows.
    pub results: Value,
    /// Whether its feedback was written.
    pub feedback: bool,
    /// Whether a document (PDF) came with it.
    pub has_pdf: bool,
}

impl ArrivalShape {
    pub fn of(of: &Feedback, findings: &[Note], feedback: bool) -> Result<Self, serde_json::Error> {
        let (arrival, roster) = (&of.arrival, of.arrival.roster.as_ref());
        Ok(Self {
            id: arrival.id.to_string(),
            agency: arrival.agency.to_string(),
            file: arrival.file.clone(),
            arrived: rfc3339(arrival.arrived),
            read: roster.is_some(),
            kind: roster.and_then(|one| one.kind).map(|kind| kind.as_str().to_owned()),
            document: roster.and_then(|one| one.number().map(str::to_owned)),
            as_of: roster.and_then(|one| one.as_of).map(|date| date.to_string()),
            people: roster.map_or(0, |one| one.rows.len() as u64),
            findings: findings.iter().map(FindingShape::of).collect(),
            results: serde_json::to_value(&of.results)?,
            feedback,
            has_pdf: roster.is_some_and(|one| one.has_pdf),
        })
    }
}

/// A finding, at its place in the workbook.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct FindingShape {
    /// `info`, `warning` or `error`.
    pub severity: Value,
    pub code: String,
    pub sentence: String,
    pub sheet: Option<String>,
    pub row: Option<u32>,
    /// Its letters.
    pub column: Option<String>,
}

impl FindingShape {
    pub fn of(note: &Note) -> Self {
        Self {
            severity: serde_json::json!(note.severity),
            code: note.code.as_str().to_owned(),
            sentence: note.sentence.clone(),
            sheet: note.sheet.clone(),
            row: note.row,
            column: note.column.clone(),
        }
    }
}

/// A page of accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct AccountList {
    /// The local date of the pass that looked.
    pub day: String,
    pub accounts: Vec<RotationAccount>,
    /// The `after` of the next page; absent on the last one.
    pub next: Option<String>,
}

/// An account as the figures count it.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct RotationAccount {
    pub agency: String,
    pub system: String,
    /// Name, address, whose it is, standing, cause, when the password was set and the account used, deadline, steps ahead.
    pub account: Value,
    /// The day of the step it is listed with, where a step was asked for.
    pub on: Option<String>,
}

impl RotationAccount {
    pub fn of(place: &Place, entry: Entry<'_>) -> Result<Self, serde_json::Error> {
        Ok(Self {
            agency: place.agency.to_string(),
            system: place.system.to_string(),
            account: serde_json::to_value(entry.row)?,
            on: entry.step.map(|(on, _)| on.to_string()),
        })
    }
}

/// The accounts of an agency that no reminder reached and the locked ones, to be printed and handed over.
#[derive(Debug, Serialize, ToSchema)]
pub(in super::super) struct PrintedList {
    pub agency: String,
    /// How many of them were not handed over yet.
    pub waiting: u64,
    /// Name, address, why, the last day they had, and when the list was handed over.
    pub accounts: Value,
}

impl PrintedList {
    pub fn of(list: &Printed) -> Result<Self, serde_json::Error> {
        let Printed { agency, waiting, accounts } = list;
        let accounts = serde_json::to_value(accounts)?;
        Ok(Self { agency: agency.to_string(), waiting: *waiting as u64, accounts })
    }
}

/// An agency, by its code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct AgencyGiven {
    pub agency: String,
}
