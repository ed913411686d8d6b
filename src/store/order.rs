//! A work order (phiếu yêu cầu): changes handed over to a system without an API, until a newer export confirms them.

use super::statement::{Row, sql};
use super::{Fenced, Store, StoreError, ids};
use crate::model::Time;
use crate::model::ids::TargetId;
use chrono::NaiveDate;

/// A work order as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkOrder {
    /// Its id.
    pub id: String,
    /// The system.
    pub target: TargetId,
    /// Its file's name.
    pub file: String,
    /// When it was written.
    pub at: Time,
    /// Whether it cannot wait.
    pub urgent: bool,
    /// It is to be done by the end of this day.
    pub due: NaiveDate,
    /// When an export confirmed the last of it.
    pub confirmed: Option<Time>,
}

impl Fenced {
    /// Keeps a work order; changes are tied to it when they are resolved as ordered by its file's name. Keeping the
    /// same file again gives the id it has.
    pub async fn insert_order(
        &mut self,
        target: &TargetId,
        file: &str,
        urgent: bool,
        due: NaiveDate,
    ) -> Result<String, StoreError> {
        let insert = sql(
            "work order",
            "INSERT INTO work_order (id, target, file, at, urgent, due) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (target, file) DO NOTHING",
        );
        let id = ids::fresh(self.now)?;
        let insert = insert.text(&id).text(target.as_str()).text(file).time(self.now).int(urgent.into());
        let insert = insert.text(&due.to_string());
        if self.execute(insert).await? == 1 {
            return Ok(id);
        }
        let query = sql("work order", "SELECT id FROM work_order WHERE target = $1 AND file = $2");
        let row = self.row(query.text(target.as_str()).text(file)).await?;
        row.ok_or_else(|| StoreError::Missing { what: "work order", id: file.to_owned() })?.text("id")
    }

    /// Marks every work order confirmed of which no change is still ordered; gives how many.
    pub async fn confirm_orders(&mut self) -> Result<u64, StoreError> {
        let update = sql(
            "confirm orders",
            "UPDATE work_order SET confirmed_at = $1 WHERE confirmed_at IS NULL
             AND EXISTS (SELECT 1 FROM change c WHERE c.work_order = work_order.id)
             AND NOT EXISTS (SELECT 1 FROM change c WHERE c.work_order = work_order.id AND c.state = 'ordered')",
        );
        let now = self.now;
        self.execute(update.time(now)).await
    }
}

impl Store {
    /// Work orders that no export has confirmed yet, oldest first.
    pub async fn open_orders(&self) -> Result<Vec<WorkOrder>, StoreError> {
        let query = sql(
            "open orders",
            "SELECT id, target, file, at, urgent, due, confirmed_at FROM work_order
             WHERE confirmed_at IS NULL ORDER BY id",
        );
        self.rows(query).await?.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<WorkOrder, StoreError> {
    Ok(WorkOrder {
        id: row.text("id")?,
        target: TargetId::new(row.text("target")?),
        file: row.text("file")?,
        at: row.time("at")?,
        urgent: row.flag("urgent")?,
        due: row.date("due")?,
        confirmed: row.maybe_time("confirmed_at")?,
    })
}
