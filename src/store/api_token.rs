//! Tokens of programs that use the interface: each acts as its operator, within that operator's role and scope, and may
//! do at most what the token says. Only the hash is kept.

use super::operator;
use super::statement::{Row, sql};
use super::{Store, StoreError, WriteTx, ids};
use crate::model::Time;
use crate::model::ids::Login;
use crate::model::operator::{Operator, Right};
use crate::model::vocabulary::words;
use serde::{Deserialize, Serialize};

words!(
    /// What a token is good for.
    TokenScope {
        /// Reading.
        Read = "read",
        /// Reading and deciding.
        Decide = "decide",
    }
);

/// A token as listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiToken {
    /// Its id; not the token.
    pub id: String,
    /// Whose.
    pub login: Login,
    /// What for.
    pub name: String,
    /// What it is good for.
    pub scope: TokenScope,
    /// When it was made.
    pub made: Time,
    /// When it ends.
    pub expires: Time,
}

impl WriteTx {
    /// Makes a token for `login` by its hash; its id.
    pub async fn add_token(
        &mut self,
        login: &Login,
        name: &str,
        scope: TokenScope,
        hash: &str,
        expires: Time,
        by: &Login,
    ) -> Result<String, StoreError> {
        self.require(login, Right::See, None).await?;
        self.require_province(by, Right::Administer).await?;
        let (id, now) = (ids::fresh(self.now)?, self.now);
        let insert = sql(
            "token",
            "INSERT INTO api_token (id, hash, login, name, scope, made, expires)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        );
        let insert = insert.text(&id).text(hash).text(login.as_str()).text(name).text(scope.as_str());
        self.execute(insert.time(now).time(expires)).await?;
        self.audit(by.as_str(), "token.add", login.as_str(), &format!("{id} {scope} {name}"));
        Ok(id)
    }

    /// Revokes a token: one's own, or anybody's as an administrator; `false` where it was revoked, or there is none.
    pub async fn revoke_token(&mut self, id: &str, by: &Login) -> Result<bool, StoreError> {
        let query = sql("token", "SELECT login FROM api_token WHERE id = $1").text(id);
        let Some(row) = self.row(query).await? else { return Ok(false) };
        let login = Login::new(row.text("login")?);
        if login != *by {
            self.require_province(by, Right::Administer).await?;
        }
        let update = sql("token", "UPDATE api_token SET revoked = $1 WHERE id = $2 AND revoked IS NULL");
        let now = self.now;
        let revoked = self.execute(update.time(now).text(id)).await? == 1;
        if revoked {
            self.audit(by.as_str(), "token.revoke", login.as_str(), id);
        }
        Ok(revoked)
    }
}

impl Store {
    /// Whose token has this hash, and what it is good for, if it stands at `now`.
    pub async fn token_holder(
        &self,
        hash: &str,
        now: Time,
    ) -> Result<Option<(Operator, TokenScope)>, StoreError> {
        let query = sql(
            "token",
            "SELECT t.scope, o.login, o.name, o.role, o.agencies
             FROM api_token t JOIN operator o ON o.login = t.login
             WHERE t.hash = $1 AND t.revoked IS NULL AND t.expires > $2 AND o.removed_at IS NULL",
        );
        let Some(row) = self.row(query.text(hash).time(now)).await? else { return Ok(None) };
        Ok(Some((operator::read(&row)?, row.word("scope", TokenScope::parse)?)))
    }

    /// Tokens that stand, by login and age.
    pub async fn tokens(&self, now: Time) -> Result<Vec<ApiToken>, StoreError> {
        let query = sql(
            "tokens",
            "SELECT id, login, name, scope, made, expires FROM api_token
             WHERE revoked IS NULL AND expires > $1 ORDER BY login, id",
        );
        let token = |row: &Row| {
            Ok(ApiToken {
                id: row.text("id")?,
                login: Login::new(row.text("login")?),
                name: row.text("name")?,
                scope: row.word("scope", TokenScope::parse)?,
                made: row.time("made")?,
                expires: row.time("expires")?,
            })
        };
        self.rows(query.time(now)).await?.iter().map(token).collect()
    }
}
