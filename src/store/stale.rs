//! Refused writes: changes that went stale and that nothing has taken the place of. The next pass mostly proposes them anew,
//! and then that is what waits; what it does not propose stands on no other list.

use super::change::{COLUMNS, with_approvals, words};
use super::page::{bind, marks};
use super::{Standing, Store, StoreError};
use crate::model::change::State;
use crate::model::ids::{AgencyCode, ChangeId};
use crate::model::{Time, rfc3339};

/// `FROM … WHERE …` with its arguments. Something newer on the same subject and of the same kind answers a stale one, be it
/// that it stands, was carried out, refused by a person or by the target once more. (Two questions, each with the states of
/// a partial index.)
fn standing(agencies: &[AgencyCode], since: Time) -> (String, Vec<String>) {
    let (live, ended) = (words(State::is_live), "'rejected', 'applied', 'stale', 'undone'");
    let newer = |states: &str| {
        format!(
            " AND NOT EXISTS (SELECT 1 FROM change n WHERE n.target = c.target AND n.subject = c.subject
                 AND n.kind = c.kind AND n.state IN ({states}) AND n.id > c.id)"
        )
    };
    let mut text = format!(
        "FROM change c JOIN change_content t ON t.id = c.id WHERE c.state = 'stale' AND c.since >= $1{}{}",
        newer(&live),
        newer(ended)
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
