//! Intents: committed before a write ([`super::claim`]), resolved by its outcome ([`super::outcome`]). Between the two
//! nothing else touches the change or its subject.

use super::statement::{Row, sql};
use super::{Store, StoreError};
use crate::model::Time;
use crate::model::ids::{ChangeId, ChangeKey};
use crate::model::intent::Intent;

/// An intent without a known outcome: the entry is to be read and compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenIntent {
    /// The intent.
    pub intent: Intent,
    /// When it was opened.
    pub opened: Time,
    /// What happened, where a worker has looked and could not tell.
    pub unknown: Option<String>,
}

impl Store {
    /// Intents without a known outcome, oldest first: what a worker resumes with after a crash.
    pub async fn unresolved_intents(&self) -> Result<Vec<OpenIntent>, StoreError> {
        let query = sql(
            "open intents",
            "SELECT id, change_id, key, worker, token, write_by, sealed, opened, why FROM intent
             WHERE resolved IS NULL ORDER BY id",
        );
        self.rows(query).await?.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<OpenIntent, StoreError> {
    let sealed = row.maybe("sealed")?;
    let intent = Intent {
        id: row.text("id")?,
        change: ChangeId::new(row.text("change_id")?),
        key: ChangeKey::new(row.text("key")?),
        worker: row.text("worker")?,
        token: row.int("token")?,
        write_by: row.time("write_by")?,
        sealed_password: sealed.map(|text| unhex(&text)).transpose()?,
    };
    Ok(OpenIntent { intent, opened: row.time("opened")?, unknown: row.maybe("why")? })
}

pub(super) fn unhex(text: &str) -> Result<Vec<u8>, StoreError> {
    // The value is a sealed password: the error does not repeat it.
    let broken = || StoreError::decode("sealed password", "(not shown)");
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| {
            let pair = std::str::from_utf8(pair).map_err(|_| broken())?;
            u8::from_str_radix(pair, 16).map_err(|_| broken())
        })
        .collect()
}
