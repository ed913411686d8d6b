//! Regained approvals: a superseded key that comes back keeps what was approved of it.

use super::approval::cutoff;
use super::change::{COLUMNS, FROM, id_list, read};
use super::dialect::Bulk;
use super::statement::{Row, json, sql};
use super::{StoreError, WriteTx};
use crate::model::ids::{ChangeId, Login};
use crate::model::operator::Contacts;
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeMap;

/// An approval of the former row of a key, for the new one.
#[derive(Serialize)]
struct Regained {
    id: String,
    key: String,
    operator: String,
    instead_of: Option<String>,
    at: String,
}

/// The columns of [`Regained`].
const REGAINED: &[Bulk] = &[
    Bulk::Text("id"),
    Bulk::Text("key"),
    Bulk::Text("operator"),
    Bulk::Text("instead_of"),
    Bulk::Text("at"),
];

impl Regained {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.text("id")?,
            key: row.text("key")?,
            operator: row.text("operator")?,
            instead_of: row.maybe("instead_of")?,
            at: row.text("at")?,
        })
    }

    /// Who approved, and in whose place.
    fn by(&self) -> impl Iterator<Item = Login> {
        std::iter::once(&self.operator).chain(&self.instead_of).map(Login::new)
    }
}

impl WriteTx {
    /// A superseded key that comes back as one of `ids` regains the approvals of its former row that have not run
    /// out, from operators who are still enrolled and did not put in what it comes back from.
    pub(super) async fn regain_approvals(
        &mut self,
        ids: &[ChangeId],
        today: NaiveDate,
        days: u32,
        contacts: &Contacts,
    ) -> Result<(), StoreError> {
        let former = format!(
            "SELECT n.id, n.key, a.operator, MAX(a.instead_of) AS instead_of, MAX(a.at) AS at
             FROM change n
             JOIN change o ON o.key = n.key AND o.id <> n.id AND o.state = 'superseded'
             JOIN approval a ON a.change_id = o.id AND a.key = o.key
             JOIN operator p ON p.login = a.operator AND p.removed_at IS NULL
             WHERE n.id IN (SELECT i.id FROM {} i) AND n.state IN ('proposed', 'held')
             AND (n.due >= $2 OR a.at >= $3)
             GROUP BY n.id, n.key, a.operator ORDER BY n.id, a.operator",
            self.dialect.ids()
        );
        let list = id_list(ids.iter().map(ChangeId::as_str))?;
        let (due, at) = cutoff(today, days);
        let rows = self.rows(sql("former approvals", former).text(&list).text(&due).text(&at)).await?;
        let mut of_change: BTreeMap<String, Vec<Regained>> = BTreeMap::new();
        for one in rows.iter().map(Regained::read) {
            let one = one?;
            of_change.entry(one.id.clone()).or_default().push(one);
        }
        if of_change.is_empty() {
            return Ok(());
        }
        let list = id_list(of_change.keys().map(String::as_str))?;
        let back =
            format!("SELECT {COLUMNS} {FROM} WHERE c.id IN (SELECT i.id FROM {} i)", self.dialect.ids());
        let rows = self.rows(sql("what comes back", back).text(&list)).await?;
        let back: Vec<_> = rows.iter().map(read).collect::<Result<_, _>>()?;
        let changes: Vec<_> = back.iter().map(|one| &one.stored.change).collect();
        let mut regained = Vec::new();
        for (one, put_in) in back.iter().zip(self.put_in_each(&changes).await?) {
            let former = of_change.remove(one.stored.id.as_str()).unwrap_or_default();
            regained.extend(former.into_iter().filter(|one| !one.by().any(|by| put_in.is_by(&by, contacts))));
        }
        let insert = format!(
            "INSERT INTO approval (change_id, key, operator, instead_of, at)
             SELECT r.id, r.key, r.operator, r.instead_of, r.at FROM {} AS r WHERE true
             ON CONFLICT (change_id, operator) DO NOTHING",
            self.dialect.rows(REGAINED)
        );
        self.execute(sql("regain approvals", insert).text(&json("approvals", &regained)?)).await?;
        Ok(())
    }
}
