//! The settings of a database: one query that reads, and at most two statements that write.

use crate::dsn::{self, DsnError};
use crate::model::ids::TargetId;
use crate::systems::settings::{target, timeout_seconds};
use crate::systems::shrink::Shrink;
use serde::Deserialize;
use sqlx::any::AnyConnectOptions;
use std::path::PathBuf;
use std::time::Duration;

/// One database as configured.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Its name in lists and file names.
    #[serde(deserialize_with = "target")]
    pub name: TargetId,
    /// What its users call it, for mails.
    pub title: String,
    /// A path for SQLite, or `postgres://user@host/database` without a password.
    pub url: String,
    /// The file that holds PostgreSQL's password.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// The query that shows who holds which role: columns `login`, `mail`, `name`, `agency` and `role`. An account
    /// without a role has a row with none.
    pub read: String,
    /// The statement that gives a role.
    #[serde(default)]
    pub grant: Option<Statement>,
    /// The statement that takes a role.
    #[serde(default)]
    pub revoke: Option<Statement>,
    /// How long a connection, a read or a write may take.
    #[serde(default = "timeout_seconds")]
    pub timeout_seconds: u32,
    /// How much fewer roles than in the last good read are believed.
    #[serde(default)]
    pub shrink: Shrink,
}

/// A statement that writes, as the site supplies it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Its text; `$1`, `$2`… stand for the values of `with`.
    pub sql: String,
    /// What is bound, in order.
    pub with: Vec<Parameter>,
    /// Whether carrying it out twice comes to the same as once.
    #[serde(default)]
    pub idempotent: bool,
    /// What shows whether the role is held, where `read` does not show it at once.
    #[serde(default)]
    pub read_back: Option<ReadBack>,
}

/// A query that has a row where the role is held, and none where it is not.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadBack {
    /// Its text.
    pub sql: String,
    /// What is bound, in order.
    pub with: Vec<Parameter>,
}

/// What can be bound to a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parameter {
    /// The login of the holder's account there, as `read` shows it.
    Login,
    /// The holder's official address.
    Mail,
    /// The role's name.
    Role,
    /// The agency's code.
    Agency,
    /// The agency's official name.
    AgencyName,
}

impl Settings {
    /// What is wrong with these settings, with the setting's name.
    pub fn check(&self) -> Result<(), String> {
        if self.timeout_seconds == 0 {
            return Err("timeout_seconds is 0; expected seconds, for example 30".into());
        }
        if self.read.trim().is_empty() {
            return Err("read is empty; expected a query with login, mail, name, agency and role".into());
        }
        if self.grant.is_some() != self.revoke.is_some() {
            return Err(
                "of grant and revoke only one is set: set both, or neither for a system that is only read"
                    .into(),
            );
        }
        for (name, statement) in [("grant", &self.grant), ("revoke", &self.revoke)] {
            let Some(statement) = statement else { continue };
            if !statement.idempotent && statement.read_back.is_none() {
                return Err(format!(
                    "{name}: after a lost connection nobody could tell whether it was carried out: say idempotent = \
                     true if carrying it out twice comes to the same, else give a read_back query"
                ));
            }
            let texts = std::iter::once((&statement.sql, &statement.with))
                .chain(statement.read_back.iter().map(|back| (&back.sql, &back.with)));
            for (sql, with) in texts {
                let last = format!("${}", with.len());
                let next = format!("${}", with.len() + 1);
                if with.is_empty() || !sql.contains(&last) || sql.contains(&next) {
                    return Err(format!(
                        "{name}: with names {} values, and the statement must use $1 to {last}",
                        with.len()
                    ));
                }
            }
        }
        Ok(())
    }

    /// Whether the site lets rosterd write.
    pub fn writes(&self) -> bool {
        self.grant.is_some() && self.revoke.is_some()
    }

    pub(super) fn is_postgres(&self) -> bool {
        dsn::is_postgres(&self.url)
    }

    pub(super) fn connect(&self) -> Result<AnyConnectOptions, DsnError> {
        if self.is_postgres() {
            return dsn::postgres(&self.url, self.password_file.as_deref());
        }
        if self.password_file.is_some() {
            return Err(DsnError::Form("password_file is for PostgreSQL; SQLite has no password".into()));
        }
        dsn::sqlite(&self.url).map(|(options, _)| options)
    }

    pub(super) fn timeout(&self) -> Duration {
        Duration::from_secs(u64::from(self.timeout_seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(more: &str) -> Result<(), String> {
        let text = format!("name = \"qlcv\"\ntitle = \"QLCV\"\nurl = \"x.db\"\nread = \"SELECT 1\"\n{more}");
        toml::from_str::<Settings>(&text).unwrap().check()
    }

    #[test]
    fn a_statement_must_be_safe_to_repeat_or_say_how_to_look() {
        let both = |more: &str| {
            let one = format!("{{ sql = \"CALL p($1, $2)\", with = [\"mail\", \"role\"], {more} }}");
            check(&format!("grant = {one}\nrevoke = {one}"))
        };
        assert_eq!(both("idempotent = true"), Ok(()));
        assert_eq!(both("read_back = { sql = \"SELECT $1\", with = [\"mail\"] }"), Ok(()));
        assert!(both("idempotent = false").unwrap_err().contains("grant: "));
    }

    #[test]
    fn what_is_bound_is_what_the_statement_uses() {
        for with in ["[]", "[\"mail\"]", "[\"mail\", \"role\", \"agency\"]"] {
            let one = format!("{{ sql = \"CALL p($1, $2)\", with = {with}, idempotent = true }}");
            let error = check(&format!("grant = {one}\nrevoke = {one}")).unwrap_err();
            assert!(error.contains("must use $1 to"), "{error}");
        }
    }

    #[test]
    fn a_system_is_written_whole_or_only_read() {
        assert_eq!(check(""), Ok(()));
        let one = "{ sql = \"CALL p($1)\", with = [\"mail\"], idempotent = true }";
        assert!(check(&format!("grant = {one}")).unwrap_err().contains("only one is set"));
    }
}
