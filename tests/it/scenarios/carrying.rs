//! Carrying out, played in memory: what is approved and due is written, each with its precondition and its budget;
//! roles are ordered and confirmed by a later export.

use super::act::Choice;
use super::province::{Province, export_of, meant};
use super::show;
use super::text::{Wrong, wrong};
use rosterd::apply::handover::{address_of, end_sessions};
use rosterd::apply::undo::{original, reverse};
use rosterd::model::account::{Account, AccountKind, Attr, Attrs, Snapshot, Values};
use rosterd::model::brake::{BrakeKind, BrakeScope};
use rosterd::model::change::{Change, ChangeKind, Reason, State, StoredChange};
use rosterd::model::custodian::Custodian;
use rosterd::model::dn::Dn;
use rosterd::model::ids::{AccountId, AgencyCode, BrakeKey, ChangeId, TargetId};
use rosterd::model::legal_hold::HoldSubject;
use rosterd::model::role::{Holding, SystemAccount};
use rosterd::plan::Counts;
use rosterd::systems::Write;
use rosterd::systems::handoff::{Seen, confirm};
use std::collections::{BTreeMap, BTreeSet};

impl Province {
    /// Carries out what is approved and due: the directory first, then orders to the systems.
    pub fn carry_out(&mut self) -> Vec<String> {
        let snapshot = Snapshot { taken: self.now, accounts: self.directory.clone() };
        let counts = Counts::of(&snapshot);
        let today = self.today();
        let mut told = Vec::new();
        for directory in [true, false] {
            for at in 0..self.stored.len() {
                let one = self.stored[at].clone();
                let ready = one.state == State::Approved
                    && one.change.due <= today
                    && (one.change.target == TargetId::mail()) == directory
                    && one.change.needs.iter().all(|need| self.is_applied(need));
                if !ready || self.is_kept(&one.change) {
                    continue;
                }
                let state = self.claim(&one, &counts);
                self.stored[at].state = state;
                if state == State::Held {
                    self.stored[at].brake = Some(BrakeKey::new("at the claim"));
                }
                told.push(show::stored(&self.stored[at]));
            }
        }
        if told.is_empty() {
            told.push("nothing is due".into());
        }
        told
    }

    fn is_applied(&self, key: &rosterd::model::ids::ChangeKey) -> bool {
        self.stored.iter().any(|one| one.key == *key && one.state == State::Applied)
    }

    /// Whether a legal hold keeps what a change would end.
    fn is_kept(&self, change: &Change) -> bool {
        let on = |subject| self.holds.contains(&subject);
        let account = AccountId::new(change.subject.as_str());
        matches!(change.kind, ChangeKind::CloseAccount | ChangeKind::DeleteAccount)
            && (on(HoldSubject::Account(change.target.clone(), account))
                || change.person.clone().is_some_and(|person| on(HoldSubject::Person(person))))
    }

    /// Debits the budget, checks the precondition, writes.
    fn claim(&mut self, one: &StoredChange, counts: &Counts) -> State {
        let change = &one.change;
        let kind = BrakeKind::counting(change);
        let scopes = [BrakeScope::Agency(change.agency.clone()), BrakeScope::Province];
        if !one.released {
            let since = self.now - chrono::TimeDelta::hours(i64::from(self.limits.window_hours));
            for scope in &scopes {
                let spent = self
                    .spent
                    .iter()
                    .filter(|(at, in_scope, of)| *at >= since && in_scope == scope && *of == kind);
                if spent.count() as u64 >= self.limits.of(kind).among(counts.within(scope)) {
                    return State::Held;
                }
            }
            self.spent.extend(scopes.map(|scope| (self.now, scope, kind)));
        }
        if let Some(system) = self.systems.get_mut(&change.target) {
            if system.accounts.is_some() && system.export.is_none() {
                // It is away: nothing was sent, and the change waits.
                return State::Approved;
            }
            if let Some(accounts) = &mut system.accounts {
                let state = write_there(accounts, &mut system.held, change);
                if state == State::Applied {
                    self.undone(change);
                }
                return state;
            }
        }
        if change.target != TargetId::mail() {
            self.ordered.insert(one.id.clone(), self.now);
            return State::Ordered;
        }
        let done = match change.kind {
            ChangeKind::CreateAccount => self.create(change),
            ChangeKind::SuspectLeaver => {
                self.departures.extend(change.person.clone().map(|person| (person, self.now)));
                true
            }
            ChangeKind::SetCustodian => {
                let custodian = Custodian {
                    agency: change.agency.clone(),
                    mailbox: change.label.clone(),
                    address: change.after(Attr::Custodian).unwrap_or_default().to_owned(),
                    since: self.now,
                    listed: self
                        .agencies
                        .get(&change.agency)
                        .and_then(|one| one.keeper_of(address_of(&change.label))),
                };
                self.custodians.insert(AccountId::new(change.subject.as_str()), custodian);
                self.end_sessions(one);
                true
            }
            _ => self.write(change),
        };
        if !done {
            return State::Stale;
        }
        self.undone(change);
        State::Applied
    }

    /// What a handover brings with it, in every system that ends sessions.
    fn end_sessions(&mut self, handed_over: &StoredChange) {
        let able = self.systems.iter().filter(|(_, system)| system.can.end_sessions);
        let follow: Vec<_> =
            able.filter_map(|(target, _)| end_sessions(handed_over, target, self.today())).collect();
        for change in follow {
            let approvals = vec![format!("policy:{}", change.reason)];
            self.add(StoredChange {
                key: change.key(),
                state: State::Approved,
                change,
                approvals,
                proposed: self.now,
                ..handed_over.clone()
            });
        }
    }

    /// What an undo that is done reverses stays away.
    fn undone(&mut self, change: &Change) {
        if change.reason == Reason::Undo
            && let Some(undone) = original(change)
            && let Some(undone) = self.stored.iter_mut().find(|one| one.id == undone)
        {
            undone.state = State::Undone;
        }
    }

    fn write(&mut self, change: &Change) -> bool {
        let Some(account) = self.directory.get_mut(&AccountId::new(change.subject.as_str())) else {
            return false;
        };
        assert!(!account.protected, "a protected account is written: {change:?}");
        let none = Values::none();
        let holds = |(attr, before): (&Attr, &Values)| match attr {
            Attr::Dn => before.first() == Some(account.dn.to_string().as_str()),
            attr => account.attrs.get(attr).unwrap_or(&none) == before,
        };
        if !change.before.iter().all(holds) {
            return false;
        }
        set(account, &change.after);
        let unlocked = matches!(change.kind, ChangeKind::EnableAccount | ChangeKind::UnlockAccount);
        let id = AccountId::new(change.subject.as_str());
        if unlocked {
            self.rule_locks.remove(&id);
        }
        if change.kind == ChangeKind::DeleteAccount {
            self.directory.remove(&id);
        }
        true
    }

    fn create(&mut self, change: &Change) -> bool {
        let login = change.after(Attr::Login).unwrap();
        let id = AccountId::new(login);
        let addresses = |account: &Account| -> BTreeSet<String> {
            let all = [Attr::Mail, Attr::Alias].into_iter().flat_map(|attr| account.all(attr).to_vec());
            all.collect()
        };
        let mail = change.after(Attr::Mail).unwrap();
        if self.directory.values().any(|one| one.id == id || addresses(one).contains(mail)) {
            return false;
        }
        let mut account = Account {
            id: id.clone(),
            dn: Dn::default(),
            attrs: Attrs::from([(Attr::Disabled, Values::one("false"))]),
            agency: None,
            kind: AccountKind::Person,
            protected: false,
            password: rosterd::model::password::PasswordFacts::default(),
        };
        set(&mut account, &change.after);
        self.directory.insert(id.clone(), account);
        if let Some(person) = change.person.as_ref().and_then(|person| self.people.get_mut(person)) {
            person.accounts.insert(TargetId::mail(), id);
        }
        true
    }

    /// The keeper of each system does what is ordered.
    pub fn keeper(&mut self) {
        for one in self.stored.iter().filter(|one| one.state == State::Ordered) {
            if let Some(system) = self.systems.get_mut(&one.change.target) {
                seat(&mut system.held, &one.change);
            }
        }
    }

    /// Every system is exported anew; what that shows of the orders.
    pub fn export(&mut self) -> Vec<String> {
        self.now += chrono::TimeDelta::minutes(1);
        let (mut told, mut reversed) = (Vec::new(), Vec::new());
        for (target, system) in &mut self.systems {
            let export = export_of(target, self.now, system);
            let ordered: Vec<_> = self
                .stored
                .iter()
                .filter(|one| one.state == State::Ordered)
                .map(|one| (one.clone(), self.ordered[&one.id]))
                .collect();
            let seen: BTreeMap<ChangeId, Seen> = confirm(&ordered, &export).into_iter().collect();
            let done = |one: &&mut StoredChange| seen.get(&one.id) == Some(&Seen::Confirmed);
            for one in self.stored.iter_mut().filter(done) {
                one.state = State::Applied;
                told.push(show::stored(one));
                reversed.extend(original(&one.change));
            }
            system.export = Some(export);
        }
        for id in reversed {
            self.by_id(&id).state = State::Undone;
        }
        if told.is_empty() {
            told.push("nothing is confirmed".into());
        }
        told
    }

    /// Asks for the reverse of applied changes.
    pub fn undo(&mut self, line: usize, choice: &Choice, by: &[String]) -> Result<Vec<String>, Wrong> {
        let applied: Vec<StoredChange> = self
            .stored
            .iter()
            .filter(|one| matches!(one.state, State::Applied | State::Ordered) && meant(one, choice))
            .cloned()
            .collect();
        let mut told = Vec::new();
        for one in applied {
            let created =
                one.change.after(Attr::Login).map(AccountId::new).and_then(|id| self.directory.get(&id));
            let today = self.today();
            let change = match reverse(&one, created, &by[0], "nhầm", today) {
                Ok(change) => change,
                Err(error) => {
                    told.push(error.to_string().replace(one.id.as_str(), &show::brief(&one.change)));
                    continue;
                }
            };
            let stored = StoredChange {
                key: change.key(),
                state: State::Proposed,
                change,
                approvals: Vec::new(),
                brake: None,
                released: false,
                ..one
            };
            told.push(show::stored(&stored));
            self.add(stored);
        }
        if told.is_empty() { wrong(line, "nothing of the kind was carried out") } else { Ok(told) }
    }
}

fn set(account: &mut Account, after: &Attrs) {
    for (attr, values) in after {
        if *attr == Attr::Dn {
            account.dn = Dn::parse(values.first().unwrap()).unwrap();
        } else {
            account.attrs.insert(*attr, values.clone());
            // A mark that is not set is absent, as in a directory.
            account.attrs.retain(|_, values| *values != Values::none());
        }
    }
    account.agency = account.get(Attr::Agency).map(|code| AgencyCode::parse(code).unwrap());
}

/// Writes to a system that answers at once, as its connector would.
fn write_there(accounts: &mut Vec<SystemAccount>, held: &mut Vec<Holding>, change: &Change) -> State {
    let write = Write::of(change).unwrap();
    let at = accounts.iter().position(|one| one.address() == write.mail());
    match (&write, at) {
        (Write::Create(newcomer), None) => {
            assert!(
                accounts.iter().all(|one| one.login != newcomer.login),
                "a login is given twice: {change:?}"
            );
            accounts.push(SystemAccount {
                login: newcomer.login.clone(),
                mail: Some(newcomer.mail.clone()),
                name: Some(newcomer.name.clone()),
                open: Some(true),
                ..SystemAccount::default()
            });
        }
        (Write::Open(_) | Write::Close(_), Some(at)) if accounts[at].open != Some(write.gives()) => {
            accounts[at].open = Some(write.gives());
        }
        (Write::Give(asked) | Write::Take(asked), Some(_))
            if held.iter().any(|one| asked.is(one)) != write.gives() =>
        {
            seat(held, change);
        }
        // Sessions are nowhere else shown.
        (Write::EndSessions(_), Some(_)) => {}
        (Write::Give(_) | Write::Take(_) | Write::Open(_) | Write::Close(_), None) => return State::Failed,
        _ => return State::Stale,
    }
    State::Applied
}

fn seat(held: &mut Vec<Holding>, change: &Change) {
    let mail = change.before(Attr::Mail).unwrap().to_owned();
    let agency = AgencyCode::parse(change.before(Attr::Agency).unwrap()).unwrap();
    if let Some(role) = change.after(Attr::Role) {
        held.push(Holding {
            login: mail.clone(),
            mail: Some(mail),
            name: None,
            agency: Some(agency),
            role: role.to_owned(),
        });
    } else {
        let role = change.before(Attr::Role).unwrap();
        held.retain(|one| {
            let here = one.agency.as_ref().is_none_or(|one| *one == agency);
            !(here && one.role == role && one.login == mail)
        });
    }
    held.sort();
    held.dedup();
}
