//! Persons as known from all rosters so far, and the account each holds in each target.

use super::dialect::Bulk;
use super::statement::{json, sql};
use super::{Store, StoreError, WriteTx};
use crate::model::ids::Fingerprint;
use crate::model::person::Person;
use serde::Serialize;

/// Rows per statement: large enough to be fast, small enough to stay in memory.
const CHUNK: usize = 5_000;

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    body: String,
    digest: String,
}

#[derive(Serialize)]
struct Link<'a> {
    target: &'a str,
    account: &'a str,
    person: &'a str,
}

impl WriteTx {
    /// Stores those of `people` that differ from what is stored, and their account links; gives how many differed.
    /// An account that belongs to somebody else is an error: one account, one person.
    pub async fn save_people(&mut self, people: &[Person]) -> Result<u64, StoreError> {
        let mut written = 0;
        for chunk in people.chunks(CHUNK) {
            let mut lines = Vec::with_capacity(chunk.len());
            for person in chunk {
                let body = json("a person", person)?;
                let digest = Fingerprint::of("person").part(&body).finish();
                lines.push(Line { id: person.id.as_str(), body, digest });
            }
            let source = self.dialect.rows(&[Bulk::Text("id"), Bulk::Text("body"), Bulk::Text("digest")]);
            let insert = format!(
                "INSERT INTO person (id, body, digest) SELECT s.id, s.body, s.digest FROM {source} s WHERE true
                 ON CONFLICT (id) DO UPDATE SET body = excluded.body, digest = excluded.digest
                 WHERE person.digest <> excluded.digest"
            );
            let differed = self.execute(sql("people", insert).text(&json("people", &lines)?)).await?;
            written += differed;
        }
        if written > 0 {
            self.save_links(people).await?;
        }
        Ok(written)
    }

    /// Old links go first, all of them, so that an account can pass from one person to another in one save.
    async fn save_links(&mut self, people: &[Person]) -> Result<(), StoreError> {
        let source = self.dialect.rows(&[Bulk::Text("target"), Bulk::Text("account"), Bulk::Text("person")]);
        let gone = format!(
            "DELETE FROM account_link WHERE person IN (SELECT s.person FROM {source} s)
             AND (target, account, person) NOT IN (SELECT s.target, s.account, s.person FROM {source} s)"
        );
        let new = format!(
            "INSERT INTO account_link (target, account, person)
             SELECT s.target, s.account, s.person FROM {source} s WHERE s.target <> '' AND NOT EXISTS (
                 SELECT 1 FROM account_link o
                 WHERE o.target = s.target AND o.account = s.account AND o.person = s.person)"
        );
        let mut chunks = Vec::new();
        for chunk in people.chunks(CHUNK) {
            chunks.push(json("account links", &chunk.iter().flat_map(links).collect::<Vec<_>>())?);
        }
        for statement in [gone, new] {
            for chunk in &chunks {
                self.execute(sql("account links", statement.clone()).text(chunk)).await?;
            }
        }
        Ok(())
    }
}

/// A person's links, and one that names the person alone, so that the links of one without accounts end.
fn links(person: &Person) -> impl Iterator<Item = Link<'_>> {
    let id = person.id.as_str();
    let held = person.accounts.iter().map(move |(target, account)| Link {
        target: target.as_str(),
        account: account.as_str(),
        person: id,
    });
    held.chain([Link { target: "", account: "", person: id }])
}

impl Store {
    /// Every person, by id.
    pub async fn people(&self) -> Result<Vec<Person>, StoreError> {
        let rows = self.rows(sql("people", "SELECT body FROM person ORDER BY id")).await?;
        rows.iter().map(|row| row.json("body")).collect()
    }
}
