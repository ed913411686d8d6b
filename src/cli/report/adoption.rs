//! `rosterd report adoption`: how the accounts of a directory stand towards the rosters, those in the inbox included.

use super::{Made, directory};
use crate::model::Lang;
use crate::model::ids::AgencyCode;
use crate::report::adoption;
use crate::worker::engine::Engine;
use anyhow::Result;
use serde_json::json;
use std::collections::BTreeSet;

/// The report of `agencies`, or of all.
pub async fn make(engine: &Engine, agencies: &BTreeSet<AgencyCode>, lang: Lang) -> Result<Made> {
    let mut reader = engine.reader();
    let more = engine.preview(&mut reader).await?;
    let directory = directory(engine).await?;
    let mut adoption = engine.adoption(&directory, more).await?;
    if !agencies.is_empty() {
        adoption.lines.retain(|line| agencies.contains(&line.agency));
        adoption.agencies.retain(|code, _| agencies.contains(code));
    }
    let config = engine.config();
    let today = engine.local(engine.now());
    let report =
        adoption::report(&adoption, agencies, &engine.site.agencies, &config.sender.agency, today, lang);
    let value =
        json!({ "schema": 1, "date": today, "agencies": adoption.agencies, "accounts": adoption.lines });
    Ok(Made { report, value, unread: Vec::new() })
}
