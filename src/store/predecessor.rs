//! Predecessors: what has to be done before a change may be carried out, out of the same case.

use super::change::{COLUMNS, FROM, with_approvals};
use super::statement::sql;
use super::{Standing, Store, StoreError};
use crate::model::change::Change;
use crate::model::ids::ChangeKey;
use std::collections::BTreeMap;

impl Store {
    /// The changes that `change` waits for, by key as it names them: of each the one proposed last, without its approvals.
    pub async fn predecessors(&self, change: &Change) -> Result<Vec<Standing>, StoreError> {
        if change.needs.is_empty() {
            return Ok(Vec::new());
        }
        let select = format!("SELECT {COLUMNS} {FROM} WHERE t.case_id = $1 ORDER BY c.id");
        let rows = self.rows(sql("predecessors", select).text(change.case.as_str())).await?;
        let mut latest: BTreeMap<ChangeKey, Standing> = BTreeMap::new();
        for one in with_approvals(&rows, &[])? {
            if change.needs.contains(&one.stored.key) {
                latest.insert(one.stored.key.clone(), one);
            }
        }
        Ok(change.needs.iter().filter_map(|key| latest.remove(key)).collect())
    }
}
