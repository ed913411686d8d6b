//! A mapping: what headers, titles, notes and forms are called, as data a site may replace.

mod labels;
mod pins;

use super::legacy::Legacy;
use super::text::Phrase;
use crate::model::record::{Action, Status};
use crate::model::roster::{Column, Declared};
pub(super) use labels::{Label, Labels};
pub(super) use pins::Pin;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

/// The mapping files' text.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// `columns.toml`: header synonyms.
    pub columns: &'a str,
    /// `words.toml`: phrases of titles, notes and footers.
    pub words: &'a str,
    /// `forms.toml`: known forms.
    pub forms: &'a str,
    /// `reading.toml`: what policy decides.
    pub reading: &'a str,
    /// `tcvn3.tsv`: TCVN3 (ABC) to Unicode.
    pub tcvn3: &'a str,
    /// `vni_win.tsv`: VNI-Windows to Unicode.
    pub vni_win: &'a str,
    /// `province_codes.tsv`: places of birth registration.
    pub province_codes: &'a str,
    /// `agencies/<code>.toml`: what is laid down for odd agencies, by code.
    pub agencies: &'a [(String, String)],
}

impl Sources<'static> {
    /// The files built into the program.
    pub const EMBEDDED: Self = Self {
        columns: include_str!("../../../mappings/rosters/columns.toml"),
        words: include_str!("../../../mappings/rosters/words.toml"),
        forms: include_str!("../../../mappings/rosters/forms.toml"),
        reading: include_str!("../../../mappings/rosters/reading.toml"),
        tcvn3: include_str!("../../../mappings/rosters/tcvn3.tsv"),
        vni_win: include_str!("../../../mappings/rosters/vni_win.tsv"),
        province_codes: include_str!("../../../mappings/rosters/province_codes.tsv"),
        agencies: &[],
    };
}

/// A mapping file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("mappings/rosters/{file}: {problem}")]
pub struct MappingError {
    /// Which file.
    pub file: String,
    /// Where in it, what is wrong and what was expected.
    pub problem: String,
}

/// Everything the reader knows about how rosters are written.
#[derive(Debug, Clone)]
pub struct Mapping {
    pub(super) labels: Labels,
    pub(super) words: Words,
    pub(super) forms: Vec<Form>,
    pub(super) legacy: Legacy,
    pub(super) places: BTreeSet<String>,
    pub(super) hidden: Hidden,
    agencies: BTreeMap<String, Vec<Pin>>,
}

impl Mapping {
    /// The mapping built into the program.
    pub fn embedded() -> Result<Self, MappingError> {
        Self::parse(&Sources::EMBEDDED)
    }

    /// Reads and checks all files.
    pub fn parse(sources: &Sources<'_>) -> Result<Self, MappingError> {
        let labels = Labels::new(from_toml("columns.toml", sources.columns)?)
            .map_err(|problem| wrong("columns.toml", problem))?;
        let forms: Forms = from_toml("forms.toml", sources.forms)?;
        let mut ids = BTreeSet::new();
        if let Some(form) = forms.form.iter().find(|form| !ids.insert(&form.id)) {
            let problem = format!("form `{}` is there twice; expected each id once", form.id);
            return Err(wrong("forms.toml", problem));
        }
        let ReadingFile { hidden } = from_toml("reading.toml", sources.reading)?;
        let pins = |(code, text): &(String, String)| {
            let file = || format!("agencies/{code}.toml");
            let pins = pins::parse(text).map_err(|problem| wrong(file(), problem))?;
            Ok((code.clone(), pins))
        };
        Ok(Self {
            labels,
            words: from_toml("words.toml", sources.words)?,
            forms: forms.form,
            legacy: Legacy {
                tcvn3: table("tcvn3.tsv", sources.tcvn3)?,
                vni: table("vni_win.tsv", sources.vni_win)?,
            },
            places: places(sources.province_codes)?,
            hidden,
            agencies: sources.agencies.iter().map(pins).collect::<Result<_, _>>()?,
        })
    }

    /// What is laid down for a sheet of an agency.
    pub(super) fn pin(&self, agency: Option<&str>, sheet: &str) -> Option<&Pin> {
        self.agencies.get(agency?)?.iter().find(|pin| pin.is_about(sheet))
    }

    /// The agencies something is laid down for.
    pub fn pinned_agencies(&self) -> impl Iterator<Item = &str> {
        self.agencies.keys().map(String::as_str)
    }
}

fn wrong(file: impl Into<String>, problem: String) -> MappingError {
    MappingError { file: file.into(), problem }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadingFile {
    hidden: Hidden,
}

/// What becomes of hidden parts of a workbook.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hidden {
    pub(super) sheets: Treatment,
    pub(super) rows: Treatment,
}

/// What becomes of something hidden. Either way it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Treatment {
    /// It counts like the rest.
    Read,
    /// It does not count.
    LeaveOut,
}

fn from_toml<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<T, MappingError> {
    toml::from_str(text).map_err(|error| wrong(file, error.to_string()))
}

/// `U+0061 U+00F9<tab>aù<tab>á` a line: code points as the file holds them, for show, and the Unicode text.
fn table(file: &'static str, text: &str) -> Result<BTreeMap<String, String>, MappingError> {
    let mut table = BTreeMap::new();
    for (number, line) in lines(text) {
        let mut fields = line.split('\t');
        let codes: Option<String> =
            fields.next().and_then(|codes| codes.split(' ').map(code_point).collect());
        match (codes, fields.nth(1)) {
            // ASCII stands for itself in every one of these encodings.
            (Some(codes), Some(to)) if !to.is_empty() && !codes.is_ascii() => {
                table.insert(codes, to.to_owned())
            }
            _ => {
                let problem = format!(
                    "line {number}: expected `U+XXXX[ U+XXXX]<tab>shown<tab>Unicode`, not all of it ASCII, found `{line}`"
                );
                return Err(wrong(file, problem));
            }
        };
    }
    Ok(table)
}

fn code_point(text: &str) -> Option<char> {
    char::from_u32(u32::from_str_radix(text.strip_prefix("U+")?, 16).ok()?)
}

fn places(text: &str) -> Result<BTreeSet<String>, MappingError> {
    lines(text)
        .map(|(number, line)| {
            let code = line.split('\t').next().unwrap_or_default();
            if code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit()) {
                Ok(code.to_owned())
            } else {
                let problem = format!("line {number}: expected a code of three digits, found `{code}`");
                Err(wrong("province_codes.tsv", problem))
            }
        })
        .collect()
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Forms {
    form: Vec<Form>,
}

/// A known form: how it is recognised and what it is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Form {
    /// Its name in reports.
    pub(super) id: String,
    /// Each group must be said in the title by one of its phrases.
    #[serde(default)]
    pub(super) title: Vec<Vec<Phrase>>,
    /// None of these is said in the title.
    #[serde(default)]
    pub(super) not: Vec<Phrase>,
    /// Columns it has.
    #[serde(default)]
    pub(super) columns: Vec<Column>,
    /// Columns it lacks.
    #[serde(default)]
    pub(super) without: Vec<Column>,
    /// Each is said in some header.
    #[serde(default)]
    pub(super) headers: Vec<Phrase>,
    /// What such a list is.
    pub(super) declares: Option<Declared>,
}

/// Phrases by what they are for; `words.toml` explains each.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) declares: Declares,
    pub(super) action: BTreeMap<Action, Vec<Phrase>>,
    pub(super) status: BTreeMap<Status, Vec<Phrase>>,
    pub(super) doubt: Doubt,
    pub(super) rows: RowWords,
    pub(super) organisations: Organisations,
    pub(super) titles: TitleWords,
    pub(super) names: NameWords,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Declares {
    pub(super) request: Vec<Phrase>,
    pub(super) request_about: Vec<Phrase>,
    pub(super) some_people: Vec<Phrase>,
    pub(super) not_said: Vec<Phrase>,
    pub(super) whole_agency: Vec<Phrase>,
    pub(super) staff_list: Vec<Phrase>,
    pub(super) some_people_headers: Vec<Phrase>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Doubt {
    pub(super) words: Vec<Phrase>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RowWords {
    pub(super) total: Vec<Phrase>,
    pub(super) footer: Vec<Phrase>,
    pub(super) title: Vec<Phrase>,
    pub(super) signature: Vec<Phrase>,
    pub(super) not_unit: Vec<Phrase>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Organisations {
    pub(super) agencies: Vec<Phrase>,
    pub(super) units: Vec<Phrase>,
    pub(super) levels: Vec<Phrase>,
    pub(super) abbreviations: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TitleWords {
    pub(super) motto: Vec<Phrase>,
    pub(super) as_of: Vec<Phrase>,
    pub(super) basis: Vec<Phrase>,
    pub(super) document_kinds: Vec<String>,
    pub(super) document_words: Vec<Phrase>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NameWords {
    pub(super) honorifics: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_mapping_is_valid() {
        let mapping = Mapping::embedded().unwrap();
        assert_eq!(mapping.places.len(), 63);
        assert_eq!(mapping.words.action.len(), 5);
        assert_eq!(mapping.words.status.len(), 8);
    }

    #[test]
    fn an_error_names_the_file_the_place_and_what_was_expected() {
        let broken = |change: fn(&mut Sources<'static>)| {
            let mut sources = Sources::EMBEDDED;
            change(&mut sources);
            Mapping::parse(&sources).unwrap_err().to_string()
        };
        let error = broken(|sources| sources.tcvn3 = "# table\nU+00B5 à\n");
        assert!(error.starts_with("mappings/rosters/tcvn3.tsv: line 2: expected `U+XXXX"), "{error}");
        let error = broken(|sources| sources.vni_win = "U+0061 U+0062\tab\tá\n");
        assert!(error.contains("vni_win.tsv: line 1: ") && error.contains("not all of it ASCII"), "{error}");
        let error = broken(|sources| sources.province_codes = "1\tHà Nội\n");
        assert!(error.contains("province_codes.tsv: line 1: expected a code of three digits"), "{error}");
        let error =
            broken(|sources| sources.columns = "[columns.full_nam]\nis = [\"tên\"]\n[groups]\n[other]\n");
        assert!(error.contains("columns.toml") && error.contains("full_nam"), "{error}");
        let error = broken(|sources| {
            sources.columns =
                "[columns.unit]\nis=[\"phòng\"]\n[columns.position]\nis=[\"Phòng\"]\n[groups]\n[other]\n";
        });
        assert!(error.contains("`phong` stands for two columns"), "{error}");
        let error = broken(|sources| sources.forms = "[[form]]\nid=\"a\"\n[[form]]\nid=\"a\"\n");
        assert!(error.contains("forms.toml: form `a` is there twice"), "{error}");
        let error = broken(|sources| sources.reading = "[hidden]\nsheets = \"skip\"\nrows = \"read\"\n");
        assert!(error.contains("reading.toml") && error.contains("skip"), "{error}");
        let odd = [("h26-04".to_owned(), "[[list]]\ncolumns = { unit = \"7\" }\n".to_owned())];
        let error = Mapping::parse(&Sources { agencies: &odd, ..Sources::EMBEDDED }).unwrap_err().to_string();
        assert!(error.starts_with("mappings/rosters/agencies/h26-04.toml: list 1: columns.unit"), "{error}");
    }
}
