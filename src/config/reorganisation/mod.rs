//! The map of old to new agencies: a TOML file, or a workbook or CSV with a row a move, as an official list has it. Its
//! content decides which, not its name.

use super::agencies::is_toml;
use super::headed::{Header, Headings, clean, fold, is_any, numbers_columns};
use super::{ConfigError, read_toml};
use crate::model::agency::Agencies;
use crate::model::ids::AgencyCode;
use crate::reconcile::pattern::Pattern;
use crate::reconcile::reorganisation::{Move, Reorganisation};
use crate::workbook::Reader;
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Reads the map. `agencies` are those that there are now; the new ones must be among them.
pub async fn read(
    path: &Path,
    agencies: &Agencies,
    reader: &mut Reader,
) -> Result<Reorganisation, ConfigError> {
    let bytes = std::fs::read(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    if is_toml(&bytes) {
        return read_toml(path);
    }
    let cells = reader
        .table(&bytes)
        .await
        .map_err(|error| ConfigError::Form { path: path.to_owned(), why: error.to_string() })?;
    of_table(&cells, agencies).map_err(|wrong| ConfigError::Reorganisation { path: path.to_owned(), wrong })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mapping {
    passed_over: Vec<String>,
    headings: BTreeMap<Field, Vec<String>>,
    forms: BTreeMap<Form, Vec<String>>,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Field {
    From,
    To,
    Units,
    Form,
    Effective,
    Document,
    AliasUntil,
    OldDomain,
    NewDomain,
}

/// How an agency goes over into the new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Form {
    /// Whole, into one that others may go into as well.
    Merge,
    /// One of several parts.
    Split,
    /// Whole, and nobody else with it.
    Rename,
}

/// The table with its headings found.
struct Sheet<'a> {
    cells: &'a [Vec<String>],
    header: Header<'a, Field>,
    forms: &'a BTreeMap<Form, Vec<String>>,
}

/// A row of the map.
struct Line {
    row: usize,
    from: Vec<AgencyCode>,
    to: AgencyCode,
    units: Vec<Pattern>,
    form: Option<Form>,
}

/// The map of a sheet, or everything that is wrong with it, each with its row and column.
fn of_table(cells: &[Vec<String>], agencies: &Agencies) -> Result<Reorganisation, Vec<String>> {
    let mapping: Mapping = toml::from_str(include_str!("../../../mappings/reorganisation.toml"))
        .map_err(|error| vec![format!("mappings/reorganisation.toml: {error}")])?;
    let Mapping { passed_over, headings, forms } = mapping;
    let headings = Headings { fields: headings.into_iter().collect(), passed_over };
    let header = Header::find(cells, &headings, [Field::From, Field::To])?;
    let sheet = Sheet { cells, header, forms: &forms };
    let mut said = Vec::new();
    let lines = sheet.lines(agencies, &mut said);
    let effective = sheet.once(Field::Effective, &mut said, date);
    let alias_until = sheet.once(Field::AliasUntil, &mut said, date);
    let document = sheet.once(Field::Document, &mut said, |text| Ok(text.to_owned()));
    let domains = sheet.domains(&mut said);
    for (field, is_missing) in
        [(Field::Effective, effective.is_none()), (Field::Document, document.is_none())]
    {
        if is_missing && said.is_empty() {
            said.push(sheet.header.place(
                sheet.header.row + 1,
                field,
                "it is expected in the first row at least",
            ));
        }
    }
    sheet.hold_together(&lines, &mut said);
    if lines.is_empty() && domains.is_empty() && said.is_empty() {
        said.push(format!("row {}: a move is expected below the headings", sheet.header.row + 2));
    }
    let (Some(effective), Some(document), true) = (effective, document, said.is_empty()) else {
        return Err(said);
    };
    // What names units stands before the rest of the same agency: of the moves the first that fits counts.
    let (parts, wholes): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(|one| !one.units.is_empty());
    let moves = parts.into_iter().chain(wholes);
    Ok(Reorganisation {
        name: sheet.title().unwrap_or_else(|| document.clone()),
        document,
        effective,
        alias_until,
        domains,
        moves: moves.map(|Line { from, to, units, .. }| Move { from, to, units }).collect(),
    })
}

impl Sheet<'_> {
    /// What stands above the headings.
    fn title(&self) -> Option<String> {
        let above = self.cells[..self.header.row].iter().flatten().map(|cell| clean(cell));
        let words: Vec<String> = above.filter(|cell| !cell.is_empty()).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    fn get(&self, row: usize, field: Field) -> Option<String> {
        let cell = self.cells[row].get(*self.header.columns.get(&field)?)?;
        Some(clean(cell)).filter(|cell| !cell.is_empty())
    }

    /// The rows below the headings in which a known column is filled.
    fn rows(&self) -> impl Iterator<Item = usize> {
        let filled = |row: &usize| self.header.columns.keys().any(|field| self.get(*row, *field).is_some());
        (self.header.row + 1..self.cells.len())
            .filter(filled)
            .filter(|row| !numbers_columns(&self.cells[*row]))
    }

    /// The rows that move an agency.
    fn lines(&self, agencies: &Agencies, said: &mut Vec<String>) -> Vec<Line> {
        let names: BTreeMap<String, &AgencyCode> =
            agencies.values().map(|one| (fold(&one.name), &one.code)).collect();
        let code = |text: &str| names.get(&fold(text)).map(|code| (*code).clone());
        let mut lines = Vec::new();
        for row in self.rows() {
            let (from, to) = (self.get(row, Field::From), self.get(row, Field::To));
            if from.is_none() && to.is_none() {
                continue;
            }
            let mut say = |field, why: &str| said.push(self.header.place(row, field, why));
            let mut old = Vec::new();
            for text in from.iter().flat_map(|cell| cell.split(';')).map(str::trim) {
                match code(text).or_else(|| AgencyCode::parse(text).ok()) {
                    Some(code) => old.push(code),
                    None => say(
                        Field::From,
                        &format!(
                            "{text:?} is no agency's code, and no agency of the agencies' file has this name; write the \
                             code of its branch in the directory"
                        ),
                    ),
                }
            }
            if from.is_none() {
                say(Field::From, "the old agency is expected: its code, or its name in the agencies' file");
            }
            let new = to.as_deref().and_then(|text| {
                let known = AgencyCode::parse(text).ok().filter(|code| agencies.contains_key(code));
                known.or_else(|| code(text))
            });
            match (&to, &new) {
                (None, _) => say(
                    Field::To,
                    "the new agency is expected in every row; where the cell is merged over several, write it in each",
                ),
                (Some(text), None) => {
                    say(
                        Field::To,
                        &format!(
                            "no agency has the code or the name {text:?}; add it to the agencies' file first"
                        ),
                    );
                }
                (Some(_), Some(_)) => {}
            }
            let form = self.get(row, Field::Form).and_then(|text| {
                let found = self.forms.iter().find(|(_, words)| is_any(&text, words));
                if found.is_none() {
                    let words: Vec<&str> =
                        self.forms.values().filter_map(|words| Some(words.first()?.as_str())).collect();
                    say(
                        Field::Form,
                        &format!("{text:?} is not known; expected one of: {}", words.join(", ")),
                    );
                }
                found.map(|(form, _)| *form)
            });
            let units = self.get(row, Field::Units);
            let units =
                units.iter().flat_map(|cell| cell.split(';')).map(|unit| Pattern::new(unit.trim())).collect();
            if let (Some(to), false) = (new, old.is_empty()) {
                lines.push(Line { row, from: old, to, units, form });
            }
        }
        lines
    }

    /// Holds each row against the others: what is moved whole moves once, what is split has several parts, what is
    /// renamed nobody joins, and nothing that goes elsewhere is gone to.
    fn hold_together(&self, lines: &[Line], said: &mut Vec<String>) {
        let mut targets: BTreeMap<&AgencyCode, BTreeSet<&AgencyCode>> = BTreeMap::new();
        let mut sources: BTreeMap<&AgencyCode, BTreeSet<&AgencyCode>> = BTreeMap::new();
        let mut whole: BTreeMap<&AgencyCode, usize> = BTreeMap::new();
        for (line, from) in lines.iter().flat_map(|line| line.from.iter().map(move |from| (line, from))) {
            targets.entry(from).or_default().insert(&line.to);
            sources.entry(&line.to).or_default().insert(from);
            if line.units.is_empty()
                && let Some(before) = whole.insert(from, line.row)
            {
                let why = format!(
                    "{from} goes there whole, and elsewhere or again by row {}: name the units of one of them",
                    before + 1
                );
                said.push(self.header.place(line.row, Field::From, &why));
            }
        }
        for line in lines {
            if whole.contains_key(&line.to) {
                let why = format!("{} is itself moved elsewhere; name where it ends", line.to);
                said.push(self.header.place(line.row, Field::To, &why));
            }
            let several = line.from.iter().all(|from| targets[from].len() > 1);
            let why = match line.form {
                Some(Form::Split) if !several => {
                    "a split goes to several agencies, and only this row names one"
                }
                Some(Form::Rename) if several => {
                    "what is renamed goes to one agency, and other rows name others"
                }
                Some(Form::Rename) if sources[&line.to].len() > 1 => {
                    "what is renamed goes alone, and other rows lead to the same agency: is it a merger?"
                }
                Some(Form::Merge | Form::Split | Form::Rename) | None => continue,
            };
            said.push(self.header.place(line.row, Field::Form, why));
        }
    }

    /// What holds for the whole map: stated once, or the same in each row.
    fn once<T>(
        &self,
        field: Field,
        said: &mut Vec<String>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let mut first: Option<(usize, String)> = None;
        for row in self.rows() {
            let Some(text) = self.get(row, field) else { continue };
            match &first {
                None => first = Some((row, text)),
                Some((_, before)) if *before == text => {}
                Some((at, before)) => {
                    let why =
                        format!("row {} says {before:?}; what differs belongs in a map of its own", at + 1);
                    said.push(self.header.place(row, field, &why));
                }
            }
        }
        let (row, text) = first?;
        read(&text).map_err(|why| said.push(self.header.place(row, field, &why))).ok()
    }

    /// Old mail domains with the new one of each.
    fn domains(&self, said: &mut Vec<String>) -> BTreeMap<String, String> {
        let mut domains = BTreeMap::new();
        for row in self.rows() {
            let [old, new] = [Field::OldDomain, Field::NewDomain].map(|field| self.get(row, field));
            let mut say = |field, why: &str| said.push(self.header.place(row, field, why));
            for (field, domain) in [(Field::OldDomain, &old), (Field::NewDomain, &new)] {
                if domain
                    .as_ref()
                    .is_some_and(|domain| domain.contains(['@', ' ', '/']) || !domain.contains('.'))
                {
                    say(field, "a mail domain is expected, as in tinh.gov.vn");
                }
            }
            match (old.map(|one| one.to_lowercase()), new.map(|one| one.to_lowercase())) {
                (None, None) => {}
                (Some(_), None) => say(Field::NewDomain, "the domain that takes its place is expected"),
                (None, Some(_)) => say(Field::OldDomain, "the domain that it takes the place of is expected"),
                (Some(old), Some(new)) if old == new => {}
                (Some(old), Some(new)) => match domains.insert(old, new.clone()) {
                    Some(before) if before != new => {
                        say(Field::NewDomain, &format!("another row has {before:?} for the same old domain"));
                    }
                    _ => {}
                },
            }
        }
        domains
    }
}

/// A day as offices write it, or as programs do.
fn date(text: &str) -> Result<NaiveDate, String> {
    let iso = |text: &str| text.get(..10).and_then(|day| day.parse().ok());
    NaiveDate::parse_from_str(text, "%d/%m/%Y")
        .ok()
        .or_else(|| iso(text))
        .ok_or_else(|| format!("{text:?} is no date; expected one as in 01/07/2025"))
}

#[cfg(test)]
mod tests;
