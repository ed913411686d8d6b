//! `rosterd review call-back`: the published number was called about a change that opens a leader's or a privileged
//! holder's account. A number from the request itself proves nothing: only those of the agencies' file count.

use super::decide::find_change;
use crate::cli::{Code, who};
use crate::model::agency::Agency;
use crate::store::Noted;
use crate::worker::engine::Engine;
use anyhow::{Result, anyhow, bail};

/// Notes the call.
pub async fn run(engine: &Engine, id: &str, number: &str, spoke_with: &str) -> Result<Code> {
    let operator = who::operator(engine).await?;
    if spoke_with.trim().is_empty() {
        bail!("--spoke-with is empty: say who answered");
    }
    let stored = find_change(engine, id).await?.ok_or_else(|| anyhow!("there is no change {id:?}"))?;
    let agency = &stored.change.agency;
    let one = engine.site.agencies.get(agency);
    let published: Vec<_> = one.into_iter().flat_map(Agency::published).map(|(_, number)| number).collect();
    if published.is_empty() {
        bail!(
            "no phone number is published for {agency}: enter one for a contact in the agencies' file first"
        );
    }
    let Some(number) = one.and_then(|one| one.published_as(number)) else {
        bail!("{number:?} is not published for {agency}; call one of: {}", published.join(", "));
    };
    let forbidden = engine.site.forbidden(agency);
    let noted = engine
        .store
        .write(engine.now(), async |mut tx| {
            let noted =
                tx.note_call_back(&stored.id, &operator.login, number, spoke_with.trim(), &forbidden).await?;
            tx.commit(noted).await
        })
        .await?;
    match noted {
        Noted::Noted => crate::cli::line!("{} {number}", stored.id),
        Noted::NotNeeded => bail!("change {} asks for no call-back", stored.id),
        Noted::PutInByYou => bail!("you answer for the roster that asks for it; somebody else must call"),
    }
    Ok(0)
}
