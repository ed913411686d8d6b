//! Refused writes: changes that went stale and that nothing has taken the place of. The next pass mostly proposes them anew,
//! and then that is what waits; what it does not propose stands on no other list.

use super::change::{COLUMNS, with_approvals};
use super::page::{bind, marks};
use super::{Standing, Store, StoreError};
use crate::model::ids::{AgencyCode, ChangeId};
use crate::model::{Time, rfc3339};

/// What stands, and what has ended otherwise than by a newer plan: each in the words and the order of its partial index
/// (`change_live`, `change_ended`), for SQLite takes it for no other.
const LIVE: &str = "'proposed', 'held', 'approved', 'claimed', 'ordered', 'unknown', 'expired', 'failed'";
const ENDED: &str = "'rejected', 'applied', 'stale', 'undone'";

/// `FROM … WHERE …` with its arguments. Something newer on the same subject and of the same kind answers a stale one, be it
/// that it stands, was carried out, refused by a person or by the target once more. (Two questions, each with the states of
/// a partial index.)
fn standing(agencies: &[AgencyCode], since: Time) -> (String, Vec<String>) {
    let newer = |states: &str| {
        format!(
            " AND NOT EXISTS (SELECT 1 FROM change n WHERE n.target = c.target AND n.subject = c.subject
                 AND n.kind = c.kind AND n.state IN ({states}) AND n.id > c.id)"
        )
    };
    let mut text = format!(
        "FROM change c JOIN change_content t ON t.id = c.id WHERE c.state = 'stale' AND c.since >= $1{}{}",
        newer(LIVE),
        newer(ENDED)
    );
    let mut values = vec![rfc3339(since)];
    if !agencies.is_empty() {
        text = format!("{text} AND t.agency IN ({})", marks(values.len(), agencies.len()));
        values.extend(agencies.iter().map(ToString::to_string));
    }
    (text, values)
}

impl Store {
    /// How many writes of a scope were refused since a moment for what had moved, with nothing newer in their place.
    pub async fn count_refused_writes(
        &self,
        agencies: &[AgencyCode],
        since: Time,
    ) -> Result<u64, StoreError> {
        let (from, values) = standing(agencies, since);
        self.one(bind("refused writes", format!("SELECT COUNT(*) AS n {from}"), &values)).await?.count("n")
    }

    /// At most `limit` of them, the latest proposed first, after the one with id `after`.
    pub async fn refused_writes(
        &self,
        agencies: &[AgencyCode],
        since: Time,
        after: Option<&ChangeId>,
        limit: usize,
    ) -> Result<Vec<Standing>, StoreError> {
        let (mut from, mut values) = standing(agencies, since);
        if let Some(after) = after {
            values.push(after.to_string());
            from = format!("{from} AND c.id < ${}", values.len());
        }
        let text = format!("SELECT {COLUMNS} {from} ORDER BY c.id DESC LIMIT {limit}");
        with_approvals(&self.rows(bind("refused writes", text, &values)).await?, &[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::change::State;

    #[test]
    fn every_state_stands_or_has_ended_but_the_one_that_a_newer_plan_brings() {
        for state in State::ALL {
            let named = |list: &str| list.contains(&format!("'{state}'"));
            assert_eq!(named(LIVE), state.is_live(), "{state}");
            assert_eq!(named(ENDED), !state.is_live() && *state != State::Superseded, "{state}");
        }
    }

    #[test]
    fn the_lists_are_those_of_the_indexes() {
        let schema = include_str!("../../migrations/0001_first.sql");
        for (index, list) in [("change_live", LIVE), ("change_ended", ENDED)] {
            let (_, rest) = schema.split_once(&format!("INDEX {index} ON")).unwrap();
            assert!(rest.split(';').next().unwrap().contains(&format!("WHERE state IN ({list})")), "{index}");
        }
    }
}
