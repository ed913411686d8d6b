//! Reconcile: what the accepted rosters want against what the directory and the systems hold; what differs
//! becomes proposals. Pure: the same world gives the same proposals, in the same order.

pub mod addresses;
pub mod adoption;
mod apart;
pub mod attributes;
mod away;
pub mod correlate;
pub mod coverage;
mod draft;
mod explain;
pub mod fate;
pub mod fold;
mod handover;
pub mod joiner;
pub mod ledger;
pub mod lifecycle;
mod logins;
pub mod naming;
mod orphans;
pub mod pattern;
pub mod policy;
pub mod reorganisation;
mod requests;
pub mod retention;
pub mod roles;
mod roll;
pub mod row_result;
mod seats;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod timeline;
pub mod unit_mailboxes;
mod unread;
mod wish;

use crate::model::Time;
use crate::model::account::{Account, Snapshot};
use crate::model::adoption::Adoption;
use crate::model::agency::Agencies;
use crate::model::change::Change;
use crate::model::custodian::Custodian;
use crate::model::ids::{AccountId, AgencyCode, PersonId, QuestionKey, RosterId, TargetId};
use crate::model::legal_hold::HoldSubject;
use crate::model::person::{OutOfUse, Person};
use crate::model::question::Question;
use crate::model::role::{RoleSnapshot, Unclaimed};
use crate::model::roll::Roll;
use crate::model::roster::{Roster, RosterKind};
use chrono::NaiveDate;
use correlate::Correlation;
use coverage::Decided;
use draft::Draft;
use fold::Standing;
use ledger::Ledger;
use policy::Policy;
use reorganisation::View;
use row_result::RowResults;
use std::collections::{BTreeMap, BTreeSet};
use timeline::Timeline;

/// Everything a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// The local date.
    pub today: NaiveDate,
    /// The province's time zone.
    pub zone: chrono_tz::Tz,
    /// The agencies as configured.
    pub agencies: &'a Agencies,
    /// The accepted rosters, in any order.
    pub rosters: &'a [Roster],
    /// The people known so far.
    pub people: &'a BTreeMap<PersonId, Person>,
    /// The mail directory, read whole.
    pub directory: &'a Snapshot,
    /// The systems that were read whole; a system that could not be read is absent and nothing is said of it.
    pub systems: &'a [RoleSnapshot],
    /// Answers of operators to earlier questions.
    pub answers: &'a BTreeMap<QuestionKey, String>,
    /// People whose departure an operator or a contact confirmed.
    pub departures: &'a BTreeSet<PersonId>,
    /// What is under a legal hold.
    pub holds: &'a BTreeSet<HoldSubject>,
    /// Accounts that a rule about passwords or use has locked last: their holders work here, and only a request opens
    /// them.
    pub locked_by_rule: &'a BTreeSet<AccountId>,
    /// Addresses that are reserved, with the person they are reserved for.
    pub reserved: &'a BTreeMap<String, PersonId>,
    /// Questions that were asked and have no answer yet.
    pub asked: &'a BTreeMap<QuestionKey, Question>,
    /// Who keeps which unit mailbox, as far as it was ever settled.
    pub custodians: &'a BTreeMap<AccountId, Custodian>,
    /// The last four digits of citizen IDs, by the hash of each, where the naming rule takes them and they were kept.
    pub citizen_digits: &'a BTreeMap<String, String>,
    /// The province's rules.
    pub policy: &'a Policy,
}

impl<'a> World<'a> {
    /// As many of the last digits of a person's citizen ID as are known.
    pub fn citizen_tail<'p>(&self, person: &'p Person) -> Option<&'p str>
    where
        'a: 'p,
    {
        let mark = person.citizen.as_ref()?;
        Some(self.citizen_digits.get(&mark.hash).unwrap_or(&mark.tail))
    }

    /// The local date of an instant.
    pub fn local(&self, time: Time) -> NaiveDate {
        time.with_timezone(&self.zone).date_naive()
    }
}

/// How a roster was taken, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The arrival.
    pub roster: RosterId,
    /// The kind it counts as.
    pub kind: RosterKind,
    /// People it claims among the known ones, and how many are known.
    pub claims: (usize, usize),
}

/// What reconciling proposes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proposals {
    /// The changes, sorted by target, subject and kind.
    pub changes: Vec<Change>,
    /// Questions for people, sorted by key.
    pub questions: Vec<Question>,
    /// Everybody known now, with the accounts that are theirs.
    pub people: BTreeMap<PersonId, Person>,
    /// Roles held by somebody whom no roster names, where nothing is proposed; sorted.
    pub unclaimed: Vec<Unclaimed>,
    /// Kinds decided in this pass.
    pub decisions: Vec<Decision>,
    /// What each row leads to, for the feedback: of the rosters whose kind was decided in this pass.
    pub rows: RowResults,
    /// Who is on leave or seconded: their ladders pause.
    pub away: BTreeSet<PersonId>,
    /// Protected accounts that something would have been proposed for.
    pub protected: BTreeSet<AccountId>,
    /// The earliest local date on which the same inputs give other proposals; `None` if the clock alone
    /// changes nothing.
    pub changes_on: Option<NaiveDate>,
}

/// What is known once every row has been read: what proposals are made from.
pub struct Scene<'a> {
    world: &'a World<'a>,
    ledger: &'a Ledger<'a>,
    timeline: &'a Timeline<'a>,
    correlation: &'a Correlation,
    standing: &'a Standing<'a>,
    mail: TargetId,
}

impl<'a> Scene<'a> {
    /// Everybody known.
    fn people(&self) -> &'a BTreeMap<PersonId, Person> {
        &self.correlation.people
    }

    /// The mail account of a person, if the directory has it.
    fn account_of(&self, person: &Person) -> Option<&'a Account> {
        self.ledger.account(person.accounts.get(&self.mail)?)
    }
}

/// What one row tells of a person may tell another row's person from a namesake, so rows are read again with what was
/// learned; a world in which nothing is new is read once. The limit is for worlds in which answers contradict rows.
const READINGS: u32 = 4;

/// Reconciles `world`.
pub fn reconcile(world: &World<'_>) -> Proposals {
    let Some(view) = View::of(world) else { return reconcile_as_seen(world) };
    let mut proposals = reconcile_as_seen(&view.world(world));
    view.add_to(world, &mut proposals);
    proposals
}

fn reconcile_as_seen(world: &World<'_>) -> Proposals {
    let ((proposals, seen), mut people) = read(world, READINGS, propose);
    for (id, out_of_use) in seen {
        if let Some(person) = people.get_mut(&id) {
            person.out_of_use = out_of_use;
        }
    }
    Proposals { people, ..proposals }
}

/// Whom `agency` has, as far as `world` tells.
pub fn roll(world: &World<'_>, agency: &AgencyCode) -> Roll {
    let view = View::of(world);
    let world = view.as_ref().map_or(*world, |view| view.world(world));
    read(&world, READINGS, |scene, _| roll::call(scene, agency)).0
}

/// Whether `person` works on, as far as `world` tells: only then a locked account is opened for its holder.
pub fn stays(world: &World<'_>, person: &PersonId) -> bool {
    let view = View::of(world);
    let world = view.as_ref().map_or(*world, |view| view.world(world));
    read(&world, READINGS, |scene, _| requests::works_on(scene, person)).0
}

/// How the accounts of `world` stand towards its rosters.
pub fn adoption(world: &World<'_>) -> Adoption {
    let view = View::of(world);
    let world = view.as_ref().map_or(*world, |view| view.world(world));
    read(&world, READINGS, |scene, _| adoption::take(scene)).0
}

/// Reads the rows of `world` and gives what was understood to `then`; also everybody known afterwards.
fn read<T>(
    world: &World<'_>,
    readings: u32,
    then: impl FnOnce(&Scene<'_>, Vec<Decided>) -> T,
) -> (T, BTreeMap<PersonId, Person>) {
    let ledger = Ledger::new(world);
    let verdicts = correlate::judge_all(world, &ledger, &timeline::replaced_before(world));
    let decisions = coverage::decide(world, &ledger, &verdicts);
    let timeline = Timeline::new(world, decisions.iter().map(|one| one.decision.kind).collect());
    let correlation = correlate::settle(world, &ledger, &timeline, verdicts);
    if readings > 1 && correlation.people != *world.people {
        let people = correlation.people;
        drop((ledger, timeline));
        return read(&World { people: &people, ..*world }, readings - 1, then);
    }
    let standing = fold::fold(world, &ledger, &correlation, &timeline);
    let scene = Scene {
        world,
        ledger: &ledger,
        timeline: &timeline,
        correlation: &correlation,
        standing: &standing,
        mail: TargetId::mail(),
    };
    let result = then(&scene, decisions);
    (result, correlation.people)
}

/// What the scene asks for, and whose mailbox was seen to go out of use or come back; everybody known is left to the
/// caller.
fn propose(scene: &Scene<'_>, decisions: Vec<Decided>) -> (Proposals, Vec<(PersonId, OutOfUse)>) {
    let world = scene.world;
    let mut draft = Draft { questions: scene.correlation.questions.clone(), ..Draft::default() };
    lifecycle::propose(scene, &mut draft);
    requests::propose(scene, &mut draft);
    orphans::propose(scene, &mut draft);
    for system in world.systems {
        roles::propose(scene, system, &mut draft);
        logins::close(scene, system, &mut draft);
    }
    unit_mailboxes::propose(scene, &mut draft);
    apart::settle(scene, &mut draft);
    keep_asking(scene, &mut draft);
    let Draft { mut changes, questions, mut unclaimed, wakes, out_of_use } = draft;
    unclaimed.sort();
    let mut protected = BTreeSet::new();
    changes.retain(|change| allowed(scene, change, &mut protected));
    changes.sort_by(|a, b| {
        (&a.target, &a.subject, a.kind, a.effective).cmp(&(&b.target, &b.subject, b.kind, b.effective))
    });
    changes.dedup_by(|later, first| {
        (&later.target, &later.subject, later.kind) == (&first.target, &first.subject, first.kind)
    });
    explain::explain(scene, &mut changes);
    let rows = row_result::results(scene, &changes);
    let dates = changes.iter().filter_map(|change| change.effective).chain(wakes);
    let proposals = Proposals {
        changes_on: dates.filter(|on| *on > world.today).min(),
        changes,
        questions: questions.into_values().collect(),
        unclaimed,
        decisions: decisions.into_iter().filter(|one| one.new).map(|one| one.decision).collect(),
        rows,
        protected,
        away: away::away(scene),
        people: BTreeMap::new(),
    };
    (proposals, out_of_use)
}

/// What was asked about a system that could not be read this time is asked on: nothing is said of it.
fn keep_asking(scene: &Scene<'_>, draft: &mut Draft) {
    let away = |target: &str| {
        scene.world.systems.iter().all(|system| system.target.as_str() != target)
            && scene.world.policy.roles.iter().any(|map| map.target.as_str() == target)
    };
    for question in scene.world.asked.values() {
        if question.systems().any(away) {
            draft.ask(scene.world, question.clone());
        }
    }
}

/// Protected accounts are never written, not even with approval; nor are their holders' roles.
fn allowed(scene: &Scene<'_>, change: &Change, protected: &mut BTreeSet<AccountId>) -> bool {
    let by_id = scene.world.directory.accounts.get(&AccountId::new(change.subject.as_str()));
    let of_person = || scene.account_of(scene.correlation.people.get(change.person.as_ref()?)?);
    let account = by_id.filter(|_| change.target == TargetId::mail()).or_else(of_person);
    let refused = account.filter(|account| account.protected);
    protected.extend(refused.map(|account| account.id.clone()));
    refused.is_none()
}
