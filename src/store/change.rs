//! Changes as stored: how they are read, one by one, by the page, and as the planner needs them.

use super::statement::{Row, json, sql};
use super::{Store, StoreError, WriteTx};
use crate::model::Time;
use crate::model::account::{Attr, Attrs};
use crate::model::change::{Change, ChangeKind, Gate, Reason, Risk, State, StoredChange};
use crate::model::dn::Dn;
use crate::model::ids::{
    AccountId, AgencyCode, BrakeKey, CaseId, ChangeId, ChangeKey, PersonId, Subject, TargetId,
};
use crate::model::name::ascii;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const COLUMNS: &str = "c.id, c.key, c.target, c.subject, c.kind, t.agency, t.person, t.label,
    t.old_attrs, t.new_attrs, t.reason, t.effective, c.due, t.gate, t.risk, t.document, t.case_id, t.needs, t.evidence, c.state,
    c.proposed, c.since, c.brake, c.released, c.outcome, c.work_order, c.pass";

/// Where a change stands, with what it says.
pub(super) const FROM: &str = "FROM change c JOIN change_content t ON t.id = c.id";

/// A change with when it came into its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The change.
    pub stored: StoredChange,
    /// When it came into its state: an ordered or applied one is contradicted only by a later read.
    pub since: Time,
    /// The work order it was handed over in.
    pub order: Option<String>,
    /// The pass that proposed it: its batch.
    pub pass: String,
}

/// A key that an operator rejected or that was undone: not proposed again until its `after` or its document changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// The key.
    pub key: ChangeKey,
    /// The target.
    pub target: TargetId,
    /// The subject.
    pub subject: Subject,
    /// What was to be done.
    pub kind: ChangeKind,
    /// The values it was to set.
    pub after: Attrs,
    /// The document behind it.
    pub document: Option<String>,
}

/// What the planner needs to know of earlier plans.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenChanges {
    /// Every change that still stands, ordered ones included.
    pub live: Vec<Standing>,
    /// Those applied since the moment asked for.
    pub applied: Vec<Standing>,
    /// Keys not to be proposed again.
    pub suppressed: Vec<Suppressed>,
}

/// Which changes to list; the default is all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only these agencies; empty means all. An operator's scope goes here.
    pub agencies: Vec<AgencyCode>,
    /// Only this state.
    pub state: Option<State>,
    /// Only this kind.
    pub kind: Option<ChangeKind>,
    /// Only this target.
    pub target: Option<TargetId>,
    /// Only those that this rule asks for.
    pub reason: Option<Reason>,
    /// Only those whose label, subject, addresses or document contain this text, tone marks and case aside.
    pub text: Option<String>,
}

/// Changes read at a time where all of them are wanted.
const PAGE: u32 = 1_000;

impl Store {
    /// The change with this id.
    pub async fn change(&self, id: &ChangeId) -> Result<Option<Standing>, StoreError> {
        let query = sql("change", format!("SELECT {COLUMNS} {FROM} WHERE c.id = $1")).text(id.as_str());
        let Some(row) = self.row(query).await? else { return Ok(None) };
        let mut standing = read(&row)?;
        let approvals = sql(
            "approvals",
            "SELECT COALESCE(operator, 'policy:' || policy) AS by_whom FROM approval
             WHERE change_id = $1 ORDER BY at, operator",
        );
        for row in self.rows(approvals.text(id.as_str())).await? {
            standing.stored.approvals.push(row.text("by_whom")?);
        }
        Ok(Some(standing))
    }

    /// Every change that fits, by due date and id, read page by page.
    pub async fn every_change(&self, filter: &Filter) -> Result<Vec<Standing>, StoreError> {
        let mut all: Vec<Standing> = Vec::new();
        loop {
            let last = all.last().map(|one| one.stored.id.clone());
            let page = self.changes(filter, last.as_ref(), PAGE).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    /// A page of changes by due date and id, after the one with id `after`.
    pub async fn changes(
        &self,
        filter: &Filter,
        after: Option<&ChangeId>,
        limit: u32,
    ) -> Result<Vec<Standing>, StoreError> {
        let Filter { agencies, state, kind, target, reason, text } = filter;
        // One fragment a condition that is asked for, so that the index on (state, due, id) is used.
        let mut query = format!("SELECT {COLUMNS} {FROM} WHERE 1 = 1");
        let mut texts = Vec::new();
        let mut condition = |fragment: &str, values: Vec<String>| {
            let marks = values.iter().enumerate().map(|(i, _)| format!("${}", texts.len() + i + 1));
            query.push_str(&fragment.replace('?', &marks.collect::<Vec<_>>().join(", ")));
            texts.extend(values);
        };
        if !agencies.is_empty() {
            condition(" AND c.agency IN (?)", agencies.iter().map(AgencyCode::to_string).collect());
        }
        if let Some(state) = state {
            condition(" AND c.state = ?", vec![state.to_string()]);
        }
        if let Some(kind) = kind {
            condition(" AND c.kind = ?", vec![kind.to_string()]);
        }
        if let Some(target) = target {
            condition(" AND c.target = ?", vec![target.to_string()]);
        }
        if let Some(reason) = reason {
            condition(" AND t.reason = ?", vec![reason.to_string()]);
        }
        if let Some(text) = text {
            let (contains, value) = self.dialect.contains("s.search", text);
            let found = format!(" AND c.id IN (SELECT s.id FROM change_search s WHERE {contains})");
            condition(&found, vec![value]);
        }
        if let Some(after) = after {
            let fragment = " AND (c.due, c.id) > (SELECT a.due, a.id FROM change a WHERE a.id = ?)";
            condition(fragment, vec![after.to_string()]);
        }
        let page = format!("{query} ORDER BY c.due, c.id LIMIT {limit}");
        let approvals = format!(
            "SELECT p.change_id, COALESCE(p.operator, 'policy:' || p.policy) AS by_whom FROM approval p
             WHERE p.change_id IN (SELECT x.id FROM ({page}) x) ORDER BY p.at, p.operator"
        );
        let bind = |query| texts.iter().fold(sql("changes", query), |query, text| query.text(text));
        let mut tx = self.begin_read().await?;
        let rows = tx.rows(bind(page)).await?;
        let approvals = tx.rows(bind(approvals)).await?;
        with_approvals(&rows, &approvals)
    }

    /// What the planner needs to know of earlier plans, at one moment. `applied_since` is how far back an applied
    /// change still keeps its key from being planned again.
    pub async fn open_changes(&self, applied_since: Time) -> Result<OpenChanges, StoreError> {
        let live = words(State::is_live);
        let select = |condition: &str| {
            format!("SELECT {COLUMNS} {FROM} WHERE {condition} ORDER BY c.target, c.subject, c.kind, c.id")
        };
        let approvals = format!(
            "SELECT p.change_id, COALESCE(p.operator, 'policy:' || p.policy) AS by_whom
             FROM approval p JOIN change c ON c.id = p.change_id
             WHERE c.state IN ({live}) OR (c.state = 'applied' AND c.since >= $1) ORDER BY p.at, p.operator"
        );
        let suppressed = format!(
            "SELECT c.key, c.target, c.subject, c.kind, t.new_attrs, t.document {FROM}
             WHERE c.state IN ('rejected', 'undone') ORDER BY c.id"
        );
        let mut tx = self.begin_read().await?;
        let live = tx.rows(sql("open changes", select(&format!("c.state IN ({live})")))).await?;
        let applied = select("c.state = 'applied' AND c.since >= $1");
        let applied = tx.rows(sql("applied changes", applied).time(applied_since)).await?;
        let approvals = tx.rows(sql("approvals", approvals).time(applied_since)).await?;
        let suppressed = tx.rows(sql("suppressed keys", suppressed)).await?;
        Ok(OpenChanges {
            live: with_approvals(&live, &approvals)?,
            applied: with_approvals(&applied, &approvals)?,
            suppressed: suppressed.iter().map(read_suppressed).collect::<Result<_, _>>()?,
        })
    }
}

impl Store {
    /// The accounts of the directory whose last lock or opening, as carried out, is a lock by rule.
    pub async fn locked_by_rule(&self) -> Result<BTreeSet<AccountId>, StoreError> {
        let query = sql(
            "locks",
            "SELECT c.subject, c.kind FROM change c WHERE c.state = 'applied'
             AND c.kind IN ('disable-account', 'enable-account', 'lock-account', 'unlock-account')
             AND c.target = $1 ORDER BY c.since, c.id",
        );
        let mut locked = BTreeSet::new();
        for row in self.rows(query.text(TargetId::mail().as_str())).await? {
            let account = AccountId::new(row.text("subject")?);
            if row.word("kind", ChangeKind::parse)? == ChangeKind::LockAccount {
                locked.insert(account);
            } else {
                locked.remove(&account);
            }
        }
        Ok(locked)
    }
}

impl Store {
    /// When a change of this kind was carried out last on each account of the directory.
    pub async fn last_done(&self, kind: ChangeKind) -> Result<BTreeMap<AccountId, Time>, StoreError> {
        let query = sql(
            "last done",
            "SELECT c.subject, MAX(c.since) AS since FROM change c
             WHERE c.state = 'applied' AND c.kind = $2 AND c.target = $1 GROUP BY c.subject ORDER BY c.subject",
        );
        let rows = self.rows(query.text(TargetId::mail().as_str()).text(kind.as_str())).await?;
        rows.iter().map(|row| Ok((AccountId::new(row.text("subject")?), row.time("since")?))).collect()
    }
}

impl WriteTx {
    /// The change with this id, without its approvals.
    pub(super) async fn stored_change(&mut self, id: &ChangeId) -> Result<Option<StoredChange>, StoreError> {
        let query = sql("change", format!("SELECT {COLUMNS} {FROM} WHERE c.id = $1")).text(id.as_str());
        self.row(query).await?.map(|row| read(&row).map(|standing| standing.stored)).transpose()
    }
}

/// The states that `wanted` holds for, as a list for `IN`.
pub(super) fn words(wanted: impl Fn(State) -> bool) -> String {
    let words: Vec<_> =
        State::ALL.iter().filter(|state| wanted(**state)).map(|state| format!("'{state}'")).collect();
    words.join(", ")
}

/// A bulk parameter of ids alone, for [`super::dialect::Dialect::ids`].
pub(super) fn id_list<'a>(ids: impl Iterator<Item = &'a str>) -> Result<String, StoreError> {
    json("ids", &ids.collect::<Vec<_>>())
}

/// What a search looks in: each part once, and of the entry's name what names the entry alone, for a search looks through
/// all of it.
pub(super) fn search_text(change: &Change) -> String {
    let head = [change.label.as_str(), change.subject.as_str(), change.document.as_deref().unwrap_or("")];
    let mut text = String::new();
    let mut add = |part: &str| {
        let part = ascii(part);
        if !text.contains(&part) {
            text.push_str(&part);
            text.push('\n');
        }
    };
    head.into_iter().for_each(&mut add);
    for (attr, values) in change.before.iter().chain(&change.after) {
        for value in values.as_slice() {
            match attr {
                Attr::Dn => Dn::parse(value).iter().filter_map(Dn::rdn_pair).for_each(|(_, own)| add(own)),
                _ => add(value),
            }
        }
    }
    text
}

pub(super) fn with_approvals(rows: &[Row], approvals: &[Row]) -> Result<Vec<Standing>, StoreError> {
    let mut by_change: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in approvals {
        by_change.entry(row.text("change_id")?).or_default().push(row.text("by_whom")?);
    }
    rows.iter()
        .map(|row| {
            let mut standing = read(row)?;
            standing.stored.approvals = by_change.remove(standing.stored.id.as_str()).unwrap_or_default();
            Ok(standing)
        })
        .collect()
}

pub(super) fn read(row: &Row) -> Result<Standing, StoreError> {
    let change = Change {
        target: TargetId::new(row.text("target")?),
        subject: Subject::new(row.text("subject")?),
        kind: row.word("kind", ChangeKind::parse)?,
        agency: row.word("agency", AgencyCode::stored)?,
        person: row.maybe("person")?.map(PersonId::new),
        label: row.text("label")?,
        before: row.json("old_attrs")?,
        after: row.json("new_attrs")?,
        reason: row.word("reason", Reason::parse)?,
        effective: row.maybe_date("effective")?,
        due: row.date("due")?,
        gate: row.word("gate", Gate::parse)?,
        risk: row.word("risk", Risk::parse)?,
        document: row.maybe("document")?,
        case: CaseId::new(row.text("case_id")?),
        needs: row.json("needs")?,
        evidence: row.json("evidence")?,
    };
    let stored = StoredChange {
        id: ChangeId::new(row.text("id")?),
        key: ChangeKey::new(row.text("key")?),
        state: row.word("state", State::parse)?,
        change,
        proposed: row.time("proposed")?,
        brake: row.maybe("brake")?.map(BrakeKey::new),
        released: row.flag("released")?,
        approvals: Vec::new(),
        outcome: row.maybe("outcome")?,
    };
    Ok(Standing {
        stored,
        since: row.time("since")?,
        order: row.maybe("work_order")?,
        pass: row.text("pass")?,
    })
}

fn read_suppressed(row: &Row) -> Result<Suppressed, StoreError> {
    Ok(Suppressed {
        key: ChangeKey::new(row.text("key")?),
        target: TargetId::new(row.text("target")?),
        subject: Subject::new(row.text("subject")?),
        kind: row.word("kind", ChangeKind::parse)?,
        after: row.json("new_attrs")?,
        document: row.maybe("document")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::account::Values;

    #[test]
    fn a_search_looks_in_each_part_once_and_in_no_common_part_of_a_name() {
        let change = Change {
            target: TargetId::mail(),
            subject: Subject::new("hoant@x.gov.vn"),
            kind: ChangeKind::UpdateAttributes,
            agency: AgencyCode::parse("skhcn").unwrap(),
            person: None,
            label: "Nguyễn Thị Hòa <hoant@x.gov.vn>".into(),
            before: [
                (Attr::Dn, Values::one("uid=hoant.01,ou=skhcn,ou=people,dc=x")),
                (Attr::Title, Values::one("Chuyên viên")),
            ]
            .into(),
            after: [
                (Attr::FullName, Values::one("Nguyễn Thị Hòa")),
                (Attr::Title, Values::one("Trưởng phòng")),
            ]
            .into(),
            reason: Reason::RosterAttribute,
            effective: None,
            due: chrono::NaiveDate::default(),
            gate: Gate::One,
            risk: Risk::Low,
            document: Some("12/QĐ-SNV".into()),
            case: CaseId::new("case-1"),
            needs: Vec::new(),
            evidence: Vec::new(),
        };
        assert_eq!(
            search_text(&change),
            "nguyen thi hoa <hoant@x.gov.vn>\n12/qd-snv\nhoant.01\nchuyen vien\ntruong phong\n"
        );
    }
}
