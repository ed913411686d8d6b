//! The province of a scenario: what the store, the directory and the systems would hold, kept in memory, with the
//! real rules between them. Passes are the program's own `reconcile` and `plan`; only storing and writing are played.

use super::act::{Act, Choice, Step};
use super::show;
use super::text::{Row, Wrong, wrong};
use super::{crowd, setup};
use chrono::{NaiveDate, NaiveTime, TimeDelta, TimeZone};
use rosterd::model::Time;
use rosterd::model::account::Account;
use rosterd::model::agency::Agencies;
use rosterd::model::brake::{Brake, BrakeKind, BrakeScope};
use rosterd::model::change::{State, StoredChange};
use rosterd::model::custodian::Custodian;
use rosterd::model::ids::{AccountId, AgencyCode, ChangeId, ChangeKey, PersonId, QuestionKey, TargetId};
use rosterd::model::legal_hold::HoldSubject;
use rosterd::model::person::Person;
use rosterd::model::question::Question;
use rosterd::model::role::{Can, Holding, RoleSnapshot, SystemAccount, Unclaimed};
use rosterd::model::roster::Roster;
use rosterd::plan::brakes::Limits;
use rosterd::reconcile::policy::Policy;
use rosterd::reconcile::row_result::RowResults;
use std::collections::{BTreeMap, BTreeSet};

pub const ZONE: chrono_tz::Tz = chrono_tz::Asia::Ho_Chi_Minh;
/// The day on which every scenario begins: a Monday.
const FIRST_DAY: &str = "2026-11-23";

/// A system beside the mailbox.
#[derive(Default)]
pub struct System {
    /// What it holds.
    pub held: Vec<Holding>,
    /// Its accounts, where it answers at once; else it is given orders.
    pub accounts: Option<Vec<SystemAccount>>,
    /// What it can beside roles.
    pub can: Can,
    /// What its last export says; `None` where that cannot be read.
    pub export: Option<RoleSnapshot>,
}

/// Everything there is.
pub struct Province {
    /// The moment; it goes on by a minute with every step.
    pub now: Time,
    pub agencies: Agencies,
    pub rosters: Vec<Roster>,
    pub people: BTreeMap<PersonId, Person>,
    pub directory: BTreeMap<AccountId, Account>,
    pub systems: BTreeMap<TargetId, System>,
    pub answers: BTreeMap<QuestionKey, String>,
    /// Confirmed departures, with the moment of the last confirmation.
    pub departures: BTreeMap<PersonId, Time>,
    /// What is under a legal hold.
    pub holds: BTreeSet<HoldSubject>,
    /// Accounts that a rule about passwords has locked, by hand of the rotation.
    pub rule_locks: BTreeSet<AccountId>,
    /// Who keeps which unit mailbox.
    pub custodians: BTreeMap<AccountId, Custodian>,
    pub policy: Policy,
    pub limits: Limits,
    /// Every change ever stored, in order.
    pub stored: Vec<StoredChange>,
    pub ordered: BTreeMap<ChangeId, Time>,
    pub spent: Vec<(Time, BrakeScope, BrakeKind)>,
    pub brakes: Vec<Brake>,
    pub asked: BTreeMap<QuestionKey, Question>,
    pub rows: RowResults,
    /// Whether matches by name and phone wait for a word; else each is confirmed as soon as it is made.
    pub matches_wait: bool,
    pub unclaimed: BTreeSet<Unclaimed>,
}

fn morning(day: NaiveDate) -> Time {
    let nine = day.and_time(NaiveTime::from_hms_opt(9, 0, 0).unwrap());
    ZONE.from_local_datetime(&nine).unwrap().to_utc()
}

impl Province {
    /// The province as every scenario finds it.
    pub fn new() -> Self {
        Self {
            now: morning(FIRST_DAY.parse().unwrap()),
            agencies: setup::agencies(),
            rosters: Vec::new(),
            people: BTreeMap::new(),
            directory: BTreeMap::new(),
            systems: BTreeMap::new(),
            answers: BTreeMap::new(),
            departures: BTreeMap::new(),
            holds: BTreeSet::new(),
            rule_locks: BTreeSet::new(),
            custodians: BTreeMap::new(),
            policy: setup::policy("").unwrap(),
            limits: Limits::default(),
            stored: Vec::new(),
            ordered: BTreeMap::new(),
            spent: Vec::new(),
            brakes: Vec::new(),
            asked: BTreeMap::new(),
            rows: RowResults::new(),
            matches_wait: false,
            unclaimed: BTreeSet::new(),
        }
    }

    /// The local date.
    pub fn today(&self) -> NaiveDate {
        self.now.with_timezone(&ZONE).date_naive()
    }

    /// Lets a step happen; gives what is told of it.
    pub fn take(&mut self, step: &Step) -> Result<Vec<String>, Wrong> {
        self.now += TimeDelta::minutes(1);
        let line = step.line;
        match &step.act {
            Act::Day(day) => {
                if morning(*day) < self.now {
                    return wrong(line, "a day that has passed: days go on only");
                }
                self.now = morning(*day);
            }
            Act::Agencies(rows) => self.agencies = setup::agencies_of(rows)?,
            Act::Accounts(rows) => {
                for row in rows {
                    if row.get("mark") == Some("locked") {
                        self.rule_locks.insert(AccountId::new(row.must("login")?));
                    }
                    setup::account(&mut self.directory, &self.agencies, row)?;
                }
            }
            Act::Crowd { agency, count } => self.crowd(line, agency, *count)?,
            Act::Gone(login) => {
                if self.directory.remove(&AccountId::new(login)).is_none() {
                    return wrong(line, format!("no account {login:?}"));
                }
            }
            Act::Holdings { system, rows } => self.hold(system, rows)?,
            Act::Logins { system, can, rows } => self.log_in(line, system, can, rows)?,
            Act::Roles(text) => {
                let map = setup::map(text).or_else(|what| wrong(line, what))?;
                self.policy.roles.retain(|one| one.target != map.target);
                self.policy.roles.push(map);
            }
            Act::Policy(text) => self.policy = setup::policy(text).or_else(|what| wrong(line, what))?,
            Act::Brakes(text) => {
                self.limits = toml::from_str(text).or_else(|error| wrong(line, error.to_string()))?;
            }
            Act::Roster(arrival) => {
                let roster = arrival.roster(self.rosters.len() + 1, self.now, morning);
                if !self.agencies.contains_key(&roster.agency) {
                    return wrong(line, format!("no agency {}", roster.agency));
                }
                self.rosters.push(roster);
            }
            Act::Plan => return Ok(self.pass()),
            Act::Settle => self.settle(line)?,
            Act::Approve(choice, by) => {
                return self.each(line, choice, &[State::Proposed, State::Held], |one, _| {
                    approve(one, by);
                });
            }
            Act::Reject(choice) => {
                return self.each(
                    line,
                    choice,
                    &[State::Proposed, State::Held, State::Approved],
                    |one, _| {
                        one.state = State::Rejected;
                    },
                );
            }
            Act::Undo(choice, by) => return self.undo(line, choice, by),
            Act::Release { kind, scope, by } => return self.release(line, kind, scope, by),
            Act::Left(login) => {
                let person = self.holder(line, login)?;
                self.departures.insert(person, self.now);
            }
            Act::Hold(login) => {
                let person = self.holder(line, login)?;
                self.holds.insert(HoldSubject::Person(person));
            }
            Act::Lift(login) => {
                let person = self.holder(line, login)?;
                if !self.holds.remove(&HoldSubject::Person(person)) {
                    return wrong(line, format!("{login} is not on hold"));
                }
            }
            Act::MatchesWait => self.matches_wait = true,
            Act::ConfirmMatches(agency) => {
                let open = self.confirm_matches(Some(agency));
                if open == 0 {
                    return wrong(line, format!("no match of {agency} waits for a word"));
                }
            }
            Act::Answer { label, answer } => self.answer(line, label, answer)?,
            Act::CarryOut => return Ok(self.carry_out()),
            Act::Keeper => self.keeper(),
            Act::Export => return Ok(self.export()),
            Act::ExportFailed(which) => {
                let failed = self
                    .systems
                    .iter_mut()
                    .filter(|(name, _)| which.as_ref().is_none_or(|one| one == name.as_str()));
                failed.for_each(|(_, system)| system.export = None);
            }
            Act::Show(what) => return Ok(self.shown(*what)),
        }
        Ok(Vec::new())
    }

    /// Who holds an account.
    fn holder(&self, line: usize, login: &str) -> Result<PersonId, Wrong> {
        let account = AccountId::new(login);
        let holds = |one: &&Person| one.accounts.get(&TargetId::mail()) == Some(&account);
        match self.people.values().find(holds) {
            Some(person) => Ok(person.id.clone()),
            None => wrong(line, format!("nobody is known to hold {login:?}: plan first")),
        }
    }

    fn crowd(&mut self, line: usize, agency: &str, count: usize) -> Result<(), Wrong> {
        let code = AgencyCode::parse(agency).or_else(|error| wrong(line, error.to_string()))?;
        for n in 1..=count {
            let cells = [
                ("login", crowd::login(&code, n)),
                ("full_name", crowd::name(&code, n)),
                ("agency", agency.to_owned()),
                ("phone", crowd::phone(&code, n)),
                ("position", crowd::POSITION.to_owned()),
            ];
            let cells = cells.into_iter().map(|(column, cell)| (column.to_owned(), cell)).collect();
            setup::account(&mut self.directory, &self.agencies, &Row::of(line, cells))?;
        }
        Ok(())
    }

    fn hold(&mut self, system: &str, rows: &[Row]) -> Result<(), Wrong> {
        let mut held = rows.iter().map(setup::holding).collect::<Result<Vec<_>, _>>()?;
        held.sort();
        let target = TargetId::new(system);
        let system = self.systems.entry(target.clone()).or_default();
        system.held = held;
        system.export = Some(export_of(&target, self.now, system));
        Ok(())
    }

    fn log_in(&mut self, line: usize, name: &str, can: &[String], rows: &[Row]) -> Result<(), Wrong> {
        let target = TargetId::new(name);
        let system = self.systems.entry(target.clone()).or_default();
        system.accounts = Some(rows.iter().map(setup::login).collect::<Result<_, _>>()?);
        system.can = Can { list: true, roles: true, ..Can::default() };
        for word in can {
            match word.as_str() {
                "create" => system.can.create = true,
                "disable" => system.can.disable = true,
                "end-sessions" => system.can.end_sessions = true,
                "nothing" => {}
                _ => {
                    let why = format!("{word:?}: known are create, disable, end-sessions and nothing");
                    return wrong(line, why);
                }
            }
        }
        system.export = Some(export_of(&target, self.now, system));
        Ok(())
    }

    /// Adds a change under an id that sorts by time.
    pub fn add(&mut self, change: StoredChange) {
        let id = ChangeId::new(format!("c{:05}", self.stored.len()));
        self.stored.push(StoredChange { id, ..change });
    }

    pub fn by_id(&mut self, id: &ChangeId) -> &mut StoredChange {
        self.stored.iter_mut().find(|one| one.id == *id).unwrap()
    }

    pub fn names(&self) -> BTreeMap<ChangeKey, String> {
        self.stored.iter().map(|one| (one.key.clone(), show::brief(&one.change))).collect()
    }

    /// Does something to each change that is meant, and tells where it stands then.
    pub fn each(
        &mut self,
        line: usize,
        choice: &Choice,
        states: &[State],
        mut act: impl FnMut(&mut StoredChange, NaiveDate),
    ) -> Result<Vec<String>, Wrong> {
        let today = self.today();
        let mut told = Vec::new();
        for one in self.stored.iter_mut().filter(|one| states.contains(&one.state) && meant(one, choice)) {
            act(one, today);
            let more = match one.state {
                State::Proposed | State::Held => {
                    format!(", {} of {} approvals", one.approvals.len(), one.change.gate.needed())
                }
                _ => String::new(),
            };
            told.push(show::stored(one) + &more);
        }
        if told.is_empty() { wrong(line, "no such change is there") } else { Ok(told) }
    }

    fn release(&mut self, line: usize, kind: &str, scope: &str, by: &[String]) -> Result<Vec<String>, Wrong> {
        let scope = if scope == "province" { "*" } else { scope };
        let brake =
            self.brakes.iter().find(|one| one.kind.as_str() == kind && one.scope.to_string() == scope);
        let Some(key) = brake.map(|brake| brake.key.clone()) else {
            return wrong(line, format!("no brake {kind} of {scope} is on"));
        };
        if by.iter().collect::<BTreeSet<_>>().len() < 2 {
            return Ok(vec!["a second operator must agree".into()]);
        }
        let held = |one: &&mut StoredChange| one.state == State::Held && one.brake.as_ref() == Some(&key);
        let told = self.stored.iter_mut().filter(held).map(|one| {
            one.released = true;
            one.state = State::Proposed;
            if one.approvals.len() >= one.change.gate.needed() {
                one.state = State::Approved;
            }
            show::stored(one)
        });
        Ok(told.collect())
    }

    fn answer(&mut self, line: usize, label: &str, answer: &str) -> Result<(), Wrong> {
        let takes = |one: &Question| {
            one.candidates.is_empty() || one.candidates.iter().any(|candidate| candidate.answer == answer)
        };
        let called =
            |one: &Question| one.label == label || format!("{}, {}", one.label, show::rows(one)) == label;
        let meant = self.asked.iter().filter(|(_, one)| called(one) && takes(one));
        let keys: Vec<QuestionKey> = meant.map(|(key, _)| key.clone()).collect();
        if keys.len() != 1 {
            let found = keys.len();
            return wrong(line, format!("{found} open questions about {label:?} take the answer {answer:?}"));
        }
        self.answers.extend(keys.into_iter().map(|key| (key, answer.to_owned())));
        Ok(())
    }

    /// Confirms the matches of one agency, or of all; the next pass lets go what waited. Gives how many were open.
    fn confirm_matches(&mut self, agency: Option<&str>) -> usize {
        let matches = self.people.values_mut().filter_map(|person| person.matched.as_mut());
        let open =
            matches.filter(|one| !one.is_settled() && agency.is_none_or(|code| one.agency.as_str() == code));
        open.map(|one| one.confirmed = true).count()
    }

    /// Passes in which everything is approved and done.
    fn settle(&mut self, line: usize) -> Result<(), Wrong> {
        for _ in 0..8 {
            self.now += TimeDelta::minutes(1);
            self.pass();
            if self.confirm_matches(None) > 0 {
                self.pass();
            }
            let waiting = |one: &&mut StoredChange| one.state == State::Proposed;
            for one in self.stored.iter_mut().filter(waiting) {
                approve(one, &["hoa".to_owned(), "minh".to_owned()]);
            }
            let done = self.carry_out();
            self.keeper();
            let confirmed = self.export();
            if done == ["nothing is due"] && confirmed == ["nothing is confirmed"] {
                return Ok(());
            }
        }
        wrong(line, "it does not settle: something is planned again and again")
    }

    fn shown(&self, what: super::act::Shown) -> Vec<String> {
        use super::act::Shown;
        let mut lines: Vec<String> = match what {
            Shown::Changes => {
                self.stored.iter().filter(|one| one.state.is_live()).map(show::stored).collect()
            }
            Shown::Accounts => self.directory.values().map(show::account).collect(),
            Shown::Roles => {
                let of = |(target, system): (&TargetId, &System)| {
                    let mut lines = roles(target, &system.held);
                    lines.extend(system.accounts.iter().flatten().map(|one| login(target, one)));
                    lines
                };
                self.systems.iter().flat_map(of).collect()
            }
            Shown::Questions => self.asked.values().map(show::question).collect(),
            Shown::Feedback => {
                let rows = self.rows.iter().flat_map(|(roster, sheets)| {
                    sheets.values().flatten().map(move |(row, result)| {
                        format!("{roster} row {row}: {}", result.sentence(rosterd::model::Lang::Vi))
                    })
                });
                rows.collect()
            }
        };
        if lines.is_empty() {
            lines.push("none".into());
        }
        lines
    }
}

fn roles(target: &TargetId, held: &[Holding]) -> Vec<String> {
    let line = |one: &Holding| {
        let agency = one.agency.as_ref().map_or("any agency", AgencyCode::as_str);
        format!(
            "{target}: {} {} in {agency}",
            one.login.trim_end_matches(&format!("@{}", show::DOMAIN)),
            one.role
        )
    };
    held.iter().map(line).collect()
}

fn login(target: &TargetId, one: &SystemAccount) -> String {
    let mail = one.address().replace(&format!("@{}", show::DOMAIN), "");
    let state = if one.open == Some(false) { "closed" } else { "open" };
    let there = one.login.replace(&format!("@{}", show::DOMAIN), "");
    format!("{target}: account {there} of {mail} {state}")
}

/// Approves a change under these names; one name counts once, and none while a match waits for a word.
fn approve(one: &mut StoredChange, by: &[String]) {
    if one.change.waits_for_matches_of().is_some() {
        return;
    }
    for name in by {
        if one.approvals.len() < one.change.gate.needed() && !one.approvals.contains(name) {
            one.approvals.push(name.clone());
        }
    }
    if one.state == State::Proposed && one.approvals.len() >= one.change.gate.needed() {
        one.state = State::Approved;
    }
}

/// Whether a change is meant by a choice.
pub fn meant(one: &StoredChange, choice: &Choice) -> bool {
    choice.kind.as_deref().is_none_or(|kind| kind == one.change.kind.as_str())
        && choice.subject.as_deref().is_none_or(|subject| subject == show::subject(&one.change))
}

/// An export taken now.
pub fn export_of(target: &TargetId, now: Time, system: &System) -> RoleSnapshot {
    RoleSnapshot {
        target: target.clone(),
        taken: now,
        digest: String::new(),
        can: Can { roles: true, ..system.can },
        holdings: system.held.clone(),
        accounts: system.accounts.clone().unwrap_or_default(),
    }
}
