//! What the rows of this pass tell of each other's people, and of accounts elsewhere that nobody speaks for.

use super::alike::{born_together, conflict, differ};
use super::{Match, Row, Verdict, goes};
use crate::model::account::{Account, Attr};
use crate::model::ids::AccountId;
use crate::model::person::Birth;
use crate::model::roster::Roster;
use crate::reconcile::World;
use crate::reconcile::ledger::{Ledger, Spelling, phone, staff};
use crate::reconcile::timeline::Timeline;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// What the rows that were matched tell, for those that were not: a citizen ID or a birth date that the directory
/// does not hold.
#[derive(Default)]
pub(super) struct Learned<'a> {
    by_citizen: BTreeMap<&'a str, Vec<(&'a Row, Verdict<'a>)>>,
    by_birth: BTreeMap<NaiveDate, Vec<(&'a Row, Verdict<'a>)>>,
}

impl<'a> Learned<'a> {
    pub(super) fn from(
        world: &World<'a>,
        ledger: &Ledger<'a>,
        timeline: &Timeline<'_>,
        verdicts: &[Vec<Verdict<'a>>],
    ) -> Self {
        let mut out = Self { by_citizen: BTreeMap::new(), by_birth: BTreeMap::new() };
        for (index, (roster, verdicts)) in world.rosters.iter().zip(verdicts).enumerate() {
            // What it had to tell was told while it was in force.
            if timeline.is_replaced(index) {
                continue;
            }
            for (row, verdict) in roster.rows.iter().zip(verdicts) {
                let Some(account) = verdict.account(ledger) else { continue };
                if let Some(mark) = &row.citizen_id {
                    let verdict = Verdict::Account(account, Match::CitizenId);
                    out.by_citizen.entry(&mark.hash).or_default().push((row, verdict));
                }
                if let Some(date) = row.birth.and_then(Birth::date) {
                    let verdict = Verdict::Account(account, Match::NameAndBirth);
                    out.by_birth.entry(date).or_default().push((row, verdict));
                }
            }
        }
        out
    }

    /// The verdict on a row that nobody known fits.
    pub(super) fn verdict(&self, row: &Row) -> Option<Verdict<'a>> {
        let name = row.full_name.matching();
        let called = |other: &Row| other.full_name.matching() == name;
        let by_citizen = row.citizen_id.as_ref().and_then(|mark| self.by_citizen.get(mark.hash.as_str()));
        let sure = |other: &Row| called(other) || born_together(other.birth, row.birth);
        if let Some(verdict) = only(by_citizen, sure) {
            return Some(verdict);
        }
        let by_birth = row.birth.and_then(Birth::date).and_then(|date| self.by_birth.get(&date));
        let fits = |other: &Row| {
            called(other)
                && !differ(other.phone.as_deref(), row.phone.as_deref(), phone)
                && other.citizen_id.as_ref().zip(row.citizen_id.as_ref()).is_none_or(|(one, two)| one == two)
        };
        only(by_birth, fits)
    }
}

/// The one verdict that the rows which fit agree on.
fn only<'a>(rows: Option<&Vec<(&'a Row, Verdict<'a>)>>, fits: impl Fn(&Row) -> bool) -> Option<Verdict<'a>> {
    let mut fitting = rows?.iter().filter(|(row, _)| fits(row)).map(|(_, verdict)| verdict);
    let first = fitting.next()?;
    fitting.all(|verdict| verdict.is_as(first)).then(|| first.clone())
}

/// The accounts whose own agency, in a roster that nothing has replaced, says that the holder works there.
pub(super) fn spoken_for<'a>(
    world: &World<'a>,
    ledger: &Ledger<'a>,
    timeline: &Timeline<'_>,
    verdicts: &[Vec<Verdict<'a>>],
) -> BTreeSet<&'a AccountId> {
    let mut out = BTreeSet::new();
    for (index, (roster, verdicts)) in world.rosters.iter().zip(verdicts).enumerate() {
        if timeline.is_replaced(index) {
            continue;
        }
        for (row, verdict) in roster.rows.iter().zip(verdicts) {
            let account = verdict.account(ledger).filter(|_| !goes(row));
            out.extend(account.filter(|one| one.agency.as_ref() == Some(&roster.agency)).map(|one| &one.id));
        }
    }
    out
}

/// Accounts of this name elsewhere that nobody speaks for may be the row's: a name alone is a question.
pub(super) fn namesakes_elsewhere<'a>(
    ledger: &Ledger<'a>,
    spoken_for: &BTreeSet<&AccountId>,
    roster: &Roster,
    row: &Row,
) -> Vec<&'a Account> {
    ledger
        .accounts_named(&Spelling::of(&row.full_name))
        .filter(|account| account.agency.as_ref() != Some(&roster.agency))
        .filter(|account| !spoken_for.contains(&account.id) && !account.is_disabled())
        .filter(|account| may_be(ledger, account, row))
        .collect()
}

/// Whether nothing that both sides state differs.
fn may_be(ledger: &Ledger<'_>, account: &Account, row: &Row) -> bool {
    let (number, code) = (row.phone.as_deref(), row.staff_code.as_deref());
    let phones = account.all(Attr::Phone);
    (number.is_none() || phones.is_empty() || phones.iter().any(|one| !differ(Some(one), number, phone)))
        && !differ(account.get(Attr::StaffCode), code, staff)
        && !ledger.person_of(&account.id).is_some_and(|person| conflict(person, row, false))
}
