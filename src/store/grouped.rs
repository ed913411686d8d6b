//! Changes by the roster that asks for them: how many of a query each has.

use super::query::{Search, bind};
use super::statement::Row;
use super::{Query, Store, StoreError};
use crate::model::Time;
use crate::model::ids::{AgencyCode, RosterId};

/// How many changes of a query a roster asks for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RosterGroup {
    /// The roster.
    pub roster: RosterId,
    /// Whose; `None` where it is no longer kept.
    pub agency: Option<AgencyCode>,
    /// The file's name as dropped.
    pub file: Option<String>,
    /// When it arrived.
    pub arrived: Option<Time>,
    /// How many.
    pub count: u64,
    /// How many of them are of high risk.
    pub high: u64,
    /// The earliest due date.
    pub due: String,
}

impl Store {
    /// How many changes of a query each roster asks for, at most `limit` rosters, the most first. What two rosters ask
    /// for is counted at each.
    pub async fn changes_by_roster(
        &self,
        query: &Query,
        limit: usize,
    ) -> Result<Vec<RosterGroup>, StoreError> {
        let (from, values) = query.sql(self.dialect, &Search::Whole);
        let (elements, roster) = self.dialect.evidence();
        let text = format!(
            "SELECT x.roster, r.agency, r.file, r.arrived, COUNT(*) AS n, MIN(x.due) AS due,
                 CAST(SUM(CASE WHEN x.risk = 'high' THEN 1 ELSE 0 END) AS BIGINT) AS high
             FROM (SELECT DISTINCT q.id, q.due, q.risk, {roster} AS roster
                   FROM (SELECT c.id, c.due, c.risk,
                             (SELECT t.evidence FROM change_content t WHERE t.id = c.id) AS evidence
                         {from}) q {elements}) x
             LEFT JOIN roster r ON r.id = x.roster
             WHERE x.roster IS NOT NULL
             GROUP BY x.roster, r.agency, r.file, r.arrived ORDER BY n DESC, x.roster LIMIT {limit}"
        );
        let rows = self.rows(bind("groups", text, &values)).await?;
        let group = |row: &Row| {
            Ok(RosterGroup {
                roster: RosterId::new(row.text("roster")?),
                agency: row.maybe("agency")?.and_then(|code| AgencyCode::stored(&code)),
                file: row.maybe("file")?,
                arrived: row.maybe_time("arrived")?,
                count: row.count("n")?,
                high: row.count("high")?,
                due: row.text("due")?,
            })
        };
        rows.iter().map(group).collect()
    }

    /// How many changes of a query no roster asks for.
    pub async fn count_without_roster(&self, query: &Query) -> Result<u64, StoreError> {
        let (from, values) = query.sql(self.dialect, &Search::Whole);
        let text = format!(
            "SELECT COUNT(*) AS n {from} AND EXISTS (SELECT 1 FROM change_content t
             WHERE t.id = c.id AND t.evidence NOT LIKE '%\"roster\":\"%')"
        );
        self.one(bind("count", text, &values)).await?.count("n")
    }
}
