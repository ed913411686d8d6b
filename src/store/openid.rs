//! Operators at the provider of OpenID Connect: who is tied to which subject there, and who is there just now.

use super::statement::sql;
use super::{Store, StoreError, WriteTx};
use crate::model::Time;
use crate::model::ids::Login;
use crate::model::operator::{Operator, Right};

/// A person as a provider knows him or her: its id of the person means nothing without the issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// Its own id of the person.
    pub id: &'a str,
}

/// Who a subject is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AtProvider {
    /// An enrolled operator.
    Operator(Login),
    /// Nobody.
    Unknown,
    /// One who was an operator.
    Removed(Login),
    /// The login that the claim names is tied to somebody else there.
    AnotherIs(Login),
}

/// What a question to the provider was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The session to confirm; without one it is a sign-in.
    pub session: Option<String>,
    /// Where to go on to.
    pub next: String,
    /// When it was asked.
    pub made: Time,
}

impl WriteTx {
    /// Enrols an operator as [`Self::add_operator`] does, and ties him or her to a subject.
    pub async fn add_operator_at_provider(
        &mut self,
        operator: &Operator,
        subject: Subject<'_>,
        by: &Login,
    ) -> Result<(), StoreError> {
        self.add_operator(operator, by).await?;
        self.tie(&operator.login, subject, by).await
    }

    /// Ties `login` to a subject, or unties it; only an administrator for the province does, for a tie is a way in. Every
    /// session of the login ends.
    pub async fn set_subject(
        &mut self,
        login: &Login,
        subject: Option<Subject<'_>>,
        by: &Login,
    ) -> Result<(), StoreError> {
        self.require(login, Right::See, None).await?;
        self.require_province(by, Right::Administer).await?;
        match subject {
            Some(subject) => self.tie(login, subject, by).await?,
            None => {
                let update =
                    sql("subject", "UPDATE credential SET issuer = NULL, subject = NULL WHERE login = $1");
                self.execute(update.text(login.as_str())).await?;
                self.audit(by.as_str(), "operator.openid", login.as_str(), "removed");
            }
        }
        self.end_sessions(login, None).await.map(|_| ())
    }

    async fn tie(&mut self, login: &Login, subject: Subject<'_>, by: &Login) -> Result<(), StoreError> {
        let Subject { issuer, id } = subject;
        // Who was removed keeps nobody out.
        let free = sql(
            "subject",
            "UPDATE credential SET issuer = NULL, subject = NULL WHERE issuer = $1 AND subject = $2
             AND EXISTS (SELECT 1 FROM operator o
                 WHERE o.login = credential.login AND o.login <> $3 AND o.removed_at IS NOT NULL)",
        );
        self.execute(free.text(issuer).text(id).text(login.as_str())).await?;
        let insert = sql(
            "subject",
            "INSERT INTO credential (login, issuer, subject, totp_step, at) SELECT $1, $2, $3, 0, $4
             WHERE NOT EXISTS (SELECT 1 FROM credential c
                 WHERE c.issuer = $2 AND c.subject = $3 AND c.login <> $1)
             ON CONFLICT (login) DO UPDATE SET issuer = excluded.issuer, subject = excluded.subject,
                 at = excluded.at",
        );
        let now = self.now;
        let insert = insert.text(login.as_str()).text(issuer).text(id).time(now);
        if self.execute(insert).await? == 0 {
            return Err(StoreError::SubjectTaken { subject: id.to_owned() });
        }
        self.audit(by.as_str(), "operator.openid", login.as_str(), id);
        Ok(())
    }

    /// Who this subject is. Where nobody is tied to it, the operator whose login the provider claims it to be is, from
    /// now on: who is given that name there later is somebody else.
    pub async fn at_provider(
        &mut self,
        subject: Subject<'_>,
        claimed: Option<&Login>,
    ) -> Result<AtProvider, StoreError> {
        let query = sql(
            "subject",
            "SELECT o.login, o.removed_at FROM credential c JOIN operator o ON o.login = c.login
             WHERE c.issuer = $1 AND c.subject = $2",
        );
        if let Some(row) = self.row(query.text(subject.issuer).text(subject.id)).await? {
            let login = Login::new(row.text("login")?);
            let removed = row.maybe("removed_at")?.is_some();
            return Ok(if removed { AtProvider::Removed(login) } else { AtProvider::Operator(login) });
        }
        let Some(login) = claimed else { return Ok(AtProvider::Unknown) };
        let query = sql(
            "subject",
            "SELECT o.removed_at, c.subject FROM operator o LEFT JOIN credential c ON c.login = o.login
             WHERE o.login = $1",
        );
        let Some(row) = self.row(query.text(login.as_str())).await? else { return Ok(AtProvider::Unknown) };
        if row.maybe("removed_at")?.is_some() {
            return Ok(AtProvider::Removed(login.clone()));
        }
        if row.maybe("subject")?.is_some() {
            return Ok(AtProvider::AnotherIs(login.clone()));
        }
        self.tie(login, subject, login).await?;
        Ok(AtProvider::Operator(login.clone()))
    }

    /// Notes that somebody goes to the provider, by the hash of a cookie; answers that never came are forgotten.
    pub async fn ask_provider(
        &mut self,
        id: &str,
        session: Option<&str>,
        next: &str,
        expires: Time,
    ) -> Result<(), StoreError> {
        let now = self.now;
        self.execute(sql("openid", "DELETE FROM openid_attempt WHERE expires <= $1").time(now)).await?;
        let insert = sql(
            "openid",
            "INSERT INTO openid_attempt (id, session, next, made, expires) VALUES ($1, $2, $3, $4, $5)",
        );
        self.execute(insert.text(id).maybe(session).text(next).time(now).time(expires)).await.map(|_| ())
    }

    /// What was asked for; an answer is taken once, and in time.
    pub async fn provider_answered(&mut self, id: &str) -> Result<Option<Pending>, StoreError> {
        let query =
            sql("openid", "SELECT session, next, made FROM openid_attempt WHERE id = $1 AND expires > $2");
        let now = self.now;
        let Some(row) = self.row(query.text(id).time(now)).await? else { return Ok(None) };
        let pending =
            Pending { session: row.maybe("session")?, next: row.text("next")?, made: row.time("made")? };
        let delete = sql("openid", "DELETE FROM openid_attempt WHERE id = $1").text(id);
        Ok((self.execute(delete).await? == 1).then_some(pending))
    }
}

impl Store {
    /// Whether `login` is tied to somebody at this provider.
    pub async fn is_at_provider(&self, login: &Login, issuer: &str) -> Result<bool, StoreError> {
        let query = sql(
            "subject",
            "SELECT c.subject FROM credential c JOIN operator o ON o.login = c.login
             WHERE c.login = $1 AND c.issuer = $2 AND o.removed_at IS NULL",
        );
        Ok(self.row(query.text(login.as_str()).text(issuer)).await?.is_some())
    }
}
