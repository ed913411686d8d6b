//! `rosterd audit`: the trail is checked, or printed.

use super::args::Audit;
use super::{Code, print_json};
use crate::store::LaneHead;
use crate::worker::engine::Engine;
use anyhow::Result;

/// Rows printed at a time.
const PAGE: i64 = 1_000;

/// Runs `rosterd audit`.
pub async fn run(engine: &Engine, action: &Audit, as_json: bool) -> Result<Code> {
    let noted: &[LaneHead] = match action {
        Audit::Verify { heads } => heads,
        Audit::Export => &[],
    };
    let report = engine.store.audit_verify_noted(noted).await?;
    match action {
        Audit::Verify { .. } if as_json => print_json(&report)?,
        Audit::Verify { .. } => {
            crate::cli::line!("{} rows, {} with their detail: the chain holds", report.rows, report.details);
            for head in &report.heads {
                crate::cli::line!("{} {} {}", head.lane, head.seq, head.hash);
            }
            if !noted.is_empty() {
                crate::cli::line!("{} noted ends are still in it", noted.len());
            }
        }
        Audit::Export => {
            let (mut lane, mut seq) = (String::new(), 0);
            loop {
                let rows = engine.store.audit_export(&lane, seq, PAGE).await?;
                let Some(end) = rows.last() else { break };
                (lane, seq) = (end.lane.clone(), end.seq);
                for row in rows {
                    crate::cli::line!("{}", serde_json::to_string(&row)?);
                }
            }
        }
    }
    Ok(0)
}
