//! Attempts to sign in: counted before the password is looked at, so that many at once gain nothing.

use super::statement::sql;
use super::{StoreError, WriteTx};
use crate::model::Time;
use chrono::TimeDelta;

/// How often somebody may be wrong before having to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// So many attempts are free.
    pub free: i64,
    /// The wait after the next one; it doubles with each that follows.
    pub first: TimeDelta,
    /// No wait is longer, and after so long without an attempt the count starts anew.
    pub longest: TimeDelta,
}

impl Patience {
    /// The wait after the `attempts`th attempt.
    fn wait(&self, attempts: i64) -> TimeDelta {
        match attempts - self.free {
            over if over < 0 => TimeDelta::zero(),
            over => self.longest.min(self.first * (1_i32 << over.min(16))),
        }
    }
}

impl WriteTx {
    /// Counts an attempt by `what`, a login or an address; the time to wait for, if it comes too early.
    pub async fn attempt(&mut self, what: &str, patience: &Patience) -> Result<Option<Time>, StoreError> {
        let query = sql("attempt", "SELECT attempts, last, wait_until FROM sign_in_attempt WHERE what = $1");
        let mut attempts = 0;
        if let Some(row) = self.row(query.text(what)).await? {
            let until = row.time("wait_until")?;
            if until > self.now {
                return Ok(Some(until));
            }
            if self.now - row.time("last")? < patience.longest {
                attempts = row.int("attempts")?;
            }
        }
        let now = self.now;
        let upsert = sql(
            "attempt",
            "INSERT INTO sign_in_attempt (what, attempts, last, wait_until) VALUES ($1, $2, $3, $4)
             ON CONFLICT (what) DO UPDATE SET attempts = excluded.attempts, last = excluded.last,
                 wait_until = excluded.wait_until",
        );
        let upsert = upsert.text(what).int(attempts + 1).time(now).time(now + patience.wait(attempts + 1));
        self.execute(upsert).await?;
        Ok(None)
    }

    /// Gives back the attempt that was just let through: it was right. A crowd that signs in rightly never has to wait,
    /// and who guesses gains nothing by being right elsewhere: the guesses stay counted.
    pub async fn attempt_was_right(&mut self, what: &str) -> Result<(), StoreError> {
        let update = sql(
            "attempt",
            "UPDATE sign_in_attempt SET attempts = attempts - 1, wait_until = last
             WHERE what = $1 AND attempts > 0",
        );
        self.execute(update.text(what)).await.map(|_| ())
    }

    /// Forgets the attempts by `what`: one was right.
    pub async fn attempts_ended(&mut self, what: &str) -> Result<(), StoreError> {
        let delete = sql("attempt", "DELETE FROM sign_in_attempt WHERE what = $1").text(what);
        self.execute(delete).await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_doubles_up_to_the_longest() {
        let minute = TimeDelta::minutes;
        let patience = Patience { free: 5, first: minute(1), longest: minute(15) };
        let waits: Vec<_> = [1, 4, 5, 6, 7, 8, 9, 500].map(|n| patience.wait(n).num_minutes()).into();
        assert_eq!(waits, [0, 0, 1, 2, 4, 8, 15, 15]);
    }
}
