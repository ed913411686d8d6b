//! `rosterd report rotation`: where accounts stand to the rules on passwords, with the lists to act on.

use super::{Made, directory};
use crate::model::Lang;
use crate::model::ids::{AgencyCode, TargetId};
use crate::model::rotation::CampaignState;
use crate::report::rotation::{Rotation, Running, report};
use crate::report::say;
use crate::worker::engine::Engine;
use anyhow::{Result, bail};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The report of `agencies`, or of all.
pub async fn make(engine: &Engine, agencies: &BTreeSet<AgencyCode>, lang: Lang) -> Result<Made> {
    let directory = directory(engine).await?;
    let (systems, unread) = engine.look_at_every_system(&mut engine.reader()).await;
    let (Some(standings), Some(policy)) =
        (engine.standings(&directory, &systems).await?, engine.site.rotation.as_ref())
    else {
        bail!("there is no [rotation] in the configuration: no password is aged");
    };
    let mut campaigns = Vec::new();
    for campaign in engine.store.campaigns().await? {
        if campaign.state == CampaignState::Running {
            let progress = engine.campaign_progress(&directory, &campaign).await?;
            let (opened, closes) = (campaign.plan.opens.date(), campaign.plan.closes.date());
            campaigns.push(Running { name: campaign.plan.name, opened, closes, rows: progress });
        }
    }
    let config = engine.config();
    let shown = |code: &AgencyCode| agencies.is_empty() || agencies.contains(code);
    let (figures, mail) = (standings.figures.clone().within(shown), TargetId::mail());
    let rotation = Rotation {
        status: &standings.status,
        lines: &standings.lines,
        spread: &figures.spread(&mail),
        default_passwords: figures.default_passwords(&mail),
        campaigns: &campaigns,
        only: agencies,
        agencies: &engine.site.agencies,
        systems: &titles(engine, lang),
        rules: &policy.document,
        unread: &unread,
        words: crate::words::standing,
    };
    let today = engine.local(engine.now());
    let report = report(&rotation, &config.sender.agency, today, lang);
    let lines: Vec<_> = standings.lines.iter().filter(|line| shown(&line.agency)).collect();
    let by_agency: BTreeMap<_, _> =
        standings.status.agencies.iter().filter(|(code, _)| shown(code)).collect();
    let value = json!({
        "schema": 1, "date": today, "unread": unread, "agencies": by_agency, "accounts": lines,
    });
    Ok(Made { report, value, unread })
}

/// What systems are called.
fn titles(engine: &Engine, lang: Lang) -> BTreeMap<TargetId, String> {
    let mail = (TargetId::mail(), say(lang, "Thư điện tử", "Mail"));
    let systems = engine.config().systems.iter().map(|one| (one.name().clone(), one.title().to_owned()));
    std::iter::once(mail).chain(systems).collect()
}
