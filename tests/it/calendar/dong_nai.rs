//! Đồng Nai 2024: what ages is not the mailbox but the TTHC system, at least every three months. Its database
//! says when each password was changed.

use super::town::{Town, person};

/// Says in the system's own database when each password was last changed: login, agency, date.
async fn passwords(town: &Town, lines: &[(&str, &str, &str)]) {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}?mode=rwc", town.path("tthc.db").display());
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

#[tokio::test]
async fn dong_nai_2024_the_tthc_system_is_aged_and_not_the_mailbox() {
    let used = "2024-02-05T08:00:00";
    let people = [
        person("an", "so", "2017-06-01T08:00:00", used),
        person("binh", "xa", "2017-06-01T08:00:00", used),
        person("cuc", "xa", "2017-06-01T08:00:00", used),
    ];
    let rotation = "active_from = \"2024-02-01\"\nsign_in_at_systems = { tthc = \"motcua.tinhmau.gov.vn\" }";
    let more = "[[system]]\nkind = \"sql\"\nname = \"tthc\"\ntitle = \"Hệ thống một cửa\"\nurl = \"@ROOT@/tthc.db\"\n\
                read = \"SELECT login, mail, name, agency, role FROM account\"\n\
                [system.accounts]\nsql = \"SELECT login, mail, name, changed AS password_changed FROM account\"\n\
                columns = [\"password_changed\"]\n";
    let mut town = Town::new("2024-02-19T07:00:00", &people, "dong-nai-2024", rotation, more).await;
    // 90 days after 6 December 2023 is 5 March 2024; of cuc's password the database says nothing.
    let (old, new) = ("2023-12-06", "2024-03-01");
    passwords(&town, &[("an", "so", old), ("binh", "xa", old), ("cuc", "xa", "")]).await;
    town.days("2024-02-19", "2024-03-01", &["08:30"]).await;
    // One of the two changes it in the TTHC system; A change of the mailbox's is none.
    passwords(&town, &[("an", "so", new), ("binh", "xa", old), ("cuc", "xa", "")]).await;
    town.changes_password("2024-03-01T18:00:00", "binh");
    town.days("2024-03-02", "2024-03-25", &["08:30"]).await;
    insta::assert_snapshot!(town.said().join("\n"));
    insta::assert_debug_snapshot!(town.standings().await);
    let notice = town.notices().await.into_values().find(|one| one.to.starts_with("binh@")).unwrap();
    assert!(notice.text.contains("motcua.tinhmau.gov.vn"), "{}", notice.text);
    assert!(notice.text.contains("Hệ thống một cửa"), "{}", notice.text);
}
