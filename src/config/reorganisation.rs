//! The map of old to new agencies: a TOML file, or a workbook or CSV with a row a move, as an official list has it. Its
//! content decides which, not its name.

use super::agencies::is_toml;
use super::{ConfigError, read_toml};
use crate::model::agency::Agencies;
use crate::model::ids::AgencyCode;
use crate::model::name::ascii;
use crate::reconcile::pattern::Pattern;
use crate::reconcile::reorganisation::{Move, Reorganisation};
use crate::workbook::{Reader, letters};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Titles above the headings take no more rows than this.
const HEADER_WITHIN: usize = 30;

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
    headings: BTreeMap<String, Vec<String>>,
    forms: BTreeMap<Form, Vec<String>>,
}

/// What a column holds. The names are the keys of the mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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

impl Field {
    const ALL: [Self; 9] = [
        Self::From,
        Self::To,
        Self::Units,
        Self::Form,
        Self::Effective,
        Self::Document,
        Self::AliasUntil,
        Self::OldDomain,
        Self::NewDomain,
    ];

    fn key(self) -> &'static str {
        match self {
            Self::From => "from",
            Self::To => "to",
            Self::Units => "units",
            Self::Form => "form",
            Self::Effective => "effective",
            Self::Document => "document",
            Self::AliasUntil => "alias_until",
            Self::OldDomain => "old_domain",
            Self::NewDomain => "new_domain",
        }
    }
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
    mapping: &'a Mapping,
    header: usize,
    columns: BTreeMap<Field, usize>,
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
    let mapping: Mapping = toml::from_str(include_str!("../../mappings/reorganisation.toml"))
        .map_err(|error| vec![format!("mappings/reorganisation.toml: {error}")])?;
    let sheet = Sheet::find(cells, &mapping)?;
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
            said.push(sheet.place(sheet.header + 1, field, "it is expected in the first row at least"));
        }
    }
    sheet.hold_together(&lines, &mut said);
    if lines.is_empty() && domains.is_empty() && said.is_empty() {
        said.push(format!("row {}: a move is expected below the headings", sheet.header + 2));
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

impl<'a> Sheet<'a> {
    fn find(cells: &'a [Vec<String>], mapping: &'a Mapping) -> Result<Self, Vec<String>> {
        let field = |cell: &str| Field::ALL.into_iter().find(|field| is_any(cell, mapping.words(*field)));
        let has = |row: usize, wanted| cells[row].iter().any(|cell| field(cell) == Some(wanted));
        let header = (0..cells.len().min(HEADER_WITHIN))
            .find(|row| has(*row, Field::From) && has(*row, Field::To))
            .ok_or_else(|| {
                let all: Vec<&str> = Field::ALL.iter().map(|field| mapping.word(*field)).collect();
                let why = "within the first 30 rows one with at least the first two is expected of";
                vec![format!("no row of headings: {why}: {}", all.join(", "))]
            })?;
        let mut columns = BTreeMap::new();
        let mut said = Vec::new();
        let passed_over = mapping.headings.get("passed_over").map_or(&[][..], Vec::as_slice);
        for (column, cell) in cells[header].iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()) {
            let at = format!("row {}, column {} ({})", header + 1, letters(column), clean(cell));
            match field(cell) {
                Some(field) => {
                    if let Some(first) = columns.insert(field, column) {
                        let first = letters(first);
                        said.push(format!("{at}: says the same as column {first}; keep one of them"));
                    }
                }
                None if is_any(cell, passed_over) => {}
                None => said.push(format!("{at}: the heading is not known; remove the column or rename it")),
            }
        }
        if said.is_empty() { Ok(Self { cells, mapping, header, columns }) } else { Err(said) }
    }

    /// What stands above the headings.
    fn title(&self) -> Option<String> {
        let above = self.cells[..self.header].iter().flatten().map(|cell| clean(cell));
        let words: Vec<String> = above.filter(|cell| !cell.is_empty()).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    fn get(&self, row: usize, field: Field) -> Option<String> {
        let cell = self.cells[row].get(*self.columns.get(&field)?)?;
        Some(clean(cell)).filter(|cell| !cell.is_empty())
    }

    /// `row 4, column C (Cơ quan mới): why`; `row` from 0.
    fn place(&self, row: usize, field: Field, why: &str) -> String {
        match self.columns.get(&field) {
            Some(&at) => {
                let heading = clean(&self.cells[self.header][at]);
                format!("row {}, column {} ({heading}): {why}", row + 1, letters(at))
            }
            None => format!("row {}, no column {:?}: {why}", row + 1, self.mapping.word(field)),
        }
    }

    /// The rows below the headings in which a known column is filled.
    fn rows(&self) -> impl Iterator<Item = usize> {
        let filled = |row: &usize| Field::ALL.iter().any(|field| self.get(*row, *field).is_some());
        (self.header + 1..self.cells.len()).filter(filled).filter(|row| !numbers_columns(&self.cells[*row]))
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
            let mut say = |field, why: &str| said.push(self.place(row, field, why));
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
                let found = self.mapping.forms.iter().find(|(_, words)| is_any(&text, words));
                if found.is_none() {
                    let words: Vec<&str> = self
                        .mapping
                        .forms
                        .values()
                        .filter_map(|words| Some(words.first()?.as_str()))
                        .collect();
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
                said.push(self.place(line.row, Field::From, &why));
            }
        }
        for line in lines {
            if whole.contains_key(&line.to) {
                let why = format!("{} is itself moved elsewhere; name where it ends", line.to);
                said.push(self.place(line.row, Field::To, &why));
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
            said.push(self.place(line.row, Field::Form, why));
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
                    said.push(self.place(row, field, &why));
                }
            }
        }
        let (row, text) = first?;
        read(&text).map_err(|why| said.push(self.place(row, field, &why))).ok()
    }

    /// Old mail domains with the new one of each.
    fn domains(&self, said: &mut Vec<String>) -> BTreeMap<String, String> {
        let mut domains = BTreeMap::new();
        for row in self.rows() {
            let [old, new] = [Field::OldDomain, Field::NewDomain].map(|field| self.get(row, field));
            let mut say = |field, why: &str| said.push(self.place(row, field, why));
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

impl Mapping {
    fn words(&self, field: Field) -> &[String] {
        self.headings.get(field.key()).map_or(&[], Vec::as_slice)
    }

    fn word(&self, field: Field) -> &str {
        self.words(field).first().map_or("", String::as_str)
    }
}

fn is_any(cell: &str, words: &[String]) -> bool {
    let cell = fold(cell);
    words.iter().any(|word| fold(word) == cell)
}

/// A day as offices write it, or as programs do.
fn date(text: &str) -> Result<NaiveDate, String> {
    let iso = |text: &str| text.get(..10).and_then(|day| day.parse().ok());
    NaiveDate::parse_from_str(text, "%d/%m/%Y")
        .ok()
        .or_else(|| iso(text))
        .ok_or_else(|| format!("{text:?} is no date; expected one as in 01/07/2025"))
}

/// A row below the headings that numbers the columns: `(1) (2) (3)`.
fn numbers_columns(cells: &[String]) -> bool {
    let filled: Vec<&str> = cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
    let is = |(at, cell): (usize, &&str)| cell.trim_matches(['(', ')', '[', ']']) == (at + 1).to_string();
    filled.len() > 2 && filled.iter().enumerate().all(is)
}

fn clean(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Lower-case words without tone marks.
fn fold(text: &str) -> String {
    let ascii = ascii(text);
    ascii.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::agency::Agency;

    fn agencies() -> Agencies {
        let agency = |(code, name): (&str, &str)| {
            let code = AgencyCode::parse(code).unwrap();
            let agency = Agency {
                code: code.clone(),
                name: name.into(),
                parent: None,
                kind: None,
                contacts: Vec::new(),
                deputy: None,
                mailboxes: Vec::new(),
            };
            (code, agency)
        };
        [
            ("xaanbinh", "UBND xã An Bình"),
            ("snv", "Sở Nội vụ"),
            ("stc", "Sở Tài chính"),
            ("xaan", "UBND xã An"),
        ]
        .map(agency)
        .into()
    }

    fn read(rows: &[&[&str]]) -> Result<Reorganisation, Vec<String>> {
        let cells: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
        of_table(&cells, &agencies())
    }

    const HEAD: &[&str] =
        &["TT", "Cơ quan cũ", "Phòng, bộ phận", "Cơ quan mới", "Hình thức", "Ngày hiệu lực", "Văn bản"];

    #[test]
    fn an_official_list_gives_the_same_map_as_a_toml_file() {
        let map = read(&[
            &["PHƯƠNG ÁN SẮP XẾP ĐƠN VỊ HÀNH CHÍNH"],
            &[],
            &[
                "TT",
                "CƠ QUAN, ĐƠN VỊ CŨ",
                "Phòng, bộ phận",
                "Cơ quan mới",
                "Hình thức sắp xếp",
                "Ngày có hiệu lực",
                "Số văn bản",
                "Tên miền cũ",
                "Tên miền mới",
                "Giữ địa chỉ cũ đến ngày",
                "Ghi chú",
            ],
            &["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)", "(10)", "(11)"],
            &[
                "1",
                "UBND xã An; xabinh",
                "",
                "UBND xã An Bình",
                "Sáp nhập",
                "01/07/2025",
                "202/2025/QH15",
                "tinhcu.gov.vn",
                "tinh.gov.vn",
                "2026-06-30",
                "",
            ],
            &["2", "huyena", "", "xaanbinh", "chia tách", "", "", "", "", "", "phần còn lại"],
            &[
                "3",
                "huyena",
                "Phòng Nội vụ*; Phòng Dân tộc",
                "Sở Nội vụ",
                "Chia tách",
                "01/07/2025",
                "",
                "",
                "",
                "",
                "",
            ],
        ])
        .unwrap();
        let same: Reorganisation = toml::from_str(
            r#"
            name = "PHƯƠNG ÁN SẮP XẾP ĐƠN VỊ HÀNH CHÍNH"
            document = "202/2025/QH15"
            effective = "2025-07-01"
            alias_until = "2026-06-30"
            domains = { "tinhcu.gov.vn" = "tinh.gov.vn" }
            [[move]]
            from = ["huyena"]
            to = "snv"
            units = ["Phòng Nội vụ*", "Phòng Dân tộc"]
            [[move]]
            from = ["xaan", "xabinh"]
            to = "xaanbinh"
            [[move]]
            from = ["huyena"]
            to = "xaanbinh"
            "#,
        )
        .unwrap();
        assert_eq!(map, same);
        assert_eq!(map.check(&agencies()), Ok(()));
    }

    #[test]
    fn everything_wrong_is_said_with_its_row_and_column() {
        let wrong = read(&[
            HEAD,
            &["1", "UBND xã Lạ", "", "snv", "", "01/07/2025", "202/2025/QH15"],
            &["2", "huyena", "", "Sở Ngoại vụ", "", "", ""],
            &["3", "huyenb", "", "", "", "", ""],
            &["4", "huyenc", "", "snv", "bán", "02/07/2025", ""],
        ])
        .unwrap_err();
        let starts = [
            "row 2, column B (Cơ quan cũ): \"UBND xã Lạ\" is no agency's code",
            "row 3, column D (Cơ quan mới): no agency has the code or the name \"Sở Ngoại vụ\"",
            "row 4, column D (Cơ quan mới): the new agency is expected in every row",
            "row 5, column E (Hình thức): \"bán\" is not known; expected one of: Sáp nhập, Chia tách, Đổi tên",
            "row 5, column F (Ngày hiệu lực): row 2 says \"01/07/2025\"",
        ];
        assert_eq!(wrong.len(), starts.len(), "{wrong:#?}");
        for (one, start) in wrong.iter().zip(starts) {
            assert!(one.starts_with(start), "{one}");
        }
    }

    #[test]
    fn rows_that_do_not_fit_together_are_refused() {
        let one = |rows: &[[&str; 4]]| {
            let rows: Vec<[&str; 7]> = rows
                .iter()
                .map(|[from, units, to, form]| ["", from, units, to, form, "01/07/2025", "202/2025/QH15"])
                .collect();
            let all: Vec<&[&str]> =
                std::iter::once(HEAD).chain(rows.iter().map(<[&str; 7]>::as_slice)).collect();
            read(&all).map(|map| map.moves.len()).map_err(|wrong| wrong.join("\n"))
        };
        assert_eq!(one(&[["cu", "", "snv", "Đổi tên"], ["cu2", "", "stc", "Sáp nhập"]]), Ok(2));
        for (rows, says) in [
            (
                &[["cu", "", "snv", "Đổi tên"], ["cu2", "", "snv", "Sáp nhập"]][..],
                "row 2, column E (Hình thức): what is renamed goes alone",
            ),
            (
                &[["cu", "", "snv", "Chia tách"]],
                "row 2, column E (Hình thức): a split goes to several agencies",
            ),
            (
                &[["cu", "", "snv", ""], ["cu", "", "stc", ""]],
                "row 3, column B (Cơ quan cũ): cu goes there whole",
            ),
            (
                &[["xaan", "", "snv", ""], ["cu", "", "xaan", ""]],
                "row 3, column D (Cơ quan mới): xaan is itself moved",
            ),
        ] {
            let wrong = one(rows).unwrap_err();
            assert!(wrong.contains(says), "{says}\n{wrong}");
        }
    }

    #[test]
    fn a_table_without_a_day_a_document_or_headings_is_refused() {
        let said = |rows: &[&[&str]]| read(rows).unwrap_err().join("\n");
        assert!(said(&[&["a", "b"]]).starts_with("no row of headings"));
        let short: &[&str] = &["Cơ quan cũ", "Cơ quan mới", "Căn cứ"];
        assert!(
            said(&[short, &["cu", "snv", "202/2025/QH15"]]).contains("row 2, no column \"Ngày hiệu lực\"")
        );
        assert!(said(&[HEAD, &["", "cu", "", "snv", "", "mai", "x"]]).contains("\"mai\" is no date"));
        assert!(
            said(&[&["Cơ quan cũ", "Cơ quan mới", "Mức độ"]])
                .contains("column C (Mức độ): the heading is not known")
        );
    }
}
