//! What the review page lists and counts: changes by filter, a page at a time by key.

use super::change::{COLUMNS, FROM, with_approvals};
use super::statement::{Row, Statement, sql};
use super::{Standing, Store, StoreError};
use crate::model::Time;
use crate::model::change::{ChangeKind, Gate, Risk, State};
use crate::model::ids::{
    AgencyCode, BrakeKey, ChangeId, ChangeKey, Login, PersonId, RosterId, Subject, TargetId,
};
use crate::model::name::ascii;
use crate::model::rfc3339;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// Which changes a page lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Only these agencies; empty means all. An operator's scope goes here.
    pub agencies: Vec<AgencyCode>,
    /// Only this state.
    pub state: State,
    /// Only this kind.
    pub kind: Option<ChangeKind>,
    /// Only this risk.
    pub risk: Option<Risk>,
    /// Only this gate.
    pub gate: Option<Gate>,
    /// Only this target.
    pub target: Option<TargetId>,
    /// Only what this brake holds, or held.
    pub brake: Option<BrakeKey>,
    /// Only what this roster asks for.
    pub roster: Option<RosterId>,
    /// Only those whose label, subject, addresses or document contain this text, tone marks and case aside.
    pub text: Option<String>,
    /// Only those first proposed before this moment.
    pub proposed_before: Option<Time>,
    /// Only those due on this day or before.
    pub due_by: Option<NaiveDate>,
    /// Only those due on this day or later.
    pub due_from: Option<NaiveDate>,
    /// Only those on which this operator's approval is still open.
    pub waits_for: Option<Waiter>,
    /// Only those last decided or carried out at this moment or later.
    pub decided_since: Option<Time>,
}

/// An operator whose approval changes may wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiter {
    /// Who.
    pub login: Login,
    /// The agencies whose rosters he or she puts in, and whose changes others approve.
    pub not_of: Vec<AgencyCode>,
}

impl Waiter {
    /// Somebody who has approved nothing and puts in nothing: everything that is proposed waits for him or her.
    pub fn anybody() -> Self {
        Self { login: Login::new(""), not_of: Vec::new() }
    }
}

/// A change that one approval is enough for is no longer proposed after it.
const NOT_APPROVED: &str = " AND (c.needed < 2 OR NOT EXISTS (SELECT 1 FROM approval p
     WHERE p.change_id = c.id AND p.operator = ?))";

impl Query {
    /// Everything in a state within a scope.
    pub fn of(state: State, agencies: Vec<AgencyCode>) -> Self {
        Self {
            agencies,
            state,
            kind: None,
            risk: None,
            gate: None,
            target: None,
            brake: None,
            roster: None,
            text: None,
            proposed_before: None,
            due_by: None,
            due_from: None,
            waits_for: None,
            decided_since: None,
        }
    }

    /// `FROM change c … WHERE …` with its arguments: what a change says is not read for it. A search looks through
    /// its own table first. (CROSS JOIN keeps SQLite from choosing otherwise; for PostgreSQL it is a join like any
    /// other.)
    pub(super) fn sql(&self) -> (String, Vec<String>) {
        let Self {
            agencies,
            state,
            kind,
            risk,
            gate,
            target,
            brake,
            roster,
            text,
            proposed_before,
            due_by,
            due_from,
            waits_for,
            decided_since,
        } = self;
        let from = if text.is_some() {
            "FROM change_search s CROSS JOIN change c WHERE c.id = s.id"
        } else {
            "FROM change c WHERE true"
        };
        let mut query = from.to_owned();
        let mut values: Vec<String> = Vec::new();
        let mut add = |fragment: &str, value: String| {
            values.push(value);
            query.push_str(&fragment.replace('?', &format!("${}", values.len())));
        };
        add(" AND c.state = ?", state.to_string());
        for (fragment, value) in [
            (" AND c.kind = ?", kind.map(|kind| kind.to_string())),
            (" AND c.risk = ?", risk.map(|risk| risk.to_string())),
            (" AND c.gate = ?", gate.map(|gate| gate.to_string())),
            (" AND c.target = ?", target.as_ref().map(ToString::to_string)),
            (" AND c.brake = ?", brake.as_ref().map(ToString::to_string)),
            (
                " AND EXISTS (SELECT 1 FROM change_content t WHERE t.id = c.id AND t.evidence LIKE ?)",
                roster.as_ref().map(|id| format!("%\"roster\":\"{id}\"%")),
            ),
            (" AND s.search LIKE ? ESCAPE '\\'", text.as_ref().map(|text| containing(text))),
            (" AND c.proposed < ?", proposed_before.map(rfc3339)),
            (" AND c.due <= ?", due_by.map(|day| day.to_string())),
            (" AND c.due >= ?", due_from.map(|day| day.to_string())),
            (NOT_APPROVED, waits_for.as_ref().map(|one| one.login.to_string())),
            (" AND c.decided >= ?", decided_since.map(rfc3339)),
        ] {
            if let Some(value) = value {
                add(fragment, value);
            }
        }
        narrow(&mut query, &mut values, "c.agency IN", agencies);
        if let Some(Waiter { not_of, .. }) = waits_for {
            narrow(&mut query, &mut values, "c.agency NOT IN", not_of);
        }
        (query, values)
    }
}

/// What `LIKE … ESCAPE '\'` finds a text with, tone marks and case aside.
pub(super) fn containing(text: &str) -> String {
    let literal = ascii(text).replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{literal}%")
}

/// Narrows a statement to some agencies, or to others; where there are none, to nothing less.
pub(super) fn narrow(text: &mut String, values: &mut Vec<String>, is_among: &str, agencies: &[AgencyCode]) {
    if !agencies.is_empty() {
        *text = format!("{text} AND {is_among} ({})", marks(values.len(), agencies.len()));
        values.extend(agencies.iter().map(ToString::to_string));
    }
}

pub(super) fn bind(what: &'static str, text: String, values: &[String]) -> Statement {
    values.iter().fold(sql(what, text), |query, value| query.text(value))
}

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
    /// Of the proposed ones, those that are due.
    pub due: u64,
    /// Carried out since the day began.
    pub applied_today: u64,
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

impl Store {
    /// A page of at most `limit` changes.
    pub async fn list_changes(
        &self,
        query: &Query,
        place: &Place,
        limit: usize,
    ) -> Result<Listing, StoreError> {
        let (from, mut values) = query.sql();
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
        let (from, values) = query.sql();
        let text = format!("SELECT COUNT(*) AS n FROM (SELECT c.id {from} LIMIT {most}) x");
        self.one(bind("count", text, &values)).await?.count("n")
    }

    /// How many changes of a query each agency has, the most first.
    pub async fn changes_by_agency(&self, query: &Query) -> Result<Vec<AgencyGroup>, StoreError> {
        let (from, values) = query.sql();
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
        let (from, values) = query.sql();
        let text = format!("SELECT c.id, c.key {from} ORDER BY c.key, c.id LIMIT {limit}");
        let rows = self.rows(bind("keys", text, &values)).await?;
        let read = |row: &Row| Ok((ChangeId::new(row.text("id")?), ChangeKey::new(row.text("key")?)));
        rows.iter().map(read).collect()
    }

    /// How many changes stand in which state within a scope.
    pub async fn figures(
        &self,
        agencies: &[AgencyCode],
        today: NaiveDate,
        midnight: Time,
    ) -> Result<ChangeFigures, StoreError> {
        let live = super::change::words(State::is_live);
        let within = match agencies.len() {
            0 => String::new(),
            count => format!(" AND c.agency IN ({})", marks(1, count)),
        };
        let scoped = |what, text: String, first: &str| {
            agencies.iter().fold(sql(what, text).text(first), |query, code| query.text(code.as_str()))
        };
        let standing = format!(
            "SELECT c.state, c.kind, COUNT(*) AS n,
                 CAST(SUM(CASE WHEN c.due <= $1 THEN 1 ELSE 0 END) AS BIGINT) AS due
             FROM change c WHERE c.state IN ({live}){within} GROUP BY c.state, c.kind"
        );
        let applied = format!(
            "SELECT COUNT(*) AS n FROM change c WHERE c.decided >= $1 AND c.state = 'applied'{within}"
        );
        let mut tx = self.begin_read().await?;
        let mut figures = ChangeFigures::default();
        for row in tx.rows(scoped("figures", standing, &today.to_string())).await? {
            let (state, count) = (row.word("state", State::parse)?, row.count("n")?);
            *figures.by_state.entry(state).or_default() += count;
            if state == State::Proposed {
                figures.by_kind.insert(row.word("kind", ChangeKind::parse)?, count);
                figures.due += row.count("due")?;
            }
        }
        for row in tx.rows(scoped("figures", applied, &rfc3339(midnight))).await? {
            figures.applied_today = row.count("n")?;
        }
        Ok(figures)
    }

    /// How many proposed changes wait for an operator within a scope, by due date.
    pub async fn waiting_by_due(
        &self,
        agencies: &[AgencyCode],
        waiter: &Waiter,
    ) -> Result<BTreeMap<NaiveDate, u64>, StoreError> {
        let Waiter { login, not_of } = waiter;
        let mut text =
            format!("SELECT c.due, COUNT(*) AS n FROM change c WHERE c.state = 'proposed'{NOT_APPROVED}")
                .replace('?', "$1");
        let mut values = vec![login.to_string()];
        narrow(&mut text, &mut values, "c.agency IN", agencies);
        narrow(&mut text, &mut values, "c.agency NOT IN", not_of);
        let rows = self.rows(bind("waiting by due date", text + " GROUP BY c.due", &values)).await?;
        rows.iter().map(|row| Ok((row.date("due")?, row.count("n")?))).collect()
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

/// The placeholders of `count` values behind the first `before`.
pub(super) fn marks(before: usize, count: usize) -> String {
    (before + 1..=before + count).map(|at| format!("${at}")).collect::<Vec<_>>().join(", ")
}
