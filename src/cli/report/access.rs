//! `rosterd report access`: who could do what at a time, and why.

use super::Made;
use crate::model::ids::{AgencyCode, TargetId};
use crate::model::name::ascii;
use crate::model::person::Person;
use crate::model::{Lang, Time};
use crate::report::access::{Act, Held, Names, held, report};
use crate::report::{say, shown_day};
use crate::worker::engine::Engine;
use anyhow::{Context, Result, anyhow, bail};
use chrono::{NaiveDate, NaiveTime, TimeDelta, TimeZone};
use serde_json::json;
use std::collections::HashMap;

/// What is asked.
pub struct Asked<'a> {
    /// A local date, which stands for the whole day, or a moment.
    pub at: &'a str,
    /// Only this person's, by id, name or address.
    pub person: Option<&'a str>,
    /// Only this system.
    pub system: Option<&'a str>,
}

/// The report of what lies in `scope`; an empty one means all.
pub async fn make(engine: &Engine, asked: &Asked<'_>, scope: &[AgencyCode], lang: Lang) -> Result<Made> {
    let (from, to) = within(engine, asked.at)?;
    if from > engine.now() {
        bail!("--at {}: that is still to come", asked.at);
    }
    if let Some(system) = asked.system {
        let known = |name: &str| name == system;
        let names: Vec<&str> = engine.systems.iter().map(|one| one.name().as_str()).collect();
        if !known("mail") && !names.iter().any(|name| known(name)) {
            bail!("--system {system:?}: expected {}", [&["mail"], names.as_slice()].concat().join(", "));
        }
    }
    let store = &engine.store;
    let spans = store.spans(Time::MIN_UTC.max(from - TimeDelta::days(36_500)), to).await?;
    let carried = store.carried_out(from - TimeDelta::days(36_500), to.max(engine.now())).await?;
    let acts: Vec<Act<'_>> = carried
        .iter()
        .map(|one| {
            let stored = &one.standing.stored;
            Act { id: &stored.id, change: &stored.change, at: one.at, approvals: &stored.approvals }
        })
        .collect();
    let people = store.people().await?;
    let holders = Holders::of(&people);
    let mut rights = held(&spans, &acts, from, to);
    rights.retain(|one| {
        (scope.is_empty() || scope.contains(&one.right.agency))
            && asked.system.is_none_or(|system| one.target.as_str() == system)
            && asked.person.is_none_or(|person| holders.is(one, person))
    });
    let begins = store.history_begins().await?;
    let config = engine.config();
    let zone = config.time_zone;
    let agency = |one: &Held| match engine.site.agencies.get(&one.right.agency) {
        Some(agency) => agency.name.clone(),
        None if one.right.agency == AgencyCode::unknown() => String::new(),
        None => one.right.agency.to_string(),
    };
    let names = Names {
        person: &|one| holders.name(one),
        system: &|target| system(target, lang),
        agency: &agency,
        moment: &|at| at.with_timezone(&zone).format("%d/%m/%Y %H:%M").to_string(),
    };
    let asked_at = say(lang, "Tại thời điểm ", "At ") + asked.at;
    let today = engine.local(engine.now());
    let report = report(&rights, asked_at, &begins, &names, &config.sender.agency, today, lang);
    let begins: Vec<_> = begins.iter().map(|(target, at)| json!({ "target": target, "since": at })).collect();
    let listed: Vec<_> =
        rights.iter().map(|one| json!({ "person": holders.name(one), "held": one })).collect();
    let value = json!({ "schema": 1, "from": from, "to": to, "history": begins, "rights": listed });
    Ok(Made { report, value, unread: Vec::new() })
}

fn system(target: &TargetId, lang: Lang) -> String {
    if *target == TargetId::mail() { say(lang, "Thư điện tử", "Mail") } else { target.to_string() }
}

/// The time a word means: a local date is the whole day, anything else a moment.
fn within(engine: &Engine, text: &str) -> Result<(Time, Time)> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        let begins = |day: NaiveDate| {
            let midnight = engine.config().time_zone.from_local_datetime(&day.and_time(NaiveTime::MIN));
            midnight
                .earliest()
                .map(|at| at.to_utc())
                .ok_or_else(|| anyhow!("{} has no midnight here", shown_day(day)))
        };
        let next = day.succ_opt().with_context(|| format!("--at {text}"))?;
        return Ok((begins(day)?, begins(next)? - TimeDelta::milliseconds(1)));
    }
    let at = chrono::DateTime::parse_from_rfc3339(text).with_context(|| {
        format!("--at {text:?}: expected a date as 2026-11-23 or a time as 2026-11-23T08:00:00+07:00")
    })?;
    Ok((at.to_utc(), at.to_utc()))
}

/// Whose accounts and addresses are whose.
struct Holders<'a>(HashMap<String, &'a Person>);

impl<'a> Holders<'a> {
    fn of(people: &'a [Person]) -> Self {
        let mut holders = HashMap::new();
        for person in people {
            for account in person.accounts.values() {
                holders.insert(account.to_string(), person);
            }
            if let Some(mail) = &person.mail {
                holders.insert(mail.to_lowercase(), person);
            }
        }
        Self(holders)
    }

    fn find(&self, one: &Held) -> Option<&'a Person> {
        let by = |key: &str| self.0.get(key).copied();
        by(&one.right.subject).or_else(|| by(&one.right.label.to_lowercase()))
    }

    fn name(&self, one: &Held) -> String {
        self.find(one).map(|person| person.name.to_string()).unwrap_or_default()
    }

    /// Whether somebody means the holder: by id, by name with or without marks, by account or address.
    fn is(&self, one: &Held, text: &str) -> bool {
        let wanted = ascii(text);
        one.right.label.eq_ignore_ascii_case(text)
            || one.right.label.split('@').next().is_some_and(|local| local.eq_ignore_ascii_case(text))
            || one.right.subject == text
            || self
                .find(one)
                .is_some_and(|person| person.id.as_str() == text || ascii(person.name.as_str()) == wanted)
    }
}
