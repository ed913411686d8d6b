//! `rosterd report`: what is known, as text, JSON, a workbook or a page ready to print.

pub mod access;
pub mod accounts;
pub mod adoption;
pub mod case;
pub mod review;
pub mod rotation;

use super::args::ReportOn;
use super::{Code, absolute, print_json, who};
use crate::model::account::Snapshot;
use crate::model::ids::AgencyCode;
use crate::report::{Report, html, text};
use crate::worker::engine::Engine;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A report as it was made.
pub struct Made {
    /// The report.
    pub report: Report,
    /// What it says, as data.
    pub value: Value,
    /// A line for each system that could not be read, and is missing in it.
    pub unread: Vec<String>,
}

/// Makes the paths of the command line absolute, before the process enters the configuration's folder.
pub fn absolute_paths(on: ReportOn) -> Result<ReportOn> {
    let path = |out: Option<PathBuf>| out.map(absolute).transpose();
    Ok(match on {
        ReportOn::Adoption { agency, out } => ReportOn::Adoption { agency, out: path(out)? },
        ReportOn::Accounts { agency, out } => ReportOn::Accounts { agency, out: path(out)? },
        ReportOn::Rotation { agency, out } => ReportOn::Rotation { agency, out: path(out)? },
        ReportOn::Review { agency, from, to, out } => ReportOn::Review { agency, from, to, out: path(out)? },
        ReportOn::Access { at, person, system, out } => {
            ReportOn::Access { at, person, system, out: path(out)? }
        }
        ReportOn::Case { id, out } => ReportOn::Case { id, out: absolute(out)? },
    })
}

/// Runs `rosterd report`.
pub async fn run(engine: &Engine, on: ReportOn, as_json: bool) -> Result<Code> {
    let lang = engine.config().language;
    let (made, out) = match on {
        ReportOn::Adoption { agency, out } => {
            (adoption::make(engine, &scope(engine, &agency).await?, lang).await?, out)
        }
        ReportOn::Accounts { agency, out } => {
            (accounts::make(engine, &scope(engine, &agency).await?, lang).await?, out)
        }
        ReportOn::Rotation { agency, out } => {
            (rotation::make(engine, &scope(engine, &agency).await?, lang).await?, out)
        }
        ReportOn::Review { agency, from, to, out } => {
            let agencies = scope(engine, std::slice::from_ref(&agency)).await?;
            let Some(agency) = agencies.first() else { bail!("--agency: which?") };
            (review::make(engine, agency, from.zip(to), lang).await?, out)
        }
        ReportOn::Access { at, person, system, out } => {
            let asked = access::Asked { at: &at, person: person.as_deref(), system: system.as_deref() };
            (access::make(engine, &asked, &who::scope(engine).await?, lang).await?, out)
        }
        ReportOn::Case { id, out } => return case::run(engine, &id, &out, as_json).await,
    };
    give(&made, out.as_deref(), as_json)
}

/// The agencies that are asked for and that whoever asks may see; empty means all.
async fn scope(engine: &Engine, asked: &[String]) -> Result<BTreeSet<AgencyCode>> {
    let scope: BTreeSet<AgencyCode> = who::scope(engine).await?.into_iter().collect();
    let mut wanted = BTreeSet::new();
    for code in asked {
        let code = AgencyCode::parse(code)?;
        if !engine.site.agencies.contains_key(&code) {
            bail!("agency {code} is not in {}", engine.config().agencies.display());
        }
        if !scope.is_empty() && !scope.contains(&code) {
            bail!("agency {code} is not in your scope");
        }
        wanted.insert(code);
    }
    Ok(if wanted.is_empty() { scope } else { wanted })
}

/// The directory, read whole and believed.
async fn directory(engine: &Engine) -> Result<Snapshot> {
    let directory = engine.look_at_directory().await.context("directory")?;
    match engine.believable(&directory).await? {
        Ok(()) => Ok(directory),
        Err(why) => bail!(why),
    }
}

/// Gives the report as it was asked for; one with gaps ends in 1.
fn give(made: &Made, out: Option<&Path>, as_json: bool) -> Result<Code> {
    let Made { report, value, unread } = made;
    if let Some(file) = out {
        let bytes = match file.extension().and_then(|ending| ending.to_str()) {
            Some("xlsx") => crate::workbook::report::write(report)?,
            Some("html") => html::page(report).into_bytes(),
            _ => bail!("--out {}: its name must end in .xlsx or .html", file.display()),
        };
        crate::files::write(file, &bytes, 0o600).with_context(|| file.display().to_string())?;
    }
    match out {
        _ if as_json => print_json(value)?,
        None => crate::cli::text!("{}", text(report)),
        Some(file) => eprintln!("{}", file.display()),
    }
    for error in unread {
        eprintln!("error: {error}");
    }
    Ok(u8::from(!unread.is_empty()))
}
