//! The settings of a database: one query that reads, and at most two statements that write.

use super::LookupQuery;
use crate::dsn::{self, DsnError};
use crate::model::ids::TargetId;
use crate::systems::lookups::Counting;
use crate::systems::settings::{target, timeout_seconds};
use crate::systems::shrink::Shrink;
use serde::Deserialize;
use sqlx::any::AnyConnectOptions;
use std::collections::BTreeSet;
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
    /// The query that shows every account, those without a role too. Without it, nothing is said of accounts.
    #[serde(default)]
    pub accounts: Option<Accounts>,
    /// The statement that creates an account.
    #[serde(default)]
    pub create: Option<AccountStatement>,
    /// The statement that closes an account.
    #[serde(default)]
    pub disable: Option<AccountStatement>,
    /// The statement that opens it again.
    #[serde(default)]
    pub enable: Option<AccountStatement>,
    /// The query that counts look-ups. Without it, nothing is known of look-ups.
    #[serde(default)]
    pub lookups: Option<LookupQuery>,
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

/// The query for accounts: columns `login`, `mail` and `name`, and those that `columns` names.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accounts {
    /// Its text.
    pub sql: String,
    /// What else it shows.
    #[serde(default)]
    pub columns: BTreeSet<AccountColumn>,
}

/// A column that the query for accounts may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountColumn {
    /// Whether the account can sign in: `true`, `t`, `1`, or `false`, `f`, `0`.
    Active,
    /// The day of the last change of its password, as `2026-11-22`; more may follow.
    PasswordChanged,
    /// How many files its holder has in hand.
    OpenFiles,
}

impl AccountColumn {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::PasswordChanged => "password_changed",
            Self::OpenFiles => "open_files",
        }
    }
}

/// A statement that writes an account, as the site supplies it; the query for accounts shows whether it was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountStatement {
    /// Its text; `$1`, `$2`… stand for the values of `with`.
    pub sql: String,
    /// What is bound, in order.
    pub with: Vec<Parameter>,
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
    /// The holder's name; for `create` alone.
    Name,
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
                binds(name, sql, with)?;
                if with.contains(&Parameter::Name) {
                    return Err(format!("{name}: name is bound to create alone"));
                }
            }
        }
        if let Some(lookups) = &self.lookups {
            lookups.check()?;
        }
        self.check_accounts()
    }

    /// How it counts look-ups, where it does.
    pub fn counting(&self) -> Option<Counting> {
        self.lookups.as_ref().map(|query| Counting::new(query.counted_by, query.poll_minutes))
    }

    fn check_accounts(&self) -> Result<(), String> {
        if self.disable.is_some() != self.enable.is_some() {
            return Err(
                "of disable and enable only one is set: what is closed must be opened again where it was a \
                        mistake"
                    .into(),
            );
        }
        for (name, statement) in
            [("create", &self.create), ("disable", &self.disable), ("enable", &self.enable)]
        {
            let Some(AccountStatement { sql, with }) = statement else { continue };
            binds(name, sql, with)?;
            let foreign = [Parameter::Role, Parameter::Name, Parameter::Agency, Parameter::AgencyName];
            let foreign = if name == "create" { &foreign[..1] } else { &foreign[..] };
            if with.iter().any(|one| foreign.contains(one)) {
                return Err(format!(
                    "{name}: only create takes name and agency, and none of them takes role"
                ));
            }
            let Some(accounts) = &self.accounts else {
                return Err(format!(
                    "{name}: nothing would show whether it was carried out: give accounts too"
                ));
            };
            if name != "create" && !accounts.columns.contains(&AccountColumn::Active) {
                return Err(format!(
                    "{name}: the query for accounts must have the column active, under columns"
                ));
            }
        }
        Ok(())
    }

    /// Whether the site lets rosterd write roles.
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

/// What is bound must be what the text uses.
fn binds(name: &str, sql: &str, with: &[Parameter]) -> Result<(), String> {
    let last = format!("${}", with.len());
    let next = format!("${}", with.len() + 1);
    if with.is_empty() || !sql.contains(&last) || sql.contains(&next) {
        let count = with.len();
        return Err(format!("{name}: with names {count} values, and the statement must use $1 to {last}"));
    }
    Ok(())
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
    fn accounts_are_written_only_where_a_query_shows_them() {
        let accounts = "accounts = { sql = \"SELECT 1\", columns = [\"active\"] }";
        let blind = "accounts = { sql = \"SELECT 1\" }";
        let create = "create = { sql = \"CALL p($1, $2)\", with = [\"login\", \"name\"] }";
        let by = |with: &str| format!("{{ sql = \"CALL p($1)\", with = [\"{with}\"] }}");
        let both = format!("disable = {}\nenable = {}", by("login"), by("mail"));
        assert_eq!(check(&format!("{accounts}\n{create}\n{both}")), Ok(()));
        assert_eq!(check(&format!("{blind}\n{create}")), Ok(()));
        for (wrong, says) in [
            (create.to_owned(), "create: nothing would show"),
            (format!("{blind}\n{both}"), "disable: the query for accounts must have"),
            (format!("{accounts}\ndisable = {}", by("login")), "only one is set"),
            (format!("{accounts}\ncreate = {}", by("role")), "none of them takes role"),
            (
                format!("{accounts}\ndisable = {}\nenable = {}", by("name"), by("mail")),
                "only create takes name",
            ),
            (format!("{accounts}\ncreate = {{ sql = \"CALL p()\", with = [] }}"), "must use $1 to"),
        ] {
            let error = check(&wrong).unwrap_err();
            assert!(error.contains(says), "{wrong}: {error}");
        }
    }

    #[test]
    fn a_system_is_written_whole_or_only_read() {
        assert_eq!(check(""), Ok(()));
        let one = "{ sql = \"CALL p($1)\", with = [\"mail\"], idempotent = true }";
        assert!(check(&format!("grant = {one}")).unwrap_err().contains("only one is set"));
    }
}
