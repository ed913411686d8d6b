//! The daily letter: once a day those on duty learn how things stand and where the audit trail ends. Who keeps these
//! letters can prove later that nothing was cut.

use super::engine::Engine;
use super::telling::TellError;
use crate::model::agency::Agency;
use crate::model::brake::BrakeScope;
use crate::model::calendar::is_working_day;
use crate::model::change::State;
use crate::notify::letter::{DailyReport, HeldByBrake, Letter, WaitingByDue};
use crate::store::{StoreError, Token};
use crate::words::brake_kind;
use chrono::{NaiveDate, Timelike};

/// Late agencies that are named; of the rest the letter says how many.
const NAMED: usize = 20;

impl Engine {
    /// Queues today's letter, where its hour has come and it was not queued yet. On a day off it waits, unless something
    /// is urgent. How many were queued.
    pub(super) async fn report_the_day(&self, token: &Token) -> Result<u64, TellError> {
        let config = self.config();
        let (now, today) = (self.now(), self.local(self.now()));
        let hour = now.with_timezone(&config.time_zone).hour();
        let key = format!("{}:{today}", DailyReport::TEMPLATE);
        if hour < config.worker.daily_letter_hour
            || config.on_duty.is_empty()
            || self.store.has_notice(&key).await?
        {
            return Ok(0);
        }
        let report = self.day(today).await?;
        if !is_working_day(today, &config.holidays) && !report.is_urgent() {
            return Ok(0);
        }
        let letter = Letter::DailyReport(report);
        let mut notices = Vec::new();
        for to in &config.on_duty {
            notices.push(self.templates.render(&letter, config.language, &to.mail, &to.name, &key)?);
        }
        self.queue(token, &notices).await
    }

    /// How things stand.
    async fn day(&self, today: NaiveDate) -> Result<DailyReport, StoreError> {
        let lang = self.config().language;
        let figures = self.store.figures(&[], self.midnight(today)).await?;
        let of = |state| figures.by_state.get(&state).copied().unwrap_or_default();
        let held = self.store.open_brakes().await?.into_iter().map(|(brake, _)| HeldByBrake {
            kind: brake_kind(brake.kind, lang).to_owned(),
            agency: match &brake.scope {
                BrakeScope::Agency(code) => Some(self.name_of(code)),
                BrakeScope::Province => None,
            },
            count: brake.holds.len() as u64,
        });
        let (mut incidents, mut incidents_open_somewhere) = (0, 0);
        for one in self.store.open_incidents().await? {
            let locks = self.store.changes_of_incident(&one.id).await?;
            incidents += 1;
            incidents_open_somewhere += u64::from(one.is_red(locks.iter().map(|one| one.stored.state)));
        }
        let outbox = self.store.outbox_counts().await?;
        let mut late = self.late_agencies().await?;
        let late_count = late.len();
        late.truncate(NAMED);
        Ok(DailyReport {
            agency: None,
            date: today,
            waiting: WaitingByDue::of(figures.by_due, today),
            expired: of(State::Expired),
            held: held.collect(),
            held_count: of(State::Held),
            failed: of(State::Failed),
            unknown: of(State::Unknown),
            questions: self.store.questions().await?.len() as u64,
            incidents,
            incidents_open_somewhere,
            undelivered: outbox.failed + outbox.returned,
            late_count: late_count as u64,
            late_unnamed: (late_count - late.len()) as u64,
            late,
            heads: self.store.audit_heads().await?.iter().map(ToString::to_string).collect(),
        })
    }

    /// The names of agencies whose last full roster is older than allowed, or that never sent one.
    async fn late_agencies(&self) -> Result<Vec<String>, StoreError> {
        let web = self.config().web.clone().unwrap_or_default();
        let (now, rosters) = (self.now(), self.store.last_rosters().await?);
        let last_full = |agency: &Agency| rosters.get(&agency.code).and_then(|(_, full)| *full);
        let late = self.site.agencies.values().filter(|one| web.is_late(last_full(one), now));
        let mut names: Vec<String> = late.map(|one| one.name.clone()).collect();
        names.sort_by_cached_key(|name| crate::model::name::ascii(name));
        Ok(names)
    }
}
