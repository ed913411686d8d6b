//! Credentials: how an operator signs in to the page. Passwords are kept as argon2id hashes made elsewhere, TOTP
//! secrets sealed; a one-time sign-in is known by the hash of its code.

use super::intent::unhex;
use super::statement::sql;
use super::{Store, StoreError, WriteTx};
use crate::model::Time;
use crate::model::ids::{Login, hex};
use crate::model::operator::Right;

/// What an operator signs in with.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Credential {
    /// The argon2id hash of the password, as a PHC string.
    pub password: Option<String>,
    /// The sealed TOTP secret.
    pub totp: Option<Vec<u8>>,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential")
            .field("password", &self.password.is_some())
            .field("totp", &self.totp.is_some())
            .finish()
    }
}

impl WriteTx {
    /// Keeps the hash of `login`'s new password. One's own, or anybody's as an administrator for the province. Every
    /// session of the login but `keep` ends.
    pub async fn set_password(
        &mut self,
        login: &Login,
        hash: &str,
        by: &Login,
        keep: Option<&str>,
    ) -> Result<(), StoreError> {
        self.require_own_or_administrator(login, by).await?;
        let insert = sql(
            "password",
            "INSERT INTO credential (login, password, totp_step, at) VALUES ($1, $2, 0, $3)
             ON CONFLICT (login) DO UPDATE SET password = excluded.password, at = excluded.at",
        );
        let now = self.now;
        self.execute(insert.text(login.as_str()).text(hash).time(now)).await?;
        self.audit(by.as_str(), "operator.password", login.as_str(), "");
        self.end_sessions(login, keep).await.map(|_| ())
    }

    /// Keeps the sealed TOTP secret of `login`, or forgets it.
    pub async fn set_totp(
        &mut self,
        login: &Login,
        sealed: Option<&[u8]>,
        by: &Login,
    ) -> Result<(), StoreError> {
        self.require_own_or_administrator(login, by).await?;
        let insert = sql(
            "totp",
            "INSERT INTO credential (login, totp, totp_step, at) VALUES ($1, $2, 0, $3)
             ON CONFLICT (login) DO UPDATE SET totp = excluded.totp, totp_step = 0, at = excluded.at",
        );
        let now = self.now;
        let sealed = sealed.map(hex);
        self.execute(insert.text(login.as_str()).maybe(sealed.as_deref()).time(now)).await?;
        let detail = if sealed.is_some() { "set" } else { "removed" };
        self.audit(by.as_str(), "operator.totp", login.as_str(), detail);
        Ok(())
    }

    /// Uses up the time step of a code; `false` where it, or a later one, was used before (RFC 6238, 5.2).
    pub async fn use_totp_step(&mut self, login: &Login, step: i64) -> Result<bool, StoreError> {
        let update = sql("totp", "UPDATE credential SET totp_step = $1 WHERE login = $2 AND totp_step < $1");
        Ok(self.execute(update.int(step).text(login.as_str())).await? == 1)
    }

    /// Lets `login` in once, until `expires`, with the code whose hash this is.
    pub async fn invite(
        &mut self,
        login: &Login,
        hash: &str,
        expires: Time,
        by: &Login,
    ) -> Result<(), StoreError> {
        self.require_own_or_administrator(login, by).await?;
        let insert = sql("invitation", "INSERT INTO invitation (hash, login, expires) VALUES ($1, $2, $3)");
        self.execute(insert.text(hash).text(login.as_str()).time(expires)).await?;
        self.audit(by.as_str(), "operator.invite", login.as_str(), "");
        Ok(())
    }

    /// Uses up a one-time sign-in; the login where it was good.
    pub async fn use_invitation(&mut self, hash: &str) -> Result<Option<Login>, StoreError> {
        let update = sql(
            "invitation",
            "UPDATE invitation SET used_at = $1 WHERE hash = $2 AND used_at IS NULL AND expires > $1",
        );
        let now = self.now;
        if self.execute(update.time(now).text(hash)).await? == 0 {
            return Ok(None);
        }
        let query = sql("invitation", "SELECT login FROM invitation WHERE hash = $1").text(hash);
        let Some(row) = self.row(query).await? else { return Ok(None) };
        let login = Login::new(row.text("login")?);
        self.require(&login, Right::See, None).await?;
        Ok(Some(login))
    }

    pub(super) async fn require_own_or_administrator(
        &mut self,
        login: &Login,
        by: &Login,
    ) -> Result<(), StoreError> {
        self.require(login, Right::See, None).await?;
        if login == by { Ok(()) } else { self.require_province(by, Right::Administer).await }
    }
}

impl Store {
    /// What `login` signs in with; empty where nothing is set, or nobody of that login is enrolled.
    pub async fn credential(&self, login: &Login) -> Result<Credential, StoreError> {
        let query = sql(
            "credential",
            "SELECT c.password, c.totp FROM credential c JOIN operator o ON o.login = c.login
             WHERE c.login = $1 AND o.removed_at IS NULL",
        );
        let Some(row) = self.row(query.text(login.as_str())).await? else { return Ok(Credential::default()) };
        let totp = row.maybe("totp")?.map(|text| unhex(&text)).transpose()?;
        Ok(Credential { password: row.maybe("password")?, totp })
    }
}
