//! Writing through the configured statements.

use super::{Parameter, SqlSystem, database};
use crate::model::intent::WriteError;
use crate::systems::{ReadError, Write, cannot, precondition, unread};
use sqlx::{Any, AnyConnection, AssertSqlSafe, Connection, Transaction};
use tokio::time::timeout;

/// Writes to a database, each write on a connection of its own.
#[derive(Debug)]
pub struct SqlWriter<'a> {
    system: &'a SqlSystem,
}

impl<'a> SqlWriter<'a> {
    pub(super) fn new(system: &'a SqlSystem) -> Self {
        Self { system }
    }

    pub(in crate::systems) async fn write(&mut self, write: &Write) -> Result<(), WriteError> {
        let system = self.system;
        let statement = system.statement(write).ok_or_else(|| cannot(write))?;
        let mut connection = system.open().await.map_err(|error| not_sent(&error))?;
        let wait = system.settings.timeout();
        let carried = timeout(wait, carry_out(system, &mut connection, statement, write)).await;
        // Nothing is written before the commit; a connection that is dropped takes its transaction with it.
        let transaction = match carried {
            Ok(result) => result?,
            Err(_) => {
                return Err(WriteError::NotSent(format!(
                    "the statement took more than {} s",
                    wait.as_secs()
                )));
            }
        };
        match timeout(wait, transaction.commit()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error @ sqlx::Error::Database(_))) => Err(refused(&error)),
            Ok(Err(error)) => Err(WriteError::Unknown(format!("commit: {error}"))),
            Err(_) => Err(WriteError::Unknown("commit: no answer in time".into())),
        }
    }
}

/// Everything but the commit.
async fn carry_out<'c>(
    system: &SqlSystem,
    connection: &'c mut AnyConnection,
    (sql, with): (&str, &[Parameter]),
    write: &Write,
) -> Result<Transaction<'c, Any>, WriteError> {
    let begin =
        if system.settings.is_postgres() { "BEGIN ISOLATION LEVEL SERIALIZABLE" } else { "BEGIN IMMEDIATE" };
    let mut transaction =
        connection.begin_with(begin).await.map_err(|error| not_sent(&database("begin")(error)))?;
    let held = system.held(&mut transaction, write).await.map_err(|error| unread(&error))?;
    precondition(write, held)?;
    let values = system.values(&mut transaction, write, with).await;
    let mut query = sqlx::query(AssertSqlSafe(sql.to_owned()));
    for value in values.map_err(|error| unread(&error))? {
        query = query.bind(value);
    }
    query.execute(&mut *transaction).await.map_err(|error| refused(&error))?;
    let held = system.held(&mut transaction, write).await.map_err(|error| match error {
        ReadError::Holder(why) => WriteError::Refused(format!("after the statement {why}")),
        ReadError::Nobody => WriteError::Refused(format!("after the statement {}", ReadError::Nobody)),
        other => WriteError::NotSent(other.to_string()),
    })?;
    if held == write.gives() {
        return Ok(transaction);
    }
    let (why, remedy) = match write {
        Write::Give(_) => ("the role is not held", "correct grant, or give it a read_back that shows it"),
        Write::Take(_) => ("the role is still held", "correct revoke, or give it a read_back that shows it"),
        Write::Create(_) => ("accounts shows no such account", "correct create"),
        Write::Open(_) => ("accounts shows it closed", "correct enable"),
        Write::Close(_) => ("accounts shows it open", "correct disable"),
        Write::EndSessions(_) => ("nothing shows the sessions", "no statement ends them"),
    };
    Err(WriteError::Refused(format!("{why} after the statement, so it was rolled back: {remedy}")))
}

fn not_sent(error: &super::SqlError) -> WriteError {
    WriteError::NotSent(error.to_string())
}

/// What the database said to a statement or a commit: nothing was written. Another transaction in the way is none of
/// this write's faults.
fn refused(error: &sqlx::Error) -> WriteError {
    let sqlx::Error::Database(answer) = error else {
        return WriteError::NotSent(error.to_string());
    };
    let code = answer.code().unwrap_or_default();
    // Serialisation failure, deadlock, lock and shutdown of PostgreSQL; busy and locked of SQLite with their variants.
    let passing = ["40001", "40P01", "55P03", "57P01", "57P03", "53300"].contains(&&*code)
        || code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6) && code < 10_000);
    if passing {
        WriteError::NotSent(answer.message().to_owned())
    } else {
        WriteError::Refused(answer.message().to_owned())
    }
}
