//! A TTHC system with a database of its own (SQLite), which says when passwords were changed and nothing of mail.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;

/// Its settings; `@ROOT@` is the folder of the database.
pub const SETTINGS: &str = "[[system]]\nkind = \"sql\"\nname = \"tthc\"\ntitle = \"Hệ thống một cửa\"\nurl = \"@ROOT@/tthc.db\"\n\
                read = \"SELECT login, mail, name, agency, role FROM account\"\n\
                [system.accounts]\nsql = \"SELECT login, mail, name, changed AS password_changed FROM account\"\n\
                columns = [\"password_changed\"]\n";

/// Says in its database when each password was last changed: login, agency, date.
pub async fn passwords(file: &Path, lines: &[(&str, &str, &str)]) {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}?mode=rwc", file.display());
    let pool = sqlx::any::AnyPoolOptions::new().max_connections(1).connect(&url).await.unwrap();
    for statement in [
        "CREATE TABLE IF NOT EXISTS account (login TEXT, mail TEXT, name TEXT, agency TEXT, role TEXT, changed TEXT)",
        "DELETE FROM account",
    ] {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    for (login, agency, changed) in lines {
        let insert = sqlx::query("INSERT INTO account VALUES ($1, $2, $3, $4, 'Cán bộ một cửa', $5)");
        let mail = format!("{login}@tinhmau.gov.vn");
        let insert = insert.bind(*login).bind(mail).bind(format!("Người {login}")).bind(*agency);
        insert.bind((!changed.is_empty()).then_some(*changed)).execute(&pool).await.unwrap();
    }
    pool.close().await;
}
