//! Reorganisation: a map of old to new agencies (merged, split, renamed), and of mail domains. From its day on what old
//! rosters say, and what lies in old branches, counts for the new agencies, and every account goes to its new branch; old
//! addresses stay as aliases for a set time.
//!
//! The map is configuration and not a command: a plan is made anew in every pass, so that what was asked for once would be
//! superseded by the next one; and accounts that turn up later in an old branch follow by themselves.

use super::correlate::met_as;
use super::draft::on_nobodys;
use super::naming::{Namee, local_part};
use super::pattern::{Folded, Pattern};
use super::{Proposals, World};
use crate::model::account::{Account, AccountKind, Attr, Snapshot, Values};
use crate::model::agency::Agencies;
use crate::model::change::{Change, ChangeKind, Gate, Reason, Risk};
use crate::model::ids::{AccountId, AgencyCode, PersonId, TargetId};
use crate::model::name::PersonName;
use crate::model::person::Person;
use crate::model::role::RoleSnapshot;
use crate::model::roster::{Roster, RosterKind};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The map.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reorganisation {
    /// What it is called.
    pub name: String,
    /// The document that orders it.
    pub document: String,
    /// The day from which it counts.
    pub effective: NaiveDate,
    /// The last day on which addresses of old domains still reach; none means for good.
    #[serde(default)]
    pub alias_until: Option<NaiveDate>,
    /// Old mail domains with the new one of each.
    #[serde(default)]
    pub domains: BTreeMap<String, String>,
    /// Which agency becomes which; the first that fits counts.
    #[serde(default, rename = "move")]
    pub moves: Vec<Move>,
}

/// Old agencies that become one new one, or part of it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// The old ones.
    pub from: Vec<AgencyCode>,
    /// The new one.
    pub to: AgencyCode,
    /// Only accounts of these units, where an old agency is split; empty means all.
    #[serde(default)]
    pub units: Vec<Pattern>,
}

impl Reorganisation {
    /// Where an account of `from` in `unit` belongs.
    fn target(&self, from: &AgencyCode, unit: Option<&str>) -> Option<&AgencyCode> {
        let unit = unit.map(Folded::new);
        let fits = |one: &&Move| {
            one.from.contains(from)
                && (one.units.is_empty() || unit.as_ref().is_some_and(|unit| Pattern::any(&one.units, unit)))
        };
        self.moves.iter().find(fits).map(|one| &one.to)
    }

    /// Whether it can be carried out among `agencies`: every new one is known, none is at once old and new, and no two
    /// old domains would go in a circle.
    pub fn check(&self, agencies: &Agencies) -> Result<(), String> {
        let whole: BTreeSet<&AgencyCode> =
            self.moves.iter().filter(|one| one.units.is_empty()).flat_map(|one| &one.from).collect();
        for one in &self.moves {
            if one.from.is_empty() {
                return Err(format!("[[move]] to {}: from is empty", one.to));
            }
            if !agencies.contains_key(&one.to) {
                return Err(format!(
                    "[[move]] to {}: no such agency; add it to the agencies' file first",
                    one.to
                ));
            }
            if whole.contains(&one.to) {
                return Err(format!(
                    "[[move]] to {}: it is itself moved elsewhere; name where it ends",
                    one.to
                ));
            }
        }
        match self.domains.values().find(|new| self.domains.contains_key(*new)) {
            Some(new) => Err(format!("domains: {new:?} is both an old and a new one")),
            None => Ok(()),
        }
    }
}

/// What becomes of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Course {
    /// The agency that it goes to.
    to: Option<AgencyCode>,
    /// Its new address.
    mail: Option<String>,
    /// Its aliases afterwards, where they change.
    aliases: Option<Vec<String>>,
}

/// The world as the map has it.
pub(super) struct View<'m> {
    map: &'m Reorganisation,
    courses: BTreeMap<AccountId, Course>,
    rosters: Vec<Roster>,
    people: BTreeMap<PersonId, Person>,
    directory: Option<Snapshot>,
    systems: Vec<RoleSnapshot>,
}

impl<'m> View<'m> {
    /// The view of a world that has a map; from the map's day on old agencies are seen as the new ones.
    pub(super) fn of(world: &World<'m>) -> Option<Self> {
        let map = world.policy.reorganisation.as_ref()?;
        let courses = courses(world, map);
        let (rosters, people, systems) = Default::default();
        let mut view = Self { map, courses, rosters, people, directory: None, systems };
        if world.today >= map.effective {
            view.rosters = world.rosters.iter().map(|one| renamed(map, one)).collect();
            view.people = known_anew(world, map);
            view.directory = Some(view.see(world.directory));
            view.systems = world.systems.iter().map(|one| renamed_system(map, one)).collect();
        }
        Some(view)
    }

    /// The world with this view of it.
    pub(super) fn world<'v>(&'v self, world: &World<'v>) -> World<'v> {
        match &self.directory {
            Some(directory) => World {
                rosters: &self.rosters,
                people: &self.people,
                directory,
                systems: &self.systems,
                ..*world
            },
            None => *world,
        }
    }

    /// The accounts in their new agencies, their new addresses taken already.
    fn see(&self, directory: &Snapshot) -> Snapshot {
        let mut seen = directory.clone();
        for (id, course) in &self.courses {
            let Some(account) = seen.accounts.get_mut(id) else { continue };
            if let Some(to) = &course.to {
                account.agency = Some(to.clone());
            }
            if let Some(mail) = &course.mail {
                let aliases = [account.all(Attr::Alias), std::slice::from_ref(mail)].concat();
                account.attrs.insert(Attr::Alias, Values::many(aliases));
            }
        }
        seen
    }

    /// Adds what brings the directory there. Where somebody goes elsewhere at the same time, that goes before.
    pub(super) fn add_to(&self, world: &World<'_>, proposals: &mut Proposals) {
        let taken: BTreeSet<_> =
            proposals.changes.iter().map(|one| (one.target.clone(), one.subject.clone(), one.kind)).collect();
        for (id, course) in &self.courses {
            let Some(account) = world.directory.accounts.get(id) else { continue };
            if account.protected {
                proposals.protected.insert(id.clone());
                continue;
            }
            let change = self.change(world, account, course);
            if !taken.contains(&(change.target.clone(), change.subject.clone(), change.kind)) {
                proposals.changes.push(change);
            }
        }
        proposals.changes.sort_by(|a, b| {
            (&a.target, &a.subject, a.kind, a.effective).cmp(&(&b.target, &b.subject, b.kind, b.effective))
        });
        let ahead = [Some(self.map.effective), self.map.alias_until.and_then(|day| day.succ_opt())];
        let next = ahead.into_iter().flatten().filter(|day| *day > world.today).min();
        proposals.changes_on = [proposals.changes_on, next].into_iter().flatten().min();
    }

    fn change(&self, world: &World<'_>, account: &Account, course: &Course) -> Change {
        let Course { to, mail, aliases } = course;
        let kind = if to.is_some() { ChangeKind::MoveAccount } else { ChangeKind::UpdateAttributes };
        let mut change = on_nobodys(world, account, kind, Reason::Reorganisation);
        let before = |attr: Attr| account.attrs.get(&attr).cloned().unwrap_or_default();
        if let Some(to) = to {
            let layout = &world.policy.layout;
            let dn = match account.dn.rdn_pair() {
                Some((attribute, name)) => layout.branch(to).child(attribute, name),
                None => layout.account(to, account.get(Attr::Login).unwrap_or_default()),
            };
            change.after.insert(Attr::Dn, Values::one(dn.to_string()));
            change = change.touching(Attr::Agency, before(Attr::Agency), Values::one(to.as_str()));
            change.agency = to.clone();
        }
        if let Some(mail) = mail {
            change = change.touching(Attr::Mail, before(Attr::Mail), Values::one(mail.as_str()));
        }
        if let Some(aliases) = aliases {
            change = change.touching(Attr::Alias, before(Attr::Alias), Values::many(aliases.clone()));
        }
        change.document = Some(self.map.document.clone());
        if to.is_some() || mail.is_some() {
            change.effective = Some(self.map.effective);
            change.due = self.map.effective.max(world.today);
        }
        // The batch is reviewed as one: its brake holds it until two operators release it.
        change.gated(Gate::None, Risk::Medium)
    }
}

/// What becomes of each account that the map is about.
fn courses(world: &World<'_>, map: &Reorganisation) -> BTreeMap<AccountId, Course> {
    let accounts = || world.directory.accounts.values().filter(|one| one.kind != AccountKind::Service);
    let mut taken = Taken::new();
    let held = |one: &Account| [one.all(Attr::Mail), one.all(Attr::Alias)].concat();
    let held = world.directory.accounts.values().flat_map(held);
    for address in held.chain(world.reserved.keys().cloned()) {
        take(&mut taken, &address);
    }
    let holders: BTreeMap<&AccountId, &Person> =
        world.people.values().filter_map(|one| Some((one.accounts.get(&TargetId::mail())?, one))).collect();
    let mut courses = BTreeMap::new();
    for account in accounts() {
        let to = account
            .agency
            .as_ref()
            .and_then(|agency| map.target(agency, account.get(Attr::Unit)))
            .filter(|to| account.agency.as_ref() != Some(*to));
        let mail = new_address(world, map, (account, holders.get(&account.id).copied()), to, &taken);
        if let Some(mail) = &mail {
            take(&mut taken, mail);
        }
        let aliases = aliases(world, map, account, mail.as_ref());
        if to.is_some() || mail.is_some() || aliases.is_some() {
            courses.insert(account.id.clone(), Course { to: to.cloned(), mail, aliases });
        }
    }
    courses
}

/// The names that are taken in each domain.
type Taken = BTreeMap<String, BTreeSet<String>>;

fn take(taken: &mut Taken, address: &str) {
    if let Some((local, domain)) = address.to_lowercase().split_once('@') {
        taken.entry(domain.to_owned()).or_default().insert(local.to_owned());
    }
}

/// The address in the new domain: the same name, or where somebody has that, the one that the naming rule gives. Where
/// that has none left the old one stays.
fn new_address(
    world: &World<'_>,
    map: &Reorganisation,
    (account, holder): (&Account, Option<&Person>),
    to: Option<&AgencyCode>,
    taken: &Taken,
) -> Option<String> {
    let (local, domain) = account.get(Attr::Mail)?.split_once('@')?;
    let domain = map.domains.get(&domain.to_lowercase())?;
    let nobody = BTreeSet::new();
    let taken = taken.get(&domain.to_lowercase()).unwrap_or(&nobody);
    let same = local.to_lowercase();
    if !taken.contains(&same) {
        return Some(format!("{same}@{domain}"));
    }
    let name = PersonName::new(account.get(Attr::FullName)?)?;
    let agency = to.or(account.agency.as_ref())?;
    let namee = Namee {
        name: &name,
        agency,
        birth: holder.and_then(|one| one.birth),
        citizen_tail: holder.and_then(|one| world.citizen_tail(one)),
    };
    local_part(&world.policy.naming, &namee, taken).map(|local| format!("{local}@{domain}"))
}

/// The aliases afterwards: the old address joins them, and once their time is over those of old domains go.
fn aliases(
    world: &World<'_>,
    map: &Reorganisation,
    account: &Account,
    new: Option<&String>,
) -> Option<Vec<String>> {
    let is_over = map.alias_until.is_some_and(|last| world.today > last);
    let is_old = |address: &str| {
        address.split_once('@').is_some_and(|(_, domain)| map.domains.contains_key(&domain.to_lowercase()))
    };
    let mut aliases = account.all(Attr::Alias).to_vec();
    if new.is_some() {
        aliases.extend(account.get(Attr::Mail).map(str::to_owned));
    }
    aliases.retain(|one| Some(one) != new && !(is_over && is_old(one)));
    aliases.sort();
    aliases.dedup();
    (aliases != account.all(Attr::Alias)).then_some(aliases)
}

/// A roster of an old agency as the new one's. The lists of several old agencies are each one part of the new: they prove
/// presence and no absence.
fn renamed(map: &Reorganisation, roster: &Roster) -> Roster {
    let Some(to) = map.target(&roster.agency, None).filter(|_| roster.kind.is_some()) else {
        return roster.clone();
    };
    let kind = roster.kind.map(|kind| match kind {
        RosterKind::Full | RosterKind::Partial => RosterKind::Partial,
        RosterKind::Request => RosterKind::Request,
    });
    Roster { agency: to.clone(), kind, ..roster.clone() }
}

/// The people, known by the rows of their old agencies' lists in the new ones' too: what was answered stays answered.
fn known_anew(world: &World<'_>, map: &Reorganisation) -> BTreeMap<PersonId, Person> {
    let mut prints: BTreeMap<String, String> = BTreeMap::new();
    for roster in world.rosters {
        let Some(to) = map.target(&roster.agency, None) else { continue };
        for row in &roster.rows {
            prints.insert(met_as(&roster.agency, row), met_as(to, row));
        }
    }
    let mut people = world.people.clone();
    for person in people.values_mut() {
        let known = person.met.iter().filter_map(|(print, rule)| Some((prints.get(print)?.clone(), *rule)));
        let known: Vec<_> = known.collect();
        for (print, rule) in known {
            person.met.entry(print).or_insert(rule);
        }
    }
    people
}

/// A system renames its agencies in its own time: until then what it says of an old one counts for the new.
fn renamed_system(map: &Reorganisation, system: &RoleSnapshot) -> RoleSnapshot {
    let mut system = system.clone();
    for holding in &mut system.holdings {
        if let Some(to) = holding.agency.as_ref().and_then(|agency| map.target(agency, None)) {
            holding.agency = Some(to.clone());
        }
    }
    system.holdings.sort();
    system
}
