//! Retention: the mailbox of somebody who has left is locked, then closed, then deleted, each step a change of its own
//! on its own day. A day counts from leaving, and never from before the step that precedes it was seen to be done: a
//! lock that came late moves everything after it. A step is put to review some weeks before its day.

use super::Scene;
use super::correlate::{RowRef, place};
use super::draft::{Draft, on_account};
use super::pattern::{Folded, Pattern};
use super::policy::{Basis, Retention};
use crate::model::account::{Account, Attr, Values};
use crate::model::change::{Change, ChangeKind, Gate, Reason, Risk};
use crate::model::evidence::Evidence;
use crate::model::ids::TargetId;
use crate::model::legal_hold::HoldSubject;
use crate::model::person::{OutOfUse, Person};
use chrono::{Days, Months, NaiveDate};

/// What says that somebody has left.
#[derive(Debug, Clone, Copy)]
pub enum Word {
    /// A row.
    Row(RowRef),
    /// A full roster that no longer lists the person, and somebody's confirmation.
    Absence(usize),
    /// Somebody's confirmation alone.
    Confirmed,
}

/// Since when an account is out of use, as far as passes have seen it.
pub fn seen(person: &Person, account: &Account, today: NaiveDate) -> OutOfUse {
    let since = |is: bool, before: Option<NaiveDate>| is.then(|| before.unwrap_or(today));
    let OutOfUse { locked, closed } = person.out_of_use;
    OutOfUse { locked: since(account.is_disabled(), locked), closed: since(account.is_closed(), closed) }
}

/// Proposes the steps whose day is near. `lock` is the locking, where that is still to be done.
pub fn propose(
    scene: &Scene<'_>,
    person: &Person,
    account: &Account,
    told: Word,
    lock: Option<&Change>,
    out: &mut Draft,
) {
    let world = scene.world;
    if is_held(scene, person, account) {
        return;
    }
    let retention = &world.policy.retention;
    let can_close = world.policy.directory.closes;
    let since = seen(person, account, world.today);
    let days = days(retention, can_close, kept(scene, account, told), left(scene, told), since);
    let mut needs: Vec<_> = lock.map(Change::key).into_iter().collect();
    if can_close && !account.is_closed() {
        let Some(day) = days.close.filter(|day| is_near(retention, world.today, *day, out)) else { return };
        let mut close = step(scene, person, account, told, ChangeKind::CloseAccount, day);
        close =
            close.touching(Attr::Closed, Values::none(), Values::one("true")).gated(Gate::One, Risk::High);
        close.before.insert(Attr::Disabled, Values::one("true"));
        close.needs = needs;
        needs = vec![close.key()];
        out.changes.push(close);
    }
    let Some(day) = days.delete.filter(|day| is_near(retention, world.today, *day, out)) else { return };
    let mut delete =
        step(scene, person, account, told, ChangeKind::DeleteAccount, day).gated(Gate::Two, Risk::High);
    // The whole entry as the approvers see it. Whether a password waits to be changed is no matter.
    delete.before.extend(account.attrs.clone());
    delete.before.remove(&Attr::MustChange);
    delete.before.insert(Attr::Disabled, Values::one("true"));
    if can_close {
        delete.before.insert(Attr::Closed, Values::one("true"));
    }
    delete.needs = needs;
    out.changes.push(delete);
}

/// Whether a legal hold is on the account or its holder.
fn is_held(scene: &Scene<'_>, person: &Person, account: &Account) -> bool {
    let on = |subject| scene.world.holds.contains(&subject);
    on(HoldSubject::Person(person.id.clone()))
        || on(HoldSubject::Account(TargetId::mail(), account.id.clone()))
}

/// The days of both steps, as far as they stand.
#[derive(Debug, PartialEq, Eq)]
struct Steps {
    close: Option<NaiveDate>,
    delete: Option<NaiveDate>,
}

/// `kept` is how many months the mailbox goes on receiving. A directory that cannot close keeps it locked as long.
fn days(
    retention: &Retention,
    can_close: bool,
    kept: u32,
    left: Option<NaiveDate>,
    since: OutOfUse,
) -> Steps {
    if can_close {
        let close = after(since.locked, left, kept);
        Steps { close, delete: after(since.closed, close, retention.delete_after_months) }
    } else {
        Steps { close: None, delete: after(since.locked, left, kept + retention.delete_after_months) }
    }
}

/// The day of a step: so many months after the one before it was done and was to be done. Where that is not done yet,
/// there is a day only if no time is to pass.
fn after(done: Option<NaiveDate>, planned: Option<NaiveDate>, months: u32) -> Option<NaiveDate> {
    match (done, planned) {
        (Some(done), planned) => {
            planned.map_or(done, |day| day.max(done)).checked_add_months(Months::new(months))
        }
        (None, planned) => planned.filter(|_| months == 0),
    }
}

/// How many months the mailbox receives after its holder has left.
fn kept(scene: &Scene<'_>, account: &Account, told: Word) -> u32 {
    let retention = &scene.world.policy.retention;
    let stated = match told {
        Word::Row(row) => place(scene.world, row).1.position.as_deref(),
        Word::Absence(_) | Word::Confirmed => None,
    };
    let ranks = |title: &str| Pattern::any(&retention.ranks, &Folded::new(title));
    if stated.into_iter().chain(account.get(Attr::Title)).any(ranks) {
        retention.close_after_months_of_ranks
    } else {
        retention.close_after_months
    }
}

/// The day of leaving, as far as a roster says.
fn left(scene: &Scene<'_>, told: Word) -> Option<NaiveDate> {
    let age = |roster: usize| scene.world.rosters[roster].age(|time| scene.world.local(time)).0;
    match told {
        Word::Row(row) => place(scene.world, row).1.effective_date.or_else(|| Some(age(row.0))),
        Word::Absence(roster) => Some(age(roster)),
        Word::Confirmed => None,
    }
}

/// Whether a step is to be put to review by now; else the clock alone will bring it.
fn is_near(retention: &Retention, today: NaiveDate, day: NaiveDate, out: &mut Draft) -> bool {
    let first = day.checked_sub_days(Days::new(u64::from(retention.notice_days))).unwrap_or(day);
    if first > today {
        out.wakes.insert(first);
    }
    first <= today
}

fn step(
    scene: &Scene<'_>,
    person: &Person,
    account: &Account,
    told: Word,
    kind: ChangeKind,
    day: NaiveDate,
) -> Change {
    let world = scene.world;
    let change = on_account(world, person, account, kind, Reason::MailboxRetention);
    let mut change = match told {
        Word::Row(row) => change.by_row(world, row),
        Word::Absence(roster) => change.by_absence(world, roster),
        Word::Confirmed => change,
    };
    if let Some(Basis { document, article }) = &world.policy.retention.basis {
        let (document, basis) = (document.clone(), article.clone());
        change.evidence.push(Evidence::Rule { document, basis, changed: None });
    }
    change.effective = Some(day);
    change.due = day;
    change
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<NaiveDate> {
        text.parse().ok()
    }

    #[test]
    fn time_passes_from_what_came_last_the_leaving_or_the_step_before() {
        let retention = Retention::default();
        let at = |left, locked, closed| days(&retention, true, 6, left, OutOfUse { locked, closed });
        let open = at(day("2026-12-01"), None, None);
        assert_eq!(open, Steps { close: None, delete: None }, "nothing stands before the lock");
        let locked = at(day("2026-12-01"), day("2026-12-01"), None);
        assert_eq!(locked, Steps { close: day("2027-06-01"), delete: None });
        assert_eq!(at(day("2026-12-01"), day("2027-05-20"), None).close, day("2027-11-20"), "a late lock");
        assert_eq!(at(day("2026-12-01"), day("2026-10-01"), None).close, day("2027-06-01"), "locked before");
        assert_eq!(at(None, day("2026-12-01"), None).close, day("2027-06-01"), "no roster says when");
        let closed = at(day("2026-12-01"), day("2026-12-01"), day("2027-06-03"));
        assert_eq!(closed.delete, day("2027-09-03"));
    }

    #[test]
    fn where_no_time_is_to_pass_a_step_stands_beside_the_one_before() {
        let retention = Retention { close_after_months: 0, ..Retention::default() };
        let open = days(&retention, true, 0, day("2026-12-01"), OutOfUse::default());
        assert_eq!(open, Steps { close: day("2026-12-01"), delete: None });
    }

    #[test]
    fn a_directory_that_cannot_close_waits_as_long_before_it_deletes() {
        let locked = OutOfUse { locked: day("2026-12-01"), closed: None };
        let steps = days(&Retention::default(), false, 6, day("2026-12-01"), locked);
        assert_eq!(steps, Steps { close: None, delete: day("2027-09-01") });
    }
}
