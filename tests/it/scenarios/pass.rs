//! A pass: the program's own `reconcile` and `plan` on what the province holds, and what is kept of it.

use super::province::{Province, ZONE, export_of};
use super::show;
use chrono::TimeDelta;
use rosterd::model::Time;
use rosterd::model::account::{Attr, Attrs, Snapshot};
use rosterd::model::change::{ChangeKind, State, StoredChange};
use rosterd::model::evidence::Evidence;
use rosterd::model::ids::{AccountId, ChangeId, PersonId, TargetId};
use rosterd::plan::{Asked, Counts, Plan, Standing, Suppression, plan};
use rosterd::reconcile::{Proposals, World, reconcile};
use std::collections::{BTreeMap, BTreeSet};

/// What comes of it where an operator has confirmed every match by name and phone.
fn confirm(proposals: &mut Proposals) {
    let people = proposals.people.values_mut().filter_map(|person| person.matched.as_mut());
    let evidence = proposals.changes.iter_mut().flat_map(|change| {
        change.evidence.retain(|one| !matches!(one, Evidence::Unsettled { .. }));
        &mut change.evidence
    });
    let shown = evidence.filter_map(|one| match one {
        Evidence::Match { account, .. } => account.as_mut(),
        _ => None,
    });
    for matched in people.chain(shown) {
        matched.confirmed = true;
    }
}

impl Province {
    /// One pass: reconcile, plan, store. Tells what is new.
    pub fn pass(&mut self) -> Vec<String> {
        let directory = Snapshot { taken: self.now, accounts: self.directory.clone() };
        // What answers at once is read anew in each pass.
        for (target, system) in &mut self.systems {
            if system.accounts.is_some() && system.export.is_some() {
                system.export = Some(export_of(target, self.now, system));
            }
        }
        let exports: Vec<_> = self.systems.values().filter_map(|system| system.export.clone()).collect();
        let counts = |id: &PersonId, at: Time| self.people.get(id).is_none_or(|one| one.has_left(at));
        let confirmed = self.departures.iter().filter(|(id, at)| counts(id, **at));
        let departures = confirmed.map(|(id, _)| id.clone()).collect();
        let mut proposals = reconcile(&World {
            today: self.today(),
            zone: ZONE,
            agencies: &self.agencies,
            rosters: &self.rosters,
            people: &self.people,
            directory: &directory,
            systems: &exports,
            answers: &self.answers,
            departures: &departures,
            holds: &self.holds,
            locked_by_rule: &self.locked_by_rule(),
            reserved: &self.reserved(),
            asked: &self.asked,
            custodians: &self.custodians,
            citizen_digits: &self.citizen_digits(),
            policy: &self.policy,
        });
        if !self.matches_wait {
            confirm(&mut proposals);
        }
        let mut read: BTreeSet<TargetId> = exports.iter().map(|export| export.target.clone()).collect();
        read.insert(TargetId::mail());
        let counts = Counts::of(&directory);
        match plan(&proposals.changes, &self.standing(), &self.limits, &counts, &read, self.today()) {
            Ok(plan) => self.store(proposals, plan),
            Err(refused) => vec![format!("no plan: {refused}")],
        }
    }

    /// What a site keeps of citizen IDs for its naming rule; here the digits stand for the hash.
    fn citizen_digits(&self) -> BTreeMap<String, String> {
        if !self.policy.takes_sealed_digits() {
            return BTreeMap::new();
        }
        let marks = self.rosters.iter().flat_map(|one| &one.rows).filter_map(|row| row.citizen_id.as_ref());
        let last = |digits: &str| digits.get(digits.len().checked_sub(4)?..).map(str::to_owned);
        marks.filter_map(|mark| Some((mark.hash.clone(), last(&mark.hash)?))).collect()
    }

    /// Who has an address, or will: it is freed only where its change ended unwritten.
    fn reserved(&self) -> BTreeMap<String, PersonId> {
        let stands = |state| !matches!(state, State::Superseded | State::Rejected | State::Stale);
        let standing = self.stored.iter().filter(|one| stands(one.state));
        standing
            .flat_map(|one| {
                let change = &one.change;
                let called = |attrs: &Attrs, names: &[Attr]| -> Vec<String> {
                    let values = names.iter().filter_map(|attr| attrs.get(attr));
                    values.flat_map(|values| values.as_slice().to_vec()).collect()
                };
                let addresses = match change.kind {
                    ChangeKind::CreateAccount => called(&change.after, &[Attr::Mail, Attr::Login]),
                    ChangeKind::MoveAccount => called(&change.after, &[Attr::Alias]),
                    ChangeKind::DeleteAccount if one.state == State::Applied => {
                        called(&change.before, &[Attr::Mail, Attr::Alias, Attr::Login])
                    }
                    _ => Vec::new(),
                };
                let person = change.person.clone();
                addresses.into_iter().filter_map(move |one| Some((one.to_lowercase(), person.clone()?)))
            })
            .collect()
    }

    /// Accounts whose last lock or opening is a lock by rule.
    fn locked_by_rule(&self) -> BTreeSet<AccountId> {
        let mut locked = BTreeSet::new();
        for one in self.stored.iter().filter(|one| one.state == State::Applied) {
            let account = AccountId::new(one.change.subject.as_str());
            match one.change.kind {
                ChangeKind::LockAccount => locked.insert(account),
                ChangeKind::DisableAccount | ChangeKind::EnableAccount | ChangeKind::UnlockAccount => {
                    locked.remove(&account)
                }
                _ => false,
            };
        }
        locked.extend(self.rule_locks.iter().cloned());
        locked
    }

    fn standing(&self) -> Standing {
        let since = self.now - TimeDelta::hours(i64::from(self.limits.window_hours));
        let mut spent = BTreeMap::new();
        for (_, scope, kind) in self.spent.iter().filter(|(at, ..)| *at >= since) {
            *spent.entry((scope.clone(), *kind)).or_default() += 1;
        }
        let kept_away = |one: &&StoredChange| matches!(one.state, State::Rejected | State::Undone);
        let applied = self.stored.iter().filter(|one| one.state == State::Applied);
        Standing {
            live: self.stored.iter().filter(|one| one.state.is_live()).cloned().collect(),
            suppressed: self
                .stored
                .iter()
                .filter(kept_away)
                .map(|one| Suppression {
                    key: one.key.clone(),
                    target: one.change.target.clone(),
                    subject: one.change.subject.clone(),
                    kind: one.change.kind,
                    after: one.change.after.clone(),
                    document: one.change.document.clone(),
                })
                .collect(),
            given: applied.filter_map(|one| Asked::of(&one.change)).collect(),
            fulfilled: BTreeSet::new(),
            spent,
        }
    }

    /// Keeps what a pass came to.
    fn store(&mut self, proposals: Proposals, plan: Plan) -> Vec<String> {
        let mut told = Vec::new();
        for decision in &proposals.decisions {
            let roster = self.rosters.iter_mut().find(|one| one.id == decision.roster).unwrap();
            roster.kind = Some(decision.kind);
            told.push(format!("{} of {} counts as {}", roster.id, roster.agency, decision.kind.as_str()));
        }
        let mut names = self.names();
        names.extend(plan.insert.iter().map(|(change, ..)| (change.key(), show::brief(change))));
        for id in &plan.supersede {
            let one = self.by_id(id);
            one.state = State::Superseded;
            told.push(show::stored(one));
        }
        for (id, from, to, brake) in &plan.moves {
            let one = self.by_id(id);
            assert_eq!(one.state, *from);
            assert!(from.may_become(*to), "{from} -> {to}");
            one.state = *to;
            if brake.is_some() {
                one.brake.clone_from(brake);
            }
            if from != to {
                told.push(format!("{from} is now {}", show::stored(one)));
            }
        }
        for (id, change) in plan.keep {
            let one = self.by_id(&id);
            if !matches!(one.state, State::Claimed | State::Ordered | State::Unknown) {
                one.change = change;
            }
        }
        for (change, state, brake) in plan.insert {
            let mut lines = show::change(&change, self.today(), &names);
            lines[0] = format!("{state} {}", lines[0]);
            told.extend(lines);
            let proposed = self.now;
            self.add(StoredChange {
                id: ChangeId::new(String::new()),
                key: change.key(),
                state,
                change,
                proposed,
                brake,
                released: false,
                approvals: Vec::new(),
                outcome: None,
            });
        }
        told.extend(plan.suppressed.iter().map(|change| format!("kept away {}", show::brief(change))));
        told.extend(plan.brakes.iter().map(show::brake));
        told.extend(proposals.protected.iter().map(|account| format!("protected {account}")));
        let asked: BTreeMap<_, _> = proposals.questions.into_iter().map(|one| (one.key(), one)).collect();
        let new = asked.iter().filter(|(key, _)| !self.asked.contains_key(*key));
        told.extend(new.map(|(_, question)| show::question(question)));
        let gone = self
            .asked
            .iter()
            .filter(|(key, _)| !asked.contains_key(*key) && !self.answers.contains_key(*key));
        told.extend(gone.map(|(_, one)| format!("no longer asked: {}", show::question(one))));
        let unclaimed: BTreeSet<_> = proposals.unclaimed.into_iter().collect();
        told.extend(unclaimed.difference(&self.unclaimed).map(show::unclaimed));
        self.unclaimed = unclaimed;
        if told.is_empty() {
            told.push("nothing new".into());
        }
        self.brakes = plan.brakes;
        self.asked = asked;
        self.people = proposals.people;
        self.rows = proposals.rows;
        told
    }
}
