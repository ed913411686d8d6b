//! A statement with its arguments, and a row of its answer: text loses its NULs on the way in (PostgreSQL refuses
//! them), and every column is read by name.

use super::StoreError;
use super::dialect::Dialect;
use crate::model::{Time, rfc3339};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Encode, Row as _, Type};
use std::borrow::Cow;
use std::io;

/// SQL with its arguments, in the order of `$1`, `$2`…
pub(super) struct Statement {
    pub(super) what: &'static str,
    pub(super) query: Query<'static, Any, AnyArguments>,
}

/// A statement called `what` in errors. `text` is made of text of this module alone, never of data.
pub(super) fn sql(what: &'static str, text: impl Into<Cow<'static, str>>) -> Statement {
    Statement { what, query: sqlx::query(AssertSqlSafe(text.into())) }
}

impl Statement {
    fn add<T: Encode<'static, Any> + Type<Any> + 'static>(self, value: T) -> Self {
        Self { query: self.query.bind(value), ..self }
    }

    /// Adds text.
    pub(super) fn text(self, text: &str) -> Self {
        self.add(without_nul(text))
    }

    /// Adds text or NULL.
    pub(super) fn maybe(self, text: Option<&str>) -> Self {
        self.add(text.map(without_nul))
    }

    /// Adds a number.
    pub(super) fn int(self, number: i64) -> Self {
        self.add(number)
    }

    /// Adds an instant.
    pub(super) fn time(self, time: Time) -> Self {
        self.add(rfc3339(time))
    }
}

fn without_nul(text: &str) -> String {
    text.replace('\0', "")
}

/// What a database error means for the caller.
pub(super) fn failed(dialect: Dialect, what: &'static str, source: sqlx::Error) -> StoreError {
    if dialect.is_busy(&source) { StoreError::Busy { what } } else { StoreError::Database { what, source } }
}

/// `value` as JSON without NULs.
pub(super) fn json(what: &'static str, value: &impl Serialize) -> Result<String, StoreError> {
    let encode = |source| StoreError::Encode { what, source };
    let mut text = Vec::new();
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut text, WithoutNul)).map_err(encode)?;
    String::from_utf8(text).map_err(|error| encode(serde::ser::Error::custom(error)))
}

/// Compact JSON that leaves NULs out.
struct WithoutNul;

impl serde_json::ser::Formatter for WithoutNul {
    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        escape: serde_json::ser::CharEscape,
    ) -> io::Result<()> {
        match escape {
            serde_json::ser::CharEscape::AsciiControl(0) => Ok(()),
            other => serde_json::ser::CompactFormatter.write_char_escape(writer, other),
        }
    }
}

/// One row of an answer.
pub(super) struct Row(pub(super) AnyRow);

impl Row {
    /// A text column.
    pub(super) fn text(&self, column: &'static str) -> Result<String, StoreError> {
        self.0.try_get(column).map_err(|source| StoreError::Database { what: column, source })
    }

    /// A text column that may be NULL.
    pub(super) fn maybe(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        self.0.try_get(column).map_err(|source| StoreError::Database { what: column, source })
    }

    /// A number.
    pub(super) fn int(&self, column: &'static str) -> Result<i64, StoreError> {
        self.0.try_get(column).map_err(|source| StoreError::Database { what: column, source })
    }

    /// A count: never negative.
    pub(super) fn count(&self, column: &'static str) -> Result<u64, StoreError> {
        let number = self.int(column)?;
        u64::try_from(number).map_err(|_| StoreError::decode(column, number.to_string()))
    }

    /// A flag, 0 or 1.
    pub(super) fn flag(&self, column: &'static str) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }

    /// An instant.
    pub(super) fn time(&self, column: &'static str) -> Result<Time, StoreError> {
        parse_time(column, &self.text(column)?)
    }

    /// An instant that may be NULL.
    pub(super) fn maybe_time(&self, column: &'static str) -> Result<Option<Time>, StoreError> {
        self.maybe(column)?.map(|text| parse_time(column, &text)).transpose()
    }

    /// A local date.
    pub(super) fn date(&self, column: &'static str) -> Result<NaiveDate, StoreError> {
        let text = self.text(column)?;
        text.parse().map_err(|_| StoreError::decode(column, text))
    }

    /// A local date that may be NULL.
    pub(super) fn maybe_date(&self, column: &'static str) -> Result<Option<NaiveDate>, StoreError> {
        self.maybe(column)?.map(|text| text.parse().map_err(|_| StoreError::decode(column, text))).transpose()
    }

    /// A word of a closed set.
    pub(super) fn word<T>(
        &self,
        column: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        let text = self.text(column)?;
        parse(&text).ok_or_else(|| StoreError::decode(column, text))
    }

    /// A value written as JSON.
    pub(super) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        from_json(column, &self.text(column)?)
    }

    /// A value written as JSON that may be NULL.
    pub(super) fn maybe_json<T: DeserializeOwned>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, StoreError> {
        self.maybe(column)?.map(|text| from_json(column, &text)).transpose()
    }
}

fn parse_time(column: &'static str, text: &str) -> Result<Time, StoreError> {
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.with_timezone(&Utc))
        .map_err(|_| StoreError::decode(column, text))
}

fn from_json<T: DeserializeOwned>(column: &'static str, text: &str) -> Result<T, StoreError> {
    // The text may hold personal data: the error says where the value breaks, not what it is.
    serde_json::from_str(text).map_err(|error| StoreError::decode(column, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_loses_nuls_and_nothing_else() {
        let text = "a\0b\\u0000\n\"";
        assert_eq!(json("test", &text).unwrap(), r#""ab\\u0000\n\"""#);
    }
}
