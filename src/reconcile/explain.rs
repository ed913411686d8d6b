//! Explaining: each change says by which rules its row, its person and its account were brought together, so that a
//! reviewer sees what it rests on.

use super::Scene;
use super::correlate::{Match, Resolved, RowRef, met_as, place};
use crate::model::change::{Change, ChangeKind};
use crate::model::evidence::Evidence;
use crate::model::ids::{AgencyCode, RosterId};
use crate::model::person::Person;
use std::collections::{BTreeSet, HashMap};

/// Adds to `changes` what their matches rest on.
pub fn explain(scene: &Scene<'_>, changes: &mut [Change]) {
    let unsettled = unsettled(scene);
    let mut places = Places::of(scene);
    for change in changes {
        if change.kind == ChangeKind::OrphanAccount {
            if unsettled.contains(&change.agency) {
                change.evidence.push(Evidence::Unsettled { agency: change.agency.clone() });
            }
            continue;
        }
        let Some(person) = change.person.as_ref().and_then(|id| scene.correlation.people.get(id)) else {
            continue;
        };
        let row = places.asking(change).and_then(|reference| rule(scene, person, reference));
        let account = person.matched.clone().filter(|_| change.kind != ChangeKind::CreateAccount);
        if row.is_some() || account.is_some() {
            change.evidence.push(Evidence::Match { row, account });
        }
    }
}

/// The agencies of which some match waits for a word.
pub(super) fn unsettled(scene: &Scene<'_>) -> BTreeSet<AgencyCode> {
    let matches = scene.correlation.people.values().filter_map(|person| person.matched.as_ref());
    matches.filter(|one| !one.is_settled()).map(|one| one.agency.clone()).collect()
}

/// By which rule the row is the person's; the one that found it first, where it says what it said before.
fn rule(scene: &Scene<'_>, person: &Person, reference: RowRef) -> Option<Match> {
    let Resolved::Person(_, why) = scene.correlation.rows.get(&reference)? else { return None };
    let (roster, row) = place(scene.world, reference);
    let first = match why {
        Match::SameRow => person.met.get(&met_as(&roster.agency, row)).copied(),
        why => Some(*why),
    };
    first.filter(|why| *why != Match::New)
}

/// Where the rows that evidence names stand.
struct Places<'s, 'a> {
    scene: &'s Scene<'a>,
    rosters: HashMap<&'a RosterId, usize>,
    rows: HashMap<usize, HashMap<(&'a str, u32), usize>>,
}

impl<'s, 'a> Places<'s, 'a> {
    fn of(scene: &'s Scene<'a>) -> Self {
        let rosters = scene.world.rosters.iter().enumerate().map(|(at, roster)| (&roster.id, at)).collect();
        Self { scene, rosters, rows: HashMap::new() }
    }

    /// The row that asks for a change.
    fn asking(&mut self, change: &Change) -> Option<RowRef> {
        let (id, sheet, number) = change.evidence.iter().find_map(|one| match one {
            Evidence::Row { roster, sheet, row, .. } => Some((roster, sheet, *row)),
            Evidence::Absence { .. }
            | Evidence::Snapshot { .. }
            | Evidence::Rule { .. }
            | Evidence::Operator { .. }
            | Evidence::Match { .. }
            | Evidence::Unsettled { .. } => None,
        })?;
        let roster = *self.rosters.get(id)?;
        let world = self.scene.world;
        let rows = self.rows.entry(roster).or_insert_with(|| {
            let rows = world.rosters[roster].rows.iter().enumerate();
            rows.map(|(at, row)| ((row.sheet.as_str(), row.row), at)).collect()
        });
        Some((roster, *rows.get(&(sheet.as_str(), number))?))
    }
}
