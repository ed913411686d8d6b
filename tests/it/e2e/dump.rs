//! Every row of every table, read behind the store's back.

use crate::support::site::Site;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use std::collections::BTreeMap;

/// Each table's rows as JSON arrays, sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables(BTreeMap<String, Vec<String>>);

impl Tables {
    /// Reads them all.
    pub async fn of(site: &Site) -> Self {
        sqlx::any::install_default_drivers();
        let text = std::fs::read_to_string(site.path("rosterd.toml")).unwrap();
        let config: toml::Table = toml::from_str(&text).unwrap();
        let url = config["store"]["url"].as_str().unwrap().to_owned();
        let postgres = url.starts_with("postgres");
        let url = if postgres { url } else { format!("sqlite://{}", site.path(&url).display()) };
        let mut connection = url.parse::<sqlx::any::AnyConnectOptions>().unwrap().connect().await.unwrap();
        let names = if postgres {
            "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public'"
        } else {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        };
        let names: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut connection).await.unwrap();
        let mut tables = BTreeMap::new();
        for name in names {
            let columns = if postgres {
                format!(
                    "SELECT CAST(column_name AS TEXT) FROM information_schema.columns \
                     WHERE table_schema = 'public' AND table_name = '{name}' AND data_type <> 'bytea'"
                )
            } else {
                format!("SELECT name FROM pragma_table_info('{name}') WHERE type <> 'BLOB'")
            };
            let columns: Vec<String> =
                sqlx::query_scalar(AssertSqlSafe(columns)).fetch_all(&mut connection).await.unwrap();
            assert!(!columns.is_empty(), "{name} has columns");
            let array = if postgres { "json_build_array" } else { "json_array" };
            let columns: Vec<_> = columns.iter().map(|column| format!("{name}.\"{column}\"")).collect();
            let rows = format!("SELECT CAST({array}({}) AS TEXT) FROM {name}", columns.join(", "));
            let mut rows: Vec<String> =
                sqlx::query_scalar(AssertSqlSafe(rows)).fetch_all(&mut connection).await.unwrap();
            rows.sort();
            tables.insert(name, rows);
        }
        connection.close().await.unwrap();
        assert!(tables.contains_key("change") && tables.contains_key("outbox"), "{:?}", tables.keys());
        Self(tables)
    }

    /// Asserts that a pass came between the two and left its own line, its lease and nothing else; rows of
    /// `rewritten` may read otherwise, but there are as many.
    pub fn assert_only_a_pass_since(&self, before: &Self, rewritten: &[&str]) {
        let (was, is) = (&before.0["pass"], &self.0["pass"]);
        assert_eq!(is.len(), was.len() + 1, "one more pass");
        assert!(was.iter().all(|row| is.contains(row)), "older passes stay as they were");
        let but: Vec<_> = ["pass", "lease"].into_iter().chain(rewritten.iter().copied()).collect();
        self.assert_same_but(before, &but);
        for name in ["lease", "snapshot_state"] {
            assert_eq!(self.0[name].len(), before.0[name].len(), "{name}");
        }
    }

    /// Asserts that all tables but these are the same.
    pub fn assert_same_but(&self, before: &Self, but: &[&str]) {
        assert!(self.0.keys().eq(before.0.keys()), "the same tables");
        for (name, rows) in self.0.iter().filter(|(name, _)| !but.contains(&name.as_str())) {
            let was = &before.0[name];
            let new: Vec<_> = rows.iter().filter(|row| !was.contains(row)).collect();
            let gone: Vec<_> = was.iter().filter(|row| !rows.contains(row)).collect();
            assert!(rows == was, "{name} changed:\nnew {new:#?}\ngone {gone:#?}");
        }
    }
}
