//! The review list: changes of a state, filtered, a page at a time by key.

use super::super::desk::Desk;
use super::super::error::PageError;
use super::super::view::Signed;
use crate::model::change::{ChangeKind, Gate, Risk, State as ChangeState, StoredChange};
use crate::model::ids::{AgencyCode, BrakeKey, ChangeId, Login, RosterId, TargetId};
use crate::model::name::by_given;
use crate::model::operator::Operator;
use crate::model::vocabulary::words;
use crate::store::{Place, Query, RosterGroup, Waiter};
use axum::extract::State;
use axum::response::Response;
use chrono::{NaiveDate, TimeDelta};
use minijinja::{Value, context};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Changes a page.
pub(in super::super) const PER_PAGE: usize = 50;
/// A list's length is counted up to here, and said to be more beyond.
const COUNTED: u64 = 2_000;
/// Rosters that a list by roster shows.
const GROUPS: usize = 200;

/// A filter as a query has it; what is empty filters nothing.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(in super::super) struct Asked {
    pub state: String,
    pub agency: String,
    pub kind: String,
    pub risk: String,
    pub gate: String,
    pub target: String,
    pub text: String,
    /// The word of a [`Due`].
    pub due: String,
    /// Only what waits for the very operator who looks.
    pub mine: String,
    /// Only what waits since so many days or more.
    pub age: String,
    /// `today`: only what was decided or carried out today.
    pub decided: String,
    pub roster: String,
    pub brake: String,
    /// `agency` or `roster`: how many of each instead of the changes.
    pub group: String,
    #[serde(skip_serializing)]
    pub after: String,
    #[serde(skip_serializing)]
    pub before: String,
}

impl Asked {
    /// The query within the operator's scope. A word that is none is said to be so.
    pub fn query(&self, desk: &Desk, operator: &Operator) -> Result<Query, PageError> {
        let agencies = match parsed(&self.agency, AgencyCode::stored)? {
            Some(code) if operator.may_see(&code) => vec![code],
            Some(_) => return Err(PageError::NotFound),
            None => operator.agencies.iter().cloned().collect(),
        };
        let today = desk.today();
        let due = parsed(&self.due, Due::parse)?;
        let days = parsed(&self.age, |text| text.parse::<u16>().ok())?;
        Ok(Query {
            kind: parsed(&self.kind, ChangeKind::parse)?,
            risk: parsed(&self.risk, Risk::parse)?,
            gate: parsed(&self.gate, Gate::parse)?,
            target: parsed(&self.target, |text| Some(TargetId::new(text)))?,
            brake: parsed(&self.brake, |text| Some(BrakeKey::new(text)))?,
            roster: parsed(&self.roster, |text| Some(RosterId::new(text)))?,
            text: parsed(self.text.trim(), |text| Some(text.to_owned()))?,
            proposed_before: days.map(|days| desk.midnight(today) - TimeDelta::days(i64::from(days) - 1)),
            due_by: due.and_then(|due| due.span(today).1),
            due_from: due.and_then(|due| due.span(today).0),
            waits_for: (!self.mine.is_empty()).then(|| waiter(desk, operator)),
            decided_since: parsed(&self.decided, |text| (text == "today").then(|| desk.midnight(today)))?,
            ..Query::of(parsed(&self.state, ChangeState::parse)?.unwrap_or(ChangeState::Proposed), agencies)
        })
    }

    fn place(&self) -> Place {
        match (self.after.as_str(), self.before.as_str()) {
            ("", "") => Place::First,
            ("", before) => Place::Before(ChangeId::new(before)),
            (after, _) => Place::After(ChangeId::new(after)),
        }
    }

    /// Whether anything but the state is asked for.
    fn is_filtered(&self) -> bool {
        let Self {
            state: _,
            agency,
            kind,
            risk,
            gate,
            target,
            text,
            due,
            mine,
            age,
            decided,
            roster,
            brake,
            group: _,
            after: _,
            before: _,
        } = self;
        [agency, kind, risk, gate, target, text, due, mine, age, decided, roster, brake]
            .iter()
            .any(|one| !one.is_empty())
    }
}

words!(
    /// When something is due, seen from today.
    Due {
        /// Today, or before.
        Today = "today",
        /// Before today.
        Overdue = "overdue",
        /// On this very day.
        OnDay = "on-day",
        /// Within the seven days after it.
        Week = "week",
        /// After those.
        Later = "later",
    }
);

impl Due {
    /// Those that have nothing in common and leave nothing out, by date.
    pub const APART: [Self; 4] = [Self::Overdue, Self::OnDay, Self::Week, Self::Later];

    /// The first and the last day of it, where it has one.
    pub fn span(self, today: NaiveDate) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let day = |days| Some(today + TimeDelta::days(days));
        match self {
            Self::Today => (None, day(0)),
            Self::Overdue => (None, day(-1)),
            Self::OnDay => (day(0), day(0)),
            Self::Week => (day(1), day(7)),
            Self::Later => (day(8), None),
        }
    }

    /// Whether a day lies in it.
    pub fn holds(self, day: NaiveDate, today: NaiveDate) -> bool {
        let (from, to) = self.span(today);
        from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to)
    }
}

/// An operator as one whose approval may be waited for: not that of what the own agency put in.
pub(super) fn waiter(desk: &Desk, operator: &Operator) -> Waiter {
    let login = operator.login.clone();
    let own = desk.site.agencies.keys().filter(|code| desk.forbidden(code).contains(&login));
    Waiter { not_of: own.cloned().collect(), login }
}

fn parsed<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, PageError> {
    if text.is_empty() {
        return Ok(None);
    }
    parse(text).map(Some).ok_or_else(|| {
        PageError::Bad(
            format!("Bộ lọc có giá trị không dùng được: “{text}”."),
            format!("The filter has a value that cannot be used: “{text}”."),
        )
    })
}

/// One attribute's difference.
#[derive(Debug, Clone, Serialize)]
pub(in super::super) struct Difference {
    pub attr: &'static str,
    pub before: String,
    pub after: String,
    /// `added`, `removed`, `changed`, or `same`.
    pub how: &'static str,
    /// Whether the kind of change says it already.
    #[serde(skip)]
    pub told_by_kind: bool,
}

/// A change as a list shows it.
#[derive(Debug, Clone, Serialize)]
pub(in super::super) struct Line {
    pub id: String,
    pub key: String,
    pub name: String,
    pub address: String,
    pub kind: ChangeKind,
    pub agency: AgencyCode,
    pub target: TargetId,
    pub state: ChangeState,
    pub risk: Risk,
    pub gate: Gate,
    pub needed: usize,
    pub have: usize,
    /// Whether the operator who looks has approved it.
    pub mine: bool,
    pub due: String,
    pub overdue: bool,
    pub differences: Vec<Difference>,
    pub document: Option<String>,
    /// The workbook behind it.
    pub file: Option<String>,
    pub outcome: Option<String>,
}

impl Line {
    /// The line of a change, for `login`, on a local date.
    pub fn of(stored: &StoredChange, login: &Login, today: chrono::NaiveDate) -> Self {
        let change = &stored.change;
        let (name, address) = match change.label.split_once(" <") {
            Some((name, address)) => (name.to_owned(), address.trim_end_matches('>').to_owned()),
            None => (change.label.clone(), String::new()),
        };
        let by_operators = stored.approvals.iter().filter(|by| !by.starts_with("policy:"));
        let file = change.evidence.iter().find_map(|one| one.file().map(str::to_owned));
        let shown = |one: &Difference| match change.kind {
            ChangeKind::CreateAccount => ["title", "unit"].contains(&one.attr),
            ChangeKind::GrantRole | ChangeKind::RevokeRole => one.attr == "role",
            _ => !one.told_by_kind,
        };
        Self {
            id: stored.id.to_string(),
            key: stored.key.to_string(),
            name,
            address,
            kind: change.kind,
            agency: change.agency.clone(),
            target: change.target.clone(),
            state: stored.state,
            risk: change.risk,
            gate: change.gate,
            needed: change.gate.needed(),
            have: by_operators.clone().count(),
            mine: by_operators.clone().any(|by| by == login.as_str()),
            due: change.due.to_string(),
            overdue: change.due < today,
            differences: differences(stored).into_iter().filter(shown).collect(),
            document: change.document.clone(),
            file,
            outcome: stored.outcome.clone(),
        }
    }
}

/// What differs, attribute by attribute.
pub(in super::super) fn differences(stored: &StoredChange) -> Vec<Difference> {
    let change = &stored.change;
    // What is only before says where the entry lies: it is not touched.
    change
        .after
        .keys()
        .map(|attr| {
            let text = |side: &crate::model::account::Attrs| {
                side.get(attr).map(ToString::to_string).unwrap_or_default()
            };
            let (before, after) = (text(&change.before), text(&change.after));
            let how = match (before.as_str(), after.as_str()) {
                (before, after) if before == after => "same",
                ("", _) => "added",
                (_, "") => "removed",
                _ => "changed",
            };
            Difference { attr: attr.as_str(), before, after, how, told_by_kind: attr.is_told_by_kind() }
        })
        .collect()
}

/// How many changes of a query each roster asks for.
pub(in super::super) struct ByRoster {
    pub rosters: Vec<RosterGroup>,
    /// Whether more rosters follow.
    pub cut: bool,
    /// How many changes no roster asks for.
    pub without: u64,
}

/// The changes of a query by roster, the first rosters of them.
pub(in super::super) async fn by_roster(desk: &Desk, query: &Query) -> Result<ByRoster, PageError> {
    let mut rosters = desk.store.changes_by_roster(query, GROUPS + 1).await?;
    let cut = rosters.len() > GROUPS;
    rosters.truncate(GROUPS);
    Ok(ByRoster { rosters, cut, without: desk.store.count_without_roster(query).await? })
}

/// The list.
pub(in super::super) async fn page(
    State(desk): State<Arc<Desk>>,
    signed: Signed,
    axum::extract::Query(asked): axum::extract::Query<Asked>,
) -> Result<Response, PageError> {
    let query = asked.query(&desk, &signed.operator)?;
    let today = desk.today();
    let agencies: Vec<_> =
        desk.agencies_of(&signed.operator).into_iter().map(|(code, name)| context! { code, name }).collect();
    let systems: Vec<_> = std::iter::once("mail".to_owned())
        .chain(desk.site.config.systems.iter().map(|one| one.name().to_string()))
        .collect();
    let base = context! {
        asked => Value::from_serialize(&asked),
        filtered => asked.is_filtered(),
        state => query.state,
        agencies,
        systems,
        kinds => Value::from_serialize(ChangeKind::ALL),
        risks => Value::from_serialize(Risk::ALL),
        gates => Value::from_serialize(Gate::ALL),
        dues => Value::from_serialize(Due::ALL),
        states => Value::from_serialize(SHOWN),
        most => COUNTED,
    };
    if asked.group == "agency" {
        let groups = desk.store.changes_by_agency(&query).await?;
        let count: u64 = groups.iter().map(|group| group.count).sum();
        let more = context! { groups => Value::from_serialize(&groups), count, lines => Vec::<Value>::new(), ..base };
        return signed.view.page(&desk, "changes.html", more);
    }
    if asked.group == "roster" {
        let ByRoster { rosters, cut, without } = by_roster(&desk, &query).await?;
        let count = desk.store.count_changes(&query, COUNTED + 1).await?;
        let rosters = Value::from_serialize(&rosters);
        let more = context! { rosters, cut, without, groups => Value::from(()), count, lines => Vec::<Value>::new(), ..base };
        return signed.view.page(&desk, "changes.html", more);
    }
    let (listing, count) = desk.store.list_and_count(&query, &asked.place(), PER_PAGE, COUNTED + 1).await?;
    let login = &signed.operator.login;
    let mut lines: Vec<_> = listing.rows.iter().map(|one| Line::of(&one.stored, login, today)).collect();
    let (first, last) = (lines.first().map(|line| line.id.clone()), lines.last().map(|line| line.id.clone()));
    // Within the page, what came in one workbook stands together, people by given name.
    lines.sort_by_cached_key(|line| {
        (line.due.clone(), line.agency.clone(), line.file.clone(), by_given(&line.name), line.id.clone())
    });
    let more = context! {
        groups => Value::from(()),
        count,
        first => first.filter(|_| listing.more_before),
        last => last.filter(|_| listing.more_after),
        lines => Value::from_serialize(&lines),
        bulk => query.state == ChangeState::Proposed && count > 0,
        ..base
    };
    signed.view.page(&desk, "changes.html", more)
}

/// The states a list offers, in the order of a change's life.
const SHOWN: &[ChangeState] = &[
    ChangeState::Proposed,
    ChangeState::Held,
    ChangeState::Approved,
    ChangeState::Ordered,
    ChangeState::Applied,
    ChangeState::Failed,
    ChangeState::Unknown,
    ChangeState::Stale,
    ChangeState::Expired,
    ChangeState::Rejected,
    ChangeState::Undone,
];
