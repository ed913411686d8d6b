//! The dialect: the few places where SQLite and PostgreSQL need different text.

use crate::model::name::ascii;
use std::fmt::Write;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
}

/// The type of a column in a bulk parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bulk {
    Text(&'static str),
    Int(&'static str),
}

impl Dialect {
    /// How a writing transaction begins: on SQLite with the write lock, so that it never has to upgrade.
    pub(super) fn begin_write(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN ISOLATION LEVEL SERIALIZABLE",
        }
    }

    /// How a transaction that reads one moment begins.
    pub(super) fn begin_read(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// What makes fresh rows as fast to read as old ones, outside any transaction. PostgreSQL does so itself some minutes
    /// later, and until then looks up in the table what an index alone would answer.
    pub(super) fn tidy(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("VACUUM (ANALYZE) change, change_content, change_search"),
        }
    }

    /// A table made from the first parameter: a JSON array of objects with `columns`.
    pub(super) fn rows(self, columns: &[Bulk]) -> String {
        let names = |each: fn(&str) -> String| {
            columns
                .iter()
                .map(|column| match column {
                    Bulk::Text(name) | Bulk::Int(name) => each(name),
                })
                .collect::<Vec<_>>()
                .join(", ")
        };
        match self {
            Self::Sqlite => {
                let fields = names(|name| format!("value ->> '$.{name}' AS {name}"));
                format!("(SELECT {fields} FROM json_each($1))")
            }
            Self::Postgres => {
                let mut types = String::new();
                for column in columns {
                    let _ = match column {
                        Bulk::Text(name) => write!(types, "{name} TEXT, "),
                        Bulk::Int(name) => write!(types, "{name} BIGINT, "),
                    };
                }
                let types = types.trim_end_matches(", ");
                format!(
                    "(SELECT {} FROM json_to_recordset(CAST($1 AS json)) AS r({types}))",
                    names(str::to_owned)
                )
            }
        }
    }

    /// What is true where `column`, which holds small letters without tone marks, contains `text`, and the value of `?` in
    /// it.
    pub(super) fn contains(self, column: &str, text: &str) -> (String, String) {
        match self {
            Self::Sqlite => {
                let literal = ascii(text).replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
                (format!("{column} LIKE ? ESCAPE '\\'"), format!("%{literal}%"))
            }
            // Twice as fast there as LIKE.
            Self::Postgres => (format!("strpos({column}, ?) > 0"), ascii(text)),
        }
    }

    /// A table with one column `id`, made from the first parameter: a JSON array of texts.
    pub(super) fn ids(self) -> &'static str {
        match self {
            Self::Sqlite => "(SELECT value AS id FROM json_each($1))",
            Self::Postgres => "(SELECT json_array_elements_text(CAST($1 AS json)) AS id)",
        }
    }

    /// What joins the elements of the JSON array `q.evidence` as `e`, and the roster that one of them names.
    pub(super) fn evidence(self) -> (&'static str, &'static str) {
        match self {
            Self::Sqlite => ("CROSS JOIN json_each(q.evidence) e", "e.value ->> '$.roster'"),
            Self::Postgres => (
                "CROSS JOIN LATERAL json_array_elements(CAST(q.evidence AS json)) AS e(value)",
                "e.value ->> 'roster'",
            ),
        }
    }

    /// Whether an error means that another transaction was in the way.
    pub(super) fn is_busy(self, error: &sqlx::Error) -> bool {
        let Some(code) =
            error.as_database_error().and_then(|error| error.code().map(std::borrow::Cow::into_owned))
        else {
            return false;
        };
        match self {
            // SQLITE_BUSY and SQLITE_LOCKED, with their extended codes.
            Self::Sqlite => code.parse::<i32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6)),
            Self::Postgres => matches!(code.as_str(), "40001" | "40P01"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bulk_parameter_is_a_table_on_both() {
        let columns = [Bulk::Text("id"), Bulk::Int("n")];
        assert_eq!(
            Dialect::Sqlite.rows(&columns),
            "(SELECT value ->> '$.id' AS id, value ->> '$.n' AS n FROM json_each($1))"
        );
        assert_eq!(
            Dialect::Postgres.rows(&columns),
            "(SELECT id, n FROM json_to_recordset(CAST($1 AS json)) AS r(id TEXT, n BIGINT))"
        );
    }
}
