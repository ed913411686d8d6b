//! Lifecycle: what becomes of each person's account: it is created, moved, changed, disabled, opened again, or
//! its holder is suspected to have left.

use super::addresses::Addresses;
use super::attributes::{Difference, difference};
use super::correlate::{RowRef, evidence, place};
use super::draft::{Draft, on_account};
use super::fate::{Fate, fate};
use super::fold::Stand;
use super::naming::Namee;
use super::pattern::{Folded, Pattern};
use super::policy::Policy;
use super::retention::{self, Word};
use super::{Scene, joiner};
use crate::model::account::{Account, Attr, Values};
use crate::model::agency::Agencies;
use crate::model::change::{Change, ChangeKind, Gate, Reason, Risk};
use crate::model::ids::AgencyCode;
use crate::model::person::{OutOfUse, Person};
use chrono::Days;

/// Proposes what the lifecycle asks for.
pub fn propose(scene: &Scene<'_>, out: &mut Draft) {
    let mut joiners = Vec::new();
    let mut addresses = None;
    for person in scene.correlation.people.values() {
        let account = scene.account_of(person);
        let fate = fate(scene, &person.id, account.and_then(|account| account.agency.as_ref()));
        let seen = account
            .map_or_else(OutOfUse::default, |account| retention::seen(person, account, scene.world.today));
        if seen != person.out_of_use {
            out.out_of_use.push((person.id.clone(), seen));
        }
        match (account, fate) {
            (Some(account), fate) => existing(scene, person, account, &fate, &mut addresses, out),
            (None, Fate::Works { row, .. }) => joiners.push((person, row)),
            (None, Fate::Unspoken | Fate::Leaves { .. } | Fate::Missing(_) | Fate::Moves { .. }) => {}
        }
    }
    joiner::propose(scene, &joiners, &mut addresses, out);
}

fn existing<'a>(
    scene: &Scene<'a>,
    person: &Person,
    account: &Account,
    fate: &Fate,
    addresses: &mut Option<Addresses<'a>>,
    out: &mut Draft,
) {
    let world = scene.world;
    let statements = |agency| scene.standing.statements(world, scene.timeline, &person.id, agency);
    match fate {
        Fate::Works { home, row } => {
            reopen(scene, person, account, *row, None, out);
            update(scene, person, account, home, &statements(home), out);
        }
        Fate::Moves { to, .. } if is_doubtful(scene, account, to) => {}
        Fate::Moves { to, row, reason } => {
            let mut change = moving(scene, person, account, to, *row, *reason, &statements(to));
            if let Some(alias) = alias(scene, person, account, to, *row, addresses) {
                let before = account.attrs.get(&Attr::Alias).cloned().unwrap_or_default();
                let all = before.as_slice().iter().cloned().chain([alias]).collect();
                change = change.touching(Attr::Alias, before, Values::many(all));
            }
            let needs = change.clone();
            out.changes.push(change);
            reopen(scene, person, account, *row, Some(&needs), out);
        }
        Fate::Leaves { row, reason } => {
            let lock = (!account.is_disabled()).then(|| disable(scene, person, account, *row, *reason));
            if ends(*reason) {
                retention::propose(scene, person, account, Word::Row(*row), lock.as_ref(), out);
            }
            out.changes.extend(lock);
        }
        Fate::Missing(roster) => {
            let lock = (!account.is_disabled()).then(|| missing(scene, person, account, *roster));
            if world.departures.contains(&person.id) {
                retention::propose(scene, person, account, Word::Absence(*roster), lock.as_ref(), out);
            }
            out.changes.extend(lock);
            ask_for(scene, person, account, out);
        }
        Fate::Unspoken => {
            // An operator's word holds though no roster speaks.
            if world.departures.contains(&person.id) {
                let kind = ChangeKind::DisableAccount;
                let lock = (!account.is_disabled()).then(|| {
                    let change = on_account(world, person, account, kind, Reason::LeaverConfirmed);
                    change.disabling(true).gated(Gate::One, Risk::High)
                });
                retention::propose(scene, person, account, Word::Confirmed, lock.as_ref(), out);
                out.changes.extend(lock);
            }
            ask_for(scene, person, account, out);
        }
    }
}

/// Whether a departure by this rule is for good: who is only suspended, or said to be elsewhere, keeps the mailbox.
fn ends(reason: Reason) -> bool {
    matches!(reason, Reason::LeaverConfirmed | Reason::LeaverByStatus | Reason::RequestRevoke)
}

/// The address that a newcomer of the agency would get, for somebody who moves there, where the province wants it.
fn alias<'a>(
    scene: &Scene<'a>,
    person: &Person,
    account: &Account,
    to: &AgencyCode,
    row: RowRef,
    addresses: &mut Option<Addresses<'a>>,
) -> Option<String> {
    let world = scene.world;
    let naming = &world.policy.naming;
    if !naming.alias_on_move || !world.policy.directory.aliases {
        return None;
    }
    let namee = Namee {
        name: &place(world, row).1.full_name,
        agency: to,
        birth: person.birth,
        citizen_tail: world.citizen_tail(person),
    };
    let addresses = addresses.get_or_insert_with(|| Addresses::of(world));
    let part = addresses.another(world, &namee, &person.id, account)?;
    Some(format!("{part}@{}", naming.domain))
}

/// Whether the old agency or the new one may mean this account with a row that is still asked about: the holder may
/// well work at home still, or have left the new one again.
pub(super) fn is_doubtful(scene: &Scene<'_>, account: &Account, to: &AgencyCode) -> bool {
    let asking = scene.correlation.asked_about.get(&account.id);
    asking
        .is_some_and(|asking| asking.contains(to) || account.agency.iter().any(|home| asking.contains(home)))
}

/// What requests ask for where no list of the agency names the person.
fn ask_for(scene: &Scene<'_>, person: &Person, account: &Account, out: &mut Draft) {
    if let Some(agency) = &account.agency {
        let statements = scene.standing.statements(scene.world, scene.timeline, &person.id, agency);
        update(scene, person, account, agency, &statements, out);
    }
}

/// The account of somebody who works is open, and so is the mailbox. On leave it stays as it is, unless the province
/// suspends it then. What a rule has locked waits for a request.
fn reopen(
    scene: &Scene<'_>,
    person: &Person,
    account: &Account,
    row: RowRef,
    moved: Option<&Change>,
    out: &mut Draft,
) {
    let record = place(scene.world, row).1;
    if let Some(pause) = scene.world.policy.pause(record.status) {
        if pause.account_rests && moved.is_none() && !account.is_disabled() {
            let change =
                on_account(scene.world, person, account, ChangeKind::DisableAccount, Reason::LeavePolicy);
            out.changes.push(change.by_row(scene.world, row).disabling(true).gated(Gate::One, Risk::High));
        }
        return;
    }
    // It is opened where the move has put it.
    let placed = |mut change: Change| {
        if let Some(moved) = moved {
            change.needs.push(moved.key());
            change.before.extend(moved.after.get(&Attr::Dn).map(|dn| (Attr::Dn, dn.clone())));
        }
        change
    };
    let mut receives = None;
    if account.is_closed() {
        let change = on_account(scene.world, person, account, ChangeKind::ReopenMailbox, Reason::Rehire)
            .by_row(scene.world, row)
            .touching(Attr::Closed, Values::one("true"), Values::none())
            .gated(Gate::One, Risk::Medium);
        let change = placed(change);
        receives = Some(change.key());
        out.changes.push(change);
    }
    if !account.is_disabled() || scene.world.locked_by_rule.contains(&account.id) {
        return;
    }
    let gate = password_gate(scene, account, record.position.as_deref(), record.unit.as_deref());
    let mut change = on_account(scene.world, person, account, ChangeKind::EnableAccount, Reason::Rehire)
        .by_row(scene.world, row)
        .disabling(false)
        .gated(gate, Risk::Medium);
    change.needs.extend(receives);
    out.changes.push(placed(change));
}

/// A reset or a reopening of a leader's account, or of one whose position gives a privileged role, needs two. The
/// position counts, not what a system's export says today: a gate must not fall because an export failed.
pub fn password_gate(scene: &Scene<'_>, account: &Account, title: Option<&str>, unit: Option<&str>) -> Gate {
    gate_of(scene.world.policy, scene.world.agencies, account, title, unit)
}

/// The same outside of a plan.
pub fn gate_of(
    policy: &Policy,
    agencies: &Agencies,
    account: &Account,
    title: Option<&str>,
    unit: Option<&str>,
) -> Gate {
    let kind = account.agency.as_ref().and_then(|agency| agencies.get(agency)?.kind.as_deref());
    let unit = unit.or(account.get(Attr::Unit));
    let high = |title: &str| {
        Pattern::any(&policy.leaders, &Folded::new(title))
            || policy.roles.iter().any(|map| {
                let given = map.given(kind, Some(title), unit);
                given.roles.iter().chain(&given.perhaps).any(|role| map.privileged(role))
            })
    };
    if title.into_iter().chain(account.get(Attr::Title)).any(high) { Gate::Two } else { Gate::One }
}

fn moving(
    scene: &Scene<'_>,
    person: &Person,
    account: &Account,
    to: &AgencyCode,
    row: RowRef,
    reason: Reason,
    statements: &[RowRef],
) -> Change {
    let world = scene.world;
    let mut difference = difference(world, account, statements);
    let branch = world.policy.layout.branch(to);
    let dn = match account.dn.rdn_pair() {
        Some((attribute, name)) => branch.child(attribute, name),
        None => world.policy.layout.account(to, account.get(Attr::Login).unwrap_or_default()),
    };
    difference.after.insert(Attr::Dn, Values::one(dn.to_string()));
    difference.touch(account, Attr::Agency, Values::one(to.as_str()));
    let mut change = on_account(world, person, account, ChangeKind::MoveAccount, reason)
        .by_row(world, row)
        .gated(Gate::One, Risk::Medium);
    // Where the receiving agency names no day, the day on which the old one lets go counts.
    let left =
        account.agency.as_ref().and_then(|home| match scene.standing.people.get(&person.id)?.get(home)? {
            Stand::Away(row) | Stand::Left(row) => place(world, row).1.effective_date,
            Stand::Present(_) | Stand::Revoked(_) | Stand::Suspended(_) | Stand::Absent(_) => None,
        });
    change.effective = change.effective.or(left);
    change.due = change.effective.unwrap_or(world.today);
    fill(scene, change, difference, row)
}

/// The attributes of a difference, and the further rows behind it.
fn fill(scene: &Scene<'_>, mut change: Change, difference: Difference, known: RowRef) -> Change {
    let Difference { mut before, mut after, sources } = difference;
    change.before.append(&mut before);
    change.after.append(&mut after);
    for source in sources.into_iter().filter(|source| *source != known) {
        let (roster, row) = place(scene.world, source);
        change.evidence.push(evidence(roster, row));
    }
    change
}

/// A leaver's account is disabled.
pub fn disable(scene: &Scene<'_>, person: &Person, account: &Account, row: RowRef, reason: Reason) -> Change {
    let world = scene.world;
    let mut change = on_account(world, person, account, ChangeKind::DisableAccount, reason)
        .by_row(world, row)
        .disabling(true)
        .gated(Gate::One, Risk::High);
    if reason == Reason::TransferredAway {
        let grace = Days::new(u64::from(world.policy.transfer_grace_days));
        change.effective = change.effective.and_then(|date| date.checked_add_days(grace));
        change.due = change.effective.or_else(|| world.today.checked_add_days(grace)).unwrap_or(world.today);
    }
    change
}

fn missing(scene: &Scene<'_>, person: &Person, account: &Account, roster: usize) -> Change {
    let world = scene.world;
    let change = if world.departures.contains(&person.id) {
        on_account(world, person, account, ChangeKind::DisableAccount, Reason::LeaverConfirmed)
            .disabling(true)
    } else {
        on_account(world, person, account, ChangeKind::SuspectLeaver, Reason::AbsentFromFull)
    };
    change.by_absence(world, roster).gated(Gate::One, Risk::High)
}

fn update(
    scene: &Scene<'_>,
    person: &Person,
    account: &Account,
    agency: &AgencyCode,
    statements: &[RowRef],
    out: &mut Draft,
) {
    let world = scene.world;
    let difference = difference(world, account, statements);
    let Some(newest) = difference.sources.first().copied() else { return };
    let reason = if difference.is_asked_for(world) { Reason::RequestChange } else { Reason::RosterAttribute };
    let gate = difference.gate(scene, account, agency);
    let change = on_account(world, person, account, ChangeKind::UpdateAttributes, reason)
        .by_row(world, newest)
        .undated(world)
        .gated(gate, Risk::Low);
    out.changes.push(fill(scene, change, difference, newest));
}
