//! `rosterd run` and `rosterd apply`.

use super::{Code, print_json};
use crate::plan::Counts;
use crate::worker::engine::{Engine, Gripped};
use crate::worker::pass::Summary;
use anyhow::{Result, bail};

/// Runs the worker, or one pass.
pub async fn run(engine: &Engine, once: bool, as_json: bool) -> Result<Code> {
    if !once {
        engine.serve().await?;
        return Ok(0);
    }
    engine.listen()?;
    let grip = engine.grip_or_say().await?;
    let summary = engine.pass_under(&grip).await?;
    engine.let_go(grip).await?;
    if as_json {
        print_json(&summary)?;
    } else {
        print!("{}", super::words::summary(&summary, engine.config().language));
    }
    for error in errors(&summary) {
        eprintln!("error: {error}");
    }
    Ok(summary.ending().code())
}

/// What went wrong in a pass, a line each.
pub fn errors(summary: &Summary) -> impl Iterator<Item = &String> {
    summary.errors.iter().chain(&summary.applied.errors).chain(&summary.mailed.errors)
}

/// Carries out what is approved; where a worker runs on this machine, it is asked to.
pub async fn apply(engine: &Engine, as_json: bool) -> Result<Code> {
    let grip = match engine.grip().await? {
        Gripped::Yes(grip) => grip,
        Gripped::Here => {
            std::fs::write(engine.wake_file(), b"")?;
            eprintln!("the running worker was asked to carry it out");
            return Ok(0);
        }
        Gripped::Elsewhere => bail!(crate::worker::service::ELSEWHERE),
    };
    engine.listen()?;
    let directory = engine.look_at_directory().await?;
    let mut summary = Summary::default();
    engine.apply(&grip.token, &Counts::of(&directory), &mut summary).await?;
    engine.tell(&grip.token).await?;
    summary.mailed = engine.mail(&grip.token, &engine.transport()?).await?;
    engine.let_go(grip).await?;
    if as_json {
        print_json(&summary.applied)?;
    } else {
        print!("{}", super::words::applied(&summary.applied, engine.config().language));
    }
    for error in errors(&summary) {
        eprintln!("error: {error}");
    }
    Ok(summary.ending().code())
}
