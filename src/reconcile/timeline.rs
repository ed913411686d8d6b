//! The timeline: which roster came after which, which are in force, and which came too late to say anything.

use super::World;
use super::coverage::coverage;
use crate::model::Time;
use crate::model::ids::{AgencyCode, RosterId};
use crate::model::roster::{Coverage, Roster, RosterKind};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Every roster of a world in its place in time. Rosters go by their index in the world.
#[derive(Debug, Default)]
pub struct Timeline<'a> {
    /// The kind each counts as.
    pub kinds: Vec<RosterKind>,
    /// All of them, oldest first.
    pub order: Vec<usize>,
    /// The place of each in `order`.
    pub rank: Vec<usize>,
    /// The full rosters in force, by agency, newest first.
    pub full: BTreeMap<&'a AgencyCode, Vec<usize>>,
    /// By what each is replaced: a newer roster speaks for everyone it spoke for.
    pub replaced_by: Vec<Option<usize>>,
    /// Dropped after a newer one that was and is in force: it overrides nothing.
    pub late: Vec<bool>,
}

impl<'a> Timeline<'a> {
    /// Places the rosters of `world`, which count as `kinds`.
    pub fn new(world: &World<'a>, kinds: Vec<RosterKind>) -> Self {
        Self::of(world.rosters, |time| world.local(time), kinds)
    }

    fn of(rosters: &'a [Roster], local: impl Fn(Time) -> NaiveDate, kinds: Vec<RosterKind>) -> Self {
        let mut order: Vec<usize> = (0..rosters.len()).collect();
        order.sort_by_cached_key(|index| {
            let roster = &rosters[*index];
            (roster.age(&local), &roster.agency, &roster.id)
        });
        let mut rank = vec![0; rosters.len()];
        for (place, index) in order.iter().enumerate() {
            rank[*index] = place;
        }
        let none = vec![None; rosters.len()];
        let late = vec![false; rosters.len()];
        let mut out = Self { kinds, order, rank, full: BTreeMap::new(), replaced_by: none, late };
        let mut by_agency: BTreeMap<&AgencyCode, Vec<usize>> = BTreeMap::new();
        for index in &out.order {
            by_agency.entry(&rosters[*index].agency).or_default().push(*index);
        }
        for (agency, of_agency) in by_agency {
            out.place(rosters, agency, &of_agency);
        }
        out
    }

    /// What is in force in one agency, whose rosters come oldest first.
    fn place(&mut self, rosters: &[Roster], agency: &'a AgencyCode, order: &[usize]) {
        let mut in_force: Vec<usize> = Vec::new();
        let mut units = BTreeSet::new();
        let mut whole = None;
        for index in order.iter().rev().copied() {
            let replaced_by = match (coverage(&rosters[index], self.kinds[index]), whole) {
                (Coverage::Nobody, _) if self.kinds[index] == RosterKind::Request => None,
                (_, Some(whole)) => Some(whole),
                (Coverage::Nobody, None) => None,
                (Coverage::Agency, None) => {
                    whole = Some(index);
                    None
                }
                (Coverage::Units { units: named }, None) => {
                    let replaced = named.is_subset(&units);
                    units.extend(named);
                    in_force.first().copied().filter(|_| replaced)
                }
            };
            if replaced_by.is_none() && self.kinds[index] == RosterKind::Full {
                in_force.push(index);
            }
            self.replaced_by[index] = replaced_by;
            self.late[index] =
                replaced_by.is_some_and(|newer| rosters[newer].arrived < rosters[index].arrived);
        }
        self.full.insert(agency, in_force);
    }

    /// Whether a newer roster speaks for everyone this one spoke for.
    pub fn is_replaced(&self, roster: usize) -> bool {
        self.replaced_by[roster].is_some()
    }
}

/// Which rosters those decided in earlier passes have replaced. No roster that comes later brings one back.
pub fn replaced_before(world: &World<'_>) -> Vec<bool> {
    // One that is still undecided speaks for nobody yet.
    let kinds = world.rosters.iter().map(|roster| roster.kind.unwrap_or(RosterKind::Partial)).collect();
    let timeline = Timeline::new(world, kinds);
    let decided = |(index, roster): (usize, &Roster)| roster.kind.is_some() && timeline.is_replaced(index);
    world.rosters.iter().enumerate().map(decided).collect()
}

/// The rosters that came too late to say anything, with the date of the one in force. Of one whose kind is not decided
/// nothing is said yet.
pub fn outdated(rosters: &[Roster], local: impl Fn(Time) -> NaiveDate) -> BTreeMap<RosterId, NaiveDate> {
    let kinds = rosters.iter().map(|roster| roster.kind.unwrap_or(RosterKind::Partial)).collect();
    let timeline = Timeline::of(rosters, &local, kinds);
    let late = (0..rosters.len()).filter(|index| rosters[*index].kind.is_some() && timeline.late[*index]);
    late.filter_map(|index| {
        let newer = &rosters[timeline.replaced_by[index]?];
        Some((rosters[index].id.clone(), newer.age(&local).0))
    })
    .collect()
}
