//! Sessions: browsers that are signed in to the page, each known by the hash of its cookie. One ends when it was
//! idle too long, when its time is over, when somebody ends it, or when its operator is removed.

use super::operator;
use super::statement::{Row, sql};
use super::{Store, StoreError, WriteTx};
use crate::model::Time;
use crate::model::ids::Login;
use crate::model::operator::{Operator, Right};
use crate::model::vocabulary::words;
use serde::{Deserialize, Serialize};

words!(
    /// How a session begins.
    Means {
        /// With a password of ours.
        Password = "password",
        /// With a one-time sign-in.
        Invitation = "invitation",
        /// With the word of the provider of OpenID Connect.
        Openid = "openid",
    }
);

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The hash of its cookie.
    pub id: String,
    /// Who, with role and scope as they are now.
    pub operator: Operator,
    /// When it was last used, to the minute.
    pub seen: Time,
    /// When its time is over.
    pub expires: Time,
    /// When the password was last given, here or at the provider, or the session began with a one-time sign-in.
    pub confirmed: Option<Time>,
    /// How it began.
    pub means: Means,
}

/// A session as listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedSession {
    /// The hash of its cookie.
    pub id: String,
    /// Who.
    pub login: Login,
    /// Since when.
    pub opened: Time,
    /// When it was last used.
    pub seen: Time,
    /// From where.
    pub address: String,
    /// What the browser says it is.
    pub browser: String,
}

/// A session to open.
#[derive(Debug, Clone, Copy)]
pub struct NewSession<'a> {
    /// The hash of its cookie.
    pub id: &'a str,
    /// Who.
    pub login: &'a Login,
    /// When its time is over.
    pub expires: Time,
    /// When the password was given, if it is known.
    pub confirmed: Option<Time>,
    /// How it begins.
    pub means: Means,
    /// From where.
    pub address: &'a str,
    /// What the browser says it is.
    pub browser: &'a str,
}

impl WriteTx {
    /// Opens a session.
    pub async fn open_session(&mut self, session: &NewSession<'_>) -> Result<(), StoreError> {
        let NewSession { id, login, expires, confirmed, means, address, browser } = *session;
        self.require(login, Right::See, None).await?;
        let insert = sql(
            "session",
            "INSERT INTO web_session (id, login, opened, seen, expires, confirmed, address, browser, means)
             VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8)",
        );
        let now = self.now;
        let confirmed = confirmed.map(crate::model::rfc3339);
        let insert = insert.text(id).text(login.as_str()).time(now).time(expires);
        let browser: String = browser.chars().filter(|c| !c.is_control()).take(200).collect();
        let insert = insert.maybe(confirmed.as_deref()).text(address).text(&browser).text(means.as_str());
        self.execute(insert).await?;
        self.audit(login.as_str(), "session.open", login.as_str(), &format!("{means} {address}"));
        Ok(())
    }

    /// Notes that a session is in use.
    pub async fn touch_session(&mut self, id: &str) -> Result<(), StoreError> {
        let update = sql("session", "UPDATE web_session SET seen = $1 WHERE id = $2 AND ended IS NULL");
        let now = self.now;
        self.execute(update.time(now).text(id)).await.map(|_| ())
    }

    /// Notes that the password was given again.
    pub async fn confirm_session(&mut self, id: &str) -> Result<(), StoreError> {
        let update = sql("session", "UPDATE web_session SET confirmed = $1 WHERE id = $2 AND ended IS NULL");
        let now = self.now;
        self.execute(update.time(now).text(id)).await.map(|_| ())
    }

    /// Ends a session: one's own, or anybody's as an administrator. `false` where it had ended.
    pub async fn end_session(&mut self, id: &str, by: &Login) -> Result<bool, StoreError> {
        let query = sql("session", "SELECT login FROM web_session WHERE id = $1").text(id);
        let Some(row) = self.row(query).await? else { return Ok(false) };
        let login = Login::new(row.text("login")?);
        self.require_own_or_administrator(&login, by).await?;
        let update = sql("session", "UPDATE web_session SET ended = $1 WHERE id = $2 AND ended IS NULL");
        let now = self.now;
        let ended = self.execute(update.time(now).text(id)).await? == 1;
        if ended {
            self.audit(by.as_str(), "session.end", login.as_str(), "");
        }
        Ok(ended)
    }

    /// Ends every session of a login but `keep`.
    pub(super) async fn end_sessions(
        &mut self,
        login: &Login,
        keep: Option<&str>,
    ) -> Result<u64, StoreError> {
        let update = sql(
            "session",
            "UPDATE web_session SET ended = $1 WHERE login = $2 AND id <> $3 AND ended IS NULL",
        );
        let now = self.now;
        self.execute(update.time(now).text(login.as_str()).text(keep.unwrap_or(""))).await
    }
}

impl Store {
    /// The session whose cookie has this hash, if it stands at `now` and was used since `idle_since`.
    pub async fn session(
        &self,
        id: &str,
        now: Time,
        idle_since: Time,
    ) -> Result<Option<Session>, StoreError> {
        let query = sql(
            "session",
            "SELECT s.seen, s.expires, s.confirmed, s.means, o.login, o.name, o.role, o.agencies
             FROM web_session s JOIN operator o ON o.login = s.login
             WHERE s.id = $1 AND s.ended IS NULL AND s.expires > $2 AND s.seen > $3 AND o.removed_at IS NULL",
        );
        let Some(row) = self.row(query.text(id).time(now).time(idle_since)).await? else { return Ok(None) };
        Ok(Some(Session {
            id: id.to_owned(),
            operator: operator::read(&row)?,
            seen: row.time("seen")?,
            expires: row.time("expires")?,
            confirmed: row.maybe_time("confirmed")?,
            means: row.word("means", Means::parse)?,
        }))
    }

    /// Sessions that stand, of one login or of all, the last used first.
    pub async fn sessions(
        &self,
        login: Option<&Login>,
        now: Time,
        idle_since: Time,
    ) -> Result<Vec<ListedSession>, StoreError> {
        let query = sql(
            "sessions",
            "SELECT s.id, s.login, s.opened, s.seen, s.address, s.browser
             FROM web_session s JOIN operator o ON o.login = s.login
             WHERE s.ended IS NULL AND s.expires > $1 AND s.seen > $2 AND o.removed_at IS NULL
             AND ($3 = '' OR s.login = $3) ORDER BY s.seen DESC, s.id",
        );
        let query = query.time(now).time(idle_since).text(login.map_or("", Login::as_str));
        let listed = |row: &Row| {
            Ok(ListedSession {
                id: row.text("id")?,
                login: Login::new(row.text("login")?),
                opened: row.time("opened")?,
                seen: row.time("seen")?,
                address: row.text("address")?,
                browser: row.text("browser")?,
            })
        };
        self.rows(query).await?.iter().map(listed).collect()
    }
}
