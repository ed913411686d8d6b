//! A small province for tests: agencies, accounts, rosters, and a way to carry out whatever is proposed.

use super::policy::{Layout, Policy, RoleMap, RoleRule};
use super::{Proposals, World, reconcile};
use crate::model::account::{Account, AccountKind, Attr, Attrs, Snapshot, Values};
use crate::model::agency::{Agencies, Agency};
use crate::model::change::{Change, ChangeKind};
use crate::model::dn::Dn;
use crate::model::ids::{AccountId, AgencyCode, PersonId, QuestionKey, TargetId};
use crate::model::legal_hold::HoldSubject;
use crate::model::matching::{MatchRule, Matched};
use crate::model::person::Person;
use crate::model::question::Question;
use crate::model::role::{Can, Holding, RoleSnapshot};
use crate::model::roster::Roster;
use chrono::{NaiveDate, NaiveTime, TimeZone};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) mod build;

/// The day on which tests take place.
pub(crate) const TODAY: &str = "2026-11-22";
/// The one system beside the mailbox.
pub(crate) const TTHC: &str = "tthc";

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn code(text: &str) -> AgencyCode {
    AgencyCode::parse(text).unwrap()
}

/// What an instant of `date` in the province is in UTC: nine o'clock.
pub(crate) fn at(date: &str) -> crate::model::Time {
    let local = day(date).and_time(NaiveTime::from_hms_opt(9, 0, 0).unwrap());
    chrono_tz::Asia::Ho_Chi_Minh.from_local_datetime(&local).unwrap().to_utc()
}

/// Everything a world borrows.
#[derive(Clone)]
pub(crate) struct Province {
    pub(crate) today: NaiveDate,
    pub(crate) agencies: Agencies,
    pub(crate) rosters: Vec<Roster>,
    pub(crate) people: BTreeMap<PersonId, Person>,
    pub(crate) directory: Snapshot,
    pub(crate) systems: Vec<RoleSnapshot>,
    pub(crate) answers: BTreeMap<QuestionKey, String>,
    pub(crate) departures: BTreeSet<PersonId>,
    pub(crate) holds: BTreeSet<HoldSubject>,
    pub(crate) locked_by_rule: BTreeSet<AccountId>,
    pub(crate) reserved: BTreeMap<String, PersonId>,
    pub(crate) asked: BTreeMap<QuestionKey, Question>,
    pub(crate) custodians: BTreeMap<AccountId, crate::model::custodian::Custodian>,
    pub(crate) citizen_digits: BTreeMap<String, String>,
    pub(crate) policy: Policy,
}

/// What a failed test needs to show: a line an account, a roster, a row, a holding.
impl std::fmt::Debug for Province {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f)?;
        for one in self.directory.accounts.values() {
            let attrs: Vec<String> = one.attrs.values().map(ToString::to_string).collect();
            writeln!(
                f,
                "account {} {:?} {} protected={}",
                one.id,
                one.kind,
                attrs.join(" | "),
                one.protected
            )?;
        }
        for one in &self.rosters {
            let date = one.age(|time| self.world().local(time)).0;
            let (kind, arrived, units) = (one.declared, one.arrived.date_naive(), &one.units);
            writeln!(f, "roster {} {} {kind:?} of {date} arrived {arrived} {units:?}", one.id, one.agency)?;
            for row in &one.rows {
                let text = format!("{row:?}").replace("None", "-").replace("Some", "");
                writeln!(f, "  {text}")?;
            }
        }
        for one in self.systems.iter().flat_map(|system| &system.holdings) {
            writeln!(f, "holds {} {} {:?}", one.login, one.role, one.agency)?;
        }
        writeln!(f, "answers {:?}", self.answers.values())
    }
}

impl Province {
    /// Three agencies `a`, `b` and `c`, and `a-sub` below `a`; nobody works anywhere yet.
    pub(crate) fn new() -> Self {
        let agency = |name: &str, parent: Option<&str>| Agency {
            code: code(name),
            name: name.to_owned(),
            parent: parent.map(code),
            kind: Some("so".into()),
            contacts: Vec::new(),
            deputy: None,
            mailboxes: Vec::new(),
        };
        let agencies = [agency("a", None), agency("b", None), agency("c", None), agency("a-sub", Some("a"))];
        let people = Dn::parse("ou=people,dc=tinh").unwrap();
        let rule = |position: &str, role: &str, privileged| RoleRule {
            positions: vec![position.into()],
            kinds: Vec::new(),
            units: Vec::new(),
            roles: [role.to_owned()].into(),
            privileged,
        };
        let map = RoleMap {
            target: TargetId::new(TTHC),
            managed: ["Một cửa".to_owned(), "Lãnh đạo".to_owned()].into(),
            rule: vec![rule("Công chức một cửa", "Một cửa", false), rule("Giám đốc", "Lãnh đạo", true)],
            files: BTreeSet::new(),
            apart: Vec::new(),
            login: None,
            login_on_collision: Vec::new(),
        };
        let policy =
            Policy { layout: Layout { people, ..Layout::default() }, roles: vec![map], ..Policy::default() };
        Self {
            today: day(TODAY),
            agencies: agencies.into_iter().map(|one| (one.code.clone(), one)).collect(),
            rosters: Vec::new(),
            people: BTreeMap::new(),
            directory: Snapshot { taken: at(TODAY), accounts: BTreeMap::new() },
            systems: Vec::new(),
            answers: BTreeMap::new(),
            departures: BTreeSet::new(),
            holds: BTreeSet::new(),
            locked_by_rule: BTreeSet::new(),
            reserved: BTreeMap::new(),
            asked: BTreeMap::new(),
            custodians: BTreeMap::new(),
            citizen_digits: BTreeMap::new(),
            policy,
        }
    }

    /// Adds an account.
    pub(crate) fn with(mut self, entry: build::Entry) -> Self {
        let account = entry.0;
        self.directory.accounts.insert(account.id.clone(), account);
        self
    }

    /// Adds a roster.
    pub(crate) fn given(mut self, sheet: build::Sheet) -> Self {
        self.give(sheet);
        self
    }

    /// Adds a roster.
    pub(crate) fn give(&mut self, sheet: build::Sheet) {
        self.rosters.push(sheet.roster(self.rosters.len()));
    }

    /// Adds an export of the system, in which each holds the role.
    pub(crate) fn holding(mut self, held: &[(&str, &str, &str)]) -> Self {
        let mut holdings: Vec<Holding> = held
            .iter()
            .map(|(login, role, agency)| Holding {
                login: mail(login),
                mail: Some(mail(login)),
                name: None,
                agency: (!agency.is_empty()).then(|| code(agency)),
                role: (*role).to_owned(),
            })
            .collect();
        holdings.sort();
        let target = TargetId::new(TTHC);
        let can = Can { roles: true, ..Can::default() };
        let accounts = Vec::new();
        self.systems =
            vec![RoleSnapshot { target, taken: at(TODAY), digest: String::new(), can, holdings, accounts }];
        self
    }

    pub(crate) fn world(&self) -> World<'_> {
        World {
            today: self.today,
            zone: chrono_tz::Asia::Ho_Chi_Minh,
            agencies: &self.agencies,
            rosters: &self.rosters,
            people: &self.people,
            directory: &self.directory,
            systems: &self.systems,
            answers: &self.answers,
            departures: &self.departures,
            holds: &self.holds,
            locked_by_rule: &self.locked_by_rule,
            reserved: &self.reserved,
            asked: &self.asked,
            custodians: &self.custodians,
            citizen_digits: &self.citizen_digits,
            policy: &self.policy,
        }
    }

    pub(crate) fn reconcile(&self) -> Proposals {
        reconcile(&self.world())
    }

    /// What is proposed, a line a change: kind, whom it is about, rule, gate, and the date if one is stated.
    pub(crate) fn proposes(&self) -> Vec<String> {
        lines(&self.reconcile().changes)
    }

    /// Keeps what a pass learned, and carries out all it proposes. A suspicion waits for a person's word, and a reset
    /// leaves no trace.
    pub(crate) fn carry_out(&mut self, proposals: &Proposals) {
        self.learn(proposals);
        for change in &proposals.changes {
            self.carry_out_one(change);
        }
    }

    /// Keeps what a pass learned: people, links, kinds of rosters.
    pub(crate) fn learn(&mut self, proposals: &Proposals) {
        self.people.clone_from(&proposals.people);
        for decision in &proposals.decisions {
            let roster = self.rosters.iter_mut().find(|one| one.id == decision.roster).unwrap();
            roster.kind = Some(decision.kind);
        }
        for change in proposals.changes.iter().filter(|one| one.kind == ChangeKind::CreateAccount) {
            let person = change.person.clone().unwrap();
            for attr in [Attr::Mail, Attr::Login] {
                self.reserved.insert(change.after(attr).unwrap().to_owned(), person.clone());
            }
        }
    }

    /// Reconciles, carries out and answers what a second pass proposes.
    pub(crate) fn settle(&mut self) -> Vec<String> {
        let first = self.reconcile();
        self.carry_out(&first);
        lines(&self.reconcile().changes)
    }

    pub(crate) fn carry_out_one(&mut self, change: &Change) {
        match change.kind {
            ChangeKind::CreateAccount => self.create(change),
            ChangeKind::UpdateAttributes
            | ChangeKind::MoveAccount
            | ChangeKind::DisableAccount
            | ChangeKind::EnableAccount
            | ChangeKind::LockAccount
            | ChangeKind::UnlockAccount
            | ChangeKind::CloseAccount
            | ChangeKind::ReopenMailbox
            | ChangeKind::ForcePasswordChange
            | ChangeKind::OrphanAccount => {
                let account =
                    self.directory.accounts.get_mut(&AccountId::new(change.subject.as_str())).unwrap();
                assert!(!account.protected, "a protected account was written: {change:?}");
                set(account, &change.after);
            }
            ChangeKind::GrantRole | ChangeKind::RevokeRole => self.seat(change),
            ChangeKind::DeleteAccount => {
                let gone = self.directory.accounts.remove(&AccountId::new(change.subject.as_str()));
                assert!(!gone.unwrap().protected, "a protected account was deleted: {change:?}");
            }
            ChangeKind::SetCustodian => {
                let custodian = crate::model::custodian::Custodian {
                    agency: change.agency.clone(),
                    mailbox: change.label.clone(),
                    address: change.after(Attr::Custodian).unwrap().to_owned(),
                    since: at(TODAY),
                    listed: None,
                };
                self.custodians.insert(AccountId::new(change.subject.as_str()), custodian);
            }
            ChangeKind::ResetPassword | ChangeKind::EndSessions | ChangeKind::SuspectLeaver => {}
        }
    }

    fn create(&mut self, change: &Change) {
        let mut account = build::entry(change.agency.as_str(), change.after(Attr::Login).unwrap(), "x").0;
        account.attrs = Attrs::from([(Attr::Disabled, Values::one("false"))]);
        set(&mut account, &change.after);
        let person = self.people.get_mut(change.person.as_ref().unwrap()).unwrap();
        person.accounts.insert(TargetId::mail(), account.id.clone());
        let agency = change.agency.clone();
        person.matched = Some(Matched { rule: MatchRule::Created, agency, confirmed: false });
        let taken = self.directory.accounts.insert(account.id.clone(), account);
        assert!(taken.is_none(), "an address was given twice: {change:?}");
    }

    fn seat(&mut self, change: &Change) {
        let mail = change.before(Attr::Mail).unwrap().to_owned();
        let agency = code(change.before(Attr::Agency).unwrap());
        let holdings = &mut self.systems[0].holdings;
        if let Some(role) = change.after(Attr::Role) {
            holdings.push(Holding {
                login: mail.clone(),
                mail: Some(mail),
                name: None,
                agency: Some(agency),
                role: role.to_owned(),
            });
        } else {
            let role = change.before(Attr::Role).unwrap();
            holdings.retain(|one| {
                let here = one.agency.as_ref().is_none_or(|one| *one == agency);
                !(here && one.role == role && one.mail.as_deref() == Some(mail.as_str()))
            });
        }
        holdings.sort();
    }
}

/// The address of a login.
pub(crate) fn mail(login: &str) -> String {
    format!("{login}@tinh.gov.vn")
}

fn set(account: &mut Account, after: &Attrs) {
    for (attr, values) in after {
        if *attr == Attr::Dn {
            account.dn = Dn::parse(values.first().unwrap()).unwrap();
        } else {
            account.attrs.insert(*attr, values.clone());
        }
    }
    account.agency = account.get(Attr::Agency).map(code);
    account.kind = AccountKind::Person;
}

/// Changes, a line each.
pub(crate) fn lines(changes: &[Change]) -> Vec<String> {
    changes.iter().map(line).collect()
}

fn line(change: &Change) -> String {
    let whom = match change.kind {
        ChangeKind::CreateAccount => change.after(Attr::Login).unwrap().to_owned(),
        ChangeKind::GrantRole | ChangeKind::RevokeRole => change.subject.as_str().replace("@tinh.gov.vn", ""),
        ChangeKind::UpdateAttributes
        | ChangeKind::MoveAccount
        | ChangeKind::DisableAccount
        | ChangeKind::EnableAccount
        | ChangeKind::LockAccount
        | ChangeKind::UnlockAccount
        | ChangeKind::CloseAccount
        | ChangeKind::ReopenMailbox
        | ChangeKind::DeleteAccount
        | ChangeKind::ForcePasswordChange
        | ChangeKind::SetCustodian
        | ChangeKind::EndSessions
        | ChangeKind::ResetPassword
        | ChangeKind::SuspectLeaver
        | ChangeKind::OrphanAccount => change.subject.to_string(),
    };
    let date = change.effective.map(|date| format!(" {date}")).unwrap_or_default();
    format!("{} {whom} {} {}{date}", change.kind, change.reason, change.gate)
}
