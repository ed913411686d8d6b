//! Incidents: who says that an account is in somebody else's hands. An open one is checked at every claim, and a plan
//! made from a snapshot before its opening or closing leaves the account alone.

use super::change::{self, COLUMNS, FROM, with_approvals};
use super::statement::{Row, sql};
use super::{Standing, Store, StoreError, WriteTx, ids};
use crate::model::change::{Change, ChangeKind, State};
use crate::model::ids::{AccountId, AgencyCode, Login, PersonId, TargetId};
use crate::model::incident::{Closing, Incident};
use crate::model::notice::Notice;
use crate::model::operator::Right;

const INCIDENT: &str =
    "id, target, account, agency, opened_by, opened, reason, person, label, by_hand, evidence,
    seen_locked, closed_by, closed, closing";

/// What is written down of an incident when it is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewIncident {
    /// The target the account lies in.
    pub target: TargetId,
    /// The account.
    pub account: AccountId,
    /// How it is called: name and address.
    pub label: String,
    /// Whose it is, where that is known.
    pub person: Option<PersonId>,
    /// The agency whose account it is.
    pub agency: AgencyCode,
    /// In which words.
    pub reason: String,
    /// Whether it is protected, so that somebody else must lock it.
    pub by_hand: bool,
    /// Whether a read has shown it locked already.
    pub is_locked: bool,
    /// What the entry and the systems show, as JSON.
    pub evidence: String,
}

/// What an opened incident asks for, made once its id is known: its locks, and who is told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Locks {
    /// The locks; each names the incident as its case.
    pub changes: Vec<Change>,
    /// The chain of notice.
    pub notices: Vec<Notice>,
}

impl WriteTx {
    /// Opens an incident; one operator may. What was told of the account is settled by it. Gives its id, `None` where one
    /// is open on the account.
    pub async fn open_incident(
        &mut self,
        new: &NewIncident,
        by: &Login,
    ) -> Result<Option<String>, StoreError> {
        let NewIncident { target, account, label, person, agency, reason, by_hand, is_locked, evidence } =
            new;
        self.require(by, Right::Review, Some(agency)).await?;
        let id = ids::fresh(self.now)?;
        let insert = sql(
            "incident",
            "INSERT INTO incident (id, target, account, agency, opened_by, opened, reason, person, label, by_hand,
                 evidence, seen_locked, state)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'open') ON CONFLICT DO NOTHING",
        );
        let insert = insert.text(&id).text(target.as_str()).text(account.as_str()).text(agency.as_str());
        let now = self.now;
        let seen = is_locked.then(|| crate::model::rfc3339(now));
        let insert =
            insert.text(by.as_str()).time(now).text(reason).maybe(person.as_ref().map(PersonId::as_str));
        let insert = insert.text(label).int((*by_hand).into()).text(evidence).maybe(seen.as_deref());
        if self.execute(insert).await? == 0 {
            return Ok(None);
        }
        self.audit(by.as_str(), "incident.open", account.as_str(), &format!("{target} {id} {reason}"));
        self.settle_tips(&id, target, account, by).await?;
        Ok(Some(id))
    }

    /// Adds an incident's changes to those that stand, and its notices to the outbox.
    pub async fn add_locks(&mut self, id: &str, locks: &Locks) -> Result<(), StoreError> {
        for change in &locks.changes {
            self.insert_change(change, id).await?;
            if change.kind == ChangeKind::UnlockAccount {
                self.wait_for(change).await?;
            }
        }
        for notice in &locks.notices {
            self.enqueue(notice).await?;
        }
        Ok(())
    }

    /// What waits for an opening of the account that will not come, as that of an incident that was turned down, waits for
    /// `opening` from now on.
    pub(super) async fn wait_for(&mut self, opening: &Change) -> Result<(), StoreError> {
        let given_up = format!(
            "SELECT DISTINCT key FROM change WHERE target = $1 AND subject = $2 AND kind = $3 AND key <> $4
             AND state IN ({}) ORDER BY key",
            change::words(|state| !state.is_live() && state != State::Applied)
        );
        let key = opening.key();
        let given_up = sql("waiting", given_up).text(opening.target.as_str()).text(opening.subject.as_str());
        let given_up = given_up.text(opening.kind.as_str()).text(key.as_str());
        let wait = format!(
            "UPDATE change_content SET needs = $1 WHERE needs = $2
             AND id IN (SELECT id FROM change WHERE state IN ({}))",
            change::words(State::is_live)
        );
        let list = |key: &str| serde_json::to_string(&[key]).unwrap_or_default();
        for row in self.rows(given_up).await? {
            let wait = sql("waiting", wait.clone()).text(&list(key.as_str())).text(&list(&row.text("key")?));
            let waiting = self.execute(wait).await?;
            if waiting > 0 {
                let subject = opening.subject.as_str();
                self.audit(&self.lane.clone(), "change.wait", subject, &format!("{waiting} for {key}"));
            }
        }
        Ok(())
    }

    /// Closes an incident; `false` where it is closed already. What of its locks was never carried out ends with it.
    pub async fn close_incident(&mut self, id: &str, by: &Login, reason: &str) -> Result<bool, StoreError> {
        let query = sql("incident", "SELECT account, agency FROM incident WHERE id = $1").text(id);
        let missing = || StoreError::Missing { what: "incident", id: id.to_owned() };
        let row = self.row(query).await?.ok_or_else(missing)?;
        self.require(by, Right::Review, Some(&row.word("agency", AgencyCode::stored)?)).await?;
        let update = sql(
            "incident",
            "UPDATE incident SET state = 'closed', closed_by = $1, closed = $2, closing = $3
             WHERE id = $4 AND state = 'open'",
        );
        let closed = self.execute(update.text(by.as_str()).time(self.now).text(reason).text(id)).await? == 1;
        if closed {
            self.audit(by.as_str(), "incident.close", &row.text("account")?, &format!("{id} {reason}"));
            let query = sql(
                "locks",
                "SELECT c.id, c.state FROM change c JOIN change_content t ON t.id = c.id
                 WHERE t.case_id = $1 AND c.state IN ('approved', 'held', 'failed', 'expired', 'proposed')",
            );
            for row in self.rows(query.text(id)).await? {
                let (change, state) = (row.text("id")?, row.word("state", State::parse)?);
                let change = crate::model::ids::ChangeId::new(change);
                self.transition(&change, state, State::Superseded, Some("the incident is closed")).await?;
            }
        }
        Ok(closed)
    }

    /// Notes that a read showed these incidents' accounts locked.
    pub async fn incidents_seen_locked(&mut self, ids: &[String]) -> Result<(), StoreError> {
        for id in ids {
            let update =
                sql("incident", "UPDATE incident SET seen_locked = $1 WHERE id = $2 AND seen_locked IS NULL");
            let now = self.now;
            if self.execute(update.time(now).text(id)).await? == 1 {
                self.audit(&self.lane.clone(), "incident.locked", id, "a read shows the account locked");
            }
        }
        Ok(())
    }
}

impl Store {
    /// Every open incident, oldest first.
    pub async fn open_incidents(&self) -> Result<Vec<Incident>, StoreError> {
        let query = format!("SELECT {INCIDENT} FROM incident WHERE state = 'open' ORDER BY id");
        self.rows(sql("incidents", query)).await?.iter().map(read).collect()
    }

    /// The incidents that were closed last, at most `limit` of them, the latest first.
    pub async fn closed_incidents(&self, limit: u32) -> Result<Vec<Incident>, StoreError> {
        let query = format!(
            "SELECT {INCIDENT} FROM incident WHERE state = 'closed' ORDER BY closed DESC, id DESC LIMIT {limit}"
        );
        self.rows(sql("incidents", query)).await?.iter().map(read).collect()
    }

    /// The incident with this id, open or closed.
    pub async fn incident(&self, id: &str) -> Result<Option<Incident>, StoreError> {
        let query = format!("SELECT {INCIDENT} FROM incident WHERE id = $1");
        self.row(sql("incident", query).text(id)).await?.as_ref().map(read).transpose()
    }

    /// What an incident asked for by itself, in the order in which it was made.
    pub async fn changes_of_incident(&self, incident: &str) -> Result<Vec<Standing>, StoreError> {
        let query =
            format!("SELECT {COLUMNS} {FROM} WHERE t.case_id = $1 AND t.reason = 'incident' ORDER BY c.id");
        let rows = self.rows(sql("case", query).text(incident)).await?;
        with_approvals(&rows, &[])
    }

    /// Whether a lock of an incident waits to be carried out.
    pub async fn an_incident_waits(&self) -> Result<bool, StoreError> {
        let query = sql(
            "incidents",
            "SELECT c.id FROM incident i JOIN change_content t ON t.case_id = i.id JOIN change c ON c.id = t.id
             WHERE i.state = 'open' AND c.state = 'approved' LIMIT 1",
        );
        Ok(self.row(query).await?.is_some())
    }

    /// The roles that an address held in each system by the last read of it: system, role, agency.
    pub async fn roles_of(&self, address: &str) -> Result<Vec<(TargetId, String, AgencyCode)>, StoreError> {
        let query = sql(
            "roles",
            "SELECT target, role, agency FROM access_span
             WHERE subject = $1 AND role <> '' AND until IS NULL ORDER BY target, role, agency",
        );
        let rows = self.rows(query.text(&address.to_lowercase())).await?;
        rows.iter()
            .map(|row| {
                let target = TargetId::new(row.text("target")?);
                Ok((target, row.text("role")?, row.word("agency", AgencyCode::stored)?))
            })
            .collect()
    }
}

fn read(row: &Row) -> Result<Incident, StoreError> {
    let closed = match (row.maybe("closed_by")?, row.maybe_time("closed")?) {
        (Some(by), Some(at)) => {
            Some(Closing { by: Login::new(by), at, reason: row.maybe("closing")?.unwrap_or_default() })
        }
        _ => None,
    };
    Ok(Incident {
        id: row.text("id")?,
        target: TargetId::new(row.text("target")?),
        account: AccountId::new(row.text("account")?),
        label: row.text("label")?,
        person: row.maybe("person")?.map(PersonId::new),
        agency: row.word("agency", AgencyCode::stored)?,
        opened_by: Login::new(row.text("opened_by")?),
        opened: row.time("opened")?,
        reason: row.text("reason")?,
        by_hand: row.flag("by_hand")?,
        seen_locked: row.maybe_time("seen_locked")?,
        evidence: row.text("evidence")?,
        closed,
    })
}
