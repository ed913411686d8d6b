//! `rosterd report review`: an agency's half-year with the minutes to sign.

use super::{Made, directory};
use crate::model::adoption::Standing;
use crate::model::ids::{AgencyCode, TargetId};
use crate::model::roster::RosterKind;
use crate::model::{Lang, Time};
use crate::reconcile::row_result::kind_phrase;
use crate::report::review::{Period, Service, Subject, Work, report, review};
use crate::rotation::figures::Figures;
use crate::store::Filter;
use crate::worker::engine::Engine;
use anyhow::{Result, bail};
use chrono::NaiveDate;
use serde_json::json;
use std::collections::HashMap;

/// Changes read at a time.
const PAGE: u32 = 1_000;

/// The report of one agency; of the half-year in which today lies, where no period is given.
pub async fn make(
    engine: &Engine,
    code: &AgencyCode,
    period: Option<(NaiveDate, NaiveDate)>,
    lang: Lang,
) -> Result<Made> {
    let today = engine.local(engine.now());
    let period = match period {
        Some((from, to)) if from > to => bail!("--from {from} is after --to {to}"),
        Some((from, to)) => Period { from, to },
        None => Period::half_year_of(today),
    };
    let Some(agency) = engine.site.agencies.get(code) else { bail!("agency {code} is not known") };
    let directory = directory(engine).await?;
    let adoption = engine.adoption(&directory, Vec::new()).await?;
    let nothing = Standing::default();
    let config = engine.config();
    let service = Service { days: config.serve_days, holidays: &config.holidays };
    let works = works(engine, code).await?;
    let listed: Vec<Work<'_>> = works
        .iter()
        .map(|(stored, proposed, done)| Work {
            change: &stored.change,
            state: stored.state,
            proposed: *proposed,
            done: *done,
        })
        .collect();
    // As the last pass found them: rows of the review are of the directory now, and ages move by the day.
    let figures: Option<Figures> = engine.store.rotation_figures().await?;
    let figures = figures.map(|figures| figures.within(|one| one == code));
    let rosters = engine.store.rosters().await?;
    let full = rosters.iter().filter(|one| one.agency == *code && one.kind == Some(RosterKind::Full));
    let subject = Subject {
        agency: &agency.name,
        accounts: adoption.lines.iter().filter(|line| line.agency == *code).collect(),
        standing: adoption.agencies.get(code).unwrap_or(&nothing),
        last_full: full.map(|one| one.age(|time| engine.local(time)).0).max(),
        review: review(&listed, period, service, today),
        spread: figures.map(|figures| {
            let mail = TargetId::mail();
            (figures.spread(&mail), figures.default_passwords(&mail))
        }),
        contacts: agency.contacts.iter().map(|contact| contact.name.clone()).collect(),
    };
    let report = report(&subject, &|kind| kind_phrase(kind, lang), &config.sender.agency, today, lang);
    let value = json!({
        "schema": 1, "agency": code, "date": today, "review": subject.review, "standing": subject.standing,
        "last_full_roster": subject.last_full, "accounts": subject.accounts,
    });
    Ok(Made { report, value, unread: Vec::new() })
}

type Piece = (crate::model::change::StoredChange, NaiveDate, Option<NaiveDate>);

/// Every change of the agency with the days on which it was proposed and carried out.
async fn works(engine: &Engine, code: &AgencyCode) -> Result<Vec<Piece>> {
    let carried = engine.store.carried_out(Time::UNIX_EPOCH, engine.now()).await?.into_iter();
    let done: HashMap<_, _> = carried.map(|one| (one.standing.stored.id, engine.local(one.at))).collect();
    let filter = Filter { agencies: vec![code.clone()], ..Filter::default() };
    let mut works = Vec::new();
    let mut last = None;
    loop {
        let page = engine.store.changes(&filter, last.as_ref(), PAGE).await?;
        let Some(end) = page.last() else { return Ok(works) };
        last = Some(end.stored.id.clone());
        works.extend(page.into_iter().map(|one| {
            let proposed = engine.local(one.stored.proposed);
            let done = done.get(&one.stored.id).copied();
            (one.stored, proposed, done)
        }));
    }
}
