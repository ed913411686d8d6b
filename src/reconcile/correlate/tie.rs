//! Ties: what speaks for an account being a person's. A row names the person; that the account is the same person's is
//! another matter, and the weaker of the two is what a change rests on.

use super::{Match, RowRef, place};
use crate::model::account::{Account, Attr};
use crate::model::ids::PersonId;
use crate::model::matching::Matched;
use crate::model::person::Person;
use crate::reconcile::World;
use crate::reconcile::ledger::staff;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The best tie of each person whose match is not settled yet.
#[derive(Default)]
pub(super) struct Ties(BTreeMap<PersonId, Matched>);

impl Ties {
    /// Takes note of what one row says for `account` being `id`'s.
    pub(super) fn see(
        &mut self,
        world: &World<'_>,
        people: &BTreeMap<PersonId, Person>,
        reference: RowRef,
        id: &PersonId,
        account: &Account,
        why: Match,
    ) {
        let known = people.get(id).and_then(|person| person.matched.as_ref());
        if known.is_some_and(|matched| why == Match::SameRow || matched.is_settled()) {
            return;
        }
        let (roster, _) = place(world, reference);
        let rule = rule(world, reference, id, account, why);
        let tie = Matched { rule, agency: roster.agency.clone(), confirmed: false };
        // Whatever the order of the rows: the surer one, then the earlier rule, then the agency that sorts first.
        let rank = |one: &Matched| (one.confidence(), Reverse(one.rule), Reverse(one.agency.clone()));
        let better = |than: &Matched| rank(&tie) > rank(than);
        if known.is_none_or(|known| tie.confidence() > known.confidence())
            && self.0.get(id).is_none_or(better)
        {
            self.0.insert(id.clone(), tie);
        }
    }

    /// Gives the people their ties.
    pub(super) fn keep(self, people: &mut BTreeMap<PersonId, Person>) {
        for (id, tie) in self.0 {
            if let Some(person) = people.get_mut(&id) {
                person.matched = Some(tie);
            }
        }
    }
}

/// What ties the account to the person: that it was planned for him or her, an operator's answer, its own address or
/// staff code on the row; else the name with the phone, whatever told that the row is this person's.
fn rule(world: &World<'_>, reference: RowRef, id: &PersonId, account: &Account, why: Match) -> Match {
    let (_, row) = place(world, reference);
    let addresses = || [Attr::Mail, Attr::Alias].into_iter().flat_map(|attr| account.all(attr));
    let planned = addresses().any(|address| world.reserved.get(&address.to_lowercase()) == Some(id));
    let named = |mail: &String| addresses().any(|address| address.eq_ignore_ascii_case(mail));
    let coded = |code: &String| account.get(Attr::StaffCode).is_some_and(|one| staff(one) == staff(code));
    if planned {
        Match::Created
    } else if why == Match::Answer {
        Match::Answer
    } else if row.email.as_ref().is_some_and(named) {
        Match::Address
    } else if row.staff_code.as_ref().is_some_and(coded) {
        Match::StaffCode
    } else {
        Match::NameAndPhone
    }
}
