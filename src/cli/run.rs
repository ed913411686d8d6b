//! `rosterd run` and `rosterd apply`.

use super::back_office::Office;
use super::{Code, print_json};
use crate::plan::Counts;
use crate::web::{Desk, Page};
use crate::worker::engine::{Engine, Gripped};
use crate::worker::pass::Summary;
use anyhow::{Context, Result, bail};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Runs the worker with its page, or one pass.
pub async fn run(engine: Engine, once: bool, as_json: bool) -> Result<Code> {
    let engine = Arc::new(engine);
    if once {
        return pass(&engine, as_json).await;
    }
    match page(&engine).await? {
        Some(page) => {
            tracing::info!(address = page.address(), "the page is open");
            serve(&engine, page).await?;
        }
        None => engine.serve().await?,
    }
    Ok(0)
}

/// The page, listening, where the configuration has one.
pub async fn page(engine: &Arc<Engine>) -> Result<Option<Page>> {
    if engine.config().web.is_none() {
        return Ok(None);
    }
    let desk = Desk::open(
        engine.site.clone(),
        engine.keys.clone(),
        engine.store.clone(),
        engine.program.clone(),
        engine.wake_file(),
        Box::new(Office::of(engine.clone())),
        engine.stop.clone(),
    )?;
    Ok(Some(Page::listen(desk).await?))
}

/// The worker and the page, until they are asked to stop; where the worker cannot run, the page ends too.
pub async fn serve(engine: &Engine, page: Page) -> Result<()> {
    // In a task of its own: a pass thinks for seconds without giving way, and nobody's page waits for that.
    let page = tokio::spawn(page.serve());
    let ended = engine.serve().await;
    engine.stop.store(true, Ordering::Relaxed);
    page.await.context("the page broke off")?;
    Ok(ended?)
}

/// One pass.
async fn pass(engine: &Engine, as_json: bool) -> Result<Code> {
    engine.listen()?;
    let grip = engine.grip_or_say().await?;
    let summary = engine.pass_under(&grip).await?;
    engine.let_go(grip).await?;
    if as_json {
        print_json(&summary)?;
    } else {
        crate::cli::text!("{}", super::words::summary(&summary, engine.config().language));
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
        crate::cli::text!("{}", super::words::applied(&summary.applied, engine.config().language));
    }
    for error in errors(&summary) {
        eprintln!("error: {error}");
    }
    Ok(summary.ending().code())
}
