//! Rosters of scenarios: a workbook as it was read, said in a table.

use super::act::day;
use super::crowd;
use super::text::{Line, Row, Wrong, table, wrong};
use chrono::NaiveDate;
use rosterd::model::Time;
use rosterd::model::citizen::CitizenMark;
use rosterd::model::evidence::DocumentRef;
use rosterd::model::ids::{AgencyCode, RosterId};
use rosterd::model::name::PersonName;
use rosterd::model::person::{Birth, Gender};
use rosterd::model::record::{Action, Record, Status};
use rosterd::model::roster::{Declared, Roster, WordsRow};
use std::collections::{BTreeMap, BTreeSet};

/// A workbook that arrives.
#[derive(Debug)]
pub struct Arrival {
    agency: AgencyCode,
    declared: Declared,
    document: Option<DocumentRef>,
    arrived: Option<NaiveDate>,
    has_pdf: bool,
    units: BTreeSet<String>,
    in_words: Vec<WordsRow>,
    rows: Vec<Record<CitizenMark>>,
}

const COLUMNS: &[&str] = &[
    "full_name",
    "birth",
    "gender",
    "citizen_id",
    "staff_code",
    "position",
    "unit",
    "phone",
    "email",
    "status",
    "action",
    "effective_date",
    "note",
    "departure_confirmed",
];

const DECLARED: &[(&str, Declared)] = &[
    ("whole-agency", Declared::WholeAgency),
    ("staff-list", Declared::StaffList),
    ("some-people", Declared::SomePeople),
    ("request", Declared::Request),
];
const STATUS: &[Status] = &[
    Status::Active,
    Status::Transferred,
    Status::Retired,
    Status::Resigned,
    Status::Dismissed,
    Status::Deceased,
    Status::Leave,
    Status::Seconded,
];
const ACTIONS: &[Action] =
    &[Action::Create, Action::Change, Action::Suspend, Action::Revoke, Action::ResetPassword];

/// Reads `AGENCY KIND` and what stands under it.
pub fn read(line: usize, head: &str, body: &[Line]) -> Result<Arrival, Wrong> {
    let (agency, kind) = head.split_once(' ').unwrap_or((head, ""));
    let agency = AgencyCode::parse(agency).or_else(|error| wrong(line, error.to_string()))?;
    let known: Vec<&str> = DECLARED.iter().map(|(word, _)| *word).collect();
    let Some((_, declared)) = DECLARED.iter().find(|(word, _)| *word == kind.trim()) else {
        return wrong(line, format!("{kind:?} is no kind of roster; known are {}", known.join(", ")));
    };
    let mut arrival = Arrival {
        agency,
        declared: *declared,
        document: None,
        arrived: None,
        has_pdf: false,
        units: BTreeSet::new(),
        in_words: Vec::new(),
        rows: Vec::new(),
    };
    let (rows, keys): (Vec<&Line>, Vec<&Line>) = body.iter().partition(|(_, text)| text.starts_with('|'));
    for (number, text) in keys {
        arrival.key(*number, text)?;
    }
    for row in table(&rows, COLUMNS)? {
        arrival.add(&row)?;
    }
    Ok(arrival)
}

impl Arrival {
    fn key(&mut self, line: usize, text: &str) -> Result<(), Wrong> {
        let (key, value) = text.split_once(':').map_or((text, ""), |(key, value)| (key, value.trim()));
        match key {
            "document" => {
                let (number, date) = match value.split_once(" of ") {
                    Some((number, date)) => (number, Some(day(line, date)?)),
                    None => (value, None),
                };
                self.document = Some(DocumentRef { number: Some(number.to_owned()), date });
            }
            "dated" => {
                let number = self.document.take().and_then(|document| document.number);
                self.document = Some(DocumentRef { number, date: Some(day(line, value)?) });
            }
            "arrived" => self.arrived = Some(day(line, value)?),
            "pdf" => self.has_pdf = true,
            "units" => self.units = value.split(';').map(|unit| unit.trim().to_owned()).collect(),
            "in words" => match value.strip_prefix("row ").map(str::parse) {
                Some(Ok(row)) => self.in_words.push(WordsRow { sheet: "Sheet1".into(), row }),
                _ => return wrong(line, "write \"in words: row 7\""),
            },
            "crowd" => {
                for row in crowd::rows(line, &self.agency.clone(), value)? {
                    self.add(&row)?;
                }
            }
            _ => {
                return wrong(
                    line,
                    format!(
                        "unknown key {key:?}; known are document, dated, arrived, pdf, units, in words, crowd"
                    ),
                );
            }
        }
        Ok(())
    }

    fn add(&mut self, row: &Row) -> Result<(), Wrong> {
        let line = row.line;
        let text = |column: &str| row.get(column).map(str::to_owned);
        let Some(full_name) = PersonName::new(row.must("full_name")?) else {
            return wrong(line, "a name is needed");
        };
        let birth = row.get("birth").map(|text| match text.parse() {
            Ok(year) => Ok(Birth::Year(year)),
            Err(_) => day(line, text).map(Birth::Date),
        });
        let gender = row.get("gender").map(|text| match text {
            "male" => Ok(Gender::Male),
            "female" => Ok(Gender::Female),
            _ => wrong(line, format!("{text:?} is no gender: write male or female")),
        });
        let number = u32::try_from(self.rows.len()).unwrap() + 5;
        self.rows.push(Record {
            sheet: "Sheet1".into(),
            row: number,
            full_name,
            birth: birth.transpose()?,
            gender: gender.transpose()?,
            // What is stored is a hash; here the digits stand for it.
            citizen_id: row.get("citizen_id").map(|digits| CitizenMark {
                hash: digits.to_owned(),
                tail: digits.chars().skip(digits.chars().count().saturating_sub(3)).collect(),
                sealed: None,
            }),
            staff_code: text("staff_code"),
            position: text("position"),
            unit: text("unit"),
            phone: text("phone"),
            email: text("email"),
            status: word(row, "status", STATUS, Status::as_str)?,
            action: word(row, "action", ACTIONS, Action::as_str)?,
            effective_date: row.get("effective_date").map(|text| day(line, text)).transpose()?,
            note: text("note"),
            departure_confirmed: match row.get("departure_confirmed") {
                None => false,
                Some("yes") => true,
                Some(other) => return wrong(line, format!("{other:?} is neither yes nor empty")),
            },
        });
        Ok(())
    }

    /// The roster as taken in; `arrived` is when, unless it says so itself.
    pub fn roster(&self, number: usize, arrived: Time, on: impl Fn(NaiveDate) -> Time) -> Roster {
        let Self { agency, declared, document, arrived: stated, has_pdf, units, in_words, rows } = self;
        Roster {
            id: RosterId::new(format!("r{number}")),
            agency: agency.clone(),
            file: format!("ds{number}.xlsx"),
            sha256: format!("{number:064}"),
            arrived: stated.map_or(arrived, on),
            declared: *declared,
            kind: None,
            document: document.clone(),
            as_of: None,
            has_pdf: *has_pdf,
            units: units.clone(),
            rows: rows.clone(),
            in_words: in_words.clone(),
        }
    }
}

fn word<T: Copy>(
    row: &Row,
    column: &str,
    all: &[T],
    name: fn(T) -> &'static str,
) -> Result<Option<T>, Wrong> {
    let Some(text) = row.get(column) else { return Ok(None) };
    match all.iter().find(|one| name(**one) == text) {
        Some(one) => Ok(Some(*one)),
        None => {
            let known: Vec<&str> = all.iter().map(|one| name(*one)).collect();
            wrong(row.line, format!("{text:?} is no {column}; known are {}", known.join(", ")))
        }
    }
}

/// The cells of a row as a table would have them.
pub fn row_of(line: usize, cells: &[(&str, String)]) -> Result<Row, Wrong> {
    let unknown = cells.iter().find(|(column, _)| !COLUMNS.contains(column));
    if let Some((column, _)) = unknown {
        return wrong(line, format!("unknown column {column:?}; known are {}", COLUMNS.join(", ")));
    }
    let cells: BTreeMap<String, String> =
        cells.iter().map(|(column, cell)| ((*column).to_owned(), cell.clone())).collect();
    Ok(Row::of(line, cells))
}
