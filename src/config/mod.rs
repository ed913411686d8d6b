//! The configuration: one file, assembled from the parts that own their settings. Relative paths are relative to
//! the file's folder.

pub mod agencies;
pub mod guesses;
mod headed;
pub mod holidays;
pub mod keys;
pub mod profile;
pub mod reorganisation;
pub mod starter;

use crate::model::Lang;
use crate::model::account::Attr;
use crate::model::agency::{Agencies, Contact};
use crate::model::ids::TargetId;
use crate::model::operator::{Contacts, Operator};
use crate::reconcile::naming::check_pattern;
use crate::reconcile::policy::{DirectoryCan, Policy, RoleMap};
use crate::workbook::Reader;
use crate::{directory, intake, notify, plan, rotation, store, systems, telemetry, web, workbook, worker};
use chrono::NaiveDate;
use profile::Profile;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// `rosterd.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The language of feedback, mail and terminal: `vi` or `en`.
    #[serde(default)]
    pub language: Lang,
    /// The province's time zone.
    #[serde(default = "time_zone", deserialize_with = "zone")]
    pub time_zone: chrono_tz::Tz,
    /// The agencies' file: TOML, or a workbook.
    pub agencies: PathBuf,
    /// The site key's file.
    pub site_key_file: PathBuf,
    /// Public holidays beside weekends: nobody is locked and no deadline runs on them.
    #[serde(default)]
    pub holidays: BTreeSet<NaiveDate>,
    /// Position maps, one a system.
    #[serde(default)]
    pub role_maps: Vec<PathBuf>,
    /// A map of old to new agencies: TOML, or a workbook.
    #[serde(default)]
    pub reorganisation: Option<PathBuf>,
    /// The drop folder and its neighbours.
    pub folders: intake::folders::Folders,
    /// The database.
    pub store: store::Settings,
    /// The mail directory.
    pub directory: directory::Settings,
    /// The systems beside it.
    #[serde(default, rename = "system")]
    pub systems: Vec<systems::Settings>,
    /// How often accounts of these systems may look something up.
    #[serde(default)]
    pub lookup_limits: Vec<rotation::lookups::Rule>,
    /// How mail leaves.
    pub mail: notify::transport::Settings,
    /// Who writes, as every mail ends.
    pub sender: notify::templates::Sender,
    /// A folder whose `rosters/` replaces built-in mappings for reading, and says what is odd about an agency's.
    #[serde(default)]
    pub mappings: Option<PathBuf>,
    /// A folder with mail templates that replace the built-in ones.
    #[serde(default)]
    pub mail_templates: Option<PathBuf>,
    /// Where first passwords are collected: a sentence for the mail.
    pub slips_at: String,
    /// Who runs rosterd and is told what nobody answers.
    #[serde(default)]
    pub on_duty: Vec<Contact>,
    /// The province's rules.
    #[serde(default)]
    pub policy: Policy,
    /// Rotation: without it passwords are not aged.
    #[serde(default)]
    pub rotation: Option<rotation::settings::Settings>,
    /// The brakes.
    #[serde(default)]
    pub brakes: plan::brakes::Limits,
    /// By which working day what is asked for is carried out.
    #[serde(default)]
    pub time_to_serve: plan::serve::TimeToServe,
    /// What happens while something waits for an answer.
    #[serde(default)]
    pub deadlines: plan::ladder::Ladders,
    /// Days after the due date for which an approval stands.
    #[serde(default = "approval_days")]
    pub approval_days: u32,
    /// Working days within which a change is to be carried out once it is asked for and due: reports show the share on
    /// time.
    #[serde(default = "serve_days")]
    pub serve_days: u32,
    /// A directory that holds less than this share of the accounts of the last good read was not read whole.
    #[serde(default = "smallest_directory_percent")]
    pub smallest_directory_percent: u32,
    /// What is logged, and how.
    #[serde(default)]
    pub log: telemetry::Settings,
    /// The background worker.
    #[serde(default)]
    pub worker: worker::Settings,
    /// The review page; without it there is none.
    #[serde(default)]
    pub web: Option<web::Settings>,
    /// What reading one workbook may cost.
    #[serde(default)]
    pub reader: workbook::Limits,
}

fn time_zone() -> chrono_tz::Tz {
    chrono_tz::Asia::Ho_Chi_Minh
}

/// Ninh Bình 162/2025 and Nghệ An 99/2025: three working days; Bắc Ninh two, Đồng Tháp five.
fn serve_days() -> u32 {
    3
}

fn smallest_directory_percent() -> u32 {
    50
}

fn approval_days() -> u32 {
    30
}

fn zone<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<chrono_tz::Tz, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map_err(|_| {
        serde::de::Error::custom(format!(
            "{name:?} is no time zone; expected a name as in \"Asia/Ho_Chi_Minh\""
        ))
    })
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("{path}: {source}{}", hint(source))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file does not say what is expected.
    #[error("{path}: {why}")]
    Form {
        /// The file.
        path: PathBuf,
        /// Where and what was expected.
        why: String,
    },
    /// Agencies that cannot be used.
    #[error("{}", a_line_each(path, wrong))]
    Agencies {
        /// The file.
        path: PathBuf,
        /// Everything that is wrong, each with its place and what was expected.
        wrong: Vec<String>,
    },
    /// A map of old to new agencies that cannot be used.
    #[error("{}", a_line_each(path, wrong))]
    Reorganisation {
        /// The file.
        path: PathBuf,
        /// Everything that is wrong, each with its place and what was expected.
        wrong: Vec<String>,
    },
}

fn a_line_each(path: &Path, wrong: &[String]) -> String {
    wrong.iter().map(|one| format!("{}: {one}", path.display())).collect::<Vec<_>>().join("\n")
}

fn hint(source: &std::io::Error) -> &'static str {
    match source.kind() {
        std::io::ErrorKind::NotFound => "; `rosterd init` writes a starter, `--config FILE` names another",
        _ => "",
    }
}

/// A configuration with the files it names.
#[derive(Debug, Clone)]
pub struct Site {
    /// The file as read.
    pub config: Config,
    /// The agencies.
    pub agencies: Agencies,
    /// The written rules on passwords, where `[rotation]` names a profile.
    pub rotation: Option<rotation::policy::Policy>,
    /// What stored passwords are held against, where the site lets rosterd read them.
    pub guesses: Option<rotation::guess::Guesses>,
}

/// Reads a configuration and the files it names, and checks what can be checked without a connection. The
/// process enters the file's folder, so that relative paths mean the same to every part.
pub async fn load(path: &Path) -> Result<Site, ConfigError> {
    let mut config: Config = read_toml(path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        std::env::set_current_dir(folder)
            .map_err(|source| ConfigError::Read { path: folder.to_owned(), source })?;
    }
    let form = |why: String| ConfigError::Form { path: path.to_owned(), why };
    if let Some(profile) = &config.policy.naming.profile {
        config.policy.naming = Profile::load(profile)?.name(&config.policy.naming).map_err(form)?;
    }
    let naming = &config.policy.naming;
    for pattern in std::iter::once(&naming.pattern).chain(&naming.on_collision) {
        check_pattern(pattern).map_err(|why| form(format!("policy.naming: {why}")))?;
    }
    config.deadlines.check().map_err(form)?;
    config.worker.check().map_err(|why| form(format!("worker: {why}")))?;
    for person in &config.on_duty {
        notify::transport::check_address(&person.mail).map_err(|why| form(format!("on_duty: {why}")))?;
    }
    let tree = config.directory.tree().map_err(|error| form(error.to_string()))?;
    config.policy.layout.people = tree.people.clone();
    if let Some(login) = tree.dialect.name(Attr::Login) {
        login.clone_into(&mut config.policy.layout.login_attribute);
    }
    config.policy.directory = DirectoryCan {
        closes: tree.dialect.name(Attr::Closed).is_some(),
        aliases: tree.dialect.name(Attr::Alias).is_some(),
    };
    if config.policy.naming.alias_on_move && !config.policy.directory.aliases {
        return Err(form(
            "policy.naming.alias_on_move: the directory's dialect names no attribute for \"alias\"; add it under \
             [attributes] of the dialect, or leave this false"
                .to_owned(),
        ));
    }
    if let Some(profile) = &config.policy.retention.profile {
        config.policy.retention = Profile::load(profile)?.retain(&config.policy.retention).map_err(form)?;
    }
    config.policy.retention.check().map_err(|why| form(format!("policy.{why}")))?;
    if let Some(page) = &config.web {
        page.check().map_err(|why| form(format!("web: {why}")))?;
    }
    check_systems(&config).map_err(form)?;
    for file in &config.role_maps {
        let map: RoleMap = read_toml(file)?;
        if !config.systems.iter().any(|system| *system.name() == map.target) {
            let why = format!("target: no [[system]] is named {:?}", map.target.as_str());
            return Err(ConfigError::Form { path: file.clone(), why });
        }
        let systems = config.systems.iter().map(systems::Settings::name).collect();
        map.check(&systems).map_err(|why| ConfigError::Form { path: file.clone(), why })?;
        config.policy.roles.push(map);
    }
    let program = std::env::current_exe()
        .map_err(|source| ConfigError::Read { path: "the program itself".into(), source })?;
    let mut reader = Reader::new(program, config.reader);
    let agencies = agencies::read(&config.agencies, &mut reader).await?;
    if let Some(file) = &config.reorganisation {
        config.policy.reorganisation = Some(reorganisation::read(file, &agencies, &mut reader).await?);
    }
    if let Some(map) = &config.policy.reorganisation {
        let file = config.reorganisation.clone().unwrap_or_else(|| path.to_owned());
        map.check(&agencies).map_err(|why| ConfigError::Form { path: file, why })?;
    }
    config.holidays.extend(holidays::national()?);
    let rotation = match &mut config.rotation {
        Some(settings) => {
            settings.check().map_err(|why| form(format!("rotation: {why}")))?;
            if settings.recipient_domains.is_empty() {
                settings.recipient_domains.insert(config.policy.naming.domain.clone());
            }
            if let Some(code) = settings.activation.keys().find(|code| !agencies.contains_key(*code)) {
                return Err(form(format!("rotation.activation: no agency has the code {code}")));
            }
            Some(Profile::load(&settings.profile)?.rotation().map_err(form)?)
        }
        None => None,
    };
    let rules = rotation.iter().flat_map(|policy: &rotation::policy::Policy| &policy.rules);
    let aged = rules.filter(|rule| rule.max_age.is_some() && rule.system != TargetId::mail());
    config.policy.aged = aged.map(|rule| rule.system.clone()).collect();
    let stored = tree.dialect.password.stored.as_deref();
    let guesses = guesses::allowed(config.rotation.as_ref(), stored, path)?;
    Ok(Site { config, agencies, rotation, guesses })
}

/// Each system has a name of its own, and each limit on look-ups a system.
fn check_systems(config: &Config) -> Result<(), String> {
    let mut names = BTreeSet::new();
    for system in &config.systems {
        let name = system.name();
        system.check().map_err(|why| format!("system {name}: {why}"))?;
        if !names.insert(name) {
            return Err(format!("system {name}: two have this name"));
        }
    }
    let mut limited = BTreeSet::new();
    for rule in &config.lookup_limits {
        rule.check()?;
        if !names.contains(&rule.system) {
            return Err(format!("lookup_limits: no [[system]] is named {:?}", rule.system.as_str()));
        }
        if !limited.insert(&rule.system) {
            return Err(format!("lookup_limits: two are for {}", rule.system));
        }
    }
    Ok(())
}

pub(crate) fn read_toml<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    toml::from_str(&text).map_err(|error| ConfigError::Form { path: path.to_owned(), why: error.to_string() })
}

impl Site {
    /// The calendar that ladders go by, where there is a policy.
    pub fn days(&self) -> Option<rotation::days::Days<'_>> {
        let settings = self.config.rotation.as_ref()?;
        let (zone, holidays) = (self.config.time_zone, &self.config.holidays);
        Some(rotation::days::Days { zone, holidays, lock_hours: settings.lock_hours })
    }

    /// The logins that answer for an agency's rosters: a file in its folder counts as put in by all of them.
    pub fn forbidden(&self, agency: &crate::model::ids::AgencyCode) -> BTreeSet<crate::model::ids::Login> {
        self.agencies
            .get(agency)
            .into_iter()
            .flat_map(|agency| agency.contacts.iter().chain(&agency.deputy))
            .filter_map(|contact| contact.login.clone())
            .map(crate::model::ids::Login::new)
            .collect()
    }

    /// The logins that answer for the rosters of each agency.
    pub fn contacts(&self) -> Contacts {
        let of = |code| self.forbidden(code).into_iter().map(move |login| (code.clone(), login));
        self.agencies.keys().flat_map(of).collect()
    }

    /// Whether an operator's scope names only agencies that exist.
    pub fn unknown_agency(&self, operator: &Operator) -> Option<String> {
        operator.agencies.iter().find(|code| !self.agencies.contains_key(*code)).map(ToString::to_string)
    }
}
