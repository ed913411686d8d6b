//! Accounts, through the query that the site supplies for them.

use super::{AccountColumn, MOST_ROWS, SqlSystem, database};
use crate::model::role::SystemAccount;
use crate::systems::{ReadError, Write, day, nobody, several};
use futures_util::TryStreamExt;
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Row, Transaction};
use std::collections::BTreeSet;

impl SqlSystem {
    /// The accounts it shows, or those of one address; none where the site supplies no query for them.
    pub(super) async fn accounts(
        &self,
        read: &mut Transaction<'_, Any>,
        mail: Option<&str>,
    ) -> Result<Vec<SystemAccount>, ReadError> {
        let Some(accounts) = &self.settings.accounts else { return Ok(Vec::new()) };
        let named = ["login", "mail", "name"].into_iter();
        let text = named
            .chain(accounts.columns.iter().map(|column| column.as_str()))
            .map(|column| format!("CAST(held.{column} AS TEXT) AS {column}"))
            .collect::<Vec<_>>()
            .join(", ");
        let inner = accounts.sql.trim().trim_end_matches(';');
        let mut query = format!("SELECT {text} FROM (\n{inner}\n) AS held");
        if mail.is_some() {
            query.push_str(
                " WHERE LOWER(COALESCE(NULLIF(TRIM(CAST(held.mail AS TEXT)), ''), CAST(held.login AS TEXT))) = $1",
            );
        }
        let mut query = sqlx::query(AssertSqlSafe(query));
        if let Some(mail) = mail {
            query = query.bind(mail.to_owned());
        }
        let mut found = Vec::new();
        let mut rows = query.fetch(&mut **read);
        while let Some(row) = rows.try_next().await.map_err(database("accounts"))? {
            found.push(account(&row, &accounts.columns)?);
            if found.len() > MOST_ROWS {
                return Err(ReadError::Content(format!("accounts: it gives more than {MOST_ROWS} rows")));
            }
        }
        if found.is_empty() && mail.is_none() {
            let why = "accounts: it gives no row at all: check what its user may see there";
            return Err(ReadError::Content(why.into()));
        }
        Ok(found)
    }

    /// Whether the account that `write` is about is there, or open.
    pub(super) async fn account_is_there(
        &self,
        read: &mut Transaction<'_, Any>,
        write: &Write,
    ) -> Result<bool, ReadError> {
        let mut found = self.accounts(read, Some(write.mail())).await?.into_iter();
        match (found.next(), found.next(), write) {
            (found, None, Write::Create(_)) => Ok(found.is_some()),
            (Some(account), None, _) => Ok(account.open != Some(false)),
            (None, _, _) => Err(nobody()),
            (Some(_), Some(_), _) => Err(several()),
        }
    }
}

fn account(row: &AnyRow, columns: &BTreeSet<AccountColumn>) -> Result<SystemAccount, ReadError> {
    let text = |column: &str| -> Result<Option<String>, ReadError> {
        let value: Option<String> = row.try_get(column).map_err(database("accounts"))?;
        Ok(value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()))
    };
    let of = |column: AccountColumn| -> Result<Option<String>, ReadError> {
        if columns.contains(&column) { text(column.as_str()) } else { Ok(None) }
    };
    let login = text("login")?
        .ok_or_else(|| ReadError::Content("accounts: a row has no login: each must have one".into()))?;
    Ok(SystemAccount {
        login,
        mail: text("mail")?.map(|mail| mail.to_lowercase()),
        name: text("name")?,
        open: of(AccountColumn::Active)?.map(|word| truth(&word)).transpose()?,
        password_changed: of(AccountColumn::PasswordChanged)?.as_deref().and_then(day),
        open_files: of(AccountColumn::OpenFiles)?.and_then(|count| count.parse().ok()),
    })
}

/// PostgreSQL writes `true` or `t`, SQLite `1`.
fn truth(word: &str) -> Result<bool, ReadError> {
    match word.to_lowercase().as_str() {
        "true" | "t" | "1" => Ok(true),
        "false" | "f" | "0" => Ok(false),
        _ => Err(ReadError::Content(format!(
            "accounts: active is {word:?}; expected true, t, 1, false, f or 0"
        ))),
    }
}
