//! What the review page lists and counts: changes by filter, a page at a time by key.

use super::change::{COLUMNS, FROM, with_approvals};
use super::query::{APPROVED, Search, bind, narrow};
use super::statement::{Row, sql};
use super::{Query, Standing, Store, StoreError, Waiter};
use crate::model::Time;
use crate::model::change::{ChangeKind, State};
use crate::model::ids::{AgencyCode, ChangeId, ChangeKey, PersonId, Subject, TargetId};
use crate::model::rfc3339;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Where a page begins: after a change, or before one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// At the beginning.
    First,
    /// After the change with this id.
    After(ChangeId),
    /// So that it ends before the change with this id.
    Before(ChangeId),
}

/// One page of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The changes, by due date and id.
    pub rows: Vec<Standing>,
    /// Whether more follow.
    pub more_after: bool,
    /// Whether there are more before.
    pub more_before: bool,
}

/// How many changes stand in which state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeFigures {
    /// By state; what has ended is not counted.
    pub by_state: BTreeMap<State, u64>,
    /// Of the proposed ones, by kind.
    pub by_kind: BTreeMap<ChangeKind, u64>,
    /// Of the proposed ones, by due date.
    pub by_due: BTreeMap<NaiveDate, u64>,
    /// Carried out since the day began.
    pub applied_today: u64,
}

impl ChangeFigures {
    /// Of the proposed changes, how many are due on a day or were before.
    pub fn due(&self, today: NaiveDate) -> u64 {
        self.by_due.range(..=today).map(|(_, count)| count).sum()
    }
}

/// How many changes of a query an agency has.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AgencyGroup {
    /// The agency.
    pub agency: AgencyCode,
    /// How many.
    pub count: u64,
    /// How many of them are of high risk.
    pub high: u64,
    /// The earliest due date.
    pub due: String,
}

/// What more than one has to approve, as the index has it that holds these alone.
const WAITS_FOR_MORE: &str = "c.state = 'proposed' AND c.needed > 1";

impl Store {
    /// A page of at most `limit` changes.
    pub async fn list_changes(
        &self,
        query: &Query,
        place: &Place,
        limit: usize,
    ) -> Result<Listing, StoreError> {
        let search = self.search(query).await?;
        self.list(query, &search, place, limit).await
    }

    /// The same, with how many changes the query has, counted up to `most`.
    pub async fn list_and_count(
        &self,
        query: &Query,
        place: &Place,
        limit: usize,
        most: u64,
    ) -> Result<(Listing, u64), StoreError> {
        let search = self.search(query).await?;
        let listing = self.list(query, &search, place, limit).await?;
        // A list that fits on one page was counted with it.
        let count = if listing.more_after || listing.more_before {
            self.count(query, &search, most).await?
        } else {
            listing.rows.len() as u64
        };
        Ok((listing, count))
    }

    async fn list(
        &self,
        query: &Query,
        search: &Search,
        place: &Place,
        limit: usize,
    ) -> Result<Listing, StoreError> {
        let (from, mut values) = query.sql(self.dialect, search);
        let (condition, order) = match place {
            Place::First => (String::new(), "c.due, c.id"),
            Place::After(id) => {
                values.push(id.to_string());
                let n = values.len();
                let after =
                    format!(" AND (c.due, c.id) > (SELECT a.due, a.id FROM change a WHERE a.id = ${n})");
                (after, "c.due, c.id")
            }
            Place::Before(id) => {
                values.push(id.to_string());
                let n = values.len();
                let before =
                    format!(" AND (c.due, c.id) < (SELECT a.due, a.id FROM change a WHERE a.id = ${n})");
                (before, "c.due DESC, c.id DESC")
            }
        };
        let ids = format!("SELECT c.id {from}{condition} ORDER BY {order} LIMIT {}", limit + 1);
        let page = format!("SELECT {COLUMNS} {FROM} WHERE c.id IN ({ids}) ORDER BY {order}");
        let mut tx = self.begin_read().await?;
        let mut rows = tx.rows(bind("changes", page, &values)).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        if matches!(place, Place::Before(_)) {
            rows.reverse();
        }
        let ids = super::change::id_list(
            rows.iter().map(|row| row.text("id")).collect::<Result<Vec<_>, _>>()?.iter().map(String::as_str),
        )?;
        let approvals = format!(
            "SELECT p.change_id, COALESCE(p.operator, 'policy:' || p.policy) AS by_whom FROM approval p
             WHERE p.change_id IN (SELECT s.id FROM {} s) ORDER BY p.at, p.operator",
            self.dialect.ids()
        );
        let approvals = tx.rows(sql("approvals", approvals).text(&ids)).await?;
        let rows = with_approvals(&rows, &approvals)?;
        let (more_after, more_before) = match place {
            Place::First => (more, false),
            Place::After(_) => (more, true),
            Place::Before(_) => (true, more),
        };
        Ok(Listing { rows, more_after, more_before })
    }

    /// How many changes a query has, counted up to `most`.
    pub async fn count_changes(&self, query: &Query, most: u64) -> Result<u64, StoreError> {
        self.count(query, &Search::Whole, most).await
    }

    async fn count(&self, query: &Query, search: &Search, most: u64) -> Result<u64, StoreError> {
        // To count, one reads on where a page is full: what many contain is looked for in all that is searched in.
        let search = if *search == Search::InOrder { &Search::Whole } else { search };
        let (from, values) = query.sql(self.dialect, search);
        let text = format!("SELECT COUNT(*) AS n FROM (SELECT c.id {from} LIMIT {most}) x");
        self.one(bind("count", text, &values)).await?.count("n")
    }

    /// How many changes of a query each agency has, the most first.
    pub async fn changes_by_agency(&self, query: &Query) -> Result<Vec<AgencyGroup>, StoreError> {
        let (from, values) = query.sql(self.dialect, &Search::Whole);
        let text = format!(
            "SELECT c.agency, COUNT(*) AS n, MIN(c.due) AS due,
                 CAST(SUM(CASE WHEN c.risk = 'high' THEN 1 ELSE 0 END) AS BIGINT) AS high
             {from} GROUP BY c.agency ORDER BY n DESC, c.agency"
        );
        let rows = self.rows(bind("groups", text, &values)).await?;
        let group = |row: &Row| {
            Ok(AgencyGroup {
                agency: row.word("agency", AgencyCode::stored)?,
                count: row.count("n")?,
                high: row.count("high")?,
                due: row.text("due")?,
            })
        };
        rows.iter().map(group).collect()
    }

    /// Ids and keys of at most `limit` changes of a query, by key: what a bulk decision covers.
    pub async fn change_keys(
        &self,
        query: &Query,
        limit: usize,
    ) -> Result<Vec<(ChangeId, ChangeKey)>, StoreError> {
        let (from, values) = query.sql(self.dialect, &Search::Whole);
        let text = format!("SELECT c.id, c.key {from} ORDER BY c.key, c.id LIMIT {limit}");
        let rows = self.rows(bind("keys", text, &values)).await?;
        let read = |row: &Row| Ok((ChangeId::new(row.text("id")?), ChangeKey::new(row.text("key")?)));
        rows.iter().map(read).collect()
    }

    /// How many changes stand in which state within a scope.
    pub async fn figures(
        &self,
        agencies: &[AgencyCode],
        midnight: Time,
    ) -> Result<ChangeFigures, StoreError> {
        let live = super::change::words(State::is_live);
        let mut standing =
            format!("SELECT c.state, c.kind, c.due, COUNT(*) AS n FROM change c WHERE c.state IN ({live})");
        let mut within = Vec::new();
        narrow(&mut standing, &mut within, "c.agency IN", agencies);
        let standing = bind("figures", standing + " GROUP BY c.state, c.kind, c.due", &within);
        let mut applied =
            "SELECT COUNT(*) AS n FROM change c WHERE c.decided >= $1 AND c.state = 'applied'".to_owned();
        let mut within = vec![rfc3339(midnight)];
        narrow(&mut applied, &mut within, "c.agency IN", agencies);
        let mut tx = self.begin_read().await?;
        let mut figures = ChangeFigures::default();
        for row in tx.rows(standing).await? {
            let (state, count) = (row.word("state", State::parse)?, row.count("n")?);
            *figures.by_state.entry(state).or_default() += count;
            if state == State::Proposed {
                *figures.by_kind.entry(row.word("kind", ChangeKind::parse)?).or_default() += count;
                *figures.by_due.entry(row.date("due")?).or_default() += count;
            }
        }
        for row in tx.rows(bind("figures", applied, &within)).await? {
            figures.applied_today = row.count("n")?;
        }
        Ok(figures)
    }

    /// How many proposed changes of a scope wait for an operator, by due date: of those in `figures` all that he or she has
    /// neither approved nor put in, which are fewer and faster to count.
    pub async fn waiting_by_due(
        &self,
        figures: &ChangeFigures,
        agencies: &[AgencyCode],
        waiter: &Waiter,
    ) -> Result<BTreeMap<NaiveDate, u64>, StoreError> {
        let Waiter { login, not_of } = waiter;
        let mut approved = format!("{WAITS_FOR_MORE} AND EXISTS ({APPROVED})").replace('?', "$1");
        let mut values = vec![login.to_string()];
        narrow(&mut approved, &mut values, "c.agency NOT IN", not_of);
        let mut do_not_wait = vec![(approved, values)];
        if !not_of.is_empty() {
            let (mut put_in, mut values) = ("c.state = 'proposed'".to_owned(), Vec::new());
            narrow(&mut put_in, &mut values, "c.agency IN", not_of);
            do_not_wait.push((put_in, values));
        }
        let mut waiting = figures.by_due.clone();
        for (mut condition, mut values) in do_not_wait {
            narrow(&mut condition, &mut values, "c.agency IN", agencies);
            let text = format!("SELECT c.due, COUNT(*) AS n FROM change c WHERE {condition} GROUP BY c.due");
            for row in self.rows(bind("what does not wait", text, &values)).await? {
                let count = waiting.entry(row.date("due")?).or_default();
                *count = count.saturating_sub(row.count("n")?);
            }
        }
        waiting.retain(|_, count| *count > 0);
        Ok(waiting)
    }

    /// Who approved a change and when, in order.
    pub async fn approvals(&self, id: &ChangeId) -> Result<Vec<(String, Time)>, StoreError> {
        let query = sql(
            "approvals",
            "SELECT COALESCE(operator, 'policy:' || policy) AS by_whom, at FROM approval
             WHERE change_id = $1 ORDER BY at, operator",
        );
        let rows = self.rows(query.text(id.as_str())).await?;
        rows.iter().map(|row| Ok((row.text("by_whom")?, row.time("at")?))).collect()
    }

    /// What was ever proposed for a person, and for a subject of an agency, the latest first.
    pub async fn history(
        &self,
        person: Option<&PersonId>,
        agency: &AgencyCode,
        subject: (&TargetId, &Subject),
        limit: usize,
    ) -> Result<Vec<Standing>, StoreError> {
        let select = |condition: &str| {
            format!(
                "SELECT {COLUMNS} {FROM} WHERE {condition}
                 ORDER BY c.proposed DESC, c.id DESC LIMIT {limit}"
            )
        };
        let of_account = sql("history", select("c.agency = $1 AND c.target = $2 AND c.subject = $3"))
            .text(agency.as_str())
            .text(subject.0.as_str())
            .text(subject.1.as_str());
        let mut found = with_approvals(&self.rows(of_account).await?, &[])?;
        if let Some(person) = person {
            // Two reads, each by its index: one with OR would use none.
            let query = sql("history", select("t.person = $1")).text(person.as_str());
            found.extend(with_approvals(&self.rows(query).await?, &[])?);
        }
        let latest = |one: &Standing| std::cmp::Reverse((one.stored.proposed, one.stored.id.clone()));
        found.sort_by_key(latest);
        found.dedup_by(|one, other| one.stored.id == other.stored.id);
        found.truncate(limit);
        Ok(found)
    }
}
