//! Refused writes: changes that went stale and that nothing has taken the place of. The next pass mostly proposes them anew,
//! and then that is what waits; what it does not propose stands on no other list.

use super::change::{COLUMNS, FROM, with_approvals, words};
use super::query::{bind, narrow};
use super::{Standing, Store, StoreError};
use crate::model::change::State;
use crate::model::ids::{AgencyCode, ChangeId};
use crate::model::{Time, rfc3339};

/// Whether it has ended otherwise than by a newer plan.
fn has_ended(state: State) -> bool {
    !state.is_live() && state != State::Superseded
}

/// `WHERE …` with its arguments, on `change c`. Something newer on the same subject and of the same kind answers a stale one, be it
/// that it stands, was carried out, refused by a person or by the target once more. (Two questions, each with the states of
/// a partial index.)
fn standing(agencies: &[AgencyCode], since: Time) -> (String, Vec<String>) {
    let newer = |states: String| {
        format!(
            " AND NOT EXISTS (SELECT 1 FROM change n WHERE n.target = c.target AND n.subject = c.subject
                 AND n.kind = c.kind AND n.state IN ({states}) AND n.id > c.id)"
        )
    };
    let (live, ended) = (newer(words(State::is_live)), newer(words(has_ended)));
    let mut text = format!("WHERE c.state = 'stale' AND c.since >= $1{live}{ended}");
    let mut values = vec![rfc3339(since)];
    narrow(&mut text, &mut values, "c.agency IN", agencies);
    (text, values)
}

impl Store {
    /// How many writes of a scope were refused since a moment for what had moved, with nothing newer in their place.
    pub async fn count_refused_writes(
        &self,
        agencies: &[AgencyCode],
        since: Time,
    ) -> Result<u64, StoreError> {
        let (condition, values) = standing(agencies, since);
        let text = format!("SELECT COUNT(*) AS n FROM change c {condition}");
        self.one(bind("refused writes", text, &values)).await?.count("n")
    }

    /// At most `limit` of them, the latest proposed first, after the one with id `after`.
    pub async fn refused_writes(
        &self,
        agencies: &[AgencyCode],
        since: Time,
        after: Option<&ChangeId>,
        limit: usize,
    ) -> Result<Vec<Standing>, StoreError> {
        let (mut condition, mut values) = standing(agencies, since);
        if let Some(after) = after {
            values.push(after.to_string());
            condition = format!("{condition} AND c.id < ${}", values.len());
        }
        let text = format!("SELECT {COLUMNS} {FROM} {condition} ORDER BY c.id DESC LIMIT {limit}");
        with_approvals(&self.rows(bind("refused writes", text, &values)).await?, &[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a partial index of the schema is for.
    fn covered(index: &str) -> &'static str {
        let schema = include_str!("../../migrations/0001_first.sql");
        let (_, rest) = schema.split_once(&format!("INDEX {index} ON")).unwrap();
        rest.split(';').next().unwrap()
    }

    #[test]
    fn every_state_stands_or_has_ended_but_the_one_that_a_newer_plan_brings() {
        for state in State::ALL {
            let named = |index| covered(index).contains(&format!("'{state}'"));
            assert_eq!(named("change_live"), state.is_live(), "{state}");
            assert_eq!(named("change_ended"), !state.is_live() && *state != State::Superseded, "{state}");
        }
    }

    #[test]
    fn the_lists_are_those_of_the_indexes() {
        // In their order too: SQLite takes a partial index for no other.
        for (index, list) in [("change_live", words(State::is_live)), ("change_ended", words(has_ended))] {
            assert!(covered(index).contains(&format!("WHERE state IN ({list})")), "{index}");
        }
    }
}
