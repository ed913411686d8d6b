//! `rosterd template`: an agency's roster filled in with what is known, for the agency to correct and drop back.

use super::{Code, absolute, print_json};
use crate::files;
use crate::model::ids::AgencyCode;
use crate::workbook::template::{self, Template};
use crate::worker::engine::Engine;
use anyhow::{Context, Result, bail};
use serde_json::json;
use std::path::{Path, PathBuf};

/// Where the workbook goes, as named or by the agency's code, seen from where the command was given.
pub fn file(agency: &str, out: Option<PathBuf>) -> Result<PathBuf> {
    let code = AgencyCode::parse(agency)?;
    absolute(out.unwrap_or_else(|| format!("{code}-danh-sach.xlsx").into()))
}

/// A workbook that was made.
pub struct Made {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How many people it names.
    pub people: usize,
    /// How many of them the agency is asked about.
    pub asked: usize,
}

/// Makes an agency's workbook from what is known now.
pub async fn workbook(engine: &Engine, code: &AgencyCode) -> Result<Made> {
    let Some(agency) = engine.site.agencies.get(code) else {
        bail!("agency {code} is not in {}: give one of the codes there", engine.config().agencies.display());
    };
    let directory = engine.look_at_directory().await.context("directory")?;
    if let Err(why) = engine.believable(&directory).await? {
        bail!(why);
    }
    let roll = engine.roll(&directory, code).await?;
    let sender = &engine.config().sender;
    let bytes = template::write(&Template {
        agency: &agency.name,
        roll: &roll,
        today: engine.local(engine.now()),
        sender: &sender.agency,
        phone: &sender.phone,
    })?;
    let asked = roll.entries.iter().filter(|entry| entry.missing).count();
    Ok(Made { bytes, people: roll.entries.len(), asked })
}

/// Runs `rosterd template`.
pub async fn run(engine: &Engine, agency: &str, file: &Path, as_json: bool) -> Result<Code> {
    let code = AgencyCode::parse(agency)?;
    // Somebody may have filled it in.
    if engine.site.agencies.contains_key(&code) && file.exists() {
        bail!("{} is there already: remove it, or name another file with --out", file.display());
    }
    let Made { bytes, people, asked } = workbook(engine, &code).await?;
    files::write(file, &bytes, 0o600).with_context(|| file.display().to_string())?;
    if as_json {
        print_json(&json!({ "schema": 1, "file": file, "agency": code, "people": people, "asked": asked }))?;
    } else {
        crate::cli::line!("{}: {people} people, {asked} to confirm", file.display());
    }
    Ok(0)
}
