//! Who is away: on leave or seconded by the last word of the agency, from the day it names.

use super::Scene;
use super::correlate::place;
use super::fold::Stand;
use crate::model::ids::PersonId;
use crate::model::record::Status;
use std::collections::BTreeSet;

/// The people who are away today.
pub fn away(scene: &Scene<'_>) -> BTreeSet<PersonId> {
    let today = scene.world.today;
    let rests = |stand: Stand| match stand {
        Stand::Present(row) => {
            let (_, record) = place(scene.world, row);
            record.status.is_some_and(Status::pauses)
                && record.effective_date.is_none_or(|from| from <= today)
        }
        Stand::Left(_) | Stand::Away(_) | Stand::Revoked(_) | Stand::Suspended(_) | Stand::Absent(_) => false,
    };
    let people = scene.standing.people.iter();
    people
        .filter(|(_, stands)| stands.iter().any(|(_, stand)| rests(stand)))
        .map(|(id, _)| (*id).clone())
        .collect()
}
