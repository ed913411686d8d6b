//! `rosterd audit`: the trail is checked, or printed.

use super::args::Audit;
use super::{Code, print_json};
use crate::worker::engine::Engine;
use anyhow::Result;

/// Rows printed at a time.
const PAGE: i64 = 1_000;

/// Runs `rosterd audit`.
pub async fn run(engine: &Engine, action: &Audit, as_json: bool) -> Result<Code> {
    let report = engine.store.audit_verify().await?;
    match action {
        Audit::Verify if as_json => print_json(&report)?,
        Audit::Verify => {
            println!("{} rows, {} with their detail: the chain holds", report.rows, report.details);
            for head in &report.heads {
                println!("{} {} {}", head.lane, head.seq, head.hash);
            }
        }
        Audit::Export => {
            for head in &report.heads {
                let mut last = 0;
                loop {
                    let rows = engine.store.audit_export(&head.lane, last, PAGE).await?;
                    let Some(end) = rows.last() else { break };
                    last = end.seq;
                    for row in rows {
                        println!("{}", serde_json::to_string(&row)?);
                    }
                }
            }
        }
    }
    Ok(0)
}
