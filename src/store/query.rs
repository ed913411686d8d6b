//! A query: which changes a list, a count or a bulk decision is about, as SQL.

use super::change::id_list;
use super::dialect::Dialect;
use super::statement::{Statement, sql};
use super::{Store, StoreError};
use crate::model::Time;
use crate::model::change::{ChangeKind, Gate, Risk, State};
use crate::model::ids::{AgencyCode, BrakeKey, Login, RosterId, TargetId};
use crate::model::rfc3339;
use chrono::NaiveDate;

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

/// Whether an operator has approved a change.
pub(super) const APPROVED: &str = "SELECT 1 FROM approval p WHERE p.change_id = c.id AND p.operator = ?";

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

    /// `FROM change c … WHERE …` with its arguments: what a change says is not read for it. (CROSS JOIN keeps SQLite from
    /// choosing another order; for PostgreSQL it is a join like any other, and the text of a change a question that it
    /// asks for each.)
    pub(super) fn sql(&self, dialect: Dialect, search: &Search) -> (String, Vec<String>) {
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
        let mut values: Vec<String> = Vec::new();
        let looked_in = |column| text.as_ref().map(|text| dialect.contains(column, text));
        let (mut query, contains) = match (search, text) {
            (Search::Among(ids), Some(_)) => {
                values.push(ids.clone());
                (format!("FROM {} s CROSS JOIN change c WHERE c.id = s.id", dialect.ids()), None)
            }
            (Search::Whole, Some(_)) => {
                let from = "FROM change_search s CROSS JOIN change c WHERE c.id = s.id";
                (from.to_owned(), looked_in("s.search"))
            }
            (_, None) | (Search::InOrder, _) => {
                let of_change = "(SELECT s.search FROM change_search s WHERE s.id = c.id)";
                ("FROM change c WHERE true".to_owned(), looked_in(of_change))
            }
        };
        let mut add = |fragment: &str, value: String| {
            values.push(value);
            query.push_str(&fragment.replace('?', &format!("${}", values.len())));
        };
        add(" AND c.state = ?", state.to_string());
        // A change that one approval is enough for is no longer proposed after it.
        let not_approved = format!(" AND (c.needed < 2 OR NOT EXISTS ({APPROVED}))");
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
            (" AND c.proposed < ?", proposed_before.map(rfc3339)),
            (" AND c.due <= ?", due_by.map(|day| day.to_string())),
            (" AND c.due >= ?", due_from.map(|day| day.to_string())),
            (not_approved.as_str(), waits_for.as_ref().map(|one| one.login.to_string())),
            (" AND c.decided >= ?", decided_since.map(rfc3339)),
        ] {
            if let Some(value) = value {
                add(fragment, value);
            }
        }
        if let Some((contains, value)) = contains {
            add(&format!(" AND {contains}"), value);
        }
        narrow(&mut query, &mut values, "c.agency IN", agencies);
        if let Some(Waiter { not_of, .. }) = waits_for {
            narrow(&mut query, &mut values, "c.agency NOT IN", not_of);
        }
        (query, values)
    }
}

/// How a text is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Search {
    /// Through everything that is searched in, first.
    Whole,
    /// Change by change in the order of a list: where many contain it, a page is full after few.
    InOrder,
    /// It was found in these: a JSON array of ids.
    Among(String),
}

/// More changes than this contain a text that many contain.
const FEW: usize = 1_000;

impl Store {
    /// How the text of a query is best looked for, by how many contain it; what was found by that is not looked for
    /// again.
    pub(super) async fn search(&self, query: &Query) -> Result<Search, StoreError> {
        let Some(text) = &query.text else { return Ok(Search::InOrder) };
        let (contains, value) = self.dialect.contains("s.search", text);
        let contains = contains.replace('?', "$1");
        let ids = format!("SELECT s.id FROM change_search s WHERE {contains} LIMIT {}", FEW + 1);
        let found = self.rows(sql("search", ids).text(&value)).await?;
        if found.len() > FEW {
            return Ok(Search::InOrder);
        }
        let ids = found.iter().map(|row| row.text("id")).collect::<Result<Vec<_>, _>>()?;
        Ok(Search::Among(id_list(ids.iter().map(String::as_str))?))
    }
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

/// The placeholders of `count` values behind the first `before`.
fn marks(before: usize, count: usize) -> String {
    (before + 1..=before + count).map(|at| format!("${at}")).collect::<Vec<_>>().join(", ")
}
