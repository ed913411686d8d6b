//! Look-ups: counted on an interval of their own, beside the passes. What exceeds its limit is kept; the next pass tells
//! of it, and after too many days puts the account's suspension to review, where the system can be told to suspend.

use super::engine::Engine;
use super::telling::TellError;
use crate::model::account::{Account, Attr, Attrs, Snapshot, Values};
use crate::model::change::{Change, ChangeKind, Gate, Reason, Risk, State};
use crate::model::evidence::Evidence;
use crate::model::ids::{AgencyCode, CaseId, Fingerprint, PersonId, Subject, TargetId};
use crate::model::lookup::{Excess, Lookups, Period};
use crate::model::notice::{Notice, Step as Pressed};
use crate::model::role::{Can, Holding, RoleSnapshot, SystemAccount};
use crate::notify::letter::{Letter, LookupsExceeded};
use crate::reconcile::Proposals;
use crate::rotation::lookups::{Rule, Standing, Step};
use crate::store::{Filter, StoreError, Token};
use crate::systems::{Counting, LookForLookups, System};
use chrono::{NaiveDate, TimeDelta};
use std::collections::{BTreeMap, BTreeSet};

/// For so many days after a day with an excess a letter of it may still be written; it goes out once.
const TOLD_WITHIN: TimeDelta = TimeDelta::days(7);

/// What a round of counting came to.
#[derive(Debug, Default)]
pub(super) struct Round {
    /// Whether something was exceeded that was not known.
    pub(super) news: bool,
    /// What could not be counted, a line each.
    pub(super) errors: Vec<String>,
}

/// Whose an account of a system is, as far as the system and the directory say.
struct Behind<'a> {
    account: Option<&'a SystemAccount>,
    entry: Option<&'a Account>,
    agency: AgencyCode,
    name: Option<&'a str>,
}

impl Engine {
    /// The systems with limits that count look-ups.
    fn counting(&self) -> impl Iterator<Item = (&Rule, &System, Counting)> {
        self.config().lookup_limits.iter().filter_map(|rule| {
            let system = self.systems.iter().find(|system| *system.name() == rule.system)?;
            Some((rule, system, system.counting()?))
        })
    }

    /// The systems whose counts are due by their interval, by when each was read last.
    pub(super) fn lookups_due(&self, read: &BTreeMap<TargetId, crate::model::Time>) -> BTreeSet<TargetId> {
        let now = self.now();
        let is_due = |target: &TargetId, counting: Counting| {
            // A clock that was set back must not silence it.
            read.get(target).is_none_or(|last| *last > now || now - *last >= counting.every)
        };
        let due = self.counting().filter(|(rule, _, counting)| is_due(&rule.system, *counting));
        due.map(|(rule, ..)| rule.system.clone()).collect()
    }

    /// Reads the counts of the systems with limits, of `only` those where it names some, and keeps what exceeds them.
    pub(super) async fn count_lookups(
        &self,
        token: &Token,
        only: Option<&BTreeSet<TargetId>>,
    ) -> Result<Round, StoreError> {
        let mut round = Round::default();
        let mut reader = self.reader();
        let (now, zone) = (self.now(), self.config().time_zone);
        let today = self.local(now);
        let since = self.midnight(today.pred_opt().unwrap_or(today));
        for (rule, system, counting) in self.counting() {
            if only.is_some_and(|only| !only.contains(&rule.system)) {
                continue;
            }
            let look = &mut LookForLookups { now, since, zone, reader: &mut reader };
            match system.lookups(look).await {
                Ok(counted) => {
                    if let Some(first) = counted.unread.first() {
                        let count = counted.unread.len();
                        let why = format!("{count} lines cannot be read, the first: {first}");
                        round.errors.push(format!("{}: look-ups: {why}", rule.system));
                    }
                    round.news |= self.keep_excesses(token, rule, counting.by, &counted.lookups).await?;
                }
                Err(error) => round.errors.push(format!("{}: look-ups: {error}", rule.system)),
            }
        }
        Ok(round)
    }

    /// Keeps what is news, forgets what counts no more; writes nothing where there is neither.
    async fn keep_excesses(
        &self,
        token: &Token,
        rule: &Rule,
        by: Period,
        lookups: &Lookups,
    ) -> Result<bool, StoreError> {
        let known = self.store.excesses().await?;
        let is_known = |one: &Excess| {
            let same = |had: &&Excess| {
                (&had.target, &had.login, had.per, had.began) == (&one.target, &one.login, one.per, one.began)
            };
            known.iter().find(same).is_some_and(|had| had.count >= one.count)
        };
        let over = rule.excesses(lookups, by, self.config().time_zone);
        let news: Vec<Excess> = over.into_iter().filter(|one| !is_known(one)).collect();
        let first = self.midnight(rule.counts_from(self.local(self.now())));
        let over = known.iter().any(|one| one.target == rule.system && one.began < first);
        if news.is_empty() && !over {
            return Ok(false);
        }
        self.store
            .write_fenced(token, self.now(), |mut tx| {
                let news = &news;
                async move {
                    tx.save_excesses(news).await?;
                    tx.forget_excesses(&rule.system, first).await?;
                    tx.commit(!news.is_empty()).await
                }
            })
            .await
    }

    /// The suspensions that look-ups beyond the limits ask for: of accounts that are shown as open, in systems that can
    /// be told to close them. What takes an account away already comes first; who was suspended for a day and let in
    /// again is suspended for another day only.
    pub(super) async fn suspensions(
        &self,
        directory: &Snapshot,
        systems: &[RoleSnapshot],
        proposals: &Proposals,
    ) -> Result<Vec<Change>, StoreError> {
        if self.config().lookup_limits.is_empty() {
            return Ok(Vec::new());
        }
        let (excesses, zone) = (self.store.excesses().await?, self.config().time_zone);
        let today = self.local(self.now());
        let slot = |one: &Change| (one.target.clone(), one.subject.clone(), one.kind);
        let mut taken: BTreeSet<_> = proposals.changes.iter().map(slot).collect();
        let applied = Filter {
            state: Some(State::Applied),
            reason: Some(Reason::LookupsExceeded),
            ..Filter::default()
        };
        let done: BTreeSet<_> =
            self.store.every_change(&applied).await?.into_iter().map(|one| one.stored.key).collect();
        let mut found = Vec::new();
        for rule in &self.config().lookup_limits {
            let Some(system) = systems.iter().find(|one| one.target == rule.system) else { continue };
            for standing in rule.standings(&excesses, zone, today) {
                let who = behind(system, directory, standing.login);
                let Some(change) = suspension(system, &standing, &who, &proposals.people, today) else {
                    continue;
                };
                if !done.contains(&change.key()) && taken.insert(slot(&change)) {
                    found.push(change);
                }
            }
        }
        Ok(found)
    }

    /// Queues the letters of what was exceeded: to the account's agency and those on duty, from the second day on to
    /// those above too. The outbox takes each once.
    pub(super) async fn tell_of_lookups(
        &self,
        token: &Token,
        directory: &Snapshot,
        systems: &[RoleSnapshot],
    ) -> Result<u64, TellError> {
        if self.config().lookup_limits.is_empty() {
            return Ok(0);
        }
        let excesses = self.store.excesses().await?;
        let today = self.local(self.now());
        let mut notices = Vec::new();
        for rule in &self.config().lookup_limits {
            let system = systems.iter().find(|one| one.target == rule.system);
            for standing in rule.standings(&excesses, self.config().time_zone, today) {
                let who = system.map(|system| behind(system, directory, standing.login));
                for (number, (day, step, over)) in (1..).zip(&standing.days) {
                    if today - *day > TOLD_WITHIN {
                        continue;
                    }
                    for one in first_of_each_period(over) {
                        let can = system.map_or(Can::default(), |system| system.can);
                        notices.extend(self.told(rule, who.as_ref(), one, (number, *day, *step), can)?);
                    }
                }
            }
        }
        self.queue(token, &notices).await
    }

    fn told(
        &self,
        rule: &Rule,
        who: Option<&Behind<'_>>,
        over: &Excess,
        (number, day, step): (u32, NaiveDate, Step),
        can: Can,
    ) -> Result<Vec<Notice>, TellError> {
        let agency = who.and_then(|who| self.site.agencies.get(&who.agency));
        let mut to = self.on_duty();
        if let Some(agency) = agency {
            to.extend(self.addressees(agency, None));
            if step > Step::Tell {
                to.extend(self.addressees(agency, Some(Pressed::Escalate)));
            }
        }
        to.sort_by_key(|(_, person)| person.mail.to_lowercase());
        to.dedup_by_key(|(_, person)| person.mail.to_lowercase());
        let title = self.config().systems.iter().find(|system| *system.name() == rule.system);
        let key = format!("{}:{}:{}:{day}", rule.system, over.login, over.per);
        let began = over.began.with_timezone(&self.config().time_zone);
        Ok(self.render_for(&to, &key, |to| {
            Letter::LookupsExceeded(LookupsExceeded {
                agency: to.to_owned(),
                about: agency.map(|agency| agency.name.clone()),
                system: title.map_or(rule.system.as_str(), |system| system.title()).to_owned(),
                name: who.and_then(|who| who.name).map(str::to_owned),
                login: over.login.clone(),
                date: day,
                hour: began.format("%H:%M").to_string(),
                per: over.per,
                count: over.count,
                most: over.most,
                basis: over.basis.clone(),
                number,
                within_days: rule.within_days,
                suspends: step == Step::Suspend,
                by_hand: !(can.list && can.disable),
            })
        })?)
    }
}

/// Of each period the first that was exceeded: one letter says enough of a day.
fn first_of_each_period<'a>(over: &[&'a Excess]) -> Vec<&'a Excess> {
    let mut first: BTreeMap<Period, &Excess> = BTreeMap::new();
    for one in over {
        let had = first.entry(one.per).or_insert(one);
        if one.began < had.began {
            *had = one;
        }
    }
    first.into_values().collect()
}

fn behind<'a>(system: &'a RoleSnapshot, directory: &'a Snapshot, login: &str) -> Behind<'a> {
    let is = |name: &str, address: &str| name.to_lowercase() == login || address == login;
    let account = system.accounts.iter().find(|one| is(&one.login, &one.address()));
    let holding: Option<&Holding> = system.holdings.iter().find(|one| is(&one.login, &one.address()));
    let address = account.map(SystemAccount::address).or_else(|| holding.map(Holding::address));
    let entry = address.as_deref().and_then(|address| {
        let has = |one: &&Account| one.get(Attr::Mail).is_some_and(|mail| mail.eq_ignore_ascii_case(address));
        directory.accounts.values().find(has)
    });
    let agency = entry.and_then(|one| one.agency.clone()).or_else(|| holding?.agency.clone());
    let name = entry.and_then(|one| one.get(Attr::FullName));
    let name = name.or_else(|| account?.name.as_deref()).or_else(|| holding?.name.as_deref());
    Behind { account, entry, agency: agency.unwrap_or_else(AgencyCode::unknown), name }
}

/// The suspension of one account, where its days ask for it, it is shown as open and the system can close it.
fn suspension(
    system: &RoleSnapshot,
    standing: &Standing<'_>,
    who: &Behind<'_>,
    people: &BTreeMap<PersonId, crate::model::person::Person>,
    today: NaiveDate,
) -> Option<Change> {
    let since = standing.suspend_since()?;
    let can = system.can.list && system.can.disable;
    let account = who.account.filter(|one| can && one.open == Some(true))?;
    if who.entry.is_some_and(|entry| entry.protected) {
        return None;
    }
    let holder = who.entry.and_then(|entry| {
        let mail = TargetId::mail();
        people.values().find(|one| one.accounts.get(&mail) == Some(&entry.id))
    });
    let address = account.address();
    let person = holder.map(|one| one.id.clone());
    let whose = person.as_ref().map_or(address.as_str(), PersonId::as_str);
    let case = Fingerprint::of("case").part(whose).part("change").finish();
    let (_, _, over) = standing.days.last()?;
    Some(Change {
        target: system.target.clone(),
        subject: Subject::new(&address),
        kind: ChangeKind::DisableAccount,
        agency: who.agency.clone(),
        person,
        label: format!("{} <{address}>", who.name.unwrap_or(&account.login)),
        before: Attrs::from([(Attr::Mail, Values::one(&address)), (Attr::Disabled, Values::one("false"))]),
        after: Attrs::from([(Attr::Disabled, Values::one("true"))]),
        reason: Reason::LookupsExceeded,
        effective: Some(since),
        due: today,
        gate: Gate::One,
        risk: Risk::High,
        document: over.first().map(|one| one.basis.clone()),
        case: CaseId::new(format!("c-{}", &case[..24])),
        needs: Vec::new(),
        evidence: standing.days.iter().flat_map(|(day, _, over)| seen(system, *day, over)).collect(),
    })
}

/// What a day exceeded, a line a period: `2026-11-23: 640/day (500), account`.
fn seen(system: &RoleSnapshot, day: NaiveDate, over: &[&Excess]) -> Vec<Evidence> {
    let line = |one: &&Excess| Evidence::Snapshot {
        target: system.target.to_string(),
        entry: format!("{day} {}: {}/{} > {}", one.login, one.count, one.per, one.most),
    };
    first_of_each_period(over).iter().map(line).collect()
}
