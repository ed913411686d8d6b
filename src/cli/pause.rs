//! `rosterd pause` and `rosterd resume`.

use super::args::Pausable;
use super::{Code, who};
use crate::store::Paused;
use crate::worker::engine::Engine;
use anyhow::{Result, bail};

fn word(what: Pausable) -> Paused {
    match what {
        Pausable::Writes => Paused::Writes,
        Pausable::Mail => Paused::Mail,
    }
}

/// Stops every write or every mail.
pub async fn pause(engine: &Engine, what: Pausable, reason: &str) -> Result<Code> {
    if reason.trim().is_empty() {
        bail!("--reason is empty: say why");
    }
    let by = who::operator(engine).await?.login;
    let what = word(what);
    let new = engine
        .store
        .write(engine.now(), async |mut tx| {
            let new = tx.pause(what, &by, reason).await?;
            tx.commit(new).await
        })
        .await?;
    eprintln!("{what}: {}", if new { "paused" } else { "was paused already; the first reason stays" });
    Ok(0)
}

/// Goes on.
pub async fn resume(engine: &Engine, what: Option<Pausable>) -> Result<Code> {
    let by = who::operator(engine).await?.login;
    let all = [Paused::Writes, Paused::Mail];
    for what in all.into_iter().filter(|one| what.is_none_or(|what| word(what) == *one)) {
        let by = &by;
        let ended = engine
            .store
            .write(engine.now(), async |mut tx| {
                let ended = tx.resume(what, by).await?;
                tx.commit(ended).await
            })
            .await?;
        eprintln!("{what}: {}", if ended { "resumed" } else { "was not paused" });
    }
    Ok(0)
}
