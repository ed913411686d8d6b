//! Look-ups beyond their limits: kept while they count towards what follows. Counts within the limits are not kept.

use super::statement::{Row, sql};
use super::{Fenced, Store, StoreError};
use crate::model::Time;
use crate::model::ids::TargetId;
use crate::model::lookup::{Excess, Period};

impl Fenced {
    /// Keeps what was exceeded; of a period that was seen before the larger count.
    pub async fn save_excesses(&mut self, excesses: &[Excess]) -> Result<(), StoreError> {
        for one in excesses {
            let Excess { target, login, per, began, count, most, basis } = one;
            let upsert = sql(
                "look-ups",
                "INSERT INTO lookup_excess (target, login, period, began, counted, most, basis)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)
                 ON CONFLICT (target, login, period, began) DO UPDATE SET counted = excluded.counted
                 WHERE lookup_excess.counted < excluded.counted",
            );
            let upsert = upsert.text(target.as_str()).text(login).text(per.as_str()).time(*began);
            let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
            self.execute(upsert.int(number(*count)).int(number(*most)).text(basis)).await?;
        }
        Ok(())
    }

    /// Forgets what began before `first` in `target`.
    pub async fn forget_excesses(&mut self, target: &TargetId, first: Time) -> Result<(), StoreError> {
        let delete = sql("look-ups", "DELETE FROM lookup_excess WHERE target = $1 AND began < $2");
        self.execute(delete.text(target.as_str()).time(first)).await.map(|_| ())
    }
}

impl Store {
    /// Everything that was exceeded and still counts, sorted.
    pub async fn excesses(&self) -> Result<Vec<Excess>, StoreError> {
        let query = sql(
            "look-ups",
            "SELECT target, login, period, began, counted, most, basis FROM lookup_excess
             ORDER BY target, login, period, began",
        );
        let mut found: Vec<Excess> =
            self.rows(query).await?.iter().map(read).collect::<Result<_, StoreError>>()?;
        found.sort();
        Ok(found)
    }
}

fn read(row: &Row) -> Result<Excess, StoreError> {
    Ok(Excess {
        target: TargetId::new(row.text("target")?),
        login: row.text("login")?,
        per: row.word("period", Period::parse)?,
        began: row.time("began")?,
        count: row.count("counted")?,
        most: row.count("most")?,
        basis: row.text("basis")?,
    })
}
