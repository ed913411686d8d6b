//! Persons as known from all rosters so far, and the account each holds in each target.

use super::dialect::Bulk;
use super::statement::{Row, json, sql};
use super::{Store, StoreError, WriteTx};
use crate::model::ids::{AccountId, AgencyCode, Fingerprint, PersonId, TargetId};
use crate::model::person::Person;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The columns of a link in a bulk parameter.
const LINK: &[Bulk] = &[Bulk::Text("target"), Bulk::Text("account"), Bulk::Text("person")];

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    body: String,
    digest: String,
    /// The agency among whose matches that of the mail account waits for an operator's word.
    open_match: Option<&'a str>,
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
        let mut lines = Vec::with_capacity(people.len());
        for person in people {
            let body = json("a person", person)?;
            let digest = Fingerprint::of("person").part(&body).finish();
            let open = person.matched.as_ref().filter(|_| person.has_open_match());
            let open_match = open.map(|matched| matched.agency.as_str());
            lines.push(Line { id: person.id.as_str(), body, digest, open_match });
        }
        let columns = ["id", "body", "digest", "open_match"].map(Bulk::Text);
        let source = self.dialect.rows(&columns);
        let insert = format!(
            "INSERT INTO person (id, body, digest, open_match)
             SELECT s.id, s.body, s.digest, s.open_match FROM {source} s WHERE true
             ON CONFLICT (id) DO UPDATE SET body = excluded.body, digest = excluded.digest,
                 open_match = excluded.open_match
             WHERE person.digest <> excluded.digest"
        );
        let written = self.execute(sql("people", insert).text(&json("people", &lines)?)).await?;
        if written > 0 {
            self.save_links(people).await?;
        }
        Ok(written)
    }

    /// Ends the links that `people` no longer have. Where many are saved in parts this comes first, for all of them,
    /// so that an account can pass from one person to another; a crash in between costs links that the next save
    /// of the same persons restores.
    pub(super) async fn end_links(&mut self, people: &[Person]) -> Result<(), StoreError> {
        let source = self.dialect.rows(LINK);
        let gone = format!(
            "DELETE FROM account_link WHERE person IN (SELECT s.person FROM {source} s)
             AND (target, account, person) NOT IN (SELECT s.target, s.account, s.person FROM {source} s)"
        );
        let lines = json("account links", &people.iter().flat_map(links).collect::<Vec<_>>())?;
        self.execute(sql("account links", gone).text(&lines)).await?;
        Ok(())
    }

    async fn save_links(&mut self, people: &[Person]) -> Result<(), StoreError> {
        self.end_links(people).await?;
        let source = self.dialect.rows(LINK);
        let new = format!(
            "INSERT INTO account_link (target, account, person)
             SELECT s.target, s.account, s.person FROM {source} s WHERE s.target <> '' AND NOT EXISTS (
                 SELECT 1 FROM account_link o
                 WHERE o.target = s.target AND o.account = s.account AND o.person = s.person)"
        );
        let lines = json("account links", &people.iter().flat_map(links).collect::<Vec<_>>())?;
        self.execute(sql("account links", new).text(&lines)).await?;
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
    /// Every person, by id, with the matches that an operator has confirmed since the person was stored.
    pub async fn people(&self) -> Result<Vec<Person>, StoreError> {
        let confirmed = self.confirmed_matches().await?;
        let rows = self.rows(sql("people", "SELECT body FROM person ORDER BY id")).await?;
        rows.iter().map(|row| read(row, &confirmed)).collect()
    }

    /// Those among whose matches by `agency`'s rows the own waits for an operator's word, by id.
    pub async fn open_matches(&self, agency: &AgencyCode) -> Result<Vec<Person>, StoreError> {
        let confirmed = self.confirmed_matches().await?;
        let query = sql("open matches", "SELECT body FROM person WHERE open_match = $1 ORDER BY id");
        let rows = self.rows(query.text(agency.as_str())).await?;
        let mut people: Vec<Person> =
            rows.iter().map(|row| read(row, &confirmed)).collect::<Result<_, _>>()?;
        people.retain(Person::has_open_match);
        Ok(people)
    }

    /// How many there are, by agency.
    pub async fn count_open_matches(&self) -> Result<BTreeMap<AgencyCode, u64>, StoreError> {
        let query =
            "SELECT open_match, COUNT(*) AS n FROM person WHERE open_match IS NOT NULL GROUP BY open_match";
        let rows = self.rows(sql("open matches", query)).await?;
        let read = |row: &Row| Ok((row.word("open_match", AgencyCode::stored)?, row.count("n")?));
        rows.iter().map(read).collect()
    }

    /// One of them.
    pub async fn person(&self, id: &PersonId) -> Result<Option<Person>, StoreError> {
        let confirmed = self.confirmed_matches().await?;
        let query = sql("people", "SELECT body FROM person WHERE id = $1").text(id.as_str());
        let rows = self.rows(query).await?;
        rows.first().map(|row| read(row, &confirmed)).transpose()
    }

    /// Whose account of `target` this is.
    pub async fn holder(&self, target: &TargetId, account: &AccountId) -> Result<Option<Person>, StoreError> {
        let confirmed = self.confirmed_matches().await?;
        let query = sql(
            "people",
            "SELECT p.body FROM account_link l JOIN person p ON p.id = l.person
             WHERE l.target = $1 AND l.account = $2",
        );
        let rows = self.rows(query.text(target.as_str()).text(account.as_str())).await?;
        rows.first().map(|row| read(row, &confirmed)).transpose()
    }
}

fn read(row: &Row, confirmed: &BTreeMap<String, BTreeSet<String>>) -> Result<Person, StoreError> {
    let mut person: Person = row.json("body")?;
    let account = person.accounts.get(&TargetId::mail());
    if let (Some(account), Some(matched)) = (account, &mut person.matched) {
        matched.confirmed |=
            confirmed.get(person.id.as_str()).is_some_and(|accounts| accounts.contains(account.as_str()));
    }
    Ok(person)
}
