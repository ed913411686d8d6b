//! Templates: the words of each letter, as data (`mappings/mail/<language>/`) that a site may replace file by
//! file.
//!
//! A template sees the fields of its letter, `to_name` and `sender`. The filters `date`, `weekday`, `kind` and
//! `roster_kind` put a field into the language of the letter. A field that is not there is an error, not a gap.

mod embedded;
mod samples;

use super::letter::Letter;
use super::words;
use crate::model::Lang;
use crate::model::change::ChangeKind;
use crate::model::notice::Notice;
use crate::model::roster::RosterKind;
use chrono::NaiveDate;
use embedded::EMBEDDED;
use minijinja::{Environment, ErrorKind, UndefinedBehavior, Value, context, escape_formatter};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use samples::samples;

/// Who writes, as every letter ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sender {
    /// The agency that runs the accounts.
    pub agency: String,
    /// A phone number that it has published elsewhere, so that a reader can check.
    pub phone: String,
    /// The line below the letter.
    pub sign_off: String,
}

/// A template that cannot be used. A site's own file is named by its path.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// A file or folder cannot be read.
    #[error("mail template {path}: {source}")]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file that replaces nothing: most likely a misspelt name.
    #[error("mail template {path} replaces nothing; the names are: {known}")]
    ReplacesNothing {
        /// Which.
        path: PathBuf,
        /// The names there are.
        known: String,
    },
    /// It does not parse, or names a field that is not there.
    #[error("mail template {file}:{line}: {why}")]
    Broken {
        /// Which.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong, with the line itself.
        why: String,
    },
    /// It comes out without a word.
    #[error("mail template {file} comes out empty")]
    Empty {
        /// Which.
        file: String,
    },
    /// It has a link, a picture or a form, as the mails of fraudsters have.
    #[error(
        "mail template {file} comes out with {what:?}: an official notice has no links, pictures or forms"
    )]
    Link {
        /// Which.
        file: String,
        /// What was found.
        what: &'static str,
    },
}

/// Every template in both languages, parsed.
#[derive(Debug)]
pub struct Templates {
    sender: Sender,
    vi: Environment<'static>,
    en: Environment<'static>,
    /// Where each came from, and its text for errors.
    sources: BTreeMap<(Lang, &'static str), (String, String)>,
}

impl Templates {
    /// Takes the embedded templates, each replaced by `<folder>/<vi|en>/<name>` where a site has one.
    pub fn load(folder: Option<&Path>, sender: &Sender) -> Result<Self, TemplateError> {
        let mut sources: BTreeMap<_, _> = EMBEDDED
            .iter()
            .map(|&(lang, name, text)| {
                ((lang, name), (format!("mappings/mail/{}/{name}", code(lang)), text.to_owned()))
            })
            .collect();
        if let Some(folder) = folder {
            replace(folder, &mut sources)?;
        }
        let mut templates =
            Self { sender: sender.clone(), vi: environment(Lang::Vi), en: environment(Lang::En), sources };
        for (&(lang, name), (_, text)) in &templates.sources {
            let environment = match lang {
                Lang::Vi => &mut templates.vi,
                Lang::En => &mut templates.en,
            };
            environment
                .add_template_owned(name, text.clone())
                .map_err(|error| broken(&templates.sources, lang, name, &error))?;
        }
        Ok(templates)
    }

    /// `letter` in words, for one addressee. `key` says what it is about and which step.
    pub fn render(
        &self,
        letter: &Letter,
        lang: Lang,
        to: &str,
        to_name: &str,
        key: &str,
    ) -> Result<Notice, TemplateError> {
        let name = letter.template();
        let mut fields = serde_json::to_value(letter).unwrap_or_default();
        tame(&mut fields);
        let values = context! {
            sender => &self.sender,
            to_name => one_line(to_name),
            ..Value::from_serialize(&fields)
        };
        let part = |kind| self.part(lang, &format!("{name}.{kind}"), &values);
        Ok(Notice {
            key: key.to_owned(),
            template: name.to_owned(),
            to: to.to_owned(),
            to_name: one_line(to_name),
            subject: one_line(&part("subject")?),
            text: part("txt")?,
            html: part("html")?,
        })
    }

    fn part(&self, lang: Lang, file: &str, values: &Value) -> Result<String, TemplateError> {
        let environment = match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        };
        let text = environment
            .get_template(file)
            .and_then(|template| template.render(values))
            .map_err(|error| broken(&self.sources, lang, file, &error))?;
        if text.trim().is_empty() {
            return Err(TemplateError::Empty { file: origin(&self.sources, lang, file).0 });
        }
        Ok(text)
    }

    /// Renders every template with [`samples`] in both languages: what `rosterd check` calls. Gives every
    /// error there is, one a template at most.
    pub fn check_all(&self) -> Vec<TemplateError> {
        let mut errors = BTreeMap::new();
        for lang in [Lang::Vi, Lang::En] {
            for letter in samples() {
                if let Err(error) = self.check(&letter, lang) {
                    errors.insert(error.to_string(), error);
                }
            }
        }
        errors.into_values().collect()
    }

    fn check(&self, letter: &Letter, lang: Lang) -> Result<(), TemplateError> {
        const LINKS: [&str; 7] = ["http:", "https:", "mailto:", "href", "src=", "<form", "<script"];
        let notice = self.render(letter, lang, "lienhe@example.vn", "Nguyễn Văn A", "check")?;
        for (kind, text) in [("subject", &notice.subject), ("txt", &notice.text), ("html", &notice.html)] {
            let text = text.to_lowercase();
            if let Some(what) = LINKS.into_iter().find(|link| text.contains(link)) {
                let file = origin(&self.sources, lang, &format!("{}.{kind}", notice.template)).0;
                return Err(TemplateError::Link { file, what });
            }
        }
        Ok(())
    }
}

type Sources = BTreeMap<(Lang, &'static str), (String, String)>;

fn code(lang: Lang) -> &'static str {
    match lang {
        Lang::Vi => "vi",
        Lang::En => "en",
    }
}

/// Puts a site's files in the place of the embedded ones.
fn replace(folder: &Path, sources: &mut Sources) -> Result<(), TemplateError> {
    for lang in [Lang::Vi, Lang::En] {
        let folder = folder.join(code(lang));
        let cannot = |path: &Path, source| TemplateError::Read { path: path.to_owned(), source };
        let entries = match std::fs::read_dir(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            entries => entries.map_err(|error| cannot(&folder, error))?,
        };
        for entry in entries {
            let path = entry.map_err(|error| cannot(&folder, error))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            let known = EMBEDDED.iter().find(|(of, known, _)| *of == lang && *known == name);
            let Some(&(_, known, _)) = known else {
                let known: Vec<_> = EMBEDDED.iter().filter(|one| one.0 == lang).map(|one| one.1).collect();
                return Err(TemplateError::ReplacesNothing { path, known: known.join(", ") });
            };
            let text = std::fs::read_to_string(&path).map_err(|error| cannot(&path, error))?;
            sources.insert((lang, known), (path.display().to_string(), text));
        }
    }
    Ok(())
}

/// How templates of one language are read.
fn environment(lang: Lang) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.set_formatter(|out, state, value| {
        if value.is_none() {
            let why = "this field may be empty: write it inside {% if … %}";
            return Err(minijinja::Error::new(ErrorKind::UndefinedError, why));
        }
        escape_formatter(out, state, value)
    });
    environment.add_filter("date", move |text: &str| day(text).map(|day| words::date(day, lang)));
    environment.add_filter("weekday", move |text: &str| day(text).map(|day| words::weekday(day, lang)));
    environment.add_filter("kind", move |word: &str| {
        let kind = ChangeKind::parse(word).ok_or_else(|| unknown("a kind of change", word))?;
        Ok::<_, minijinja::Error>(words::kind(kind, lang))
    });
    environment.add_filter("roster_kind", move |word: &str| {
        let kinds = [RosterKind::Full, RosterKind::Partial, RosterKind::Request];
        let kind = kinds.into_iter().find(|kind| kind.as_str() == word);
        kind.map(|kind| words::roster_kind(kind, lang)).ok_or_else(|| unknown("a kind of roster", word))
    });
    environment
}

fn day(text: &str) -> Result<NaiveDate, minijinja::Error> {
    text.parse().map_err(|_| unknown("a date", text))
}

fn unknown(what: &str, text: &str) -> minijinja::Error {
    minijinja::Error::new(ErrorKind::InvalidOperation, format!("{text:?} is not {what}"))
}

/// Where a template came from, and its text.
fn origin(sources: &Sources, lang: Lang, name: &str) -> (String, String) {
    let found = sources.iter().find(|((of, known), _)| *of == lang && *known == name);
    found.map_or_else(|| (name.to_owned(), String::new()), |(_, source)| source.clone())
}

/// The error with its file, its line and the line's text; it may lie in a layout that `name` extends.
fn broken(sources: &Sources, lang: Lang, name: &str, error: &minijinja::Error) -> TemplateError {
    let innermost = std::iter::successors(Some(error), |error| {
        std::error::Error::source(*error).and_then(|source| source.downcast_ref())
    });
    let error = innermost.last().unwrap_or(error);
    let (file, text) = origin(sources, lang, error.name().unwrap_or(name));
    let line = error.line().unwrap_or(1);
    let shown = text.lines().nth(line - 1).unwrap_or("").trim();
    let why = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    TemplateError::Broken { file, line, why: format!("{why}, in: {shown}") }
}

/// Takes line breaks and other control characters out of every text: data from outside must not begin a line.
fn tame(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) => {
            if text.contains(char::is_control) {
                *text = one_line(text);
            }
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(tame),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(tame),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

fn one_line(text: &str) -> String {
    let spaced = text.replace(char::is_control, " ");
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
