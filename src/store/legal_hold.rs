//! Legal holds: two operators set one, two lift it. Whatever deletes or lets run out asks here first.

use super::statement::{Row, Statement, sql};
use super::{Store, StoreError, WriteTx, ids};
use crate::model::ids::{AccountId, AgencyCode, Login, PersonId, TargetId};
use crate::model::legal_hold::{HoldSubject, LegalHold};
use crate::model::operator::Right;

/// What became of setting or lifting a legal hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// Two operators agreed: it holds, or it is lifted.
    Done,
    /// A second operator must agree.
    NeedsSecond,
    /// This operator said so before: a second time is not a second person.
    AlreadyByYou,
    /// It holds already, or there is none to lift.
    Nothing,
}

/// What an operator agrees to.
#[derive(Clone, Copy)]
enum Act {
    Set,
    Lift,
}

impl Act {
    fn as_str(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Lift => "lift",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Set => "hold.set",
            Self::Lift => "hold.lift",
        }
    }

    /// The state it leads to.
    fn state(self) -> &'static str {
        match self {
            Self::Set => "holds",
            Self::Lift => "lifted",
        }
    }
}

/// The condition that a legal hold is on an account or on whom it belongs to, in terms of three columns. Every
/// delete, retention and expiry must exclude it.
pub(super) fn on(person: &str, target: &str, account: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM legal_hold h WHERE h.state = 'holds'
             AND (h.person = {person} OR (h.target = {target} AND h.account = {account})
                 OR h.person IN (SELECT l.person FROM account_link l
                     WHERE l.target = {target} AND l.account = {account})))"
    )
}

/// The columns of a subject: person, target, account.
fn columns(subject: &HoldSubject) -> [Option<&str>; 3] {
    match subject {
        HoldSubject::Person(person) => [Some(person.as_str()), None, None],
        HoldSubject::Account(target, account) => [None, Some(target.as_str()), Some(account.as_str())],
    }
}

impl WriteTx {
    /// Sets a legal hold on a person or an account of `agency`; from the second operator on it holds.
    pub async fn set_hold(
        &mut self,
        subject: &HoldSubject,
        agency: &AgencyCode,
        by: &Login,
        reason: &str,
    ) -> Result<Decided, StoreError> {
        self.require(by, Right::Approve, Some(agency)).await?;
        let [person, target, account] = columns(subject);
        let insert = sql(
            "legal hold",
            "INSERT INTO legal_hold (id, person, target, account, agency, asked, state, since)
             VALUES ($1, $2, $3, $4, $5, $6, 'asked', $6) ON CONFLICT DO NOTHING",
        );
        let insert = insert.text(&ids::fresh(self.now)?).maybe(person).maybe(target).maybe(account);
        let now = self.now;
        self.execute(insert.text(agency.as_str()).time(now)).await?;
        let query = match subject {
            HoldSubject::Person(person) => sql(
                "legal hold",
                "SELECT id, agency, state FROM legal_hold WHERE person = $1 AND state <> 'lifted'",
            )
            .text(person.as_str()),
            HoldSubject::Account(target, account) => sql(
                "legal hold",
                "SELECT id, agency, state FROM legal_hold
                 WHERE target = $1 AND account = $2 AND state <> 'lifted'",
            )
            .text(target.as_str())
            .text(account.as_str()),
        };
        let Some(row) = self.row(query).await? else { return Err(StoreError::Busy { what: "legal hold" }) };
        self.require(by, Right::Approve, Some(&row.word("agency", AgencyCode::stored)?)).await?;
        if row.text("state")? == "holds" {
            return Ok(Decided::Nothing);
        }
        self.agree_on_hold(&row.text("id")?, Act::Set, by, reason).await
    }

    /// Lifts a legal hold; with the second operator it ends. One that only one operator asked for ends at once.
    pub async fn lift_hold(&mut self, id: &str, by: &Login, reason: &str) -> Result<Decided, StoreError> {
        let query = sql("legal hold", "SELECT agency, state FROM legal_hold WHERE id = $1").text(id);
        let missing = || StoreError::Missing { what: "legal hold", id: id.to_owned() };
        let row = self.row(query).await?.ok_or_else(missing)?;
        self.require(by, Right::Approve, Some(&row.word("agency", AgencyCode::stored)?)).await?;
        if row.text("state")? == "lifted" {
            return Ok(Decided::Nothing);
        }
        self.agree_on_hold(id, Act::Lift, by, reason).await
    }

    async fn agree_on_hold(
        &mut self,
        id: &str,
        act: Act,
        by: &Login,
        reason: &str,
    ) -> Result<Decided, StoreError> {
        let insert = sql(
            "legal hold",
            "INSERT INTO legal_hold_approval (hold, act, operator, reason, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (hold, act, operator) DO NOTHING",
        );
        let now = self.now;
        if self.execute(insert.text(id).text(act.as_str()).text(by.as_str()).text(reason).time(now)).await?
            == 0
        {
            return Ok(Decided::AlreadyByYou);
        }
        self.audit(by.as_str(), act.verb(), id, reason);
        let update = sql(
            "legal hold",
            "UPDATE legal_hold SET state = $1, since = $2 WHERE id = $3
             AND (state = 'asked' AND $4 = 'lift' OR 2 <= (
                 SELECT COUNT(*) FROM legal_hold_approval a WHERE a.hold = legal_hold.id AND a.act = $4))",
        );
        let moved = self.execute(update.text(act.state()).time(now).text(id).text(act.as_str())).await? == 1;
        Ok(if moved { Decided::Done } else { Decided::NeedsSecond })
    }

    /// Whether a legal hold forbids to delete `subject` or to let it run out: of an account its own and its
    /// holder's, of a person also one on any of the accounts. To be asked in the transaction that deletes.
    pub async fn is_on_hold(&mut self, subject: &HoldSubject) -> Result<bool, StoreError> {
        self.row(on_hold(subject)).await.map(|row| row.is_some())
    }
}

fn on_hold(subject: &HoldSubject) -> Statement {
    match subject {
        HoldSubject::Person(person) => sql(
            "legal hold",
            "SELECT h.id FROM legal_hold h WHERE h.state = 'holds' AND (h.person = $1 OR EXISTS (
                 SELECT 1 FROM account_link l WHERE l.person = $1 AND l.target = h.target AND l.account = h.account))
             LIMIT 1",
        )
        .text(person.as_str()),
        HoldSubject::Account(target, account) => {
            let query = format!(
                "SELECT s.account FROM (SELECT CAST(NULL AS TEXT) AS person, CAST($1 AS TEXT) AS target,
                     CAST($2 AS TEXT) AS account) s WHERE {}",
                on("s.person", "s.target", "s.account")
            );
            sql("legal hold", query).text(target.as_str()).text(account.as_str())
        }
    }
}

impl Store {
    /// Legal holds that are asked for or hold, oldest first.
    pub async fn legal_holds(&self) -> Result<Vec<LegalHold>, StoreError> {
        let query = sql(
            "legal holds",
            "SELECT id, person, target, account, agency, state, since FROM legal_hold
             WHERE state <> 'lifted' ORDER BY id",
        );
        self.rows(query).await?.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<LegalHold, StoreError> {
    let subject = match row.maybe("person")? {
        Some(person) => HoldSubject::Person(PersonId::new(person)),
        None => {
            HoldSubject::Account(TargetId::new(row.text("target")?), AccountId::new(row.text("account")?))
        }
    };
    Ok(LegalHold {
        id: row.text("id")?,
        subject,
        agency: row.word("agency", AgencyCode::stored)?,
        holds: row.text("state")? == "holds",
        since: row.time("since")?,
    })
}
